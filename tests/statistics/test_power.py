from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sos_score.errors import InvalidRequest
from sos_score.notes import note
from sos_score.statistics.noncentral import find_power as find_t_power
from sos_score.statistics.permutation import find_smallest_p
from sos_score.statistics.power.solve import count_sites_to_permute, find_power, find_sites_needed, find_smallest_effect
from sos_score.statistics.power.trial import StudyPlan, plan_equal_sites

UNEQUAL = StudyPlan(people=((8, 12, 20, 30, 9), (25, 6, 14, 10, 18, 22)), icc=0.1)


def test_power_of_equal_sites_is_the_noncentral_t_of_site_means():
    found = find_power(plan_equal_sites((6, 6), 20, 0.1), 0.8)
    shift = 0.8 / np.sqrt(2 * (0.1 + 0.9 / 20) / 6)
    critical = stats.t.ppf(0.975, 10)
    expected = stats.nct.sf(critical, 10, shift) + stats.nct.cdf(-critical, 10, shift)
    assert found.site_level == pytest.approx(expected)
    assert found.cluster_robust == pytest.approx(expected)
    assert (found.site_df, found.cluster_df) == pytest.approx((10, 10))


def test_power_of_two_waves_uses_the_variance_of_changes():
    plan = replace(
        plan_equal_sites((5, 4), 12, 0.2), waves=2, overlap=0.6, person_correlation=0.5, site_correlation=0.75
    )
    found = find_power(plan, 0.9)
    variance = 2 * 0.2 * 0.25 + 2 * 0.8 * (1 - 0.3) / 12
    shift, critical = 0.9 / np.sqrt(variance * (1 / 5 + 1 / 4)), stats.t.ppf(0.975, 7)
    assert found.site_level == pytest.approx(stats.nct.sf(critical, 7, shift) + stats.nct.cdf(-critical, 7, shift))


def test_no_effect_is_found_as_often_as_alpha_says():
    found = find_power(replace(plan_equal_sites((4, 4), 10, 0.1), alpha=0.1), 0.0)
    assert (found.site_level, found.cluster_robust) == pytest.approx((0.1, 0.1))


@pytest.mark.parametrize("sites", [(1, 1), (1, 3), (2, 2), (2, 3), (3, 3), (2, 4), (4, 4)])
def test_the_smallest_p_of_a_permutation_is_that_of_counting(sites):
    total = sum(sites)
    values = np.where(np.arange(total) < sites[0], 2.0, 0.0) + 1e-3 * np.arange(total)[::-1]

    def distance(chosen):
        treated = np.isin(np.arange(total), chosen)
        return abs(values[treated].mean() - values[~treated].mean())

    every = [distance(chosen) for chosen in combinations(range(total), sites[0])]
    observed = distance(tuple(range(sites[0])))
    assert find_smallest_p(*sites) == pytest.approx(np.mean([one >= observed - 1e-9 for one in every]))


def test_two_sites_against_two_are_impossible_in_words():
    found = find_smallest_effect(plan_equal_sites((2, 2), 15, 0.1))
    assert not found.permutation_possible
    assert found.smallest_p == pytest.approx(1 / 3)
    assert str(found.answer) == (
        "With 2 sites against 2 a permutation test is impossible at alpha 0.05: its p cannot be below 0.33,"
        " however large the difference. A t test of sites assumes that site means are normally distributed,"
        " which so few sites cannot show: then the smallest difference shown with a power of 80% is"
        " 2.26 standard deviations."
    )
    assert found.power == 0.8
    assert found.cluster_robust == pytest.approx(found.site_level)


def test_four_sites_against_four_are_possible():
    found = find_smallest_effect(replace(plan_equal_sites((4, 4), 15, 0.1), waves=2))
    assert found.permutation_possible
    assert str(found.answer).startswith(
        "With 4 sites against 4, the smallest difference in change shown with a power of 80% is "
    )
    # 1 against 19 reaches p = 1/20, which is alpha
    assert find_smallest_effect(plan_equal_sites((1, 19), 10, 0.1)).permutation_possible


@pytest.mark.parametrize("plan", [plan_equal_sites((3, 5), 10, 0.05), UNEQUAL])
@pytest.mark.parametrize("power", [0.5, 0.9])
def test_the_smallest_effect_has_the_stated_power(plan, power):
    found = find_smallest_effect(plan, power=power)
    assert find_power(plan, found.site_level).site_level == pytest.approx(power)
    assert find_power(plan, found.cluster_robust).cluster_robust == pytest.approx(power)
    assert found.power == power


