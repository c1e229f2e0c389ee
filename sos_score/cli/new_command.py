"""``sos-score new``."""

from __future__ import annotations

from typing import Annotated

import typer

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
    from sos_score.definition.instrument.starter import make_starter
    from sos_score.output.files import write_text

    starter = make_starter(name, items, labels)
    target = output or f"{starter.id}.yaml"
    write_text(starter.text, target, force=force)
    if target != "-":
        typer.echo(f"{target} written; check it with: sos-score validate {target}", err=True)


@app.command("study")
def new_study(
    name: Annotated[str, typer.Argument(help="What the study is called; its id is made from this.")],
    *,
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a commented starter study: sites, waves, which file holds what, and the plan."""
    from sos_score.definition.study.starter import make_study_starter
    from sos_score.output.files import write_text

    starter = make_study_starter(name)
    target = output or f"{starter.id}.yaml"
    write_text(starter.text, target, force=force)
    if target != "-":
        typer.echo(f"{target} written; name your files in it, then: sos-score validate {target}", err=True)
