"""Sites as the unit: the exact permutation of which sites are called treated, and the t test of site values."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.notes import Note, note

MOST_ASSIGNMENTS = 200_000
_DRAWS, _FEWER_DRAWS, _MANY_SITES = 99_999, 9_999, 100


@dataclass(frozen=True, slots=True)
class Permutation:
    """A permutation test of the difference of two means of sites."""

    method: Note  # exact, or Monte Carlo with its number of draws
    estimate: float  # mean of the treated sites minus mean of the contrast sites
    p: float  # two-sided
    n_assignments: int  # ways of calling that many of the sites treated
    smallest_p: float  # the smallest two-sided p this test can give
    # of the difference being at least as large as the margin; NaN where no margin was given
    p_equivalent: float = math.nan
    notes: tuple[Note, ...] = ()


def count_assignments(n_treated: int, n_contrast: int) -> int:
    """Return the number of ways of calling `n_treated` of all sites treated."""
    return math.comb(n_treated + n_contrast, n_treated)


def find_smallest_p(n_treated: int, n_contrast: int) -> float:
    """Return the smallest two-sided p an exact permutation of sites can reach.

    Examples
    --------
    >>> round(find_smallest_p(2, 2), 4), find_smallest_p(1, 3), find_smallest_p(4, 4)
    (0.3333, 0.25, 0.02857142857142857)
    """
    if min(n_treated, n_contrast) < 1:
        return math.nan
    return (2 if n_treated == n_contrast else 1) / count_assignments(n_treated, n_contrast)


def can_reach(smallest_p: float, alpha: float) -> bool:
    """Return whether an exact test whose p cannot be below `smallest_p` can reach alpha."""
    return smallest_p <= alpha * (1 + 1e-12)


def permute_sites(
    values: ArrayLike, treated: ArrayLike, *, margin: float = math.nan, most: int = MOST_ASSIGNMENTS, seed: int = 0
) -> Permutation:
    """Test the difference between treated and contrast sites over every way of choosing the treated sites.

    Parameters
    ----------
    values : array_like of float, shape (sites,)
        One number a site: its mean at a wave, or its mean change (the difference in differences). A site with
        NaN is left out, with a note.
    treated : array_like of bool, shape (sites,)
        Which sites are treated.
    margin : float
        The smallest difference that matters, for the test of equivalence; NaN for none.
    most : int
        With more assignments than this, draw them at random: 99,999 of them, or 9,999 of more than 100 sites.
    seed : int
        Seed of the random draws.

    Returns
    -------
    Permutation
        p NaN when an arm is empty.

    Notes
    -----
    p is the share of assignments whose difference is at least as large as the observed one in absolute
    value; differences within 1e-9 of the size of the numbers count as equal, or rounding would
    drop the mirror assignment. Monte Carlo: (b + 1) / (m + 1) for b of m draws (Phipson and Smyth 2010), so p
    is never 0; a note has its standard error, sqrt(p (1 - p) / m). Fisher (1935).

    Equivalence is the same test turned round: with the treated sites shifted so that the true difference would be 0 if
    it were -margin (and then if it were margin), p is the share of assignments at least as large (as small), and
    `p_equivalent` is the larger of the two. Its least value is 1 over the number of assignments. Lehmann and Romano
    (2005), inverting a permutation test; Schuirmann (1987).

    Examples
    --------
    >>> r = permute_sites([5.0, 1.0, 2.0, 6.0], [True, False, False, True], margin=9.0)
    >>> r.estimate, round(r.p, 4), round(r.smallest_p, 4), r.n_assignments, round(r.p_equivalent, 4)
    (4.0, 0.3333, 0.3333, 6, 0.1667)
    """
    given, arm = np.asarray(values, dtype=np.float64), np.asarray(treated, dtype=bool)
    if given.shape != arm.shape:
        raise ValueError(f"one arm a site is needed, not {arm.size} for {given.size}")
    there = ~np.isnan(given)
    v, arm = given[there], arm[there]
    n = (int(arm.sum()), int((~arm).sum()))
    notes = () if there.all() else (note("sites_no_value", sites=int((~there).sum())),)
    count = count_assignments(*n)
    if min(n) == 0:
        nothing = math.nan
        notes = (*notes, note("permutation_no_arm"))
        return Permutation(note("permutation"), nothing, nothing, count, nothing, notes=notes)
    exact = count <= most
    chosen = _mark_assignments(v.size, n[0], None if exact else seed)
    sums, kept = chosen @ v, chosen @ arm / n[0]  # kept: how many of the treated sites are called treated too
    statistics = sums / n[0] - (v.sum() - sums) / n[1]
    estimate = float(v[arm].mean() - v[~arm].mean())
    near = 1e-9 * float(np.abs(v).max())
    extra = 0 if exact else 1

    def find_share(is_as_far: NDArray[np.bool_]) -> float:
        return (int(is_as_far.sum()) + extra) / (len(chosen) + extra)

    shift = margin * (kept - (1.0 - kept) * n[0] / n[1])
    p_equivalent = max(
        find_share(statistics + shift >= estimate + margin - near),
        find_share(statistics - shift <= estimate - margin + near),
    )
    smallest = find_smallest_p(*n) if exact else 1.0 / (len(chosen) + 1.0)
    p = find_share(np.abs(statistics) >= abs(estimate) - near)
    method = note("permutation_exact")
    if not exact:
        method = note("permutation_monte_carlo", draws=len(chosen))
        error = math.sqrt(p * (1.0 - p) / len(chosen))
        notes = (*notes, note("monte_carlo_error", p=p, error=error, draws=len(chosen)))
    return Permutation(method, estimate, p, count, smallest, math.nan if math.isnan(margin) else p_equivalent, notes)


def list_assignments(n_sites: int, n_treated: int) -> NDArray[np.intp]:
    """Return every way of choosing the treated sites, by their places; the first ones are chosen first."""
    return np.array(list(itertools.combinations(range(n_sites), n_treated)), dtype=np.intp)


def _draw_assignments(n_sites: int, n_treated: int, seed: int) -> NDArray[np.intp]:
    draws = np.random.default_rng(seed).random((_DRAWS if n_sites <= _MANY_SITES else _FEWER_DRAWS, n_sites))
    return np.argsort(draws, axis=1)[:, :n_treated]


@lru_cache(maxsize=2)
def _mark_assignments(n_sites: int, n_treated: int, seed: int | None) -> NDArray[np.float64]:
    """Return all assignments, or drawn ones: a row each, 1 for the sites that it calls treated."""
    picks = list_assignments(n_sites, n_treated) if seed is None else _draw_assignments(n_sites, n_treated, seed)
    chosen = np.zeros((len(picks), n_sites))
    np.put_along_axis(chosen, picks, 1.0, axis=1)
    chosen.flags.writeable = False  # whoever asks next gets the same one
    return chosen
