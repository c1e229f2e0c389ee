"""Every comparison of the simulated four-site study against R's answer, field by field."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from sos_score.statistics.anova import analyse_variance, compare_welch_anova
from sos_score.statistics.descriptives import describe_sample
from sos_score.statistics.effect_sizes import cohens_d, hedges_g, hedges_g_normal, standardize_change
from sos_score.statistics.equivalence import assess_equivalence
from sos_score.statistics.multiplicity import adjust_p
from sos_score.statistics.permutation import permute_sites
from sos_score.statistics.ranks import compare_ranks
from sos_score.statistics.regression.cluster_robust import infer_cr1s, infer_cr2
from sos_score.statistics.regression.did import adjust_for_first, compare_changes, fit_changes
from sos_score.statistics.regression.ols import infer_classic, infer_hc3
from sos_score.statistics.sites import average_changes, average_sites, compare_sites
from sos_score.statistics.t_tests import compare_paired, compare_student, compare_welch

GOLDEN = Path(__file__).parents[1] / "golden" / "statistics"
R = json.loads((GOLDEN / "sites.json").read_text())
FAMILIES = json.loads((GOLDEN / "families.json").read_text())
with (GOLDEN / "sites.csv").open() as lines:
    ROWS = list(csv.DictReader(lines))
SCALES = ("PRO", "RIG", "RES", "ENG", "FUN", "STR")
SITES = (1, 2, 3, 4)
TERMS = ["(Intercept)", "treated", "post", "treated:post"]
CLOSED = 1e-8
NONCENTRAL = 1e-4
each_scale = pytest.mark.parametrize("scale", SCALES)
each_site = pytest.mark.parametrize("site", SITES)

SITE = np.array([int(row["site"]) for row in ROWS])
WAVE = np.array([row["wave"] for row in ROWS])
TREATED = np.array([row["group"] == "treated" for row in ROWS])
PERSON = [row["person"] for row in ROWS]


def scores(scale):
    return np.array([float(row[scale] or "nan") for row in ROWS])


def wave_of(scale, site, wave):
    return scores(scale)[(site == SITE) & (wave == WAVE)]


def linked(scale):
    """People with both scores: first, second, site, treated; in R's order, site then person."""
    held = {}
    for row in ROWS:
        held.setdefault(row["person"], {})[row["wave"]] = row
    both = [w for _, w in sorted(held.items()) if len(w) == 2 and w["T1"][scale] and w["T2"][scale]]
    both.sort(key=lambda w: (w["T1"]["site"], w["T1"]["person"]))
    return (
        np.array([float(w["T1"][scale]) for w in both]),
        np.array([float(w["T2"][scale]) for w in both]),
        np.array([int(w["T1"]["site"]) for w in both]),
        np.array([w["T1"]["group"] == "treated" for w in both]),
    )


def close(value, tolerance=CLOSED):
    return pytest.approx(value, rel=tolerance, abs=tolerance)


def assert_t(found, r, n):
    assert found.n == n
    assert found.level == 0.95
    assert found.notes == ()
    assert found.estimate == close(r["mean_diff"])
    assert found.se == close(r["stderr"])
    assert found.statistic == close(r["statistic"])
    assert found.df == close(r["df"])
    assert found.p == close(r["p"])
    assert found.low == close(r["conf_low"])
    assert found.high == close(r["conf_high"])


def assert_effect(found, r, n, t, df):
    assert found.n == n
    assert found.level == 0.95
    assert found.notes == ()
    assert found.estimate == close(r["estimate"])
    assert found.low == close(r["ci_low"], NONCENTRAL)
    assert found.high == close(r["ci_high"], NONCENTRAL)
    assert found.statistic == close(t)
    assert found.df == df


