"""Findings on small made data, against hand arithmetic and the numeric layer; and every degenerate study."""

import math
from dataclasses import replace

import numpy as np
import pytest
from factories import compare, draw_cells, make_outcome, make_plan
from scipy import stats

from sos_score.comparison.finding import Equivalence, Estimate, Statistic, Unit, judge_finding, start_finding
from sos_score.comparison.plan import SmallestEffect
from sos_score.comparison.questions.registry import QUESTIONS
from sos_score.comparison.verdict import Direction, Verdict
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


def ask(cells, question, plan=OPEN, **panel):
    return compare([make_outcome(cells, **panel)], plan, [question]).ask(question)


def one(rows, code):
    found = [row for row in rows if row.method_code == code]
    assert len(found) == 1, [row.method_code for row in rows]
    return found[0]


def test_questions_come_in_the_order_of_the_issue():
    found = compare([make_outcome(SIX)], OPEN)
    of_outcomes = [name for name, question in QUESTIONS.items() if question.ask_outcome]
    assert list(dict.fromkeys(row.question for row in found.rows)) == of_outcomes
    assert list(QUESTIONS)[:5] == ["design", "level", "change", "arms", "did"]


def test_the_design_says_who_is_there_and_what_can_be_shown():
    rows = ask(SIX, "design")
    counts = [row for row in rows if row.method_code == "count"]
    assert [(row.site, row.counts, row.groups) for row in counts] == [
        (f"Site {site}", (6, 6, 6), "T1, T2, linked") for site in (1, 2, 3, 4)
    ]
    limit = one(rows, "smallest_p")
    assert (limit.counts, limit.p) == ((2, 2), pytest.approx(2 / 6))
    people = [row for row in rows if row.unit == "people" and row.method_code == "smallest_effect"]
    assert [(row.wave, row.counts) for row in people] == [("T1", (12, 12)), ("T2", (12, 12))]
    # Cohen (1988): 2 x 12 people show 1.2 standard deviations with 80% power.
    assert people[0].detectable == pytest.approx(1.20, abs=0.01)


def test_the_adjusted_effect_is_given_at_the_limits_of_the_icc_too():
    rows = [row for row in ask(SIX, "design") if row.unit == "people, adjusted for sites"]
    icc = next(row for row in ask(SIX, "design") if row.effect_name == "ICC(1)")
    assert len(rows) == 2
    delta = rows[0].detectable / math.sqrt((1 + 5 * max(0, icc.effect)) * (1 / 12 + 1 / 12))
    assert delta == pytest.approx(5.6535, abs=1e-3)  # two sites against two: 2 df
    for limit, share in ((rows[0].effect_low, icc.effect_low), (rows[0].effect_high, icc.effect_high)):
        assert limit == pytest.approx(delta * math.sqrt((1 + 5 * max(0, share)) / 6))
    assert rows[0].effect_low <= rows[0].detectable <= rows[0].effect_high


def test_a_sites_level_is_its_mean_with_a_t_interval():
    row = next(row for row in ask(SIX, "level") if (row.site, row.wave) == ("Site 1", "T1"))
    half = 2.570582 * math.sqrt(0.4 / 6)
    assert (row.counts, row.estimate, row.effect_name) == ((6,), 2.0, "SD")
    assert row.effect == pytest.approx(math.sqrt(0.4))
    assert (row.low, row.high) == (pytest.approx(2 - half, abs=1e-5), pytest.approx(2 + half, abs=1e-5))
    assert row.notes == ("median 2",)


def test_a_constant_change_stands_untested_and_its_direction_is_not_claimed():
    row = next(row for row in ask(SIX, "change") if row.is_primary)
    assert (row.site, row.estimate, row.verdict) == ("Site 1", 2.0, Verdict.INCONCLUSIVE)
    assert math.isnan(row.p)
    assert "the scores do not vary, so the difference cannot be tested" in row.notes


