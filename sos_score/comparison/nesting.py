"""What people are nested in: the levels of a table's rows, and tests whose unit is the highest level below the site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.finding import Finding, Groups, Unit, start_finding, with_test
from sos_score.comparison.outcome import OutcomeScores, Places, Scores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.notes import Note, note
from sos_score.statistics.estimate import Estimate
from sos_score.statistics.mixed.data import nest_codes
from sos_score.statistics.regression.cluster_robust import compare_clustered, infer_cr2
from sos_score.statistics.regression.ols import fit_least_squares
from sos_score.statistics.t_tests import compare_to_norm, compare_welch
from sos_score.study.outcome import SourceTable
from sos_score.words import pluralise

if TYPE_CHECKING:
    import pandas as pd

Codes = NDArray[np.object_]
REACH = "more_like_these"
"""The code of the note that a finding of people has: whom its p and interval are about."""


def split_waves(frame: pd.DataFrame, plan: ComparisonPlan) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each wave with its rows, in order; the wave is empty where none is recorded."""
    if frame["wave"].isna().all():
        yield "", frame
        return
    for wave in plan.waves:
        rows = frame[frame["wave"] == wave]
        if len(rows):
            yield wave, rows


def nest_levels(table: SourceTable, rows: pd.DataFrame) -> dict[str, Codes]:
    """Return the groups of each of a table's levels by its plural, the highest first.

    Codes are unique within all higher levels: worker 1 of one site is not worker 1 of another. A level at which
    every row is a group of its own is left out: it is what the scores themselves differ by.
    """
    found: dict[str, Codes] = {}
    for level in table.levels:
        columns = [rows[name].to_numpy(dtype=object) for name in table.name_columns(level)]
        codes = nest_codes(*columns)
        known = [code for code in codes if code is not None]
        if len(set(known)) < len(known):
            found[pluralise(level)] = codes
    return found


def start_of_people(
    outcome: OutcomeScores, question: str, waves: tuple[str, ...], groups: Groups, site: str = ""
) -> Finding:
    """Return a finding of people with what they are nested in, and whom its p and interval are about."""
    reach = note(REACH, unit=outcome.unit, level=outcome.nested_in)
    return start_finding(
        outcome, question, Unit.PEOPLE, level=outcome.nested_in, site=site, waves=waves, groups=groups, notes=(reach,),
        sites_shown=(site,) if site else (),
    )  # fmt: skip


def compare_places(outcome: OutcomeScores, x: Places, y: Places) -> Estimate:
    """Compare the scores of two sets of places: by Welch's test, or by CR2 on what they are nested in."""
    if not outcome.nested_in:
        return compare_welch(outcome.score[x], outcome.score[y])
    return compare_clustered(outcome.score[x], outcome.score[y], (outcome.clusters(x), outcome.clusters(y)))


def compare_place_to_norm(outcome: OutcomeScores, there: Places, mean: float) -> Estimate:
    """Compare the mean of some scores with a norm's: by a one-sample t test, or by CR2 on what they are nested in."""
    scores: Scores = outcome.score[there]
    if not outcome.nested_in:
        return compare_to_norm(scores, mean)
    fit = fit_least_squares(scores - mean, np.ones((scores.size, 1)), ("mean",))
    return replace(infer_cr2(fit, outcome.clusters(there))["mean"], n=(scores.size,))


def with_right_test(finding: Finding, found: Estimate, method: Note | None = None) -> Finding:
    """Return a finding of people with a test that knows what they are nested in, named so; else with `method`."""
    tested = with_test(finding, found)
    if finding.level:
        method = note("clustered_on_level", test=found.method, level=finding.level)
    return replace(tested, method=method or found.method)


def label_wrong_unit(finding: Finding) -> Finding:
    """Return a finding of single scores, said to be of the wrong unit where several come from one group."""
    if not finding.level:
        return finding
    notes = tuple(
        note("as_if_apart", **dict(each.values)) if each.code == REACH else each for each in finding.notes
    )  # fmt: skip
    return replace(finding, method=note("wrong_unit", test=finding.method), notes=notes)
