"""What the design can show: in sentences before any result, and as a table."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial

from sos_score.comparison.finding import Contrast, Finding, Unit
from sos_score.comparison.judging import Comparison
from sos_score.comparison.plan import ComparisonPlan, list_cautions
from sos_score.comparison.questions.design import LINKED
from sos_score.notes import note
from sos_score.output.numbers import format_named_p, format_number, format_p
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels
from sos_score.report.questions.outcomes import describe_outcome, list_detail_tables, name_question
from sos_score.report.questions.view import Style, View
from sos_score.statistics.permutation import can_reach
from sos_score.statistics.site_comparison import SHARE
from sos_score.words import count, format_fixed

_DETECTABLE = (
    "Smallest effect (g) found with 80% power, over the scales of a source: of answers, adjusted for sites at"
    " the ICC seen, and of sites by a t test of their means, never smaller than the answers in the sites allow. Answers"
    " are counted for each site in the study's order; a dash: not shown."
)
_TERMINAL_NOTES = (
    "Smallest effect (g) found with 80% power, over a source's scales: of answers,",
    "adjusted for sites at the ICC seen, of sites by a t test of their",
    "means. Its interval, and each scale: --only design.",
)


def find_limits(comparison: Comparison) -> list[Finding]:
    """Return the smallest p that a test of sites can reach, for each outcome."""
    return [each for each in comparison.ask("design") if each.method and each.method.code == "smallest_p"]


def list_limits(comparison: Comparison, labels: Labels) -> list[str]:
    """Return, in plain sentences, what a comparison of sites can show about the arms, whatever the scores."""
    limits = find_limits(comparison)
    said = []
    for counts in dict.fromkeys(each.counts for each in limits):
        finding = next(each for each in limits if each.counts == counts)
        of_these = dict.fromkeys(each.source for each in limits if each.counts == counts)
        where = "" if len({each.counts for each in limits}) == 1 else f"{', '.join(of_these)}: "
        said.append(where + _describe_limit(finding, comparison, labels))
    return [*said, *_describe_design(comparison.plan)]


def name_change(comparison: Comparison) -> list[str]:
    """Return which wave is subtracted from which, where there are several."""
    if len(comparison.plan.waves) < 2:
        return []
    return [f"Change is {comparison.plan.last_wave} minus {comparison.plan.first_wave}."]


def _describe_design(plan: ComparisonPlan) -> list[str]:
    """Return how sites came to their arms, who observed and who selected the cases, as far as the study says."""
    design = plan.design
    said = list(list_cautions(plan) or (note("randomised"),)) if plan.has_arms else []
    if design.observed_by:
        said.append(note("observed_by", who=design.observed_by))
    if design.cases_selected_by:
        said.append(note("cases_selected_by", who=design.cases_selected_by))
    sentences = [f"{str(each)[0].upper()}{str(each)[1:].removesuffix('.')}." for each in said]
    return [" ".join(sentences)] if sentences else []


def _describe_limit(finding: Finding, comparison: Comparison, labels: Labels) -> str:
    plan, p = comparison.plan, finding.test.p
    arms = " and ".join(labels.arms)
    if math.isnan(p):
        return f"{arms} cannot be compared: one of them has no site with a score."
    sites = f"{count(finding.counts[0], 'site')} against {finding.counts[1]}"
    if finding.counts == (1, 1):
        return (
            f"With {sites}, team and approach cannot be told apart: a difference between {arms} may come from the two"
            " sites alone. Every p is about more answers from these same sites."
        )
    alpha = f"{plan.alpha:g}".removeprefix("0")
    if not can_reach(p, plan.alpha):
        return (
            f"With {sites} there is no verdict on sites: their smallest possible p is {format_p(p)}, so no test at"
            f" {alpha} can show that {arms} differ, or that they do not."
            " Every other p is about more answers from these same sites."
        )
    return (
        f"With {sites} an exact test of sites can reach {format_named_p(p)} at best.{_limit_equivalence(finding, plan)}"
        f" Every other p is about more answers from these same sites.{_limit_families(comparison, p)}"
    )


def _limit_equivalence(finding: Finding, plan: ComparisonPlan) -> str:
    """Return that so few sites cannot show that there is no difference, where they cannot."""
    treated = finding.counts[0]
    missed = (1 - SHARE) ** treated
    if missed <= plan.alpha:
        return ""
    return (
        " It can show a difference but cannot rule one out: an effect that one site in four has can be missing from"
        f" all {treated} with a chance of {format_fixed(missed, 2)}."
    )


def _limit_families(comparison: Comparison, smallest: float) -> str:
    """Return that adjustment leaves no test of sites able to show a difference, where it does."""
    plan = comparison.plan
    if plan.adjustment not in ("holm", "bonferroni"):
        return ""
    families = {each.family for each in comparison.findings if each.unit is Unit.SITES and each.is_judged}
    sizes = [comparison.families[family] for family in families if family in comparison.families]
    size = min((size for size in sizes if size * smallest > plan.alpha), default=0)
    if not size:
        return ""
    return (
        f" Adjusted in a family of {size} tests or more it cannot be below {format_p(size * smallest)}, so none of"
        " those can show a difference."
    )


def _make_summary(comparison: Comparison, labels: Labels, style: Style) -> list[Table]:
    """Return, for each source and wave, how many people there are and the smallest effects found."""
    findings = comparison.ask("design")
    waves = list(comparison.plan.waves)
    body: list[tuple[Cell, ...]] = []
    for source in dict.fromkeys(each.source for each in findings):
        of_source = [each for each in findings if each.source == source]
        for wave in [*waves, LINKED] if len(waves) > 1 else waves:
            found = [
                _show_range(each.detectable.own for each in of_source if each.waves == (wave,) and each.unit is unit)
                if wave
                else _show_range(each.detectable.own for each in of_source if not each.waves and each.unit is unit)
                for unit in (Unit.PEOPLE, Unit.ADJUSTED, Unit.SITES)
            ]
            counts = _count_people(comparison, of_source, wave)
            if any(number not in ("-", "0") for number in counts):
                name = source if style.is_numbered else labels.sources[source]
                body.append((name, wave, " ".join(counts), *found))
    columns = (
        Column("source", wraps=True, narrowest=16),
        Column("wave"),
        Column("answers a site"),
        Column("answers"),
        Column("adjusted"),
        Column("sites"),
    )
    notes = _TERMINAL_NOTES if style.is_numbered else (_DETECTABLE,)
    title = name_question("design", is_numbered=style.is_numbered)
    return [Table(columns, tuple(body), title, notes, stub=2)] if findings else []


def _count_people(comparison: Comparison, findings: Iterable[Finding], wave: str) -> list[str]:
    """Return the people of each site at a wave, on the scale with most; "-" where they are not shown."""
    counts: dict[str, list[int]] = {site: [] for site in comparison.plan.sites}
    for each in findings:
        members = each.groups.members
        if each.groups.contrast is Contrast.WAVE_COUNTS and wave in members and each.counts:
            counts[each.site].append(each.counts[members.index(wave)])
    return [str(max(each)) if each else "-" for each in counts.values()]


def _show_range(values: Iterable[float]) -> str:
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return "-"
    low, high = format_number(min(known)), format_number(max(known))
    return low if low == high else f"{low}-{high}"


DESIGN = View(_make_summary, partial(list_detail_tables, "design"), describe_outcome)
