"""SOS6: what a definition says of itself; SOS7: several definitions; SOS8: suppressions."""

from __future__ import annotations

from sos_score.definition.catalogue.rule import Level, Rule

_USER = (
    "verification:\n"
    "  key: {status: user, source: made up}\n"
    "  responses: {status: user, source: made up}\n"
    "  missing: {status: user, source: made up}\n"
)
_OTHER = "id: other\n"
_KEY = "scales:\n  trust:\n    title: Trust\n    items: [q1, q2, {}q3]\n    score: mean\n    higher_is: more trust\n"
_HOPE = "  hope:\n    title: Hope\n    items: [q4, q5, q6]\n    score: mean\n    higher_is: more hope\n"
_SURE = "response_scales:\n  agree:\n    min: 1\n    max: 3\n    labels: {No: 1, Perhaps: 2, Yes: 3, Sure: 3}\n"

RULES = (
    Rule(
        "SOS601",
        "no-references",
        "verified, and no publication named",
        "What was verified was verified against something, and a reader wants to see it.",
        bad="references: []\n"
        + _USER.replace(
            "key: {status: user, source: made up}", "key: {status: verified, source: [Nobody (2000), the form]}"
        ),
        good=_USER.replace(
            "key: {status: user, source: made up}", "key: {status: verified, source: [Nobody (2000), the form]}"
        ),
        default=Level.OFF,
    ),
    Rule(
        "SOS602",
        "doi-form",
        "a DOI that is none",
        "A DOI begins with 10. and a number, then a slash; one that lacks a part leads nowhere.",
        bad='references: ["Nobody (2000). Trust. Nowhere, 1(1), 1-2. doi: 10.1177"]\n',
        good='references: ["Nobody (2000). Trust. Nowhere, 1(1), 1-2. doi: 10.1177/1049731504271605"]\n',
        default=Level.WARNING,
    ),
    Rule(
        "SOS603",
        "reference-without-year",
        "a reference without a year",
        "Forms of one name differ between years.",
        bad='references: ["Nobody. Trust. Nowhere."]\n',
        good='references: ["Nobody (2000). Trust. Nowhere."]\n',
        default=Level.OFF,
        strict=Level.NOTE,
    ),
    Rule(
        "SOS604",
        "not-verified",
        "a part that nobody has checked",
        (
            "A definition may be used before its key is checked, and a reader has to know. A reason says what "
            "stands in the way."
        ),
        bad=_USER.replace("key: {status: user", "key: {status: unverified"),
        good=_USER.replace("key: {status: user", "key: {status: unverified")
        + "suppress:\n  - {rule: SOS604, where: verification.key, reason: the article has not been found in print}\n",
        default=Level.OFF,
    ),
    Rule(
        "SOS605",
        "verified-by-one",
        "verified by fewer than two sources",
        "Verified means that two independent sources agree. One source can be misprinted, and keys often are.",
        bad=_USER.replace("key: {status: user, source: made up}", "key: {status: verified, source: Nobody (2000)}"),
        good=_USER.replace(
            "key: {status: user, source: made up}", "key: {status: verified, source: [Nobody (2000), the form]}"
        ),
        default=Level.OFF,
    ),
    Rule(
        "SOS606",
        "wording-without-licence",
        "item wording without a licence",
        "The wording of most instruments is somebody's property. A definition needs ids only.",
        bad=(
            "items:\n  - {ids: q1..q5, responses: agree}\n  - {ids: q6, responses: agree, label: I feel hopeful "
            "about the time to come.}\n"
        ),
        good=(
            "rights: {holder: nobody, licence: CC BY 4.0}\n"
            "items:\n  - {ids: q1..q5, responses: agree}\n  - {ids: q6, responses: agree, label: I feel hopeful.}\n"
        ),
    ),
    Rule(
        "SOS607",
        "starter-text",
        "starter text left in",
        "What a new file says is there to be replaced, and results would print it.",
        bad="construct: what it measures\n",
        good="construct: trust\n",
        kind="any",
    ),
    Rule(
        "SOS608",
        "version-unfinished",
        "an unfinished version",
        "Scores made with it will be quoted with it.",
        bad="version: 0.9.0\n",
        good="version: 1.0.0\n",
        default=Level.OFF,
        strict=Level.NOTE,
    ),
    Rule(
        "SOS609",
        "placeholder",
        "a text that is still to be written",
        "Results print it.",
        bad="rights: {holder: TODO}\n",
        good="rights: {holder: nobody}\n",
        default=Level.WARNING,
    ),
    Rule(
        "SOS701",
        "id-twice",
        "two definitions with one id",
        "Which of the two is meant by its id cannot be told, and their score columns have one name.",
        bad="id: example\n",
        good=_OTHER
        + "items: {ids: r1..r6, responses: agree}\n"
        + _KEY.format("-").replace("q", "r")
        + _HOPE.replace("[q4, q5, q6]", "[r4, r5, r6]")
        + "examples: []\n",
        default=Level.WARNING,
        is_across=True,
    ),
    Rule(
        "SOS702",
        "forms-unlike",
        "forms with the same items and another key",
        (
            "Two forms whose columns have the same names are read by either definition without a word, and "
            "scored by the wrong key."
        ),
        bad=_OTHER + _KEY.format("") + _HOPE + "examples: []\n",
        good=_OTHER
        + "items: {ids: r1..r6, responses: agree}\n"
        + _KEY.format("").replace("q", "r")
        + _HOPE.replace("[q4, q5, q6]", "[r4, r5, r6]")
        + "examples: []\n",
        default=Level.WARNING,
        is_across=True,
    ),
    Rule(
        "SOS703",
        "forms-alike",
        "two definitions with one key",
        (
            "Forms for several respondents that share a key are one definition (answered_by): a correction then "
            "reaches them all."
        ),
        bad=_OTHER,
        good=_OTHER
        + "items: {ids: r1..r6, responses: agree}\n"
        + _KEY.format("").replace("q", "r")
        + _HOPE.replace("[q4, q5, q6]", "[r4, r5, r6]")
        + "examples: []\n",
        default=Level.OFF,
        strict=Level.WARNING,
        is_across=True,
    ),
    Rule(
        "SOS704",
        "version-not-raised",
        "other scores under the same version",
        (
            "Two files of scores that name the same instrument and version are taken to be made alike. "
            "`--changed-from` and `diff` compare a definition with what it was."
        ),
        bad="version: 1.0.0\n" + _SURE,
        good="version: 2.0.0\n" + _SURE,
        is_revised=True,
    ),
    Rule(
        "SOS801",
        "unknown-rule",
        "a suppression of an unknown rule",
        "A misspelt id suppresses nothing.",
        bad="suppress:\n  - {rule: SOS998, reason: this is how the authors print it}\n",
        good="suppress: []\n",
    ),
    Rule(
        "SOS802",
        "error-suppressed",
        "a suppression of an error",
        "A file with this error has wrong scores or none, whatever the reason.",
        bad="suppress:\n  - {rule: SOS101, reason: this is how the authors print it}\n",
        good="suppress: []\n",
    ),
    Rule(
        "SOS803",
        "reason-too-short",
        "a suppression without a reason",
        "Whoever reads the file next year has to understand why.",
        bad=_USER.replace("key: {status: user", "key: {status: unverified")
        + "suppress:\n  - {rule: SOS604, reason: yes we know}\n",
        good=_USER.replace("key: {status: user", "key: {status: unverified")
        + "suppress:\n  - {rule: SOS604, reason: the article has not been found in print}\n",
    ),
    Rule(
        "SOS804",
        "suppresses-nothing",
        "a suppression of nothing",
        "It is left over, and would hide the next finding of its kind.",
        bad="suppress:\n  - {rule: SOS604, where: verification.key, reason: the article has not been found in print}\n",
        good="suppress: []\n",
        default=Level.WARNING,
    ),
)
