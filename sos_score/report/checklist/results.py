"""The results in words, as a results section says them: a paragraph a source, composed from the findings by rules."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sos_score.comparison.finding import Finding, Unit
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_df, format_interval, format_named_p, format_number, with_interval
from sos_score.report.labels import Labels, name_better, name_doubt
from sos_score.report.model import ReportData
from sos_score.report.questions.design import list_limits
from sos_score.report.questions.outcomes import list_equivalence, name_limit
from sos_score.report.questions.registry import describe_finding
from sos_score.words import count

_QUESTIONS = {
    "change": ("comparison of a site with itself over time", "comparisons of a site with itself over time"),
    "arms": ("comparison of the arms at one wave", "comparisons of the arms at one wave"),
    "did": ("comparison of how the arms changed", "comparisons of how the arms changed"),
}
_TOLD = (Verdict.DIFFERENT, Verdict.TRIVIAL, Verdict.EQUIVALENT)
_UNCLEAR = "No clear difference is not evidence of no difference."


def list_paragraphs(report: ReportData) -> Iterator[str]:
    """Yield what the design can show, a paragraph a source, and pairs of scores that were said to go together."""
    comparison, labels = report.comparison, report.labels
    limits = list_limits(comparison, labels)
    if limits:
        yield " ".join(limits)
    judged = [each for question in _QUESTIONS for each in comparison.ask(question) if each.is_judged]
    for source in dict.fromkeys(each.source for each in judged):
        yield _describe_source([each for each in judged if each.source == source], labels)
    pairs = [each for each in comparison.ask("association") if each.is_judged]
    told = [describe_finding(each, labels) for each in pairs if each.verdict is Verdict.DIFFERENT]
    if told:
        yield f"Pairs of scores stated in advance. {' '.join(told)}"


def _describe_source(findings: list[Finding], labels: Labels) -> str:
    """Return one source's results: what is told of it, then how many comparisons found none and what that means."""
    said = [f"{labels.sources[findings[0].source]}."]
    for question, nouns in _QUESTIONS.items():
        asked = [each for each in findings if each.question == question]
        told = [each for each in asked if each.verdict in _TOLD]
        for found in ([each for each in asked if each.unit is not Unit.SITES],
                      [each for each in asked if each.unit is Unit.SITES]):  # fmt: skip
            said += [_TELL[question](each, labels) for each in told if each in found]
            said += _count_unclear(found, nouns)
        if question != "change":
            said += [_begin("; ".join(cautions)) for cautions in [labels.list_cautions(told)] if cautions]
    if any(each.verdict is Verdict.INCONCLUSIVE for each in findings):
        said.append(_UNCLEAR)
    return " ".join(said)


def _begin(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _count_unclear(found: list[Finding], nouns: tuple[str, str]) -> Iterator[str]:
    unclear = [each for each in found if each.verdict is Verdict.INCONCLUSIVE and not math.isnan(each.estimate.value)]
    if unclear:
        of_sites = " as sites" if unclear[0].unit is Unit.SITES else ""
        yield f"{len(unclear)} of {count(len(found), *nouns)}{of_sites} found no clear difference."


def _tell_change(finding: Finding, labels: Labels) -> str:
    verb = "rose" if finding.estimate.value > 0 else "fell"
    by_wave = dict(zip(finding.groups.members, finding.counts, strict=False))
    counts = " and ".join(f"{by_wave[wave]} at {wave}" for wave in finding.waves if wave in by_wave)
    size = format_number(abs(finding.estimate.value))
    when = f"from {finding.waves[0]} to {finding.waves[-1]}"
    start = f"In {labels.name_site_and_arm(finding.site)}, {labels.name_scale(finding)} {verb} by {size} points {when}"
    return _end(start, finding, labels, f"n = {counts}", labels.name_cautions(finding))


def _tell_arms(finding: Finding, labels: Labels) -> str:
    treated, reference = labels.arms
    side = "higher" if finding.estimate.value > 0 else "lower"
    when = f"At {labels.name_waves(finding.waves)}, " if finding.waves else ""
    size = format_number(abs(finding.estimate.value))
    scale = labels.name_scale(finding)
    counts = f"n = {' and '.join(map(str, finding.counts))} {labels.name_unit(finding)}"
    return _end(f"{when}{scale} was {size} points {side} in {treated} than in {reference}", finding, labels, counts)


def _tell_did(finding: Finding, labels: Labels) -> str:
    size, how = (
        format_number(finding.estimate.value),
        "alike" if finding.verdict is Verdict.EQUIVALENT else "differently",
    )
    what = f"{labels.name_scale(finding)} changed {how} in the arms: {labels.name_arm_means(finding)}"
    return _end(
        f"{what}, a difference in change of {size} points", finding, labels, f"n = {_count_arms(finding, labels)}"
    )


def _count_arms(finding: Finding, labels: Labels) -> str:
    """Return how many the treated and the other arm have, of people at both waves."""
    unit, counts = labels.name_unit(finding), finding.counts
    if finding.unit is Unit.SITES:
        return f"{counts[0]} and {counts[1]} {unit}"
    return (
        f"{counts[1]} and {counts[0]} {unit} at {finding.waves[0]}, {counts[3]} and {counts[2]} at {finding.waves[1]}"
    )


def _end(start: str, finding: Finding, labels: Labels, counts: str, caution: str = "") -> str:
    """Return a sentence with its interval, test, effect and verdict; the sign is that of the difference."""
    estimate, test, effect = finding.estimate, finding.test, finding.effect
    is_of_sites = finding.unit is Unit.SITES
    parts = [start]
    if not math.isnan(estimate.low):
        normal = " (if site means were normal)" if is_of_sites else ""
        parts.append(f"95% CI of the difference {format_interval(estimate.low, estimate.high)}{normal}")
    if not math.isnan(test.df):
        parts.append(f"{test.name}({format_df(test.df)}) = {format_number(test.statistic)}")
    if not math.isnan(test.p_adjusted):
        parts.append(format_named_p(test.p_adjusted, "adjusted p"))
    if not math.isnan(effect.value):
        parts.append(f"{effect.measure.value} = {with_interval(effect.value, effect.low, effect.high)}")
    parts += [*list_equivalence(finding, labels.plan.alpha), counts]
    verdict = f" ({name_better(finding)})" if name_better(finding) else ""
    small = "" if finding.verdict is Verdict.DIFFERENT else f"; {name_limit(finding)}"
    doubt = f"; but {name_doubt(finding)}" if name_doubt(finding) else ""
    method = "By permutation of sites: " if is_of_sites else ""
    return f"{method}{', '.join(parts)}{verdict}{small}{doubt}{f'; {caution}' if caution else ''}."


_TELL = {"change": _tell_change, "arms": _tell_arms, "did": _tell_did}
