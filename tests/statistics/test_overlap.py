import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.notes import note
from sos_score.statistics.effect_sizes import hedges_g
from sos_score.statistics.equivalence import assess_equivalence
from sos_score.statistics.t_tests import compare_overlapping, compare_paired, compare_student, compare_welch

NAN = math.nan
# Derrick, Toher and White (2017), The Quantitative Methods for Psychology 13(2), 120-126: the worked example
# of the test, also in the help page of Partiallyoverlapping::Partover.test 2.0.
A_ALONE = [20, 21, 16, 18, 14, 12, 14, 17]
A_LINKED = [14, 15, 18, 20, 11, 19, 14, 15]
B_ALONE = [10, 16, 18, 16, 15, 14, 13, 10]
B_LINKED = [15, 10, 15, 17, 13, 19, 12, 13]
A = [*A_ALONE, *[NAN] * 8, *A_LINKED]
B = [*[NAN] * 8, *B_ALONE, *B_LINKED]


def test_published_example_with_equal_variances():
    found = compare_overlapping(A, B, equal_variances=True)
    assert round(found.test.p, 3) == 0.026  # as printed
    # by hand: sums 258, 226; squares about the means 133.75, 115.75; of the linked 63.5, 57.5, cross 41.5
    r = 41.5 / math.sqrt(63.5 * 57.5)
    se = math.sqrt((133.75 + 115.75) / 30 * (1 / 16 + 1 / 16 - 2 * r * 8 / (16 * 16)))
    assert found.r == pytest.approx(r, rel=1e-12)
    assert found.test.estimate == pytest.approx(258 / 16 - 226 / 16, rel=1e-12)
    assert found.test.se == pytest.approx(se, rel=1e-12)
    assert found.test.statistic == pytest.approx(2 / se, rel=1e-12)
    assert found.test.df == pytest.approx(7 + 23 / 32 * 16, rel=1e-12) == 18.5
    assert found.test.p == pytest.approx(0.02596796, abs=1e-8)
    # t_18.5(.975) lies between the tabled 2.1009 (18 df) and 2.0930 (19 df)
    assert (found.test.high - 2) / se == pytest.approx(2.0969, abs=2e-4)
    assert found.test.low == pytest.approx(4 - found.test.high, rel=1e-12)
    assert (found.n_linked, found.n_only_x, found.n_only_y, found.test.n) == (8, 8, 8, (16, 16))
    assert found.test.method.code == "overlap_t_equal"
    assert (found.test.level, found.test.notes) == (0.95, ())


def test_published_example_with_unequal_variances():
    found = compare_overlapping(A, B)
    v_x, v_y = 133.75 / 15 / 16, 115.75 / 15 / 16
    r = 41.5 / math.sqrt(63.5 * 57.5)
    se = math.sqrt(v_x + v_y - 2 * r * math.sqrt(133.75 / 15 * 115.75 / 15) * 8 / (16 * 16))
    welch = (v_x + v_y) ** 2 / (v_x**2 / 15 + v_y**2 / 15)
    assert found.test.statistic == pytest.approx(2 / se, rel=1e-12)
    assert found.test.df == pytest.approx(7 + (welch - 8 + 1) / 32 * 16, rel=1e-12)
    assert found.test.p == pytest.approx(0.0261, abs=2e-4)
    assert found.test.method.code == "overlap_t_unequal"


def test_sides_of_different_size_follow_the_printed_formulas():
    x = [5, 7, 9, 6, 8, NAN, NAN]
    y = [4, 6, 6, NAN, NAN, 3, 9]
    found = compare_overlapping(x, y, equal_variances=True)
    r = np.corrcoef([5, 7, 9], [4, 6, 6])[0, 1]
    pooled = (np.var([5, 7, 9, 6, 8]) * 5 + np.var([4, 6, 6, 3, 9]) * 5) / 8
    assert found.test.se == pytest.approx(math.sqrt(pooled * (2 / 5 - 2 * r * 3 / 25)))
    assert found.test.df == pytest.approx((3 - 1) + (2 + 2 + 3 - 1) / (2 + 2 + 6) * 4)
    assert (found.n_only_x, found.n_only_y) == (2, 2)


scores = st.lists(st.integers(0, 40), min_size=4, max_size=12).map(lambda v: [*v, 50, 3])


@given(scores, st.randoms(use_true_random=False))
def test_at_full_overlap_the_unequal_test_is_the_paired_t(x, random):
    y = [value + random.randint(-5, 5) for value in x]
    found, paired = compare_overlapping(x, y).test, compare_paired(x, y)
    for name in ("estimate", "se", "statistic", "df", "p", "low", "high"):
        ours, theirs = getattr(found, name), getattr(paired, name)
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6, nan_ok=True)


