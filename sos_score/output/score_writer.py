"""Scores as one file, written batch by batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from sos_score.errors import InvalidOutput, Problem
from sos_score.output.codebook import Variable, make_codebook
from sos_score.output.delimited import disarm_formulas, quote_name
from sos_score.output.files import WHOLE_FORMATS, refuse_writing
from sos_score.output.spss import make_sav
from sos_score.output.workbook import MOST_CHARACTERS, MOST_ROWS, find_decimals, open_workbook
from sos_score.temporary import private_folder

if TYPE_CHECKING:
    import polars as pl


_OTHERS = "write CSV or Parquet"
_KEPT = 500_000  # rows of a Parquet file that wait in memory; more wait on disk


class BatchWriter:
    """Writes batches of rows as one file; a column that a batch lacks stays empty, `name` is for messages."""

    def __init__(self, kind: str, stream: IO[bytes], columns: list[str], name: str) -> None:
        self.kind, self.stream, self.columns, self.name = kind, stream, columns, name
        self.batches: list[pl.DataFrame | Path] = []
        self.waiting = 0
        self.rows = 0
        self.folder: Path | None = None
        self._spool = ExitStack()
        if kind == "csv":
            stream.write((",".join(quote_name(name) for name in columns) + "\n").encode())
        elif kind == "json":
            stream.write(b'{"rows": [')

    def close(self) -> None:
        """Remove what waited on disk."""
        self._spool.close()

    @contextmanager
    def part(self, source: str | None = None) -> Iterator[Callable[[pl.DataFrame], None]]:
        """Open a part that can be taken back as a whole; `source` fills the column of that name."""
        rows, batches = self.rows, len(self.batches)
        place = self.stream.tell() if self.stream.seekable() else None
        try:
            yield lambda batch: self._take(batch, source)
        except BaseException:
            self.rows = rows
            del self.batches[batches:]
            if place is not None:
                self.stream.seek(place)
                self.stream.truncate()
            raise

    def _take(self, batch: pl.DataFrame, source: str | None) -> None:
        # Scores are computed while they are written: a full disk must not look like a file that cannot be read.
        try:
            self._write(batch, source)
        except OSError as error:
            raise refuse_writing(error, self.name) from None

    def _write(self, batch: pl.DataFrame, source: str | None) -> None:
        import polars as pl

        if source is not None:
            batch = batch.with_columns(pl.lit(source).alias("source"))
        lacking = [pl.lit(None).alias(name) for name in self.columns if name not in batch.columns]
        batch = batch.with_columns(lacking).select(self.columns)
        if self.kind == "csv":
            disarm_formulas(batch).write_csv(self.stream, include_header=False)
        elif self.kind == "json":
            text = batch.write_json().removeprefix("[").removesuffix("]")
            if text:
                self.stream.write(("," if self.rows else "").encode() + text.encode())
        else:
            self._keep(batch)
        self.rows += batch.height

    def _keep(self, batch: pl.DataFrame) -> None:
        """Keep a batch for the end: in memory, or of many rows of Parquet in files of their own."""
        self.waiting += batch.height
        if self.kind != "parquet" or self.waiting <= _KEPT:
            self.batches.append(batch)
            return
        if self.folder is None:
            self.folder = self._spool.enter_context(private_folder())
        path = self.folder / f"{len(self.batches)}.arrow"
        batch.write_ipc(path, compression="lz4")
        self.batches.append(path)

    def finish(self, about: Mapping[str, Any], variables: Sequence[Variable] = ()) -> None:
        """Complete the file; `about` and what the columns mean go inside it where the format has room for that."""
        import polars as pl

        if self.kind == "json":
            self.stream.write(f'], "about": {json.dumps(about, ensure_ascii=False)}}}\n'.encode())
        if self.kind not in WHOLE_FORMATS:
            return
        empty = pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))
        if self.kind == "parquet":
            frames = [each.lazy() if isinstance(each, pl.DataFrame) else pl.scan_ipc(each) for each in self.batches]
            rows = pl.concat(frames, how="vertical_relaxed") if frames else empty.lazy()
            try:
                rows.sink_parquet(self.stream, metadata={"sos_score": json.dumps(about)})
            except (
                pl.exceptions.ComputeError,
                OSError,
            ) as error:  # the disk is full, or files of this size are too large
                raise refuse_writing(OSError(str(error).rpartition("error: ")[2]), self.name) from None
            return
        kept = [each for each in self.batches if isinstance(each, pl.DataFrame)]
        frame = pl.concat(kept, how="vertical_relaxed") if kept else empty
        _check_lengths(frame, self.kind, self.name)
        if self.kind == "sav":
            self.stream.write(make_sav(frame, variables, str(about["software"]), list(_list_caveats(about))))
        elif frame.height > MOST_ROWS:
            message = f"{frame.height:,} rows are too many for a worksheet ({MOST_ROWS:,})"
            raise InvalidOutput([Problem(message, self.name, hint=_OTHERS, rule="output")])
        else:
            target = BytesIO()
            with open_workbook(target) as sheets:
                digits = [
                    find_decimals(frame[name]) if frame[name].dtype.is_float() else None for name in frame.columns
                ]
                sheets.add_rows("scores", frame.columns, frame.iter_rows(), digits)
                sheets.add_table("codebook", make_codebook(variables))
                sheets.add_about(about)
            self.stream.write(target.getvalue())


def _check_lengths(frame: pl.DataFrame, kind: str, name: str) -> None:
    """Raise `InvalidOutput` for texts that the format has no room for: it would cut them, and two ids become one."""
    import polars as pl
    import polars.selectors as cs

    texts, unit = frame.select(cs.string()), "bytes" if kind == "sav" else "characters"
    sizes = texts.select(pl.all().str.len_bytes() if kind == "sav" else pl.all().str.len_chars())
    problems = [
        Problem(f"a text of {length:,} {unit} in '{column}'; {kind} holds {MOST_CHARACTERS:,}", name, hint=_OTHERS)
        for column in texts.columns
        if (length := cast("int", sizes[column].max() or 0)) > MOST_CHARACTERS
    ]
    if problems:
        raise InvalidOutput(problems)


def _list_caveats(about: Mapping[str, Any]) -> Iterator[str]:
    """Yield what has to stand beside scores, in lines."""
    for each in about["definitions"]:
        yield f"{each['id']} {each['version']}, SHA-256 {each['sha256']}"
        for part, claim in each["verification"].items():
            yield f"{part}: {claim['status']} ({'; '.join(claim['sources'])})"
    if "min_answered" in about:
        yield about["min_answered"]