def test_a_power_below_alpha_needs_no_effect():
    assert find_smallest_effect(plan_equal_sites((3, 3), 10, 0.1), power=0.04).site_level == 0


def test_one_site_against_one_has_no_answer():
    plan = plan_equal_sites((1, 1), 30, 0.1)
    power, effect = find_power(plan, 1.0), find_smallest_effect(plan)
    assert np.isnan([power.site_level, power.site_df, power.cluster_robust, power.cluster_df]).all()
    assert np.isnan([effect.site_level, effect.cluster_robust]).all()
    assert str(effect.answer) == (
        "With 1 site against 1 nothing can be said about the framework: it cannot be told apart from the site."
    )


def test_an_arm_with_one_site_has_no_cr2_answer():
    found = find_power(plan_equal_sites((1, 4), 30, 0.1), 1.0)
    assert found.site_level > 0.05
    assert np.isnan(found.cluster_robust)


@pytest.mark.parametrize("waves", [1, 2])
@pytest.mark.parametrize("effect", [0.3, -0.5, 2.0])
def test_sites_needed_are_the_fewest_that_are_enough(waves, effect):
    found = find_sites_needed(replace(plan_equal_sites((2, 2), 15, 0.1), waves=waves), effect)
    enough, fewer = (
        find_power(replace(plan_equal_sites((n, n), 15, 0.1), waves=waves), effect).site_level
        for n in (int(found.site_level), max(int(found.site_level) - 1, 2))
    )
    assert enough >= 0.8
    assert fewer < 0.8 or found.site_level == 2
    assert count_sites_to_permute(0.05) == 4


def test_sites_needed_are_said_in_words():
    assert str(find_sites_needed(plan_equal_sites((2, 2), 15, 0.1), 0.5).answer) == (
        "To show 0.5 standard deviations with a power of 80%, each arm needs 12 sites of 15 people;"
        " a permutation test is possible from 4 sites in each arm."
    )


@pytest.mark.parametrize("effect", [0.0, 0.001])
def test_an_effect_that_no_number_of_sites_shows_is_nan_with_a_note(effect):
    found = find_sites_needed(plan_equal_sites((2, 2), 15, 0.1), effect)
    assert np.isnan(found.site_level)
    assert found.answer == note("sites_not_feasible", effect=effect)


@pytest.mark.parametrize(
    "plan",
    [
        plan_equal_sites((0, 2), 10, 0.1),
        plan_equal_sites((2, 2), 0, 0.1),
        plan_equal_sites((2, 2), 10, 1.0),
        replace(plan_equal_sites((2, 2), 10, 0.1), waves=3),
        replace(plan_equal_sites((2, 2), 10, 0.1), overlap=1.2),
        replace(
            plan_equal_sites((2, 2), 10, 0.1),
            waves=2,
            overlap=1.0,
            person_correlation=1.0,
            site_correlation=1.0,
        ),
    ],
)
def test_an_impossible_plan_is_refused(plan):
    with pytest.raises(InvalidRequest, match=r"arm|waves|between|variance"):
        find_power(plan, 0.5)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(2, 40), min_size=2, max_size=7),
    st.lists(st.integers(2, 40), min_size=2, max_size=7),
    st.floats(0, 0.5),
    st.floats(0.1, 1.5),
)
def test_more_effect_and_less_icc_mean_more_power(one, two, icc, effect):
    plan = StudyPlan(people=(tuple(one), tuple(two)), icc=icc)
    found, more = find_power(plan, effect), find_power(plan, effect * 1.5)
    assert more.site_level >= found.site_level - 1e-9
    assert more.cluster_robust >= found.cluster_robust - 1e-9
    equal = plan_equal_sites(plan.sites, one[0], icc)
    assert find_power(replace(equal, icc=icc + 0.2), effect).site_level <= find_power(equal, effect).site_level
    assert 1 <= found.cluster_df <= len(one) + len(two) - 2 + 1e-9
    assert find_power(plan, -effect).site_level == pytest.approx(found.site_level)


def draw_sites(plan, effect, n_studies, seed):
    """Draw people; give the site means, or changes, of each study (n_studies, sites)."""
    rng = np.random.default_rng(seed)
    columns = []
    for arm, sizes in enumerate(plan.people):
        for size in sizes:
            site = rng.multivariate_normal(
                [0, 0],
                plan.icc * np.array([[1, plan.site_correlation], [plan.site_correlation, 1]]),
                n_studies,
            )
            person = rng.normal(size=(n_studies, size))
            linked = round(plan.overlap * size)
            r = plan.person_correlation
            later = rng.normal(size=(n_studies, size))
            later[:, :linked] = r * person[:, :linked] + np.sqrt(1 - r**2) * later[:, :linked]
            before, after = (
                site[:, wave] + np.sqrt(1 - plan.icc) * people.mean(axis=1)
                for wave, people in enumerate((person, later))
            )
            columns.append((after - before if plan.waves == 2 else before) + effect * arm)
    return np.column_stack(columns)


