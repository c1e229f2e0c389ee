"""``sos-score validate``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import Quiet


def validate(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders of them, or patterns.")],
    *,
    instrument: Annotated[
        list[str] | None,
        typer.Option(
            "--instrument", "-i", metavar="ID|PATH", help="What column maps are for, as in score; repeatable."
        ),
    ] = None,
    fmt: Annotated[
        str, typer.Option("--format", "-f", help="text, json, or github (annotations on a pull request).")
    ] = "text",
    quiet: Quiet = False,
) -> None:
    """Check definitions and their examples, column maps, norms and studies, whichever a file is."""
    from sos_score.commands.validate import REPORTERS, validate_paths

    report = validate_paths(paths, instrument or ())
    if fmt not in REPORTERS:
        raise typer.BadParameter(f"no format '{fmt}' (formats: {', '.join(REPORTERS)})", param_hint="--format")
    text = REPORTERS[fmt](report)
    if text and not (quiet and not report.problems):
        typer.echo(text, err=fmt == "text" and bool(report.problems))
    if report.problems:
        raise typer.Exit(1)
