from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.psychometrics.raters.icc import rater_icc
from sos_score.psychometrics.retest.stability import reliable_change, retest

NAN = np.nan
CLOSED = 1e-8


def test_reliable_change_is_rs_for_every_family(golden, columns):
    want, data = golden("families")["rci"], columns("families_change")
    got = reliable_change(data["T1"], data["T2"], 0.62, 0.86)
    assert (got.sem, got.s_diff, got.critical_change, got.mean_index) == pytest.approx(
        [want[f] for f in ("sem", "s_diff", "critical_change", "mean_rci")], abs=CLOSED
    )
    for field in ("improved", "unchanged", "deteriorated"):
        assert getattr(got, field) == want[field]
    np.testing.assert_allclose(got.index, data["rci"], atol=CLOSED)
    classes = np.where(np.isnan(data["rci"]), "", data["class"])
    assert (got.outcome == classes).all()
    assert got.notes == ()


def test_when_lower_is_better_a_fall_is_an_improvement():
    first, second = [4.0, 2.0, 3.0, NAN], [2.0, 4.0, 3.1, 3.0]
    up = reliable_change(first, second, 0.62, 0.86)
    down = reliable_change(first, second, 0.62, 0.86, higher_is_better=False)
    assert up.outcome.tolist() == ["deteriorated", "improved", "unchanged", ""]
    assert down.outcome.tolist() == ["improved", "deteriorated", "unchanged", ""]
    np.testing.assert_array_equal(up.index, down.index)
    assert (down.improved, down.deteriorated, down.unchanged) == (1, 1, 1)


@pytest.mark.parametrize(
    ("sd", "reliability", "code"),
    [
        (0.6, 1.0, "change_without_error"),
        (0.0, 0.8, "change_without_error"),
        (0.6, -0.2, "error_reliability_outside"),
        (NAN, 0.8, "error_unknown"),
    ],
)
def test_no_index_without_a_proper_error(sd, reliability, code):
    got = reliable_change([1.0, 2.0], [2.0, 2.0], sd, reliability)
    assert got.notes[0].code == code
    assert np.isnan(got.index).all()
    assert np.isnan([got.s_diff, got.critical_change, got.mean_index]).all()
    assert (got.improved, got.unchanged, got.deteriorated) == (0, 0, 0)


CASES = {
    "cor_constant": ([1, 2, 3, 4], [2, 2, 2, 2]),
    "cor_n3": ([1, 2, 3], [2, 1, 4]),
    "cor_perfect": ([1, 2, 3, 4], [2, 4, 6, 8]),
}


@pytest.mark.parametrize("case", CASES)
def test_odd_correlations_are_those_of_r(golden, case):
    want = golden("correlation")[case]
    got = retest(*CASES[case])
    assert (got.r, got.t, got.p) == pytest.approx((want["r"], want["statistic"], want["p"]), abs=CLOSED, nan_ok=True)
    assert (got.ci_low, got.ci_high) == pytest.approx((want["ci_low"], want["ci_high"]), abs=CLOSED, nan_ok=True)
    assert got.df == want["df"]
    assert bool(got.notes) == (case != "cor_perfect")


def test_two_people_have_no_correlation():
    got = retest([1, 2, NAN, 4], [2, 1, 3, NAN])
    assert np.isnan([got.r, got.ci_low, got.ci_high, got.t, got.p]).all()
    assert (got.n, got.df) == (2, 0)
    assert got.notes[0].code == "retest_too_few"


def test_nobody_at_both_occasions():
    got = retest([1, NAN, NAN], [NAN, 2, NAN])
    assert got.n == 0
    assert np.isnan([got.r, got.mean_first, got.sd_first, got.mean_second, got.sd_second, got.agreement.icc]).all()


def test_retest_by_hand_and_with_the_icc_of_raters():
    x, y = np.array([1.0, 2, 3, 4, 6]), np.array([2.0, 2, 4, 4, 7])
    got = retest(x, y)
    r = np.corrcoef(x, y)[0, 1]
    z, half = np.arctanh(r), 1.959963984540054 / np.sqrt(2)
    assert got.r == pytest.approx(r)
    assert (got.ci_low, got.ci_high) == pytest.approx((np.tanh(z - half), np.tanh(z + half)))
    assert got.t == pytest.approx(r * np.sqrt(3 / (1 - r**2)))
    icc = rater_icc(np.column_stack([x, y]))
    assert (got.agreement, got.consistency) == (icc.forms[1], icc.forms[2])
    assert (got.mean_first, got.sd_first) == pytest.approx((3.2, x.std(ddof=1)))
    assert (got.mean_second, got.sd_second) == pytest.approx((3.8, y.std(ddof=1)))
    assert got.notes == ()


def test_families_retest_is_cor_test(columns):
    data = columns("families_change")
    got = retest(data["T1"], data["T2"])
    both = ~np.isnan(data["T1"]) & ~np.isnan(data["T2"])
    assert got.n == both.sum() == 58
    assert got.r == pytest.approx(np.corrcoef(data["T1"][both], data["T2"][both])[0, 1])


@given(st.integers(0, 500), st.floats(0.5, 5), st.floats(-10, 10))
@settings(max_examples=40, deadline=None)
def test_stability_ignores_unit_and_origin(seed, unit, origin):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=20)
    y = x + rng.normal(size=20)
    one, other = retest(x, y), retest(origin + unit * x, origin + unit * y)
    for field in ("r", "ci_low", "ci_high", "t", "p"):
        assert getattr(one, field) == pytest.approx(getattr(other, field), abs=1e-9)
    assert one.agreement.icc == pytest.approx(other.agreement.icc, abs=1e-9)
    assert one.consistency.icc >= one.agreement.icc - 0.1
