"""Before and after in every site, for the first page: a panel a scale, a row a site, named with its arm."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sos_score.comparison.finding import Finding, Unit
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_number
from sos_score.report.figures.canvas import Canvas, Scale, break_text, measure_text
from sos_score.report.figures.style import BLUE, GREY, INK, LINE, ORANGE, PAPER
from sos_score.report.labels import Labels, name_short
from sos_score.report.model import Picture, ReportData
from sos_score.words import count, join

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST, _TALLEST, _ROOMIEST = 6, 4.4, 3  # scales in all, inches of half a page, scales side by side
_ROW, _LINE, _AXIS, _PANEL, _WORD, _LABEL = 0.24, 0.15, 0.5, 1.75, 0.5, 1.7  # inches
_WIDTH = 7.4
Key = tuple[str, str]  # source and scale, by id


@dataclass(frozen=True)
class _Panel:
    """One scale: its means by site and wave, and the word beside each site whose change is clear."""

    title: str
    source: str
    ends: tuple[float, float]
    good: str | None
    means: dict[str, dict[str, float]]
    words: dict[str, str]
    hidden: frozenset[str]


def draw_before_after(report: ReportData) -> Picture | None:
    """Return the means of every site at the first and the last wave, on as many scales as half a page holds.

    Shown are the primary outcomes; where the plan names none, of each source the scale that changed most, clear changes
    before others, then the next ones. Where nothing was asked twice, the means at the one wave. None where no mean may
    be shown.
    """
    labels, plan = report.labels, report.comparison.plan
    means = _gather_means(report)
    waves = [wave for wave in plan.span if wave] if any(map(_is_twice, means.values())) else []
    there = [key for key, sites in means.items() if _is_twice(sites) or not waves]
    sites = _order_sites(report, {site for key in there for site in means[key]})
    if not sites:
        return None
    names = {site: break_text(labels.name_site_and_arm(site), _LABEL, 8.5) for site in sites}
    rows = sum(_measure_row(name) for name in names.values())
    chosen, rule = _choose(report, there, max(1, int(_TALLEST // (rows + _AXIS + 3 * _LINE))) * _ROOMIEST)
    panels = [_make_panel(report, key, means[key]) for key in chosen]
    waves = waves or list(dict.fromkeys(wave for each in panels for site in each.means.values() for wave in site))[:1]
    has_words = any(each.words for each in panels)
    marked = (
        ""
        if not has_words
        else (" A word marks a change that is clear after adjustment for the number of tests; any other may be chance.")
    )
    when = f"at {waves[0]} (hollow) and {waves[1]} (filled)" if len(waves) > 1 else " ".join(["at", *waves])
    return Picture(
        name="before-after",
        title=_name_title(panels, sites, labels, len(means), is_change=len(waves) > 1),
        reading=f"Mean of each site {when}, from the lowest to the highest score of the scale.{marked}{rule}",
        description=" ".join(_describe(panels, sites, labels)),
        size=(_WIDTH, _measure(panels, names, _WIDTH)),
        fill=partial(_fill, panels=panels, names=names, arms=_colour_arms(report, sites), waves=waves),
    )  # fmt: skip


def _is_twice(sites: Mapping[str, Mapping[str, Finding]]) -> bool:
    return any(len(waves) > 1 for waves in sites.values())


def _gather_means(report: ReportData) -> dict[Key, dict[str, dict[str, Finding]]]:
    """Return what describes each outcome, by site and wave: at the first and the last wave, or where there is none."""
    span = report.comparison.plan.span
    found: dict[Key, dict[str, dict[str, Finding]]] = {}
    for each in report.comparison.ask("descriptives"):
        if set(each.waves) <= set(span):
            sites = found.setdefault((each.source, each.scale), {})
            sites.setdefault(each.site, {})[report.labels.name_waves(each.waves)] = each
    return {key: sites for key, sites in found.items() if any(
        not math.isnan(each.estimate.value) for waves in sites.values() for each in waves.values())}  # fmt: skip


def _order_sites(report: ReportData, there: set[str]) -> list[str]:
    """Return the sites arm by arm, the treated arm first."""
    plan = report.comparison.plan
    order = [plan.treated, plan.reference]
    return sorted(
        (site for site in plan.sites if site in there),
        key=lambda site: order.index(arm) if (arm := plan.arms.get(site, "")) in order else len(order),
    )


def _colour_arms(report: ReportData, sites: list[str]) -> dict[str, str]:
    plan = report.comparison.plan
    colours = {plan.treated: BLUE, plan.reference: ORANGE} if plan.has_arms else {}
    return {site: colours.get(plan.arms.get(site, ""), INK) for site in sites}


def _choose(report: ReportData, there: list[Key], most: int) -> tuple[list[Key], str]:
    """Return the scales that are shown, in the order of the study, and the rule in words."""
    most = min(most, _MOST)
    if len(there) <= most:
        return there, ""
    strengths = dict.fromkeys(there, (False, 0.0))
    for each in report.comparison.ask("change"):
        key = (each.source, each.scale)
        if each.verdict and key in strengths and not math.isnan(each.effect.value):
            strengths[key] = max(strengths[key], (each.verdict is Verdict.DIFFERENT, abs(each.effect.value)))
    primary = [key for key in there if report.data.study.is_primary(*key)]
    ranked = sorted(primary or there, key=strengths.__getitem__, reverse=True)
    firsts = dict(reversed([(key[0], key) for key in ranked]))
    ranked.sort(key=lambda key: key not in firsts.values())
    of = f"the {len(primary)} primary outcomes" if primary else f"{len(there)} scales"
    if primary and len(primary) <= most:
        rule = f" Shown are the primary outcomes, {len(primary)} of {len(there)} scales."
    else:
        rule = (
            f" Shown are {most} of {of}: of each source the scale that changed most, clear changes before others, then"
            " the next ones of any source."
        )
    kept = ranked[:most]
    return [key for key in there if key in kept], rule


def _make_panel(report: ReportData, key: Key, sites: dict[str, dict[str, Finding]]) -> _Panel:
    outcome = next(each for each in report.comparison.outcomes if (each.source, each.scale) == key)
    source, title = report.labels.names[key]
    means = {site: {wave: each.estimate.value for wave, each in waves.items() if not math.isnan(each.estimate.value)}
             for site, waves in sites.items()}  # fmt: skip
    words = {
        each.site: name_short(each)
        for each in report.comparison.ask("change")
        if (each.source, each.scale) == key and each.unit is Unit.PEOPLE and each.verdict is Verdict.DIFFERENT
    }
    hidden = frozenset(site for site, waves in sites.items() if any(each.is_hidden for each in waves.values()))
    return _Panel(title, source, _find_ends(outcome, means), outcome.good, means, words, hidden)


def _find_ends(outcome: OutcomeScores, means: dict[str, dict[str, float]]) -> tuple[float, float]:
    """Return the lowest and the highest score there can be, or round numbers about the means where that is unknown."""
    if not math.isnan(outcome.low + outcome.high):
        return outcome.low, outcome.high
    from matplotlib.ticker import MaxNLocator

    values = [value for waves in means.values() for value in waves.values()]
    ticks = MaxNLocator(4).tick_values(min(values) - 1e-9, max(values) + 1e-9)
    return float(ticks[0]), float(ticks[-1])


def _name_title(panels: list[_Panel], sites: list[str], labels: Labels, scales: int, *, is_change: bool) -> str:
    """Return which sites changed on how many of the scales shown, and which did not."""
    if not is_change:
        return f"Means of every site on {count(len(panels), 'scale')}"
    parts = []
    for site in sites:
        words = [each.words[site] for each in panels if site in each.words]
        if words:
            said = join([f"{words.count(word)} {word}" for word in dict.fromkeys(words)])
            parts.append(f"{labels.name_site_and_arm(site)} {said}")
    still = [labels.name_site(site) for site in sites if not any(site in each.words for each in panels)]
    of = f"{count(len(panels), 'scale')} shown" if len(panels) < scales else count(scales, "scale")
    if not parts:
        return f"No clear change in any site on the {of}"
    unchanged = f"; no clear change in {join(still)}" if still else ""
    return f"On the {of}: {', '.join(parts)}{unchanged}"


def _describe(panels: list[_Panel], sites: list[str], labels: Labels) -> Iterator[str]:
    for each in panels:
        low, high = (f"{end:g}" for end in each.ends)
        parts = []
        for site in sites:
            means = ", ".join(
                f"{format_number(mean)} {wave}".strip() for wave, mean in each.means.get(site, {}).items()
            )
            said = means or ("not shown" if site in each.hidden else "not asked")
            word = f", {each.words[site]}" if site in each.words else ""
            parts.append(f"{labels.name_site_and_arm(site)} {said}{word}")
        yield f"{each.title} ({each.source}), {low} to {high}: {'; '.join(parts)}."


def _measure_row(name: str) -> float:
    return _ROW + _LINE * name.count("\n")


def _place(panels: list[_Panel], names: dict[str, str], width: float) -> tuple[float, float, list[list[_Panel]]]:
    """Return where panels begin, how wide each is, and the panels band by band."""
    left = max(measure_text(name, 8.5) for name in names.values()) + 0.15
    columns = max(1, min(_ROOMIEST, len(panels), int((width - left) / _PANEL)))
    bands = [panels[start : start + columns] for start in range(0, len(panels), columns)]
    return left, min((width - left) / columns, 2 * _PANEL), bands


def _head(each: _Panel, width: float) -> tuple[str, str]:
    room = width - 0.1
    return break_text(each.title, room / 1.1, 9), break_text(each.source, room, 8)


def _measure_head(band: list[_Panel], width: float) -> float:
    return _LINE * max(sum(part.count("\n") + 1 for part in _head(each, width)) for each in band) + 0.1


def _measure(panels: list[_Panel], names: dict[str, str], width: float) -> float:
    _, room, bands = _place(panels, names, width)
    rows = sum(_measure_row(name) for name in names.values())
    return 0.3 + sum(_measure_head(band, room) + rows + _AXIS for band in bands)


def _fill(figure: Figure, panels: list[_Panel], names: dict[str, str], arms: dict[str, str], waves: list[str]) -> None:
    canvas = Canvas(figure)
    left, room, bands = _place(panels, names, canvas.width)
    _write_key(canvas, waves)
    top = 0.3
    for band in bands:
        y = top + _measure_head(band, room)
        rows = {}
        for site, name in names.items():
            rows[site] = (y + _measure_row(name) / 2, arms[site])
            canvas.write((left - 0.1, rows[site][0]), name, ha="right", color=arms[site])
            y += _measure_row(name)
        for place, each in enumerate(band):
            start = left + place * room
            _fill_panel(canvas, each, rows, waves, (start, start + room - 0.1, top, y))
        top = y + _AXIS


def _write_key(canvas: Canvas, waves: list[str]) -> None:
    if len(waves) < 2:
        return
    x = canvas.width
    for place, wave in reversed(list(enumerate(waves))):
        x -= measure_text(wave, 8.5) + 0.3
        _mark(canvas, (x, 0.12), INK, is_last=place == len(waves) - 1)
        canvas.write((x + 0.1, 0.12), wave)


def _mark(canvas: Canvas, at: tuple[float, float], colour: str, *, is_last: bool) -> None:
    fill = {} if is_last else {"markerfacecolor": PAPER, "markeredgewidth": 1.4}
    canvas.mark([at], "o", colour, 5.5, **fill)


def _fill_panel(
    canvas: Canvas, each: _Panel, rows: dict[str, tuple[float, str]], waves: list[str],
    sides: tuple[float, float, float, float],
) -> None:  # fmt: skip
    start, end, top, bottom = sides
    x = Scale(*each.ends, start + 0.08, end - _WORD)
    title, source = _head(each, end - start + 0.1)
    under = top + _LINE * (title.count("\n") + 1)
    canvas.write((start, top), title, 9, bold=True, va="top")
    canvas.write((start, under), source, 8, color=GREY, va="top")
    above = min(y for y, _ in rows.values()) - _ROW / 2
    middle = sum(each.ends) / 2
    canvas.draw_lines([[(x(at), above), (x(at), bottom)] for at in (*each.ends, middle)], LINE, 0.7)
    for at in each.ends:
        canvas.write((x(at), bottom + 0.11), f"{at:g}".replace("-", "\N{MINUS SIGN}"), 8, ha="center")
    if each.good:
        is_high = each.good == "high"
        words = "better \N{RIGHTWARDS ARROW}" if is_high else "\N{LEFTWARDS ARROW} better"
        canvas.write((x.end if is_high else x.start, bottom + 0.27), words, 8, ha="right" if is_high else "left",
                     color=GREY)  # fmt: skip
    for site, (y, colour) in rows.items():
        means = each.means.get(site, {})
        if not means and site in each.hidden:
            canvas.write((x.start + 0.05, y), "not shown", 8, color=GREY)
        if len(means) > 1:
            canvas.draw_lines([[(x(mean), y) for mean in means.values()]], colour, 2 if site in each.words else 1)
        for place, wave in enumerate(waves):
            if wave in means:
                _mark(canvas, (x(means[wave]), y), colour, is_last=place == len(waves) - 1)
        if site in each.words:
            canvas.write((x.end + 0.12, y), each.words[site], 8, bold=True)
