"""``sos-score diff``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from sos_score.cli.options import Force, From, HeaderRow, Language, OnInvalid, Output, Sheet

_Side = "A shipped instrument, a .yaml file, or a file at a revision of git (HEAD~1:instruments/wai.yaml)."


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help=f"The definition before. {_Side}")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The definition after, named the same way.")],
    *,
    data: Annotated[
        str | None, typer.Option("--data", metavar="FILE", help="An export to score with both: how many scores change.")
    ] = None,
    columns: Annotated[
        Path | None, typer.Option("--columns", "-c", metavar="MAP.yaml", help="The column map of the export.")
    ] = None,
    on_invalid: OnInvalid = "error",
    platform: From = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    language: Language = None,
    fmt: Annotated[
        Literal["table", "json", "markdown"] | None,
        typer.Option("--format", "-f", metavar="FORMAT", help="Format of the output; markdown is for a pull request."),
    ] = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Compare two definitions: what changed, and which scores change.

    Only changes of meaning count, not those of order or layout.
    """
    from sos_score.commands.diff import DiffRequest, write_diff

    request = DiffRequest(old, new, data, columns, on_invalid, (platform, sheet, header_row, language))
    write_diff(request, fmt, output, force=force)
