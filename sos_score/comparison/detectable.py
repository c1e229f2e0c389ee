"""The smallest effects that each way of comparing arms would find, to stand beside a result that is null."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from sos_score.comparison.finding import NAN, Finding
from sos_score.comparison.finding import Detectable as DetectableEffect
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.psychometrics.teams.icc import team_icc
from sos_score.statistics.estimate import pool_variance
from sos_score.statistics.power.detectable import (
    Detectable,
    detect_between_clusters,
    detect_between_sites,
    detect_from_error,
)
from sos_score.statistics.power.permutation import detect_by_permutation
from sos_score.statistics.regression.did import PeopleDid
from sos_score.statistics.regression.members import find_member_se


@dataclass(frozen=True, slots=True)
class DetectableEffects:
    """The smallest effects found with 80% power, in standard deviations of people."""

    # of people adjusted for their sites, and its uncertainty
    adjusted: float = NAN
    adjusted_low: float = NAN
    adjusted_high: float = NAN
    sites: float = NAN  # by a t test of site values
    permutation: float = NAN  # by an exact permutation of sites; infinite where it can find none

    def put_beside(self, finding: Finding, own: float) -> Finding:
        """Return a finding with the smallest effect its own analysis would find, and those of the others."""
        found = DetectableEffect(
            own,
            adjusted=self.adjusted,
            adjusted_low=self.adjusted_low,
            adjusted_high=self.adjusted_high,
            sites=self.sites,
        )
        return replace(finding, detectable=found)


def find_detectable_effects(spread: Spread, plan: ComparisonPlan) -> DetectableEffects:
    """Return the limits of a comparison of arms at a wave: adjusted at the ICC seen and at its interval's ends."""
    seen, low, high = detect_adjusted(spread, alpha=plan.alpha)
    sds = (spread.sd, spread.site_sd, spread.member_se)
    return DetectableEffects(seen.effect, low, high, *_limit_sites(spread.sites, sds, plan))


def find_change_effects(
    found: PeopleDid, sites: tuple[int, int], sds: tuple[float, float, float], plan: ComparisonPlan
) -> DetectableEffects:
    """Return the limits of a comparison of changes: adjusted by the CR2 error clustered on the site.

    `sds` are the standard deviation of people, that of the changes of sites, and the error that the people in the sites
    imply.

    Notes
    -----
    An error that is smaller than with people as clusters, or than the people in the sites imply, is taken for that one,
    as an ICC below 0 is taken for 0.
    The squared error is a scaled chi-square with the test's degrees of freedom, as its Satterthwaite degrees of
    freedom take it to be; the interval is the 95% interval of that error.
    """
    from scipy.special import chdtri

    sd, df = sds[0], found.cr2_site.df
    if not sd > 0:
        return DetectableEffects()

    def detect(scale: float) -> float:
        error = scale * found.cr2_site.se
        least = np.fmax(found.cr2_person.se, sds[2])
        return detect_from_error(max(error, least) if error > 0 else NAN, df, alpha=plan.alpha) / sd

    low, high = (math.sqrt(df / float(chdtri(df, tail))) if df > 0 else NAN for tail in (0.025, 0.975))
    return DetectableEffects(detect(1.0), detect(low), detect(high), *_limit_sites(sites, sds, plan))


def _limit_sites(sites: tuple[int, int], sds: tuple[float, float, float], plan: ComparisonPlan) -> tuple[float, float]:
    """Return the limits of the t test and of the permutation of sites."""
    sd = sds[0]
    site_sd = floor_site_sd(sites, sds[1], sds[2])
    by_test = detect_between_sites(sites, site_sd, alpha=plan.alpha).effect
    by_permutation = detect_by_permutation(*sites, alpha=plan.alpha)
    if not math.isinf(by_permutation):
        by_permutation *= site_sd / sd if sd > 0 else NAN
    return by_test / sd if sd > 0 else NAN, by_permutation


def floor_site_sd(sites: tuple[int, int], site_sd: float, member_se: float) -> float:
    """Return the spread of site values, not smaller than the people in the sites imply."""
    if not all(sites) or math.isnan(site_sd):
        return site_sd
    return float(np.fmax(site_sd, member_se / math.sqrt(1.0 / sites[0] + 1.0 / sites[1])))


