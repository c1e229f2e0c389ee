"""What a report says of what goes with what: the pairs a study declared."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.report.figures.pairs import draw_pairs
from sos_score.report.model import Block, ReportData
from sos_score.report.questions.associations import (
    list_answers,
    list_pairs,
    make_agreement_table,
    make_association_table,
    make_page_full,
)

_ABOUT = (
    "Only the pairs that the study file declared were looked at. Their scores are brought together at the level where"
    " they belong, so one worker counts once however many families answered about them. That two things go together"
    " does not show that one causes the other."
)
_WRONG = (
    "Wrong unit: every single answer counted as if it were a worker (or whatever the pair's level is) of its own. It"
    " is shown only for comparison with the right one; its p would be too small."
)
_SAME = "Agreement is not association: two views can go together and still differ."


def describe_associations(report: ReportData) -> Iterator[Block]:
    """Yield how the declared pairs go together or agree, in sentences and tables."""
    labels, pairs = report.labels, list_pairs(report.comparison, report.labels)
    if not pairs:
        return
    yield Block("text", _ABOUT)
    judged = [each for pair in pairs for each in pair.findings if each.is_judged and each.verdict]
    if judged:
        yield Block("list", tuple(list_answers(judged, labels)))
    picture = draw_pairs(report)
    if picture is not None:
        yield Block("picture", picture)
    tables = (make_association_table(pairs, labels, (_WRONG,)), make_agreement_table(pairs, labels, (_SAME,)))
    for table in tables:
        if table.rows:
            yield Block("table", table)
    yield Block("folded", make_page_full(pairs, labels))
    nothing = dict.fromkeys(
        f"{labels.name_title(each)}: {labels.describe(said)}"
        for each in report.comparison.ask("association")
        if not each.counts
        for said in each.notes
    )
    if nothing:
        yield Block("list", tuple(nothing))
