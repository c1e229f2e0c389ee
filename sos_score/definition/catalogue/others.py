"""SOS9: column maps, norms, wording and studies."""

from __future__ import annotations

from sos_score.definition.catalogue.rule import Rule


def _study(name: str, number: int, title: str, why: str, *, bad: str, good: str) -> Rule:
    return Rule(f"SOS{number}", name, title, why, bad, good, kind="study")


_SITES = "sites:\n  1: {arm: new}\n  2: {arm: old}\n"
_SOURCES = "sources:\n  safety:\n    files: data/answers.csv\n    instrument: safety-scale\n"

RULES = (
    Rule(
        "SOS901",
        "column-map",
        "a column map that does not fit",
        "A column read as the wrong item gives a score that looks like any other.",
        bad="items: {wais_1..wais_6: 'A{n}', wais_6..wais_12: 'B{n}'}\n",
        good="items: {wais_1..wais_6: 'A{n}', wais_7..wais_12: 'B{n}'}\n",
        kind="columns",
    ),
    Rule(
        "SOS902",
        "norm",
        "a norm that does not fit its instrument",
        "A T-score against it would be of another scale, or without a spread.",
        bad=(
            "norms:\n  ours: {population: us, unit: respondent, n: 9, source: us, score: mean, scales: {safty: "
            "{mean: 5, sd: 2}}}\n"
        ),
        good=(
            "norms:\n  ours: {population: us, unit: respondent, n: 9, source: us, score: mean, scales: {safety: "
            "{mean: 5, sd: 2}}}\n"
        ),
        kind="norms",
    ),
    Rule(
        "SOS903",
        "wording-item",
        "wording for an unknown item",
        "The item it is meant for would keep its old label.",
        bad="labels: {safty: How safe}\n",
        good="labels: {safety: How safe}\n",
        kind="wording",
    ),
    Rule(
        "SOS904",
        "extends",
        "nothing to extend",
        "What the file adds to cannot be found or read.",
        bad="extends: safty-scale\n",
        good="extends: safety-scale\n",
        kind="wording",
    ),
    _study(
        "arm",
        910,
        "arms and sites do not fit",
        "A site without an arm would be left out of every comparison of arms.",
        bad=_SITES.replace("new", "nwe"),
        good=_SITES,
    ),
    _study(
        "reference",
        911,
        "no reference arm, or two",
        "A difference has a direction only where one arm is the reference.",
        bad="arms:\n  new: {reference: true}\n  old: {reference: true}\n",
        good="arms:\n  new: {label: New}\n  old: {label: Old, reference: true}\n",
    ),
    _study(
        "study-name",
        912,
        "two names that differ in case only",
        "Exports do not keep case, and people would be put in one of the two.",
        bad="waves: [T1, t1]\n",
        good="waves: [T1, T2]\n",
    ),
    _study(
        "study-label",
        913,
        "one label for two",
        "A table shows labels only.",
        bad="arms:\n  new: {label: Old}\n  old: {label: Old, reference: true}\n",
        good="arms:\n  new: {label: New}\n  old: {label: Old, reference: true}\n",
    ),
    _study(
        "source-files",
        914,
        "files and column maps do not fit",
        "Which column map reads which file could not be told.",
        bad=_SOURCES.replace("data/answers.csv", "[data/answers.csv, data/answers.csv]"),
        good=_SOURCES,
    ),
    _study(
        "source-id",
        915,
        "an id column that stands for nothing",
        "Nobody could be linked by it.",
        bad=_SOURCES + "    ids: {teacher: T}\n",
        good=_SOURCES + "    ids: {person: respondent}\n",
    ),
    _study(
        "level",
        916,
        "levels that do not fit",
        "Levels say which people are nested in which, from the top down.",
        bad="levels: [worker, worker]\n",
        good="levels: [worker, family]\n",
    ),
    _study(
        "source-scale",
        917,
        "two instruments with one column",
        "The scores of one would take the place of the other's.",
        bad=_SOURCES.replace("safety-scale", "[safety-scale, data/again.yaml]"),
        good=_SOURCES,
    ),
    _study(
        "source-respondent",
        918,
        "not whom the instrument is for",
        "A form for families says nothing when it is answered by staff.",
        bad=_SOURCES.replace("safety-scale", "osc") + "    answered_by: family\n",
        good=_SOURCES + "    answered_by: family\n",
    ),
    _study(
        "outcome",
        919,
        "an outcome that does not exist",
        "The plan would leave it out without a word.",
        bad="plan: {outcomes: [safty]}\n",
        good="plan: {outcomes: [safety]}\n",
    ),
    _study(
        "family",
        920,
        "an outcome in two families of tests",
        "It would be corrected for twice, or for the wrong number of tests.",
        bad="plan:\n  multiplicity:\n    families: {one: [safety], two: [safety.safety]}\n",
        good="plan:\n  multiplicity:\n    families: {one: [safety.safety]}\n",
    ),
    _study(
        "pair",
        921,
        "a pair that is none",
        "Two different scores of one study are correlated.",
        bad="pairs:\n  a: {x: safety.safety, y: safety.safety}\n",
        good="pairs: {}\n",
    ),
    _study(
        "accepted",
        922,
        "an accepted finding that cannot be found",
        "It would hide nothing now and something else later.",
        bad="checks:\n  accepted:\n    - {found: blank_row, source: safety, reason: seen}\n",
        good="checks: {accepted: []}\n",
    ),
    _study(
        "instrument",
        923,
        "unknown instrument",
        "No score can be worked out.",
        bad=_SOURCES.replace("safety-scale", "safty-scale"),
        good=_SOURCES,
    ),
    _study(
        "missing-rule",
        924,
        "a missing rule that the scales of the source cannot meet",
        "Nobody would have a score.",
        bad=_SOURCES + "    min_answered: 4\n",
        good=_SOURCES + "    min_answered: all\n",
    ),
    _study(
        "t-scores",
        925,
        "T-scores that do not fit",
        "T-scores that arrive ready-made and answers to score are two sources.",
        bad=_SOURCES.replace("data/answers.csv", "[data/answers.csv, data/answers.csv]")
        + "    columns: [data/columns_t.yaml, data/columns_no_t.yaml]\n",
        good=_SOURCES,
    ),
    _study(
        "data",
        926,
        "files of answers that are not what the study says",
        "`compare` would stop at them; what it would say is said here, for all files at once.",
        bad="sites:\n  1: {arm: new}\n  3: {arm: old}\n",
        good="sites:\n  1: {arm: new}\n  2: {arm: old}\n",
    ),
    Rule(
        "SOS999",
        "other",
        "another fault",
        "A fault that has no rule of its own yet.",
        bad="",
        good="",
        kind="any",
    ),
)
