"""The first page of a report: who answered, what was found, one picture, and what the study cannot show."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.report.figures.before_after import draw_before_after
from sos_score.report.many_sites import has_many
from sos_score.report.model import Block, ReportData
from sos_score.report.overview import count_rest, list_patterns, list_sentences
from sos_score.report.questions.design import list_limits
from sos_score.report.tables.people import make_response_table, make_who_table
from sos_score.report.tables.verdicts import list_doubts
from sos_score.scoring.provenance import describe_caveat
from sos_score.statistics.estimate import CONFIDENCE
from sos_score.words import count, format_percent

LIMITS = "What this study cannot show"
_LEAST = 3  # findings told, clear or not
_ONE_WAVE = "Everybody was asked at one time only, so nothing can be said about change."
_NO_ARMS = "There are no sites to compare these with, so no change can be put down to a way of working."


def describe_first(report: ReportData) -> Iterator[Block]:
    """Yield who answered, three to six findings with their numbers, a picture, and the limits in a box."""
    comparison, labels = report.comparison, report.labels
    yield Block("table", (make_response_table if has_many(comparison) else make_who_table)(report))
    for said in list_patterns(comparison, labels):
        yield Block("lead", said)
    sentences = list_sentences(comparison, labels, least=_LEAST)
    if sentences:
        yield Block("list", tuple(sentences))
        yield Block("text", " ".join(_explain(report)))
    else:
        yield Block("lead", "No comparison can be both computed and shown; the annex says why.")
    picture = draw_before_after(report)
    if picture is not None:
        yield Block("picture", picture)
    yield Block("box", (LIMITS, *_list_limits(report)))


def _explain(report: ReportData) -> Iterator[str]:
    """Yield how the numbers of the findings are read, and what is not among them."""
    smaller, _, _ = count_rest(report.comparison)
    level = format_percent(CONFIDENCE)
    yield f"In points of the scale, with {level} confidence intervals; the largest in SD first."
    if smaller:
        yield f"{count(smaller, 'smaller difference')} {'is' if smaller == 1 else 'are'} in the sections that follow."


def _list_limits(report: ReportData) -> Iterator[str]:
    """Yield what the design cannot show, what may make numbers wrong, and how much is unclear."""
    comparison, labels = report.comparison, report.labels
    yield from list_doubts(comparison, labels)
    yield from list_limits(comparison, labels)
    if not comparison.plan.has_arms:
        yield _NO_ARMS
    if len(comparison.plan.waves) < 2:
        yield _ONE_WAVE
    _, unclear, judged = count_rest(comparison)
    if unclear:
        many = f"{unclear} of {judged}" if unclear < judged else f"all {judged}"
        verb = "is" if unclear == 1 else "are"
        said = "the comparison is" if judged == 1 else f"{many} comparisons {verb}"
        yield f"{said[:1].upper()}{said[1:]} unclear, which is no evidence that there is no difference."
    doubtful = {
        table.instrument.title
        for table in report.data.tables
        if table.instrument and describe_caveat(table.instrument)
    }  # fmt: skip
    if doubtful:
        yield f"Parts of {count(len(doubtful), 'scoring definition')} are not verified against a publication (annex)."
