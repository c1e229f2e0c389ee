"""A cell is a code, a label, a known way of not answering, or a problem; nothing is guessed."""

from __future__ import annotations

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import make_instrument

from sos_score.survey.answers import AnswerKey, Reading, build_answer_keys
from sos_score.survey.check.wrong_answers import Located, explain_answers
from sos_score.survey.coding import (
    Distinct,
    Invalid,
    code_numbers,
    code_texts,
    find_invalid,
    has_strays,
    list_distinct,
)
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.columns import Columns

AGREE = {
    "min": 1,
    "max": 5,
    "labels": {"Strongly disagree": 1, "Disagree": 2, "Neutral": 3, "Agree": 4, "Strongly agree": 5},
    "missing": {"not applicable": ["N/A", 99], "refused": [-9, "Prefer not to say"]},
}
LISTED = "Strongly disagree, Disagree, Neutral, Agree, Strongly agree"
SURVEY = make_instrument(
    {"s": {"items": ["q1..q2"]}}, [{"ids": "q1..q2", "responses": "agree"}], response_scales={"agree": AGREE}
)


def make_key(item: str = "q1", **column_map: object) -> AnswerKey:
    return build_answer_keys([SURVEY], ColumnMap.model_validate(column_map))[item]


@pytest.mark.parametrize(
    "cell",
    [
        "Agree",
        "agree",
        " AGREE ",
        "\ufeffAgree",
        "Ag\u200bree",
        "\u00a0Agree\u00a0",
        "\uff21\uff47\uff52\uff45\uff45",
        "\tAgree\r\n",
        "4",
        " 4 ",
        "4.0",
        "04",
        "4.",
        "+4",
        "4,0",
    ],
)
def test_labels_are_folded_and_whole_numbers_are_codes(cell: str) -> None:
    assert make_key().read(cell) == Reading(code=4)


def test_inner_white_space_of_a_label_is_folded() -> None:
    assert make_key().read("strongly\u00a0 \n agree") == Reading(code=5)


@pytest.mark.parametrize(
    "cell",
    [
        "Somewhat agree (8)",
        "Agree (4)",
        "4 (agree)",
        "4 - Agree",
        "4/5",
        "4.5",
        "4,5",
        "4,000",
        "0",
        "6",
        "-4",
        "4 4",
        "Agre",
        "NaN",
        "None",
        "-",
        "1e0",
        "\u0664",
    ],
)
def test_digits_are_never_pulled_out_and_near_labels_are_not_labels(cell: str) -> None:
    reading = make_key().read(cell)
    assert reading == Reading()
    assert not reading.is_allowed


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "blank"), ("  ", "blank"), ("\u00a0", "blank"), ("\ufeff", "blank"),
        ("n/a", "not applicable"), ("99", "not applicable"), ("99.0", "not applicable"), ("099", "not applicable"),
        ("-9", "refused"), ("PREFER not to say", "refused"),
    ],
)  # fmt: skip
def test_missing_answers_keep_their_reason(cell: str, reason: str) -> None:
    assert make_key().read(cell) == Reading(missing=reason)
    assert make_key().read(cell).is_allowed


def test_a_column_map_adds_texts_for_a_scale_or_for_one_item() -> None:
    added = {"labels": {"agree": {"5 (strongly agree)": 5}, "q2": {"Yes": 5}}, "missing": {"skipped": ["#NULL!"]}}
    assert make_key(**added).read("5 (Strongly Agree)") == Reading(code=5)
    assert make_key(**added).read("4") == Reading(code=4)
    assert make_key(**added).read("#null!") == Reading(missing="skipped")
    assert make_key(**added).read("Yes") == Reading()
    assert make_key("q2", **added).read("Yes") == Reading(code=5)


def test_a_platforms_codes_replace_the_definitions_and_labels_stay() -> None:
    key = make_key(codes={"agree": {"1": 1, "6": 2, "2": 3, "3": 4, "4": 5}})
    assert [key.read(cell).code for cell in ("1", "6", "2", "3", "4", "6.0", "Agree")] == [1, 2, 3, 4, 5, 2, 4]
    assert key.read("5") == Reading()
    assert key.read("99") == Reading(missing="not applicable")
    assert key.describe() == f"{LISTED}, or a code that the column map or the file gives"


@given(st.lists(st.sampled_from([*range(-10, 11), 99]) | st.none(), min_size=1), st.booleans(), st.booleans())
def test_numbers_and_the_same_numbers_as_text_mean_the_same(
    cells: list[int | None], own_codes: bool, as_floats: bool
) -> None:
    key = make_key(codes={"agree": {"1": 1, "6": 2, "2": 3, "3": 4, "4": 5}} if own_codes else {})
    dtype = pl.Float64 if as_floats else pl.Int64
    frame = nw.from_native(pl.DataFrame({"x": pl.Series(cells, dtype=dtype)}))
    texts = {str(cell) for cell in cells if cell is not None}
    numbers = frame.with_columns(code_numbers(nw.col("x"), key, frame.schema["x"]).alias("y"))["y"]
    expected = [key.read("" if cell is None else str(cell)).code for cell in cells]
    assert numbers.to_list() == expected
    words = nw.from_native(
        pl.DataFrame({"x": [None if cell is None else str(cell) for cell in cells]}, {"x": pl.String})
    )
    assert words.with_columns(code_texts(nw.col("x"), key, texts).alias("y"))["y"].to_list() == expected


