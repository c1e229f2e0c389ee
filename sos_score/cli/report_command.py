"""``sos-score report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sos_score.cli.options import Force, Quiet
from sos_score.output.terminal import announce


def report(
    study: Annotated[str, typer.Argument(metavar="STUDY.yaml", help="A study file.")],
    *,
    outputs: Annotated[
        list[str] | None,
        typer.Option(
            "--output", "-o", metavar="PATH", help="The report, .html, .docx or .xlsx; repeatable. [report.html]"
        ),
    ] = None,
    figures: Annotated[
        str | None, typer.Option("--figures", metavar="DIR", help="Write each picture there too, as SVG and PNG.")
    ] = None,
    scores: Annotated[
        str | None,
        typer.Option("--scores", metavar="FILE.sav", help="Write everybody's scores there too, for SPSS."),
    ] = None,
    checklist: Annotated[
        str | None,
        typer.Option(
            "--checklist",
            metavar="FILE",
            help="Write a draft to edit too, .md or .docx: the results in words, and the TREND and JARS-Quant items.",
        ),
    ] = None,
    sign_key: Annotated[
        Path | None, typer.Option("--sign-key", metavar="FILE", help="Sign the manifest with the key in this file.")
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write a study's report: web page, Word document or workbook.

    A manifest is written beside it, by which the report can be verified. For a PDF, print the page.
    """
    announce(f"Reading {study}", quiet=quiet)
    from sos_score.commands.report import write_report
    from sos_score.report.request import ReportRequest

    named = tuple(outputs or ("report.html",))
    request = ReportRequest(
        study, named, figures=figures, scores=scores, checklist=checklist, sign_key=sign_key, force=force, quiet=quiet
    )
    write_report(request)
