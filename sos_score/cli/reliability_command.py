"""``sos-score reliability``."""

from __future__ import annotations

from typing import Annotated, Literal

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


def report_reliability(
    data: Data,
    instrument: Instrument,
    *,
    by: By = None,
    missing: Annotated[
        Literal["listwise", "pairwise"],
        typer.Option("--missing", help="Use complete rows only, or every pair of answers."),
    ] = "listwise",
    team: Annotated[
        str | None,
        typer.Option("--team", metavar="NAME", help="The column of the team: also give alpha and omega within teams."),
    ] = None,
    scale: Scales = None,
    items: Annotated[bool, typer.Option("--items", help="Show the item table too (files always hold it).")] = False,
    bootstrap: Annotated[
        int, typer.Option("--bootstrap", metavar="N", min=0, help="Samples for omega's interval.")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="The seed of the bootstrap samples.")] = 1,
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
    """Report how reliable each scale is in these answers.

    Also names items that run against the key, which may have been reversed already.
    """
    from sos_score.commands.analysis import AnalysisRequest, open_analysis, split_names
    from sos_score.commands.reliability import write_reliability
    from sos_score.psychometrics.internal_consistency.tables import assess_reliability
    from sos_score.survey.readers.export import ReadingOptions

    reading = ReadingOptions(platform, sheet, header_row, language)
    request = AnalysisRequest(
        tuple(data), instrument, tuple(columns or ()), on_invalid, reading, fmt, output, force, quiet, engine
    )
    names = [*split_names(by), *([team] if team else [])]
    with open_analysis(request, names) as responses:
        found = responses.find_ids(*names)
        groups, team = (found[:-1], found[-1]) if team else (found, None)
        tables = assess_reliability(
            responses,
            groups,
            missing,
            scales=scale or (),
            team=team,
            bootstrap=bootstrap,
            seed=seed,
        )
        write_reliability(request, responses, tables, has_items=items)
