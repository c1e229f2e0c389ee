"""What a planned study could show, as tables and a picture."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from sos_score.commands.power_goals import list_goal
from sos_score.commands.power_request import GOALS, PlanRequest, check_goal, make_plan
from sos_score.errors import InvalidRequest
from sos_score.notes import note
from sos_score.output.delimited import RESULT_FORMATS, write_tables
from sos_score.output.files import check_output, choose_format, create_file
from sos_score.output.table import Cell, Column, Table
from sos_score.report.figures.power import CHARTS, draw_power
from sos_score.report.tables.power import describe_plan
from sos_score.statistics.power.assessment import PlanAssessment, assess_plan
from sos_score.version import __version__

if TYPE_CHECKING:
    import pandas as pd


def list_plan(result: PlanAssessment) -> dict[str, Table]:
    """Return what the plan could show, and what other numbers of sites could."""
    stated = not isnan(result.effect)
    smallest = Column("smallest effect", 2, key="smallest_effect")
    power = Column(f"power for {result.effect:g}", 2, key="power_at_effect", shown=stated)
    is_readable = bool(result.analyses["smallest_p"].max() >= 0.001)
    possible = Column("possible", key="can_reach_alpha")
    return {
        "analyses": Table(
            (
                Column("analysis"),
                Column("df", 1, shown=False),
                smallest,
                power,
                Column("smallest p", 3, key="smallest_p", shown=is_readable),
                possible,
            ),
            _list_rows(result.analyses),
            title=describe_plan(result.plan),
            notes=tuple(map(str, result.notes)),
        ),
        "by_sites": Table(
            (
                Column("sites/arm", key="sites_per_arm"),
                Column("people"),
                smallest,
                power,
                Column("smallest p", key="smallest_p", shown=False),
                replace(possible, shown=False),
                Column("remark", wraps=True),
            ),
            _list_rows(result.by_sites),
        ),
    }


def _list_rows(frame: pd.DataFrame) -> tuple[tuple[Cell, ...], ...]:
    words = frame.assign(can_reach_alpha=["yes" if can else "no" for can in frame["can_reach_alpha"]])
    return tuple(words.itertuples(index=False, name=None))


def write_plan(
    request: PlanRequest,
    figure: str | None,
    fmt: str | None,
    output: str | None,
    *,
    force: bool,
) -> None:
    """Assess a plan, show or write its tables, and draw its picture."""
    check_goal(request)
    if figure is not None and (request.goal != "arms" or _asks_for_all(request)):
        raise InvalidRequest("--figure goes with --for arms, and one plan")
    choose_format(fmt, output, RESULT_FORMATS)
    if _asks_for_all(request):
        from sos_score.commands.power_from_study import list_needed

        _write(list_needed(request), request, fmt, output, force=force)
        return
    request, found = _fill(request)
    if request.goal != "arms":
        first, *others = (tables := list_goal(request)).values()
        first = replace(first, notes=(*found, *first.notes))
        _write(dict(zip(tables, (first, *others), strict=True)), request, fmt, output, force=force)
        return
    plan = make_plan(request)
    path = None if figure is None else Path(figure)
    if path is not None:
        if path.suffix.lower() not in CHARTS:
            raise InvalidRequest(f"--figure is a {' or '.join(CHARTS)} file, not '{figure}'")
        check_output(path, force=force)
    result = assess_plan(plan, request.effect, power=request.power)
    result = replace(result, notes=(*(note("planned_from", said=line) for line in found), *result.notes))
    about = {"plan": describe_plan(plan), "power": f"{request.power:g}", "version": __version__}
    write_tables(list_plan(result), fmt, output, force=force, about=about)
    if path is not None:
        with create_file(path, force=force) as stream:
            stream.write(draw_power(result, CHARTS[path.suffix.lower()]))


def _asks_for_all(request: PlanRequest) -> bool:
    """Return whether a study is named and nothing else of a plan: then every outcome of it is asked about."""
    others = (name for name in GOALS["arms"] if name not in ("study", "effect"))
    return (
        request.study is not None and request.goal == "arms" and all(getattr(request, name) is None for name in others)
    )


def _write(tables: dict[str, Table], request: PlanRequest, fmt: str | None, output: str | None, *, force: bool) -> None:
    first = next(iter(tables.values()))
    about = {"plan": first.title, "power": f"{request.power:g}", "version": __version__}
    write_tables(tables, fmt, output, force=force, about=about)


def _fill(request: PlanRequest) -> tuple[PlanRequest, tuple[str, ...]]:
    """Return a request with its gaps filled from the study it names, and what was found there."""
    if request.study is not None:
        from sos_score.commands.power_from_study import fill_from_study

        return fill_from_study(request, request.study, request.scale)
    if request.scale is not None:
        raise InvalidRequest("--scale needs --from STUDY.yaml")
    return request, ()
