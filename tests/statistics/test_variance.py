import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.notes import note
from sos_score.statistics.mixed.data import nest_codes, variance_data
from sos_score.statistics.mixed.fixed_effects import assess_coefficients
from sos_score.statistics.mixed.model import fit_variance
from sos_score.statistics.mixed.shares import profile_shares
from sos_score.statistics.mixed.variance_tests import assess_levels, compare_levels

GOLDEN = Path(__file__).parent.parent / "golden" / "mixed"
FAMILIES = pd.read_csv(GOLDEN / "families.csv")
STAFF = pd.read_csv(GOLDEN / "staff.csv")
R = {name: json.loads((GOLDEN / f"{name}.json").read_text()) for name in ("families", "staff", "edge")}
SCALES = ("PRO", "RIG", "RES", "ENG", "FUN", "STR")
WAVES = ("T1", "T2")


def expect(source, entry):
    return R[source][entry]["value"]


def family_data(wave, *columns):
    centred = FAMILIES.comp - pd.read_csv(GOLDEN / "workers.csv").comp.mean()
    known = {"one": np.ones(len(FAMILIES)), "comp": centred, "T1": FAMILIES["T1"]}
    design = np.column_stack([known[name] for name in ("one", *columns)])
    return variance_data(FAMILIES[wave], {"site": FAMILIES.site, "worker": FAMILIES.worker}, design)


def staff_design():
    treated, post = STAFF.group == "treated", STAFF.wave == "T2"
    return np.column_stack([np.ones(len(STAFF)), treated, post, treated & post]).astype(float)


def staff_data(scale, *, did=False):
    design = staff_design()
    levels = {"site": STAFF.site, "person": STAFF.person}
    return variance_data(STAFF[f"{scale}_T"], levels, design if did else design[:, :1])


def assert_fit_agrees(fit, r):
    close = {"abs": 1e-4 * r["total"]}
    assert fit.n == r["n"]
    for level in fit.levels:
        assert level.variance == pytest.approx(r["variance"][level.name], **close)
        assert level.share == pytest.approx(r["proportion"][level.name], abs=1e-4)
        assert level.n_groups == r["ngroups"][level.name]
        assert (level.variance == 0) == (r["variance"][level.name] < 1e-10)
    assert fit.residual == pytest.approx(r["variance"]["Residual"], **close)
    assert fit.residual_share == pytest.approx(r["proportion"]["Residual"], abs=1e-4)
    assert fit.deviance == pytest.approx(r["REML_criterion"], abs=1e-5)
    assert r["singular"] == any(each.code == "variance_at_boundary" for each in fit.notes)


@pytest.mark.parametrize("wave", WAVES)
def test_variances_of_families_agree_with_lme4(wave):
    fit = fit_variance(family_data(wave))
    assert_fit_agrees(fit, expect("families", f"lmer/{wave}"))
    assert fit.n == FAMILIES[wave].notna().sum()


@pytest.mark.parametrize("scale", SCALES)
def test_variances_with_a_crossed_person_intercept_agree_with_lme4(scale):
    assert_fit_agrees(fit_variance(staff_data(scale)), expect("staff", f"lmer_null_tight/{scale}"))


@pytest.mark.parametrize("scale", SCALES)
def test_a_model_with_fixed_effects_agrees_with_lme4(scale):
    assert_fit_agrees(fit_variance(staff_data(scale, did=True)), expect("staff", f"lmer_did/{scale}"))


@pytest.mark.parametrize("wave", WAVES)
def test_one_level_agrees_with_lme4(wave):
    fit = fit_variance(variance_data(FAMILIES[wave], {"worker": FAMILIES.worker}))
    assert_fit_agrees(fit, expect("families", f"lmer_one_level/{wave}"))


@pytest.mark.parametrize("wave", WAVES)
def test_shares_are_the_intraclass_correlations_of_r(wave):
    fit, r = fit_variance(family_data(wave)), expect("families", f"icc/{wave}")
    assert fit.level("site").share == pytest.approx(r["site"], abs=1e-4)
    assert fit.level("worker").share == pytest.approx(r["worker_vpc"], abs=1e-4)
    assert fit.residual_share == pytest.approx(r["residual"], abs=1e-4)


@pytest.mark.parametrize("wave", WAVES)
def test_likelihood_ratio_tests_agree_with_lme4(wave):
    data = family_data(wave)
    for name, test in assess_levels(data, fit_variance(data)).items():
        r = expect("families", f"lrt_{name}/REML/{wave}")
        assert test.chi_square == pytest.approx(r["chisq"], abs=2e-5)
        assert test.p == pytest.approx(r["p_mixture_half"], rel=1e-4)


