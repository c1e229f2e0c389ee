"""What a survey platform writes around the answers: rows that name the columns, and rows that are not answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sos_score.definition.text import fold_text


@dataclass(frozen=True)
class Head:
    """The header of a file and its first rows, as text; a platform is recognised from these."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> list[str]:
        """Return the header with case, white space and underscores folded away."""
        return [fold_name(name) for name in self.header]

    def place(self, *names: str) -> int | None:
        """Return the place of the first column that has one of some folded names."""
        return next((place for place, name in enumerate(self.names) if name in names), None)

    def names_columns(self, row: int, place: int) -> bool:
        """Return whether a row belongs to the header: one without an id in the column that has one in later rows.

        Where somebody took the ids out, no row has one: then it is a row of which nothing is said again below.
        """
        if row >= len(self.rows) or self.rows[row][place].strip():
            return False
        below = self.rows[row + 1 :]
        if any(cells[place].strip() for cells in below):
            return True
        columns = zip(self.rows[row], *below, strict=True)
        return not any(cell.strip() and cell in others for cell, *others in columns)


@dataclass(frozen=True)
class RowRule:
    """Rows that a platform marks in one of its own columns."""

    name: str  # what such a row is: preview, test, partial
    place: int  # the column that marks it, counted from 0
    texts: frozenset[str]  # what stands there, folded; the empty text stands for a blank cell


@dataclass(frozen=True)
class Layout:
    """How the file of a platform is to be read."""

    header: tuple[str, ...]  # what each column is called
    # for each column, what else it is called in the file: its ImportId, its question, its row of a matrix
    aliases: tuple[tuple[str, ...], ...]
    header_rows: int = 0  # how many rows under the header belong to it
    not_answers: tuple[RowRule, ...] = ()  # rows that nobody meant as answers; they are left out
    # rows that were never handed in; they are left out where they answer none of the items asked for
    partial: RowRule | None = None
    # whether a record has a row for each of its forms: those without an answer to the items are of other forms
    has_forms: bool = False
    # there, the column that says which record a row is of: what is known of a record stands in one of its rows
    record: int | None = None

    @property
    def changes_rows(self) -> bool:
        """Return whether rows have to be looked at: else the file is read as any other."""
        return bool(self.header_rows or self.not_answers or self.partial or self.has_forms)


def fold_name(name: str) -> str:
    r"""Return the name of a column with case, white space and underscores folded away.

    Examples
    --------
    >>> fold_name("Response_ID"), fold_name("\ufeffUserID ")
    ('response id', 'userid')
    """
    return fold_text(name.replace("_", " "))


def keep_header(head: Head, aliases: Iterable[Iterable[str]] = ()) -> Layout:
    """Return the layout of a file whose first row names the columns."""
    given = tuple(tuple(dict.fromkeys(names)) for names in aliases) or ((),) * len(head.header)
    return Layout(head.header, given)


def stack_header(levels: Sequence[Sequence[str]], empty: frozenset[str]) -> Layout:
    """Return the layout of a file whose columns are named by several rows: a question, its rows, their columns.

    A question stands over the first of its columns only. `empty` are words that stand for no row, folded.
    """
    above = [""] * len(levels)
    header, aliases = [], []
    for cells in zip(*levels, strict=True):
        own = [cell.strip() for cell in cells]
        parts = ["" if level and fold_text(cell) in empty else cell for level, cell in enumerate(own)]
        for level, part in enumerate(parts):
            if part:
                above[level:] = [part] + [""] * (len(levels) - level - 1)
        last = max((level for level, cell in enumerate(own) if cell), default=-1)
        named = [part for part in above[: last + 1] if part]
        header.append("".join([*named[:1], *(f" [{part}]" for part in named[1:])]))
        aliases.append(tuple(dict.fromkeys(part for part in parts if part and part != header[-1])))
    return Layout(tuple(header), tuple(aliases), header_rows=len(levels) - 1)
