"""The one rule that turns a test into a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from sos_score.notes import Note, note


class Verdict(StrEnum):
    """What a finding lets one say."""

    DIFFERENT = "different"
    TRIVIAL = "different but too small to matter"
    EQUIVALENT = "equivalent"
    INCONCLUSIVE = "inconclusive"
    REPORTABLE = "team mean may be reported"
    REPORTABLE_BUT = "team mean may be reported only with its caveat"
    NOT_REPORTABLE = "team mean may not be reported"
    NOT_KNOWN = "team mean not known"
    FIRST_LARGER = "first level larger"
    SECOND_LARGER = "second level larger"
    CANNOT_TELL = "cannot tell"
    SUPPORTED = "supported"
    REFUSED = "refused"
    WRONG_UNIT = "wrong unit"
    AT_END = "more than 15% at this end"
    ALIKE = "alike at baseline"
    TO_ADJUST = "to be adjusted for at baseline"
    APART = "not alike at baseline"
    NOT_AT_END = "15% or fewer at this end"
    LOW_ATTRITION = "low attrition"
    LOW_IF_OPTIMISTIC = "low attrition under optimistic assumptions only"
    HIGH_ATTRITION = "high attrition"
    MORE_THAN_ERROR = "more people changed than error alone makes likely"
    LIKE_ERROR = "no more people changed than error alone makes likely"


class Direction(StrEnum):
    """Which way a difference goes: up is positive."""

    NONE = ""
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on a comparison, its direction for the two kinds of different, and why."""

    verdict: Verdict
    direction: Direction
    reason: tuple[Note, ...]


def judge_difference(
    estimate: float,
    p: float,
    interval: tuple[float, float],
    *,
    alpha: float = 0.05,
    smallest: float = math.nan,
) -> Judgement:
    """Give the verdict on one comparison.

    Parameters
    ----------
    estimate : float
        The difference, in any units.
    p : float
        Its two-sided p, after adjustment within its family; NaN where no test could be run.
    interval : tuple of float
        The two-sided 1 - 2 alpha interval (90% for alpha .05) of the difference, as in TOST; NaN where none.
    alpha : float
        Level of the test.
    smallest : float
        The smallest difference of interest, above 0, in the units of the estimate; NaN where none was given.

    Returns
    -------
    Judgement
        By this table; "inside" means that the whole interval lies strictly between -smallest and +smallest.

        ============  ==========  ============================================
        p             interval    word
        ============  ==========  ============================================
        p <= alpha    inside      different but too small to matter
        p <= alpha    not inside  different
        p <= alpha    unknown     different; its size cannot be judged
        p > alpha     inside      equivalent
        p > alpha     not inside  inconclusive
        p > alpha     unknown     inconclusive; equivalence cannot be judged
        p or          any         inconclusive; it could not be tested
        estimate NaN
        ============  ==========  ============================================

        "Unknown" is an interval that is NaN or a smallest difference that was not given.

    Notes
    -----
    Inside is the same as TOST p < alpha. Lakens, Scheel and Isager (2018).

    Examples
    --------
    >>> judge_difference(-0.1, 0.6, (-0.3, 0.1), smallest=0.5).verdict
    <Verdict.EQUIVALENT: 'equivalent'>
    >>> judge_difference(-4.0, 0.01, (-6.0, -2.0)).direction
    <Direction.DOWN: 'down'>
    """
    if smallest <= 0:
        raise ValueError(f"the smallest difference of interest must be above 0, not {smallest}")
    if math.isnan(p) or math.isnan(estimate):
        return Judgement(Verdict.INCONCLUSIVE, Direction.NONE, (note("not_tested"),))
    is_found = p <= alpha
    against = note("p_against", p=p, alpha=alpha)
    direction = _find_direction(estimate) if is_found else Direction.NONE
    lacking = "no_limit" if math.isnan(smallest) else "no_interval" if any(map(math.isnan, interval)) else ""
    if lacking:
        verdict = Verdict.DIFFERENT if is_found else Verdict.INCONCLUSIVE
        return Judgement(verdict, direction, (against, note(f"{lacking}_{'size' if is_found else 'equivalence'}")))
    is_inside = -smallest < interval[0] and interval[1] < smallest
    is_beyond = interval[0] >= smallest or interval[1] <= -smallest
    reason = (against, note("inside" if is_inside else "beyond" if is_beyond else "across"))
    if is_found:
        return Judgement(Verdict.TRIVIAL if is_inside else Verdict.DIFFERENT, direction, reason)
    return Judgement(Verdict.EQUIVALENT if is_inside else Verdict.INCONCLUSIVE, direction, reason)


def _find_direction(estimate: float) -> Direction:
    if estimate == 0.0:
        return Direction.NONE
    return Direction.UP if estimate > 0 else Direction.DOWN