@pytest.mark.parametrize("wave", WAVES)
def test_likelihood_ratio_tests_agree_with_ranova(wave):
    r, data = expect("families", f"ranova/{wave}"), family_data(wave)
    tests = assess_levels(data, fit_variance(data)).values()
    np.testing.assert_allclose([test.chi_square for test in tests], r["LRT"][1:], atol=2e-5)
    np.testing.assert_allclose([min(2 * test.p, 1) for test in tests], r["Pr(>Chisq)"][1:], rtol=1e-4)


def find_coefficients(data):
    return assess_coefficients(data, fit_variance(data))


def assert_coefficients_agree(found, estimate, se, df, t, p):
    np.testing.assert_allclose([c.estimate for c in found], estimate, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose([c.se for c in found], se, rtol=1e-4)
    np.testing.assert_allclose([c.df for c in found], df, rtol=1e-2)
    np.testing.assert_allclose([c.t for c in found], t, rtol=1e-3)
    np.testing.assert_allclose([c.p for c in found], p, rtol=1e-2)


@pytest.mark.parametrize(
    ("entry", "wave", "columns"),
    [("slope/T1", "T1", ["comp"]), ("slope/T2", "T2", ["comp"]), ("slope_adjusted", "T2", ["T1", "comp"])],
)
def test_satterthwaite_tests_of_slopes_agree_with_lmertest(entry, wave, columns):
    r, data = expect("families", entry), family_data(wave, *columns)
    fixed = r["fixef"]
    fit = fit_variance(data)
    assert_fit_agrees(fit, r)
    tests = assess_coefficients(data, fit)
    assert_coefficients_agree(tests, fixed["estimate"], fixed["se"], fixed["df_satt"], fixed["t"], fixed["p_satt"])


@pytest.mark.parametrize("scale", SCALES)
def test_difference_in_differences_with_a_person_intercept_agrees_with_lmertest(scale):
    fixed = expect("staff", f"lmer_did/{scale}")["fixef"]
    tests = find_coefficients(staff_data(scale, did=True))
    assert_coefficients_agree(tests, fixed["estimate"], fixed["se"], fixed["df_satt"], fixed["t"], fixed["p_satt"])


@pytest.mark.parametrize("scale", SCALES)
def test_difference_in_differences_with_an_intercept_of_each_site_and_wave_agrees_with_lmertest(scale):
    r = expect("staff", f"lmer_did_waves/{scale}")
    data = staff_data(scale, did=True)
    levels = {"site": STAFF.site, "site:wave": nest_codes(STAFF.site, STAFF.wave), "person": STAFF.person}
    tests = find_coefficients(variance_data(STAFF[f"{scale}_T"], levels, staff_design()))
    assert data.outcome.size == r["n"]
    fixed = r["fixef"]
    assert_coefficients_agree(tests, fixed["estimate"], fixed["se"], fixed["df_satt"], fixed["t"], fixed["p_satt"])


def test_the_interval_of_a_coefficient_is_its_t_interval():
    from scipy.stats import t

    for one in find_coefficients(family_data("T1", "comp")):
        half = t.ppf(0.975, one.df) * one.se
        assert (one.low, one.high) == pytest.approx((one.estimate - half, one.estimate + half))


def test_a_between_variance_of_zero_is_a_boundary_fit_as_in_lme4():
    r = expect("edge", "test/lmer_zero_between")
    data = variance_data([1, 5, 2, 4, 3, 3.2], {"g": [1, 1, 2, 2, 3, 3]})
    assert_fit_agrees(fit_variance(data), r)
    test = assess_levels(data, fit_variance(data))["g"]
    assert (test.chi_square, test.p) == (0, 1)
    assert find_coefficients(data)[0].df == pytest.approx(5)


@pytest.mark.parametrize(
    ("outcome", "groups", "why"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], "level_one_observation"),
        ([1, 2, 3, 4], [1, 1, 1, 1], "level_one_group"),
        ([3, 3, 3, 3], [1, 1, 2, 2], "model_no_variance"),
        ([0, 0, 0, 0], [1, 1, 2, 2], "model_no_variance"),
        ([3], [1], "model_too_few_rows"),
        ([], [], "model_too_few_rows"),
        ([np.nan, np.nan], [1, 2], "model_too_few_rows"),
        ([1, 1, 2, 2, 4, 4], [1, 1, 2, 2, 3, 3], "model_unbounded"),
    ],
)
def test_what_cannot_be_estimated_is_nan_with_a_note_everywhere(outcome, groups, why):
    data = variance_data(outcome, {"g": groups})
    fit = fit_variance(data)
    test, shares = assess_levels(data, fit)["g"], profile_shares(data)
    told = [each["reason"] if each.code == "level_set_aside" else each for each in fit.notes]
    assert why in [each.code for each in told]
    level = fit.level("g")
    numbers = [level.variance, level.share, fit.residual, fit.residual_share, fit.deviance]
    numbers += [test.chi_square, test.p]
    numbers += [value for s in shares.values() for value in (s.share, s.low, s.high)]
    one = assess_coefficients(data, fit)[0]
    numbers += [one.estimate, one.se, one.df, one.t, one.p, one.low, one.high]
    assert np.isnan(numbers).all()


