import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from sos_score.notes import note
from sos_score.statistics.agreement import compare_views
from sos_score.statistics.correlation import correlate_pearson, correlate_spearman
from sos_score.statistics.mixed.data import variance_data
from sos_score.statistics.mixed.fixed_effects import assess_coefficients, estimate_slopes, separate_slopes
from sos_score.statistics.mixed.model import fit_variance

GOLDEN = Path(__file__).parent.parent / "golden" / "mixed"
# To the last digit, whatever the pandas: two means are equal but for that.
FAMILIES, WORKERS = (
    pd.DataFrame(pl.read_csv(GOLDEN / f"{name}.csv").to_dict(as_series=False)) for name in ("families", "workers")
)
RATERS = pd.read_csv(GOLDEN / "raters.csv")
R = {name: json.loads((GOLDEN / f"{name}.json").read_text()) for name in ("families", "edge", "raters")}
CENTRED = FAMILIES.comp - WORKERS.comp.mean()
LEVELS = {"sites": FAMILIES.site, "workers": FAMILIES.worker}


def assert_pearson_agrees(found, r):
    assert found.method.code == "pearson"
    assert found.p_source == "t"
    assert [found.r, found.statistic, found.df] == pytest.approx([r["r"], r["statistic"], r["df"]], rel=1e-8)
    assert [found.p, found.low, found.high] == pytest.approx([r["p"], r["ci_low"], r["ci_high"]], rel=1e-8)


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_worker_level_pearson_agrees_with_cor_test(wave):
    found = correlate_pearson(WORKERS.comp, WORKERS[wave])
    assert_pearson_agrees(found, R["families"][f"pearson/{wave}"]["value"])
    assert (found.n, found.n_dropped, found.notes) == (20, 0, ())


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_the_naive_family_level_correlation_agrees_with_cor_test(wave):
    found = correlate_pearson(FAMILIES.comp, FAMILIES[wave])
    assert_pearson_agrees(found, R["families"][f"pearson_family_level_naive/{wave}"]["value"])
    assert found.n_dropped == FAMILIES[wave].isna().sum()


@pytest.mark.parametrize(("wave", "source"), [("T1", "t"), ("T2", "Edgeworth series")])
def test_worker_level_spearman_agrees_with_cor_test(wave, source):
    untied = rankdata(WORKERS[wave])  # as R ranks them: two means of T2 differ by rounding only
    found = correlate_spearman(WORKERS.comp, untied)
    default = R["families"][f"spearman_default/{wave}"]["value"]
    assert found.method.code == "spearman"
    assert found.r == pytest.approx(default["r"], rel=1e-8)
    assert found.statistic == pytest.approx(default["statistic"], rel=1e-8)
    assert found.p == pytest.approx(default["p"], rel=1e-8)
    assert found.p_source == source
    assert np.isnan(found.df)
    half = 1.959963984540054 * np.sqrt((1 + found.r**2 / 2) / 17)
    assert [found.low, found.high] == pytest.approx(np.tanh(np.arctanh(found.r) + np.array([-half, half])))
    assert (found.n, found.n_dropped, found.notes) == (20, 0, ())


def test_spearman_p_agrees_with_the_example_of_pspearman():
    # pspearman 0.1-10, example of spearman.test: 0.05444507 from AS 89; the exact value is 0.05443067.
    x, y = np.arange(10), [5, 4, 3, 2, 1, 6, 10, 9, 8, 7]
    assert correlate_spearman(x, y).p == pytest.approx(0.05444507, abs=1e-8)
    assert correlate_spearman(x, -np.array(y)).p == pytest.approx(0.0544, abs=1e-3)


def test_spearman_p_of_small_samples_counts_every_order():
    x = np.arange(6)
    orders = [np.array(order) for order in itertools.permutations(range(6))]
    squares = np.array([((order - x) ** 2).sum() for order in orders])
    for order in orders[::37]:
        s = ((order - x) ** 2).sum()
        tail = (squares >= s).mean() if s > 35 else (squares <= s).mean()
        found = correlate_spearman(x, order)
        assert found.p == pytest.approx(min(1, 2 * tail))
        assert found.p_source == "exact"
        assert found.statistic == pytest.approx(s)


