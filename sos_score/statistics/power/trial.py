"""A planned comparison of two arms of sites, and how its two analyses would behave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sos_score.errors import InvalidRequest
from sos_score.statistics.arrays import Floats
from sos_score.statistics.noncentral import find_power


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """A planned comparison of two arms of sites.

    Attributes
    ----------
    people : pair of tuple of int
        For each arm, the people who answer in each of its sites, at each wave.
    icc : float
        Share of the variance of a score that lies between sites.
    waves : int
        1: the arms are compared once. 2: their changes from T1 to T2 are compared.
    overlap : float
        Share of people present at both waves.
    person_correlation : float
        Correlation over time of one person's departure from the site.
    site_correlation : float
        Correlation over time of the sites' true means. 1 would mean that sites change only through the
        framework; 0.8 is a usual assumption when nothing is known (Hooper et al. 2016 call it the cluster
        autocorrelation).
    alpha : float
        Two-sided.
    """

    people: tuple[tuple[int, ...], tuple[int, ...]]
    icc: float
    waves: int = 1
    overlap: float = 0.0
    person_correlation: float = 0.5
    site_correlation: float = 0.8
    alpha: float = 0.05

    @property
    def sites(self) -> tuple[int, int]:
        """Sites in each arm."""
        return len(self.people[0]), len(self.people[1])

    @property
    def is_equal(self) -> bool:
        """Whether all sites have as many people."""
        return len({size for arm in self.people for size in arm}) == 1

    @property
    def mean_people(self) -> int:
        """People of a site on average, rounded down."""
        sizes = [size for arm in self.people for size in arm]
        return sum(sizes) // len(sizes)


def plan_equal_sites(sites: tuple[int, int], people: int, icc: float) -> StudyPlan:
    """Plan sites of equal size, at one wave.

    Parameters
    ----------
    sites : tuple of int
        In the treated and the reference arm.
    people : int
        In each site.
    icc : float
        Share of the variance between sites, from 0 to below 1.

    Returns
    -------
    StudyPlan
        With a level of 5%; other fields by `dataclasses.replace`.

    Examples
    --------
    >>> plan_equal_sites((2, 2), 15, 0.1).people
    ((15, 15), (15, 15))
    """
    return StudyPlan(people=((people,) * sites[0], (people,) * sites[1]), icc=icc)


@dataclass(frozen=True, slots=True)
class Analysis:
    """How an estimate and its standard error behave."""

    variance: float  # true variance of the estimate
    # mean of the estimated variance, and degrees of freedom of the scaled chi-square that it is about
    mean_estimate: float
    own_df: float
    test_df: float  # degrees of freedom of the t that the test uses

    def find_power(self, effect: float, alpha: float) -> float:
        """Find the chance of a two-sided p below alpha."""
        from scipy.special import stdtrit

        critical = float(stdtrit(self.test_df, 1 - alpha / 2)) * (self.mean_estimate / self.variance) ** 0.5
        return find_power(abs(effect) / self.variance**0.5, self.own_df, critical=critical)

    def find_effect(self, power: float, alpha: float) -> float:
        """Find the smallest effect that is shown with a power."""
        from scipy.optimize import brentq

        def lacking(effect: float) -> float:
            return self.find_power(effect, alpha) - power

        if lacking(0.0) >= 0:
            return 0.0
        most = self.variance**0.5
        while lacking(most) < 0:
            most *= 2
        return float(brentq(lacking, 0.0, most, xtol=1e-10))


def check_plan(plan: StudyPlan) -> None:
    """Refuse a plan without sites or people, or with shares outside 0 to 1."""
    if min(plan.sites) < 1 or min(min(arm) for arm in plan.people) < 1:
        raise InvalidRequest("every arm needs a site and every site a person")
    if plan.waves not in (1, 2):
        raise InvalidRequest("waves is 1 or 2")
    shares = (plan.overlap, plan.person_correlation, plan.site_correlation)
    if not (0 <= plan.icc < 1 and all(0 <= share <= 1 for share in shares) and 0 < plan.alpha < 1):
        raise InvalidRequest("icc, overlap, correlations and alpha are between 0 and 1")
    if find_site_variances(plan, 0).min() <= 0:
        raise InvalidRequest("overlap and both correlations of 1 leave no variance in changes")


def find_site_variances(plan: StudyPlan, arm: int) -> Floats:
    """Variance of each site's mean, or change, in an arm."""
    sizes = np.array(plan.people[arm], dtype=float)
    if plan.waves == 1:
        return plan.icc + (1 - plan.icc) / sizes
    change = 2 * (1 - plan.icc) * (1 - plan.overlap * plan.person_correlation) / sizes
    return 2 * plan.icc * (1 - plan.site_correlation) + change