STEPS = {
    "whole numbers": {"min": 0, "max": 3},
    "from a half": {"min": -0.5, "max": 2.5},
    "halves": {"min": 0, "max": 3, "step": 0.5},
    "tenths": {"min": 0, "max": 3, "step": 0.1},
    "any": {"min": 0, "max": 3, "step": "any", "missing": {"refused": [9]}},
    "labelled": {"min": 0, "max": 3, "labels": {"Never": 0, "Once or twice": 0.5, "Often": 3}},
}
ALLOWED = {
    "whole numbers": [0, 1, 2, 3],
    "from a half": [-0.5, 0.5, 1.5, 2.5],
    "halves": [0, 0.5, 1, 1.5, 2, 2.5, 3],
    "tenths": [0, 0.1, 0.3, 0.5, 1, 1.5, 2, 2.5, 3],
    "any": [0, 0.1, 0.25, 0.3, 0.5, 1, 1.5, 2, 2.5, 3],
    "labelled": [0, 0.5, 3],
}
NUMBERS = [-1, -0.5, 0, 0.1, 0.25, 0.3, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 9]


@pytest.mark.parametrize("steps", STEPS)
def test_fractions_are_answers_where_the_definition_allows_them(steps: str) -> None:
    scales = {"agree": STEPS[steps]}
    survey = make_instrument(
        {"s": {"items": ["q1..q2"]}}, [{"ids": "q1..q2", "responses": "agree"}], response_scales=scales
    )
    key = build_answer_keys([survey])["q1"]
    assert [number for number in NUMBERS if key.read(str(number)).code is not None] == ALLOWED[steps]
    for number in ALLOWED[steps]:
        assert key.read(f" {number:.2f} ".replace(".", ",")).code == number
    wanted = [number if number in ALLOWED[steps] else None for number in NUMBERS]
    for written in (
        pl.Series([float(number) for number in NUMBERS]),
        pl.Series([str(number) for number in NUMBERS]),
        pl.Series([f"{number:.2f}".replace(".", ",") for number in NUMBERS]),
    ):
        frame = nw.from_native(pl.DataFrame({"x": written}))
        cell, dtype = nw.col("x"), frame.schema["x"]
        coded = code_numbers(cell, key, dtype) if dtype.is_numeric() else code_texts(cell, key, frame["x"].to_list())
        assert frame.select(coded.alias("x"))["x"].to_list() == wanted
    numbers = [number for number in NUMBERS if number % 1 == 0]
    whole = nw.from_native(pl.DataFrame({"x": [numbers[0]] * len(numbers), "y": numbers}))
    assert whole.select(y=has_strays({"y": key}, whole.schema))["y"].to_list() == [
        number not in ALLOWED[steps] for number in numbers
    ]
    assert all(whole.select(x=has_strays({"x": key, "y": key}, whole.schema))["x"])


def test_a_number_between_two_codes_is_no_answer() -> None:
    frame = nw.from_native(pl.DataFrame({"x": [3.0, 3.5, float("nan"), float("inf"), None]}))
    coded = frame.select(code_numbers(nw.col("x"), make_key(), frame.schema["x"]).alias("x"))
    assert coded["x"].to_list() == [3.0, None, None, None, None]


def test_each_text_is_counted_once_for_each_item_and_blanks_not_at_all() -> None:
    frame = nw.from_native(pl.LazyFrame({"A": ["x", "x", None, "4"], "B": [1.0, float("nan"), None, 1.0]}))
    assert list_distinct(frame, {"q1": "A", "q2": "B"}) == [
        Distinct("q1", "4", 1), Distinct("q1", "x", 2), Distinct("q2", "1.0", 2),
    ]  # fmt: skip
    assert list_distinct(frame, {}) == []


def test_what_is_not_allowed_says_where_how_often_and_what_would_be() -> None:
    columns = Columns({}, {}, {"q1": "Q5_1", "q2": "q2"})
    distinct = [Distinct("q1", "Agre", 14), Distinct("q1", "4", 3), Distinct("q2", "6", 2), Distinct("q2", "n/a", 1)]
    keys = build_answer_keys([SURVEY])
    found = list(find_invalid(distinct, columns, keys))
    assert found == [
        Invalid("q1", "Q5_1", "Agre", 14, keys["q1"]),
        Invalid("q2", "q2", "6", 2, keys["q2"]),
    ]
    assert [str(problem) for problem in explain_answers([Located(each, 48) for each in found], "t.csv")] == [
        f"t.csv:48: Q5_1 (item q1): 'Agre' is not a response of 'agree' ({LISTED}, or 1-5); 14 cells\n"
        "  hint: did you mean 'Agree'?",
        "t.csv:48: q2: 6 is outside 1-5; 2 cells",
    ]


def test_a_number_that_is_no_code_of_the_platform_is_not_said_to_be_outside_the_range() -> None:
    keys = build_answer_keys([SURVEY], ColumnMap(codes={"agree": {"1": 1}}))
    found = list(find_invalid([Distinct("q1", "5", 1)], Columns({}, {}, {"q1": "q1"}), keys))
    assert explain_answers(map(Located, found))[0].message == (
        f"'5' is not a response of 'agree' ({LISTED}, or a code that the column map or the file gives)"
    )
