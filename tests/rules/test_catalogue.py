"""Every rule has an id of its own, a bad example that breaks it with exactly its text, and a good one that keeps it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from rules.laid import LAID, TEXTS, lay
from support import ROOT

from sos_score.commands.validation.text import write_text
from sos_score.definition.catalogue.registry import CATALOGUE, FAMILIES
from sos_score.definition.catalogue.rule import Level, Rule
from sos_score.definition.instrument.rules.lint import RULES as LINT_RULES
from sos_score.definition.study.rules import RULES as STUDY_RULES
from sos_score.definition.yaml.errors import RULES as FORM_RULES

SHOWN = dict(
    re.findall(r"^== (SOS\d{3}) .*\n((?:(?!== ).*\n)*)", TEXTS.read_text(encoding="utf-8") + "\n", re.MULTILINE)
)
# Whoever writes files for `validate`; the other commands say what is wrong with answers, which have no ids.
SOURCES = [
    *(ROOT / "sos_score" / "definition").rglob("*.py"),
    *(ROOT / "sos_score" / "commands" / "validation").glob("*.py"),
    *(ROOT / "sos_score" / name for name in ("commands/validate.py", "study/file.py", "survey/column_map.py")),
    *(ROOT / "sos_score" / "scoring" / name for name in ("norms.py", "examples.py")),
]


@pytest.mark.parametrize("rule", LAID, ids=lambda rule: f"{rule.id}-{rule.name}")
def test_a_bad_example_is_told_with_exactly_the_text_beside_it(rule: Rule, tmp_path: Path) -> None:
    report = lay(rule, rule.bad, tmp_path)
    assert rule.id in {found.rule.id for found in report.found}
    assert write_text(report).strip() == SHOWN[rule.id].strip()


@pytest.mark.parametrize("rule", LAID, ids=lambda rule: f"{rule.id}-{rule.name}")
def test_a_good_example_keeps_the_rule_and_has_no_error(rule: Rule, tmp_path: Path) -> None:
    found = lay(rule, rule.good, tmp_path).found
    assert rule.id not in {each.rule.id for each in found}
    assert not [each.words for each in found if each.rule.default is Level.ERROR]


def test_every_rule_but_two_has_a_text_and_every_text_its_rule() -> None:
    assert set(SHOWN) == {rule.id for rule in LAID}
    assert {rule.name for rule in CATALOGUE.values()} - {rule.name for rule in LAID} == {"file", "other"}


def test_ids_and_names_are_given_once() -> None:
    rules = [rule for family in FAMILIES.values() for rule in family]
    assert len({rule.id for rule in rules}) == len({rule.name for rule in rules}) == len(rules) >= 35
    for rule in rules:
        assert re.fullmatch(r"SOS\d{3}", rule.id)
        assert rule.title
        assert rule.why


def test_strict_asks_for_no_less_than_default() -> None:
    order = [Level.OFF, Level.NOTE, Level.WARNING, Level.ERROR]
    for rule in CATALOGUE.values():
        assert order.index(rule.strict) >= order.index(rule.default)


def list_names(path: Path) -> set[str]:
    """Return each rule that a module names: as the keyword or the last argument of a finding."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            values = [word.value for word in node.keywords if word.arg == "rule"]
            if getattr(node.func, "id", "") == "Finding" and len(node.args) == 4:
                values.append(node.args[3])
            names |= {value.value for value in values if isinstance(value, ast.Constant)}
    return names


def test_every_rule_that_the_code_names_is_in_the_catalogue() -> None:
    named = {name for path in SOURCES for name in list_names(path)}
    assert named - {"import"} <= set(CATALOGUE)  # files of other programs are not what `validate` reads
    assert set(STUDY_RULES) | set(FORM_RULES.values()) | {"wrong-type"} <= set(CATALOGUE)
    by_name = set(STUDY_RULES) | set(FORM_RULES.values()) | set(LINT_RULES) | {"wrong-type"}
    assert {rule.name for rule in LAID} <= named | by_name | FORMED


# Named by what they are about, or passed on.
FORMED = {
    "control-character",
    "duplicate-key",
    "example-unknown-item",
    "example-unknown-scale",
    "missing-rule",
    "t-scores",
}
