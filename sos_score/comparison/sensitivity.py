"""Whether a verdict hangs on a choice of the analysis: how gaps are scored, who is counted, and as what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from sos_score.comparison.compare import choose_outcomes, find_rows, take_scores
from sos_score.comparison.finding import Finding, Unit, judge_otherwise
from sos_score.comparison.imputed import carry_imputed, fill_in
from sos_score.comparison.judging import Known, ask_questions, judge_findings
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan, SmallestEffect, make_plan
from sos_score.comparison.straightlining import drop_straight_liners
from sos_score.comparison.tipping import NOT_ASKED, TippingPoint, find_answer, find_tipping_points
from sos_score.definition.study.model import Family, Study, name_family
from sos_score.errors import check_kind
from sos_score.notes import Note
from sos_score.study.data import StudyData
from sos_score.study.rescore import rescore_study

RULES = ("all", "80%", "50%")
"""The missing rules that are tried, as `rescore_study` names them."""
PLANNED, SITES, ATTENTIVE, LINKED, WITHOUT = "planned", "sites", "attentive", "linked", "without"
FAMILY, LIMIT, IMPUTED = "family", "limit", "imputed"
_FAMILIES: tuple[Family, ...] = ("scale", "source", "question")
_LIMITS = (0.2, 0.3, 0.5)  # standard deviations of people
_OF_ARMS = ("arms", "did")
_QUESTIONS = ("change", *_OF_ARMS)
_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to analyse: as planned, one of `RULES`, or another kind.

    ``sites``, ``attentive``, ``linked``, ``imputed``; ``without`` a site; another ``family`` of tests or ``limit`` in
    standard deviations, its value in `value`.
    """

    kind: str
    site: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceFinding:
    """A judged finding, and what becomes of it under each choice.

    Findings hold what a verdict rests on: the estimate, its tests, p and intervals; no detectable effect. Choices
    that do not apply, or cannot be shown, are not there.
    """

    finding: Finding
    others: dict[Choice, Finding]
    tipping: TippingPoint = NOT_ASKED

    @property
    def flips(self) -> tuple[Choice, ...]:
        """Return the choices under which the verdict is another one, or goes the other way."""
        planned = find_answer(self.finding)
        return tuple(choice for choice, other in self.others.items() if find_answer(other) != planned)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Every finding under every choice.

    Attributes
    ----------
    choices : tuple of Choice
        The plan first.
    findings : tuple of ChoiceFinding
        The judged findings of `change`, `arms` and `did`, of people and of sites, that are shown as planned.
    notes : tuple of Note
        How many rows are straight-lined.
    """

    choices: tuple[Choice, ...]
    findings: tuple[ChoiceFinding, ...]
    notes: tuple[Note, ...]


def score_by_rules(data: StudyData) -> dict[str, StudyData]:
    """Return a study scored under each missing rule of `RULES`; none where all scores arrived ready-made.

    Parameters
    ----------
    data : StudyData
        From `load_study_data`.

    Returns
    -------
    dict
        Rule to study: complete items only, 80% of a scale's items answered, half of them.
    """
    check_kind(data, StudyData, "load_study_data(study)")
    if all(table.plan is None for table in data.tables):
        return {}
    return {rule: rescore_study(data, rule) for rule in RULES}


def assess_sensitivity(
    data: StudyData,
    rules: Mapping[str, StudyData],
    instruments: str | Sequence[str] = (),
    scales: str | Sequence[str] = (),
) -> Sensitivity:
    """Judge every finding again under other choices, one at a time.

    Parameters
    ----------
    data : StudyData
        From `load_study_data`.
    rules : mapping of str to StudyData
        The same study scored by other missing rules, from `score_by_rules`.
    instruments, scales : str or sequence of str
        As in `compare_study`.

    Returns
    -------
    Sensitivity
        Each choice is the whole analysis done again, adjustment and withholding included, with one thing changed:
        the missing rule; straight-lined rows left out (see `find_straight_liners`); the same question judged of
        sites, for findings of people; one site left out, if it is shown; only people with a score at the first and at
        the last wave; missing scores filled in, where that was put back from R; tests adjusted within a scale, a source
        or a question; a smallest effect of .2, .3 and .5 standard deviations.
        Beside them stands how far those who left would have to differ from those who answered (`find_tipping_points`).
    """
    check_kind(data, StudyData, "load_study_data(study)")
    plan = replace(make_plan(data.study, data.hidden), judged_only=True)
    attentive, lined = drop_straight_liners(data)
    outcomes = _take_all(data, plan, instruments, scales)
    known: Known = {}
    asked = ask_questions(outcomes, plan, _QUESTIONS, known=known)
    planned = _keep_judged(asked, outcomes, plan)
    found: dict[Choice, dict[_Key, Finding]] = {}
    for kind, rescored in {**rules, ATTENTIVE: attentive}.items():
        found[Choice(kind)] = _judge(_take_all(rescored, plan, instruments, scales, outcomes), plan, known=known)
    if by_sites := {key: planned[of_sites] for key in planned if (of_sites := _of_sites(key)) in planned}:
        found[Choice(SITES)] = by_sites
    # Arms with and without a site would tell of it.
    shown = [site for site in plan.sites if not plan.hidden.is_ever(site)]
    for site in shown:
        found[Choice(WITHOUT, site)] = _leave_out(outcomes, plan, site)
    if len(plan.waves) > 1:
        found[Choice(LINKED)] = _judge([kept for each in outcomes if (kept := _keep_linked(each, plan))], plan)
    if imputed := _judge_imputed(carry_imputed(asked, data, outcomes, plan), outcomes, plan):
        found[Choice(IMPUTED)] = imputed
    for choice, other in _vary_plan(data.study, plan):
        found[choice] = _judge_otherwise(asked, outcomes, other, is_limit=choice.kind == LIMIT)
    tipping = {_name(each): point for each, point in find_tipping_points(asked, outcomes, plan)}
    findings = [
        ChoiceFinding(finding, {choice: others[key] for choice, others in found.items() if key in others}, tipping[key])
        for key, finding in planned.items()
    ]
    return Sensitivity((Choice(PLANNED), *found), tuple(findings), lined)


def _vary_plan(study: Study, plan: ComparisonPlan) -> Iterator[tuple[Choice, ComparisonPlan]]:
    """Yield the plan with another family of tests and with another limit, those it has itself left out."""
    stated = study.plan
    for family in _FAMILIES:
        if stated.multiplicity.method != "none" and (
            family != stated.multiplicity.family or stated.multiplicity.families or stated.primary
        ):
            yield Choice(FAMILY, value=family), replace(plan, name_family=partial(name_family, family))
    own = stated.smallest_effect
    for value in _LIMITS:
        if own is None or own.unit != "g" or own.value != value or own.scales:
            limit = SmallestEffect(value, "g")
            yield Choice(LIMIT, value=f"{value:g}"), replace(plan, find_effect=lambda *_, limit=limit: limit)


def _take_all(
    data: StudyData,
    plan: ComparisonPlan,
    instruments: Sequence[str],
    scales: Sequence[str],
    planned: Sequence[OutcomeScores] = (),
) -> list[OutcomeScores]:
    """Return the outcomes of a study; where nothing is another than planned, the planned one: it is asked only once."""
    of = {each.id: each for each in planned}
    chosen = choose_outcomes(data, instruments, scales)
    rows = {key: find_rows(table, plan) for key, table in {id(each.table): each.table for each in chosen}.items()}
    taken = [take_scores(each, plan, rows[id(each.table)])[0] for each in chosen]
    return [of[each.id] if each.id in of and _are_same(each, of[each.id]) else each for each in taken]


def _are_same(one: OutcomeScores, other: OutcomeScores) -> bool:
    """Return whether two outcomes of one scale have the same scores of the same people, places and answers."""
    fields = ("person", "site", "wave", "score", "items", "cluster")
    pairs = [(getattr(one, name), getattr(other, name)) for name in fields]
    return all(
        x is y if x is None or y is None else np.array_equal(x, y, equal_nan=x.dtype.kind == "f") for x, y in pairs
    )


def _judge(
    outcomes: Sequence[OutcomeScores],
    plan: ComparisonPlan,
    questions: Sequence[str] = _QUESTIONS,
    known: Known | None = None,
) -> dict[_Key, Finding]:
    """Return the judged findings that are shown, by what they are about."""
    return _keep_judged(ask_questions(outcomes, plan, questions, known=known), outcomes, plan)


def _judge_otherwise(
    asked: Sequence[Finding], outcomes: Sequence[OutcomeScores], plan: ComparisonPlan, *, is_limit: bool
) -> dict[_Key, Finding]:
    """Return the findings judged by a plan that changes no test: they are asked again only where sites permute."""
    if is_limit and any(each.is_judged and each.unit is Unit.SITES for each in asked):
        return _judge(outcomes, plan)
    of = {(each.source, each.scale): each for each in outcomes}
    again = [
        judge_otherwise(each, of[each.source, each.scale], plan) if each.is_judged else each for each in asked
    ]  # fmt: skip
    return _keep_judged(again, outcomes, plan)


def _judge_imputed(
    asked: Sequence[Finding], outcomes: Sequence[OutcomeScores], plan: ComparisonPlan
) -> dict[_Key, Finding]:
    """Return the findings that were pooled over imputations, judged by their pooled numbers."""
    of = {(each.source, each.scale): each for each in outcomes}
    again = [judge_otherwise(fill_in(each), of[each.source, each.scale], plan) if each.imputed else each
             for each in asked]  # fmt: skip
    pooled = {_name(each) for each in asked if each.imputed}
    return {key: each for key, each in _keep_judged(again, outcomes, plan).items() if key in pooled}


def _keep_judged(
    asked: Sequence[Finding], outcomes: Sequence[OutcomeScores], plan: ComparisonPlan
) -> dict[_Key, Finding]:
    found = judge_findings(asked, outcomes, plan)
    return {_name(each): each for each in found if each.is_judged and each.verdict}


def _name(each: Finding) -> _Key:
    return (each.question, each.sources, each.scale, each.site, each.waves, each.groups, each.unit)


def _of_sites(key: _Key) -> _Key:
    return (*key[:-1], Unit.SITES) if key[0] != "change" and key[-1] is Unit.PEOPLE else ()


def _leave_out(outcomes: Sequence[OutcomeScores], plan: ComparisonPlan, site: str) -> dict[_Key, Finding]:
    """Return the findings without a site: those about arms, which alone can change."""
    fewer = replace(plan, sites={name: label for name, label in plan.sites.items() if name != site})
    kept = [_keep(each, each.site != site) for each in outcomes]
    return _judge(kept, fewer, _OF_ARMS)


def _keep(outcome: OutcomeScores, places: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> OutcomeScores:
    return replace(
        outcome,
        person=outcome.person[places],
        site=outcome.site[places],
        wave=outcome.wave[places],
        score=outcome.score[places],
        items=None if outcome.items is None else outcome.items[places],
        cluster=None if outcome.cluster is None else outcome.cluster[places],
    )


def _keep_linked(outcome: OutcomeScores, plan: ComparisonPlan) -> OutcomeScores | None:
    """Return those who have a score at the first and the last wave in one site; None without waves."""
    if not all(outcome.count(wave=wave) for wave in plan.span):
        return None
    linked = set(_list_linked(outcome, plan))
    places = zip(outcome.site.tolist(), outcome.person.tolist(), strict=True)
    return _keep(outcome, np.array([place in linked for place in places], dtype=bool))


def _list_linked(outcome: OutcomeScores, plan: ComparisonPlan) -> Iterator[tuple[str, str]]:
    for site in plan.sites:
        people, before, after = outcome.pair((site,), plan.first_wave, plan.last_wave)
        both = ~np.isnan(before) & ~np.isnan(after)
        yield from ((site, person) for person, is_linked in zip(people, both.tolist(), strict=True) if is_linked)
