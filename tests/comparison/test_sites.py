"""Sites against sites: one test for both directions, and no site surer than the people in it."""

import math

import numpy as np
import pandas as pd
import pytest
from factories import make_outcome, make_plan

from sos_score.comparison import compare
from sos_score.comparison.compare import compare_study
from sos_score.comparison.detectable import find_site_floor
from sos_score.comparison.finding import Unit
from sos_score.comparison.judging import compare_outcomes
from sos_score.comparison.plan import SmallestEffect
from sos_score.comparison.verdict import Verdict
from sos_score.errors import InvalidRequest
from sos_score.notes import note
from sos_score.statistics.noncentral import find_detectable
from sos_score.study.from_scores import ScoredFile, make_study_from_scores


@pytest.fixture(scope="module")
def example(example_data):
    return example_data


@pytest.fixture(scope="module")
def found(example):
    return compare.compare_study(example, ("design", "arms", "did"))


def test_answers_know_the_worker_they_are_nested_in_and_staff_have_none(example):
    plan = compare.make_plan(example.study)
    scores = {each.source: compare.take_scores(each, plan)[0] for each in compare.choose_outcomes(example)}
    assert {name: each.cluster_level for name, each in scores.items() if not each.cluster_level} == {"osc": ""}
    assert scores["osc"].cluster is None
    family = scores["alliance_family"]
    assert family.cluster_level == "worker"
    assert family.cluster.shape == family.score.shape
    for worker in np.unique(family.cluster):
        assert len(set(family.site[family.cluster == worker])) == 1
    assert np.unique(family.cluster).size == 20


def test_two_sites_against_two_get_no_verdict_at_all(found):
    of_sites = [each for each in found.findings if each.unit is Unit.SITES and each.question in ("arms", "did")]
    assert len(of_sites) == 2 * 45  # the first of two waves is a baseline
    assert not any(each.is_judged or each.verdict or each.family for each in of_sites)
    assert all(math.isnan(each.equivalence.p) for each in of_sites)


def test_no_site_row_is_surer_than_the_people_or_workers_in_it(example, found):
    scores = {
        each.id: each for each in (compare.take_scores(one, found.plan)[0] for one in compare.choose_outcomes(example))
    }
    floored = 0
    for each in found.findings:
        if each.question in ("arms", "did") and each.method.code == "student_t_sites":
            outcome = scores[each.outcome]
            floor = find_site_floor(outcome, found.plan, each.waves, each.sites_shown)
            assert each.estimate.se >= floor * (1 - 1e-12)
            is_floored = "sites_floored" in [said.code for said in each.notes]
            assert is_floored == (each.estimate.se == floor)
            floored += is_floored
    assert floored > 32


def test_the_smallest_effect_of_sites_is_never_below_that_of_the_people_in_them(found):
    of_design = [each for each in found.ask("design") if not math.isnan(each.detectable.own)]
    for each in of_design:
        if each.unit is Unit.SITES:
            people = next(
                one
                for one in of_design
                if (one.outcome, one.waves, one.unit) == (each.outcome, each.waves, Unit.PEOPLE)
            )
            assert each.detectable.own > people.detectable.own
    for each in found.findings:
        if each.is_judged and not math.isnan(each.detectable.sites):
            assert each.detectable.sites > each.detectable.own
            assert each.detectable.adjusted > each.detectable.own


def test_identical_sites_have_an_interval_and_a_smallest_effect():
    people = [2.0, 2.5, 3.0, 3.5, 4.0, 3.0, 2.0, 4.0]
    outcome = make_outcome({(site, "T1"): people for site in "1234"})
    result = compare_outcomes([outcome], make_plan(smallest_cell=1), ["design", "arms"])
    row = next(each for each in result.ask("arms") if each.method.code == "student_t_sites")
    # Each site mean has a standard error of s / sqrt(8); the difference of two means of two sites the same.
    error = np.std(people, ddof=1) / math.sqrt(8)
    assert row.estimate.se == pytest.approx(error)
    assert row.estimate.high == pytest.approx(4.302653 * error)
    sd = np.std(people * 2, ddof=0) * math.sqrt(16 / 15)  # within an arm
    assert row.detectable.own == pytest.approx(find_detectable(2.0) * error / sd)


def draw(sites, people, *, effect=0.0, seed=1, site_sd=0.0, sd=1.0, waves=("T1",)):
    """Return scores of so many sites an arm, the first of them treated."""
    rng = np.random.default_rng(seed)
    shifts = rng.normal(0, site_sd, 2 * sites) if site_sd else np.zeros(2 * sites)
    return {
        (f"s{place}", wave): rng.normal(3.0 + shifts[place] + effect * (place < sites), sd, people)
        for place in range(2 * sites)
        for wave in waves
    }


