"""What comparisons say of data that are too small, constant or tied; beside R's answer where it gives one."""

import json
import math
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from sos_score.statistics.anova import analyse_variance, compare_pairs, compare_welch_anova
from sos_score.statistics.descriptives import describe_sample, keep_pairs
from sos_score.statistics.effect_sizes import (
    bound_noncentrality,
    cohens_d,
    hedges_g,
    hedges_g_normal,
    standardize_change,
)
from sos_score.statistics.equivalence import assess_equivalence
from sos_score.statistics.estimate import NO_FREEDOM, NO_VARIATION, infer_t
from sos_score.statistics.multiplicity import adjust_p
from sos_score.statistics.permutation import permute_sites
from sos_score.statistics.ranks import compare_ranks, compare_signed_ranks
from sos_score.statistics.regression.cluster_robust import infer_cr1s, infer_cr2, list_members
from sos_score.statistics.regression.did import adjust_for_first, compare_changes, fit_changes
from sos_score.statistics.regression.ols import fit_least_squares, infer_classic, infer_hc3
from sos_score.statistics.sites import average_changes, average_sites, compare_sites
from sos_score.statistics.t_tests import compare_paired, compare_student, compare_to_norm, compare_welch

R = json.loads((Path(__file__).parents[1] / "golden" / "statistics" / "edge.json").read_text())
NAN = math.nan


def number(value):
    return float(value) if isinstance(value, str) else value


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
    assert found.notes == (NO_VARIATION,)
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
    assert found.notes == (NO_VARIATION,)
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
        assert found.superiority == pytest.approx(r["cles"])
        assert found.ties is r["ties"]
    assert compare_ranks([3, 3, 3], [3, 3, 3]).notes == ("every score is tied, so there is nothing to test",)


def test_mann_whitney_of_an_empty_side_has_a_note_and_nothing_else():
    found = compare_ranks([], [1, 2])
    assert found.n == (0, 2)
    assert all(math.isnan(v) for v in (found.statistic, found.p, found.estimate, found.low, found.superiority))
    assert found.notes == ("a rank test needs a score on each side",)


def test_scores_equal_but_for_rounding_tie():
    # 0.1 + 0.2 ties with 0.3: of the 4 x 5 pairs one is a half, so U = 9.5 where untied floats give 10
    found = compare_ranks([0.1 + 0.2, 1, 2, 3], [0.3, 0.5, 1.5, 2.5, 4])
    assert found.ties is True
    assert found.statistic == 9.5
    assert compare_signed_ranks([0.1 + 0.2, 1, 5], [0.3, 3, 2]).n_unchanged == 1


def test_signed_ranks_need_a_change():
    for x, n, why in (
        ([1, 2], 2, "nobody changed, so there is nothing to rank"),
        ([NAN, NAN], 0, "no person has both scores"),
    ):
        found = compare_signed_ranks(x, [1, 2])
        assert found.n == (n,)
        assert math.isnan(found.p)
        assert math.isnan(found.estimate)
        assert found.notes == (why,)


def test_standardized_differences_of_small_and_constant_groups_agree_with_r():
    assert R["g_constant"]["error"]
    assert math.isnan(hedges_g([3, 3, 3], [3, 3, 3]).estimate)
    for name, x, y in (("g_n2", [3, 4], [2, 5]), ("g_one_constant", [3, 3, 3], [2, 3, 4])):
        r, found = R[name]["value"], hedges_g(x, y)
        assert found.estimate == r["estimate"] == 0
        assert found.low == pytest.approx(r["ci_low"], abs=1e-4)
        assert found.high == pytest.approx(r["ci_high"], abs=1e-4)
    for effect in (cohens_d, hedges_g, hedges_g_normal):
        for x, y in (([3], [2, 3, 4]), ([3, 3], [4, 4]), ([], [])):
            found = effect(x, y)
            assert math.isnan(found.estimate)
            assert math.isnan(found.low)
            assert math.isnan(found.high)
            assert len(found.notes) == 1


