"""What a report says of how far a score can be trusted."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.output.table import Column, Table
from sos_score.report.model import Block, ReportData
from sos_score.report.trust import NOT_SHOWN

_ABOUT = (
    "Internal consistency of everyone who answered at a wave. Differences between sites are part of it, so alpha within"
    " sites, from how people of one site differ, stands beside it. Below about .7 the score of one person says little;"
    " means of groups say more."
)
_KEY = (
    "within sites: alpha of the pooled covariance within sites. omega: McDonald's omega total, one factor. ordinal:"
    " alpha of the answers behind the options, not of the score that is used. SEM: standard error of measurement of one"
    " person's score; SDC: the smallest change of one person beyond that error (95%); both in points of the score, from"
    " alpha."
)
_HIDDEN = "not shown: what people differ by within all sites would tell of a site that is hidden at that wave."


def describe_reliability(report: ReportData) -> Iterator[Block]:
    """Yield the reliability of every compared scale at each wave, and items that seem to run against their key."""
    found = report.trust
    if not found:
        return
    yield Block("text", _ABOUT)
    suspicions = tuple(said for each in found for said in each.suspicions)
    if suspicions:
        yield Block("text", "Items that run against their scale: reversed in the file already, or keyed wrongly?")
        yield Block("list", suspicions)
    stub = (Column("source", wraps=True), Column("scale", wraps=True), Column("wave"))
    labels = (Column("n"), Column("items"), Column("alpha [95% CI]", filed=False),
              *(Column(label, 2, shown=False) for label in ("alpha", "low", "high")), *(Column(label, 2) for label in
              ("within sites", "omega", "ordinal", "SEM", "SDC")))  # fmt: skip
    rows = tuple((*each.name, *each.main) for each in found)
    key = (_KEY, _HIDDEN) if any(NOT_SHOWN in each.main for each in found) else (_KEY,)
    yield Block("table", Table((*stub, *labels), rows, "Reliability of each scale", key, stub=3))
    said: dict[str, list[str]] = {}
    for each in found:
        for note in each.notes:
            said.setdefault(note, []).append(" ".join(part for part in each.name[1:] if part))
    notes = tuple(f"{', '.join(where)}: {note}" if len(where) < len(found) else note for note, where in said.items())
    more = (Column("SD", 2), Column("mean r", 2), Column("standardised alpha", 2), Column("lambda-2", 2),
            Column("lambda-6", 2))  # fmt: skip
    rows = tuple((*each.name, *each.more) for each in found)
    yield Block("folded", Table((*stub, *more), rows, "More on reliability", notes, stub=3))
