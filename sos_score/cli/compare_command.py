"""``sos-score compare``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import Force, Format, Output, Quiet


def compare(
    study: Annotated[str, typer.Argument(metavar="STUDY.yaml|SCORES.csv", help="A study file, or a file of scores.")],
    *,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="QUESTION",
            help="design, level, change, arms, did, variation, association or profiles, in full; repeatable.",
        ),
    ] = None,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Say which verdicts hang on a choice of the analysis, instead.")
    ] = False,
    scale: Annotated[
        list[str] | None, typer.Option("--scale", metavar="S", help="Only this scale; repeatable.")
    ] = None,
    instrument: Annotated[
        list[str] | None, typer.Option("--instrument", "-i", metavar="ID", help="Only this instrument; repeatable.")
    ] = None,
    site: Annotated[str, typer.Option("--site", help="The site column of a file of scores.")] = "site",
    wave: Annotated[
        str | None, typer.Option("--wave", help="The wave column of a file of scores; wave, if it has one.")
    ] = None,
    treated: Annotated[
        str | None, typer.Option("--treated", metavar="1,4", help="The treated sites of a file of scores.")
    ] = None,
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Compare sites and arms at each wave and over time, and say what the design can show."""
    from sos_score.report.compare import Request, compare_file
    from sos_score.report.sensitivity import assess_file

    request = Request(
        path=study,
        only=tuple(only or ()),
        scales=tuple(scale or ()),
        instruments=tuple(instrument or ()),
        site=site,
        wave=wave,
        treated=tuple((treated or "").split(",")) if treated else (),
        fmt=fmt,
        output=output,
        force=force,
        quiet=quiet,
    )
    (assess_file if sensitivity else compare_file)(request)
