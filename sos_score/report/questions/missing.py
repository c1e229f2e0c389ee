"""Who is missing: attrition of the arms and sites, what leavers scored before they left, and gaps in answer sheets."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sos_score.comparison.finding import Contrast, Finding, Measure
from sos_score.comparison.judging import Comparison
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_number, with_interval
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels
from sos_score.report.many_sites import ask_ends
from sos_score.report.model import Block, ReportData
from sos_score.report.questions.view import PAGE, TERMINAL, Style, View

_HIDDEN = "[c]"
_CONFIDENTIAL = f"{_HIDDEN}: confidential, as the numbers would give away a few people."
_WORDS = {
    Verdict.LOW_ATTRITION: "low",
    Verdict.LOW_IF_OPTIMISTIC: "low only if optimistic",
    Verdict.HIGH_ATTRITION: "high",
    Verdict.CANNOT_TELL: "cannot tell",
}
_BOUNDS = (
    "Low or high: by the What Works Clearinghouse's boundaries for overall attrition and the difference between arms"
    " (Standards Handbook 4.0, Table II.1). Low: under cautious assumptions too. They are made for randomised studies."
)
_ABOUT = (
    "Attrition is the share of those with a score at the first wave who have none at the last. It can bias a comparison"
    " where it differs between the arms, or where those who left differ from those who stayed. Only sites whose people"
    " can be followed from wave to wave are counted; one where nobody answered at the last wave has lost everybody."
)


def list_tables(comparison: Comparison, labels: Labels, style: Style) -> list[Table]:
    """Return attrition by arm and by site, leavers against stayers, and gaps by site and wave."""
    return [
        make_arm_table(comparison, labels, style),
        _make_site_table(comparison, labels, style),
        _make_leaver_table(comparison, labels, style),
        _make_gap_table(comparison, labels, style),
    ]


def make_arm_table(comparison: Comparison, labels: Labels, style: Style) -> Table:
    """Return a row an outcome: how many each arm lost, overall and differential attrition, and what they count as."""
    found = [each for each in comparison.ask("missing") if each.groups.contrast is Contrast.ARMS]
    rows = tuple((*style.name(each, labels), *_show_arms(each)) for each in found)
    arms = (Column(f"{arm}: lost", wraps=True, narrowest=11) for arm in (labels.arms if found else ()))
    heads = (*arms, Column("overall"), Column("difference"), Column("attrition", wraps=True))
    said = dict.fromkeys(labels.describe(each) for finding in found for each in finding.notes
                         if each.code == "not_followed")  # fmt: skip
    hidden = (_CONFIDENTIAL,) if any(_HIDDEN in row for row in rows) else ()
    return Table((*style.columns, *heads), rows, "Attrition of the arms", (_BOUNDS, *said, *hidden),
                 stub=len(style.columns))  # fmt: skip


def _show_arms(each: Finding) -> tuple[str, ...]:
    word = _WORDS.get(each.verdict, "-") if each.verdict else "-"
    if not each.counts:
        return (_HIDDEN, _HIDDEN, _HIDDEN, _HIDDEN, word)
    lost = (f"{share:.0%} of {n}" for share, n in zip(each.means, each.counts, strict=True))
    return (*lost, f"{each.effect.value:.0%}", f"{each.estimate.value:+.0%}", word)


def _make_site_table(comparison: Comparison, labels: Labels, style: Style) -> Table:
    found = [each for each in ask_ends("missing", comparison) if each.effect.measure is Measure.ATTRITION and each.site]
    return _lay_sites(found, comparison, labels, style, "Attrition of the sites (% of those who answered first)")


def _make_gap_table(comparison: Comparison, labels: Labels, style: Style) -> Table:
    found = [
        each for each in ask_ends("missing", comparison) if each.effect.measure in (Measure.GAPS, Measure.UNSCORED)
    ]
    return _lay_sites(found, comparison, labels, style, "Answer sheets with gaps / without a score (%)")


def _lay_sites(found: list[Finding], comparison: Comparison, labels: Labels, style: Style, title: str) -> Table:
    """Return a row an outcome and wave, a column a site; what is said of one place stands together."""
    cells: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for each in found:
        row = cells.setdefault((*style.name(each, labels), labels.name_waves(each.waves)), {})
        value = each.effect.value
        is_alone = each.effect.measure is Measure.UNSCORED and each.site not in row  # the answers are not known
        row.setdefault(each.site, ["-"] if is_alone else []).append(
            _HIDDEN if math.isnan(value) else f"{100 * value:.0f}"
        )
    sites = [site for site in comparison.plan.sites if any(site in row for row in cells.values())]
    rows = tuple((*name, *(_join(row.get(site, [])) for site in sites)) for name, row in cells.items())
    name_site = labels.name_site if style is TERMINAL else labels.name_site_and_arm
    columns = (*style.columns, Column("wave"), *(Column(name_site(site)) for site in sites))
    hidden = (_CONFIDENTIAL,) if any(_HIDDEN in row for row in rows) else ()
    return Table(columns, rows, title, hidden, stub=len(style.columns) + 1)


def _join(cells: list[str]) -> str:
    return " / ".join(dict.fromkeys(cells) if _HIDDEN in cells else cells) or "-"


def _make_leaver_table(comparison: Comparison, labels: Labels, style: Style) -> Table:
    """Return a row an outcome and arm: what leavers and stayers scored before anybody left."""
    found = [each for each in comparison.ask("missing") if each.groups.contrast is Contrast.LEAVERS and each.counts]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            *style.name(each, labels), labels.plan.arm_labels[each.groups.members[0]],
            *(f"{format_number(mean)} (n {n})" for mean, n in zip(each.means, each.counts, strict=True)),
            with_interval(each.effect.value, each.effect.low, each.effect.high),
        )
        for each in found
    )  # fmt: skip
    heads = (Column("arm", wraps=True), Column("leavers"), Column("stayers"), Column("difference in SD (g)"))
    title = f"What leavers and stayers scored at {comparison.plan.first_wave}"
    return Table((*style.columns, *heads), rows, title, stub=len(style.columns) + 1)


def _describe(finding: Finding, labels: Labels) -> str:
    if finding.groups.contrast is not Contrast.ARMS or not finding.counts:
        return ""
    lost = " and ".join(
        f"{share:.0%} of {n} in {arm}" for arm, share, n in zip(labels.arms, finding.means, finding.counts, strict=True)
    )
    gap = f"{abs(100 * finding.estimate.value):.0f} percentage points apart"
    return (
        f"{labels.name_title(finding)}, {labels.name_waves(finding.waves)}: {lost} were lost"
        f" ({finding.effect.value:.0%} overall, {gap}): {labels.name_verdict(finding)}"
        f" ({labels.describe_reason(finding)})."
    )


def _describe_section(report: ReportData) -> Iterator[Block]:
    arms, *others = list_tables(report.comparison, report.labels, PAGE)
    if any(table.rows for table in (arms, *others)):
        yield Block("text", _ABOUT)
        if arms.rows:
            yield Block("table", arms)
        for table in others:
            if table.rows:
                yield Block("folded", table)


MISSING = View(
    summary=lambda comparison, labels, style: [make_arm_table(comparison, labels, style)],
    full=lambda comparison, labels: list_tables(comparison, labels, TERMINAL),
    describe=_describe,
    section=("Who is missing", _describe_section),
)
