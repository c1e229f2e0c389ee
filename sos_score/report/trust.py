"""How far every scale can be trusted at each wave, as two lines of tables and what is to be said of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sos_score.comparison.judging import Comparison
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.suppression import find_hidden_places, is_total_shown
from sos_score.output.numbers import format_number, with_interval
from sos_score.output.table import Cell
from sos_score.report.labels import Labels
from sos_score.study.data import StudyData

NOT_SHOWN = "not shown"
"""In place of alpha within sites where a site is hidden."""


@dataclass(frozen=True)
class Trust:
    """The reliability of one scale at one wave, as two lines of tables and what is to be said of it."""

    name: tuple[str, str, str]
    n: int
    alpha: float
    interval: tuple[float, float]
    main: tuple[Cell, ...]
    more: tuple[Cell, ...]
    suspicions: tuple[str, ...]
    notes: tuple[str, ...]


def list_trust(comparison: Comparison, labels: Labels, data: StudyData) -> Iterator[Trust]:
    """Yield the reliability of every scale at each wave with enough people."""
    plan, names = comparison.plan, labels.names
    for outcome in comparison.outcomes:
        if outcome.items is None or outcome.items.shape[1] < 2:
            continue
        items = _list_items(data, outcome)
        hidden = find_hidden_places(outcome, plan)
        for wave in (wave for wave in plan.waves if is_total_shown(outcome, plan, wave)):
            is_any_hidden = any(at == wave for _, at in hidden)
            found = _assess(outcome, wave, items, names[outcome.source, outcome.scale], is_any_hidden=is_any_hidden)
            if found.n >= max(plan.smallest_cell, 1):
                yield found


def _list_items(data: StudyData, outcome: OutcomeScores) -> list[str]:
    scoring = data.outcome(outcome.id).table.plan
    scales = scoring.scales if scoring else ()
    return [term.name for scale in scales if scale.scale == outcome.scale for term in scale.terms]


def _assess(
    outcome: OutcomeScores, wave: str, items: list[str], name: tuple[str, str], *, is_any_hidden: bool
) -> Trust:
    from sos_score.psychometrics.internal_consistency.alpha import reliability
    from sos_score.psychometrics.internal_consistency.error import measurement_error
    from sos_score.psychometrics.internal_consistency.keycheck import check_keys
    from sos_score.psychometrics.internal_consistency.omega import omega_total
    from sos_score.psychometrics.internal_consistency.ordinal import ordinal_alpha
    from sos_score.psychometrics.internal_consistency.within import centre_teams
    from sos_score.psychometrics.moments import moments

    there = outcome.at(wave=wave)
    assert outcome.items is not None
    answers, scores = outcome.items[there], outcome.score[there]
    given = moments(answers)
    found, omega, ordinal = reliability(given, items), omega_total(given, items), ordinal_alpha(answers, items)
    sd = float(scores.std(ddof=1)) if scores.size > 1 else math.nan
    error = measurement_error(sd, found.alpha)
    key = check_keys(given, items)
    sites = outcome.site[there]
    within: Cell = math.nan
    if is_any_hidden:
        within = NOT_SHOWN
    elif len(set(sites.tolist())) > 1:
        within = reliability(moments(centre_teams(answers, sites))).alpha
    alpha = with_interval(found.alpha, found.ci_low, found.ci_high) or "-"
    suspicions = tuple(
        f"{items[place]} in {name[1]} ({name[0]}){f', {wave}' if wave else ''}: correlates"
        f" {format_number(key.item_rest_r[place])} with the other items."
        for place in np.flatnonzero(key.suspected)
    )
    several = () if math.isnan(found.alpha) else (*omega.notes, *ordinal.notes, *error.notes)
    notes = [each for each in (*found.notes, *several) if each.code != "lambda4_too_many_items"]
    said = [each.with_values(n="so few") if each.code == "polychoric_rough" else each for each in notes]
    return Trust(
        (*name, wave),
        found.n,
        found.alpha,
        (found.ci_low, found.ci_high),
        (
            found.n,
            found.items,
            alpha,
            found.alpha,
            found.ci_low,
            found.ci_high,
            within,
            omega.omega,
            ordinal.alpha,
            error.sem,
            error.smallest_detectable_change,
        ),
        (sd, found.mean_r, found.standardized_alpha, found.lambda2, found.lambda6),
        suspicions,
        tuple(map(str, dict.fromkeys(said))),
    )
