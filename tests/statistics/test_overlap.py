import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.notes import note
from sos_score.statistics.effect_sizes import hedges_g
from sos_score.statistics.equivalence import assess_equivalence
from sos_score.statistics.t_tests import compare_overlapping, compare_paired, compare_welch

NAN = math.nan
# Derrick, Toher and White (2017), The Quantitative Methods for Psychology 13(2), 120-126: the worked example
# of the test, also in the help page of Partiallyoverlapping::Partover.test 2.0.
A_ALONE = [20, 21, 16, 18, 14, 12, 14, 17]
A_LINKED = [14, 15, 18, 20, 11, 19, 14, 15]
B_ALONE = [10, 16, 18, 16, 15, 14, 13, 10]
B_LINKED = [15, 10, 15, 17, 13, 19, 12, 13]
A = [*A_ALONE, *[NAN] * 8, *A_LINKED]
B = [*[NAN] * 8, *B_ALONE, *B_LINKED]


def test_published_example():
    found = compare_overlapping(A, B)
    v_x, v_y = 133.75 / 15 / 16, 115.75 / 15 / 16
    r = 41.5 / math.sqrt(63.5 * 57.5)
    se = math.sqrt(v_x + v_y - 2 * r * math.sqrt(133.75 / 15 * 115.75 / 15) * 8 / (16 * 16))
    welch = (v_x + v_y) ** 2 / (v_x**2 / 15 + v_y**2 / 15)
    assert found.statistic == pytest.approx(2 / se, rel=1e-12)
    assert found.df == pytest.approx(7 + (welch - 8 + 1) / 32 * 16, rel=1e-12)
    assert found.p == pytest.approx(0.0261, abs=2e-4)
    assert found.method.code == "overlap_t_unequal"


scores = st.lists(st.integers(0, 40), min_size=4, max_size=12).map(lambda v: [*v, 50, 3])


@given(scores, st.randoms(use_true_random=False))
def test_at_full_overlap_the_test_is_the_paired_t(x, random):
    y = [value + random.randint(-5, 5) for value in x]
    found, paired = compare_overlapping(x, y), compare_paired(x, y)
    for name in ("estimate", "se", "statistic", "df", "p", "low", "high"):
        ours, theirs = getattr(found, name), getattr(paired, name)
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6, nan_ok=True)


@given(scores, scores)
def test_without_overlap_the_test_is_welchs(x, y):
    left, right = [*x, *[NAN] * len(y)], [*[NAN] * len(x), *y]
    assert compare_overlapping(left, right) == compare_welch(x, y)


@settings(max_examples=60)
@given(scores, st.integers(2, 5), st.floats(-50, 50), st.randoms(use_true_random=False))
def test_swapping_the_samples_mirrors_the_test_and_moving_both_leaves_it(values, n_alone, shift, random):
    x = np.array([*values, *[NAN] * n_alone], dtype=float)
    y = np.array([NAN, *[v + random.uniform(-9, 9) for v in values[1:]], *range(n_alone)], dtype=float)
    found = compare_overlapping(x, y)
    mirror = compare_overlapping(y, x)
    moved = compare_overlapping(x + shift, y + shift)
    assert mirror.estimate == pytest.approx(-found.estimate)
    assert (mirror.low, mirror.high) == (pytest.approx(-found.high), pytest.approx(-found.low))
    assert mirror.p == pytest.approx(found.p)
    assert moved.statistic == pytest.approx(found.statistic, rel=1e-6, abs=1e-6)
    assert 0 <= found.p <= 1
    assert (found.low > 0 or found.high < 0) == (found.p < 0.05)


def test_one_linked_person_cannot_be_linked():
    x, y = [5, 7, 9, NAN, NAN], [6, NAN, NAN, 3, 4]
    found = compare_overlapping(x, y)
    welch = compare_welch([5, 7, 9], [6, 3, 4])
    assert found.p == welch.p
    assert found.method.code == "welch_t"
    assert found.notes == (note("one_linked"),)


