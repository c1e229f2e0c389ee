"""People needed for an interval of a stated width, of alpha and an ICC: published numbers, Bonett, simulation."""

import math

import numpy as np
import pytest

from sos_score.psychometrics.internal_consistency.alpha import cronbach_alpha, feldt_interval
from sos_score.psychometrics.precision import MOST_NEEDED, expect_alpha, expect_icc, find_needed
from sos_score.psychometrics.teams.icc import team_icc, team_icc_from_moments

Z = 1.959963984540054


@pytest.mark.parametrize(
    ("alpha", "items", "width", "people"),
    [
        (0.85, 5, 0.10, 89),  # statpsych 1.7, size.ci.cronbach(.05, .85, 5, .1), from its manual
        (0.75, 5, 0.15, 109),  # statpsych 2.0, size.ci.cronbach(.05, .75, 5, .15), from its manual
    ],
)
def test_people_needed_for_alpha_are_the_published_ones(alpha, items, width, people):
    assert find_needed(expect_alpha(alpha, items), width) == people


@pytest.mark.parametrize(
    ("icc", "raters", "width", "targets"),
    [
        (0.85, 4, 0.2, 20),  # Bonett (2002), his example: 19.2
        (0.80, 3, 0.2, 36),  # Shoukri, Asyali and Donner (2004), table 3
    ],
)
def test_targets_needed_for_an_icc_are_the_published_ones(icc, raters, width, targets):
    assert find_needed(expect_icc(icc, raters), width) == targets


@pytest.mark.parametrize(("alpha", "items", "width"), [(0.7, 5, 0.1), (0.9, 12, 0.1), (0.6, 3, 0.3)])
def test_people_needed_for_alpha_are_close_to_bonetts_formula(alpha, items, width):
    formula = 8 * items / (items - 1) * (1 - alpha) ** 2 * (Z / width) ** 2 + 2
    assert find_needed(expect_alpha(alpha, items), width) == pytest.approx(formula, abs=3)


@pytest.mark.parametrize(("icc", "k", "width"), [(0.7, 3, 0.2), (0.6, 2, 0.2), (0.8, 2, 0.1)])
def test_targets_needed_for_an_icc_are_close_to_bonetts_formula(icc, k, width):
    formula = 8 * Z**2 * (1 - icc) ** 2 * (1 + (k - 1) * icc) ** 2 / (k * (k - 1) * width**2) + 1
    formula += 5 * icc if k == 2 and icc >= 0.7 else 0
    assert find_needed(expect_icc(icc, k), width) == pytest.approx(formula, abs=3)


def test_the_interval_is_the_one_that_reliability_and_agreement_print():
    assert expect_alpha(0.8, 6)(40) == feldt_interval(0.8, 40, 6)
    found = team_icc([1, 2, 3, 4, 6, 5], ["a", "a", "b", "b", "c", "c"])
    assert expect_icc(found.icc1, 2)(3) == pytest.approx((found.icc1_low, found.icc1_high))


def test_a_width_that_no_number_of_people_gives_is_nan():
    assert math.isnan(find_needed(expect_alpha(0.1, 2), 1e-3))
    assert MOST_NEEDED == 100_000


@pytest.mark.slow
def test_intervals_are_as_wide_as_planned_in_simulation():
    rng, widths = np.random.default_rng(8), {"alpha": [], "icc": []}
    people, items, alpha = int(find_needed(expect_alpha(0.85, 6), 0.15)), 6, 0.85
    common = alpha / (items - (items - 1) * alpha)  # the correlation of parallel items with that alpha
    targets, raters, icc = int(find_needed(expect_icc(0.7, 3), 0.25)), 3, 0.7
    for _ in range(3000):
        x = np.sqrt(common) * rng.normal(size=(people, 1)) + np.sqrt(1 - common) * rng.normal(size=(people, items))
        low, high = feldt_interval(cronbach_alpha(np.cov(x, rowvar=False)), people, items)
        widths["alpha"].append(high - low)
        y = np.sqrt(icc) * rng.normal(size=(targets, 1)) + np.sqrt(1 - icc) * rng.normal(size=(targets, raters))
        found = team_icc_from_moments([raters] * targets, y.mean(axis=1), y.var(axis=1, ddof=1))
        widths["icc"].append(found.icc1_high - found.icc1_low)
    assert np.mean(widths["alpha"]) == pytest.approx(0.15, abs=0.02)
    assert np.mean(widths["icc"]) == pytest.approx(0.25, abs=0.02)
