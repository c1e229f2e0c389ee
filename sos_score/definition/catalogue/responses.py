"""SOS2: the answers items can have; SOS3: the missing rule."""

from __future__ import annotations

from sos_score.definition.catalogue.rule import Level, Rule

_GOOD = "response_scales:\n  agree:\n    min: 1\n    max: 3\n    labels: {No: 1, Perhaps: 2, Yes: 3}\n"


def _agree(labels: str, low: str = "1", high: str = "3") -> str:
    return f"response_scales:\n  agree:\n    min: {low}\n    max: {high}\n    labels: {labels}\n"


RULES = (
    Rule(
        "SOS201",
        "range-reversed",
        "min is not below max",
        "A reversed item is min + max - answer, and an answer outside the range is refused: both need the true range.",
        bad=_agree("{No: 1, Perhaps: 2, Yes: 3}", low="3", high="1"),
        good=_GOOD,
    ),
    Rule(
        "SOS202",
        "step-off",
        "steps that do not lead from min to max",
        "The highest answer could not be given.",
        bad="response_scales:\n  agree: {min: 1, max: 3, step: 0.75}\n",
        good="response_scales:\n  agree: {min: 1, max: 3, step: 0.5, labels: {No: 1, Yes: 3}}\n",
    ),
    Rule(
        "SOS203",
        "labels-lacking",
        "only labelled answers, and no labels",
        "No answer at all would be allowed.",
        bad="response_scales:\n  agree: {min: 1, max: 3, step: labels}\n",
        good="response_scales:\n  agree: {min: 1, max: 3, step: labels, labels: {No: 1, Perhaps: 2, Yes: 3}}\n",
    ),
    Rule(
        "SOS204",
        "label-outside",
        "a label whose code is outside the range",
        "That answer would be refused, or the range is not the true one.",
        bad=_agree("{No: 1, Perhaps: 2, Yes: 3, Always: 4}"),
        good=_GOOD,
    ),
    Rule(
        "SOS205",
        "label-between-steps",
        "a label between two steps",
        "That answer would be refused.",
        bad="response_scales:\n  agree: {min: 1, max: 3, step: 1, labels: {No: 1, Perhaps: 1.5, Yes: 3}}\n",
        good="response_scales:\n  agree: {min: 1, max: 3, step: 0.5, labels: {No: 1, Perhaps: 1.5, Yes: 3}}\n",
    ),
    Rule(
        "SOS206",
        "label-gap",
        "a code without a label",
        "An export with that label could not be read. Label every code, or the two ends, or these and the middle.",
        bad=_agree("{No: 1, Perhaps: 2}"),
        good=_GOOD,
    ),
    Rule(
        "SOS207",
        "label-ends",
        "an end of the range that nobody can answer",
        "Where only labelled answers are allowed, a range wider than the labels reverses items wrongly.",
        bad="response_scales:\n  agree: {min: 0, max: 3, step: labels, labels: {No: 1, Perhaps: 2, Yes: 3}}\n",
        good="response_scales:\n  agree: {min: 1, max: 3, step: labels, labels: {No: 1, Perhaps: 2, Yes: 3}}\n",
    ),
    Rule(
        "SOS208",
        "label-two-codes",
        "one label for two codes",
        "Which of the two an answer means cannot be told. Case and white space make no difference.",
        bad=_agree("{No: 1, Perhaps: 2, Yes: 3, no: 3}"),
        good=_GOOD,
    ),
    Rule(
        "SOS209",
        "label-other-number",
        "a label that is another code",
        "An export with 2 in it could mean the code 2 or the label 2.",
        bad=_agree('{"2": 1, Perhaps: 2, Yes: 3}'),
        good=_agree('{"1": 1, Perhaps: 2, Yes: 3}'),
    ),
    Rule(
        "SOS210",
        "label-also-missing",
        "a label that also means missing",
        "An answer would be lost, or a missing one would be scored.",
        bad=_agree("{No: 1, Perhaps: 2, Yes: 3}") + "    missing: {not sure: Perhaps}\n",
        good=_agree("{No: 1, Perhaps: 2, Yes: 3}") + "    missing: {not sure: Not sure}\n",
    ),
    Rule(
        "SOS211",
        "missing-code-in-range",
        "a missing code inside the range",
        "A missing answer would be scored as an answer.",
        bad=_agree("{No: 1, Perhaps: 2, Yes: 3}") + "    missing: {not sure: 3}\n",
        good=_agree("{No: 1, Perhaps: 2, Yes: 3}") + "    missing: {not sure: 9}\n",
    ),
    Rule(
        "SOS212",
        "missing-two-reasons",
        "a missing code with two reasons",
        "Why an answer is missing is reported, and could not be told.",
        bad=_agree("{No: 1, Perhaps: 2, Yes: 3}") + "    missing: {not sure: 9, refused: [8, 9]}\n",
        good=_agree("{No: 1, Perhaps: 2, Yes: 3}") + "    missing: {not sure: 9, refused: 8}\n",
    ),
    Rule(
        "SOS213",
        "unknown-responses",
        "unknown response scale",
        "Which answers the items can have would not be known.",
        bad="items: {ids: q1..q6, responses: agreed}\n",
        good="items: {ids: q1..q6, responses: agree}\n",
    ),
    Rule(
        "SOS214",
        "unused-responses",
        "a response scale that no item uses",
        "Most often an item is on the wrong one.",
        bad=_GOOD + "  rating: {min: 0, max: 10}\n",
        good=_GOOD,
    ),
    Rule(
        "SOS215",
        "direction-not-stated",
        "items reversed on answers whose direction is not stated",
        (
            "Whether a sign is right depends on which end of the answers is which; two versions of one form "
            "often differ in it."
        ),
        bad="response_scales:\n  agree: {min: 1, max: 3}\nexamples: []\n",
        good="response_scales:\n  agree: {min: 1, max: 3, labels: {Disagree: 1, Neither: 2, Agree: 3}}\nexamples: []\n",
        default=Level.WARNING,
    ),
    Rule(
        "SOS216",
        "range-too-wide",
        "more answers than can be counted",
        "An end was mistyped, as a rule. Agreement and ordinal alpha count each answer by itself.",
        bad="response_scales:\n  agree: {min: 1, max: 10000}\nexamples: []\n",
        good="response_scales:\n  agree: {min: 1, max: 10000, step: any}\nexamples: []\n",
    ),
    Rule(
        "SOS301",
        "missing-rule-out-of-reach",
        "a missing rule that nobody can meet",
        "Nobody would have a score.",
        bad="missing: {min_answered: 4}\n",
        good="missing: {min_answered: 2}\nexamples: []\n",
    ),
    Rule(
        "SOS302",
        "missing-rule-of-nothing",
        "a missing rule that everybody meets",
        "Somebody who answered nothing would have a score.",
        bad="missing: {min_answered: 0%}\n",
        good="missing: {min_answered: 80%}\n",
    ),
    Rule(
        "SOS303",
        "few-answered",
        "a score from less than half of the items",
        "Such a score is mostly what was not asked. Published rules ask for one half at least, most for more.",
        bad="missing: {min_answered: 1}\nexamples: []\n",
        good="missing: {min_answered: 80%}\n",
        default=Level.WARNING,
    ),
    Rule(
        "SOS304",
        "sum-as-answered",
        "a sum that is lower for each missing answer",
        "A person who leaves items out then looks like one who disagrees with them.",
        bad=(
            "missing: {min_answered: 2, sums: as_answered}\n"
            "scales:\n  all:\n    title: All\n    items: [q1..q6]\n    score: sum\n    higher_is: more\n"
            "examples: []\n"
        ),
        good=(
            "missing: {min_answered: 5, sums: prorated}\n"
            "scales:\n  all:\n    title: All\n    items: [q1..q6]\n    score: sum\n    higher_is: more\n"
            "examples: []\n"
        ),
        default=Level.WARNING,
    ),
)
