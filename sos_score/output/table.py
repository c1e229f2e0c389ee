"""Tables as data, rendered late."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeVar

from sos_score.words import format_fixed

if TYPE_CHECKING:
    from rich.console import Console

Cell = str | int | float | None
Width = TypeVar("Width", int, float)
MISSING = "-"
_GAP = 3  # columns between two columns


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    label: str  # as printed
    digits: int | None = None  # decimals for numbers; None leaves a value as it is
    wraps: bool = False  # whether its text may run over several lines
    key: str = ""  # its name in files; empty where that is the label
    shown: bool = True  # whether it is printed, or only written to files
    narrowest: int = 20  # columns that its text needs where it wraps
    # whether it is written to workbooks, or only printed: text like "0.85 [0.77, 0.92]", whose numbers stand apart
    filed: bool = True

    @property
    def name(self) -> str:
        """Return the column's name in files."""
        return self.key or self.label


@dataclass(frozen=True)
class Table:
    """A table to be shown."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]  # text, numbers, and None for what is missing
    title: str = ""
    notes: tuple[str, ...] = ()  # printed below
    stub: int = 1  # how many columns on the left name the row, and are repeated when a wide table is split
    colours: Mapping[str, str] = field(default_factory=dict)  # the colour, on a terminal, of cells that hold a mark


def format_cell(value: Cell, digits: int | None = None) -> str:
    """Return a value as it is printed.

    Examples
    --------
    >>> format_cell(3.14159, 2), format_cell(None), format_cell(12), format_cell(float("nan"))
    ('3.14', '-', '12', '-')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if digits is not None and isinstance(value, int | float):
        return format_fixed(value, digits)
    return str(value)


def drop_hidden(table: Table) -> Table:
    """Return the table with only the columns that are printed."""
    places = [place for place, column in enumerate(table.columns) if column.shown]
    rows = tuple(tuple(row[place] for place in places) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in places), rows=rows)


def drop_printed(table: Table) -> Table:
    """Return the table with only the columns that are written to files."""
    places = [place for place, column in enumerate(table.columns) if column.filed]
    rows = tuple(tuple(row[place] for place in places) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in places), rows=rows)


def find_numeric(table: Table, *, with_stub: bool = False) -> list[bool]:
    """Return which columns hold numbers only; those that name a row are left aside unless asked for."""
    return [
        (with_stub or place >= table.stub) and all(not isinstance(row[place], str) for row in table.rows)
        for place in range(len(table.columns))
    ]


def show_cells(table: Table) -> list[list[str]]:
    """Return the cells of a table as they are printed."""
    return [
        [format_cell(value, column.digits) for value, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]


def share_room(least: Sequence[Width], wanted: Sequence[Width], spare: int) -> list[Width]:
    """Return widths of columns: what is spare goes, unit by unit, to the column that is shortest of what it wants."""
    widths = list(least)
    for _ in range(spare):
        widths[max(range(len(widths)), key=lambda place: wanted[place] / widths[place])] += 1
    return widths


def print_table(table: Table, console: Console) -> None:
    """Print a table; one too wide for the terminal is printed in parts that repeat the stub."""
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    table = drop_hidden(table)
    cells, numeric = show_cells(table), find_numeric(table, with_stub=True)
    widths = [_width(column, [row[index] for row in cells]) for index, column in enumerate(table.columns)]
    if table.title:
        console.print(Text(table.title, style="italic"))
    for part in _split(widths, table.stub, console.width):
        grid = RichTable(
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            show_edge=False,
        )
        room = _share_room(part, cells, table.columns, widths, console.width)
        for index in part:
            column = table.columns[index]
            justify: Literal["left", "right"] = "right" if numeric[index] else "left"
            grid.add_column(Text(column.label), justify=justify, no_wrap=not column.wraps, width=room.get(index))
        for row in cells:
            grid.add_row(*[Text(row[index], style=_colour(row[index], table)) for index in part])
        console.print(grid)
    for note in table.notes:
        console.print(Text(note))


def _colour(cell: str, table: Table) -> str:
    return next((colour for mark, colour in table.colours.items() if mark in cell), "")


def _width(column: Column, cells: Sequence[str]) -> int:
    longest = max(map(measure_text, [column.label, *cells]))
    return min(longest, column.narrowest) if column.wraps else longest


def measure_text(text: str) -> int:
    """Return the characters of a text's longest line."""
    return max(map(len, text.split("\n")))


def _share_room(
    part: Sequence[int], cells: Sequence[Sequence[str]], columns: Sequence[Column], least: Sequence[int], room: int
) -> dict[int, int]:
    """Return the widths of the columns that must wrap for a part to fit; none where it fits as it is.

    Left to rich, the widest column is cut to the width of the next, through the middle of words.
    """
    wanted = {i: max(map(measure_text, [columns[i].label, *(row[i] for row in cells)])) for i in part}
    spare = room - sum(least[i] + _GAP for i in part) + _GAP
    if spare < 0 or sum(wanted.values()) + _GAP * (len(part) - 1) <= room:
        return {}
    wrapped = [i for i in part if columns[i].wraps]
    widths = share_room([least[i] for i in wrapped], [wanted[i] for i in wrapped], spare)
    return dict(zip(wrapped, widths, strict=True))


def _split(widths: Sequence[int], stub: int, room: int) -> list[list[int]]:
    """Yield the columns of each part: as few parts as fit, no part much longer than another."""
    rest = len(widths) - stub
    for most in range(rest, 0, -1):
        parts = -(-rest // most)
        size = -(-rest // parts)
        groups = [list(range(start, min(start + size, len(widths)))) for start in range(stub, len(widths), size)]
        chosen = [[*range(stub), *group] for group in groups]
        if most == 1 or all(sum(widths[i] + _GAP for i in part) - _GAP <= room for part in chosen):
            return chosen
    return [list(range(stub))]
