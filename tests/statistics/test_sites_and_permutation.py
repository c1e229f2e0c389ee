import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sos_score.statistics.permutation import (
    count_assignments,
    find_smallest_p,
    permute_sites,
)
from sos_score.statistics.site_comparison import compare_sites
from sos_score.statistics.t_tests import compare_student


def test_two_sites_an_arm_cannot_reach_below_a_third():
    found = permute_sites([10.0, 1.0, 2.0, 11.0], [True, False, False, True])
    assert found.p == found.smallest_p == pytest.approx(1 / 3)
    assert found.n_assignments == count_assignments(2, 2) == 6


@pytest.mark.parametrize(
    ("arms", "smallest"),
    [((2, 2), 1 / 3), ((1, 3), 1 / 4), ((3, 3), 1 / 10), ((2, 4), 1 / 15), ((4, 4), 1 / 35)],
)
def test_smallest_p_is_what_the_most_extreme_arrangement_reaches(arms, smallest):
    values = [2.0**i for i in range(sum(arms))]
    treated = [i >= arms[1] for i in range(sum(arms))]
    found = permute_sites(values, treated)
    assert found.p == found.smallest_p == find_smallest_p(*arms) == pytest.approx(smallest)


def test_an_empty_arm_has_no_smallest_p():
    assert math.isnan(find_smallest_p(0, 3))


def test_the_mirror_assignment_counts_though_rounding_moves_it():
    values = [0.1 + 0.2, 0.7, 0.3, 0.7 + 1e-16]
    found = permute_sites(values, [True, False, True, False])
    assert found.p == pytest.approx(1 / 3)
    assert permute_sites([4.4, 4.4, 4.4, 4.4], [1, 1, 0, 0]).p == 1.0
    assert permute_sites([0.0, 0.0, 0.0], [1, 0, 0]).p == 1.0


site_values = st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=8)


@given(site_values, st.data())
def test_p_is_the_share_of_assignments_at_least_as_far_out(values, data):
    n_treated = data.draw(st.integers(1, len(values) - 1))
    treated = np.array(data.draw(st.permutations([i < n_treated for i in range(len(values))])))
    found = permute_sites(values, treated)
    x = np.array(values)
    outcomes = []
    for pick in itertools.combinations(range(len(x)), n_treated):
        mask = np.isin(np.arange(len(x)), pick)
        outcomes.append(x[mask].mean() - x[~mask].mean())
    outcomes = np.round(outcomes, 8)
    seen = round(x[treated].mean() - x[~treated].mean(), 8)
    assert found.estimate == pytest.approx(seen, abs=1e-7)
    assert found.p == pytest.approx(np.mean(np.abs(outcomes) >= abs(seen)))
    assert found.smallest_p - 1e-12 <= found.p <= 1
    swapped = permute_sites(values, ~treated)
    assert swapped.p == pytest.approx(found.p)
    assert permute_sites(x * 1e-6, treated).p == pytest.approx(found.p)


def test_too_many_assignments_are_drawn_with_a_named_method_and_a_seed():
    values, treated = [5.0, 3, 6, 7, 1, 2, 4, 0], [True] * 4 + [False] * 4
    exact = permute_sites(values, treated)
    drawn = permute_sites(values, treated, most=10)
    assert str(drawn.method) == "Monte Carlo permutation (99999 draws) of sites"
    assert drawn.p == pytest.approx(exact.p, abs=0.006)
    assert (drawn.estimate, drawn.n_assignments) == (exact.estimate, 70)
    assert drawn.smallest_p == 1 / 100_000
    assert drawn == permute_sites(values, treated, most=10)
    assert drawn != permute_sites(values, treated, most=10, seed=1)
    far = permute_sites(np.arange(24.0), np.arange(24) >= 12)
    assert far.p == far.smallest_p == 1 / 100_000  # (0 + 1) / (m + 1), never 0


def test_site_level_test_is_students_on_the_site_values():
    values, treated = [5.0, 3.0, 6.0, 8.0, 1.0], [True, False, True, True, False]
    found = compare_sites(values, treated, alpha=0.1)
    student = compare_student([5.0, 6.0, 8.0], [3.0, 1.0], level=0.9)
    for name in ("n", "estimate", "low", "high", "se", "statistic", "df", "p"):
        assert getattr(found.test, name) == getattr(student, name)
    assert found.test.method.code == "student_t_sites"
    assert found.test.df == 3.0
    assert found.permutation.n_assignments == 10


