"""How much of the variation of each outcome lies between sites, and how much between workers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from sos_score.comparison.finding import Contrast, Finding
from sos_score.comparison.verdict import Verdict
from sos_score.report.figures.canvas import Canvas, Name, Scale, list_rows, measure_rows, place_rows
from sos_score.report.figures.style import BLUE, GREY, INK, ORANGE
from sos_score.report.labels import Labels, name_larger
from sos_score.report.model import Picture
from sos_score.report.questions.variation import count_larger, is_conclusion, name_level, name_more
from sos_score.words import count, format_percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_Shares = dict[Name, dict[str, dict[str, Finding]]]  # outcome, wave, level; "" is the conclusion
_LOOKS = ((ORANGE, "s", -0.06), (BLUE, "o", 0.06))
_WORDS = (
    ". The words say which of the two accounts for more, in brackets before adjustment only; what is left lies within"
    " them or at other levels."
)
_TOP, _ROW, _BELOW, _VERDICTS, _NARROW_VERDICTS = 0.5, 0.3, 0.45, 0.95, 0.92  # inches


def draw_shares(findings: Sequence[Finding], labels: Labels) -> Picture:
    """Return the shares of the two levels that are compared, sites and workers where both are there.

    The findings are those on variation that are shown, with at least one level; see `choose_levels`.
    """
    shares: _Shares = {}
    for each in findings:
        kinds, (source, scale) = len(each.sources), labels.name_outcome(each)
        together = f"{kinds} kinds of rater together" if kinds > 1 else source
        together = "" if len(labels.sources) == 1 else together
        waves = shares.setdefault((together, scale), {})
        level = "" if is_conclusion(each) else name_level(each)
        waves.setdefault(labels.name_waves(each.waves), {})[level] = each
    levels = choose_levels(findings)
    judged = [each for each in findings if each.verdict]
    before = sum(not each.holds_adjusted for each in judged)
    numbers = {level: count_larger(judged, level) for level in reversed(levels)}
    parts = [f"{level} account for more on {number}" for level, number in numbers.items() if number]
    unknown = sum(each.verdict is Verdict.CANNOT_TELL for each in judged)
    said = ", ".join(parts or ["no level accounts for more"])
    title = f"Of {count(len(judged), 'outcome at a wave', 'outcomes at a wave')}, {said}"
    if not judged:
        title = f"How much of the variation lies between {levels[0]}"
    else:
        title += f" (before adjustment on {before} more)" if before else ""
        title += f"; on {unknown} the data cannot tell" if unknown else ""
    return Picture(
        name="variation",
        title=title,
        reading="Share of the variance of scores, with 95% intervals: "
        + " and ".join(f"{shape} are {level}" for shape, level in zip(("squares", "circles"), levels, strict=False))
        + (_WORDS if len(levels) > 1 else ". What is left lies within them."),
        description=" ".join(_describe(shares, levels)),
        measure=lambda width: _TOP + measure_rows(shares, _ROW, width) + 0.1 + _BELOW,
        fill=partial(_fill, shares=shares, levels=levels),
    )


def choose_levels(findings: Sequence[Finding]) -> list[str]:
    """Return the higher and the lower of the levels compared; none where no share could be computed."""
    pairs = [list(each.groups.members) for each in findings if each.groups.contrast is Contrast.LEVELS and each.verdict]
    if pairs:
        return max(pairs, key=pairs.count)[::-1]
    levels = [name_level(each) for each in findings if each.groups.contrast is Contrast.LEVEL]
    return levels[:1]


def _describe(shares: _Shares, levels: list[str]) -> Iterator[str]:
    for (source, scale), waves in shares.items():
        for wave, found in waves.items():
            parts = [f"{level} {_show(found[level])}" for level in levels if level in found]
            if "" in found and found[""].verdict:
                parts.append(_name_answer(found[""]))
            named = f"{scale} ({source})" if source else scale
            yield f"{named}{f', {wave}' if wave else ''}: {', '.join(parts)}."


def _show(finding: Finding) -> str:
    effect = finding.effect
    interval = "" if math.isnan(effect.low) else f" [{format_percent(effect.low)} to {format_percent(effect.high)}]"
    return f"{format_percent(effect.value)}{interval}"


def _name_answer(finding: Finding) -> str:
    """Return which level accounts for more, and whether before adjustment only."""
    if finding.verdict is Verdict.CANNOT_TELL:
        return "cannot tell"
    return f"{name_larger(finding)} more{'' if finding.holds_adjusted else ' before adjustment'}"


def _fill(figure: Figure, shares: _Shares, levels: list[str]) -> None:
    canvas = Canvas(figure)
    left, heights = place_rows(canvas, shares, _TOP, _ROW)
    waves = list(dict.fromkeys(wave for found in shares.values() for wave in found if wave)) or [""]
    width = (canvas.width - left) / len(waves)
    bottom, rows = canvas.height - _BELOW, list_rows(canvas, heights.values(), _ROW)
    for place, wave in enumerate(waves):
        start = left + place * width
        x = Scale(0, 1, start, start + width - (_NARROW_VERDICTS if rows else _VERDICTS))
        canvas.write((start, _TOP - 0.05), wave, 10, bold=True)
        whole = Scale(0, 100, x.start, x.end)
        canvas.draw_scale(whole, _TOP + 0.15, bottom, "% of the variance", most=2 if rows else 4, rows=rows)
        there = {name: found.get(wave, found.get("", {}) if place == 0 else {}) for name, found in shares.items()}
        for level, (colour, marker, shift) in zip(levels, _LOOKS, strict=False):
            found = {
                heights[name] + shift * (len(each) > 3): each[level] for name, each in there.items() if level in each
            }
            effects = {y: each.effect for y, each in found.items()}
            lines = [[(x(effect.low), y), (x(effect.high), y)] for y, effect in effects.items()
                     if not math.isnan(effect.low)]  # fmt: skip
            canvas.draw_lines(lines, colour, 1.6)
            canvas.mark([(x(effect.value), y) for y, effect in effects.items()], marker, colour, 5)
        for name, each in there.items():
            if "" in each and each[""].verdict:
                answer = each[""]
                is_found = answer.verdict is not Verdict.CANNOT_TELL and answer.holds_adjusted
                canvas.write((x.end + 0.08, heights[name]), name_more(answer, " more"), 7.5, bold=is_found,
                             color=INK if is_found else GREY)  # fmt: skip
    canvas.draw_key([(marker, colour, level) for (colour, marker, _), level in zip(_LOOKS, levels, strict=False)])
