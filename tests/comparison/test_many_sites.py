"""A comparison of many people in many sites: the numbers of the small path, found by other means, in what time."""

from __future__ import annotations

import importlib.util
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from typer.testing import CliRunner

from sos_score.cli import app
from sos_score.comparison.compare import compare_study
from sos_score.comparison.finding import Contrast, Unit
from sos_score.comparison.judging import Comparison
from sos_score.report.figures.change import list_changes
from sos_score.report.many_sites import ask_ends
from sos_score.report.model import ReportData
from sos_score.statistics.permutation import find_smallest_p, permute_sites
from sos_score.study.data import StudyData
from sos_score.study.from_scores import ScoredFile, make_study_from_scores

ROOT = Path(__file__).parents[2]
_SPEC = importlib.util.spec_from_file_location("scored", ROOT / "benchmarks" / "scored.py")
assert _SPEC is not None
assert _SPEC.loader is not None
scored = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(scored)
SITES = 300
JUDGED = ("design", "change", "arms", "did")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("many") / "scores.parquet"
    scored.write_scores(path, 20_000, SITES, scales=2)
    return path


@pytest.fixture(scope="module")
def study(path: Path) -> StudyData:
    treated = tuple(scored.list_treated(SITES))
    return make_study_from_scores(ScoredFile(str(path), wave="wave", treated=treated))


@pytest.fixture(scope="module")
def found(study: StudyData) -> Comparison:
    return compare_study(study, JUDGED, judged_only=True)


def _read(path: Path) -> pl.DataFrame:
    """Return the first score row by row, and whether its site is treated."""
    frame = pl.read_parquet(path).drop_nulls("s01")
    return frame.with_columns(arm=pl.col("site").is_in(scored.list_treated(SITES)), later=pl.col("wave") == "T2")


def _find_changes(path: Path) -> dict[str, float]:
    score, later = pl.col("s01"), pl.col("later")
    change = score.filter(later).mean() - score.filter(~later).mean()
    return dict(_read(path).group_by("site").agg(change).iter_rows())


def _cluster(frame: pl.DataFrame) -> tuple[float, float, float]:
    """Return the difference in differences, its CR2 error and degrees of freedom: worker by worker, by definition."""
    x = np.column_stack([np.ones(frame.height), frame["arm"], frame["later"], frame["arm"] & frame["later"]]).astype(
        float
    )
    y, bread = frame["s01"].to_numpy(), np.linalg.inv(x.T @ x)
    rest = y - x @ (bread @ x.T @ y)
    rows: dict[str, list[int]] = {}
    for place, worker in enumerate(frame["worker"].to_list()):
        rows.setdefault(worker, []).append(place)
    error, leads, own = 0.0, [], []
    for members in rows.values():
        mine = x[members]
        values, vectors = np.linalg.eigh(np.eye(len(members)) - mine @ bread @ mine.T)
        adjusted = vectors @ np.diag(values**-0.5) @ vectors.T @ mine @ bread[:, 3]
        error += float(rest[members] @ adjusted) ** 2
        leads.append(mine.T @ adjusted)
        own.append(float(adjusted @ adjusted))
    lead = np.array(leads)
    product = np.diag(own) - lead @ bread @ lead.T
    return float((bread @ x.T @ y)[3]), math.sqrt(error), float(np.trace(product) ** 2 / (product**2).sum())


@pytest.mark.slow
def test_changes_of_three_hundred_sites_are_those_of_their_people(found: Comparison, path: Path) -> None:
    known = _find_changes(path)
    judged = {each.site: each.estimate.value for each in found.ask("change") if each.scale == "s01" and each.is_judged}
    assert judged == pytest.approx(known)
    assert len(judged) == SITES


@pytest.mark.slow
def test_errors_clustered_on_the_worker_are_those_of_the_definition(found: Comparison, path: Path) -> None:
    each = next(each for each in found.ask("did") if each.scale == "s01" and each.unit is Unit.PEOPLE)
    estimate, error, df = _cluster(_read(path))
    assert (each.estimate.value, each.estimate.se, each.test.df) == pytest.approx((estimate, error, df))


