"""Small groups are hidden, and nothing shown lets anybody work them out."""

import math

import numpy as np
import pytest
from factories import draw_cells, make_outcome, make_plan
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.comparison.finding import (
    Detectable,
    Effect,
    Equivalence,
    Estimate,
    Finding,
    Statistic,
    Unit,
)
from sos_score.comparison.judging import compare_outcomes
from sos_score.comparison.suppression import find_hidden_places, suppress_small
from sos_score.notes import note
from sos_score.study.suppression import find_hidden

PLAN = make_plan()
BLANK = (Estimate(), Effect(), Statistic(), Equivalence(), Detectable())


def is_blank(finding):
    parts = (finding.estimate, finding.effect, finding.test, finding.equivalence, finding.detectable)
    return (
        finding.is_hidden
        and finding.counts == ()
        and parts == BLANK
        and (finding.verdict, finding.is_better, finding.reason) == (None, None, ())
    )


def test_a_small_site_and_its_partner_are_hidden_and_the_arm_is_shown():
    outcome = make_outcome(draw_cells(1, {"1": 3, "2": 9, "3": 8, "4": 7}))
    assert find_hidden_places(outcome, PLAN) == {(site, wave) for site in "14" for wave in ("T1", "T2")}
    findings = compare_outcomes([outcome], PLAN).findings
    for finding in findings:
        if finding.site in ("1", "4") or {"1", "4"} & set(finding.sites_shown):
            assert is_blank(finding), finding
            assert finding.notes == (note("hidden", least=5),)
            assert not finding.is_judged
    arms = [
        finding
        for finding in findings
        if finding.question == "arms" and finding.unit is Unit.PEOPLE and finding.is_judged
    ]
    # What sites spread by would tell of those that are hidden.
    judged = [finding for finding in findings if finding.question in ("arms", "did") and finding.is_judged]
    assert len(judged) == 2
    assert all(repr(finding.detectable) == repr(Detectable(finding.detectable.own)) for finding in judged)
    assert [finding.counts for finding in arms] == [(10, 17)]
    assert [
        finding
        for finding in findings
        if finding.question == "arms" and finding.unit is Unit.SITES and not is_blank(finding)
    ] == []


def test_two_small_sites_that_are_small_together_take_a_third():
    arms = {"1": "sos", "2": "sos", "3": "sos", "4": "contrast", "5": "contrast"}
    outcome = make_outcome(draw_cells(1, {"1": 2, "2": 2, "3": 20, "4": 9, "5": 8}, ["T1"]))
    assert {site for site, _ in find_hidden_places(outcome, make_plan(arms))} == {"1", "2", "3"}


def test_what_is_hidden_does_not_depend_on_what_is_asked():
    outcome = make_outcome(draw_cells(2, {"1": 3, "2": 9, "3": 8, "4": 7}))
    whole = compare_outcomes([outcome], PLAN)
    for question in ("design", "level", "change", "arms", "did"):
        alone = compare_outcomes([outcome], PLAN, [question]).ask(question)
        assert [is_blank(finding) for finding in alone] == [is_blank(finding) for finding in whole.ask(question)]


def test_hidden_tests_are_in_no_family():
    found = compare_outcomes([make_outcome(draw_cells(1, {"1": 3, "2": 9, "3": 8, "4": 7}))], PLAN, ["change"])
    assert list(found.families.values()) == [2]


def test_a_few_leavers_are_not_given_away_by_those_who_stayed():
    people = {("1", "T1"): [f"p{n}" for n in range(9)], ("1", "T2"): [f"p{n}" for n in range(2, 11)]}
    cells = draw_cells(1, {("1", "T1"): 9, ("1", "T2"): 9})
    found = compare_outcomes([make_outcome(cells, people=people)], PLAN)
    assert [finding.method.code for finding in found.ask("change")] == ["overlap_t_unequal", "welch_t", "link_ignored"]
    assert found.ask("change")[2].method["test"].code.startswith("mann_whitney")
    few = note("few_unlinked", least=5)
    assert found.ask("change")[0].notes[0] == few
    count = found.ask("design")[0]
    assert (count.counts, count.notes) == ((9, 9), (few,))


def test_a_few_linked_people_are_not_told_of():
    people = {("1", "T1"): [f"p{n}" for n in range(9)], ("1", "T2"): [f"p{n}" for n in range(7, 16)]}
    found = compare_outcomes([make_outcome(draw_cells(1, {("1", "T1"): 9, ("1", "T2"): 9}), people=people)], PLAN)
    assert found.ask("change")[0].notes[0] == note("few_linked", least=5)
    assert not {finding.method.code for finding in found.ask("change")} & {"paired_t", "of_linked_people"}


def test_nothing_is_hidden_where_the_plan_shows_every_cell():
    findings = compare_outcomes(
        [make_outcome(draw_cells(1, {"1": 1, "2": 2, "3": 3, "4": 4}))], make_plan(smallest_cell=1)
    ).findings
    assert findings
    assert not any(finding.is_hidden for finding in findings)
    assert "hidden" not in {each.code for finding in findings for each in finding.notes}


