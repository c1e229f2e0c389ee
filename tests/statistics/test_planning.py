"""Power to rule a difference out, of correlations of workers, of one team's change: R, published, simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from sos_score.statistics.power.correlation import attenuate, find_correlation_power
from sos_score.statistics.power.equivalence import find_equivalence_power, find_smallest_limit
from sos_score.statistics.power.solve import find_power, find_sites_needed
from sos_score.statistics.power.trial import (
    StudyPlan,
    analyse_change,
    analyse_equal_sites,
    analyse_sites,
    plan_equal_sites,
)
from sos_score.statistics.t_tests import compare_overlapping

UNEQUAL = StudyPlan(people=((8, 12, 20, 30, 9), (25, 6, 14, 10, 18, 22)), icc=0.1)


# R 4.2.2, integrate: planning.R
@pytest.mark.parametrize(
    ("sites", "effect", "power"),
    [(2, 0, 0.085362829), (2, 0.2, 0.073979057), (9, 0, 0.82881587), (9, 0.2, 0.56035346), (20, 0.2, 0.86915615)],
)
def test_power_to_rule_out_is_that_of_r(sites, effect, power):
    analysis = analyse_sites(plan_equal_sites((sites, sites), 15, 0.05))
    assert find_equivalence_power(analysis, 0.5, effect, 0.05) == pytest.approx(power, abs=1e-4)


def test_the_smallest_limit_is_ruled_out_with_the_stated_power():
    analysis = analyse_sites(UNEQUAL)
    limit = find_smallest_limit(analysis, 0.1, 0.05, 0.8)
    assert find_equivalence_power(analysis, limit, 0.1, 0.05) == pytest.approx(0.8, abs=1e-6)


# R 4.2.2, integrate: planning.R; Cohen (1988), table 3.3.5, has .80 for the first
@pytest.mark.parametrize(("r", "n", "power"), [(0.3, 84, 0.80033895), (0.5, 20, 0.64165632), (-0.2, 30, 0.1858353)])
def test_power_of_a_correlation_is_that_of_r(r, n, power):
    assert find_correlation_power(r, n, 0.05) == pytest.approx(power, abs=1e-4)


def test_without_a_correlation_as_many_are_found_as_alpha_says_and_three_workers_show_none():
    assert find_correlation_power(0.0, 25, 0.1) == pytest.approx(0.1)
    assert math.isnan(find_correlation_power(0.5, 3, 0.05))
    assert find_correlation_power(1.0, 10, 0.05) == pytest.approx(1.0)


def test_what_is_seen_of_a_correlation_by_hand():
    assert attenuate(0.5, 0.3, 3) == pytest.approx(0.5 * math.sqrt(0.3 / (0.3 + 0.7 / 3)))
    assert attenuate(0.5, 0.0, 3) == 0


# stats::power.t.test(type = "paired", strict = TRUE) and of two samples, R 4.2.2: planning.R
@pytest.mark.parametrize(
    ("people", "paired", "apart"),
    [(10, 0.29317561, 0.18509566), (20, 0.56450442, 0.33793903), (40, 0.86939814, 0.5981469)],
)  # fmt: skip
def test_power_of_one_teams_change_is_that_of_r(people, paired, apart):
    assert analyse_change(people, 1.0, 0.5).find_power(0.5, 0.05) == pytest.approx(paired, abs=1e-6)
    assert analyse_change(people, 0.0, 0.5).find_power(0.5, 0.05) == pytest.approx(apart, abs=1e-6)


def test_one_person_or_no_variance_has_no_change_to_plan():
    assert analyse_change(1, 1.0, 0.5) is None
    assert analyse_change(10, 1.0, 1.0) is None


def draw_means(plan, effect, studies, seed):
    """Return the site means of many studies, the treated arm's last, shifted by the effect."""
    rng, places = np.random.default_rng(seed), [(arm, size) for arm in (0, 1) for size in plan.people[arm]]
    sds = [math.sqrt(plan.icc + (1 - plan.icc) / size) for _, size in places]
    return rng.normal([effect * arm for arm, _ in places], sds, (studies, len(places)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plan", "limit", "effect"),
    [
        (plan_equal_sites((9, 9), 15, 0.05), 0.5, 0.1),
        (plan_equal_sites((3, 3), 15, 0.05), 0.9, 0.0),
        (UNEQUAL, 0.8, 0.0),
    ],
)
def test_power_to_rule_out_is_within_two_points_of_simulation(plan, limit, effect):
    means, one = draw_means(plan, effect, 20_000, 11), plan.sites[0]
    x, y = means[:, one:], means[:, :one]
    df = sum(plan.sites) - 2
    pooled = ((x.shape[1] - 1) * x.var(axis=1, ddof=1) + (y.shape[1] - 1) * y.var(axis=1, ddof=1)) / df
    se = np.sqrt(pooled * (1 / x.shape[1] + 1 / y.shape[1]))
    difference = x.mean(axis=1) - y.mean(axis=1)
    is_out = np.abs(difference) + stats.t.ppf(0.95, df) * se < limit
    assert find_equivalence_power(analyse_sites(plan), limit, effect, 0.05) == pytest.approx(is_out.mean(), abs=0.02)


@pytest.mark.slow
def test_power_of_a_correlation_of_workers_is_within_two_points_of_simulation():
    rng, workers, people, icc, r, studies = np.random.default_rng(12), 20, 3, 0.3, 0.6, 20_000
    score = rng.normal(size=(studies, workers))
    true = r * score + math.sqrt(1 - r**2) * rng.normal(size=(studies, workers))
    seen = math.sqrt(icc) * true + math.sqrt((1 - icc) / people) * rng.normal(size=(studies, workers))
    x, y = score - score.mean(axis=1, keepdims=True), seen - seen.mean(axis=1, keepdims=True)
    found = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    t = np.abs(found) * np.sqrt((workers - 2) / (1 - found**2))
    share = (t > stats.t.ppf(0.975, workers - 2)).mean()
    assert find_correlation_power(attenuate(r, icc, people), workers, 0.05) == pytest.approx(share, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("people", "overlap", "r", "effect"), [(14, 0.7, 0.5, 0.8), (25, 0.4, 0.7, 0.5), (12, 1, 0.6, 0.7)]
)
def test_power_of_one_teams_change_is_within_two_points_of_simulation(people, overlap, r, effect):
    rng, linked, found, studies = np.random.default_rng(13), round(overlap * people), 0, 4000
    everyone = 2 * people - linked
    for _ in range(studies):
        before, after = np.full(everyone, np.nan), np.full(everyone, np.nan)
        before[:people] = rng.normal(size=people)
        after[people - linked :] = rng.normal(size=people)
        both = slice(people - linked, people)
        after[both] = r * before[both] + math.sqrt(1 - r**2) * after[both]
        found += compare_overlapping(after + effect, before).p < 0.05
    assert analyse_change(people, overlap, r).find_power(effect, 0.05) == pytest.approx(found / studies, abs=0.02)


def test_sites_needed_of_unequal_sites_have_the_mean_variance_of_these():
    found = find_sites_needed(UNEQUAL, 0.5)
    sizes = [size for arm in UNEQUAL.people for size in arm]
    variance = np.mean([0.1 + 0.9 / size for size in sizes])
    assert analyse_equal_sites(UNEQUAL, 10).variance == pytest.approx(2 * variance / 10)
    assert found.site_level > find_sites_needed(plan_equal_sites((5, 6), round(np.mean(sizes)), 0.1), 0.5).site_level
    assert "sites of such unequal sizes (15 people on average)" in str(found.answer)


@pytest.mark.slow
def test_sites_needed_of_unequal_sites_are_enough_in_simulation():
    needed = int(find_sites_needed(UNEQUAL, 0.6).site_level)
    sizes = [size for arm in UNEQUAL.people for size in arm]
    people = tuple(tuple(np.resize(sizes[start:] + sizes[:start], needed).tolist()) for start in (0, 4))
    plan = StudyPlan(people=people, icc=0.1)
    means = draw_means(plan, 0.6, 20_000, 14)
    share = (stats.ttest_ind(means[:, needed:], means[:, :needed], axis=1).pvalue < 0.05).mean()
    assert find_power(plan, 0.6).site_level == pytest.approx(share, abs=0.02)
    assert 0.78 <= share <= 0.9
