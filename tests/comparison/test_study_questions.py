"""Who accounts for the variation and what goes with what, from survey files to rows."""

import json
import math
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import ROOT

from sos_score.comparison.compare import compare_study
from sos_score.comparison.finding import Contrast, Equivalence, Groups, Measure, Unit
from sos_score.comparison.verdict import Direction, Verdict
from sos_score.notes import note
from sos_score.report.labels import Labels
from sos_score.report.questions.registry import VIEWS
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
    return compare_study(load(folder), ("variation", "association"))


@pytest.fixture(scope="module")
def example(example_data):
    return example_data


@pytest.fixture(scope="module")
def told(example):
    return compare_study(example, ("variation", "association"))


AGAINST = Groups(Contrast.LEVELS, ("workers", "sites"))


def of_level(name):
    return Groups(Contrast.LEVEL, (name,))


def within(name):
    return Groups(Contrast.WITHIN, (name,))


def pick(comparison, question, wave, **where):
    found = [each for each in comparison.ask(question) if each.waves == (wave,)]
    (one,) = [each for each in found if all(getattr(each, name) == value for name, value in where.items())]
    return one


def pick_method(comparison, wave, code, test=None):
    found = [each for each in comparison.ask("association") if (each.waves, each.method.code) == ((wave,), code)]
    (one,) = [each for each in found if test in (None, dict(each.method.values).get("test", note("pearson")).code)]
    return one


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_shares_and_their_tests_agree_with_lme4(families, wave):
    fit = R[f"lmer/{wave}"]["value"]
    tests = {name: R[f"lrt_{name}/REML/{wave}"]["value"] for name in ("site", "worker")}
    for name, number in (("site", 4), ("worker", 20)):
        finding = pick(families, "variation", wave, scale="view", groups=of_level(f"{name}s"))
        assert finding.n_groups == number
        assert finding.counts == (fit["n"],)
        assert finding.effect.value == pytest.approx(fit["proportion"][name], abs=1e-4)
        assert finding.estimate.value**2 == pytest.approx(fit["variance"][name], abs=1e-4 * fit["total"])
        assert finding.test.statistic == pytest.approx(max(tests[name]["chisq"], 0), abs=2e-5)
        expected = tests[name]["p_mixture_half"] if tests[name]["chisq"] > 1e-6 else 1.0
        assert finding.test.p == pytest.approx(expected, rel=1e-4)
        assert finding.effect.low <= finding.effect.value <= finding.effect.high
        assert finding.test.df == 1
    rest = pick(families, "variation", wave, scale="view", groups=within("workers"))
    assert rest.effect.value == pytest.approx(fit["proportion"]["Residual"], abs=1e-4)
    assert rest.estimate.value**2 == pytest.approx(fit["variance"]["Residual"], abs=1e-4 * fit["total"])
    assert math.isnan(rest.test.p)


def test_a_variance_of_zero_is_said_to_be_the_boundary(families):
    sites = pick(families, "variation", "T2", scale="view", groups=of_level("sites"))
    assert sites.n_groups == 4
    assert sites.effect.value == 0
    assert sites.effect.low == 0 < sites.effect.high
    assert sites.notes[-1] == note("variance_at_boundary", level="sites")


