"""The same scores by what a user would pick instead, in one run: each as a careful analyst would write it."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from measure import Run, python, run

ITEMS = [f"q_{number:03}" for number in range(1, 106)]
SCALES = {f"s{scale}": [ITEMS[place] for place in range(scale, 105, 6)] for scale in range(6)}
REVERSED = {item for place, item in enumerate(ITEMS) if place % 4 == 3}
SHARE = 0.8  # of a scale's items that have to be answered
SCORIFY_ROWS = 10_000
R_ROWS = 100_000

BARE_SUMS = """
import sys, polars as pl
items = [f"q_{number:03}" for number in range(1, 106)]
frame = pl.scan_csv(sys.argv[1], infer_schema=False, schema_overrides=dict.fromkeys(items, pl.Int8))
frame.select(pl.col(items).sum()).collect(engine="streaming")
"""
BARE_TEXT = """
import sys, polars as pl
pl.scan_csv(sys.argv[1], infer_schema=False).select(pl.all().null_count()).collect(engine="streaming")
"""
PANDAS = f"""
import math, sys, pandas as pd
scales, turned = {SCALES!r}, {sorted(REVERSED)!r}
frame = pd.read_csv(sys.argv[1], dtype={{"respondent": str, "site": str, "wave": str}})
answers = frame[[item for items in scales.values() for item in items]]
wrong = answers.notna() & ~answers.isin([1, 2, 3, 4, 5])
if wrong.any().any():
    raise SystemExit("answers outside 1-5")
if frame.duplicated(["respondent", "wave"]).any():
    raise SystemExit("a respondent twice")
keyed = answers.copy()
keyed[turned] = 6 - keyed[turned]
scores = frame[["respondent", "site", "wave"]].copy()
for scale, items in scales.items():
    present = keyed[items].notna().sum(axis=1)
    scores[scale] = keyed[items].mean(axis=1).where(present >= math.ceil({SHARE} * len(items)))
    scores[scale + "_n"] = present
scores.to_csv(sys.argv[2], index=False)
"""
DUCKDB = f"""
import math, sys, duckdb
scales, turned = {SCALES!r}, set({sorted(REVERSED)!r})
types = ", ".join(f"'{{item}}': 'TINYINT'" for items in scales.values() for item in items)
parts = []
for scale, items in scales.items():
    keyed = [f"6 - {{item}}" if item in turned else item for item in items]
    present = f"list_count([{{', '.join(items)}}])"
    need = math.ceil({SHARE} * len(items))
    parts.append(f"CASE WHEN {{present}} >= {{need}} THEN list_avg([{{', '.join(keyed)}}]) END AS {{scale}}")
    parts.append(f"{{present}} AS {{scale}}_n")
