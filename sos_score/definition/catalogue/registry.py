"""All rules, by name and by id."""

from __future__ import annotations

from sos_score.definition.catalogue import evidence, features, form, others, publication, responses, scales
from sos_score.definition.catalogue.rule import Rule

FAMILIES: dict[str, tuple[Rule, ...]] = {
    "The file and its form": form.RULES,
    "Items and scales": scales.RULES,
    "Answers and missing answers": responses.RULES,
    "Recodes, weights, conditions and published tables": features.RULES,
    "Norms and examples": evidence.RULES,
    "Publication, several definitions, suppressions": publication.RULES,
    "Column maps, norms, wording and studies": others.RULES,
}
CATALOGUE: dict[str, Rule] = {rule.name: rule for rules in FAMILIES.values() for rule in rules}
BY_ID: dict[str, Rule] = {rule.id: rule for rule in CATALOGUE.values()}


def find_rule(name: str) -> Rule:
    """Return the rule of a name; the rule for all else where it has none."""
    return CATALOGUE.get(name, CATALOGUE["other"])