@pytest.mark.parametrize("count", [1, 4, 5])
def test_a_few_rows_that_are_left_out_are_not_counted_in_notes(count):
    said, other = note("rows_incomplete", rows=count), note("nothing_paired", level="worker")
    finding = Finding("variation", ("staff",), "made", "warmth", Unit.SCORES, counts=(20,), notes=(other, said))
    shown = note("few_rows_incomplete", least=5) if count < 5 else said
    assert suppress_small([finding], [], PLAN)[0].notes == (other, shown)
    assert suppress_small([finding], [], make_plan(smallest_cell=1)) == [finding]


def test_how_few_rows_were_left_out_is_said_without_counting():
    few = "fewer than 5 rows left out: the score, a predictor or a group is missing."
    assert str(note("few_rows_incomplete", least=5)) == few
    assert str(note("rows_incomplete", rows=5)) == few.removeprefix("fewer than ")


def list_equations(findings, sizes, arms, wave):
    """Every shown linear statement about the sums of the sites at a wave, as coefficients."""
    sites = list(sizes)
    people = {arm: sum(sizes[s] for s in sites if arms[s] == arm) for arm in ("sos", "contrast")}
    count = {arm: sum(sizes[s] > 0 and arms[s] == arm for s in sites) for arm in people}
    sign = {"sos": 1.0, "contrast": -1.0}
    equations = []
    for finding in findings:
        if math.isnan(finding.estimate.value) or finding.waves != (wave,):
            continue
        if finding.question == "level":
            equations.append([float(s == finding.site) for s in sites])
        elif finding.method.code == "games_howell":
            a, b = finding.sites_shown
            equations.append([(s == a) / max(sizes[s], 1) - (s == b) / max(sizes[s], 1) for s in sites])
        elif finding.question == "arms" and finding.unit is Unit.PEOPLE:
            equations.append([sign[arms[s]] / people[arms[s]] if sizes[s] else 0.0 for s in sites])
        elif finding.question == "arms":
            equations.append([sign[arms[s]] / count[arms[s]] / sizes[s] if sizes[s] else 0.0 for s in sites])
    return np.array(equations).reshape(-1, len(sites))


sizes_of_sites = st.lists(st.integers(0, 12), min_size=2, max_size=6)


@settings(max_examples=60, deadline=None)
@given(sizes_of_sites, st.integers(1, 5), st.randoms(use_true_random=False))
def test_no_hidden_mean_can_be_computed_from_what_is_shown(counts, treated, random):
    sizes = {str(place): count for place, count in enumerate(counts, start=1)}
    names = list(sizes)
    random.shuffle(names)
    chosen = set(names[: min(treated, len(names) - 1)])
    arms = {site: "sos" if site in chosen else "contrast" for site in sizes}
    if not sum(counts):
        return
    outcome, plan = make_outcome(draw_cells(7, sizes, ["T1"])), make_plan(arms)
    findings = compare_outcomes([outcome], plan, ["design", "level", "arms"]).findings
    equations = list_equations(findings, sizes, arms, "T1")
    rank = np.linalg.matrix_rank(equations) if equations.size else 0
    for place, (site, count) in enumerate(sizes.items()):
        if 0 < count < plan.smallest_cell:
            unit = np.eye(len(sizes))[place]
            assert np.linalg.matrix_rank(np.vstack([equations, unit])) == rank + 1, (site, sizes, arms)
    for finding in findings:
        assert finding.unit is Unit.SITES or not any(0 < count < plan.smallest_cell for count in finding.counts)


@pytest.mark.parametrize("least", [2, 5, 10])
def test_the_plan_says_how_small_is_too_small(least):
    outcome = make_outcome(draw_cells(1, {"1": 4, "2": 9, "3": 8, "4": 12}))
    small = {site for site, n in {"1": 4, "2": 9, "3": 8}.items() if n < least}
    assert small <= {site for site, _ in find_hidden_places(outcome, make_plan(smallest_cell=least))}
    if least == 2:
        assert find_hidden_places(outcome, make_plan(smallest_cell=least)) == frozenset()


def test_two_single_people_and_a_large_site_are_all_hidden():
    sizes = {"1": 1, "2": 1, "3": 20}
    assert find_hidden(sizes, dict.fromkeys(sizes, "sos"), 5) == {"1", "2", "3"}


def test_a_site_hidden_for_the_whole_is_not_given_away_by_its_arm():
    arms = {"1": "sos", "2": "contrast", "3": "contrast"}
    assert find_hidden({"1": 2, "2": 10, "3": 11}, arms, 5) == {"1", "2", "3"}


@given(
    st.lists(st.tuples(st.integers(0, 14), st.sampled_from(["sos", "contrast", ""])), min_size=1, max_size=7),
    st.integers(1, 10),
)
def test_no_small_group_is_a_total_less_what_is_shown(places, least):
    sizes = {str(place): size for place, (size, _) in enumerate(places)}
    arms = {str(place): arm for place, (_, arm) in enumerate(places)}
    hidden = find_hidden(sizes, arms, least)
    there = {site for site, size in sizes.items() if size}
    assert {site for site in there if sizes[site] < least} <= hidden <= there
    for group in [*({site for site in there if arms[site] == arm} for arm in set(arms.values())), there]:
        kept_back = group & hidden
        is_safe = len(kept_back) > 1 and sum(sizes[site] for site in kept_back) >= least
        assert not kept_back or is_safe or kept_back == group
    if not any(size < least for size in sizes.values() if size):
        assert not hidden
