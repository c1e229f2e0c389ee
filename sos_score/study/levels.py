"""Which group of each level a person is in, wave by wave: what one wave does not say, and who changed groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sos_score.definition.study.model import Study
from sos_score.notes import Note, note
from sos_score.study.notes import is_one
from sos_score.study.outcome import SourceTable
from sos_score.study.small_cells import format_count

if TYPE_CHECKING:
    import pandas as pd


def carry_levels(study: Study, table: SourceTable) -> tuple[SourceTable, list[Note]]:
    """Return a table in which a person's blank worker is that of the wave before, or after, and what is said.

    Both waves of one person would else be in two clusters, as if two strangers had answered.
    """
    notes: list[Note] = []
    least = study.privacy.smallest_cell
    for level in table.below_site:
        known = _carry(table, level, list(study.waves))
        carried = int(known.notna().sum() - table.frame[level].notna().sum())
        if carried:
            said = {"count": format_count(carried, least), "is_one": is_one(carried, least)}
            notes.append(note("level_carried", source=table.source, level=level, **said))
            table = replace(table, frame=table.frame.assign(**{level: known}))
    return table, [*notes, *_note_changed(table, least)]


def _carry(table: SourceTable, level: str, waves: list[str]) -> pd.Series:
    """Return a level's groups, a blank one filled from the person's other waves in the same site."""
    frame, own = table.frame, table.frame[level]
    if own.notna().all():
        return own
    keys = list(dict.fromkeys(["person", "site", *table.name_columns(level)[:-1]]))
    places = frame["wave"].map({wave: place for place, wave in enumerate(waves)}).fillna(0)
    order = places.argsort(kind="stable")
    groups = frame.iloc[order].groupby(keys, sort=False)[level]
    return own.where(own.notna(), groups.ffill()).where(lambda found: found.notna(), groups.bfill())


def _note_changed(table: SourceTable, least: int) -> Iterator[Note]:
    """Yield how many people are in several groups of the level that tests are clustered on."""
    level = next(iter(table.below_site), "")
    if not level:
        return
    keys = list(dict.fromkeys(["site", *table.name_columns(level)]))
    held = table.frame[["person", *keys]].dropna().drop_duplicates()
    changed = int((held.groupby(["person", "site"]).size() > 1).sum())
    if changed and held.duplicated(keys).any():
        said = {"count": format_count(changed, least), "is_one": is_one(changed, least)}
        yield note("level_changed", source=table.source, level=level, **said)
