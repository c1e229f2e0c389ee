"""``sos-score check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from sos_score.cli.options import ColumnMaps, Force, Format, From, HeaderRow, Language, Output, Sheet


def check(
    data: Annotated[
        list[str], typer.Argument(metavar="DATA...", help="Survey exports, or one study file; - is standard input.")
    ],
    *,
    instrument: Annotated[
        list[str] | None,
        typer.Option("--instrument", "-i", metavar="ID|PATH", help="An instrument by id, or a .yaml file; repeatable."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="NAME,...", help="The columns that make groups; if not given, site and wave."),
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option("--roster", metavar="FILE", help="Who was asked (respondent), or how many (invited), by site."),
    ] = None,
    columns: ColumnMaps = None,
    platform: From = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    language: Language = None,
    fail_on: Annotated[
        Literal["note", "warning", "problem"] | None,
        typer.Option("--fail-on", help="Exit with 1 if anything this serious is found."),
    ] = None,
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Look for problems in files of answers before scoring them."""
    from sos_score.commands.analysis import split_names
    from sos_score.commands.check import CheckRequest, check_files
    from sos_score.survey.readers.export import ReadingOptions

    request = CheckRequest(
        data=tuple(data),
        instruments=tuple(instrument or ()),
        column_maps=tuple(columns or ()),
        by=None if by is None else tuple(split_names(by)),
        roster=roster,
        reading=ReadingOptions(platform, sheet, header_row, language),
        fail_on=fail_on,
        fmt=fmt,
        output=output,
        force=force,
    )
    if not check_files(request):
        raise typer.Exit(1)
