"""``sos-score demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="A folder that is not there yet.")] = Path(
        "contrast-study"
    ),
) -> None:
    """Copy the invented example study into a folder, run it, and say where to look."""
    from sos_score.commands.demo import run_demo

    typer.echo(run_demo(folder))
