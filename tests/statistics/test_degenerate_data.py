"""What comparisons say of data that are too small, constant or tied; beside R's answer where it gives one."""

import json
import math
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from sos_score.notes import note
from sos_score.statistics.anova import compare_pairs, compare_welch_anova
from sos_score.statistics.effect_sizes import hedges_g, standardize_change
from sos_score.statistics.equivalence import assess_equivalence
from sos_score.statistics.estimate import describe_sample, keep_pairs
from sos_score.statistics.multiplicity import adjust_p
from sos_score.statistics.noncentral import bound_noncentrality
from sos_score.statistics.permutation import permute_sites
from sos_score.statistics.ranks import compare_ranks, compare_signed_ranks
from sos_score.statistics.regression.cluster_robust import code_clusters, infer_cr2
from sos_score.statistics.regression.did import adjust_for_first, compare_changes, fit_changes
from sos_score.statistics.regression.ols import fit_least_squares, infer_classic, infer_hc3
from sos_score.statistics.site_comparison import compare_sites
from sos_score.statistics.t_tests import compare_paired, compare_student, compare_to_norm, compare_welch

R = json.loads((Path(__file__).parents[1] / "golden" / "statistics" / "edge.json").read_text())
NAN = math.nan


def number(value):
    return float(value) if isinstance(value, str) else value


def codes(found):
    return [each.code for each in found.notes]


def assert_refused(found, estimate):
    assert found.estimate == pytest.approx(estimate, nan_ok=True)
    for name in ("statistic", "p", "low", "high"):
        assert math.isnan(getattr(found, name)), name
    assert found.notes


def assert_like_r(found, name):
    r = R[name]["value"]
    for ours, theirs in (
        ("statistic", "statistic"),
        ("df", "df"),
        ("p", "p"),
        ("low", "conf_low"),
        ("high", "conf_high"),
        ("estimate", "mean_diff"),
        ("se", "stderr"),
    ):
        assert getattr(found, ours) == pytest.approx(number(r[theirs]), rel=1e-8, abs=1e-8, nan_ok=True)


def test_welch_of_two_constant_groups_is_refused_as_in_r():
    assert R["welch_constant"]["error"] == "data are essentially constant"
    found = compare_welch([3, 3, 3], [3, 3, 3])
    assert_refused(found, 0.0)
    assert codes(found) == ["no_variation"]
    assert_refused(compare_welch([3.3, 3.3, 3.3], [3.1, 3.1]), 0.2)


def test_welch_with_one_constant_group_or_two_a_side_goes_through_as_in_r():
    assert_like_r(compare_welch([3, 3, 3], [2, 3, 4]), "welch_one_constant")
    assert_like_r(compare_welch([3, 4], [2, 5]), "welch_n2")


def test_one_score_a_side_stops_welch_but_not_student_as_in_r():
    assert R["welch_n1"]["error"] == "not enough 'x' observations"
    assert_refused(compare_welch([3], [2, 3, 4]), 0.0)
    assert_like_r(compare_student([3], [2, 3, 4]), "student_n1")
    assert_refused(compare_student([3], [2]), 1.0)
    assert_refused(compare_student([], [2, 3, 4]), NAN)
    assert_refused(compare_welch([], []), NAN)


def test_nobody_changing_and_everyone_changing_alike_have_no_p():
    found = compare_paired([1, 2, 3], [1, 2, 3])
    assert_like_r(found, "paired_no_change")
    assert codes(found) == ["no_variation"]
    assert R["paired_same_change"]["error"] == "data are essentially constant"
    assert_refused(compare_paired([2, 3, 4], [1, 2, 3]), 1.0)


def test_a_constant_change_is_seen_through_rounding():
    before = np.array([50.3, 7.7, 61.9, 0.3])
    found = compare_paired(before + 0.1, before)
    assert (before + 0.1 - before).std() > 0
    assert_refused(found, 0.1)
    assert found.se == 0.0


def test_one_pair_is_refused_as_in_r():
    assert R["paired_n1"]["error"] == "not enough 'x' observations"
    assert_refused(compare_paired([2], [1]), 1.0)
    assert_refused(compare_paired([2, NAN], [NAN, 1]), NAN)


def test_pairs_of_unequal_length_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="one length"):
        keep_pairs([1, 2], [1])


def test_comparison_with_a_norm_refuses_one_score_and_constants():
    assert_refused(compare_to_norm([44], 50), -6.0)
    assert_refused(compare_to_norm([44, 44, 44], 50), -6.0)
    assert_refused(compare_to_norm([], 50), NAN)