@each_scale
def test_describes_every_cell_as_r(scale):
    r = R[f"desc/{scale}"]
    for i, (site, wave) in enumerate(zip(r["site"], r["wave"], strict=True)):
        values = wave_of(scale, site, wave)
        present = values[~np.isnan(values)]
        found = describe_sample(values)
        n, mean, sd = r["n"][i], r["mean"][i], r["sd"][i]
        assert (found.n, found.n_missing) == (n, values.size - n)
        assert (found.mean, found.sd) == (close(mean), close(sd))
        assert found.se == close(sd / math.sqrt(n))
        assert (found.median, found.minimum, found.maximum) == (
            np.median(present),
            present.min(),
            present.max(),
        )
        assert (found.low + found.high) / 2 == close(mean)
        assert found.level == 0.95
        assert found.notes == ()


@each_scale
@each_site
def test_welch_and_student_agree_with_r(scale, site):
    x, y = wave_of(scale, site, "T2"), wave_of(scale, site, "T1")
    n = (int((~np.isnan(x)).sum()), int((~np.isnan(y)).sum()))
    welch, student = compare_welch(x, y), compare_student(x, y)
    assert_t(welch, R[f"welch/{scale}/site{site}"], n)
    assert_t(student, R[f"student/{scale}/site{site}"], n)
    assert (welch.method, student.method) == ("Welch t", "Student t")


@each_scale
@each_site
def test_paired_t_agrees_with_r(scale, site):
    first, second, sites, _ = linked(scale)
    here = sites == site
    r = R[f"paired/{scale}/site{site}"]
    found = compare_paired(second[here], first[here])
    assert_t(found, r, (r["n"],))
    assert found.method == "paired t"


@each_scale
@pytest.mark.parametrize("group", ["treated", "contrast"])
def test_paired_t_of_an_arm_agrees_with_r(scale, group):
    first, second, _, treated = linked(scale)
    here = treated == (group == "treated")
    r = R[f"paired_group/{scale}/{group}"]
    assert_t(compare_paired(second[here], first[here]), r, (r["n"],))


def test_paired_t_of_families_agrees_with_r():
    first, second = (np.array(FAMILIES[wave], dtype=float) for wave in ("T1", "T2"))
    assert_t(compare_paired(second, first), FAMILIES["paired"], (58,))


@each_scale
@each_site
def test_standardized_differences_agree_with_r(scale, site):
    x, y = wave_of(scale, site, "T2"), wave_of(scale, site, "T1")
    r = R[f"hedges_g_normal/{scale}/site{site}"]
    t = R[f"student/{scale}/site{site}"]["statistic"]
    n, df = (r["n1"], r["n2"]), r["n1"] + r["n2"] - 2
    d, g, normal = cohens_d(x, y), hedges_g(x, y), hedges_g_normal(x, y)
    assert_effect(d, R[f"cohens_d/{scale}/site{site}"], n, t, df)
    assert_effect(g, R[f"hedges_g/{scale}/site{site}"], n, t, df)
    assert d.estimate == close(r["d"])
    assert d.correction == 1.0
    assert g.correction == close(r["J_exact"])
    assert (normal.estimate, normal.low, normal.high) == (
        close(r["g"]),
        close(r["ci_low"]),
        close(r["ci_high"]),
    )
    assert (normal.high - normal.low) / 2 / 1.959963984540054 == close(r["se"])
    assert (normal.n, normal.statistic, normal.df, normal.correction, normal.level, normal.notes) == (
        n,
        close(t),
        df,
        close(r["J_exact"]),
        0.95,
        (),
    )
    assert [e.method for e in (d, g, normal)] == [
        "Cohen's d (pooled SD); noncentral t interval",
        "Hedges' g (pooled SD, exact J); noncentral t interval",
        "Hedges' g (pooled SD, exact J; normal interval)",
    ]


