"""What the data of a study do not allow, as notes that name nobody and count no few people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from sos_score.definition.study.model import Study
from sos_score.definition.text import loosen_id
from sos_score.notes import Note, note
from sos_score.study.outcome import SourceTable
from sos_score.study.small_cells import SOME, format_count, format_part
from sos_score.study.suppression import HiddenSites

if TYPE_CHECKING:
    import pandas as pd


def note_study(study: Study, tables: Sequence[SourceTable], hidden: HiddenSites) -> list[Note]:
    """Return what the data of the whole study do not allow."""
    notes = []
    if study.treated_arm is None:
        notes.append(note("one_arm", arm=study.label_arm(next(iter(study.arms)))) if study.arms else note("no_arms"))
    if len(study.waves) < 2:
        notes.append(note("one_wave"))
    asked = {wave for table in tables for wave in table.frame["wave"].dropna()}
    if len(study.waves) > 1 and not asked:
        notes.append(note("no_wave_recorded"))
    else:
        notes += [note("nobody_at_wave", wave=wave) for wave in study.waves if wave not in asked]
    known = {level for table in tables for level in table.levels}
    if "levels" in study.model_fields_set:
        notes += [note("level_unknown", level=level) for level in study.levels if level not in known]
    for table in tables:
        notes += _note_table(study, table, [wave for wave in study.waves if wave in asked], hidden)
    return notes


def _note_table(study: Study, table: SourceTable, asked: list[str], hidden: HiddenSites) -> Iterator[Note]:
    frame, source = table.frame, table.source
    present = set(frame["wave"].dropna())
    if present:
        yield from (note("source_not_asked", source=source, wave=wave) for wave in asked if wave not in present)
    elif len(asked) > 1:
        yield note("source_without_waves", source=source)
    yield from _note_cells(study, table, [wave for wave in asked if wave in present] or [None], hidden)
    arms = set(frame["arm"].dropna())
    if len(arms) == 1 and len(study.arms) > 1:
        yield note("source_in_one_arm", source=source, arm=study.label_arm(arms.pop()))
    yield from _note_people(study, table, hidden)
    yield from _note_links(table, [wave for wave in asked if wave in present], study.privacy.smallest_cell)
    if table.instrument is not None:
        empty = [scale for scale in table.instrument.scales if scale in frame.columns and frame[scale].isna().all()]
        yield from (note("scale_empty", source=source, scale=scale) for scale in empty)
    yield from _note_uneven(table, study.privacy.smallest_cell)


def _note_uneven(table: SourceTable, least: int) -> Iterator[Note]:
    """Yield the scales of which some scores lack a part that others of another range stand for."""
    for scale in table.plan.scales if table.plan else ():
        if scale.fills_in_unevenly:
            answered = table.frame[f"n_{scale.scale}"]
            count = int((table.frame[scale.scale].notna() & (answered < len(scale.terms))).sum())
            if count:
                yield note("uneven_parts", source=table.source, scale=scale.scale, count=format_count(count, least))


def _note_cells(study: Study, table: SourceTable, waves: Sequence[str | None], hidden: HiddenSites) -> Iterator[Note]:
    """Yield the sites with nobody, and those that are not shown, at a wave."""
    frame, least = table.frame, study.privacy.smallest_cell
    for wave in waves:
        here = frame if wave is None else frame[frame["wave"] == wave]
        sites = hidden.at(table.source, wave or next(iter(study.waves), ""))
        few = []
        counts = _count_people(here)
        for site, about in study.sites.items():
            name = about.label or f"site {site}"
            count = counts.get(site, 0)
            if count == 0:
                yield note("nobody_in_site", source=table.source, site=name, wave=wave)
            elif site in sites:
                few.append(name)
            elif count == 1:
                yield note("one_in_site", source=table.source, site=name, wave=wave)
        if few:
            # All of them in one line: a line for those that are small would tell them from those that protect them.
            yield note("few_in_sites", source=table.source, sites=tuple(few), wave=wave, least=least)


def _count_people(rows: pd.DataFrame) -> dict[str, int]:
    """Return how many people each site has; its rows, where some have no id."""
    by_site = rows["person"].groupby(rows["site"])
    people = rows.drop_duplicates(["site", "person"])["site"].value_counts().to_dict()
    sizes, named = by_site.size().to_dict(), by_site.count().to_dict()
    return {str(site): int(people[site] if named[site] == size else size) for site, size in sizes.items()}


def _note_people(study: Study, table: SourceTable, hidden: HiddenSites) -> Iterator[Note]:
    """Yield who is there twice for a reason, and who moved."""
    least = study.privacy.smallest_cell
    named = table.frame[table.frame["person"].notna()]
    counts = named.groupby(["person", named["wave"].fillna("")]).size()
    repeated = int((counts > 1).sum())
    if repeated:
        is_told = hidden.may_tell_total(table.source, study.waves or ("",))
        part = format_part(repeated, len(counts), least, is_told=is_told)
        yield note("several_raters", source=table.source, part=part, is_one=is_one(repeated, least))
    moved = int((named.drop_duplicates(["person", "site"])["person"].value_counts() > 1).sum())
    if moved:
        yield note("moved", source=table.source, count=format_count(moved, least), is_one=is_one(moved, least))


def _note_links(table: SourceTable, waves: Sequence[str], least: int) -> Iterator[Note]:
    """Yield what keeps people from being linked: ids that are nearly the same, and waves that have nobody in common."""
    named = table.frame[table.frame["person"].notna()]
    people = {wave: set(named.loc[named["wave"] == wave, "person"]) for wave in waves}
    for first, second in pairwise(wave for wave in waves if people[wave]):
        left, right = people[first] - people[second], people[second] - people[first]
        near = {loosen_id(each) for each in left} & {loosen_id(each) for each in right}
        about = {"source": table.source, "first": first, "second": second}
        if not people[first] & people[second]:
            yield note("nobody_at_both", **about)
        if near:
            yield note(
                "ids_nearly_same", **about, count=format_count(len(near), least), is_one=is_one(len(near), least)
            )


def is_one(count: int, least: int) -> bool:
    """Return whether a count is one person and shown as such."""
    return count == 1 and least <= 1


def withhold_totals(notes: Iterable[Note], study: Study, hidden: HiddenSites) -> Iterator[Note]:
    """Yield notes made before it was known what is hidden; none says how many there are in all where that tells of few.

    A note of a file of scores is about each of its sources.
    """
    for each in notes:
        values = dict(each.values)
        sources = [str(values["source"])] if values.get("source") else list(study.sources)
        if all(hidden.may_tell_total(source, study.waves or ("",)) for source in sources):
            yield each
        elif each.code == "left_out":
            yield each.with_values(rows=None)
        elif each.code == "not_linked":
            yield each.with_values(part=SOME)
        else:
            yield each


def note_left_out(lost: int, rows: int, role: str, least: int, source: str = "") -> Note:
    """Return how many rows are left out for want of a site or a wave.

    Examples
    --------
    >>> str(note_left_out(1, 8, "site", 1))
    '1 row has no site, and is left out (8 in all)'
    >>> str(note_left_out(1, 8, "site", 5))
    'fewer than 5 rows have no site, and are left out'
    """
    # With the number in all, the few could be worked out from those that are counted elsewhere.
    in_all = None if 0 < lost < least else rows
    return note(
        "left_out",
        source=source,
        role=role,
        count=format_count(lost, least),
        rows=in_all,
        is_one=is_one(lost, least),
    )
