"""Every missing rule, every kind of scale, against exact fractions and hand arithmetic."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from byhand import Codes, instruments, is_enough, range_by_hand, score_by_hand
from hypothesis import given, settings
from hypothesis import strategies as st
from support import make_instrument

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.missing_rule import MissingRule
from sos_score.scoring.expressions import answer_column, compute_scores
from sos_score.scoring.plan import Term, plan_scores


def score(instrument: Instrument, rows: list[Codes], dtype: Any = pl.Int16) -> list[dict[str, Any]]:
    """Return the scores of coded answers, each under the bare name of its scale."""
    columns = {answer_column(item): [row.get(item) for row in rows] for item in instrument.responses}
    frame = nw.from_native(pl.DataFrame(columns, schema=dict.fromkeys(columns, dtype)))
    plan = plan_scores(instrument)
    return [
        {name.removeprefix("test_"): value for name, value in row.items()}
        for row in compute_scores(frame, plan).select(plan.columns).to_native().to_dicts()
    ]


def answer(*codes: int | None) -> Codes:
    return {f"q{place}": code for place, code in enumerate(codes, start=1)}


@given(st.integers(1, 200), st.integers(1, 10_000))
def test_a_percentage_of_the_items_is_counted_in_whole_items(size: int, hundredths: int) -> None:
    text = f"{hundredths // 100}.{hundredths % 100:02}%"
    required = MissingRule(min_answered=text).count_required(size)
    assert is_enough(text, required, size)
    assert required == 1 or not is_enough(text, required - 1, size)


@given(st.integers(1, 200), st.integers(1, 60), st.integers(1, 60))
def test_a_fraction_of_the_items_is_counted_in_whole_items(size: int, top: int, bottom: int) -> None:
    required = MissingRule(min_answered=f"{top}/{bottom}").count_required(size)
    assert Fraction(required, size) >= Fraction(top, bottom) > Fraction(required - 1, size)


@pytest.mark.parametrize(
    ("rule", "size", "required"),
    [
        ("all", 7, 7), (1, 7, 1), (6, 7, 6), ("80%", 5, 4), ("80%", 10, 8), ("80%", 12, 10), ("80%", 4, 4),
        ("80%", 105, 84), ("2/3", 3, 2), ("2/3", 9, 6), ("2/3", 12, 8), ("2/3", 10, 7), ("70%", 10, 7), ("75%", 12, 9),
        ("100%", 9, 9), ("1/2", 1, 1), ("66.7%", 3, 3), ("29%", 100, 29), ("57%", 100, 57), ("14%", 50, 7),
    ],
)  # fmt: skip
def test_the_least_number_of_answers_is_what_the_rule_says(rule: int | str, size: int, required: int) -> None:
    assert MissingRule(min_answered=rule).count_required(size) == required


# Answers 5, 4, 3, 2 to q1..q4 with the last ones missing; what each rule makes of 4, 3, 2, 1 and 0 of them.
ANSWERS = [answer(*[5, 4, 3, 2][:count]) for count in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("method", "rule", "expected"),
    [
        ("mean", {"min_answered": "all"}, [3.5, None, None, None, None]),
        ("mean", {"min_answered": 2}, [3.5, 4, 4.5, None, None]),
        ("mean", {"min_answered": "80%"}, [3.5, None, None, None, None]),
        ("mean", {"min_answered": "75%"}, [3.5, 4, None, None, None]),
        ("mean", {"min_answered": "2/3"}, [3.5, 4, None, None, None]),
        ("mean", {"min_answered": 1}, [3.5, 4, 4.5, 5, None]),
        ("sum", {"min_answered": 1, "sums": "prorated"}, [14, 16, 18, 20, None]),
        ("sum", {"min_answered": 2, "sums": "as_answered"}, [14, 12, 9, None, None]),
        ("sum", {"min_answered": 1, "sums": "as_answered"}, [14, 12, 9, 5, None]),
        ("sum", {"min_answered": 1, "sums": "strict"}, [14, None, None, None, None]),
        ("sum", {"min_answered": "1/2"}, [14, 16, 18, None, None]),
        ("mean", {"min_answered": 1, "sums": "strict"}, [3.5, 4, 4.5, 5, None]),
    ],
)
def test_every_missing_rule_can_be_said(method: str, rule: dict[str, Any], expected: list[float | None]) -> None:
    instrument = make_instrument({"s": {"items": ["q1..q4"], "score": method, "missing": rule}}, "q1..q4")
    rows = score(instrument, ANSWERS)
    assert [row["s"] for row in rows] == expected
    assert [row["s_n"] for row in rows] == [4, 3, 2, 1, 0]


def test_a_scales_own_rule_goes_before_the_instruments() -> None:
    scales = {"own": {"items": ["q1..q4"], "missing": {"min_answered": 1}}, "shared": {"items": ["q1..q4"]}}
    rows = score(make_instrument(scales, "q1..q4", missing={"min_answered": 3}), ANSWERS)
    assert [row["own"] for row in rows] == [3.5, 4, 4.5, 5, None]
    assert [row["shared"] for row in rows] == [3.5, 4, None, None, None]


def test_nine_of_twelve_is_below_eighty_percent_and_ten_is_not() -> None:
    instrument = make_instrument({"s": {"items": ["q1..q12"]}}, "q1..q12", missing={"min_answered": "80%"})
    rows = score(instrument, [answer(*[4] * 10), answer(*[4] * 9)])
    assert [(row["s"], row["s_n"]) for row in rows] == [(4, 10), (None, 9)]


def test_one_item_can_run_forward_in_one_scale_and_reversed_in_another() -> None:
    instrument = make_instrument({"trust": {"items": ["q1", "q2"]}, "mistrust": {"items": ["-q1", "q3"]}}, "q1..q3")
    assert score(instrument, [answer(5, 3, 4)]) == [{"trust": 4, "trust_n": 2, "mistrust": 2.5, "mistrust_n": 2}]


def test_reversal_uses_the_range_of_the_responses_and_not_that_of_the_answers() -> None:
    items = [{"ids": "q1", "responses": "wide"}, {"ids": "q2", "responses": "below"}]
    ranges = {"wide": {"min": 0, "max": 10}, "below": {"min": -3, "max": 1}}
    instrument = make_instrument({"s": {"items": ["-q1", "-q2"], "score": "sum"}}, items, response_scales=ranges)
    assert [row["s"] for row in score(instrument, [answer(2, 1), answer(10, -3)])] == [8 - 3, 0 + 1]


def test_pooled_items_carry_the_sign_of_their_scale_times_that_of_the_pool() -> None:
    instrument = make_instrument(
        {
            "buy_in": {"items": ["q1", "-q2"]},
            "mistrust": {"items": ["q3", "-q4"]},
            "total": {"items_of": ["buy_in", "-mistrust"], "missing": {"min_answered": 3}},
        },
        "q1..q4",
    )
    total = next(each for each in plan_scores(instrument).scales if each.scale == "total")
    assert [(term.name, term.is_reversed) for term in total.terms] == [
        ("q1", False), ("q2", True), ("q3", True), ("q4", False),
    ]  # fmt: skip
    # 5, 6 - 2, 6 - 1, 3 are 17 over 4; without q3, 12 over 3, and mistrust has no score of its own.
    rows = score(instrument, [answer(5, 2, 1, 3), answer(5, 2, None, 3)])
    assert [(row["total"], row["total_n"], row["mistrust"]) for row in rows] == [(17 / 4, 4, 2.0), (4.0, 3, None)]


def test_scores_of_scores_are_reversed_within_their_own_range_and_count_their_parts() -> None:
    instrument = make_instrument(
        {
            "profile": {"scales": ["climate", "-stress"], "score": "mean", "missing": {"min_answered": 1}},
            "climate": {"scales": ["a", "b"], "score": "sum"},
            "a": {"items": ["q1", "q2"], "score": "sum"},
            "b": {"items": ["q3"], "score": "mean"},
            "stress": {"items": ["q4", "q5"], "score": "sum"},
        },
        "q1..q5",
    )
    plans = {each.scale: each for each in plan_scores(instrument).scales}
    assert (plans["climate"].low, plans["climate"].high) == (3, 15)
    assert plans["profile"].terms == (Term("climate", False, 3, 15), Term("stress", True, 2, 10))
    rows = score(instrument, [answer(5, 4, 3, 1, 2), answer(5, None, 3, 1, 2), answer(5, 4, 3, 1, None)])
    # climate = (5 + 4) + 3; stress = 1 + 2, reversed 12 - 3; their mean (12 + 9) / 2.
    assert [(row["climate"], row["stress"], row["profile"], row["profile_n"]) for row in rows] == [
        (12, 3, 10.5, 2),
        (None, 3, 9, 1),
        (12, None, 12, 1),
    ]


def test_columns_come_in_the_order_of_the_definition_and_plans_in_that_of_the_arithmetic() -> None:
    instrument = make_instrument(
        {"top": {"scales": ["middle"]}, "middle": {"scales": ["bottom"]}, "bottom": {"items": ["q1"]}}, "q1"
    )
    plan = plan_scores(instrument)
    assert [each.scale for each in plan.scales] == ["bottom", "middle", "top"]
    assert plan.columns == ["test_top", "test_top_n", "test_middle", "test_middle_n", "test_bottom", "test_bottom_n"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_definition_scores_as_exact_fractions_do(data: st.DataObject) -> None:
    instrument = data.draw(instruments())
    codes = st.fixed_dictionaries(
        {item: st.none() | st.integers(scale.min, scale.max) for item, scale in instrument.responses.items()}
    )
    rows = data.draw(st.lists(codes, min_size=1, max_size=5))
    expected = [score_by_hand(instrument, row) for row in rows]
    for dtype in (pl.Int16, pl.Float64):
        for got, wanted in zip(score(instrument, rows, dtype), expected, strict=True):
            for name, (value, count) in wanted.items():
                assert got[f"{name}_n"] == count
                assert got[name] == (None if value is None else pytest.approx(float(value), rel=1e-13, abs=1e-13))


@given(instruments())
def test_the_range_of_a_score_is_what_the_extreme_answers_give(instrument: Instrument) -> None:
    for plan in plan_scores(instrument).scales:
        low, high = range_by_hand(instrument, plan.scale)
        assert (plan.low, plan.high) == (pytest.approx(float(low)), pytest.approx(float(high)))


def test_every_pattern_of_answers_to_a_small_scale_is_scored_right() -> None:
    rule = {"min_answered": "2/3"}
    instrument = make_instrument({"s": {"items": ["q1", "-q2", "q3"], "missing": rule}}, "q1..q3")
    rows = [answer(*codes) for codes in product([None, 1, 3, 5], repeat=3)]
    wanted = [score_by_hand(instrument, row)["s"] for row in rows]
    assert [(row["s"], row["s_n"]) for row in score(instrument, rows)] == [
        (None if value is None else pytest.approx(float(value), rel=1e-15), count) for value, count in wanted
    ]