def test_arms_are_compared_as_people_and_as_sites():
    rows = ask(SIX, "arms")
    primary = [(row.wave, row.unit, row.counts) for row in rows if row.is_primary]
    assert primary == [
        ("T1", "people", (12, 12)), ("T1", "sites", (2, 2)), ("T2", "people", (12, 12)), ("T2", "sites", (2, 2)),
    ]  # fmt: skip
    sites = next(row for row in rows if row.is_primary and (row.wave, row.unit) == ("T1", "sites"))
    # Site means 2, 3, 4, 3: treated 2.5, contrast 3.5; the mirror image is as far apart, 4 of 6 in all.
    assert sites.estimate == pytest.approx(-1.0)
    assert sites.p == pytest.approx(4 / 6)
    pairs = [row.groups for row in rows if row.method_code == "games_howell" and row.wave == "T1"]
    assert pairs == [f"Site {a} - Site {b}" for a, b in ((1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4))]


@pytest.mark.parametrize("question", ["arms", "did"])
def test_beside_a_comparison_of_arms_stands_what_each_analysis_would_find(question):
    rows = [row for row in ask(SPREAD, question) if row.is_primary]
    by_unit = {unit: next(row for row in rows if row.unit == unit) for unit in ("people", "sites")}
    t_test = next(row for row in ask(SPREAD, question) if row.method_code == "student_t_sites")
    beside = ("detectable_adjusted", "detectable_adjusted_low", "detectable_adjusted_high", "detectable_sites")
    for name in beside:
        assert getattr(by_unit["people"], name) == getattr(by_unit["sites"], name) > 0
    assert by_unit["sites"].detectable == math.inf
    assert by_unit["sites"].notes[0] == (
        "6 assignments; p cannot be below 0.333, so no effect, however large, can be shown at alpha 0.05"
    )
    # The t test of two against two sites has 2 df, where 5.6535 standard errors are found with 80% power.
    error = (t_test.effect - t_test.effect_low) / stats.t.ppf(0.975, 2)
    assert t_test.detectable == by_unit["people"].detectable_sites == pytest.approx(5.6535 * error, rel=1e-4)


def test_arms_are_adjusted_at_the_icc_seen_and_at_its_limits():
    row = next(row for row in ask(SPREAD, "arms") if row.is_primary)
    design = next(
        each for each in ask(SPREAD, "design") if each.unit == "people, adjusted for sites" and each.wave == row.wave
    )
    assert (row.detectable_adjusted, row.detectable_adjusted_low, row.detectable_adjusted_high) == (
        design.detectable, design.effect_low, design.effect_high,
    )  # fmt: skip


def test_changes_are_adjusted_by_the_error_clustered_on_the_site_and_at_its_limits():
    rows = ask(SPREAD, "did")
    person, by_site = (one(rows, f"clustered_on_{who}") for who in ("person", "site"))
    error = (by_site.effect - by_site.effect_low) / stats.t.ppf(0.975, by_site.df)
    floor = (person.effect - person.effect_low) / stats.t.ppf(0.975, person.df)
    assert error > floor
    delta = find_detectable(by_site.df)
    assert person.detectable_adjusted == pytest.approx(delta * error)
    low, high = (math.sqrt(by_site.df / stats.chi2.ppf(share, by_site.df)) for share in (0.975, 0.025))
    assert person.detectable_adjusted_low == pytest.approx(delta * max(floor, error * low))
    assert person.detectable_adjusted_high == pytest.approx(delta * error * high)


def test_with_four_sites_against_four_a_permutation_has_an_effect_of_its_own():
    arms = {site: "sos" if site in "1357" else "contrast" for site in "12345678"}
    cells = draw_cells(4, dict.fromkeys(arms, 9), ["T1"])
    rows = ask(cells, "arms", make_plan(arms))
    judged = next(row for row in rows if row.is_primary and row.unit == "sites")
    # All of one arm above the other: 2.88 standard deviations of site values (an integral), against 2.38 of the t test.
    assert judged.detectable / judged.detectable_sites == pytest.approx(2.8807 / 2.3808, rel=0.015)
    assert judged.notes[0] == "70 assignments; p cannot be below 0.0286"


def test_the_difference_in_differences_is_the_difference_of_the_arms_changes():
    rows = ask(SIX, "did")
    people = [
        row for row in rows if row.method_code in ("clustered_on_person", "clustered_on_site", "least_squares_hc3")
    ]
    assert [row.estimate for row in people] == pytest.approx([(2 + 1.1) / 2 - 0.1] * 3)
    assert [row.counts for row in people] == [(12, 12, 12, 12)] * 3
    sites = [row for row in rows if row.unit == "sites"]
    assert [row.estimate for row in sites] == pytest.approx([(2 + 1.1) / 2 - 0.1] * 2)
    assert {row.method_code for row in rows} >= {"ancova", "permutation_exact"}
    scaled = people[0]
    assert scaled.effect_low / scaled.low == pytest.approx(scaled.effect / scaled.estimate)


