"""The sections of a report, in their order; a new one is a new entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sos_score.report.model import Block, ReportData, Section
from sos_score.report.sections.associations import tell_associations
from sos_score.report.sections.comparison import tell_arms, tell_change, tell_summary
from sos_score.report.sections.measurement import tell_agreement, tell_measures, tell_quality
from sos_score.report.sections.methods import tell_methods, tell_provenance
from sos_score.report.sections.reliability import tell_reliability
from sos_score.report.sections.sensitivity import tell_sensitivity
from sos_score.report.sections.variation import tell_variation

SECTIONS: dict[str, tuple[str, Callable[[ReportData], Iterator[Block]]]] = {
    "summary": ("Summary", tell_summary),
    "measures": ("What was measured, and by whom", tell_measures),
    "quality": ("Data quality and response", tell_quality),
    "reliability": ("Reliability", tell_reliability),
    "agreement": ("Agreement in teams", tell_agreement),
    "change": ("Profiles and change", tell_change),
    "arms": ("Arms, and whether they changed differently", tell_arms),
    "variation": ("Who accounts for the variation", tell_variation),
    "associations": ("What goes with what", tell_associations),
    "sensitivity": ("What the verdicts hang on", tell_sensitivity),
    "methods": ("Methods", tell_methods),
    "provenance": ("Provenance", tell_provenance),
}


def list_sections(report: ReportData) -> list[Section]:
    """Return every section the study has something for.

    Parameters
    ----------
    report : ReportData

    Returns
    -------
    list of Section
    """
    found = [Section(name, title, tuple(tell(report))) for name, (title, tell) in SECTIONS.items()]
    return [section for section in found if section.blocks]