@given(site_values, st.data(), st.floats(0.5, 60.0))
def test_equivalence_is_the_same_test_of_sites_shifted_to_each_limit(values, data, margin):
    n_treated = data.draw(st.integers(1, len(values) - 1))
    treated = np.array([i < n_treated for i in range(len(values))])
    found = permute_sites(values, treated, margin=margin)
    shares = []
    for side in (1, -1):
        shifted = np.array(values) + side * margin * treated
        observed = shifted[treated].mean() - shifted[~treated].mean()
        all_ways = []
        for pick in itertools.combinations(range(len(shifted)), n_treated):
            mask = np.isin(np.arange(len(shifted)), pick)
            all_ways.append(shifted[mask].mean() - shifted[~mask].mean())
        shares.append(np.mean(side * np.array(all_ways) >= side * observed - 1e-9 * np.abs(values).max()))
    assert found.p_equivalent == pytest.approx(max(shares), abs=1 / math.comb(len(values), n_treated) / 2)
    assert found.p == permute_sites(values, treated).p


def test_no_margin_no_equivalence():
    assert math.isnan(permute_sites([1.0, 2.0, 3.0, 4.0], [1, 1, 0, 0]).p_equivalent)
    assert math.isnan(compare_sites([1.0, 2.0, 3.0, 4.0], [1, 1, 0, 0]).p_equivalent)


def test_site_means_that_happen_to_be_close_know_no_more_than_the_people_in_them():
    values, treated = [3.0, 3.01, 3.0, 3.01], [True, False, True, False]
    free = compare_sites(values, treated, margin=0.3)
    bound = compare_sites(values, treated, margin=0.3, member_se=0.2)
    assert (free.test.se, bound.test.se) == (pytest.approx(0.0), 0.2)
    assert bound.test.estimate == pytest.approx(-0.01)
    assert bound.test.p == pytest.approx(2 * stats.t.sf(0.05, 2))
    assert [each.code for each in bound.test.notes] == ["sites_floored"]
    # 90% by hand: t(.95, 2) = 2.91999.
    assert (bound.low, bound.high) == pytest.approx((-0.01 - 2.919986 * 0.2, -0.01 + 2.919986 * 0.2))
    assert bound.p_equivalent == pytest.approx(max(1 / 6, stats.t.sf(0.29 / 0.2, 2)))
    same = compare_sites([3.0] * 4, treated, member_se=0.2)
    assert (same.test.se, same.test.statistic) == (0.2, 0.0)
    wide = compare_sites([1.0, 5.0, 2.0, 6.0], treated, member_se=0.2)
    assert wide == compare_sites([1.0, 5.0, 2.0, 6.0], treated)


def test_what_one_site_in_four_has_can_be_missing_from_all():
    # Far from the limit only chance can hide it: (3/4)^k.
    for sites in (2, 4, 11):
        values = [3.0 + 0.01 * (place % 2) for place in range(2 * sites)]
        treated = [place < sites for place in range(2 * sites)]
        found = compare_sites(values, treated, margin=1.0, member_se=0.05)
        assert found.p_missed == pytest.approx(0.75**sites, rel=1e-3)
    # A site where it would then be, four margins off, leaves no room.
    found = compare_sites([3.0, 3.0, 7.0, 3.0, 3.0, 3.1], [1, 1, 1, 0, 0, 0], margin=1.0)
    assert found.p_missed > 0.75**3 * 1.3


@pytest.mark.slow
@pytest.mark.parametrize(("arms", "attainable"), [((2, 2), 1 / 3), ((1, 3), 1 / 2), ((3, 3), 1 / 10), ((3, 4), 2 / 35)])
def test_under_no_difference_each_attainable_p_comes_up_as_often_as_it_says(arms, attainable):
    rng = np.random.default_rng(1935)
    treated = np.arange(sum(arms)) < arms[0]
    draws = 4000  # standard error at most .008
    hits = sum(permute_sites(rng.standard_normal(sum(arms)), treated).p <= attainable + 1e-12 for _ in range(draws))
    assert hits / draws == pytest.approx(attainable, abs=0.025)
