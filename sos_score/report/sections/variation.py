"""What a report says of who accounts for the variation of scores."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from sos_score.comparison.finding import QUESTIONS, Row
from sos_score.comparison.questions.variation import CANNOT_TELL, METHOD, UNADJUSTED
from sos_score.output.numbers import format_p
from sos_score.output.table import Cell, Column, Table
from sos_score.report.figures.variation import choose_levels, draw_shares, name_level, say_larger
from sos_score.report.labels import list_notes, name_outcomes, name_row
from sos_score.report.model import Block, ReportData, count, join

_ABOUT = (
    "People answer about workers, and workers sit in sites. The variation of a score is divided into what lies between"
    " sites, between the workers of a site, and within them. A share of 0% means that the groups differ no more than"
    " chance would make them; with few sites its interval says how much could still lie there."
)
_SHARE = "Shares in % of the variance, with profile-likelihood intervals. An empty cell: no such level in these data."


def tell_variation(report: ReportData) -> Iterator[Block]:
    """Yield whether workers or sites account for more, in sentences, and the share of every level."""
    rows = [row for row in report.comparison.ask("variation") if _is_shown(row)]
    if not rows:
        return
    yield Block("text", _ABOUT)
    said = tuple(_list_findings(rows, name_outcomes(report.data)))
    if said:
        yield Block("list", said)
    if choose_levels(rows):
        yield Block("picture", draw_shares(rows, name_outcomes(report.data)))
    yield Block("table", _make_summary(rows, report))
    yield Block("folded", _make_full(rows, report))


def _is_shown(row: Row) -> bool:
    return bool(row.reason) or not math.isnan(row.effect)


def _list_findings(rows: list[Row], names: dict[tuple[str, str], tuple[str, str]]) -> Iterator[str]:
    """Yield how often each of two levels accounts for more, with the outcomes of which that can be said."""
    pairs: dict[str, list[Row]] = {}
    for row in rows:
        if row.verdict:
            pairs.setdefault(row.groups, []).append(row)
    for pair, judged in pairs.items():
        one, other = pair.split(" against ")
        found = {level: [row for row in judged if row.verdict == f"{level} more"] for level in (one, other)}
        before = sum(row.verdict.endswith(UNADJUSTED) for row in judged)
        unknown = sum(row.verdict == CANNOT_TELL for row in judged)
        parts = [f"{level} account for more on {len(found[level]) or 'none'}" for level in (one, other)]
        if before:
            parts.append(f"on {before} one of them does before adjustment only")
        yield (
            f"{one.capitalize()} against {other}, on {count(len(judged), 'outcome at a wave', 'outcomes at a wave')}:"
            f" {', '.join(parts)}; on {unknown or 'none'} the data cannot tell which is larger."
        )
        for level, members in found.items():
            if members:
                yield f"{level.capitalize()} account for more: {_say_outcomes(members, names)}."


def _say_outcomes(rows: list[Row], names: dict[tuple[str, str], tuple[str, str]]) -> str:
    """Return "Goal T1, Total T1 and T2 (Alliance); ..."."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        source, scale = name_row(row, names)
        found.setdefault(source, {}).setdefault(scale, []).extend([row.wave] if row.wave else [])
    return "; ".join(
        f"{', '.join(f'{scale} {join(waves)}' if waves else scale for scale, waves in scales.items())} ({source})"
        for source, scales in found.items()
    )


def _say_share(row: Row) -> str:
    """Return a share in percent with its interval."""
    if math.isnan(row.effect):
        return ""
    interval = "" if math.isnan(row.effect_low) else f" [{100 * row.effect_low:.0f}, {100 * row.effect_high:.0f}]"
    return f"{100 * row.effect:.0f}{interval}"


def _make_summary(rows: list[Row], report: ReportData) -> Table:
    """Return a row an outcome and wave."""
    names = name_outcomes(report.data)
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in rows:
        cells = found.setdefault((*name_row(row, names), row.wave), {})
        if row.reason:
            cells["more"] = say_larger(row).replace(" more", "")
            cells["adj. p"] = "" if math.isnan(row.p_adjusted) else format_p(row.p_adjusted)
        else:
            level = name_level(row)
            cells["within" if level.startswith("within ") else level] = _say_share(row)
    levels = list(dict.fromkeys(level for cells in found.values() for level in cells))
    levels = [level for level in ("sites", "workers") if level in levels] + ["within", "adj. p", "more"]
    body = tuple((*name, *(cells.get(level, "") for level in levels)) for name, cells in found.items())
    columns = (
        *(Column("source", wraps=True), Column("scale", wraps=True), Column("wave")),
        *(Column(level if level in ("adj. p", "more") else f"{level}, %") for level in levels),
    )
    notes = (
        f"{_SHARE} Within: what is within the lowest level; levels other than sites and workers stand in the next"
        " table. More: which of the two that can be compared accounts for more, in brackets before adjustment only.",
    )
    return Table(columns, body, f"{QUESTIONS['variation']}: shares of the variance", notes, stub=3)


def _make_full(rows: list[Row], report: ReportData) -> Table:
    names = name_outcomes(report.data)
    body: list[tuple[Cell, ...]] = [
        (*name_row(row, names), row.wave, ", ".join(map(str, row.counts)), row.groups, _say_share(row),
         "" if math.isnan(row.p) else format_p(row.p))
        for row in rows if row.method == METHOD and not row.reason
    ]  # fmt: skip
    columns = (Column("source", wraps=True), Column("scale", wraps=True), Column("wave"), Column("n"),
               Column("level", wraps=True), Column("share, %"), Column("p"))  # fmt: skip
    about = "p: likelihood ratio against no variance at the level, 50:50 mixture; not adjusted."
    table = Table(columns, tuple(body), "Every level of every outcome", (_SHARE, about), stub=3)
    return replace(table, notes=(*table.notes, *list_notes(rows, names)))
