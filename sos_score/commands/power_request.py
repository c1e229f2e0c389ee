"""Plans of the next study: as asked for on the command line, and in words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sos_score.errors import InvalidRequest
from sos_score.statistics.power.trial import StudyPlan, check_plan

_MOST_SITES, _MOST_PEOPLE = 500, 100_000
_ARMS = re.compile(r"\s*(\d{1,6})\s*,\s*(\d{1,6})\s*", re.ASCII)
_CHANGE_ONLY = ("overlap", "person_correlation", "site_correlation")


@dataclass(frozen=True)
class PlanRequest:
    """A plan as asked for on the command line; None is what was not said.

    Attributes
    ----------
    arms : str or None
        Sites of each arm, as in ``2,3``; in place of `sites_per_arm`.
    people : int or None
        People of each site, at each wave.
    waves : int or None
        None is 1.
    overlap, person_correlation, site_correlation : float or None
        Only with two waves; see `StudyPlan`.
    effect : float or None
        In standard deviations.
    study, scale : str or None
        A study file, and one of its outcomes, that give what was not said.
    """

    sites_per_arm: int | None
    arms: str | None
    people: int | None
    icc: float | None
    waves: int | None = None
    overlap: float | None = None
    person_correlation: float | None = None
    site_correlation: float | None = None
    alpha: float = 0.05
    power: float = 0.8
    effect: float | None = None
    study: str | None = None
    scale: str | None = None


def make_plan(request: PlanRequest) -> StudyPlan:
    """Return the plan asked for."""
    problems: list[str] = []
    sites = _read_arms(request, problems)
    if request.people is None:
        problems.append("give the people of each site (--people 15)")
    elif not 1 <= request.people <= _MOST_PEOPLE:
        problems.append(f"--people {request.people} is outside 1-{_MOST_PEOPLE:,}")
    problems += _check_numbers(request)
    waves = 1 if request.waves is None else request.waves
    if waves not in (1, 2):
        problems.append(f"--waves is 1 or 2, not {waves}")
    stated = {name: value for name in _CHANGE_ONLY if (value := getattr(request, name)) is not None}
    if waves == 1:
        problems += [f"--{name.replace('_', '-')} needs --waves 2" for name in stated]
    if problems or request.people is None or request.icc is None:
        raise InvalidRequest("\n".join(problems))
    people = ((request.people,) * sites[0], (request.people,) * sites[1])
    plan = StudyPlan(people, request.icc, waves, alpha=request.alpha, **stated)
    try:
        check_plan(plan)
    except ValueError as error:
        raise InvalidRequest(str(error)) from None
    return plan


def _read_arms(request: PlanRequest, problems: list[str]) -> tuple[int, int]:
    if (request.sites_per_arm is None) == (request.arms is None):
        both = "not both" if request.arms is not None else "one of them"
        problems.append(f"give --sites-per-arm 2 or --arms 2,3: {both}")
        return 1, 1
    if request.sites_per_arm is not None:
        sites, option = (request.sites_per_arm,) * 2, f"--sites-per-arm {request.sites_per_arm}"
    else:
        found = _ARMS.fullmatch(str(request.arms))
        if not found:
            problems.append(f"--arms is two numbers of sites, as in 2,3, not '{request.arms}'")
            return 1, 1
        sites, option = (int(found[1]), int(found[2])), f"--arms {request.arms}"
    if not all(1 <= count <= _MOST_SITES for count in sites):
        problems.append(f"{option} is outside 1-{_MOST_SITES} sites in each arm")
    return sites


def _check_numbers(request: PlanRequest) -> list[str]:
    problems = []
    if request.icc is None:
        problems.append("give the share of variance between sites (--icc 0.05)")
    elif not 0 <= request.icc < 1:
        problems.append(f"--icc {request.icc:g} is outside 0 to below 1")
    for name in _CHANGE_ONLY:
        value = getattr(request, name)
        if value is not None and not 0 <= value <= 1:
            problems.append(f"--{name.replace('_', '-')} {value:g} is outside 0-1")
    if not 0 < request.alpha < 1:
        problems.append(f"--alpha {request.alpha:g} is not between 0 and 1")
    if not request.alpha < request.power < 1:
        problems.append(f"--power {request.power:g} is not between alpha ({request.alpha:g}) and 1")
    if request.effect is not None and not 0 < request.effect <= 100:
        problems.append(f"--effect {request.effect:g} is outside 0 to 100 standard deviations")
    return problems
