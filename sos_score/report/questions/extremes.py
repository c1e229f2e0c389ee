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
from sos_score.report.model import Block, ReportData
from sos_score.report.questions.outcomes import name_question
from sos_score.report.questions.view import PAGE, TERMINAL, Style, View

_ENDS = {Measure.FLOOR: "lowest", Measure.CEILING: "highest"}
_KEY = (
    "Percent of people with the lowest / the highest score there can be; few: some, but too few to be shown; *: more"
    f" than {MARK:.0%}, so differences at that end cannot be seen (COSMIN; Terwee et al., 2007)."
)
_ABOUT = (
    "Where many people already have the lowest or the highest score there can be, a scale cannot show who is lower or"
    " higher, and change in that direction is hidden."
)


def _describe(finding: Finding, labels: Labels) -> str:
    if finding.verdict is not Verdict.AT_END:
        return ""
    parts = (labels.name_title(finding), labels.name_site(finding.site), labels.name_waves(finding.waves))
    end = _ENDS[finding.effect.measure]
    share = f"{finding.effect.value:.0%} of {finding.counts[0]} people have the {end} score there can be"
    return f"{', '.join(part for part in parts if part)}: {share}."


def make_table(comparison: Comparison, labels: Labels, style: Style) -> Table:
    """Return a row an outcome and wave, a column a site: the shares at both ends."""
    found: dict[tuple[str, ...], dict[str, dict[Measure, Finding]]] = {}
    for each in comparison.ask("extremes"):
        row = found.setdefault((*style.name(each, labels), labels.name_waves(each.waves)), {})
        row.setdefault(each.site, {})[each.effect.measure] = each
    sites = [site for site in comparison.plan.sites if any(site in row for row in found.values())]
    rows = tuple(
        (*name, *(" / ".join(_show(row.get(site, {}).get(end)) for end in _ENDS) for site in sites))
        for name, row in found.items()
    )
    columns = (*style.columns, Column("wave"), *(Column(labels.name_site(site)) for site in sites))
    title = name_question("extremes", is_numbered=style.is_numbered)
    return Table(columns, rows, title, (_KEY,), stub=len(style.columns) + 1)


def _show(finding: Finding | None) -> str:
    if finding is None or finding.is_hidden:
        return "-"
    if math.isnan(finding.effect.value):
        return "few"
    mark = "*" if finding.verdict is Verdict.AT_END else ""
    return f"{100 * finding.effect.value:.0f}{mark}"


def _describe_section(report: ReportData) -> Iterator[Block]:
    table = make_table(report.comparison, report.labels, PAGE)
    if table.rows:
        yield Block("text", _ABOUT)
        said = [_describe(each, report.labels) for each in report.comparison.ask("extremes")]
        if any(said):
            yield Block("list", tuple(filter(None, said)))
        yield Block("folded", table)


EXTREMES = View(
    summary=lambda *_: [],
    full=lambda comparison, labels: [make_table(comparison, labels, TERMINAL)],
    describe=_describe,
    section=("Floor and ceiling", _describe_section),
)
