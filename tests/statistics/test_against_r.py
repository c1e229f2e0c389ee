"""Every comparison of the simulated four-site study against R's answer, field by field."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from sos_score.notes import note
from sos_score.statistics.anova import compare_welch_anova
from sos_score.statistics.effect_sizes import hedges_g, standardize_change
from sos_score.statistics.equivalence import assess_equivalence
from sos_score.statistics.estimate import describe_sample
from sos_score.statistics.multiplicity import adjust_p
from sos_score.statistics.permutation import permute_sites
from sos_score.statistics.ranks import compare_ranks
from sos_score.statistics.regression.cluster_robust import infer_cr2
from sos_score.statistics.regression.did import adjust_for_first, compare_changes, fit_changes
from sos_score.statistics.regression.members import find_member_se
from sos_score.statistics.regression.ols import infer_classic, infer_hc3
from sos_score.statistics.site_comparison import compare_sites
from sos_score.statistics.t_tests import compare_overlapping, compare_paired, compare_student, compare_welch

GOLDEN = Path(__file__).parents[1] / "golden" / "statistics"
R = json.loads((GOLDEN / "sites.json").read_text())
FAMILIES = json.loads((GOLDEN / "families.json").read_text())
with (GOLDEN / "sites.csv").open() as lines:
    ROWS = list(csv.DictReader(lines))
SCALES = ("PRO", "RIG", "RES", "ENG", "FUN", "STR")
SITES = (1, 2, 3, 4)
TERMS = ["(Intercept)", "treated", "post", "treated:post"]
CLOSED = 1e-8
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
    assert found.notes == ()
    assert found.estimate == close(r["mean_diff"])
    assert found.se == close(r["stderr"])
    assert found.statistic == close(r["statistic"])
    assert found.df == close(r["df"])
    assert found.p == close(r["p"])
    assert found.low == close(r["conf_low"])
    assert found.high == close(r["conf_high"])


def assert_effect(found, r):
    assert found.notes == ()
    assert found.estimate == close(r["estimate"])
    assert found.low == close(r["ci_low"])
    assert found.high == close(r["ci_high"])


@each_scale
def test_describes_every_cell_as_r(scale):
    r = R[f"desc/{scale}"]
    for i, (site, wave) in enumerate(zip(r["site"], r["wave"], strict=True)):
        values = wave_of(scale, site, wave)
        present = values[~np.isnan(values)]
        found = describe_sample(values)
        n, mean, sd = r["n"][i], r["mean"][i], r["sd"][i]
        assert found.n == n
        assert (found.mean, found.sd) == (close(mean), close(sd))
        assert found.se == close(sd / math.sqrt(n))
        assert found.median == np.median(present)
        assert (found.low + found.high) / 2 == close(mean)
        assert found.notes == ()


@each_scale
@each_site
def test_welch_and_student_agree_with_r(scale, site):
    x, y = wave_of(scale, site, "T2"), wave_of(scale, site, "T1")
    n = (int((~np.isnan(x)).sum()), int((~np.isnan(y)).sum()))
    welch, student = compare_welch(x, y), compare_student(x, y)
    assert_t(welch, R[f"welch/{scale}/site{site}"], n)
    assert_t(student, R[f"student/{scale}/site{site}"], n)
    assert (welch.method.code, student.method.code) == ("welch_t", "student_t")


@each_scale
@each_site
def test_paired_t_agrees_with_r(scale, site):
    first, second, sites, _ = linked(scale)
    here = sites == site
    r = R[f"paired/{scale}/site{site}"]
    found = compare_paired(second[here], first[here])
    assert_t(found, r, (r["n"],))
    assert found.method == note("paired_t")


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
    g = hedges_g(x, y)
    assert_effect(g, R[f"hedges_g/{scale}/site{site}"])
    assert g.estimate == close(r["g"])


@each_scale
@each_site
def test_the_interval_of_g_belongs_to_the_test_it_stands_beside(scale, site):
    x, y = wave_of(scale, site, "T2"), wave_of(scale, site, "T1")
    r = R[f"hedges_g_welch/{scale}/site{site}"]
    g = hedges_g(x, y, compare_welch(x, y))
    assert (g.estimate, g.low, g.high) == (close(r["estimate"]), close(r["ci_low"]), close(r["ci_high"]))
    held = {}
    for row in ROWS:
        if row["site"] == str(site) and row[scale]:
            held.setdefault(row["person"], {})[row["wave"]] = float(row[scale])
    after, before = (np.array([each.get(wave, np.nan) for each in held.values()]) for wave in ("T2", "T1"))
    r, overlap = R[f"hedges_g_overlap/{scale}/site{site}"], compare_overlapping(after, before)
    g = hedges_g(after, before, overlap)
    assert (overlap.statistic, overlap.df) == (close(r["t"]), close(r["df"]))
    assert (g.estimate, g.low, g.high) == (close(r["estimate"]), close(r["ci_low"]), close(r["ci_high"]))


@each_scale
@each_site
def test_standardized_changes_agree_with_r(scale, site):
    first, second, sites, _ = linked(scale)
    here = sites == site
    r = R[f"paired_d/{scale}/site{site}"]
    found = standardize_change(second[here], first[here])
    # R gives no interval of g_av here: the limits of d_z on the scale of g_av (Algina and Keselman 2003)
    j = r["gz"]["estimate"] / r["dz"]["estimate"]
    stretch = j * r["d_av"] / r["dz"]["estimate"]
    expected = {"estimate": j * r["d_av"], **{k: stretch * r["dz"][k] for k in ("ci_low", "ci_high")}}
    assert_effect(found, expected)


def assert_mann_whitney(found, r):
    assert found.n == (r["n1"], r["n2"])
    assert found.statistic == r["U_x"]
    assert found.p == close(r["p_R_default"])
    assert found.estimate == close(r["rank_biserial"])
    assert found.low == close(r["rb_ci_low"])
    assert found.high == close(r["rb_ci_high"])
    assert (found.estimate + 1) / 2 == close(r["cles"])
    assert (found.method.code == "mann_whitney_exact") == ("exact" in r["R_default_method"])
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
    assert found.p == close(r["p_tost"])
    assert (found.low, found.high) == (close(r["ci90_low"]), close(r["ci90_high"]))
    assert (found.p < 0.05) is r["equivalent_05"]


@each_scale
@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_welchs_analysis_of_variance_agrees_with_r(scale, wave):
    groups = [wave_of(scale, site, wave) for site in SITES]
    n = tuple(int((~np.isnan(values)).sum()) for values in groups)
    r, welch = R[f"welch_anova/{scale}/{wave}"], compare_welch_anova(groups)
    assert (welch.method, welch.n, welch.notes) == (note("welch_anova"), n, ())
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
    assert fit.notes == ()
    assert_coefficients(infer_classic(fit), classic["coef"], [df] * 4)
    assert_coefficients(infer_hc3(fit), R[f"did_hc3/{scale}"], [df] * 4)
    for name, clusters in (("site", sites), ("person", people)):
        table = R[f"did_cr2_{name}/{scale}"]
        assert_coefficients(infer_cr2(fit, clusters), table, table["df_satt"])


@each_scale
def test_difference_in_differences_of_people_gathers_the_three_tests(scale):
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
    assert found.cr2_site.n == (r["n"], 4)
    assert [each.code for each in found.cr2_site.notes] == ["few_df"]
    assert found.cr2_site.notes[0]["df"] == found.cr2_site.df
    assert found.cr2_person.notes == found.hc3.notes == ()


@each_scale
def test_site_changes_and_their_permutation_agree_with_r(scale):
    r = R[f"permutation/{scale}"]
    changes = [np.nanmean(wave_of(scale, site, "T2")) - np.nanmean(wave_of(scale, site, "T1")) for site in SITES]
    assert changes == [close(r["site_change"][str(site)]) for site in SITES]
    treated = [site in (1, 4) for site in SITES]
    found = permute_sites(changes, treated)
    assert found.estimate == close(r["observed"])
    assert found.n_assignments == r["n_assignments"]
    assert found.p == close(r["p_two_sided"])
    assert found.smallest_p == close(1 / 3)
    assert (found.method, found.notes) == (note("permutation_exact"), ())
    both = compare_sites(changes, treated)
    assert both.permutation == found
    assert both.test.estimate == close(r["observed"])
    assert (both.test.n, both.test.df, both.test.method) == ((2, 2), 2.0, note("student_t_sites"))


@each_scale
def test_equivalence_of_sites_by_permutation_agrees_with_r(scale):
    r, changes = R[f"permutation_tost/{scale}"], R[f"permutation/{scale}"]["site_change"]
    found = permute_sites([changes[str(site)] for site in SITES], [site in (1, 4) for site in SITES], margin=5.0)
    assert found.p_equivalent == close(r["p"])


@each_scale
def test_what_the_people_in_sites_imply_agrees_with_r(scale):
    known = np.flatnonzero(~np.isnan(scores(scale)))
    cells = [(int(SITE[i]), str(WAVE[i])) for i in known]
    signs = {1: 0.5, 2: -0.5, 3: -0.5, 4: 0.5}
    weights = {
        (site, wave): sign * (1 if wave == "T2" else -1) for site, sign in signs.items() for wave in ("T1", "T2")
    }
    people = [PERSON[i] for i in known]
    found = find_member_se(scores(scale)[known], cells, weights, [people])
    assert found == close(R[f"members_change/{scale}"]["se"])
    first = [place for place, cell in enumerate(cells) if cell[1] == "T1"]
    of_first = {(site, "T1"): sign for site, sign in signs.items()}
    found = find_member_se(
        scores(scale)[known][first], [cells[i] for i in first], of_first, [[people[i] for i in first]]
    )
    assert found == close(R[f"members_first/{scale}"]["se"])


def test_what_the_workers_in_sites_imply_agrees_with_r():
    with (GOLDEN.parent / "mixed" / "families.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["T1"]]
    y, site = [float(row["T1"]) for row in rows], [row["site"] for row in rows]
    weights = {"1": 0.5, "2": -0.5, "3": -0.5, "4": 0.5}
    workers, families = ([row[name] for row in rows] for name in ("worker", "family"))
    by_worker = find_member_se(y, site, weights, [workers])
    assert by_worker == close(FAMILIES["members_worker/T1"]["se"])
    assert (
        find_member_se(y, site, weights, [families, workers])
        == by_worker
        > find_member_se(y, site, weights, [families])
    )
    # One worker a site tells nothing of how workers differ.
    assert find_member_se(y, site, weights, [site]) == pytest.approx(
        find_member_se(y, site, weights, [families]), rel=0.1
    )


@each_scale
def test_analysis_of_covariance_agrees_with_r(scale):
    first, second, _, treated = linked(scale)
    r, found = R[f"ancova/{scale}"], adjust_for_first(second, first, treated)
    assert found.n == (int(treated.sum()), int((~treated).sum()))
    assert sum(found.n) == r["lm"]["n"]
    table, estimate = r["lm"]["coef"], found.effect
    assert (estimate.estimate, estimate.se) == (close(table["estimate"][2]), close(table["se"][2]))
    assert (estimate.statistic, estimate.p) == (close(table["t"][2]), close(table["p"][2]))
    assert (estimate.low, estimate.high) == (close(table["ci_low"][2]), close(table["ci_high"][2]))
    assert estimate.df == r["lm"]["df_resid"]
    assert estimate.statistic**2 == close(r["type3"]["F value"][2])
    assert found.slopes_p == close(r["slopes_interaction_p"])
    assert estimate.notes == ()


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
