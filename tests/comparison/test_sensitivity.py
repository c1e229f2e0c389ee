"""Which verdicts hang on a choice: gaps, straight lines, people or sites, one site, linked people."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support import ROOT, make_instrument
from typer.testing import CliRunner

import sos_score
from sos_score.cli import app
from sos_score.comparison.compare import compare_study
from sos_score.comparison.finding import Detectable, Effect, Unit
from sos_score.comparison.plan import make_plan
from sos_score.comparison.sensitivity import RULES, Choice, assess_sensitivity, score_by_rules
from sos_score.comparison.straightlining import drop_straight_liners, find_straight_liners, measure_longest_runs
from sos_score.comparison.verdict import Verdict
from sos_score.notes import note
from sos_score.report.labels import Labels
from sos_score.report.tables.sensitivity import name_column
from sos_score.study.data import SourceTable
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data

STUDY = ROOT / "examples" / "contrast_study" / "study.yaml"
NAN = float("nan")
ALL = Choice("all")


def table_of(answers, items=None, **parts):
    instrument = make_instrument({"all": {"items": ["q1"]}}, items or f"q1..q{len(answers[0])}", **parts)
    frame = pd.DataFrame(answers, columns=list(instrument.responses), dtype=float)
    return SourceTable("test", instrument, None, pd.DataFrame({"person": frame.index.astype(str)}), frame, ())


@pytest.fixture(scope="module")
def study():
    data = load_study_data(read_study(STUDY))
    return data, score_by_rules(data)


@pytest.fixture(scope="module")
def found(study):
    return assess_sensitivity(*study, instruments=("osc", "feedback"))


def find(found, question, ref, unit, waves=("T1", "T2"), site=""):
    (finding,) = [
        each
        for each in found.findings
        if (each.finding.question, each.finding.outcome) == (question, ref)
        and (each.finding.unit, each.finding.waves, each.finding.site) == (unit, waves, site)
    ]
    return finding


def answer(finding):
    """Return a verdict, with its sign where there is a difference."""
    if finding.verdict is not Verdict.DIFFERENT:
        return finding.verdict
    return finding.verdict, finding.estimate.value > 0


def test_a_run_is_of_equal_answers_and_passes_over_gaps():
    runs = measure_longest_runs(
        table_of([[3, 3, NAN, 3, 2, 2], [1, 2, 3, 4, 5, 1], [NAN] * 6, [4] * 6, [NAN, 2, 2, 1, 1, 1]])
    )
    assert runs.tolist() == [3, 1, 0, 6, 3]


def test_a_run_ends_where_the_response_scale_changes():
    items = [{"ids": "q1..q3", "responses": "agree5"}, {"ids": "q4..q6", "responses": "often7"}]
    scales = {"agree5": {"min": 1, "max": 5}, "often7": {"min": 1, "max": 7}}
    assert measure_longest_runs(table_of([[4] * 6], items, response_scales=scales)).tolist() == [3]


def test_a_straight_line_is_half_the_items_and_ten_answers_at_least():
    def row(run, items):
        return [3] * run + [1 + place % 2 for place in range(items - run)]

    assert find_straight_liners(table_of([row(12, 24), row(11, 24)])).tolist() == [True, False]
    assert find_straight_liners(table_of([row(10, 12), row(9, 12)])).tolist() == [True, False]
    assert find_straight_liners(table_of([[3] * 6])).tolist() == [False]


def test_scores_that_arrived_ready_made_have_no_straight_lines():
    ready = SourceTable("test", None, None, pd.DataFrame({"person": ["a", "b"]}), pd.DataFrame(index=[0, 1]), ())
    assert find_straight_liners(ready).tolist() == [False, False]


def test_straight_lined_rows_are_left_out_and_counted(study):
    data, _ = study
    kept, notes = drop_straight_liners(data)
    assert notes == (note("none_straight_lined"),)
    assert [len(table.frame) for table in kept.tables] == [len(table.frame) for table in data.tables]
    lined = data.tables[0].answers.copy()
    lined.iloc[:5] = 4.0
    table = replace(data.tables[0], answers=lined)
    outcomes = tuple(replace(each, table=table) if each.source == "osc" else each for each in data.outcomes)
    kept, notes = drop_straight_liners(replace(data, tables=(table, *data.tables[1:]), outcomes=outcomes))
    assert [str(each) for each in notes] == ["osc: 5 of 114 rows are straight-lined"]
    assert len(kept.outcome("osc.stress").frame) == len(kept.tables[0].answers) == 109
    assert kept.outcome("osc.stress").frame.index.tolist() == list(range(109))


def keep_judged(finding):
    """Return a finding with what its verdict rests on, as text: numbers that are missing are equal."""
    return repr(replace(finding, effect=Effect(), detectable=Detectable(), notes=()))


def test_the_planned_verdicts_are_those_of_compare(study, found):
    data, _ = study
    findings = compare_study(data, ("change", "arms", "did"), ("osc", "feedback")).findings
    judged = [each for each in findings if each.is_judged and each.verdict]
    assert [keep_judged(each.finding) for each in found.findings] == [keep_judged(each) for each in judged]
    assert len(judged) == 62


def test_every_choice_is_the_analysis_done_again(study, found):
    _, rules = study
    assert [(choice.kind, choice.site) for choice in found.choices] == [
        ("planned", ""), *((rule, "") for rule in RULES), ("attentive", ""), ("sites", ""),
        *(("without", site) for site in "1234"), ("linked", ""),
    ]  # fmt: skip
    assert list(rules) == ["all", "80%", "50%"]
    again = compare_study(rules["all"], ("change",), ("osc",))
    judged = [each for each in again.findings if each.is_judged and each.verdict]
    assert judged
    for each in judged:
        other = find(found, "change", each.outcome, Unit.PEOPLE, site=each.site).others[ALL]
        assert answer(other) == answer(each)
        assert other.counts == each.counts


def test_complete_items_only_leaves_fewer_people(found):
    each = find(found, "change", "osc.stress", Unit.PEOPLE, site="3")
    assert answer(each.finding) == (Verdict.DIFFERENT, True)
    assert answer(each.others[ALL]) is Verdict.INCONCLUSIVE
    assert each.flips == (ALL,)
    assert sum(each.others[ALL].counts) < sum(each.finding.counts)


def test_leaving_out_a_site_can_turn_the_arms_round(found):
    each = find(found, "arms", "osc.rigidity", Unit.PEOPLE, ("T2",))
    two, three = Choice("without", "2"), Choice("without", "3")
    assert answer(each.finding) is Verdict.INCONCLUSIVE
    assert answer(each.others[two]) == (Verdict.DIFFERENT, False)
    assert answer(each.others[three]) == (Verdict.DIFFERENT, True)
    assert each.others[two].counts == (28, 13)
    assert each.flips == (two, three)


def test_people_and_sites_are_set_side_by_side(found):
    people = find(found, "did", "osc.engagement", Unit.PEOPLE)
    sites = find(found, "did", "osc.engagement", Unit.SITES)
    of_sites = Choice("sites")
    assert people.others[of_sites] is sites.finding
    assert of_sites in people.flips
    assert of_sites not in sites.others
    assert of_sites not in find(found, "change", "osc.stress", Unit.PEOPLE, site="1").others


def test_linked_people_are_those_with_both_scores(found):
    linked = Choice("linked")
    assert set(find(found, "change", "osc.engagement", Unit.PEOPLE, site="2").others[linked].counts) == {8}
    assert linked not in find(found, "arms", "feedback.feedback", Unit.PEOPLE, ("T1",)).others


def test_the_command_says_what_flips_and_files_hold_every_finding(study, found, tmp_path):
    run = CliRunner()
    shown = run.invoke(app, ["compare", str(STUDY), "--sensitivity", "-i", "osc", "-i", "feedback"])
    assert shown.exit_code == 0
    flips = sum(bool(finding.flips) for finding in found.findings)
    held = len(found.findings) - flips
    assert f"{held} of {len(found.findings)} verdicts are the same under every choice that applies to them." in (
        " ".join(shown.stdout.split())
    )
    path = tmp_path / "out.json"
    run.invoke(app, ["compare", str(STUDY), "--sensitivity", "-i", "osc", "-i", "feedback", "-o", str(path)])
    written = json.loads(path.read_text())
    assert len(written["sensitivity"]) == len(found.findings)
    labels = Labels(make_plan(study[0].study), data=study[0])
    for row, each in zip(written["sensitivity"], found.findings, strict=True):
        assert row["flips"] == "; ".join(name_column(choice, labels) for choice in each.flips)
        for name, finding in {
            "planned": each.finding,
            **{name_column(c, labels): f for c, f in each.others.items()},
        }.items():
            sign = f" ({'+' if finding.estimate.value > 0 else '-'})" if finding.verdict is Verdict.DIFFERENT else ""
            assert row[name] == f"{finding.verdict.value}{sign}"
    assert written["about"]["choices"]["all"] == "complete items only"


def test_a_file_of_scores_has_no_missing_rule_to_vary(tmp_path):
    rng = np.random.default_rng(1)
    rows = [
        {"respondent": f"{site}{person}", "site": site, "wave": wave, "mood": rng.normal()}
        for site in "abcd"
        for wave in ("T1", "T2")
        for person in range(8)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "scores.csv", index=False)
    done = CliRunner().invoke(app, ["compare", str(tmp_path / "scores.csv"), "--treated", "a,b", "--sensitivity"])
    assert done.exit_code == 0
    assert "missing rules cannot be varied: scores arrived ready-made" in done.stdout
    assert "complete items only" not in done.stdout


def test_sensitivity_is_a_question_too():
    one, two = (
        CliRunner().invoke(app, ["compare", str(STUDY), *asked, "--scale", "feedback.feedback"])
        for asked in (["--only", "sensitivity"], ["--sensitivity"])
    )
    assert (one.exit_code, one.stdout, one.stderr) == (0, two.stdout, two.stderr)
    assert "complete items only" in one.stdout


def test_sensitivity_is_a_call_too(study):
    data, rules = study
    assert sos_score.score_by_rules is score_by_rules
    found = sos_score.assess_sensitivity(data, rules, scales=["feedback.feedback"])
    assert isinstance(found, sos_score.Sensitivity)
    assert {each.finding.source for each in found.findings} == {"feedback"}


def test_what_cannot_be_asked_is_refused():
    done = CliRunner().invoke(app, ["compare", str(STUDY), "--sensitivity", "--only", "arms"])
    assert (done.exit_code, done.stderr) == (
        2,
        "sensitivity is about change, arms and did, and stands alone: leave out any other --only\n"
        "Try 'sos-score --help'.\n",
    )
    nothing = CliRunner().invoke(app, ["compare", str(STUDY), "--sensitivity", "--scale", "mood"])
    assert nothing.exit_code == 2
    assert nothing.stderr.startswith("no outcome is left to compare (outcomes: osc.proficiency,")
