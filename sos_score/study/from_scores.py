"""A study without a study file: made from a table of scores, one row a person and wave."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.library import list_instruments, load_instrument
from sos_score.definition.study.defaults import list_defaults
from sos_score.definition.study.model import Study
from sos_score.errors import InvalidRequest, InvalidSurvey, Problem, guess
from sos_score.notes import note
from sos_score.scoring.file_summary import FileSummary
from sos_score.study.data import SourceTable, StudyData
from sos_score.study.file import Input
from sos_score.study.notes import note_left_out, note_study
from sos_score.study.scored_columns import ScoreColumn, find_scores, list_scored_outcomes
from sos_score.survey.check.row_key import RowKey
from sos_score.survey.readers.export import AS_FOUND, ReadingOptions
from sos_score.survey.readers.registry import open_export
from sos_score.survey.waves import are_words, order_waves

if TYPE_CHECKING:
    import pandas as pd

_BLANK = ("", "na", "nan", "null", "none", ".")
_IDS = ("worker", "family", "rater")


@dataclass(frozen=True)
class ScoredFile:
    """Which columns of a table of scores say who, where and when, and which sites are treated.

    Attributes
    ----------
    site : str
        The column of the site.
    wave : str or None
        The column of the wave; None where everybody was asked once.
    treated : tuple of str
        The treated sites; none to compare no arms.
    person : str or None
        The column of whoever is linked across waves; else ``person``, ``respondent`` or ``target``, whichever is there
        first.
    instruments : tuple of Instrument
        Definitions that scores may come from, beside those shipped.
    waves : tuple of str
        The waves in order; none for the order of `order_waves`.
    reading : ReadingOptions
        The sheet of a workbook, and the row that names the columns.
    file : Path or None
        Where the file lies, if not at `path`: standard input has been copied.
    """

    path: str
    site: str = "site"
    wave: str | None = None
    treated: tuple[str, ...] = ()
    person: str | None = None
    instruments: tuple[Instrument, ...] = ()
    waves: tuple[str, ...] = ()
    reading: ReadingOptions = AS_FOUND
    file: Path | None = None


@dataclass(frozen=True)
class _Cells:
    """The cells of a file by column, and the line of each row."""

    header: tuple[str, ...]
    columns: dict[str, list[str]]
    lines: list[int]


def make_study_from_scores(scored: ScoredFile) -> StudyData:
    """Return a study made from a table of scores, such as ``sos-score score`` writes."""
    cells = _read_cells(scored)
    ids = _find_ids(scored, cells)
    shipped = [load_instrument(name) for name in list_instruments()]
    used = {*ids.values(), "respondent", "target", "source", "team"}
    numeric = [name for name in cells.header if name not in used and _is_numeric(cells.columns[name])]
    scores = find_scores(cells.header, numeric, [*scored.instruments, *shipped])
    study = _make_study(scored, cells, ids, scores)
    frame = _make_ids(study, cells, ids)
    problems = [*_find_texts(scored.path, cells, scores), *_find_twice(scored.path, cells, frame)]
    if problems:
        raise InvalidSurvey(problems, "nothing was compared")
    content = (scored.file or Path(scored.path)).read_bytes()
    lost = {role: int(frame[role].isna().sum()) for role in ("site", "wave") if role in ids}
    least = study.privacy.smallest_cell
    notes = [note_left_out(count, len(frame), role, least) for role, count in lost.items() if count]
    if not scored.waves and are_words(study.waves):
        notes.append(note("waves_as_they_appear", waves=tuple(study.waves)))
    tables = [_make_table(study, source, cells, frame, group) for source, group in scores.items()]
    outcomes = tuple(each for table in tables for each in list_scored_outcomes(table, scores[table.source]))
    return StudyData(
        study=study,
        tables=tuple(tables),
        outcomes=outcomes,
        notes=(*notes, *note_study(study, tables, outcomes)),
        defaults=tuple(each for each in list_defaults(study) if not each.startswith("sources.")),
        files=(FileSummary(scored.path, len(cells.lines)),),
        inputs=(Input("answers", scored.path, hashlib.sha256(content).hexdigest()),),
    )


def _read_cells(scored: ScoredFile) -> _Cells:
    path = scored.path
    with open_export(path, scored.reading, scored.file) as export:
        header = tuple(name.strip() for name in export.header)
        twice = sorted({name for name in header if name and header.count(name) > 1})
        problems = [Problem(f"several columns are called '{name}'", path, 1, rule="column") for name in twice]
        records: list[tuple[int, Sequence[str]]] = []
        try:
            with export.normalise() as even:
                records += [each for each in even.records() if any(cell.strip() for cell in each[1])]
        except InvalidSurvey as error:
            problems += error.problems
        else:
            if not records:
                problems.append(Problem("has a header and no rows", path, rule="file"))
    if problems:
        raise InvalidSurvey(problems, "nothing was compared")
    columns = {name: [record[index].strip() for _, record in records] for index, name in enumerate(header)}
    return _Cells(header, columns, [line for line, _ in records])


def _find_ids(scored: ScoredFile, cells: _Cells) -> dict[str, str]:
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


def _sort_naturally(values: list[str]) -> list[str]:
    """Return the different values in order, numbers as numbers: T2 before T10."""
    parts = {value: re.split(r"(\d+)", value) for value in values if value}
    return sorted(parts, key=lambda value: [(part.isdecimal(), part.zfill(20), part) for part in parts[value]])


def _make_study(scored: ScoredFile, cells: _Cells, ids: dict[str, str], scores: dict[str, list[ScoreColumn]]) -> Study:
    sites = _sort_naturally(cells.columns[ids["site"]])
    unknown = [site for site in scored.treated if site not in sites]
    if unknown:
        message = f"no site '{unknown[0]}' in column '{scored.site}' (sites: {', '.join(sites)})"
        raise InvalidRequest(f"{message} {guess(unknown[0], sites)}".rstrip())
    if scored.treated and len(set(scored.treated)) == len(sites):
        raise InvalidRequest(f"every site is treated ({', '.join(sites)}), so there is none to compare them with")
    if not sites:
        raise InvalidSurvey([Problem("names no site", scored.path, where=scored.site)], "nothing was compared")
    if not scores:
        raise InvalidSurvey([Problem("has no column of scores", scored.path, 1)], "nothing was compared")
    arms = {"treated": {"label": "Treated"}, "contrast": {"label": "Contrast", "reference": True}}
    data: dict[str, Any] = {
        "format": 1,
        "id": "scores",
        "title": Path(scored.path).name,
        "arms": arms if scored.treated else {},
        "sites": {
            site: {"arm": "treated" if site in scored.treated else "contrast"} if scored.treated else {}
            for site in sites
        },
        "waves": _order_waves(scored, cells.columns[ids["wave"]]) if "wave" in ids else [],
        "sources": {
            name: {"files": scored.path, "instrument": group[0].instrument.id if group[0].instrument else name}
            for name, group in scores.items()
        },
        "levels": [level for level in ("site", "worker", "family") if level in ids],
    }
    return Study.model_validate(data)


def _order_waves(scored: ScoredFile, cells: list[str]) -> list[str]:
    """Return the waves in the order asked for, which has to name each of them once; else in their own."""
    found = order_waves(cells)
    if scored.waves and sorted(scored.waves) != sorted(found):
        message = f"--waves {','.join(scored.waves)} is not every wave of column '{scored.wave}' once"
        raise InvalidRequest(f"{message} (waves: {', '.join(found)})")
    return list(scored.waves) or found


def _make_ids(study: Study, cells: _Cells, ids: dict[str, str]) -> pd.DataFrame:
    import pandas as pd

    nothing: list[str | None] = [None] * len(cells.lines)
    only = next(iter(study.waves)) if len(study.waves) == 1 else None
    columns = {role: [cell or None for cell in cells.columns[column]] for role, column in ids.items()}
    arms = [study.sites[site].arm if site else None for site in columns["site"]]
    placed = {
        "person": columns.pop("person", nothing),
        "site": columns.pop("site"),
        "arm": arms,
        "wave": columns.pop("wave", [only] * len(nothing)),
    }
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in (placed | columns).items()})


def _is_numeric(cells: list[str]) -> bool:
    given = [cell for cell in cells if cell.casefold() not in _BLANK]
    return bool(given) and all(_read_number(cell) is not None for cell in given)


def _read_number(cell: str) -> float | None:
    """Return a score, NaN where the cell says there is none, None where it is no number."""
    if cell.casefold() in _BLANK:
        return math.nan
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _find_texts(path: str, cells: _Cells, scores: dict[str, list[ScoreColumn]]) -> Iterator[Problem]:
    for column in (column for group in scores.values() for each in group for column in each.columns):
        strange = [
            (line, cell)
            for line, cell in zip(cells.lines, cells.columns[column], strict=True)
            if _read_number(cell) is None
        ]
        if strange:
            line, cell = strange[0]
            yield Problem(f"'{cell}' is not a number", path, line, column, rule="score", count=len(strange))


def _find_twice(path: str, cells: _Cells, frame: pd.DataFrame) -> Iterator[Problem]:
    key = RowKey({role: role for role in ("person", "wave", "rater") if role in frame.columns}, ("person",))
    seen: dict[tuple[str, ...], tuple[str, int]] = {}
    rows = ({str(name): value for name, value in row.items()} for row in frame.to_dict("records"))
    for line, row in zip(cells.lines, rows, strict=True):
        found, site = key.read(row), row["site"]
        if found is None:
            continue
        first_site, first_line = seen.setdefault(found, (site, line))
        if first_line == line:
            continue
        who = f"person '{row['person']}'" + (f" at {row['wave']}" if row["wave"] else "")
        if site == first_site:
            yield Problem(f"{who} already on line {first_line}", path, line, rule="person")
        else:
            message = f"{who} is in site '{site}' here and in '{first_site}' on line {first_line}"
            yield Problem(message, path, line, rule="person")


def _make_table(study: Study, source: str, cells: _Cells, ids: pd.DataFrame, scores: list[ScoreColumn]) -> SourceTable:
    import pandas as pd

    numbers = {
        name: pd.Series([_read_number(cell) for cell in cells.columns[column]], dtype=float)
        for score in scores
        for name, column in score.names().items()
    }
    frame = pd.concat([ids, pd.DataFrame(numbers)], axis=1)
    needed = ["site"] if frame["wave"].isna().all() else ["site", "wave"]
    frame = frame.dropna(subset=needed).reset_index(drop=True)
    levels = tuple(level for level in study.levels if level in frame.columns)
    return SourceTable(source, scores[0].instrument, None, frame, pd.DataFrame(index=frame.index), levels)
