"""``sos-score score``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import (
    ColumnMaps,
    Data,
    Engine,
    Force,
    From,
    HeaderRow,
    Instruments,
    Language,
    Metric,
    MinAnswered,
    Norms,
    OnInvalid,
    Output,
    Quiet,
    ScoreFormat,
    Sheet,
)


def score(
    data: Data,
    instrument: Instruments,
    *,
    columns: ColumnMaps = None,
    on_invalid: OnInvalid = "error",
    platform: From = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    language: Language = None,
    engine: Engine = "polars",
    metrics: Annotated[
        list[Metric] | None,
        typer.Option("--as", help="Also give scores as this; pomp is percent of the maximum possible. Repeatable."),
    ] = None,
    norms: Norms = None,
    min_answered: MinAnswered = None,
    is_long: Annotated[bool, typer.Option("--long", help="One row for each respondent and scale.")] = False,
    fmt: ScoreFormat = None,
    output: Output = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Score files of answers with one or more instruments."""
    from sos_score.commands.score import score_files
    from sos_score.commands.score_request import ScoreRequest
    from sos_score.survey.readers.export import ReadingOptions

    request = ScoreRequest(
        data=tuple(data),
        instruments=tuple(instrument),
        column_maps=tuple(columns or ()),
        on_invalid=on_invalid,
        reading=ReadingOptions(platform, sheet, header_row, language),
        metrics=tuple(map(str, metrics or ())),
        norms=norms,
        min_answered=min_answered,
        is_long=is_long,
        fmt=fmt,
        output=output,
        force=force,
        quiet=quiet,
    )
    if engine == "spark":
        from sos_score.commands.spark import score_on_spark

        score_on_spark(request)
    elif not score_files(request):
        raise typer.Exit(1)
