"""Findings on small made data, against hand arithmetic and the numeric layer; and every degenerate study."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from factories import draw_cells, make_outcome, make_plan
from scipy import stats

from sos_score.comparison.finding import (
    Contrast,
    Equivalence,
    Estimate,
    Groups,
    Measure,
    Statistic,
    Unit,
    start_finding,
)
from sos_score.comparison.judging import _mark_better, compare_outcomes
from sos_score.comparison.plan import SmallestEffect
from sos_score.comparison.questions.registry import QUESTIONS
from sos_score.comparison.verdict import Direction, Verdict
from sos_score.notes import note
from sos_score.report.labels import turn_words
from sos_score.statistics.noncentral import find_detectable

SIX = {
    ("1", "T1"): [1, 2, 3, 2, 2, 2], ("1", "T2"): [3, 4, 5, 4, 4, 4],
    ("2", "T1"): [2, 3, 4, 3, 3, 3], ("2", "T2"): [2, 3, 4, 3, 3, 3.6],
    ("3", "T1"): [3, 4, 5, 4, 4, 4], ("3", "T2"): [3, 4, 5, 4, 4, 4.6],
    ("4", "T1"): [2, 3, 4, 3, 3, 3], ("4", "T2"): [3, 4, 5, 4, 4, 4.6],
}  # fmt: skip
SHIFTS = {("1", "T1"): 0.1, ("2", "T1"): -0.3, ("3", "T1"): 0.4, ("1", "T2"): 1.2, ("2", "T2"): -0.5, ("4", "T2"): -0.6}
SPREAD = {
    place: scores + SHIFTS.get(place, 0.0) for place, scores in draw_cells(5, {"1": 8, "2": 9, "3": 10, "4": 7}).items()
}
OPEN = make_plan(smallest_cell=1)


def ask(cells, question, plan=OPEN, **outcome):
    return compare_outcomes([make_outcome(cells, **outcome)], plan, [question]).ask(question)


def one(findings, method, waves=None):
    (found,) = [each for each in findings if each.method.code == method and each.waves == (waves or each.waves)]
    return found


def codes(finding):
    return [each.code for each in finding.notes]


def test_questions_come_in_the_order_of_the_issue():
    found = compare_outcomes([make_outcome(SIX)], OPEN)
    assert list(dict.fromkeys(finding.question for finding in found.findings)) == [
        # these scores have no norm and no items, so nothing is asked of their level
        name
        for name, question in QUESTIONS.items()
        if question.ask_outcome and name != "level"
    ]
    assert list(QUESTIONS)[:6] == ["design", "descriptives", "level", "change", "baseline", "arms"]


def test_the_design_says_who_is_there_and_what_can_be_shown():
    findings = ask(SIX, "design")
    counts = [finding for finding in findings if finding.method.code == "count"]
    assert [(finding.site, finding.counts, finding.groups) for finding in counts] == [
        (site, (6, 6, 6), Groups(Contrast.WAVE_COUNTS, ("T1", "T2", "linked"))) for site in "1234"
    ]
    limit = one(findings, "smallest_p")
    assert (limit.counts, limit.test.p) == ((2, 2), pytest.approx(2 / 6))
    people = [finding for finding in findings if finding.method == note("smallest_effect", test=note("detect_people"))]
    assert {finding.unit for finding in people} == {Unit.PEOPLE}
    assert [(finding.waves, finding.counts) for finding in people] == [(("T1",), (12, 12)), (("T2",), (12, 12))]
    # Cohen (1988): 2 x 12 people show 1.2 standard deviations with 80% power.
    assert people[0].detectable.own == pytest.approx(1.20, abs=0.01)


def test_the_adjusted_effect_is_given_at_the_limits_of_the_icc_too():
    findings = [finding for finding in ask(SIX, "design") if finding.unit is Unit.ADJUSTED]
    icc = next(finding for finding in ask(SIX, "design") if finding.effect.measure is Measure.ICC1)
    assert len(findings) == 2
    delta = findings[0].detectable.own / math.sqrt((1 + 5 * max(0, icc.effect.value)) * (1 / 12 + 1 / 12))
    assert delta == pytest.approx(5.6535, abs=1e-3)  # two sites against two: 2 df
    for limit, share in ((findings[0].detectable.low, icc.effect.low), (findings[0].detectable.high, icc.effect.high)):
        assert limit == pytest.approx(delta * math.sqrt((1 + 5 * max(0, share)) / 6))
    assert findings[0].detectable.low <= findings[0].detectable.own <= findings[0].detectable.high


def test_a_sites_level_is_its_mean_with_a_t_interval():
    finding = next(finding for finding in ask(SIX, "descriptives") if (finding.site, finding.waves) == ("1", ("T1",)))
    half = 2.570582 * math.sqrt(0.4 / 6)
    assert (finding.counts, finding.estimate.value, finding.effect.measure) == ((6,), 2.0, Measure.SD)
    assert finding.effect.value == pytest.approx(math.sqrt(0.4))
    assert (finding.estimate.low, finding.estimate.high) == (
        pytest.approx(2 - half, abs=1e-5),
        pytest.approx(2 + half, abs=1e-5),
    )
    assert finding.notes == (note("median", median=2.0),)


def test_a_constant_change_stands_untested_and_its_direction_is_not_claimed():
    finding = next(finding for finding in ask(SIX, "change") if finding.is_judged)
    assert (finding.site, finding.estimate.value, finding.verdict) == ("1", 2.0, Verdict.INCONCLUSIVE)
    assert math.isnan(finding.test.p)
    assert "no_variation" in codes(finding)


def test_arms_are_compared_as_people_and_as_sites():
    findings = ask(SIX, "arms")
    primary = [(finding.waves, finding.unit, finding.counts) for finding in findings if finding.is_judged]
    assert primary == [(("T2",), Unit.PEOPLE, (12, 12))]
    sites = one(findings, "permutation_exact", ("T2",))
    assert (sites.unit, sites.counts, sites.verdict, sites.family) == (Unit.SITES, (2, 2), None, "")
    # Site means 4, 3.1, 4.1, 4.1: treated 4.05, contrast 3.6; every other pair of sites is at least as far apart.
    assert sites.estimate.value == pytest.approx(0.45)
    assert sites.test.p == 1.0
    pairs = [finding.groups for finding in findings if finding.method.code == "games_howell"]
    assert pairs == [Groups(Contrast.SITE_PAIR, tuple(pair)) for pair in ("12", "13", "14", "23", "24", "34")]


@pytest.mark.parametrize("question", ["arms", "did"])
def test_beside_a_comparison_of_arms_stands_what_each_analysis_would_find(question):
    findings = ask(SPREAD, question)
    judged = next(finding for finding in findings if finding.is_judged)
    of_sites, t_test = (one(findings, code, judged.waves) for code in ("permutation_exact", "student_t_sites"))
    people, sites = judged.detectable, of_sites.detectable
    for name in ("adjusted", "adjusted_low", "adjusted_high", "sites"):
        assert getattr(people, name) == getattr(sites, name) > 0
    assert sites.own == math.inf
    limit = note("permutation_without_verdict", assignments=6, smallest_p=2 / 6, alpha=0.05)
    assert of_sites.notes[0] == limit
    # The t test of two against two sites has 2 df, where 5.6535 standard errors are found with 80% power.
    error = (t_test.effect.value - t_test.effect.low) / stats.t.ppf(0.975, 2)
    assert t_test.detectable.own == people.sites == pytest.approx(5.6535 * error, rel=1e-4)


def test_arms_are_adjusted_at_the_icc_seen_and_at_its_limits():
    finding = next(finding for finding in ask(SPREAD, "arms") if finding.is_judged)
    design = next(each for each in ask(SPREAD, "design") if each.unit is Unit.ADJUSTED and each.waves == finding.waves)
    assert (finding.detectable.adjusted, finding.detectable.adjusted_low, finding.detectable.adjusted_high) == (
        design.detectable.own, design.detectable.low, design.detectable.high,
    )  # fmt: skip


def test_changes_are_adjusted_by_the_error_clustered_on_the_site_and_at_its_limits():
    findings = ask(SPREAD, "did")
    person, by_site = (one(findings, f"clustered_on_{who}") for who in ("person", "site"))
    sd = person.equivalence.smallest / 0.5
    error, floor = by_site.estimate.se / sd, person.estimate.se / sd
    assert error > floor
    delta = find_detectable(by_site.test.df)
    assert person.detectable.adjusted == pytest.approx(delta * error)
    low, high = (math.sqrt(by_site.test.df / stats.chi2.ppf(share, by_site.test.df)) for share in (0.975, 0.025))
    assert person.detectable.adjusted_low == pytest.approx(delta * max(floor, error * low))
    assert person.detectable.adjusted_high == pytest.approx(delta * error * high)


def test_with_four_sites_against_four_a_permutation_has_an_effect_of_its_own():
    arms = {site: "sos" if site in "1357" else "contrast" for site in "12345678"}
    cells = draw_cells(4, dict.fromkeys(arms, 9), ["T1"])
    findings = ask(cells, "arms", make_plan(arms))
    judged = next(finding for finding in findings if finding.is_judged and finding.unit is Unit.SITES)
    # All of one arm above the other: 2.88 standard deviations of site values (an integral), against 2.38 of the t test.
    assert judged.detectable.own / judged.detectable.sites == pytest.approx(2.8807 / 2.3808, rel=0.015)
    assert judged.notes[0] == note("permutation_limit", assignments=70, smallest_p=2 / 70)


LEAST_SQUARES = ("clustered_on_person", "least_squares_hc3", "clustered_on_site")


def test_the_difference_in_differences_is_the_difference_of_the_arms_changes():
    findings = ask(SIX, "did")
    people = [finding for finding in findings if finding.method.code in LEAST_SQUARES]
    assert {finding.unit for finding in people} == {Unit.PEOPLE}
    assert [finding.estimate.value for finding in people] == pytest.approx([(2 + 1.1) / 2 - 0.1] * 3)
    assert [finding.counts for finding in people] == [(12, 12, 12, 12)] * 3
    sites = [finding for finding in findings if finding.unit is Unit.SITES]
    assert [finding.estimate.value for finding in sites] == pytest.approx([(2 + 1.1) / 2 - 0.1] * 2)
    assert {finding.method.code for finding in findings} >= {"ancova", "permutation_exact"}
    judged = people[0]
    sd = judged.equivalence.smallest / 0.5
    # Hedges' J at 22 degrees of freedom, of the 24 people at the first wave, is .9655.
    assert judged.effect.value == pytest.approx(0.9655 * judged.estimate.value / sd, rel=1e-4)


def test_one_rule_judges_after_adjustment():
    outcome = make_outcome(SIX)
    finding = start_finding(outcome, "change", Unit.PEOPLE, is_judged=True, estimate=Estimate(0.3))
    for p_adjusted, tost_adjusted, word in (
        (0.02, 0.03, Verdict.TRIVIAL), (0.02, 0.06, Verdict.DIFFERENT),
        (0.06, 0.03, Verdict.EQUIVALENT), (0.06, 0.06, Verdict.INCONCLUSIVE),
    ):  # fmt: skip
        asked = replace(
            finding,
            test=Statistic(p=0.01, p_adjusted=p_adjusted),
            equivalence=Equivalence(0.5, 0.03, 0.1, 0.45, tost_adjusted),
        )
        judged = QUESTIONS["change"].judge(asked, OPEN)
        is_found = word in (Verdict.TRIVIAL, Verdict.DIFFERENT)
        assert judged.verdict is word
        assert judged.direction is (Direction.UP if is_found else Direction.NONE)
        assert _mark_better(judged, {("staff", "warmth"): "high"}).is_better is (True if is_found else None)
        assert _mark_better(judged, {("staff", "warmth"): "low"}).is_better is (False if is_found else None)
        assert (judged.reason[-1].code == "not_after_adjustment") == (tost_adjusted > 0.05)


def test_a_family_is_what_the_plan_names_and_holds_both_kinds_of_p():
    families = {
        "scale": (lambda question, source, scale: f"{question} {source}.{scale}", 4),
        "source": (lambda question, source, _scale: f"{question} {source}", 8),
    }
    cells = draw_cells(3, dict.fromkeys("1234", 12))
    outcomes = [make_outcome(cells), make_outcome(draw_cells(4, dict.fromkeys("1234", 12)), scale="trust")]
    for name, size in families.values():
        found = compare_outcomes(outcomes, make_plan(name_family=name), ["change"])
        assert set(found.families.values()) == {size}
        for family in found.families:
            findings = [finding for finding in found.findings if finding.is_judged and finding.family == family]
            assert len(findings) == size
            smallest = min(findings, key=lambda each: each.test.p)
            assert smallest.test.p_adjusted == pytest.approx(min(1.0, size * smallest.test.p))
            smallest = min(findings, key=lambda finding: finding.equivalence.p)
            assert smallest.equivalence.p_adjusted == pytest.approx(min(1.0, size * smallest.equivalence.p))
    assert note("adjusted", method="holm", families=1, smallest=8, largest=8) in found.notes


@pytest.mark.parametrize(
    ("unit", "value", "points"), [("raw", 0.4, 0.4), ("g", 0.5, None)], ids=["score points", "standard deviations"]
)
def test_the_smallest_effect_is_read_in_its_unit(unit, value, points):
    plan = make_plan(smallest_cell=1, find_effect=lambda _source, _scale: SmallestEffect(value, unit))
    finding = next(
        finding for finding in ask(draw_cells(1, dict.fromkeys("1234", 9)), "change", plan) if finding.is_judged
    )
    if points is None:
        points = (
            0.5 * finding.estimate.value / finding.effect.value * (1 - 3 / (4 * 16 - 1))
        )  # g is d times J, J nearly this
    assert finding.equivalence.smallest == pytest.approx(points, rel=1e-3)


def test_what_a_lower_score_means_is_said_in_the_scales_words():
    assert turn_words("safer homes") == "less safe homes"
    assert turn_words("clear roles") == "the opposite of clear roles"
    assert turn_words("more stress") == "less stress"
    assert turn_words("more rewards") == "fewer rewards"
    assert turn_words("better well-being") == "worse well-being"
    assert turn_words("a more supportive leader") == "a less supportive leader"


def test_without_a_wave_there_is_no_change_and_no_error():
    cells = {place: scores for place, scores in SIX.items() if place[1] == "T1"}
    found = compare_outcomes([make_outcome(cells)], OPEN)
    assert {finding.question for finding in found.findings} == {"design", "descriptives", "arms", "extremes", "missing"}
    assert {finding.waves for finding in found.findings if finding.question == "arms"} == {("T1",)}


def test_a_study_of_one_wave_asks_of_no_change():
    cells = {(site, ""): scores for (site, wave), scores in SIX.items() if wave == "T1"}
    found = compare_outcomes([make_outcome(cells)], make_plan(waves={"": ""}, smallest_cell=1))
    assert {finding.question for finding in found.findings} == {"design", "descriptives", "arms", "extremes", "missing"}


def test_a_site_of_one_person_has_a_mean_and_no_test():
    findings = compare_outcomes([make_outcome(SIX | {("3", "T2"): [4.0]})], OPEN).findings
    level = next(
        finding
        for finding in findings
        if (finding.question, finding.site, finding.waves) == ("descriptives", "3", ("T2",))
    )
    assert (level.counts, level.estimate.value) == ((1,), 4.0)
    assert math.isnan(level.estimate.low)
    change = next(
        finding for finding in findings if finding.question == "change" and finding.site == "3" and finding.is_judged
    )
    assert (change.verdict, change.reason) == (Verdict.INCONCLUSIVE, (note("not_tested"),))
    assert "welch_too_few" in codes(change)
    anova = next(finding for finding in findings if finding.method.code == "welch_anova" and finding.waves == ("T2",))
    assert "group_too_small" in codes(anova)


def test_with_one_arm_answering_the_arms_are_not_compared_and_the_limit_says_so():
    cells = {place: scores for place, scores in SIX.items() if place[0] in "14"}
    found = compare_outcomes([make_outcome(cells)], OPEN)
    assert {finding.question for finding in found.findings} == {
        "design",
        "descriptives",
        "change",
        "reliable",
        "extremes",
        "missing",
    }
    limit = one(found.ask("design"), "smallest_p")
    assert limit.notes == (note("arm_without_site"),)


def test_without_arms_sites_are_described_and_nothing_else():
    plan = make_plan(dict.fromkeys("1234", ""), treated="", reference="", arm_labels={}, smallest_cell=1)
    found = compare_outcomes([make_outcome(SIX)], plan)
    assert {finding.question for finding in found.findings} == {
        "design",
        "descriptives",
        "change",
        "reliable",
        "extremes",
        "missing",
    }


def test_a_scale_constant_in_a_site_says_that_it_cannot_be_tested():
    findings = ask(SIX | {("2", "T1"): [3] * 6, ("2", "T2"): [3] * 6}, "change")
    finding = next(finding for finding in findings if finding.site == "2" and finding.is_judged)
    assert (finding.estimate.value, finding.verdict) == (0.0, Verdict.INCONCLUSIVE)
    assert "no_variation" in codes(finding)


def test_ids_that_do_not_link_leave_two_groups():
    people = {(site, wave): [f"{site}{wave}{n}" for n in range(6)] for site in "1234" for wave in ("T1", "T2")}
    finding = next(
        finding for finding in ask(SIX, "change", people=people) if finding.site == "2" and finding.is_judged
    )
    assert finding.method.code == "welch_t"
    assert finding.notes[0] == note("linked", both=0, left=6, came=6, first="T1", last="T2")


def test_a_person_who_moved_is_linked_in_neither_site():
    people = {(site, wave): [f"{site}-{n}" for n in range(6)] for site in "1234" for wave in ("T1", "T2")}
    people["2", "T2"][0], people["1", "T2"][0] = "1-0", "2-0"
    findings = [finding for finding in ask(SIX, "change", people=people) if finding.is_judged]
    assert (findings[0].notes[0].code, findings[0].notes[0]["both"], findings[0].notes[0]["left"]) == ("linked", 5, 1)
    assert (findings[1].notes[0].code, findings[1].notes[0]["both"], findings[1].notes[0]["left"]) == ("linked", 5, 1)


def test_people_without_an_id_are_nobody_twice():
    people = {(site, wave): [""] * 6 for site in "1234" for wave in ("T1", "T2")}
    finding = next(
        finding for finding in ask(SIX, "change", people=people) if finding.site == "2" and finding.is_judged
    )
    assert finding.counts == (6, 6)
    assert finding.notes[0] == note("linked", both=0, left=6, came=6, first="T1", last="T2")


def test_no_number_of_a_finding_is_infinite_but_what_a_permutation_would_need():
    found = compare_outcomes([make_outcome(SIX | {("2", "T1"): [3] * 6, ("3", "T2"): [4.0]})], OPEN)
    numbers = [
        value
        for finding in found.findings
        for part in (finding.estimate, finding.effect, finding.test, finding.equivalence, finding.detectable)
        for name, value in ((each.name, getattr(part, each.name)) for each in fields(part))
        if isinstance(value, float)
        and not (part is finding.detectable and name == "own" and finding.method.code == "permutation_exact")
    ]
    assert len(numbers) > 1000
    assert not np.isinf(numbers).any()
