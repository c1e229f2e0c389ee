"""What a report says of profiles over several scales: how far apart sites are, and in which way."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sos_score.comparison.finding import Row
from sos_score.output.numbers import format_interval, format_number
from sos_score.output.table import Cell, Column, Table
from sos_score.report.model import Block, ReportData

_ABOUT = (
    "A profile is a site's T-scores over the scales of one source. Two profiles can differ in elevation (the mean over"
    " the scales), in scatter (how uneven they are) and in shape (which scales are high and which are low). No profile"
    " is put into a class."
)
_NOTES = (
    "Distance: points of T a scale, with what chance alone adds taken off; 0 means no more than chance would give."
    " Elevation and scatter: differences, first less second. Shape: correlation over the scales. Bootstrap intervals"
    " over people.",
    "D2: sum of squared differences over the scales, chance included (Cronbach & Gleser, 1953), and its parts.",
)
_SIMILAR = "Very similar: no two sites differ by more than 3 points of T a scale; a rule of sos-score."


def tell_profiles(report: ReportData) -> Iterator[Block]:
    """Yield whether sites had similar profiles, and how each two differ."""
    rows = [row for row in report.comparison.ask("profiles") if row.verdict or not math.isnan(row.estimate)]
    if not rows:
        return
    yield Block("heading", "Profiles of sites")
    yield Block("text", _ABOUT)
    told = [row for row in rows if row.verdict]
    largest: dict[str, Row] = {}
    for row in told:
        largest.setdefault(row.title, row)
    said = [row.reason for row in told if row in largest.values() or row.verdict != "cannot tell"]
    if said:
        yield Block("list", tuple(dict.fromkeys(said)))
    for title, chosen in (("Each site over time", True), ("Each two sites at a wave", False)):
        table = _make_table([row for row in rows if not row.verdict and bool(row.site) == chosen], title)
        if table.rows:
            yield Block("table" if chosen else "folded", table)
    if told:
        columns = (Column("sites", wraps=True), Column("wave"), Column("people"), Column("very similar"))
        body = tuple((row.groups, row.wave, ", ".join(map(str, row.counts)), row.verdict) for row in told)
        yield Block("folded", Table(columns, body, "Whether sites had very similar profiles", (_SIMILAR,)))


def _make_table(rows: list[Row], title: str) -> Table:
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in rows:
        name = f"{row.site}: {row.groups}" if row.site else row.groups
        cells = found.setdefault((row.title, name, "" if row.site else row.wave), {})
        cells["n"] = ", ".join(map(str, row.counts))
        cells[row.effect_name] = _say_value(row)
        if row.effect_name == "D2":
            cells["parts"] = row.method.partition(": ")[2]
    parts = {"n": "people", "distance": "distance", "elevation": "elevation", "scatter": "scatter",
             "correlation": "shape (r)", "D2": "D2", "parts": "D2 by"}  # fmt: skip
    titles = {name for name, _, _ in found}
    waves = any(wave for _, _, wave in found)
    body: list[tuple[Cell, ...]] = [
        (*([name] if len(titles) > 1 else []), which, *([wave] if waves else []),
         *(cells.get(part, "") for part in parts))
        for (name, which, wave), cells in found.items()
    ]  # fmt: skip
    stub = [*(["profile"] if len(titles) > 1 else []), "first - second", *(["wave"] if waves else [])]
    columns = (*(Column(label, wraps=True) for label in stub), *(Column(parts[part]) for part in parts))
    notes = dict.fromkeys(note for row in rows for note in row.notes)
    return Table(columns, tuple(body), title, (*_NOTES, *notes), stub=len(stub))


def _say_value(row: Row) -> str:
    if math.isnan(row.estimate):
        return ""
    digits = 2 if row.effect_name == "correlation" else 1
    interval = format_interval(row.low, row.high, digits)
    return f"{format_number(row.estimate, digits)} {interval}".strip()
