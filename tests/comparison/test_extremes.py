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
    assert few.verdict is None
    assert few.notes == (note("few_at_end", least=5),)
    hidden = [row.finding for row in rows if row.finding.is_hidden]
    assert {(finding.site, finding.waves) for finding in hidden} == {("1", ("T2",)), ("4", ("T2",))}
    assert all(math.isnan(finding.effect.value) for finding in hidden)


def test_a_score_without_a_range_has_no_ends():
    outcome = make_outcome(draw_cells(1, dict.fromkeys("1234", 9)), low=math.nan, high=math.nan)
    assert compare([outcome], make_plan(), ["extremes"]).rows == []
