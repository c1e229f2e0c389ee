"""The two scores of each declared pair, a point a worker or whatever the pair's level is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.finding import Finding, at
from sos_score.comparison.links import count_pairs
from sos_score.comparison.questions.pair_scores import list_pair_scores
from sos_score.comparison.verdict import Verdict
from sos_score.report.figures.canvas import Canvas, Scale, break_text
from sos_score.report.figures.style import BLUE, GREY, INK, LINE
from sos_score.report.labels import Labels
from sos_score.report.model import Picture, ReportData
from sos_score.report.questions.associations import show_effect
from sos_score.words import count, join

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS, _PANEL, _GAP = 3, 2.25, 0.7  # panels in a line, and inches


@dataclass(frozen=True)
class _Cloud:
    """The points of one pair at one wave."""

    x_name: str
    y_name: str
    wave: str
    finding: Finding
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def draw_pairs(report: ReportData) -> Picture | None:
    """Return the points of the declared pairs of association; None where none may be shown.

    A point is one unit of the pair's level, without name, site or number. Points are drawn only where there are enough
    of them, and where the units with one of the two scores only are none, or too many to be worked out from the rest.
    """
    labels = report.labels
    clouds = list(_list_clouds(report))
    if not clouds:
        return None
    asked = [each for each in report.comparison.ask("association") if each.is_judged]
    hidden = len(asked) - len(clouds)
    together = [cloud for cloud in clouds if is_found(cloud.finding)]
    go = "goes" if len(together) == 1 else "go"
    title = f"{len(together) or 'None'} of {count(len(clouds), 'pair')} drawn {go} together"
    units = join(list(dict.fromkeys(labels.name_unit(cloud.finding) for cloud in clouds)))
    note = (
        f" {count(hidden, 'pair')} at a wave {'is' if hidden == 1 else 'are'} not drawn: points would give away the few"
        " who have one of the two scores only, or are too few themselves."
    )
    return Picture(
        name="pairs",
        title=title,
        reading=f"A point is one of the {units}: what is below against what stands above, each a mean where several"
        f" answered. r with its 95% interval, and the verdict after adjustment.{note if hidden else ''}",
        description=" ".join(
            f"{cloud.y_name} against {cloud.x_name}{f', {cloud.wave}' if cloud.wave else ''}: {cloud.x.size}"
            f" {labels.name_unit(cloud.finding)}, {_show_r(cloud.finding)}, {labels.name_verdict(cloud.finding)}."
            for cloud in clouds
        ),
        size=(7.4, -(-len(clouds) // _COLUMNS) * (_PANEL + _GAP)),
        fill=partial(_fill, clouds=clouds, labels=labels),
    )


def _show_r(finding: Finding) -> str:
    return f"r = {show_effect(finding)}"


def is_found(finding: Finding) -> bool:
    """Return whether two scores go together, weakly or not."""
    return finding.verdict in (Verdict.DIFFERENT, Verdict.TRIVIAL)


def _list_clouds(report: ReportData) -> Iterator[_Cloud]:
    data, plan = report.data, report.comparison.plan
    judged = {(each.pair, each.waves): each for each in report.comparison.ask("association") if each.is_judged}
    for name, pair in data.study.pairs.items():
        if pair.kind == "agreement":
            continue
        one, two = data.outcome(pair.x), data.outcome(pair.y)
        for scores in list_pair_scores(pair, data, plan):
            finding = judged.get((name, at(scores.wave)))
            both = ~np.isnan(scores.x) & ~np.isnan(scores.y)
            is_small = count_pairs(scores.x, scores.y).is_small(plan.smallest_cell)
            if finding is None or math.isnan(finding.effect.value) or is_small:
                continue
            order = np.lexsort((scores.y[both], scores.x[both]))  # the order of the file would name them
            names = [f"{each.title} ({each.source_label})" for each in (one, two)]
            yield _Cloud(names[0], names[1], scores.wave, finding, scores.x[both][order], scores.y[both][order])


def _fill(figure: Figure, clouds: list[_Cloud], labels: Labels) -> None:
    canvas = Canvas(figure)
    width = canvas.width / _COLUMNS
    for place, cloud in enumerate(clouds):
        left, top = place % _COLUMNS * width, place // _COLUMNS * (_PANEL + _GAP)
        verdict = labels.name_verdict(cloud.finding)
        _fill_cloud(canvas, cloud, verdict, (left + 0.35, left + width - 0.2), (top + 0.75, top + _PANEL))


def _fill_cloud(
    canvas: Canvas, cloud: _Cloud, verdict: str, sides: tuple[float, float], ends: tuple[float, float]
) -> None:
    (left, right), (top, bottom) = sides, ends
    x, y = _span(cloud.x, left, right), _span(cloud.y, bottom, top)
    room = right - left + 0.3
    is_bold, ink = (True, INK) if is_found(cloud.finding) else (False, GREY)
    canvas.write((left - 0.3, top - 0.41), break_text(cloud.y_name, room / 1.1, 8), 8, bold=True, va="bottom")
    canvas.write(
        (left - 0.3, top - 0.31), f"{verdict}{f' at {cloud.wave}' if cloud.wave else ''}", 8, bold=is_bold, color=ink
    )
    canvas.write((left - 0.3, top - 0.14), _show_r(cloud.finding), 8, color=ink)
    canvas.draw_scale(x, top, bottom, most=4)
    ticks = y.list_ticks(4)
    canvas.draw_lines([[(left, y(tick)), (right, y(tick))] for tick, _ in ticks], LINE, 0.7)
    for tick, words in ticks:
        canvas.write((left - 0.05, y(tick)), words, 8, ha="right")
    canvas.write(((left + right) / 2, bottom + 0.36), break_text(cloud.x_name, room, 8), 8, ha="center", va="center")
    points = [(x(one), y(two)) for one, two in zip(cloud.x.tolist(), cloud.y.tolist(), strict=True)]
    canvas.mark(points, "o", BLUE if is_found(cloud.finding) else GREY, 4.5, alpha=0.8)


def _span(values: NDArray[np.float64], start: float, end: float) -> Scale:
    low, high = float(values.min()), float(values.max())
    room = 0.08 * (high - low or 1)
    return Scale(low - room, high + room, start, end)
