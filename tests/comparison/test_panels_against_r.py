"""The four-site data through panels: what R answers stands in the rows."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from factories import compare, make_plan

from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import SmallestEffect
from sos_score.statistics.t_tests import compare_overlapping

GOLDEN = Path(__file__).parents[1] / "golden" / "statistics"
R = json.loads((GOLDEN / "sites.json").read_text())
with (GOLDEN / "sites.csv").open() as lines:
    ROWS = list(csv.DictReader(lines))
SCALES = ("PRO", "RIG", "RES", "ENG", "FUN", "STR")
ARMS = {site: "sos" if next(row for row in ROWS if row["site"] == site)["group"] == "treated" else "contrast"
        for site in ("1", "2", "3", "4")}  # fmt: skip
each_scale = pytest.mark.parametrize("scale", SCALES)


def column(name):
    return np.array([row[name] for row in ROWS], dtype=str)


@pytest.fixture(scope="module")
def found():
    panels = [
        OutcomeScores("osc", "osc", scale, scale, "staff", "more", "high", float("nan"), float("nan"), column("person"),
              column("site"), column("wave"), np.array([float(row[scale] or "nan") for row in ROWS]), is_t=True)
        for scale in SCALES
    ]  # fmt: skip
    plan = make_plan(ARMS, smallest_cell=1, find_effect=lambda _source, _scale: SmallestEffect(5.0, "T"))
    return compare(panels, plan)


def pick(found, scale, question, *methods, **where):
    rows = [row for row in found.rows if (row.scale, row.question) == (scale, question) and row.method_code in methods]
    rows = [row for row in rows if all(getattr(row, name) == value for name, value in where.items())]
    assert len(rows) == 1, [row.method_code for row in rows]
    return rows[0]


OVERLAPPING = ("overlap_t_equal", "overlap_t_unequal")


def close(value, tolerance=1e-8):
    return pytest.approx(value, rel=tolerance, abs=tolerance)


@each_scale
def test_descriptions_are_rs(found, scale):
    r = R[f"desc/{scale}"]
    for site, wave, n, mean, sd in zip(r["site"], r["wave"], r["n"], r["mean"], r["sd"], strict=True):
        row = pick(found, scale, "level", "mean_t", site=f"Site {site}", wave=wave)
        assert row.counts == (n,)
        assert (row.estimate, row.effect, row.statistic) == (close(mean), close(sd), close(mean))
        assert (row.low + row.high) / 2 == close(mean)


@each_scale
@pytest.mark.parametrize("site", [1, 2, 3, 4])
def test_a_sites_change_is_rs(found, scale, site):
    name, where = f"{scale}/site{site}", {"site": f"Site {site}"}
    welch, r = pick(found, scale, "change", "welch_t", groups="T2 - T1", **where), R[f"welch/{name}"]
    assert (welch.estimate, welch.low, welch.high) == (
        close(r["mean_diff"]),
        close(r["conf_low"]),
        close(r["conf_high"]),
    )
    assert (welch.statistic, welch.df, welch.p) == (close(r["statistic"]), close(r["df"]), close(r["p"]))
    paired, r = pick(found, scale, "change", "paired_t", **where), R[f"paired/{name}"]
    assert paired.counts == (r["n"],)
    assert (paired.estimate, paired.low, paired.high) == (
        close(r["mean_diff"]),
        close(r["conf_low"]),
        close(r["conf_high"]),
    )
    assert (paired.statistic, paired.df, paired.p) == (close(r["statistic"]), close(r["df"]), close(r["p"]))
    main, r = pick(found, scale, "change", *OVERLAPPING, **where), R[f"hedges_g/{name}"]
    assert main.is_primary
    assert main.effect == close(r["estimate"])
    assert (main.effect_low, main.effect_high) == (close(r["ci_low"], 1e-4), close(r["ci_high"], 1e-4))
    assert main.estimate == close(welch.estimate)
    ranks, r = pick(found, scale, "change", "link_ignored", **where), R[f"mwu/{name}"]
    assert (ranks.statistic, ranks.p, ranks.effect) == (
        close(r["U_x"]),
        close(r["p_R_default"]),
        close(r["rank_biserial"]),
    )
    assert (ranks.effect_low, ranks.effect_high) == (close(r["rb_ci_low"], 1e-6), close(r["rb_ci_high"], 1e-6))


@each_scale
def test_the_overlapping_test_of_a_row_is_the_numeric_layers(found, scale):
    for site in ("1", "2", "3", "4"):
        held = {}
        for row in ROWS:
            if row["site"] == site and row[scale]:
                held.setdefault(row["person"], {})[row["wave"]] = float(row[scale])
        after, before = (np.array([each.get(wave, np.nan) for each in held.values()]) for wave in ("T2", "T1"))
        alone = compare_overlapping(after, before).test
        row = pick(found, scale, "change", *OVERLAPPING, site=f"Site {site}")
        assert (row.statistic, row.df, row.p) == (
            close(alone.statistic),
            close(alone.df),
            close(alone.p),
        )
        assert (row.low, row.high, row.counts) == (close(alone.low), close(alone.high), alone.n)


@each_scale
@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_welchs_analysis_of_variance_across_sites_is_rs(found, scale, wave):
    row, r = pick(found, scale, "arms", "welch_anova", wave=wave), R[f"welch_anova/{scale}/{wave}"]
    assert (row.statistic, row.df, row.df2, row.p) == (close(r["F"]), close(r["df1"]), close(r["df2"]), close(r["p"]))


@each_scale
def test_differences_in_differences_are_rs(found, scale):
    hc3, r = pick(found, scale, "did", "least_squares_hc3"), R[f"did_hc3/{scale}"]
    assert (hc3.estimate, hc3.statistic, hc3.p) == (close(r["estimate"][3]), close(r["t"][3]), close(r["p"][3]))
    for cluster in ("person", "site"):
        row, r = pick(found, scale, "did", f"clustered_on_{cluster}"), R[f"did_cr2_{cluster}/{scale}"]
        assert row.is_primary == (cluster == "person")
        assert (row.estimate, row.statistic) == (close(r["estimate"][3]), close(r["t"][3]))
        assert (row.df, row.p) == (close(r["df_satt"][3], 1e-6), close(r["p"][3], 1e-6))
        assert (row.low, row.high) == (close(r["ci_low"][3], 1e-6), close(r["ci_high"][3], 1e-6))
    ancova, r = pick(found, scale, "did", "ancova"), R[f"ancova/{scale}"]
    assert sum(ancova.counts) == r["lm"]["n"]
    assert (ancova.estimate, ancova.df) == (close(r["lm"]["coef"]["estimate"][2]), r["lm"]["df_resid"])
    assert ancova.p == close(r["type2"]["Pr(>F)"][1])


@each_scale
def test_the_permutation_of_sites_is_rs(found, scale):
    row, r = pick(found, scale, "did", "permutation_exact"), R[f"permutation/{scale}"]
    assert row.is_primary
    assert (row.estimate, row.statistic, row.p) == (close(r["observed"]), close(r["observed"]), close(r["p_two_sided"]))
    limit = row.finding.notes[0]
    assert (limit.code, limit["assignments"], limit["smallest_p"]) == ("permutation_without_effect", 6, close(1 / 3))


@each_scale
def test_the_margin_in_t_units_is_tested_as_r_tests_it(found, scale):
    for site in (1, 2, 3, 4):
        row, r = pick(found, scale, "change", *OVERLAPPING, site=f"Site {site}"), R[f"tost/{scale}/site{site}"]
        assert row.smallest == r["margin"] == 5.0
        # R's is on Welch; the row's on the overlapping test, whose interval is centred alike.
        assert (row.tost_low + row.tost_high) / 2 == close((r["ci90_low"] + r["ci90_high"]) / 2)
        assert (row.tost_p < 0.05) == (row.tost_low > -5 and row.tost_high < 5)


@each_scale
def test_the_familys_p_values_are_adjusted_as_r_adjusts_them(found, scale):
    rows = [row for row in found.ask("change") if row.scale == scale and row.is_primary]
    p = sorted(row.p for row in rows)
    holm, highest = {}, 0.0
    for place, value in enumerate(p):
        highest = max(highest, min(1.0, (len(p) - place) * value))
        holm[value] = highest
    assert [row.p_adjusted for row in rows] == [close(holm[row.p]) for row in rows]
