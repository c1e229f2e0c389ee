"""What a design can show, in the sentences that stand first."""

import math

import pytest
from factories import Rows, draw_cells, make_outcome, make_plan

from sos_score.comparison.judging import compare_outcomes
from sos_score.output.table import Column, Table
from sos_score.report.labels import Labels
from sos_score.report.model import Block
from sos_score.report.questions.design import list_limits
from sos_score.report.questions.outcomes import list_detail_tables
from sos_score.report.sections.registry import fill_blocks

EIGHT = {site: "sos" if site in "1234" else "contrast" for site in "12345678"}


def find(question, waves=("T1", "T2"), **changes):
    plan = make_plan(EIGHT, waves=dict.fromkeys(waves, ""), **changes)
    outcome = make_outcome(draw_cells(2, dict.fromkeys(EIGHT, 6), list(waves)))
    return compare_outcomes([outcome], plan, ["design", question])


def describe(found):
    return list_limits(found, Labels.of(found))


def test_one_site_against_one_cannot_be_told_apart_from_its_arm():
    outcome = make_outcome(draw_cells(1, dict.fromkeys("12", 9)))
    found = compare_outcomes([outcome], make_plan({"1": "sos", "2": "contrast"}), ["design"])
    assert list_limits(found, Labels.of(found))[0] == (
        "With 1 site against 1, team and approach cannot be told apart: a difference between SoS and Contrast may come"
        " from the two sites alone. Every p is about more answers from these same sites."
    )


def test_a_family_too_large_for_a_permutation_is_said_to_be():
    # Four sites against four reach p = 2/70 = .029; Holm makes two waves' .057, above .05.
    text = (
        "With 4 sites against 4 an exact test of sites can reach p = .029 at best. It can show a difference but cannot"
        " rule one out: an effect that one site in four has can be missing from all 4 with a chance of 0.32."
    )
    people = " Every other p is about more answers from these same sites."
    family = " Adjusted in a family of 2 tests or more it cannot be below .057, so none of those can show a difference."
    chosen = "How sites came to their arms is not stated, so they may have differed before."
    three = ("T1", "T2", "T3")  # the first is a baseline, and not tested
    assert describe(find("arms", waves=three)) == [text + people + family, chosen]
    assert describe(find("arms", waves=("T1",))) == [text + people, chosen]
    assert describe(find("did", waves=three)) == [text + people, chosen]
    assert describe(find("arms", waves=three, adjustment="none")) == [text + people, chosen]
    assert describe(find("arms", waves=three, alpha=0.06)) == [text + people, chosen]
    sites = [row for row in Rows(find("arms", waves=three)).rows if row.is_primary and row.unit == "sites"]
    assert len(sites) == 2
    assert all(row.p_adjusted >= 4 / 70 - 1e-12 for row in sites)


@pytest.mark.parametrize("linked", [True, False])
def test_a_row_without_a_number_says_why_and_not_what_holds_for_all(linked):
    cells = {("1", "T1"): [2.0, 3, 4, 3, 2, 1], ("1", "T2"): [3.0, 3, 4, 5, 2, 2]}
    people = {("1", "T2"): [f"1-{n + (0 if linked else 20)}" for n in range(6)]}
    found = compare_outcomes([make_outcome(cells, people=people)], make_plan(), ["change"])
    row = next(row for row in Rows(found).rows if row.method_code == "paired_t")
    assert math.isnan(row.estimate) != linked
    (table,) = list_detail_tables("change", found, Labels.of(found))
    said = next(cells[-1] for cells in table.rows if cells[-1].startswith("paired t"))
    assert said == ("paired t" if linked else "paired t: a paired test needs at least two people with both scores")


def test_a_table_without_rows_says_that_there_is_nothing_and_an_empty_list_is_left_out():
    empty = Table((Column("n"),), (), "Rights")
    full = Table((Column("n"),), ((1,),), "Sources")
    given = [Block("table", empty), Block("list", ()), Block("table", full), Block("text", "Said.")]
    assert list(fill_blocks(given)) == [
        Block("text", "Rights: nothing to show in these data."), Block("table", full), Block("text", "Said."),
    ]  # fmt: skip
