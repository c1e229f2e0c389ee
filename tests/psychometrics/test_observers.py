"""Each observer beside the others: severity, limits of agreement, and the mean of several."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from support import unwrap

from sos_score import assess_raters, load_instrument, read_responses
from sos_score.psychometrics.raters.icc import rater_icc
from sos_score.psychometrics.raters.observers import list_limits, mean_of, rater_severity

NAN = np.nan


@pytest.mark.parametrize("which", ["gaps", "shrout_fleiss"])
def test_severity_is_the_rater_effect_of_lm_with_its_t_interval(which, golden):
    want = golden("severity")
    if which == "gaps":
        ratings = np.column_stack([want["gaps"]["ratings"][rater] for rater in "ABC"])
    else:
        ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
    got = rater_severity(ratings)
    assert got.n.tolist() == want[which]["n"]
    for field in ("difference", "low", "high", "p"):
        np.testing.assert_allclose(getattr(got, field), want[which][field], atol=1e-8)
    assert got.difference.sum() == pytest.approx(0)
    assert got.notes == ()


def test_who_saw_the_hard_cases_is_not_taken_for_severe():
    rng = np.random.default_rng(1)
    difficulty = np.repeat([2.0, 8.0], 20)
    ratings = difficulty[:, None] + 0.2 * rng.normal(size=(40, 3))
    ratings[:15, 0] = NAN  # the first rater saw few of the low targets
    got = rater_severity(ratings)
    assert np.nanmean(ratings[:, 0]) > np.nanmean(ratings[:, 1]) + 1
    assert abs(got.difference).max() < 0.2


@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        ([[1, 2, NAN, NAN], [2, 3, NAN, NAN], [NAN, NAN, 4, 5], [NAN, NAN, 6, 6]], "severity_unconnected"),
        ([[1, NAN], [NAN, 3]], "severity_too_few"),
        ([[1, 2]], "severity_too_few"),
    ],
)
def test_raters_who_cannot_be_compared_have_no_severity_and_are_told_why(ratings, code):
    got = rater_severity(ratings)
    assert np.isnan([got.difference, got.low, got.high, got.p]).all()
    assert [each.code for each in got.notes] == [code]


def test_raters_who_always_differ_alike_have_no_interval_of_width_0():
    got = rater_severity([[1, 2], [4, 5], [3, 4]])
    assert got.difference.tolist() == pytest.approx([-0.5, 0.5])
    assert np.isnan([got.low, got.high, got.p]).all()


def test_limits_of_agreement_by_hand_and_none_without_a_shared_target():
    ratings = np.array([[3.0, 2, NAN], [5, 3, NAN], [4, 4, NAN], [7, 5, NAN], [NAN, NAN, 1]])
    ((first, second, found),) = list_limits(ratings, ["A", "B", "C"])
    d = np.array([1.0, 2, 0, 2])
    assert (first, second, found.n) == ("A", "B", 4)
    assert found.difference == pytest.approx(d.mean())
    ends = (found.limit_low, found.limit_high)
    assert ends == pytest.approx((d.mean() - 1.96 * d.std(ddof=1), d.mean() + 1.96 * d.std(ddof=1)))


def test_the_mean_of_k_raters_is_that_of_psych_where_k_raters_rated(golden):
    table = golden("raters")["icc"]["icc_sf/aov"]["table"]
    one, four = (table["ICC"][place] for place in (1, 4))  # ICC2 and ICC2k of four judges
    assert mean_of(one, 4) == pytest.approx(four, abs=1e-8)
    assert mean_of(one, 1) == pytest.approx(one)
    assert (mean_of(-0.3, 2), mean_of(0.0, 5)) == (0, 0)


def make_ratings(columns):
    return read_responses(pl.DataFrame(columns), load_instrument("safety-scale"))


def test_the_tables_hold_every_observer_every_pair_and_means_of_one_to_five():
    rng = np.random.default_rng(3)
    case = np.repeat(np.arange(12), 3)
    rater = np.tile(["A", "B", "C"], 12)
    lift = np.tile([0, 0, 2], 12)
    seen = 4 + 1.5 * rng.normal(size=12)[case] + lift + 0.5 * rng.normal(size=36)
    safety = np.clip(np.round(seen), 0, 10).astype(int)
    tables = assess_raters(make_ratings({"target": case, "rater": rater, "safety": safety}), "target", "rater")
    severity = tables.severity[tables.severity["kind"] == "scale"].set_index("rater")
    matrix = safety.reshape(12, 3).astype(float)
    np.testing.assert_allclose(severity["difference"], matrix.mean(axis=0) - matrix.mean())
    assert severity.loc["C", "low"] > 0 > severity.loc["A", "high"]
    limits = tables.limits[tables.limits["kind"] == "scale"]
    assert limits[["rater_1", "rater_2", "n"]].values.tolist() == [["A", "B", 12], ["A", "C", 12], ["B", "C", 12]]
    means = tables.means[tables.means["kind"] == "scale"].set_index("k")
    icc = rater_icc(matrix)
    assert means.index.tolist() == [1, 2, 3, 4, 5]
    assert means.loc[3, "icc"] == pytest.approx(icc.form("ICC(A,k)").icc)
    assert means.loc[3, "ci_low"] == pytest.approx(icc.form("ICC(A,k)").ci_low)
    assert (means["form"] == "ICC(A,1)").all()


def test_where_no_target_is_complete_the_mean_of_k_is_by_the_one_way_icc():
    ratings = {"target": list("aabbccdd"), "rater": list("XYYZZXXY"), "safety": [2, 3, 8, 7, 5, 5, 9, 9]}
    tables = assess_raters(make_ratings(ratings), "target", "rater")
    means = tables.means[tables.means["kind"] == "scale"]
    assert set(means["form"]) == {"ICC(1)"}
    assert set(means["basis"]) == {"all"}
    assert means["icc"].is_monotonic_increasing


def test_an_icc_of_mean_ratings_is_never_below_0_and_a_note_says_why():
    ratings = {"target": list("aabbcc"), "rater": list("XYXYXY"), "safety": [1, 9, 9, 1, 1, 8]}
    tables = assess_raters(make_ratings(ratings), "target", "rater")
    forms = tables.iccs[tables.iccs["kind"] == "scale"].set_index("form")
    assert (forms.loc[["ICC(1)", "ICC(A,1)", "ICC(C,1)"], "icc"] < 0).all()
    assert forms.loc[["ICC(k)", "ICC(A,k)", "ICC(C,k)"], "icc"].tolist() == [0, 0, 0]
    assert "rater_icc_negative" in [each.code for each in unwrap(tables.notes)]
