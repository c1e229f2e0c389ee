"""Floor and ceiling: the share of people at each end of a scale, by site and wave, by hand."""

import math

import pytest
from factories import compare, draw_cells, make_outcome, make_plan

from sos_score.comparison.finding import Measure
from sos_score.comparison.verdict import Verdict
from sos_score.notes import note

CELLS = {
    ("1", "T1"): [1.0] * 6 + [3.0] * 14,  # 30% at the lowest
    ("2", "T1"): [5.0] * 3 + [3.0] * 17,  # 15% at the highest, which is not more than 15%
    ("3", "T1"): [5.0] * 6 + [1.0] * 2 + [3.0] * 12,
    ("4", "T1"): [2.0] * 20,
    ("1", "T2"): [3.0] * 3,  # too few to be shown
    ("4", "T2"): [3.0] * 9,
}


@pytest.fixture(scope="module")
def found():
    return compare([make_outcome(CELLS)], make_plan(smallest_cell=1), ["extremes"]).rows


def pick(rows, site, wave, measure):
    (finding,) = [
        row.finding
        for row in rows
        if (row.finding.site, row.finding.waves, row.finding.effect.measure) == (site, (wave,), measure)
    ]
    return finding


@pytest.mark.parametrize(
    ("site", "measure", "share", "verdict"),
    [
        ("1", Measure.FLOOR, 0.3, Verdict.AT_END),
        ("1", Measure.CEILING, 0.0, Verdict.NOT_AT_END),
        ("2", Measure.CEILING, 0.15, Verdict.NOT_AT_END),
        ("3", Measure.CEILING, 0.3, Verdict.AT_END),
        ("3", Measure.FLOOR, 0.1, Verdict.NOT_AT_END),
        ("4", Measure.FLOOR, 0.0, Verdict.NOT_AT_END),
    ],
)
def test_shares_at_the_ends_are_those_counted_by_hand(found, site, measure, share, verdict):
    finding = pick(found, site, "T1", measure)
    assert finding.effect.value == pytest.approx(share)
    assert (finding.verdict, finding.counts, finding.is_judged) == (verdict, (20,), False)
    assert finding.method["end"] == (1.0 if measure is Measure.FLOOR else 5.0)


def test_only_too_many_at_one_end_are_a_sentence(found):
    assert [row.sentence for row in found if row.sentence] == [
        "Warmth, Site 1, T1: 30% of 20 people have the lowest score there can be.",
        "Warmth, Site 3, T1: 30% of 20 people have the highest score there can be.",
    ]


def test_a_few_people_at_an_end_are_not_counted_out_and_a_small_site_is_hidden():
    rows = compare([make_outcome(CELLS)], make_plan(), ["extremes"]).rows
    few = pick(rows, "2", "T1", Measure.CEILING)
    assert math.isnan(few.effect.value)
    assert few.verdict is Verdict.CANNOT_TELL
    assert few.notes == (note("few_at_end", least=5),)
    hidden = [row.finding for row in rows if row.finding.is_hidden]
    assert {(finding.site, finding.waves) for finding in hidden} == {("1", ("T2",)), ("4", ("T2",))}
    assert all(math.isnan(finding.effect.value) for finding in hidden)


FLOOR, CEILING = Measure.FLOOR, Measure.CEILING


@pytest.mark.parametrize(
    ("low", "between", "high", "shown", "judged"),
    [
        # 18 of 20 would leave 2 who are not there; that it is more than 15% does not
        (0, 2, 18, {FLOOR: 0.0}, {FLOOR: Verdict.NOT_AT_END, CEILING: Verdict.AT_END}),
        # both shares would leave 4 who are at neither end
        (8, 4, 8, {CEILING: 0.4}, {FLOOR: Verdict.AT_END, CEILING: Verdict.AT_END}),
        (8, 5, 8, {FLOOR: 8 / 21, CEILING: 8 / 21}, {FLOOR: Verdict.AT_END, CEILING: Verdict.AT_END}),
        (0, 0, 20, {FLOOR: 0.0, CEILING: 1.0}, {FLOOR: Verdict.NOT_AT_END, CEILING: Verdict.AT_END}),
        # 1 to 3 of 20 are 15% or fewer and 4 are more: a verdict would tell 4 from the others
        (3, 0, 17, {}, {FLOOR: Verdict.CANNOT_TELL, CEILING: Verdict.AT_END}),
        (4, 16, 0, {CEILING: 0.0}, {FLOOR: Verdict.CANNOT_TELL, CEILING: Verdict.NOT_AT_END}),
        # of 27 people 1 to 4 are all 15% or fewer, of 6 all more
        (4, 23, 0, {CEILING: 0.0}, {FLOOR: Verdict.NOT_AT_END, CEILING: Verdict.NOT_AT_END}),
        (1, 5, 0, {CEILING: 0.0}, {FLOOR: Verdict.AT_END, CEILING: Verdict.NOT_AT_END}),
    ],
)
def test_neither_shares_nor_verdicts_give_a_few_people_away(low, between, high, shown, judged):
    cells = {**draw_cells(1, dict.fromkeys("234", 9)), ("1", "T1"): [1.0] * low + [3.0] * between + [5.0] * high}
    rows = compare([make_outcome(cells)], make_plan(), ["extremes"]).rows
    found = {each: pick(rows, "1", "T1", each) for each in (FLOOR, CEILING)}
    values = {each: finding.effect.value for each, finding in found.items()}
    assert {each: value for each, value in values.items() if not math.isnan(value)} == pytest.approx(shown)
    assert {each: finding.verdict for each, finding in found.items()} == judged
    notes = {each: finding.notes for each, finding in found.items()}
    assert notes == {each: () if each in shown else (note("few_at_end", least=5),) for each in found}


def test_a_hidden_share_above_the_mark_is_said_without_its_size():
    cells = {**draw_cells(1, dict.fromkeys("234", 9)), ("1", "T1"): [3.0] * 2 + [5.0] * 18}
    rows = compare([make_outcome(cells)], make_plan(), ["extremes"]).rows
    said = [row.sentence for row in rows if row.sentence and row.finding.site == "1"]
    assert said == ["Warmth, Site 1, T1: more than 15% of 20 people have the highest score there can be."]


def test_a_score_without_a_range_has_no_ends():
    outcome = make_outcome(draw_cells(1, dict.fromkeys("1234", 9)), low=math.nan, high=math.nan)
    assert compare([outcome], make_plan(), ["extremes"]).rows == []
