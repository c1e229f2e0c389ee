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
