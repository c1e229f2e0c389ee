"""From a study's data to its findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.comparability import carry_comparability
from sos_score.comparison.imputed import carry_imputed
from sos_score.comparison.judging import Comparison, check_questions, compare_outcomes
from sos_score.comparison.keys import carry_doubts, find_key_doubts, find_plan, reverse_items
from sos_score.comparison.outcome import OutcomeScores, Scores
from sos_score.comparison.plan import ComparisonPlan, make_plan
from sos_score.comparison.questions.associations import is_asked
from sos_score.comparison.rows import Rows
from sos_score.errors import InvalidRequest, check_kind, guess
from sos_score.notes import Note, note
from sos_score.scoring.norms import NamedNorm
from sos_score.statistics.mixed.data import nest_codes
from sos_score.statistics.progress import Track
from sos_score.study.data import StudyData
from sos_score.study.outcome import SourceTable, StudyOutcome
from sos_score.words import join, list_names


def compare_study(
    data: StudyData,
    questions: str | Sequence[str] = (),
    instruments: str | Sequence[str] = (),
    scales: str | Sequence[str] = (),
    *,
    track: Track | None = None,
    judged_only: bool = False,
) -> Comparison:
    """Compare the sites of a study, and say who accounts for the differences and what goes with what.

    Parameters
    ----------
    data : StudyData
        From `load_study_data`.
    questions : str or sequence of str
        ``design``, ``level``, ``change``, ``arms``, ``did``, ``variation``, ``association``, ``profiles``,
        ``reliable``, ``extremes``, ``missing``; none means all.
    instruments, scales : str or sequence of str
        Only these; none means every outcome of the plan. A scale is named by its id or as ``source.scale``.
    track : callable, optional
        Is given the comparisons that draw random numbers and what they are, and passes them on one by one: for a
        progress bar. What is drawn depends on the plan's seed alone.
    judged_only : bool
        Whether `design`, `change`, `arms` and `did` give their verdicts and what those rest on, and nothing beside:
        the same numbers in less time.

    Returns
    -------
    Comparison
        A `Finding` for each result, with small groups blanked. An item that runs against its scale at a site or a wave
        is a note (``item_against_key``), the first of the comparison's and one of each finding that it touches.

    Raises
    ------
    InvalidRequest
        There is no such question, or no such outcome.
    InvalidSurvey
        Where pooled results that the study file puts back were made from other estimates.
    """
    check_kind(data, StudyData, "load_study_data(study)")
    questions = list_names(questions)
    check_questions(questions)
    plan = replace(
        make_plan(data.study, data.hidden),
        track=track,
        judged_only=judged_only,
    )
    chosen = choose_outcomes(data, instruments, scales)
    others = {table.source for table in data.tables} - {outcome.source for outcome in chosen}
    notes = [each for each in data.notes if dict(each.values).get("source") not in others]
    outcomes, known = (
        [],
        {id(table): find_rows(table, plan) for table in {id(each.table): each.table for each in chosen}.values()},
    )
    for each in chosen:
        outcome, said = take_scores(each, plan, known[id(each.table)])
        outcomes.append(outcome)
        notes += said
    found = compare_outcomes(outcomes, plan, questions, tuple(dict.fromkeys(notes)), (data, chosen))
    pairs = {name for name, pair in data.study.pairs.items() if is_asked(pair, chosen)}
    kept = tuple(each for each in found.findings if not each.pair or each.pair in pairs)
    doubts = find_key_doubts(data, chosen)
    of_keys = tuple(doubt.said for doubt in doubts)
    compared = carry_comparability(carry_doubts(kept, doubts), data)
    findings = carry_imputed(compared, data, found.outcomes, plan)
    return replace(found, findings=findings, notes=(*of_keys, *found.notes))


def choose_outcomes(
    data: StudyData, instruments: str | Sequence[str] = (), scales: str | Sequence[str] = ()
) -> list[StudyOutcome]:
    """Return the outcomes of the plan, or those of them that are named; see `compare_study`.

    Raises `InvalidRequest` where none is left, or a name is of none of them.
    """
    instruments, scales = list_names(instruments), list_names(scales)
    planned = [outcome for outcome in data.outcomes if outcome.is_planned]
    chosen = [
        outcome
        for outcome in planned
        if (not instruments or {outcome.instrument, outcome.source} & {*instruments})
        and (not scales or {outcome.scale, outcome.id} & {*scales})
    ]
    known = ", ".join(outcome.id for outcome in planned)
    if not chosen:
        names = [name for each in planned for name in (each.scale, each.source, each.id)]
        near = next(filter(None, (guess(name, names) for name in (*scales, *instruments))), "")
        raise InvalidRequest(f"no outcome is left to compare (outcomes: {known}) {near}".rstrip())
    found = {name for each in chosen for name in (each.instrument, each.source, each.scale, each.id)}
    unknown = [name for name in (*instruments, *scales) if name not in found]
    if unknown:
        raise InvalidRequest(f"no outcome or source is called {join(unknown)} (outcomes: {known})")
    return chosen


def take_scores(
    outcome: StudyOutcome, plan: ComparisonPlan, rows: Rows | None = None
) -> tuple[OutcomeScores, list[Note]]:
    """Return an outcome's scores as the questions use them, with a note where several raters stand for one person.

    `rows` are those of its table, from `find_rows`, where they have been found already.
    """
    score = outcome.frame[outcome.scale].to_numpy(dtype=float, copy=True)
    items = reverse_items(outcome)
    rows = rows or find_rows(outcome.table, plan)
    keep, n_rated = _merge_raters(rows, score)
    few = n_rated < plan.smallest_cell
    notes = (
        [note("several_ratings", source=outcome.source, people=None if few else n_rated, least=plan.smallest_cell)]
        if n_rated
        else []
    )
    if n_rated:
        score = score[keep]
        cluster = None if rows.cluster is None else rows.cluster[keep]
        rows = Rows(rows.person[keep], rows.site[keep], rows.wave[keep], cluster)
    found = OutcomeScores(
        source=outcome.source,
        instrument=outcome.instrument,
        scale=outcome.scale,
        title=f"{outcome.title} ({outcome.source_label})",
        respondent=outcome.answered_by,
        higher_is=outcome.higher_is,
        good=outcome.good,
        low=outcome.low,
        high=outcome.high,
        person=rows.person,
        site=rows.site,
        wave=rows.wave,
        score=score,
        items=None if items is None or n_rated else items[keep],
        options=_count_options(outcome),
        norm=_find_norm(outcome),
        is_t=outcome.metric == "T",
        cluster=rows.cluster,
        cluster_level=_find_level(outcome.table),
        unit=outcome.unit,
        rows=rows,
    )
    return found, notes


def _find_norm(outcome: StudyOutcome) -> NamedNorm | None:
    """Return the norm that scores are read against: one in their metric, or one of sums as means, or of means as sums.

    A sum is its mean times the weights of all items, save where sums are of what was answered only.
    """
    norms = [norm for norm in outcome.norms if outcome.scale in norm.means]
    own = next((norm for norm in norms if norm.score == outcome.metric), None)
    plans = outcome.table.plan.scales if outcome.table.plan else ()
    plan = next((each for each in plans if each.scale == outcome.scale), None)
    if own or not norms or plan is None or plan.rule.sums == "as_answered":
        return own
    factor = plan.weight if outcome.metric == "sum" else 1 / plan.weight
    means = {outcome.scale: norms[0].means[outcome.scale] * factor}
    sds = {outcome.scale: norms[0].sds[outcome.scale] * factor}
    return replace(norms[0], score=outcome.metric, means=means, sds=sds)


def find_rows(table: SourceTable, plan: ComparisonPlan) -> Rows:
    """Return who is in each row of a table, where and when, and what it is nested in: unique within sites."""
    frame, level = table.frame, _find_level(table)
    wave = _texts(frame["wave"])
    if not wave.astype(bool).any():
        wave = np.full(wave.shape, plan.first_wave)
    codes = nest_codes(*(frame[name].to_numpy(dtype=object) for name in ("site", level))) if level else None
    cluster = None if codes is None else _texts(codes)
    return Rows(_texts(frame["person"]), _texts(frame["site"]), wave, cluster)


def _find_level(table: SourceTable) -> str:
    """Return the highest level below the site; "" where there is none."""
    return next(iter(table.below_site), "")


def _texts(values: Iterable[object]) -> NDArray[np.str_]:
    return np.array([value if isinstance(value, str) else "" for value in values], dtype=str)


def _merge_raters(rows: Rows, score: Scores) -> tuple[NDArray[np.intp], int]:
    """Return the rows to keep, the mean of several ratings put into the first of them, and how many have several."""
    who = rows.people * len(rows.names) + rows.places
    _, first, place, sizes = np.unique(who, return_index=True, return_inverse=True, return_counts=True)
    several = np.flatnonzero(sizes > 1)
    if not several.size:
        return np.arange(score.size), 0
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(sizes)
    for each in several.tolist():
        mine = order[ends[each] - sizes[each] : ends[each]]
        there = score[mine][~np.isnan(score[mine])]
        score[mine[0]] = there.mean() if there.size else np.nan
    return np.sort(first), int(several.size)


def _count_options(outcome: StudyOutcome) -> int:
    """Return how many answers the scale's items have; 0 where they differ."""
    scale = find_plan(outcome)
    ranges = {(term.low, term.high) for term in scale.terms} if scale and not scale.of_scores else set()
    if len(ranges) != 1:
        return 0
    low, high = ranges.pop()
    return int(high - low) + 1
