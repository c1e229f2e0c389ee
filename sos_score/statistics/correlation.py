"""What goes with what, at the level where it can be said.

A worker's competence is one number per worker, so its correlation with family scores has as many observations
as there are workers: correlating families counts each worker several times (the wrong unit). Use
`correlate_pearson` and `correlate_spearman` on one row per worker, or `estimate_slopes` on families with
their workers and sites as levels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import CONFIDENCE

_DECIMALS = 10  # 0.1 + 0.2 and 0.3 must tie; no scale score needs more


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation of two scores over independent units.

    Attributes
    ----------
    n, n_dropped : int
        Units used, and left out because a score is missing.
    statistic : float
        Pearson: t. Spearman: S, the sum of squared rank differences (R's statistic, from r when there are
        ties).
    df : float
        n - 2 for Pearson; NaN for Spearman.
    p : float
        Two-sided, R's default.
    p_source : str
        Where `p` comes from: "t", "exact" or "Edgeworth series".
    low, high : float
        Interval.
    """

    method: Note
    n: int
    n_dropped: int
    r: float
    statistic: float
    df: float
    p: float
    p_source: str
    low: float
    high: float
    notes: tuple[Note, ...]


def correlate_pearson(x: ArrayLike, y: ArrayLike, *, level: float = CONFIDENCE) -> Correlation:
    """Correlate two scores (Pearson), with Fisher's interval.

    Parameters
    ----------
    x, y : array (n,)
        One value per unit; pairs with a NaN are left out and counted.

    Returns
    -------
    Correlation
        NaN with a note for fewer than three pairs or a constant score; no interval for three pairs.

    Notes
    -----
    t = r sqrt((n - 2) / (1 - r^2)); interval tanh(atanh(r) -+ z / sqrt(n - 3)). Agrees with stats::cor.test
    4.2.2.

    Examples
    --------
    >>> found = correlate_pearson([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])
    >>> round(found.r, 3), round(found.p, 3)
    (0.8, 0.104)
    """
    x, y, dropped = _pair(x, y)
    problem = _find_problem(x, y)
    df = float(x.size - 2) if x.size > 2 else np.nan
    if problem:
        return _no_correlation(note("pearson"), x.size, dropped, df, problem)
    r = _product_moment(x, y)
    statistic, p = _test_by_t(r, x.size)
    low, high, notes = _find_fisher_limits(r, x.size, 1.0, level)
    return Correlation(note("pearson"), x.size, dropped, r, statistic, df, p, "t", low, high, notes)


def correlate_spearman(x: ArrayLike, y: ArrayLike) -> Correlation:
    """Correlate the ranks of two scores (Spearman), with R's p and the interval of Bonett and Wright.

    Parameters
    ----------
    x, y : array (n,)
        One value per unit; pairs with a NaN are left out and counted.

    Returns
    -------
    Correlation
        NaN with a note for fewer than three pairs or a constant score; no interval for three pairs or a
        perfect order.

    Notes
    -----
    Without ties p is exact up to n = 9 and from an Edgeworth series up to n = 1290 (Best & Roberts 1975,
    AS 89), else from t: R's defaults. Interval tanh(atanh(r) -+ z sqrt((1 + r^2 / 2) / (n - 3))) (Bonett &
    Wright 2000). Values are rounded to 10 decimals before ranking, so that 0.1 + 0.2 ties with 0.3; a note tells
    when it matters. Agrees with stats::cor.test(method = "spearman") 4.2.2, which does not round.

    Examples
    --------
    >>> found = correlate_spearman([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])
    >>> round(found.r, 3), round(found.p, 4), found.p_source
    (0.8, 0.1333, 'exact')
    """
    from scipy.stats import rankdata

    x, y, dropped = _pair(x, y)
    problem = _find_problem(x, y)
    if problem:
        return _no_correlation(note("spearman"), x.size, dropped, np.nan, problem)
    n = x.size
    raw = [rankdata(values) for values in (x, y)]
    ranks = [rankdata(np.round(values, _DECIMALS)) for values in (x, y)]
    r = _product_moment(*ranks)
    statistic = (n**3 - n) * (1 - r) / 6
    p = _test_by_t(r, n)[1]
    source = "t"
    if n <= 1290 and all(np.unique(rank).size == n for rank in ranks):
        p = _find_rank_p(round(statistic), n)
        source = "exact" if n <= 9 else "Edgeworth series"
    low, high, notes = _find_fisher_limits(r, n, 1 + r**2 / 2, CONFIDENCE)
    if abs(r) == 1:
        low, high, notes = np.nan, np.nan, (note("orders_agree"),)
    if not all(map(np.array_equal, raw, ranks)):
        notes = (*notes, note("tied_by_rounding", decimals=_DECIMALS, r=_product_moment(*raw)))
    return Correlation(note("spearman"), n, dropped, r, statistic, np.nan, p, source, low, high, notes)