def test_lme4_refuses_what_is_set_aside_here():
    for entry in ("test/lmer_one_obs_per_worker", "test/lmer_one_site"):
        assert R["edge"][entry]["error"]


def test_an_unusable_level_is_set_aside_and_the_others_are_estimated():
    scores = [1, 2, 5, 6, 9, 8, 4, 5]
    workers = [1, 1, 2, 2, 3, 3, 4, 4]
    data = variance_data(scores, {"sites": ["a"] * 8, "workers": workers, "cars": list("rrssttuu")})
    fit, alone = fit_variance(data), fit_variance(variance_data(scores, {"workers": workers}))
    assert np.isnan([fit.level("sites").variance, fit.level("cars").variance]).all()
    assert (fit.level("sites").n_groups, fit.level("cars").n_groups) == (1, 4)
    assert fit.level("workers").variance == alone.level("workers").variance
    assert data.notes[1] == note("level_set_aside", level="cars", reason=note("level_same_groups", other="workers"))
    tests = assess_levels(data, fit)
    assert np.isnan(tests["sites"].p)
    assert tests["workers"].p == assess_levels(variance_data(scores, {"workers": workers}), alone)["workers"].p
    assert np.isnan(profile_shares(data)["sites"].low)
    comparison = compare_levels(data, "workers", "sites")
    assert comparison.answer == note("levels_unknown", first="workers", second="sites")
    assert np.isnan([comparison.p, comparison.chi_square, comparison.difference]).all()


def test_sites_already_in_the_fixed_part_have_no_variance_left():
    sites = np.repeat([0, 1], 4)
    data = variance_data(np.arange(8.0) ** 2, {"sites": sites}, np.column_stack([np.ones(8), sites]))
    assert data.set_aside[0][2] == note("level_in_fixed_part")


def test_a_constant_predictor_is_refused():
    data = variance_data([1.0, 2, 4, 3], {"g": [1, 1, 2, 2]}, np.ones((4, 2)))
    assert fit_variance(data).notes[0] == note("model_constant_predictor")


def test_rows_with_anything_missing_are_left_out_and_counted():
    full = FAMILIES[FAMILIES.T2.notna()].iloc[3:]
    workers = FAMILIES.worker.astype(object).copy()
    workers[0], workers[1], workers[2] = None, "", np.nan
    fit = fit_variance(variance_data(FAMILIES.T2, {"site": FAMILIES.site, "worker": workers}))
    same = fit_variance(variance_data(full.T2, {"site": full.site, "worker": full.worker}))
    assert fit.n == len(full)
    assert fit.deviance == same.deviance
    assert fit.notes[0] == note("rows_incomplete", rows=5)


def test_unequal_lengths_are_a_programming_error():
    with pytest.raises(ValueError, match="same number of rows"):
        variance_data([1, 2, 3], {"g": [1, 2]})


def test_workers_counted_from_one_in_each_site_are_made_unique():
    numbers = FAMILIES.groupby("site").worker.transform(lambda w: w.factorize()[0])
    nested = variance_data(FAMILIES.T1, {"site": FAMILIES.site, "worker": nest_codes(FAMILIES.site, numbers)})
    assert fit_variance(nested).deviance == pytest.approx(fit_variance(family_data("T1")).deviance)
    assert nest_codes(["a", None], [1, 2])[1] is None


