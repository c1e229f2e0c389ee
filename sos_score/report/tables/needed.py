"""What a study just analysed would have needed, as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sos_score.comparison.needed import Needed
from sos_score.output.numbers import with_interval
from sos_score.output.table import Cell, Column, Table

_KEY = (
    "sites: of each arm, now. people: of a site and wave, on average. ICC: share of the variance between sites, the"
    " larger of the waves', with its 95% interval. effect: in SD. to show: sites in each arm that show it, at the ICC"
    " (at the ends of its interval). to rule out: sites in each arm that show the difference to be smaller, where there"
    " is none."
)
_CHANGE = (
    "Where there are two waves the effect is the difference between the arms' changes; site means are then taken to"
    " correlate 0.8."
)
_MARKS = (
    "[c]: confidential, as a small site would show in it. A dash: no effect is stated, or no number of sites will do."
)


def make_needed_table(found: Sequence[Needed], power: float) -> Table:
    """Return a row an outcome: what it had, and how many sites of as many people it would have needed."""
    columns = (
        Column("outcome", wraps=True), Column("waves"), Column("sites"), Column("people"), Column("ICC", filed=False),
        Column("icc", key="icc", shown=False), Column("icc_low", shown=False), Column("icc_high", shown=False),
        Column("effect", 2), Column("to show", filed=False), *(Column(name, shown=False) for name in
                                                             ("to_show", "to_show_low", "to_show_high")),
        Column("to rule out", key="to_rule_out"),
    )  # fmt: skip
    rows = tuple(_make_row(each) for each in found)
    marks = (_MARKS,) if any("[c]" in row or "-" in (row[9], row[13]) for row in rows) else ()
    waves = (_CHANGE,) if any(each.waves > 1 for each in found) else ()
    title = f"What this study would have needed instead, with a power of {power:.0%}"
    return Table(columns, rows, title, (_KEY, *waves, *marks))


def _make_row(each: Needed) -> tuple[Cell, ...]:
    icc = each.icc
    shown = "[c]" if icc is None else with_interval(icc.share, icc.low, icc.high)
    ends = (_count(each.to_show_low), _count(each.to_show_high))
    to_show = _count(each.to_show)
    ranged = "-" if to_show is None else f"{to_show} ({ends[0] or '-'} to {ends[1] or '-'})"
    numbers = (None,) * 3 if icc is None else (icc.share, icc.low, icc.high)
    effect = None if math.isnan(each.effect) else each.effect
    rule_out = _count(each.to_rule_out)
    return (
        f"{each.source}.{each.scale}", each.waves, f"{each.sites[0]} v {each.sites[1]}", each.people, shown, *numbers,
        effect, ranged, to_show, *ends, rule_out,
    )  # fmt: skip


def _count(number: float) -> int | None:
    return None if math.isnan(number) else int(number)
