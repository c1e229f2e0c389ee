"""A thousand seeded mistakes in shipped definitions: each is found by the rule it breaks, at its line, or is listed."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from support import ROOT

from sos_score.commands.validate import validate_paths

SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "instruments").glob("*.yaml"))}
Mistake = tuple[int, str, set[str]]  # the line, what stands there now, and the rules that may find it


# In which section, what a line looks like, what takes its place, and the rule that this breaks.
SIMPLE = [
    ("scales", r"    score: (mean|sum)", "    score: median", "SOS007"),
    ("scales", r"    score: (mean|sum)", "    scor: mean", "SOS004"),
    ("scales", r"    title: ", "    title:", "SOS006"),
    ("response_scales", r"    min: \d+$", "    min: 900", "SOS201"),
    ("response_scales", r"    max: \d+$", "    max: high", "SOS012"),
    ("missing", r"missing: \{min_answered: ", "missing: {min_answered: 500}", "SOS301"),
    ("missing", r"missing: \{min_answered: ", "missing: {min_answered: most}", "SOS012"),
    ("version", r"version: ", "version: first", "SOS010"),
    ("id", r"id: ", "id: another-name", "SOS013"),
    ("verification", r"    status: ", "    status: certain", "SOS007"),
]


def list_mistakes(text: str) -> list[Mistake]:
    """Return every mistake that one line of a definition can be given."""
    found: list[Mistake] = []
    section = ""
    for number, line in enumerate(text.splitlines()):
        if match := re.match(r"(\w+):", line):
            section = match[1]
        found += [
            (number, new, {rule}) for where, like, new, rule in SIMPLE if where == section and re.match(like, line)
        ]
        if section == "scales" and (match := re.match(r"    items: \[(-?\w+?)(\d+), ", line)):
            first = match[1] + match[2]
            turned = first.removeprefix("-") if first.startswith("-") else f"-{first}"
            found.append((number, line.replace(first, f"{match[1]}999", 1), {"SOS101"}))
            found.append((number, line.replace("[", f"[{first}, ", 1), {"SOS102"}))
            found.append((number, line.replace(first, turned, 1), {"SOS504"}))
    return found


MISTAKES = [(name, *mistake) for name, text in SOURCES.items() for mistake in list_mistakes(text)]
LINES_APART = {"SOS504"}  # an example shows it, and stands elsewhere


def is_found(name: str, number: int, line: str, rules: set[str], folder: Path) -> bool:
    lines = SOURCES[name].splitlines()
    lines[number] = line
    path = folder / f"{name}.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = validate_paths([str(path)]).found
    return any(each.rule.id in rules and (rules <= LINES_APART or each.line == number + 1) for each in found)


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.soak)])
def test_a_mistake_is_found_by_its_rule_at_its_line(count: int, tmp_path: Path) -> None:
    dice = random.Random(f"{count} mistakes")
    drawn = [dice.choice(MISTAKES) for _ in range(count)]
    missed = [
        (name, number + 1, line)
        for name, number, line, rules in drawn
        if not is_found(name, number, line, rules, tmp_path)
    ]
    assert missed == []
