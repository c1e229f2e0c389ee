"""How consistent the answers to the items of each scale were: alpha, a row a scale or a row a source."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sos_score.output.numbers import format_number, with_interval
from sos_score.report.figures.canvas import Canvas, Name, Scale, break_text, list_rows, measure_rows, place_rows
from sos_score.report.figures.site_panels import mark_wave, write_waves
from sos_score.report.figures.style import BLUE, GREY, INK
from sos_score.report.model import Picture
from sos_score.report.trust import Trust

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENOUGH = 0.7
"""The customary line, from which answers to the items of a scale are called consistent."""
_MOST = 10  # scales that have a row each
_TOP, _ROW, _BELOW, _WORDS, _NARROW_WORDS = 0.3, 0.27, 0.55, 1.75, 0.62  # inches; words stand right of what is drawn
_APART = 0.055  # inches between the waves of a row
_Rows = dict[Name, list[Trust]]


def draw_consistency(trust: Sequence[Trust], span: Sequence[str]) -> Picture | None:
    """Return alpha of every scale at the first and the last wave; of many scales a row a source.

    None where no alpha is known. Which waves may be shown is settled in `list_trust`.
    """
    known = [each for each in trust if not math.isnan(each.alpha) and each.name[2] in span]
    if not known:
        return None
    is_each = len({each.name[:2] for each in known}) <= _MOST
    is_one_source = len({each.name[0] for each in known}) == 1
    rows: _Rows = {}
    for each in known:
        source, scale = each.name[:2]
        row = ("" if is_one_source else source, scale) if is_each else ("", source)
        rows.setdefault(row, []).append(each)
    waves = [wave for wave in dict.fromkeys(span) if any(each.name[2] == wave for each in known)]
    drawn = _Consistency(rows, waves, is_each=is_each)
    lowest = _find_lowest(known)
    what = "of each" if is_each else "of the lowest of each source"
    name = f"{lowest.name[1]} ({lowest.name[0]})"
    return Picture(
        name="consistency",
        title=f"The least consistent scale is {name}: alpha {_name(lowest, with_scale=False)}"
        if len(known) > 1
        else f"Alpha of {name} is {_name(lowest, with_scale=False)}",
        reading=f"A circle is a scale; {what} the 95% interval is drawn. The line at .7 is a common rule of thumb.",
        description=" ".join(drawn.describe()),
        measure=drawn.measure,
        fill=drawn.fill,
    )


@dataclass(frozen=True)
class _Consistency:
    """Rows of scales, or of the scales of a source."""

    rows: _Rows
    waves: Sequence[str]  # those with an alpha, the last of them filled
    is_each: bool  # whether each scale has a row of its own

    def measure(self, width: float) -> float:
        """Return the height of the picture from its width."""
        return _TOP + measure_rows(self.rows, _ROW, width) + 0.1 + _BELOW

    def describe(self) -> Iterator[str]:
        """Yield the figures in words."""
        for (source, name), found in self.rows.items():
            parts = [_name(each, with_scale=not self.is_each, with_ends=True) for each in found]
            yield f"{name}{f' ({source})' if source else ''}: {'; '.join(parts)}."

    def fill(self, figure: Figure) -> None:
        """Draw the rows."""
        canvas = Canvas(figure)
        write_waves(canvas, self.waves)
        left, heights = place_rows(canvas, self.rows, _TOP, _ROW)
        rows, bottom = list_rows(canvas, heights.values(), _ROW), canvas.height - _BELOW
        room = _NARROW_WORDS if rows or self.is_each else _WORDS
        x = Scale(self._find_start(), 1, left, canvas.width - room)
        canvas.draw_scale(x, _TOP, bottom, "alpha", rows=rows)
        for words, at, ha in (("\N{LEFTWARDS ARROW} less consistent", x.start, "left"),
                              ("more consistent \N{RIGHTWARDS ARROW}", x.end, "right")):  # fmt: skip
            canvas.write((at, bottom + 0.3), words, 8, ha=ha, color=GREY)
        canvas.draw_lines([[(x(ENOUGH), y0), (x(ENOUGH), y1)] for y0, y1 in rows or [(_TOP, bottom)]], INK, 0.8)
        lines = [[(x(max(x.low, each.interval[0])), y), (x(each.interval[1]), y)]
                 for name, found in self.rows.items() for each in self._choose(found)
                 if not math.isnan(each.interval[0]) for y in [heights[name] + self._shift(each)]]  # fmt: skip
        canvas.draw_lines(lines, BLUE, 1.4)
        for is_last in (False, True):
            there = [
                (name, each) for name, found in self.rows.items() for each in found if self._is_last(each) is is_last
            ]
            points = [(x(max(x.low, each.alpha)), heights[name] + self._shift(each)) for name, each in there]
            mark_wave(canvas, points, BLUE, is_last=is_last)
        for name, found in self.rows.items():
            lowest = _find_lowest(found)
            words = format_number(lowest.alpha) if room == _NARROW_WORDS else _name(lowest, with_scale=True)
            canvas.write((x.end + 0.1, heights[name]), break_text(words, room, 7.5), 7.5, color=GREY)

    def _find_start(self) -> float:
        """Return where the scale starts: at a tenth below what is drawn, not above .5 and not below 0."""
        ends = [end for found in self.rows.values() for each in found for end in (each.alpha, each.interval[0])]
        return max(0.0, min(0.5, math.floor(10 * min(end for end in ends if not math.isnan(end))) / 10))

    def _choose(self, found: list[Trust]) -> list[Trust]:
        """Return the scales of a row whose interval is drawn."""
        return found if self.is_each else [_find_lowest(found)]

    def _is_last(self, each: Trust) -> bool:
        return not self.waves or each.name[2] == self.waves[-1]

    def _shift(self, each: Trust) -> float:
        return 0.0 if len(self.waves) < 2 else _APART if self._is_last(each) else -_APART


def _find_lowest(found: Sequence[Trust]) -> Trust:
    return min(found, key=lambda each: each.alpha)


def _name(each: Trust, *, with_scale: bool, with_ends: bool = False) -> str:
    """Return "Mistrust 0.50 at T2"."""
    alpha = with_interval(each.alpha, *each.interval) if with_ends else format_number(each.alpha)
    scale, wave = each.name[1:]
    return f"{f'{scale} ' if with_scale else ''}{alpha}{f' at {wave}' if wave else ''}"
