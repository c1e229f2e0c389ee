"""A study without a study file: made from a table of scores, one row a person and wave."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.library import list_instruments, load_instrument
from sos_score.definition.study.defaults import list_defaults
from sos_score.definition.study.model import Study
from sos_score.definition.text import SUMMARY_ID, fold_text
from sos_score.errors import InvalidRequest, InvalidSurvey, Problem, clip, guess
from sos_score.notes import note
from sos_score.scoring.file_summary import FileSummary
from sos_score.study.data import StudyData
from sos_score.study.file import Input
from sos_score.study.levels import carry_levels
from sos_score.study.notes import note_left_out, note_study, withhold_totals
from sos_score.study.outcome import SourceTable
from sos_score.study.scored_cells import Cells, read_cells
from sos_score.study.scored_columns import ScoreColumn, find_scores, list_scored_outcomes
from sos_score.study.suppression import find_hidden_sites
from sos_score.survey.check.checks import describe_summary
from sos_score.survey.readers.export import AS_FOUND, ReadingOptions
from sos_score.survey.readers.parts import hash_files, list_files
from sos_score.survey.waves import are_words, order_waves

if TYPE_CHECKING:
    import pandas as pd

_IDS = ("worker", "family", "rater")


@dataclass(frozen=True)
class ScoredFile:
    """Which columns of a table of scores say who, where and when, and which sites are treated."""

    path: str
    site: str = "site"  # the column of the site
    wave: str | None = None  # the column of the wave; None where everybody was asked once
    treated: tuple[str, ...] = ()  # the treated sites; none to compare no arms
    # the column of whoever is linked across waves; else ``person``, ``respondent`` or ``target``, whichever is there
    # first
    person: str | None = None
    instruments: tuple[Instrument, ...] = ()  # definitions that scores may come from, beside those shipped
    waves: tuple[str, ...] = ()  # the waves in order; none for the order of `order_waves`
    reading: ReadingOptions = AS_FOUND  # the sheet of a workbook, and the row that names the columns
    file: Path | None = None  # where the file lies, if not at `path`: standard input has been copied


def make_study_from_scores(scored: ScoredFile) -> StudyData:
    """Return a study made from a table of scores, such as ``sos-score score`` writes."""
    cells = read_cells(scored.path, scored.reading, scored.file)
    ids = _find_ids(scored, cells)
    cells = cells.spell_once(*(ids[role] for role in ("site", "wave") if role in ids))
    shipped = [load_instrument(name) for name in list_instruments()]
    used = {*ids.values(), "respondent", "target", "source", "team"}
    numeric = [name for name in cells.header if name and name not in used and cells.is_numeric(name)]
    scores = find_scores(cells.header, numeric, [*scored.instruments, *shipped])
    study = _make_study(scored, cells, ids, scores)
    frame = _make_ids(study, cells, ids)
    problems = [
        *_find_summaries(scored.path, cells, ids), *_find_texts(scored.path, cells, scores),
        *_find_outside(scored.path, cells, scores),
        *_find_twice(scored.path, cells, frame),
    ]  # fmt: skip
    if problems:
        raise InvalidSurvey(problems, "nothing was compared")
    digest = hash_files([scored.file] if scored.file else list_files(scored.path))
    lost = {role: int(frame[role].isna().sum()) for role in ("site", "wave") if role in ids}
    least = study.privacy.smallest_cell
    notes = [note_left_out(count, len(frame), role, least) for role, count in lost.items() if count]
    if not scored.waves and are_words(study.waves):
        notes.append(note("waves_as_they_appear", waves=tuple(study.waves)))
    notes += [
        note("scores_like_codes", source=source, scale=each.scale, codes=tuple(codes))
        for source, group in scores.items()
        for each in group
        if each.instrument is None and (codes := cells.find_codes(each.column))
    ]
    taken = {column for group in scores.values() for each in group for column in each.columns}
    left = {name: cells.find_nearly_numeric(name) for name in cells.header if name and name not in used | taken}
    notes += [note("not_scores", column=name, texts=tuple(texts)) for name, texts in left.items() if texts]
    made = [carry_levels(study, _make_table(study, source, cells, frame, group)) for source, group in scores.items()]
    tables = [table for table, _ in made]
    notes += [each for _, carried in made for each in carried]
    outcomes = tuple(each for table in tables for each in list_scored_outcomes(table, scores[table.source]))
    hidden = find_hidden_sites(study, tables, outcomes)
    notes = list(withhold_totals(notes, study, hidden))
    return StudyData(
        study=study,
        tables=tuple(tables),
        outcomes=outcomes,
        notes=(*notes, *note_study(study, tables, hidden)),
        defaults=tuple(each for each in list_defaults(study) if not each.startswith("sources.")),
        files=(FileSummary(scored.path, len(cells.lines)),),
        inputs=(Input("answers", scored.path, digest),),
    )


def _find_ids(scored: ScoredFile, cells: Cells) -> dict[str, str]:
    """Return the column of each of the study's ids."""
    asked = {"site": scored.site, "wave": scored.wave, "person": scored.person}
    for role, column in asked.items():
        if column is not None and column not in cells.header:
            message = f"{scored.path} has no column '{column}' for the {role} (columns: {', '.join(cells.header[:12])})"
            raise InvalidRequest(f"{message} {guess(column, cells.header)}".rstrip())
    ids = {role: column for role, column in asked.items() if column is not None}
    if "person" not in ids:
        ids |= next(({"person": name} for name in ("person", "respondent", "target") if name in cells.header), {})
    return ids | {name: name for name in _IDS if name in cells.header and name not in ids.values()}


