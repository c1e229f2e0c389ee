"""The options commands share: the same name means the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Instruments = Annotated[
    list[str],
    typer.Option("--instrument", "-i", metavar="ID|PATH", help="A shipped instrument or a .yaml file; repeatable."),
]
ColumnMapPath = Annotated[
    Path | None,
    typer.Option("--columns", "-c", metavar="MAP.yaml", help="Which column holds what, where headers are not ids."),
]
Norms = Annotated[
    Path | None, typer.Option("--norms", metavar="NORMS.yaml", help="Norms or reference samples for T-scores.")
]
MinAnswered = Annotated[
    str | None, typer.Option("--min-answered", metavar="RULE", help="Replace the missing rule: 80%, 2/3, 9 or all.")
]
Format = Annotated[
    str | None,
    typer.Option("--format", "-f", help="Format of the output; else the suffix of --output, else a table."),
]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="PATH|-", help="Where to write; - is standard output.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Data = Annotated[list[str], typer.Argument(metavar="DATA...", help="Survey exports (CSV or TSV); - is standard input.")]
Instrument = Annotated[
    str, typer.Option("--instrument", "-i", metavar="ID|PATH", help="A shipped instrument or a .yaml file.")
]
Scales = Annotated[list[str] | None, typer.Option("--scale", metavar="S", help="Only this scale; repeatable.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="COLUMN,...", help="Also in each group of these id columns (site,wave).")
]
