"""What the arms started from, how sites came to them, and what happened in each of them."""

import math

import numpy as np
import pytest
from factories import compare, draw_cells, make_outcome, make_plan

from sos_score.comparison.compare import compare_study
from sos_score.comparison.judging import compare_outcomes
from sos_score.comparison.verdict import Verdict
from sos_score.definition.study.model import Design
from sos_score.report.labels import Labels
from sos_score.report.questions.design import list_limits
from sos_score.report.questions.outcomes import DID, list_differences
from sos_score.report.questions.registry import describe_finding
from sos_score.report.questions.view import TERMINAL


@pytest.fixture(scope="module")
def found(example_data):
    return compare_study(example_data, ("change", "baseline", "arms", "did"), ("osc", "competence")), example_data


def pick(found, question, scale, *, judged=True, **where):
    (one,) = [
        each
        for each in found.ask(question)
        if each.scale == scale and each.is_judged == judged
        if all(getattr(each, name) == value for name, value in where.items())
    ]
    return one


def arms_apart(by):
    """Return two sites an arm with an SD of 1 within arms, the treated arm higher by so much at T1."""
    base = np.array([-1.5, -0.5, 0.5, 1.5, 0.0])
    scores = 3.0 + base / base.std(ddof=1) * math.sqrt(9 / 8)
    cells = {(site, wave): scores for site in "1234" for wave in ("T1", "T2")}
    return cells | {(site, "T1"): scores + by for site in "14"}


@pytest.mark.parametrize(
    ("by", "verdict"),
    [
        (0.0, Verdict.ALIKE),
        (0.05, Verdict.ALIKE),
        (0.06, Verdict.TO_ADJUST),
        (-0.26, Verdict.TO_ADJUST),
        (0.3, Verdict.APART),
    ],
)
def test_the_first_wave_is_a_baseline_by_the_bands_of_the_what_works_clearinghouse(by, verdict):
    result = compare_outcomes([make_outcome(arms_apart(by))], make_plan(smallest_cell=1), ["baseline", "arms"])
    (row,) = result.ask("baseline")
    # g = d J with 18 df, J = .9576; two arms of ten people with an SD of 1.
    assert row.effect.value == pytest.approx(by * 0.95765, rel=1e-3, abs=1e-12)
    assert row.verdict is verdict
    assert (row.counts, row.sds) == ((10, 10), pytest.approx((1.0, 1.0)))
    assert row.means == pytest.approx((3.0 + by, 3.0))
    assert row.estimate.value == pytest.approx(by)
    assert not row.is_judged
    assert math.isnan(row.test.p)
    assert row.is_better is None
    assert {each.waves for each in result.ask("arms")} == {("T2",)}


def test_an_outcome_asked_once_has_no_baseline(found):
    result, _ = found
    assert {each.source for each in result.ask("baseline")} == {"osc"}
    assert pick(result, "arms", "clinical_skill").waves == ("T1",)
    assert {each.waves for each in result.ask("arms") if each.source == "osc"} == {("T2",)}


def test_a_baseline_of_a_small_group_is_hidden():
    cells = draw_cells(1, {"1": 6, "2": 3, "3": 7, "4": 6})
    small = {("1", wave): cells["1", wave] for wave in ("T1", "T2")} | {
        ("2", wave): cells["2", wave] for wave in ("T1", "T2")
    }
    (row,) = compare_outcomes([make_outcome(small)], make_plan(), ["baseline"]).ask("baseline")
    assert row.is_hidden
    assert (row.means, row.sds, row.verdict) == ((), (), None)


@pytest.mark.parametrize(
    ("allocation", "said"),
    [
        (None, "how sites came to their arms is not stated, so they may have differed before"),
        ("chosen", "sites chose their arms, so they may have differed before"),
        ("matched", "sites were matched, not randomised, so they may have differed in what they were not matched on"),
        ("randomised", ""),
    ],
)
def test_every_finding_on_arms_carries_how_sites_came_to_them(allocation, said):
    plan = make_plan(design=Design(allocation=allocation))
    rows = compare([make_outcome(draw_cells(2, dict.fromkeys("1234", 8)))], plan)
    of_arms = [row for row in rows.rows if row.question in ("baseline", "arms", "did")]
    codes = {(row.question, each.code) for row in of_arms for each in row.finding.notes}
    for row in of_arms:
        carried = [str(each) for each in row.finding.notes if each.code == "allocation"]
        assert carried == ([said] if said else [])
        if row.sentence and row.question != "baseline":
            assert (said in row.sentence) == bool(said) or not said
    assert (("did", "parallel_trends") in codes) == bool(said)
    assert ("arms", "parallel_trends") not in codes
    others = [row for row in rows.rows if row.question in ("level", "change")]
    assert not any(each.code == "allocation" for row in others for each in row.finding.notes)


def test_the_limits_say_who_chose_observed_and_selected():
    outcome = make_outcome(draw_cells(2, dict.fromkeys("1234", 8)))

    def describe(**design):
        result = compare_outcomes([outcome], make_plan(design=Design(**design)), ["design"])
        _, said = list_limits(result, Labels.of(result))
        return said

    assert describe() == "How sites came to their arms is not stated, so they may have differed before."
    assert describe(allocation="randomised") == "Sites were randomised to their arms."
    assert describe(allocation="chosen", observed_by="people who knew", cases_selected_by="workers.") == (
        "Sites chose their arms, so they may have differed before. Observed by people who knew. Cases selected by"
        " workers."
    )


