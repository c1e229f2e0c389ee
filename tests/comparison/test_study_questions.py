"""Who accounts for the variation and what goes with what, from survey files to rows."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import ROOT

from sos_score.comparison.compare import compare_study
from sos_score.comparison.nesting import pluralise
from sos_score.comparison.suppression import HIDDEN
from sos_score.study.file import read_study
from sos_score.study.from_scores import ScoredFile, make_study_from_scores
from sos_score.study.load import load_study_data

SCORING = ROOT / "tests" / "golden" / "scoring"
R = json.loads((ROOT / "tests" / "golden" / "mixed" / "families.json").read_text())
STUDY = """\
format: 1
id: families
title: Sixty families
sites: {'1': {}, '2': {}, '3': {}, '4': {}}
waves: [T1, T2]
sources:
  families: {files: families.csv, instrument: families.yaml, answered_by: staff, ids: {person: family}}
  workers: {files: workers.csv, instrument: workers.yaml, answered_by: staff, ids: {person: worker}}
pairs:
  competence: {x: workers.comp, y: families.view}
"""


def load(folder: Path, text: str = STUDY):
    (folder / "study.yaml").write_text(text)
    return load_study_data(read_study(folder / "study.yaml"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Case 4 as a study: families in long form, a finding a family and wave."""
    folder = tmp_path_factory.mktemp("families")
    for name in ("workers.yaml", "workers.csv"):
        shutil.copy(SCORING / name, folder / name)
    definition = (SCORING / "families.yaml").read_text()
    (folder / "families.yaml").write_text(definition.replace("\n  family:", "\n  view:"))  # family is an id here
    wide = pd.read_csv(SCORING / "families.csv", dtype=str)
    ids = ["family", "worker", "site"]
    parts = []
    for wave in ("T1", "T2"):
        items = [name for name in wide.columns if name.endswith(f"_{wave}")]
        rows = wide[ids + items].rename(columns=lambda name: name.partition("_T")[0])
        parts.append(rows.assign(wave=wave))
    pd.concat(parts).to_csv(folder / "families.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def families(folder):
    return compare_study(load(folder), ("variation", "association"))


@pytest.fixture(scope="module")
def example():
    return load_study_data(read_study(ROOT / "examples" / "contrast_study" / "study.yaml"))


@pytest.fixture(scope="module")
def told(example):
    return compare_study(example, ("variation", "association"))


def pick(comparison, question, start, wave, scale=None, source=None):
    rows = [
        finding
        for finding in comparison.ask(question)
        if (finding.waves, finding.scale) == (wave, scale or finding.scale) and source in (None, finding.source)
    ]
    (finding,) = [finding for finding in rows if finding.groups.endswith(start) or finding.method.startswith(start)]
    return finding


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_shares_and_their_tests_agree_with_lme4(families, wave):
    fit = R[f"lmer/{wave}"]["value"]
    tests = {name: R[f"lrt_{name}/REML/{wave}"]["value"] for name in ("site", "worker")}
    for name, groups in (("site", "4 sites"), ("worker", "20 workers")):
        finding = pick(families, "variation", groups, wave, "view")
        assert finding.counts == (fit["n"],)
        assert finding.effect.value == pytest.approx(fit["proportion"][name], abs=1e-4)
        assert finding.estimate.value**2 == pytest.approx(fit["variance"][name], abs=1e-4 * fit["total"])
        assert finding.test.statistic == pytest.approx(max(tests[name]["chisq"], 0), abs=2e-5)
        expected = tests[name]["p_mixture_half"] if tests[name]["chisq"] > 1e-6 else 1.0
        assert finding.test.p == pytest.approx(expected, rel=1e-4)
        assert finding.effect.low <= finding.effect.value <= finding.effect.high
        assert finding.test.df == 1
    rest = pick(families, "variation", "within workers", wave, "view")
    assert rest.effect.value == pytest.approx(fit["proportion"]["Residual"], abs=1e-4)
    assert rest.estimate.value**2 == pytest.approx(fit["variance"]["Residual"], abs=1e-4 * fit["total"])
    assert math.isnan(rest.test.p)


def test_a_variance_of_zero_is_said_to_be_the_boundary(families):
    sites = pick(families, "variation", "4 sites", "T2", "view")
    assert sites.effect.value == 0
    assert sites.effect.low == 0 < sites.effect.high
    assert sites.notes[-1] == (
        "sites: the best estimate of their variance is 0, the boundary of what is possible: the data show no more"
        " difference between groups than chance would give. It does not mean that they are known to be alike."
    )


def test_the_sentence_says_when_the_data_cannot_tell(families):
    finding = pick(families, "variation", "workers against sites", "T1", "view")
    assert (finding.verdict, finding.is_judged) == ("cannot tell", True)
    assert finding.reason == (
        "Of the variation in scores, workers account for 42% [10% to 75%] and sites account for 20% [0% to 77%];"
        " the data cannot tell which is larger."
    )
    assert finding.effect.value == pytest.approx(0.417943809565 - 0.199472353899, abs=2e-4)


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_worker_means_correlate_as_cor_test_says(families, wave):
    for start, entry in (("Pearson, p from", f"pearson/{wave}"), ("Spearman", f"spearman_default/{wave}")):
        finding, r = pick(families, "association", start, wave), R[entry]["value"]
        assert (finding.unit, finding.counts) == ("workers", (20,))
        if (start, wave) == ("Spearman", "T2"):
            # Two means differ beyond ten decimals only; here they tie, in R they do not.
            assert finding.estimate.value == pytest.approx(r["r"], abs=0.01)
            assert (
                finding.notes[-1]
                == f"some values differ only beyond 10 decimals and are tied; untied, r = {r['r']:.4f}."
            )
            continue
        assert finding.estimate.value == finding.effect.value == pytest.approx(r["r"], rel=1e-8)
        assert finding.test.statistic == pytest.approx(r["statistic"], rel=1e-8)
        assert finding.test.p == pytest.approx(r["p"], rel=1e-8)
        if start.startswith("Pearson"):
            assert (finding.estimate.low, finding.estimate.high, finding.test.df) == pytest.approx(
                (r["ci_low"], r["ci_high"], r["df"]), rel=1e-8
            )
            assert (finding.effect.low, finding.effect.high) == (finding.estimate.low, finding.estimate.high)


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_the_slope_agrees_with_lmertest(families, wave):
    finding, r = pick(families, "association", "slope between workers", wave), R[f"slope/{wave}"]["value"]
    fixed = r["fixef"]
    assert finding.counts == (r["n"],)
    assert finding.estimate.value == pytest.approx(fixed["estimate"][1], rel=1e-4)
    assert finding.test.statistic == pytest.approx(fixed["t"][1], rel=1e-4)
    assert finding.test.df == pytest.approx(fixed["df_satt"][1], rel=1e-2)
    assert finding.test.p == pytest.approx(fixed["p_satt"][1], rel=1e-2)
    assert finding.estimate.low < finding.estimate.value < finding.estimate.high


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_the_wrong_unit_is_given_beside_the_right_one_and_called_wrong(families, wave):
    finding = pick(families, "association", "Pearson over single scores: wrong unit", wave)
    r = R[f"pearson_family_level_naive/{wave}"]["value"]
    assert (finding.estimate.value, finding.test.p, finding.test.df) == pytest.approx(
        (r["r"], r["p"], r["df"]), rel=1e-8
    )
    assert (finding.verdict, finding.is_judged, finding.unit) == ("wrong unit", False, "scores")
    assert finding.notes[0] == (
        f"{finding.counts[0]} scores are counted as if each had a worker of its own: shown only to set beside the right one"
    )


def test_all_pairs_and_waves_are_one_family_of_tests_however_few_are_shown(example, told):
    judged = [finding for finding in told.ask("association") if finding.is_judged]
    families = {name: size for name, size in told.families.items() if name.startswith("association")}
    assert families == {"association, all declared pairs": 12}
    p = sorted(finding.test.p for finding in judged)
    assert min(finding.test.p_adjusted for finding in judged) == pytest.approx(12 * p[0])
    one = compare_study(example, ("association",), scales=("practice.use",))
    assert {finding.groups.partition(" - ")[0] for finding in one.ask("association")} == {"practice.use"}
    shown = {
        (finding.groups, finding.waves): finding.test.p_adjusted
        for finding in one.ask("association")
        if finding.is_judged
    }
    assert shown == {
        key: value
        for finding in judged
        if (key := (finding.groups, finding.waves)) in shown
        for value in [finding.test.p_adjusted]
    }
    assert len(shown) == 4


def test_competence_goes_with_positive_families_and_the_use_of_signs_of_safety_does_not(told):
    judged = [finding for finding in told.ask("association") if finding.is_judged]
    assert len(judged) == 12
    for finding in judged:
        if finding.groups.startswith("competence"):
            assert (finding.verdict, finding.direction) == ("associated", "higher goes with higher")
            assert finding.estimate.low > 0
        else:
            assert finding.verdict == "inconclusive"
            assert finding.direction == ""
            assert finding.estimate.low < 0 < finding.estimate.high
            assert abs(finding.estimate.value) < 0.15
            assert finding.equivalence.smallest == pytest.approx(0.5 / math.sqrt(4.25))
            assert finding.reason.endswith("reaches both differences that matter and differences that do not")


def test_the_dose_of_practice_makes_no_slope_between_or_within_workers(told):
    slopes = [
        finding
        for finding in told.ask("association")
        if finding.effect.measure == "slope" and finding.groups.startswith("practice")
    ]
    assert {finding.method.partition(":")[0] for finding in slopes} == {
        "slope between workers", "slope within workers", "between less within workers",
    }  # fmt: skip
    assert len(slopes) == 12
    assert all(finding.estimate.low < 0 < finding.estimate.high for finding in slopes)


def test_workers_against_sites_are_adjusted_over_the_waves_of_a_scale(told):
    rows = [
        finding
        for finding in told.ask("variation")
        if (finding.source, finding.scale) == ("alliance_family", "total") and finding.is_judged
    ]
    assert [finding.waves for finding in rows] == ["T1", "T2"]
    assert {finding.family for finding in rows} == {"variation of scores, alliance_family.total"}
    one, two = sorted(finding.test.p for finding in rows)
    assert one < 0.05 < 2 * one  # told by its own p, and not by Holm's of two
    assert [finding.test.p_adjusted for finding in rows] == pytest.approx([2 * one, max(2 * one, two)])
    assert {finding.verdict for finding in rows} == {"workers more before adjustment"}
    assert all(
        finding.reason.endswith("workers account for more than sites, but not after adjustment.") for finding in rows
    )
    alone = next(finding for finding in told.ask("variation") if finding.source == "feedback" and finding.is_judged)
    assert (alone.test.p_adjusted, alone.verdict) == (alone.test.p, "workers more")


def test_workers_account_for_more_than_sites_where_families_answer(told):
    more = {
        (finding.source, finding.scale, finding.waves)
        for finding in told.ask("variation")
        if "workers more" in finding.verdict
    }
    assert {
        ("alliance_family", "total", "T1"),
        ("alliance_family", "total", "T2"),
        ("engagement", "total", "T1"),
        ("feedback", "feedback", ""),
        ("competence", "clinical_skill", ""),
    } <= more
    assert not [finding for finding in told.ask("variation") if finding.verdict == "sites more"]


def test_observers_and_the_raters_of_one_case_are_levels_too(told):
    skill = {finding.groups: finding for finding in told.ask("variation") if finding.scale == "clinical_skill"}
    assert list(skill) == [
        "4 sites", "20 workers", "34 families", "2 observers", "within families", "workers against sites",
    ]  # fmt: skip
    assert sum(
        finding.effect.value for name, finding in skill.items() if name != "workers against sites"
    ) == pytest.approx(1)
    joint = "safety_family+safety_worker+safety_observer"
    safety = {finding.groups: finding for finding in told.ask("variation") if finding.source == joint}
    assert list(safety) == ["4 sites", "20 workers", "60 families", "within families", "workers against sites"]
    assert safety["within families"].counts == (161,)
    assert safety["60 families"].effect == pytest.approx(0.67, abs=0.005)
    assert safety["within families"].notes == (
        "3 kinds of rater together, their mean differences taken out; what is within families is how far raters of one"
        " case differ, over and above their kind's usual difference",
    )


def test_views_of_one_alliance_agree_in_part_and_workers_are_more_positive(told):
    rows = [
        finding
        for finding in told.ask("association")
        if finding.groups == "alliance_family.total - alliance_worker.total"
    ]
    first = {finding.method: finding for finding in rows if finding.waves == ("T1",)}
    icc = first["absolute agreement"]
    assert (icc.effect.measure, icc.unit, icc.counts) == ("ICC(A,1)", "families", (56,))
    assert (icc.effect.value, icc.effect.low, icc.effect.high) == pytest.approx((0.379, 0.135, 0.580), abs=1e-3)
    assert icc.estimate.value < 0 > icc.estimate.high
    assert icc.notes == (
        "families with one of the two views only: fewer than 5.",
        "scores of one worker are taken as independent: the intervals are somewhat too narrow",
    )
    limits = first["limits of agreement: -+ 1.96 sd"]
    assert (limits.low + limits.high) / 2 == pytest.approx(icc.estimate.value)
    assert first["Lin's concordance"].effect < first["Pearson, not agreement"].effect
    assert not any(finding.is_judged for finding in rows)


def test_few_units_are_not_shown(folder):
    few = STUDY + "privacy: {smallest_cell: 21}\n"
    rows = compare_study(load(folder, few), ("association",)).ask("association")
    workers = [finding for finding in rows if finding.unit == "workers"]
    assert workers
    for finding in workers:
        assert math.isnan(finding.estimate.value)
        assert math.isnan(finding.test.p)
        assert finding.notes == ("not shown: a group of fewer than 21 people, or one that would give it away",)


def test_a_pair_whose_level_no_source_shares_says_so(folder):
    apart = STUDY.replace("families.view}", "families.view, level: family}")
    (finding,) = compare_study(load(folder, apart), ("association",)).ask("association")
    assert math.isnan(finding.estimate.value)
    assert finding.notes == ("no family is known in both sources at the same wave: nothing can be paired.",)
    assert not finding.is_judged


def test_scores_that_do_not_vary_are_said_not_to(example):
    table = next(outcome for outcome in example.outcomes if outcome.id == "practice.use")
    flat = replace(table, table=replace(table.table, frame=table.frame.assign(use=3.0)))
    others = tuple(flat if each.id == "practice.use" else each for each in example.outcomes)
    comparison = compare_study(
        replace(example, outcomes=others), ("variation", "association"), scales=("practice.use",)
    )
    shares = comparison.ask("variation")
    assert all(math.isnan(finding.effect.value) for finding in shares)
    assert shares[-1].reason == (
        "Whether workers or sites account for more of the variation cannot be said from these data."
    )
    assert (
        "the scores do not vary (or follow the predictors exactly): there is no variance to divide." in shares[-1].notes
    )
    pearson = comparison.ask("association")[0]
    assert math.isnan(pearson.p)
    assert pearson.notes[-1] == "one of the two scores does not vary: no correlation can be computed."


def test_groups_are_named_in_the_plural():
    assert [pluralise(name) for name in ("family", "key_worker", "day")] == ["families", "key workers", "days"]


def test_shares_of_sites_are_hidden_where_a_site_is(tmp_path):
    rng = np.random.default_rng(3)
    sizes = {"A": 3, "B": 9, "C": 8, "D": 7}
    rows = [
        {"respondent": f"{site}{n}", "site": site, "mood": round(rng.normal(5, 1), 2)}
        for site, size in sizes.items()
        for n in range(size)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "scores.csv", index=False)
    data = make_study_from_scores(ScoredFile(str(tmp_path / "scores.csv"), "site", None, ("A", "B")))
    shown = compare_study(data, ["variation"]).findings
    assert shown
    assert all(math.isnan(finding.effect.value) and not finding.counts and not finding.reason for finding in shown)
    assert {finding.notes[0] for finding in shown} == {HIDDEN.format(5)}
