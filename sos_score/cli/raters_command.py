"""``sos-score raters``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import (
    ColumnMaps,
    Data,
    Force,
    Format,
    From,
    HeaderRow,
    Instrument,
    Language,
    OnInvalid,
    Output,
    Quiet,
    Scales,
    Sheet,
)


def report_raters(
    data: Data,
    instrument: Instrument,
    target: Annotated[
        str,
        typer.Option(
            "--target", metavar="COLUMN", help="The column of who was rated: target, or your own name for it."
        ),
    ],
    rater: Annotated[
        str, typer.Option("--rater", metavar="COLUMN", help="The column of who rated: rater, or your own name for it.")
    ],
    *,
    scale: Scales = None,
    items: Annotated[bool, typer.Option("--items", help="Show the items too (files always hold them).")] = False,
    targets: Annotated[
        bool, typer.Option("--targets", help="Show the spread of each target too (files always hold it).")
    ] = False,
    columns: ColumnMaps = None,
    on_invalid: OnInvalid = "error",
    platform: From = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    language: Language = None,
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Report how far several raters of the same targets agree."""
    from sos_score.commands.analysis import AnalysisRequest, open_analysis
    from sos_score.commands.raters import write_raters
    from sos_score.psychometrics.raters.tables import assess_raters
    from sos_score.survey.readers.export import ReadingOptions

    reading = ReadingOptions(platform, sheet, header_row, language)
    request = AnalysisRequest(
        tuple(data), instrument, tuple(columns or ()), on_invalid, reading, fmt, output, force, quiet
    )
    with open_analysis(request, [target, rater]) as responses:
        target, rater = responses.find_ids(target, rater)
        tables = assess_raters(responses, target, rater, scales=scale or ())
        write_raters(request, responses, tables, has_items=items, has_targets=targets)
