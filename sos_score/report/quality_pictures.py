"""Who answered at which wave, and which items stayed empty."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from sos_score.report.blocks import Picture, count
from sos_score.report.chart_style import BLUE, GREY, INK, LINE, ORANGE, set_frame
from sos_score.report.counts import SiteCount

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_KINDS = {"first": ORANGE, "both": INK, "last": BLUE, "unsplit": LINE}


def draw_missing(shares: dict[str, dict[str, float]]) -> Picture:
    """Return the share of missing answers of every item.

    Parameters
    ----------
    shares : dict
        From `list_missing`; not empty.

    Returns
    -------
    Picture
    """
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
            f"{source}: {count(len(items), 'item')}, most often missing {worst[source]} ({items[worst[source]]:.0%})."
            for source, items in shares.items()
        ),
        size=(7.4, 0.5 + 0.74 * len(shares)),
        fill=partial(_fill_missing, shares=shares, worst=worst),
    )


def _fill_missing(figure: Figure, shares: dict[str, dict[str, float]], worst: dict[str, str]) -> None:
    figure.set_layout_engine("constrained", h_pad=0.04, w_pad=0.06)
    grid = figure.subplots(len(shares), 1, sharey=True, squeeze=False).ravel()
    top = max(0.05, *(max(items.values()) for items in shares.values()))
    for axes, (source, items) in zip(grid, shares.items(), strict=True):
        set_frame(axes, grid="y")
        axes.bar(range(len(items)), list(items.values()), color=BLUE, width=0.75, zorder=2)
        axes.set_xlim(-0.6, max(len(items), 24) - 0.4)
        axes.set_ylim(0, top * 1.5)
        axes.set_xticks([])
        axes.set_yticks([0, top], ["0%", f"{top:.0%}"], size=8)
        axes.set_title(source, loc="left", size=8.5, pad=2, weight="bold")
        if items[worst[source]] > 0:
            place = list(items).index(worst[source])
            is_late = place > 0.8 * max(len(items), 24)
            axes.annotate(f"{worst[source]} {items[worst[source]]:.0%}", (place, items[worst[source]]), xytext=(0, 2),
                          textcoords="offset points", size=7.5, ha="right" if is_late else "left")  # fmt: skip


def draw_response(counts: list[SiteCount], waves: list[str]) -> Picture:
    """Return who answered at which wave.

    Parameters
    ----------
    counts : list of SiteCount
        Of sources asked at two waves; not empty.
    waves : list of str
        The first and the last wave.

    Returns
    -------
    Picture
    """
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
        description=" ".join(_say_count(each, waves) for each in counts),
        size=(7.4, 0.8 + 0.23 * len(counts) + 0.3 * len(sources)),
        fill=partial(_fill_response, counts=counts, waves=waves),
    )


def _say_count(each: SiteCount, waves: list[str]) -> str:
    first, last = ("not shown" if each.waves.get(wave) is None else str(each.waves[wave]) for wave in waves)
    both = "" if each.both is None else f", {each.both} at both"
    return f"{each.label}, {each.site}: {first} at {waves[0]}, {last} at {waves[1]}{both}."


def _fill_response(figure: Figure, counts: list[SiteCount], waves: list[str]) -> None:
    from matplotlib.patches import Patch

    figure.set_layout_engine("constrained", h_pad=0.06, w_pad=0.06)
    axes = figure.subplots()
    set_frame(axes)
    y, ticks, last = 0.0, {}, ""
    for each in counts:
        if each.source != last:
            y += 1.1
            axes.text(-0.015, y, each.label, transform=axes.get_yaxis_transform(), ha="right", va="center",
                      weight="bold", size=9)  # fmt: skip
            last = each.source
        y += 1.0
        ticks[y] = each.site
        _fill_bar(axes, y, each, waves)
    axes.set_yticks(list(ticks), list(ticks.values()), size=8.5)
    axes.set_ylim(y + 0.7, 0.4)
    axes.set_xlabel("people", size=9)
    names = {
        "first": f"{waves[0]} only",
        "both": "both",
        "last": f"{waves[1]} only",
        "unsplit": f"{waves[1]}, not split",
    }
    marks = [Patch(color=_KINDS[kind], label=name) for kind, name in names.items()]
    figure.legend(handles=marks, loc="outside upper right", ncols=4, frameon=False, fontsize=8.5)


def _fill_bar(axes: Axes, y: float, each: SiteCount, waves: list[str]) -> None:
    first, last = (each.waves.get(wave) for wave in waves)
    if first is None or last is None:
        axes.text(0.3, y, "not shown: too few people", va="center", size=8, color=GREY)
        return
    if each.both is None:
        parts = {"unsplit": last}
    else:
        parts = {"first": first - each.both, "both": each.both, "last": last - each.both}
    left = 0
    for kind, width in parts.items():
        if width:
            axes.barh(y, width, left=left, height=0.72, color=_KINDS[kind], zorder=2)
            ink = INK if kind == "unsplit" else "#FFFFFF"
            axes.text(left + width / 2, y, str(width), ha="center", va="center", size=7.5, color=ink, zorder=3)
        left += width
    if each.both is None:
        axes.text(left + 0.3, y, f"{first} at {waves[0]}, {last} at {waves[1]}", va="center", size=8, color=GREY)