@each_scale
@each_site
def test_standardized_changes_agree_with_r(scale, site):
    first, second, sites, _ = linked(scale)
    here = sites == site
    r, paired = R[f"paired_d/{scale}/site{site}"], R[f"paired/{scale}/site{site}"]
    found = standardize_change(second[here], first[here])
    n, t = paired["n"], paired["statistic"]
    assert found.n == n
    assert found.r == close(paired["r"])
    assert found.mean_change == close(paired["mean_diff"])
    assert found.sd_change == close(paired["sd_diff"])
    assert_effect(found.d_z, r["dz"], (n,), t, n - 1)
    assert_effect(found.g_z, r["gz"], (n,), t, n - 1)
    assert found.d_rm == close(r["d_rm"])
    # d_av has no interval in R here: the limits of d_z on the scale of d_av (Algina and Keselman 2003)
    stretch = r["d_av"] / r["dz"]["estimate"]
    scaled = {"estimate": r["d_av"], **{k: stretch * r["dz"][k] for k in ("ci_low", "ci_high")}}
    assert_effect(found.d_av, scaled, (n,), t, n - 1)
    j = r["gz"]["estimate"] / r["dz"]["estimate"]
    assert_effect(found.g_av, {k: j * v for k, v in scaled.items()}, (n,), t, n - 1)
    assert (found.d_z.correction, found.g_z.correction, found.d_av.correction, found.g_av.correction) == (
        1.0,
        close(j),
        1.0,
        close(j),
    )
    assert [e.method.split(";")[0] for e in (found.d_z, found.g_z, found.d_av, found.g_av)] == [
        "d_z",
        "g_z",
        "d_av",
        "g_av",
    ]
    assert found.notes == ()


def assert_mann_whitney(found, r):
    assert found.n == (r["n1"], r["n2"])
    assert found.statistic == r["U_x"]
    assert found.ties == r["ties"]
    assert found.p == close(r["p_R_default"])
    assert found.estimate == close(r["rank_biserial"])
    assert found.low == close(r["rb_ci_low"])
    assert found.high == close(r["rb_ci_high"])
    assert found.superiority == close(r["cles"])
    assert ("exact" in found.method) == ("exact" in r["R_default_method"])
    assert found.level == 0.95
    assert found.notes == ()


@each_scale
@each_site
def test_mann_whitney_agrees_with_r(scale, site):
    found = compare_ranks(wave_of(scale, site, "T2"), wave_of(scale, site, "T1"))
    assert_mann_whitney(found, R[f"mwu/{scale}/site{site}"])


def test_mann_whitney_without_ties_is_exact_beyond_eight_a_side():
    x = [3.11, 4.02, 2.57, 5.93, 4.44, 6.18, 3.86, 5.21, 4.79]
    y = [2.31, 3.35, 1.94, 4.11, 2.78, 3.62, 5.02, 2.05, 3.97, 4.66]
    assert_mann_whitney(compare_ranks(x, y), R["mwu_noties/n9_n10"])
    small = compare_ranks([3.1, 4.0, 2.5, 5.9, 4.4], [2.3, 3.3, 1.9, 4.1, 2.7, 3.6])
    assert_mann_whitney(small, R["mwu_noties/n5_n6"])


@each_scale
@each_site
def test_two_one_sided_tests_agree_with_r(scale, site):
    r = R[f"tost/{scale}/site{site}"]
    welch = compare_welch(wave_of(scale, site, "T2"), wave_of(scale, site, "T1"))
    found = assess_equivalence(welch, margin=r["margin"])
    assert (found.margin, found.alpha, found.n, found.estimate, found.notes) == (
        5,
        0.05,
        welch.n,
        welch.estimate,
        (),
    )
    assert found.method == "TOST on Welch t"
    assert found.df == close(r["df"])
    assert (found.t_lower, found.p_lower) == (close(r["t_lower"]), close(r["p_lower"]))
    assert (found.t_upper, found.p_upper) == (close(r["t_upper"]), close(r["p_upper"]))
    assert found.p == close(r["p_tost"])
    assert (found.low, found.high) == (close(r["ci90_low"]), close(r["ci90_high"]))
    assert found.equivalent is r["equivalent_05"]


@each_scale
@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_analyses_of_variance_agree_with_r(scale, wave):
    groups = [wave_of(scale, site, wave) for site in SITES]
    n = tuple(int((~np.isnan(values)).sum()) for values in groups)
    r, found = R[f"anova/{scale}/{wave}"], analyse_variance(groups)
    assert (found.method, found.n, found.notes) == ("one-way ANOVA", n, ())
    assert (found.statistic, found.df1, found.df2, found.p) == tuple(close(r[k]) for k in ("F", "df1", "df2", "p"))
    for field in ("ss_between", "ss_within", "ms_between", "ms_within", "eta2", "omega2", "epsilon2"):
        assert getattr(found, field) == close(r[field])
    r, welch = R[f"welch_anova/{scale}/{wave}"], compare_welch_anova(groups)
    assert (welch.method, welch.n, welch.notes) == ("Welch ANOVA", n, ())
    assert (welch.statistic, welch.df1, welch.df2, welch.p) == tuple(close(r[k]) for k in ("F", "df1", "df2", "p"))


