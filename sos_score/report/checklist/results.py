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
from sos_score.report.questions.registry import describe_finding
from sos_score.words import count, join

_QUESTIONS = {
    "change": ("comparison of a site with itself over time", "comparisons of a site with itself over time"),
    "arms": ("comparison of the arms at one wave", "comparisons of the arms at one wave"),
    "did": ("comparison of how the arms changed", "comparisons of how the arms changed"),
}
_UNCLEAR = "No clear difference is not evidence of no difference."


def list_paragraphs(report: ReportData) -> Iterator[str]:
    """Yield what the design can show, a paragraph a source, and pairs of scores that were said to go together."""
    comparison, labels = report.comparison, report.labels
    limits = list_limits(comparison, labels)
    if limits:
        yield " ".join(limits)
    judged = [
        each
        for question in _QUESTIONS
        for each in comparison.ask(question)
        if each.is_judged and each.unit is not Unit.SITES
    ]
    for source in dict.fromkeys(each.source for each in judged):
        yield _describe_source([each for each in judged if each.source == source], labels)
    pairs = [each for each in comparison.ask("association") if each.is_judged]
    told = [describe_finding(each, labels) for each in pairs if each.verdict is Verdict.DIFFERENT]
    if told:
        yield f"Pairs of scores stated in advance. {' '.join(told)}"


def _describe_source(findings: list[Finding], labels: Labels) -> str:
    """Return one source's results: each difference, then how many comparisons found none and what that means."""
    said = [f"{labels.sources[findings[0].source]}."]
    for question, nouns in _QUESTIONS.items():
        found = [each for each in findings if each.question == question]
        told = [each for each in found if each.verdict in (Verdict.DIFFERENT, Verdict.TRIVIAL)]
        said += [_TELL[question](each, labels) for each in told]
        said += _count_rest(found, nouns, labels)
        if question != "change":
            said += [_begin(text) for text in dict.fromkeys(filter(None, map(labels.name_cautions, told)))]
    if any(each.verdict is Verdict.INCONCLUSIVE for each in findings):
        said.append(_UNCLEAR)
    return " ".join(said)


def _begin(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _count_rest(found: list[Finding], nouns: tuple[str, str], labels: Labels) -> Iterator[str]:
    same = [each for each in found if each.verdict is Verdict.EQUIVALENT]
    if same:
        where = join([_name_place(each, labels) for each in same])
        yield f"Smaller than the limit stated in advance (equivalent): {where}."
    unclear = [each for each in found if each.verdict is Verdict.INCONCLUSIVE]
    unclear = [each for each in unclear if not math.isnan(each.estimate.value)]
    if unclear:
        yield f"{len(unclear)} of {count(len(found), *nouns)} found no clear difference."


def _name_place(finding: Finding, labels: Labels) -> str:
    parts = [labels.name_scale(finding), labels.name_site(finding.site) or "", labels.name_waves(finding.waves)]
    return ", ".join(filter(None, parts))


def _tell_change(finding: Finding, labels: Labels) -> str:
    verb = "rose" if finding.estimate.value > 0 else "fell"
    by_wave = dict(zip(finding.groups.members, finding.counts, strict=False))
    counts = " and ".join(f"{by_wave[wave]} at {wave}" for wave in finding.waves if wave in by_wave)
    size = format_number(abs(finding.estimate.value))
    when = f"from {finding.waves[0]} to {finding.waves[-1]}"
    start = f"In {labels.name_site_and_arm(finding.site)}, {labels.name_scale(finding)} {verb} by {size} points {when}"
    return _end(start, finding, f"n = {counts}", labels.name_cautions(finding))


def _tell_arms(finding: Finding, labels: Labels) -> str:
    treated, reference = labels.arms
    side = "higher" if finding.estimate.value > 0 else "lower"
    when = f"At {labels.name_waves(finding.waves)}, " if finding.waves else ""
    size = format_number(abs(finding.estimate.value))
    scale = labels.name_scale(finding)
    counts = f"n = {' and '.join(map(str, finding.counts))} {labels.name_unit(finding)}"
    return _end(f"{when}{scale} was {size} points {side} in {treated} than in {reference}", finding, counts)


def _tell_did(finding: Finding, labels: Labels) -> str:
    size = format_number(finding.estimate.value)
    what = f"{labels.name_scale(finding)} changed differently in the arms: {labels.name_arm_means(finding)}"
    return _end(f"{what}, a difference in change of {size} points", finding, "")


def _end(start: str, finding: Finding, counts: str, caution: str = "") -> str:
    """Return a sentence with its interval, test, effect and verdict; the sign is that of the difference."""
    estimate, test, effect = finding.estimate, finding.test, finding.effect
    parts = [start]
    if not math.isnan(estimate.low):
        parts.append(f"95% CI of the difference {format_interval(estimate.low, estimate.high)}")
    if not math.isnan(test.df):
        parts.append(f"{test.name}({format_df(test.df)}) = {format_number(test.statistic)}")
    if not math.isnan(test.p_adjusted):
        parts.append(format_named_p(test.p_adjusted, "adjusted p"))
    if not math.isnan(effect.value):
        parts.append(f"{effect.measure.value} = {with_interval(effect.value, effect.low, effect.high)}")
    parts += [counts] if counts else []
    verdict = f" ({name_better(finding)})" if name_better(finding) else ""
    small = "; this is less than the limit stated in advance" if finding.verdict is Verdict.TRIVIAL else ""
    doubt = f"; but {name_doubt(finding)}" if name_doubt(finding) else ""
    return f"{', '.join(parts)}{verdict}{small}{doubt}{f'; {caution}' if caution else ''}."


_TELL = {"change": _tell_change, "arms": _tell_arms, "did": _tell_did}
