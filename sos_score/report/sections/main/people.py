"""What was measured, and who answered."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sos_score.report.figures.consistency import ENOUGH, draw_consistency
from sos_score.report.figures.response import draw_missing, draw_response
from sos_score.report.model import Block, ReportData
from sos_score.report.response_counts import count_answers, list_missing
from sos_score.report.tables.measures import make_measure_table
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
