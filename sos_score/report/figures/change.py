"""Change in each site: means with their intervals, a picture a source."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sos_score.comparison.finding import Finding
from sos_score.comparison.verdict import Verdict
from sos_score.report.figures.caterpillar import draw_caterpillar
from sos_score.report.figures.site_panels import SitePanels, gather_means, make_panels
from sos_score.report.labels import Labels
from sos_score.report.many_sites import has_many
from sos_score.report.model import Picture, ReportData
from sos_score.words import count, join

_MOST, _FEWER = 12, 6  # scales in a picture that can be read; of many sites


def list_changes(report: ReportData) -> Iterator[Picture]:
    """Yield a picture for each source that was asked at two waves, or several where it has many scales."""
    if has_many(report.comparison):
        yield from _list_caterpillars(report)
        return
    means = gather_means(report)
    changed = {
        (each.source, each.scale): None
        for each in report.comparison.ask("change")
        if each.is_judged and not math.isnan(each.estimate.value)
    }
    for source in dict.fromkeys(source for source, _ in changed):
        keys = [key for key in changed if key[0] == source and key in means]
        for start in range(0, len(keys), _MOST):
            chosen = {key: means[key] for key in keys[start : start + _MOST]}
            drawn = make_panels(report, chosen, report.comparison.plan.span, has_intervals=True)
            number = f"-{start // _MOST + 1}" if len(keys) > _MOST else ""
            yield _make_picture(f"change-{source}{number}", report.labels.sources[source], drawn, report.labels)


def _list_caterpillars(report: ReportData) -> Iterator[Picture]:
    """Yield a picture of all sites for each source, or several where it has many scales."""
    sources: dict[str, dict[str, list[Finding]]] = {}
    for each in report.comparison.ask("change"):
        if each.is_judged and not math.isnan(each.estimate.value):
            sources.setdefault(each.source, {}).setdefault(each.scale, []).append(each)
    for source, scales in sources.items():
        for start in range(0, len(scales), _FEWER):
            chosen = [each for members in list(scales.values())[start : start + _FEWER] for each in members]
            number = f"-{start // _FEWER + 1}" if len(scales) > _FEWER else ""
            yield draw_caterpillar(f"change-{source}{number}", chosen, report.labels)


def _make_picture(name: str, label: str, drawn: SitePanels, labels: Labels) -> Picture:
    changed = {site: sum(bool(each.name_change(site)) for each in drawn.panels) for site in drawn.names}
    scales = count(len(drawn.panels), "scale")
    parts = [
        f"in {labels.name_site_and_arm(site)} on {number} of {scales}" for site, number in changed.items() if number
    ]
    found = f"changed {join(parts)}" if parts else "no site is seen to have changed"
    verdicts = {change.verdict for each in drawn.panels for change in each.changes.values()}
    first, last = drawn.waves
    equal = " =: any change is smaller than the smallest that would matter." * (Verdict.EQUIVALENT in verdicts)
    small = " ~: a clear change, but smaller than the smallest that would matter." * (Verdict.TRIVIAL in verdicts)
    return Picture(
        name=name,
        title=f"{label}: {found}",
        reading=f"Mean of each site with its 95% interval, above at {first} (hollow) and below at {last} (filled),"
        f" {drawn.span}. A word marks a change that is clear after adjustment for the"
        f" number of tests; without a mark the study cannot tell.{equal}{small}",
        description=" ".join(drawn.describe()),
        measure=drawn.measure,
        fill=drawn.fill,
    )
