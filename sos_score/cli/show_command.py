"""``sos-score show``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import Force, Output, TextFormat


def show_instrument(
    instrument: Annotated[str, typer.Argument(metavar="ID|PATH", help="A shipped instrument or a .yaml file.")],
    *,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="Print the whole definition as YAML, with what it extends.")
    ] = False,
    fmt: TextFormat = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Show an instrument: its scales, key, missing rule and rights."""
    from sos_score.commands.show import write_instrument, write_resolved
    from sos_score.definition.library import find_definition

    if resolved:
        write_resolved(find_definition(instrument), fmt, output, force=force)
    else:
        write_instrument(find_definition(instrument), fmt, output, force=force)
