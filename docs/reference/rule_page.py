"""The rules of `validate`, as their catalogue has them."""

from __future__ import annotations

from pathlib import Path

from markdown_parts import make_table

from sos_score.definition.catalogue.registry import FAMILIES
from sos_score.definition.catalogue.rule import Level, Rule

_SMALL = Path(__file__).resolve().parents[2] / "tests" / "rules" / "base" / "instrument.yaml"
_INTRODUCTION = """\
# Rules

What `sos-score validate` looks for. An error fails the file; a warning or a note is shown and does not. In the profile
`default` stands what can make a score wrong; `strict` adds what a definition for others must have. A finding that is no
error by default can be suppressed in the definition, with a reason ([how](../definitions.md#rules)). An id that is no
longer used is not given to another rule.

The examples are parts of [one small instrument](#the-small-instrument), or of a study, a column map or another file.
"""


def make_rule_page() -> str:
    """Return the page of all rules: a table, then each with its reason and its examples."""
    parts = [_INTRODUCTION]
    for title, rules in FAMILIES.items():
        rows = [(f"[{rule.id}](#{rule.id.lower()})", rule.title, *_show_levels(rule)) for rule in rules]
        parts += [f"## {title}\n", make_table(("rule", "what is wrong", "default", "strict"), rows)]
    for rules in FAMILIES.values():
        parts += [_describe(rule) for rule in rules]
    small = _SMALL.read_text(encoding="utf-8")
    parts.append(f"## The small instrument\n\nIt keeps every rule.\n\n```yaml\n{small}```\n")
    return "\n".join(parts)


def _show_levels(rule: Rule) -> list[str]:
    return ["" if level is Level.OFF else str(level) for level in (rule.default, rule.strict)]


def _describe(rule: Rule) -> str:
    heading = f"### {rule.id}\n\n**{rule.title[0].upper()}{rule.title[1:]}.** {rule.why}\n"
    if not rule.bad:
        return heading
    language = "sh" if rule.kind == "any" and rule.bad.startswith("sos-score") else "yaml"
    other = " Beside the small instrument:" if rule.is_across else ""
    return (
        f"{heading}{other}\nBad:\n\n```{language}\n{rule.bad.rstrip()}\n```\n\n"
        f"Good:\n\n```{language}\n{rule.good.rstrip()}\n```\n"
    )
