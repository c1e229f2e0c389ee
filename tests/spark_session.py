"""One Spark session in this process for all tests that need one, and any survey as its frame."""

from __future__ import annotations

import os
import shutil
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from frames import to_polars


def require_spark() -> None:
    """Skip a test where there is no Spark or no Java for it; in CI both have to be there."""
    for name, is_there in (("Java", shutil.which("java")), ("PySpark", find_spec("pyspark"))):
        if not is_there:
            if os.environ.get("CI") == "true":
                pytest.fail(f"{name} is not installed, and .ci/run installs it")
            pytest.skip(f"{name} is not installed")


@cache
def start_spark() -> Any:
    """Return the session: one core, no web page, nothing that listens to other machines."""
    from pyspark.sql import SparkSession

    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.files.openCostInBytes": "200000000",  # two files are two partitions, however small
        "spark.driver.host": "127.0.0.1",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.codegen.wholeStage": "false",  # compiling takes longer than a dozen rows
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    return SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()


def to_spark(columns: dict[str, list[Any]], folder: Path) -> Any:
    """Return a survey as a PySpark frame of two partitions, read from two Parquet files when rows are wanted."""
    rows = to_polars(columns)
    half = rows.height // 2
    for number, part in enumerate((rows[:half], rows[half:])):
        part.write_parquet(folder / f"{number}.parquet")
    return start_spark().read.parquet(str(folder))
