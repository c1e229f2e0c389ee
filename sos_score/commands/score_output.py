"""Where scores go: the terminal, standard output, a file, or a file for each source."""

from __future__ import annotations

import io
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from sos_score.output.codebook import Variable
from sos_score.output.delimited import open_console
from sos_score.output.files import create_files
from sos_score.output.score_writer import BatchWriter
from sos_score.output.table import Column, Table, print_table
from sos_score.scoring.files import BatchSink

if TYPE_CHECKING:
    import polars as pl

_ROWS_SHOWN = 20

Parts = Callable[[str | None], AbstractContextManager[BatchSink]]
About = Callable[[], Mapping[str, Any]]
Book = Callable[[], Sequence[Variable]]


def name_companion(target: Path) -> Path:
    """Return the file beside a CSV that says which key gave the scores."""
    return target.with_name(f"{target.name}.about.json")


@contextmanager
def open_target(
    kind: str, target: Path | None, columns: list[str], about: About, book: Book, *, quiet: bool, force: bool
) -> Iterator[Parts]:
    """Open what the scores are written to; it appears only when the block ends well."""
    if kind == "table":
        shown = _Shown(columns)
        yield _with_progress(shown.part, quiet=quiet)
        shown.print()
    elif target is None:
        with (
            tempfile.TemporaryFile() as stream,
            closing(BatchWriter(kind, cast("IO[bytes]", stream), columns, "-")) as writer,
        ):
            yield _with_progress(writer.part, quiet=quiet)
            writer.finish(about())
            stream.seek(0)
            sys.stdout.flush()
            if sys.stdout.isatty():  # where control characters in ids must be written out
                shutil.copyfileobj(io.TextIOWrapper(stream, "utf-8", newline=""), sys.stdout)
            else:
                shutil.copyfileobj(stream, sys.stdout.buffer)
            sys.stdout.flush()
    else:
        paths = [target, name_companion(target)] if kind == "csv" else [target]
        with (
            create_files(paths, force=force) as (file, *beside),
            closing(BatchWriter(kind, file, columns, str(target))) as writer,
        ):
            yield _with_progress(writer.part, quiet=quiet)
            writer.finish(about(), book())
            for companion in beside:
                companion.write((json.dumps(about(), indent=2, ensure_ascii=False) + "\n").encode())


def _with_progress(parts: Parts, *, quiet: bool) -> Parts:
    if quiet or not sys.stderr.isatty():
        return parts

    @contextmanager
    def watched(source: str | None) -> Iterator[BatchSink]:
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
        self.numbers: set[str] = set()
        self.total = 0

    @contextmanager
    def part(self, source: str | None) -> Iterator[BatchSink]:
        kept, total = len(self.rows), self.total

        def take(batch: pl.DataFrame) -> None:
            self.total += batch.height
            self.numbers |= {name for name, dtype in batch.schema.items() if dtype.is_float()}
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
        # Counts answered are for files; here they would push the scores off the screen.
        shown = [name for name in self.columns if name.removesuffix("_n") == name or name[:-2] not in self.columns]
        stub = next((place for place, name in enumerate(shown) if name in self.numbers), 1)
        columns = tuple(Column(name, 2 if name in self.numbers else None) for name in shown)
        places = [self.columns.index(name) for name in shown]
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        more = self.total - len(self.rows)
        notes = (f"{more:,} more rows; write them all with --output scores.csv",) if more else ()
        print_table(Table(columns, rows, notes=notes, stub=stub), open_console())
