"""SOS1: items and scales."""

from __future__ import annotations

from sos_score.definition.catalogue.rule import Level, Rule

_TRUST = "scales:\n  trust:\n    title: Trust\n    items: {}\n    score: mean\n    higher_is: more trust\n"
_HOPE = "  hope:\n    title: Hope\n    items: [q4, q5, q6]\n    score: mean\n    higher_is: more hope\n"
_TOTAL = "  total:\n    title: All\n    items_of: [trust, hope]\n    score: mean\n    higher_is: more of both\n"
_GOOD = _TRUST.format("[q1, q2, -q3]") + _HOPE + _TOTAL


def _trust(items: str) -> str:
    return _TRUST.format(items) + _HOPE + _TOTAL


def _total(parts: str) -> str:
    return _GOOD.replace("items_of: [trust, hope]", parts)


RULES = (
    Rule(
        "SOS101",
        "unknown-item",
        "unknown item",
        "A score that names an item nobody answers can never be worked out, or is worked out without it.",
        bad=_trust("[q1, q2, -q33]"),
        good=_GOOD,
    ),
    Rule(
        "SOS102",
        "repeated-item",
        "an item twice in one scale",
        "It would count double; most often one of the two should be its neighbour.",
        bad=_trust("[q1, q2, -q3, q2]"),
        good=_GOOD,
    ),
    Rule(
        "SOS103",
        "range-downwards",
        "a range that runs downwards",
        "It stands for no item at all.",
        bad=_trust("[q3..q1]"),
        good=_GOOD,
    ),
    Rule(
        "SOS104",
        "item-twice",
        "an item defined twice",
        "Which of its two response scales is meant cannot be told.",
        bad="items:\n  - {ids: q1..q6, responses: agree}\n  - {ids: q6, responses: agree}\n",
        good="items:\n  - {ids: q1..q5, responses: agree}\n  - {ids: q6, responses: agree}\n",
    ),
    Rule(
        "SOS105",
        "item-called-all",
        "an item called all",
        "In an example, all stands for every item not named.",
        bad="items:\n  - {ids: q1..q6, responses: agree}\n  - {ids: all, responses: agree}\n",
        good="items:\n  - {ids: q1..q6, responses: agree}\n",
    ),
    Rule(
        "SOS106",
        "label-for-several",
        "one label for several items",
        "A label names one item in tables.",
        bad="items:\n  - {ids: q1..q5, responses: agree, label: Trust}\n  - {ids: q6, responses: agree}\n",
        good="items:\n  - {ids: q1..q5, responses: agree}\n  - {ids: q6, responses: agree, label: Trust}\n",
    ),
    Rule(
        "SOS107",
        "no-items",
        "no items",
        "Without items there is nothing to score.",
        bad="items: []\n",
        good="items: {ids: q1..q6, responses: agree}\n",
    ),
    Rule(
        "SOS108",
        "unused-item",
        "an item in no scale",
        "Either a scale lacks it, or nobody needs to be asked.",
        bad="items: {ids: q1..q7, responses: agree}\n",
        good="items: {ids: q1..q6, responses: agree}\n",
    ),
    Rule(
        "SOS109",
        "ids-alike",
        "item ids that are easily taken for one another",
        "Survey platforms and statistics programs do not all tell q1 from Q1 or q_01.",
        bad="items:\n  - {ids: q1..q6, responses: agree}\n  - {ids: Q1, responses: agree}\n"
        + _trust("[q1, q2, -q3, Q1]")
        + "examples: []\n",
        good="items:\n  - {ids: q1..q6, responses: agree}\n",
        default=Level.WARNING,
    ),
    Rule(
        "SOS110",
        "number-gap",
        "a gap in the numbers of the items",
        "An item that was left out of the list shifts every column after it when an export goes by position.",
        bad="items: {ids: [q1..q6, q8], responses: agree}\n" + _trust("[q1, q2, -q3, q8]") + "examples: []\n",
        good="items: {ids: q1..q6, responses: agree}\n",
        default=Level.OFF,
        strict=Level.NOTE,
    ),
    Rule(
        "SOS120",
        "scale-sources",
        "a scale not made of one kind of parts",
        (
            "A scale is made of items, of the items of other scales, or of the scores of other scales; two at "
            "once have no meaning."
        ),
        bad=_total("scales: [trust, hope]\n    items_of: [trust, hope]"),
        good=_GOOD,
    ),
    Rule(
        "SOS121",
        "empty-scale",
        "a scale of nothing",
        "It could have no score.",
        bad=_total("items_of: []"),
        good=_GOOD,
    ),
    Rule(
        "SOS122",
        "no-scales",
        "no scales",
        "Without scales there is no score.",
        bad="scales: {}\n",
        good=_GOOD,
    ),
    Rule(
        "SOS123",
        "unknown-scale",
        "unknown scale",
        "A total that names a scale that does not exist is worked out without it, or not at all.",
        bad=_total("items_of: [trust, hop]"),
        good=_GOOD,
    ),
    Rule(
        "SOS124",
        "repeated-scale",
        "a scale twice in another",
        "It would count double.",
        bad=_total("items_of: [trust, hope, trust]"),
        good=_GOOD,
    ),
    Rule(
        "SOS125",
        "scale-itself",
        "a scale that names itself",
        "Its score would be needed to work out its score.",
        bad=_total("items_of: [trust, total]"),
        good=_GOOD,
    ),
    Rule(
        "SOS126",
        "circle",
        "scales that go round in a circle",
        "Each would be needed to work out the other.",
        bad=_GOOD.replace("items: [q4, q5, q6]", "items_of: [total]"),
        good=_GOOD,
    ),
    Rule(
        "SOS127",
        "pooled-twice",
        "an item pooled twice",
        "It would count double in the total.",
        bad=_GOOD.replace("[q4, q5, q6]", "[q3, q4, q5, q6]"),
        good=_GOOD,
    ),
    Rule(
        "SOS128",
        "score-name",
        "two scores for one column",
        "A scale's column and its count of answered items (_n) would have one name.",
        bad=_GOOD.replace("  hope:\n", "  trust_n:\n").replace("[trust, hope]", "[trust, trust_n]"),
        good=_GOOD,
    ),
    Rule(
        "SOS140",
        "mixed-ranges",
        "one score of items with different ranges",
        "In a mean or a sum, an item answered from 0 to 10 outweighs one answered from 1 to 3.",
        bad=(
            "response_scales:\n"
            "  agree: {min: 1, max: 3, labels: {No: 1, Perhaps: 2, Yes: 3}}\n"
            "  rating: {min: 0, max: 10}\n"
            "items:\n  - {ids: q1..q5, responses: agree}\n  - {ids: q6, responses: rating}\n"
            "examples: []\n"
        ),
        good="items: {ids: q1..q6, responses: agree}\n",
        default=Level.WARNING,
    ),
    Rule(
        "SOS141",
        "sign-conflict",
        "one item turned against the others that two scales share",
        "Where a total lists the items of its subscales again, a minus sign is soon lost in one of the two.",
        bad=_total("items: [q1, q2, q3, q4, q5, q6]") + "examples: []\n",
        good=_total("items: [q1, q2, -q3, q4, q5, q6]"),
        default=Level.WARNING,
    ),
    Rule(
        "SOS142",
        "all-reversed",
        "every item reversed",
        (
            "Then a high score means that little of what the items say is true. Most often the scale is meant to "
            "run the other way."
        ),
        bad=_trust("[-q1, -q2, -q3]") + "examples: []\n",
        good=_GOOD,
        default=Level.OFF,
        strict=Level.WARNING,
    ),
    Rule(
        "SOS143",
        "same-key",
        "two scales with one key",
        "They are one score under two names, and a family of tests would count it twice.",
        bad=_total("items: [q4, q5, q6]") + "examples: []\n",
        good=_GOOD,
        default=Level.WARNING,
    ),
    Rule(
        "SOS144",
        "title-twice",
        "two scales with one title",
        "A table shows titles only, and nobody could tell the two rows apart.",
        bad=_GOOD.replace("title: All", "title: Hope"),
        good=_GOOD,
        default=Level.WARNING,
    ),
)
