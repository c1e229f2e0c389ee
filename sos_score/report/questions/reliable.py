"""Whether single people's changes are more than error: what there is to trust, and who changed by more than error."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sos_score.comparison.finding import Contrast, Finding, Measure
from sos_score.comparison.judging import Comparison
from sos_score.comparison.questions.extremes import MARK
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_number
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels
from sos_score.report.model import Block, ReportData
from sos_score.report.questions.view import PAGE, TERMINAL, Style, View, collect_notes
from sos_score.words import format_percent

_HIDDEN = "[c]"
_TITLE = "The error of one person's score and change"
_KEY = (
    "alpha: of a score at the first wave. change: reliability of the difference of one person's two scores. error:"
    " standard error of a score, of all and in the lower, middle and upper third of the scale's range; a dash: too few"
    " people there. beyond: the change that is more than error (95%). floor, ceiling: % with the lowest, highest score"
    f" at the first wave; *: more than {format_percent(MARK)}; {_HIDDEN}: confidential."
)
_COUNTS = "Who changed by more than error, of those at both waves, and in brackets how many error alone makes likely"
_COUNT_KEY = (
    "Error alone takes 5 of 100 people beyond the limit. *: more people than error alone explains (at the 5% level,"
    " over the sites of a scale). together: the sites whose people at both waves may be counted."
    f" {_HIDDEN}: confidential, as the number would give away a few people."
)
_ABOUT = (
    "A person's score changes by measurement error alone: beyond the change in the first table for 5 of 100 people who"
    " did not change at all. So the people beyond it count only where they are more than these. Where the reliability"
    " of the difference is low, what people differ by in their change is mostly error. Where many people are at an end"
    " of a scale, nobody there can be seen to move further."
)
_NONE = "Nowhere do more people change than error alone makes likely, or it cannot be shown."
_PARTS = ("lower", "middle", "upper")


def _describe(finding: Finding, labels: Labels) -> str:
    is_alone = not finding.site and len(labels.plan.sites) == 1  # said of the site already
    if finding.verdict is not Verdict.MORE_THAN_ERROR or is_alone:
        return ""
    site = labels.name_site(finding.site) if finding.site else "sites together"
    linked, beyond, _ = finding.counts
    return (
        f"{labels.name_title(finding)}, {site}, {labels.name_waves(finding.waves)}: {beyond} of {linked}"
        f" {labels.name_unit(finding)} changed by more than error; error alone makes {_name_expected(finding)} likely."
    )


def _name_expected(finding: Finding) -> str:
    return format_number(float(str(finding.reason[0]["expected"])), 1)


def _list_rows(comparison: Comparison, labels: Labels, style: Style) -> dict[tuple[str, ...], list[Finding]]:
    rows: dict[tuple[str, ...], list[Finding]] = {}
    for each in comparison.ask("reliable"):
        rows.setdefault(style.name(each, labels), []).append(each)
    return rows


def _make_error_table(comparison: Comparison, labels: Labels, style: Style) -> Table:
    """Return a row an outcome: reliability of a score and of a change, error along the scale, and its ends."""
    codes = ("alpha_at_first", "reliability_of_difference", "error_of_score")
    rows = []
    for name, found in _list_rows(comparison, labels, style).items():
        by_code = {each.method.code: each for each in found if each.method}
        parts = {each.method["part"]: each for each in found if each.method and each.method.code == "error_of_part"}
        ends = [each for each in found if each.effect.measure in (Measure.FLOOR, Measure.CEILING)]
        error = by_code.get("error_of_score")
        cells = [
            *(_show(by_code.get(code)) for code in codes), *(_show(parts.get(part)) for part in range(3)),
            format_number(error.estimate.value) if error else "-",
        ]  # fmt: skip
        rows.append((*name, *cells, *(_show_share(each) for each in ends), *("-" for _ in range(2 - len(ends)))))
    heads = ("alpha", "change", "error", *_PARTS, "beyond", "floor", "ceiling")
    lacking = [each for each in comparison.ask("reliable") if each.effect.measure is Measure.RELIABILITY and each.notes]
    notes = (_KEY, *collect_notes(lacking, labels))
    return Table((*style.columns, *map(Column, heads)), tuple(rows), _TITLE, notes, stub=len(style.columns))


def _show(finding: Finding | None) -> str:
    return "-" if finding is None else format_number(finding.effect.value)


def _show_share(finding: Finding) -> str:
    share = finding.effect.value
    return _HIDDEN if math.isnan(share) else f"{100 * share:.0f}{'*' if share > MARK else ''}"


def _make_count_table(comparison: Comparison, labels: Labels, style: Style) -> Table:
    """Return a row an outcome, a column a site and one of all: how many changed, and how many by error alone."""
    rows: list[tuple[Cell, ...]] = []
    found = {
        name: {each.site: each for each in findings if each.groups.contrast is Contrast.BEYOND}
        for name, findings in _list_rows(comparison, labels, style).items()
    }
    sites = [site for site in comparison.plan.sites if any(site in row for row in found.values())]
    rows = [(*name, *(_show_count(row.get(site)) for site in (*sites, ""))) for name, row in found.items() if row]
    name = labels.name_site if style is TERMINAL else labels.name_site_and_arm
    columns = (*style.columns, *(Column(name(site)) for site in sites), Column("together"))
    return Table(columns, tuple(rows), _COUNTS, (_COUNT_KEY,), stub=len(style.columns))


def _show_count(finding: Finding | None) -> str:
    if finding is None:
        return "-"
    if not finding.reason:
        return _HIDDEN
    expected = _name_expected(finding)
    if finding.verdict is None:
        return f"{_HIDDEN} ({expected})"
    mark = "*" if finding.verdict is Verdict.MORE_THAN_ERROR else ""
    return f"{finding.counts[1]} of {finding.counts[0]} ({expected}){mark}"


def _list_tables(comparison: Comparison, labels: Labels, style: Style) -> list[Table]:
    return [_make_error_table(comparison, labels, style), _make_count_table(comparison, labels, style)]


def _describe_section(report: ReportData) -> Iterator[Block]:
    errors, counts = _list_tables(report.comparison, report.labels, PAGE)
    if counts.rows:
        yield Block("text", _ABOUT)
        said = [_describe(each, report.labels) for each in report.comparison.ask("reliable")]
        yield Block("list", tuple(filter(None, said))) if any(said) else Block("text", _NONE)
        yield Block("folded", errors)
        yield Block("folded", counts)


RELIABLE = View(
    summary=lambda *_: [],
    full=lambda comparison, labels: _list_tables(comparison, labels, TERMINAL),
    describe=_describe,
    section=("Whether changes are more than error", _describe_section),
)
