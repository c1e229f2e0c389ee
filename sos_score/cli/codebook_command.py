"""``sos-score codebook``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import Force, Metric, MinAnswered, Norms, Output, ScoreFormat


def codebook(
    study: Annotated[
        str | None, typer.Argument(metavar="[STUDY.yaml]", help="A study file; or give instruments.")
    ] = None,
    *,
    instrument: Annotated[
        list[str] | None,
        typer.Option("--instrument", "-i", metavar="ID|PATH", help="A shipped instrument or a .yaml file; repeatable."),
    ] = None,
    metrics: Annotated[
        list[Metric] | None,
        typer.Option("--as", help="Include these metrics, as in score. Repeatable."),
    ] = None,
    norms: Norms = None,
    min_answered: MinAnswered = None,
    fmt: ScoreFormat = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Describe every column of the results.

    Of scores, given instruments; of scores and findings, given a study.
    """
    from sos_score.commands.codebook import write_codebook
    from sos_score.commands.score_request import ScoreRequest

    request = ScoreRequest(
        data=(),
        instruments=tuple(instrument or ()),
        metrics=tuple(map(str, metrics or ())),
        norms=norms,
        min_answered=min_answered,
        fmt=fmt,
        output=output,
        force=force,
    )
    write_codebook(study, request)
