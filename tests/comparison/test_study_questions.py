"""Who accounts for the variation and what goes with what, from survey files to rows."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from factories import compare_data
from support import ROOT

from sos_score.comparison.finding import Contrast, Measure
from sos_score.comparison.verdict import Verdict
from sos_score.notes import note
from sos_score.study.file import read_study
from sos_score.study.from_scores import ScoredFile, make_study_from_scores
from sos_score.study.load import load_study_data
from sos_score.words import pluralise

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
    """Case 4 as a study: families in long form, a row a family and wave."""
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
    return compare_data(load(folder), ("variation", "association"))


@pytest.fixture(scope="module")
def example():
    return load_study_data(read_study(ROOT / "examples" / "contrast_study" / "study.yaml"))


@pytest.fixture(scope="module")
def told(example):
    return compare_data(example, ("variation", "association"))


def pick(comparison, question, start, wave, scale=None, source=None):
    rows = [
        row
        for row in comparison.ask(question)
        if (row.wave, row.scale) == (wave, scale or row.scale) and source in (None, row.source)
    ]
    (row,) = [row for row in rows if start in (row.groups, row.method_code)]
    return row


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_shares_and_their_tests_agree_with_lme4(families, wave):
    fit = R[f"lmer/{wave}"]["value"]
    tests = {name: R[f"lrt_{name}/REML/{wave}"]["value"] for name in ("site", "worker")}
    for name, groups in (("site", "4 sites"), ("worker", "20 workers")):
        row = pick(families, "variation", groups, wave, "view")
        assert row.counts == (fit["n"],)
        assert row.effect == pytest.approx(fit["proportion"][name], abs=1e-4)
        assert row.estimate**2 == pytest.approx(fit["variance"][name], abs=1e-4 * fit["total"])
        assert row.statistic == pytest.approx(max(tests[name]["chisq"], 0), abs=2e-5)
        expected = tests[name]["p_mixture_half"] if tests[name]["chisq"] > 1e-6 else 1.0
        assert row.p == pytest.approx(expected, rel=1e-4)
        assert row.effect_low <= row.effect <= row.effect_high
        assert row.df == 1
    rest = pick(families, "variation", "within workers", wave, "view")
    assert rest.effect == pytest.approx(fit["proportion"]["Residual"], abs=1e-4)
    assert rest.estimate**2 == pytest.approx(fit["variance"]["Residual"], abs=1e-4 * fit["total"])
    assert math.isnan(rest.p)


def test_a_variance_of_zero_is_said_to_be_the_boundary(families):
    sites = pick(families, "variation", "4 sites", "T2", "view")
    assert sites.effect == 0
    assert sites.effect_low == 0 < sites.effect_high
    assert sites.notes[-1] == (
        "sites: the best estimate of their variance is 0, the boundary of what is possible: the data show no more"
        " difference between groups than chance would give. It does not mean that they are known to be alike."
    )


def test_the_sentence_says_when_the_data_cannot_tell(families):
    row = pick(families, "variation", "workers against sites", "T1", "view")
    assert (row.verdict, row.is_primary) == ("cannot tell", True)
    assert row.reason == (
        "Of the variation in scores, workers account for 42% [10% to 75%] and sites account for 20% [0% to 77%];"
        " the data cannot tell which is larger."
    )
    assert row.effect == pytest.approx(0.417943809565 - 0.199472353899, abs=2e-4)


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_worker_means_correlate_as_cor_test_says(families, wave):
    for measure, entry in ((Measure.R, f"pearson/{wave}"), (Measure.RHO, f"spearman_default/{wave}")):
        rows = [each for each in families.ask("association") if (each.wave, each.method_code) == (wave, "correlation")]
        (row,) = [each for each in rows if each.finding.effect.measure is measure]
        r = R[entry]["value"]
        assert (row.unit, row.counts) == ("workers", (20,))
        if (measure, wave) == (Measure.RHO, "T2"):
            # Two means differ beyond ten decimals only; here they tie, in R they do not.
            assert row.estimate == pytest.approx(r["r"], abs=0.01)
            assert (
                row.notes[-1] == f"some values differ only beyond 10 decimals and are tied; untied, r = {r['r']:.4f}."
            )
            continue
        assert row.estimate == row.effect == pytest.approx(r["r"], rel=1e-8)
        assert row.statistic == pytest.approx(r["statistic"], rel=1e-8)
        assert row.p == pytest.approx(r["p"], rel=1e-8)
        if measure is Measure.R:
            assert (row.low, row.high, row.df) == pytest.approx((r["ci_low"], r["ci_high"], r["df"]), rel=1e-8)
            assert (row.effect_low, row.effect_high) == (row.low, row.high)


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_the_slope_agrees_with_lmertest(families, wave):
    row, r = pick(families, "association", "slope_between", wave), R[f"slope/{wave}"]["value"]
    fixed = r["fixef"]
    assert row.counts == (r["n"],)
    assert row.estimate == pytest.approx(fixed["estimate"][1], rel=1e-4)
    assert row.statistic == pytest.approx(fixed["t"][1], rel=1e-4)
    assert row.df == pytest.approx(fixed["df_satt"][1], rel=1e-2)
    assert row.p == pytest.approx(fixed["p_satt"][1], rel=1e-2)
    assert row.low < row.estimate < row.high


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_the_wrong_unit_is_given_beside_the_right_one_and_called_wrong(families, wave):
    row = pick(families, "association", "pearson_wrong_unit", wave)
    r = R[f"pearson_family_level_naive/{wave}"]["value"]
    assert (row.estimate, row.p, row.df) == pytest.approx((r["r"], r["p"], r["df"]), rel=1e-8)
    assert (row.verdict, row.is_primary, row.unit) == ("wrong unit", False, "scores")
    assert row.notes[0] == (
        f"{row.counts[0]} scores are counted as if each had a worker of its own: shown only to set beside the right one"
    )


def test_all_pairs_and_waves_are_one_family_of_tests_however_few_are_shown(example, told):
    judged = [row for row in told.ask("association") if row.is_primary]
    families = {name: size for name, size in told.families.items() if name.startswith("association")}
    assert families == {"association, all declared pairs": 12}
    p = sorted(row.p for row in judged)
    assert min(row.p_adjusted for row in judged) == pytest.approx(12 * p[0])
    one = compare_data(example, ("association",), scales=("practice.use",))
    assert {row.finding.groups.members[0] for row in one.ask("association")} == {"practice.use"}
    shown = {(row.groups, row.wave): row.p_adjusted for row in one.ask("association") if row.is_primary}
    assert shown == {
        key: value for row in judged if (key := (row.groups, row.wave)) in shown for value in [row.p_adjusted]
    }
    assert len(shown) == 4


def test_competence_goes_with_positive_families_and_the_use_of_signs_of_safety_does_not(told):
    judged = [row for row in told.ask("association") if row.is_primary]
    assert len(judged) == 12
    for row in judged:
        if row.finding.groups.members[0].partition(".")[0] == "competence":
            assert (row.verdict, row.direction) == ("associated", "higher goes with higher")
            assert row.low > 0
        else:
            assert row.verdict == "inconclusive"
            assert row.direction == ""
            assert row.low < 0 < row.high
            assert abs(row.estimate) < 0.15
            assert row.smallest == pytest.approx(0.5 / math.sqrt(4.25))
            assert row.reason.endswith("reaches both differences that matter and differences that do not")


def test_the_dose_of_practice_makes_no_slope_between_or_within_workers(told):
    slopes = [
        row
        for row in told.ask("association")
        if row.finding.effect.measure is Measure.SLOPE and row.finding.groups.members[0] == "practice.use"
    ]
    assert {row.method_code for row in slopes} == {"slope_between", "slope_within", "slope_difference"}
    assert len(slopes) == 12
    assert all(row.low < 0 < row.high for row in slopes)


def test_workers_against_sites_are_adjusted_over_the_waves_of_a_scale(told):
    rows = [
        row
        for row in told.ask("variation")
        if (row.source, row.scale) == ("alliance_family", "total") and row.is_primary
    ]
    assert [row.wave for row in rows] == ["T1", "T2"]
    assert {row.family for row in rows} == {"variation of scores, alliance_family.total"}
    one, two = sorted(row.p for row in rows)
    assert one < 0.05 < 2 * one  # told by its own p, and not by Holm's of two
    assert [row.p_adjusted for row in rows] == pytest.approx([2 * one, max(2 * one, two)])
    assert {row.verdict for row in rows} == {"workers more before adjustment"}
    assert all(row.reason.endswith("workers account for more than sites, but not after adjustment.") for row in rows)
    alone = next(row for row in told.ask("variation") if row.source == "feedback" and row.is_primary)
    assert (alone.p_adjusted, alone.verdict) == (alone.p, "workers more")


def test_workers_account_for_more_than_sites_where_families_answer(told):
    more = {(row.source, row.scale, row.wave) for row in told.ask("variation") if is_larger(row, "workers")}
    assert {
        ("alliance_family", "total", "T1"),
        ("alliance_family", "total", "T2"),
        ("engagement", "total", "T1"),
        ("feedback", "feedback", ""),
        ("competence", "clinical_skill", ""),
    } <= more
    assert not [row for row in told.ask("variation") if is_larger(row, "sites")]


def is_larger(row, level):
    """Return whether a level accounts for more, before adjustment or after it."""
    larger = {Verdict.FIRST_LARGER: 0, Verdict.SECOND_LARGER: 1}.get(row.finding.verdict)
    return larger is not None and row.finding.groups.members[larger] == level


def test_observers_and_the_raters_of_one_case_are_levels_too(told):
    skill = {row.groups: row for row in told.ask("variation") if row.scale == "clinical_skill"}
    assert list(skill) == [
        "4 sites", "20 workers", "34 families", "2 observers", "within families", "workers against sites",
    ]  # fmt: skip
    assert sum(
        row.effect for row in skill.values() if row.finding.groups.contrast is not Contrast.LEVELS
    ) == pytest.approx(1)
    joint = "safety_family+safety_worker+safety_observer"
    safety = {row.groups: row for row in told.ask("variation") if row.source == joint}
    assert list(safety) == ["4 sites", "20 workers", "60 families", "within families", "workers against sites"]
    assert safety["within families"].counts == (161,)
    assert safety["60 families"].effect == pytest.approx(0.67, abs=0.005)
    assert safety["within families"].notes == (
        "3 kinds of rater together, their mean differences taken out; what is within families is how far raters of one"
        " case differ, over and above their kind's usual difference",
    )


def test_views_of_one_alliance_agree_in_part_and_workers_are_more_positive(told):
    rows = [row for row in told.ask("association") if row.groups == "alliance_family.total - alliance_worker.total"]
    first = {row.method_code: row for row in rows if row.wave == "T1"}
    icc = first["absolute_agreement"]
    assert (icc.effect_name, icc.unit, icc.counts) == ("ICC(A,1)", "families", (56,))
    assert (icc.effect, icc.effect_low, icc.effect_high) == pytest.approx((0.379, 0.135, 0.580), abs=1e-3)
    assert icc.estimate < 0 > icc.high
    assert icc.notes == (
        "families with one of the two views only: fewer than 5.",
        "scores of one worker are taken as independent: the intervals are somewhat too narrow",
    )
    limits = first["limits_of_agreement"]
    assert (limits.low + limits.high) / 2 == pytest.approx(icc.estimate)
    assert first["lin"].effect < first["pearson_not_agreement"].effect
    assert not any(row.is_primary for row in rows)


def test_few_units_are_not_shown(folder):
    few = STUDY + "privacy: {smallest_cell: 21}\n"
    rows = compare_data(load(folder, few), ("association",)).ask("association")
    workers = [row for row in rows if row.unit == "workers"]
    assert workers
    for row in workers:
        assert math.isnan(row.estimate)
        assert math.isnan(row.p)
        assert row.finding.notes == (note("hidden", least=21),)


def test_a_pair_whose_level_no_source_shares_says_so(folder):
    apart = STUDY.replace("families.view}", "families.view, level: family}")
    (row,) = compare_data(load(folder, apart), ("association",)).ask("association")
    assert math.isnan(row.estimate)
    assert row.notes == ("no family is known in both sources at the same wave: nothing can be paired.",)
    assert not row.is_primary


def test_scores_that_do_not_vary_are_said_not_to(example):
    table = next(outcome for outcome in example.outcomes if outcome.id == "practice.use")
    flat = replace(table, table=replace(table.table, frame=table.frame.assign(use=3.0)))
    others = tuple(flat if each.id == "practice.use" else each for each in example.outcomes)
    comparison = compare_data(replace(example, outcomes=others), ("variation", "association"), scales=("practice.use",))
    shares = comparison.ask("variation")
    assert all(math.isnan(row.effect) for row in shares)
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
    shown = compare_data(data, ["variation"]).rows
    assert shown
    assert all(math.isnan(row.effect) and not row.counts and not row.reason for row in shown)
    assert {row.notes[0] for row in shown} == {str(note("hidden", least=5))}
