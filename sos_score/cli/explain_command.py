"""``sos-score explain``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import (
    ColumnMaps,
    Force,
    From,
    HeaderRow,
    Instruments,
    Language,
    MinAnswered,
    Norms,
    OnInvalid,
    Output,
    Sheet,
    TextFormat,
)


def explain(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A survey export; - is standard input.")],
    instrument: Instruments,
    respondent: Annotated[str, typer.Option("--respondent", metavar="X", help="The id of the respondent.")],
    *,
    scale: Annotated[
        list[str] | None, typer.Option("--scale", metavar="S", help="Only this scale; repeatable.")
    ] = None,
    columns: ColumnMaps = None,
    on_invalid: OnInvalid = "error",
    platform: From = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    language: Language = None,
    norms: Norms = None,
    min_answered: MinAnswered = None,
    fmt: TextFormat = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Explain one respondent's scores, answer by answer."""
    from sos_score.commands.explain import make_json, print_explanations
    from sos_score.commands.score import explain_file
    from sos_score.commands.score_request import ScoreRequest
    from sos_score.output.files import choose_format, write_text
    from sos_score.survey.readers.export import ReadingOptions

    kind = choose_format(fmt, output, ("json",))
    reading = ReadingOptions(platform, sheet, header_row, language)
    request = ScoreRequest(
        (data,),
        tuple(instrument),
        column_maps=tuple(columns or ()),
        on_invalid=on_invalid,
        reading=reading,
        norms=norms,
        min_answered=min_answered,
    )
    explained = explain_file(request, respondent, scale or ())
    if kind == "json":
        write_text(make_json(explained), output, force=force, inputs=request.inputs)
    else:
        print_explanations(explained)
