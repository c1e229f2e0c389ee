"""SOS0: the file itself, and the form of its keys and values."""

from __future__ import annotations

from sos_score.definition.catalogue.rule import Rule


def _norm(n: str, sd: str) -> str:
    return (
        "norms:\n  clinic:\n    population: people in a clinic\n    unit: respondent\n"
        f"    n: {n}\n    source: Us (2020)\n    score: mean\n    scales:\n      trust: {{mean: 2, sd: {sd}}}\n"
        "verification:\n  key: {status: user, source: made up}\n  responses: {status: user, source: made up}\n"
        "  missing: {status: user, source: made up}\n  norms: {status: user, source: made up}\n"
    )


RULES = (
    Rule(
        "SOS001",
        "file",
        "file cannot be read",
        "A path that is misspelt, or a folder without definitions, would otherwise count as checked.",
        bad="sos-score validate instrumnets",
        good="sos-score validate instruments",
        kind="any",
    ),
    Rule(
        "SOS002",
        "yaml",
        "not YAML",
        (
            "Nothing can be said of a file that cannot be read. A colon in a text, a tab or an open bracket is "
            "what most often is wrong."
        ),
        bad="title: Bond: a scale\n",
        good='title: "Bond: a scale"\n',
        kind="any",
    ),
    Rule(
        "SOS003",
        "duplicate-key",
        "a key given twice",
        "Most readers of YAML keep the last of the two without a word, and the first is lost.",
        bad="title: A small instrument\ntitle: Another\n",
        good="title: A small instrument\n",
        kind="any",
    ),
    Rule(
        "SOS004",
        "unknown-key",
        "unknown key",
        "A misspelt key would otherwise be passed over, and what it says with it.",
        bad="verison: 1.0.0\nversion: 1.0.0\n",
        good="version: 1.0.0\n",
        kind="any",
    ),
    Rule(
        "SOS005",
        "missing-key",
        "a key is missing",
        "What a score depends on is stated, never assumed.",
        bad="rights: {wording: not distributed}\n",
        good="rights: {holder: nobody, wording: not distributed}\n",
        kind="any",
    ),
    Rule(
        "SOS006",
        "wrong-type",
        "a value of the wrong type",
        "A list where one thing is wanted, or a number where a text is, is most often a slip of indentation.",
        bad="title: [A small instrument]\n",
        good="title: A small instrument\n",
        kind="any",
    ),
    Rule(
        "SOS007",
        "not-allowed",
        "a value that is not one of those allowed",
        "These values decide what is worked out, so there is no guess at what was meant.",
        bad="answered_by: [clients]\n",
        good="answered_by: [client]\n",
        kind="any",
    ),
    Rule(
        "SOS008",
        "empty-value",
        "an empty value",
        "A title, a source or a list that is required has to say something.",
        bad='title: ""\n',
        good="title: A small instrument\n",
        kind="any",
    ),
    Rule(
        "SOS009",
        "out-of-bounds",
        "a number out of bounds",
        "No sample can have fewer than two people and a standard deviation.",
        bad=_norm(n="1", sd="1"),
        good=_norm(n="90", sd="0.5"),
        kind="any",
    ),
    Rule(
        "SOS010",
        "wrong-form",
        "a text of the wrong form",
        "Ids become column names and versions are compared, so both have a form of their own.",
        bad='version: "1.0"\n',
        good="version: 1.0.0\n",
        kind="any",
    ),
    Rule(
        "SOS011",
        "not-finite",
        "a number that is not finite",
        "Nothing can be worked out from a mean or a standard deviation without end.",
        bad=_norm(n="90", sd="1.0e999"),
        good=_norm(n="90", sd="0.5"),
        kind="any",
    ),
    Rule(
        "SOS012",
        "wrong-value",
        "a value that cannot be understood",
        "A missing rule, a code, a range of ids or a score of an example has a form that can be read in one way only.",
        bad="missing: {min_answered: most}\n",
        good="missing: {min_answered: 80%}\n",
        kind="any",
    ),
    Rule(
        "SOS013",
        "id-file",
        "the id is unlike the file name",
        "A definition is found by its id; under another name it is not found, or taken for another.",
        bad="id: exampel\n",
        good="id: example\n",
    ),
    Rule(
        "SOS014",
        "control-character",
        "a character that nobody can see",
        "It can hide or turn what is printed, and a label that holds it matches no answer.",
        bad='title: "A small\\u202e instrument"\n',
        good="title: A small instrument\n",
        kind="any",
    ),
)
