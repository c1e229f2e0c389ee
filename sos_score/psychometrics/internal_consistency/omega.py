"""McDonald's omega total of a scale, and its bootstrap interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.psychometrics.internal_consistency.alpha import item_labels, usable_items
from sos_score.psychometrics.internal_consistency.guttman import is_positive_definite
from sos_score.psychometrics.internal_consistency.one_factor import OneFactor, fit_one_factor
from sos_score.psychometrics.moments import Moments, complete_rows, moments
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import CONFIDENCE

FEWEST_ROWS = 10
"""Complete rows below which there is no omega."""


@dataclass(frozen=True, slots=True)
class Omega:
    """McDonald's omega total from a one-factor model."""

    omega: float  # share of the model-implied variance of the sum that the common factor gives
    n: int  # rows behind it
    loadings: Floats  # (k,): in answer points; NaN for an item left out
    notes: tuple[Note, ...]  # why there is none, a Heywood case, items that load the wrong way


@dataclass(frozen=True, slots=True)
class OmegaInterval:
    """Bootstrap interval of omega."""

    ci_low: float
    ci_high: float
    notes: tuple[Note, ...]  # why there is none, and how many samples failed


def omega_total(moments: Moments, names: Sequence[str] | None = None) -> Omega:
    """Return McDonald's omega total.

    Examples
    --------
    >>> from sos_score.psychometrics.moments import moments_from_sums
    >>> m = moments_from_sums(11, [0, 0, 0], [[10, 4.2, 4.8], [4.2, 10, 5.6], [4.8, 5.6, 10]])
    >>> round(omega_total(m).omega, 6)
    0.744932
    """
    return omega_totals([moments], [names])[0]


def omega_totals(samples: Sequence[Moments], names: Sequence[Sequence[str] | None]) -> list[Omega]:
    """Return McDonald's omega total of many samples or scales; the models are fitted together, which is quicker.

    Examples
    --------
    >>> from sos_score.psychometrics.moments import moments_from_sums
    >>> m = moments_from_sums(11, [0, 0, 0], [[10, 4.2, 4.8], [4.2, 10, 5.6], [4.8, 5.6, 10]])
    >>> [round(one.omega, 6) for one in omega_totals([m, m], [None, None])]
    [0.744932, 0.744932]
    """
    kept = [sample.select(usable_items(sample)) for sample in samples]
    refusals = [_refusal(one) for one in kept]
    fits: dict[int, OneFactor] = {}
    for size in {len(one.counts) for one, refusal in zip(kept, refusals, strict=True) if not refusal}:
        alike = [i for i, one in enumerate(kept) if len(one.counts) == size and not refusals[i]]
        fit = fit_one_factor(np.stack([kept[i].covariance * (kept[i].n - 1) / kept[i].n for i in alike]))
        fits |= {i: fit.take(place) for place, i in enumerate(alike)}
    return [
        _describe(samples[i], item_labels(samples[i], names[i]), kept[i].n, fits.get(i), refusals[i])
        for i in range(len(samples))
    ]


def _describe(moments: Moments, labels: list[str], n: int, fit: OneFactor | None, refusal: Note | None) -> Omega:
    used = usable_items(moments)
    loadings, uniquenesses = (np.full(len(labels), np.nan) for _ in range(2))
    if fit is None or not fit.converged:
        return Omega(np.nan, n, loadings, (refusal or note("omega_no_maximum"),))
    loadings[used], uniquenesses[used] = fit.loadings, fit.uniquenesses
    notes = _cautions(loadings, uniquenesses, labels)
    return Omega(float(_ratio(fit)), n, loadings, notes)


def bootstrap_omega(
    matrix: ArrayLike,
    rng: np.random.Generator,
    *,
    replicates: int = 1000,
    people: ArrayLike | None = None,
) -> OmegaInterval:
    """Return a bootstrap interval of omega total, resampling complete rows, or people with all their complete rows.

    Examples
    --------
    >>> rng = np.random.default_rng(7)
    >>> x = rng.normal(size=(80, 1)) + rng.normal(size=(80, 4))
    >>> b = bootstrap_omega(x, rng, replicates=200)
    >>> b.ci_low < omega_total(moments(x)).omega < b.ci_high
    True
    """
    x = np.asarray(matrix, dtype=float)
    whole = complete_rows(x)
    who = np.unique(np.arange(len(x))[whole] if people is None else np.asarray(people)[whole], return_inverse=True)[1]
    x = x[whole]
    estimate = omega_total(moments(x))
    if np.isnan(estimate.omega):
        return OmegaInterval(np.nan, np.nan, estimate.notes)
    x = x[:, ~np.isnan(estimate.loadings)]
    units = int(who.max()) + 1
    draws = _omegas(x, rng.multinomial(units, np.full(units, 1 / units), size=replicates).astype(float)[:, who])
    kept = draws[~np.isnan(draws)]
    notes = estimate.notes
    if len(kept) < replicates:
        notes += (note("bootstrap_unfitted", failed=replicates - len(kept), samples=replicates),)
    if len(kept) < max(replicates / 2, 2):
        notes += (note("bootstrap_too_few"),)
        return OmegaInterval(np.nan, np.nan, notes)
    tails = np.array([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    low, high = np.quantile(kept, tails)
    return OmegaInterval(float(low), float(high), notes)


def _ratio(fit: OneFactor) -> Floats:
    common = fit.loadings.sum(axis=-1) ** 2
    ratio: Floats = common / (common + fit.uniquenesses.sum(axis=-1))
    return ratio


def _omegas(x: Floats, weights: Floats) -> Floats:
    """Return omega of each resample, given how often it holds each row; NaN where it has none."""
    size = weights.sum(axis=1)
    means = weights @ x / size[:, None]
    centred = x - x.mean(axis=0)
    shift = means - x.mean(axis=0)
    products = np.einsum("ni,nj->nij", centred, centred).reshape(len(x), -1)
    k = x.shape[1]
    c = (weights @ products / size[:, None]).reshape(-1, k, k) - shift[:, :, None] * shift[:, None, :]
    fit_for = np.array([is_positive_definite(one) for one in c])
    result = np.full(len(c), np.nan)
    if fit_for.any():
        result[fit_for] = _ratio(fit_one_factor(c[fit_for]))
    return result


def _refusal(kept: Moments) -> Note | None:
    n, k = kept.n, len(kept.counts)
    if n < FEWEST_ROWS:
        return note("omega_too_few_rows", n=n, least=FEWEST_ROWS)
    if k < 3:
        return note("omega_too_few_items")
    if n <= k:
        return note("omega_fewer_rows_than_items", n=n, items=k)
    if not is_positive_definite(kept.covariance):
        return note("omega_singular")
    return None


def _cautions(loadings: Floats, uniquenesses: Floats, labels: list[str]) -> tuple[Note, ...]:
    notes = []
    heywood = tuple(label for label, u in zip(labels, uniquenesses, strict=True) if u < 0)
    against = tuple(label for label, loading in zip(labels, loadings, strict=True) if loading < 0)
    if heywood:
        notes.append(note("omega_heywood", items=heywood))
    if against:
        notes.append(note("omega_loads_negatively", items=against))
    return tuple(notes)
