"""``sos-score export``: what is in the folder, whose ids, what is refused; and what R and Python find in it."""

from __future__ import annotations

import csv
import io
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir, redirect_stdout
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from support import ROOT, CommandLine

from sos_score import compare_study, load_study_data, read_study
from sos_score.psychometrics.internal_consistency.alpha import reliability
from sos_score.psychometrics.moments import moments

export = CommandLine("export")
EXAMPLE = ROOT / "examples" / "contrast_study" / "study.yaml"
TABLES = ("codebook", "items", "judged_rows", "key", "links", "plan", "scores")
QUOTE = 'x"); system("touch broken"); ("'
"""A text that would run a command where it ended the literal it stands in."""
Run = Callable[[Path], "subprocess.CompletedProcess[str]"]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_study(folder: Path, sites: int = 8, people: int = 9, *, leave_below: float = 0) -> Path:
    """Write a study of two arms whose labels and ids are code; whoever has a lower mean answer at T1 is not at T2."""
    draw = np.random.default_rng(5)
    lines = ["respondent,site,wave,who5_1,who5_2,who5_3,who5_4,who5_5"]
    for site in range(sites):
        name = f"={site}" if site % 2 else f"{QUOTE}{site}".replace('"', '""')
        level: dict[int, float] = {}
        first: dict[int, float] = {}
        for wave in ("T1", "T2"):
            for person in range(people + site):
                if wave == "T1" or not leave_below:
                    level[person] = draw.integers(1, 5)
                answers = np.clip(level[person] + draw.integers(-1, 2, 5), 0, 5)
                first.setdefault(person, answers.mean())
                if wave == "T2" and first[person] < leave_below:
                    continue
                lines.append(",".join([f"+{site}-{person}", f'"{name}"', wave, *map(str, answers)]))
    (folder / "answers.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ids = [f"={site}" if site % 2 else f"{QUOTE}{site}" for site in range(sites)]
    named = "\n".join(f"  '{name}': {{label: '{QUOTE}{place}', arm: {'new' if place < sites / 2 else 'old'}}}"
                      for place, name in enumerate(ids))  # fmt: skip
    (folder / "study.yaml").write_text(
        f"format: 1\nid: odd\ntitle: '{QUOTE} {{{{ 7 * 7 }}}} é😀'\n"
        f"arms: {{new: {{label: '{QUOTE}'}}, old: {{label: Old, reference: true}}}}\nsites:\n{named}\n"
        "waves: [T1, T2]\nsources: {staff: {label: Staff, files: answers.csv, instrument: who-5, answered_by: staff}}\n"
        "plan: {smallest_effect: {value: 0.5, unit: g}}\n",
        encoding="utf-8",
    )
    return folder / "study.yaml"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the example study."""
    path = tmp_path_factory.mktemp("export") / "for-r"
    done = export(EXAMPLE, "-o", path)
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small study file, its folder for R beside it."""
    study = write_study(tmp_path_factory.mktemp("small"))
    done = export(study, "-o", study.parent / "for-r")
    assert done.exit_code == 0, done.output
    return study


@pytest.fixture
def folder(small: Path) -> Path:
    return small.parent / "for-r"


def run_r(folder: Path, script: str = "judged_rows.R") -> subprocess.CompletedProcess[str]:
    """Return what a script of a folder does; skip where R or a package is not there, and fail in CI."""
    leave_out = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    if shutil.which("Rscript") is None:
        leave_out("Rscript is not installed")
    done = subprocess.run(
        ["Rscript", "--vanilla", script], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if "there is no package called" in done.stderr or "which R does not find here" in done.stderr:
        leave_out(done.stderr)
    return done


def run_python(folder: Path) -> subprocess.CompletedProcess[str]:
    """Return what the script for Python does, in this process, which has loaded its libraries; warnings are errors."""
    said, code = io.StringIO(), 0
    with chdir(folder), redirect_stdout(said):
        try:
            runpy.run_path("judged_rows.py", run_name="__main__")
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return subprocess.CompletedProcess(["judged_rows.py"], code, said.getvalue(), "")


def test_the_script_for_python_is_a_program_of_its_own(folder: Path) -> None:
    command = [sys.executable, "-W", "error", "judged_rows.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Everything agrees" in done.stdout


def test_the_folder_holds_every_table_as_csv_and_as_parquet_and_every_column_is_explained(folder: Path) -> None:
    explained = {(row["file"], row["column"]) for row in read(folder / "codebook.csv")}
    for name in TABLES:
        frame = pl.read_parquet(folder / f"{name}.parquet")
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        assert (header, len(rows)) == (frame.columns, frame.height)
        assert name == "codebook" or {(name, column) for column in frame.columns} <= explained


def test_every_judged_finding_is_a_row_with_its_numbers(small: Path, folder: Path) -> None:
    judged = [each for each in compare_study(load_study_data(read_study(small))).findings if each.is_judged]
    rows = read(folder / "judged_rows.csv")
    assert [(row["question"], row["scale"], float(row["p"])) for row in rows] == [
        (each.question, each.scale, each.test.p) for each in judged
    ]


def test_r_counts_ratings_that_name_no_case_in_the_variation_as_compare_does(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    lines = ["target,rater,site,who5_1,who5_2,who5_3,who5_4,who5_5"]
    for site in "AB":
        for case in range(12):
            level = draw.integers(1, 5)
            for rater in (0, 1):
                answers = np.clip(level + rater + draw.integers(-1, 2, 5), 0, 5)
                name = "" if case == 2 and rater else f"{site}{case}"
                lines.append(f"{name},{rater}{site},{site},{','.join(map(str, answers))}")
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "study.yaml").write_text(
        "format: 1\nid: r\ntitle: R\nsites: {A: {}, B: {}}\nprivacy: {smallest_cell: 1}\n"
        "sources: {s: {files: a.csv, instrument: who-5, ids: {person: target}}}\n"
    )
    export(str(tmp_path / "study.yaml"), "-o", str(tmp_path / "for-r"))
    (row,) = read(tmp_path / "for-r" / "judged_rows.csv")
    assert (row["fitted"], row["n"]) == ("sites;rated cases;raters", "48")
    done = run_r(tmp_path / "for-r")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_items_are_codes_before_reversal_and_the_key_says_what_they_come_to(example: Path) -> None:
    items, key, scores = (pl.read_parquet(example / f"{name}.parquet") for name in ("items", "key", "scores"))
    sheet = ["source", "instrument", "sheet"]
    turned = items.join(key.filter(kind="item"), on=["source", "instrument", "item"]).with_columns(
        pl.when(pl.col("sign") < 0).then(pl.col("low") + pl.col("high") - pl.col("code")).otherwise("code").alias("x")
    )
    complete = turned.group_by(*sheet, "scale", "method").agg(
        pl.col("x").mean().alias("mean"), pl.col("x").sum().alias("sum"), pl.col("x").is_null().any().alias("lacks")
    )
    both = complete.filter(~pl.col("lacks")).join(scores, on=[*sheet, "scale"])
    made = both.select(pl.when(pl.col("method") == "sum").then("sum").otherwise("mean")).to_series()
    assert both.height > 1000
    assert both["score"].to_numpy() == pytest.approx(made.to_numpy(), abs=1e-12)


@pytest.mark.slow
def test_ids_are_hashed_with_a_key_that_nobody_has_and_people_still_link(example: Path, tmp_path: Path) -> None:
    assert export(EXAMPLE, "-o", tmp_path / "kept", "--ids").exit_code == 0
    hashed, kept = (pl.read_parquet(place / "scores.parquet") for place in (example, tmp_path / "kept"))
    ids = ("person", "worker", "family", "rater")
    assert hashed.drop(ids).equals(kept.drop(ids))
    for column in ids:
        couples = pl.DataFrame({"hashed": hashed[column], "kept": kept[column]}).drop_nulls().unique()
        assert couples.height == couples["hashed"].n_unique() == couples["kept"].n_unique() > 1
    names = {name for column in ids for name in kept[column].drop_nulls()}
    for path in example.iterdir():
        cells = {cell for row in read(path) for cell in row.values()} if path.suffix == ".csv" else set()
        assert not cells & {name for name in names if not name.isdecimal()}, path


def test_with_one_key_two_exports_are_the_same_and_the_key_is_not_in_them(small: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.txt"
    key.write_text("ab" * 32 + "\n", encoding="ascii")
    key.chmod(0o600)
    for name in ("one", "two"):
        assert export(small, "-o", tmp_path / name, "--key-file", key, "-q").exit_code == 0
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
    assert not any(b"abababab" in content for content in one.values())


def test_what_is_wrong_is_said_and_nothing_is_written(tmp_path: Path, small: Path, folder: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for words, said in (
        (["scores.csv", "-o", tmp_path / "new"], "a folder is made from a study file (.yaml), not from 'scores.csv'"),
        ([EXAMPLE, "-o", ""], "--output is empty; name a folder"),
        ([EXAMPLE, "-o", tmp_path / "file"], f"{tmp_path / 'file'}: is a file, not a folder"),
        ([EXAMPLE, "-o", tmp_path / "no" / "such"], f"there is no folder '{tmp_path / 'no'}'"),
        ([EXAMPLE, "-o", tmp_path / "new", "--ids", "--key-file", "k"], "give one of the two"),
        ([EXAMPLE, "-o", tmp_path / "new", "--key-file", tmp_path / "k"], "there is no such key file"),
        ([small, "-o", folder], "already exists; add --force to replace it"),
    ):
        done = export(*words)
        assert done.exit_code in (1, 2), words
        assert said in done.output.replace("\n", " "), words
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.slow
def test_r_finds_every_judged_row_of_the_example_again(example: Path) -> None:
    done = run_r(example)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n215 of 215 judged rows computed again\n" in done.stdout
    assert done.stdout.endswith("Everything agrees within 1e-06.\n")


@pytest.mark.soak
def test_python_finds_every_judged_row_again_save_those_of_levels(example: Path) -> None:
    done = run_python(example)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n181 of 215 judged rows computed again; 34 are for judged_rows.R\n" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("run", [run_r, run_python])
def test_sites_are_permuted_again_and_labels_that_are_code_run_nothing(run: Run, folder: Path) -> None:
    methods = {row["method"] for row in read(folder / "judged_rows.csv")}
    assert methods == {"permutation", "welch", "overlap", "cr2"}
    done = run(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything agrees" in done.stdout
    assert not list(folder.parent.rglob("broken"))


@pytest.mark.slow
@pytest.mark.parametrize("run", [run_r, run_python])
def test_a_number_that_differs_is_named_with_exit_1(run: Run, folder: Path, tmp_path: Path) -> None:
    place = shutil.copytree(folder, tmp_path / "changed")
    text = (place / "judged_rows.csv").read_text(encoding="utf-8")
    (row,) = [row for row in read(place / "judged_rows.csv") if row["question"] == "did" and row["method"] == "cr2"]
    (place / "judged_rows.csv").write_text(text.replace(row["se"], f"{float(row['se']) + 1e-4}"), encoding="utf-8")
    done = run(place)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"row {row['row']} did" in done.stdout
    assert "Everything agrees" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("run", [run_r, run_python])
@pytest.mark.parametrize("levels", ["[site, team]", "[team]"])
def test_pairs_of_teams_that_each_site_numbers_from_1_are_found_again(run: Run, levels: str, tmp_path: Path) -> None:
    draw = np.random.default_rng(2)
    sheets: dict[str, list[str]] = {name: ["respondent,site,team,safety"] for name in ("staff", "families")}
    for site, team in ((site, team) for site in "NSEW" for team in range(1, 7)):
        level = draw.integers(2, 9)
        for name, times in (("staff", 1), ("families", 3)):
            sheets[name] += [f"{site}{team}{n},{site},{team},{level + draw.integers(-2, 2)}" for n in range(times)]
    for name, lines in sheets.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "study.yaml").write_text(
        "format: 1\nid: teams\ntitle: Teams\nsites: {N: {}, S: {}, E: {}, W: {}}\n"
        f"levels: {levels}\nsources:\n"
        "  staff: {files: staff.csv, instrument: safety-scale, answered_by: worker}\n"
        "  families: {files: families.csv, instrument: safety-scale, answered_by: family}\n"
        "pairs: {both: {x: staff.safety, y: families.safety, level: team}}\n",
        encoding="utf-8",
    )
    done = export(tmp_path / "study.yaml", "-o", tmp_path / "for-r")
    assert done.exit_code == 0, done.output
    (pair,) = [row for row in read(tmp_path / "for-r" / "judged_rows.csv") if row["question"] == "association"]
    assert (pair["n"], pair["levels"]) == ("24", "team=site+team")
    found = run(tmp_path / "for-r")
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.slow
def test_psych_finds_our_alpha_again(folder: Path) -> None:
    done = run_r(folder, "reliability.R")
    assert done.returncode == 0, done.stdout + done.stderr
    found = {row["wave"]: row for row in read(folder / "reliability.csv")}
    table = load_study_data(read_study(folder.parent / "study.yaml")).tables[0]
    for wave in ("T1", "T2"):
        ours = reliability(moments(table.answers[table.frame["wave"] == wave].to_numpy()))
        assert float(found[wave]["alpha"]) == pytest.approx(ours.alpha, abs=1e-6)


def test_every_script_for_r_can_be_parsed_by_r(folder: Path) -> None:
    scripts = sorted(path.name for path in folder.glob("*.R"))
    assert scripts == ["bayes.R", "imputation.R", "invariance.R", "judged_rows.R", "reliability.R"]
    (folder / "parse").write_text("for (name in commandArgs(TRUE)) invisible(parse(name, encoding = 'UTF-8'))\n")
    if shutil.which("Rscript") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("Rscript is not installed")
    done = subprocess.run(
        ["Rscript", "--vanilla", "parse", *scripts], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.slow
def test_a_script_whose_package_is_not_there_says_what_to_install(folder: Path) -> None:
    if shutil.which("Rscript") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("Rscript is not installed")
    for script, command in (("imputation.R", "r-cran-pan"), ("bayes.R", "r-cran-brms")):
        text = (folder / script).read_text(encoding="utf-8")
        (folder / "without.R").write_text(f"requireNamespace <- function(...) FALSE\n{text}", encoding="utf-8")
        done = subprocess.run(
            ["Rscript", "--vanilla", "without.R"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert f"{script} needs " in done.stderr
        assert command in done.stderr


@pytest.mark.slow
def test_missing_scores_are_filled_in_and_pooled_the_same_each_time(tmp_path: Path) -> None:
    # With the same seed, everybody of T1 is there at T2 in the one study; in the other the lower half has left.
    whole, left = tmp_path / "whole", tmp_path / "left"
    for folder, below in ((whole, 0.5), (left, 2.5)):
        folder.mkdir()
        assert export(write_study(folder, 4, 30, leave_below=below), "-o", folder / "for-r", "-q").exit_code == 0
    script = left / "for-r" / "imputation.R"
    script.write_text(script.read_text(encoding="utf-8").replace("\nimputations <- 50\n", "\nimputations <- 10\n"))
    truth = {row["site"].removeprefix("'"): float(row["estimate"]) for row in read(whole / "for-r" / "judged_rows.csv")
             if row["question"] == "change"}  # fmt: skip
    files = []
    for _ in range(2):
        done = run_r(left / "for-r", "imputation.R")
        assert done.returncode == 0, done.stdout + done.stderr
        files.append((left / "for-r" / "imputation.csv").read_bytes())
    assert files[0] == files[1]
    rows = [row for row in read(left / "for-r" / "imputation.csv") if row["question"] == "change"]
    assert len(rows) == 4
    for row in rows:
        assert abs(float(row["estimate"]) - truth[row["site"]]) < abs(float(row["observed"]) - truth[row["site"]]) / 2
        assert 0 < float(row["missing_information"]) < 1
        assert float(row["low"]) < float(row["estimate"]) < float(row["high"])
    assert not list(tmp_path.rglob("broken"))


@pytest.mark.slow
def test_models_over_small_groups_are_refused_and_those_over_large_ones_are_fitted(tmp_path: Path) -> None:
    assert export(write_study(tmp_path, 4, 60), "-o", tmp_path / "for-r", "-q").exit_code == 0
    done = run_r(tmp_path / "for-r", "invariance.R")
    assert done.returncode == 0, done.stdout + done.stderr
    said = "staff.total over sites at T1 cannot be tested: the smallest group has 60 complete answers"
    assert f"{said}, and 100 are needed in each." in done.stdout.splitlines()
    levels: dict[str, list[str]] = {}
    for row in read(tmp_path / "for-r" / "invariance.csv"):
        levels.setdefault(row["groups"], []).append(row["level"])
        assert row["level"] == "not testable" or 0 <= float(row["cfi"]) <= 1
    whole = ["configural", "metric", "scalar"]
    assert levels == {"waves": whole, "arms": whole * 2, "sites": ["not testable"] * 2}
    assert not list(tmp_path.rglob("broken"))
