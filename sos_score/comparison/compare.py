"""From a study's data to panels and a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sos_score.comparison.finding import Row
from sos_score.comparison.judging import Comparison, compare_panels
from sos_score.comparison.outcome import Panel, Plan, Scores, SmallestEffect
from sos_score.comparison.questions.associations import is_asked
from sos_score.comparison.questions.registry import list_study_rows
from sos_score.definition.study.model import Study
from sos_score.statistics.progress import Track
from sos_score.study.data import StudyData, StudyOutcome
from sos_score.study.small_cells import say_count

if TYPE_CHECKING:
    import pandas as pd


def compare_study(
    data: StudyData,
    questions: Sequence[str] = (),
    instruments: Sequence[str] = (),
    scales: Sequence[str] = (),
    *,
    track: Track | None = None,
) -> Comparison:
    """Compare the sites of a study, and say who accounts for the differences and what goes with what.

    Parameters
    ----------
    data : StudyData
        From `load_study_data`.
    questions : sequence of str
        ``design``, ``level``, ``change``, ``arms``, ``did``, ``variation``, ``association``, ``profiles``; none
        means all.
    instruments, scales : sequence of str
        Only these; none means every outcome of the plan. A scale is named by its id or as ``source.scale``.
    track : callable, optional
        Is given the comparisons that draw random numbers and what they are, and passes them on one by one: for a
        progress bar. What is drawn depends on the plan's seed alone.

    Returns
    -------
    Comparison
        A row for each finding; see `Row`.
    """
    plan = replace(make_plan(data.study), track=track)
    chosen = choose_outcomes(data, instruments, scales)
    others = {table.source for table in data.tables} - {outcome.source for outcome in chosen}
    panels, notes = [], [str(each) for each in data.notes if dict(each.values).get("source") not in others]
    for outcome in chosen:
        panel, note = make_panel(outcome, plan)
        panels.append(panel)
        notes += note
    further = list_study_rows(data, plan, chosen, questions)
    found = compare_panels(panels, plan, questions, tuple(dict.fromkeys(notes)), further)
    kept = [row for row in found.rows if row.question != "association" or _is_shown(row, chosen)]
    return replace(found, rows=tuple(kept))


def choose_outcomes(data: StudyData, instruments: Sequence[str] = (), scales: Sequence[str] = ()) -> list[StudyOutcome]:
    """Return the outcomes of the plan, or those of them that are named; see `compare_study`."""
    return [
        outcome
        for outcome in data.outcomes
        if outcome.is_planned
        and (not instruments or outcome.instrument in instruments or outcome.source in instruments)
        and (not scales or outcome.scale in scales or outcome.id in scales)
    ]


def _is_shown(row: Row, chosen: Sequence[StudyOutcome]) -> bool:
    x, _, y = row.groups.partition(" - ")
    return is_asked(x, y, chosen)


def make_plan(study: Study) -> Plan:
    """Return a study's plan as the questions use it."""

    def find_effect(source: str, scale: str) -> SmallestEffect:
        effect = study.smallest_effect(source, scale)
        return SmallestEffect(effect.value, effect.unit)

    return Plan(
        sites={site: study.label_site(site) for site in study.sites},
        arms={site: each.arm or "" for site, each in study.sites.items()},
        treated=study.treated_arm or "",
        reference=(study.reference_arm or "") if study.treated_arm else "",
        arm_labels={arm: study.label_arm(arm) for arm in study.arms},
        waves=study.waves or {"": ""},
        alpha=study.plan.alpha,
        find_effect=find_effect,
        name_family=study.name_family,
        adjustment=study.plan.multiplicity.method,
        smallest_cell=study.privacy.smallest_cell,
        seed=study.plan.seed,
    )


def make_panel(outcome: StudyOutcome, plan: Plan) -> tuple[Panel, list[str]]:
    """Return an outcome as a panel, with a note where several raters stand for one person.

    Parameters
    ----------
    outcome : StudyOutcome
    plan : Plan

    Returns
    -------
    Panel
    list of str
    """
    frame = outcome.frame
    score = frame[outcome.scale].to_numpy(dtype=float, copy=True)
    items = _reverse_items(outcome)
    person, site = _texts(frame, "person"), _texts(frame, "site")
    wave = _texts(frame, "wave")
    if not wave.astype(bool).any():
        wave = np.full(wave.shape, plan.first_wave)
    keep, notes = _merge_raters((person, site, wave), score, plan.smallest_cell)
    if notes:
        items = None
        notes = [f"{outcome.source}: {note}" for note in notes]
    norm = next((norm for norm in outcome.norms if outcome.scale in norm.means and norm.score == outcome.metric), None)
    panel = Panel(
        source=outcome.source,
        instrument=outcome.instrument,
        scale=outcome.scale,
        title=f"{outcome.title} ({outcome.source_label})",
        respondent=outcome.answered_by,
        higher_is=outcome.higher_is,
        good=outcome.good,
        low=outcome.low,
        high=outcome.high,
        person=person[keep],
        site=site[keep],
        wave=wave[keep],
        score=score[keep],
        items=None if items is None else items[keep],
        options=_count_options(outcome),
        norm=norm,
        is_t=outcome.metric == "T",
    )
    return panel, notes


def _texts(frame: pd.DataFrame, column: str) -> np.ndarray[tuple[int, ...], np.dtype[np.str_]]:
    return np.array([value if isinstance(value, str) else "" for value in frame[column]], dtype=str)


def _merge_raters(
    ids: tuple[Iterable[str], Iterable[str], Iterable[str]], score: Scores, least: int
) -> tuple[list[int], list[str]]:
    """Return the rows to keep, the mean of several ratings put into the first of them."""
    places: dict[tuple[str, str, str], list[int]] = {}
    for index, key in enumerate(zip(*ids, strict=True)):
        places.setdefault(key if key[0] else ("", "", str(index)), []).append(index)
    several = [rows for rows in places.values() if len(rows) > 1]
    for rows in several:
        there = score[rows][~np.isnan(score[rows])]
        score[rows[0]] = there.mean() if there.size else np.nan
    count = say_count(len(several), least)
    notes = [f"{count} were rated more than once; the mean of their ratings is compared"] if several else []
    return [rows[0] for rows in places.values()], notes


def _reverse_items(outcome: StudyOutcome) -> Scores | None:
    """Return an outcome's answers, reversed as its key says; None where there are only scores."""
    plan = outcome.table.plan
    if plan is None:
        return None
    scale = next((scale for scale in plan.scales if scale.scale == outcome.scale), None)
    if scale is None or scale.of_scores or any(term.name not in outcome.table.answers for term in scale.terms):
        return None
    columns = []
    for term in scale.terms:
        codes = outcome.table.answers[term.name].to_numpy(dtype=float)
        columns.append(term.low + term.high - codes if term.is_reversed else codes)
    return np.column_stack(columns)


def _count_options(outcome: StudyOutcome) -> int:
    """Return how many answers the scale's items have; 0 where they differ."""
    plan = outcome.table.plan
    scale = next((scale for scale in plan.scales if scale.scale == outcome.scale), None) if plan else None
    ranges = {(term.low, term.high) for term in scale.terms} if scale and not scale.of_scores else set()
    if len(ranges) != 1:
        return 0
    low, high = ranges.pop()
    return int(high - low) + 1
