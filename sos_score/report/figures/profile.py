"""The profile of a team on scales with norms: T-scores at the first and the last wave."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from sos_score.comparison.finding import Finding
from sos_score.output.numbers import format_number
from sos_score.report.figures.canvas import Canvas, Scale, break_text, is_narrow, measure_text
from sos_score.report.figures.style import BLUE, INK, ORANGE, PALE, PAPER
from sos_score.report.labels import Labels
from sos_score.report.model import Picture, ReportData
from sos_score.study.outcome import StudyOutcome
from sos_score.words import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Profile = dict[str, dict[str, dict[str, float]]]  # site id, scale title, wave
_BAND = (40.0, 60.0)
_ROW, _BETWEEN = 0.32, 0.62  # inches: a scale, and what a site takes beside its scales
_FEWEST = 3  # scales that make a profile


def list_profiles(report: ReportData) -> Iterator[Picture]:
    """Yield a picture for each source with T-scores on several scales."""
    sources: dict[str, list[Finding]] = {}
    for each in report.comparison.ask("descriptives"):
        if each.test.name == "T" and not math.isnan(each.test.statistic):
            sources.setdefault(each.source, []).append(each)
    for source, found in sources.items():
        titles = {each.scale: _name_scale(each) for each in report.data.outcomes if each.source == source}
        profile: Profile = {}
        for each in found:
            waves = profile.setdefault(each.site, {}).setdefault(titles[each.scale], {})
            waves[report.labels.name_waves(each.waves)] = each.test.statistic
        if len({each.scale for each in found}) >= _FEWEST:
            yield _make_picture(report, source, profile)


def _name_scale(outcome: StudyOutcome) -> str:
    return outcome.title + {"low": " (low is good)", "high": ""}.get(outcome.good or "", " (neither end is good)")


def _count_columns(width: float, sites: int) -> int:
    return 1 if is_narrow(width) else min(2, sites)


def _make_picture(report: ReportData, source: str, profile: Profile) -> Picture:
    label = next(each.source_label for each in report.data.outcomes if each.source == source)
    means = [t for scales in profile.values() for waves in scales.values() for t in waves.values()]
    outside = sum(not _BAND[0] <= t <= _BAND[1] for t in means)
    waves = [wave for wave in report.comparison.plan.waves if any(wave in each for site in profile.values()
             for each in site.values())]  # fmt: skip
    scales = list(dict.fromkeys(scale for found in profile.values() for scale in found))
    return Picture(
        name=f"profile-{source}",
        title=f"{label}: {outside} of {count(len(means), 'team mean')} lie outside the norm band",
        reading="The band is 50 +/- 10: two thirds of the population the norm was taken from lie in it. T-scores of a"
        " team's mean; high is good, save where the scale's name says otherwise.",
        description=" ".join(_describe(profile, report.labels)),
        measure=lambda width: (
            0.35 + -(-len(profile) // _count_columns(width, len(profile))) * (_BETWEEN + _ROW * len(scales))
        ),
        fill=partial(_fill, profile=profile, waves=waves, labels=report.labels),
    )


def _describe(profile: Profile, labels: Labels) -> Iterator[str]:
    for site, scales in profile.items():
        parts = [
            f"{scale} {', '.join(f'{format_number(t, 0)} {wave}'.strip() for wave, t in waves.items())}"
            for scale, waves in scales.items()
        ]
        yield f"{labels.name_site_and_arm(site)}: {'; '.join(parts)}."


def _fill(figure: Figure, profile: Profile, waves: list[str], labels: Labels) -> None:
    canvas = Canvas(figure)
    means = [t for scales in profile.values() for each in scales.values() for t in each.values()]
    scales = list(dict.fromkeys(scale for each in profile.values() for scale in each))
    names = [break_text(scale, 1.3 if is_narrow(canvas.width) else 1.9, 8.5) for scale in scales]
    left = max(measure_text(name, 8.5) for name in names) + 0.12
    columns = _count_columns(canvas.width, len(profile))
    width = (canvas.width - left) / columns
    ends = (min(_BAND[0], *means) - 4, max(_BAND[1], *means) + 4)
    for place, (site, found) in enumerate(profile.items()):
        start = left + place % columns * width
        x = Scale(*ends, start, start + width - 0.3)
        top = 0.25 + place // columns * (_ROW * len(scales) + _BETWEEN)
        _fill_site(canvas, x, top, (labels.name_site_and_arm(site), found, scales), waves)
        if place % columns == 0:
            for line, name in enumerate(names):
                canvas.write((left - 0.08, top + 0.25 + (line + 0.5) * _ROW), name, ha="right")
    canvas.write(((left + canvas.width) / 2, canvas.height - 0.12), "T-score against the norm", 9, ha="center")
    if len(waves) > 1:
        for place, wave in enumerate(waves):
            at = (canvas.width - 0.55 * (len(waves) - place), 0.12)
            canvas.mark([at], **_mark(place, waves))
            canvas.write((at[0] + 0.12, at[1]), wave)


def _mark(place: int, waves: list[str]) -> dict[str, Any]:
    if place == len(waves) - 1:
        return {"marker": "D", "colour": BLUE, "size": 6}
    return {"marker": "o", "markerfacecolor": PAPER, "colour": ORANGE, "size": 6.5, "markeredgewidth": 1.6}


def _fill_site(
    canvas: Canvas, x: Scale, top: float, site: tuple[str, dict[str, dict[str, float]], list[str]], waves: list[str]
) -> None:
    name, found, scales = site
    above, bottom = top + 0.25, top + 0.25 + _ROW * len(scales)
    canvas.write((x.start, top + 0.12), name, 10, bold=True)
    canvas.fill_boxes([(x(_BAND[0]), above, x(_BAND[1]), bottom)], PALE)
    canvas.draw_scale(x, above, bottom, most=7)
    canvas.draw_lines([[(x(50), above), (x(50), bottom)]], INK, 0.8, linestyle=(0, (4, 3)))
    points: dict[int, list[tuple[float, float]]] = {}
    for line, scale in enumerate(scales):
        y = above + (line + 0.5) * _ROW
        there = [(place, found[scale][wave]) for place, wave in enumerate(waves) if wave in found.get(scale, {})]
        canvas.draw_lines([[(x(t), y) for _, t in there]] if len(there) > 1 else [], INK, 1.4)
        for place, t in there:
            points.setdefault(place, []).append((x(t), y))
    for place in sorted(points):
        canvas.mark(points[place], **_mark(place, waves))