def detect_adjusted(spread: Spread, *, alpha: float) -> tuple[Detectable, float, float]:
    """Return the smallest effect found with people nested in sites, at the ICC seen and at the limits of the ICC."""

    def detect(icc: float) -> Detectable:
        within = icc if math.isnan(icc) else min(1.0, max(0.0, icc))
        found = detect_between_clusters(spread.people, spread.sites, within, alpha=alpha)
        least = detect_from_error(spread.member_se, found.df, alpha=alpha) / spread.sd if spread.sd > 0 else NAN
        return found if math.isnan(found.effect) else replace(found, effect=float(np.fmax(found.effect, least)))

    return detect(spread.icc), detect(spread.icc_low).effect, detect(spread.icc_high).effect


@dataclass(frozen=True)
class Spread:
    """Counts and spread at one wave."""

    # in the treated and the reference arm
    people: tuple[int, int]
    sites: tuple[int, int]
    n_sites: int  # sites with a score
    sd: float  # standard deviation of people within arms, pooled
    site_sd: float  # standard deviation of site means within arms, pooled; NaN with fewer than three sites
    # ICC(1) of the sites, with its interval
    icc: float = NAN
    icc_low: float = NAN
    icc_high: float = NAN
    # the standard error of the arms' difference in site means that the people in the sites imply
    member_se: float = NAN


def find_site_floor(
    outcome: OutcomeScores, plan: ComparisonPlan, waves: tuple[str, ...], sites: Iterable[str]
) -> float:
    """Return the least standard error of the arms' difference in site means, or in their changes over two waves.

    It is what the people in the sites imply, and their workers where they are known. NaN where an arm has no site.
    """
    sites, ends = tuple(sites), plan.list_waves(waves)
    signs = dict(zip(ends, (-1.0, 1.0) if len(ends) > 1 else (1.0,), strict=True))
    sizes = {arm: sum(plan.arms[site] == arm for site in sites) for arm in (plan.treated, plan.reference)}
    if not all(sizes.values()):
        return math.nan
    known, rows, there = set(sites), outcome.index, outcome.gather(sites, signs)
    weights: dict[Hashable, float] = {
        place: signs[wave] * (1.0 if plan.arms[site] == plan.treated else -1.0) / sizes[plan.arms[site]]
        for place, (site, wave) in enumerate(rows.names)
        if site in known and wave in signs
    }
    site, person = rows.sites[there], rows.people[there]
    ways = [person * (int(site.max(initial=0)) + 1) + site]
    if rows.groups is not None:
        ways.append(rows.groups[there])
    return find_member_se(outcome.score[there], rows.places[there], weights, ways)


class Spreads:
    """The spread of one outcome's scores at each wave, measured once for all questions that ask for it."""

    def __init__(self, outcome: OutcomeScores, plan: ComparisonPlan) -> None:
        self._outcome, self._plan = outcome, plan
        self._found: dict[str, Spread] = {}

    def at(self, wave: str) -> Spread:
        """Return the spread at a wave."""
        if wave not in self._found:
            self._found[wave] = measure_spread(self._outcome, self._plan, wave)
        return self._found[wave]


def measure_spread(outcome: OutcomeScores, plan: ComparisonPlan, wave: str) -> Spread:
    """Return how the scores of a wave spread."""
    arms = (plan.treated, plan.reference)
    by_arm = [[outcome.scores(site, wave) for site in plan.sites if plan.arms[site] == arm] for arm in arms]
    by_arm = [[scores for scores in sites if scores.size] for sites in by_arm]
    joined = [np.concatenate(sites) if sites else np.empty(0) for sites in by_arm]
    means = [np.array([scores.mean() for scores in sites]) for sites in by_arm]
    present = [site for site in plan.sites if outcome.count(site, wave)]
    there = outcome.at(wave=wave)
    spread = Spread(
        people=(joined[0].size, joined[1].size),
        sites=(len(by_arm[0]), len(by_arm[1])),
        n_sites=len(by_arm[0]) + len(by_arm[1]),
        sd=math.sqrt(pool_variance(*joined)),
        site_sd=math.sqrt(pool_variance(*means)),
    )
    if plan.judged_only:  # the rest is for detectable effects
        return spread
    icc = team_icc(outcome.score[there], outcome.site[there])
    return replace(
        spread,
        icc=icc.icc1,
        icc_low=icc.icc1_low,
        icc_high=icc.icc1_high,
        member_se=find_site_floor(outcome, plan, (wave,), present),
    )
