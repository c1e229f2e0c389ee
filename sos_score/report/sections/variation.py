"""What a report says of who accounts for the variation of scores."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.comparison.finding import Contrast
from sos_score.report.figures.variation import choose_levels, draw_shares
from sos_score.report.model import Block, ReportData
from sos_score.report.questions.variation import (
    list_answers,
    list_shown,
    make_page_full,
    make_page_summary,
    name_level,
)
from sos_score.words import join

_ABOUT = (
    "The variation of a score is divided into what lies between {levels}, and within them. A share of 0% means that the"
    " groups differ no more than chance would make them; with few groups its interval says how much could still lie"
    " there."
)


def describe_variation(report: ReportData) -> Iterator[Block]:
    """Yield whether workers or sites account for more, in sentences, and the share of every level."""
    found = list_shown(report.comparison)
    if not found:
        return
    levels = dict.fromkeys(name_level(each) for each in found if each.groups.contrast is Contrast.LEVEL)
    yield Block("text", _ABOUT.format(levels=join(list(levels) or ["sites"])))
    said = tuple(list_answers(found, report.labels))
    if said:
        yield Block("list", said)
    if choose_levels(found):
        yield Block("picture", draw_shares(found, report.labels))
    yield Block("table", make_page_summary(found, report.labels))
    yield Block("folded", make_page_full(found, report.labels))