def test_two_equal_means_computed_differently_tie_and_a_note_gives_the_figure_of_r():
    found = correlate_spearman(WORKERS.comp, WORKERS.T2)
    assert found.r == pytest.approx(correlate_spearman(WORKERS.comp, WORKERS.T2.round(8)).r)
    assert found.r == pytest.approx(0.70252, abs=1e-5)
    assert list(map(str, found.notes)) == [
        "some values differ only beyond 10 decimals and are tied; untied, r = 0.6947."
    ]


def test_values_that_differ_only_by_rounding_tie():
    x = [0.1 + 0.2, 0.3, 0.5, 0.7]
    assert correlate_spearman(x, [1, 2, 3, 4]).r == correlate_spearman([0.3, 0.3, 0.5, 0.7], [1, 2, 3, 4]).r
    assert correlate_spearman(x, [1, 2, 3, 4]).p_source == "t"


@pytest.mark.parametrize("correlate", [correlate_pearson, correlate_spearman])
@pytest.mark.parametrize(
    ("x", "y", "why"),
    [
        ([1, 2, 3, 4], [2, 2, 2, 2], note("correlation_constant")),
        ([0.1 * 3, 0.3, 0.3], [1, 2, 3], note("correlation_constant")),
        ([1, 2], [2, 1], note("correlation_too_few", pairs=2)),
        ([1, np.nan, 3], [2, 5, np.nan], note("correlation_too_few", pairs=1)),
        ([], [], note("correlation_too_few", pairs=0)),
    ],
)
def test_a_correlation_that_cannot_be_computed_is_nan_with_a_note(correlate, x, y, why):
    found = correlate(x, y)
    assert np.isnan([found.r, found.statistic, found.p, found.low, found.high]).all()
    assert found.notes == (why,)
    assert found.p_source == "none"


def test_a_constant_score_keeps_its_degrees_of_freedom_as_in_r():
    assert R["edge"]["test/cor_constant"]["value"]["df"] == correlate_pearson([1, 2, 3, 4], [2, 2, 2, 2]).df == 2
    assert R["edge"]["test/cor_n2"]["error"] == "not enough finite observations"


def test_three_pairs_have_a_p_and_no_interval_as_in_r():
    r, found = R["edge"]["test/cor_n3"]["value"], correlate_pearson([1, 2, 3], [2, 1, 4])
    assert [found.r, found.statistic, found.df, found.p] == pytest.approx(
        [r[name] for name in ("r", "statistic", "df", "p")], rel=1e-8
    )
    assert r["ci_low"] is None
    assert np.isnan([found.low, found.high]).all()
    assert found.notes == (note("correlation_three_pairs"),)


def test_a_perfect_correlation_is_as_in_r_with_a_warning_in_words():
    r, found = R["edge"]["test/cor_perfect"]["value"], correlate_pearson([1, 2, 3, 4], [2, 4, 6, 8])
    assert r["statistic"] == "Inf"
    assert (found.r, found.statistic, found.p, found.low, found.high) == (1, np.inf, 0, 1, 1)
    assert found.df == r["df"]
    assert found.notes == (note("correlation_perfect"),)
    down = correlate_pearson([1, 2, 3, 4], [0.3, 0.2, 0.1, 0.0])
    assert (down.r, down.statistic, down.low) == (-1, -np.inf, -1)
    order = correlate_spearman([1, 2, 3, 4], [1, 2, 3, 9])
    assert (order.r, order.p) == (1, pytest.approx(2 / 24))
    assert np.isnan([order.low, order.high]).all()


def test_unequal_lengths_are_a_programming_error():
    for function in (correlate_pearson, correlate_spearman, compare_views):
        with pytest.raises(ValueError, match="one value each"):
            function([1, 2, 3], [1, 2])


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=4, max_size=25, unique=True))
def test_correlations_turn_with_the_sign_and_ignore_the_unit(pairs):
    x, y = np.array(pairs, dtype=float).T
    for correlate in (correlate_pearson, correlate_spearman):
        found, turned = correlate(x, y), correlate(3 * x + 7, -2 * y)
        assert turned.r == pytest.approx(-found.r, abs=1e-9, nan_ok=True)
        assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-9, nan_ok=True)
        if not np.isnan(found.r):
            assert -1 <= found.r <= 1
            assert 0 <= found.p <= 1


