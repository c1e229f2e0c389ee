"""The scores of each site at each wave: a table a source, before any test."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sos_score.comparison.finding import Finding
from sos_score.comparison.judging import Comparison
from sos_score.output.numbers import format_number
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels
from sos_score.report.model import Block, ReportData
from sos_score.report.questions.view import TERMINAL, Style, View, explain_gate, mark_gate

_TITLE = "Scores at each site and wave"
_HIDDEN = "A dash: not shown, or nobody has a score."
_IN_FULL = "Means; n, SD and the interval of each: --only descriptives."
_ABOUT = "Minimum and maximum are the ends of the scale, not of the answers. No test is made here."


def list_tables(comparison: Comparison, labels: Labels) -> list[Table]:
    """Return a row a scale, wave and site, with the arm: n, mean, SD, and the lowest and highest score there can be."""
    ranges = {(each.source, each.scale): (each.low, each.high) for each in comparison.outcomes}
    head = [Column("scale", wraps=True, narrowest=14), Column("wave"), Column("site", wraps=True, narrowest=14)]
    columns = (*head, Column("n"), Column("mean", 2), Column("SD", 2), Column("minimum", 4), Column("maximum", 4))
    tables = []
    for source, found in _split_sources(comparison).items():
        rows: list[tuple[Cell, ...]] = []
        for each in found:
            low, high = ranges[each.source, each.scale]
            site = f"{labels.name_site_and_arm(each.site)}{mark_gate(each)}"
            place = (labels.name_scale(each), labels.name_waves(each.waves), site)
            rows.append((*place, each.counts[0] if each.counts else None, each.estimate.value, each.effect.value,
                         _show_end(low), _show_end(high)))  # fmt: skip
        title, notes = f"{_TITLE}: {labels.sources.get(source, source)}", (*explain_gate(found), _HIDDEN)
        tables.append(Table(columns, tuple(rows), title, notes, stub=3))
    return tables


def _show_end(value: float) -> Cell:
    return None if math.isnan(value) else f"{value:g}"


def _list_means(comparison: Comparison, labels: Labels) -> list[Table]:
    """Return a row a scale and wave, a column a site: the means alone, for the terminal."""
    tables = []
    for source, found in _split_sources(comparison).items():
        sites = [site for site in comparison.plan.sites if any(each.site == site for each in found)]
        means: dict[tuple[str, str], dict[str, str]] = {}
        for each in found:
            row = means.setdefault((labels.name_scale(each), labels.name_waves(each.waves)), {})
            row[each.site] = f"{format_number(each.estimate.value)}{mark_gate(each)}"
        rows = tuple((*place, *(row.get(site) for site in sites)) for place, row in means.items())
        columns = (Column("scale", wraps=True), Column("wave"), *(Column(labels.name_site(site)) for site in sites))
        notes = (*_list_arms(sites, labels), *explain_gate(found), _HIDDEN, _IN_FULL)
        tables.append(Table(columns, rows, f"{_TITLE}: {labels.sources.get(source, source)}", notes, stub=2))
    return tables


def _list_arms(sites: list[str], labels: Labels) -> Iterator[str]:
    """Yield which of the sites are in which arm."""
    arms = labels.plan.arms
    for arm, label in labels.plan.arm_labels.items():
        named = [labels.name_site(site) for site in sites if arms.get(site) == arm]
        if named:
            yield f"{label}: {', '.join(named)}."


def _split_sources(comparison: Comparison) -> dict[str, list[Finding]]:
    sources: dict[str, list[Finding]] = {}
    for each in comparison.ask("descriptives"):
        sources.setdefault(each.source, []).append(each)
    order = list(dict.fromkeys((each.source, each.scale) for each in comparison.outcomes))
    waves, sites = list(comparison.plan.waves), list(comparison.plan.sites)
    for found in sources.values():
        found.sort(
            key=lambda each: (
                order.index((each.source, each.scale)),
                [waves.index(wave) for wave in each.waves],
                sites.index(each.site),
            )
        )
    return sources


def _summarise(comparison: Comparison, labels: Labels, style: Style) -> list[Table]:
    return _list_means(comparison, labels) if style is TERMINAL else list_tables(comparison, labels)


def _describe_section(report: ReportData) -> Iterator[Block]:
    tables = list_tables(report.comparison, report.labels)
    if tables:
        yield Block("text", _ABOUT)
    for table in tables:
        yield Block("folded", table)


DESCRIPTIVES = View(_summarise, list_tables, lambda *_: "", section=(_TITLE, _describe_section))
