"""``sos-score compare``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from sos_score.cli.options import Force, Format, HeaderRow, Output, Quiet, Scales, Sheet
from sos_score.output.terminal import announce

Question = StrEnum(
    "Question",
    [
        "design",
        "descriptives",
        "level",
        "change",
        "baseline",
        "arms",
        "did",
        "variation",
        "association",
        "profiles",
        "reliable",
        "extremes",
        "missing",
        "sensitivity",
    ],
)
Study = Annotated[str, typer.Argument(metavar="STUDY.yaml|SCORES.csv", help="A study file, or a file of scores.")]
Only = Annotated[
    list[Question] | None,
    typer.Option("--only", metavar="QUESTION", help="Answer this question only, in full; repeatable."),
]
Full = Annotated[bool, typer.Option("--full", help="Answer every question on the terminal.")]
Sensitivity = Annotated[
    bool,
    typer.Option(
        "--sensitivity", help="Say which verdicts change with a choice of the analysis; the same as --only sensitivity."
    ),
]
Instruments = Annotated[
    list[str] | None, typer.Option("--instrument", "-i", metavar="ID", help="Only this instrument; repeatable.")
]
Site = Annotated[str, typer.Option("--site", metavar="COLUMN", help="The site column of a file of scores.")]
Wave = Annotated[
    str | None,
    typer.Option("--wave", metavar="COLUMN", help="The wave column of a file of scores; if not given, wave."),
]
Waves = Annotated[
    str | None, typer.Option("--waves", metavar="FIRST,LAST", help="The waves of a file of scores, in order.")
]
Treated = Annotated[str | None, typer.Option("--treated", metavar="1,4", help="The treated sites of a file of scores.")]


def compare(
    study: Study,
    *,
    only: Only = None,
    full: Full = False,
    sensitivity: Sensitivity = False,
    scale: Scales = None,
    instrument: Instruments = None,
    site: Site = "site",
    wave: Wave = None,
    waves: Waves = None,
    treated: Treated = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Compare sites and arms at each wave and over time.

    The first line says what the design can show.
    """
    announce(f"Reading {study}", quiet=quiet)
    from sos_score.commands.compare import CompareRequest, compare_file
    from sos_score.commands.sensitivity import NAME, assess_file
    from sos_score.survey.readers.export import ReadingOptions

    asked = (*map(str, only or ()), *([NAME] if sensitivity else ()))
    sites, order = (tuple(given.split(",")) if given else () for given in (treated, waves))
    chosen = (asked, tuple(scale or ()), tuple(instrument or ()))
    reading = ReadingOptions(sheet=sheet, header_row=header_row)
    request = CompareRequest(study, *chosen, site, wave, order, sites, reading, fmt, output, force, quiet, full)
    (assess_file if NAME in asked else compare_file)(request)