def test_standardized_changes_of_one_pair_two_pairs_and_constant_changes():
    one = standardize_change([3], [1])
    assert one.mean_change == 2.0
    assert math.isnan(one.sd_change)
    assert math.isnan(one.d_z.estimate)
    assert math.isnan(one.d_av.estimate)
    assert one.notes
    two = standardize_change([3, 6], [1, 2])
    assert two.r == pytest.approx(1.0)
    assert two.d_z.estimate == pytest.approx(3 / math.sqrt(2))
    assert math.isnan(two.g_z.estimate)
    assert two.g_z.notes == ("Hedges' correction is undefined for two pairs",)
    alike = standardize_change([2, 3, 4], [1, 2, 3])
    assert math.isnan(alike.d_z.estimate)
    assert alike.d_av.estimate == pytest.approx(1.0)
    assert math.isnan(alike.d_av.low)
    assert alike.d_av.notes == ("everyone changed by the same amount, so there is no interval",)
    still = standardize_change([2, 2, 2], [1, 2, 3])
    assert math.isnan(still.r)
    assert math.isnan(still.d_rm)
    assert still.d_z.estimate == 0.0
    assert still.notes == ("one of the two scores does not vary, so they have no correlation",)
    nobody = standardize_change([], [])
    assert nobody.n == 0
    assert math.isnan(nobody.mean_change)


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
    assert (nothing.n, nothing.n_missing) == (0, 2)
    assert all(
        math.isnan(getattr(nothing, f.name))
        for f in fields(nothing)
        if f.name not in ("n", "n_missing", "level", "notes")
    )
    assert nothing.notes == ("no scores to describe",)
    one = describe_sample([4])
    assert (one.n, one.mean, one.median, one.minimum, one.maximum) == (1, 4.0, 4.0, 4.0, 4.0)
    assert math.isnan(one.sd)
    assert math.isnan(one.se)
    assert math.isnan(one.low)
    assert one.notes == ("one score has no standard deviation",)
    constant = describe_sample([0.1, 0.1, 0.1])
    assert (constant.sd, constant.se) == (0.0, 0.0)
    assert math.isnan(constant.high)
    assert constant.notes == ("the scores do not vary, so their mean has no interval",)


def test_welch_anova_refuses_a_group_of_one_and_a_constant_group_as_r_does():
    assert R["welch_anova_group_n1"]["error"] == "not enough observations"
    single = compare_welch_anova([[1, 2, 3], [4, 5, 6], [7]])
    assert math.isnan(single.p)
    assert single.notes == ("a group with fewer than two scores has no variance",)
    r, constant = (
        R["welch_anova_constant_group"]["value"],
        compare_welch_anova([[1, 2, 3], [4, 4, 4], [7, 8, 9]]),
    )
    assert constant.df1 == r["df1"]
    assert all(math.isnan(v) for v in (constant.statistic, constant.df2, constant.p))
    assert constant.notes
    assert compare_welch_anova([[1, 2, 3]]).notes == ("Welch's ANOVA needs two groups",)


def test_anova_needs_groups_scores_and_variation():
    for groups in ([[1, 2, 3]], [[1], [2]], [[1, 2], []], []):
        found = analyse_variance(groups)
        assert math.isnan(found.statistic)
        assert math.isnan(found.ss_between)
        assert found.notes == ("an analysis of variance needs two groups and more scores than groups",)
    flat = analyse_variance([[1.1, 1.1], [2.2, 2.2]])
    assert math.isnan(flat.statistic)
    assert math.isnan(flat.eta2)
    assert (flat.ss_within, flat.ms_within) == (0.0, 0.0)
    assert flat.ss_between == pytest.approx(1.21)
    assert flat.notes == ("within groups the scores do not vary, so the difference cannot be tested",)
    without_empty = analyse_variance([[1, 2, 3], [], [2, 4, 6]])
    assert without_empty.n == (3, 0, 3)
    assert without_empty.statistic == analyse_variance([[1, 2, 3], [2, 4, 6]]).statistic


def test_games_howell_leaves_out_single_and_constant_groups():
    pairs = compare_pairs([[1, 2, 3], [7], [4, 4, 4], [2, 4, 6], []])
    assert list(pairs) == [(a, b) for a in range(5) for b in range(a + 1, 5)]
    assert math.isfinite(pairs[0, 3].p)
    assert pairs[0, 3] == compare_pairs([[1, 2, 3], [2, 4, 6]])[0, 1]
    assert_refused(pairs[0, 1], -5.0)
    assert pairs[0, 1].notes == ("a group with fewer than two scores has no variance",)
    assert_refused(pairs[0, 2], -2.0)
    assert pairs[0, 2].notes == ("a group whose scores do not vary takes no part",)
    assert_refused(pairs[0, 4], NAN)
    assert_refused(compare_pairs([[1, 2], [3]])[0, 1], -1.5)


def test_equivalence_of_an_untested_difference_is_not_claimed():
    found = assess_equivalence(compare_welch([3, 3], [3, 3]), margin=1.0)
    assert found.equivalent is False
    assert all(math.isnan(v) for v in (found.p, found.p_lower, found.t_upper, found.low, found.high))
    assert found.notes == (NO_VARIATION,)
    with pytest.raises(ValueError, match="margin"):
        assess_equivalence(compare_welch([3, 4], [3, 5]), margin=0.0)


def test_confidence_levels_outside_0_to_1_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="level"):
        infer_t("t", (3,), 1.0, 1.0, 2.0, level=95.0)


