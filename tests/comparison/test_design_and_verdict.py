import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sos_score.comparison.verdict import Direction, Verdict, judge_difference
from sos_score.notes import note
from sos_score.statistics.equivalence import assess_equivalence
from sos_score.statistics.noncentral import find_detectable, find_power
from sos_score.statistics.power.detectable import detect_between_clusters, detect_between_people, detect_between_sites
from sos_score.statistics.t_tests import compare_student, compare_welch

NAN = math.nan


def test_cohens_table_of_power_comes_out():
    # Cohen (1988), table 2.4.1: d = .50 needs 64 a group for 80% power at two-sided .05, d = .80 needs 26
    assert detect_between_people(64, 64).effect == pytest.approx(0.5, abs=0.005)
    assert detect_between_people(26, 26).effect == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(("n_x", "n_y"), [(15, 16), (8, 40), (3, 3), (200, 150)])
@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_detectable_difference_of_people_agrees_with_statsmodels(n_x, n_y, alpha):
    from statsmodels.stats.power import TTestIndPower  # takes seconds, in one process only

    found = detect_between_people(n_x, n_y, alpha=alpha)
    theirs = TTestIndPower().power(found.effect, n_x, alpha, ratio=n_y / n_x)
    assert theirs == pytest.approx(0.8, abs=1e-6)
    assert (found.n, found.df, found.notes) == ((n_x, n_y), n_x + n_y - 2, ())
    assert math.isnan(found.icc)
    assert found.method.code == "detect_people"


def test_cluster_adjusted_difference_knows_of_the_design_effect_and_the_count_of_sites():
    found = detect_between_clusters((31, 29), (2, 2), 0.2)
    assert (found.df, found.icc, found.n, found.notes) == (2.0, 0.2, (31, 29), ())
    design_effect = 1 + 14 * 0.2
    assert find_power(found.effect / math.sqrt(design_effect * (1 / 31 + 1 / 29)), 2.0) == pytest.approx(0.8)
    none = detect_between_clusters((31, 29), (2, 2), 0.0)
    assert none.effect > detect_between_people(31, 29).effect  # 2 df instead of 58
    assert found.method.code == "detect_clusters"


def test_with_equal_sites_the_cluster_adjusted_and_the_site_level_difference_are_one():
    icc, people = 0.15, 12
    sd_of_means = math.sqrt(icc + (1 - icc) / people)
    sites = detect_between_sites((2, 3), sd_of_means)
    clusters = detect_between_clusters((2 * people, 3 * people), (2, 3), icc)
    assert sites.effect == pytest.approx(clusters.effect)
    assert sites.df == clusters.df == 3.0
    assert (sites.n, sites.method.code) == ((2, 3), "detect_sites")
    assert math.isnan(sites.icc)


def test_designs_that_can_show_nothing_say_so():
    for found in (
        detect_between_people(1, 1),
        detect_between_people(0, 9),
        detect_between_clusters((10, 10), (1, 1), 0.1),
        detect_between_clusters((10, 10), (0, 4), 0.1),
        detect_between_clusters((0, 0), (0, 0), 0.1),
        detect_between_sites((1, 1), 2.0),
    ):
        assert math.isnan(found.effect)
        assert found.notes[0].code == "detect_too_few"
    for found in (detect_between_clusters((10, 10), (2, 2), NAN), detect_between_sites((2, 2), NAN)):
        assert math.isnan(found.effect)
        assert [each.code for each in found.notes] == ["detect_no_spread"]
    assert math.isnan(find_detectable(0.0))


def test_impossible_requests_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="intraclass"):
        detect_between_clusters((10, 10), (2, 2), 1.2)
    with pytest.raises(ValueError, match="power"):
        detect_between_people(10, 10, alpha=0.0)


@pytest.mark.parametrize("df", [1.0, 2.0, 3.5, 30.0, 1000.0])
def test_power_rises_from_alpha_to_one(df):
    powers = [find_power(ncp, df) for ncp in np.linspace(0, 60, 200)]
    assert powers[0] == pytest.approx(0.05)
    assert (np.diff(powers) > -1e-9).all()
    assert powers[-1] > 0.99


@pytest.mark.slow
@pytest.mark.parametrize("arms", [(12, 15), (2, 2)])
def test_simulated_people_and_sites_are_found_as_often_as_asked(arms):
    rng = np.random.default_rng(1988)
    effect = detect_between_people(*arms).effect
    found = sum(
        compare_student(rng.normal(effect, 1, arms[0]), rng.normal(0, 1, arms[1])).p < 0.05 for _ in range(6000)
    )
    assert found / 6000 == pytest.approx(0.8, abs=0.02)


@pytest.mark.slow
def test_simulated_clusters_are_found_as_often_as_asked():
    rng = np.random.default_rng(1998)
    icc, people, sites = 0.2, 10, 3
    effect = detect_between_clusters((sites * people,) * 2, (sites, sites), icc).effect
    found = 0
    for _ in range(6000):
        means = rng.normal(0, math.sqrt(icc), (2, sites))
        means += rng.normal(0, math.sqrt(1 - icc), (2, sites, people)).mean(axis=2)
        found += compare_student(means[0] + effect, means[1]).p < 0.05
    assert found / 6000 == pytest.approx(0.8, abs=0.02)


