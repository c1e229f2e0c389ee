"""``sos-score new``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.columns_command import propose_columns
from sos_score.cli.options import Force, Output

app = typer.Typer(help="Write a commented starter file.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def choose() -> None:
    """Write a commented starter file."""


@app.command("instrument")
def new_instrument(
    name: Annotated[str, typer.Argument(help="What the questionnaire is called; its id is made from this.")],
    *,
    items: Annotated[int, typer.Option("--items", help="How many items it has.", min=1, max=999)],
    labels: Annotated[
        str, typer.Option("--labels", metavar="A,B,...", help="Response labels from lowest to highest, or 0-10.")
    ] = "1-5",
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a commented starter definition of your own questionnaire."""
    from sos_score.commands.new import start_instrument

    start_instrument(name, items, labels, output, force=force)


@app.command("study")
def new_study(
    name: Annotated[str, typer.Argument(help="What the study is called; its id is made from this.")],
    *,
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a commented starter study: sites, waves, which file holds what, and the plan."""
    from sos_score.commands.new import start_study

    start_study(name, output, force=force)


app.command("columns")(propose_columns)