def test_difference_in_differences_needs_both_arms_at_both_waves():
    y, post = [1.0, 2, 3, 4, 5, 6], [0, 1, 0, 1, 0, 1]
    found = compare_changes(y, [1] * 6, post, list("aabbcc"), list("uvwxyz"))
    assert found.n == (0, 3, 0, 3)
    assert math.isnan(found.means[0])
    for name in ("classic", "hc3", "cr2_site", "cr2_person", "cr1s_site"):
        estimate = getattr(found, name)
        assert_refused(estimate, NAN)
        assert "identify" in estimate.notes[0]
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
        assert found[name].notes == (
            "one cluster alone fixes part of this coefficient, so its error cannot be estimated",
        )
    for name in ("intercept", "post"):
        assert math.isfinite(found[name].p)


def test_one_cluster_has_no_clustered_error():
    fit = fit_least_squares([1, 2, 4, 3], [[1, 0], [1, 1], [1, 2], [1, 3]], ["intercept", "slope"])
    for infer in (infer_cr2, infer_cr1s):
        found = infer(fit, ["a"] * 4)["slope"]
        assert_refused(found, 0.8)
        assert "two clusters" in found.notes[0]


def test_one_person_alone_in_a_cell_stops_hc3_only():
    fit = fit_changes([1, 2, 3, 4, 9], [0, 0, 0, 0, 1], [0, 0, 1, 1, 0])
    assert fit.notes
    fit = fit_changes([1, 2, 3, 5, 9, 7, 8], [0, 0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 0, 1, 1])
    robust, classic = infer_hc3(fit)["treated:post"], infer_classic(fit)["treated:post"]
    assert_refused(robust, classic.estimate)
    assert robust.notes == ("one person alone fixes part of the fit, so HC3 is undefined",)
    assert math.isfinite(classic.p)


def test_a_constant_outcome_has_coefficients_but_no_tests():
    fit = fit_changes([4.4] * 8, [0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1] * 2)
    clusters = list("abababab")
    for found in (infer_classic(fit), infer_hc3(fit), infer_cr1s(fit, clusters), infer_cr2(fit, clusters)):
        assert found["intercept"].estimate == pytest.approx(4.4)
        assert math.isnan(found["treated:post"].p)
        assert found["treated:post"].se == 0.0
    assert math.isnan(fit.r2)


def test_no_degrees_of_freedom_left_gives_no_test():
    fit = fit_changes([1, 2, 3, 5], [0, 0, 1, 1], [0, 1, 0, 1])
    assert fit.df == 0
    assert fit.coefficients[3] == pytest.approx(1.0)
    classic = infer_classic(fit)["treated:post"]
    assert math.isnan(classic.p)
    assert classic.notes == (NO_FREEDOM,)
    assert math.isnan(infer_cr1s(fit, list("abcd"))["treated:post"].p)


def test_people_without_an_id_are_clusters_of_their_own():
    assert [rows.tolist() for rows in list_members(["a", None, NAN, "a", None], 5)] == [[0, 3], [1], [2], [4]]
    with pytest.raises(ValueError, match="one cluster a row"):
        list_members(["a"], 2)


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
        assert math.isnan(found.partial_eta2)
        assert math.isnan(found.adjusted_treated.estimate)
        assert math.isnan(found.slopes_p)
        assert found.notes
    three = adjust_for_first([1, 2, 4], [1, 3, 2], [0, 0, 1])
    assert math.isfinite(three.effect.estimate)
    assert math.isnan(three.effect.p)
    assert math.isnan(adjust_for_first([1, 2, 4, 3], [1, 3, 2, 4], [0, 0, 1, 1]).slopes_p)


def test_sites_missing_at_a_wave_are_left_out_with_a_note():
    changes = average_changes([1, 2, 3, 4], ["a", "a", "b", "c"], [0, 1, 1, 0])
    assert changes["a"] == 1.0
    assert math.isnan(changes["b"])
    assert math.isnan(changes["c"])
    found = compare_sites([*changes.values(), 4.0], [1, 0, 0, 0])
    assert found.permutation.notes == ("2 site(s) without a value are left out",)
    assert found.permutation.n == found.test.n == (1, 1)
    assert found.permutation.p == 1.0
    assert found.permutation.smallest_p == 1.0
    assert_refused(found.test, -3.0)
    with pytest.raises(ValueError, match="one site a score"):
        average_sites([1, 2], ["a"])


def test_one_arm_cannot_be_permuted():
    found = permute_sites([1.0, 2.0], [True, True])
    assert found.n == (2, 0)
    assert all(math.isnan(v) for v in (found.estimate, found.p, found.p_greater, found.p_less, found.smallest_p))
    assert found.notes == ("a permutation needs a site in each arm",)
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
