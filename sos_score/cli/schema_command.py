"""``sos-score schema``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sos_score.cli.options import Force, Output


def print_schema(
    kind: Annotated[
        Literal["instrument", "columns", "norms", "study", "wording"],
        typer.Argument(metavar="[KIND]", help="The kind of file."),
    ] = "instrument",
    *,
    output: Output = None,
    force: Force = False,
) -> None:
    """Print the JSON Schema of a kind of file, for editors."""
    from sos_score.commands.schema import make_schema
    from sos_score.output.files import write_text

    write_text(make_schema(kind), output, force=force)
