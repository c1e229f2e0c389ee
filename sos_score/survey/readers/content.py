"""What kind of file an export is, by its content: a name can say anything."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sos_score.errors import InvalidSurvey, Problem, clip

if TYPE_CHECKING:
    from zipfile import ZipFile

TEXT, SPSS, STATA, PARQUET, XLSX, XLS, ODS = "text", "spss", "stata", "parquet", "xlsx", "xls", "ods"
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_HEAD = 1 << 14
_PIECE = 1 << 20
_MOST_BYTES = 1 << 31  # of a file that unpacks itself here: more is no survey, or meant to fill the disk
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1a\x1b\x1e\x1f\0")
_FEW, _SHARE = 8, 20  # more control characters, and one in so many, are no text
_SIGNS = {
    SPSS: re.compile(rb"\$FL[23]"),
    STATA: re.compile(rb"<stata_dta>|[\x66-\x73][\x01\x02]\x01."),
    PARQUET: re.compile(rb"PAR1"),
    XLS: re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
}
_R = "in R, write the data as CSV: write.csv(data, 'answers.csv', row.names = FALSE, na = '')"
_EXCEL = "open it in Excel and save it as an Excel workbook (.xlsx)"
_UNPACK = "unpack it first"
_REFUSED = {
    rb"[XB]\n[\0\2\3]\0?\0?[\0\2\3]|A\n[23]\n\d{5,}\n|RD[XAB][23]\n": ("an R data file", _R),
    rb"\s*<(!doctype html|html|table|meta)": ("a web page, whatever its name says", _EXCEL),
    rb"\s*<\?xml[^>]*>\s*(<\?mso-application[^>]*>\s*)?<([a-z]+:)?workbook": ("an Excel 2003 XML file", _EXCEL),
    rb"\s*<\?xml": ("an XML file", "export the answers as CSV or Excel"),
    rb"\s*[\[{]\s*[{\"]": ("a JSON file", "export the answers as CSV or Excel"),
    rb"%PDF": ("a PDF", "export the answers as CSV or Excel"),
    rb"\0{12}\xc2\xea\x81\x60|HEADER RECORD\*{7}LIB": ("a SAS file", "in SAS, export the data as CSV (PROC EXPORT)"),
    rb"ARROW1": ("an Arrow file", "save it as Parquet or CSV"),
    rb"PARE": ("an encrypted Parquet file", "save it without encryption"),
    rb"SQLite format 3": ("a database", "export the table of answers as CSV"),
    rb"\x89PNG|\xff\xd8\xff|GIF8": ("a picture", "export the answers as CSV or Excel"),
    rb"BZh\d|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd": ("a compressed file", _UNPACK),
}
_ARCHIVES = {"xl/workbook.xml": XLSX, "content.xml": ODS}
_AGAIN = "open it in Excel and save it anew, or export it again"


def unpack(path: Path, name: str, folder: Path) -> Path:
    """Return the file that gzip has packed, or the file itself where none has."""
    if not _read_head(path).startswith(_GZIP):
        return path
    import gzip  # most files are not packed, and need nothing to unpack them
    import zlib

    target = folder / "unpacked"
    size = 0
    try:
        with gzip.open(path) as source, target.open("wb") as stream:
            while piece := source.read(_PIECE):
                size += len(piece)
                if size > _MOST_BYTES:
                    message = f"unpacks to more than {_MOST_BYTES >> 30} GB"
                    raise InvalidSurvey([Problem(message, name, hint=_UNPACK, rule="file")])
                stream.write(piece)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        message = f"cannot be unpacked ({str(error).lower()})"
        raise InvalidSurvey([Problem(message, name, hint="export it again", rule="file")]) from None
    return target


def identify(path: Path, name: str) -> str:
    """Return the kind of a file; one that cannot be read says what to do instead."""
    head = _read_head(path)
    if head.startswith((_ZIP, b"PK\x05\x06")):
        return _identify_archive(path, name)
    for kind, sign in _SIGNS.items():
        if sign.match(head):
            return kind
    for pattern, (what, hint) in _REFUSED.items():
        if re.match(pattern, head.removeprefix(codecs.BOM_UTF8), re.IGNORECASE):
            raise InvalidSurvey([Problem(f"is {what}, which cannot be read", name, hint=hint, rule="file")])
    if _is_binary(head):
        hint = "export the answers as CSV, Excel, SPSS, Stata or Parquet"
        raise InvalidSurvey([Problem("is not a kind of file sos-score reads (not text)", name, hint=hint)])
    return TEXT


def _identify_archive(path: Path, name: str) -> str:
    with _open_archive(path, name) as archive:
        names = archive.namelist()
    kind = next((_ARCHIVES[part] for part in names if part in _ARCHIVES), None)
    if kind is not None:
        return kind
    if "xl/workbook.bin" in names:
        message, hint = "is a binary Excel workbook (.xlsb), which cannot be read", "save it as .xlsx"
    elif any(part.startswith("Index/") and part.endswith(".iwa") for part in names):
        message, hint = "is an Apple Numbers document, which cannot be read", "in Numbers, export it to Excel or CSV"
    else:
        files = [part for part in names if not part.endswith("/")]
        listed = ", ".join(files[:5]) + (f" and {len(files) - 5} more" if len(files) > 5 else "")
        message, hint = f"is an archive, not a table (it holds {listed or 'nothing'})", _UNPACK
    raise InvalidSurvey([Problem(message, name, hint=hint, rule="file")])


def _is_binary(head: bytes) -> bool:
    """Return whether bytes are neither text nor could be text in any encoding that is read."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in head[:2]:
        return False
    control = len(head) - len(head.translate(None, _CONTROL)) + head.count(b"\0")
    return control > _FEW and control * _SHARE > len(head)


def _read_head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_HEAD)


def check_archive(path: Path, name: str, most: int) -> None:
    """Raise `InvalidSurvey` where a part of an archive is damaged, or all of them unpack to more than `most` bytes.

    A file of a few kilobytes can unpack to gigabytes, and can say that it does not.
    """
    with _open_archive(path, name) as archive:
        size = sum(part.file_size for part in archive.infolist())
        if size > most:
            message = f"unpacks to {size / 2**30:,.1f} GB, which no survey needs"
            raise InvalidSurvey([Problem(message, name, hint="save it as CSV UTF-8", rule="file")])
        for part in archive.infolist():
            with archive.open(part) as stream:
                while stream.read(_PIECE):
                    pass


@contextmanager
def _open_archive(path: Path, name: str) -> Iterator[ZipFile]:
    """Open an archive; whatever in it cannot be read is a problem."""
    import zipfile
    import zlib

    damage = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except damage as error:
        message = f"is a damaged workbook or archive ({clip(str(error), 100)})"
        raise InvalidSurvey([Problem(message, name, hint=_AGAIN, rule="file")]) from None
