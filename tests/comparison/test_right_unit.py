"""Answers nested in workers: judged by tests that count workers, beside the one of single answers, named wrong."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from factories import Row, compare, make_outcome, make_plan

from sos_score.comparison.finding import Contrast, Unit
from sos_score.comparison.judging import compare_outcomes
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.verdict import Verdict
from sos_score.report.labels import Labels
from sos_score.scoring.norms import NamedNorm
from sos_score.statistics.regression.cluster_robust import compare_clustered, infer_cr2
from sos_score.statistics.regression.did import TERMS, fit_changes
from sos_score.statistics.t_tests import compare_student, compare_welch

GOLDEN = Path(__file__).parents[1] / "golden"
R = json.loads((GOLDEN / "statistics" / "families.json").read_text())
with (GOLDEN / "mixed" / "families.csv").open() as lines:
    ROWS = list(csv.DictReader(lines))
NORM = NamedNorm("known", "made", "respondent", "mean", {"warmth": 3.0}, {"warmth": 0.5}, 100, "a norm of 100")


def families_of_workers(**changes):
    """The 60 families of 20 workers in four sites that R has tested."""
    rows = [(row, wave) for wave in ("T1", "T2") for row in ROWS]
    values = {
        "source": "alliance", "instrument": "made", "scale": "warmth", "title": "Warmth", "respondent": "family",
        "higher_is": "more warmth", "good": "high", "low": 1.0, "high": 5.0,
        "person": np.array([row["family"] for row, _ in rows]), "site": np.array([row["site"] for row, _ in rows]),
        "wave": np.array([wave for _, wave in rows]),
        "score": np.array([float(row[wave] or "nan") for row, wave in rows]),
        "cluster": np.array([row["worker"] for row, _ in rows]), "cluster_level": "worker", "unit": "families",
        "norm": NORM,
    }  # fmt: skip
    return OutcomeScores(**values | changes)


@pytest.fixture(scope="module")
def found():
    return compare_outcomes(
        [families_of_workers()], make_plan(smallest_cell=1), ["descriptives", "level", "change", "arms", "did"]
    )


@pytest.fixture(scope="module")
def swapped():
    """Return the same with the waves the other way round: the first of two is a baseline, and not tested."""
    plan = make_plan(smallest_cell=1, waves={"T2": "second", "T1": "first"})
    return compare_outcomes([families_of_workers()], plan, ["arms"])


def pick(found, question, **where):
    several = [each for each in found.ask(question) if each.is_judged and each.unit is Unit.PEOPLE]
    (one,) = [each for each in several if all(getattr(each, name) == value for name, value in where.items())]
    return one


def assert_is_rs(finding, r, less=0.0):
    last = len(r["estimate"]) - 1
    numbers = (finding.estimate.value, finding.estimate.low, finding.estimate.high)
    theirs = tuple(r[name][last] - less for name in ("estimate", "ci_low", "ci_high"))
    assert numbers == pytest.approx(theirs, rel=1e-8)
    assert (finding.estimate.se, finding.test.df) == pytest.approx((r["se"][last], r["df_satt"][last]), rel=1e-8)
    assert finding.method.code == "clustered_on_level"
    assert finding.level == finding.method["level"] == "worker"
    if not less:
        assert finding.test.p == pytest.approx(r["p"][last], rel=1e-8)


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_arms_of_nested_answers_are_judged_as_clubsandwich_tests_them(found, swapped, wave):
    assert_is_rs(pick(found if wave == "T2" else swapped, "arms", waves=(wave,)), R[f"cr2_worker/arms/{wave}"])


@pytest.mark.parametrize("site", ["1", "2", "3", "4"])
def test_changes_and_levels_of_nested_answers_are_judged_as_clubsandwich_tests_them(found, site):
    assert_is_rs(pick(found, "change", site=site), R[f"cr2_worker/change/site{site}"])
    assert_is_rs(pick(found, "level", site=site, waves=("T1",)), R[f"cr2_worker/level/site{site}"], less=3.0)


@pytest.mark.parametrize("site", ["1", "2", "3", "4"])
def test_the_interval_of_a_described_mean_counts_workers_as_clubsandwich_does(found, site):
    (mean,) = [each.estimate for each in found.ask("descriptives") if (each.site, each.waves) == (site, ("T1",))]
    r = R[f"cr2_worker/level/site{site}"]
    theirs = tuple(r[name][0] for name in ("estimate", "ci_low", "ci_high"))
    assert (mean.value, mean.low, mean.high) == pytest.approx(theirs, rel=1e-8)


def test_differences_in_differences_of_nested_answers_are_judged_as_clubsandwich_tests_them(found):
    assert_is_rs(pick(found, "did"), R["cr2_worker/did"])


def test_the_tests_of_single_answers_stand_beside_and_are_named_wrong(found):
    for question, code in (("arms", "welch_t"), ("change", "overlap_t_unequal"), ("did", "least_squares_hc3")):
        beside = [each for each in found.ask(question) if each.method.code == "wrong_unit"]
        assert not any(each.is_judged for each in beside)
        assert code in {each.method["test"].code for each in beside}
        assert {each.code for finding in beside for each in finding.notes} >= {"as_if_apart"}
        assert "more_like_these" not in {each.code for finding in beside for each in finding.notes}
    welch = next(each for each in found.ask("arms") if each.method.code == "wrong_unit" and each.test.name == "t")
    t2 = [row for row in ROWS if row["T2"]]
    alone = compare_welch(*([float(row["T2"]) for row in t2 if (row["site"] in "14") == is_arm] for is_arm in (1, 0)))
    assert (welch.estimate.se, welch.test.p) == pytest.approx((alone.se, alone.p))
    assert welch.groups.contrast is Contrast.ARMS


def test_the_smallest_effect_of_nested_answers_is_that_of_their_own_test(swapped):
    judged = pick(swapped, "arms", waves=("T1",))
    sd = judged.equivalence.smallest / 0.5
    # R's pt(ncp): 2.9887 standard errors are found with 80% power at 15.6734 degrees of freedom.
    assert judged.detectable.own == pytest.approx(2.9887 * judged.estimate.se / sd, rel=1e-4)


def test_people_who_are_their_own_workers_are_not_nested():
    own = families_of_workers(cluster=np.array([row["family"] for _ in range(2) for row in ROWS]))
    assert own.nested_in == ""
    found = compare_outcomes([own], make_plan(smallest_cell=1), ["arms", "change", "did"])
    codes = {each.method.code for each in found.findings if each.is_judged and each.unit is Unit.PEOPLE}
    assert codes == {"welch_t", "overlap_t_unequal", "clustered_on_person"}
    assert "wrong_unit" not in {each.method.code for each in found.findings}


def test_an_answer_whose_worker_is_not_known_is_independent_of_the_others():
    cluster = np.array([row["worker"] if row["family"] != "FAM01" else "" for _ in range(2) for row in ROWS])
    outcome = families_of_workers(cluster=cluster)
    groups = outcome.clusters(outcome.at("1", "T1"))
    assert groups[0] not in groups[1:]


def test_with_one_worker_an_arm_nothing_is_tested_and_nothing_said_to_be_equal():
    cells = {(site, "T1"): [2.0, 3.0, 4.0, 3.0, 3.5] for site in ("1", "2")}
    outcome = make_outcome(cells, cluster=np.array(["a"] * 5 + ["b"] * 5), cluster_level="worker", unit="families")
    (judged,) = (
        each for each in compare_outcomes([outcome], make_plan({"1": "sos", "2": "contrast"}), ["arms"]).findings
        if each.is_judged and each.unit is Unit.PEOPLE
    )  # fmt: skip
    assert np.isnan(judged.test.p)
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert "cluster_fixes" in {each.code for each in judged.notes}


def test_units_are_named_by_source_and_p_says_whom_it_is_about():
    (row,) = (
        each
        for each in compare([families_of_workers()], make_plan(), ["did"]).rows
        if each.family and each.finding.unit is Unit.PEOPLE
    )
    assert row.unit == "families"
    assert "; p is about more workers like these in the same sites; how sites came to their arms" in row.sentence
    staff = make_outcome({(site, "T1"): [1.0, 2, 3, 4, 5] for site in "1234"}, unit="staff")
    found = compare_outcomes([staff], make_plan(), ["arms"])
    labels = Labels.of(found)
    judged = next(Row(each, labels) for each in found.findings if each.is_judged and each.unit is Unit.PEOPLE)
    assert judged.unit == "staff"
    assert "; p is about more staff like these in the same sites, answering independently; how" in judged.sentence
    assert judged.notes[0] == (
        "p and interval are about more staff like these in the same sites, each independent of the others"
    )


# Where workers matter most, simple tests are the most wrong; the others are the same check where less can go wrong.
ICCS = [0.6, *(pytest.param(each, marks=pytest.mark.soak) for each in (0.1, 0.3))]


def draw_workers(rng, icc, sizes=(4, 3, 3, 3, 2)):
    """Families of five workers in each of two sites, and who their worker is; people vary with SD 1."""
    workers = np.repeat(np.arange(2 * len(sizes)), sizes * 2)
    between = rng.normal(0, icc**0.5, 2 * len(sizes))
    return between[workers] + rng.normal(0, (1 - icc) ** 0.5, workers.size), workers.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("icc", ICCS)
def test_nested_answers_are_called_different_by_chance_as_often_as_meant(icc):
    rng = np.random.default_rng(20160501)
    draws, clustered, single = 4000, 0, 0  # standard error .0034
    for _ in range(draws):
        x, of_x = draw_workers(rng, icc)
        y, of_y = draw_workers(rng, icc)
        clustered += compare_clustered(x, y, (of_x, [f"other {worker}" for worker in of_y])).p <= 0.05
        single += compare_student(x, y).p <= 0.05
    assert 0.04 <= clustered / draws <= 0.06
    assert icc < 0.3 or single / draws > 0.1


@pytest.mark.slow
@pytest.mark.parametrize("icc", ICCS)
@pytest.mark.parametrize(
    ("families", "came_again", "lowest"), [((3, 3, 3, 3, 3), 1.0, 0.04), ((4, 3, 3, 3, 2), 0.8, 0.035)]
)
def test_a_sites_nested_change_is_called_different_by_chance_as_often_as_meant(icc, families, came_again, lowest):
    rng = np.random.default_rng(20160502)
    draws, rejected = 4000, 0  # standard error .0034
    worker = np.repeat(np.arange(5), families)
    for _ in range(draws):
        stable = rng.normal(0, (0.7 * icc) ** 0.5, 5)[worker] + rng.normal(0, (0.6 * (1 - icc)) ** 0.5, worker.size)
        first, last = (
            stable + rng.normal(0, (0.3 * icc) ** 0.5, 5)[worker] + rng.normal(0, (0.4 * (1 - icc)) ** 0.5, worker.size)
            for _ in range(2)
        )
        came = rng.random(worker.size) < came_again
        test = compare_clustered(last[came], first, (worker[came].tolist(), worker.tolist()))
        rejected += test.p <= 0.05
    assert lowest <= rejected / draws <= 0.06  # with five workers of unequal size the df are on the safe side


@pytest.mark.slow
@pytest.mark.parametrize("icc", ICCS)
def test_a_nested_difference_of_changes_is_called_different_by_chance_as_often_as_meant(icc):
    rng = np.random.default_rng(20160503)
    draws, rejected, sizes = 2500, 0, (4, 3, 3, 3, 2)  # standard error .0044
    worker = np.repeat(np.arange(20), sizes * 4)
    is_treated = worker < 10
    for _ in range(draws):
        stable = rng.normal(0, (0.7 * icc) ** 0.5, 20)[worker] + rng.normal(0, (0.6 * (1 - icc)) ** 0.5, worker.size)
        first, last = (
            stable
            + rng.normal(0, (0.3 * icc) ** 0.5, 20)[worker]
            + rng.normal(0, (0.4 * (1 - icc)) ** 0.5, worker.size)
            for _ in range(2)
        )
        came = rng.random(worker.size) < 0.8
        y, arm = np.concatenate([first, last[came]]), np.concatenate([is_treated, is_treated[came]])
        post = np.repeat([False, True], [worker.size, came.sum()])
        clusters = np.concatenate([worker, worker[came]]).tolist()
        rejected += infer_cr2(fit_changes(y, arm, post), clusters)[TERMS[3]].p <= 0.05
    assert 0.04 <= rejected / draws <= 0.06
