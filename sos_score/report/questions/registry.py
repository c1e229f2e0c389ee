"""How every question is shown; a new question is a file here and a line below."""

from __future__ import annotations

from sos_score.comparison.finding import Finding
from sos_score.comparison.judging import Comparison
from sos_score.comparison.questions.registry import OF_STUDY
from sos_score.comparison.verdict import Verdict
from sos_score.output.table import Table
from sos_score.report.columns import make_finding_sheet, make_finding_table
from sos_score.report.labels import Labels
from sos_score.report.many_sites import ask_ends
from sos_score.report.questions.associations import ASSOCIATION
from sos_score.report.questions.baseline import BASELINE
from sos_score.report.questions.descriptives import DESCRIPTIVES
from sos_score.report.questions.design import DESIGN
from sos_score.report.questions.extremes import EXTREMES
from sos_score.report.questions.missing import MISSING
from sos_score.report.questions.outcomes import ARMS, CHANGE, DID, LEVEL
from sos_score.report.questions.profiles import PROFILES
from sos_score.report.questions.reliable import RELIABLE
from sos_score.report.questions.variation import VARIATION
from sos_score.report.questions.view import Style, View

VIEWS: dict[str, View] = {
    "design": DESIGN,
    "descriptives": DESCRIPTIVES,
    "level": LEVEL,
    "change": CHANGE,
    "baseline": BASELINE,
    "arms": ARMS,
    "did": DID,
    "variation": VARIATION,
    "association": ASSOCIATION,
    "profiles": PROFILES,
    "reliable": RELIABLE,
    "extremes": EXTREMES,
    "missing": MISSING,
}
_SILENT = (Verdict.INCONCLUSIVE, Verdict.CANNOT_TELL, None)


def describe_finding(finding: Finding, labels: Labels) -> str:
    """Return a finding as a results section says it; empty for one that stands beside another or is not shown."""
    return VIEWS[finding.question].describe(finding, labels)


def list_summaries(comparison: Comparison, labels: Labels, style: Style) -> dict[str, list[Table]]:
    """Return the tables in short of each question that has any."""
    found = {name: VIEWS[name].summary(comparison, labels, style) for name in VIEWS if comparison.ask(name)}
    shown = {name: [table for table in tables if table.rows] for name, tables in found.items()}
    return {name: tables for name, tables in shown.items() if tables}


def list_sentences(question: str, comparison: Comparison, labels: Labels, *, in_full: bool) -> list[str]:
    """Return the sentences of a question's findings: in short, only of those that say something."""
    found = ask_ends(question, comparison)
    if question not in OF_STUDY or not in_full:
        found = [each for each in found if each.verdict not in _SILENT]
    return [sentence for each in found if (sentence := describe_finding(each, labels))]


def make_file_tables(comparison: Comparison, labels: Labels) -> dict[str, Table]:
    """Return what goes to files: a table a question, every field in full precision, and its sentence."""
    return {
        question: make_finding_table(comparison.ask(question), labels, describe_finding, comparison.notes)
        for question in dict.fromkeys(each.question for each in comparison.findings)
    }


SHEETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Means": ("n, mean with interval, and SD of every scale in every site at every wave", ("descriptives",)),
    "Change in sites": ("How every scale changed in every site, and the analyses beside it", ("change",)),
    "Arms": (
        "The arms at each wave, at the first of them, and how differently they changed",
        ("baseline", "arms", "did"),
    ),
    "Levels and profiles": (
        "Every site against the norm, whether its team agrees, and how alike the profiles of sites are",
        ("level", "profiles"),
    ),
    "Variation": ("How much of the variation lies between sites, workers and families", ("variation",)),
    "Associations": ("The pairs of scores that the study declared", ("association",)),
    "Limits": (
        "What this design can show at all, whether changes are more than error, who has the lowest or the highest score"
        " there can be, and who is missing",
        ("design", "reliable", "extremes", "missing"),
    ),
}
"""The sheets of a workbook that hold findings: what each holds, and its questions."""


def make_sheets(comparison: Comparison, labels: Labels) -> dict[str, Table]:
    """Return the sheets of every finding with all its fields, each number in a cell of its own."""
    found = {name: [each for question in questions for each in comparison.ask(question)]
             for name, (_, questions) in SHEETS.items()}  # fmt: skip
    return {
        name: make_finding_sheet(findings, labels, describe_finding, SHEETS[name][0])
        for name, findings in found.items()
        if findings
    }


def make_single_table(comparison: Comparison, labels: Labels) -> Table:
    """Return every finding of every question as one table, for CSV."""
    return make_finding_table(comparison.findings, labels, describe_finding, comparison.notes)
