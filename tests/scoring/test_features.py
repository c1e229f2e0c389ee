"""Recodes, weights, rounding, items not always asked, published tables and cut-offs: by hand, and on any frame."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from frames import FRAMES, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st
from support import make_instrument

from sos_score import ScoringChoices, score_survey
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.rules.measurement import advise_ranges
from sos_score.scoring.arithmetic import score_row
from sos_score.scoring.norms import NamedNorm
from sos_score.scoring.plan import METRICS, plan_scores
from sos_score.scoring.scorer import prepare_scorer

GHQ = {"min": 0, "max": 3, "labels": {"Not at all": 0, "Same": 1, "More": 2, "Much more": 3}}
BIMODAL = {"0": 0, "1": 0, "2": 1, "3": 1}
HALF = {"min_answered": "50%"}


def score(instrument: Instrument, choices: ScoringChoices | None = None, **answers: Any) -> dict[str, Any]:
    """Return the scores of one person, of the engine and of plain arithmetic, which must agree."""
    schema = {item: pl.String if isinstance(answers.get(item), str) else pl.Float64 for item in instrument.responses}
    frame = pl.DataFrame([{item: answers.get(item) for item in instrument.responses}], schema=schema)
    (row,) = score_survey(frame, instrument, choices=choices).to_dicts()
    return {name.removeprefix("test_"): value for name, value in row.items()}


def test_a_recode_counts_before_reversal_and_reversal_uses_the_recoded_range() -> None:
    instrument = make_instrument(
        {"s": {"items": ["q1", "-q2", "q3"], "score": "sum"}},
        [{"ids": "q1..q3", "responses": "ghq"}],
        response_scales={"ghq": GHQ | {"recode": BIMODAL}},
    )
    # 2 counts 1; 3 counts 1 and reversed within 0-1 is 0; 1 counts 0.
    assert score(instrument, q1=2, q2=3, q3=1)["s"] == 1
    assert score(instrument, q1="More", q2="Much more", q3="Same")["s"] == 1
    assert score(instrument, q1=0, q2=1, q3=3)["s"] == 0 + 1 + 1
    (plan,) = plan_scores(instrument).scales
    assert (plan.low, plan.high, plan.terms[0].options) == (0, 3, 2)


def test_a_recode_of_items_goes_before_that_of_their_response_scale() -> None:
    instrument = make_instrument(
        {"s": {"items": ["q1", "q2", "q3"], "score": "sum"}},
        [
            {"ids": "q1..q2", "responses": "ghq"},
            {"ids": "q3", "responses": "ghq", "recode": {"0": 0, "1": 2.5, "2": 5, "3": 10}},
        ],
        response_scales={"ghq": GHQ | {"recode": BIMODAL}},
    )
    assert score(instrument, q1=2, q2=0, q3=1)["s"] == 1 + 0 + 2.5
    assert plan_scores(instrument).scales[0].high == 12


def test_weights_are_of_the_mean_and_a_prorated_sum_is_that_mean_times_all_weights() -> None:
    scales = {
        "m": {"items": ["q1", "-q2", "q3"], "weights": {"q1": 2, "q3": 0.5}, "missing": HALF},
        "s": {"items": ["q1", "-q2", "q3"], "weights": {"q1": 2, "q3": 0.5}, "score": "sum", "missing": HALF},
        "a": {
            "items": ["q1", "-q2", "q3"],
            "weights": {"q1": 2, "q3": 0.5},
            "score": "sum",
            "missing": HALF | {"sums": "as_answered"},
        },
    }
    instrument = make_instrument(scales, "q1..q3")
    everything = score(instrument, ScoringChoices(metrics=METRICS), q1=4, q2=2, q3=3)
    # 2 x 4 + 1 x (1 + 5 - 2) + 0.5 x 3 = 13.5 over 3.5; the range of the sum is 3.5 to 17.5.
    assert everything["m"] == everything["s_mean"] == pytest.approx(13.5 / 3.5, abs=1e-12)
    assert everything["s"] == everything["a"] == everything["m_sum"] == pytest.approx(13.5, abs=1e-12)
    assert everything["s_pomp"] == pytest.approx(100 * (13.5 - 3.5) / 14, abs=1e-10)
    partly = score(instrument, q1=4, q3=3)
    # 2 x 4 + 0.5 x 3 = 9.5 over 2.5 = 3.8; times 3.5.
    assert (partly["m"], partly["m_n"]) == (pytest.approx(3.8, abs=1e-12), 2)
    assert partly["s"] == pytest.approx(13.3, abs=1e-12)
    assert partly["a"] == pytest.approx(9.5, abs=1e-12)
    mean, total, _ = plan_scores(instrument).scales
    assert (mean.low, mean.high) == (1, 5)
    assert (total.low, total.high) == (3.5, 17.5)


@pytest.mark.parametrize(
    ("above", "said"),
    [
        (
            {"missing": {"min_answered": 1}},
            "its scores have different ranges (1-5 and 2-10), and those there stand for",
        ),
        ({"score": "sum", "missing": {"min_answered": 1}}, "its scores have different ranges (1-5 and 2-10), and"),
        ({"missing": {"min_answered": "all"}}, ""),
        ({"score": "sum", "missing": {"min_answered": 1, "sums": "strict"}}, ""),
        ({"score": "sum", "missing": {"min_answered": 1, "sums": "as_answered"}}, ""),
        ({"scales": ["m", "n"], "missing": {"min_answered": 1}}, ""),
    ],
)
def test_scores_of_different_ranges_of_which_one_may_be_missing_are_advised_against(
    above: dict[str, Any], said: str
) -> None:
    parts = {"m": {"items": ["q1", "q2"]}, "n": {"items": ["q3"]}, "s": {"items": ["q3", "q4"], "score": "sum"}}
    instrument = make_instrument(parts | {"top": {"scales": ["m", "s"]} | above}, "q1..q4")
    found = [each.message for each in advise_ranges(instrument)]
    assert [each.startswith(said) for each in found] == ([True] if said else [])
    (top,) = [plan for plan in plan_scores(instrument).scales if plan.scale == "top"]
    assert top.fills_in_unevenly == bool(said)


def test_weights_flow_into_pooled_scales_and_multiply_and_scales_of_scores_have_their_own() -> None:
    scales = {
        "a": {"items": ["q1", "q2"], "weights": {"q1": 3}},
        "b": {"items": ["q3", "-q4"]},
        "pooled": {"items_of": ["a", "-b"], "weights": {"b": 2}},
        "top": {"scales": ["a", "-b"], "weights": {"a": 4}, "score": "sum"},
    }
    row = score(make_instrument(scales, "q1..q4"), q1=5, q2=1, q3=2, q4=2)
    # a = (3 x 5 + 1) / 4 = 4; b = (2 + 4) / 2 = 3; pooled = (3 x 5 + 1 + 2 x 4 + 2 x 2) / 8; top = 4 x 4 + (1 + 5 - 3).
    assert (row["a"], row["b"], row["pooled"], row["top"]) == (4, 3, 28 / 8, 19)


@pytest.mark.parametrize(("answers", "wanted"), [((1, 2, 2, 2), 12), ((3, 2, 2, 2), 14), ((1, 1, 1, 2), 8)])
def test_a_sum_is_prorated_first_and_then_rounded_halves_upwards(answers: tuple[int, ...], wanted: int) -> None:
    # Prorated over six items: 7 x 6 / 4 = 10.5; 9 x 6 / 4 = 13.5; 5 x 6 / 4 = 7.5 — one more each with the fifth blank.
    scales = {"s": {"items": ["q1..q6"], "score": "sum", "round": "half_up", "missing": HALF}}
    row = score(make_instrument(scales, "q1..q6"), **dict(zip(("q1", "q2", "q3", "q4"), answers, strict=True)))
    assert row["s"] == wanted - (wanted == 12)
    assert row["s"] == math.floor(Fraction(sum(answers) * 6, 4) + Fraction(1, 2))


def test_halves_of_negative_scores_are_rounded_upwards_too() -> None:
    scales = {"s": {"items": ["q1", "q2"], "round": "half_up"}}
    instrument = make_instrument(
        scales, [{"ids": "q1..q2", "responses": "r"}], response_scales={"r": {"min": -3, "max": 3}}
    )
    assert score(instrument, q1=-3, q2=-2)["s"] == -2
    assert score(instrument, q1=-3, q2=-3)["s"] == -3


def test_a_half_that_floats_miss_is_still_a_half() -> None:
    scales = {"s": {"items": ["q1", "q2", "q3"], "score": "sum", "round": "half_up"}}
    tenths = {"min": 0, "max": 2, "step": 0.1}
    instrument = make_instrument(scales, [{"ids": "q1..q3", "responses": "r"}], response_scales={"r": tenths})
    for first, second, third in ((0.7, 0.1, 0.7), (0.8, 0.1, 0.6), (1.1, 0.3, 0.1)):
        assert score(instrument, q1=first, q2=second, q3=third)["s"] == 2


def test_t_scores_conversions_bands_and_scales_of_scores_use_the_rounded_score() -> None:
    scales = {
        "s": {"items": ["q1", "q2", "q3"], "score": "sum", "round": "half_up", "missing": {"min_answered": 2}},
        "top": {"scales": ["-s"]},
    }
    published: dict[str, Any] = {
        "conversions": {
            "metric": {"title": "Metric", "source": "a book", "scales": {"s": {"3..9": 20, "10": 21.5, "11..15": 30}}}
        },
        "cut_offs": {"line": {"title": "Line", "source": "a book", "scales": {"s": 10}}},
    }
    instrument = make_instrument(scales, "q1..q3", **published)
    norm = NamedNorm("book", "test", "respondent", "sum", {"s": 8.0}, {"s": 2.0}, None, "a book")
    row = score(instrument, ScoringChoices(norms=(norm,), metrics=("sum",)), q1=4, q2=2.0)
    assert row == {
        "s": 9, "s_n": 2, "s_sum": 9, "s_t_book": 55, "s_metric": 20, "s_line": "below the published cut-off (10)",
        "top": 9, "top_n": 1, "top_sum": 9,
    }  # fmt: skip
    row = score(instrument, ScoringChoices(norms=(norm,), metrics=("sum",)), q1=4, q2=3)
    # 7 x 3 / 2 = 10.5 is 11; the further metric is not rounded.
    assert (row["s"], row["s_sum"], row["s_t_book"], row["s_metric"], row["top"]) == (11, 10.5, 65, 30, 7)
    assert row["s_line"] == "at or above the published cut-off (10)"
    row = score(instrument, ScoringChoices(norms=(norm,)), q1=4)
    assert (row["s"], row["s_t_book"], row["s_metric"], row["s_line"], row["top"]) == (None, None, None, None, None)


def test_several_cut_offs_make_bands_and_each_belongs_to_the_one_above_it() -> None:
    cut_offs = {"bands": {"title": "Bands", "source": "a book", "scales": {"s": [2, 3.5]}}}
    instrument = make_instrument({"s": {"items": ["q1", "q2"]}}, "q1..q2", cut_offs=cut_offs)
    said = [score(instrument, q1=one, q2=two)["s_bands"] for one, two in ((1, 2), (2, 2), (3, 4), (3, 3))]
    assert said == [
        "below the lowest published cut-off (2)",
        "at or above the published cut-off 2, below 3.5",
        "at or above the published cut-off 3.5",
        "at or above the published cut-off 2, below 3.5",
    ]


PARENTS = make_instrument(
    {
        "m": {"items": ["q1", "q2", "-q3", "q4"], "missing": {"min_answered": "75%"}},
        "s": {"items": ["q1", "q2", "-q3", "q4"], "score": "sum", "missing": {"min_answered": "75%"}},
        "a": {
            "items": ["q1", "q2", "-q3", "q4"],
            "score": "sum",
            "missing": {"min_answered": "all", "sums": "as_answered"},
        },
        "strict": {
            "items": ["q1", "q2", "-q3", "q4"],
            "score": "sum",
            "missing": {"min_answered": 1, "sums": "strict"},
        },
        "three": {"items": ["q1", "q2", "-q3", "q4"], "missing": {"min_answered": 3}},
        "only": {"items": ["q3", "q4"], "missing": {"min_answered": 1}},
    },
    [
        {"ids": "child", "responses": "yes"},
        {"ids": "school", "responses": "yes", "asked_if": {"child": ["Yes"]}},
        {"ids": "q1..q2", "responses": "agree5"},
        {"ids": "q3", "responses": "agree5", "asked_if": {"child": 1}},
        {"ids": "q4", "responses": "agree5", "asked_if": {"school": [1]}},
    ],
    response_scales={"yes": {"min": 0, "max": 1, "labels": {"No": 0, "Yes": 1}}, "agree5": {"min": 1, "max": 5}},
)


def test_what_was_not_asked_is_not_missing() -> None:
    row = score(PARENTS, child=0, q1=4, q2=2)
    # Two items asked, both answered; a prorated sum stays on the range of all four.
    assert [row[name] for name in ("m", "s", "a", "strict", "three", "only")] == [3, 12, 6, 12, 3, None]
    assert row["m_n"] == 2


def test_what_was_asked_and_left_out_is_missing() -> None:
    row = score(PARENTS, child="Yes", school="Yes", q1=4, q2=2)
    assert [row[name] for name in ("m", "s", "a", "strict", "three", "only")] == [None] * 6
    row = score(PARENTS, child=1, school=0, q1=4, q2=2)
    # Three asked, two answered: 75% of 3 is 2.25.
    assert [row[name] for name in ("m", "a", "three")] == [None] * 3
    row = score(PARENTS, child=1, school=0, q1=4, q2=2, q3=3)
    assert [row[name] for name in ("m", "s", "a", "three", "only")] == [3, 12, 9, 3, 3]


def test_who_left_the_deciding_item_out_may_have_been_asked() -> None:
    assert score(PARENTS, q1=4, q2=2)["m"] is None
    assert score(PARENTS, q1=4, q2=2, q3=5)["m"] == (4 + 2 + 1) / 3


def test_an_answer_to_what_was_not_asked_does_not_count() -> None:
    row = score(PARENTS, child=0, school=1, q1=4, q2=2, q3=5, q4=5)
    assert (row["m"], row["m_n"]) == (3, 2)


# Definitions at random, with all of it.

SCALES: dict[str, Any] = {
    "five": {"min": 1, "max": 5},
    "bimodal": GHQ | {"recode": BIMODAL},
    "steps": {"min": 0, "max": 100, "step": 25, "labels": {"Never": 0, "Always": 100}},
    "halves": {"min": 0, "max": 3, "step": 0.5},
    "gate": {"min": 0, "max": 2},
}
WEIGHTS = [1, 2, 3, 0.5, 0.25, 1.1]


@st.composite
def definitions(draw: st.DrawFn) -> Instrument:
    """Draw an instrument with weights, recodes, conditions and rounding, some or all of them."""
    count = draw(st.integers(3, 6))
    blocks: list[dict[str, Any]] = [{"ids": ["g1", "g2"], "responses": "gate"}]
    if draw(st.booleans()):
        blocks = [{"ids": "g1", "responses": "gate"}, {"ids": "g2", "responses": "gate", "asked_if": {"g1": [1, 2]}}]
    names = [f"q{number}" for number in range(1, count + 1)]
    for name in names:
        block: dict[str, Any] = {
            "ids": name,
            "responses": draw(st.sampled_from(["five", "bimodal", "steps", "halves"])),
        }
        gates = draw(st.dictionaries(st.sampled_from(["g1", "g2"]), st.sampled_from([[1], [0, 2]]), max_size=2))
        blocks.append(block | ({"asked_if": gates} if gates else {}))
    scales: dict[str, Any] = {}
    for name, chosen in (("a", names[:2]), ("b", names[1:]), ("c", names[2:])):
        signed = [f"-{item}" if draw(st.booleans()) else item for item in chosen]
        scales[name] = {"items": signed, **draw(ways(chosen))}
    scales["pooled"] = {"items_of": ["-a", "c"], **draw(ways(["a", "c"]))}
    scales["top"] = {"scales": ["a", "-b"], **draw(ways(["a", "b"]))}
    return make_instrument(scales, blocks, response_scales=SCALES)


@st.composite
def ways(draw: st.DrawFn, parts: list[str]) -> dict[str, Any]:
    """Draw how a scale is scored."""
    rule = draw(st.sampled_from(["all", 1, "50%", "2/3"]))
    way: dict[str, Any] = {
        "score": draw(st.sampled_from(["mean", "sum"])),
        "missing": {"min_answered": rule, "sums": draw(st.sampled_from(["prorated", "strict", "as_answered"]))},
        "weights": draw(st.dictionaries(st.sampled_from(parts), st.sampled_from(WEIGHTS), max_size=3)),
    }
    return way | ({"round": "half_up"} if draw(st.booleans()) else {})


@pytest.mark.parametrize("kind", FRAMES)
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_engine_and_exact_fractions_agree_on_every_frame(kind: str, data: st.DataObject) -> None:
    instrument = data.draw(definitions())
    height = data.draw(st.integers(1, 4))
    columns: dict[str, list[Any]] = {"respondent": [f"R{number}" for number in range(height)]}
    codes: list[dict[str, float | None]] = [{} for _ in range(height)]
    for item, responses in instrument.responses.items():
        drawn = data.draw(
            st.lists(st.sampled_from([None, *responses.values]), min_size=height, max_size=height), label=item
        )
        for row, value in enumerate(drawn):
            codes[row][item] = value
        is_whole = all(value is None or value % 1 == 0 for value in drawn)
        columns[item] = drawn if is_whole and responses.is_whole else [None if v is None else str(v) for v in drawn]
    norms = tuple(
        NamedNorm(metric, "test", "respondent", metric, dict.fromkeys(instrument.scales, 2.5),
                  dict.fromkeys(instrument.scales, 1.5), None, "chance")
        for metric in ("mean", "sum")
    )  # fmt: skip
    chosen = ScoringChoices(metrics=METRICS, norms=norms)
    plan = plan_scores(instrument, chosen)
    make, _ = FRAMES[kind]
    for row, answers in zip(rows_of(score_survey(make(columns), instrument, choices=chosen)), codes, strict=True):
        alone = score_row(plan, answers)
        for scale in plan.scales:
            found, column = alone[scale.scale], scale.column
            assert row[f"{column}_n"] == len(found.values)
            assert agree(row[column], found.score), (column, row[column], found)
            assert agree(row[f"{column}_mean"], found.mean)
            for name, t in found.t_scores.items():
                assert agree(row[f"{column}_t_{name}"], t)
            if found.score is not None and len(found.values) == len(scale.terms) and not scale.of_scores:
                assert scale.low - 1e-9 <= found.score <= scale.high + 1e-9
            if row[f"{column}_pomp"] is not None and not scale.of_scores:
                assert -1e-9 <= row[f"{column}_pomp"] <= 100 + 1e-9


def agree(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == pytest.approx(other, rel=1e-12, abs=1e-12)


def test_a_definition_without_any_of_it_has_no_column_nor_expression_more() -> None:
    plain = make_instrument({"s": {"items": ["q1", "-q2"]}}, "q1..q2")
    assert prepare_scorer(["q1", "q2"], [plain]).counting == {}
    (scale,) = plan_scores(plain).scales
    assert not any([scale.is_weighted, scale.has_conditions, scale.is_rounded, scale.conversions, scale.bands])


def test_answers_are_read_in_whichever_language_they_are() -> None:
    welsh = {"cy": {"Anghytuno": 1, "Y naill na'r llall": 2, "Cytuno": 3}}
    agree = {"min": 1, "max": 3, "labels": {"Disagree": 1, "Neither": 2, "Agree": 3}, "labels_in": welsh}
    instrument = make_instrument({"s": {"items": ["q1", "-q2"]}}, [{"ids": "q1..q2", "responses": "r"}],
                                 response_scales={"r": agree})  # fmt: skip
    assert score(instrument, q1="Cytuno", q2="Disagree")["s"] == 3
    assert score(instrument, q1="y naill na\u2019r llall", q2="anghytuno")["s"] == 2.5
