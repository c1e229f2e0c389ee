"""Speed and memory of the command line, each beside what a user would pick instead."""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ITEMS = [f"q_{number:03}" for number in range(1, 106)]
LABELS = ["Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"]
FIVE = ["design", "level", "change", "arms", "did"]  # what `compare` answers without a model of the variance
SMALL = 600
TRIES = 3
PEER_ROWS = 10_000
PEER_BEFORE = 1_600  # rows a second of scorify when the limit was set

DEFINITION = """\
format: 1
id: bench
version: 1.0.0
title: Six scales of 105 items
construct: speed
answered_by: [staff]
references: []
rights: {holder: nobody}
verification:
  key: {status: user, source: made up}
  responses: {status: user, source: made up}
  missing: {status: user, source: made up}
response_scales:
  agree5:
    min: 1
    max: 5
    labels: {Strongly disagree: 1, Disagree: 2, Neither: 3, Agree: 4, Strongly agree: 5}
items: {ids: q_001..q_105, responses: agree5}
missing: {min_answered: 80%}
scales:
"""

BARE_SCAN = """
import sys, polars as pl
items = [f"q_{number:03}" for number in range(1, 106)]
frame = pl.scan_csv(sys.argv[1], infer_schema=False, schema_overrides=dict.fromkeys(items, pl.Int16))
frame.select(pl.col(items).sum()).collect(engine="streaming")
"""
PANDAS = "import sys, pandas as pd; pd.read_csv(sys.argv[1])"


def write_definition(path: Path) -> None:
    """Write an instrument of six scales with every fourth item reversed."""
    lines = []
    for scale in range(6):
        signed = [("-" if place % 4 == 3 else "") + ITEMS[place] for place in range(scale, 105, 6)]
        lines.append(f"  s{scale}: {{title: S, items: [{', '.join(signed)}], score: mean, higher_is: more}}\n")
    path.write_text(DEFINITION + "".join(lines))