def test_mann_whitney_of_tied_single_and_separated_scores_agrees_with_r():
    for name, x, y in (
        ("mwu_all_tied", [3, 3, 3], [3, 3, 3]),
        ("mwu_n1", [3], [2, 4, 5]),
        ("mwu_separated", [1, 2, 3, 4], [5, 6, 7, 8]),
    ):
        r, found = R[name]["value"], compare_ranks(x, y)
        assert found.statistic == r["U_x"]
        assert found.p == pytest.approx(number(r["p_R_default"]), rel=1e-8, nan_ok=True)
        assert (found.estimate, found.low, found.high) == (
            pytest.approx(r["rank_biserial"]),
            pytest.approx(r["rb_ci_low"]),
            pytest.approx(r["rb_ci_high"]),
        )
        assert (found.estimate + 1) / 2 == pytest.approx(r["cles"])
    assert codes(compare_ranks([3, 3, 3], [3, 3, 3])) == ["all_tied"]


def test_mann_whitney_of_an_empty_side_has_a_note_and_nothing_else():
    found = compare_ranks([], [1, 2])
    assert found.n == (0, 2)
    assert all(math.isnan(v) for v in (found.statistic, found.p, found.estimate, found.low))
    assert codes(found) == ["rank_side_empty"]


def test_scores_equal_but_for_rounding_tie():
    # 0.1 + 0.2 ties with 0.3: of the 4 x 5 pairs one is a half, so U = 9.5 where untied floats give 10
    found = compare_ranks([0.1 + 0.2, 1, 2, 3], [0.3, 0.5, 1.5, 2.5, 4])
    assert found.statistic == 9.5
    assert compare_signed_ranks([0.1 + 0.2, 1, 5], [0.3, 3, 2]).method.code == "signed_rank_normal"  # one is unchanged


def test_signed_ranks_need_a_change():
    for x, n, why in (
        ([1, 2], 2, "nobody_changed"),
        ([NAN, NAN], 0, "no_person_both"),
    ):
        found = compare_signed_ranks(x, [1, 2])
        assert found.n == (n,)
        assert math.isnan(found.p)
        assert math.isnan(found.estimate)
        assert codes(found) == [why]


def test_standardized_differences_of_small_and_constant_groups_agree_with_r():
    assert R["g_constant"]["error"]
    assert math.isnan(hedges_g([3, 3, 3], [3, 3, 3]).estimate)
    for name, x, y in (("g_n2", [3, 4], [2, 5]), ("g_one_constant", [3, 3, 3], [2, 3, 4])):
        r, found = R[name]["value"], hedges_g(x, y)
        assert found.estimate == r["estimate"] == 0
        assert found.low == pytest.approx(r["ci_low"])
        assert found.high == pytest.approx(r["ci_high"])
    for x, y, why in (([3], [2, 3, 4], "too_few"), ([3, 3], [4, 4], "no_sd"), ([], [], "too_few")):
        found = hedges_g(x, y)
        assert math.isnan(found.estimate)
        assert math.isnan(found.low)
        assert math.isnan(found.high)
        assert codes(found) == [f"effect_{why}"]


def test_standardized_changes_of_one_pair_two_pairs_and_constant_changes():
    for x, y in (([3], [1]), ([], [])):
        found = standardize_change(x, y)
        assert all(math.isnan(v) for v in (found.estimate, found.low, found.high))
        assert codes(found) == ["effect_too_few"]
    two = standardize_change([3, 6], [1, 2])
    assert math.isnan(two.estimate)
    assert codes(two) == ["effect_two_pairs"]
    alike = standardize_change([2, 3, 4], [1, 2, 3])
    assert alike.estimate == pytest.approx(1 / math.pi**0.5)  # Hedges' J of 2 df
    assert math.isnan(alike.low)
    assert codes(alike) == ["effect_same_change"]
    still = standardize_change([2, 2, 2], [1, 2, 3])
    assert still.estimate == 0.0
    assert still.low == pytest.approx(-still.high)
    assert codes(still) == []
    constant = standardize_change([2, 2, 2], [1, 1, 1])
    assert math.isnan(constant.estimate)
    assert codes(constant) == ["effect_no_sd"]


def test_noncentrality_of_something_not_finite_is_unknown():
    for t, df in ((NAN, 5), (math.inf, 5), (1.0, 0.0), (1.0, NAN)):
        assert all(math.isnan(limit) for limit in bound_noncentrality(t, df))


@pytest.mark.parametrize(("t", "df"), [(200.0, 3.0), (-80.0, 28.0), (0.0, 1.0), (35.0, 1.0), (1000.0, 10.0)])
def test_noncentrality_limits_hold_for_extreme_statistics(t, df):
    from scipy.stats import nct

    low, high = bound_noncentrality(t, df)
    assert low < high
    assert nct.cdf(t, df, low) == pytest.approx(0.975, abs=1e-6)
    assert nct.cdf(t, df, high) == pytest.approx(0.025, abs=1e-6)


