"""The scores of each site at each wave: a table a source, before any test."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sos_score.comparison.finding import Finding
from sos_score.comparison.judging import Comparison
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels
from sos_score.report.many_sites import ask_ends
from sos_score.report.model import Block, ReportData
from sos_score.report.questions.view import View, explain_gate, mark_gate

_OPTIONAL = ("wave", "minimum", "maximum")
"""Columns that are left out where no row has anything in them."""
_TITLE = "Scores at each site and wave"
_HIDDEN = "A dash: not shown, or nobody has a score."
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
        given = [place for place, column in enumerate(columns) if column.label not in _OPTIONAL
                 or any(row[place] for row in rows)]  # fmt: skip
        kept = tuple(tuple(row[place] for place in given) for row in rows)
        heads = tuple(columns[place] for place in given)
        tables.append(Table(heads, kept, title, notes, stub=2 + any(each.label == "wave" for each in heads)))
    return tables


def _show_end(value: float) -> Cell:
    return None if math.isnan(value) else f"{value:g}"


def _split_sources(comparison: Comparison) -> dict[str, list[Finding]]:
    sources: dict[str, list[Finding]] = {}
    for each in ask_ends("descriptives", comparison):
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


def _describe_section(report: ReportData) -> Iterator[Block]:
    tables = list_tables(report.comparison, report.labels)
    if tables:
        yield Block("text", _ABOUT)
    for table in tables:
        yield Block("folded", table)


DESCRIPTIVES = View(
    lambda comparison, labels, _: list_tables(comparison, labels),
    list_tables,
    lambda *_: "",
    section=(_TITLE, _describe_section),
)