@given(scores, scores)
def test_without_overlap_the_tests_are_welchs_and_students(x, y):
    left, right = [*x, *[NAN] * len(y)], [*[NAN] * len(x), *y]
    assert compare_overlapping(left, right).test == compare_welch(x, y)
    assert compare_overlapping(left, right, equal_variances=True).test == compare_student(x, y)
    assert math.isnan(compare_overlapping(left, right).r)


def test_at_full_overlap_the_equal_test_is_the_paired_t_only_for_equal_variances():
    x, y = [1.0, 2, 3, 4, 5], [2.0, 1, 4, 3, 5]
    same, paired = compare_overlapping(x, np.add(y, 1), equal_variances=True), compare_paired(x, np.add(y, 1))
    assert same.test.statistic == pytest.approx(paired.statistic)
    assert same.test.df == paired.df
    wider = np.multiply(y, 3)
    other = compare_overlapping(x, wider, equal_variances=True)
    assert other.test.statistic != pytest.approx(compare_paired(x, wider).statistic, rel=1e-3)


@settings(max_examples=60)
@given(scores, st.integers(2, 5), st.booleans(), st.floats(-50, 50), st.randoms(use_true_random=False))
def test_swapping_the_samples_mirrors_the_test_and_moving_both_leaves_it(
    values, n_alone, equal_variances, shift, random
):
    x = np.array([*values, *[NAN] * n_alone], dtype=float)
    y = np.array([NAN, *[v + random.uniform(-9, 9) for v in values[1:]], *range(n_alone)], dtype=float)
    found = compare_overlapping(x, y, equal_variances=equal_variances).test
    mirror = compare_overlapping(y, x, equal_variances=equal_variances).test
    moved = compare_overlapping(x + shift, y + shift, equal_variances=equal_variances).test
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
    assert found.test.p == welch.p
    assert found.test.method.code == "welch_t"
    assert found.n_linked == 1
    assert math.isnan(found.r)
    assert found.test.notes == (note("one_linked"),)
    student = compare_overlapping(x, y, equal_variances=True).test
    assert student.p == compare_student([5, 7, 9], [6, 3, 4]).p


def test_a_constant_linked_side_counts_as_uncorrelated():
    found = compare_overlapping([5, 5, 5, 9, NAN], [6, 4, 3, NAN, 8])
    assert found.r == 0.0
    assert found.test.notes == (note("linked_constant"),)
    assert math.isfinite(found.test.p)
    v_x, v_y = np.var([5, 5, 5, 9], ddof=1) / 4, np.var([6, 4, 3, 8], ddof=1) / 4
    assert found.test.se == pytest.approx(math.sqrt(v_x + v_y))


@pytest.mark.parametrize("equal_variances", [False, True])
def test_constant_scores_and_constant_changes_are_not_tested(equal_variances):
    constant = compare_overlapping([3, 3, 3, NAN], [3, 3, NAN, 3], equal_variances=equal_variances)
    assert math.isnan(constant.test.p)
    assert constant.test.estimate == 0.0
    assert note("no_variation") in constant.test.notes
    shifted = compare_overlapping([2, 3, 4], [1, 2, 3], equal_variances=equal_variances)
    assert math.isnan(shifted.test.p)
    assert shifted.test.estimate == 1.0
    assert note("no_variation") in shifted.test.notes


def test_a_side_with_one_score_or_none_is_not_tested():
    for x, y, estimate in (
        ([3, NAN, NAN], [NAN, 4, 6], -2.0),
        ([3, NAN], [4, 8], -3.0),
        ([NAN, NAN], [4, 8], NAN),
        ([], [], NAN),
    ):
        found = compare_overlapping(x, y)
        assert found.test.estimate == pytest.approx(estimate, nan_ok=True)
        assert math.isnan(found.test.p)
        assert found.test.notes


def test_two_linked_people_are_enough():
    found = compare_overlapping([5, 8, 7, NAN], [4, 6, NAN, 3])
    assert found.r == pytest.approx(1.0)
    assert math.isfinite(found.test.p)


def test_one_place_a_person_is_needed():
    with pytest.raises(ValueError, match="one place a person"):
        compare_overlapping([1, 2], [1])


def test_equivalence_stands_on_the_overlapping_test_too():
    found = assess_equivalence(compare_overlapping(A, B).test, margin=4.0)
    assert found.method == note("tost", test=note("overlap_t_unequal"))
    assert found.equivalent is True
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
        rejected += compare_overlapping(x, y, equal_variances=sds[0] == sds[1]).test.p < 0.05
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
    for _ in range(draws):
        z = rng.standard_normal((2, n))
        x, y = z[0] + effect, rho * z[0] + math.sqrt(1 - rho**2) * z[1]
        x[n_linked + n_alone :] = NAN
        y[n_linked : n_linked + n_alone] = NAN
        test = compare_overlapping(x, y).test
        g = hedges_g(x, y, test)
        covered += g.low <= effect * g.correction <= g.high
        assert (g.low > 0 or g.high < 0) == (test.p < 0.05)
    assert covered / draws == pytest.approx(0.955, abs=0.0175)