def test_three_nested_levels_match_the_balanced_analysis_of_variance():
    rng = np.random.default_rng(4)
    a, b, c = np.repeat(np.arange(6), 24), np.repeat(np.arange(24), 6), np.repeat(np.arange(72), 2)
    y = rng.normal(size=6)[a] * 2 + rng.normal(size=24)[b] * 2 + rng.normal(size=72)[c] * 2 + rng.normal(size=144)
    fit = fit_variance(variance_data(y, {"a": a, "b": b, "c": c}))

    def means(codes):
        return (np.bincount(codes, y) / np.bincount(codes))[codes]

    squares = [((means(inner) - outer) ** 2).sum() for inner, outer in ((a, y.mean()), (b, means(a)), (c, means(b)))]
    ms = np.array([*squares, ((y - means(c)) ** 2).sum()]) / [5, 18, 48, 72]
    expected = [(ms[0] - ms[1]) / 24, (ms[1] - ms[2]) / 6, (ms[2] - ms[3]) / 2]
    assert min(expected) > 0
    np.testing.assert_allclose([level.variance for level in fit.levels], expected, rtol=1e-6)
    assert fit.residual == pytest.approx(ms[3])


def find_dense_deviance(y, design, groups, variances, residual):
    v = residual * np.eye(y.size)
    for codes, variance in zip(groups, variances, strict=True):
        v += variance * (codes[:, None] == codes)
    inverse = np.linalg.inv(v)
    information = design.T @ inverse @ design
    rest = y - design @ np.linalg.solve(information, design.T @ inverse @ y)
    dof = y.size - design.shape[1]
    logs = np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    return logs + rest @ inverse @ rest + dof * np.log(2 * np.pi)


@pytest.mark.parametrize("seed", range(6))
def test_three_crossed_and_unbalanced_levels_reach_the_dense_optimum(seed):
    from scipy.optimize import minimize

    rng = np.random.default_rng(seed)
    groups = [rng.integers(0, size, 90) for size in (4, 13, 25)]
    design = np.column_stack([np.ones(90), rng.normal(size=90)])
    y = 5 + 0.5 * design[:, 1] + rng.normal(size=90)
    for codes, sd in zip(groups, (0.3, 0.8, 0.5), strict=True):
        y += sd * rng.normal(size=codes.max() + 1)[codes]
    fit = fit_variance(variance_data(y, dict(zip("abc", groups, strict=True)), design))
    variances = [level.variance for level in fit.levels]
    assert fit.deviance == pytest.approx(find_dense_deviance(y, design, groups, variances, fit.residual), abs=1e-7)

    def dense(logs):
        return find_dense_deviance(y, design, groups, np.exp(logs[:3]), np.exp(logs[3]))

    start = np.log(np.maximum([*variances, fit.residual], 1e-4))
    other = minimize(dense, start + rng.normal(size=4), method="Nelder-Mead", options={"maxiter": 2000})
    assert fit.deviance <= other.fun + 1e-6


def draw_nested(seed, n=70):
    """Draw unbalanced families within workers within sites, and observers across them, with a predictor."""
    rng = np.random.default_rng(seed)
    families = rng.integers(0, 30, n)
    workers = rng.permutation(np.arange(30) % 11)[families]
    sites = (np.arange(11) % 4)[workers]
    groups = [sites, workers, families, rng.integers(0, 5, n)]
    groups = [np.unique(codes, return_inverse=True)[1] for codes in groups]
    design = np.column_stack([np.ones(n), rng.normal(size=n)])
    y = 5 + 0.5 * design[:, 1] + rng.normal(size=n)
    for codes, sd in zip(groups, (0.6, 0.8, 0.5, 0.7), strict=True):
        y += sd * rng.normal(size=codes.max() + 1)[codes]
    return y, design, groups


@pytest.mark.parametrize("levels", [("sites",), ("sites", "workers"), ("families", "sites", "workers"), "all"])
@pytest.mark.parametrize("seed", range(3))
def test_nested_levels_and_those_that_cross_them_have_the_dense_deviance(seed, levels):
    y, design, groups = draw_nested(seed)
    given = dict(zip(("sites", "workers", "families", "observers"), groups, strict=True))
    given = given if levels == "all" else {name: given[name] for name in levels}
    fit = fit_variance(variance_data(y, given, design))
    variances = [level.variance for level in fit.levels]
    dense = find_dense_deviance(y, design, given.values(), variances, fit.residual)
    assert fit.deviance == pytest.approx(dense, abs=1e-8)
    for place in range(len(variances)):  # and no step away from it is better
        for factor in (0.98, 1.02):
            moved = [each * (factor if other == place else 1) for other, each in enumerate(variances)]
            assert find_dense_deviance(y, design, given.values(), moved, fit.residual) >= fit.deviance - 1e-8