def _pair(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats, int]:
    first, second = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError("two scores need one value each for the same units")
    both = np.isfinite(first) & np.isfinite(second)
    return first[both], second[both], int((~both).sum())


def _find_problem(x: Floats, y: Floats) -> Note | None:
    if x.size < 3:
        return note("correlation_too_few", pairs=int(x.size))
    if any(np.ptp(values) <= 1e-12 * np.abs(values).max() for values in (x, y)):
        return note("correlation_constant")
    return None


def _no_correlation(method: Note, n: int, dropped: int, df: float, problem: Note) -> Correlation:
    nan = np.nan
    return Correlation(method, n, dropped, nan, nan, df, nan, "none", nan, nan, (problem,))


def _product_moment(x: Floats, y: Floats) -> float:
    x, y = x - x.mean(), y - y.mean()
    r = float(x @ y) / float(np.sqrt((x @ x) * (y @ y)))
    # Rounding leaves a perfect correlation a little off 1, where t would be a large but finite number.
    return float(np.sign(r)) if 1 - abs(r) < 1e-14 else r


def _test_by_t(r: float, n: int) -> tuple[float, float]:
    from scipy.stats import t as student

    if abs(r) == 1:
        return r * np.inf, 0.0
    statistic = r * ((n - 2) / (1 - r**2)) ** 0.5
    return statistic, 2 * float(student.sf(abs(statistic), n - 2))


def _find_fisher_limits(r: float, n: int, factor: float, level: float) -> tuple[float, float, tuple[Note, ...]]:
    from scipy.stats import norm

    if n < 4:
        return np.nan, np.nan, (note("correlation_three_pairs"),)
    if abs(r) == 1:
        return r, r, (note("correlation_perfect"),)
    half = float(norm.ppf((1 + level) / 2)) * (factor / (n - 3)) ** 0.5
    centre = np.arctanh(r)
    return float(np.tanh(centre - half)), float(np.tanh(centre + half)), ()


def _find_rank_p(squares: int, n: int) -> float:
    """Double the tail of the sum of squared rank differences of n untied pairs, as R's cor.test does.

    Exact for n <= 9, else the Edgeworth series of AS 89 (P of `edge` or more), whose steps are two apart.
    """
    from scipy.stats import norm

    upper = squares > (n**3 - n) / 6
    if n <= 9:
        counts = _count_rank_sums(n)
        tail = (counts[squares:] if upper else counts[: squares + 1]).sum() / counts.sum()
        return float(min(1.0, 2 * tail))
    edge, b = squares if upper else squares + 2, 1 / n
    x = (6 * (edge - 1) * b / (n**2 - 1) - 1) * (n - 1) ** 0.5
    y = x * x
    inner = 0.0879 + 0.0151 * b - y * (0.0072 - 0.0831 * b + y * b * (0.0131 - 4.6e-4 * y))
    series = 0.2274 + b * (0.2531 + 0.1745 * b) + y * (-0.0758 + b * (0.1033 + 0.3932 * b) - y * b * inner)
    correction = x * b * series / np.exp(y / 2)
    tail = norm.sf(x) + correction if upper else norm.cdf(x) - correction
    return float(np.clip(2 * tail, 0, 1))


def _count_rank_sums(n: int) -> Floats:
    """Count permutations of n ranks by their sum of squared differences, adding one rank at a time."""
    size = (n**3 - n) // 3 + 1
    ways: dict[int, Floats] = {0: np.eye(1, size)[0]}
    for position in range(n):
        reached: dict[int, Floats] = {}
        for used, counts in ways.items():
            for rank in range(n):
                if used >> rank & 1:
                    continue
                shift = (position - rank) ** 2
                moved = np.concatenate([np.zeros(shift), counts])[:size]
                reached[used | 1 << rank] = reached.get(used | 1 << rank, np.zeros(size)) + moved
        ways = reached
    return ways[(1 << n) - 1]
