"""The shipped definitions against the published facts, by arithmetic that shares nothing with the engine."""

from __future__ import annotations

import random
from collections.abc import Mapping

import polars as pl
import pytest

from sos_score import list_instruments, load_instrument, score_survey
from sos_score.definition.instrument.instrument import Example, Instrument, scoring_key

Answers = dict[str, int | None]
Signed = list[int]

WAI_TASK = [2, 4, -7, -11, 13, -15, 16, 18, 24, -31, -33, 35]
WAI_BOND = [-1, 5, 8, 17, 19, -20, 21, 23, 26, 28, -29, 36]
WAI_GOAL = [-3, 6, -9, -10, -12, 14, 22, 25, -27, 30, 32, -34]
SHORT_BOND = [3, 5, 7, 9]
YATCHMENOFF = {
    "buy_in": [1, 4, 8, 10, 13, 14, 17, 18],
    "receptivity": [2, -3, 7, 15],
    "working_relationship": [-5, 9, 11, -16],
    "mistrust": [6, -12, -19],
    "total": [-item if item in (3, 5, 6, 16) else item for item in range(1, 20)],
}
# Prefix and width of the item numbers, lowest and highest answer, and the signed items of each scale.
KEYS: dict[str, tuple[str, int, int, dict[str, Signed]]] = {
    "wai": (
        "wai_{:02}", 1, 7,
        {"task": WAI_TASK, "bond": WAI_BOND, "goal": WAI_GOAL, "total": WAI_TASK + WAI_BOND + WAI_GOAL},
    ),
    "wai-s": (
        "wais_{:02}", 1, 7,
        {
            "task": [1, 2, 8, 12], "bond": SHORT_BOND, "goal": [-4, 6, -10, 11],
            "total": [1, 2, 8, 12, *SHORT_BOND, -4, 6, -10, 11],
        },
    ),
    "wai-sr": (
        "waisr_{:02}", 1, 5,
        {"task": [1, 2, 10, 12], "bond": SHORT_BOND, "goal": [4, 6, 8, 11], "total": list(range(1, 13))},
    ),
    "yatchmenoff": ("yat_{:02}", 1, 5, YATCHMENOFF),
    "safety-scale": ("safety", 0, 10, {"safety": [1]}),
    "practice-elements": ("element_{}", 1, 5, {"use": [1, 2, 3, 4, 5, 6]}),
    "family-feedback": ("feedback_{:02}", 1, 5, {"feedback": list(range(1, 11))}),
}  # fmt: skip
OSC = {
    "proficiency": {"responsiveness": 7, "competence": 8},
    "rigidity": {"centralization": 7, "formalization": 7},
    "resistance": {"apathy": 6, "suppression": 7},
    "engagement": {"personalization": 5, "accomplishment": 6},
    "functionality": {"growth": 5, "clarity": 6, "cooperation": 4},
    "stress": {"exhaustion": 6, "conflict": 7, "overload": 7},
}
KEY_ITEMS = [f"yat_{number:02}" for number in range(1, 20)]
STATUSES = {
    "ccbc": ("structural", "unverified", "project"),
    "family-feedback": ("structural", "structural", "project"),
    "osc": ("structural", "unverified", "project"),
    "practice-elements": ("structural", "structural", "project"),
    "safety-scale": ("verified", "verified", "project"),
    "wai": ("verified", "verified", "project"),
    "wai-s": ("derived", "verified", "project"),
    "wai-sr": ("verified", "verified", "project"),
    "yatchmenoff": ("unverified", "unverified", "project"),
}


def list_key(name: str) -> tuple[int, int, dict[str, dict[str, bool]]]:
    """Return lowest and highest answer and each scale's items, True where reversed, from the lists above."""
    if name == "osc":
        parts = {part: size for parts in OSC.values() for part, size in parts.items()}
        below = {part: [f"{part}_{n}" for n in range(1, size + 1)] for part, size in parts.items()}
        above = {scale: [item for part in parts for item in below[part]] for scale, parts in OSC.items()}
        return 1, 5, {scale: dict.fromkeys(items, False) for scale, items in (below | above).items()}
    if name == "ccbc":
        areas = {"clinical_skill": "skill", "cultural_empathy": "empathy"}
        return 1, 5, {area: {f"{stem}_{n:02}": False for n in range(1, 11)} for area, stem in areas.items()}
    form, low, high, scales = KEYS[name]
    return (
        low,
        high,
        {scale: {form.format(abs(number)): number < 0 for number in signed} for scale, signed in scales.items()},
    )


