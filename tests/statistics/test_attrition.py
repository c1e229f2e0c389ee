"""Attrition against the What Works Clearinghouse's boundaries, and the boundaries against the model they come from."""

import math

import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from sos_score.statistics.attrition import CAUTIOUS, OPTIMISTIC, assess_attrition

TOLERATED = 0.055  # the boundaries are those at which the bias rounds to .05


def find_bias(overall, gap, treated, control):
    """Return the bias of Deke and Chiang's model: who answers is normal and correlated with the outcome."""

    def mills(rate):
        return norm.pdf(norm.ppf(rate)) / rate

    return treated * mills(1 - overall - gap / 2) - control * mills(1 - overall + gap / 2)


@pytest.mark.parametrize(
    ("bounds", "treated", "control", "within"), [(CAUTIOUS, 0.45, 0.39, 0.11), (OPTIMISTIC, 0.27, 0.22, 0.3)]
)
def test_the_boundaries_are_those_of_the_model_they_come_from(bounds, treated, control, within):
    """The correlations are known to two places only, so they agree to a few tenths of a percentage point."""
    for percent in range(10, 57):
        gap = brentq(lambda gap, p=percent: find_bias(p / 100, gap, treated, control) - TOLERATED, 0.0, 0.19)
        assert 100 * gap == pytest.approx(bounds[percent], abs=within)


def test_a_boundary_is_given_for_every_percentage_up_to_57():
    assert len(CAUTIOUS) == len(OPTIMISTIC) == 58
    assert all(low < high for low, high in zip(CAUTIOUS, OPTIMISTIC, strict=True))


@pytest.mark.parametrize(
    ("started", "lost", "cautious", "optimistic"),
    [
        ((100, 100), (10, 16), True, True),  # 13% overall, 6 points apart: up to 6.1
        ((100, 100), (10, 18), False, True),  # 14%, 8 points: above 6.0, up to 10.8
        ((100, 100), (10, 22), False, False),  # 16%, 12 points
        ((100, 100), (57, 57), True, True),  # 57%, none apart: up to 0
        ((100, 100), (60, 60), False, None),  # beyond what is known
        ((100, 100), (65, 55), False, False),
        ((50, 150), (0, 0), True, True),
    ],
)
def test_attrition_is_low_up_to_the_boundary(started, lost, cautious, optimistic):
    found = assess_attrition(started, lost)
    assert (found.is_low_cautious, found.is_low_optimistic) == (cautious, optimistic)


def test_between_two_percentages_the_lower_boundary_holds():
    found = assess_attrition((1000, 1000), (150, 159))  # 15.45%: 5.9 at 15 and at 16
    assert found.cautious == pytest.approx(0.059)
    found = assess_attrition((1000, 1000), (145, 145))  # 14.5%: 6.0 and 5.9
    assert found.cautious == pytest.approx(0.059)
    assert found.differential == 0.0


def test_nobody_to_begin_with_is_no_attrition():
    with pytest.raises(ValueError, match="each arm must begin with somebody"):
        assess_attrition((0, 10), (0, 1))
    assert math.isnan(assess_attrition((10, 10), (9, 9)).cautious)
