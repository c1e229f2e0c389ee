"""What is asked of a definition that can be scored: whether it says what it means, and shows that it is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.rules import coverage, measurement, publication
from sos_score.definition.instrument.rules.finding import Finding
from sos_score.definition.yaml.document import Document
from sos_score.errors import Problem

ADVICE: tuple[Callable[[Instrument], Iterator[Finding]], ...] = (
    measurement.advise_direction,
    measurement.advise_ranges,
    measurement.advise_signs,
    measurement.advise_keys,
    measurement.advise_titles,
    measurement.advise_item_ids,
    measurement.advise_missing_rules,
    coverage.advise_examples,
    publication.advise_references,
    publication.advise_rights,
    publication.advise_verification,
    publication.advise_placeholders,
    publication.advise_version,
)


def advise(instrument: Instrument, document: Document) -> list[Problem]:
    """Return what could be better about a definition without errors."""
    return [
        document.problem(found.loc, found.message, hint=found.hint, rule=found.rule)
        for rule in ADVICE
        for found in rule(instrument)
    ]