def score_by_hand(key: Mapping[str, bool], answers: Answers, low: int, high: int) -> float | None:
    """Return the mean of the answered items, where at least 80% are."""
    turned = [
        low + high - answer if flipped else answer
        for item, flipped in key.items()
        if (answer := answers[item]) is not None
    ]
    return sum(turned) / len(turned) if 10 * len(turned) >= 8 * len(key) else None


def score(instrument: Instrument, rows: list[Answers]) -> list[dict[str, float | None]]:
    frame = pl.DataFrame([{"respondent": f"R{n}", **row} for n, row in enumerate(rows)], infer_schema_length=None)
    return score_survey(frame, instrument).to_dicts()


def column(name: str, scale: str) -> str:
    return f"{name.replace('-', '_')}_{scale}"


@pytest.mark.parametrize(
    ("name", "answer", "sums"),
    [
        ("wai", 1, {"task": 42, "bond": 30, "goal": 48, "total": 120}),
        ("wai", 4, {"task": 48, "bond": 48, "goal": 48, "total": 144}),
        ("wai", 7, {"task": 54, "bond": 66, "goal": 48, "total": 168}),
        ("wai-s", 1, {"task": 4, "bond": 4, "goal": 16, "total": 24}),
        ("wai-s", 7, {"task": 28, "bond": 28, "goal": 16, "total": 72}),
        ("wai-sr", 1, {"task": 4, "bond": 4, "goal": 4, "total": 12}),
        ("wai-sr", 5, {"task": 20, "bond": 20, "goal": 20, "total": 60}),
        # Reversed items: 3 in receptivity, 5 and 16 in working relationship, 12 and 19 in mistrust.
        ("yatchmenoff", 1, {"buy_in": 8, "receptivity": 8, "working_relationship": 12, "mistrust": 11, "total": 35}),
        ("yatchmenoff", 5, {"buy_in": 40, "receptivity": 16, "working_relationship": 12, "mistrust": 7, "total": 79}),
        ("safety-scale", 0, {"safety": 0}),
        ("safety-scale", 10, {"safety": 10}),
    ],
)
def test_the_hand_computed_sums_come_out(name: str, answer: int, sums: dict[str, int]) -> None:
    instrument = load_instrument(name)
    _, _, key = list_key(name)
    (row,) = score(instrument, [dict.fromkeys(instrument.responses, answer)])
    assert {scale: row[column(name, scale)] for scale in sums} == {
        scale: total / len(key[scale]) for scale, total in sums.items()
    }
    assert {scale: row[f"{column(name, scale)}_n"] for scale in sums} == {scale: len(key[scale]) for scale in sums}


@pytest.mark.parametrize("name", list_instruments())
def test_the_key_is_the_published_one(name: str) -> None:
    instrument = load_instrument(name)
    low, high, key = list_key(name)
    assert set(instrument.scales) == set(key)
    for scale, items in key.items():
        assert scoring_key(instrument, scale) == items
    assert set(instrument.responses) == {item for items in key.values() for item in items}
    assert {(responses.min, responses.max) for responses in instrument.responses.values()} == {(low, high)}
    assert {scale.score for scale in instrument.scales.values()} == {"mean"}


@pytest.mark.parametrize("name", list_instruments())
def test_random_answers_score_as_by_hand(name: str) -> None:
    instrument = load_instrument(name)
    low, high, key = list_key(name)
    dice = random.Random(f"answers of {name}")
    rows: list[Answers] = [
        {item: None if dice.random() < share else dice.randint(low, high) for item in instrument.responses}
        for share in (0, 0, 0.05, 0.1, 0.2, 0.3, 0.6, 1)
        for _ in range(5)
    ]
    seen = set()
    for row, answers in zip(score(instrument, rows), rows, strict=True):
        for scale, items in key.items():
            expected = score_by_hand(items, answers, low, high)
            assert row[column(name, scale)] == (None if expected is None else pytest.approx(expected, abs=1e-12))
            assert row[f"{column(name, scale)}_n"] == sum(answers[item] is not None for item in items)
            seen.add(expected is None)
    assert seen == {True, False}


@pytest.mark.parametrize("name", list_instruments())
def test_each_part_says_how_well_it_is_known_and_from_where(name: str) -> None:
    claims = load_instrument(name).verification.parts()
    assert tuple(claim.status for claim in claims.values()) == STATUSES[name]
    assert list(claims) == ["key", "responses", "missing"]
    assert all(len(claim.source) > 5 for claim in claims.values())