def test_the_sentence_says_when_the_data_cannot_tell(families):
    finding = pick(families, "variation", "T1", scale="view", groups=AGAINST)
    assert (finding.verdict, finding.is_judged) == (Verdict.CANNOT_TELL, True)
    assert [each.code for each in finding.reason] == ["levels_not_apart"]
    assert Labels.of(families).describe_reason(finding) == (
        "Of the variation in scores, workers account for 42% [10% to 75%] and sites account for 20% [0% to 77%];"
        " the data cannot tell which is larger."
    )
    assert finding.effect.value == pytest.approx(0.417943809565 - 0.199472353899, abs=2e-4)


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_worker_means_correlate_as_cor_test_says(families, wave):
    for test, entry in (("pearson", f"pearson/{wave}"), ("spearman", f"spearman_default/{wave}")):
        finding, r = pick_method(families, wave, "correlation", test), R[entry]["value"]
        assert (finding.unit, finding.level, finding.counts) == (Unit.LEVEL, "worker", (20,))
        assert test == "spearman" or finding.method["source"] != "none"
        if (test, wave) == ("spearman", "T2"):
            # Two means differ beyond ten decimals only; here they tie, in R they do not.
            assert finding.estimate.value == pytest.approx(r["r"], abs=0.01)
            assert finding.notes[-1] == note("tied_by_rounding", decimals=10, r=pytest.approx(r["r"], rel=1e-8))
            continue
        assert finding.estimate.value == finding.effect.value == pytest.approx(r["r"], rel=1e-8)
        assert finding.test.statistic == pytest.approx(r["statistic"], rel=1e-8)
        assert finding.test.p == pytest.approx(r["p"], rel=1e-8)
        if test == "pearson":
            assert (finding.estimate.low, finding.estimate.high, finding.test.df) == pytest.approx(
                (r["ci_low"], r["ci_high"], r["df"]), rel=1e-8
            )
            assert (finding.effect.low, finding.effect.high) == (finding.estimate.low, finding.estimate.high)


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_the_slope_agrees_with_lmertest(families, wave):
    finding, r = pick_method(families, wave, "slope_between"), R[f"slope/{wave}"]["value"]
    fixed = r["fixef"]
    assert finding.counts == (r["n"],)
    assert finding.estimate.value == pytest.approx(fixed["estimate"][1], rel=1e-4)
    assert finding.test.statistic == pytest.approx(fixed["t"][1], rel=1e-4)
    assert finding.test.df == pytest.approx(fixed["df_satt"][1], rel=1e-2)
    assert finding.test.p == pytest.approx(fixed["p_satt"][1], rel=1e-2)
    assert finding.estimate.low < finding.estimate.value < finding.estimate.high


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_the_wrong_unit_is_given_beside_the_right_one_and_called_wrong(families, wave):
    finding = pick_method(families, wave, "pearson_wrong_unit")
    r = R[f"pearson_family_level_naive/{wave}"]["value"]
    assert (finding.estimate.value, finding.test.p, finding.test.df) == pytest.approx(
        (r["r"], r["p"], r["df"]), rel=1e-8
    )
    assert (finding.verdict, finding.is_judged, finding.unit) == (Verdict.WRONG_UNIT, False, Unit.SCORES)
    assert finding.notes[0] == note("counted_as_if_apart", scores=finding.counts[0], level="worker")


def test_all_pairs_and_waves_are_one_family_of_tests_however_few_are_shown(example, told):
    judged = [finding for finding in told.ask("association") if finding.is_judged]
    families = {name: size for name, size in told.families.items() if name.startswith("association")}
    assert families == {"association, all declared pairs": 12}
    p = sorted(finding.test.p for finding in judged)
    assert min(finding.test.p_adjusted for finding in judged) == pytest.approx(12 * p[0])
    one = compare_study(example, ("association",), scales=("practice.use",))
    assert {finding.groups.members[0] for finding in one.ask("association")} == {"practice.use"}
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
        if finding.groups.members[0].startswith("competence."):
            assert (finding.verdict, finding.direction) == (Verdict.DIFFERENT, Direction.UP)
            assert finding.estimate.low > 0
        else:
            assert finding.verdict is Verdict.INCONCLUSIVE
            assert finding.direction is Direction.NONE
            assert finding.estimate.low < 0 < finding.estimate.high
            assert abs(finding.estimate.value) < 0.15
            assert finding.equivalence.smallest == pytest.approx(0.25 / math.sqrt(4.0625))
            assert finding.reason[-1].code == "across"


def test_a_sentence_of_no_association_has_the_limit_the_interval_and_both_p(told, example):
    judged = next(each for each in told.ask("association") if each.verdict is Verdict.INCONCLUSIVE)
    limits = Equivalence(0.124, 0.011, -0.05, 0.08, p_adjusted=0.022)
    said = VIEWS["association"].describe(
        replace(judged, verdict=Verdict.EQUIVALENT, equivalence=limits), Labels.of(told, example)
    )
    assert ": no association that would matter; r = " in said
    assert said.endswith(", an r of 0.12 would matter, 90% CI [-0.05, 0.08], TOST p = .011, adjusted TOST p = .022.")


def test_the_dose_of_practice_makes_no_slope_between_or_within_workers(told):
    slopes = [
        finding
        for finding in told.ask("association")
        if finding.effect.measure is Measure.SLOPE and finding.groups.members[0].startswith("practice.")
    ]
    assert {finding.method for finding in slopes} == {
        note(code, level="worker") for code in ("slope_between", "slope_within", "slope_difference")
    }
    assert len(slopes) == 12
    assert all(finding.estimate.low < 0 < finding.estimate.high for finding in slopes)


