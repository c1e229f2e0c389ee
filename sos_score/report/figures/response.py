"""Who answered at which wave, and which items stayed empty."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from sos_score.report.figures.canvas import (
    Canvas,
    Scale,
    break_text,
    is_narrow,
    list_rows,
    measure_key,
    measure_rows,
    measure_text,
    place_rows,
)
from sos_score.report.figures.style import BLUE, BLUES, GREY, INK, LINE, MIDDLE, ORANGES, PAPER
from sos_score.report.model import Picture
from sos_score.report.response_counts import SiteCount
from sos_score.words import count, format_percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_KINDS = {"first": ORANGES[2], "both": INK, "last": BLUES[2], "unsplit": MIDDLE}
_BAR, _STRIP, _LABEL, _ABOVE = 0.24, 0.5, 2.1, 0.14  # inches: a bar, the bars of a source, its name beside or above


def draw_missing(shares: dict[str, dict[str, float]]) -> Picture:
    """Return the share of missing answers of every item."""
    worst = {label: max(items, key=items.__getitem__) for label, items in shares.items()}
    label = max(worst, key=lambda each: shares[each][worst[each]])
    share = shares[label][worst[label]]
    return Picture(
        name="missing",
        title=f"No item is without an answer in more than {math.ceil(100 * share)}% of the rows"
        if share
        else "Every item has an answer in every row",
        reading="A bar for each item, in the order of the definition; the item most often left out is named.",
        description=" ".join(
            f"{source}: {count(len(items), 'item')}, most often missing {worst[source]}"
            f" ({format_percent(items[worst[source]])})."
            for source, items in shares.items()
        ),
        measure=lambda width: 0.1 + (_STRIP + (_ABOVE if is_narrow(width) else 0)) * len(shares),
        fill=partial(_fill_missing, shares=shares, worst=worst),
    )


def _fill_missing(figure: Figure, shares: dict[str, dict[str, float]], worst: dict[str, str]) -> None:
    canvas = Canvas(figure)
    most = max(0.05, *(max(items.values()) for items in shares.values()))
    narrow = is_narrow(canvas.width)
    left = 0.55 + (0 if narrow else min(_LABEL, max(measure_text(source, 8.5) for source in shares)))
    named = {source: f"{item} {format_percent(shares[source][item])}" for source, item in worst.items()}
    right = canvas.width - max(measure_text(words, 8) for words in named.values()) - 0.3
    width = (right - left) / max(24, *map(len, shares.values()))
    strip = _STRIP + _ABOVE * narrow
    for line, (source, items) in enumerate(shares.items()):
        bottom = (line + 1) * strip
        height = Scale(0, most, bottom, bottom - 0.6 * _STRIP)
        if narrow:
            canvas.write((0, bottom - 0.6 * _STRIP - 0.04), source, va="bottom")
        else:
            canvas.write((left - 0.5, bottom - 0.3 * _STRIP), break_text(source, _LABEL, 8.5), ha="right")
        canvas.draw_lines([[(left, y), (right, y)] for y in (height(0), height(most))], LINE, 0.7)
        canvas.write((left - 0.05, height(most)), format_percent(most), 7.5, ha="right", color=GREY)
        canvas.write((left - 0.05, height(0)), "0%", 7.5, ha="right", color=GREY)
        boxes = [(left + (place + 0.12) * width, height(share), left + (place + 0.88) * width, bottom)
                 for place, share in enumerate(items.values()) if share]  # fmt: skip
        canvas.fill_boxes(boxes, BLUE)
        if items[worst[source]] > 0:
            canvas.write((right + 0.1, bottom - 0.3 * _STRIP), named[source], 8)


def draw_response(counts: list[SiteCount], waves: list[str]) -> Picture:
    """Return who answered at which wave."""
    first, last = waves
    sources = list(dict.fromkeys(each.source for each in counts))
    split = [each for each in counts if each.both is not None]
    title = f"{count(len(sources), 'source')} followed people from {first} to {last}"
    if split:
        followed = sum(each.both or 0 for each in split)
        asked = sum(each.waves[first] or 0 for each in split)
        title += f"; of {count(asked, 'person', 'people')} at {first}, {followed} answered again"
    if len(split) < len(counts):
        title += ", where that can be shown"
    return Picture(
        name="response",
        title=title,
        reading="People by site. Where fewer than the study allows answered at one wave only, the bar is pale and shows"
        f" the count at {last} without saying who had answered before.",
        description=" ".join(_describe_count(each, waves) for each in counts),
        measure=partial(_measure_response, counts=counts, waves=waves),
        fill=partial(_fill_response, counts=counts, waves=waves),
    )


def _describe_count(each: SiteCount, waves: list[str]) -> str:
    first, last = ("not shown" if each.waves.get(wave) is None else str(each.waves[wave]) for wave in waves)
    both = "" if each.both is None else f", {each.both} at both"
    return f"{each.label}, {each.site_label}: {first} at {waves[0]}, {last} at {waves[1]}{both}."


def _list_key(counts: list[SiteCount], waves: list[str]) -> list[tuple[str, str, str]]:
    names = {"first": f"{waves[0]} only", "both": "both", "last": f"{waves[1]} only",
             "unsplit": f"{waves[1]}, not split"}  # fmt: skip
    there = {kind for each in counts for kind in _split(each, waves)}
    return [("box", _KINDS[kind], words) for kind, words in names.items() if kind in there]


def _measure_response(width: float, counts: list[SiteCount], waves: list[str]) -> float:
    rows = measure_rows([(each.label, each.site_label) for each in counts], _BAR, width)
    return 0.65 + measure_key(_list_key(counts, waves), width) + rows


def _fill_response(figure: Figure, counts: list[SiteCount], waves: list[str]) -> None:
    canvas = Canvas(figure)
    key = _list_key(counts, waves)
    top, bottom = 0.15 + measure_key(key, canvas.width), canvas.height - 0.45
    left, heights = place_rows(canvas, [(each.label, each.site_label) for each in counts], top, _BAR)
    parts = {(each.label, each.site_label): _split(each, waves) for each in counts}
    most = max((sum(found.values()) for found in parts.values()), default=0)
    x = Scale(0, 1.04 * (most or 1), left, canvas.width - 0.1 - _measure_beside(counts, waves))
    canvas.draw_scale(x, top + 0.1, bottom, "people", most=6, is_whole=True,
                      rows=list_rows(canvas, heights.values(), _BAR))  # fmt: skip
    for kind, colour in _KINDS.items():
        boxes = [(x(_sum_before(found, kind)), heights[name] - 0.36 * _BAR,
                  x(_sum_before(found, kind) + found[kind]), heights[name] + 0.36 * _BAR)
                 for name, found in parts.items() if found.get(kind)]  # fmt: skip
        canvas.fill_boxes(boxes, colour)
    for each in counts:
        name = (each.label, each.site_label)
        for kind, number in parts[name].items():
            if number:
                middle = x(_sum_before(parts[name], kind) + number / 2)
                canvas.write((middle, heights[name]), str(number), 7.5, ha="center",
                             color=PAPER if kind == "both" else INK)  # fmt: skip
        at = (x(sum(parts[name].values())) + 0.06, heights[name])
        canvas.write(at, _name_beside(each, waves), 8, color=GREY)
    canvas.draw_key(key)


def _measure_beside(counts: list[SiteCount], waves: list[str]) -> float:
    """Return the room for what is written beside bars that stand for no split."""
    return max((measure_text(words, 8) + 0.1 for each in counts if (words := _name_beside(each, waves))), default=0.0)


def _split(each: SiteCount, waves: list[str]) -> dict[str, int]:
    """Return who answered when, as far as it can be shown, in the order of a bar."""
    first, last = (each.waves.get(wave) for wave in waves)
    if first is None or last is None:
        return {}
    if each.both is None:
        return {"unsplit": last}
    return {"first": first - each.both, "both": each.both, "last": last - each.both}


def _sum_before(parts: dict[str, int], kind: str) -> int:
    return sum(list(parts.values())[: list(parts).index(kind)])


def _name_beside(each: SiteCount, waves: list[str]) -> str:
    first, last = (each.waves.get(wave) for wave in waves)
    if first is None or last is None:
        return "not shown: too few people"
    return f"{first} at {waves[0]}, {last} at {waves[1]}" if each.both is None else ""
