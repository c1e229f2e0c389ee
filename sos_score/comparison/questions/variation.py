"""Who accounts for the variation of a score: sites, workers, families, and whoever rates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sos_score.comparison.finding import NAN, Row
from sos_score.comparison.nesting import Codes, name_outcome, nest_levels, pluralise, split_waves
from sos_score.comparison.outcome import Plan
from sos_score.statistics.mixed.data import VarianceData, variance_data
from sos_score.statistics.mixed.model import VarianceFit, fit_variance
from sos_score.statistics.mixed.shares import RESIDUAL, VarianceShares, profile_shares
from sos_score.statistics.mixed.variance_tests import LevelComparison, assess_levels, compare_levels
from sos_score.study.data import StudyData, StudyOutcome

if TYPE_CHECKING:
    import pandas as pd

METHOD = "REML; profile-likelihood interval; likelihood ratio, 50:50 mixture"
SHARE, DIFFERENCE = "share of variance", "difference of shares"
CANNOT_TELL = "cannot tell"
UNADJUSTED = " before adjustment"
_NOT_ADJUSTED = (
    "shares and their own p are not adjusted for how many were looked at; which level accounts for more is adjusted"
    " within its family"
)
_OWN_WORK = "workers answered themselves: how generous each is counts as a difference between workers"


@dataclass(frozen=True)
class _Part:
    """The scores that are divided together, and what their rows say of themselves."""

    row: Row
    data: VarianceData
    notes: tuple[str, ...]


def list_variation_rows(data: StudyData, plan: Plan, outcomes: Sequence[StudyOutcome]) -> list[Row]:
    """Return, for each outcome and wave, the share of each level, and workers against sites.

    Parameters
    ----------
    data : StudyData
    plan : Plan
    outcomes : sequence of StudyOutcome

    Returns
    -------
    list of Row
        A row a level, the highest first, and one for what is within the lowest: the share of the variance with its
        profile interval in `effect`, the standard deviation in score points in `estimate`, the likelihood ratio
        against no variance with its p, which is not adjusted. Then one row that compares two levels (workers with
        sites), with the sentence in `reason`; it is judged, its p adjusted within its family: "workers more before
        adjustment" is told by its own p alone. Where some were rated more than once, the rated and the raters are
        levels too. Instruments that several sources filled in about the same cases, each naming its rater, are divided
        together as well.
    """
    parts = [*_split_outcomes(plan, outcomes), *_join_raters(plan, outcomes)]
    return [row for part in parts for row in _divide(part, data, plan)]


def _split_outcomes(plan: Plan, outcomes: Sequence[StudyOutcome]) -> Iterator[_Part]:
    for outcome in outcomes:
        for wave, rows in split_waves(outcome.frame, plan):
            levels = nest_levels(outcome.table, rows)
            if not levels:
                continue
            if "rater" in rows and rows["person"].duplicated().any() and rows["rater"].duplicated().any():
                levels |= _add_raters(levels, rows["person"].to_numpy(object), rows["rater"].to_numpy(object), outcome)
            notes = (_OWN_WORK,) if outcome.answered_by == "worker" and "workers" in levels else ()
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


def _start(outcome: StudyOutcome, wave: str) -> Row:
    return Row(
        outcome.source, outcome.instrument, outcome.scale, name_outcome(outcome), "variation", "scores", wave=wave
    )


def _join_raters(plan: Plan, outcomes: Sequence[StudyOutcome]) -> Iterator[_Part]:
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
    names = [each.source for each, _ in found]
    row = replace(
        _start(first, wave),
        source="+".join(names),
        title=f"{first.title} ({', '.join(each.source_label for each, _ in found)})",
    )
    what = f"what is within {lowest} is how far raters of one case differ, over and above their kind's usual difference"
    return _Part(row, scores, (f"{len(found)} kinds of rater together, their mean differences taken out; {what}",))


def _divide(part: _Part, data: StudyData, plan: Plan) -> list[Row]:
    """Return the rows of the shares of one part, and of what they come to."""
    scores = part.data
    fit = fit_variance(scores)
    shares = profile_shares(scores, level=1 - plan.alpha, fit=fit)
    tests = {test.name: test for test in assess_levels(scores, fit=fit).levels}
    notes = tuple(dict.fromkeys((*part.notes, *map(str, fit.notes))))
    by_site = tuple(plan.sites) if "sites" in scores.all_names else ()
    base = replace(part.row, counts=(fit.n,), method=METHOD, effect_name=SHARE, by_site=by_site)
    rows = []
    for level in fit.levels:
        share, test = shares.level(level.name), tests[level.name]
        rows.append(
            replace(base, groups=f"{level.n_groups} {level.name}", estimate=level.sd, effect=share.share,
                    effect_low=share.low, effect_high=share.high, statistic_name="chi2", statistic=test.chi_square,
                    df=NAN if math.isnan(test.chi_square) else float(test.df), p=test.p_mixture,
                    notes=tuple(note for note in notes if _is_about(note, level.name, scores)))
        )  # fmt: skip
    rest, inner = shares.level(RESIDUAL), _name_innermost(scores, data)
    sd = math.sqrt(fit.residual) if fit.residual >= 0 else NAN
    rows.append(
        replace(base, groups=f"within {inner}", estimate=sd, effect=rest.share, effect_low=rest.low,
                effect_high=rest.high, notes=part.notes)
    )  # fmt: skip
    return [*rows, _conclude(replace(base, notes=notes), scores, fit, shares, plan)]


def _is_about(note: str, name: str, scores: VarianceData) -> bool:
    """Return whether a note is about a level, or about all of them."""
    return note.startswith(f"{name}:") or not any(note.startswith(f"{other}:") for other in scores.all_names)


def _name_innermost(scores: VarianceData, data: StudyData) -> str:
    """Return the lowest nested level that could be estimated; raters are beside the levels, not below them."""
    nested = [pluralise(level) for level in data.study.levels]
    return next((name for name in reversed(nested) if name in scores.names), scores.all_names[0])


def _conclude(base: Row, scores: VarianceData, fit: VarianceFit, shares: VarianceShares, plan: Plan) -> Row:
    """Return the row that says who accounts for more, in a sentence."""
    pair = _choose_pair(scores)
    if pair is None:
        name = scores.all_names[0]
        share = shares.level(name)
        sentence = (
            f"Of the variation in scores, {name} account for {share.share:.0%} [{share.low:.0%} to {share.high:.0%}];"
            f" the rest is within {name}."
            if not math.isnan(share.share)
            else f"How much of the variation {name} account for cannot be said from these data."
        )
        return replace(base, groups=f"{name} against within {name}", effect_name="", reason=sentence)
    found = compare_levels(scores, *pair, level=1 - plan.alpha, shares=shares, fit=fit)
    return replace(
        base,
        groups=" against ".join(pair),
        effect_name=DIFFERENCE,
        effect=found.difference,
        statistic_name="chi2",
        statistic=found.chi_square,
        df=NAN if math.isnan(found.p) else 1.0,
        p=found.p,
        is_primary=not math.isnan(found.p),
        family=plan.name_family(f"{base.question} of {base.unit}", base.source, base.scale),
        method="REML; likelihood ratio against equal variances",
        verdict=_say_larger(found, plan),
        reason=str(found.answer),
        notes=tuple(dict.fromkeys((*base.notes, _NOT_ADJUSTED))),
    )


def _choose_pair(scores: VarianceData) -> tuple[str, str] | None:
    """Return workers and sites, or else the two highest levels, the lower one first."""
    names = scores.all_names
    if {"workers", "sites"} <= set(names):
        return "workers", "sites"
    return (names[1], names[0]) if len(names) > 1 else None


def adjust_comparison(row: Row, plan: Plan) -> Row:
    """Return a comparison of two levels that says so where it is told by its own p and not by its adjusted p."""
    if not row.is_primary or row.verdict == CANNOT_TELL or row.p_adjusted < plan.alpha:
        return row
    reason = f"{row.reason.removesuffix('.')}, but not after adjustment."
    return replace(row, verdict=f"{row.verdict}{UNADJUSTED}", reason=reason)


def _say_larger(found: LevelComparison, plan: Plan) -> str:
    if not found.p < plan.alpha:
        return CANNOT_TELL
    return f"{found.first if found.difference > 0 else found.second} more"