def test_huge_statistics_take_the_limit_of_the_noncentral_t():
    for df in (1.0, 5.0, 30.0, 2000.0):
        (low, high), beyond = bound_noncentrality(2999.0, df), bound_noncentrality(3001.0, df)
        assert beyond == (
            pytest.approx(low * 3001 / 2999, rel=1e-5),
            pytest.approx(high * 3001 / 2999, rel=1e-5),
        )
    assert bound_noncentrality(-1e12, 12) == tuple(-v for v in bound_noncentrality(1e12, 12)[::-1])


def test_description_of_nothing_one_score_and_constants():
    nothing = describe_sample([NAN, NAN])
    assert nothing.n == 0
    assert all(math.isnan(getattr(nothing, f.name)) for f in fields(nothing) if f.name not in ("n", "notes"))
    assert codes(nothing) == ["no_scores"]
    one = describe_sample([4])
    assert (one.n, one.mean, one.median) == (1, 4.0, 4.0)
    assert math.isnan(one.sd)
    assert math.isnan(one.se)
    assert math.isnan(one.low)
    assert codes(one) == ["one_score_no_sd"]
    constant = describe_sample([0.1, 0.1, 0.1])
    assert (constant.sd, constant.se) == (0.0, 0.0)
    assert math.isnan(constant.high)
    assert codes(constant) == ["constant_no_interval"]


def test_welch_anova_refuses_a_group_of_one_and_a_constant_group_as_r_does():
    assert R["welch_anova_group_n1"]["error"] == "not enough observations"
    single = compare_welch_anova([[1, 2, 3], [4, 5, 6], [7]])
    assert math.isnan(single.p)
    assert codes(single) == ["group_too_small"]
    r, constant = (
        R["welch_anova_constant_group"]["value"],
        compare_welch_anova([[1, 2, 3], [4, 4, 4], [7, 8, 9]]),
    )
    assert constant.df1 == r["df1"]
    assert all(math.isnan(v) for v in (constant.statistic, constant.df2, constant.p))
    assert codes(constant) == ["group_infinite_weight"]
    assert codes(compare_welch_anova([[1, 2, 3]])) == ["welch_anova_too_few"]


def test_games_howell_leaves_out_single_and_constant_groups():
    pairs = compare_pairs([[1, 2, 3], [7], [4, 4, 4], [2, 4, 6], []])
    assert list(pairs) == [(a, b) for a in range(5) for b in range(a + 1, 5)]
    assert math.isfinite(pairs[0, 3].p)
    assert pairs[0, 3] == compare_pairs([[1, 2, 3], [2, 4, 6]])[0, 1]
    assert_refused(pairs[0, 1], -5.0)
    assert codes(pairs[0, 1]) == ["group_too_small"]
    assert_refused(pairs[0, 2], -2.0)
    assert codes(pairs[0, 2]) == ["group_no_part"]
    assert_refused(pairs[0, 4], NAN)
    assert_refused(compare_pairs([[1, 2], [3]])[0, 1], -1.5)


def test_equivalence_of_an_untested_difference_is_not_claimed():
    found = assess_equivalence(compare_welch([3, 3], [3, 3]), margin=1.0)
    assert all(math.isnan(v) for v in (found.p, found.low, found.high))
    with pytest.raises(ValueError, match="margin"):
        assess_equivalence(compare_welch([3, 4], [3, 5]), margin=0.0)


def test_difference_in_differences_needs_both_arms_at_both_waves():
    y, post = [1.0, 2, 3, 4, 5, 6], [0, 1, 0, 1, 0, 1]
    found = compare_changes(y, [1] * 6, post, list("aabbcc"), list("uvwxyz"))
    assert found.n == (0, 3, 0, 3)
    assert math.isnan(found.means[0])
    for name in ("hc3", "cr2_site", "cr2_person"):
        estimate = getattr(found, name)
        assert_refused(estimate, NAN)
        assert codes(estimate)[0] == "not_identified"
    nobody = compare_changes([NAN], [1], [1], ["a"], ["p"])
    assert nobody.n == (0, 0, 0, 0)
    assert math.isnan(nobody.hc3.p)


def test_one_site_in_an_arm_leaves_no_site_clustered_error_for_what_that_arm_fixes():
    rng = np.random.default_rng(5)
    y = rng.normal(50, 10, 32)
    sites = np.repeat(list("abcd"), 8).tolist()
    treated, post = np.repeat([1, 0, 0, 0], 8), np.tile([0, 0, 0, 0, 1, 1, 1, 1], 4)
    found = infer_cr2(fit_changes(y, treated, post), sites)
    for name in ("treated", "treated:post"):
        assert_refused(found[name], found[name].estimate)
        assert math.isnan(found[name].se)
        assert codes(found[name]) == ["cluster_fixes"]
    for name in ("intercept", "post"):
        assert math.isfinite(found[name].p)


