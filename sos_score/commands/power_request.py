"""Plans of the next study: as asked for on the command line, and in words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sos_score.errors import InvalidRequest
from sos_score.statistics.power.trial import StudyPlan, check_plan

_MOST_SITES, _MOST_PEOPLE = 500, 100_000
_ARMS = re.compile(r"\s*(\d{1,6})\s*,\s*(\d{1,6})\s*", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,9}", re.ASCII)
_SIZES = re.compile(r"\d{1,9}(,\d{1,9})*/\d{1,9}(,\d{1,9})*", re.ASCII)
_CHANGE_ONLY = ("overlap", "person_correlation", "site_correlation")


@dataclass(frozen=True)
class PlanRequest:
    """A plan as asked for on the command line; None is what was not said.

    Attributes
    ----------
    arms : str or None
        Sites of each arm, as in ``2,3``; in place of `sites_per_arm`.
    people : str or None
        People of each site, at each wave: a number, or one for each site of both arms, as in ``8,12,20/25,6``.
    waves : int or None
        None is 1.
    overlap, person_correlation, site_correlation : float or None
        Only with two waves; see `StudyPlan`.
    effect : float or None
        In standard deviations.
    study, scale : str or None
        A study file, and one of its outcomes, that give what was not said.
    goal : str
        What is planned for: one of `GOALS`.
    limit : float or None
        The difference to be ruled out, in standard deviations.
    workers, items, raters : int or None
        Of a correlation of workers, of alpha, of an ICC.
    expect, width : float or None
        The reliability that is expected, and how wide its interval may be.
    """

    sites_per_arm: int | None
    arms: str | None
    people: str | None
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
    goal: str = "arms"
    limit: float | None = None
    workers: int | None = None
    items: int | None = None
    raters: int | None = None
    expect: float | None = None
    width: float | None = None


_TRIAL = ("sites_per_arm", "arms", "people", "icc", "waves", *_CHANGE_ONLY, "effect", "study", "scale")
GOALS: dict[str, tuple[str, ...]] = {
    "arms": _TRIAL,
    "equivalence": (*_TRIAL, "limit"),
    "change": ("people", "overlap", "person_correlation", "effect"),
    "correlation": ("workers", "people", "icc", "effect"),
    "alpha": ("items", "people", "expect", "width"),
    "icc": ("raters", "people", "expect", "width"),
}
"""What can be planned for, and the options that go with each, by the field of the request."""


def check_goal(request: PlanRequest) -> None:
    """Refuse options that do not go with what is planned for."""
    problems = []
    for name in dict.fromkeys(name for names in GOALS.values() for name in names):
        goals = [goal for goal, names in GOALS.items() if name in names]
        if getattr(request, name) is not None and request.goal not in goals:
            option = "from" if name == "study" else name.replace("_", "-")
            problems.append(f"--{option} goes with --for {' or '.join(goals)}, not with --for {request.goal}")
    if problems:
        raise InvalidRequest("\n".join(problems))


def make_plan(request: PlanRequest) -> StudyPlan:
    """Return the plan asked for."""
    problems: list[str] = []
    sizes = _read_sizes(request, problems)
    problems += _check_numbers(request)
    waves = 1 if request.waves is None else request.waves
    if waves not in (1, 2):
        problems.append(f"--waves is 1 or 2, not {waves}")
    stated = {name: value for name in _CHANGE_ONLY if (value := getattr(request, name)) is not None}
    if waves == 1:
        problems += [f"--{name.replace('_', '-')} needs --waves 2" for name in stated]
    if problems or request.icc is None:
        raise InvalidRequest("\n".join(problems))
    plan = StudyPlan(sizes, request.icc, waves, alpha=request.alpha, **stated)
    check_plan(plan)
    return plan


def _read_sizes(request: PlanRequest, problems: list[str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the people of each site of each arm."""
    given = str(request.people or "").replace(" ", "")
    if _SIZES.fullmatch(given):
        if request.sites_per_arm is not None or request.arms is not None:
            problems.append("--people names every site, so leave out --sites-per-arm and --arms")
        one, two = (tuple(map(int, arm.split(","))) for arm in given.split("/"))
        return (one, two) if not check_people([*one, *two], request.people, problems) else ((1,), (1,))
    sites = _read_arms(request, problems)
    if request.people is None:
        problems.append("give the people of each site (--people 15)")
        return (1,), (1,)
    people = read_people(
        request.people, problems, more=", or the people of every site of both arms, as in 8,12,20/25,6"
    )
    return (people,) * sites[0], (people,) * sites[1]


def read_people(given: str, problems: list[str], more: str = "") -> int:
    """Return a number of people; 1 where it is none, with what is wrong added to the problems."""
    if not _NUMBER.fullmatch(given.strip()):
        problems.append(f"--people is a number{more}, not '{given}'")
        return 1
    return int(given) if not check_people([int(given)], given, problems) else 1


def check_people(sizes: list[int], given: str | None, problems: list[str]) -> bool:
    """Return whether numbers of people are outside what can be, which is then one of the problems."""
    is_outside = not all(1 <= size <= _MOST_PEOPLE for size in sizes) or len(sizes) > 2 * _MOST_SITES
    if is_outside:
        problems.append(f"--people {given} is outside 1-{_MOST_PEOPLE:,}")
    return is_outside


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
    return [*problems, *check_wanted(request)]


def check_wanted(request: PlanRequest) -> list[str]:
    """Return what is wrong with the level, the power and the effect that are asked for."""
    problems = []
    if not 0 < request.alpha < 1:
        problems.append(f"--alpha {request.alpha:g} is not between 0 and 1")
    if not request.alpha < request.power < 1:
        problems.append(f"--power {request.power:g} is not between alpha ({request.alpha:g}) and 1")
    if request.effect is not None and not 0 < request.effect <= 100:
        problems.append(f"--effect {request.effect:g} is not above 0 and at most 100 standard deviations")
    return problems
