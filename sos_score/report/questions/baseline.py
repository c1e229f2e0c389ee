"""The arms at the first wave: a table of what they started from, and a sentence where they were not alike."""

from __future__ import annotations

import math

from sos_score.comparison.finding import Finding
from sos_score.comparison.judging import Comparison
from sos_score.comparison.questions.baseline import ADJUSTABLE, ALIKE
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_number, with_interval
from sos_score.output.table import Column, Table
from sos_score.report.labels import Labels
from sos_score.report.questions.outcomes import name_question
from sos_score.report.questions.view import TERMINAL, Style, View, make_outcome_column

_MARKS = {Verdict.ALIKE: "", Verdict.TO_ADJUST: "*", Verdict.APART: "**"}
_KEY = (
    f"Difference in standard deviations (g), not tested: what was there before. Up to {ALIKE:g}: alike; * up to"
    f" {ADJUSTABLE:g}: to be adjusted for; ** more: not alike (What Works Clearinghouse). A dash: not shown."
)


def make_table(comparison: Comparison, labels: Labels, style: Style) -> Table:
    """Return a row an outcome: the mean and SD of each arm, and their standardised difference with its band."""
    rows = tuple(
        (*style.name(each, labels), *map(_show_arm, *_split(each)), _show_difference(each, style))
        for each in comparison.ask("baseline")
    )
    heads = (*(f"{arm}: mean (SD), n" for arm in labels.arms), "difference")
    first = (make_outcome_column(rows),) if style is TERMINAL else style.columns
    columns = (*first, *(Column(head, wraps=True, narrowest=11) for head in heads[:2]), Column(heads[2]))
    title = name_question("baseline", is_numbered=style.is_numbered)
    return Table(columns, rows, title, (_KEY,), stub=len(style.columns))


def _split(each: Finding) -> tuple[tuple[float, ...], tuple[float, ...], tuple[int, ...]]:
    if each.is_hidden:
        return (math.nan,) * 2, (math.nan,) * 2, (0, 0)
    return each.means, each.sds, each.counts


def _show_arm(mean: float, sd: float, n: int) -> str:
    return "-" if math.isnan(mean) else f"{format_number(mean)} ({format_number(sd)}), {n}"


def _show_difference(each: Finding, style: Style) -> str:
    effect = each.effect
    if each.verdict is None:
        return "-"
    shown = format_number(effect.value) if style is TERMINAL else with_interval(effect.value, effect.low, effect.high)
    return f"{shown}{_MARKS[each.verdict]}"


def _describe(finding: Finding, labels: Labels) -> str:
    if finding.verdict is not Verdict.APART:
        return ""
    arms = [f"{arm} {format_number(mean)}" for arm, mean in zip(labels.arms, finding.means, strict=True)]
    effect = finding.effect
    g = with_interval(effect.value, effect.low, effect.high)
    place = f"{labels.name_title(finding)}, {labels.name_waves(finding.waves)}"
    return f"{place}: the arms were not alike at baseline; {', '.join(arms)}, g = {g}."


BASELINE = View(
    summary=lambda comparison, labels, style: [make_table(comparison, labels, style)],
    full=lambda comparison, labels: [make_table(comparison, labels, TERMINAL)],
    describe=_describe,
)
