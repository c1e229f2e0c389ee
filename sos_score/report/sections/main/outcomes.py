"""Whether teams changed, and whether the arms differ."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.comparison.questions.baseline import ADJUSTABLE
from sos_score.comparison.verdict import Verdict
from sos_score.report.figures.change import list_changes
from sos_score.report.figures.forest import list_forests
from sos_score.report.model import Block, ReportData
from sos_score.report.overview import describe_all_arms, describe_sites, describe_test_of_sites
from sos_score.report.questions.design import list_limits
from sos_score.report.questions.outcomes import list_differences
from sos_score.report.tables.comparability import list_comparability
from sos_score.report.tables.estimates import list_arm_tables, make_change_table

_REACH = (
    "The intervals are about more answers like these from the same sites. A site that starts far from the others tends"
    " to come back by itself, and everybody in one site shares its managers and its procedures."
)


def describe_changes(report: ReportData) -> Iterator[Block]:
    """Yield on how many scales each site changed, which they are, and every mean with its change."""
    table = make_change_table(report)
    if not table.rows:
        return
    clear = {each.source for each in report.comparison.ask("change") if each.verdict is Verdict.DIFFERENT}
    for said in describe_sites(report.comparison, report.labels):
        yield Block("lead", said)
    yield Block("list", tuple(list_differences("change", report.comparison, report.labels)))
    yield Block("text", _REACH)
    for picture in list_changes(report):
        if picture.name.removeprefix("change-") in clear:
            yield Block("picture", picture)
    yield Block("table", table)
    for said in list_comparability(report.comparison.ask("change")):
        yield Block("text", said)


def describe_arms(report: ReportData) -> Iterator[Block]:
    """Yield whether the arms differ, what that can mean, and how both changed."""
    tables = list(list_arm_tables(report))
    if not tables:
        return
    comparison, labels = report.comparison, report.labels
    for said in (*describe_all_arms(comparison, labels), *describe_test_of_sites(comparison, labels)):
        yield Block("lead", said)
    for limit in list_limits(comparison, labels):
        yield Block("text", limit)
    apart = [each for each in comparison.ask("baseline") if each.verdict]
    if apart:
        many = sum(each.verdict is Verdict.APART for each in apart)
        yield Block(
            "text",
            f"At {comparison.plan.first_wave}, before anything could change, the arms were more than"
            f" {ADJUSTABLE:g} SD apart on {many or 'none'} of {len(apart)} scales; the annex has each.",
        )
    yield Block("table", tables[0])
    compared = [each for question in ("did", "arms") for each in comparison.ask(question)]
    for said in list_comparability(compared):
        yield Block("text", said)
    pictures = {picture.name: picture for picture in list_forests(report)}
    chosen = pictures.get("forest-did", next(iter(pictures.values()), None))
    if chosen is not None:
        yield Block("picture", chosen)
    for table in tables[1:]:
        yield Block("table", table)
