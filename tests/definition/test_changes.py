"""What two definitions say differently, and which scores that can change."""

from __future__ import annotations

from typing import Any

import pytest
from support import make_instrument

from sos_score import list_instruments, load_instrument
from sos_score.definition.changes import Change, compare_definitions
from sos_score.definition.instrument.instrument import Instrument

SCALES: dict[str, Any] = {
    "calm": {"items": ["q1", "q2", "-q3"]},
    "busy": {"items": ["q4..q6"]},
    "both": {"scales": ["calm", "-busy"]},
}
VOUCHED = {"status": "verified", "source": "two pages"}
NORM = {"population": "nurses", "unit": "respondent", "n": 9, "source": "a table", "score": "mean"}


def make(scales: dict[str, Any] | None = None, **parts: Any) -> Instrument:
    return make_instrument(SCALES | (scales or {}), **parts)


def compare(new: Instrument, old: Instrument | None = None) -> list[tuple[str, str, str, Any, Any, tuple[str, ...]]]:
    def show(each: Change) -> tuple[str, str, str, Any, Any, tuple[str, ...]]:
        return each.aspect.value, each.place, each.name, each.before, each.after, each.scales

    return [show(each) for each in compare_definitions(old or make(), new).changes]


def answers(**parts: Any) -> dict[str, Any]:
    return {"response_scales": {"agree5": {"min": 1, "max": 5, **parts}}}


@pytest.mark.parametrize(
    ("new", "found"),
    [
        (
            make({"calm": {"items": ["q1", "-q2", "-q3"]}}),
            ("sign", "scales.calm.items", "q2", "forward", "reversed", ("calm", "both")),
        ),
        (
            make({"busy": {"items": ["q4", "q5"]}, "rest": {"items": ["q6"]}}),
            ("item", "scales.busy.items", "q6", "forward", None, ("busy", "both")),
        ),
        (
            make({"both": {"scales": ["calm", "busy"]}}),
            ("sign", "scales.both.scales", "busy", "reversed", "forward", ("both",)),
        ),
        (make({"calm": SCALES["calm"] | {"score": "sum"}}), ("method", "scales.calm.score", "", "mean", "sum",
                                                             ("calm", "both"))),
        (make(**answers(min=0)), ("range", "response_scales.agree5.min", "", 1, 0, ("calm", "busy", "both"))),
        (make(**answers(missing={"none": [99]})), ("missing code", "response_scales.agree5.missing", "99", None,
                                                   "none", ("calm", "busy", "both"))),
        (
            make(missing={"min_answered": "2/3"}),
            (
                "missing rule", "missing", "", {"min_answered": "all", "sums": "prorated"},
                {"min_answered": "2/3", "sums": "prorated"}, ("calm", "busy", "both"),
            ),
        ),
        (
            make({"calm": SCALES["calm"] | {"higher_is": "less"}}),
            ("direction", "scales.calm.higher_is", "", "more", "less", ()),
        ),
        (make(rights={"holder": "somebody"}), ("licence", "rights", "holder", "nobody", "somebody", ())),
        (make(version="1.0.1"), ("version", "version", "", "1.0.0", "1.0.1", ())),
        (make(references=["A. 2020."]), ("reference", "references", "", None, "A. 2020.", ())),
        (
            make(items=[{"ids": ["q1"], "responses": "agree5", "label": "calm"},
                        {"ids": ["q2..q6"], "responses": "agree5"}]),
            ("wording", "items.label", "q1", None, "calm", ()),
        ),
        (
            make(**answers(recode={1: 0, 2: 0, 3: 1, 4: 1, 5: 1})),
            ("recode", "items.recode", "q4", {}, {1: 0, 2: 0, 3: 1, 4: 1, 5: 1}, ("busy", "both")),
        ),
        (
            make({"busy": {"items": ["q4..q6"], "weights": {"q5": 2}}}),
            ("weight", "scales.busy.weights", "q5", None, 2, ("busy", "both")),
        ),
        (
            make({"busy": {"items": ["q4..q6"], "round": "half_up"}}),
            ("method", "scales.busy.round", "", None, "half_up", ("busy", "both")),
        ),
        (
            make(items=[{"ids": ["q1..q5"], "responses": "agree5"},
                        {"ids": ["q6"], "responses": "agree5", "asked_if": {"q1": [5]}}]),
            ("condition", "items.asked_if", "q6", {}, {"q1": [5]}, ("busy", "both")),
        ),
        (
            make(order=["q6", "q1..q5"]),
            ("order", "order", "", None, ["q6", "q1..q5"], ()),
        ),
        (
            make(norms={"uk": NORM | {"scales": {"calm": {"mean": 3, "sd": 1}}}}),
            ("norm", "norms.uk", "", None, "a table", ("calm", "both")),
        ),
    ],
    ids=lambda value: f"{value[0]} {value[1]}" if isinstance(value, tuple) else "",
)  # fmt: skip
def test_a_change_is_named_with_both_sides_and_the_scales_it_reaches(new: Instrument, found: Any) -> None:
    assert found in compare(new)


