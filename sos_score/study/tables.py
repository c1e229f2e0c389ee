"""The sources of a study as tables: ids, scores, counts answered and T-scores, a row for each answer sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from sos_score.definition.study.rules import respondent_types
from sos_score.errors import InvalidSurvey
from sos_score.scoring.expressions import answer_column, compute_scores
from sos_score.scoring.file_summary import FileSummary
from sos_score.scoring.norms import NamedNorm, Reference, name_norms
from sos_score.scoring.plan import ScoringChoices, ScoringPlan, plan_scores
from sos_score.scoring.reference_samples import measure_reference
from sos_score.study.file import StudyFile
from sos_score.study.outcome import SourceTable, StudyOutcome
from sos_score.study.rows import FILE, SourceRows
from sos_score.study.units import name_unit
from sos_score.survey.vendor_scores import VendorScores

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def make_table(file: StudyFile, rows: SourceRows, placed: pl.DataFrame, plan: ScoringPlan | None) -> SourceTable:
    """Return the scores of one instrument in one source, by its plan; None where T-scores arrived ready-made."""
    import pandas as pd

    instrument = rows.instrument
    ids = [name for name in placed.columns if name not in rows.frame.columns or name in rows.columns]
    columns: dict[str, Any] = {name: pd.Series(placed[name].to_numpy(), dtype=object) for name in ids}
    codes: dict[str, Floats] = {}
    if plan is None:
        columns |= {name: _numbers(values) for name, values in _read_vendor(file, rows, placed)}
    else:
        columns |= score_codes(placed, plan)
        codes = {item: _numbers(placed[answer_column(item)]) for item in instrument.responses}
    levels = tuple(level for level in file.study.levels if level in ids)
    frame = pd.DataFrame(columns)
    return SourceTable(rows.source, instrument, plan, frame, pd.DataFrame(codes, index=frame.index), levels)


def score_codes(codes: pl.DataFrame, plan: ScoringPlan) -> dict[str, Floats]:
    """Return the scores, counts answered and T-scores of rows of codes, under the names of a source table."""
    scored: pl.DataFrame = compute_scores(nw.from_native(codes), plan).to_native()
    columns = {}
    for scale in plan.scales:
        columns[scale.scale] = _numbers(scored[scale.column])
        columns[f"n_{scale.scale}"] = _numbers(scored[f"{scale.column}_n"])
        for norm in scale.norms:
            columns[f"{scale.scale}_t_{norm.name}"] = _numbers(scored[scale.t_column(norm.name)])
    return columns


def _numbers(column: pl.Series) -> Floats:
    return column.cast(float).to_numpy()


def count_scored(rows: SourceRows, placed: pl.DataFrame, table: SourceTable) -> Iterator[FileSummary]:
    """Yield what became of each file, with how many of its rows have a score in the study."""
    if table.plan is None:
        yield from rows.files
        return
    frame = table.frame
    names = {scale.column: scale.scale for scale in table.plan.scales}
    for number, summary in enumerate(rows.files):
        mine = (placed[FILE] == number).to_numpy()
        yield replace(summary, scored={column: int(frame[mine][name].notna().sum()) for column, name in names.items()})


def plan_table(file: StudyFile, rows: SourceRows, placed: pl.DataFrame) -> ScoringPlan:
    """Return the plan with stated norms, and with reference samples measured in all rows of the source."""
    instrument = rows.instrument
    min_answered = file.study.sources[rows.source].min_answered
    norms = list(name_norms(instrument.id, instrument.norms))
    samples: list[tuple[str, str, Reference]] = []
    for given, norm_file in zip(file.study.norms, file.norms, strict=True):
        if norm_file.instrument == instrument.id:
            norms += name_norms(instrument.id, norm_file.norms)
            samples += [(file.resolve(given), *each) for each in norm_file.local.items()]
    if samples:
        choices = ScoringChoices(metrics=("mean",), min_answered=min_answered)
        measured = plan_scores(instrument, choices)
        scored = compute_scores(nw.from_native(placed.lazy()), measured)
        means = {scale.scale: f"{scale.column}_mean" for scale in measured.scales}
        for path, name, sample in samples:
            try:
                norms.append(measure_reference(scored, name, sample, instrument, means))
            except InvalidSurvey as error:
                lost = [replace(problem, path=path, where=f"local.{name}") for problem in error.problems]
                raise InvalidSurvey(lost) from None
    return plan_scores(instrument, ScoringChoices(min_answered=min_answered, norms=tuple(norms)))


def _list_vendor(file: StudyFile, rows: SourceRows) -> list[VendorScores]:
    maps = [each for each in file.column_maps[rows.source] if each is not None]
    return list({each.t_scores[rows.instrument.id].norm: each.t_scores[rows.instrument.id] for each in maps}.values())


def _read_vendor(file: StudyFile, rows: SourceRows, placed: pl.DataFrame) -> Iterator[tuple[str, pl.Series]]:
    """Yield the ready-made T-scores: under the scale, and under the scale with their norm."""
    import polars as pl

    stem = rows.instrument.column_stem
    vendors = _list_vendor(file, rows)
    for scale in rows.instrument.scales:
        given = [each.norm for each in vendors if scale in each.scales]
        if given:
            columns = [f"{stem}_{scale}_t_{norm}" for norm in given]
            yield scale, placed.select(pl.coalesce(columns)).to_series()
            yield from ((f"{scale}_t_{norm}", placed[column]) for norm, column in zip(given, columns, strict=True))


def list_outcomes(file: StudyFile, rows: SourceRows, table: SourceTable) -> Iterator[StudyOutcome]:
    """Yield each scale of a table, in the order of the definition."""
    source, instrument = file.study.sources[rows.source], rows.instrument
    plans = {scale.scale: scale for scale in table.plan.scales} if table.plan else {}
    for name, scale in instrument.scales.items():
        if name not in table.frame.columns:
            continue
        plan = plans.get(name)
        yield StudyOutcome(
            source=rows.source,
            scale=name,
            instrument=instrument.id,
            title=scale.title,
            source_label=source.label or instrument.title,
            answered_by=source.answered_by or respondent_types(instrument)[0],
            unit=source.unit or name_unit(source.answered_by or respondent_types(instrument)[0], table.frame),
            metric=scale.score if plan else "T",
            table=table,
            higher_is=scale.higher_is,
            good=scale.good,
            low=plan.low if plan else float("nan"),
            high=plan.high if plan else float("nan"),
            norms=plan.norms if plan else tuple(_name_vendor(file, rows, name)),
            verification=instrument.verification.parts(),
            is_planned=file.study.is_outcome(rows.source, name),
        )


def _name_vendor(file: StudyFile, rows: SourceRows, scale: str) -> Iterator[NamedNorm]:
    for vendor in _list_vendor(file, rows):
        if scale in vendor.scales:
            yield NamedNorm(
                name=vendor.norm,
                instrument=rows.instrument.id,
                unit="respondent",
                score="T",
                means={scale: 50.0},
                sds={scale: 10.0},
                n=None,
                description=vendor.source,
            )