def judge(sites, people, **drawn):
    arms = {f"s{place}": "sos" if place < sites else "contrast" for place in range(2 * sites)}
    result = compare_outcomes([make_outcome(draw(sites, people, **drawn))], make_plan(arms), ["arms"])
    (row,) = [each for each in result.ask("arms") if each.method.code.startswith("permutation")]
    return row


def test_with_enough_sites_both_directions_rest_on_the_permutation():
    same, apart = judge(12, 40), judge(12, 40, effect=1.0)
    assert (same.verdict, apart.verdict) == (Verdict.EQUIVALENT, Verdict.DIFFERENT)
    assert same.equivalence.p < 0.05 < same.test.p
    assert apart.test.p < 0.05


def test_sites_that_could_have_missed_an_effect_do_not_rule_it_out():
    few = judge(6, 100)
    limits = few.equivalence
    assert -limits.smallest < limits.low < limits.high < limits.smallest
    assert few.verdict is Verdict.INCONCLUSIVE
    assert few.reason[-1].code == "sites_may_miss_equivalence"
    said = next(each for each in few.notes if each.code == "sites_may_miss")
    assert said["chance"] == pytest.approx(0.75**6, rel=1e-3)
    assert judge(6, 100, effect=1.0).verdict is Verdict.DIFFERENT


def test_sites_that_are_all_alike_stay_inconclusive_where_their_people_are():
    arms = {f"s{place}": "sos" if place < 12 else "contrast" for place in range(24)}
    outcome = make_outcome({(site, "T1"): [1.0, 2.0, 3.0, 4.0, 5.0] for site in arms})
    plan = make_plan(arms, find_effect=lambda _source, _scale: SmallestEffect(0.25, "g"))
    found = compare_outcomes([outcome], plan, ["arms"]).ask("arms")
    (row,) = [each for each in found if each.is_judged and each.unit is Unit.SITES]
    # Every assignment is as close as the true one; five people a site with a variance of 2.5 are not so sure.
    assert row.estimate.se == pytest.approx(math.sqrt(2.5 / 5 * 2 / 12))
    assert row.equivalence.high > row.equivalence.smallest
    assert row.equivalence.p > 0.05
    assert row.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("size", [12, 3])
def test_a_site_that_was_asked_at_one_wave_only_is_no_change_of_its_arm(tmp_path, size):
    """Nobody changes, and the site with the high scores is not there at T2; with few people it is not shown either."""
    draw = np.random.default_rng(4)
    rows = []
    for site, level, people in (("A", 4, 12), ("B", 4, 12), ("C", 4, 12), ("D", 8, size)):
        for person in range(people):
            score = level + draw.normal(0, 0.5)
            waves = ("T1",) if site == "D" else ("T1", "T2")
            rows += [{"respondent": f"{site}{person}", "site": site, "wave": wave, "mood": score} for wave in waves]
    frame = pd.DataFrame(rows)
    frame.to_csv(tmp_path / "scores.csv", index=False)
    data = make_study_from_scores(ScoredFile(str(tmp_path / "scores.csv"), "site", "wave", ("A", "B")))
    found = [each for each in compare_study(data, ["did"]).findings if each.unit is Unit.PEOPLE and not each.is_hidden]
    if size == 3:
        assert not found
        return
    judged = next(each for each in found if each.is_judged)
    both = frame[frame["site"] != "D"]
    means = both.groupby([both["site"] < "C", "wave"])["mood"].mean()
    by_hand = (means[True, "T2"] - means[True, "T1"]) - (means[False, "T2"] - means[False, "T1"])
    assert judged.estimate.value == pytest.approx(by_hand, abs=1e-12)
    assert abs(judged.estimate.value) < 1e-9
    assert sum(judged.counts) == len(both)
    assert note("sites_asked_once", number=1, first="T1", last="T2") in judged.notes


def test_a_question_or_an_outcome_that_there_is_not_is_refused(example):
    for asked, text in (
        ({"questions": ["armz"]}, "no question 'armz' (questions: design, descriptives, level, "),
        ({"instruments": ["oscc"]}, "no outcome is left to compare (outcomes: osc.proficiency, osc.rigidity, "),
        (
            {"scales": ["stress", "stres"]},
            "no outcome or source is called stres (outcomes: osc.proficiency, ",
        ),
    ):
        with pytest.raises(InvalidRequest) as error:
            compare.compare_study(example, **asked)
        assert str(error.value).startswith(text)
