"""``sos-score report``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import Force, Quiet


def report(
    study: Annotated[str, typer.Argument(metavar="STUDY.yaml", help="A study file.")],
    *,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="PAGE.html", help="The page; its manifest goes beside it.")
    ] = "report.html",
    figures: Annotated[
        str | None, typer.Option("--figures", metavar="DIR", help="Write each picture there too, as SVG and PNG.")
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write a study's report as one page that needs nothing else, with a manifest to verify it by."""
    from sos_score.report.study_report import ReportRequest, write_report

    write_report(ReportRequest(study=study, output=output, figures=figures, force=force, quiet=quiet))
