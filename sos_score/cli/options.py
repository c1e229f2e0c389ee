"""The options commands share: the same name means the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from sos_score.definition.platforms import PlatformName

Metric = StrEnum("Metric", ["mean", "sum", "pomp"])
Instruments = Annotated[
    list[str],
    typer.Option("--instrument", "-i", metavar="ID|PATH", help="An instrument by id, or a .yaml file; repeatable."),
]
ColumnMaps = Annotated[
    list[Path] | None,
    typer.Option(
        "--columns",
        "-c",
        metavar="MAP.yaml",
        help="A column map, if headers are not the ids of items: one for all files, or one for each.",
    ),
]
Engine = Annotated[
    Literal["polars", "spark"],
    typer.Option(
        "--engine",
        help="What reads and sums the rows: Polars, on this machine, or Spark (CSV and Parquet), on the cluster that "
        "SPARK_MASTER names, else on this machine.",
    ),
]
OnInvalid = Annotated[
    Literal["error", "missing"],
    typer.Option("--on-invalid", help="What to do with answers that are not allowed: stop, or treat them as missing."),
]
From = Annotated[
    PlatformName | None,
    typer.Option("--from", metavar="PLATFORM", help="The survey platform, if sos-score does not recognise it."),
]
Sheet = Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="The sheet of a workbook to read.")]
HeaderRow = Annotated[
    int | None,
    typer.Option("--header-row", metavar="N", min=1, help="The row that names the columns, if it is not the first."),
]
Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="CODE",
        help="The language of the labels (cy), if the definition has several and sos-score does not recognise it.",
    ),
]
Norms = Annotated[
    Path | None, typer.Option("--norms", metavar="NORMS.yaml", help="Norms or reference samples for T-scores.")
]
MinAnswered = Annotated[
    str | None,
    typer.Option(
        "--min-answered", metavar="RULE", help="Use this rule for missing answers instead: 80%, 2/3, 9 or all."
    ),
]
_FORMAT = typer.Option(
    "--format", "-f", metavar="FORMAT", help="Format of the output; if not given, the suffix of --output decides."
)
Format = Annotated[Literal["table", "csv", "json", "xlsx"] | None, _FORMAT]
ScoreFormat = Annotated[Literal["table", "csv", "json", "xlsx", "parquet", "sav"] | None, _FORMAT]
TextFormat = Annotated[Literal["table", "json"] | None, _FORMAT]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="PATH|-", help="The file to write; - is standard output.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that already exists.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors and warnings only.")]
Data = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA...",
        help="Survey exports (CSV, Excel, SPSS, Stata or Parquet); - is standard input. A folder, a pattern in quotes "
        "or an address (s3://, gs://, az://) of CSV or Parquet files is one survey.",
    ),
]
Instrument = Annotated[
    str, typer.Option("--instrument", "-i", metavar="ID|PATH", help="An instrument by id, or a .yaml file.")
]
Scales = Annotated[list[str] | None, typer.Option("--scale", metavar="S", help="Only this scale; repeatable.")]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME,...", help="Also for each group: site,wave or your own column names."),
]
