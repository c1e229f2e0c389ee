"""Who accounts for the variation of a score: sites, workers, families, and whoever rates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sos_score.comparison.finding import (
    NAN,
    Contrast,
    Effect,
    Estimate,
    Finding,
    Groups,
    Measure,
    Statistic,
    Unit,
    at,
    name_family,
)
from sos_score.comparison.nesting import Codes, nest_levels, split_waves
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.rows import ALONE
from sos_score.comparison.verdict import Verdict
from sos_score.notes import Note, note
from sos_score.statistics.mixed.data import VarianceData, variance_data
from sos_score.statistics.mixed.model import VarianceFit, fit_variance
from sos_score.statistics.mixed.shares import RESIDUAL, ShareInterval, profile_shares
from sos_score.statistics.mixed.variance_tests import LevelComparison, assess_levels, compare_levels
from sos_score.study.data import StudyData
from sos_score.study.outcome import StudyOutcome
from sos_score.words import pluralise

if TYPE_CHECKING:
    import pandas as pd

_ABOUT_LEVEL = ("level_set_aside", "variance_at_boundary")


@dataclass(frozen=True)
class _Part:
    """The scores that are divided together, and what their findings have in common."""

    finding: Finding
    data: VarianceData
    notes: tuple[Note, ...]


def find_variation(data: StudyData, plan: ComparisonPlan, outcomes: Sequence[StudyOutcome]) -> list[Finding]:
    """Return, for each outcome and wave, the share of each level, and workers against sites.

    A finding a level, the highest first, and one for what is within the lowest: the share of the variance with its
    profile interval as the effect, the standard deviation in score points as the estimate, the likelihood ratio against
    no variance as the test, whose p is not adjusted. Then one that compares two levels (workers with sites); it is
    judged, its p adjusted within its family, and `holds_adjusted` is False where only its own p tells which is larger.
    Where some were rated more than once, the rated and the raters are levels too. Instruments that several sources
    filled in about the same cases, each naming its rater, are divided together as well.
    """
    parts = [*_split_outcomes(plan, outcomes), *_join_raters(plan, outcomes)]
    return [finding for part in parts for finding in _divide(part, data, plan)]


def judge_levels(finding: Finding, plan: ComparisonPlan) -> Finding:
    """Return a comparison of two levels marked where it is told by its own p and not by its adjusted p."""
    if not finding.is_judged or finding.verdict is Verdict.CANNOT_TELL or finding.test.p_adjusted < plan.alpha:
        return finding
    return replace(finding, holds_adjusted=False)


def _split_outcomes(plan: ComparisonPlan, outcomes: Sequence[StudyOutcome]) -> Iterator[_Part]:
    for outcome in outcomes:
        for wave, rows in split_waves(outcome.frame, plan):
            levels = nest_levels(outcome.table, rows)
            if not levels:
                continue
            if "rater" in rows and rows["person"].dropna().duplicated().any() and rows["rater"].duplicated().any():
                alone = [f"{ALONE}{place}" for place in range(len(rows))]  # who has no id is nobody else
                people = rows["person"].where(rows["person"].notna(), alone)
                levels |= _add_raters(levels, people.to_numpy(object), rows["rater"].to_numpy(object), outcome)
            notes = (note("own_work"),) if outcome.answered_by == "worker" and "workers" in levels else ()
            scores = variance_data(rows[outcome.scale].to_numpy(float), levels)
            yield _Part(_start(outcome, wave), scores, notes)


def _add_raters(levels: Mapping[str, Codes], people: Codes, raters: Codes, outcome: StudyOutcome) -> dict[str, Codes]:
    """Return the rated, unless a level is the same groups, and the raters, who are not nested."""
    is_known = any(_are_same(people, codes) for codes in levels.values())
    added = {} if is_known else {"rated cases": people}
    return added | {"observers" if outcome.answered_by == "observer" else "raters": raters}


def _are_same(one: Codes, two: Codes) -> bool:
    couples = set(zip(one.tolist(), two.tolist(), strict=True))
    return len(couples) == len({first for first, _ in couples}) == len({second for _, second in couples})


def _start(outcome: StudyOutcome, wave: str) -> Finding:
    return Finding("variation", (outcome.source,), outcome.instrument, outcome.scale, Unit.SCORES, waves=at(wave))


def _join_raters(plan: ComparisonPlan, outcomes: Sequence[StudyOutcome]) -> Iterator[_Part]:
    """Yield outcomes of one instrument that several kinds of rater filled in about the same cases."""
    groups: dict[tuple[str, str], list[StudyOutcome]] = {}
    for outcome in outcomes:
        if "rater" in outcome.frame and len(outcome.table.levels) > 1:
            groups.setdefault((outcome.instrument, outcome.scale), []).append(outcome)
    for members in groups.values():
        if len({tuple(each.table.levels) for each in members}) > 1 or len({each.source for each in members}) < 2:
            continue
        waves: dict[str, list[tuple[StudyOutcome, pd.DataFrame]]] = {}
        for member in members:
            for wave, rows in split_waves(member.frame, plan):
                waves.setdefault(wave, []).append((member, rows))
        for wave, found in waves.items():
            part = _join(found, wave)
            if part is not None:
                yield part


def _join(found: list[tuple[StudyOutcome, pd.DataFrame]], wave: str) -> _Part | None:
    """Return several kinds of rater as one part: their mean differences taken out, what is left divided."""
    import pandas as pd

    if len(found) < 2:
        return None
    first = found[0][0]
    frames = [rows.assign(kind=place, joined=rows[each.scale]) for place, (each, rows) in enumerate(found)]
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[rows["joined"].notna()]
    levels = nest_levels(first.table, rows)
    lowest = pluralise(first.table.levels[-1])
    if lowest not in levels:
        return None
    kinds = rows["kind"].to_numpy()
    there = sorted(set(kinds.tolist()))
    design = np.column_stack([np.ones(len(rows)), *[(kinds == kind).astype(float) for kind in there[1:]]])
    scores = variance_data(rows["joined"].to_numpy(float), levels, design)
    finding = replace(_start(first, wave), sources=tuple(each.source for each, _ in found))
    return _Part(finding, scores, (note("kinds_of_rater", kinds=len(found), level=lowest),))


def _divide(part: _Part, data: StudyData, plan: ComparisonPlan) -> list[Finding]:
    """Return the shares of one part, and what they come to."""
    scores = part.data
    fit = fit_variance(scores)
    shares = profile_shares(scores, fit=fit)
    tests = assess_levels(scores, fit)
    notes = tuple(dict.fromkeys((*part.notes, *fit.notes)))
    sites = tuple(plan.sites) if "sites" in scores.all_names else ()
    base = replace(part.finding, counts=(fit.n,), method=note("reml_shares"), sites_shown=sites)
    found = []
    for level in fit.levels:
        share, test = shares[level.name], tests[level.name]
        found.append(
            replace(
                base, groups=Groups(Contrast.LEVEL, (level.name,)), n_groups=level.n_groups,
                estimate=Estimate(level.variance**0.5),
                effect=Effect(Measure.SHARE, share.share, share.low, share.high),
                test=Statistic("chi2", test.chi_square, NAN if math.isnan(test.chi_square) else 1.0, p=test.p),
                notes=tuple(each for each in notes if _is_about(each, level.name)),
            )
        )  # fmt: skip
    rest, inner = shares[RESIDUAL], _name_innermost(scores, data)
    sd = math.sqrt(fit.residual) if fit.residual >= 0 else NAN
    found.append(
        replace(
            base, groups=Groups(Contrast.WITHIN, (inner,)), estimate=Estimate(sd),
            effect=Effect(Measure.SHARE, rest.share, rest.low, rest.high),
            notes=notes if math.isnan(rest.share) else part.notes,
        )
    )  # fmt: skip
    return [*found, _conclude(replace(base, notes=notes), scores, fit, shares, plan)]


def _is_about(said: Note, level: str) -> bool:
    """Return whether a note is about a level, or about all of them."""
    return said.code not in _ABOUT_LEVEL or said["level"] == level


def _name_innermost(scores: VarianceData, data: StudyData) -> str:
    """Return the lowest nested level that could be estimated; raters are beside the levels, not below them."""
    nested = [pluralise(level) for level in data.study.levels]
    return next((name for name in reversed(nested) if name in scores.names), scores.all_names[0])


def _conclude(
    base: Finding, scores: VarianceData, fit: VarianceFit, shares: Mapping[str, ShareInterval], plan: ComparisonPlan
) -> Finding:
    """Return who accounts for more."""
    pair = _choose_pair(scores)
    if pair is None:
        name = scores.all_names[0]
        share = shares[name]
        answer = (
            note("level_share_unknown", level=name)
            if math.isnan(share.share)
            else note("level_accounts", level=name, share=share.share, low=share.low, high=share.high)
        )
        return replace(base, groups=Groups(Contrast.LEVEL_WITHIN, (name,)), reason=(answer,))
    found = compare_levels(scores, *pair, shares=shares, fit=fit)
    return replace(
        base,
        groups=Groups(Contrast.LEVELS, pair),
        effect=Effect(Measure.SHARE_DIFFERENCE, found.difference),
        test=Statistic("chi2", found.chi_square, NAN if math.isnan(found.p) else 1.0, p=found.p),
        is_judged=not math.isnan(found.p),
        family=name_family(base, plan),
        method=note("reml_levels"),
        verdict=_find_larger(found, plan),
        reason=(found.answer,),
        notes=tuple(dict.fromkeys((*base.notes, note("shares_not_adjusted")))),
    )


def _choose_pair(scores: VarianceData) -> tuple[str, str] | None:
    """Return workers and sites, or else the two highest levels, the lower one first."""
    names = scores.all_names
    if {"workers", "sites"} <= set(names):
        return "workers", "sites"
    return (names[1], names[0]) if len(names) > 1 else None


def _find_larger(found: LevelComparison, plan: ComparisonPlan) -> Verdict:
    if not found.p < plan.alpha:
        return Verdict.CANNOT_TELL
    return Verdict.FIRST_LARGER if found.difference > 0 else Verdict.SECOND_LARGER
