"""What the data of a study do not allow, in sentences that name nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sos_score.definition.study.model import Study
from sos_score.study.data import SourceTable
from sos_score.study.small_cells import say_count, say_part


def note_study(study: Study, tables: Iterable[SourceTable]) -> list[str]:
    """Return what the data of the whole study do not allow.

    Parameters
    ----------
    study : Study
    tables : iterable of SourceTable

    Returns
    -------
    list of str
        People are counted only where they are as many as `study.privacy` shows.
    """
    tables = list(tables)
    notes = []
    if study.treated_arm is None:
        what = "there are no arms" if not study.arms else f"there is one arm, {study.label_arm(next(iter(study.arms)))}"
        notes.append(f"{what}: sites are described, and no arms compared")
    if len(study.waves) < 2:
        notes.append("there is one wave: no change can be looked at")
    asked = {wave for table in tables for wave in table.frame["wave"].dropna()}
    if len(study.waves) > 1 and not asked:
        notes.append("no source records a wave: no change can be looked at")
    else:
        notes += [f"no source has anybody at {wave}" for wave in study.waves if wave not in asked]
    known = {level for table in tables for level in table.levels}
    if "levels" in study.model_fields_set:
        notes += [f"no source says which {level} anybody belongs to" for level in study.levels if level not in known]
    for table in tables:
        waves = [wave for wave in study.waves if wave in asked]
        notes += [f"{table.source}: {note}" for note in _note_table(study, table, waves)]
    return notes


def _note_table(study: Study, table: SourceTable, asked: list[str]) -> Iterator[str]:
    frame = table.frame
    present = set(frame["wave"].dropna())
    if present:
        yield from (f"nobody answered at {wave}" for wave in asked if wave not in present)
    elif len(asked) > 1:
        yield "no wave is recorded, so there is no change to look at"
    yield from _note_cells(study, table, [wave for wave in asked if wave in present] or [None])
    arms = set(frame["arm"].dropna())
    if len(arms) == 1 and len(study.arms) > 1:
        yield f"everybody is in the arm {study.label_arm(arms.pop())}: no arms are compared"
    yield from _note_people(table, study.privacy.smallest_cell)
    if table.instrument is not None:
        empty = [scale for scale in table.instrument.scales if scale in frame.columns and frame[scale].isna().all()]
        yield from (f"nobody has a score on {scale}" for scale in empty)


def _note_cells(study: Study, table: SourceTable, waves: Sequence[str | None]) -> Iterator[str]:
    """Yield the sites with nobody, or with too few, at a wave."""
    frame, least = table.frame, study.privacy.smallest_cell
    for wave in waves:
        here = frame if wave is None else frame[frame["wave"] == wave]
        at = "" if wave is None else f" at {wave}"
        few = []
        for site, about in study.sites.items():
            name = about.label or f"site {site}"
            rows = here[here["site"] == site]
            count = len(rows) if rows["person"].isna().any() else rows["person"].nunique()
            if count == 0:
                yield f"nobody answered in {name}{at}"
            elif count < least:
                few.append(name)
            elif count == 1:
                yield f"one person only in {name}{at}: no test and no interval there"
        if few:
            # All of them in one line: a line for those with one person would tell them from those with four.
            yield f"fewer than {least} people in {', '.join(few)}{at}: not shown"


def _note_people(table: SourceTable, least: int) -> Iterator[str]:
    """Yield who is there twice for a reason, and who moved."""
    named = table.frame[table.frame["person"].notna()]
    counts = named.groupby(["person", named["wave"].fillna("")]).size()
    repeated = int((counts > 1).sum())
    if repeated:
        part = say_part(repeated, len(counts), least)
        yield f"{part} {'was' if part.startswith('1 of') else 'were'} rated by more than one rater"
    moved = int((named.groupby("person")["site"].nunique() > 1).sum())
    if moved:
        count = say_count(moved, least)
        noun = "person is" if count == "1" else "people are"
        yield f"{count} {noun} in different sites at different waves: counted where they answered, linked in no site"


def note_left_out(lost: int, rows: int, role: str, least: int) -> str:
    """Return how many rows are left out for want of a site or a wave.

    Examples
    --------
    >>> note_left_out(1, 8, "site", 1)
    '1 row has no site, and is left out (8 in all)'
    >>> note_left_out(1, 8, "site", 5)
    'fewer than 5 rows have no site, and are left out'
    """
    count = say_count(lost, least)
    have, are = ("row has", "is") if count == "1" else ("rows have", "are")
    # With the number in all, the few could be worked out from those that are counted elsewhere.
    in_all = f" ({rows} in all)" if count == str(lost) else ""
    return f"{count} {have} no {role}, and {are} left out{in_all}"
