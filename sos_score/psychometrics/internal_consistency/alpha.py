"""How reliable a scale is in these answers: alpha with its interval and its relatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.notes import Note, note
from sos_score.psychometrics.internal_consistency.guttman import (
    LONGEST_SPLIT,
    cronbach_alpha,
    guttman_lambda2,
    guttman_lambda4,
    guttman_lambda6,
    is_positive_definite,
    spearman_brown,
)
from sos_score.psychometrics.moments import Moments
from sos_score.statistics.estimate import CONFIDENCE

FEWEST_ROWS = 3
"""Complete rows below which there is no alpha."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """The internal consistency of a scale."""

    n: int  # rows behind it; with pairwise deletion the fewest behind any covariance
    items: int  # items used: those that were answered and vary
    left_out: tuple[int, ...]  # indices of the items not used
    # Cronbach's alpha with Feldt's interval for n rows
    alpha: float
    ci_low: float
    ci_high: float
    standardized_alpha: float  # alpha of the item correlations
    mean_r: float  # mean of the item correlations
    # Guttman's lower bounds, of the raw sum score
    lambda2: float
    lambda4: float
    lambda6: float
    two_item: float  # Spearman-Brown reliability; only for a scale of two items
    sum_sd: float  # standard deviation of the sum of the used items, in answer points
    notes: tuple[Note, ...]  # what could not be computed, and what to beware of


def reliability(moments: Moments, names: Sequence[str] | None = None) -> Reliability:
    """Return the internal consistency of a scale.

    Examples
    --------
    >>> from sos_score.psychometrics.moments import moments
    >>> r = reliability(moments([[1, 2, 1], [2, 2, 3], [3, 3, 3], [4, 5, 4], [5, 4, 5]]))
    >>> r.n, round(r.alpha, 3), round(r.ci_low, 3), round(r.ci_high, 3)
    (5, 0.945, 0.723, 0.994)
    """
    labels = item_labels(moments, names)
    used = usable_items(moments)
    kept = moments.select(used)
    n, k = kept.n, len(used)
    left_out = tuple(sorted(set(range(len(moments.counts))) - set(used.tolist())))
    notes = _left_out_notes(moments, labels)
    refusal = _refusal(kept, [labels[i] for i in used])
    if refusal:
        return _nothing(kept, left_out, (*notes, refusal))
    c, r = kept.covariance, kept.correlation
    alpha = cronbach_alpha(c)
    low, high = feldt_interval(alpha, n, k)
    mean_r = float((r.sum() - np.trace(r)) / (k * (k - 1)))
    return Reliability(
        n=n,
        items=k,
        left_out=left_out,
        alpha=alpha,
        ci_low=low,
        ci_high=high,
        standardized_alpha=cronbach_alpha(r),
        mean_r=mean_r,
        lambda2=guttman_lambda2(c),
        lambda4=guttman_lambda4(c),
        lambda6=guttman_lambda6(c),
        two_item=spearman_brown(mean_r) if k == 2 else np.nan,
        sum_sd=float(np.sqrt(max(c.sum(), 0.0))),
        notes=(*notes, *_cautions(kept, alpha)),
    )


def feldt_interval(alpha: float, n: int, k: int) -> tuple[float, float]:
    """Return Feldt's interval of Cronbach's alpha.

    Examples
    --------
    >>> low, high = feldt_interval(0.8, 30, 5)
    >>> round(low, 4), round(high, 4)
    (0.6592, 0.8941)
    """
    from scipy.special import fdtri

    if np.isnan(alpha) or n < 2 or k < 2:
        return np.nan, np.nan
    tail = (1 - CONFIDENCE) / 2
    upper = float(fdtri(n - 1, (n - 1) * (k - 1), 1 - tail))
    lower = float(fdtri(n - 1, (n - 1) * (k - 1), tail))
    return 1 - (1 - alpha) * upper, 1 - (1 - alpha) * lower


def usable_items(moments: Moments) -> NDArray[np.int64]:
    """Return the indices of the items that somebody answered and that vary; one answered once stays in."""
    return np.flatnonzero((moments.counts > 0) & ~_constant(moments))


def item_labels(moments: Moments, names: Sequence[str] | None) -> list[str]:
    """Return what the items are called in notes: their names, or "item 1" and so on."""
    k = len(moments.counts)
    if names is not None and len(names) != k:
        raise ValueError("one name an item is needed")
    return [f"item {i + 1}" for i in range(k)] if names is None else list(names)


def _constant(moments: Moments) -> NDArray[np.bool_]:
    constant: NDArray[np.bool_] = (moments.counts >= 2) & (np.diag(moments.covariance) == 0)
    return constant


def _left_out_notes(moments: Moments, labels: list[str]) -> list[Note]:
    notes = []
    blank, constant = moments.counts == 0, _constant(moments)
    if blank.any() and not blank.all():
        notes.append(note("items_unanswered", items=_choose(labels, blank)))
    if constant.any():
        notes.append(note("items_constant", items=_choose(labels, constant)))
    return notes


def _refusal(kept: Moments, labels: list[str]) -> Note | None:
    """Return why no coefficient can be computed."""
    if kept.n >= FEWEST_ROWS:
        return None if len(labels) > 1 else note("consistency_too_few_items")
    if kept.missing == "listwise" or len(labels) < 2:
        return note("consistency_too_few_rows", n=kept.n, least=FEWEST_ROWS)
    i, j = np.unravel_index(kept.pair_counts.argmin(), kept.pair_counts.shape)
    return note("consistency_too_few_pairs", n=kept.n, first=labels[i], second=labels[j], least=FEWEST_ROWS)


def _nothing(kept: Moments, left_out: tuple[int, ...], notes: tuple[Note, ...]) -> Reliability:
    return Reliability(kept.n, len(kept.counts), left_out, *(np.nan,) * 10, notes)


def _cautions(kept: Moments, alpha: float) -> list[Note]:
    notes = []
    if np.isnan(alpha):
        notes.append(note("alpha_sum_constant"))
    elif alpha < 0:
        notes.append(note("alpha_negative"))
    if len(kept.counts) > LONGEST_SPLIT:
        notes.append(note("lambda4_too_many_items", most=LONGEST_SPLIT))
    if not is_positive_definite(kept.covariance):
        notes.append(note("lambda6_singular"))
    return notes


def _choose(labels: list[str], mask: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(label for label, chosen in zip(labels, mask, strict=True) if chosen)
