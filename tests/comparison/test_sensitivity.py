"""Which verdicts depend on a choice: gaps, straight lines, people or sites, one site, linked people."""

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
from sos_score.comparison.sensitivity import (
    ATTENTIVE,
    LINKED,
    PLANNED,
    RULES,
    SITES,
    WITHOUT,
    Choice,
    assess_sensitivity,
    score_by_rules,
)
from sos_score.comparison.straightlining import drop_straight_liners, find_straight_liners, measure_longest_runs
from sos_score.comparison.verdict import Verdict
from sos_score.definition.study.model import SmallestEffect
from sos_score.notes import note
from sos_score.report.labels import Labels
from sos_score.report.tables.sensitivity import name_column
from sos_score.study.from_scores import ScoredFile, make_study_from_scores
from sos_score.study.outcome import SourceTable

STUDY = ROOT / "examples" / "contrast_study" / "study.yaml"
NAN = float("nan")


def table_of(answers, items=None, **parts):
    instrument = make_instrument({"all": {"items": ["q1"]}}, items or f"q1..q{len(answers[0])}", **parts)
    frame = pd.DataFrame(answers, columns=list(instrument.responses), dtype=float)
    return SourceTable("test", instrument, None, pd.DataFrame({"person": frame.index.astype(str)}), frame, ())


@pytest.fixture(scope="module")
def study(example_data):
    return example_data, score_by_rules(example_data)


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
    assert notes == (note("straight_lined", source="osc", part="5 of 114"),)
    assert len(kept.outcome("osc.stress").frame) == len(kept.tables[0].answers) == 109
    assert kept.outcome("osc.stress").frame.index.tolist() == list(range(109))


def keep_judged(finding):
    """Return a finding with what its verdict rests on, and without the effects and the like that stand beside."""
    return replace(finding, effect=Effect(), detectable=Detectable(), notes=(), comparability=())


def answer(finding):
    """Return the verdict, and where there is a difference, whether it is positive."""
    return finding.verdict, finding.estimate.value > 0 if finding.verdict is Verdict.DIFFERENT else None


PLUS, MINUS = (Verdict.DIFFERENT, True), (Verdict.DIFFERENT, False)
OPEN = (Verdict.INCONCLUSIVE, None)
ALL, OF_SITES, BOTH = Choice("all"), Choice(SITES), Choice(LINKED)


def without(site):
    return Choice(WITHOUT, site)


def test_the_planned_verdicts_are_those_of_compare(study, found):
    data, _ = study
    findings = compare_study(data, ("change", "arms", "did"), ("osc", "feedback")).findings
    judged = [finding for finding in findings if finding.is_judged and finding.verdict]
    assert [keep_judged(each.finding) for each in found.findings] == [keep_judged(each) for each in judged]
    assert len(judged) == 37  # the first of two waves is a baseline
    assert {finding.unit for finding in judged} == {Unit.PEOPLE}  # two sites against two have no verdict


def test_another_family_and_another_limit_change_only_what_is_adjusted_and_what_is_equal(found):
    in_question, half = Choice("family", value="question"), Choice("limit", value="0.5")
    compared = [each for each in found.findings if {in_question, half} <= each.others.keys()]
    assert len(compared) > 30
    for each in compared:
        wider, looser = each.others[in_question], each.others[half]
        assert wider.family == each.finding.question + (
            " at T1" if each.finding.waves == ("T1",) and each.finding.source == "osc" else ""
        )
        assert (wider.test.p, wider.equivalence.smallest) == (each.finding.test.p, each.finding.equivalence.smallest)
        assert wider.test.p_adjusted >= each.finding.test.p_adjusted
        assert looser.test == each.finding.test
        assert looser.equivalence.in_sd == pytest.approx(0.5)
        assert looser.equivalence.smallest == pytest.approx(2 * each.finding.equivalence.smallest)
        assert looser.equivalence.p < each.finding.equivalence.p


def test_a_choice_that_is_the_plans_own_is_not_tried(example_data):
    data = example_data
    effect = SmallestEffect(value=0.3)
    many = data.study.plan.multiplicity.model_copy(update={"method": "none"})
    plan = data.study.plan.model_copy(update={"smallest_effect": effect, "multiplicity": many})
    other = replace(data, study=data.study.model_copy(update={"plan": plan}))
    choices = assess_sensitivity(other, {}, instruments=("feedback",)).choices
    assert [choice for choice in choices if choice.kind in ("family", "limit")] == [
        Choice("limit", value="0.2"), Choice("limit", value="0.5"),
    ]  # fmt: skip


def test_every_choice_is_the_analysis_done_again(study, found):
    _, rules = study
    assert list(found.choices) == [
        Choice(PLANNED), *map(Choice, RULES), Choice(ATTENTIVE), *map(without, "1234"), BOTH,
        Choice("family", value="scale"), Choice("family", value="question"),
        *(Choice("limit", value=value) for value in ("0.2", "0.3", "0.5")),
    ]  # fmt: skip
    assert list(rules) == ["all", "80%", "50%"]
    again = compare_study(rules["all"], ("change",), ("osc",))
    judged = [finding for finding in again.findings if finding.is_judged and finding.verdict]
    assert judged
    for finding in judged:
        other = find(found, "change", finding.outcome, Unit.PEOPLE, site=finding.site).others[ALL]
        assert answer(other) == answer(finding)
        assert other.counts == finding.counts


def test_complete_items_only_leaves_fewer_people(found):
    finding = find(found, "change", "osc.stress", Unit.PEOPLE, site="3")
    assert answer(finding.finding) == PLUS
    assert answer(finding.others[ALL]) == OPEN
    assert finding.flips == (ALL,)
    assert sum(finding.others[ALL].counts) < sum(finding.finding.counts)


