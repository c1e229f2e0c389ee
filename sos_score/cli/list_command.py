"""``sos-score list``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sos_score.cli.options import Force, Format, Output


def list_instruments(
    *,
    measures: Annotated[
        str | None, typer.Option("--measures", metavar="WORD", help="Only what measures this (burnout).")
    ] = None,
    answered_by: Annotated[
        Literal["client", "worker", "staff", "family", "observer"] | None,
        typer.Option("--answered-by", help="Only what these people may answer."),
    ] = None,
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """List the instruments that come with sos-score, by who answers them and what they measure."""
    from sos_score.commands.list import list_library

    list_library(measures, answered_by, fmt, output, force=force)
