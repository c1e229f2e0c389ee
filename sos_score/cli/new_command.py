"""``sos-score new``."""

from __future__ import annotations

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
        int, typer.Option("--items", metavar="N", help="How many items it has, up to 999.", min=1, max=999)
    ],
    labels: Annotated[
        str, typer.Option("--labels", metavar="A,B,...", help="Response labels from lowest to highest, or 0-10.")
    ] = "1-5",
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a commented starter definition of your own questionnaire."""
    from sos_score.commands.new import start_instrument

    start_instrument(name, items, labels, output, force=force)


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
