"""``sos-score list``."""

from __future__ import annotations

from sos_score.cli.options import Force, Format, Output


def list_instruments(*, fmt: Format = None, output: Output = None, force: Force = False) -> None:
    """List the instruments that come with sos-score."""
    from sos_score.commands.list import list_library

    list_library(fmt, output, force=force)
