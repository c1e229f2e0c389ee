"""``sos-score codebook``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import Force, Format, MinAnswered, Norms, Output


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
        list[str] | None,
        typer.Option("--as", metavar="METRIC", help="With these metrics too, as in score: mean, sum or pomp."),
    ] = None,
    norms: Norms = None,
    min_answered: MinAnswered = None,
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Say what every column of scores means; of a study, every column of findings too."""
    from sos_score.commands.codebook import write_codebook
    from sos_score.commands.score_request import ScoreRequest

    request = ScoreRequest(
        data=(),
        instruments=tuple(instrument or ()),
        metrics=tuple(metrics or ()),
        norms=norms,
        min_answered=min_answered,
        fmt=fmt,
        output=output,
        force=force,
    )
    write_codebook(study, request)