def _sort_naturally(values: Iterable[str]) -> list[str]:
    """Return the different values in order, numbers as numbers: T2 before T10."""
    parts = {value: re.split(r"(\d+)", value) for value in values if value}
    return sorted(parts, key=lambda value: [(part.isdecimal(), part.zfill(20), part) for part in parts[value]])


def _make_study(scored: ScoredFile, cells: Cells, ids: dict[str, str], scores: dict[str, list[ScoreColumn]]) -> Study:
    sites, treated = _sort_naturally(cells.list_texts(ids["site"])), {fold_text(site) for site in scored.treated}
    unknown = [site for site in scored.treated if fold_text(site) not in map(fold_text, sites)]
    if unknown:
        message = f"no site '{unknown[0]}' in column '{scored.site}' (sites: {', '.join(sites)})"
        raise InvalidRequest(f"{message} {guess(unknown[0], sites)}".rstrip())
    if scored.treated and len(treated) == len(sites):
        raise InvalidRequest(f"every site is treated ({', '.join(sites)}), so there is none to compare them with")
    if not sites:
        raise InvalidSurvey([Problem("names no site", scored.path, where=scored.site)], "nothing was compared")
    if not scores:
        almost = {name: cells.find_nearly_numeric(name) for name in cells.header if name and name not in ids.values()}
        name, texts = next(((name, texts) for name, texts in almost.items() if texts), ("", []))
        hint = "answers are scored first: sos-score score, or a study file names them: sos-score new study"
        hint = f"'{name}' holds {clip(repr(texts[0]))}, which is no number" if name else hint
        problem = Problem("has no column of scores", scored.path, 1, hint=hint, rule="score")
        raise InvalidSurvey([problem], "nothing was compared")
    arms = {"treated": {"label": "Treated"}, "contrast": {"label": "Contrast", "reference": True}}
    data: dict[str, Any] = {
        "format": 1,
        "id": "scores",
        "title": Path(scored.path).name,
        "arms": arms if scored.treated else {},
        "sites": {
            site: {"arm": "treated" if fold_text(site) in treated else "contrast"} if scored.treated else {}
            for site in sites
        },
        "waves": _order_waves(scored, cells.list_texts(ids["wave"])) if "wave" in ids else [],
        "sources": {
            name: {"files": scored.path, "instrument": group[0].instrument.id if group[0].instrument else name}
            for name, group in scores.items()
        },
        "levels": [level for level in ("site", "worker", "family") if level in ids],
    }
    return Study.model_validate(data)


def _order_waves(scored: ScoredFile, cells: Iterable[str]) -> list[str]:
    """Return the waves in the order asked for, which has to name each of them once; else in their own."""
    found = order_waves(cells)
    spelled = {fold_text(wave): wave for wave in found}
    asked = [spelled.get(fold_text(wave), wave) for wave in scored.waves]
    if asked and sorted(asked) != sorted(found):
        message = f"--waves {','.join(scored.waves)} is not every wave of column '{scored.wave}' once"
        raise InvalidRequest(f"{message} (waves: {', '.join(found)})")
    return asked or found


