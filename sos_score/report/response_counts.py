"""Who answered where and when, with what few people would give away left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sos_score.comparison.links import Links
from sos_score.definition.study.model import Study
from sos_score.study.data import SourceTable, StudyData
from sos_score.study.suppression import find_hidden_sites, is_safe

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SiteCount:
    """How many people of one source answered in a site.

    Attributes
    ----------
    waves : dict
        Wave to people; None where a group is too small to be shown, or would give one away.
    both : int or None
        Who answered at the first and at the last wave; None where that is not shown or there is one wave.
    """

    source: str
    label: str
    site: str
    site_label: str
    waves: dict[str, int | None]
    both: int | None


def has_small_file(data: StudyData) -> bool:
    """Return whether a file holds fewer rows than the smallest group shown.

    Hiding that file alone would not do: its rows are what the others lack of a whole that is told elsewhere.
    """
    return any(0 < each.rows < data.study.privacy.smallest_cell for each in data.files)


def may_count_files(data: StudyData) -> bool:
    """Return whether the rows of files may be told.

    Not where one is small, nor where its rows less those of the sites and waves that are shown are those of a few.
    """
    return not has_small_file(data) and all(_may_count_rows(data, table) for table in data.tables)


def _may_count_rows(data: StudyData, table: SourceTable) -> bool:
    """Return whether the rows of a source's files say nothing about a few people.

    At each wave the hidden sites have to be safe together. Which file a row is from is not known: of several, one may
    hold the rows of a single hidden site.
    """
    if len(data.study.sources[table.source].files) > 1:
        return not any(_list_hidden_sizes(data, table).values())
    return are_all_shown(data, table)


def are_all_shown(data: StudyData, table: SourceTable, wave: str | None = None) -> bool:
    """Return whether what is said of everybody in a table, at a wave or at any, says nothing about a few people."""
    least = data.study.privacy.smallest_cell
    return all(is_safe(sizes, least) for at, sizes in _list_hidden_sizes(data, table).items() if wave in (None, at))


def _list_hidden_sizes(data: StudyData, table: SourceTable) -> dict[str, list[int]]:
    """Return how many people each hidden site has at each wave."""
    people = _list_people_by_site(data.study, table.frame)
    hidden = _find_hidden(data, table.source, people)
    return {wave: [len(people[site][wave]) for site in sites if site in people] for wave, sites in hidden.items()}


def count_answers(data: StudyData) -> list[SiteCount]:
    """Return how many people of each source answered in each site, sources in the order of the study file.

    Groups that are small, or that would give one away, are None; see `find_hidden_sites`. So is `both` where fewer than
    the smallest group shown answered at both waves, or at one only.
    """
    found: list[SiteCount] = []
    done: set[str] = set()
    for table in data.tables:
        if table.source in done:
            continue  # several instruments of one source were answered by the same people
        done.add(table.source)
        label = next(each.source_label for each in data.outcomes if each.source == table.source)
        found += _count_source(data, table.source, label, table.frame)
    return found


def _count_source(data: StudyData, source: str, label: str, frame: pd.DataFrame) -> Iterator[SiteCount]:
    study, least = data.study, data.study.privacy.smallest_cell
    people = _list_people_by_site(study, frame)
    hidden = _find_hidden(data, source, people)
    waves = list(hidden)
    for site, each in people.items():
        shown = {wave: None if site in hidden[wave] else len(each[wave]) for wave in waves}
        both = None
        if len(waves) > 1 and None not in shown.values():
            first, last = each[waves[0]], each[waves[-1]]
            linked = len(first & last)
            both = None if Links(linked, len(first) - linked, len(last) - linked).is_small(least) else linked
        yield SiteCount(source, label, site, study.label_site_and_arm(site), shown, both)


def _list_people_by_site(study: Study, frame: pd.DataFrame) -> dict[str, dict[str, set[object]]]:
    waves = [wave for wave in study.waves if (frame["wave"] == wave).any()] or [""]
    return {
        site: {wave: _list_people(frame, site, wave) for wave in waves}
        for site in study.sites
        if (frame["site"] == site).any()
    }


def _find_hidden(data: StudyData, source: str, people: dict[str, dict[str, set[object]]]) -> dict[str, frozenset[str]]:
    """Return the hidden sites of each wave of a source; the wave is empty where none is recorded."""
    found = find_hidden_sites(data.study, data.tables, data.outcomes)
    waves = dict.fromkeys(wave for each in people.values() for wave in each)
    return {wave: found.at(source, wave or next(iter(data.study.waves), "")) for wave in waves}


def _list_people(frame: pd.DataFrame, site: str, wave: str) -> set[object]:
    here = frame[(frame["site"] == site) & ((frame["wave"] == wave) if wave else True)]
    return {person if isinstance(person, str) else place for place, person in here["person"].items()}


def list_missing(data: StudyData) -> dict[str, dict[str, float]]:
    """Return the share of rows without an answer, by source label and item; sources of few people are left out."""
    shares: dict[str, dict[str, float]] = {}
    for table in data.tables:
        if table.answers.columns.empty or table.frame["person"].nunique() < data.study.privacy.smallest_cell:
            continue
        if not are_all_shown(data, table):
            continue
        label = next(each.source_label for each in data.outcomes if each.source == table.source)
        if label in shares and table.instrument is not None:
            label = f"{label} ({table.source}, {table.instrument.id})"
        shares[label] = {str(item): float(share) for item, share in table.answers.isna().mean().items()}
    return shares