def assert_tests_agree(tests, fixed):
    np.testing.assert_allclose([one.estimate for one in tests], fixed["estimate"], rtol=1e-5)
    np.testing.assert_allclose([one.se for one in tests], fixed["se"], rtol=1e-4)
    np.testing.assert_allclose([one.df for one in tests], fixed["df_satt"], rtol=1e-2)
    np.testing.assert_allclose([one.t for one in tests], fixed["t"], rtol=1e-4)
    np.testing.assert_allclose([one.p for one in tests], fixed["p_satt"], rtol=1e-2)


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_multilevel_slopes_agree_with_lmertest(wave):
    r = R["families"][f"slope/{wave}"]["value"]
    found = estimate_slopes(FAMILIES[wave], {"competence": CENTRED}, LEVELS)
    assert found.names == ("intercept", "competence")
    assert_tests_agree(found.tests, r["fixef"])
    assert found.test("competence") == found.tests[1]
    assert found.fit.level("workers").variance == pytest.approx(r["variance"]["worker"], abs=1e-4 * r["total"])
    assert found.notes == found.fit.notes


def test_a_slope_adjusted_for_the_first_wave_agrees_with_lmertest():
    r = R["families"]["slope_adjusted"]["value"]
    found = estimate_slopes(FAMILIES.T2, {"T1": FAMILIES["T1"], "competence": CENTRED}, LEVELS)
    assert_tests_agree(found.tests, r["fixef"])
    assert found.fit.n == r["n"]


def test_slopes_within_and_between_workers_are_those_of_the_split_predictor():
    complete = FAMILIES.dropna()
    means = complete.groupby("worker")["T1"].transform("mean")
    design = np.column_stack([np.ones(len(complete)), complete["T1"] - means, means])
    levels = {"sites": complete.site, "workers": complete.worker}
    data = variance_data(complete.T2, levels, design)
    expected = assess_coefficients(data, fit_variance(data))
    found = separate_slopes(FAMILIES.T2, FAMILIES["T1"], LEVELS, "workers")
    assert found.within.estimate == pytest.approx(expected[1].estimate)
    assert found.within.df == pytest.approx(expected[1].df)
    assert found.difference.estimate == pytest.approx(expected[2].estimate - expected[1].estimate)
    assert found.difference.se > found.within.se
    assert found.n == 58


def test_slopes_of_opposite_sign_within_and_between_are_told_apart():
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(12), 8)
    level, departure = rng.normal(size=12)[groups], rng.normal(size=96)
    y = 2 * level - departure + 0.3 * rng.normal(size=96)
    found = separate_slopes(y, level + departure, {"workers": groups}, "workers")
    assert found.within.estimate == pytest.approx(-1, abs=0.15)
    assert found.difference.estimate > 2
    assert found.difference.p < 1e-6


def test_a_worker_level_predictor_has_only_a_slope_between_workers():
    found = separate_slopes(FAMILIES["T1"], FAMILIES.comp, LEVELS, "workers")
    assert np.isnan([found.within.estimate, found.difference.estimate]).all()
    assert found.notes[-1] == note("no_such_slope", part="within", level="workers")


def test_a_predictor_with_equal_means_has_only_a_slope_within():
    found = separate_slopes([1, 3, 2, 5, 3, 4], [0, 1, 0, 1, 0, 1], {"g": [1, 1, 2, 2, 3, 3]}, "g")
    assert found.within.estimate == pytest.approx(2)
    assert np.isnan(found.difference.p)
    assert found.notes[-1] == note("no_such_slope", part="between", level="g")


@pytest.mark.parametrize("groups", [[1, 1, 1, 1], [1, 2, 3, 4]])
def test_slopes_are_not_separated_by_an_unusable_level(groups):
    found = separate_slopes([1, 2, 3, 4], [1, 2, 3, 5], {"g": groups}, "g")
    assert np.isnan([found.within.p, found.difference.p]).all()
    assert found.notes


def test_separating_by_an_unknown_level_is_a_programming_error():
    with pytest.raises(ValueError, match="no level 'x'"):
        separate_slopes([1, 2], [1, 2], {"g": [1, 2]}, "x")


def icc_of_r(entry):
    table = R["raters"][entry]["value"]
    table = table.get("aov", table)["table"]
    row = table["type"].index("ICC2")
    return [table[name][row] for name in ("ICC", "ci_low", "ci_high")]