@pytest.mark.slow
def test_sites_are_permuted_by_a_seeded_draw_whose_error_is_told(found: Comparison, path: Path) -> None:
    each = next(
        each for each in found.ask("arms") if each.scale == "s01" and each.unit is Unit.SITES and each.waves == ("T2",)
    )
    means = _read(path).filter("later").group_by("site", "arm").agg(pl.col("s01").mean()).sort("site")
    arm, value = means["arm"].to_numpy(), means["s01"].to_numpy()
    difference = value[arm].mean() - value[~arm].mean()
    rng, farther = np.random.default_rng(5), 0
    for _ in range(9_999):
        drawn = rng.permutation(arm)
        farther += abs(value[drawn].mean() - value[~drawn].mean()) >= abs(difference) - 1e-12
    p = (farther + 1) / 10_000
    said = next(note for note in each.notes if note.code == "monte_carlo_error")
    assert each.estimate.value == pytest.approx(difference)
    assert (said["draws"], said["p"]) == (9_999, each.test.p)
    assert said["error"] == pytest.approx(math.sqrt(each.test.p * (1 - each.test.p) / 9_999))
    assert each.test.p == pytest.approx(p, abs=5 * math.sqrt(2) * max(float(str(said["error"])), 1e-4))
    assert "assignments drawn at random (Monte Carlo standard error 0.0" in str(said)


def test_more_assignments_than_a_float_can_count_are_no_fault() -> None:
    assert find_smallest_p(700, 700) == 0.0
    rng = np.random.default_rng(3)
    drawn = permute_sites(rng.normal(size=1400), np.arange(1400) < 700, seed=1)
    assert drawn.smallest_p == 1e-4
    assert drawn.p > 0.01


@pytest.mark.slow
def test_no_two_of_many_sites_are_compared_with_each_other(study: StudyData) -> None:
    arms = compare_study(study, ("arms",), scales=("s01",)).ask("arms")
    assert not [each for each in arms if each.groups.contrast is Contrast.SITE_PAIR]
    across = next(each for each in arms if each.groups.contrast is Contrast.SITES)
    assert {"sites": SITES, "most": 30}.items() <= dict(
        next(note for note in across.notes if note.code == "pairs_left_out").values
    ).items()


@pytest.mark.slow
def test_tables_name_the_ten_highest_and_the_ten_lowest_sites(found: Comparison) -> None:
    changes = sorted(
        (each.estimate.value, each.site) for each in found.ask("change") if each.scale == "s02" and each.is_judged
    )
    ends = {each.site for each in ask_ends("change", found) if each.scale == "s02"}
    assert ends == {site for _, site in [*changes[:10], *changes[-10:]]}


@pytest.mark.slow
def test_one_picture_has_the_changes_of_all_sites(found: Comparison, study: StudyData) -> None:
    (picture,) = list_changes(ReportData(study, found, "manifest", "2026-11-27"))
    assert picture.title == "Scores: 0 of 600 changes of 300 sites are clear"
    assert picture.description.startswith("s01: 300 sites from ")
    assert b"<svg" in picture.render("svg")


@pytest.mark.slow
def test_the_first_answer_says_how_all_sites_spread(path: Path) -> None:
    treated = ",".join(scored.list_treated(SITES))
    run = CliRunner().invoke(app, ["compare", str(path), "--treated", treated, "-q"])
    assert run.exit_code == 0
    quartile = float(np.quantile(list(_find_changes(path).values()), 0.25))
    row = next(line for line in run.stdout.splitlines() if line.strip().startswith("s01 (Scores)"))
    assert row.split()[2] == "300"
    assert row.split()[4] == f"{quartile:.2f}"
    assert "Treated: 150 sites;" in run.stdout
    assert "S0002" not in run.stdout
    assert len(run.stdout.splitlines()) < 60


def test_a_table_that_spark_left_in_parts_is_the_same_as_one_file(tmp_path: Path) -> None:
    scored.write_scores(tmp_path / "one.parquet", 800, 4, scales=1)
    scored.write_scores(tmp_path / "table", 800, 4, scales=1, parts=3)
    assert len(list((tmp_path / "table").iterdir())) == 7
    one, several = (
        make_study_from_scores(ScoredFile(str(tmp_path / name), wave="wave", treated=("S0000", "S0002")))
        for name in ("one.parquet", "table")
    )
    pd.testing.assert_frame_equal(one.tables[0].frame, several.tables[0].frame)


@pytest.mark.soak
def test_a_million_people_in_a_thousand_sites_are_compared_in_two_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    code = (
        "import sys; from pathlib import Path; import scored; scored.write_scores(Path(sys.argv[1]), 1_000_000, 1_000)"
    )
    subprocess.run([sys.executable, "-c", code, path], cwd=ROOT / "benchmarks", check=True)
    command = [sys.executable, "-m", "sos_score", "compare", str(path), "-q", "--treated"]
    process = subprocess.Popen([*command, ",".join(scored.list_treated(1_000))], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    assert usage.ru_maxrss / 1024 < 2_000
    assert usage.ru_utime + usage.ru_stime < 180
