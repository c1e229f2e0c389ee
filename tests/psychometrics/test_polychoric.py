from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.notes import note
from sos_score.psychometrics.internal_consistency.alpha import reliability
from sos_score.psychometrics.internal_consistency.ordinal import _binormal, _correlate, ordinal_alpha
from sos_score.psychometrics.moments import moments


def correlate(table):
    return float(_correlate(np.array([table], dtype=float))[0])


def expected_table(rho, cuts, n=1000.0):
    from scipy.stats import multivariate_normal

    edges = [np.concatenate([[-8.0], c, [8.0]]) for c in cuts]
    cdf = np.array([[multivariate_normal.cdf([a, b], cov=[[1, rho], [rho, 1]]) for b in edges[1]] for a in edges[0]])
    return n * np.diff(np.diff(cdf, axis=0), axis=1)


@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.0, 0.45, 0.8])
def test_a_table_cut_from_a_normal_distribution_gives_its_correlation_back(rho):
    table = expected_table(rho, ([-1.2, -0.1, 0.9], [-0.5, 0.0, 0.4, 1.5]))
    assert correlate(table) == pytest.approx(rho, abs=1e-4)


@pytest.mark.parametrize("rho", [-0.95, -0.4, 0.0, 0.6, 0.99])
def test_the_bivariate_normal_distribution_is_its_integral(rho):
    from scipy.integrate import quad
    from scipy.stats import norm

    def integrate(h, k):
        return quad(lambda x: norm.pdf(x) * norm.cdf((k - rho * x) / np.sqrt(1 - rho**2)), -12, h, limit=200)[0]

    points = np.array([-2.0, -0.7, -0.0, 0.0, 0.3, 1.9])
    want = [[integrate(h, k) for k in points] for h in points]
    np.testing.assert_allclose(_binormal(points[:, None], points[None, :], rho), want, rtol=0, atol=1e-9)


def test_a_median_split_has_a_closed_form():
    # with both variables cut at the median, P(both low) = 1/4 + asin(rho) / (2 pi)
    for low in (0.1, 0.25, 0.3, 0.42):
        table = [[low, 0.5 - low], [0.5 - low, low]]
        assert correlate(table) == pytest.approx(np.sin(2 * np.pi * (low - 0.25)), abs=1e-6)


def test_a_rare_disorder_has_the_tetrachoric_correlation_that_mplus_reports():
    # help page of psych::tetrachoric: matrix(c(61661, 1610, 85, 20), 2, 2), "Mplus reports .35"
    assert correlate([[61661, 85], [1610, 20]]) == pytest.approx(0.35, abs=0.005)


def test_an_answer_nobody_gave_makes_no_difference():
    full = [[20, 5, 1], [4, 22, 6], [1, 7, 24]]
    with_gap = [[20, 5, 0, 1], [0, 0, 0, 0], [4, 22, 0, 6], [1, 7, 0, 24]]
    assert correlate(full) == pytest.approx(correlate(with_gap), abs=1e-9)


def ordinal_sample(seed, n, k=5, loading=0.7):
    rng = np.random.default_rng(seed)
    latent = loading * rng.normal(size=(n, 1)) + np.sqrt(1 - loading**2) * rng.normal(size=(n, k))
    return 1 + (latent[:, :, None] > np.array([-0.3, 0.5, 1.2])).sum(axis=2).astype(float)


def test_ordinal_alpha_recovers_the_alpha_of_the_answers_behind_the_options():
    got = ordinal_alpha(ordinal_sample(1, 5000))
    assert got.alpha == pytest.approx(5 * 0.49 / (1 + 4 * 0.49), abs=0.01)
    assert got.notes == ()


def test_ordinal_alpha_drops_incomplete_rows_and_items_that_do_not_vary():
    x = ordinal_sample(2, 120)
    wide = np.insert(x, 2, 3.0, axis=1)
    wide[0, 0] = np.nan
    got = ordinal_alpha(wide, list("abcdef"))
    assert got.alpha == pytest.approx(ordinal_alpha(x[1:]).alpha)


def test_small_samples_are_called_rough_and_bounds_are_named():
    x = ordinal_sample(3, 30)
    x[:, 1] = x[:, 0]
    got = ordinal_alpha(x, list("abcde"))
    assert got.notes == (note("polychoric_rough", n=30), note("polychoric_at_bound", pairs=(("a", "b"),)))


def test_correlations_that_do_not_fit_together_are_named():
    x = ordinal_sample(4, 14, k=8)
    assert "polychoric_not_definite" in [each.code for each in ordinal_alpha(x).notes]


@pytest.mark.parametrize(
    ("x", "code"),
    [
        (ordinal_sample(5, 9), "ordinal_too_few_rows"),
        (np.full((20, 3), np.nan), "ordinal_too_few_rows"),
        (np.ones((30, 3)), "ordinal_too_few_items"),
        (np.arange(60.0).reshape(30, 2), "ordinal_too_many_options"),
    ],
)
def test_what_is_not_ordinal_or_too_small_is_refused(x, code):
    got = ordinal_alpha(x)
    assert got.notes[0].code == code
    assert np.isnan(got.alpha)


@given(st.integers(0, 300))
@settings(max_examples=15, deadline=None)
def test_ordinal_alpha_ignores_the_codes_and_exceeds_alpha(seed):
    x = ordinal_sample(seed, 300)
    got = ordinal_alpha(x)
    assert got.alpha == pytest.approx(ordinal_alpha(5 - x[:, ::-1]).alpha, abs=1e-6)
    assert got.alpha == pytest.approx(ordinal_alpha(x**2).alpha, abs=1e-9)
    assert got.alpha > reliability(moments(x)).alpha


@pytest.mark.parametrize("answers", [np.full((3, 4), np.nan), np.zeros((0, 4))])
def test_without_a_complete_row_there_is_none_and_why(answers):
    found = ordinal_alpha(answers)
    assert np.isnan(found.alpha)
    assert tuple(map(str, found.notes)) == ("No ordinal alpha: 0 complete rows, at least 10 are needed.",)
