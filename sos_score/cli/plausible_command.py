"""``sos-score plausible``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import Force, Format, Output


def plausible(
    table: Annotated[
        str | None,
        typer.Argument(metavar="TABLE", help="A published table (CSV or TSV); - is standard input."),
    ] = None,
    *,
    mean: Annotated[str, typer.Option("--mean", metavar="M", help="As printed: trailing zeros count.")] = "",
    sd: Annotated[str, typer.Option("--sd", metavar="S", help="As printed, with n - 1.")] = "",
    n: Annotated[str, typer.Option("--n", metavar="N", help="How many people.")] = "",
    low: Annotated[str, typer.Option("--low", metavar="L", help="Lowest score there can be.")] = "",
    high: Annotated[str, typer.Option("--high", metavar="H", help="Highest score there can be.")] = "",
    items: Annotated[
        str, typer.Option("--items", metavar="K", help="Each score averages K whole-number answers (not for sums).")
    ] = "",
    whole: Annotated[
        bool, typer.Option("--whole", help="Scores are whole numbers, as sums of whole-number answers are.")
    ] = False,
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Check whether a published mean, SD, n and range are possible.

    Give one statistic by options, or a table of them. What is impossible is a result: the exit code is 0.
    """
    from sos_score.commands.plausible import write_checks

    figures = {"mean": mean, "sd": sd, "n": n, "low": low, "high": high, "items": items, "whole": "yes" * whole}
    write_checks(table, figures, fmt, output, force=force)
