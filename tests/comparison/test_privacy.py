"""Small groups are hidden, and nothing shown lets anybody work them out."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import draw_cells, make_panel, make_plan

from sos_score.comparison.finding import Row
from sos_score.comparison.judging import compare_panels
from sos_score.comparison.suppression import HIDDEN, find_hidden, suppress_small

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
    panel = make_panel(draw_cells(1, {"1": 3, "2": 9, "3": 8, "4": 7}))
    assert find_hidden(panel, PLAN) == {(site, wave) for site in "14" for wave in ("T1", "T2")}
    rows = compare_panels([panel], PLAN).rows
    for row in rows:
        if row.site in ("Site 1", "Site 4") or {"1", "4"} & set(row.by_site):
            assert is_blank(row), row
            assert row.notes == (HIDDEN.format(5),)
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
    panel = make_panel(draw_cells(1, {"1": 2, "2": 2, "3": 20, "4": 9, "5": 8}, ["T1"]))
    assert {site for site, _ in find_hidden(panel, make_plan(arms))} == {"1", "2", "3"}


def test_what_is_hidden_does_not_depend_on_what_is_asked():
    panel = make_panel(draw_cells(2, {"1": 3, "2": 9, "3": 8, "4": 7}))
    whole = compare_panels([panel], PLAN)
    for question in ("design", "level", "change", "arms", "did"):
        alone = compare_panels([panel], PLAN, [question]).ask(question)
        assert [is_blank(row) for row in alone] == [is_blank(row) for row in whole.ask(question)]


def test_hidden_tests_are_in_no_family():
    found = compare_panels([make_panel(draw_cells(1, {"1": 3, "2": 9, "3": 8, "4": 7}))], PLAN, ["change"])
    assert list(found.families.values()) == [2]


def test_a_few_leavers_are_not_given_away_by_those_who_stayed():
    people = {("1", "T1"): [f"p{n}" for n in range(9)], ("1", "T2"): [f"p{n}" for n in range(2, 11)]}
    cells = draw_cells(1, {("1", "T1"): 9, ("1", "T2"): 9})
    found = compare_panels([make_panel(cells, people=people)], PLAN)
    methods = [row.method for row in found.ask("change")]
    assert [method.split(",")[0].split(" (")[0] for method in methods] == [
        "partially overlapping samples t", "Welch t", "Mann-Whitney",
    ]  # fmt: skip
    few = "fewer than 5 answered at one wave only, so results of the linked people are not shown apart"
    assert found.ask("change")[0].notes[0] == few
    count = found.ask("design")[0]
    assert (count.counts, count.notes) == ((9, 9), (few,))


def test_a_few_linked_people_are_not_told_of():
    people = {("1", "T1"): [f"p{n}" for n in range(9)], ("1", "T2"): [f"p{n}" for n in range(7, 16)]}
    found = compare_panels([make_panel(draw_cells(1, {("1", "T1"): 9, ("1", "T2"): 9}), people=people)], PLAN)
    assert found.ask("change")[0].notes[0].startswith("fewer than 5 answered at both waves")
    assert not any("paired" in row.method for row in found.ask("change"))


def test_nothing_is_hidden_where_the_plan_shows_every_cell():
    rows = compare_panels(
        [make_panel(draw_cells(1, {"1": 1, "2": 2, "3": 3, "4": 4}))], make_plan(smallest_cell=1)
    ).rows
    assert not any(HIDDEN[:10] in note for row in rows for note in row.notes)


@pytest.mark.parametrize(
    ("count", "said"), [("1 row", "fewer than 5 rows"), ("4 rows", "fewer than 5 rows"), ("5 rows", "5 rows")]
)
def test_a_few_rows_that_are_left_out_are_not_counted_in_notes(count, said):
    note = "{} left out: the score, a predictor or a group is missing."
    row = Row("staff", "made", "warmth", "Warmth", "variation", "scores", counts=(20,))
    row = replace(row, notes=("first", note.format(count)))
    assert suppress_small([row], [], PLAN)[0].notes == ("first", note.format(said))
    assert suppress_small([row], [], make_plan(smallest_cell=1)) == [row]


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
        elif row.method == "Games-Howell":
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
    panel, plan = make_panel(draw_cells(7, sizes, ["T1"])), make_plan(arms)
    rows = compare_panels([panel], plan, ["design", "level", "arms"]).rows
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
    panel = make_panel(draw_cells(1, {"1": 4, "2": 9, "3": 8, "4": 12}))
    small = {site for site, n in {"1": 4, "2": 9, "3": 8}.items() if n < least}
    assert small <= {site for site, _ in find_hidden(panel, make_plan(smallest_cell=least))}
    if least == 2:
        assert find_hidden(panel, make_plan(smallest_cell=least)) == frozenset()
