"""Who answered where and when, with what few people would give away left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sos_score.comparison.links import Links
from sos_score.definition.study.model import Study
from sos_score.scoring.provenance import describe_summary
from sos_score.study.data import StudyData
from sos_score.study.outcome import SourceTable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SiteCount:
    """How many people of one source answered in a site."""

    source: str
    label: str
    site: str
    site_label: str
    waves: dict[str, int | None]  # wave to people; None where a group is too small to be shown, or would give one away
    # who answered at the first and at the last wave; None where that is not shown or there is one wave
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
    return not has_small_file(data) and all(may_count(data, table) for table in data.tables)


def explain_files(data: StudyData) -> str:
    """Return why the rows of files are not told, or not how many have a score on some scale; empty where all is.

    Whether a file is small itself is not told: it may hold a hidden site.
    """
    gives_away = f"it could give away a group of fewer than {data.study.privacy.smallest_cell} people"
    if not may_count_files(data):
        return f"How many rows each file holds is not shown: {gives_away}."
    if any(None in each["scored"].values() for each in describe_files(data) or ()):
        return f"How many rows have a score on some scales is not shown: {gives_away}."
    return ""


def describe_files(data: StudyData) -> list[dict[str, Any]] | None:
    """Return what became of each file, as plain data; None where its rows may not be told.

    A count of scores that would give a few people away is None, in every file with a column of that name.
    """
    if not may_count_files(data):
        return None
    withheld = {
        f"{table.instrument.column_stem}_{each.scale}"
        for table in data.tables
        for each in data.outcomes
        if table.instrument and each.table is table and not may_count(data, table, each.scale)
    }
    found = [describe_summary(each) for each in data.files]
    return [
        each | {"scored": {name: None if name in withheld else scored for name, scored in each["scored"].items()}}
        for each in found
    ]


def may_count(data: StudyData, table: SourceTable, scale: str = "") -> bool:
    """Return whether how many people, or scores of a scale, a table has at all waves says nothing about a few people.

    At each wave the hidden sites have to be safe together. Which file a row is from is not known: of several, one may
    hold the rows of a single hidden site.
    """
    if len(data.study.sources[table.source].files) == 1:
        return are_all_shown(data, table, scales=("", scale))
    hidden = data.hidden
    return not any(hidden.at(table.source, wave, scale) for wave in data.study.waves or ("",))


def are_all_shown(
    data: StudyData, table: SourceTable, wave: str | None = None, scales: Sequence[str] | None = None
) -> bool:
    """Return whether what is said of everybody in a table, at a wave or at any, says nothing about a few people.

    It is said of people ("") and of scores; if not stated otherwise of all scales, as answers to items are.
    """
    waves = list(data.study.waves) or [""] if wave is None else [wave or next(iter(data.study.waves), "")]
    every = ["", *(each.scale for each in data.outcomes if each.table is table)]
    hidden = data.hidden
    return hidden.may_tell_total(table.source, waves, every if scales is None else scales)


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
    found = data.hidden
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
