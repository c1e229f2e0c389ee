"""``sos-score score``."""

from __future__ import annotations

from typing import Annotated

import typer

from sos_score.cli.options import ColumnMapPath, Force, Format, Instruments, Output, Quiet


def score(
    data: Annotated[
        list[str], typer.Argument(metavar="DATA...", help="Survey exports (CSV or TSV); - is standard input.")
    ],
    instrument: Instruments,
    *,
    columns: ColumnMapPath = None,
    on_invalid: Annotated[
        str,
        typer.Option("--on-invalid", help="What to do with answers that are not allowed: error or missing."),
    ] = "error",
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Score survey exports with one or more instruments."""
    from sos_score.errors import InvalidRequest
    from sos_score.report.scores import Job, score_files

    if on_invalid not in ("error", "missing"):
        raise InvalidRequest(f"--on-invalid is error or missing, not '{on_invalid}'")
    job = Job(tuple(data), tuple(instrument), columns, on_invalid, fmt, output, force=force, quiet=quiet)
    if not score_files(job):
        raise typer.Exit(1)
