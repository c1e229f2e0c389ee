"""What the XML of a workbook's sheets says and its reader does not: how large they are, how cells look, what is hidden.

A sheet of two cells can claim a million rows of sixteen thousand columns, and the reader of workbooks makes room for
all of them; it gives errors and formulas without a value as blank cells, and 50% as 0.5.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol
from xml.etree import ElementTree
from xml.parsers import expat

from sos_score.survey.readers.cells import MOST_CELLS, show_cell

_PIECE = 1 << 18
_PERCENT = ("9", "10")  # formats of numbers that every workbook has
_LITERAL = re.compile(r'"[^"]*"|\\.')
_TEXTS = "xl/sharedStrings.xml"
_COUNT = re.compile(rb"""<[^<>]*sst[^<>]*\buniqueCount\s*=\s*["'](\d+)["']""")
_MOST_PARTS = 1 << 24  # of styles and lists of sheets
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 1 << 14
_CELLS = ("table-cell", "covered-table-cell")


class DamagedSheetError(Exception):
    """The XML of a workbook cannot be read."""


@dataclass
class SheetShape:
    """What is in a sheet; cells are named by row and column, from 0.

    Attributes
    ----------
    rows, columns : int
        Up to the last cell that holds anything.
    shown : dict
        What cells look like that the reader of workbooks gives otherwise.
    uncached : list
        Formulas whose value was never computed.
    hidden : set
        Rows with anything in them that are not shown, as a filter leaves them.
    """

    rows: int = 0
    columns: int = 0
    shown: dict[tuple[int, int], str] = field(default_factory=dict)
    uncached: list[tuple[int, int]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    @property
    def is_too_large(self) -> bool:
        """Return whether the sheet has more cells than are read at once."""
        return self.rows * self.columns > MOST_CELLS


def describe_sheets(path: Path, kind: str) -> list[SheetShape]:
    """Return the shape of each sheet of a workbook, in its order; charts have none."""
    try:
        with zipfile.ZipFile(path) as archive:
            if kind == "ods":
                document = _OpenDocument()
                with archive.open("content.xml") as stream:
                    _parse(stream, document)
                return document.sheets
            return list(_describe_excel(archive))
    except (expat.ExpatError, ElementTree.ParseError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DamagedSheetError(str(error)[:100]) from None


class _Handler(Protocol):
    def start(self, tag: str, given: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def take(self, text: str) -> None: ...


def _parse(stream: IO[bytes], handler: _Handler) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = handler.start, handler.end
    parser.CharacterDataHandler = handler.take
    while piece := stream.read(_PIECE):
        parser.Parse(piece, False)  # noqa: FBT003 - expat takes it so
    parser.Parse(b"", True)  # noqa: FBT003


def _describe_excel(archive: zipfile.ZipFile) -> Iterator[SheetShape]:
    _check_texts(archive)
    percent = _find_percent(archive)
    links = {each.attrib["Id"]: each.attrib["Target"] for each in _read_part(archive, "xl/_rels/workbook.xml.rels")}
    for element in _read_part(archive, "xl/workbook.xml").iter():
        if _local(element.tag) == "sheet":
            link = next(value for name, value in element.attrib.items() if _local(name) == "id")
            part = links[link].removeprefix("/").removeprefix("xl/")
            sheet = _Worksheet(percent)
            if part.startswith("worksheets/"):
                with archive.open(f"xl/{part}") as stream:
                    _parse(stream, sheet)
            yield sheet.shape


def _check_texts(archive: zipfile.ZipFile) -> None:
    """Raise `ValueError` where the list of texts claims to be longer than it can be: room is made for all of it."""
    if _TEXTS in archive.namelist():
        with archive.open(_TEXTS) as stream:
            claimed = [int(number) for number in _COUNT.findall(stream.read(_PIECE))]
        if max(claimed, default=0) > archive.getinfo(_TEXTS).file_size:
            raise ValueError(f"{max(claimed)} texts are listed")


def _read_part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if archive.getinfo(name).file_size > _MOST_PARTS:
        raise ValueError(f"{name} is too large")
    return ElementTree.fromstring(archive.read(name))


def _find_percent(archive: zipfile.ZipFile) -> frozenset[str]:
    """Return the styles of cells that show a number as a percentage."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    root = _read_part(archive, "xl/styles.xml")
    own = (each for each in root.iter() if _local(each.tag) == "numFmt")
    formats = {
        each.attrib.get("numFmtId") for each in own if "%" in _LITERAL.sub("", each.attrib.get("formatCode", ""))
    }
    styles = next((each for each in root if _local(each.tag) == "cellXfs"), ())
    formats |= {*_PERCENT}
    return frozenset(str(place) for place, each in enumerate(styles) if each.attrib.get("numFmtId") in formats)


def _local(tag: str) -> str:
    """Return a name without its namespace, as either parser writes it."""
    return tag.rpartition("}")[2].rpartition(" ")[2]


class _Worksheet:
    """A sheet of Excel: rows (``row``) of cells (``c``) with a value (``v``), a formula (``f``) or text (``is``)."""

    def __init__(self, percent: frozenset[str]) -> None:
        self.shape = SheetShape()
        self.percent = percent
        self.row = self.column = -1
        self.cell: dict[str, str] = {}
        self.text = ""
        self.has_formula = self.is_filled = self.takes = self.is_hidden = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        tag = _local(tag)
        if tag == "c":
            self.cell, self.text = given, ""
            self.has_formula = self.is_filled = False
            self.column = _read_letters(given["r"]) if "r" in given else self.column + 1
        elif tag in ("v", "is"):
            self.is_filled = True
            self.takes = tag == "v"
        elif tag == "f":
            self.has_formula = True
        elif tag == "row":
            self.row, self.column = int(given["r"]) - 1 if "r" in given else self.row + 1, -1
            self.is_hidden = given.get("hidden") in ("1", "true")

    def take(self, text: str) -> None:
        if self.takes:
            self.text += text

    def end(self, tag: str) -> None:
        self.takes = False
        if _local(tag) != "c":
            return
        shape, spot, kind = self.shape, (self.row, self.column), self.cell.get("t", "n")
        if not (0 <= self.row < _MOST_ROWS and 0 <= self.column < _MOST_COLUMNS):
            raise ValueError(f"a cell in row {self.row + 1} and column {self.column + 1}")
        if self.is_filled or self.has_formula:
            shape.rows, shape.columns = max(shape.rows, self.row + 1), max(shape.columns, self.column + 1)
            shape.hidden |= {self.row} if self.is_hidden else set()
        if self.has_formula and not self.text and kind != "str":
            shape.uncached.append(spot)
        elif kind == "e":
            shape.shown[spot] = self.text
        elif kind == "n" and self.text and self.cell.get("s") in self.percent:
            shape.shown[spot] = f"{show_cell(float(self.text) * 100)}%"


def _read_letters(address: str) -> int:
    """Return the column of an address, from 0: ``C7`` is 2."""
    number = 0
    for letter in address.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number - 1


class _OpenDocument:
    """The tables of an OpenDocument: rows and cells that may stand for several alike."""

    def __init__(self) -> None:
        self.sheets: list[SheetShape] = []
        self.row = self.column = 0
        self.rows = self.columns = 1
        self.depth = 0
        self.filled: list[tuple[int, int, str]] = []  # column, how many, how they look
        self.kind = self.text = ""
        self.value = 0.0
        self.is_hidden = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        tag = _local(tag)
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.sheets.append(SheetShape())
                self.row = 0
        elif tag == "table-row":
            self.rows, self.column, self.filled = _count(given, "number-rows-repeated"), 0, []
            self.is_hidden = any(_local(name) == "visibility" and value != "visible" for name, value in given.items())
        elif tag in _CELLS:
            self.columns = _count(given, "number-columns-repeated")
            kinds = [value for name, value in given.items() if _local(name) == "value-type"]
            self.kind = "error" if "error" in kinds else "".join(kinds[:1])
            self.value = float(next((value for name, value in given.items() if _local(name) == "value"), 0))
            self.text = ""

    def take(self, text: str) -> None:
        if self.kind == "error":
            self.text += text.strip()

    def end(self, tag: str) -> None:
        tag = _local(tag)
        if tag == "table":
            self.depth -= 1
        elif tag in _CELLS:
            if self.kind:
                percent = f"{show_cell(self.value * 100)}%" if self.kind == "percentage" else ""
                self.filled.append((self.column, self.columns, self.text if self.kind == "error" else percent))
            self.column += self.columns
            self.kind = ""
        elif tag == "table-row" and self.sheets:
            self._end_row(self.sheets[-1])
            self.row += self.rows

    def _end_row(self, shape: SheetShape) -> None:
        shape.hidden |= {self.row} if self.is_hidden and self.filled else set()
        for column, count, shown in self.filled:
            shape.rows, shape.columns = max(shape.rows, self.row + self.rows), max(shape.columns, column + count)
            if shown and not shape.is_too_large:
                places = [(row, each) for row in range(self.rows) for each in range(count)]
                shape.shown |= {(self.row + row, column + each): shown for row, each in places}


def _count(given: dict[str, str], name: str) -> int:
    return int(next((value for each, value in given.items() if _local(each) == name), 1))
