"""The options commands share: the same name means the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from sos_score.definition.platforms import PlatformName
from sos_score.errors import InvalidRequest


def _read_on_invalid(text: str) -> Literal["error", "missing"]:
    if text not in ("error", "missing"):
        raise InvalidRequest(f"--on-invalid is error or missing, not '{text}'")
    return "error" if text == "error" else "missing"


Instruments = Annotated[
    list[str],
    typer.Option("--instrument", "-i", metavar="ID|PATH", help="A shipped instrument or a .yaml file; repeatable."),
]
ColumnMaps = Annotated[
    list[Path] | None,
    typer.Option(
        "--columns",
        "-c",
        metavar="MAP.yaml",
        help="Which column holds what, where headers are not ids: one for all files, or one for each.",
    ),
]
OnInvalid = Annotated[
    Literal["error", "missing"],
    typer.Option(
        "--on-invalid",
        metavar="HOW",
        parser=_read_on_invalid,
        help="What to do with answers that are not allowed: error or missing.",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="PLATFORM",
        help=f"What wrote the file, where it does not show: {', '.join(get_args(PlatformName))}.",
    ),
]
Sheet = Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="The sheet of a workbook to read.")]
HeaderRow = Annotated[
    int | None,
    typer.Option("--header-row", metavar="N", min=1, help="The row that names the columns, below a title."),
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
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors and warnings.")]
Data = Annotated[
    list[str],
    typer.Argument(metavar="DATA...", help="Survey exports (CSV, Excel, SPSS, Stata or Parquet); - is standard input."),
]
Instrument = Annotated[
    str, typer.Option("--instrument", "-i", metavar="ID|PATH", help="A shipped instrument or a .yaml file.")
]
Scales = Annotated[list[str] | None, typer.Option("--scale", metavar="S", help="Only this scale; repeatable.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="COLUMN,...", help="Also in each group of these id columns (site,wave).")
]
