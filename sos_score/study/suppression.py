"""Which groups are too small to be shown, and what else would give them away: the one rule, for every output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from sos_score.definition.study.model import Study

if TYPE_CHECKING:
    import pandas as pd

    from sos_score.study.outcome import SourceTable, StudyOutcome

Sizes = Mapping[str, int]
"""How many people each site has."""


def find_hidden(
    sizes: Sizes,
    arms: Mapping[str, str],
    least: int,
    others: Sequence[Sizes] = (),
    start: Iterable[str] = (),
) -> frozenset[str]:
    """Return the sites that are not shown at a wave.

    Sites of 1 to ``least - 1`` people are hidden. A total less the sites that are shown is that of the hidden ones, and
    totals are known of each arm and of all sites together (the rows of a file are counted too). So in each of these
    groups the smallest other sites are hidden as well, until at least two are hidden that have so many people together
    that each may have any of `least` numbers of them, or none is left. 0 people is no secret. `others` are further
    counts of the same sites, for which all this holds too: one set of sites is hidden for all of them, as two sets
    would give each other away. Sites in `start` are hidden already.

    Examples
    --------
    >>> sorted(find_hidden({"a": 1, "b": 1, "c": 20}, {}, 5)), sorted(find_hidden({"a": 14, "b": 15}, {}, 5))
    (['a', 'b', 'c'], [])
    >>> sorted(find_hidden({"a": 6, "b": 14, "c": 15}, {}, 5, [{"a": 4, "b": 14, "c": 13}]))
    ['a', 'b']
    """
    every = [sizes, *others]
    order = sorted(dict.fromkeys(site for each in every for site in each), key=lambda site: sizes.get(site, 0))
    hidden = {*start, *(site for each in every for site, size in each.items() if 0 < size < least)}
    groups = [*list_groups(order, arms), order]
    before = -1
    while len(hidden) > before:  # what is hidden for one group may have to be kept from another
        before = len(hidden)
        for group in groups:
            for each in every:
                while not is_safe([each.get(site, 0) for site in group if site in hidden], least):
                    left = [site for site in group if site not in hidden and each.get(site, 0)]
                    if not left:
                        break
                    hidden.add(left[0])
    return frozenset(hidden)


def list_groups(sites: Iterable[str], arms: Mapping[str, str]) -> list[list[str]]:
    """Return the sites of each arm, those without one together."""
    return [[site for site in sites if arms.get(site, "") == arm] for arm in dict.fromkeys(arms.values())]


def is_safe(sizes: Iterable[int], least: int) -> bool:
    """Return whether what hidden sites hold together says nothing about a few people.

    Each of them has somebody, which is told. With that, each may still have any of `least` numbers of people or more.
    """
    there = [size for size in sizes if size]
    return not there or (len(there) > 1 and sum(there) - (len(there) - 1) >= least)


def gives_total_away(sizes: Sizes, hidden: Iterable[str], least: int) -> bool:
    """Return whether the total of all sites would tell of a few people in the hidden ones."""
    return not is_safe([sizes.get(site, 0) for site in hidden], least)


def gives_arm_away(sizes: Sizes, hidden: Iterable[str], arms: Mapping[str, str], least: int) -> bool:
    """Return whether the total of an arm would be that of one hidden site, or of a few people."""
    groups = [set(group).intersection(hidden) for group in list_groups(sizes, arms)]
    return any(gives_total_away(sizes, group, least) for group in groups)


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


@dataclass(frozen=True)
class HiddenSites:
    """Which sites of a study are not shown, whatever is asked of it."""

    # source and wave to the sites whose people are not counted, nor described on any scale
    people: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    # source, scale and wave to further sites that are not described on a scale that many left out
    scales: Mapping[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)
    # source, scale ("" for people) and wave where not even what all sites have together may be told: nor what they have
    # at all waves, as the other waves of that are told
    untold: frozenset[tuple[str, str, str]] = frozenset()

    def at(self, source: str, wave: str, scale: str = "") -> frozenset[str]:
        """Return the hidden sites of a source at a wave: of its people, or of one of its scales."""
        return self.people.get((source, wave), frozenset()) | self.scales.get((source, scale, wave), frozenset())

    def may_tell_total(self, source: str, waves: Iterable[str], scales: Iterable[str] = ("",)) -> bool:
        """Return whether what all sites have together at some waves, people or scores, says nothing about a few."""
        return self.untold.isdisjoint(product((source,), scales, waves))

    def is_ever(self, site: str) -> bool:
        """Return whether a site is hidden anywhere."""
        return any(site in sites for sites in (*self.people.values(), *self.scales.values()))


def find_hidden_sites(study: Study, tables: Sequence[SourceTable], outcomes: Sequence[StudyOutcome]) -> HiddenSites:
    """Return which sites of a study are not shown: for each source and wave one set, for all that is said of them.

    A scale that a few of a site left out has nearly as many scores there as people: it is hidden with them. A scale
    that more left out says little of how many people there are. Such scales have a set of their own, larger than that
    of the people, so that a scale which few are asked does not hide all others.
    """
    arms, least = {site: each.arm or "" for site, each in study.sites.items()}, study.privacy.smallest_cell
    people, scales, untold = {}, {}, set()
    for source in dict.fromkeys(table.source for table in tables):
        counts = [_count_scores(study, each, outcomes) for each in tables if each.source == source]
        for wave in list(study.waves) or [""]:
            # By table: the people first, then the scores of each scale.
            found = [{scale: _take_wave(each, wave, study) for scale, each in table.items()} for table in counts]
            apart = {scale for table in found for scale, sizes in table.items() if _is_sparse(table[""], sizes, least)}
            close = [sizes for table in found for scale, sizes in table.items() if scale not in apart]
            hidden = people[source, wave] = find_hidden(close[0], arms, least, close[1:])
            if apart:
                every = [sizes for table in found for sizes in table.values()]
                wider = find_hidden(every[0], arms, least, every[1:], hidden)
                scales.update({(source, scale, wave): wider for scale in apart})
            untold |= {
                (source, scale, wave)
                for table in found
                for scale, sizes in table.items()
                if gives_total_away(sizes, scales.get((source, scale, wave), hidden), least)
            }
    return HiddenSites(people, scales, frozenset(untold))


def _is_sparse(people: Sizes, scores: Sizes, least: int) -> bool:
    """Return whether at a site where few have a score, so many have none that the two say little of each other."""
    return any(0 < size < least and people[site] - size >= least for site, size in scores.items())


def _take_wave(counts: Mapping[tuple[str, str], int], wave: str, study: Study) -> Sizes:
    return {site: counts.get((site, wave), 0) for site in study.sites}


def _count_scores(
    study: Study, table: SourceTable, outcomes: Iterable[StudyOutcome]
) -> dict[str, dict[tuple[str, str], int]]:
    """Return how many people there are by site and wave, under "", and how many with each score."""
    scales = [each.scale for each in outcomes if each.table is table and each.is_planned]
    there: pd.DataFrame = table.frame[scales].notna()
    there.insert(0, "", value=True)
    person = table.frame["person"].where(table.frame["person"].notna(), table.frame.index.to_series())
    wave = table.frame["wave"].fillna(next(iter(study.waves), ""))
    of_people = there.groupby([table.frame["site"], wave, person], sort=False).any()
    counts = of_people.groupby(level=[0, 1], sort=False).sum()
    return {str(scale): {_name(place): int(size) for place, size in counts[scale].items()} for scale in counts}


def _name(place: object) -> tuple[str, str]:
    """Return a site and a wave, as pandas keys them."""
    assert isinstance(place, tuple)
    return str(place[0]), str(place[1])
