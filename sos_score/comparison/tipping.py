"""How far those who left would have to differ from those who answered before a verdict changes: the tipping point."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from sos_score.comparison.finding import Estimate, Finding, Unit, find_equivalence, find_verdict, take_test
from sos_score.comparison.links import Links
from sos_score.comparison.losses import Losses, find_losses
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.verdict import Direction, Verdict
from sos_score.statistics.arrays import Floats
from sos_score.statistics.multiplicity import adjust_p

FARTHEST = 2.0
"""How far leavers are taken to differ at most, in standard deviations of people."""

_STEP, _BISECTIONS = 0.05, 6


class Lack(StrEnum):
    """Why a finding has no tipping point."""

    NONE = ""
    NOT_ASKED = "not about those who left"
    NOT_FOLLOWED = "people cannot be followed"
    NOBODY = "nobody left"
    FEW = "not shown"
    BEYOND = "none within 2 SD"


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """The nearest difference of leavers from those who answered, in SD, at which a verdict is another; or why none."""

    shift: float = math.nan
    lack: Lack = Lack.NONE


NOT_ASKED = TippingPoint(lack=Lack.NOT_ASKED)


def find_answer(finding: Finding) -> tuple[Verdict | None, Direction | bool]:
    """Return a verdict, with which way it goes where there is a difference."""
    return _name_answer(finding.verdict, finding.estimate.value)


def _name_answer(verdict: Verdict | None, value: float) -> tuple[Verdict | None, Direction | bool]:
    return verdict, verdict is Verdict.DIFFERENT and value > 0


def find_tipping_points(
    asked: Sequence[Finding], outcomes: Sequence[OutcomeScores], plan: ComparisonPlan
) -> Iterator[tuple[Finding, TippingPoint]]:
    """Yield each finding that will be judged with its tipping point.

    Parameters
    ----------
    asked : sequence of Finding
        Those of `ask_questions`, not judged yet.
    outcomes : sequence of OutcomeScores
        What they are about.
    plan : ComparisonPlan
        What they will be judged by.

    Notes
    -----
    Delta adjustment. Those who answered at the last wave, n of them with the mean m, stand for the n_l who left as
    well; if these scored m + d SD on average, the mean of all is m + d SD n_l / (n_l + n), and a change of one site,
    or a difference of the arms in favour of the treated one, moves by d SD n_l / (n_l + n). Its standard error and
    degrees of freedom stay: who is assumed adds no information. The finding is judged again, its p adjusted with the
    others of its family as they are, and the d nearest to 0 at which the verdict differs is the tipping point, in
    steps of .05 up to 2 and then by bisection. Of arms it is the treated arm's leavers who differ, while the other
    arm's are like those who answered. Only people are asked about, whose means are those of all single scores.
    Cro, S., et al. (2020), Statistics in Medicine, 39, 2815-2842.
    """
    of = {(each.source, each.scale): each for each in outcomes}
    losses = {key: find_losses(each, plan) for key, each in of.items()}
    families: dict[str, list[Finding]] = {}
    for each in asked:
        if each.is_judged:
            families.setdefault(each.family, []).append(each)
    for members in families.values():
        p, tost_p = np.array([(each.test.p, each.equivalence.p) for each in members]).T
        for place, each in enumerate(members):
            share, lack = _find_share(each, losses[each.source, each.scale], plan)
            if lack:
                yield each, TippingPoint(lack=lack)
            else:
                sd = each.equivalence.sd
                smallest = plan.find_smallest(of[each.source, each.scale], sd)
                yield each, _search(_Judge(each, place, p, tost_p, smallest, share * sd, plan))


def _find_share(each: Finding, losses: Losses, plan: ComparisonPlan) -> tuple[float, Lack]:
    """Return which share of those at the last wave, with the leavers, are leavers."""
    if each.unit is not Unit.PEOPLE or plan.list_waves(each.waves)[-1] != plan.last_wave or len(plan.waves) < 2:
        return math.nan, Lack.NOT_ASKED
    sites = [each.site] if each.site else [site for site in plan.sites if plan.arms[site] == plan.treated]
    known = [site for site in sites if losses.is_told(site)]
    if not known or any(site in losses.others or losses.lost_all(site) for site in sites):
        return math.nan, Lack.NOT_FOLLOWED
    may_show = losses.may_show_site(each.site) if each.site else losses.may_show_arm(known)
    if not may_show:
        return math.nan, Lack.FEW
    links: Links = losses.add(known)
    if not links.first_only or not each.equivalence.sd > 0:
        return math.nan, Lack.NOBODY
    return links.first_only / (links.first_only + links.both + links.last_only), Lack.NONE


@dataclass(frozen=True, slots=True)
class _Judge:
    """What it takes to judge one finding of a family again: a search asks a hundred times."""

    finding: Finding  # as it will be judged
    place: int  # its place in its family
    # of each of its family, itself included
    p: Floats
    tost_p: Floats
    smallest: float  # the smallest difference that matters, in points of the score
    scale: float  # how many points the estimate moves if leavers differ by 1 SD
    plan: ComparisonPlan

    def judge(self, shift: float) -> tuple[Verdict | None, Direction | bool]:
        """Return the answer if leavers differ by `shift` SD from those who answered."""
        from scipy.special import stdtr

        finding, each = self.finding, self.finding.estimate
        points = shift * self.scale
        value = each.value + points
        t = value / each.se if each.se > 0 else math.nan
        p = float(2.0 * stdtr(finding.test.df, -abs(t)))
        estimate = Estimate(value, each.low + points, each.high + points, each.se)
        test = replace(finding.test, statistic=t, p=p)
        tested = take_test(finding.method, finding.counts, estimate, test)
        equal = find_equivalence(tested, self.smallest, finding.equivalence.sd, self.plan)
        equal = replace(equal, p_adjusted=self._adjust(self.tost_p, equal.p))
        return _name_answer(find_verdict(value, self._adjust(self.p, p), equal, self.plan).verdict, value)

    def _adjust(self, values: Floats, own: float) -> float:
        values = values.copy()
        values[self.place] = own
        return float(adjust_p(values, self.plan.adjustment)[self.place])


def _search(judge: _Judge) -> TippingPoint:
    """Return the shift nearest to 0, of either sign, at which the answer is another."""
    planned = judge.judge(0.0)
    for step in range(1, round(FARTHEST / _STEP) + 1):
        near, far = (step - 1) * _STEP, step * _STEP
        found = [
            _narrow(judge, planned, sign * near, sign * far)
            for sign in (-1.0, 1.0)
            if judge.judge(sign * far) != planned
        ]
        if found:
            return TippingPoint(min(found, key=abs))
    return TippingPoint(lack=Lack.BEYOND)


def _narrow(judge: _Judge, planned: tuple[Verdict | None, Direction | bool], near: float, far: float) -> float:
    for _ in range(_BISECTIONS):
        middle = float(np.mean([near, far]))
        near, far = (middle, far) if judge.judge(middle) == planned else (near, middle)
    return far
