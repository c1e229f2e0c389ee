"""Files of results: whole or not at all, and never over another file unasked."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sos_score.errors import InvalidOutput, InvalidRequest, Problem, describe_failure
from sos_score.output.codebook import Variable, make_codebook
from sos_score.output.spss import make_sav

if TYPE_CHECKING:
    import polars as pl

FORMATS = {".csv": "csv", ".json": "json", ".xlsx": "xlsx", ".parquet": "parquet", ".sav": "sav"}
SCORE_FORMATS = ("csv", "json", "xlsx", "parquet", "sav")
_WHOLE = ("xlsx", "parquet", "sav")  # cannot be written row by row
_XLSX_ROWS = 1_048_575
_FORMULA = r"^[=+\-@\t\r]"


def choose_format(asked: str | None, output: str | None, allowed: tuple[str, ...] = SCORE_FORMATS) -> str:
    """Return the format asked for, else the one the output's suffix says, else ``table``.

    Raises
    ------
    InvalidRequest
        Neither says one that is known, or the format cannot go where it should.
    """
    known = ("table", *allowed)
    if asked is not None and asked not in known:
        raise InvalidRequest(f"no format '{asked}' (formats: {', '.join(known)})")
    if asked is not None:
        chosen = asked
    elif output in (None, "-"):
        chosen = "table"
    else:
        suffix = Path(str(output)).suffix.lower()
        chosen = FORMATS.get(suffix, "")
        if chosen not in allowed:
            raise InvalidRequest(f"cannot tell a format from '{output}'; give --format ({', '.join(allowed)})")
    if chosen == "table" and output not in (None, "-"):
        raise InvalidRequest(f"a table goes to the terminal; for a file give --format ({', '.join(allowed)})")
    if chosen in _WHOLE and output in (None, "-"):
        raise InvalidRequest(f"{chosen} needs a file (--output results.{chosen})")
    return chosen


def check_output(path: Path, *, force: bool, inputs: Iterable[str | Path] = ()) -> None:
    """Raise `InvalidOutput` unless `path` can be written, without touching it; never over one of the `inputs`."""
    if path.is_file() and any(Path(each).is_file() and path.samefile(each) for each in inputs):
        message = "is read here, and would be replaced"
        raise InvalidOutput([Problem(message, str(path), hint="choose another name", rule="output")])
    if path.is_dir():
        raise InvalidOutput([Problem("is a folder", str(path), rule="output")])
    if not path.parent.is_dir():
        raise InvalidOutput([Problem(f"there is no folder '{path.parent}'", str(path), rule="output")])
    if path.exists() and not force:
        hint = "choose another name, or replace it with --force"
        raise InvalidOutput([Problem("is there already", str(path), hint=hint, rule="output")])


@contextmanager
def replace_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `path` when the block ends well, and leaves no trace when it does not."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("wb") as stream:
            yield stream
        os.replace(beside, path)  # noqa: PTH105 - Path.replace is the same call, this says what it does
    except OSError as error:
        raise _refuse(error, str(path)) from None
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


def _refuse(error: OSError, name: str) -> InvalidOutput:
    return InvalidOutput([Problem(f"cannot be written ({describe_failure(error)})", name, rule="output")])


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Put every file in its place, or where one cannot be written none; what was there before is then there again.

    Parameters
    ----------
    contents : dict
        Path to content. Folders that are not there are made.

    Raises
    ------
    InvalidOutput
        A file cannot be written.
    """
    tag = secrets.token_hex(4)
    kept: list[Path] = []
    path = Path()
    try:
        with ExitStack() as undo:
            for path in dict.fromkeys(each.parent for each in contents if not each.parent.exists()):
                path.mkdir()
                undo.callback(path.rmdir)
            parts = {path: path.with_name(f".{path.name}.{tag}.part") for path in contents}
            for path, part in parts.items():
                undo.callback(part.unlink, missing_ok=True)
                part.write_bytes(contents[path])
            for path, part in parts.items():
                if path.exists():
                    kept.append(path.with_name(f".{path.name}.{tag}.old"))
                    path.replace(kept[-1])
                    undo.callback(kept[-1].replace, path)
                else:
                    undo.callback(path.unlink, missing_ok=True)
                part.replace(path)
            undo.pop_all()
    except OSError as error:
        raise _refuse(error, str(path)) from None
    for path in kept:
        path.unlink()


