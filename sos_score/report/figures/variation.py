"""How much of the variation of each outcome lies between sites, and how much between workers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from sos_score.comparison.finding import Row
from sos_score.comparison.questions.variation import CANNOT_TELL, UNADJUSTED
from sos_score.report.figures.canvas import Canvas, Name, Scale, measure_rows, place_rows
from sos_score.report.figures.style import BLUE, GREY, INK, ORANGE
from sos_score.report.labels import name_row
from sos_score.report.model import Picture, count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_Shares = dict[Name, dict[str, dict[str, Row]]]  # outcome, wave, level; "" is the conclusion
_LOOKS = ((ORANGE, "s", -0.06), (BLUE, "o", 0.06))
_TOP, _ROW, _BELOW, _VERDICTS = 0.5, 0.3, 0.45, 0.95  # inches


def name_level(row: Row) -> str:
    """Return the level of a row of shares: "workers" of "20 workers", or "within workers"."""
    return row.groups if row.groups.startswith("within ") else row.groups.partition(" ")[2]


def say_larger(row: Row) -> str:
    """Return which of two levels accounts for more, in brackets where that holds before adjustment only."""
    if not row.verdict.endswith(UNADJUSTED):
        return row.verdict
    return f"({row.verdict.removesuffix(UNADJUSTED)})"


def draw_shares(rows: Sequence[Row], names: dict[tuple[str, str], tuple[str, str]]) -> Picture:
    """Return the shares of the two levels that are compared, sites and workers where both are there.

    Parameters
    ----------
    rows : sequence of Row
        Those of the question `variation` that are shown, with at least one level; see `choose_levels`.
    names : dict
        From `name_outcomes`.

    Returns
    -------
    Picture
    """
    shares: _Shares = {}
    for row in rows:
        kinds, (source, scale) = row.source.count("+") + 1, name_row(row, names)
        together = f"{kinds} kinds of rater together" if kinds > 1 else source
        waves = shares.setdefault((together, scale), {})
        waves.setdefault(row.wave, {})["" if row.reason else name_level(row)] = row
    levels = choose_levels(rows)
    judged = [row for row in rows if row.verdict]
    before = sum(row.verdict.endswith(UNADJUSTED) for row in judged)
    parts = [f"{level} account for more on {number}" for level in reversed(levels)
             if (number := sum(row.verdict == f"{level} more" for row in judged))]  # fmt: skip
    unknown = sum(row.verdict == CANNOT_TELL for row in judged)
    said = ", ".join(parts or ["no level accounts for more"])
    title = f"Of {count(len(judged), 'outcome at a wave', 'outcomes at a wave')}, {said}"
    if not judged:
        title = f"How much of the variation lies between {levels[0]}"
    else:
        title += f", on {before} more before adjustment only" if before else ""
        title += f"; on {unknown} the data cannot tell" if unknown else ""
    return Picture(
        name="variation",
        title=title,
        reading="Share of the variance of scores, with 95% intervals: "
        + " and ".join(f"{shape} are {level}" for shape, level in zip(("squares", "circles"), levels, strict=False))
        + ". The words say which of the two accounts for more, in brackets before adjustment only; what is left"
        " lies within them or at other levels.",
        description=" ".join(_describe(shares, levels)),
        size=(7.4, _TOP + measure_rows(shares, _ROW) + 0.1 + _BELOW),
        fill=partial(_fill, shares=shares, levels=levels),
    )


def choose_levels(rows: Sequence[Row]) -> list[str]:
    """Return the higher and the lower of the levels compared; none where no share could be computed."""
    found = dict.fromkeys(name_level(row) for row in rows if not row.reason and not row.groups.startswith("within "))
    pairs = [row.groups.split(" against ") for row in rows if row.verdict]
    if pairs:
        return max(pairs, key=pairs.count)[::-1]
    return list(found)[:1]


def _describe(shares: _Shares, levels: list[str]) -> Iterator[str]:
    for (source, scale), waves in shares.items():
        for wave, found in waves.items():
            parts = [f"{level} {_say(found[level])}" for level in levels if level in found]
            if "" in found and found[""].verdict:
                parts.append(found[""].verdict)
            yield f"{scale} ({source}){f', {wave}' if wave else ''}: {', '.join(parts)}."


def _say(row: Row) -> str:
    interval = "" if math.isnan(row.effect_low) else f" [{row.effect_low:.0%} to {row.effect_high:.0%}]"
    return f"{row.effect:.0%}{interval}"


def _fill(figure: Figure, shares: _Shares, levels: list[str]) -> None:
    canvas = Canvas(figure)
    left, heights = place_rows(canvas, shares, _TOP, _ROW)
    waves = list(dict.fromkeys(wave for found in shares.values() for wave in found if wave)) or [""]
    width = (canvas.width - left) / len(waves)
    bottom = canvas.height - _BELOW
    for place, wave in enumerate(waves):
        start = left + place * width
        x = Scale(0, 1, start, start + width - _VERDICTS)
        canvas.write((start, _TOP - 0.05), wave, 10, bold=True)
        canvas.draw_scale(Scale(0, 100, x.start, x.end), _TOP + 0.15, bottom, "% of the variance", most=4)
        there = {name: found.get(wave, found.get("", {}) if place == 0 else {}) for name, found in shares.items()}
        for level, (colour, marker, shift) in zip(levels, _LOOKS, strict=False):
            found = {
                heights[name] + shift * (len(each) > 3): each[level] for name, each in there.items() if level in each
            }
            lines = [[(x(row.effect_low), y), (x(row.effect_high), y)] for y, row in found.items()
                     if not math.isnan(row.effect_low)]  # fmt: skip
            canvas.draw_lines(lines, colour, 1.6)
            canvas.mark([(x(row.effect), y) for y, row in found.items()], marker, colour, 5)
        for name, each in there.items():
            if "" in each and each[""].verdict:
                is_found = each[""].verdict.endswith(" more")
                canvas.write((x.end + 0.08, heights[name]), say_larger(each[""]), 7.5, bold=is_found,
                             color=INK if is_found else GREY)  # fmt: skip
    canvas.draw_key([(marker, colour, level) for (colour, marker, _), level in zip(_LOOKS, levels, strict=False)])
