from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sos_score.psychometrics.moments import (
    PairSums,
    complete_rows,
    moments,
    moments_from_pair_sums,
    moments_from_sums,
)

NAN = np.nan
ANSWERS = np.array([[1, 2, 1], [2, 2, NAN], [3, 3, 3], [4, NAN, 4], [5, 4, 5], [NAN, NAN, NAN]])


def test_listwise_moments_are_those_of_the_complete_rows():
    m = moments(ANSWERS)
    whole = ANSWERS[[0, 2, 4]]
    assert (m.missing, m.rows, m.complete, m.n) == ("listwise", 6, 3, 3)
    assert m.counts.tolist() == [3, 3, 3]
    np.testing.assert_allclose(m.means, whole.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(m.covariance, np.cov(whole.T), rtol=1e-14)
    np.testing.assert_allclose(m.correlation, np.corrcoef(whole.T), rtol=1e-14)
    assert m.pair_counts.tolist() == [[3] * 3] * 3


def test_pairwise_moments_use_every_row_that_has_both_items():
    m = moments(ANSWERS, "pairwise")
    assert (m.missing, m.rows, m.complete, m.n) == ("pairwise", 6, 3, 3)
    assert m.counts.tolist() == [5, 4, 4]
    assert m.pair_counts.tolist() == [[5, 4, 4], [4, 4, 3], [4, 3, 4]]
    np.testing.assert_allclose(m.means, [3, 11 / 4, 13 / 4], rtol=1e-14)
    both = ANSWERS[[0, 1, 2, 4]][:, :2]
    assert m.covariance[0, 1] == pytest.approx(np.cov(both.T)[0, 1], rel=1e-14)
    assert m.correlation[0, 1] == pytest.approx(np.corrcoef(both.T)[0, 1], rel=1e-14)
    assert m.covariance[0, 0] == pytest.approx(2.5, rel=1e-14)


def test_an_item_nobody_answered_drops_no_row_and_has_no_numbers():
    m = moments([[1, NAN, 2], [2, NAN, 4], [NAN, NAN, 3]])
    assert (m.complete, m.counts.tolist()) == (2, [2, 0, 2])
    assert np.isnan(m.means[1])
    assert np.isnan(m.covariance[1]).all()
    assert np.isnan(m.correlation[:, 1]).all()
    assert m.covariance[0, 2] == pytest.approx(1.0)


def test_no_rows_and_no_answers_give_nothing():
    for matrix in (np.empty((0, 2)), [[NAN, NAN]]):
        m = moments(matrix)
        assert m.n == 0
        assert np.isnan(m.means).all()
        assert np.isnan(m.covariance).all()
    assert moments([[NAN, NAN]], "pairwise").n == 0
    assert not complete_rows([[NAN, NAN]]).any()


def test_a_constant_item_has_variance_zero_and_no_correlation_whatever_its_value():
    for missing in ("listwise", "pairwise"):
        m = moments([[0.1, 1], [0.1, 2], [0.1, 4]], missing)
        assert m.covariance[0].tolist() == [0, 0]
        assert np.isnan(m.correlation[0]).all()
        assert m.correlation[1, 1] == 1


def test_only_a_matrix_is_accepted():
    with pytest.raises(ValueError, match="rows by items"):
        moments([1, 2, 3])
    with pytest.raises(ValueError, match="items by items"):
        moments_from_sums(3, [1, 2], [[1, 2]])


def test_sums_over_a_million_rows_lose_nothing():
    rng = np.random.default_rng(1)
    few = rng.integers(1, 8, size=(1000, 4)).astype(float)
    many = 1000
    shifted = few - 4
    m = moments_from_sums(1000 * many, many * shifted.sum(axis=0), many * shifted.T @ shifted, pivot=4)
    exact = np.cov(few.T, ddof=0) * (1000 * many) / (1000 * many - 1)
    np.testing.assert_allclose(m.covariance, exact, rtol=1e-12)
    np.testing.assert_allclose(m.means, few.mean(axis=0), rtol=1e-14)
    assert (m.n, m.rows, m.missing) == (1000 * many, 1000 * many, "listwise")
    assert moments_from_sums(3, [0, 0], np.eye(2), rows=5).rows == 5


def test_some_items_can_be_taken_by_index_or_by_mask():
    m = moments(ANSWERS, "pairwise")
    for some in (m.select([0, 2]), m.select([True, False, True])):
        assert some.counts.tolist() == [5, 4]
        assert some.pair_counts.tolist() == [[5, 4], [4, 4]]
        assert some.means.tolist() == m.means[[0, 2]].tolist()
        assert some.covariance[0, 1] == m.covariance[0, 2]
        assert some.correlation[0, 1] == m.correlation[0, 2]
        assert (some.rows, some.complete, some.missing, some.n) == (6, 3, "pairwise", 4)


answers = arrays(
    float, st.tuples(st.integers(2, 12), st.integers(1, 4)), elements=st.sampled_from([1, 2, 3, 4, 5, NAN])
)


@given(answers)
@settings(max_examples=80, deadline=None)
def test_sums_of_one_pass_give_the_same_moments_as_the_matrix(x):
    seen = x[complete_rows(x)]
    asked = ~np.isnan(x).all(axis=0)
    if asked.all():
        one = moments(x)
        shifted = seen - 3
        other = moments_from_sums(len(seen), shifted.sum(axis=0), shifted.T @ shifted, pivot=3, rows=len(x))
        np.testing.assert_allclose(one.means, other.means, atol=1e-12)
        np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-12)
        np.testing.assert_allclose(one.correlation, other.correlation, atol=1e-9)
        assert (one.rows, one.complete) == (other.rows, other.complete)


@given(answers)
@settings(max_examples=80, deadline=None)
def test_sums_over_pairs_give_the_same_moments_as_the_matrix(x):
    mask = (~np.isnan(x)).astype(float)
    shifted = np.where(mask > 0, x - 3, 0)
    pairs = PairSums(mask.T @ mask, shifted.T @ mask, (shifted**2).T @ mask, shifted.T @ shifted)
    complete = int(complete_rows(x).sum())
    one, other = (
        moments(x, "pairwise"),
        moments_from_pair_sums(pairs, rows=len(x), complete=complete, pivot=3),
    )
    np.testing.assert_allclose(one.means, other.means, atol=1e-12)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-12)
    np.testing.assert_allclose(one.correlation, other.correlation, atol=1e-9)
    assert (one.pair_counts == other.pair_counts).all()
    assert (one.complete, one.n) == (other.complete, other.n)