def find_cr2(plan):
    """Find CR2 of the arm effect by definition, a row per person: linear forms of site means, and df."""
    arm = np.concatenate([np.full(sum(sizes), j) for j, sizes in enumerate(plan.people)])
    sizes = [size for sizes in plan.people for size in sizes]
    site = np.repeat(np.arange(len(sizes)), sizes)
    x = np.column_stack([np.ones(arm.size), arm])
    bread = np.linalg.inv(x.T @ x)
    residuals = np.eye(arm.size) - x @ bread @ x.T
    forms = []
    for j in range(len(sizes)):
        rows = site == j
        values, axes = np.linalg.eigh(residuals[np.ix_(rows, rows)])
        root = (axes / np.sqrt(values)) @ axes.T
        forms.append((bread @ x[rows].T @ root @ residuals[rows])[1])
    forms = np.array(forms)
    spread = forms @ forms.T
    by_site = np.column_stack([forms[:, site == j].sum(axis=1) for j in range(len(sizes))])
    return by_site, np.trace(spread) ** 2 / (spread**2).sum()


@pytest.mark.parametrize("plan", [UNEQUAL, plan_equal_sites((3, 4), 6, 0.1)])
def test_cluster_degrees_of_freedom_are_those_of_cr2_by_definition(plan):
    assert find_power(plan, 0.5).cluster_df == pytest.approx(find_cr2(plan)[1], rel=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plan", "effect"),
    [
        (plan_equal_sites((2, 2), 15, 0.1), 1.5),
        (plan_equal_sites((6, 6), 20, 0.1), 0.6),
        (UNEQUAL, 0.6),
        (
            StudyPlan(
                people=((10, 10, 20, 10), (20, 20, 10, 10, 20)),
                icc=0.2,
                waves=2,
                overlap=0.5,
                person_correlation=0.6,
                site_correlation=0.7,
            ),
            0.7,
        ),
    ],
)
def test_power_is_within_two_points_of_brute_simulation(plan, effect):
    n_studies = 20_000
    means = draw_sites(plan, effect, n_studies, 5)
    one = plan.sites[0]
    found = find_power(plan, effect)
    by_site = stats.ttest_ind(means[:, :one], means[:, one:], axis=1).pvalue < 0.05
    assert found.site_level == pytest.approx(by_site.mean(), abs=0.02)
    forms, df = find_cr2(plan)
    weights = [np.array(sizes) / sum(sizes) for sizes in plan.people]
    difference = means[:, one:] @ weights[1] - means[:, :one] @ weights[0]
    error = np.sqrt(((means @ forms.T) ** 2).sum(axis=1))
    by_cluster = 2 * stats.t.sf(np.abs(difference) / error, df) < 0.05
    assert found.cluster_robust == pytest.approx(by_cluster.mean(), abs=0.02)


@pytest.mark.slow
def test_the_sites_needed_are_enough_in_brute_simulation():
    plan = plan_equal_sites((2, 2), 15, 0.1)
    needed = int(find_sites_needed(plan, 0.6).site_level)
    means = draw_sites(plan_equal_sites((needed, needed), 15, 0.1), 0.6, 20_000, 6)
    power = (stats.ttest_ind(means[:, :needed], means[:, needed:], axis=1).pvalue < 0.05).mean()
    assert 0.78 <= power <= 0.90


@pytest.mark.parametrize("df", [1, 2.5, 40, 2000])
@pytest.mark.parametrize("noncentrality", [0.0, 1e-7, 0.5, 3.0, 8.0, 80.0])
@pytest.mark.parametrize("critical", [0.5, 2.0, 12.7, 636.0])
def test_the_power_of_a_t_test_is_that_of_the_noncentral_f_of_its_square(df, noncentrality, critical):
    from scipy.stats import f, ncf

    square = noncentrality**2
    expected = ncf.sf(critical**2, 1, df, square) if square > 1e-12 else f.sf(critical**2, 1, df)
    assert find_t_power(noncentrality, df, critical=critical) == pytest.approx(expected, abs=1e-7)
