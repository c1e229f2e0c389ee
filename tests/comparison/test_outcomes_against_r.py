"""The four-site data through outcomes: what R answers stands in the findings."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from factories import make_plan

from sos_score.comparison.finding import Contrast, Groups
from sos_score.comparison.judging import compare_outcomes
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
    outcomes = [
        OutcomeScores("osc", "osc", scale, scale, "staff", "more", "high", float("nan"), float("nan"), column("person"),
              column("site"), column("wave"), np.array([float(row[scale] or "nan") for row in ROWS]), is_t=True)
        for scale in SCALES
    ]  # fmt: skip
    plan = make_plan(ARMS, smallest_cell=1, find_effect=lambda _source, _scale: SmallestEffect(5.0, "T"))
    return compare_outcomes(outcomes, plan)


def pick(found, scale, question, *methods, **where):
    several = [each for each in found.ask(question) if each.scale == scale and each.method.code in methods]
    several = [each for each in several if all(getattr(each, name) == value for name, value in where.items())]
    (one,) = several
    return one


OVERLAPPING = ("overlap_t_unequal",)


def close(value, tolerance=1e-8):
    return pytest.approx(value, rel=tolerance, abs=tolerance)


@each_scale
def test_descriptions_are_rs(found, scale):
    r = R[f"desc/{scale}"]
    for site, wave, n, mean, sd in zip(r["site"], r["wave"], r["n"], r["mean"], r["sd"], strict=True):
        finding = pick(found, scale, "descriptives", "mean_t", site=str(site), waves=(wave,))
        assert finding.counts == (n,)
        assert (finding.estimate.value, finding.effect.value, finding.test.statistic) == (
            close(mean),
            close(sd),
            close(mean),
        )
        assert (finding.estimate.low + finding.estimate.high) / 2 == close(mean)


@each_scale
@pytest.mark.parametrize("site", [1, 2, 3, 4])
def test_a_sites_change_is_rs(found, scale, site):
    name, where = f"{scale}/site{site}", {"site": str(site)}
    waves = Groups(Contrast.WAVES, ("T2", "T1"))
    welch, r = pick(found, scale, "change", "welch_t", groups=waves, **where), R[f"welch/{name}"]
    assert (welch.estimate.value, welch.estimate.low, welch.estimate.high) == (
        close(r["mean_diff"]),
        close(r["conf_low"]),
        close(r["conf_high"]),
    )
    assert (welch.test.statistic, welch.test.df, welch.test.p) == (close(r["statistic"]), close(r["df"]), close(r["p"]))
    paired, r = pick(found, scale, "change", "paired_t", **where), R[f"paired/{name}"]
    assert paired.counts == (r["n"],)
    assert (paired.estimate.value, paired.estimate.low, paired.estimate.high) == (
        close(r["mean_diff"]),
        close(r["conf_low"]),
        close(r["conf_high"]),
    )
    assert (paired.test.statistic, paired.test.df, paired.test.p) == (
        close(r["statistic"]),
        close(r["df"]),
        close(r["p"]),
    )
    main, r = pick(found, scale, "change", *OVERLAPPING, **where), R[f"hedges_g_overlap/{name}"]
    assert main.is_judged
    assert main.effect.value == close(r["estimate"])
    assert (main.effect.low, main.effect.high) == (close(r["ci_low"]), close(r["ci_high"]))
    assert main.estimate.value == close(welch.estimate.value)
    ranks, r = pick(found, scale, "change", "link_ignored", **where), R[f"mwu/{name}"]
    assert (ranks.test.statistic, ranks.test.p, ranks.effect.value) == (
        close(r["U_x"]),
        close(r["p_R_default"]),
        close(r["rank_biserial"]),
    )
    assert (ranks.effect.low, ranks.effect.high) == (close(r["rb_ci_low"], 1e-6), close(r["rb_ci_high"], 1e-6))


@each_scale
def test_the_overlapping_test_of_a_finding_is_the_numeric_layers(found, scale):
    for site in ("1", "2", "3", "4"):
        held = {}
        for row in ROWS:
            if row["site"] == site and row[scale]:
                held.setdefault(row["person"], {})[row["wave"]] = float(row[scale])
        after, before = (np.array([each.get(wave, np.nan) for each in held.values()]) for wave in ("T2", "T1"))
        alone = compare_overlapping(after, before)
        finding = pick(found, scale, "change", *OVERLAPPING, site=str(site))
        assert (finding.test.statistic, finding.test.df, finding.test.p) == (
            close(alone.statistic),
            close(alone.df),
            close(alone.p),
        )
        assert (finding.estimate.low, finding.estimate.high, finding.counts) == (
            close(alone.low),
            close(alone.high),
            alone.n,
        )


@each_scale
def test_welchs_analysis_of_variance_across_sites_is_rs(found, scale):
    finding, r = pick(found, scale, "arms", "welch_anova", waves=("T2",)), R[f"welch_anova/{scale}/T2"]
    assert (finding.test.statistic, finding.test.df, finding.test.df2, finding.test.p) == (
        close(r["F"]),
        close(r["df1"]),
        close(r["df2"]),
        close(r["p"]),
    )


@each_scale
def test_differences_in_differences_are_rs(found, scale):
    hc3, r = pick(found, scale, "did", "least_squares_hc3"), R[f"did_hc3/{scale}"]
    assert (hc3.estimate.value, hc3.test.statistic, hc3.test.p) == (
        close(r["estimate"][3]),
        close(r["t"][3]),
        close(r["p"][3]),
    )
    for cluster in ("person", "site"):
        finding, r = pick(found, scale, "did", f"clustered_on_{cluster}"), R[f"did_cr2_{cluster}/{scale}"]
        assert finding.is_judged == (cluster == "person")
        assert (finding.estimate.value, finding.test.statistic) == (close(r["estimate"][3]), close(r["t"][3]))
        assert (finding.test.df, finding.test.p) == (close(r["df_satt"][3], 1e-6), close(r["p"][3], 1e-6))
        assert (finding.estimate.low, finding.estimate.high) == (
            close(r["ci_low"][3], 1e-6),
            close(r["ci_high"][3], 1e-6),
        )
    ancova, r = pick(found, scale, "did", "ancova"), R[f"ancova/{scale}"]
    assert sum(ancova.counts) == r["lm"]["n"]
    assert (ancova.estimate.value, ancova.test.df) == (close(r["lm"]["coef"]["estimate"][2]), r["lm"]["df_resid"])
    assert ancova.test.p == close(r["type2"]["Pr(>F)"][1])


@each_scale
def test_the_permutation_of_sites_is_rs(found, scale):
    finding, r = pick(found, scale, "did", "permutation_exact"), R[f"permutation/{scale}"]
    assert not finding.is_judged  # two sites against two have no verdict
    assert (finding.estimate.value, finding.test.statistic, finding.test.p) == (
        close(r["observed"]),
        close(r["observed"]),
        close(r["p_two_sided"]),
    )
    said = finding.notes[0]
    assert (said.code, said["assignments"], said["alpha"]) == ("permutation_without_verdict", 6, 0.05)
    assert said["smallest_p"] == close(1 / 3)


@each_scale
def test_the_margin_in_t_units_is_tested_as_r_tests_it(found, scale):
    for site in (1, 2, 3, 4):
        finding, r = pick(found, scale, "change", *OVERLAPPING, site=str(site)), R[f"tost/{scale}/site{site}"]
        assert finding.equivalence.smallest == r["margin"] == 5.0
        # R's is on Welch; the finding's on the overlapping test, whose interval is centred alike.
        assert (finding.equivalence.low + finding.equivalence.high) / 2 == close((r["ci90_low"] + r["ci90_high"]) / 2)
        assert (finding.equivalence.p < 0.05) == (finding.equivalence.low > -5 and finding.equivalence.high < 5)


@each_scale
def test_the_familys_p_values_are_adjusted_as_r_adjusts_them(found, scale):
    findings = [each for each in found.ask("change") if each.scale == scale and each.is_judged]
    p = sorted(each.test.p for each in findings)
    holm, highest = {}, 0.0
    for place, value in enumerate(p):
        highest = max(highest, min(1.0, (len(p) - place) * value))
        holm[value] = highest
    assert [each.test.p_adjusted for each in findings] == [close(holm[each.test.p]) for each in findings]
