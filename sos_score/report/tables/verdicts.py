"""How many verdicts of each kind there are, and the differences in headlines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sos_score.comparison.finding import Finding, Unit
from sos_score.comparison.judging import Comparison
from sos_score.comparison.keys import CODE as AGAINST_KEY
from sos_score.comparison.verdict import Verdict
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels, name_kind
from sos_score.report.many_sites import ask_ends
from sos_score.report.questions.outcomes import describe_outcome, list_norm_sentences
from sos_score.words import count, end_sentence, join

_KINDS = (Verdict.DIFFERENT, Verdict.TRIVIAL, Verdict.EQUIVALENT, Verdict.INCONCLUSIVE)
# What is said before any verdict.
_FIRST = (AGAINST_KEY, "nobody_at_both", "ids_nearly_same")
_QUESTIONS = {
    "level": "against the norm",
    "change": "change in a site",
    "arms": "arms at each wave",
    "did": "change by arm",
}


def make_count_table(comparison: Comparison, labels: Labels) -> Table:
    """Return how many verdicts of each question and unit are of each kind."""
    counts: dict[tuple[str, str], Counter[Verdict | None]] = {}
    for each in comparison.findings:
        if each.is_judged and each.question in _QUESTIONS:
            key = (_QUESTIONS[each.question], name_kind(each))
            counts.setdefault(key, Counter())[each.verdict] += 1
    rows: list[tuple[Cell, ...]] = [
        (question, unit, *(found[kind] for kind in _KINDS)) for (question, unit), found in counts.items()
    ]
    heads = ("verdicts", "unit", "different", "too small", "equivalent", "inconclusive")
    notes = tuple(labels.describe(each) for each in comparison.notes if each.code not in _FIRST)
    return Table(tuple(map(Column, heads)), tuple(rows), "", notes)


def list_doubts(comparison: Comparison, labels: Labels) -> list[str]:
    """Return what may make every number wrong, before any verdict: people not linked, items reversed in a file."""
    return [end_sentence(labels.describe(each)) for each in comparison.notes if each.code in _FIRST]


def list_headlines(comparison: Comparison, labels: Labels) -> dict[str, list[str]]:
    """Return the findings of a difference, by what they speak of, the norm's in one sentence an outcome."""
    judged = [each for each in comparison.findings if each.is_judged and each.question in _QUESTIONS]
    is_found = (Verdict.DIFFERENT, Verdict.TRIVIAL)
    some = [each for question in _QUESTIONS for each in ask_ends(question, comparison) if each.is_judged]
    found = [each for each in some if each.verdict in is_found and each.question != "level"]
    people, sites = (
        [describe_outcome(each, labels) for each in found if each.unit is unit] for unit in (Unit.PEOPLE, Unit.SITES)
    )
    asked = Counter(each.verdict for each in judged if each.unit is Unit.SITES)
    if asked and not sites:
        kinds = (_count(asked[Verdict.EQUIVALENT], "is equivalent", "are equivalent"),
                 _count(asked[Verdict.INCONCLUSIVE], "is inconclusive", "are inconclusive"))  # fmt: skip
        sites = [
            f"No difference between {join(labels.arms)} was found in {count(asked.total(), 'comparison')} of sites:"
            f" {join(kinds)}."
        ]
    norm = list_norm_sentences([each for each in judged if each.question == "level"], labels)
    named = {"Against the norm, at every site": norm, "Of answers, not of sites": people, "Of the sites": sites}
    return {name: sentences for name, sentences in named.items() if sentences}


def count_verdicts(findings: Iterable[Finding], what: str) -> str:
    """Return a sentence on how many findings are different, equivalent and inconclusive; nothing where none is judged.

    `what` is compared, in the singular: "comparison of sites".
    """
    kinds = Counter(each.verdict for each in findings if each.is_judged and each.verdict)
    total = kinds.total()
    if not total:
        return ""
    parts = [_count(kinds[Verdict.DIFFERENT], "shows a difference", "show a difference")]
    if kinds[Verdict.TRIVIAL]:
        parts.append(_count(kinds[Verdict.TRIVIAL], "shows one too small to matter", "show one too small to matter"))
    parts.append(_count(kinds[Verdict.EQUIVALENT], "is equivalent", "are equivalent"))
    parts.append(_count(kinds[Verdict.INCONCLUSIVE], "is inconclusive", "are inconclusive"))
    return f"Of {count(total, what, what.replace('comparison', 'comparisons', 1))}, {join(parts)}."


def _count(number: int, one: str, several: str) -> str:
    return f"{number or 'none'} {several if number > 1 else one}"
