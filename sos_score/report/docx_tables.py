"""A table as Word sets it: in APA style, editable, its header repeated on every page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from sos_score.output.table import Table, drop_hidden, find_numeric, share_room, show_cells

PORTRAIT, LANDSCAPE = 482.0, 728.0  # points between the margins of A4
_SIZES = (9.0, 8.0, 7.0)
_PADDING = 8.0  # points left and right of a cell's text together
_WHOLE = 13  # a shorter text stays on its line
_WIDTHS = {
    **dict.fromkeys("ijl|.,:;'!", 0.28),
    **dict.fromkeys("ftr()[]- /\u00a0", 0.34),
    **dict.fromkeys("mwMW%@", 0.87),
}
_INTERVAL = re.compile(r"\[-?[\d.]+, -?[\d.]+\]")
_MINUS = re.compile(r"(?<![\w.-])-(?=\d)")
_KEPT = 8  # rows of a table that is not worth a break
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@dataclass(frozen=True)
class Layout:
    """How a table fits a page."""

    widths: tuple[float, ...]  # of its columns, in points
    size: float  # of its type, in points
    is_landscape: bool  # whether it needs a page on its side


def clean(text: str) -> str:
    """Return a text with a mark in place of characters that no XML can hold.

    Examples
    --------
    >>> clean(f"a{chr(1)}b") == f"a{chr(0xFFFD)}b"
    True
    """
    return _NOT_XML.sub("\ufffd", text)


def measure(text: str) -> float:
    """Return the width of a text's longest line, in units of its size; a little more than Arial takes.

    Examples
    --------
    >>> round(measure("ill"), 2), round(measure("MMM"), 2)
    (0.84, 2.61)
    """
    return max(sum(_WIDTHS.get(sign, 0.7 if sign.isupper() else 0.56) for sign in line) for line in text.split("\n"))


def lay_out(table: Table, *, is_upright: bool = False) -> Layout:
    """Return the largest type, and the narrower page, in which a table's words stay whole.

    Upright is a table that stays on a narrow page, where its cells take one line each as far as the type allows.
    """
    texts = _list_texts(drop_hidden(table))
    for size in _SIZES if is_upright else ():
        whole = [max(_measure_words(head), *map(measure, cells or [""])) * size + _PADDING for head, *cells in texts]
        if sum(whole) <= PORTRAIT:
            wanted = [max(map(measure, column)) * size + _PADDING for column in texts]
            return Layout(_share(whole, wanted, PORTRAIT), size, is_landscape=False)
    for room, sizes in ((PORTRAIT, _SIZES if is_upright else _SIZES[:-1]), (LANDSCAPE, _SIZES)):
        for size in sizes:
            least = [max(_measure_words(cell) for cell in column) * size + _PADDING for column in texts]
            if sum(least) <= room:
                wanted = [max(map(measure, column)) * size + _PADDING for column in texts]
                return Layout(_share(least, wanted, room), size, room == LANDSCAPE)
    return Layout(tuple(width * LANDSCAPE / sum(least) for width in least), _SIZES[-1], is_landscape=True)


def _list_texts(table: Table) -> list[list[str]]:
    """Return the texts of each column, its label first; the name of a group has a row of its own."""
    cells = [row if len(row) == 1 or any(row[1:]) else ["", *row[1:]] for row in show_cells(table)]
    return [[column.label, *(_bind(row[place]) for row in cells)] for place, column in enumerate(table.columns)]


def _bind(text: str) -> str:
    """Return a text with a real minus before numbers, which no line ends after, and intervals that do not break."""
    bound = _INTERVAL.sub(lambda found: found[0].replace(" ", "\u00a0"), text)
    return _MINUS.sub("\u2212", bound)


def _measure_words(text: str) -> float:
    return measure(text) if len(text) <= _WHOLE else max(map(measure, re.split("[ \n]", text)))


def _share(least: Sequence[float], wanted: Sequence[float], room: float) -> tuple[float, ...]:
    """Return widths that fit; what is left goes to the columns that want most."""
    if sum(wanted) <= room:
        return tuple(wanted)
    return tuple(share_room(least, wanted, int(room - sum(least))))


def make_table_element(table: Table, layout: Layout) -> Any:
    """Return a table as an element of a Word document: a rule above and below the header and below the last row."""
    from docx.oxml import parse_xml

    table = drop_hidden(table)
    numeric = find_numeric(table)
    widths = [round(width * 20) for width in layout.widths]
    lines = [tuple(each.label for each in table.columns), *(tuple(map(_bind, row)) for row in show_cells(table))]
    last = len(lines) - 1
    kept = last if last <= _KEPT else 2
    rows = "".join(
        _write_row(cells, widths, numeric, layout.size, (number == 0, number in (0, last), number < kept))
        for number, cells in enumerate(lines)
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return parse_xml(
        f'<w:tbl {NAMESPACE}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1"'
        f' w:noVBand="1"/><w:tblCaption w:val={quoteattr(clean(table.title))}/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def _write_row(
    cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool], size: float, kind: tuple[bool, bool, bool]
) -> str:
    """Return a row; `kind` says whether it is the header, has a rule below, and stays with the next.

    A row that names only a group is one cell, and stays with the next.
    """
    is_header, is_ruled, is_kept = kind
    columns = len(cells)
    is_group = columns > 1 and not any(cells[1:])
    if is_group:
        cells, widths, numeric, is_kept = cells[:1], [sum(widths)], [False], True
    rule = '<w:{} w:val="single" w:sz="8" w:space="0" w:color="222222"/>'
    borders = (rule.format("top") if is_header else "") + (rule.format("bottom") if is_ruled else "")
    edge = f"<w:tcBorders>{borders}</w:tcBorders>" if borders else ""
    span = f'<w:gridSpan w:val="{columns}"/>' if is_group else ""
    anchor = '<w:vAlign w:val="bottom"/>' if is_header else ""
    written = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{edge}{anchor}</w:tcPr>'
        f"{_write_cell(cell, size, is_right=is_right, is_kept=is_kept, is_bold=is_group)}</w:tc>"
        for cell, width, is_right in zip(cells, widths, numeric, strict=True)
    )
    header = "<w:tblHeader/>" if is_header else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{written}</w:tr>"


def _write_cell(text: str, size: float, *, is_right: bool, is_kept: bool, is_bold: bool = False) -> str:
    side = '<w:jc w:val="right"/>' if is_right else ""
    keep = "<w:keepNext/>" if is_kept else ""
    bold = "<w:b/>" if is_bold else ""
    height = f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean(text).split("\n"))
    style = f'<w:pPr><w:pStyle w:val="TableText"/>{keep}{side}</w:pPr>'
    return f"<w:p>{style}<w:r><w:rPr>{bold}{height}</w:rPr>{lines}</w:r></w:p>"