def write_data(path: Path, rows: int, *, labels: bool = False) -> None:
    """Write `rows` seeded rows with 4% of the answers missing."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(20261122)
    with path.open("wb") as stream:
        for start in range(0, rows, 100_000):
            count = min(100_000, rows - start)
            columns = {"respondent": pl.Series([f"R{start + place}" for place in range(count)])}
            columns["site"] = pl.Series(rng.integers(1, 5, count).astype(str))
            columns["wave"] = pl.Series(rng.choice(["T1", "T2"], count))
            answers = pl.DataFrame(rng.integers(1, 6, (count, 105)).astype(np.int8), schema=ITEMS)
            blanks = pl.DataFrame(rng.random((count, 105)) < 0.04, schema=ITEMS)
            answers = answers.select(pl.when(~blanks[item]).then(pl.col(item)).alias(item) for item in ITEMS)
            if labels:
                texts = dict(enumerate(LABELS, start=1))
                answers = answers.select(pl.all().replace_strict(texts, return_dtype=pl.String))
            pl.DataFrame(columns).hstack(answers).write_csv(stream, include_header=start == 0)


def make_data(path: Path, rows: int, *, labels: bool = False) -> None:
    """Write data in a process of its own: what a parent once held would count as the peak of every child."""
    code = f"from pathlib import Path; import run; run.write_data(Path({str(path)!r}), {rows}, labels={labels})"
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, check=True)


def run(command: list[str]) -> tuple[float, float]:
    """Return the best seconds of a few tries, and the peak memory in MB."""
    best, peak = float("inf"), 0.0
    # What is installed is compiled; a checkout is compiled by the first try, unless that is forbidden.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(TRIES):
        before = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"failed: {' '.join(command)}")
        best = min(best, time.perf_counter() - before)
        peak = max(peak, usage.ru_maxrss / 1024)
    return best, peak


def say(what: str, seconds: float, against: str = "", other: float = 0, *, limit: str = "") -> None:
    """Print one line: seconds, and the ratio to what it is measured against."""
    ratio = f"  {seconds / other:5.2f} x {against}" if other else ""
    print(f"{what:<52}{seconds:7.2f} s{ratio}{f'  (at most {limit})' if limit else ''}")


def write_scoresheet(path: Path) -> None:
    """Write the same instrument for scorify."""
    lines = ["layout,header", "layout,data", 'transform,normal,"map(1:5,1:5)"', 'transform,reverse,"map(1:5,5:1)"']
    lines.append("score,respondent")
    lines += [
        f"score,{ITEMS[place]},s{scale},{'reverse' if place % 4 == 3 else 'normal'}"
        for scale in range(6)
        for place in range(scale, 105, 6)
    ]
    lines += [f'measure,s{scale},"mean(s{scale})"' for scale in range(6)]
    path.write_text("\n".join(lines) + "\n")


def time_peer(folder: Path, rate: float) -> None:
    """Set our rows a second beside those of scorify, where it is installed."""
    print("\nscorify, rows a second")
    if importlib.util.find_spec("scorify") is None:
        print("not installed here, so not timed (pip install scorify)")
    else:
        data, sheet = folder / "peer.csv", folder / "sheet.csv"
        make_data(data, PEER_ROWS)
        write_scoresheet(sheet)
        command = [sys.executable, "-m", "scorify.scripts.score_data", "--quiet", str(sheet), str(data)]
        seconds, _ = run([*command, f"--output={folder / 'peer_scores.csv'}"])
        theirs = PEER_ROWS / seconds
        what = f"in this run ({PEER_ROWS:,} rows)"
        print(f"{what:<52}{theirs:7,.0f}    {rate / theirs:5.0f} x as many here (at least 100)")
    print(f"{'measured before':<52}{PEER_BEFORE:7,.0f}    {rate / PEER_BEFORE:5.0f} x as many here")


def time_large(folder: Path, rows: int) -> float:
    """Time scoring of a large file against a bare scan and pandas; return our rows a second."""
    definition, one, two, texts = (folder / name for name in ("bench.yaml", "one.csv", "two.csv", "texts.csv"))
    write_definition(definition)
    make_data(one, rows)
    make_data(two, 2 * rows)
    make_data(texts, rows, labels=True)
    score = [sys.executable, "-m", "sos_score", "score"]
    to = ["-i", str(definition), "-o", str(folder / "scores.csv"), "--force", "-q"]
    scan, _ = run([sys.executable, "-c", BARE_SCAN, str(one)])
    pandas, _ = run([sys.executable, "-c", PANDAS, str(one)])
    ours, memory = run([*score, str(one), *to])
    _, twice = run([*score, str(two), *to])
    labelled, _ = run([*score, str(texts), *to])
    print(f"\n{rows:,} rows x 105 items, {one.stat().st_size / 1e6:.0f} MB")
    say("bare streaming Polars scan, sums", scan)
    say("pandas.read_csv", pandas)
    say("sos-score score, codes", ours, "bare scan", scan, limit="2.5")
    say("sos-score score, codes", ours, "pandas.read_csv", pandas, limit="1")
    say("sos-score score, labels", labelled, "codes", ours)
    for command, groups in (("reliability", ["--by", "site,wave"]), ("agreement", ["--team", "site", "--by", "wave"])):
        assess = [sys.executable, "-m", "sos_score", command, *groups, "-i", str(definition)]
        written = ["-o", str(folder / f"{command}.csv"), "--force", "-q"]
        seconds, used = run([*assess, str(one), *written])
        _, more = run([*assess, str(two), *written])
        say(f"sos-score {command}, codes", seconds, "score", ours, limit="3")
        print(f"{f'peak memory of {command}, once and twice the rows':<52}{used:7.0f} MB{more:7.0f} MB")
    print(f"{'peak memory':<52}{memory:7.0f} MB  (at most 600 MB)")
    print(f"{'peak memory, twice the rows':<52}{twice:7.0f} MB  {twice / memory:5.2f} x  (at most 1.15)")
    print(f"{'rows a second':<52}{rows / ours:7,.0f}")
    return rows / ours


def time_small(folder: Path) -> None:
    """Time start-up and small files against the bare imports they need."""
    definition, data = folder / "bench.yaml", folder / "small.csv"
    write_definition(definition)
    make_data(data, SMALL)
    imports = {
        "typer": "import typer",
        "typer, pydantic, ruamel.yaml": "import typer, pydantic, ruamel.yaml",
        "typer .. polars": "import typer, pydantic, ruamel.yaml, narwhals, polars",
    }
    bare = {name: run([sys.executable, "-c", code])[0] for name, code in imports.items()}
    command = [sys.executable, "-m", "sos_score"]
    root = Path(__file__).resolve().parent.parent
    output = ["-o", str(folder / "small_scores.csv"), "--force", "-q"]
    helped, _ = run([*command, "--help"])
    validated, _ = run([*command, "validate", str(root / "instruments")])
    scored, _ = run([*command, "score", str(data), "-i", str(definition), *output])
    print(f"\nstart-up and {SMALL} rows")
    say("sos-score --help", helped, "import typer", bare["typer"], limit="2")
    say("sos-score validate, all shipped", validated, "import typer, pydantic, ruamel.yaml",
        bare["typer, pydantic, ruamel.yaml"], limit="4")  # fmt: skip
    say(f"sos-score score, {SMALL} rows", scored, "import typer .. polars", bare["typer .. polars"], limit="2")


def time_study(folder: Path) -> None:
    """Time the whole analysis of the example study against the imports it cannot do without."""
    study = Path(__file__).resolve().parent.parent / "examples/contrast_study/study.yaml"
    command = [sys.executable, "-m", "sos_score"]
    five = [part for question in FIVE for part in ("--only", question)]
    pingouin, _ = run([sys.executable, "-c", "import pingouin"])
    pictures, _ = run([sys.executable, "-c", "import pingouin, matplotlib"])
    some, _ = run([*command, "compare", str(study), *five, "-q"])
    first, _ = run([*command, "compare", str(study), "-q"])
    everything, _ = run([*command, "compare", str(study), "--full", "-q"])
    reported, _ = run([*command, "report", str(study), "-o", str(folder / "report.html"), "--force", "-q"])
    print("\nthe example study")
    say("sos-score compare, five questions", some, "import pingouin", pingouin, limit="4")
    say("sos-score compare, first answer", first, "import pingouin", pingouin)
    say("sos-score compare, everything", everything, "import pingouin", pingouin, limit="8")
    say("sos-score report", reported, "import pingouin, matplotlib", pictures, limit="6")


def main() -> None:
    """Print every measurement of one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores; best of {TRIES}")
    print(f"load before the run: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        time_small(Path(name))
        time_study(Path(name))
        time_peer(Path(name), time_large(Path(name), rows))


if __name__ == "__main__":
    main()
