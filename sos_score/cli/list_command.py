"""``sos-score list``."""

from __future__ import annotations

from sos_score.cli.options import Force, Format, Output


def list_instruments(*, fmt: Format = None, output: Output = None, force: Force = False) -> None:
    """List the instruments that ship with sos-score, and how well each key is known."""
    from sos_score.definition.library import find_definition
    from sos_score.definition.library import list_instruments as list_ids
    from sos_score.output.delimited import write_table
    from sos_score.output.table import Column, Table

    rows = []
    for name in list_ids():
        instrument = find_definition(name).instrument
        key = instrument.verification.key.status
        rows.append((name, instrument.title, len(instrument.responses), len(instrument.scales), key))
    columns = (Column("id"), Column("title", wraps=True), Column("items"), Column("scales"), Column("key"))
    write_table(Table(columns, tuple(rows)), fmt, output, force=force)
