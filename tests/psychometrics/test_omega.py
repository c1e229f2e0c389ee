from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.psychometrics.internal_consistency.omega import bootstrap_omega, omega_total
from sos_score.psychometrics.internal_consistency.one_factor import fit_one_factor
from sos_score.psychometrics.moments import moments, moments_from_sums

CFA = 1e-5


def one_factor_sample(rng, n, loadings):
    loadings = np.asarray(loadings)
    return rng.normal(size=(n, 1)) * loadings + rng.normal(size=(n, len(loadings))) * np.sqrt(1 - loadings**2)


@pytest.mark.parametrize("scale", ["agree", "conscientious", "extraversion"])
def test_omega_is_that_of_lavaan_and_semtools(golden, columns, keyed, scale):
    r = golden("bfi")[scale]
    want = r["cfa"]
    got = omega_total(moments(keyed(columns("bfi"), r["keys"], 7)))
    assert (got.n, got.notes) == (want["n"], ())
    assert got.omega == pytest.approx(want["omega"], abs=CFA)
    assert got.omega == pytest.approx(r["semtools"], abs=CFA)
    np.testing.assert_allclose(got.loadings, list(want["lambda"].values()), atol=CFA)


@pytest.mark.parametrize("case", ["negative_alpha", "unreversed_item", "blank_row", "binary"])
def test_a_heywood_case_is_fitted_as_lavaan_fits_it(golden, case):
    r = golden("edge")[case]
    m = moments(np.array(r["data"], dtype=float))
    fit = fit_one_factor(m.covariance * (m.n - 1) / m.n)
    want = np.array(list(r["cfa"]["lambda"].values()))
    assert fit.converged
    np.testing.assert_allclose(fit.loadings * np.sign(want.sum()), want, atol=CFA)
    np.testing.assert_allclose(fit.uniquenesses, list(r["cfa"]["theta"].values()), atol=CFA)
    common = fit.loadings.sum() ** 2
    assert common / (common + fit.uniquenesses.sum()) == pytest.approx(r["cfa"]["omega"], abs=CFA)


def test_the_discrepancy_is_chi_square_over_n(golden, columns, keyed):
    m = moments(keyed(columns("bfi"), golden("bfi")["agree"]["keys"], 7))
    fit = fit_one_factor(m.covariance * (m.n - 1) / m.n)
    assert fit.discrepancy * m.n == pytest.approx(86.6960615932516, abs=1e-4)  # lavaan 0.6-14: chisq


def test_a_perfect_factor_is_found_exactly():
    loadings = np.array([0.9, 0.7, 0.5, 0.3, 0.8])
    sigma = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    fit = fit_one_factor(np.array([sigma, 9 * sigma]))
    np.testing.assert_allclose(fit.loadings, [loadings, 3 * loadings], atol=1e-7)
    np.testing.assert_allclose(fit.uniquenesses, [1 - loadings**2, 9 * (1 - loadings**2)], atol=1e-6)
    np.testing.assert_allclose(fit.discrepancy, 0, atol=1e-10)
    assert fit.converged.all()
    with pytest.raises(ValueError, match="three items"):
        fit_one_factor(np.eye(2))


def sums(covariance, n):
    return moments_from_sums(n, np.zeros(len(covariance)), (n - 1) * np.asarray(covariance))


def test_a_heywood_case_is_named():
    c = np.array([[1, 0.9, 0.7], [0.9, 1, 0.5], [0.7, 0.5, 1]])  # loading of the first: sqrt(.9 x .7 / .5) > 1
    got = omega_total(sums(c, 40), ["A", "B", "C"])
    assert got.loadings[0] ** 2 * 40 / 39 == pytest.approx(0.9 * 0.7 / 0.5, abs=1e-6)
    assert tuple(map(str, got.notes)) == ("Heywood case: the unique variance of A is negative; do not rely on omega.",)
    assert not np.isnan(got.omega)


def test_an_item_against_the_key_is_named_and_not_turned_round():
    loadings = np.array([0.7, 0.7, 0.7, -0.7])
    sigma = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    got = omega_total(sums(sigma, 60), ["A", "B", "C", "D"])
    assert got.omega == pytest.approx(1.4**2 / (1.4**2 + 4 * 0.51), abs=1e-6)
    assert tuple(map(str, got.notes)) == ("D loads negatively: check the key.",)