def test_changes_are_told_as_what_happened_in_both_arms(found):
    result, data = found
    labels = Labels.of(result, data)
    one = pick(result, "did", "engagement")
    assert one.verdict is Verdict.DIFFERENT
    assert one.is_better is None  # the treated arm itself did not move
    assert [round(each.value, 2) for each in one.arm_changes] == [0.02, -0.5]
    sentence = describe_finding(one, labels)
    happened = "Signs of Safety 3.01 to 3.03, Contrast 3.27 to 2.78"
    assert f"the arms changed differently; {happened}, difference 0.52" in sentence
    assert "better" not in sentence
    (table,) = DID.summary(result, labels, TERMINAL)
    row = next(row for row in table.rows if row[0] == "osc.engagement")
    assert row[1:] == ("3.01 to 3.03", "3.27 to 2.78", "differs 1.4")
    said = " ".join(list_differences("did", result, labels))
    assert f"differs in Engagement ({happened})" in said


def gain(treated, contrast, start=0.0):
    """Return two sites an arm whose people gain so much each."""
    cells = draw_cells(6, dict.fromkeys("1234", 12), ["T1"])
    cells |= {(site, "T1"): cells[site, "T1"] + start for site in "14"}
    gains = {"1": treated, "2": contrast, "3": contrast, "4": treated}
    noise = np.random.default_rng(9).normal(0, 0.1, 12)
    return cells | {(site, "T2"): cells[site, "T1"] + by + noise for site, by in gains.items()}


@pytest.mark.parametrize(
    ("treated", "contrast", "better"),
    [(1.0, 0.0, True), (0.0, -1.0, None), (-1.0, 0.0, False), (0.0, 1.0, None), (2.0, 1.0, True), (-1.0, -2.0, None)],
)
def test_better_is_said_only_where_the_arm_itself_got_better(treated, contrast, better):
    result = compare_outcomes([make_outcome(gain(treated, contrast))], make_plan(), ["did"])
    one = pick(result, "did", "warmth")
    assert one.verdict is Verdict.DIFFERENT
    assert one.is_better is better
    assert [each.value for each in one.arm_changes] == pytest.approx([treated, contrast], abs=0.1)
    firsts, lasts = one.means[:2], one.means[2:]
    assert [last - first for first, last in zip(firsts, lasts, strict=True)] == pytest.approx(
        [each.value for each in reversed(one.arm_changes)]
    )
    low = compare_outcomes([make_outcome(gain(treated, contrast), good="low")], make_plan(), ["did"])
    assert pick(low, "did", "warmth").is_better is (None if better is None else not better)


def test_changes_of_sites_tell_the_means_of_sites():
    cells = gain(1.0, 0.0)
    result = compare_outcomes([make_outcome(cells)], make_plan(), ["did"])
    (row,) = [each for each in result.ask("did") if each.method.code == "permutation_exact"]
    by_hand = [np.mean([cells[site, wave].mean() for site in sites]) for wave in ("T1", "T2") for sites in ("23", "14")]
    assert row.means == pytest.approx(by_hand)
    assert row.arm_changes[0].value - row.arm_changes[1].value == pytest.approx(row.estimate.value)


def test_a_site_that_starts_far_from_the_rest_is_told_of_regression_to_the_mean(found):
    result, _ = found
    told = {
        (each.scale, each.site): next((said for said in each.notes if said.code == "regression_to_mean"), None)
        for each in result.ask("change")
        if each.is_judged
    }
    assert told["engagement", "3"]["distance"] > 0.5
    assert told["engagement", "3"]["wave"] == "T1"
    assert told["proficiency", "1"] is None
    near = make_plan(sites={"1": "only"}, arms={"1": ""}, treated="", reference="")
    alone = compare_outcomes([make_outcome({("1", "T1"): [1.0] * 5 + [2.0], ("1", "T2"): [2.0] * 6})], near, ["change"])
    assert not any(said.code == "regression_to_mean" for each in alone.findings for said in each.notes)


@pytest.mark.parametrize(("start", "told"), [(2.0, True), (-0.2, False)])
def test_changes_of_arms_that_start_far_apart_are_told_of_regression_to_the_mean(start, told):
    result = compare_outcomes([make_outcome(gain(1.0, 0.0, start=start))], make_plan(), ["did"])
    said = [each for each in pick(result, "did", "warmth").notes if each.code == "arms_start_apart"]
    assert bool(said) == told
    if told:
        firsts = [gain(1.0, 0.0, start=start)[site, "T1"] for site in "1234"]
        treated, contrast = np.concatenate([firsts[0], firsts[3]]), np.concatenate([firsts[1], firsts[2]])
        spread = np.sqrt((treated.var(ddof=1) + contrast.var(ddof=1)) / 2)
        assert said[0]["distance"] == pytest.approx((treated.mean() - contrast.mean()) / spread)
        assert (said[0]["arm"], said[0]["other_arm"], said[0]["wave"]) == ("sos", "contrast", "T1")
