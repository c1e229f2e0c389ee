"""``sos-score new``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from sos_score.cli.columns_command import propose_columns
from sos_score.cli.guide import Command, Group, NamingCommand
from sos_score.cli.options import Force, Output

app = typer.Typer(
    cls=Group,
    help="Write a commented starter file.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.callback()
def choose() -> None:
    """Write a commented starter file."""


@app.command("instrument", cls=NamingCommand)
def new_instrument(
    name: Annotated[list[str], typer.Argument(metavar="NAME", help="The name of the questionnaire.")],
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
        typer.Option(
            "--subscale",
            metavar="NAME=1,2,-3",
            help="A scale and its items, by number or by name in the file; a minus sign reverses one. Repeatable.",
        ),
    ] = None,
    reversed_items: Annotated[
        str | None, typer.Option("--reversed", metavar="3,8", help="Items that are reversed.")
    ] = None,
    answered_by: Annotated[
        Literal["client", "worker", "staff", "family", "observer"] | None,
        typer.Option("--answered-by", help="Who answers it."),
    ] = None,
    codes_from: Annotated[
        int, typer.Option("--codes-from", metavar="N", help="The lowest code, where the file has none.")
    ] = 1,
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a commented starter definition of your own questionnaire."""
    from sos_score.commands.new import StarterRequest, start_instrument
    from sos_score.commands.new_from_file import FileRequest, start_from_file
    from sos_score.errors import InvalidRequest

    if (items is None) == (file is None):
        raise InvalidRequest("give --items N or --file FILE, one of the two")
    named = tuple(item.strip() for item in (reversed_items or "").split(",") if item.strip())
    title, output = _name_file(name, output)
    scales, by = tuple(subscale or ()), (answered_by,) if answered_by else ()
    if items is not None:
        start_instrument(StarterRequest(title, items, labels, by, scales, named), output, force=force)
    elif file is not None:
        start_from_file(FileRequest(title, file, labels, scales, named, codes_from, by), output, force=force)


@app.command("study", cls=NamingCommand)
def new_study(
    name: Annotated[list[str], typer.Argument(metavar="NAME", help="The name of the study.")],
    *,
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a commented starter study: sites, waves, which file holds what, and the plan."""
    from sos_score.commands.new import start_study

    title, output = _name_file(name, output)
    start_study(title, output, force=force)


def _name_file(words: list[str], output: str | None) -> tuple[str, str | None]:
    """Return a title and where to write: who gives the name of a file means that file."""
    title = " ".join(words)
    path = Path(title)
    return (path.stem, output or title) if path.suffix in (".yaml", ".yml") else (title, output)


app.command("columns", cls=Command)(propose_columns)