duckdb.sql(
    f"COPY (SELECT respondent, site, wave, {{', '.join(parts)}} "
    f"FROM read_csv('{{sys.argv[1]}}', types={{{{{{types}}}}}})) TO '{{sys.argv[2]}}' (HEADER)"
)
"""


def _join(items: Sequence[str], *, signed: bool) -> str:
    return ", ".join(f'"{"-" if signed and item in REVERSED else ""}{item}"' for item in items)


R_SCORE = f"""
suppressMessages(library(psych))
x <- read.csv(commandArgs(TRUE)[1])
keys <- list({", ".join(f"{name} = c({_join(items, signed=True)})" for name, items in SCALES.items())})
found <- scoreItems(keys, x[, -(1:3)], impute = "none", min = 1, max = 5)
write.csv(cbind(x[, 1:3], found$scores), commandArgs(TRUE)[2], row.names = FALSE)
"""
R_ALPHA = f"""
suppressMessages(library(psych))
x <- read.csv(commandArgs(TRUE)[1])
keys <- list({", ".join(f"{name} = c({_join(items, signed=True)})" for name, items in SCALES.items())})
for (group in split(x, list(x$site, x$wave))) for (key in keys) {{
  turned <- startsWith(key, "-")
  items <- group[, sub("-", "", key)]
  items[, turned] <- 6 - items[, turned]
  print(suppressWarnings(alpha(items, warnings = FALSE))$total)
}}
"""


def time_peers(folder: Path, data: dict[int, Path], definition: Path, scored: dict[int, Run]) -> None:
    """Set rows a second of each peer beside ours at the same number of rows; what is absent is left out with why."""
    rows = max(size for size in data if size <= 1_000_000)
    print(f"\nthe same scores by others, {rows:,} rows of codes")
    ours = scored[rows]
    _say_rate("sos-score score", rows, ours, ours)
    for name, code in (("pandas", PANDAS), ("duckdb", DUCKDB)):
        if importlib.util.find_spec(name) is None:
            print(f"{name}: not installed here, so not timed")
            continue
        _say_rate(f"{name} {version(name)}", rows, python(code, data[rows], folder / "peer.csv", tries=1), ours)
    _time_spark(folder, data[rows], rows, definition)
    small = max(size for size in data if size <= R_ROWS)
    _time_r(folder, data[small], small, scored[small], definition)
    few = max((size for size in data if size <= SCORIFY_ROWS), default=min(data))
    _time_scorify(folder, data[few], few, scored[few])


def _say_rate(name: str, rows: int, found: Run, ours: Run) -> None:
    print(
        f"{name:<46}{found.wall:8.2f} s{found.cpu:8.2f} cpu s{found.peak:7.0f} MB{rows / found.wall:12,.0f} rows/s"
        f"  {found.cpu / ours.cpu:6.2f} x ours"
    )


def _time_spark(folder: Path, data: Path, rows: int, definition: Path) -> None:
    """Time Spark on this machine: it works in a process of Java's, so that only the clock can be told."""
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        print("local Spark: PySpark or Java is not installed here, so not timed")
        return
    scores = folder / "spark.parquet"
    command = [sys.executable, "-m", "sos_score", "score", data, "-i", definition, "-o", scores, "--force", "-q"]
    found = run([*command, "--engine", "spark"], 1)
    name = f"local Spark {version('pyspark')}"
    print(f"{name:<46}{found.wall:8.2f} s{'':28}{rows / found.wall:12,.0f} rows/s")


def _time_r(folder: Path, data: Path, rows: int, scored: Run, definition: Path) -> None:
    script = shutil.which("Rscript")
    found = subprocess.run(
        [script or "false", "-e", 'cat(R.version.string, ", psych", as.character(packageVersion("psych")))'],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if found.returncode:
        print("psych: R or its package psych is not installed here, so not timed (apt-get install r-cran-psych)")
        return
    print(f"\n{found.stdout}, {rows:,} rows of codes")
    command = [sys.executable, "-m", "sos_score", "reliability", str(data), "--by", "site,wave", "-i", str(definition)]
    assessed = run([*command, "-o", str(folder / "assessed.csv"), "--force", "-q"], 1)
    for name, code, what, ours in (
        ("psych::scoreItems", R_SCORE, "sos-score score", scored),
        ("psych::alpha, each site and wave", R_ALPHA, "sos-score reliability", assessed),
    ):
        path = folder / "peer.R"
        path.write_text(code)
        _say_rate(what, rows, ours, ours)
        _say_rate(name, rows, run([str(script), path, data, folder / "peer.csv"], 1), ours)


def _time_scorify(folder: Path, data: Path, rows: int, ours: Run) -> None:
    if importlib.util.find_spec("scorify") is None:
        print("\nscorify: not installed here, so not timed (pip install scorify)")
        return
    lines = ["layout,header", "layout,data", 'transform,normal,"map(1:5,1:5)"', 'transform,reverse,"map(1:5,5:1)"']
    lines.append("score,respondent")
    for scale, items in SCALES.items():
        lines += [f"score,{item},{scale},{'reverse' if item in REVERSED else 'normal'}" for item in items]
    lines += [f'measure,{scale},"mean({scale})"' for scale in SCALES]
    sheet = folder / "sheet.csv"
    sheet.write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "scorify.scripts.score_data", "--quiet", str(sheet), str(data)]
    print(f"\nscorify {version('scorify')}, {rows:,} rows of codes")
    _say_rate("sos-score score", rows, ours, ours)
    _say_rate("scorify", rows, run([*command, f"--output={folder / 'peer_scores.csv'}"], 1), ours)