def test_nothing_that_is_not_published_is_shipped() -> None:
    for name in list_instruments():
        instrument = load_instrument(name)
        assert instrument.norms == {}
        assert instrument.labels == {}
        assert instrument.rights.wording == "not distributed"


def count_answered(instrument: Instrument, example: Example, items: Mapping[str, bool]) -> int:
    answers = [example.answers.get(item, example.answers.get("all")) for item in items]
    responses = next(iter(instrument.responses.values()))
    missing = {code for codes in responses.missing.values() for code in codes}
    return sum(answer is not None and str(answer) not in missing for answer in answers)


@pytest.mark.parametrize("name", list_instruments())
def test_examples_hold_a_row_at_the_missing_limit_and_one_past_it(name: str) -> None:
    instrument = load_instrument(name)
    _, _, key = list_key(name)
    at_limit, past_limit = set(), set()
    for example in instrument.examples:
        for scale, stated in example.scores.items():
            required = -(-8 * len(key[scale]) // 10)
            answered = count_answered(instrument, example, key[scale])
            assert (stated is None) == (answered < required)
            if answered == required and (answered < len(key[scale]) or len(key[scale]) == 1):
                at_limit.add(scale)
            if answered == required - 1:
                past_limit.add(scale)
    assert at_limit & past_limit


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("wai", "Never, Rarely, Occasionally, Sometimes, Often, Very often, Always"),
        ("wai-s", "Never, Rarely, Occasionally, Sometimes, Often, Very often, Always"),
        ("wai-sr", "Seldom, Sometimes, Fairly often, Very often, Always"),
        ("osc", "Not at all, To a slight extent, To a moderate extent, To a great extent, To a very great extent"),
    ],
)
def test_labels_are_the_published_ones_in_order(name: str, labels: str) -> None:
    (responses,) = load_instrument(name).response_scales.values()
    assert list(responses.labels.items()) == [(text, code) for code, text in enumerate(labels.split(", "), start=1)]


def test_the_wrong_key_in_circulation_is_not_the_one_shipped() -> None:
    bond = scoring_key(load_instrument("wai"), "bond")
    assert (bond["wai_28"], bond["wai_29"]) == (False, True)


def test_items_1_and_8_of_the_short_forms_are_in_other_scales() -> None:
    short, revised = load_instrument("wai-s"), load_instrument("wai-sr")
    assert {"wais_01", "wais_08"} <= set(scoring_key(short, "task"))
    assert "waisr_01" in scoring_key(revised, "task")
    assert "waisr_08" in scoring_key(revised, "goal")


def test_mistrust_runs_the_other_way_inside_the_engagement_total() -> None:
    instrument = load_instrument("yatchmenoff")
    total, mistrust = scoring_key(instrument, "total"), scoring_key(instrument, "mistrust")
    assert {item: total[item] for item in mistrust} == {item: not flipped for item, flipped in mistrust.items()}
    for scale in ("buy_in", "receptivity", "working_relationship"):
        assert {item: total[item] for item in scoring_key(instrument, scale)} == scoring_key(instrument, scale)


def test_examples_tell_the_items_of_the_engagement_scales_apart() -> None:
    # Its total lists the items itself, so that no rule would notice one item in the place of another.
    instrument = load_instrument("yatchmenoff")
    whole = [example for example in instrument.examples if None not in example.answers.values()]
    answers = [tuple(example.answers.get(item, example.answers.get("all")) for example in whole) for item in KEY_ITEMS]
    assert len(set(answers)) == 19


def test_the_osc_has_fourteen_subscales_and_six_scales_over_88_items() -> None:
    instrument = load_instrument("osc")
    assert sum(len(parts) for parts in OSC.values()) == 14
    assert len(instrument.scales) == 20
    sizes = {scale: len(scoring_key(instrument, scale)) for scale in OSC}
    assert sizes == {
        "proficiency": 15, "rigidity": 14, "resistance": 13, "engagement": 11, "functionality": 15, "stress": 20,
    }  # fmt: skip
    good = {scale: instrument.scales[scale].good for scale in OSC}
    assert good == {
        "proficiency": "high", "rigidity": "low", "resistance": "low",
        "engagement": "high", "functionality": "high", "stress": "low",
    }  # fmt: skip
