"""Small groups are not shown, nor what would give them away: the one rule, for findings, counts and reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sos_score.comparison.finding import Detectable, Finding, Unit
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.notes import Note, note

_COUNTED = "rows"  # the value of a note that counts rows of people


def find_hidden(sizes: Mapping[str, int], arms: Mapping[str, str], least: int) -> frozenset[str]:
    """Return the sites that are not shown at a wave.

    Sites of 1 to ``least - 1`` people are hidden. A total less the sites that are shown is that of the hidden ones, and
    totals are known of each arm and of all sites together (the rows of a file are counted too). So in each of these
    groups the smallest other sites are hidden as well, until at least two sites with `least` people together are
    hidden, or none is left. 0 people is no secret.

    Examples
    --------
    >>> sorted(find_hidden({"a": 1, "b": 1, "c": 20}, {}, 5)), sorted(find_hidden({"a": 14, "b": 15}, {}, 5))
    (['a', 'b', 'c'], [])
    """
    there = sorted((site for site, size in sizes.items() if size), key=sizes.__getitem__)
    hidden = {site for site in there if sizes[site] < least}
    groups = [[site for site in there if arms.get(site, "") == arm] for arm in dict.fromkeys(arms.values())]
    before = -1
    while len(hidden) > before:  # what is hidden for one group may have to be kept from another
        before = len(hidden)
        for group in [*groups, there]:
            while not is_safe([sizes[site] for site in group if site in hidden], least):
                others = [site for site in group if site not in hidden]
                if not others:
                    break
                hidden.add(others[0])
    return frozenset(hidden)


def is_safe(sizes: list[int], least: int) -> bool:
    """Return whether what hidden sites hold together says nothing about a few people."""
    return not sizes or (len(sizes) > 1 and sum(sizes) >= least)


def hide_parts(parts: Mapping[str, int], total: int, least: int) -> frozenset[str]:
    """Return the parts of a group that are not shown: those of a few people, and those that leave a few over.

    Examples
    --------
    >>> sorted(hide_parts({"floor": 0, "ceiling": 18}, 20, 5)), sorted(hide_parts({"floor": 3, "ceiling": 9}, 20, 5))
    (['ceiling'], ['floor'])
    """
    shown = {part: size for part, size in parts.items() if not 0 < size < least}
    while 0 < total - sum(shown.values()) < least and any(shown.values()):
        del shown[min((part for part, size in shown.items() if size), key=shown.__getitem__)]
    return frozenset(parts.keys() - shown.keys())


def find_hidden_places(outcome: OutcomeScores, plan: ComparisonPlan) -> frozenset[tuple[str, str]]:
    """Return the sites whose scores of an outcome are not shown, and the wave."""
    return frozenset(
        (site, wave)
        for wave in plan.waves
        for site in find_hidden(
            {site: int(outcome.at(site, wave).sum()) for site in plan.sites}, plan.arms, plan.smallest_cell
        )
    )


def suppress_small(
    findings: Iterable[Finding], outcomes: Iterable[OutcomeScores], plan: ComparisonPlan
) -> list[Finding]:
    """Return the findings with small groups blanked, complementary ones too.

    Blanked, save for what it is about, is a finding that counts 1 to ``smallest_cell - 1`` people, and one in which the
    scores of a hidden site show. Which sites are hidden does not depend on which questions were asked. Of the others,
    notes do not count a few rows.
    """
    hidden = {(each.source, each.scale): find_hidden_places(each, plan) for each in outcomes}
    nowhere: frozenset[tuple[str, str]] = frozenset()

    def shows(finding: Finding, sites: Iterable[str]) -> bool:
        places = nowhere.union(*(hidden.get((source, finding.scale), nowhere) for source in finding.sources))
        return any((site, wave) in places for site in sites for wave in plan.list_waves(finding.waves))

    def treat(finding: Finding) -> Finding:
        if _is_small(finding, plan) or shows(finding, finding.sites_shown):
            return _blank(finding, plan)
        if finding.is_judged and shows(finding, plan.sites):
            # What sites spread by would give the hidden one away.
            finding = replace(finding, detectable=Detectable(finding.detectable.own))
        return replace(finding, notes=tuple(_hide_count(each, plan) for each in finding.notes))

    return [treat(finding) for finding in findings]


def _is_small(finding: Finding, plan: ComparisonPlan) -> bool:
    """Return whether a finding counts a group of people that is too small; sites are not people."""
    if finding.unit is Unit.SITES or (finding.unit is Unit.LEVEL and finding.level == "site"):
        return False
    return any(0 < count < plan.smallest_cell for count in finding.counts)


def _hide_count(said: Note, plan: ComparisonPlan) -> Note:
    """Return a note that does not say how many rows were left out where these are a few."""
    values = dict(said.values)
    count = values.get(_COUNTED)
    if said.code != "rows_incomplete" or not isinstance(count, int) or not 0 < count < plan.smallest_cell:
        return said
    return note("few_rows_incomplete", least=plan.smallest_cell)


def _blank(finding: Finding, plan: ComparisonPlan) -> Finding:
    return Finding(
        finding.question, finding.sources, finding.instrument, finding.scale, finding.unit, level=finding.level,
        pair=finding.pair, site=finding.site, waves=finding.waves, groups=finding.groups, method=finding.method,
        sites_shown=finding.sites_shown, n_groups=finding.n_groups, is_hidden=True,
        notes=(note("hidden", least=plan.smallest_cell),),
    )  # fmt: skip
