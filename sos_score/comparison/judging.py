"""Every question of a study asked, its p values adjusted within families, and each finding judged by one rule."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sos_score.comparison.detectable import Spreads
from sos_score.comparison.finding import Finding
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.questions.registry import QUESTIONS
from sos_score.comparison.suppression import suppress_small
from sos_score.comparison.verdict import Direction
from sos_score.errors import InvalidRequest, guess
from sos_score.notes import Note, note
from sos_score.statistics.multiplicity import adjust_p
from sos_score.study.data import StudyData
from sos_score.study.outcome import StudyOutcome

_LIMITED = ("level", "change", "arms", "did")

Known = dict[tuple[str, OutcomeScores], list[Finding]]
"""What each question found of an outcome, by one plan."""


@dataclass(frozen=True)
class Comparison:
    """The findings of a study.

    Attributes
    ----------
    findings : tuple of Finding
        Question by question, outcome by outcome.
    families : dict
        How many tests each family holds.
    notes : tuple of Note
        What holds for the study as a whole.
    """

    plan: ComparisonPlan
    outcomes: tuple[OutcomeScores, ...]
    findings: tuple[Finding, ...]
    families: dict[str, int]
    notes: tuple[Note, ...]

    def ask(self, question: str) -> list[Finding]:
        """Return the findings of one question."""
        return [finding for finding in self.findings if finding.question == question]


def check_questions(names: Iterable[str]) -> None:
    """Refuse what is no question; `sensitivity`, which is asked of a comparison, is listed beside them."""
    for name in names:
        if name not in QUESTIONS:
            known = [*QUESTIONS, "sensitivity"]
            raise InvalidRequest(f"no question '{name}' (questions: {', '.join(known)}) {guess(name, known)}".rstrip())


def compare_outcomes(
    outcomes: Iterable[OutcomeScores],
    plan: ComparisonPlan,
    questions: Sequence[str] = (),
    notes: tuple[Note, ...] = (),
    study: tuple[StudyData, Sequence[StudyOutcome]] | None = None,
) -> Comparison:
    """Ask every question, or those named, adjust within families, and judge.

    Verdicts hold after adjustment; see `ask_questions` and `judge_findings`.
    """
    outcomes = tuple(outcomes)
    judged = judge_findings(ask_questions(outcomes, plan, questions, study), outcomes, plan)
    families: dict[str, int] = {}
    for finding in judged:
        if finding.is_judged and not math.isnan(finding.test.p):
            families[finding.family] = families.get(finding.family, 0) + 1
    is_limited = any(each.is_judged and each.question in _LIMITED for each in judged)
    return Comparison(
        plan, outcomes, tuple(judged), families, (*notes, *_list_notes(plan, families, is_limited=is_limited))
    )


def ask_questions(
    outcomes: Sequence[OutcomeScores],
    plan: ComparisonPlan,
    questions: Sequence[str] = (),
    study: tuple[StudyData, Sequence[StudyOutcome]] | None = None,
    known: Known | None = None,
) -> list[Finding]:
    """Ask every question, or those named: findings that are not judged yet.

    Questions about a study as a whole are asked where its data are given. Groups of fewer people than the plan allows
    are blanked, and with them whatever would let a reader work them out. What is found is put into `known`, and what is
    there by the same plan is not asked again.
    """
    known = {} if known is None else known
    every = [(outcome, Spreads(outcome, plan)) for outcome in outcomes]
    found: list[Finding] = []
    for name, question in QUESTIONS.items():
        if (questions and name not in questions) or (question.needs_arms and not plan.has_arms):
            continue
        if question.ask_outcome:
            for outcome, spreads in every:
                if (name, outcome) not in known:
                    known[name, outcome] = question.ask_outcome(outcome, plan, spreads)
                found += known[name, outcome]
        if question.ask_study and study:
            found += question.ask_study(study[0], plan, study[1])
    return suppress_small(found, outcomes, plan)


def judge_findings(found: Iterable[Finding], outcomes: Sequence[OutcomeScores], plan: ComparisonPlan) -> list[Finding]:
    """Return what `ask_questions` found with p adjusted within families, and each verdict."""
    good = {(outcome.source, outcome.scale): outcome.good for outcome in outcomes}
    adjusted = _adjust(list(found), plan)
    return [_mark_better(QUESTIONS[each.question].judge(each, plan), good) for each in adjusted]


def _adjust(findings: list[Finding], plan: ComparisonPlan) -> list[Finding]:
    """Return the findings with p and TOST p adjusted within each family."""
    members: dict[str, list[int]] = {}
    for place, finding in enumerate(findings):
        if finding.is_judged:
            members.setdefault(finding.family, []).append(place)
    for places in members.values():
        each = [findings[place] for place in places]
        adjusted = adjust_p([finding.test.p for finding in each], plan.adjustment).tolist()
        equal = adjust_p([finding.equivalence.p for finding in each], plan.adjustment).tolist()
        for place, finding, p, tost_p in zip(places, each, adjusted, equal, strict=True):
            findings[place] = replace(
                finding,
                test=replace(finding.test, p_adjusted=p),
                equivalence=replace(finding.equivalence, p_adjusted=tost_p),
            )
    return findings


def _mark_better(finding: Finding, good: dict[tuple[str, str], str | None]) -> Finding:
    """Return a finding marked as better or worse, where it is known which end of the scale is good.

    Of changes it is marked only where the treated arm itself changed that way, its own interval beyond 0: a difference
    that the other arm's loss makes is nobody's gain.
    """
    better = good.get((finding.source, finding.scale))
    if finding.question == "association" or finding.direction is Direction.NONE or better is None:
        return finding
    if finding.arm_changes:
        own = finding.arm_changes[0]
        if not (own.low > 0 if finding.estimate.value > 0 else own.high < 0):
            return finding
    return replace(finding, is_better=(finding.estimate.value > 0) == (better == "high"))


def _list_notes(plan: ComparisonPlan, families: dict[str, int], *, is_limited: bool) -> tuple[Note, ...]:
    """Return what holds for a comparison; the limit where differences of means are judged against it."""
    cells = (note("few_hidden", least=plan.smallest_cell),) if plan.smallest_cell > 1 else ()
    if not families:
        return cells
    limit = _name_limit(plan) if is_limited else ()
    if plan.adjustment == "none":
        return (*limit, note("not_adjusted"), *cells)
    sizes = sorted(set(families.values()))
    adjusted = note(
        "adjusted", method=plan.adjustment, families=len(families), smallest=sizes[0], largest=sizes[-1]
    )  # fmt: skip
    return (*limit, adjusted, *cells)


def _name_limit(plan: ComparisonPlan) -> tuple[Note, ...]:
    stated = plan.find_effect("", "")
    return (note("limit", value=stated.value, unit=stated.unit) if stated else note("no_limit"),)