def analyse_equal_sites(plan: StudyPlan, sites: float) -> Analysis:
    """Analyse `sites` sites in each arm, of as many people as the plan's, or as unequal as they are.

    The t test of sites and the CR2 regression are the same test where sites are of equal size. Between whole numbers of
    sites it serves to draw a curve.
    """
    variances = np.concatenate([find_site_variances(plan, arm) for arm in (0, 1)])
    variance, df = 2 * float(variances.mean()) / sites, 2.0 * sites - 2
    return Analysis(variance, variance, df, df)


def _summarise(forms: Floats, variances: Floats) -> tuple[float, float]:
    """Mean and Satterthwaite df of a sum of squared linear forms (rows) of independent site means."""
    spread = (forms * variances) @ forms.T
    mean = float(np.trace(spread))
    return mean, mean**2 / float((spread**2).sum())


def analyse_sites(plan: StudyPlan) -> Analysis | None:
    """Analyse site means by a pooled t test."""
    one, two = plan.sites
    if one + two < 3:
        return None
    variances = np.concatenate([find_site_variances(plan, arm) for arm in (0, 1)])
    centre = np.eye(one + two)
    centre[:one, :one] -= 1 / one
    centre[one:, one:] -= 1 / two
    pooled = centre * ((1 / one + 1 / two) / (one + two - 2)) ** 0.5
    variance = float(variances[:one].sum() / one**2 + variances[one:].sum() / two**2)
    return Analysis(variance, *_summarise(pooled, variances), one + two - 2)


def analyse_people(plan: StudyPlan) -> Analysis | None:
    """Analyse people by regression on the arm (times wave) with CR2 errors clustered by site."""
    if min(plan.sites) < 2:
        return None
    blocks, variances, working, variance = [], [], [], 0.0
    for arm in (0, 1):
        sizes = np.array(plan.people[arm], dtype=float)
        weights = sizes / sizes.sum()
        blocks.append((weights / np.sqrt(1 - weights))[:, None] * (np.eye(sizes.size) - weights))
        variances.append(find_site_variances(plan, arm))
        working.append(1 / sizes)  # independent people, the working model of CR2
        variance += float(weights**2 @ variances[-1])
    one, two = plan.sites
    forms = np.zeros((one + two, one + two))
    forms[:one, :one], forms[one:, one:] = blocks
    mean, own_df = _summarise(forms, np.concatenate(variances))
    return Analysis(variance, mean, own_df, _summarise(forms, np.concatenate(working))[1])


def analyse_change(people: int, overlap: float, person_correlation: float) -> Analysis | None:
    """Analyse one team's change by the partially overlapping samples t test.

    Parameters
    ----------
    people : int
        Who answer at each wave.
    overlap : float
        Share of them who answer at both.
    person_correlation : float
        Of the two answers of one person.

    Returns
    -------
    Analysis or None
        In standard deviations of one score; None with fewer than two people, or where everybody would change alike.

    Notes
    -----
    The variance is 2 (1 - overlap r) / n, with the degrees of freedom of Derrick et al. (2017): `compare_overlapping`.
    With an overlap of 1 it is the paired t test and agrees with stats::power.t.test(type = "paired") (R 4.2.2), with 0
    the t test of two samples.

    Examples
    --------
    >>> found = analyse_change(20, 1.0, 0.5)
    >>> found.variance, found.test_df
    (0.05, 19.0)
    """
    linked = round(overlap * people)
    alone = 2 * (people - linked)
    variance = 2 * (1 - linked / people * person_correlation) / people
    df = linked - 1 + (alone + linked - 1) * alone / (alone + 2 * linked)
    if linked < 2:
        df = 2.0 * people - 2
    return Analysis(variance, variance, df, df) if df > 0 and variance > 0 else None
