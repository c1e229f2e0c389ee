"""What was measured, and who answered."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sos_score.output.numbers import format_number
from sos_score.output.table import Cell, Column, Table
from sos_score.report.figures.consistency import ENOUGH, draw_consistency
from sos_score.report.figures.response import draw_missing, draw_response
from sos_score.report.model import Block, ReportData
from sos_score.report.response_counts import count_answers, list_missing
from sos_score.report.tables.people import make_response_table
from sos_score.words import count, join

_ALPHA = (
    "Below about .7 the score of one person says little; the mean of a group says more. Agreement in teams, the error"
    " of single scores and how items were answered are in the annex."
)


def describe_measured(report: ReportData) -> Iterator[Block]:
    """Yield what was asked of whom, and how consistent its scales were."""
    known = [each for each in report.trust if not math.isnan(each.alpha)]
    scales = sum(each.is_planned for each in report.data.outcomes)
    sources = count(len({each.source for each in report.data.outcomes}), "source")
    what = f"{count(scales, 'scale')} from {sources} of answers"
    if not known:
        yield Block("lead", f"{what}.")
    else:
        enough = sum(each.alpha >= ENOUGH for each in known)
        times = count(len(known), "scale at a wave", "scales at a wave")
        yield Block("lead", f"{what}; alpha is .7 or more for {enough or 'none'} of {times}.")
        yield Block("text", _ALPHA)
    doubts = [said for each in report.trust for said in each.suspicions]
    if doubts:
        yield Block("text", f"{count(len(doubts), 'item runs', 'items run')} against the scale; see Reliability.")
    picture = draw_consistency(report.trust, report.comparison.plan.span)
    if picture is not None:
        yield Block("picture", picture)
    yield Block("table", make_measure_table(report))


def describe_answered(report: ReportData) -> Iterator[Block]:
    """Yield how many answered at each wave, by site in a picture and by arm in a table."""
    counts = count_answers(report.data)
    waves = list(report.comparison.plan.waves)
    said = []
    for source, label in {each.source: each.label for each in counts}.items():
        mine = [each for each in counts if each.source == source]
        numbers = [[each.waves.get(wave) for each in mine] for wave in (waves[0], waves[-1])]
        if len(waves) > 1 and not any(None in each for each in numbers):
            said.append(f"{label} {' and '.join(str(sum(filter(None, each))) for each in numbers)}")
    if said:
        yield Block("lead", f"Answers at {waves[0]} and {waves[-1]}: {join(said)}.")
    yield Block("table", make_response_table(report))
    followed = [each for each in counts if waves[0] in each.waves and waves[-1] in each.waves and len(waves) > 1]
    if followed:
        yield Block("picture", draw_response(followed, [waves[0], waves[-1]]))
    missing = list_missing(report.data)
    if missing:
        yield Block("text", f"{draw_missing(missing).title}. Every item is in the annex.")


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
