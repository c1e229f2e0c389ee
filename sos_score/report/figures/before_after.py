"""Before and after in every site, for the first page."""

from __future__ import annotations

import math

from sos_score.comparison.verdict import Verdict
from sos_score.report.figures.site_panels import Key, Means, SitePanels, gather_means, make_panels
from sos_score.report.labels import Labels
from sos_score.report.model import BROAD, Picture, ReportData
from sos_score.report.overview import name_rest
from sos_score.words import count, join

_MOST, _TALLEST = 6, 5.0  # scales in all, and inches of half a page


def draw_before_after(report: ReportData) -> Picture | None:
    """Return the means of every site at the first and the last wave, on as many scales as half a page holds.

    Shown are the primary outcomes; where the plan names none, of each source the scale that changed most, clear changes
    before others, then the next ones. Where nothing was asked twice, the means at the one wave. None where no mean may
    be shown.
    """
    means = gather_means(report)
    waves = [wave for wave in report.comparison.plan.span if wave] if any(map(is_twice, means.values())) else []
    there = {key: sites for key, sites in means.items() if is_twice(sites) or not waves}
    if not there:
        return None
    waves = waves or list(dict.fromkeys(wave for sites in there.values() for each in sites.values() for wave in each))
    for most in range(_MOST, 0, -1):
        chosen, rule = _choose(report, list(there), most)
        drawn = make_panels(report, {key: there[key] for key in chosen}, waves)
        if drawn.measure(BROAD) <= _TALLEST:
            break
    marked = (
        " A word marks a change that is clear after adjustment for the number of tests; any other may be chance."
        if any(each.name_change(site) for each in drawn.panels for site in drawn.names)
        else ""
    )
    when = f"at {waves[0]} (hollow) and {waves[1]} (filled)" if len(waves) > 1 else " ".join(["at", *waves]).strip()
    return Picture(
        name="before-after",
        title=_name_title(drawn, report.labels, len(means), is_change=len(waves) > 1),
        reading=f"Mean of each site {when}, {drawn.span}.{marked}{rule}",
        description=" ".join(drawn.describe()),
        measure=drawn.measure,
        fill=drawn.fill,
    )


def is_twice(sites: Means) -> bool:
    """Return whether an outcome was asked at two waves."""
    return any(len(waves) > 1 for waves in sites.values())


def _choose(report: ReportData, there: list[Key], most: int) -> tuple[list[Key], str]:
    """Return at most so many scales to be shown, in the order of the study, and the rule in words."""
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


def _name_title(drawn: SitePanels, labels: Labels, scales: int, *, is_change: bool) -> str:
    """Return which sites changed on how many of the scales shown, and which did not."""
    if not is_change:
        return f"Means of every site on {count(len(drawn.panels), 'scale')}"
    found = {site: [word for each in drawn.panels if (word := each.name_change(site))] for site in drawn.names}
    parts = []
    for site, words in found.items():
        if words:
            said = join([f"{words.count(word)} {word}" for word in dict.fromkeys(words)])
            parts.append(f"{labels.name_site_and_arm(site)} {said}")
    of = f"{count(len(drawn.panels), 'scale')} shown" if len(drawn.panels) < scales else count(scales, "scale")
    verdicts = {site: {each.changes[site].verdict for each in drawn.panels if site in each.changes} for site in found}
    clear = (
        "clear change beyond the limit"
        if any(Verdict.TRIVIAL in each for each in verdicts.values())
        else "clear change"
    )
    if not parts:
        return f"No {clear} in any site on the {of}"
    still = [labels.name_site_and_arm(site) for site, words in found.items() if not words and verdicts[site] - {None}]
    unchanged = f"; no {clear} in {name_rest(still, len(parts), len(found))}" if still else ""
    return f"On the {of}: {', '.join(parts)}{unchanged}"
