import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nct
from scipy.stats import t as student

from sos_score.statistics.effect_sizes import hedges_g
from sos_score.statistics.equivalence import assess_equivalence
from sos_score.statistics.estimate import describe_sample
from sos_score.statistics.noncentral import bound_noncentrality
from sos_score.statistics.ranks import compare_ranks, compare_signed_ranks
from sos_score.statistics.site_comparison import compare_sites
from sos_score.statistics.t_tests import compare_paired, compare_student, compare_to_norm, compare_welch

NAN = math.nan
# Student (1908): extra hours of sleep of ten patients under two drugs, the `sleep` data of R
DRUG_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
DRUG_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
# Hollander and Wolfe (1973), table 3.1: depression scores at two visits, the example of R's wilcox.test
FIRST = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
SECOND = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]


def test_students_sleep_data_give_the_published_paired_and_one_sample_test():
    paired = compare_paired(DRUG_1, DRUG_2)
    single = compare_to_norm(np.subtract(DRUG_1, DRUG_2) + 50, 50)
    for found in (paired, single):
        assert found.n == (10,)
        assert found.estimate == pytest.approx(-1.58)
        assert found.statistic == pytest.approx(-4.0621, abs=5e-5)
        assert found.df == 9
        assert found.p == pytest.approx(0.002833, abs=5e-7)
        assert (found.low, found.high) == (
            pytest.approx(-2.4598858, abs=5e-8),
            pytest.approx(-0.7001142, abs=5e-8),
        )
        assert found.notes == ()
    assert single.method.code == "one_sample_t"


def test_one_sample_equals_paired_against_a_constant_and_drops_missing():
    found = compare_to_norm([*DRUG_1, NAN], 1.0)
    paired = compare_paired(DRUG_1, [1.0] * 10)
    assert found.n == (10,)
    assert (found.p, found.low, found.se) == (
        pytest.approx(paired.p),
        pytest.approx(paired.low),
        pytest.approx(paired.se),
    )


def test_signed_ranks_of_hollander_and_wolfe_are_exact():
    found = compare_signed_ranks(FIRST, SECOND)
    assert found.method.code == "signed_rank_exact"
    assert (found.n, found.notes) == ((9,), ())
    assert found.statistic == 40
    assert found.p == pytest.approx(2 * 0.01953125, rel=1e-12)  # R prints the one-sided 0.01953
    assert found.estimate == pytest.approx((40 - 5) / 45)
    half = 1.959963984540054 * math.sqrt((2 * 729 + 3 * 81 + 9) / 6) / 45
    assert found.low == pytest.approx(math.tanh(math.atanh(35 / 45) - half))
    assert found.high == pytest.approx(math.tanh(math.atanh(35 / 45) + half))


def test_signed_ranks_with_ties_or_no_change_use_the_corrected_normal():
    x, y = [5, 7, 9, 4, 6, 8, 7], [4, 5, 7, 8, 6, 5, 6]  # changes 1 2 2 -4 0 3 1: ranks 1.5 3.5 3.5 6 - 5 1.5
    found = compare_signed_ranks(x, y)
    assert (found.statistic, found.n) == (15.0, (7,))
    sigma = math.sqrt(6 * 7 * 13 / 24 - (6 + 6) / 48)
    z = (15 - 10.5 - 0.5) / sigma
    assert found.p == pytest.approx(math.erfc(z / math.sqrt(2)), rel=1e-12)
    assert found.method.code == "signed_rank_normal"
    unchanged_only = compare_signed_ranks([5, 7, 10, 4], [4, 5, 6, 4])
    assert unchanged_only.method.code == "signed_rank_normal"


def test_fifty_scores_are_too_many_for_exact_ranks():
    x = np.arange(50) + 0.25
    assert compare_ranks(x, [3.0, 7.5]).method.code == "mann_whitney_normal"
    assert compare_ranks(x[:49], [3.0, 7.5]).method.code == "mann_whitney_exact"
    change = np.arange(1, 51) * np.where(np.arange(50) % 3, 1, -1)
    assert compare_signed_ranks(change, np.zeros(50)).method.code == "signed_rank_normal"
    assert compare_signed_ranks(change[:49], np.zeros(49)).method.code == "signed_rank_exact"


def test_signed_ranks_in_perfect_agreement_have_a_correlation_of_one_without_width():
    found = compare_signed_ranks([2, 4, 6], [1, 2, 3])
    assert (found.estimate, found.low, found.high) == (1.0, 1.0, 1.0)
    assert found.p == pytest.approx(0.25)


def test_description_by_hand():
    found = describe_sample([2, 4, NAN, 9])
    assert (found.n, found.mean, found.median) == (3, 5, 4)
    assert found.sd == pytest.approx(math.sqrt(13))
    assert found.se == pytest.approx(math.sqrt(13 / 3))
    assert found.high == pytest.approx(5 + 4.30265273 * math.sqrt(13 / 3), rel=1e-8)  # t_2(.975)
    assert found.low == pytest.approx(10 - found.high)
    assert found.notes == ()


