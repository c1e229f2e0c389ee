"""The shipped definitions against the published facts, by arithmetic that shares nothing with the engine."""

from __future__ import annotations

import random
from collections.abc import Mapping

import polars as pl
import pytest
from published_keys import OSC, STATUSES, WORDED, Key, list_key

from sos_score import list_instruments, load_instrument, score_survey
from sos_score.definition.instrument.instrument import Example, Instrument, scoring_key

Answers = dict[str, int | None]
EVERY = ("safety-scale", "pss-4", "who-5")  # of their items all must be answered
KEY_ITEMS = [f"yat_{number:02}" for number in range(1, 20)]


def score_by_hand(key: Key, items: Mapping[str, bool], answers: Answers) -> float | None:
    """Return the mean of the answered items, or their prorated sum, where enough are answered."""
    turned = [
        key.answers[0] + key.answers[-1] - answer if flipped else answer
        for item, flipped in items.items()
        if (answer := answers[item]) is not None
    ]
    if len(turned) < key.count_required(len(items)):
        return None
    return sum(turned) / len(turned) * (len(items) if key.score == "sum" else 1)


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
        # Reversed: one of seven in work. All the same answer gives 20 and 20 in OLBI, eight of sixteen being reversed.
        ("cbi", 0, {"personal": 0, "work": 100, "client": 0}),
        ("cbi", 75, {"personal": 450, "work": 475, "client": 450}),
        ("pss-10", 0, {"total": 16}),
        ("pss-10", 4, {"total": 24}),
        ("pss-4", 4, {"total": 8}),
        ("mastery", 1, {"total": 22}),
        ("mastery", 4, {"total": 13}),
        ("parental-stress", 1, {"total": 50}),
        ("parental-stress", 5, {"total": 58}),
        ("olbi", 1, {"exhaustion": 20, "disengagement": 20, "total": 40}),
        ("olbi", 4, {"exhaustion": 20, "disengagement": 20, "total": 40}),
        ("lsns-6", 5, {"family": 15, "friends": 15, "total": 30}),
        ("core-10", 0, {"total": 8}),
        ("core-10", 4, {"total": 32}),
        ("who-5", 5, {"total": 25}),
        ("mos-sss", 5, {"emotional": 40, "tangible": 20, "affectionate": 15, "interaction": 15, "overall": 95}),
        ("rosenberg", 0, {"total": 15}),
        ("rosenberg", 3, {"total": 15}),
        ("swls", 7, {"total": 35}),
        ("uwes-9", 6, {"vigor": 18, "dedication": 18, "absorption": 18, "total": 54}),
        ("ebpas-15", 0, {"divergence": 0, "openness": 0, "total": 16}),
        ("proqol-5", 1, {"compassion_satisfaction": 10, "burnout": 30, "secondary_trauma": 10}),
        ("proqol-5", 5, {"compassion_satisfaction": 50, "burnout": 30, "secondary_trauma": 50}),
        ("safety-scale", 10, {"safety": 10}),
    ],
)
def test_the_hand_computed_sums_come_out(name: str, answer: int, sums: dict[str, int]) -> None:
    instrument = load_instrument(name)
    published, key = list_key(name)
    (row,) = score(instrument, [dict.fromkeys(instrument.responses, answer)])
    assert {scale: row[column(name, scale)] for scale in sums} == {
        scale: total / (len(key[scale]) if published.score == "mean" else 1) for scale, total in sums.items()
    }
    assert {scale: row[f"{column(name, scale)}_n"] for scale in sums} == {scale: len(key[scale]) for scale in sums}


@pytest.mark.parametrize("name", list_instruments())
def test_the_key_is_the_published_one(name: str) -> None:
    instrument = load_instrument(name)
    published, key = list_key(name)
    assert set(instrument.scales) == set(key)
    for scale, items in key.items():
        assert scoring_key(instrument, scale) == items
    assert set(instrument.responses) == {item for items in key.values() for item in items}
    assert {(responses.min, responses.max) for responses in instrument.responses.values()} == {
        (published.answers[0], published.answers[-1])
    }
    assert {responses.values for responses in instrument.responses.values()} == {tuple(published.answers)}
    assert {scale.score for scale in instrument.scales.values()} == {published.score}


@pytest.mark.parametrize("name", list_instruments())
def test_random_answers_score_as_by_hand(name: str) -> None:
    instrument = load_instrument(name)
    published, key = list_key(name)
    dice = random.Random(f"answers of {name}")
    rows: list[Answers] = [
        {item: None if dice.random() < share else dice.choice(published.answers) for item in instrument.responses}
        for share in (0, 0, 0.05, 0.1, 0.2, 0.3, 0.6, 1)
        for _ in range(5)
    ]
    seen = set()
    for row, answers in zip(score(instrument, rows), rows, strict=True):
        for scale, items in key.items():
            expected = score_by_hand(published, items, answers)
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
        if name not in WORDED:
            assert instrument.labels == {}
            assert instrument.rights.wording == "not distributed"


@pytest.mark.parametrize(
    ("name", "licence"), [("cbi", "public domain"), ("core-10", "CC BY-ND 4.0"), ("swls", "public domain")]
)
def test_wording_that_is_shipped_names_the_licence_and_words_every_item(name: str, licence: str) -> None:
    instrument = load_instrument(name)
    assert list(instrument.labels) == list(instrument.responses)
    assert instrument.rights.licence == licence
    assert "unchanged" in instrument.rights.wording


def count_answered(instrument: Instrument, example: Example, items: Mapping[str, bool]) -> int:
    answers = [example.answers.get(item, example.answers.get("all")) for item in items]
    responses = next(iter(instrument.responses.values()))
    missing = {code for codes in responses.missing.values() for code in codes}
    return sum(answer is not None and str(answer) not in missing for answer in answers)


@pytest.mark.parametrize("name", list_instruments())
def test_examples_hold_a_row_at_the_missing_limit_and_one_past_it(name: str) -> None:
    instrument = load_instrument(name)
    published, key = list_key(name)
    at_limit, past_limit = set(), set()
    for example in instrument.examples:
        for scale, stated in example.scores.items():
            required = published.count_required(len(key[scale]))
            answered = count_answered(instrument, example, key[scale])
            assert (stated is None) == (answered < required)
            if answered == required and (answered < len(key[scale]) or name in EVERY):
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
