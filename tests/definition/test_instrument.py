from __future__ import annotations

import copy
import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sos_score.definition.instrument.ids import expand_ids, split_sign
from sos_score.definition.instrument.instrument import Instrument, RawNorm, scoring_key
from sos_score.definition.instrument.missing_rule import MissingRule
from sos_score.definition.instrument.scale import expand_items
from sos_score.definition.instrument.verification import STATUS_MEANING, Status, Verification

CLAIM = {"status": "user", "source": "made up"}
SMALL: dict[str, Any] = {
    "format": 1,
    "id": "small",
    "version": "1.0.0",
    "title": "Small",
    "construct": "trust",
    "answered_by": ["client"],
    "references": [],
    "rights": {"holder": "nobody"},
    "verification": {"key": CLAIM, "responses": CLAIM, "missing": CLAIM},
    "response_scales": {"agree": {"min": 1, "max": 5}, "often": {"min": 0, "max": 3}},
    "items": [{"ids": "q_1..q_3", "responses": "agree"}, {"ids": ["r", "s"], "responses": "often"}],
    "missing": {"min_answered": "80%"},
    "scales": {
        "trust": {"title": "Trust", "items": ["q_1", "-q_2"], "score": "mean", "higher_is": "more"},
        "doubt": {
            "title": "Doubt",
            "items": ["q_3", "-r"],
            "score": "sum",
            "higher_is": "more",
            "missing": {"min_answered": 1},
        },
        "pooled": {"title": "P", "items_of": ["trust", "-doubt"], "score": "mean", "higher_is": "more"},
        "above": {"title": "A", "scales": ["-pooled"], "score": "mean", "higher_is": "less"},
    },
}


def small(**changes: object) -> Instrument:
    return Instrument.model_validate({**copy.deepcopy(SMALL), **changes})


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("q_1..q_3", ("q_1", "q_2", "q_3")),
        ("q_08..q_11", ("q_08", "q_09", "q_10", "q_11")),
        ("q_8..q_10", ("q_8", "q_9", "q_10")),
        ("q_7..q_7", ("q_7",)),
        ("q2_9..q2_10", ("q2_9", "q2_10")),
        ("q_1", ("q_1",)),
        ("q_1..r_3", ("q_1..r_3",)),
        ("q_3..q_1", ()),
        ("q_1..q_1001", ()),
    ],
)
def test_a_range_stands_for_its_ids(text: str, ids: tuple[str, ...]) -> None:
    if text == "q_1..q_1001":
        assert len(expand_ids("q_1..q_1000")) == 1000
    assert expand_ids(text) == ids


@given(st.integers(0, 500), st.integers(0, 499), st.integers(1, 4))
def test_a_range_has_as_many_ids_as_it_says(first: int, more: int, width: int) -> None:
    ids = expand_ids(f"q{first:0{width}}..q{first + more:0{width}}")
    assert len(ids) == more + 1
    assert [int(name[1:]) for name in ids] == list(range(first, first + more + 1))


def test_a_sign_is_split_from_its_name() -> None:
    assert split_sign("-wai_07") == ("wai_07", True)
    assert split_sign("wai_07") == ("wai_07", False)


def test_a_minus_before_a_range_reverses_every_item_of_it() -> None:
    scale = SMALL["scales"]["trust"] | {"items": ["-q_1..q_3"]}
    instrument = small(scales={"trust": scale})
    assert expand_items(instrument.scales["trust"]) == [("q_1", True), ("q_2", True), ("q_3", True)]


def test_the_key_of_a_scale_of_scales_multiplies_the_signs() -> None:
    instrument = small()
    assert scoring_key(instrument, "trust") == {"q_1": False, "q_2": True}
    assert scoring_key(instrument, "doubt") == {"q_3": False, "r": True}
    assert scoring_key(instrument, "pooled") == {"q_1": False, "q_2": True, "q_3": True, "r": False}
    assert scoring_key(instrument, "above") == {"q_1": True, "q_2": False, "q_3": False, "r": True}


def test_items_know_their_responses_in_the_order_of_the_file() -> None:
    instrument = small()
    assert instrument.response_names == {"q_1": "agree", "q_2": "agree", "q_3": "agree", "r": "often", "s": "often"}
    assert list(instrument.responses) == ["q_1", "q_2", "q_3", "r", "s"]
    assert (instrument.responses["r"].min, instrument.responses["r"].max) == (0, 3)


def test_labels_are_those_of_single_items() -> None:
    assert small().labels == {}
    assert small(items={"ids": "q_1", "responses": "agree", "label": "First"}).labels == {"q_1": "First"}


