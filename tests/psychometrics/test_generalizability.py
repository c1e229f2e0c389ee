"""Variance parts of ratings by target, observer and item, against lme4 and by hand."""

import csv
import math

import numpy as np
import pytest
from support import ROOT

from sos_score.psychometrics.raters.generalizability import PARTS, rater_generalizability

RATINGS = ROOT / "tests" / "psychometrics" / "generalizability.csv"
# lmer(y ~ 1 + (1|t) + (1|r) + (1|i) + (1|t:r) + (1|t:i) + (1|r:i)), lme4 1.1-31, tight bobyqa: generalizability.R
LME4 = {
    "target": 0.77608687907,
    "rater": 0.26738346357,
    "item": 0.86079266182,
    "target_rater": 0.13141848560,
    "target_item": 0.06312996318,
    "rater_item": 0.03162448925,
    "residual": 0.42454943784,
}


@pytest.fixture(scope="module")
def ratings():
    made = np.full((30, 3, 5), np.nan)
    for row in csv.DictReader(RATINGS.read_text(encoding="utf-8").splitlines()):
        made[int(row["t"]) - 1, int(row["r"]) - 1, int(row["i"]) - 1] = float(row["y"])
    return made


def test_variance_parts_are_those_of_lme4(ratings):
    found = rater_generalizability(ratings)
    assert (found.targets, found.raters, found.items) == (30, 3, 5)
    assert found.variances == pytest.approx(LME4, abs=1e-6)


def test_g_and_phi_are_the_formulas_by_hand(ratings):
    found, part = rater_generalizability(ratings), LME4
    relative = part["target_rater"] / 2 + part["target_item"] / 5 + part["residual"] / 10
    absolute = relative + part["rater"] / 2 + part["item"] / 5 + part["rater_item"] / 10
    assert found.g(2) == pytest.approx(part["target"] / (part["target"] + relative))
    assert found.phi(2) == pytest.approx(part["target"] / (part["target"] + absolute))
    needed = found.find_needed(0.7)
    assert found.phi(needed) >= 0.7 > found.phi(needed - 1)
    assert found.find_needed(0.8) is None  # five items that differ so much keep Phi below it with any number of raters


def test_a_target_without_every_rating_is_left_out(ratings):
    gap = ratings.copy()
    gap[0, 0, 0] = np.nan
    assert rater_generalizability(gap).variances == rater_generalizability(ratings[1:]).variances


def test_one_rater_or_one_item_gives_no_parts(ratings):
    for few in (ratings[:, :1], ratings[:, :, :1], ratings[:1]):
        assert all(math.isnan(value) for value in rater_generalizability(few).variances.values())
    assert tuple(rater_generalizability(ratings[:1]).variances) == PARTS


# quantiles of a million draws from the mean squares of aov, R 4.2.2: generalizability.R
@pytest.mark.parametrize(
    ("raters", "g", "phi"),
    [(1, (0.63007, 0.87408), (0.06016, 0.70155)), (3, (0.82232, 0.94931), (0.13943, 0.82389))],
)
def test_intervals_of_g_and_phi_are_those_of_r(ratings, raters, g, phi):
    found = rater_generalizability(ratings).find_intervals(raters)
    assert found[0] == pytest.approx(g, abs=0.01)
    assert found[1] == pytest.approx(phi, abs=0.01)
    assert found == rater_generalizability(ratings).find_intervals(raters)


def test_without_parts_there_is_no_interval(ratings):
    found = rater_generalizability(ratings[:, :1]).find_intervals(1)
    assert all(math.isnan(end) for each in found for end in each)
    flat = rater_generalizability(np.full((4, 2, 3), 2.0)).find_intervals(1)
    assert all(math.isnan(end) for each in flat for end in each)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "sds"),
    [
        ((14, 2, 10), (0.7, 0.2, 0.3, 0.3, 0.1, 0.2, 0.6)),
        pytest.param((30, 3, 5), (0.8, 0.4, 0.5, 0.4, 0.3, 0.3, 0.6), marks=pytest.mark.soak),
    ],
)
def test_intervals_hold_the_true_g_and_phi_in_about_95_of_100_samples(shape, sds):
    rng, items, draws = np.random.default_rng(3), shape[2], 300
    part = dict(zip(PARTS, np.square(sds), strict=True))
    relative = part["target_rater"] + part["target_item"] / items + part["residual"] / items
    absolute = relative + part["rater"] + part["item"] / items + part["rater_item"] / items
    true = [part["target"] / (part["target"] + error) for error in (relative, absolute)]
    axes = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]
    held = np.zeros(2)
    for _ in range(draws):
        made = sum(
            sd * rng.normal(size=tuple(size if axis in on else 1 for axis, size in enumerate(shape)))
            for sd, on in zip(sds, axes, strict=True)
        )
        found = rater_generalizability(made).find_intervals(1)
        held += [low <= value <= high for value, (low, high) in zip(true, found, strict=True)]
    assert held / draws == pytest.approx(0.95, abs=0.035)
