"""``sos-score explain``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sos_score.cli.options import ColumnMapPath, Force, Format, Output


def explain(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A survey export; - is standard input.")],
    instrument: Annotated[
        str, typer.Option("--instrument", "-i", metavar="ID|PATH", help="A shipped instrument or a .yaml file.")
    ],
    respondent: Annotated[str, typer.Option("--respondent", metavar="X", help="Whose score to explain.")],
    *,
    scale: Annotated[
        list[str] | None, typer.Option("--scale", metavar="S", help="Only this scale; repeatable.")
    ] = None,
    columns: ColumnMapPath = None,
    norms: Annotated[
        Path | None, typer.Option("--norms", metavar="NORMS.yaml", help="Norms or reference samples for T-scores.")
    ] = None,
    fmt: Format = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Explain one respondent's scores: each answer, its code, reversal, the missing rule, the arithmetic."""
    from sos_score.report.explanation import make_json, print_explanation
    from sos_score.report.scores import Job, explain_file
    from sos_score.report.writers import choose_format, write_text

    kind = choose_format(fmt, output, ("json",))
    job = Job((data,), (instrument,), column_map=columns, norms=norms)
    explanations = explain_file(job, respondent, scale or ())
    if kind == "json":
        write_text(make_json(explanations), output, force=force)
        return
    for number, explanation in enumerate(explanations):
        if number:
            typer.echo()
        print_explanation(explanation)
