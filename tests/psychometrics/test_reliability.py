from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.psychometrics.internal_consistency.alpha import feldt_interval, reliability
from sos_score.psychometrics.internal_consistency.error import measurement_error
from sos_score.psychometrics.internal_consistency.guttman import (
    cronbach_alpha,
    guttman_lambda2,
    guttman_lambda4,
    guttman_lambda6,
    spearman_brown,
)
from sos_score.psychometrics.internal_consistency.items import item_rest_correlations, item_statistics
from sos_score.psychometrics.moments import moments

BFI = ["agree", "conscientious", "extraversion"]
SITES = ["PRO", "RIG", "RES", "ENG", "FUN", "STR"]
CLOSED = 1e-8


@pytest.fixture
def bfi(golden, columns, keyed):
    def scale(name):
        r = golden("bfi")[name]
        return keyed(columns("bfi"), r["keys"], 7), r

    return scale


@pytest.mark.parametrize("scale", BFI)
def test_listwise_reliability_is_that_of_psych_on_complete_rows(bfi, scale):
    x, r = bfi(scale)
    got, want = reliability(moments(x)), r["listwise"]
    assert got.n == r["n"]["complete"] == want["n"][0]
    assert (got.items, got.left_out, got.notes) == (5, (), ())
    assert got.alpha == pytest.approx(want["alpha"], abs=CLOSED)
    assert got.ci_low == pytest.approx(want["low"], abs=CLOSED)
    assert got.ci_high == pytest.approx(want["high"], abs=CLOSED)
    assert got.standardized_alpha == pytest.approx(want["std_alpha"], abs=CLOSED)
    assert got.mean_r == pytest.approx(want["average_r"], abs=CLOSED)
    assert np.isnan(got.two_item)
    total = x[~np.isnan(x).any(axis=1)].sum(axis=1)
    assert got.sum_sd == pytest.approx(total.std(ddof=1), abs=CLOSED)


@pytest.mark.parametrize("scale", BFI)
def test_pairwise_reliability_is_that_of_psych_with_an_interval_of_its_own(bfi, scale):
    x, r = bfi(scale)
    m = moments(x, "pairwise")
    got, want = reliability(m), r["pairwise"]
    assert got.alpha == pytest.approx(want["alpha"], abs=CLOSED)
    assert got.standardized_alpha == pytest.approx(want["std_alpha"], abs=CLOSED)
    assert got.mean_r == pytest.approx(want["average_r"], abs=CLOSED)
    assert got.lambda2 == pytest.approx(want["lambda2"], abs=CLOSED)
    assert got.lambda4 == pytest.approx(want["lambda4"], abs=CLOSED)
    assert got.lambda6 == pytest.approx(want["lambda6"], abs=CLOSED)
    assert guttman_lambda6(m.correlation) == pytest.approx(want["g6_cor"], abs=CLOSED)
    psych = feldt_interval(want["alpha"], r["n"]["rows"], 5)
    assert psych == pytest.approx((want["low_psych"], want["high_psych"]), abs=CLOSED)
    assert got.n == m.pair_counts.min() < r["n"]["rows"]
    assert got.ci_low < want["low_psych"] < want["high_psych"] < got.ci_high


@pytest.mark.parametrize("scale", BFI)
def test_lambdas_of_a_correlation_matrix_are_those_of_psych(bfi, scale):
    x, r = bfi(scale)
    c, want = moments(x, "pairwise").covariance, r["pairwise"]
    cov2cor = c / np.sqrt(np.outer(np.diag(c), np.diag(c)))
    assert guttman_lambda2(cov2cor) == pytest.approx(want["lambda2_cov2cor"], abs=CLOSED)
    assert guttman_lambda4(cov2cor) == pytest.approx(want["lambda4_cov2cor"], abs=CLOSED)
    assert guttman_lambda6(cov2cor) == pytest.approx(want["lambda6_cov2cor"], abs=CLOSED)
    whole = moments(x).correlation
    assert guttman_lambda6(whole) == pytest.approx(r["listwise"]["g6_cor"], abs=CLOSED)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
@pytest.mark.parametrize("scale", BFI)
def test_item_statistics_are_those_of_psych(bfi, scale, missing):
    x, r = bfi(scale)
    want = r[missing]
    used = x[~np.isnan(x).any(axis=1)] if missing == "listwise" else x
    got = item_statistics(moments(x, missing), (used == 1).sum(axis=0), (used == 6).sum(axis=0))
    assert got.n.tolist() == want["n"]
    np.testing.assert_allclose(got.mean, want["mean"], atol=CLOSED)
    np.testing.assert_allclose(got.sd, want["sd"], atol=CLOSED)
    np.testing.assert_allclose(got.item_rest_r, want["r_drop"], atol=CLOSED)
    np.testing.assert_allclose(got.alpha_if_dropped, want["alpha_drop"], atol=CLOSED)
    np.testing.assert_allclose(got.floor, [(c == 1).sum() / n for c, n in zip(used.T, got.n, strict=True)])
    np.testing.assert_allclose(got.ceiling, [(c == 6).sum() / n for c, n in zip(used.T, got.n, strict=True)])


