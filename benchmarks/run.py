"""Speed and memory of the command line, each beside what a user would pick instead."""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from measure import TRIES, Run, python, run, say
from peers import BARE_SUMS, BARE_TEXT, ITEMS, time_peers
from scored import list_treated

LABELS = ["Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"]
SMALL = 600
FEW, MANY = 100_000, 1_000_000  # from which on a slope of compare is fitted, and less is timed, or only once

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


def write_definition(path: Path) -> None:
    """Write an instrument of six scales with every fourth item reversed."""
    lines = []
    for scale in range(6):
        signed = [("-" if place % 4 == 3 else "") + ITEMS[place] for place in range(scale, 105, 6)]
        lines.append(f"  s{scale}: {{title: S, items: [{', '.join(signed)}], score: mean, higher_is: more}}\n")
    path.write_text(DEFINITION + "".join(lines))


def write_data(path: Path, rows: int, *, labels: bool = False) -> None:
    """Write `rows` seeded rows with 4% of the answers missing; what a person thinks shows in all items of a scale."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(20261122)
    scales = np.arange(len(ITEMS)) % 6
    signs = np.where(np.arange(len(ITEMS)) % 4 == 3, -1, 1)  # an item that is keyed the other way is answered so
    with path.open("wb") as stream:
        for start in range(0, rows, 100_000):
            count = min(100_000, rows - start)
            columns = {"respondent": pl.Series([f"R{start + place}" for place in range(count)])}
            columns["site"] = pl.Series(rng.integers(1, 5, count).astype(str))
            columns["wave"] = pl.Series(rng.choice(["T1", "T2"], count))
            thought = rng.normal(size=(count, 6))[:, scales] * signs + rng.normal(size=(count, len(ITEMS)))
            answers = pl.DataFrame(np.clip(np.round(3 + 0.8 * thought), 1, 5).astype(np.int8), schema=ITEMS)
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


def time_sizes(folder: Path, sizes: Sequence[int], definition: Path) -> tuple[dict[int, Path], dict[int, Run]]:
    """Time every command at each number of rows, and print the exponent of its time."""
    data: dict[int, Path] = {}
    found: dict[str, dict[int, Run]] = {}
    program = [sys.executable, "-m", "sos_score"]
    options = ["-i", str(definition), "--force", "-q", "-o"]
    small = folder / "small.csv"
    make_data(small, SMALL)
    least = run([*program, "score", str(small), *options, str(folder / "scores.csv")])
    for rows in sizes:
        data[rows] = folder / f"codes-{rows}.csv"
        make_data(data[rows], rows)
        print(f"\n{rows:,} rows x 105 items, {data[rows].stat().st_size / 1e6:,.0f} MB")
        tries = TRIES if rows <= MANY else 1
        scores = folder / "scores.csv"
        bare = python(BARE_SUMS, data[rows], tries=tries)
        say("bare streaming scan of codes, summed", bare)
        score = run([*program, "score", str(data[rows]), *options, str(scores)], tries)
        say("sos-score score, codes", score, "bare scan", bare, limit="1.3")
        taken = {"score": score}
        if rows <= MANY:
            taken["score, labels"] = _time_labels(folder, rows, [*program, "score"], options)
        groups = {"reliability": ["--by", "site,wave"], "agreement": ["--team", "site", "--by", "wave"]}
        for command, by in groups.items():
            taken[command] = run([*program, command, str(data[rows]), *by, *options, str(folder / "out.csv")], tries)
            say(f"sos-score {command}, codes", taken[command], "score", score, limit="3")
        if rows <= MANY:  # it holds the scores of everybody
            of_scores = ["compare", str(scores), "--treated", "1,4", "--waves", "T1,T2", "-q"]
            taken["compare"] = run([*program, *of_scores], 1)
            say("sos-score compare of the scores, 4 sites", taken["compare"])
        for name, each in taken.items():
            found.setdefault(name, {})[rows] = each
            print(f"{f'rows a second, {name}':<46}{rows / each.wall:12,.0f}")
    for name, runs in found.items():
        if len(runs) > 1:
            # What it takes to start and to look at a few rows is no part of the slope; `least` is of score alone.
            start = least.cpu if name.startswith("score") else 0.0
            exponent = fit_exponent(runs, start)
            print(f"{name}: time exponent {exponent:.2f} from {min(runs):,} rows (processor seconds less start-up)")
    return data, found["score"]


def _time_labels(folder: Path, rows: int, command: list[str], options: list[str]) -> Run:
    texts = folder / "labels.csv"
    make_data(texts, rows, labels=True)
    bare = python(BARE_TEXT, texts)
    say("bare streaming scan of labels, nulls counted", bare)
    found = run([*command, str(texts), *options, str(folder / "label_scores.csv")])
    say("sos-score score, labels", found, "bare scan", bare, limit="2.0")
    texts.unlink()
    return found


def fit_exponent(runs: Mapping[int, Run], start: float) -> float:
    """Return the slope of log seconds on log rows; what it takes to start is no part of the rows."""
    points = [(math.log(rows), math.log(max(each.cpu - start, 0.01))) for rows, each in runs.items()]
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def time_small(folder: Path, definition: Path) -> None:
    """Time start-up and small files against the bare imports they need."""
    data = folder / "small.csv"
    make_data(data, SMALL)
    # `import pydantic` alone loads next to nothing: what makes a model is loaded when it is first asked for.
    models = "import typer, yaml; from pydantic import BaseModel"
    imports = {
        "typer": "import typer",
        "typer, yaml, BaseModel": models,
        "the same, polars": f"{models}; import narwhals, polars",
    }
    bare = {name: python(code) for name, code in imports.items()}
    command = [sys.executable, "-m", "sos_score"]
    root = Path(__file__).resolve().parent.parent
    output = ["-o", str(folder / "small_scores.csv"), "--force", "-q"]
    print(f"\nstart-up and {SMALL} rows")
    for what, words, against, limit in (
        ("--help", ["--help"], "typer", "1.2"),
        ("validate, all shipped", ["validate", str(root / "instruments")], "typer, yaml, BaseModel", "2"),
        (f"score, {SMALL} rows", ["score", str(data), "-i", str(definition), *output], "the same, polars", "1.5"),
    ):
        say(f"sos-score {what}", run([*command, *words]), f"import {against}", bare[against], limit=limit)


def time_study(folder: Path) -> None:
    """Time the whole analysis of the example study against the imports it cannot do without."""
    study = str(Path(__file__).resolve().parent.parent / "examples/contrast_study/study.yaml")
    command = [sys.executable, "-m", "sos_score"]
    pingouin, pictures = python("import pingouin"), python("import pingouin, matplotlib")
    print("\nthe example study")
    say("sos-score compare, first answer", run([*command, "compare", study, "-q"]), "import pingouin", pingouin,
        limit="1.5")  # fmt: skip
    say("sos-score compare --full", run([*command, "compare", study, "--full", "-q"], 1), "import pingouin", pingouin)
    report = run([*command, "report", study, "-o", str(folder / "report.html"), "--force", "-q"], 1)
    say("sos-score report", report, "import pingouin, matplotlib", pictures, limit="3")
    say("sos-score demo", run([*command, "demo", str(folder / "demo")], 1), "report", report, limit="1.1")


def time_sites(folder: Path, sizes: Sequence[int]) -> None:
    """Time the first answer of a comparison of ten scored scales: a site for each thousand people, ten at least."""
    print("\ncompare of ten scored scales (Parquet), people in workers in sites, two waves")
    found: dict[int, Run] = {}
    for people in sizes:
        path, sites = folder / "scored.parquet", max(10, people // 1000)
        words = ["scored.py", str(path), "--people", str(people), "--sites", str(sites)]
        subprocess.run([sys.executable, *words], cwd=Path(__file__).parent, check=True, stdout=subprocess.DEVNULL)
        command = [sys.executable, "-m", "sos_score", "compare", str(path), "-q", "--treated"]
        found[people] = run([*command, ",".join(list_treated(sites))], 1)
        say(f"{people:,} people in {sites:,} sites", found[people], limit="180 s and 2,000 MB at a million")
    if len(found) > 1:
        print(f"compare: time exponent {fit_exponent(found, 0.0):.2f} from {min(found):,} people, start-up included")


def name_machine() -> str:
    """Return the machine and the versions that matter."""
    names = ("polars", "narwhals", "pandas", "numpy", "pingouin", "duckdb")
    known = [f"{name} {version(name)}" for name in names if importlib.util.find_spec(name)]
    return (
        f"Python {platform.python_version()}, {', '.join(known)}\n"
        f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} processors; best of {TRIES},"
        f" of one above {MANY:,} rows; load before the run {os.getloadavg()[0]:.1f}"
    )


def main() -> None:
    """Print every measurement of one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 10_000_000], help="numbers of rows"
    )
    parser.add_argument("--folder", type=Path, help="where the data are made and removed; 10 million rows take 3 GB")
    parser.add_argument(
        "--only", choices=("small", "study", "sites", "sizes"), nargs="+", help="parts of the run; all if not given"
    )
    given = parser.parse_args()
    print(name_machine())
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        definition = folder / "bench.yaml"
        write_definition(definition)
        parts = given.only or ("small", "study", "sites", "sizes")
        if "small" in parts:
            time_small(folder, definition)
        if "study" in parts:
            time_study(folder)
        if "sites" in parts:
            time_sites(folder, sorted(size for size in given.rows if size <= MANY))
        if "sizes" in parts:
            data, scored = time_sizes(folder, sorted(given.rows), definition)
            time_peers(folder, data, definition, scored)


if __name__ == "__main__":
    main()