def test_workers_against_sites_are_adjusted_over_the_scales_and_waves_of_a_source(example, told):
    family = [each for each in told.ask("variation") if each.family == "variation of scores, alliance_family"]
    rows = [finding for finding in family if finding.scale == "total"]
    assert [finding.waves for finding in rows] == [("T1",), ("T2",)]
    p = sorted(finding.test.p for finding in family)
    holm = np.maximum.accumulate([min(1.0, (len(p) - place) * each) for place, each in enumerate(p)])
    assert [each.test.p_adjusted for each in rows] == pytest.approx([holm[p.index(each.test.p)] for each in rows])
    assert all(finding.test.p < 0.05 < finding.test.p_adjusted for finding in rows)
    assert {(finding.verdict, finding.holds_adjusted, finding.groups) for finding in rows} == {
        (Verdict.FIRST_LARGER, False, AGAINST)
    }
    labels = Labels.of(told, example)
    said = "workers account for more than sites, but not after adjustment."
    assert all(labels.describe_reason(finding).endswith(said) for finding in rows)
    alone = next(finding for finding in told.ask("variation") if finding.source == "feedback" and finding.is_judged)
    assert (alone.test.p_adjusted, alone.verdict) == (alone.test.p, Verdict.FIRST_LARGER)
    assert alone.holds_adjusted


def test_workers_account_for_more_than_sites_where_families_answer(told):
    more = {
        (finding.source, finding.scale, finding.waves)
        for finding in told.ask("variation")
        if (finding.verdict, finding.groups) == (Verdict.FIRST_LARGER, AGAINST)
    }
    assert {
        ("alliance_family", "total", ("T1",)),
        ("alliance_family", "total", ("T2",)),
        ("engagement", "total", ("T1",)),
        ("feedback", "feedback", ()),
        ("competence", "clinical_skill", ()),
    } <= more
    assert not [finding for finding in told.ask("variation") if finding.verdict is Verdict.SECOND_LARGER]


def test_observers_and_the_raters_of_one_case_are_levels_too(told):
    skill = [each for each in told.ask("variation") if each.scale == "clinical_skill"]
    assert [(each.groups, each.n_groups) for each in skill[:-2]] == [
        (of_level("sites"), 4), (of_level("workers"), 20), (of_level("families"), 34), (of_level("observers"), 2),
    ]  # fmt: skip
    assert [each.groups for each in skill[-2:]] == [within("families"), AGAINST]
    assert sum(each.effect.value for each in skill[:-1]) == pytest.approx(1)
    joint = ("safety_family", "safety_worker", "safety_observer")
    safety = [each for each in told.ask("variation") if each.sources == joint]
    assert [(each.groups, each.n_groups) for each in safety[:-2]] == [
        (of_level("sites"), 4), (of_level("workers"), 20), (of_level("families"), 60),
    ]  # fmt: skip
    rest, against = safety[-2:]
    assert (rest.groups, against.groups) == (within("families"), AGAINST)
    assert rest.counts == (161,)
    assert safety[2].effect.value == pytest.approx(0.67, abs=0.005)
    assert rest.notes == (note("kinds_of_rater", kinds=3, level="families"),)


def test_views_of_one_alliance_agree_in_part_and_workers_are_more_positive(told):
    rows = [
        finding
        for finding in told.ask("association")
        if finding.groups.members == ("alliance_family.total", "alliance_worker.total")
    ]
    first = {finding.method.code: finding for finding in rows if finding.waves == ("T1",)}
    icc = first["absolute_agreement"]
    assert (icc.effect.measure, icc.unit, icc.level, icc.counts) == (Measure.ICC_A1, Unit.LEVEL, "family", (56,))
    assert (icc.effect.value, icc.effect.low, icc.effect.high) == pytest.approx((0.379, 0.135, 0.580), abs=1e-3)
    assert icc.estimate.value < 0 > icc.estimate.high
    assert icc.notes == (
        note("one_view_only", level="family", number=None, least=5),
        note("taken_as_independent", level="worker"),
    )
    limits = first["limits_of_agreement"]
    assert (limits.estimate.low + limits.estimate.high) / 2 == pytest.approx(icc.estimate.value)
    assert first["lin"].effect.value < first["pearson_not_agreement"].effect.value
    assert not any(finding.is_judged for finding in rows)


def test_few_units_are_not_shown(folder):
    few = STUDY + "privacy: {smallest_cell: 21}\n"
    rows = compare_study(load(folder, few), ("association",)).ask("association")
    workers = [finding for finding in rows if (finding.unit, finding.level) == (Unit.LEVEL, "worker")]
    assert workers
    for finding in workers:
        assert math.isnan(finding.estimate.value)
        assert math.isnan(finding.test.p)
        assert finding.notes == (note("hidden", least=21),)


def number_workers(folder: Path, to: Path) -> None:
    """Write the tables of the families again, each site counting its workers from 1."""
    tables = {name: pd.read_csv(folder / f"{name}.csv", dtype=str) for name in ("families", "workers")}
    staff = tables["workers"][["site", "worker"]].drop_duplicates()
    numbers = staff.assign(number=(staff.groupby("site").cumcount() + 1).astype(str))
    assert numbers["number"].nunique() < len(staff)
    for name, rows in tables.items():
        renamed = rows.merge(numbers, on=["site", "worker"]).drop(columns="worker").rename(columns={"number": "worker"})
        who = {"respondent": rows["worker"]} if name == "workers" else {}
        renamed.assign(**who).to_csv(to / f"{name}.csv", index=False)
        shutil.copy(folder / f"{name}.yaml", to)