@pytest.mark.parametrize("wave", ["T1", "T2"])
@pytest.mark.parametrize("scale", SITES)
def test_long_scales_in_small_groups_agree_with_psych(golden, columns, keyed, scale, wave):
    r, data = golden("sites")[scale], columns("sites")
    x = keyed(data, r["keys"], 6)[data["wave"] == wave]
    listwise, pairwise = reliability(moments(x)), reliability(moments(x, "pairwise"))
    want = r["listwise"][wave]
    assert listwise.n == want["n"]
    assert listwise.alpha == pytest.approx(want["raw_alpha"], abs=CLOSED)
    assert listwise.ci_low == pytest.approx(want["feldt_lower"], abs=CLOSED)
    assert listwise.ci_high == pytest.approx(want["feldt_upper"], abs=CLOSED)
    assert pairwise.alpha == pytest.approx(r["pairwise"][wave]["raw_alpha"], abs=CLOSED)
    assert pairwise.standardized_alpha == pytest.approx(r["standard"][wave]["std_alpha"], abs=CLOSED)
    assert pairwise.mean_r == pytest.approx(r["standard"][wave]["average_r"], abs=CLOSED)


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_families_alpha_agrees_with_psych(golden, columns, keyed, wave):
    keys = [f"-F{i:02d}" if i in (3, 7, 11) else f"F{i:02d}" for i in range(1, 13)]
    x = keyed(columns("families"), keys, 6, f"_{wave}")
    want = golden("families")["alpha"][wave]
    assert reliability(moments(x, "pairwise")).alpha == pytest.approx(want["raw_alpha"], abs=CLOSED)
    psych = feldt_interval(want["raw_alpha"], len(x), 12)
    assert psych == pytest.approx((want["feldt_lower"], want["feldt_upper"]), abs=CLOSED)


EDGE = {
    "constant_item": "Everybody gave the same answer to D: left out of the coefficients.",
    "all_constant": "fewer than two items vary",
    "two_items": "",
    "one_item": "fewer than two items vary",
    "two_items_constant": "Everybody gave the same answer to B: left out of the coefficients.",
    "negative_alpha": "probably one has the wrong key",
    "unreversed_item": "",
    "all_missing_item": "Nobody answered D: left out of the coefficients.",
    "n2": "2 complete rows, at least 3 are needed",
    "n1": "1 complete row, at least 3 are needed",
    "n3": "No lambda-6",
    "perfect_identical": "No lambda-6",
    "perfect_scaled": "No lambda-6",
    "no_overlap": "0 complete rows, at least 3 are needed",
    "blank_row": "",
    "square_4x4": "No lambda-6",
    "zero_total_variance": "No alpha: the sum of the items does not vary.",
    "binary": "",
}
NO_ALPHA = {"all_constant", "one_item", "two_items_constant", "n2", "n1", "no_overlap", "zero_total_variance"}


@pytest.mark.parametrize("case", EDGE)
def test_degenerate_data_give_rs_numbers_or_a_sentence(golden, case):
    r = golden("edge")[case]
    x = np.array(r["data"], dtype=float)
    got = reliability(moments(x), r["items"])
    assert EDGE[case] in " ".join(map(str, got.notes))
    assert bool(got.notes) == bool(EDGE[case])
    if case in NO_ALPHA:
        assert np.isnan([got.alpha, got.ci_low, got.ci_high]).all()
        return
    psych = r["psych"]
    assert got.alpha == pytest.approx(psych["alpha"], abs=CLOSED)
    assert got.standardized_alpha == pytest.approx(psych["std_alpha"], abs=CLOSED)
    assert got.mean_r == pytest.approx(psych["average_r"], abs=CLOSED)
    n = len(x)  # psych counts blank rows in its interval
    assert feldt_interval(got.alpha, n, got.items) == pytest.approx((psych["low"], psych["high"]), abs=CLOSED)
    if case != "blank_row":
        assert (got.ci_low, got.ci_high) == pytest.approx((psych["low"], psych["high"]), abs=CLOSED)
    stats = item_statistics(moments(x))
    np.testing.assert_allclose(stats.item_rest_r[: len(psych["r_drop"])], psych["r_drop"], atol=CLOSED)
    if got.items > 2:
        np.testing.assert_allclose(stats.alpha_if_dropped[: len(psych["alpha_drop"])], psych["alpha_drop"], atol=CLOSED)
    else:
        assert np.isnan(stats.alpha_if_dropped).all()


@pytest.mark.parametrize("case", ["constant_item", "two_items", "two_items_constant", "negative_alpha", "binary"])
def test_the_textbook_formula_keeps_constant_items(golden, case):
    r = golden("edge")[case]
    c = np.cov(np.array(r["data"], dtype=float).T)
    assert cronbach_alpha(c) == pytest.approx(r["formula"], abs=CLOSED)


