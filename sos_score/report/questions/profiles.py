"""Profiles of sites over several scales: tables and sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable

from sos_score.comparison.finding import Finding, Measure
from sos_score.comparison.judging import Comparison
from sos_score.output.numbers import with_interval
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels
from sos_score.report.questions.outcomes import name_question
from sos_score.report.questions.view import Style, View, collect_notes, show_counts
from sos_score.words import format_fixed

_TITLE = name_question("profiles", is_numbered=False)
_MEASURES = {
    Measure.DISTANCE: "distance",
    Measure.ELEVATION: "elevation",
    Measure.SCATTER: "scatter",
    Measure.PROFILE_CORRELATION: "shape (r)",
}


def show_value(finding: Finding) -> str:
    """Return what two profiles differ by with its interval: points to one decimal, a correlation to two."""
    digits = 2 if finding.effect.measure is Measure.PROFILE_CORRELATION else 1
    return with_interval(finding.estimate.value, finding.estimate.low, finding.estimate.high, digits)


def _describe(finding: Finding, labels: Labels) -> str:
    reason = labels.describe_reason(finding)
    place = ", ".join(part for part in (labels.name_title(finding), labels.name_waves(finding.waves)) if part)
    return f"{place}: {reason}" if reason else ""


def _make_full(comparison: Comparison, labels: Labels) -> list[Table]:
    """Return a row a comparison of two profiles, and a row a set of sites at the first wave."""
    found: dict[tuple[object, ...], list[Finding]] = {}
    for each in comparison.ask("profiles"):
        if not each.verdict:
            found.setdefault((each.source, each.site, each.site or each.groups, each.waves), []).append(each)
    rows = []
    for members in found.values():
        first, cells = members[0], {each.effect.measure: show_value(each) for each in members}
        name = labels.name_site(first.site) if first.site else labels.name_groups(first)
        rows.append((name, labels.name_waves(first.waves), *(cells.get(measure, "") for measure in _MEASURES)))
    columns = (Column("profiles", wraps=True), Column("wave"), *map(Column, _MEASURES.values()))
    notes = (
        "distance: T-score points per scale, less what chance adds; elevation and",
        "scatter: differences, first minus second; shape: correlation over the scales",
        *collect_notes(comparison.ask("profiles"), labels),
    )
    return [Table(columns, tuple(rows), _TITLE, notes), _make_similarity(comparison, labels)]


def make_similarity_table(
    findings: Iterable[Finding], labels: Labels, title: str, notes: tuple[str, ...], *, with_arms: bool = False
) -> Table:
    """Return whether sets of sites had very similar profiles."""
    rows = tuple(
        (
            labels.name_groups(each, with_arms=with_arms),
            labels.name_waves(each.waves),
            show_counts(each),
            each.verdict.value,
        )
        for each in findings
        if each.verdict
    )
    columns = (Column("sites", wraps=True), Column("wave"), Column("people"), Column("very similar"))
    return Table(columns, rows, title, notes)


def _make_similarity(comparison: Comparison, labels: Labels) -> Table:
    notes = ("very similar: no two differ by more than 3 T-score points per scale, a limit set by sos-score",)
    return make_similarity_table(comparison.ask("profiles"), labels, _TITLE, notes)


def _make_summary(comparison: Comparison, labels: Labels, _style: Style) -> list[Table]:
    return [_make_similarity(comparison, labels)]


def make_page_table(findings: Iterable[Finding], labels: Labels, title: str, notes: tuple[str, ...]) -> Table:
    """Return how each two profiles differ, D2 and its parts included."""
    findings = list(findings)
    found: dict[tuple[object, ...], list[Finding]] = {}
    for each in findings:
        found.setdefault((each.source, each.n_groups, each.site, each.groups, each.waves), []).append(each)
    titles = {labels.name_title(members[0]) for members in found.values()}
    waves = any(members[0].waves and not members[0].site for members in found.values())
    body: list[tuple[Cell, ...]] = []
    for members in found.values():
        first, cells = members[0], {each.effect.measure: show_value(each) for each in members}
        name = labels.name_groups(first, with_arms=True)
        body.append(
            (
                *([labels.name_title(first)] if len(titles) > 1 else []),
                f"{labels.name_site_and_arm(first.site)}: {name}" if first.site else name,
                *(["" if first.site else labels.name_waves(first.waves)] if waves else []),
                show_counts(first),
                *(cells.get(measure, "") for measure in (*_MEASURES, Measure.D2)),
                _show_parts(members),
            )
        )
    stub = [*(["profile"] if len(titles) > 1 else []), "first - second", *(["wave"] if waves else [])]
    heads = ("people", *_MEASURES.values(), "D2", "D2 by")
    columns = (*(Column(head, wraps=True) for head in stub), *map(Column, heads))
    said = dict.fromkeys(labels.describe(each) for finding in findings for each in finding.notes)
    return Table(columns, tuple(body), title, (*notes, *said), stub=len(stub))


def _show_parts(findings: Iterable[Finding]) -> str:
    """Return what D2 is made of."""
    found = next((each.method for each in findings if each.method and each.method.code == "cronbach_gleser"), None)
    if found is None:
        return ""
    return ", ".join(f"{part} {format_fixed(float(str(found[part])), 1)}" for part in ("elevation", "scatter", "shape"))


def list_shown(comparison: Comparison) -> list[Finding]:
    """Return the findings on profiles that have something to show."""
    return [each for each in comparison.ask("profiles") if each.verdict or not math.isnan(each.estimate.value)]


PROFILES = View(_make_summary, _make_full, _describe)
