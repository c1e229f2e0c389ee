"""SOS15: recodes, weights, conditions and order; SOS42: published conversions and cut-offs."""

from __future__ import annotations

from sos_score.definition.catalogue.rule import Rule

_AGREE = "response_scales:\n  agree:\n    min: 1\n    max: 3\n    labels: {No: 1, Perhaps: 2, Yes: 3}\n"
_NONE = "examples: []\n"


def _scales(more: str) -> str:
    return (
        "scales:\n  trust:\n    title: Trust\n    items: [q1, q2, -q3]\n    score: mean\n"
        f"{more}    higher_is: more trust\n"
        "  hope:\n    title: Hope\n    items: [q4, q5, q6]\n    score: mean\n    higher_is: more hope\n"
    )


def _items(first: str, second: str) -> str:
    return (
        f"items:\n  - {{ids: q1, responses: agree{first}}}\n  - {{ids: q2, responses: agree{second}}}\n"
        "  - {ids: q3..q6, responses: agree}\n"
    )


def _convert(name: str, table: str) -> str:
    return (
        _scales("    round: half_up\n")
        + f"conversions:\n  {name}:\n    title: Metric\n    source: Us (2020)\n    scales:\n      trust: {table}\n"
        + _NONE
    )


RULES = (
    Rule(
        "SOS150",
        "recode",
        "a recode that leaves answers out",
        "An answer that counts as nothing known would be lost; one that cannot be given is a slip.",
        bad=_AGREE + "    recode: {1: 0, 2: 0}\n" + _NONE,
        good=_AGREE + "    recode: {1: 0, 2: 0, 3: 1}\n" + _NONE,
    ),
    Rule(
        "SOS151",
        "asked-if",
        "a condition that cannot be told",
        "An item that was not asked is not missing; whether it was asked must be known from another answer.",
        bad=_items(", asked_if: {q2: [3]}", ", asked_if: {q1: [3]}") + _NONE,
        good=_items("", ", asked_if: {q1: [3]}") + _NONE,
    ),
    Rule(
        "SOS154",
        "label-language",
        "labels of two languages that do not agree",
        "An answer in one language would be another answer, or none, in the other.",
        bad=_AGREE + "    labels_in: {cy: {Na: 1, Efallai: 2}}\n",
        good=_AGREE + "    labels_in: {cy: {Na: 1, Efallai: 2, Ie: 3}}\n",
    ),
    Rule(
        "SOS152",
        "weights",
        "a weight of no part",
        "The weight would be passed over, and the score be another.",
        bad=_scales("    weights: {q9: 2}\n") + _NONE,
        good=_scales("    weights: {q1: 2}\n") + _NONE,
    ),
    Rule(
        "SOS153",
        "order",
        "an order that leaves items out",
        "Runs of one answer are looked for in the order in which the form asks.",
        bad="order: [q1..q5]\n",
        good="order: [q6, q1..q5]\n",
    ),
    Rule(
        "SOS420",
        "conversion",
        "a table that does not fit the scores",
        "A score without an entry would have no converted score, and an entry without a score is a slip.",
        bad=_convert("metric", "{1: 40, 2: 50}"),
        good=_convert("metric", "{1: 40, 2: 50, 3: 60}"),
    ),
    Rule(
        "SOS421",
        "cut-off",
        "a cut-off that parts no scores",
        "Everybody would be on one side of it.",
        bad="cut_offs:\n  line: {title: Line, source: Us (2020), scales: {trust: [4]}}\n",
        good="cut_offs:\n  line: {title: Line, source: Us (2020), scales: {trust: [2]}}\n",
    ),
    Rule(
        "SOS422",
        "published-name",
        "a conversion or a cut-off for a column that is taken",
        "Two scores would be written to one column.",
        bad=_convert("mean", "{1: 40, 2: 50, 3: 60}"),
        good=_convert("metric", "{1: 40, 2: 50, 3: 60}"),
    ),
)
