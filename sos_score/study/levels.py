"""The levels of a study in its data: their order, what one wave does not say of a person, and who changed groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sos_score.definition.study.model import Study
from sos_score.errors import Problem
from sos_score.notes import Note, note
from sos_score.study.file import StudyFile
from sos_score.study.notes import is_one
from sos_score.study.outcome import LEVELS_BELOW, SourceTable
from sos_score.study.small_cells import format_count

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

_FEW = 2  # groups that have to hold several before the order of levels is called wrong


def check_levels(file: StudyFile, frame: pl.DataFrame) -> Iterator[Problem]:
    """Yield a problem for each level that is named above one whose groups it is in."""
    levels = file.study.levels
    place = levels.index("site") if "site" in levels else 0
    for index, level in enumerate(levels[:place]):
        if level not in frame.columns:
            continue
        groups = frame.select("site", level).drop_nulls().unique(maintain_order=True)
        several = groups.filter(groups["site"].is_duplicated())
        if several.height:
            site = several["site"][0]
            one, two, *_ = several.filter(several["site"] == site)[level]
            message = f"'{level}' is above 'site', and site '{site}' has several: '{one}', '{two}'"
            hint = f"name the highest first: levels: [site, {level}]"
            yield file.problem(("levels", index), message, hint=hint, rule="level")
    for index, level in enumerate(levels):
        for below in levels[index + 1 :]:
            if "site" in (level, below) or not {level, below} <= set(frame.columns):
                continue
            if found := _find_reversed(frame, level, below):
                held, one, two = found
                message = f"'{level}' is above '{below}', and {below} '{held}' has several: '{one}', '{two}'"
                hint = f"name the highest first: {below}, {level}"
                yield file.problem(("levels", index), message, hint=hint, rule="level")


def _find_reversed(frame: pl.DataFrame, level: str, below: str) -> tuple[str, str, str] | None:
    """Return a group with two that it holds, where each of those that should hold it is in one such group only.

    A single group with several is no sign: where each team has one worker, and calls that worker 1, worker 1 is in all.
    """
    if level in LEVELS_BELOW and below in LEVELS_BELOW and LEVELS_BELOW.index(level) < LEVELS_BELOW.index(below):
        return None
    place = [name for name in ("site", "wave") if name in frame.columns]
    pairs = frame.select(*place, level, below).drop_nulls([level, below]).unique(maintain_order=True)
    several = pairs.filter(pairs.select(*place, below).is_duplicated())
    if pairs.select(*place, level).is_duplicated().any() or several[below].n_unique() < _FEW:
        return None
    name = several[below][0]
    one, two, *_ = several.filter(several[below] == name)[level].unique(maintain_order=True)
    return name, one, two


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
    # Of several ratings of somebody at one wave the first says the group, as in the tests.
    known = table.frame.dropna(subset=["person", *keys]).drop_duplicates(["person", "site", "wave"])
    held = known[["person", *keys]].drop_duplicates()
    changed = int((held.groupby(["person", "site"]).size() > 1).sum())
    if changed and held.duplicated(keys).any():
        said = {"count": format_count(changed, least), "is_one": is_one(changed, least)}
        yield note("level_changed", source=table.source, level=level, **said)