@pytest.mark.parametrize(
    ("matrix", "code"),
    [
        (np.arange(27.0).reshape(9, 3) ** 1.5 % 7, "omega_too_few_rows"),
        (np.random.default_rng(0).normal(size=(30, 2)), "omega_too_few_items"),
        (np.random.default_rng(0).normal(size=(12, 12)), "omega_fewer_rows_than_items"),
        (np.random.default_rng(0).normal(size=(30, 2))[:, [0, 1, 1]], "omega_singular"),
        (np.full((30, 3), 2.0), "omega_too_few_items"),
    ],
)
def test_what_cannot_be_fitted_is_refused(matrix, code):
    got = omega_total(moments(matrix))
    assert np.isnan(got.omega)
    assert np.isnan(got.loadings).all()
    assert got.notes[0].code == code
    interval = bootstrap_omega(matrix, np.random.default_rng(1), replicates=10)
    assert np.isnan([interval.ci_low, interval.ci_high]).all()
    assert interval.notes[0].code == code


def test_a_model_without_a_maximum_gives_a_sentence():
    c = np.array([[1, 0.5, -0.1], [0.5, 1, 0.5], [-0.1, 0.5, 1]])  # the product of the correlations is negative
    got = omega_total(sums(c, 50))
    assert np.isnan(got.omega)
    assert got.notes[0].code == "omega_no_maximum"


def test_a_constant_item_is_left_out_of_omega():
    x = one_factor_sample(np.random.default_rng(5), 50, [0.8, 0.7, 0.6])
    with_constant = np.insert(x, 1, 3.0, axis=1)
    got = omega_total(moments(with_constant))
    assert got.omega == pytest.approx(omega_total(moments(x)).omega, abs=1e-9)
    assert np.isnan(got.loadings).tolist() == [False, True, False, False]
    b = bootstrap_omega(with_constant, np.random.default_rng(5), replicates=50)
    assert b.ci_low < got.omega < b.ci_high


def test_the_bootstrap_is_the_same_for_the_same_seed_and_drops_incomplete_rows():
    x = one_factor_sample(np.random.default_rng(6), 60, [0.8, 0.7, 0.6, 0.7])
    x[0, 0] = np.nan
    runs = [bootstrap_omega(x, np.random.default_rng(9), replicates=200) for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0] == bootstrap_omega(x[1:], np.random.default_rng(9), replicates=200)
    assert runs[0].notes == ()


def test_bootstrap_replicates_are_omegas_of_resampled_rows():
    x = one_factor_sample(np.random.default_rng(6), 40, [0.8, 0.7, 0.6, 0.7])
    got = bootstrap_omega(x, np.random.default_rng(4), replicates=99)
    counts = np.random.default_rng(4).multinomial(40, np.full(40, 1 / 40), size=99)
    naive = [omega_total(moments(np.repeat(x, times, axis=0))).omega for times in counts]
    assert (got.ci_low, got.ci_high) == pytest.approx(np.quantile(naive, [0.025, 0.975]), abs=1e-7)


def test_bootstrap_samples_that_fail_are_counted():
    x = np.random.default_rng(11).normal(size=(14, 4)) + np.random.default_rng(12).normal(size=(14, 1)) * 0.7
    got = bootstrap_omega(x, np.random.default_rng(3), replicates=100)
    unfitted = next(each for each in got.notes if each.code == "bootstrap_unfitted")
    assert 0 < unfitted["failed"] < 100 == unfitted["samples"]


@given(st.integers(0, 1000), st.floats(0.1, 20))
@settings(max_examples=30, deadline=None)
def test_omega_ignores_origin_unit_and_order_of_the_items(seed, unit):
    x = one_factor_sample(np.random.default_rng(seed), 60, [0.8, 0.6, 0.7, 0.6])
    one, other = omega_total(moments(x)), omega_total(moments(5 + unit * x[:, ::-1]))
    assert one.omega == pytest.approx(other.omega, abs=1e-7)
    np.testing.assert_allclose(one.loadings * unit, other.loadings[::-1], rtol=1e-5)


@pytest.mark.soak
def test_the_bootstrap_interval_of_omega_covers_in_95_of_100_samples():
    loadings = np.array([0.8, 0.7, 0.6, 0.7, 0.5, 0.6])
    truth = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    rng = np.random.default_rng(1999)
    samples, hits = 400, 0
    for _ in range(samples):
        x = one_factor_sample(rng, 150, loadings)
        got = bootstrap_omega(x, rng, replicates=250)
        hits += got.ci_low <= truth <= got.ci_high
    assert 0.93 <= hits / samples <= 0.97
