"""Codes and labels of a column map are one instrument's, and say what each code of the platform becomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import make_instrument

from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidDefinition, InvalidSurvey
from sos_score.scoring.frames import score_survey
from sos_score.survey.answers import Reading, build_answer_keys
from sos_score.survey.column_map import ColumnMap, check_column_map, read_column_map


def make(name: str, low: int, high: int, scale: str = "answers", **more: Any) -> Instrument:
    return make_instrument(
        {"total": {"items": [f"{name}_1..{name}_2"]}},
        [{"ids": f"{name}_1..{name}_2", "responses": scale}],
        response_scales={scale: {"min": low, "max": high, **more}},
    ).model_copy(update={"id": name})


ONE, TWO = make("one", 1, 4), make("two", 0, 3)
FROM_ONE = {"1": 0, "2": 1, "3": 2, "4": 3}
ANSWERS = pl.DataFrame({f"{name}_{item}": [1, 4] for name in ("one", "two") for item in (1, 2)})


def say(column_map: dict[str, Any], *instruments: Instrument) -> list[tuple[str, str, str]]:
    found = check_column_map(ColumnMap.model_validate(column_map), instruments)
    return [(problem.where, problem.message, problem.hint) for problem in found]


@pytest.mark.parametrize("instruments", [(ONE, TWO), (TWO, ONE)], ids=["one first", "two first"])
def test_codes_that_fit_two_instruments_are_a_problem_in_any_order(instruments: tuple[Instrument, ...]) -> None:
    first, second = (each.id for each in instruments)
    message = f"'answers' is a response scale of {first} and {second}, and codes and labels are one instrument's"
    hint = f"write {first}/answers or {second}/answers"
    assert say({"codes": {"answers": FROM_ONE}}, *instruments) == [("codes.answers", message, hint)]
    assert say({"labels": {"answers": {"x": 1}}}, *instruments) == [("labels.answers", message, hint)]
    with pytest.raises(InvalidSurvey):
        score_survey(ANSWERS, instruments, columns=ColumnMap.model_validate({"codes": {"answers": FROM_ONE}}))


def test_codes_of_a_named_instrument_change_no_other() -> None:
    column_map = ColumnMap.model_validate({"codes": {"two/answers": FROM_ONE}})
    scores = score_survey(ANSWERS, [ONE, TWO], columns=column_map)
    assert scores["one_total"].to_list() == [1.0, 4.0]
    assert scores["two_total"].to_list() == [0.0, 3.0]
    assert score_survey(ANSWERS, TWO, columns=column_map)["two_total"].to_list() == [0.0, 3.0]


def test_an_item_is_named_by_itself_or_with_its_instrument() -> None:
    added = {"labels": {"two_1": {"seldom": 1}, "two/two_2": {"often": 3}}}
    assert say(added, ONE, TWO) == []
    keys = build_answer_keys([ONE, TWO], ColumnMap.model_validate(added))
    assert [keys[item].read("seldom").code for item in ("two_1", "two_2", "one_1")] == [1, None, None]
    assert [keys[item].read("Often").code for item in ("two_1", "two_2", "one_1")] == [None, 3, None]


def test_a_map_may_cover_instruments_that_are_not_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("codes: {wai-s/never_always: {1: 9}, two/answers: {1: 0}}\n")
    (tmp_path / "two.yaml").touch()
    assert read_column_map(path, [ONE]).codes["two/answers"].meanings == {"1": 0}
    (tmp_path / "two.yaml").unlink()
    with pytest.raises(InvalidDefinition) as caught:
        read_column_map(path, [ONE])
    assert str(caught.value) == f"{path}:1: codes.two/answers: no instrument 'two' (one)"


def test_a_misspelt_instrument_or_scale_is_guessed_at() -> None:
    assert say({"codes": {"onee/answers": FROM_ONE}}, ONE) == [
        ("codes.onee/answers", "no instrument 'onee' (one)", "did you mean 'one'?")
    ]
    assert say({"codes": {"one/answer": FROM_ONE}}, ONE, TWO) == [
        ("codes.one/answer", "no response scale or item 'answer' (response scales: answers)", "did you mean 'answers'?")
    ]


def test_a_response_scale_may_have_a_slash_in_its_name() -> None:
    slashed = make("one", 0, 1, "yes/no")
    for key in ("yes/no", "one/yes/no"):
        assert say({"codes": {key: {"A": 0, "B": 1}}}, slashed) == []
        keys = build_answer_keys([slashed], ColumnMap.model_validate({"codes": {key: {"A": 0, "B": 1}}}))
        assert keys["one_1"].read("B") == Reading(code=1)


COLLAPSE = "add 'collapse: true' to these codes if that is meant"


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ({"1": 0, "2": 1, "3": 2, "4": 2}, "codes 3 and 4 all become 2; no code becomes 3"),
        ({"1": 0, "2": 1, "3": 2, "4": 3, "5": 3}, "codes 4 and 5 all become 3"),
        ({"1": 0, "2": 1}, "no code becomes 2 and 3"),
    ],
)
def test_codes_that_become_one_and_answers_without_a_code_must_be_meant(codes: dict[str, int], message: str) -> None:
    assert say({"codes": {"answers": codes}}, TWO) == [("codes.answers", message, COLLAPSE)]
    meant = {"codes": {"answers": {**codes, "collapse": True}}}
    assert say(meant, TWO) == []
    keys = build_answer_keys([TWO], ColumnMap.model_validate(meant))
    assert {text: keys["two_1"].read(text).code for text in codes} == codes
    assert not keys["two_1"].read("collapse").is_allowed


def test_one_code_written_twice_is_one_code() -> None:
    assert say({"codes": {"answers": {"1": 0, "01": 0, "2": 1, "3": 2, "4": 3}}}, TWO) == []


def test_the_codes_of_an_item_count_with_those_of_its_scale() -> None:
    both = {"answers": FROM_ONE, "two_2": {"9": 3}}
    assert say({"codes": both}, TWO) == [("codes.two_2", "codes 4 and 9 all become 3", COLLAPSE)]
    assert say({"codes": {**both, "two_2": {"4": 0, "3": 1, "2": 2, "1": 3}}}, TWO) == []


def test_a_missing_text_that_is_an_answer_is_a_problem() -> None:
    labelled = make("one", 1, 2, labels={"No": 1, "Yes": 2})
    assert say({"missing": {"refused": ["no", "-1"]}}, labelled) == [
        ("missing.refused", "'no' is an answer of 'answers' (1)", "")
    ]
    codes = {"answers": {"8": 1, "9": 2}}
    assert say({"codes": codes, "missing": {"refused": ["9", "1"]}}, labelled) == [
        ("missing.refused", "'9' is an answer of 'answers' (2)", "")
    ]


def test_collapse_is_true_or_false(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("codes:\n  answers: {1: 0, 2: x, collapse: 1}\n")
    with pytest.raises(InvalidDefinition) as caught:
        read_column_map(path, [TWO])
    assert [str(problem) for problem in caught.value.problems] == [
        f"{path}:2: codes.answers.collapse: 1 is not true or false",
        f"{path}:2: codes.answers.2: 'x' is not a number",
    ]
