"""``sos-score validate``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sos_score.cli.options import Quiet


def validate(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders of them, or patterns.")],
    *,
    instrument: Annotated[
        list[str] | None,
        typer.Option("--instrument", "-i", metavar="ID|PATH", help="The instruments column maps are for; repeatable."),
    ] = None,
    profile: Annotated[
        Literal["default", "strict"],
        typer.Option("--profile", help="strict asks what a definition for others must have."),
    ] = "default",
    changed_from: Annotated[
        str,
        typer.Option("--changed-from", metavar="REV", help="Only files changed since this branch left REV, by git."),
    ] = "",
    fmt: Annotated[
        Literal["text", "json", "github", "sarif", "junit", "gitlab"],
        typer.Option("--format", "-f", help="Format of the output; github annotates a pull request."),
    ] = "text",
    quiet: Quiet = False,
) -> None:
    """Check the files you write: definitions, studies, column maps.

    Also norms and wording. What a file is, is read from the file.
    """
    from sos_score.commands.validate import REPORTERS, validate_paths

    report = validate_paths(paths, instrument or (), profile, changed_from)
    text = REPORTERS[fmt](report)
    if text and not (quiet and not report.found):
        typer.echo(text, err=fmt == "text" and not report.is_valid)
    if not report.is_valid:
        raise typer.Exit(1)