@pytest.mark.parametrize("case", ["negative_alpha", "unreversed_item", "blank_row", "binary", "two_items"])
def test_lambdas_of_small_data_are_those_of_psych(golden, case):
    r = golden("edge")[case]
    c = moments(np.array(r["data"], dtype=float)).correlation
    assert guttman_lambda2(c) == pytest.approx(r["split"]["lambda2"], abs=CLOSED)
    assert guttman_lambda6(c) == pytest.approx(r["split"]["lambda6"], abs=CLOSED)
    if len(c) % 2 == 0:  # psych misses splits of an odd number of items
        assert guttman_lambda4(c) == pytest.approx(r["split"]["lambda4_max_psych"], abs=CLOSED)


def test_left_out_items_are_listed_and_keep_their_mean():
    x = np.array([[1, 3, 2, np.nan], [2, 3, 2, np.nan], [4, 3, 5, np.nan], [5, 3, 3, np.nan]])
    got = reliability(moments(x))
    assert (got.items, got.left_out, got.n) == (2, (1, 3), 4)
    assert tuple(map(str, got.notes)) == (
        "Nobody answered item 4: left out of the coefficients.",
        "Everybody gave the same answer to item 2: left out of the coefficients.",
    )
    stats = item_statistics(moments(x))
    assert stats.mean[1] == 3
    assert stats.sd[1] == 0
    assert np.isnan(stats.item_rest_r[[1, 3]]).all()
    assert np.isnan(stats.floor).all()
    assert np.isnan(stats.ceiling).all()


def test_pairwise_refusal_names_the_items_never_answered_together(golden):
    r = golden("edge")["no_overlap"]
    got = reliability(moments(np.array(r["data"], dtype=float), "pairwise"), r["items"])
    assert tuple(map(str, got.notes)) == (
        "No internal consistency: 0 rows answer both A and C, at least 3 are needed.",
    )
    assert np.isnan(got.alpha)


def test_two_items_report_spearman_brown_which_is_their_standardized_alpha(golden):
    r = golden("edge")["two_items"]
    got = reliability(moments(np.array(r["data"], dtype=float)))
    assert got.two_item == pytest.approx(r["psych"]["std_alpha"], abs=CLOSED)
    assert spearman_brown(0.6) == pytest.approx(0.75)
    assert np.isnan(spearman_brown(-1.0))


def test_a_long_scale_has_no_lambda_4_and_says_so():
    x = np.random.default_rng(3).normal(size=(60, 19)) + np.arange(60)[:, None] / 20
    got = reliability(moments(x))
    assert np.isnan(got.lambda4)
    assert tuple(map(str, got.notes)) == ("No lambda-4: it is searched for up to 18 items.",)
    assert not np.isnan(reliability(moments(x[:, :18])).lambda4)


def test_names_must_be_one_an_item():
    with pytest.raises(ValueError, match="one name an item"):
        reliability(moments([[1, 2], [2, 1], [3, 3]]), ["A"])


def test_measurement_error_needs_a_reliability_between_0_and_1():
    e = measurement_error(10.0, 0.91)
    assert e.sem == pytest.approx(3.0)
    assert e.smallest_detectable_change == pytest.approx(1.96 * np.sqrt(2) * 3)
    assert e.notes == ()
    assert measurement_error(10.0, 1.0).sem == 0
    for bad in (-0.1, 1.1, np.nan):
        none = measurement_error(10.0, bad)
        assert np.isnan([none.sem, none.smallest_detectable_change]).all()
        assert none.notes[0].code == ("error_unknown" if np.isnan(bad) else "error_reliability_outside")


@given(st.integers(0, 10_000), st.integers(2, 7), st.integers(8, 40))
@settings(max_examples=60, deadline=None)
def test_reliability_ignores_origin_and_unit_and_keeps_guttmans_order(seed, k, n):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 1)) + rng.normal(size=(n, k))
    one, other = reliability(moments(x)), reliability(moments(50 + 3 * x[:, ::-1]))
    for field in (
        "alpha",
        "ci_low",
        "ci_high",
        "standardized_alpha",
        "mean_r",
        "lambda2",
        "lambda4",
        "lambda6",
    ):
        assert getattr(one, field) == pytest.approx(getattr(other, field), abs=1e-9)
    assert one.alpha <= one.lambda2 + 1e-12
    assert one.ci_low < one.alpha < one.ci_high <= 1
    assert (np.abs(item_rest_correlations(moments(x).covariance)) <= 1).all()


@pytest.mark.slow
@pytest.mark.parametrize(("n", "k"), [(20, 4), pytest.param(60, 12, marks=pytest.mark.soak)])
def test_feldts_interval_covers_in_95_of_100_samples(n, k):
    rng = np.random.default_rng(1987)
    truth = k * 0.4 / (1 + (k - 1) * 0.4)
    samples, hits = 3000, 0
    for _ in range(samples):
        x = np.sqrt(0.4) * rng.normal(size=(n, 1)) + np.sqrt(0.6) * rng.normal(size=(n, k))
        got = reliability(moments(x))
        hits += got.ci_low <= truth <= got.ci_high
    assert 0.93 <= hits / samples <= 0.97
