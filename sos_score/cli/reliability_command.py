"""``sos-score reliability``."""

from __future__ import annotations

from typing import Annotated, cast

import typer

from sos_score.cli.options import (
    By,
    ColumnMaps,
    Data,
    Force,
    Format,
    From,
    HeaderRow,
    Instrument,
    OnInvalid,
    Output,
    Quiet,
    Scales,
    Sheet,
)


def report_reliability(
    data: Data,
    instrument: Instrument,
    *,
    by: By = None,
    missing: Annotated[
        str, typer.Option("--missing", help="Missing answers: listwise (complete rows) or pairwise.")
    ] = "listwise",
    team: Annotated[
        str | None,
        typer.Option("--team", metavar="NAME", help="Id column of the team: alpha and omega within teams too."),
    ] = None,
    scale: Scales = None,
    items: Annotated[bool, typer.Option("--items", help="Show the item table too (files always hold it).")] = False,
    bootstrap: Annotated[
        int, typer.Option("--bootstrap", metavar="N", min=0, help="Samples for omega's interval.")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the bootstrap samples.")] = 1,
    columns: ColumnMaps = None,
    on_invalid: OnInvalid = "error",
    platform: From = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Report how reliable each scale is in these answers, and which items run against the key."""
    from sos_score.commands.analysis import AnalysisRequest, open_analysis, split_names
    from sos_score.commands.reliability import write_reliability
    from sos_score.errors import InvalidRequest
    from sos_score.psychometrics.internal_consistency.tables import assess_reliability
    from sos_score.psychometrics.moments import Missing
    from sos_score.survey.readers.export import ReadingOptions

    if missing not in ("listwise", "pairwise"):
        raise InvalidRequest(f"--missing is listwise or pairwise, not '{missing}'")
    reading = ReadingOptions(platform, sheet, header_row)
    request = AnalysisRequest(
        tuple(data), instrument, tuple(columns or ()), on_invalid, reading, fmt, output, force, quiet
    )
    with open_analysis(request) as responses:
        tables = assess_reliability(
            responses,
            split_names(by),
            cast("Missing", missing),
            scales=scale or (),
            team=team,
            bootstrap=bootstrap,
            seed=seed,
        )
        write_reliability(request, responses, tables, has_items=items)
