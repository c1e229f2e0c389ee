"""The sections of a report, in their order: the main part, then the annex; a new one is a new entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sos_score.output.table import Table
from sos_score.report.model import Block, Picture, ReportData, Section
from sos_score.report.questions.registry import VIEWS
from sos_score.report.sections.associations import describe_associations
from sos_score.report.sections.comparison import describe_arms, describe_change, describe_summary
from sos_score.report.sections.main.first import describe_first
from sos_score.report.sections.main.outcomes import describe_arms as describe_main_arms
from sos_score.report.sections.main.outcomes import describe_changes
from sos_score.report.sections.main.people import describe_answered, describe_measured
from sos_score.report.sections.main.whole import describe_accounts, describe_robust, describe_together
from sos_score.report.sections.measurement import describe_agreement, describe_measures, describe_quality
from sos_score.report.sections.methods import describe_methods, describe_provenance
from sos_score.report.sections.put_back import describe_comparability
from sos_score.report.sections.reliability import describe_reliability
from sos_score.report.sections.sensitivity import describe_sensitivity
from sos_score.report.sections.variation import describe_variation

_OF_QUESTIONS = {name: view.section for name, view in VIEWS.items() if view.section}
Describe = Callable[[ReportData], Iterator[Block]]
MAIN: dict[str, tuple[str, Describe]] = {
    "findings": ("What was found", describe_first),
    "measured": ("What was measured?", describe_measured),
    "answered": ("Who answered?", describe_answered),
    "changes": ("Did teams change?", describe_changes),
    "difference": ("Do the arms differ, and what can that mean?", describe_main_arms),
    "accounts": ("Who accounts for the differences?", describe_accounts),
    "together": ("What goes with what?", describe_together),
    "robust": ("How robust are the findings?", describe_robust),
}
SECTIONS: dict[str, tuple[str, Describe]] = {
    "summary": ("Findings of each kind, and what they rest on", describe_summary),
    "measures": ("Questionnaires, scoring keys and rights", describe_measures),
    "quality": ("Data quality and response", describe_quality),
    "reliability": ("Reliability", describe_reliability),
    "comparability": ("Whether scales mean the same in groups", describe_comparability),
    "descriptives": _OF_QUESTIONS.pop("descriptives"),
    "agreement": ("Agreement in teams", describe_agreement),
    "change": ("Profiles and change", describe_change),
    "arms": ("Arms, and whether they changed differently", describe_arms),
    "variation": ("How scores vary between sites and within them", describe_variation),
    "associations": ("Associations in full", describe_associations),
    **_OF_QUESTIONS,
    "sensitivity": ("Findings under other choices of the analysis", describe_sensitivity),
    "methods": ("Methods", describe_methods),
    "provenance": ("Provenance", describe_provenance),
}


def list_sections(report: ReportData) -> list[Section]:
    """Return every section the study has something for; the annex does not show again a picture of the main part."""
    found: list[Section] = []
    drawn: set[str] = set()
    for parts, is_annex in ((MAIN, False), (SECTIONS, True)):
        for name, (title, describe) in parts.items():
            blocks = []
            for block in fill_blocks(describe(report)):
                if isinstance(block.value, Picture):
                    if block.value.name in drawn:
                        continue
                    drawn.add(block.value.name)
                blocks.append(block)
            if blocks:
                found.append(Section(name, title, tuple(blocks), is_annex))
    return found


def fill_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the blocks that hold something; in place of a table without rows, that there is nothing to show."""
    for block in blocks:
        if isinstance(block.value, Table) and not block.value.rows:
            if block.value.title:
                yield Block("text", f"{block.value.title}: nothing to show in these data.")
        elif block.value:
            yield block