def test_equivalence_stands_on_paired_and_site_level_tests():
    paired = assess_equivalence(compare_paired(DRUG_1, DRUG_2), margin=2.0)
    se = 1.58 / 4.062128
    assert paired.p > 0.05
    assert paired.p == pytest.approx(student.sf((-1.58 + 2) / se, 9), rel=1e-5)
    assert (paired.low, paired.high) == (
        pytest.approx(-1.58 - 1.83311293 * se, rel=1e-6),  # t_9(.95)
        pytest.approx(-1.58 + 1.83311293 * se, rel=1e-6),
    )
    sites = compare_sites([50.0, 50.2, 50.1, 49.9], [1, 0, 0, 1]).test
    assert 0.001 < assess_equivalence(sites, margin=1.0).p < 0.05


sample = st.lists(st.floats(-100, 100).map(lambda v: round(v, 2)), min_size=3, max_size=15).map(
    lambda v: [*v, 11.0, 29.0]
)


@given(sample, sample)
def test_swapping_the_groups_mirrors_every_comparison(x, y):
    for test in (compare_welch, compare_student, hedges_g, compare_ranks):
        there, back = test(x, y), test(y, x)
        assert back.estimate == pytest.approx(-there.estimate, abs=1e-9)
        assert back.low == pytest.approx(-there.high, abs=1e-6)
        assert back.high == pytest.approx(-there.low, abs=1e-6)


@given(sample, sample, st.floats(0.1, 50), st.floats(-500, 500))
def test_standardized_and_ranked_results_ignore_the_unit_of_the_scores(x, y, factor, shift):
    moved = [factor * v + shift for v in x], [factor * v + shift for v in y]
    assert hedges_g(*moved).estimate == pytest.approx(hedges_g(x, y).estimate, abs=1e-6)
    assert compare_welch(*moved).p == pytest.approx(compare_welch(x, y).p, abs=1e-6)


@given(sample, sample)
def test_interval_and_p_tell_the_same_story(x, y):
    for test in (compare_welch, compare_student):
        found = test(x, y)
        assert 0 <= found.p <= 1
        if abs(found.p - 0.05) > 1e-6:
            assert (found.low > 0 or found.high < 0) == (found.p < 0.05)
    g, student = hedges_g(x, y), compare_student(x, y)
    if abs(student.p - 0.05) > 1e-6:
        assert (g.low > 0 or g.high < 0) == (student.p < 0.05)


@given(sample, sample)
def test_rank_biserial_is_the_share_of_pairs_won_less_those_lost(x, y):
    found = compare_ranks(x, y)
    assert -1 <= found.low <= found.estimate <= found.high <= 1
    wins = sum((a > b) + 0.5 * (a == b) for a in x for b in y)
    assert found.statistic == pytest.approx(wins)
    assert found.estimate == pytest.approx(2 * wins / (len(x) * len(y)) - 1)


@given(st.floats(-40, 40).map(lambda t: round(t, 6)), st.floats(1, 300))
def test_noncentrality_limits_put_the_statistic_at_the_tails(t, df):
    low, high = bound_noncentrality(t, df)
    tail = 0.025
    sign, inner, outer = (1, low, high) if t >= 0 else (-1, -high, -low)
    assert low < high
    assert nct.cdf(sign * t, df, inner) == pytest.approx(1 - tail, abs=1e-7)
    assert nct.cdf(sign * t, df, outer) == pytest.approx(tail, abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize(("n_x", "n_y", "d"), [(10, 10, 0.0), (8, 14, 0.6), (5, 20, 1.5)])
def test_noncentral_intervals_cover_the_true_effect(n_x, n_y, d):
    rng = np.random.default_rng(1908)
    covered, half = 0, (n_x + n_y) / 2 - 1
    correction = math.exp(math.lgamma(half) - math.log(half) / 2 - math.lgamma(half - 0.5))  # Hedges' J, by hand
    for _ in range(3000):  # standard error .004
        found = hedges_g(rng.normal(d, 1, n_x), rng.normal(0, 1, n_y))
        covered += found.low <= d * correction <= found.high
    assert covered / 3000 == pytest.approx(0.95, abs=0.0125)


@pytest.mark.slow
def test_two_one_sided_tests_hold_their_level_at_the_margin():
    rng = np.random.default_rng(1987)
    claimed = 0
    for _ in range(4000):  # standard error .0034
        welch = compare_welch(rng.normal(1, 1, 20), rng.normal(0, 1.5, 30))
        claimed += assess_equivalence(welch, margin=1.0).p < 0.05
    assert claimed / 4000 == pytest.approx(0.05, abs=0.0125)
