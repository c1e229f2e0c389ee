"""Small groups are hidden, and nothing shown lets anybody work them out."""

import math
from dataclasses import replace

import numpy as np
import pytest
from factories import compare, draw_cells, make_outcome, make_plan
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.comparison.finding import Finding, Unit
from sos_score.comparison.suppression import find_hidden, find_hidden_places, suppress_small
from sos_score.notes import note

PLAN = make_plan()
NUMBERS = (
    "estimate",
    "low",
    "high",
    "effect",
    "statistic",
    "df",
    "p",
    "p_adjusted",
    "detectable",
    "detectable_adjusted",
    "detectable_adjusted_low",
    "detectable_adjusted_high",
    "detectable_sites",
    "tost_p",
    "smallest",
)


def is_blank(row):
    return row.counts == () and all(math.isnan(getattr(row, name)) for name in NUMBERS)


def test_a_small_site_and_its_partner_are_hidden_and_the_arm_is_shown():
    panel = make_outcome(draw_cells(1, {"1": 3, "2": 9, "3": 8, "4": 7}))
    assert find_hidden_places(panel, PLAN) == {(site, wave) for site in "14" for wave in ("T1", "T2")}
    rows = compare([panel], PLAN).rows
    for row in rows:
        if row.site in ("Site 1", "Site 4") or {"1", "4"} & set(row.by_site):
            assert is_blank(row), row
            assert row.finding.is_hidden
            assert row.finding.notes == (note("hidden", least=5),)
            assert not row.is_primary
    arms = [row for row in rows if row.question == "arms" and row.unit == "people" and row.is_primary]
    # What sites spread by would tell of those that are hidden.
    beside = ("detectable_adjusted", "detectable_adjusted_low", "detectable_adjusted_high", "detectable_sites")
    judged = [row for row in rows if row.question in ("arms", "did") and row.is_primary]
    assert len(judged) == 3
    assert all(math.isnan(getattr(row, name)) for row in judged for name in beside)
    assert [row.counts for row in arms] == [(10, 17), (10, 17)]
    assert [row for row in rows if row.question == "arms" and row.unit == "sites" and not is_blank(row)] == []


def test_two_small_sites_that_are_small_together_take_a_third():
    arms = {"1": "sos", "2": "sos", "3": "sos", "4": "contrast", "5": "contrast"}
    panel = make_outcome(draw_cells(1, {"1": 2, "2": 2, "3": 20, "4": 9, "5": 8}, ["T1"]))
    assert {site for site, _ in find_hidden_places(panel, make_plan(arms))} == {"1", "2", "3"}


def test_what_is_hidden_does_not_depend_on_what_is_asked():
    panel = make_outcome(draw_cells(2, {"1": 3, "2": 9, "3": 8, "4": 7}))
    whole = compare([panel], PLAN)
    for question in ("design", "level", "change", "arms", "did"):
        alone = compare([panel], PLAN, [question]).ask(question)
        assert [is_blank(row) for row in alone] == [is_blank(row) for row in whole.ask(question)]


def test_hidden_tests_are_in_no_family():
    found = compare([make_outcome(draw_cells(1, {"1": 3, "2": 9, "3": 8, "4": 7}))], PLAN, ["change"])
    assert list(found.families.values()) == [2]


def test_a_few_leavers_are_not_given_away_by_those_who_stayed():
    people = {("1", "T1"): [f"p{n}" for n in range(9)], ("1", "T2"): [f"p{n}" for n in range(2, 11)]}
    cells = draw_cells(1, {("1", "T1"): 9, ("1", "T2"): 9})
    found = compare([make_outcome(cells, people=people)], PLAN)
    assert [row.method_code for row in found.ask("change")] == ["overlap_t_unequal", "welch_t", "link_ignored"]
    few = "fewer than 5 answered at one wave only, so results of the linked people are not shown apart"
    assert found.ask("change")[0].notes[0] == few
    count = found.ask("design")[0]
    assert (count.counts, count.notes) == ((9, 9), (few,))


def test_a_few_linked_people_are_not_told_of():
    people = {("1", "T1"): [f"p{n}" for n in range(9)], ("1", "T2"): [f"p{n}" for n in range(7, 16)]}
    found = compare([make_outcome(draw_cells(1, {("1", "T1"): 9, ("1", "T2"): 9}), people=people)], PLAN)
    assert found.ask("change")[0].finding.notes[0] == note("few_linked", least=5)
    assert "paired_t" not in {row.method_code for row in found.ask("change")}