def test_one_block_and_one_id_may_stand_without_a_list() -> None:
    instrument = small(items={"ids": "q_1", "responses": "agree"})
    assert list(instrument.responses) == ["q_1"]


def test_a_scale_has_its_own_missing_rule_or_that_of_the_instrument() -> None:
    instrument = small()
    assert instrument.missing_rule("trust").min_answered == "80%"
    assert instrument.missing_rule("doubt").min_answered == 1


def test_score_columns_begin_with_the_id() -> None:
    assert small(id="a-small-one").column_stem == "a_small_one"


@pytest.mark.parametrize(
    ("rule", "items", "required"),
    [
        ("80%", 36, 29),
        ("80%", 12, 10),
        ("80%", 5, 4),
        ("80%", 1, 1),
        ("66.7%", 3, 3),
        ("2/3", 3, 2),
        ("2/3", 36, 24),
        ("1/3", 3, 1),
        ("100%", 7, 7),
        ("29%", 100, 29),
        ("all", 7, 7),
        (3, 7, 3),
        (9, 7, 9),
    ],
)
def test_a_missing_rule_becomes_a_count(rule: int | str, items: int, required: int) -> None:
    assert MissingRule(min_answered=rule).count_required(items) == required


@given(st.integers(1, 100), st.integers(1, 200))
def test_a_share_is_exact(percent: int, items: int) -> None:
    required = MissingRule(min_answered=f"{percent}%").count_required(items)
    assert required == MissingRule(min_answered=f"{percent}/100").count_required(items)
    assert required == math.ceil(Fraction(percent, 100) * items)
    assert 100 * (required - 1) < percent * items <= 100 * required


@pytest.mark.parametrize("rule", [0, -1, True, False, 0.8, None, "80", "0.8", "most", "1/0", "80 percent", "%", []])
def test_what_is_no_missing_rule_is_refused(rule: object) -> None:
    with pytest.raises(ValidationError):
        MissingRule.model_validate({"min_answered": rule})


def test_a_definition_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        small().title = "Other"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"format": "1"}, ("format",)),
        ({"version": "1.0"}, ("version",)),
        ({"id": "Wai"}, ("id",)),
        ({"id": "wai_s"}, ("id",)),
        ({"id": "wai-"}, ("id",)),
        ({"answered_by": []}, ("answered_by",)),
        ({"answered_by": ["nobody"]}, ("answered_by", 0)),
        ({"title": ""}, ("title",)),
        ({"notes": "one"}, ("notes",)),
        ({"cutoff": 3}, ("cutoff",)),
        ({"response_scales": {"agree": {"min": True, "max": 5}}}, ("response_scales", "agree", "min")),
        ({"response_scales": {"agree": {"min": "1", "max": 5}}}, ("response_scales", "agree", "min")),
        ({"scales": {"Trust": SMALL["scales"]["trust"]}}, ("scales", "Trust", "[key]")),
        ({"items": {"ids": "1st", "responses": "agree"}}, ("items", 0, "ids")),
    ],
)
def test_a_value_of_another_type_or_form_is_refused_where_it_stands(
    changes: dict[str, object], place: tuple[object, ...]
) -> None:
    with pytest.raises(ValidationError) as caught:
        small(**changes)
    assert [error["loc"] for error in caught.value.errors()] == [place]


@pytest.mark.parametrize("value", [True, "2", math.inf, math.nan, None])
def test_a_norm_takes_finite_numbers_only(value: object) -> None:
    with pytest.raises(ValidationError):
        RawNorm.model_validate({"mean": value, "sd": 1})
    with pytest.raises(ValidationError):
        RawNorm.model_validate({"mean": 0, "sd": value})


def test_missing_codes_are_kept_as_text_and_may_be_one() -> None:
    agree = {"min": 1, "max": 5, "missing": {"refused": 99, "other": ["N/A", -1]}}
    scale = small(response_scales={"agree": agree, "often": {"min": 0, "max": 3}}).response_scales["agree"]
    assert scale.missing == {"refused": ["99"], "other": ["N/A", "-1"]}


def test_a_stated_score_may_be_a_fraction() -> None:
    examples = [{"name": "e", "answers": {"all": 1}, "scores": {"trust": "7/3", "doubt": None, "above": "-1/4"}}]
    assert small(examples=examples).examples[0].scores == {"trust": 7 / 3, "doubt": None, "above": -0.25}


def test_only_claims_that_are_made_are_listed() -> None:
    assert list(small().verification.parts()) == ["key", "responses", "missing"]
    claims = Verification.model_validate({**SMALL["verification"], "norms": {"status": "verified", "source": "x"}})
    assert claims.parts()["norms"].status == "verified"


def test_every_status_is_explained() -> None:
    assert set(STATUS_MEANING) == set(Status.__args__)
