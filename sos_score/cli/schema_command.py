"""``sos-score schema``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import Force, Output


def print_schema(
    kind: Annotated[
        str, typer.Argument(help="What to print the JSON Schema of: instrument, columns, norms, study or wording.")
    ] = "instrument",
    *,
    output: Output = None,
    force: Force = False,
) -> None:
    """Print the JSON Schema of a kind of file, for editors and other checkers."""
    from sos_score.commands.schema import make_schema
    from sos_score.output.files import write_text

    write_text(make_schema(kind), output, force=force)