def assert_coefficients(found, table, df):
    assert table["_row"] == TERMS
    for i, estimate in enumerate(found.values()):
        assert estimate.estimate == close(table["estimate"][i])
        assert estimate.se == close(table["se"][i])
        assert estimate.statistic == close(table["t"][i])
        assert estimate.p == close(table["p"][i])
        assert estimate.df == close(df[i], 1e-6)
        if "ci_low" in table:
            assert (estimate.low, estimate.high) == (close(table["ci_low"][i]), close(table["ci_high"][i]))


@each_scale
def test_every_covariance_of_the_difference_in_differences_agrees_with_r(scale):
    y = scores(scale)
    there = ~np.isnan(y)
    fit = fit_changes(y[there], TREATED[there], WAVE[there] == "T2")
    sites, people = SITE[there].tolist(), [p for p, ok in zip(PERSON, there, strict=True) if ok]
    classic = R[f"did_classic/{scale}"]
    df = classic["df_resid"]
    assert fit.df == df
    assert fit.sigma == close(classic["sigma"])
    assert fit.r2 == close(classic["r2"])
    assert fit.notes == ()
    assert_coefficients(infer_classic(fit), classic["coef"], [df] * 4)
    assert_coefficients(infer_hc3(fit), R[f"did_hc3/{scale}"], [df] * 4)
    for name, clusters in (("site", sites), ("person", people)):
        table = R[f"did_cr2_{name}/{scale}"]
        assert_coefficients(infer_cr2(fit, clusters), table, table["df_satt"])
    n, k, m = classic["n"], 4, 4
    cr1s, r = infer_cr1s(fit, sites), R[f"did_cr1s_site/{scale}"]
    for theirs, estimate in zip(TERMS, cr1s.values(), strict=True):
        assert estimate.se == close(r["se_CR1S"][theirs])
        assert estimate.se / math.sqrt((n - 1) / (n - k)) == close(r["se_CR1"][theirs])
        assert estimate.se / math.sqrt(m / (m - 1) * (n - 1) / (n - k)) == close(r["se_CR0"][theirs])
        assert (estimate.n, estimate.df) == ((n, m), m - 1)


@each_scale
def test_difference_in_differences_of_people_gathers_the_five_tests(scale):
    y, post = scores(scale), WAVE == "T2"
    found = compare_changes(y, TREATED, post, SITE.tolist(), PERSON)
    r, cells = R[f"did_classic/{scale}"], R[f"desc/{scale}"]
    assert sum(found.n) == r["n"]
    contrast, treated, later_contrast, later_treated = found.means
    assert later_treated - treated - (later_contrast - contrast) == close(r["coef"]["estimate"][3])
    first = [cells["n"][i] for i in (1, 2)], [cells["n"][i] for i in (0, 3)]
    assert found.n[:2] == (sum(first[0]), sum(first[1]))
    for name in ("hc3", "cr2_site", "cr2_person"):
        table, estimate = R[f"did_{name}/{scale}"], getattr(found, name)
        assert (estimate.estimate, estimate.se) == (close(table["estimate"][3]), close(table["se"][3]))
        assert estimate.p == close(table["p"][3])
    assert found.classic.se == close(r["coef"]["se"][3])
    assert found.cr1s_site.se == close(R[f"did_cr1s_site/{scale}"]["se_CR1S"]["treated:post"])
    assert found.cr2_site.n == (r["n"], 4)
    assert any("degrees of freedom" in note for note in found.cr2_site.notes)
    assert found.cr2_person.notes == found.hc3.notes == found.classic.notes == ()


