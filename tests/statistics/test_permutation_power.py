"""What a permutation of sites could show, against integrals and a simulation that counts ranks."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from sos_score.statistics.noncentral import find_detectable
from sos_score.statistics.power.permutation import detect_by_permutation, find_permutation_power


def separate(effect, sites):
    """Chance that every treated site lies above every contrast site, or below: what p = 2/assignments needs."""

    def above(shift):
        def density(x):  # x is the highest contrast site
            return sites * stats.norm.pdf(x) * stats.norm.cdf(x) ** (sites - 1) * stats.norm.sf(x - shift) ** sites

        return integrate.quad(density, -12, 14)[0]

    return above(effect) + above(-effect)


@pytest.mark.parametrize("sites", [2, 3])
def test_with_two_or_three_sites_an_arm_nothing_can_be_shown(sites):
    assert detect_by_permutation(sites, sites) == math.inf
    assert find_permutation_power(sites, sites, 50.0) == 0.0


def test_an_empty_arm_has_no_answer():
    assert math.isnan(detect_by_permutation(0, 4))


@pytest.mark.parametrize("effect", [0.0, 1.0, 2.0, 3.0])
def test_four_against_four_need_all_of_one_arm_above_the_other(effect):
    # p = 2/70 = .029 is reached then only, and 4/70 = .057 is above .05.
    assert find_permutation_power(4, 4, effect) == pytest.approx(separate(effect, 4), abs=0.02)


def test_the_detectable_effect_is_that_of_the_integral():
    exact = optimize.brentq(lambda effect: separate(effect, 4) - 0.8, 1, 5)
    assert exact == pytest.approx(2.8807, abs=1e-3)
    assert detect_by_permutation(4, 4) == pytest.approx(exact, rel=0.015)


def test_one_against_nineteen_needs_the_farthest_of_all():
    rng = np.random.default_rng(3)
    values = rng.normal(size=(40_000, 20))
    values[:, 0] += 3.0
    # Of one against 19 the difference grows with the distance from the mean of all.
    away = np.abs(values - values.mean(axis=1, keepdims=True))
    assert find_permutation_power(1, 19, 3.0) == pytest.approx((away.argmax(axis=1) == 0).mean(), abs=0.02)


@pytest.mark.parametrize(("sites", "alpha"), [((3, 5), 0.05), ((3, 3), 0.1)])
def test_power_is_the_share_of_data_whose_p_is_small_enough(sites, alpha):
    rng, n = np.random.default_rng(8), sum(sites)
    chosen = list(combinations(range(n), sites[0]))
    hits = 0
    for _ in range(1500):
        values = rng.normal(size=n)
        values[: sites[0]] += 2.5
        far = [abs(values[list(c)].mean() - np.delete(values, c).mean()) for c in chosen]
        hits += np.mean(np.array(far) >= far[0] - 1e-9) <= alpha + 1e-12
    assert find_permutation_power(*sites, 2.5, alpha=alpha) == pytest.approx(hits / 1500, abs=0.035)


def test_sites_of_unequal_spread_are_taken_as_they_are():
    assert detect_by_permutation(4, 4, sds=(2.0,) * 8) == pytest.approx(2 * detect_by_permutation(4, 4), rel=0.01)
    wide = find_permutation_power(4, 4, 3.0, sds=(1.0,) * 4 + (3.0,) * 4)
    assert wide < find_permutation_power(4, 4, 3.0) - 0.2


def test_with_many_sites_the_t_test_tells_as_much():
    def by_t(sites):
        return find_detectable(2.0 * sites - 2) * math.sqrt(2 / sites)

    assert detect_by_permutation(8, 8) == by_t(8)
    assert detect_by_permutation(8, 8, sds=(3.0,) * 16) == pytest.approx(3 * by_t(8))
    assert detect_by_permutation(6, 6) == pytest.approx(by_t(6), rel=0.02)
    assert detect_by_permutation(5, 5) > by_t(5)
