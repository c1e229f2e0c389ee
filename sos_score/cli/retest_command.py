"""``sos-score retest``."""

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


def report_retest(
    data: Data,
    instrument: Instrument,
    first: Annotated[str, typer.Option("--first", metavar="T1", help="The first occasion.")],
    second: Annotated[str, typer.Option("--second", metavar="T2", help="The second occasion.")],
    *,
    occasion: Annotated[
        str,
        typer.Option("--occasion", metavar="COLUMN", help="The column of the occasion; source stands for the file."),
    ] = "wave",
    respondent: Annotated[
        str, typer.Option("--respondent", metavar="COLUMN", help="The column that links the occasions.")
    ] = "respondent",
    reliability: Annotated[
        float | None,
        typer.Option(
            "--reliability",
            metavar="R",
            help="The reliability for reliable change; if not given, alpha of this sample.",
        ),
    ] = None,
    scale: Scales = None,
    people: Annotated[bool, typer.Option("--people", help="Show each person too (files always hold them).")] = False,
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
    """Report how stable scores are, and who changed reliably."""
    from sos_score.commands.analysis import AnalysisRequest, open_analysis
    from sos_score.commands.retest import write_retest
    from sos_score.inputs import name_files
    from sos_score.psychometrics.retest.tables import assess_retest
    from sos_score.survey.readers.export import ReadingOptions

    reading = ReadingOptions(platform, sheet, header_row, language)
    request = AnalysisRequest(
        tuple(data), instrument, tuple(columns or ()), on_invalid, reading, fmt, output, force, quiet
    )
    with open_analysis(request, [occasion, respondent]) as responses:
        occasion, respondent = responses.find_ids(occasion, respondent)
        if occasion == "source":  # a file may be named as it was typed
            names = name_files(data)
            first, second = names.get(first, first), names.get(second, second)
        tables = assess_retest(
            responses, first, second, occasion=occasion, respondent=respondent, stated_reliability=reliability,
            scales=scale or (),
        )  # fmt: skip
        write_retest(request, responses, tables, has_people=people)
