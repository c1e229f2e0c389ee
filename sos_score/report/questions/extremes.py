"""Floor and ceiling of every scale: a table, and a sentence where too many people are at one end."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sos_score.comparison.finding import Finding, Measure
from sos_score.comparison.judging import Comparison
from sos_score.comparison.questions.extremes import MARK
from sos_score.comparison.verdict import Verdict
from sos_score.output.table import Column, Table
from sos_score.report.labels import Labels
from sos_score.report.many_sites import ask_ends
from sos_score.report.model import Block, ReportData
from sos_score.report.questions.view import PAGE, TERMINAL, Style, View
from sos_score.words import format_fixed, format_percent

_ENDS = {Measure.FLOOR: "lowest", Measure.CEILING: "highest"}
_MARKS = {Verdict.AT_END: "*", Verdict.NOT_AT_END: "", Verdict.CANNOT_TELL: "?"}
_TITLE = "Lowest / highest score there can be (% of people)"
_KEY = (
    f"*: more than {format_percent(MARK)}, so people at that end cannot be told apart (COSMIN; Terwee et al., 2007);"
    " [c]: confidential, as the share would give away a few people;"
    f" [c]?: nor can it be said whether it is more than {format_percent(MARK)}."
)
_ABOUT = (
    "Where many people have the lowest or the highest score there can be, the scale cannot tell them apart, and change"
    " in that direction is hidden. A share that would give away a few people is not shown."
)
_NONE = f"No share is known to be more than {format_percent(MARK)}."


def _describe(finding: Finding, labels: Labels) -> str:
    if finding.verdict is not Verdict.AT_END:
        return ""
    parts = (labels.name_title(finding), labels.name_site(finding.site), labels.name_waves(finding.waves))
    end = _ENDS[finding.effect.measure]
    is_shown = not math.isnan(finding.effect.value)
    share = format_percent(finding.effect.value) if is_shown else f"more than {format_percent(MARK)}"
    share = f"{share} of {finding.counts[0]} {labels.name_unit(finding)} have the {end} score there can be"
    return f"{', '.join(part for part in parts if part)}: {share}."


def make_table(comparison: Comparison, labels: Labels, style: Style) -> Table:
    """Return a row an outcome and wave, a column a site: the shares at both ends."""
    found: dict[tuple[str, ...], dict[str, dict[Measure, Finding]]] = {}
    for each in ask_ends("extremes", comparison):
        row = found.setdefault((*style.name(each, labels), labels.name_waves(each.waves)), {})
        row.setdefault(each.site, {})[each.effect.measure] = each
    sites = [site for site in comparison.plan.sites if any(site in row for row in found.values())]
    rows = tuple(
        (*name, *(" / ".join(_show(row.get(site, {}).get(end)) for end in _ENDS) for site in sites))
        for name, row in found.items()
    )
    name = labels.name_site if style is TERMINAL else labels.name_site_and_arm
    columns = (*style.columns, Column("wave"), *(Column(name(site)) for site in sites))
    return Table(columns, rows, _TITLE, (_KEY,), stub=len(style.columns) + 1)


def _show(finding: Finding | None) -> str:
    if finding is None or finding.verdict is None:  # no score, or a site that is not shown
        return "-"
    share = "[c]" if math.isnan(finding.effect.value) else format_fixed(100 * finding.effect.value, 0)
    return f"{share}{_MARKS[finding.verdict]}"


def _describe_section(report: ReportData) -> Iterator[Block]:
    table = make_table(report.comparison, report.labels, PAGE)
    if table.rows:
        yield Block("text", _ABOUT)
        said = [_describe(each, report.labels) for each in ask_ends("extremes", report.comparison)]
        yield Block("list", tuple(filter(None, said))) if any(said) else Block("text", _NONE)
        yield Block("folded", table)


EXTREMES = View(
    summary=lambda *_: [],
    full=lambda comparison, labels: [make_table(comparison, labels, TERMINAL)],
    describe=_describe,
    section=("Floor and ceiling", _describe_section),
)
