"""The one rule that turns a test into a word."""

from __future__ import annotations

import math
from dataclasses import dataclass

DIFFERENT = "different"
TRIVIAL = "different but too small to matter"
EQUIVALENT = "equivalent"
INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison lets one say.

    Attributes
    ----------
    word : str
        "different", "different but too small to matter", "equivalent" or "inconclusive".
    direction : str
        In the scale's own terms, for the two kinds of different; empty otherwise.
    reason : str
        Why, in one sentence.
    """

    word: str
    direction: str
    reason: str


def judge_difference(
    estimate: float,
    p: float,
    interval: tuple[float, float],
    *,
    alpha: float = 0.05,
    smallest: float = math.nan,
    directions: tuple[str, str] = ("higher", "lower"),
) -> Verdict:
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
    directions : tuple of str
        What a positive and what a negative difference mean ("more engagement", "less engagement").

    Returns
    -------
    Verdict
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
    >>> judge_difference(-0.1, 0.6, (-0.3, 0.1), smallest=0.5).word
    'equivalent'
    >>> v = judge_difference(-4.0, 0.01, (-6.0, -2.0), directions=("more engagement", "less engagement"))
    >>> v.word, v.direction
    ('different', 'less engagement')
    """
    if smallest <= 0:
        raise ValueError(f"the smallest difference of interest must be above 0, not {smallest}")
    if math.isnan(p) or math.isnan(estimate):
        return Verdict(INCONCLUSIVE, "", "the difference could not be tested")
    found = p <= alpha
    against = f"p = {p:.3g} against {alpha:g}"
    unknown = _say_unknown(interval, smallest)
    if unknown:
        said = "so its size cannot be judged" if found else "so equivalence cannot be judged"
        word = DIFFERENT if found else INCONCLUSIVE
        return Verdict(word, _say_direction(estimate, directions) if found else "", f"{against}; {unknown}, {said}")
    inside = -smallest < interval[0] and interval[1] < smallest
    beyond = interval[0] >= smallest or interval[1] <= -smallest
    where = (
        "the interval lies inside the smallest difference of interest"
        if inside
        else "the interval lies beyond the smallest difference of interest"
        if beyond
        else "the interval reaches both differences that matter and differences that do not"
    )
    reason = f"{against}; {where}"
    if found:
        return Verdict(TRIVIAL if inside else DIFFERENT, _say_direction(estimate, directions), reason)
    return Verdict(EQUIVALENT if inside else INCONCLUSIVE, "", reason)


def _say_unknown(interval: tuple[float, float], smallest: float) -> str:
    if math.isnan(smallest):
        return "no smallest difference of interest was given"
    return "there is no interval" if any(map(math.isnan, interval)) else ""


def _say_direction(estimate: float, directions: tuple[str, str]) -> str:
    if estimate == 0.0:
        return ""
    return directions[0] if estimate > 0 else directions[1]