@pytest.mark.parametrize("seed", range(3))
def test_intervals_of_shares_end_where_the_dense_likelihood_says(seed):
    from scipy.optimize import minimize_scalar
    from scipy.stats import chi2

    y, design, groups = draw_nested(seed)
    given = dict(zip(("sites", "workers"), groups, strict=False))
    data = variance_data(y, given, design)
    limit = fit_variance(data).deviance + chi2.ppf(0.95, 1)
    dof = y.size - 2

    def climb(place, share):
        def dense(angle):
            # The other two parts divide what is left.
            parts = np.insert((1 - share) * np.array([np.sin(angle) ** 2, np.cos(angle) ** 2]), place, share)
            one, two = (find_dense_deviance(y, design, given.values(), parts[:2] * by, parts[2] * by) for by in (1, 2))
            squares = 2 * (one - two + dof * np.log(2))
            return one - squares + dof * (1 + np.log(squares / dof))  # at the best total

        ends = [(0, 0.6), (0.5, 1.1), (1.0, np.pi / 2)]
        return min(minimize_scalar(dense, bounds=each, options={"xatol": 1e-9}).fun for each in ends)

    for place, found in enumerate(profile_shares(data).values()):
        for end in (found.low, found.high):
            assert 0 <= end <= 1
            if 0 < end < 1:
                assert climb(place, end) == pytest.approx(limit, abs=1e-5)


def test_points_that_would_take_much_memory_are_looked_at_in_turn(monkeypatch):
    before = fit_variance(family_data("T1")).deviance
    monkeypatch.setattr("sos_score.statistics.mixed.likelihood.LARGEST_BATCH", 0)
    assert fit_variance(family_data("T1")).deviance == pytest.approx(before, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 7), min_size=12, max_size=40),
    st.floats(0.01, 1000),
    st.floats(-1000, 1000),
    st.integers(0, 2**32 - 1),
)
def test_shares_do_not_depend_on_the_unit_or_the_order_of_rows(scores, scale, shift, seed):
    y = np.array(scores, dtype=float)
    sites, workers = np.arange(y.size) // 6, np.arange(y.size) // 2
    order = np.random.default_rng(seed).permutation(y.size)
    fit = fit_variance(variance_data(y, {"s": sites, "w": workers}))
    moved = variance_data((y * scale + shift)[order], {"s": sites[order], "w": workers[order]})
    again = fit_variance(moved)
    np.testing.assert_allclose(
        [level.share for level in again.levels], [level.share for level in fit.levels], atol=1e-4
    )
    if not np.isnan(fit.residual):
        shares = [level.share for level in fit.levels]
        assert sum(shares) + fit.residual_share == pytest.approx(1)
        assert min(shares) >= 0


def test_profile_intervals_of_shares_hold_values_a_likelihood_ratio_does_not_refuse():
    data = family_data("T1")
    shares = profile_shares(data)
    site, worker, residual = shares.values()
    assert (site.low, site.share) == (0, pytest.approx(fit_variance(data).level("site").share))
    for share in (site, worker, residual):
        assert 0 <= share.low < share.share < share.high <= 1
    tests = assess_levels(data, fit_variance(data))
    assert 2 * tests["site"].p > 0.05 > 2 * tests["worker"].p
    assert worker.low > 0
    narrower = profile_shares(data, level=0.5)
    assert narrower["worker"].low > worker.low


def test_the_profile_interval_of_a_share_is_exact_for_one_balanced_level():
    # With one level, share and residual share are the same parameter seen from two sides.
    data = variance_data([1, 2, 5, 6, 9, 8, 4, 4, 2, 5], {"g": np.repeat(range(5), 2)})
    level, residual = profile_shares(data).values()
    assert (level.low, level.high) == pytest.approx((1 - residual.high, 1 - residual.low), abs=1e-4)


def test_the_data_cannot_tell_sites_from_workers_in_sixty_families():
    found = compare_levels(family_data("T1"), "worker", "site")
    assert str(found.answer) == (
        "Of the variation in scores, worker account for 42% [10% to 75%]"
        " and site account for 20% [0% to 77%]; the data cannot tell which is larger."
    )
    assert 0.05 < found.p < 1
    assert found.chi_square > 0


def test_a_clear_difference_between_levels_is_said():
    rng = np.random.default_rng(2)
    sites, workers = np.repeat(np.arange(10), 30), np.repeat(np.arange(100), 3)
    y = 2 * rng.normal(size=100)[workers] + rng.normal(size=300)
    found = compare_levels(variance_data(y, {"sites": sites, "workers": workers}), "sites", "workers")
    assert str(found.answer).endswith("; workers account for more than sites.")
    assert found.p < 0.001


def test_a_level_is_not_compared_with_itself():
    with pytest.raises(ValueError, match="two of the levels"):
        compare_levels(family_data("T1"), "site", "site")