DIFFERENT, TRIVIAL, EQUIVALENT, INCONCLUSIVE = (
    Verdict.DIFFERENT,
    Verdict.TRIVIAL,
    Verdict.EQUIVALENT,
    Verdict.INCONCLUSIVE,
)
INSIDE, OUTSIDE, ACROSS, UNKNOWN = (-0.4, 0.3), (0.6, 1.4), (-0.2, 0.9), (NAN, NAN)


@pytest.mark.parametrize(
    ("p", "interval", "smallest", "verdict", "says"),
    [
        (0.01, INSIDE, 0.5, TRIVIAL, "inside"),
        (0.01, OUTSIDE, 0.5, DIFFERENT, "beyond"),
        (0.01, ACROSS, 0.5, DIFFERENT, "across"),
        (0.01, UNKNOWN, 0.5, DIFFERENT, "no_interval_size"),
        (0.01, ACROSS, NAN, DIFFERENT, "no_limit_size"),
        (0.01, UNKNOWN, NAN, DIFFERENT, "no_limit_size"),
        (0.05, INSIDE, 0.5, TRIVIAL, "inside"),
        (0.05, OUTSIDE, 0.5, DIFFERENT, "beyond"),
        (0.20, INSIDE, 0.5, EQUIVALENT, "inside"),
        (0.20, OUTSIDE, 0.5, INCONCLUSIVE, "beyond"),
        (0.20, ACROSS, 0.5, INCONCLUSIVE, "across"),
        (0.20, UNKNOWN, 0.5, INCONCLUSIVE, "no_interval_equivalence"),
        (0.20, INSIDE, NAN, INCONCLUSIVE, "no_limit_equivalence"),
        (0.20, UNKNOWN, NAN, INCONCLUSIVE, "no_limit_equivalence"),
        (0.20, (-0.5, 0.3), 0.5, INCONCLUSIVE, "across"),
        (0.20, (-0.3, 0.5), 0.5, INCONCLUSIVE, "across"),
        (0.01, (-1.4, -0.6), 0.5, DIFFERENT, "beyond"),
        (NAN, INSIDE, 0.5, INCONCLUSIVE, "not_tested"),
        (NAN, OUTSIDE, 0.5, INCONCLUSIVE, "not_tested"),
        (NAN, UNKNOWN, 0.5, INCONCLUSIVE, "not_tested"),
        (NAN, UNKNOWN, NAN, INCONCLUSIVE, "not_tested"),
    ],
)
def test_every_row_of_the_verdict_table(p, interval, smallest, verdict, says):
    found = judge_difference(0.2, p, interval, smallest=smallest)
    assert found.verdict is verdict
    assert found.reason[-1].code == says
    assert [each.code for each in found.reason[:-1]] == ([] if says == "not_tested" else ["p_against"])
    assert found.direction is (Direction.UP if verdict in (DIFFERENT, TRIVIAL) else Direction.NONE)


def test_an_unknown_estimate_is_not_judged():
    assert judge_difference(NAN, 0.01, OUTSIDE, smallest=0.5).verdict is INCONCLUSIVE


def test_direction_follows_the_sign_and_alpha_is_the_readers():
    assert judge_difference(-3.0, 0.01, (-5.0, -1.0)).direction is Direction.DOWN
    assert judge_difference(3.0, 0.01, (1.0, 5.0)).direction is Direction.UP
    assert judge_difference(0.0, 0.01, (-1.0, 1.0)).direction is Direction.NONE
    assert judge_difference(3.0, 0.02, (1.0, 5.0), alpha=0.01).verdict is INCONCLUSIVE
    assert judge_difference(3.0, 0.02, (1.0, 5.0)).reason[0] == note("p_against", p=0.02, alpha=0.05)


def test_a_smallest_difference_of_nothing_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="above 0"):
        judge_difference(1.0, 0.5, (-1.0, 1.0), smallest=0.0)


@given(st.floats(-3, 3), st.floats(0.1, 3), st.floats(0.2, 4))
def test_the_verdict_on_a_test_is_equivalent_exactly_when_tost_says_so(shift, spread, margin):
    rng = np.random.default_rng(7)
    welch = compare_welch(rng.normal(shift, spread, 12), rng.normal(0, spread, 15))
    tost = assess_equivalence(welch, margin=margin)
    verdict = judge_difference(welch.estimate, welch.p, (tost.low, tost.high), smallest=margin)
    if abs(tost.p - 0.05) > 1e-9:
        assert (verdict.verdict in (EQUIVALENT, TRIVIAL)) == (tost.p < 0.05)
    assert (verdict.verdict in (DIFFERENT, TRIVIAL)) == (welch.p <= 0.05)


def test_every_combination_gets_one_of_the_four_words():
    words = {DIFFERENT, TRIVIAL, EQUIVALENT, INCONCLUSIVE}
    for estimate, p, interval, smallest in itertools.product(
        (-1.0, 0.0, 1.0, NAN),
        (0.0, 0.05, 0.5, 1.0, NAN),
        (INSIDE, OUTSIDE, ACROSS, UNKNOWN, (NAN, 1.0)),
        (0.5, NAN),
    ):
        found = judge_difference(estimate, p, interval, smallest=smallest)
        assert found.verdict in words
        assert found.reason