def write_text(text: str, output: str | None, *, force: bool, inputs: Iterable[str | Path] = ()) -> None:
    """Write text to a file, or to standard output where `output` is None or ``-``; see `check_output`."""
    if output in (None, "-"):
        sys.stdout.write(text)
        return
    path = Path(str(output))
    check_output(path, force=force, inputs=inputs)
    with replace_file(path) as stream:
        stream.write(text.encode())


class BatchWriter:
    """Takes batches of rows and writes them as one file.

    Parameters
    ----------
    kind : str
        csv, json, xlsx, parquet or sav.
    stream : binary file
    columns : list of str
        Of the output; a batch that lacks one has it empty.
    name : str
        The output, for messages.
    """

    def __init__(self, kind: str, stream: IO[bytes], columns: list[str], name: str) -> None:
        self.kind, self.stream, self.columns, self.name = kind, stream, columns, name
        self.batches: list[pl.DataFrame] = []
        self.rows = 0
        if kind == "csv":
            stream.write((",".join(_quote(name) for name in columns) + "\n").encode())
        elif kind == "json":
            stream.write(b'{"rows": [')

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
            raise _refuse(error, self.name) from None

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
            self.batches.append(batch)
        self.rows += batch.height

    def finish(self, about: Mapping[str, Any], variables: Sequence[Variable] = ()) -> None:
        """Complete the file; `about` and what the columns mean go inside it where the format has room for that."""
        import polars as pl

        if self.kind == "json":
            self.stream.write(f'], "about": {json.dumps(about, ensure_ascii=False)}}}\n'.encode())
        if self.kind not in _WHOLE:
            return
        empty = pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))
        frame = pl.concat(self.batches, how="vertical_relaxed") if self.batches else empty
        if self.kind == "parquet":
            frame.write_parquet(self.stream, metadata={"sos_score": json.dumps(about)})
        elif self.kind == "sav":
            self.stream.write(make_sav(frame, variables, str(about["software"]), list(_list_caveats(about))))
        elif frame.height > _XLSX_ROWS:
            message = f"{frame.height:,} rows are too many for a worksheet ({_XLSX_ROWS:,})"
            raise InvalidOutput([Problem(message, hint="write CSV or Parquet", rule="output")])
        else:
            book = make_codebook(variables)
            sheets = {
                "scores": (frame.columns, frame.iter_rows()),
                "codebook": ([column.name for column in book.columns], book.rows),
            }
            self.stream.write(make_workbook(sheets, about))


def _list_caveats(about: Mapping[str, Any]) -> Iterator[str]:
    """Yield what has to stand beside scores, in lines."""
    for each in about["definitions"]:
        yield f"{each['id']} {each['version']}, SHA-256 {each['sha256']}"
        for part, claim in each["verification"].items():
            yield f"{part}: {claim['status']} ({claim['source']})"
    if "min_answered" in about:
        yield about["min_answered"]


def disarm_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with an apostrophe before each text a spreadsheet would take for a formula."""
    import polars as pl
    import polars.selectors as cs

    text = cs.string()
    return frame.with_columns(pl.when(text.str.contains(_FORMULA)).then(pl.lit("'") + text).otherwise(text).name.keep())


def _quote(name: str) -> str:
    name = f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t", "\r") else name
    return '"' + name.replace('"', '""') + '"' if any(mark in name for mark in ',"\n\r') else name


def make_workbook(
    sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[object]]]], about: Mapping[str, Any]
) -> bytes:
    """Return an Excel workbook: a sheet for each table, and a last one on where the numbers come from.

    Parameters
    ----------
    sheets : dict
        Sheet name to column names and rows. Text is written as text, never as a formula or a link.
    about : dict
    """
    from datetime import datetime

    import xlsxwriter

    target = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(target, options) as book:
        # The same results give the same bytes.
        book.set_properties({"created": datetime(2000, 1, 1)})
        heading = book.add_format({"bold": True})
        for name, (columns, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, columns, heading)
            for number, values in enumerate(rows, start=1):
                for place, value in enumerate(values):
                    if isinstance(value, str):
                        sheet.write_string(number, place, value)
                    elif value is not None:
                        sheet.write_number(number, place, value)
        sheet = book.add_worksheet("about")
        for number, (key, text) in enumerate(_flatten(about)):
            sheet.write_string(number, 0, key)
            sheet.write_string(number, 1, text)
    return target.getvalue()


def _flatten(about: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(about, Mapping):
        for key, value in about.items():
            yield from _flatten(value, f"{path}.{key}" if path else str(key))
    elif isinstance(about, list):
        for index, value in enumerate(about):
            yield from _flatten(value, f"{path}[{index}]")
    else:
        yield path, str(about)
