"""A standalone cluster of two workers on this machine: started, used as the page says, and stopped."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from spark_session import require_spark
from support import ROOT

from sos_score import assess_agreement, assess_reliability, load_instrument, read_responses, score_survey

PAGE = (ROOT / "docs" / "how-to" / "cluster.md").read_text(encoding="utf-8")


def wait_for(log: Path, pattern: str) -> str:
    for _ in range(240):
        found = re.search(pattern, log.read_text(encoding="utf-8"))
        if found:
            return found[0]
        time.sleep(0.5)
    raise AssertionError(log.read_text(encoding="utf-8"))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """Start the processes that the page starts, on a free port, and stop them."""
    require_spark()
    import pyspark

    commands = re.findall(r"^\$SPARK/bin/spark-class (.*)$", PAGE, re.MULTILINE)
    assert len(commands) == 3
    environment = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_WORKER_DIR": str(tmp_path / "work")}
    running = []
    address = "spark://127.0.0.1:7077"
    try:
        for number, command in enumerate(commands):
            words = command.replace("spark://127.0.0.1:7077", address).replace("--port 7077", "--port 0").split()
            log = tmp_path / f"{number}.log"
            words += ["--webui-port", "0"]
            if "Worker" in words[0]:
                words.append(words.pop(words.index(address)))
            with log.open("w") as stream:
                spark = Path(pyspark.__path__[0]) / "bin" / "spark-class"
                running.append(subprocess.Popen([spark, *words], env=environment, stdout=stream, stderr=stream))
            if number == 0:
                address = wait_for(log, r"spark://127\.0\.0\.1:[1-9]\d*")
            else:
                wait_for(log, "Successfully registered with master")
        yield address
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(60)


@pytest.mark.soak
def test_two_workers_score_and_sum_what_one_machine_does(cluster: str, tmp_path: Path) -> None:
    rows = pl.read_csv(ROOT / "examples" / "wai_s_labels.csv")
    for number in range(2):
        part = tmp_path / "survey" / f"part={number}"
        part.mkdir(parents=True)
        rows[number * 10 : 10 + number * 20].write_parquet(part / "rows.parquet")
    environment = os.environ | {
        "SPARK_MASTER": cluster,
        "PYTHONPATH": str(ROOT),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    for command in re.findall(r"^sos-score (.*)$", PAGE, re.MULTILINE):
        words = [sys.executable, "-m", "sos_score", *command.split()]
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    instrument = load_instrument("wai-s")
    answers = read_responses(rows, instrument)
    wanted = score_survey(rows, instrument).sort("respondent")
    scored = pl.read_parquet(tmp_path / "scores.parquet" / "*.parquet").sort("respondent")
    assert scored.equals(wanted)
    alphas = [row["alpha"] for row in json.loads((tmp_path / "reliability.json").read_text())["scales"]]
    assert alphas == pytest.approx(assess_reliability(answers).scales["alpha"].tolist(), rel=1e-12)
    teams = json.loads((tmp_path / "agreement.json").read_text())["teams"]
    assert [row["mean"] for row in teams] == pytest.approx(assess_agreement(answers, "site").teams["mean"].tolist())
