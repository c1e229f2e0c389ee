"""What a study could show or measure that is planned for something else than a difference of arms, as tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from sos_score.commands.power_request import PlanRequest, check_wanted, make_plan, read_people
from sos_score.errors import InvalidRequest
from sos_score.notes import Note, note
from sos_score.output.table import Cell, Column, Table
from sos_score.psychometrics.precision import Interval, expect_alpha, expect_icc, find_needed
from sos_score.report.tables.power import describe_plan
from sos_score.statistics.power.assessment import choose_sites
from sos_score.statistics.power.correlation import attenuate, find_correlation_power
from sos_score.statistics.power.equivalence import find_equivalence_power, find_smallest_limit
from sos_score.statistics.power.solve import find_first
from sos_score.statistics.power.trial import analyse_change, analyse_equal_sites, analyse_people, analyse_sites
from sos_score.statistics.site_comparison import SHARE

MOST = 100_000
_STEPS = (10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500)
_REMARK = Column("remark", wraps=True)


def list_goal(request: PlanRequest) -> dict[str, Table]:
    """Return what a plan could show or measure, for the goal of the request."""
    return _GOALS[request.goal](request)


def _list_equivalence(request: PlanRequest) -> dict[str, Table]:
    """Return how small a difference the plan could rule out, and the sites that a stated one needs."""
    effect = request.effect or 0.0
    limit = request.limit
    problems = []
    if limit is None:
        problems.append("give the difference to be ruled out, in standard deviations (--limit 0.25)")
    elif not effect < limit <= 100:
        problems.append(f"--limit {limit:g} is outside {effect:g} (the true difference) to 100 standard deviations")
    _refuse(problems)
    assert limit is not None
    plan = make_plan(request)
    wanted = (effect, plan.alpha, request.power)
    rows: list[tuple[Cell, ...]] = []
    for name, analysis in (("t test of sites", analyse_sites(plan)), ("CR2 regression", analyse_people(plan))):
        smallest = math.nan if analysis is None else find_smallest_limit(analysis, *wanted)
        power = math.nan if analysis is None else find_equivalence_power(analysis, limit, *wanted[:2])
        rows.append((name, smallest, power))
    needed = find_first(
        lambda sites: find_equivalence_power(analyse_equal_sites(plan, sites), limit, *wanted[:2]) >= request.power
    )
    possible = math.ceil(math.log(plan.alpha) / math.log(1 - SHARE))
    own = plan.sites[0] if plan.sites[0] == plan.sites[1] else None
    remarks = {
        math.nan if own is None else float(own): "this plan",
        needed: "enough",
        float(possible): "compare can say so",
    }
    by_sites: list[tuple[Cell, ...]] = []
    for sites in choose_sites(own, needed, possible):
        analysis = analyse_equal_sites(plan, sites)
        power = find_equivalence_power(analysis, limit, *wanted[:2])
        smallest = find_smallest_limit(analysis, *wanted)
        by_sites.append((sites, 2 * sites * plan.mean_people, smallest, power, _find_remark(remarks, sites)))
    said = note("equivalence_needed", limit=limit, power=request.power, sites=needed, effect=effect)
    caution = note("equivalence_of_sites", sites=possible)
    figures = (
        Column("smallest limit", 2, key="smallest_limit"),
        Column(f"power for {limit:g}", 2, key="power_at_limit"),
    )
    shared = (Column("people"), *figures, _REMARK)
    title = f"{describe_plan(plan)}, true difference {effect:g}"
    return {
        "analyses": Table((Column("analysis"), *figures), tuple(rows), title, _say(said, caution)),
        "by_sites": Table((Column("sites/arm", key="sites_per_arm"), *shared), tuple(by_sites)),
    }


def _list_change(request: PlanRequest) -> dict[str, Table]:
    """Return the change of one team that so many people would show, and how many a stated change needs."""
    problems = check_wanted(request)
    people = _read_people(request, problems, "people who answer at each wave")
    overlap = 1.0 if request.overlap is None else request.overlap
    r = 0.5 if request.person_correlation is None else request.person_correlation
    problems += [f"--{name} {value:g} is outside 0-1" for name, value in
                 (("overlap", overlap), ("person-correlation", r)) if not 0 <= value <= 1]  # fmt: skip
    if not problems and overlap * r == 1:
        problems.append("an overlap and a correlation of 1 leave no variance in changes")
    _refuse(problems)

    def find_power(size: int, effect: float) -> float:
        analysis = analyse_change(size, overlap, r)
        return math.nan if analysis is None else analysis.find_power(effect, request.alpha)

    def find_smallest(size: int) -> float:
        analysis = analyse_change(size, overlap, r)
        return math.nan if analysis is None else analysis.find_effect(request.power, request.alpha)

    title = f"one team, {people} people at each wave, {overlap:.0%} of them at both (correlation {r:g}), alpha"
    table, needed = _tabulate(request, people, _Curve("people", "change", find_power, find_smallest))
    said = _name_needed(request, needed, "change_needed")
    about = note("change_paired" if overlap == 1 else "change_overlapping")
    return {"by_people": replace(table, title=f"{title} {request.alpha:g}", notes=_say(*said, about))}


def _list_correlation(request: PlanRequest) -> dict[str, Table]:
    """Return the correlation between workers that so many would show, and how many workers a stated one needs."""
    problems = check_wanted(request)
    workers, icc = request.workers, request.icc
    if workers is None:
        problems.append("give the number of workers (--workers 20)")
    elif not 4 <= workers <= MOST:
        problems.append(f"--workers {workers} is outside 4-{MOST:,}")
    if (request.people is None) != (icc is None):
        problems.append(
            "give both or neither: the people of each worker (--people 3) and the share of their variance between"
            " workers (--icc 0.3)"
        )
    each = read_people(request.people, problems) if request.people is not None else 1
    if icc is not None and not 0 < icc < 1:
        problems.append(f"--icc {icc:g} is not between 0 and 1")
    if request.effect is not None and not request.effect < 1:
        problems.append(f"--effect {request.effect:g} is no correlation below 1")
    _refuse(problems)
    assert workers is not None
    share = 1.0 if icc is None else attenuate(1.0, icc, each)

    def find_power(size: int, r: float) -> float:
        return find_correlation_power(r * share, size, request.alpha)

    def find_smallest(size: int) -> float:
        from scipy.optimize import brentq

        if find_power(size, 0.999) < request.power:
            return math.nan
        return float(brentq(lambda r: find_power(size, r) - request.power, 0.0, 0.999, xtol=1e-6))

    of = "" if icc is None else f", {each} people each, ICC {icc:g} between workers"
    title = f"{workers} workers{of}, alpha {request.alpha:g}"
    table, needed = _tabulate(request, workers, _Curve("workers", "r", find_power, find_smallest))
    said = _name_needed(request, needed, "workers_needed")
    if icc is not None:
        said = (*said, note("attenuated", share=share))
    return {"by_workers": replace(table, title=title, notes=_say(*said))}


@dataclass(frozen=True)
class _Curve:
    """How power depends on a number of people or workers."""

    head: str
    effect: str
    find_power: Callable[[int, float], float]
    find_smallest: Callable[[int], float]


def _tabulate(request: PlanRequest, own: int, curve: _Curve) -> tuple[Table, float]:
    """Return a row a size with the smallest effect and the power for the stated one, and the size that is needed."""
    effect, needed = request.effect, math.nan
    if effect is not None:
        needed = find_first(lambda size: curve.find_power(size, effect) >= request.power, MOST, 4)
    remarks = {float(own): "this plan", needed: "enough"}
    rows = []
    for size in _choose_sizes(own, needed):
        power = math.nan if effect is None else curve.find_power(size, effect)
        rows.append((size, curve.find_smallest(size), power, _find_remark(remarks, size)))
    name = "power" if effect is None else f"power for {effect:g}"
    power_column = Column(name, 2, key="power_at_effect", shown=effect is not None)
    smallest = Column(f"smallest {curve.effect}", 2, key=f"smallest_{curve.effect}")
    return Table((Column(curve.head), smallest, power_column, _REMARK), tuple(rows)), needed


def _choose_sizes(own: int | None, needed: float) -> list[int]:
    return sorted({*_STEPS, *([] if own is None else [own]), *([] if math.isnan(needed) else [int(needed)])})


def _find_remark(remarks: Mapping[float, str], size: int) -> str:
    return "; ".join(words for number, words in remarks.items() if number == size)


def _name_needed(request: PlanRequest, needed: float, code: str) -> tuple[Note, ...]:
    if request.effect is None:
        return ()
    return (note(code, effect=request.effect, power=request.power, needed=needed, most=MOST),)


def _list_precision(request: PlanRequest, *, is_alpha: bool) -> dict[str, Table]:
    """Return how wide the interval of a reliability would be with so many people, and how many a width needs."""
    parts, of = (request.items, "items") if is_alpha else (request.raters, "raters")
    expect, width = request.expect, request.width
    what = "alpha" if is_alpha else "ICC"
    problems = []
    if parts is None:
        problems.append(f"give the number of {of} (--{of} {12 if is_alpha else 2})")
    elif not 2 <= parts <= 1000:
        problems.append(f"--{of} {parts} is outside 2-1000")
    if expect is None:
        problems.append(f"give the {what} that is expected (--expect 0.8)")
    elif not 0 <= expect < 1:
        problems.append(f"--expect {expect:g} is outside 0 to below 1")
    if width is not None and not 0.01 <= width < 1:
        problems.append(f"--width {width:g} is outside 0.01 to below 1")
    people = None if request.people is None else read_people(request.people, problems)
    if people is not None and people < 2 and not problems:
        problems.append(f"--people {people} is fewer than 2")
    if width is None and people is None:
        problems.append("give the width of the interval (--width 0.1), the number of people (--people 50), or both")
    _refuse(problems)
    assert parts is not None
    assert expect is not None
    interval: Interval = expect_alpha(expect, parts) if is_alpha else expect_icc(expect, parts)
    needed = math.nan if width is None else find_needed(interval, width)
    remarks = {math.nan if people is None else float(people): "this plan", needed: "enough"}
    rows = []
    for size in _choose_sizes(people, needed):
        low, high = interval(size)
        rows.append((size, low, high, high - low, _find_remark(remarks, size)))
    said: tuple[Note, ...] = ()
    head = "people" if is_alpha else "targets"
    if width is not None:
        said = (note("width_needed", width=width, what=what, expect=expect, needed=needed, of=head, most=MOST),)
    title = f"Cronbach's alpha of {parts} items" if is_alpha else f"ICC(1) of one rating, {parts} raters each"
    columns = (Column(head), Column("from", 2, key="low"), Column("to", 2, key="high"), Column("width", 2), _REMARK)
    table = Table(columns, tuple(rows), f"{title}, expected to be {expect:g}: its 95% interval", _say(*said))
    return {f"by_{head}": table}


def _read_people(request: PlanRequest, problems: list[str], what: str) -> int:
    if request.people is None:
        problems.append(f"give the {what} (--people 15)")
        return 1
    people = read_people(request.people, problems)
    if people == 1 and not problems:
        problems.append(f"--people {request.people} is fewer than 2")
    return people


def _refuse(problems: list[str]) -> None:
    if problems:
        raise InvalidRequest("\n".join(problems))


def _say(*said: Note) -> tuple[str, ...]:
    return tuple(map(str, said))


_GOALS: dict[str, Callable[[PlanRequest], dict[str, Table]]] = {
    "equivalence": _list_equivalence,
    "change": _list_change,
    "correlation": _list_correlation,
    "alpha": partial(_list_precision, is_alpha=True),
    "icc": partial(_list_precision, is_alpha=False),
}
