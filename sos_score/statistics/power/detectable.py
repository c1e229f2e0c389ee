"""What a design can show: the smallest effect it would probably find."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from sos_score.notes import Note, note
from sos_score.statistics.noncentral import find_detectable


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest true effect a two-sided test would find with a power of 80%."""

    method: Note
    n: tuple[int, int]  # people a side, or sites an arm
    effect: float  # in standard deviations of people, or in the units of the SD of sites that was given
    df: float  # degrees of freedom of the test
    notes: tuple[Note, ...] = ()
    icc: float = math.nan  # share of the variance between sites that was assumed; NaN where sites play no part


def detect_between_people(n_x: int, n_y: int, *, alpha: float = 0.05) -> Detectable:
    """Return the smallest difference a t test of independent people would find.

    Parameters
    ----------
    n_x, n_y : int
        People in each group.

    Returns
    -------
    Detectable
        Effect in standard deviations of people; NaN with fewer than three people or an empty group.

    Notes
    -----
    d = delta sqrt(1/n_x + 1/n_y), delta the noncentrality with 80% power at n_x + n_y - 2 df. Agrees with
    stats::power.t.test(strict = TRUE) (R 4.2.2) and statsmodels' TTestIndPower. Cohen (1988).

    Examples
    --------
    >>> round(detect_between_people(64, 64).effect, 4)
    0.4991
    """
    return _detect(note("detect_people"), (n_x, n_y), n_x + n_y - 2.0, 1.0, alpha)


def detect_between_clusters(
    n_people: tuple[int, int],
    n_sites: tuple[int, int],
    icc: float,
    *,
    alpha: float = 0.05,
) -> Detectable:
    """Return the smallest difference between arms that people nested in sites would show.

    Parameters
    ----------
    n_people : tuple of int
        People in each arm.
    n_sites : tuple of int
        Sites in each arm.
    icc : float
        Share of the variance that lies between sites, 0 to 1; NaN gives NaN. Call again with its limits.

    Returns
    -------
    Detectable
        Effect in standard deviations of people (total SD); NaN with fewer than three sites or an empty arm.

    Notes
    -----
    d = delta sqrt(D (1/n_x + 1/n_y)), D = 1 + (m - 1) ICC, m people a site on average, delta the
    noncentrality at (sites - 2) df. Donner and Klar (2000); Murray (1998).

    Examples
    --------
    >>> r = detect_between_clusters((30, 30), (2, 2), 0.1)
    >>> round(r.effect, 4), r.df
    (2.2614, 2.0)
    """
    if not (math.isnan(icc) or 0.0 <= icc <= 1.0):
        raise ValueError(f"an intraclass correlation lies between 0 and 1, not at {icc}")
    sites = sum(n_sites)
    people = sum(n_people) / sites if sites else math.nan
    unit = math.sqrt(1.0 + (people - 1.0) * icc)
    found = _detect(note("detect_clusters"), n_people, sites - 2.0, unit, alpha, is_empty=min(n_sites) < 1)
    return replace(found, icc=icc)


def detect_from_error(se: float, df: float, *, alpha: float = 0.05) -> float:
    """Return the smallest true difference that a t test with this standard error would find.

    Parameters
    ----------
    se, df : float
        Standard error seen, and its degrees of freedom.

    Returns
    -------
    float
        In the units of `se`; NaN where there is no standard error.

    Notes
    -----
    delta se, delta the noncentrality with 80% power at `df`. Bloom (1995).

    Examples
    --------
    >>> round(detect_from_error(0.5, 126.0), 4)
    1.4116
    """
    return find_detectable(df, alpha=alpha) * se if se > 0 else math.nan


def detect_between_sites(n_sites: tuple[int, int], sd: float, *, alpha: float = 0.05) -> Detectable:
    """Return the smallest difference between arms that a t test of site means would find.

    Notes
    -----
    delta sd sqrt(1/k_x + 1/k_y), delta the noncentrality at (sites - 2) df.

    Examples
    --------
    >>> round(detect_between_sites((2, 2), 3.0).effect, 3)
    16.96
    """
    return _detect(note("detect_sites"), n_sites, sum(n_sites) - 2.0, sd, alpha)


def _detect(
    method: Note, n: tuple[int, int], df: float, unit: float, alpha: float, *, is_empty: bool = False
) -> Detectable:
    """Scale the detectable noncentrality by `unit` standard deviations."""
    notes: tuple[Note, ...] = ()
    effect = math.nan
    if min(n) < 1 or is_empty or df <= 0:
        notes = (note("detect_too_few"),)
    else:
        effect = find_detectable(df, alpha=alpha) * unit * math.sqrt(1.0 / n[0] + 1.0 / n[1])
    if math.isnan(unit):
        notes = (*notes, note("detect_no_spread"))
    return Detectable(method, n, effect, df, notes)
