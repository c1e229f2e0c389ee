"""The sections of a report, in their order; a new one is a new entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sos_score.output.table import Table
from sos_score.report.model import Block, ReportData, Section
from sos_score.report.questions.registry import VIEWS
from sos_score.report.sections.associations import describe_associations
from sos_score.report.sections.comparison import describe_arms, describe_change, describe_summary
from sos_score.report.sections.measurement import describe_agreement, describe_measures, describe_quality
from sos_score.report.sections.methods import describe_methods, describe_provenance
from sos_score.report.sections.reliability import describe_reliability
from sos_score.report.sections.sensitivity import describe_sensitivity
from sos_score.report.sections.variation import describe_variation

_OF_QUESTIONS = {name: view.section for name, view in VIEWS.items() if view.section}
SECTIONS: dict[str, tuple[str, Callable[[ReportData], Iterator[Block]]]] = {
    "summary": ("Summary", describe_summary),
    "measures": ("What was measured, and by whom", describe_measures),
    "quality": ("Data quality and response", describe_quality),
    "reliability": ("Reliability", describe_reliability),
    "descriptives": _OF_QUESTIONS.pop("descriptives"),
    "agreement": ("Agreement in teams", describe_agreement),
    "change": ("Profiles and change", describe_change),
    "arms": ("Arms, and whether they changed differently", describe_arms),
    "variation": ("Who accounts for the variation", describe_variation),
    "associations": ("What goes with what", describe_associations),
    **_OF_QUESTIONS,
    "sensitivity": ("What the verdicts hang on", describe_sensitivity),
    "methods": ("Methods", describe_methods),
    "provenance": ("Provenance", describe_provenance),
}


def list_sections(report: ReportData) -> list[Section]:
    """Return every section the study has something for."""
    found = [Section(name, title, tuple(fill_blocks(describe(report)))) for name, (title, describe) in SECTIONS.items()]
    return [section for section in found if section.blocks]


def fill_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the blocks that hold something; in place of a table without rows, that there is nothing to show."""
    for block in blocks:
        if isinstance(block.value, Table) and not block.value.rows:
            if block.value.title:
                yield Block("text", f"{block.value.title}: nothing to show in these data.")
        elif block.value:
            yield block
