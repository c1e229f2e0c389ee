"""Items that run against the key of their scale: reversed in the file, or keyed wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.notes import Note, note
from sos_score.psychometrics.internal_consistency.alpha import item_labels, usable_items
from sos_score.psychometrics.internal_consistency.guttman import cronbach_alpha
from sos_score.psychometrics.internal_consistency.items import item_rest_correlations
from sos_score.psychometrics.internal_consistency.key_screen import FEWEST_ROWS, limit_rest_r
from sos_score.psychometrics.moments import Moments
from sos_score.statistics.arrays import Floats

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """Which items seem to run against the key, one value an item."""

    item_rest_r: Floats  # item-rest r under the definition's key, as in the item table
    r_if_flipped: Floats  # item-rest r with this item turned round, the other suspected items turned round too
    suspected: Flags  # items to report
    # alpha under the definition's key, and with all suspected items turned round
    alpha: float
    alpha_if_flipped: float
    n: int  # rows behind it
    notes: tuple[Note, ...]  # one an item to report (``key_item_against``), or why nothing can be said


def check_keys(moments: Moments, names: Sequence[str] | None = None) -> KeyCheck:
    """Find the items that run against the key of their scale.

    Notes
    -----
    Measured on 12 items with seven skewed options whose loadings scatter (SD .1) about a mean, as the 12-item Bond
    scale of the WAI; in percent of samples (tests/psychometrics/test_keycheck.py repeats the simulation):

    ==== ==== =========================== =============== ===================
    mean    n right key, but an item      one wrong item  both items found
    load      is accused                  found           when two are wrong
    ==== ==== =========================== =============== ===================
    .3     15 11                          18              3
    .3     30 6                           30              9
    .3     60 2                           47              22
    .5     15 2                           50              25
    .5     30 under 1                     75              56
    .5     60 under 1                     93              86
    .7     15 under 1                     85              74
    .7     30 under 1                     97              95
    .7     60 under 1                     100             100
    ==== ==== =========================== =============== ===================

    So silence says little in a team of fifteen, and an accusation in a weak scale says little too.

    Examples
    --------
    >>> from sos_score.psychometrics.moments import moments
    >>> rng = np.random.default_rng(28)
    >>> x = rng.normal(size=(60, 1)) + rng.normal(size=(60, 4))
    >>> x[:, 2] *= -1
    >>> [str(each) for each in check_keys(moments(x), ["a", "b", "c", "d"]).notes]
    ['c runs against its scale: reversed in this file already, or keyed wrongly?']
    """
    labels = item_labels(moments, names)
    used = usable_items(moments)
    kept = moments.select(used)
    k = len(labels)
    r, flipped, suspected = np.full(k, np.nan), np.full(k, np.nan), np.zeros(k, dtype=bool)
    if len(used) < 2 or kept.n < FEWEST_ROWS:
        unchecked = note("key_unchecked", n=kept.n, varying=len(used))
        return KeyCheck(r, flipped, suspected, np.nan, np.nan, kept.n, (unchecked,))
    signs = _best_signs(kept.covariance, kept.n)
    turned = kept.covariance * np.outer(signs, signs)
    r[used] = item_rest_correlations(kept.covariance)
    flipped[used] = -signs * item_rest_correlations(turned)
    suspected[used] = signs < 0
    notes = [note("key_item_against", item=labels[i]) for i in np.flatnonzero(suspected)]
    if 2 * suspected.sum() == len(used):
        notes.append(note("key_halves_against"))
    alpha, repaired = cronbach_alpha(kept.covariance), cronbach_alpha(turned)
    return KeyCheck(r, flipped, suspected, alpha, repaired, kept.n, tuple(notes))


def _best_signs(covariance: Floats, n: int) -> Floats:
    """Turn round, one at a time, the item that most clearly runs against the rest, until none does."""
    signs = np.ones(len(covariance))
    limit = limit_rest_r(n)
    # Every turn enlarges the variance of the sum, so no pattern comes twice and the loop ends.
    while True:
        r = item_rest_correlations(covariance * np.outer(signs, signs))
        worst = int(np.nanargmin(np.where(np.isnan(r), np.inf, r)))
        if not r[worst] < limit:
            break
        signs[worst] *= -1
    # The key of most items is taken to be right.
    return -signs if (signs < 0).sum() > len(signs) / 2 else signs
