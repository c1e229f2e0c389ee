"""One-factor model by maximum likelihood, for one covariance matrix or a stack of them at once.

A bootstrap of omega fits a thousand of them: a stack costs little more than one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.statistics.arrays import Floats

Flags = NDArray[np.bool_]

_STEPS = 500
_FLAT = 1e-9


@dataclass(frozen=True, slots=True)
class OneFactor:
    """Loadings and uniquenesses of one-factor models, in the unit of the covariances."""

    # (..., k): Of a factor with variance 1, pointing the way most of the items point. Uniquenesses are not bounded: a
    # negative one is a Heywood case. NaN where no maximum was found.
    loadings: Floats
    uniquenesses: Floats
    discrepancy: Floats  # (...): ``log|Sigma| + tr(S Sigma^-1) - log|S| - k`` at the maximum
    converged: Flags  # (...): whether a maximum was found

    def take(self, place: int) -> OneFactor:
        """Return one model of a stack."""
        parts = (self.loadings, self.uniquenesses, self.discrepancy, self.converged)
        return OneFactor(*(part[place] for part in parts))


def fit_one_factor(covariance: Floats) -> OneFactor:
    """Fit one common factor to positive definite covariance matrices by maximum likelihood.

    Examples
    --------
    >>> f = fit_one_factor(np.array([[1, 0.42, 0.48], [0.42, 1, 0.56], [0.48, 0.56, 1]]))
    >>> f.loadings.round(6).tolist(), bool(f.converged)
    ([0.6, 0.7, 0.8], True)
    """
    stack = np.asarray(covariance, dtype=float)
    k = stack.shape[-1]
    if k < 3:
        raise ValueError("a factor needs at least three items")
    c = stack.reshape(-1, k, k)
    scale = np.sqrt(np.einsum("bii->bi", c))
    r = c / (scale[:, :, None] * scale[:, None, :])
    lam, theta, value, flat = _maximise(r)
    lam = np.where(lam.sum(axis=1, keepdims=True) < 0, -lam, lam) * scale
    theta = theta * scale**2
    lam[~flat], theta[~flat] = np.nan, np.nan
    shape = stack.shape[:-2]
    return OneFactor(
        lam.reshape(*shape, k),
        theta.reshape(*shape, k),
        (value - np.linalg.slogdet(r)[1] - k).reshape(shape),
        flat.reshape(shape),
    )


def _maximise(r: Floats) -> tuple[Floats, Floats, Floats, Flags]:
    """Return loadings, uniquenesses, misfit and whether the gradient vanished."""
    stack, k, _ = r.shape
    x = _start(r)
    value = _misfit(x, r)
    damping = np.full(stack, 1e-3)
    flat = np.zeros(stack, dtype=bool)
    open_ = np.arange(stack)
    for _ in range(_STEPS):
        gradient, information = _slope(x[open_], r[open_])
        done = np.abs(gradient).max(axis=1) < _FLAT
        flat[open_[done]] = True
        still = ~done & (damping[open_] < 1e12)
        open_, gradient, information = open_[still], gradient[still], information[still]
        if not len(open_):
            break
        ridge = damping[open_, None] * (np.einsum("bii->bi", information) + 1e-10)
        damped = information + ridge[:, :, None] * np.eye(2 * k)
        trial = x[open_] - np.linalg.solve(damped, gradient[:, :, None])[:, :, 0]
        reached = _misfit(trial, r[open_])
        # At the bottom the misfit no longer resolves a step that the gradient still asks for.
        better = reached <= value[open_] + 1e-13 * np.abs(value[open_])
        x[open_[better]], value[open_[better]] = trial[better], reached[better]
        damping[open_] = np.where(better, damping[open_] / 10, damping[open_] * 10)
    return x[:, :k], x[:, k:], value, flat


def _start(r: Floats) -> Floats:
    """Start from the first principal axis, with half of each variance unique."""
    axis = np.linalg.eigh(r)[1][:, :, -1]
    loading = np.where(axis < 0, -1.0, 1.0) * np.sqrt(0.5)
    return np.concatenate([loading, np.full_like(loading, 0.5)], axis=1)


def _implied(x: Floats) -> Floats:
    k = x.shape[1] // 2
    lam, theta = x[:, :k], x[:, k:]
    return lam[:, :, None] * lam[:, None, :] + theta[:, :, None] * np.eye(k)


def _misfit(x: Floats, r: Floats) -> Floats:
    """Return ``log|Sigma| + tr(R Sigma^-1)``, infinite where Sigma is not positive definite."""
    sigma = _implied(x)
    values, vectors = np.linalg.eigh(sigma)
    proper = values[:, 0] > 1e-10
    values = np.where(proper[:, None], values, 1.0)
    along = (vectors * (r @ vectors)).sum(axis=1)
    return np.where(proper, np.log(values).sum(axis=1) + (along / values).sum(axis=1), np.inf)


def _slope(x: Floats, r: Floats) -> tuple[Floats, Floats]:
    """Return the gradient of the misfit and its expected second derivatives, loadings first."""
    k = x.shape[1] // 2
    lam = x[:, :k]
    sigma = _implied(x)
    w = np.linalg.inv(sigma)
    g = w @ (sigma - r) @ w
    gradient = np.concatenate([2 * np.einsum("bij,bj->bi", g, lam), np.einsum("bii->bi", g)], axis=1)
    wl = np.einsum("bij,bj->bi", w, lam)
    common = np.einsum("bi,bi->b", lam, wl)
    information = np.empty((len(x), 2 * k, 2 * k))
    information[:, :k, :k] = 2 * (common[:, None, None] * w + wl[:, :, None] * wl[:, None, :])
    information[:, :k, k:] = 2 * w * wl[:, None, :]
    information[:, k:, :k] = np.swapaxes(information[:, :k, k:], 1, 2)
    information[:, k:, k:] = w**2
    return gradient, information