def tell(found):
    found = list(found)
    numbers = [(one.estimate.value, one.effect.value, one.test.p) for one in found]
    return [
        (one.question, one.counts, one.groups, one.n_groups, str(one.method), one.verdict,
         *(None if math.isnan(x) else pytest.approx(x, rel=1e-6, abs=1e-9) for x in known))
        for one, known in zip(found, numbers, strict=True)
    ]  # fmt: skip


@pytest.mark.parametrize("levels", ["site, worker, family", "worker", "worker, family"])
def test_workers_who_are_numbered_within_their_site_are_as_many_as_they_are(folder, tmp_path, levels):
    """Each site counts its workers from 1; whose means go together does not depend on what they are called."""
    number_workers(folder, tmp_path)
    levels = f"levels: [{levels}]\n"
    data = load(tmp_path, STUDY.replace("{person: worker}", "{person: respondent}") + levels)
    known = load(folder, STUDY + levels)
    found, want = (compare_study(each, ("variation", "association", "change")) for each in (data, known))
    assert tell(found.findings) == tell(want.findings)


def test_workers_of_two_sites_that_were_asked_apart_are_not_paired(folder, tmp_path):
    number_workers(folder, tmp_path)
    for name, site in (("families", "1"), ("workers", "2")):
        rows = pd.read_csv(tmp_path / f"{name}.csv", dtype=str)
        rows[rows["site"] == site].to_csv(tmp_path / f"{name}.csv", index=False)
    rows = compare_study(load(tmp_path, STUDY.replace("{person: worker}", "{person: respondent}")), ("association",))
    assert {each.counts for each in rows.findings} == {(0,)}


def test_a_level_above_the_site_is_not_what_people_are_nested_in_below_it(folder, tmp_path):
    """The county of each site: tests of people stay clustered on workers, as without it."""
    for name in ("families", "workers"):
        rows = pd.read_csv(folder / f"{name}.csv", dtype=str)
        rows.assign(county=rows["site"].isin(["1", "2"]).map({True: "a", False: "b"})).to_csv(
            tmp_path / f"{name}.csv", index=False
        )
        shutil.copy(folder / f"{name}.yaml", tmp_path)
    county = "site: site\nothers: {worker: worker, county: county"
    (tmp_path / "families_map.yaml").write_text(f"{county}, family: family}}\nwave: wave\n")
    (tmp_path / "workers_map.yaml").write_text(f"{county}}}\n")
    text = re.sub(r"files: (\w+).csv,", r"files: \1.csv, columns: \1_map.yaml,", STUDY)
    found = [
        compare_study(load(tmp_path, f"{text}levels: [{above}site, worker, family]\n"), ("change", "association"))
        for above in ("", "county, ")
    ]
    judged = [tell(each for each in one.findings if each.is_judged) for one in found]
    assert judged[0] == judged[1]
    assert {each.level for each in found[1].ask("change")} == {"worker"}


def test_scores_without_an_id_are_divided_among_sites_workers_and_raters(tmp_path):
    rng = np.random.default_rng(3)
    rows = [
        {"site": site, "worker": worker, "rater": "ab"[n % 2], "mood": rng.normal(5, 1) + worker}
        for site in "NS" for worker in range(6) for n in range(4)
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "scores.csv", index=False)
    data = make_study_from_scores(ScoredFile(str(tmp_path / "scores.csv"), "site", None, ("N",)))
    shown = compare_study(data, ["variation"]).findings
    assert {each.counts for each in shown} == {(48,)}
    assert [each.n_groups for each in shown if each.groups.contrast is Contrast.LEVEL] == [2, 12]


def test_a_pair_whose_level_no_source_shares_says_so(folder):
    apart = STUDY.replace("families.view}", "families.view, level: family}")
    (finding,) = compare_study(load(folder, apart), ("association",)).ask("association")
    assert math.isnan(finding.estimate.value)
    assert finding.notes == (note("nothing_paired", level="family"),)
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
    assert shares[-1].reason == (note("levels_unknown", first="workers", second="sites"),)
    assert note("model_no_variance") in shares[-1].notes
    pearson = comparison.ask("association")[0]
    assert math.isnan(pearson.test.p)
    assert pearson.notes[-1] == note("correlation_constant")


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
    assert {finding.notes[0] for finding in shown} == {note("hidden", least=5)}
