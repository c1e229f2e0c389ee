"""The rules a schema cannot say: whether the parts of a definition fit together.

Each rule is a function from an instrument to findings; ``RULES`` names them. A finding's name is its rule's
id, stable across versions, so that a CI job can rely on it.
"""

from __future__ import annotations

from pathlib import Path

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.rules.features import (
    check_conditions,
    check_conversions,
    check_cut_offs,
    check_languages,
    check_order,
    check_published_names,
    check_recodes,
    check_weights,
)
from sos_score.definition.instrument.rules.finding import Rule, UnreadableParts
from sos_score.definition.instrument.rules.names import check_example_names, check_norms
from sos_score.definition.instrument.rules.responses import (
    check_items,
    check_label_cover,
    check_label_texts,
    check_missing_codes,
    check_response_range,
    check_response_use,
)
from sos_score.definition.instrument.rules.scales import (
    check_item_use,
    check_missing_rules,
    check_pooled_items,
    check_scale_items,
    check_scale_parts,
    check_scale_sources,
    check_score_names,
)
from sos_score.definition.unfilled import list_unfilled
from sos_score.definition.yaml.document import Document
from sos_score.errors import Problem

RULES: dict[str, Rule] = {
    "response-range": check_response_range,
    "label-cover": check_label_cover,
    "label-text": check_label_texts,
    "missing-code": check_missing_codes,
    "item": check_items,
    "unused-responses": check_response_use,
    "scale-source": check_scale_sources,
    "scale-item": check_scale_items,
    "scale-part": check_scale_parts,
    "pooled-twice": check_pooled_items,
    "unused-item": check_item_use,
    "missing-rule": check_missing_rules,
    "score-name": check_score_names,
    "norm": check_norms,
    "example-name": check_example_names,
    "recode": check_recodes,
    "label-language": check_languages,
    "asked-if": check_conditions,
    "weights": check_weights,
    "conversion": check_conversions,
    "cut-off": check_cut_offs,
    "order": check_order,
    "published-name": check_published_names,
}


def lint(instrument: Instrument, document: Document, lost: UnreadableParts | None = None) -> list[Problem]:
    """Return what the rules find wrong in `instrument`."""
    lost = lost or UnreadableParts()
    problems = [
        document.problem(found.loc, found.message, hint=found.hint, rule=found.rule or name)
        for name, rule in RULES.items()
        for found in rule(instrument, lost)
    ]
    name = Path(document.path.rpartition(":")[2]).name  # before a colon stands a revision, or a drive
    stem = name.removesuffix(".yaml").removesuffix(".yml")
    if "id" not in lost.sections and document.path and instrument.id != stem:
        message = f"'{instrument.id}' does not match the file name {name}"
        problems.append(
            document.problem(("id",), message, hint=f"rename the file to {instrument.id}.yaml", rule="id-file")
        )
    problems += list_unfilled(document)
    return sorted(problems, key=lambda problem: problem.line or 0)
