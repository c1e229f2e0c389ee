"""Survey exports on disk, whatever their encoding and delimiter, as UTF-8 text with true line numbers."""

from __future__ import annotations

import codecs
import csv
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from sos_score.errors import InvalidSurvey, Problem

if TYPE_CHECKING:
    from _csv import Reader as _Reader  # the only name the type has

_CHUNK = 1 << 22
_PART = 1 << 17  # small enough to stay in the processor's cache
_DELIMITERS = ",;\t"
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MAX_CELL = 1 << 24
_MAX_RAGGED = 20
_SAVE = "save it as CSV UTF-8"
_OPEN = "a quote is opened in this row and never closed"
_END = "\x1e"  # the line after the last: inside the last cell where a quote is still open


@dataclass(frozen=True)
class Export:
    """A survey export, ready to be scanned.

    Attributes
    ----------
    name : str
        The file as the user named it.
    path : Path
        UTF-8 text of the same lines; the file itself where it was UTF-8 already.
    delimiter : str
    header : tuple of str
        The column names, as written.
    body : Path
        What to scan: the file itself where it is plain, else the same records written out plainly.
    body_start : int
        How many lines of `body` come before the first record.
    plainness : Future
        Whether every line has as many cells as the header; found out in the background. See `settle_export`.
    """

    name: str
    path: Path
    delimiter: str
    header: tuple[str, ...]
    body: Path
    body_start: int
    plainness: Future[bool] = field(repr=False, compare=False)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each record after the header with the line it begins on."""
        with self.path.open(encoding="utf-8-sig", newline="") as stream:
            reader = _read_csv(stream, self.delimiter)
            next(reader)
            line = reader.line_num + 1
            for cells in reader:
                if cells and cells != [_END]:
                    yield line, cells
                line = reader.line_num + 1


Opener = Callable[[Path, str, Path], Path]


@contextmanager
def open_export(name: str) -> Iterator[Export]:
    """Open a survey export for reading; ``-`` is standard input.

    Parameters
    ----------
    name : str
        A path, or ``-``.

    Yields
    ------
    Export

    Raises
    ------
    InvalidSurvey
        The file cannot be read, or has no header.
    """
    with tempfile.TemporaryDirectory(prefix="sos-score-") as folder, ThreadPoolExecutor(1) as background:
        path = _find_file(name, Path(folder))
        reader = READERS.get(path.suffix.lower()) if name != "-" else _open_text
        if reader is None:
            kinds = ", ".join(READERS)
            raise InvalidSurvey([Problem(f"cannot read '{path.suffix}' files (reads {kinds})", name, rule="file")])
        text = reader(path, name, Path(folder))
        yield _describe(text, name, background)


def _find_file(name: str, folder: Path) -> Path:
    if name == "-":
        path = folder / "stdin"
        with path.open("wb") as stream:
            shutil.copyfileobj(sys.stdin.buffer, stream)
        return path
    path = Path(name)
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise InvalidSurvey([Problem(f"cannot be read ({error.strerror})", name, rule="file")]) from None


def _open_text(path: Path, name: str, folder: Path) -> Path:
    """Return a UTF-8 copy of a delimited text file, or the file itself where it is UTF-8."""
    encoding = _detect_encoding(path, name)
    if encoding == "utf-8":
        return path
    copy = folder / "export.txt"
    try:
        # newline="" keeps the line ends, and with them the line numbers.
        with (
            path.open(encoding=encoding, newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as target,
        ):
            shutil.copyfileobj(source, target)
    except UnicodeError:
        message = "is neither UTF-8 nor UTF-16 nor Windows-1252 text"
        raise InvalidSurvey([Problem(message, name, hint=_SAVE, rule="encoding")]) from None
    return copy


READERS: dict[str, Opener] = {".csv": _open_text, ".tsv": _open_text, ".txt": _open_text}


def _detect_encoding(path: Path, name: str) -> str:
    with path.open("rb") as stream:
        start = stream.read(_CHUNK)
        if start.startswith(_MARKS):
            return "utf-16"
        is_marked = start.startswith(codecs.BOM_UTF8)
        lines = 1
        if b"\0" in start[:2]:
            return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while start:
                # Most exports are plain ASCII, which needs no decoding to be UTF-8.
                if decoder.getstate()[0] or not start.isascii():
                    decoder.decode(start)
                lines += start.count(b"\n") if is_marked else 0
                start = stream.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            if not is_marked:
                return "cp1252"
            message = "begins as UTF-8 text does, and is something else here"
            line = lines + error.object.count(b"\n", 0, error.start)
            raise InvalidSurvey([Problem(message, name, line, hint=_SAVE, rule="encoding")]) from None
    return "utf-8"


def _read_csv(stream: Iterable[str], delimiter: str) -> _Reader:
    csv.field_size_limit(_MAX_CELL)
    return csv.reader(chain(stream, [_END]), delimiter=delimiter)


def _describe(path: Path, name: str, background: ThreadPoolExecutor) -> Export:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        start = stream.read(1 << 16)
    delimiter = _find_delimiter(start, "\t" if Path(name).suffix.lower() == ".tsv" else _DELIMITERS)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = _read_csv(stream, delimiter)
        try:
            header = next(reader)
        except csv.Error as error:
            raise InvalidSurvey([Problem(f"is not a table ({error})", name, 1, rule="file")]) from None
        lines = reader.line_num
    if header != [_END] and header and header[-1].endswith(_END):
        raise InvalidSurvey([Problem(_OPEN, name, 1, rule="ragged")])
    if header == [_END] or not any(cell.strip() for cell in header):
        hint = "the first line must name the columns"
        raise InvalidSurvey([Problem("has no header line", name, 1, hint=hint, rule="header")])
    if re.fullmatch(r"sep=.?", delimiter.join(header).strip(), re.IGNORECASE):
        message = "is an instruction to Excel, not the names of the columns"
        raise InvalidSurvey([Problem(message, name, 1, hint="delete this line", rule="header")])
    plainness = background.submit(_is_even, path, delimiter, len(header))
    return Export(name, path, delimiter, tuple(header), path, lines, plainness)


@contextmanager
def settle_export(export: Export) -> Iterator[Export]:
    """Make sure that an export can be scanned as it stands, or write it out so that it can.

    Parameters
    ----------
    export : Export

    Yields
    ------
    Export
        The same where every line has as many cells as the header; else with a `body` written out plainly.

    Raises
    ------
    InvalidSurvey
        With each row that has more or fewer cells than the header.
    """
    if export.plainness.result():
        yield export
        return
    problems = _find_ragged(export)
    if problems:
        raise InvalidSurvey(problems)
    with tempfile.TemporaryDirectory(prefix="sos-score-") as folder:
        yield replace(export, body=_write_plainly(export, Path(folder) / "body.csv"), body_start=0)


def _write_plainly(export: Export, path: Path) -> Path:
    """Write the records without blank lines, stray quotes and odd line ends, which scanners read each their own way."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        # What stands in the line end is what the writer puts in quotes: a lone CR as well.
        writer = csv.writer(stream, delimiter=export.delimiter, lineterminator="\r\n")
        writer.writerows(cells for _, cells in export.records())
    return path


