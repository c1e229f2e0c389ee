"""Judged findings beside the same with missing scores filled in, as an export's script pooled them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from sos_score.comparison.finding import Estimate, Finding, Imputed, Statistic, Unit
from sos_score.comparison.losses import Losses, find_losses
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.errors import InvalidSurvey, Problem
from sos_score.study.data import StudyData
from sos_score.study.put_back import PooledRow

_CLOSE = 1e-6  # relative above 1: what a script reads of our own numbers


def name_method(finding: Finding) -> str:
    """Return by which method a judged finding was tested, as an export names it."""
    if finding.question == "variation":
        return "levels"
    if finding.question == "association":
        return "pearson"
    if finding.unit is Unit.SITES:
        return "permutation"
    if finding.level or finding.question == "did":
        return "cr2"
    return {"change": "overlap", "level": "one_sample"}.get(finding.question, "welch")


def name_unit(finding: Finding) -> str:
    """Return what counts as one, as an export names it."""
    return finding.level if finding.unit is Unit.LEVEL else finding.unit.value


def carry_imputed(
    findings: Iterable[Finding], data: StudyData, outcomes: Iterable[OutcomeScores], plan: ComparisonPlan
) -> tuple[Finding, ...]:
    """Return the findings, each judged one that is shown with what was pooled of it.

    Beside what was found before, a pooled estimate tells what was filled in, and with it of those who left: it is left
    out where that is of fewer people than may be shown, or those who left may not be counted.

    Raises `InvalidSurvey` where a row was pooled from an estimate that the data do not give any more.
    """
    findings = tuple(findings)
    rows = {row.name: row for row in data.results.imputation}
    if not rows:
        return findings
    path = dict(data.results.paths)["imputation"]
    losses = {(each.source, each.scale): find_losses(each, plan) for each in outcomes}
    problems: list[Problem] = []
    found = []
    for each in findings:
        row = rows.get(_name(each, data)) if each.is_judged and not each.is_hidden else None
        if row is None:
            found.append(each)
        elif math.isnan(each.estimate.value) or _differ(row.observed, each.estimate.value):
            message = f"is {row.observed:.6g}, and the data give {each.estimate.value:.6g} now"
            hint = "the data or the plan have changed since: export the study and run imputation.R again"
            problems.append(Problem(message, path, row.line, "observed", hint, "results"))
        else:
            may_show = _may_show(each, row, losses[each.source, each.scale], plan)
            found.append(replace(each, imputed=_take(row)) if may_show else each)
    if problems:
        raise InvalidSurvey(problems, "nothing was compared")
    return tuple(found)


def fill_in(finding: Finding) -> Finding:
    """Return a finding with the pooled numbers in place of its own; without them as it is."""
    pooled = finding.imputed
    if pooled is None:
        return finding
    each = pooled.estimate
    statistic = each.value / each.se if each.se > 0 else math.nan
    return replace(finding, estimate=each, test=Statistic("t", statistic, pooled.df, p=pooled.p))


def _may_show(finding: Finding, row: PooledRow, losses: Losses, plan: ComparisonPlan) -> bool:
    if row.numbers["n"] - sum(finding.counts) < plan.smallest_cell:
        return False
    if len(plan.waves) < 2 or plan.list_waves(finding.waves)[-1] != plan.last_wave:
        return True
    if finding.site:
        return losses.may_show_site(finding.site)
    arms = [[site for site in plan.sites if plan.arms[site] == arm] for arm in (plan.treated, plan.reference)]
    return all(losses.may_show_arm(sites) for sites in arms)


def _differ(first: float, second: float) -> bool:
    return abs(first - second) > _CLOSE * max(1.0, abs(second))


def _name(finding: Finding, data: StudyData) -> tuple[str, ...]:
    """Return the columns that name a judged row of an export."""
    waves = (*finding.waves, "", "")[:2]
    of_pair = ("", "", "")
    if finding.question == "association":
        pair = data.study.pairs[finding.pair]
        of_pair = (pair.x, pair.y, pair.level)
    return (finding.question, "+".join(finding.sources), finding.scale, name_unit(finding), finding.site, *waves,
            name_method(finding), *of_pair)  # fmt: skip


def _take(row: PooledRow) -> Imputed:
    numbers = row.numbers
    estimate = Estimate(numbers["estimate"], numbers["low"], numbers["high"], numbers["se"])
    return Imputed(estimate, numbers["df"], numbers["p"], numbers["missing_information"], row.imputations)