def test_a_constant_linked_side_counts_as_uncorrelated():
    found = compare_overlapping([5, 5, 5, 9, NAN], [6, 4, 3, NAN, 8])
    assert found.notes == (note("linked_constant"),)
    assert math.isfinite(found.p)
    v_x, v_y = np.var([5, 5, 5, 9], ddof=1) / 4, np.var([6, 4, 3, 8], ddof=1) / 4
    assert found.se == pytest.approx(math.sqrt(v_x + v_y))


def test_constant_scores_and_constant_changes_are_not_tested():
    constant = compare_overlapping([3, 3, 3, NAN], [3, 3, NAN, 3])
    assert math.isnan(constant.p)
    assert constant.estimate == 0.0
    assert note("no_variation") in constant.notes
    shifted = compare_overlapping([2, 3, 4], [1, 2, 3])
    assert math.isnan(shifted.p)
    assert shifted.estimate == 1.0
    assert note("no_variation") in shifted.notes


def test_a_side_with_one_score_or_none_is_not_tested():
    for x, y, estimate in (
        ([3, NAN, NAN], [NAN, 4, 6], -2.0),
        ([3, NAN], [4, 8], -3.0),
        ([NAN, NAN], [4, 8], NAN),
        ([], [], NAN),
    ):
        found = compare_overlapping(x, y)
        assert found.estimate == pytest.approx(estimate, nan_ok=True)
        assert math.isnan(found.p)
        assert found.notes


def test_two_linked_people_are_enough():
    found = compare_overlapping([5, 8, 7, NAN], [4, 6, NAN, 3])
    assert math.isfinite(found.p)


def test_one_place_a_person_is_needed():
    with pytest.raises(ValueError, match="one place a person"):
        compare_overlapping([1, 2], [1])


def test_equivalence_stands_on_the_overlapping_test_too():
    found = assess_equivalence(compare_overlapping(A, B), margin=4.0)
    assert found.p < 0.05
    assert found.high < 4.0


def share_rejected(n_alone, n_linked, rho, sds, draws=4000):
    rng = np.random.default_rng(20171)
    n = n_linked + 2 * n_alone
    rejected = 0
    for _ in range(draws):
        z = rng.standard_normal((2, n))
        x, y = sds[0] * z[0], sds[1] * (rho * z[0] + math.sqrt(1 - rho**2) * z[1])
        x[n_linked + n_alone :] = NAN
        y[n_linked : n_linked + n_alone] = NAN
        rejected += compare_overlapping(x, y).p < 0.05
    return rejected / draws


@pytest.mark.slow
@pytest.mark.parametrize(("n_alone", "n_linked"), [(15, 0), (8, 8), (0, 15)])
@pytest.mark.parametrize("sds", [(1.0, 1.0), (1.0, 2.0)])
def test_the_level_holds_at_no_half_and_full_overlap(n_alone, n_linked, sds):
    # 4000 draws: standard error .0034
    assert share_rejected(n_alone, n_linked, 0.5, sds) == pytest.approx(0.05, abs=0.0125)


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.5, *(pytest.param(each, marks=pytest.mark.soak) for each in (0.0, 0.98))])
@pytest.mark.parametrize(("n_alone", "n_linked"), [(3, 12), (0, 30), (15, 15)])
@pytest.mark.parametrize("effect", [0.0, 0.8])
def test_the_interval_of_g_covers_the_effect_and_leaves_out_0_where_p_is_below_5(n_alone, n_linked, rho, effect):
    rng = np.random.default_rng(2003)
    n, covered, draws = n_linked + 2 * n_alone, 0, 1500  # standard error .0056
    half = n_linked + n_alone - 1
    correction = math.exp(math.lgamma(half) - math.log(half) / 2 - math.lgamma(half - 0.5))  # Hedges' J, by hand
    for _ in range(draws):
        z = rng.standard_normal((2, n))
        x, y = z[0] + effect, rho * z[0] + math.sqrt(1 - rho**2) * z[1]
        x[n_linked + n_alone :] = NAN
        y[n_linked : n_linked + n_alone] = NAN
        test = compare_overlapping(x, y)
        g = hedges_g(x, y, test)
        covered += g.low <= effect * correction <= g.high
        assert (g.low > 0 or g.high < 0) == (test.p < 0.05)
    assert covered / draws == pytest.approx(0.955, abs=0.0175)