def _find_delimiter(start: str, likely: str) -> str:
    """Return the delimiter that occurs most in the first record, outside quotes."""
    record, quoted = "", False
    for character in start:
        quoted ^= character == '"'
        if character in "\r\n" and not quoted and record.strip():
            break
        if not quoted:
            record += character
    return max(likely, key=record.count)


def _is_even(path: Path, delimiter: str, width: int) -> bool:
    """Return whether the lines surely are what a scanner makes of them: as many cells in each as the header has.

    Keeping nothing but delimiters and line ends costs a tenth of reading the cells, and Polars fills a short row up
    without a word.
    """
    mark = delimiter.encode()
    line = mark * (width - 1) + b"\n"
    others = bytes(byte for byte in range(256) if byte not in mark + b"\n")
    whole, found = line, b""
    for part in _cut(path):
        # A line end of another kind, or a quote inside a cell: every reader has its own idea of it.
        if b"\r" in part and part.count(b"\r") != part.count(b"\r\n"):
            return False
        outside = _strip_quoted(part, mark) if b'"' in part else part
        if outside is None:
            return False
        found += outside.translate(None, others)
        if len(found) > len(whole):
            whole = line * (len(found) // width + 1)
        if not whole.startswith(found):
            return False
        found = found[len(found) - len(found) % width :]
    return not found


def _cut(path: Path) -> Iterator[bytes]:
    """Yield a file in parts that end outside quotes, and not between CR and LF; the last line is ended."""
    with path.open("rb") as stream:
        rest = stream.read(_PART).removeprefix(codecs.BOM_UTF8)
        while part := stream.read(_PART):
            cut = rest.rfind(b"\n") + 1
            if b'"' in rest and rest.count(b'"', 0, cut) % 2:
                # Back before the open quote and what stands before it, which shows whether it opens a cell.
                cut = max(rest.rfind(b'"', 0, cut) - 1, 0)
                cut -= rest[cut - 1 : cut + 1] == b"\r\n"
            yield rest[:cut]
            rest = rest[cut:] + part
    yield rest if rest.endswith(b"\n") else rest + b"\n"


def _strip_quoted(part: bytes, delimiter: bytes) -> bytes | None:
    """Return what stands outside quoted cells; None where a quote is open, or inside a cell that is not quoted."""
    pieces = part.split(b'"')
    if len(pieces) % 2 == 0:
        return None
    # Each quoted piece is now one quote.
    outside = b'"'.join(pieces[::2])
    letters = outside.translate(bytes(byte if byte in delimiter + b'"\r\n' else 120 for byte in range(256)))
    return None if b'x"' in letters or b'"x' in letters else outside


def _find_ragged(export: Export) -> list[Problem]:
    width = len(export.header)
    problems: list[Problem] = []
    hidden = line = 0
    try:
        for line, cells in export.records():
            is_open = cells[-1].endswith(_END)
            if len(cells) == width and not is_open:
                continue
            if len(problems) == _MAX_RAGGED and not is_open:
                hidden += 1
                continue
            count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            message = _OPEN if is_open else f"{count}, and the header has {width}"
            problems.append(Problem(message, export.name, line, rule="ragged"))
    except csv.Error as error:
        hint = "a quote may be opened and never closed"
        problems.append(Problem(f"is not a table ({error})", export.name, line + 1, hint=hint, rule="file"))
    if hidden:
        more = f"{hidden} more lines have a different number of cells from the header"
        problems.append(Problem(more, export.name, rule="ragged"))
    return problems
