"""Tables of outcomes with the name of a source above its scales, in place of beside each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from sos_score.output.table import Cell, Table


def group_by_source(table: Table) -> Table:
    """Return a table whose first two columns are source and scale with the source in a row above its scales.

    A source of one scale stands for it.

    Examples
    --------
    >>> from sos_score.output.table import Column
    >>> rows = (("Staff", "Stress", 1), ("Staff", "Morale", 2), ("Families", "Trust", 3))
    >>> group_by_source(Table((Column("source"), Column("scale"), Column("n")), rows, stub=2)).rows
    (('Staff', ''), ('Stress', 1), ('Morale', 2), ('Families', 3))
    """
    return replace(table, columns=table.columns[1:], rows=tuple(_group(table)), stub=max(1, table.stub - 1))


def _group(table: Table) -> Iterator[tuple[Cell, ...]]:
    for source, members in groupby(table.rows, key=lambda row: row[0]):
        rows = [row[1:] for row in members]
        if len(rows) == 1:
            yield (source, *rows[0][1:])
        else:
            yield (source, *("" for _ in rows[0][1:]))
            yield from rows
