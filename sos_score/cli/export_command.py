"""``sos-score export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sos_score.cli.options import Force, Quiet
from sos_score.output.terminal import announce


def export(
    study: Annotated[str, typer.Argument(metavar="STUDY.yaml", help="A study file.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="FOLDER", help="The folder to write.")],
    *,
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file",
            metavar="KEY",
            help="Hash ids with this key, as pseudonymise does; if not given, with one that is thrown away.",
        ),
    ] = None,
    ids: Annotated[bool, typer.Option("--ids", help="Keep the ids of the study's files.")] = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write a study as a folder for R and Python, with scripts that run.

    The folder holds scores, answers, the plan, the judged rows and scripts that compute them again. Ids are hashed.
    """
    announce(f"Reading {study}", quiet=quiet)
    from sos_score.commands.export import ExportRequest, export_study

    export_study(ExportRequest(study, output, key_file, keep_ids=ids, force=force, quiet=quiet))