@each_scale
def test_site_changes_and_their_permutation_agree_with_r(scale):
    r = R[f"permutation/{scale}"]
    changes = average_changes(scores(scale), SITE.tolist(), WAVE == "T2")
    assert [changes[site] for site in SITES] == [close(r["site_change"][str(site)]) for site in SITES]
    treated = [site in (1, 4) for site in SITES]
    found = permute_sites([changes[site] for site in SITES], treated)
    assert found.n == (2, 2)
    assert found.estimate == close(r["observed"])
    assert found.n_assignments == r["n_assignments"]
    assert (found.p, found.p_greater, found.p_less) == (
        close(r["p_two_sided"]),
        close(r["p_greater"]),
        close(r["p_less"]),
    )
    assert found.smallest_p == close(1 / 3)
    assert (found.method, found.notes) == ("exact permutation of sites", ())
    both = compare_sites([changes[site] for site in SITES], treated)
    assert both.permutation == found
    assert both.test.estimate == close(r["observed"])
    assert (both.test.n, both.test.df, both.test.method) == ((2, 2), 2.0, "Student t on sites")


@each_scale
def test_site_means_agree_with_r(scale):
    r = R[f"desc/{scale}"]
    first = WAVE == "T1"
    found = average_sites(scores(scale)[first], SITE[first].tolist())
    assert list(found.values()) == [close(mean) for mean in r["mean"][:4]]


@each_scale
def test_analysis_of_covariance_agrees_with_r(scale):
    first, second, _, treated = linked(scale)
    r, found = R[f"ancova/{scale}"], adjust_for_first(second, first, treated)
    assert found.n == (int(treated.sum()), int((~treated).sum()))
    assert sum(found.n) == r["lm"]["n"]
    for i, estimate in enumerate((found.intercept, found.slope, found.effect)):
        table = r["lm"]["coef"]
        assert (estimate.estimate, estimate.se) == (close(table["estimate"][i]), close(table["se"][i]))
        assert (estimate.statistic, estimate.p) == (close(table["t"][i]), close(table["p"][i]))
        assert (estimate.low, estimate.high) == (close(table["ci_low"][i]), close(table["ci_high"][i]))
        assert estimate.df == r["lm"]["df_resid"]
        assert estimate.statistic**2 == close(r["type3"]["F value"][i])
        assert estimate.statistic**2 * found.sigma**2 == close(r["type3"]["Sum Sq"][i])
    assert (found.r2, found.sigma) == (close(r["lm"]["r2"]), close(r["lm"]["sigma"]))
    assert found.partial_eta2 == close(r["partial_eta2_treated"])
    assert found.covariate_mean == close(r["covariate_mean"])
    assert found.slopes_p == close(r["slopes_interaction_p"])
    adjusted = r["adjusted_means"]
    for i, mean in enumerate((found.adjusted_contrast, found.adjusted_treated)):
        assert (mean.estimate, mean.se) == (close(adjusted["emmean"][i]), close(adjusted["SE"][i]))
        assert (mean.low, mean.high) == (close(adjusted["lower.CL"][i]), close(adjusted["upper.CL"][i]))
        assert mean.df == adjusted["df"][i]
    assert found.notes == ()


def number(value):
    return math.nan if value is None else value


@each_scale
def test_adjusted_p_values_agree_with_r(scale):
    r = R[f"padjust_scale/{scale}"]
    for ours, theirs in (("holm", "holm"), ("bh", "BH"), ("bonferroni", "bonferroni")):
        assert adjust_p(r["p"], ours).tolist() == [close(p) for p in r[theirs]]
    assert adjust_p(r["p"], "none").tolist() == r["p"]


@pytest.mark.parametrize("family", ["padjust_all24", "padjust_with_na"])
def test_adjusted_p_values_of_a_large_family_and_one_with_a_gap_agree_with_r(family):
    r = R[family]
    given = [number(p) for p in r["p"]]
    for ours, theirs in (("holm", "holm"), ("bh", "BH")):
        expected = [pytest.approx(number(p), rel=CLOSED, nan_ok=True) for p in r[theirs]]
        assert adjust_p(given, ours).tolist() == expected