def test_nothing_is_hidden_where_the_plan_shows_every_cell():
    rows = compare([make_outcome(draw_cells(1, {"1": 1, "2": 2, "3": 3, "4": 4}))], make_plan(smallest_cell=1)).rows
    assert rows
    assert not any(row.finding.is_hidden for row in rows)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (1, "fewer than 5 rows left out: the score, a predictor or a group is missing."),
        (4, "fewer than 5 rows left out: the score, a predictor or a group is missing."),
        (5, "5 rows left out: the score, a predictor or a group is missing."),
    ],
)
def test_a_few_rows_that_are_left_out_are_not_counted_in_notes(rows, said):
    finding = Finding("variation", ("staff",), "made", "warmth", Unit.SCORES, counts=(20,))
    finding = replace(finding, notes=(note("own_work"), note("rows_incomplete", rows=rows)))
    assert str(suppress_small([finding], [], PLAN)[0].notes[1]) == said
    assert suppress_small([finding], [], make_plan(smallest_cell=1)) == [finding]


def list_equations(rows, sizes, arms, wave):
    """Every shown linear statement about the sums of the sites at a wave, as coefficients."""
    sites = list(sizes)
    people = {arm: sum(sizes[s] for s in sites if arms[s] == arm) for arm in ("sos", "contrast")}
    count = {arm: sum(sizes[s] > 0 and arms[s] == arm for s in sites) for arm in people}
    sign = {"sos": 1.0, "contrast": -1.0}
    equations = []
    for row in rows:
        if math.isnan(row.estimate) or row.wave != wave:
            continue
        if row.question == "level":
            equations.append([float(f"Site {s}" == row.site) for s in sites])
        elif row.method_code == "games_howell":
            a, b = row.by_site
            equations.append([(s == a) / max(sizes[s], 1) - (s == b) / max(sizes[s], 1) for s in sites])
        elif row.question == "arms" and row.unit == "people":
            equations.append([sign[arms[s]] / people[arms[s]] if sizes[s] else 0.0 for s in sites])
        elif row.question == "arms":
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
    panel, plan = make_outcome(draw_cells(7, sizes, ["T1"])), make_plan(arms)
    rows = compare([panel], plan, ["design", "level", "arms"]).rows
    equations = list_equations(rows, sizes, arms, "T1")
    rank = np.linalg.matrix_rank(equations) if equations.size else 0
    for place, (site, count) in enumerate(sizes.items()):
        if 0 < count < plan.smallest_cell:
            unit = np.eye(len(sizes))[place]
            assert np.linalg.matrix_rank(np.vstack([equations, unit])) == rank + 1, (site, sizes, arms)
    for row in rows:
        assert row.unit == "sites" or not any(0 < count < plan.smallest_cell for count in row.counts)


@pytest.mark.parametrize("least", [2, 5, 10])
def test_the_plan_says_how_small_is_too_small(least):
    panel = make_outcome(draw_cells(1, {"1": 4, "2": 9, "3": 8, "4": 12}))
    small = {site for site, n in {"1": 4, "2": 9, "3": 8}.items() if n < least}
    assert small <= {site for site, _ in find_hidden_places(panel, make_plan(smallest_cell=least))}
    if least == 2:
        assert find_hidden_places(panel, make_plan(smallest_cell=least)) == frozenset()


def test_sites_of_one_one_and_twenty_in_one_arm_are_all_hidden():
    assert find_hidden({"a": 1, "b": 1, "c": 20}, dict.fromkeys("abc", "sos"), 5) == {"a", "b", "c"}
    assert find_hidden({"a": 1, "b": 1, "c": 20}, {}, 5) == {"a", "b", "c"}
    assert find_hidden({"a": 0, "b": 5, "c": 20}, {}, 5) == frozenset()


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 12)), st.integers(1, 6), st.data())
def test_totals_of_arms_and_of_all_never_determine_a_few_people(sizes, least, data):
    arms = {site: data.draw(st.sampled_from(("", "sos", "contrast"))) for site in sizes}
    hidden = find_hidden(sizes, arms, least)
    assert {site for site, size in sizes.items() if 0 < size < least} <= hidden
    groups = [[site for site in sizes if arms[site] == arm] for arm in set(arms.values())]
    for group in [*groups, list(sizes)]:
        kept_back = [sizes[site] for site in group if site in hidden]
        shown = [site for site in group if site not in hidden and sizes[site]]
        # What a total less the shown sites leaves is nobody, or two sites or more with enough people together.
        if kept_back and shown:
            assert len(kept_back) > 1
            assert sum(kept_back) >= least
