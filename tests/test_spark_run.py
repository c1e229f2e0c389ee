"""Spark itself, as the command line starts it: the example, and a million rows that are then compared."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from spark_session import require_spark
from support import ROOT, CommandLine

EXAMPLE = ROOT / "examples" / "wai_s_labels.csv"
WAI = ("-i", "wai-s", "-q", "--force")
SPARK = ("--engine", "spark")

# PySpark leaves sockets to the garbage collector, and warns of pandas 3 where it starts.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed.*socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_spark()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")


def run(cli: CommandLine, *words: str | Path) -> None:
    done = cli(*words)
    assert done.exit_code == 0, done.output


def is_number(value: object) -> bool:
    return isinstance(value, float) and value != 0


def compare_engines(cli: CommandLine, data: Path, by: str, *, is_sampled: bool = False) -> None:
    """Hold scores, reliability and agreement of Spark to be those of Polars, to 1e-12."""
    analyses = {"reliability": ("--by", by), "agreement": ("--team", "site", "--by", "wave")}
    for engine in ("spark", "polars"):
        run(cli, "score", data, *WAI, "--engine", engine, "-o", f"{engine}.parquet")
        for command, words in analyses.items():
            run(cli, command, data, *words, *WAI, "--engine", engine, "-o", f"{engine}.{command}.json")
    # Written by Spark as a folder of parts, and read as one table.
    spark, polars = (
        pl.read_parquet(name).sort("respondent", "wave") for name in ("spark.parquet/*.parquet", "polars.parquet")
    )
    assert spark.columns == polars.columns
    for name in spark.columns:
        if spark[name].dtype.is_float():
            assert spark[name].is_null().equals(polars[name].is_null())
            assert ((spark[name] - polars[name]).abs().max() or 0) < 1e-12
        else:
            assert spark[name].equals(polars[name])
    for command in analyses:
        one, other = (json.loads(Path(f"{engine}.{command}.json").read_text()) for engine in ("spark", "polars"))
        for table in ("scales", "items", "teams"):
            for row, wanted in zip(one.get(table, []), other.get(table, []), strict=True):
                # Ordinal alpha takes 10,000 rows of a group, and which these are depends on the partitions.
                for name, value in row.items():
                    if is_sampled and name.startswith("ordinal"):
                        continue
                    assert value == (pytest.approx(wanted[name], rel=1e-12) if is_number(value) else wanted[name])


@pytest.mark.soak
def test_spark_gives_the_results_of_polars_on_the_example(cli: CommandLine) -> None:
    compare_engines(cli, EXAMPLE, "wave")


def write_million(path: Path) -> None:
    """Write a million people of eight sites, half of them at each wave, with 4% of the answers missing."""
    rng = np.random.default_rng(20261127)
    path.mkdir()
    for part in range(4):
        rows = 250_000
        level = rng.normal(4, 1, (rows, 1))
        answers = np.clip(np.rint(level + rng.normal(0, 1, (rows, 12))), 1, 7).astype(np.int32)
        frame = pl.DataFrame(answers, schema=[f"wais_{number:02}" for number in range(1, 13)])
        gaps = pl.DataFrame(rng.random((rows, 12)) < 0.04, schema=frame.columns)
        frame = frame.select(pl.when(~gaps[name]).then(pl.col(name)).alias(name) for name in frame.columns)
        ids = {
            "respondent": [f"R{part * rows + row}" for row in range(rows)],
            "site": rng.integers(1, 9, rows).astype(str),
            "wave": rng.choice(["T1", "T2"], rows),
        }
        pl.DataFrame(ids).hstack(frame).write_parquet(path / f"part-{part}.parquet")


@pytest.mark.soak
def test_spark_scores_a_million_rows_that_compare_then_takes(cli: CommandLine) -> None:
    data = Path("million").absolute()  # Java keeps the folder that it was started in
    write_million(data)
    compare_engines(cli, data, "site,wave", is_sampled=True)
    done = cli("compare", "spark.parquet", "--treated", "1,2,3,4", "--waves", "T1,T2", "-q")
    assert done.exit_code == 0, done.output
    assert "of 40 comparisons" in " ".join(done.stdout.split())


@pytest.mark.soak
def test_what_stops_spark_is_a_problem_and_nothing_is_left(cli: CommandLine) -> None:
    Path("broken.parquet").write_bytes(b"PAR1 and no more")
    done = cli("score", "broken.parquet", *WAI, *SPARK, "-o", "scores.parquet")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[0].startswith("Spark: stopped before the end (")
    assert sorted(path.name for path in Path().iterdir()) == ["broken.parquet"]