def test_one_rule_judges_after_adjustment():
    finding = replace(
        start_finding(make_outcome(SIX), "change", Unit.PEOPLE), is_judged=True, estimate=Estimate(0.3),
        test=Statistic(p=0.01), equivalence=Equivalence(0.5, 0.03, 0.1, 0.45),
    )  # fmt: skip
    for p_adjusted, tost_adjusted, verdict in (
        (0.02, 0.03, Verdict.TRIVIAL), (0.02, 0.06, Verdict.DIFFERENT), (0.06, 0.03, Verdict.EQUIVALENT),
        (0.06, 0.06, Verdict.INCONCLUSIVE),
    ):  # fmt: skip
        adjusted = replace(
            finding,
            test=replace(finding.test, p_adjusted=p_adjusted),
            equivalence=replace(finding.equivalence, p_adjusted=tost_adjusted),
        )
        judged = judge_finding(adjusted, OPEN)
        assert judged.verdict is verdict
        is_found = verdict in (Verdict.TRIVIAL, Verdict.DIFFERENT)
        assert judged.direction is (Direction.UP if is_found else Direction.NONE)
        assert (judged.reason[-1].code == "not_after_adjustment") == (tost_adjusted > 0.05)


@pytest.mark.parametrize(("good", "is_better"), [("high", True), ("low", False), (None, None)])
def test_a_difference_is_better_where_the_good_end_of_the_scale_is_known(good, is_better):
    shifted = {place: [score + 2 * (place[1] == "T2") for score in scores] for place, scores in SPREAD.items()}
    found = [row for row in ask(shifted, "change", good=good) if row.is_primary]
    assert {row.finding.verdict for row in found} == {Verdict.DIFFERENT}
    assert {row.finding.is_better for row in found} == {is_better}
    assert {row.direction for row in found} == {"more warmth"}


def test_a_family_is_what_the_plan_names_and_holds_both_kinds_of_p():
    families = {
        "scale": (lambda question, source, scale: f"{question} {source}.{scale}", 4),
        "source": (lambda question, source, _scale: f"{question} {source}", 8),
    }
    cells = draw_cells(3, dict.fromkeys("1234", 12))
    panels = [make_outcome(cells), make_outcome(draw_cells(4, dict.fromkeys("1234", 12)), scale="trust")]
    for name, size in families.values():
        found = compare(panels, make_plan(name_family=name), ["change"])
        assert set(found.families.values()) == {size}
        for family in found.families:
            rows = [row for row in found.rows if row.is_primary and row.family == family]
            assert len(rows) == size
            smallest = min(rows, key=lambda row: row.p)
            assert smallest.p_adjusted == pytest.approx(min(1.0, size * smallest.p))
            smallest = min(rows, key=lambda row: row.tost_p)
            assert smallest.tost_p_adjusted == pytest.approx(min(1.0, size * smallest.tost_p))
    assert "p adjusted by Holm in 1 family of 8 tests" in found.notes


@pytest.mark.parametrize(
    ("unit", "value", "points"), [("raw", 0.4, 0.4), ("g", 0.5, None)], ids=["score points", "standard deviations"]
)
def test_the_smallest_effect_is_read_in_its_unit(unit, value, points):
    plan = make_plan(smallest_cell=1, find_effect=lambda _source, _scale: SmallestEffect(value, unit))
    row = next(row for row in ask(draw_cells(1, dict.fromkeys("1234", 9)), "change", plan) if row.is_primary)
    if points is None:
        points = 0.5 * row.estimate / row.effect * (1 - 3 / (4 * 16 - 1))  # g is d times J, J nearly this
    assert row.smallest == pytest.approx(points, rel=1e-3)


def test_what_a_lower_score_means_is_said_in_the_scales_words():
    assert turn_words("safer homes") == "less safe homes"
    assert turn_words("clear roles") == "the opposite of clear roles"
    assert turn_words("more stress") == "less stress"


def test_without_a_wave_there_is_no_change_and_no_error():
    cells = {place: scores for place, scores in SIX.items() if place[1] == "T1"}
    found = compare([make_outcome(cells)], OPEN)
    assert {row.question for row in found.rows} == {"design", "level", "arms", "extremes"}
    assert {row.wave for row in found.rows if row.question == "arms"} == {"T1"}


