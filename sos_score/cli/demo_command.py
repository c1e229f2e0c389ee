"""``sos-score demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="A new folder to put it in.")] = Path(
        "contrast-study"
    ),
) -> None:
    """Make an example study with its report, to see what comes out.

    The study is invented. FOLDER must not exist yet.
    """
    from sos_score.commands.demo import run_demo

    typer.echo(run_demo(folder))
