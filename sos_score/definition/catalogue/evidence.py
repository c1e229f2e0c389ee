"""SOS4: norms; SOS5: examples."""

from __future__ import annotations

from sos_score.definition.catalogue.rule import Level, Rule

_CLAIM = (
    "verification:\n"
    "  key: {status: user, source: made up}\n"
    "  responses: {status: user, source: made up}\n"
    "  missing: {status: user, source: made up}\n"
    "  norms: {status: user, source: made up}\n"
)
_LOWEST = "  - {name: lowest, answers: {all: 1}, scores: {trust: 5/3, hope: 1, total: 8/6}}\n"
_MIXED = (
    "  - name: mixed\n"
    "    answers: {q1: 1, q2: 2, q3: 3, q4: 3, q5: 3, q6: 2}\n"
    "    scores: {trust: 4/3, hope: 8/3, total: 12/6}\n"
    "  - name: mixed the other way\n"
    "    answers: {q1: 3, q2: 1, q3: 1, q4: 2, q5: 2, q6: 2}\n"
    "    scores: {trust: 7/3, hope: 2, total: 13/6}\n"
)
_MISSING = (
    "  - name: two of three answered\n"
    "    answers: {all: 3, q1: null}\n"
    "    scores: {trust: null, hope: 3, total: 13/5}\n"
)
_GOOD = "examples:\n" + _LOWEST + _MIXED + _MISSING


def _norm(mean: str = "2", sd: str = "0.5", scale: str = "trust") -> str:
    return (
        "norms:\n  clinic:\n    population: people in a clinic\n    unit: respondent\n    n: 90\n"
        f"    source: Us (2020)\n    score: mean\n    scales:\n      {scale}: {{mean: {mean}, sd: {sd}}}\n"
    )


RULES = (
    Rule(
        "SOS401",
        "norm-unknown-scale",
        "a norm for an unknown scale",
        "Nobody would get the T-scores that the norm is there for.",
        bad=_CLAIM + _norm(scale="truth"),
        good=_CLAIM + _norm(),
    ),
    Rule(
        "SOS402",
        "norm-without-spread",
        "a norm without a spread",
        "A T-score is the distance from the mean in standard deviations.",
        bad=_CLAIM + _norm(sd="0"),
        good=_CLAIM + _norm(),
    ),
    Rule(
        "SOS403",
        "norm-without-claim",
        "norms that nobody vouches for",
        "Who vouches for each part is printed with every result, and a T-score is only as good as its norm.",
        bad=_norm(),
        good=_CLAIM + _norm(),
    ),
    Rule(
        "SOS404",
        "norm-impossible",
        "a norm that no sample can have",
        (
            "A mean outside the range of the scores, or a spread wider than the range allows, is of another "
            "metric or another scale."
        ),
        bad=_CLAIM + _norm(mean="12", sd="3"),
        good=_CLAIM + _norm(),
    ),
    Rule(
        "SOS405",
        "claim-without-norms",
        "a claim about norms that are not there",
        "The norms were lost, or the claim is left over.",
        bad=_CLAIM,
        good=_CLAIM + _norm(),
        default=Level.WARNING,
    ),
    Rule(
        "SOS501",
        "example-unknown-item",
        "an example that answers an unknown item",
        "The example would show less than its author thinks.",
        bad="examples:\n" + _LOWEST + _MIXED.replace("q6: 2", "q7: 2", 1) + _MISSING,
        good=_GOOD,
    ),
    Rule(
        "SOS502",
        "example-unknown-scale",
        "an example that states a score of an unknown scale",
        "The example would show less than its author thinks.",
        bad="examples:\n" + _LOWEST.replace("hope:", "hopes:") + _MIXED + _MISSING,
        good=_GOOD,
    ),
    Rule(
        "SOS503",
        "example-answer",
        "an example with an answer that is not allowed",
        "No export can hold that answer.",
        bad="examples:\n" + _LOWEST.replace("all: 1", "all: 0") + _MIXED + _MISSING,
        good=_GOOD,
    ),
    Rule(
        "SOS504",
        "example-score",
        "an example that does not come out",
        "Either the key is wrong or the example is; work it out by hand.",
        bad="examples:\n" + _LOWEST.replace("trust: 5/3", "trust: 1") + _MIXED + _MISSING,
        good=_GOOD,
    ),
    Rule(
        "SOS510",
        "no-examples",
        "no examples",
        "A key without an example can be wrong for years: every score looks like a score.",
        bad="examples: []\n",
        good=_GOOD,
        default=Level.WARNING,
    ),
    Rule(
        "SOS511",
        "scale-without-example",
        "a scale that no example covers",
        "Its key could be wrong and nothing would show it.",
        bad="examples:\n"
        + (_LOWEST + _MIXED + _MISSING)
        .replace("hope: 1, ", "")
        .replace("hope: 8/3, ", "")
        .replace("hope: 2, ", "")
        .replace("hope: 3, ", ""),
        good=_GOOD,
        default=Level.OFF,
    ),
    Rule(
        "SOS512",
        "no-extreme-example",
        "no example of an extreme row",
        "With every answer at one end, a wrong range or a wrong sign changes each score by as much as it can.",
        bad="examples:\n" + _MIXED + _MISSING,
        good=_GOOD,
        default=Level.OFF,
    ),
    Rule(
        "SOS513",
        "no-missing-example",
        "no example with a missing answer",
        "Missing answers are where two programs that agree on all else give different scores.",
        bad="examples:\n" + _LOWEST + _MIXED,
        good=_GOOD,
        default=Level.OFF,
    ),
    Rule(
        "SOS514",
        "no-refused-example",
        "no example with too few answers",
        "Nothing shows where the missing rule draws its line.",
        bad="examples:\n" + _LOWEST + _MIXED + _MISSING.replace("trust: null, ", ""),
        good=_GOOD,
        default=Level.OFF,
    ),
    Rule(
        "SOS515",
        "items-interchangeable",
        "two items that could stand in each other's place",
        (
            "The commonest fault of published keys is an item in its neighbour's scale. An example in which "
            "answers differ from item to item shows it."
        ),
        bad="examples:\n"
        + _LOWEST
        + _MISSING.replace("{all: 3, q1: null}", "{all: 3, q1: null, q2: null, q3: null}").replace("13/5", "null"),
        good=_GOOD,
        default=Level.OFF,
    ),
    Rule(
        "SOS516",
        "sign-untested",
        "an item whose sign no example shows",
        "In the middle of the range a reversed item scores like any other.",
        bad="examples:\n"
        + _MIXED.replace("q3: 3", "q3: 2")
        .replace("4/3", "5/3")
        .replace("12/6", "13/6")
        .replace("q3: 1", "q3: 2")
        .replace("7/3", "6/3")
        .replace("hope: 2, total: 13/6", "hope: 2, total: 12/6")
        + _MISSING.replace("q1: null", "q1: null, q2: null").replace("13/5", "null"),
        good=_GOOD,
        default=Level.OFF,
    ),
    Rule(
        "SOS517",
        "example-name-twice",
        "two examples of one name",
        "Which of the two fails could not be told.",
        bad="examples:\n" + _LOWEST + _MIXED.replace("mixed the other way", "mixed") + _MISSING,
        good=_GOOD,
        default=Level.WARNING,
    ),
    Rule(
        "SOS518",
        "example-without-score",
        "an example that states no score",
        "It shows nothing.",
        bad=_GOOD + "  - {name: highest, answers: {all: 3}, scores: {}}\n",
        good=_GOOD + "  - {name: highest, answers: {all: 3}, scores: {hope: 3}}\n",
        default=Level.WARNING,
    ),
)
