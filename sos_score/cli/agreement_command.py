"""``sos-score agreement``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import (
    By,
    ColumnMaps,
    Data,
    Engine,
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


def report_agreement(
    data: Data,
    instrument: Instrument,
    team: Annotated[
        str, typer.Option("--team", metavar="NAME", help="The column of the team: site, or your own name for it.")
    ],
    *,
    by: By = None,
    scale: Scales = None,
    columns: ColumnMaps = None,
    on_invalid: OnInvalid = "error",
    platform: From = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    language: Language = None,
    engine: Engine = "polars",
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Report whether team members agree enough to report a mean."""
    from sos_score.commands.agreement import write_agreement
    from sos_score.commands.analysis import AnalysisRequest, open_analysis, split_names
    from sos_score.psychometrics.teams.tables import assess_agreement
    from sos_score.survey.readers.export import ReadingOptions

    reading = ReadingOptions(platform, sheet, header_row, language)
    request = AnalysisRequest(
        tuple(data), instrument, tuple(columns or ()), on_invalid, reading, fmt, output, force, quiet, engine
    )
    names = [team, *split_names(by)]
    with open_analysis(request, names) as responses:
        team, *groups = responses.find_ids(*names)
        tables = assess_agreement(responses, team, groups, scales=scale or ())
        write_agreement(request, responses, tables, team)