def test_a_scale_that_goes_takes_its_score_along() -> None:
    found = compare(make_instrument({"calm": SCALES["calm"], "busy": SCALES["busy"]}))
    assert found == [("scale", "scales.both", "", "both", None, ("both",))]


def test_a_label_with_another_code_changes_scores_and_a_reason_does_not() -> None:
    labels = {"No": 1, "Yes": 5}
    old = make(**answers(labels=labels, missing={"none": [99]}))
    new = make(**answers(labels={"No": 5, "Yes": 1}, missing={"not asked": [99]}))
    assert compare(new, old) == [
        ("label", "response_scales.agree5.labels", "No", 1, 5, ("calm", "busy", "both")),
        ("label", "response_scales.agree5.labels", "Yes", 5, 1, ("calm", "busy", "both")),
        ("missing code", "response_scales.agree5.missing", "99", "none", "not asked", ()),
    ]


def test_what_means_the_same_is_no_change() -> None:
    new = make(
        {"calm": {"items": ["-q3", "q1..q2"]}, "busy": {"items": ["q4", "q5", "q6"]}},
        response_scales={"five": {"min": 1, "max": 5}},
        items={"ids": ["q1", "q2..q6"], "responses": "five"},
    )
    assert compare(new) == []


def test_a_rule_that_comes_to_the_same_count_changes_no_score() -> None:
    old, new = (make(missing={"min_answered": rule}) for rule in ("80%", "all"))
    assert [(each[0], each[5]) for each in compare(new, old)] == [("missing rule", ())]


def test_of_a_norm_only_its_numbers_change_t_scores() -> None:
    old = make(norms={"uk": NORM | {"scales": {"calm": {"mean": 3, "sd": 1}, "busy": {"mean": 3, "sd": 1}}}})
    new = make(norms={"uk": NORM | {"n": 10, "scales": {"calm": {"mean": 3, "sd": 1}, "busy": {"mean": 4, "sd": 1}}}})
    assert [(each[1], each[2], each[5]) for each in compare(new, old)] == [
        ("norms.uk.n", "", ()),
        ("norms.uk.scales", "busy", ("busy", "both")),
    ]


@pytest.mark.parametrize(
    ("version", "lacks"), [("1.0.0", True), ("0.9.9", True), ("1.0.1", False), ("1.10.0", False), ("2.0.0", False)]
)
def test_a_score_that_can_change_needs_a_higher_version(version: str, lacks: bool) -> None:
    new = make({"calm": {"items": ["q1", "q2", "q3"]}}, version=version)
    assert compare_definitions(make(version="1.0.0"), new).lacks_version is lacks
    assert not compare_definitions(make(), make(rights={"holder": "x"}, version=version)).lacks_version


@pytest.mark.parametrize("name", list_instruments())
def test_a_definition_does_not_differ_from_itself(name: str) -> None:
    assert compare_definitions(load_instrument(name), load_instrument(name)).changes == ()


def test_every_key_of_a_definition_is_compared() -> None:
    # A key that nothing here names may change a score: what is not known is reported with every scale.
    old = make()
    new = old.model_copy(update={"format": 2})
    (change,) = compare_definitions(old, new).changes
    assert (change.aspect.value, change.place, change.scales) == ("other", "format", ("calm", "busy", "both"))