def test_one_cluster_has_no_clustered_error():
    fit = fit_least_squares([1, 2, 4, 3], [[1, 0], [1, 1], [1, 2], [1, 3]], ["intercept", "slope"])
    found = infer_cr2(fit, ["a"] * 4)["slope"]
    assert_refused(found, 0.8)
    assert codes(found)[0] == "two_clusters"


def test_one_person_alone_in_a_cell_stops_hc3_only():
    fit = fit_changes([1, 2, 3, 4, 9], [0, 0, 0, 0, 1], [0, 0, 1, 1, 0])
    assert fit.notes
    fit = fit_changes([1, 2, 3, 5, 9, 7, 8], [0, 0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 0, 1, 1])
    robust, classic = infer_hc3(fit)["treated:post"], infer_classic(fit)["treated:post"]
    assert_refused(robust, classic.estimate)
    assert codes(robust) == ["hc3_undefined"]
    assert math.isfinite(classic.p)


def test_a_constant_outcome_has_coefficients_but_no_tests():
    fit = fit_changes([4.4] * 8, [0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1] * 2)
    clusters = list("abababab")
    for found in (infer_classic(fit), infer_hc3(fit), infer_cr2(fit, clusters)):
        assert found["intercept"].estimate == pytest.approx(4.4)
        assert math.isnan(found["treated:post"].p)
        assert found["treated:post"].se == 0.0


def test_no_degrees_of_freedom_left_gives_no_test():
    fit = fit_changes([1, 2, 3, 5], [0, 0, 1, 1], [0, 1, 0, 1])
    assert fit.df == 0
    assert fit.coefficients[3] == pytest.approx(1.0)
    classic = infer_classic(fit)["treated:post"]
    assert math.isnan(classic.p)
    assert codes(classic) == ["no_freedom"]


def test_people_without_an_id_are_clusters_of_their_own():
    assert code_clusters(["a", None, NAN, "a", None], 5).tolist() == [0, 1, 2, 0, 3]
    assert code_clusters(np.array([7, -1, -1, 7, -1]), 5).tolist() == [0, 1, 2, 0, 3]
    with pytest.raises(ValueError, match="one cluster a row"):
        code_clusters(["a"], 2)


def test_a_design_of_the_wrong_shape_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="do not fit"):
        fit_least_squares([1, 2], [[1.0], [1.0]], ["a", "b"])


def test_covariance_analysis_needs_two_arms_and_first_scores_that_vary():
    for first, treated in (
        ([1, 1, 1, 1, 1], [0, 0, 1, 1, 1]),
        ([1, 2, 3, 4, 5], [1] * 5),
        ([NAN] * 5, [0] * 5),
    ):
        found = adjust_for_first([1, 2, 4, 3, 6], first, treated)
        assert_refused(found.effect, NAN)
        assert math.isnan(found.slopes_p)
        assert codes(found.effect) == ["not_identified"]
    three = adjust_for_first([1, 2, 4], [1, 3, 2], [0, 0, 1])
    assert math.isfinite(three.effect.estimate)
    assert math.isnan(three.effect.p)
    assert math.isnan(adjust_for_first([1, 2, 4, 3], [1, 3, 2, 4], [0, 0, 1, 1]).slopes_p)


def test_sites_without_a_value_are_left_out_with_a_note():
    found = compare_sites([1.0, NAN, NAN, 4.0], [1, 0, 0, 0])
    assert found.permutation.notes == (note("sites_no_value", sites=2),)
    assert found.test.n == (1, 1)
    assert found.permutation.p == 1.0
    assert found.permutation.smallest_p == 1.0
    assert_refused(found.test, -3.0)


def test_one_arm_cannot_be_permuted():
    found = permute_sites([1.0, 2.0], [True, True])
    assert all(math.isnan(v) for v in (found.estimate, found.p, found.smallest_p))
    assert codes(found) == ["permutation_no_arm"]
    with pytest.raises(ValueError, match="one arm a site"):
        permute_sites([1.0], [True, False])


def test_one_p_value_is_its_own_family_as_in_r():
    r = R["p_adjust_single"]["value"]
    assert adjust_p([0.03], "holm").tolist() == [r["holm"]]
    assert adjust_p([0.03], "bh").tolist() == [r["BH"]]
    assert adjust_p([], "holm").tolist() == []
    assert np.isnan(adjust_p([NAN, NAN], "bonferroni")).all()
    with pytest.raises(ValueError, match="holm, bonferroni, bh, none"):
        adjust_p([0.03], "sidak")
