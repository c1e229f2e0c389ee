"""Files of answers in, one file of scores out."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from sos_score import __version__
from sos_score.definition.instrument import Instrument
from sos_score.definition.reading import Definition
from sos_score.errors import (
    InvalidDefinition,
    InvalidInput,
    InvalidRequest,
    InvalidSurvey,
    Problem,
    count_problems,
)
from sos_score.report.output import open_console
from sos_score.report.tables import Column, Table, print_table
from sos_score.report.writers import BatchWriter, check_output, choose_format, replace_file
from sos_score.scoring.examples import load_definition
from sos_score.scoring.exports import Outcome, Take, score_export
from sos_score.scoring.provenance import describe_caveat, describe_scores
from sos_score.scoring.scores import OnInvalid, Scorer, prepare_scorer
from sos_score.survey.columns import ColumnMap, read_column_map
from sos_score.survey.files import Export, open_export

if TYPE_CHECKING:
    import polars as pl

_ROWS_SHOWN = 20


@dataclass(frozen=True)
class Job:
    """What to score with what, and where to put it.

    Attributes
    ----------
    data : tuple of str
        Exports; ``-`` is standard input.
    instruments : tuple of str
        Ids or paths.
    column_map : Path or None
    on_invalid : str
    fmt, output : str or None
        See `choose_format`.
    force, quiet : bool
    """

    data: tuple[str, ...]
    instruments: tuple[str, ...]
    column_map: Path | None
    on_invalid: str
    fmt: str | None
    output: str | None
    force: bool
    quiet: bool


def score_files(job: Job) -> bool:
    """Score every file of a job; a file that fails does not take the others down.

    Parameters
    ----------
    job : Job

    Returns
    -------
    bool
        Whether every file was scored.

    Raises
    ------
    InvalidInput
        Nothing could be scored.
    """
    kind = choose_format(job.fmt, job.output)
    target = Path(job.output) if job.output not in (None, "-") else None
    for path in _outputs(target, kind):
        check_output(path, force=job.force)
    definitions = _load_definitions(job.instruments)
    instruments = [definition.instrument for definition in definitions]
    column_map = _read_map(job.column_map, instruments) if job.column_map else None
    with ExitStack() as stack:
        ready, failed = _open_all(job, definitions, column_map, stack)
        columns = _list_columns([scorer for _, scorer in ready], many=len(job.data) > 1)
        outcomes: list[Outcome] = []
        about = partial(describe_scores, definitions, outcomes, __version__)
        with _open_target(kind, target, columns, about, job) as parts:
            for export, scorer in ready:
                source = export.name if len(job.data) > 1 else None
                try:
                    open_part = cast("Callable[[], AbstractContextManager[Take]]", partial(parts, source))
                    outcomes.append(score_export(export, scorer, cast("OnInvalid", job.on_invalid), open_part))
                except InvalidSurvey as error:
                    failed[export.name] = error
            if not outcomes:
                raise _merge(job, failed)
    _say(job, definitions, outcomes, failed)
    return not failed


def _outputs(target: Path | None, kind: str) -> list[Path]:
    if target is None:
        return []
    return [target, _beside(target)] if kind == "csv" else [target]


def _beside(target: Path) -> Path:
    return target.with_name(f"{target.name}.about.json")


def _load_definitions(names: tuple[str, ...]) -> list[Definition]:
    definitions: list[Definition] = []
    problems: list[Problem] = []
    for name in names:
        try:
            definitions.append(load_definition(name))
        except InvalidDefinition as error:
            problems += error.problems
    if problems:
        raise InvalidDefinition(problems, "nothing was scored")
    owner: dict[str, str] = {}
    for definition in definitions:
        for item in definition.instrument.responses:
            if item in owner:
                raise InvalidRequest(f"'{owner[item]}' and '{definition.instrument.id}' both have an item '{item}'")
        owner |= dict.fromkeys(definition.instrument.responses, definition.instrument.id)
    return definitions


def _read_map(path: Path, instruments: list[Instrument]) -> ColumnMap:
    try:
        return read_column_map(path, instruments)
    except InvalidDefinition as error:
        raise InvalidDefinition(error.problems, "nothing was scored") from None


def _open_all(
    job: Job, definitions: list[Definition], column_map: ColumnMap | None, stack: ExitStack
) -> tuple[list[tuple[Export, Scorer]], dict[str, InvalidInput]]:
    ready: list[tuple[Export, Scorer]] = []
    failed: dict[str, InvalidInput] = {}
    instruments = [definition.instrument for definition in definitions]
    for name in job.data:
        try:
            export = stack.enter_context(open_export(name))
            ready.append((export, prepare_scorer(export.header, instruments, column_map, export.name)))
        except InvalidSurvey as error:
            failed[name] = error
    if not ready:
        raise _merge(job, failed)
    return ready, failed


def _list_columns(scorers: list[Scorer], *, many: bool) -> list[str]:
    ids = [name for scorer in scorers for name in (*scorer.columns.ids, *scorer.columns.constants)]
    if many and "source" in ids:
        raise InvalidRequest("with several files 'source' is the file's name; call the column map's 'source' otherwise")
    return [*(["source"] if many else []), *dict.fromkeys(ids), *scorers[0].score_columns()]


def _merge(job: Job, failed: dict[str, InvalidInput]) -> InvalidSurvey:
    problems = [problem for name in dict.fromkeys(job.data) if name in failed for problem in failed[name].problems]
    return InvalidSurvey(problems, "nothing was scored")


Parts = Callable[[str | None], AbstractContextManager[Any]]


@contextmanager
def _open_target(
    kind: str, target: Path | None, columns: list[str], about: Callable[[], dict[str, Any]], job: Job
) -> Iterator[Parts]:
    """Open what the scores are written to; it appears only when the block ends well."""
    if kind == "table":
        shown = _Shown(columns)
        yield shown.part
        shown.print()
    elif target is None:
        with tempfile.TemporaryFile() as stream:
            writer = BatchWriter(kind, cast("IO[bytes]", stream), columns)
            yield writer.part
            writer.finish(about())
            stream.seek(0)
            sys.stdout.flush()
            shutil.copyfileobj(stream, sys.stdout.buffer)
            sys.stdout.buffer.flush()
    else:
        with ExitStack() as files:
            # The scores last: a reader who sees them sees what stands beside them.
            file = files.enter_context(replace_file(target))
            beside = files.enter_context(replace_file(_beside(target))) if kind == "csv" else None
            writer = BatchWriter(kind, file, columns)
            yield _with_progress(writer.part, quiet=job.quiet)
            writer.finish(about())
            if beside is not None:
                beside.write((json.dumps(about(), indent=2, ensure_ascii=False) + "\n").encode())


def _with_progress(parts: Parts, *, quiet: bool) -> Parts:
    if quiet or not sys.stderr.isatty():
        return parts

    @contextmanager
    def watched(source: str | None) -> Iterator[Take]:
        from rich.progress import Progress, SpinnerColumn, TextColumn

        columns = (SpinnerColumn(), TextColumn("{task.completed:,} rows scored"))
        bar = Progress(*columns, console=open_console(to_stderr=True), transient=True)
        with parts(source) as take, bar:
            task = bar.add_task("scoring", total=None)

            def pass_on(batch: pl.DataFrame) -> None:
                take(batch)
                bar.advance(task, batch.height)

            yield pass_on

    return watched


class _Shown:
    """Keeps the first rows for the terminal."""

    def __init__(self, columns: list[str]) -> None:
        self.columns = columns
        self.rows: list[tuple[Any, ...]] = []
        self.total = 0

    @contextmanager
    def part(self, source: str | None) -> Iterator[Take]:
        kept, total = len(self.rows), self.total

        def take(batch: pl.DataFrame) -> None:
            self.total += batch.height
            for row in batch.head(max(0, _ROWS_SHOWN - len(self.rows))).iter_rows(named=True):
                named = {"source": source} | row
                self.rows.append(tuple(named.get(name) for name in self.columns))

        try:
            yield take
        except BaseException:
            del self.rows[kept:]
            self.total = total
            raise

    def print(self) -> None:
        scores = [name for name in self.columns if f"{name}_n" in self.columns]
        ids = [name for name in self.columns if name not in scores and name.removesuffix("_n") not in scores]
        columns = tuple(Column(name, 2 if name in scores else None) for name in ids + scores)
        places = [self.columns.index(name) for name in ids + scores]
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        more = self.total - len(self.rows)
        notes = (f"{more:,} more rows; write them all with --output scores.csv",) if more else ()
        print_table(Table(columns, rows, notes=notes, stub=len(ids)), open_console())


def _say(job: Job, definitions: list[Definition], outcomes: list[Outcome], failed: dict[str, InvalidInput]) -> None:
    problems = _merge(job, failed).problems
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201 - messages go to standard error
    if not job.quiet:
        for outcome in outcomes:
            print(_sum_up(outcome), file=sys.stderr)  # noqa: T201 - as above
        for definition in definitions:
            caveat = describe_caveat(definition.instrument)
            if caveat:
                print(caveat, file=sys.stderr)  # noqa: T201 - as above
    if failed:
        files = "1 file was" if len(failed) == 1 else f"{len(failed)} files were"
        print(f"{count_problems(problems)}; {files} not scored.", file=sys.stderr)  # noqa: T201 - as above


def _sum_up(outcome: Outcome) -> str:
    """Return what became of a file in one line."""
    parts = [f"{outcome.name}: {_count(outcome.rows, 'row')} scored"]
    unscored = {column: outcome.rows - count for column, count in outcome.scored.items() if count < outcome.rows}
    if unscored:
        shown = ", ".join(f"{column} {count}" for column, count in list(unscored.items())[:6])
        parts.append(f"without a score: {shown}" + (" and others" if len(unscored) > 6 else ""))
    parts += [f"{_count(count, 'answer')} missing ({reason})" for reason, count in outcome.missing.items()]
    if outcome.invalid:
        items: dict[str, int] = {}
        for each in outcome.invalid:
            items[each.item] = items.get(each.item, 0) + each.count
        listed = ", ".join(f"{item} {count}" for item, count in items.items())
        parts.append(f"{_count(sum(items.values()), 'answer')} not allowed, made missing ({listed})")
    if outcome.blank_rows:
        parts.append(f"{_count(outcome.blank_rows, 'blank row')} left out")
    return "; ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
