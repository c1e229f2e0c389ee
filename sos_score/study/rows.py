"""The rows of one source: who answered, where and when, with the codes or the ready-made T-scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.study.rules import ID_ROLES
from sos_score.definition.text import DECIMAL_ZERO, fold_id
from sos_score.errors import InvalidInput, InvalidSurvey, Problem, guess
from sos_score.scoring.expressions import answer_column
from sos_score.scoring.file_summary import FileSummary
from sos_score.scoring.files import BatchSink, read_codes
from sos_score.scoring.scorer import prepare_scorer
from sos_score.study.file import StudyFile
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.columns import match_columns, suggest_map
from sos_score.survey.mapped import open_mapped
from sos_score.survey.shape import EmptyChoice

if TYPE_CHECKING:
    import polars as pl

# The column that says which of a source's files a row came from; no export has such a name.
FILE = "\x1ffile"

# The column of teams that are no level of the study.
TEAM = "\x1fteam"


@dataclass(frozen=True)
class SourceRows:
    """The rows of one instrument in one source."""

    source: str
    instrument: Instrument
    frame: pl.DataFrame  # the study's ids as text, `TEAM`, `FILE` as the number of the file, then what was answered
    columns: Mapping[str, str]  # the study's ids to the exports' id names
    is_scored: bool  # whether T-scores arrived ready-made; else the frame holds codes
    files: tuple[FileSummary, ...]  # what became of each export
    folded: int = 0  # how many rows have a person's id that was written as 1.0 and is read as 1


def read_rows(file: StudyFile, name: str, instrument: Instrument) -> SourceRows:
    """Read the rows of one instrument in one source of a study."""
    import polars as pl

    source = file.study.sources[name]
    frames: list[pl.DataFrame] = []
    done: list[FileSummary] = []
    problems: list[Problem] = []
    ids: dict[str, None] = {}
    empty: list[EmptyChoice] = []
    for number, (given, column_map) in enumerate(zip(source.files, file.column_maps[name], strict=True)):
        path = file.resolve(given)
        try:
            frame, named, summary = _read_file(file, name, path, instrument, column_map)
        except EmptyChoice as error:
            empty.append(error)
            done.append(FileSummary(path, 0, (instrument.id,)))
            continue
        except InvalidInput as error:
            problems += suggest_map(error.problems, file.name_instruments(name), file.reading(name).list_words())
            continue
        frames.append(frame.with_columns(pl.lit(number).alias(FILE)))
        ids |= dict.fromkeys(named)
        done.append(summary)
    if not frames and not problems:
        problems += [_no_row(file, name, each) for each in empty[:1]]
    arrived = [bool(summary.vendor_scores) for summary in done if summary.rows]
    if any(arrived) and not all(arrived):
        message = "some of its files hold ready-made T-scores, and others answers"
        problems.append(file.problem(("sources", name), message, hint="make two sources of them", rule="t-scores"))
    if problems:
        raise InvalidSurvey(problems)
    frame = pl.concat(frames, how="diagonal")
    whole = frame
    frame, columns = _name_ids(file, name, whole, list(ids))
    people = whole[columns["person"]].cast(pl.String) if "person" in columns else pl.Series(dtype=pl.String)
    folded = int(people.str.strip_chars().str.contains(DECIMAL_ZERO).sum())
    return SourceRows(name, instrument, frame, columns, any(arrived), tuple(done), folded)


def _read_file(
    file: StudyFile, name: str, path: str, instrument: Instrument, column_map: ColumnMap | None
) -> tuple[pl.DataFrame, tuple[str, ...], FileSummary]:
    """Return the ids and the codes or T-scores of one export, the names of its ids, and what became of it."""
    import polars as pl

    source = file.study.sources[name]
    batches: list[pl.DataFrame] = []
    with open_mapped(path, column_map, [instrument], file.reading(name), source.where) as export:
        scorer = prepare_scorer(
            export.headers, [instrument], column_map, path=path, values=export.values, language=source.language
        )
        known = scorer.list_ids()
        lost = [key for key in source.where if key not in known and not export.headers.find(key)]
        if lost:
            raise InvalidInput([_no_column(file, ("sources", name, "where", key), key, list(known)) for key in lost])
        summary = read_codes(export, scorer, source.on_invalid, partial(_collect, batches))
    codes = pl.col([answer_column(item) for item in scorer.columns.items if item not in scorer.t_columns])
    return pl.concat(batches).with_columns(codes.cast(pl.Float64)), scorer.list_ids(), summary


@contextmanager
def _collect(batches: list[pl.DataFrame]) -> Iterator[BatchSink]:
    """Take the batches of a file; opened once more, what was taken is void."""
    batches.clear()
    yield batches.append


def _no_row(file: StudyFile, name: str, empty: EmptyChoice) -> Problem:
    return file.problem(("sources", name, "where", empty.key), empty.message, hint=empty.hint, rule="where")


def _name_ids(file: StudyFile, name: str, frame: pl.DataFrame, ids: list[str]) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return the frame with its ids under the study's names, and which column each was."""
    import polars as pl

    given = file.study.sources[name].ids
    problems = [
        _no_column(file, ("sources", name, "ids", role), column, ids)
        for role, column in given.items()
        if column not in ids
    ]
    if problems:
        raise InvalidInput(problems)
    roles = dict.fromkeys([*ID_ROLES, *file.study.levels])
    columns = {role: given.get(role, role) for role in roles if role in given or role in ids}
    if "person" not in columns:
        columns |= next(({"person": each} for each in ("respondent", "target") if each in ids), {})
    named = [clean_ids(pl.col(column)).alias(role) for role, column in columns.items()]
    if "team" in ids and "team" not in columns and "team" not in columns.values():
        named.append(clean_ids(pl.col("team")).alias(TEAM))
    rest = [column for column in frame.columns if column not in ids]
    return frame.select(*named, *rest), columns


def clean_ids(column: pl.Expr) -> pl.Expr:
    """Return a column of ids as they link, which is what `fold_id` makes of each; blank ones are null."""
    import polars as pl

    text = column.cast(pl.String).str.strip_chars().str.replace(DECIMAL_ZERO, "$1")
    return pl.when(text != "").then(text)


def _no_column(file: StudyFile, loc: tuple[str, ...], column: str, ids: list[str]) -> Problem:
    message = f"there is no id column '{column}' (id columns: {', '.join(ids) or 'none'})"
    hint = guess(column, ids) or "name it in the column map, under others"
    return file.problem(loc, message, hint=hint, rule="source-id")


def find_line(file: StudyFile, rows: SourceRows, number: int, ids: Mapping[str, str]) -> tuple[str, int | None]:
    """Return the export and the first line on which the study's ids have the given values.

    Only a broken file is read again for this.
    """
    path = file.resolve(file.study.sources[rows.source].files[number])
    column_map = file.column_maps[rows.source][number]
    where = file.study.sources[rows.source].where
    with open_mapped(path, column_map, (), file.reading(rows.source), where) as export:
        named = match_columns(export.headers, [], column_map, path)[0].ids
        wanted = {named[rows.columns[role]]: value for role, value in ids.items() if rows.columns.get(role) in named}
        places = {export.header.index(column): value for column, value in wanted.items()}
        for line, cells in export.records() if places else ():
            if all(fold_id(cells[place]) == value for place, value in places.items()):
                return path, line
    return path, None
