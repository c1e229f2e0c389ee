"""The instruments that ship with sos-score."""

from __future__ import annotations

from sos_score.definition.library import find_definition, list_instruments
from sos_score.output.delimited import write_table
from sos_score.output.table import Column, Table


def list_library(fmt: str | None, output: str | None, *, force: bool) -> None:
    """Show or write the shipped instruments, and how well each key is known."""
    rows = []
    for name in list_instruments():
        instrument = find_definition(name).instrument
        key = instrument.verification.key.status
        rows.append((name, instrument.title, len(instrument.responses), len(instrument.scales), key))
    columns = (Column("id"), Column("title", wraps=True), Column("items"), Column("scales"), Column("key"))
    write_table(Table(columns, tuple(rows)), fmt, output, force=force)