def test_leaving_out_a_site_can_turn_the_arms_round(found):
    finding = find(found, "arms", "osc.rigidity", Unit.PEOPLE, ("T2",))
    assert answer(finding.finding) == OPEN
    assert answer(finding.others[without("2")]) == MINUS
    assert answer(finding.others[without("3")]) == PLUS
    assert finding.others[without("2")].counts == (28, 13)
    assert finding.flips == (without("2"), without("3"))


def test_people_and_sites_are_set_side_by_side_where_sites_can_be_judged(tmp_path):
    rng = np.random.default_rng(8)
    rows = [
        {"person": f"{site}{person}", "site": f"s{site}", "wave": wave, "mood": rng.normal(3.0 + (site < 5), 0.3)}
        for site in range(1, 9) for person in range(8) for wave in ("T1", "T2")
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "scores.csv", index=False)
    data = make_study_from_scores(ScoredFile(str(tmp_path / "scores.csv"), "site", "wave", ("s1", "s2", "s3", "s4")))
    eight = assess_sensitivity(data, {})
    people, sites = (find(eight, "arms", "scores.mood", unit, ("T2",)) for unit in (Unit.PEOPLE, Unit.SITES))
    assert people.others[OF_SITES] == sites.finding
    assert people.finding.verdict is Verdict.DIFFERENT
    assert OF_SITES not in sites.others
    assert OF_SITES not in find(eight, "change", "scores.mood", Unit.PEOPLE, site="s1").others


def test_linked_people_are_those_with_both_scores(found):
    linked = find(found, "change", "osc.engagement", Unit.PEOPLE, site="2").others[BOTH]
    assert set(linked.counts) == {8}
    assert BOTH not in find(found, "arms", "feedback.feedback", Unit.PEOPLE, ("T1",)).others


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
    labels = Labels.of(compare_study(study[0], ("level",)), study[0])
    signs = {PLUS: "different (+)", MINUS: "different (-)"}
    for row, each in zip(written["sensitivity"], found.findings, strict=True):
        shown = {Choice(PLANNED): each.finding, **each.others}
        assert row["flips"] == "; ".join(name_column(choice, labels) for choice in each.flips)
        for choice in found.choices:
            said = signs.get(answer(shown[choice]), shown[choice].verdict.value) if choice in shown else ""
            assert (row[name_column(choice, labels)] or "") == said
    assert written["about"]["choices"]["all"] == "complete items only"


@pytest.fixture
def scores(tmp_path):
    """Return a file of scores of four sites at two waves."""
    rng = np.random.default_rng(1)
    rows = [
        {"respondent": f"{site}{person}", "site": site, "wave": wave, "mood": rng.normal()}
        for site in "abcd"
        for wave in ("T1", "T2")
        for person in range(8)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "scores.csv", index=False)
    return str(tmp_path / "scores.csv")


def test_a_file_of_scores_has_no_missing_rule_to_vary(scores):
    done = CliRunner().invoke(app, ["compare", scores, "--treated", "a,b", "--sensitivity"])
    assert done.exit_code == 0
    assert "missing rules cannot be varied: scores arrived ready-made" in done.stdout
    assert "complete items only" not in done.stdout


def test_sensitivity_is_a_question_too(scores):
    one, two = (
        CliRunner().invoke(app, ["compare", scores, "--treated", "a,b", *asked])
        for asked in (["--only", "sensitivity"], ["--sensitivity"])
    )
    assert (one.exit_code, one.stdout, one.stderr) == (0, two.stdout, two.stderr)
    assert "the same under every choice that applies to them" in " ".join(one.stdout.split())


def test_sensitivity_is_a_call_too(study):
    data, rules = study
    assert sos_score.score_by_rules is score_by_rules
    found = sos_score.assess_sensitivity(data, rules, scales=["feedback.feedback"])
    assert isinstance(found, sos_score.Sensitivity)
    assert {each.finding.source for each in found.findings} == {"feedback"}


def test_what_cannot_be_asked_is_refused(scores):
    done = CliRunner().invoke(app, ["compare", str(STUDY), "--sensitivity", "--only", "arms"])
    assert (done.exit_code, done.stderr) == (
        2,
        "sensitivity is about change, arms and did, and stands alone: leave out any other --only\n"
        "Try 'sos-score compare --help'.\n",
    )
    nothing = CliRunner().invoke(app, ["compare", scores, "--sensitivity", "--scale", "calm"])
    assert nothing.exit_code == 2
    assert nothing.stderr.startswith("no outcome is left to compare (outcomes: scores.mood")


def test_straight_lines_are_looked_for_in_what_was_answered_where_a_recode_tells_it() -> None:
    import polars as pl
    from support import make_instrument

    from sos_score.comparison.straightlining import measure_longest_runs

    blocks = [
        {"ids": "q1..q6", "responses": "agree5"},
        {"ids": "q7..q12", "responses": "agree5", "recode": {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1}},
        {"ids": "q13", "responses": "agree5", "recode": {"1": 1, "2": 1, "3": 5, "4": 5, "5": 5}},
    ]
    instrument = make_instrument({"s": {"items": ["q1..q13"]}}, blocks)
    # The first row answers 2 throughout, which counts 4 in the second half; the second answers 2 and then 4.
    answers = pl.DataFrame(
        [{f"q{n}": 2.0 if n < 7 else second for n in range(1, 14)} for second in (4.0, 2.0)]
    ).to_pandas()

    class Table:
        def __init__(self) -> None:
            self.instrument, self.answers, self.frame = instrument, answers, answers

    assert measure_longest_runs(Table()).tolist() == [12, 6]  # type: ignore[arg-type]  # only these parts are read
