"""``sos-score validate``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sos_score.cli import process
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
    no_data: Annotated[
        bool, typer.Option("--no-data", help="Leave the files of answers and links alone that a study names.")
    ] = False,
    fmt: Annotated[
        Literal["text", "json", "github", "sarif", "junit", "gitlab"],
        typer.Option("--format", "-f", help="Format of the output; github annotates a pull request."),
    ] = "text",
    quiet: Quiet = False,
) -> None:
    """Check the files you write: definitions, studies, column maps.

    Also norms and wording. What a file is, is read from the file. The files that a study names are opened, and must
    hold what it says of them.
    """
    from sos_score.commands.validate import REPORTERS, validate_paths

    limit = process.find_little_memory()
    report = validate_paths(paths, instrument or (), profile, changed_from, opens_data=not no_data and limit is None)
    if limit is not None and not no_data and report.kinds.get("study"):
        refusal = f"{process.describe_memory_limit(limit)}. No file of answers was opened; add --no-data to leave them."
        typer.echo(refusal, err=True)
        raise typer.Exit(1)
    text = REPORTERS[fmt](report)
    if text and not (quiet and not report.found):
        typer.echo(text, err=fmt == "text" and not report.is_valid)
    if not report.is_valid:
        raise typer.Exit(1)