@pytest.mark.parametrize(
    ("entry", "a", "b"),
    [
        ("icc_total/aov", RATERS.total_A, RATERS.total_B),
        ("icc_item/C01", RATERS.C01_A, RATERS.C01_B),
        ("icc_item/C08", RATERS.C08_A, RATERS.C08_B),
        ("icc_item/C14", RATERS.C14_A, RATERS.C14_B),
        ("icc_negative/aov", [1, 2, 3, 4, 5], [5, 4, 2, 2, 1]),
        ("icc_no_judge_effect", [1, 2, 3, 4, 5, 6], [2, 1, 3, 5, 4, 6]),
    ],
)
def test_absolute_agreement_agrees_with_psych(entry, a, b):
    found = compare_views(a, b)
    assert [found.icc, found.icc_low, found.icc_high] == pytest.approx(icc_of_r(entry), rel=1e-7, abs=1e-9)


def test_an_icc_of_targets_that_do_not_differ_is_undefined():
    found = compare_views([1, 2, 3, 4, 5], [5, 4, 3, 2, 1])
    assert np.isnan([found.icc, found.icc_low, found.icc_high]).all()
    assert found.notes[0] == note("views_no_icc")
    assert found.difference == 0


def test_limits_of_agreement_are_those_of_bland_and_altman():
    # Bland & Altman (1986), Lancet i, 307-310: mean difference -2.1, SD 38.8, limits -79.7 and 75.5 l/min,
    # which they compute from two standard deviations; 1.96 gives -78.1 and 73.9.
    wright = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
    found = compare_views(wright, mini)
    assert found.difference == pytest.approx(-2.1, abs=0.05)
    assert found.sd_difference == pytest.approx(38.8, abs=0.05)
    assert found.limit_low == pytest.approx(-2.1176 - 1.96 * 38.7651, abs=1e-3)
    assert found.limit_high == pytest.approx(-2.1176 + 1.96 * 38.7651, abs=1e-3)
    # Their 95% interval for the bias: -22.0 to 17.8.
    assert [found.difference_low, found.difference_high] == pytest.approx([-22.0, 17.8], abs=0.1)
    assert (found.n, found.n_dropped, found.notes) == (17, 0, ())


def test_concordance_is_lins_by_hand_arithmetic():
    # x - mean: -2 -1 0 1 2; y - mean: -2 0 -1 1 2; s12 = 9/5, both variances 2, shift 0.5: 3.6 / 4.25
    found = compare_views([1, 2, 3, 4, 5], [1.5, 3.5, 2.5, 4.5, 5.5])
    ccc, r, u2 = 3.6 / 4.25, 0.9, 0.125
    assert found.ccc == pytest.approx(ccc)
    variance = (1 - r**2) * ccc**2 * (1 - ccc**2) / r**2 + 2 * ccc**3 * (1 - ccc) * u2 / r
    variance = (variance - ccc**4 * u2**2 / (2 * r**2)) / 3
    half = 1.959963984540054 * np.sqrt(variance) / (1 - ccc**2)
    assert [found.ccc_low, found.ccc_high] == pytest.approx(np.tanh(np.arctanh(ccc) + np.array([-half, half])))


@pytest.mark.slow
def test_the_interval_of_the_concordance_covers():
    rng = np.random.default_rng(6)
    true = 2 * 0.8 / (1 + 1 + 0.3**2)
    held = 0
    for _ in range(1000):
        common = rng.normal(size=40)
        x, y = (np.sqrt(0.8) * common + np.sqrt(0.2) * rng.normal(size=40) for _ in range(2))
        found = compare_views(x, y + 0.3)
        held += found.ccc_low <= true <= found.ccc_high
    assert 0.93 <= held / 1000 <= 0.97


def test_perfect_agreement_has_no_interval():
    found = compare_views([1, 2, 3, np.nan], [1, 2, 3, 4])
    assert (found.icc, found.ccc, found.difference, found.sd_difference) == (1, pytest.approx(1), 0, 0)
    assert np.isnan([found.icc_low, found.icc_high, found.ccc_low, found.ccc_high]).all()
    assert (found.limit_low, found.limit_high, found.n_dropped) == (0, 0, 1)
    assert len(found.notes) == 2


def test_a_constant_view_has_no_concordance_but_limits():
    found = compare_views([3, 3, 3, 3], [1, 2, 3, 5])
    assert np.isnan([found.ccc, found.ccc_low]).all()
    assert found.difference == pytest.approx(0.25)
    assert note("views_no_concordance") in found.notes


def test_two_pairs_are_too_few_for_agreement():
    found = compare_views([1, 2, 3], [2, np.nan, 3])
    assert np.isnan([found.difference, found.limit_low, found.icc, found.ccc, found.sd_difference]).all()
    assert found.notes[0].code == "views_too_few"
