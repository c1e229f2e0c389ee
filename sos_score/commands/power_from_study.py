"""A plan of the next study filled in from a study just analysed."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from sos_score.commands.power_request import PlanRequest, check_wanted
from sos_score.comparison.compare import take_scores
from sos_score.comparison.needed import find_needed_sites
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.plan import make_plan as make_study_plan
from sos_score.comparison.planning_values import PlanningValues, measure_for_planning
from sos_score.errors import InvalidRequest
from sos_score.output.numbers import with_interval
from sos_score.output.table import Table
from sos_score.report.tables.needed import make_needed_table
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data
from sos_score.words import format_percent


def fill_from_study(request: PlanRequest, path: str, scale: str | None) -> tuple[PlanRequest, tuple[str, ...]]:
    """Return a request with what it leaves open taken from one outcome of a study, and what was found there."""
    outcome, plan = _choose_outcome(path, scale)
    found = measure_for_planning(outcome, plan)
    is_given = request.sites_per_arm or request.arms or "/" in (request.people or "")
    sites = None if is_given or not all(found.sites) else f"{found.sites[0]},{found.sites[1]}"
    waves = found.waves if request.waves is None else request.waves
    filled = replace(
        request,
        arms=request.arms or sites,
        people=request.people if request.people is not None else str(found.people) if found.people else None,
        icc=request.icc if request.icc is not None else _or_none(found.icc),
        waves=waves,
    )
    r = found.person_correlation
    if waves == 2 and found.waves == 2:
        overlap = request.overlap if request.overlap is not None else found.overlap
        stability = request.person_correlation
        if stability is None and r is not None and not math.isnan(r.r):
            stability = max(r.r, 0.0)
        filled = replace(filled, overlap=overlap, person_correlation=stability)
    return filled, _describe_found(outcome, found)


def list_needed(request: PlanRequest) -> dict[str, Table]:
    """Return what each outcome of a study would have needed, in the place of what it had."""
    problems = check_wanted(request)
    if problems:
        raise InvalidRequest("\n".join(problems))
    data = load_study_data(read_study(Path(str(request.study))))
    plan = make_study_plan(data.study, data.hidden)
    outcomes = [take_scores(outcome, plan)[0] for outcome in data.outcomes if outcome.is_planned]
    found = find_needed_sites(outcomes, replace(plan, alpha=request.alpha), request.effect, request.power)
    if not found:
        raise InvalidRequest(f"{request.study} has no two arms with scores to plan for")
    return {"needed": make_needed_table(found, request.power)}


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _choose_outcome(path: str, scale: str | None) -> tuple[OutcomeScores, ComparisonPlan]:
    data = load_study_data(read_study(Path(path)))
    planned = [outcome for outcome in data.outcomes if outcome.is_planned]
    chosen = [outcome for outcome in planned if scale is None or scale in (outcome.scale, outcome.id)]
    if len(chosen) != 1:
        known = ", ".join(outcome.id for outcome in chosen or planned)
        said = (
            f"--scale {scale} is {'more than one outcome' if chosen else 'no outcome'}"
            if scale
            else "--from needs one outcome"
        )
        raise InvalidRequest(f"{said}: give --scale SOURCE.SCALE (outcomes: {known})")
    plan = make_study_plan(data.study)
    return take_scores(chosen[0], plan)[0], plan


def _describe_found(outcome: OutcomeScores, found: PlanningValues) -> tuple[str, ...]:
    """Return what the study had, with the doubt about it."""
    size = f"{found.smallest}" if found.smallest == found.largest else f"{found.smallest} to {found.largest}"
    notes = [f"{outcome.id}: {size} people in a site and wave, {found.people} on average (rounded down)."]
    each = [
        f"{with_interval(share.share, share.low, share.high)}{f' at {wave}' if wave else ''}"
        for wave, share in found.iccs.items()
    ]
    larger = "; the larger is taken, and either could be far off" if len(each) > 1 else "; it could be far off"
    notes.append(f"Share of variance between sites (ICC): {', '.join(each)}{larger} with so few sites: try both ends.")
    if found.waves == 2:
        notes.append(f"{format_percent(found.overlap)} of people answered at both waves.")
    r = found.person_correlation
    if r is not None and not math.isnan(r.r):
        below = ", taken as 0" if r.r < 0 else ""
        notes.append(
            f"Their two answers correlate {with_interval(r.r, r.low, r.high)} within sites ({r.n} people){below}."
        )
    if found.waves == 2:
        notes.append(
            "So few sites cannot show how site means correlate over time: 0.8, unless you give --site-correlation."
        )
    return tuple(notes)
