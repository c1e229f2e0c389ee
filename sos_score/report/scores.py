"""All scores of a study in one table, for analyses of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sos_score.definition.reading import Definition
from sos_score.output.codebook import Variable, describe_id, describe_plan, describe_vendor_score, merge_variables
from sos_score.output.spss import make_sav
from sos_score.scoring.provenance import describe_caveat
from sos_score.study.data import StudyData
from sos_score.study.outcome import SourceTable
from sos_score.survey.vendor_scores import VendorScore
from sos_score.version import __version__

if TYPE_CHECKING:
    import polars as pl

_FIRST = ("source", "answered_by", "person", "site", "arm", "wave")
_CODED = ("source", "answered_by", "site", "arm", "wave")


@dataclass(frozen=True)
class StudyScores:
    """The scores of a study."""

    # A row for each answer sheet; instruments of one source stand side by side where they were answered on one sheet.
    # Scores stand under ``<instrument>_<scale>``, whatever the source.
    frame: pl.DataFrame
    variables: tuple[Variable, ...]  # what the columns mean


def gather_scores(data: StudyData, definitions: Mapping[str, Definition]) -> StudyScores:
    """Return all scores of a study, with what their columns mean."""
    import polars as pl

    sheets: list[tuple[str, pl.DataFrame, pl.DataFrame]] = []
    variables: list[Variable] = []
    for table in data.tables:
        described = _describe(data, table, definitions)
        ids, scores = _split(data, table, described)
        variables += described
        known = next((place for place, (source, other, _) in enumerate(sheets)
                      if source == table.source and other.equals(ids)), None)  # fmt: skip
        if known is None:
            sheets.append((table.source, ids, scores))
        else:
            source, ids, others = sheets[known]
            sheets[known] = source, ids, others.hstack(scores)
    frame = pl.concat([ids.hstack(scores) for _, ids, scores in sheets], how="diagonal")
    given = list(dict.fromkeys(name for _, ids, _ in sheets for name in ids.columns))
    order = [*_FIRST, *(name for name in given if name not in _FIRST)]
    explained = merge_variables([describe_id(name, _list_values(data).get(name)) for name in order] + variables)
    columns = [each.name for each in explained if each.name in frame.columns]
    return StudyScores(frame.select(columns), tuple(each for each in explained if each.name in columns))


def make_study_sav(data: StudyData, scores: StudyScores) -> bytes:
    """Return the scores of a study as an SPSS file, categories as numbers with labels."""
    import polars as pl

    frame, variables = scores.frame, {each.name: each for each in scores.variables}
    for name in _CODED:
        codes = _number(list(variables[name].values))
        labels = {str(code): variables[name].values[value] for value, code in codes.items()}
        variables[name] = Variable(name, variables[name].label, values=labels)
        frame = frame.with_columns(pl.col(name).replace_strict(codes, return_dtype=pl.Int64, default=None))
    instruments = {each.instrument.id: each.instrument for each in data.tables if each.instrument}
    caveats = filter(None, map(describe_caveat, instruments.values()))
    notes = [f"Made by sos-score {__version__} from {data.study.id}.", *caveats]
    return make_sav(frame, variables.values(), data.study.title, notes)


def _number(values: list[str]) -> dict[str, int]:
    """Return a number for each value: its own where all are numbers, else its place."""
    if all(value.isascii() and value.isdecimal() and str(int(value)) == value for value in values):
        return {value: int(value) for value in values}
    return {value: place for place, value in enumerate(values, start=1)}


def _list_values(data: StudyData) -> dict[str, dict[str, str]]:
    study = data.study
    return {
        "source": {each.source: each.source_label for each in data.outcomes},
        "answered_by": {each.answered_by: each.answered_by for each in data.outcomes if each.answered_by},
        "site": {site: study.label_site(site) for site in study.sites},
        "arm": {arm: study.label_arm(arm) for arm in study.arms},
        "wave": dict(study.waves),
    }


def _describe(data: StudyData, table: SourceTable, definitions: Mapping[str, Definition]) -> list[Variable]:
    assert table.instrument is not None  # only a file of scores has tables of no instrument
    definition = definitions[table.instrument.id]
    if table.plan is not None:
        return list(describe_plan(table.plan, definition))
    stem = table.instrument.column_stem
    return [
        describe_vendor_score(
            VendorScore(
                each.instrument, each.scale, norm.name, norm.description, f"{stem}_{each.t_column(norm.name)}", ""
            ),
            definition,
        )
        for each in data.outcomes
        if each.table is table
        for norm in each.norms
    ]


def _split(data: StudyData, table: SourceTable, variables: list[Variable]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the ids of a table's rows, and their scores under the names that ``score`` gives."""
    import polars as pl

    assert table.instrument is not None
    stem = f"{table.instrument.column_stem}_"
    outcome = next((each for each in data.outcomes if each.table is table), None)
    scales, names = list(table.instrument.scales), list(table.frame.columns)
    counts = {f"n_{scale}": f"{scale}_n" for scale in scales}
    wanted = {each.name.removeprefix(stem): each.name for each in variables}
    found = {name: wanted[counts.get(name, name)] for name in names if counts.get(name, name) in wanted}
    taken = {*found, *scales, *counts}
    ids = [name for name in names if name not in taken]
    height = len(table.frame)
    fixed = {"source": [table.source] * height, "answered_by": [outcome.answered_by if outcome else None] * height}
    texts = {name: [value if isinstance(value, str) else None for value in table.frame[name]] for name in ids}
    numbers = {found[name]: pl.Series(table.frame[name].to_numpy()).fill_nan(None) for name in names if name in found}
    schema = dict.fromkeys([*fixed, *texts], pl.String)
    return pl.DataFrame(fixed | texts, schema=schema), pl.DataFrame(numbers)
