"""What was measured: a row a source and instrument, with how reliable its scales were."""

from __future__ import annotations

import math

from sos_score.output.numbers import format_number
from sos_score.output.table import Cell, Column, Table
from sos_score.report.model import ReportData

_NOTE = (
    "alpha: internal consistency (Cronbach), the lowest and highest of the scales and waves; a dash: not known from"
    " these data. Scoring key: how far it is checked against publications."
)


def make_measure_table(report: ReportData) -> Table:
    """Return who answered what, how many scales of it were compared, their alpha, and whether the key is verified."""
    rows: list[tuple[Cell, ...]] = []
    for table in report.data.tables:
        mine = [each for each in report.data.outcomes if each.table is table]
        label, titles = mine[0].source_label, {each.title for each in mine}
        found = [
            each.alpha
            for each in report.trust
            if each.name[0] == label and each.name[1] in titles and not math.isnan(each.alpha)
        ]
        alpha = " to ".join(dict.fromkeys(format_number(each) for each in (min(found), max(found)))) if found else "-"
        title = table.instrument.title if table.instrument else "-"
        key = table.instrument.verification.parts()["key"].status if table.instrument else "-"
        planned = sum(each.is_planned for each in mine)
        rows.append((label, mine[0].answered_by or "-", title, planned, alpha, key))
    heads = ("source", "answered by", "questionnaire", "scales", "alpha", "scoring key")
    columns = tuple(Column(head, wraps=head in ("source", "questionnaire")) for head in heads)
    return Table(columns, tuple(rows), "What was asked, and of whom", (_NOTE,))