def test_a_study_of_one_wave_asks_of_no_change():
    cells = {(site, ""): scores for (site, wave), scores in SIX.items() if wave == "T1"}
    found = compare([make_outcome(cells)], make_plan(waves={"": ""}, smallest_cell=1))
    assert {row.question for row in found.rows} == {"design", "level", "arms", "extremes"}


def test_a_site_of_one_person_has_a_mean_and_no_test():
    rows = compare([make_outcome(SIX | {("3", "T2"): [4.0]})], OPEN).rows
    level = next(row for row in rows if (row.question, row.site, row.wave) == ("level", "Site 3", "T2"))
    assert (level.counts, level.estimate) == ((1,), 4.0)
    assert math.isnan(level.low)
    change = next(row for row in rows if row.question == "change" and row.site == "Site 3" and row.is_primary)
    assert (change.verdict, change.reason) == (Verdict.INCONCLUSIVE, "the difference could not be tested")
    assert "Welch's test needs at least two scores on each side" in change.notes
    anova = next(row for row in rows if row.method_code == "welch_anova" and row.wave == "T2")
    assert "a group with fewer than two scores has no variance" in anova.notes


def test_with_one_arm_answering_the_arms_are_not_compared_and_the_limit_says_so():
    cells = {place: scores for place, scores in SIX.items() if place[0] in "14"}
    found = compare([make_outcome(cells)], OPEN)
    assert {row.question for row in found.rows} == {"design", "level", "change", "extremes"}
    limit = one(found.ask("design"), "smallest_p")
    assert limit.notes == ("one arm has no site with a score, so the arms cannot be compared",)


def test_without_arms_sites_are_described_and_nothing_else():
    plan = make_plan(dict.fromkeys("1234", ""), treated="", reference="", arm_labels={}, smallest_cell=1)
    found = compare([make_outcome(SIX)], plan)
    assert {row.question for row in found.rows} == {"design", "level", "change", "extremes"}


def test_a_scale_constant_in_a_site_says_that_it_cannot_be_tested():
    rows = ask(SIX | {("2", "T1"): [3] * 6, ("2", "T2"): [3] * 6}, "change")
    row = next(row for row in rows if row.site == "Site 2" and row.is_primary)
    assert (row.estimate, row.verdict) == (0.0, Verdict.INCONCLUSIVE)
    assert "the scores do not vary, so the difference cannot be tested" in row.notes


def test_ids_that_do_not_link_leave_two_groups():
    people = {(site, wave): [f"{site}{wave}{n}" for n in range(6)] for site in "1234" for wave in ("T1", "T2")}
    row = next(row for row in ask(SIX, "change", people=people) if row.site == "Site 2" and row.is_primary)
    assert row.method_code == "welch_t"
    assert (
        row.notes[0]
        == "0 at both waves, 6 at T1 only (left or did not answer), 6 at T2 only (came or had not answered)"
    )


def test_a_person_who_moved_is_linked_in_neither_site():
    people = {(site, wave): [f"{site}-{n}" for n in range(6)] for site in "1234" for wave in ("T1", "T2")}
    people["2", "T2"][0], people["1", "T2"][0] = "1-0", "2-0"
    rows = [row for row in ask(SIX, "change", people=people) if row.is_primary]
    assert rows[0].notes[0].startswith("5 at both waves, 1 at T1 only")
    assert rows[1].notes[0].startswith("5 at both waves, 1 at T1 only")


def test_people_without_an_id_are_nobody_twice():
    people = {(site, wave): [""] * 6 for site in "1234" for wave in ("T1", "T2")}
    row = next(row for row in ask(SIX, "change", people=people) if row.site == "Site 2" and row.is_primary)
    assert row.counts == (6, 6)
    assert row.notes[0].startswith("0 at both waves, 6 at T1 only")


def test_no_number_of_a_row_is_infinite_but_what_a_permutation_would_need():
    found = compare([make_outcome(SIX | {("2", "T1"): [3] * 6, ("3", "T2"): [4.0]})], OPEN)
    numbers = [
        value
        for row in found.rows
        for name, value in vars(row).items()
        if isinstance(value, float) and not (name == "detectable" and row.method_code == "permutation_exact")
    ]
    assert not np.isinf(numbers).any()
