"""How scores spread within and between sites at a wave: what detectable effects are worked out from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sos_score.comparison.panel import Panel, Plan
from sos_score.psychometrics.team_icc import team_icc


@dataclass(frozen=True)
class Spread:
    """Counts and spread at one wave.

    Attributes
    ----------
    people, sites : tuple of int
        In the treated and the reference arm.
    n_sites : int
        Sites with a score.
    sd : float
        Standard deviation of people within arms, pooled.
    site_sd : float
        Standard deviation of site means within arms, pooled; NaN with fewer than three sites.
    icc, icc_low, icc_high : float
        ICC(1) of the sites, with its interval.
    """

    people: tuple[int, int]
    sites: tuple[int, int]
    n_sites: int
    sd: float
    site_sd: float
    icc: float
    icc_low: float
    icc_high: float


class Spreads:
    """The spread of one panel's scores at each wave, measured once for all questions that ask for it.

    Parameters
    ----------
    panel : Panel
    plan : Plan
    """

    def __init__(self, panel: Panel, plan: Plan) -> None:
        self._panel, self._plan = panel, plan
        self._found: dict[str, Spread] = {}

    def at(self, wave: str) -> Spread:
        """Return the spread at a wave."""
        if wave not in self._found:
            self._found[wave] = measure_spread(self._panel, self._plan, wave)
        return self._found[wave]


def measure_spread(panel: Panel, plan: Plan, wave: str) -> Spread:
    """Return how the scores of a wave spread.

    Parameters
    ----------
    panel : Panel
    plan : Plan
    wave : str

    Returns
    -------
    Spread
    """
    arms = (plan.treated, plan.reference)
    by_arm = [[panel.scores(site, wave) for site in plan.sites if plan.arms[site] == arm] for arm in arms]
    by_arm = [[scores for scores in sites if scores.size] for sites in by_arm]
    joined = [np.concatenate(sites) if sites else np.empty(0) for sites in by_arm]
    means = [np.array([scores.mean() for scores in sites]) for sites in by_arm]
    there = panel.at(wave=wave)
    icc = team_icc(panel.score[there], panel.site[there])
    return Spread(
        people=(joined[0].size, joined[1].size),
        sites=(len(by_arm[0]), len(by_arm[1])),
        n_sites=len(by_arm[0]) + len(by_arm[1]),
        sd=_pool(joined),
        site_sd=_pool(means),
        icc=icc.icc1,
        icc_low=icc.icc1_low,
        icc_high=icc.icc1_high,
    )


def _pool(groups: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]) -> float:
    """Return the pooled standard deviation of groups; NaN where nothing is left to estimate it with."""
    freedom = sum(max(group.size - 1, 0) for group in groups)
    if freedom == 0:
        return math.nan
    return math.sqrt(sum(float(((group - group.mean()) ** 2).sum()) for group in groups if group.size) / freedom)