def _make_ids(study: Study, cells: Cells, ids: dict[str, str]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    only = next(iter(study.waves)) if len(study.waves) == 1 else None
    columns = {role: cells.share_texts(column) for role, column in ids.items()}
    nothing = np.full(len(cells.lines), None, dtype=object)
    arms = {site: about.arm for site, about in study.sites.items()}
    placed = {
        "person": columns.pop("person", nothing),
        "site": columns["site"],
        "arm": np.array([arms.get(site) for site in columns.pop("site")], dtype=object),
        "wave": columns.pop("wave", np.full(len(cells.lines), only, dtype=object)),
    }
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in (placed | columns).items()})


def _find_texts(path: str, cells: Cells, scores: dict[str, list[ScoreColumn]]) -> Iterator[Problem]:
    for column in (column for group in scores.values() for each in group for column in each.columns):
        strange = cells.find_strange(column)
        if strange:
            line, cell = strange[0]
            yield Problem(f"'{cell}' is not a number", path, line, column, rule="score", count=len(strange))


def _find_summaries(path: str, cells: Cells, ids: dict[str, str]) -> Iterator[Problem]:
    """Yield one problem for each of the person and the site under which rows sum up the others."""
    for column in (ids[role] for role in ("person", "site") if role in ids):
        found = [bool(re.search(SUMMARY_ID, text or "")) for text in cells.share_texts(column).tolist()]
        if any(found):
            yield describe_summary(column, sum(found), path, int(cells.lines[found.index(True)]))


def _find_outside(path: str, cells: Cells, scores: dict[str, list[ScoreColumn]]) -> Iterator[Problem]:
    """Yield one problem for each column with scores that its definition does not allow, as -99 is none."""
    for score in (each for group in scores.values() for each in group):
        low, high = score.find_range()
        numbers = cells.read_numbers(score.column)
        slack = 1e-6 * (high - low)
        places = ((numbers < low - slack) | (numbers > high + slack)).nonzero()[0].tolist()
        if places:
            message = f"{numbers[places[0]]:g} is outside {low:g}-{high:g}"
            hint = "leave the cell empty where there is no score"
            yield Problem(message, path, cells.lines[places[0]], score.column, hint, "score", len(places))


def _find_twice(path: str, cells: Cells, frame: pd.DataFrame) -> Iterator[Problem]:
    roles = [role for role in ("person", "wave", "rater") if role in frame.columns]
    wave = frame["wave"].fillna("")
    homes = frame["site"].groupby([frame["person"], wave]).transform("nunique")
    again = frame["person"].notna() & (frame.duplicated(roles, keep=False) | (homes > 1))
    seen: dict[tuple[str | None, ...], tuple[str, int]] = {}
    home: dict[tuple[str, str], tuple[str, int]] = {}
    for place in again.to_numpy().nonzero()[0].tolist():
        row, line = frame.iloc[place], int(cells.lines[place])
        first_site, first_line = seen.setdefault(tuple(row[roles]), (row["site"], line))
        if first_line == line and row["site"]:  # nobody else has this rater: is the person elsewhere?
            first_site, first_line = home.setdefault((row["person"], wave[place]), (row["site"], line))
            if first_site == row["site"]:
                continue
        if first_line == line:
            continue
        who = f"person '{row['person']}'" + (f" at {row['wave']}" if row["wave"] else "")
        if row["site"] == first_site:
            yield Problem(f"{who} already on line {first_line}", path, line, rule="person")
        else:
            message = f"{who} is in site '{row['site']}' here and in '{first_site}' on line {first_line}"
            yield Problem(message, path, line, rule="person")


def _make_table(study: Study, source: str, cells: Cells, ids: pd.DataFrame, scores: list[ScoreColumn]) -> SourceTable:
    import pandas as pd

    numbers = {
        name: pd.Series(cells.read_numbers(column), dtype=float)
        for score in scores
        for name, column in score.names().items()
    }
    frame = pd.concat([ids, pd.DataFrame(numbers)], axis=1)
    needed = ["site"] if frame["wave"].isna().all() else ["site", "wave"]
    frame = frame.dropna(subset=needed).reset_index(drop=True)
    levels = tuple(level for level in study.levels if level in frame.columns)
    return SourceTable(source, scores[0].instrument, None, frame, pd.DataFrame(index=frame.index), levels)
