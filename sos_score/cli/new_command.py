"""``sos-score new``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sos_score.cli.columns_command import propose_columns
from sos_score.cli.guide import Command, Group
from sos_score.cli.options import Force, Output

app = typer.Typer(cls=Group, help="Write a commented starter file.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def choose() -> None:
    """Write a commented starter file."""


@app.command("instrument", cls=Command)
def new_instrument(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The name of the questionnaire, in quotes if it has spaces.")
    ],
    *,
    items: Annotated[
        int | None, typer.Option("--items", metavar="N", help="How many items it has, up to 999.", min=1, max=999)
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            help="In place of --items: a list of items (CSV: id, scale, sign), a REDCap data dictionary (CSV), or a "
            "survey of LimeSurvey (.lss), Qualtrics (.qsf) or OpenScales (.osd).",
        ),
    ] = None,
    labels: Annotated[
        str, typer.Option("--labels", metavar="A,B,...", help="Response labels from lowest to highest, or 0-10.")
    ] = "1-5",
    subscale: Annotated[
        list[str] | None,
        typer.Option("--subscale", metavar="NAME=Q1,-Q2,...", help="A scale of items of the file; repeatable."),
    ] = None,
    reversed_items: Annotated[
        str | None, typer.Option("--reversed", metavar="Q1,Q2,...", help="Items of the file that are reversed.")
    ] = None,
    codes_from: Annotated[
        int, typer.Option("--codes-from", metavar="N", help="The lowest code, where the file has none.")
    ] = 1,
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a commented starter definition of your own questionnaire."""
    from sos_score.commands.new import start_instrument
    from sos_score.commands.new_from_file import FileRequest, start_from_file
    from sos_score.errors import InvalidRequest

    if (items is None) == (file is None):
        raise InvalidRequest("give --items N or --file FILE, one of the two")
    if items is not None:
        start_instrument(name, items, labels, output, force=force)
    elif file is not None:
        named = tuple(item.strip() for item in (reversed_items or "").split(",") if item.strip())
        request = FileRequest(name, file, labels, tuple(subscale or ()), named, codes_from)
        start_from_file(request, output, force=force)


@app.command("study", cls=Command)
def new_study(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the study, in quotes if it has spaces.")],
    *,
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a commented starter study: sites, waves, which file holds what, and the plan."""
    from sos_score.commands.new import start_study

    start_study(name, output, force=force)


app.command("columns", cls=Command)(propose_columns)
