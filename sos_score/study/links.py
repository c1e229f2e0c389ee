"""What belongs to what: tables that link families to workers and workers to sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sos_score.definition.study.rules import ID_ROLES
from sos_score.definition.text import fold_id
from sos_score.errors import InvalidInput, InvalidSurvey, Problem, guess
from sos_score.notes import Note, note
from sos_score.study.file import StudyFile
from sos_score.study.notes import is_one
from sos_score.study.small_cells import format_count, format_part
from sos_score.survey.readers.registry import open_export

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class LinkTable:
    """A table of links."""

    path: str  # as the user named it
    unit: str  # what its rows are about: the id in its first column
    above: tuple[str, ...]  # the ids that it gives for each unit
    rows: Mapping[str, tuple[Mapping[str, str], int]]  # unit to its ids, and to the line it is on


def read_links(file: StudyFile) -> list[LinkTable]:
    """Read the link tables of a study."""
    tables: list[LinkTable] = []
    problems: list[Problem] = []
    for name in file.study.links:
        try:
            tables.append(_read_table(file, file.resolve(name)))
        except InvalidInput as error:
            problems += error.problems
    if problems:
        raise InvalidSurvey(problems)
    return tables


def _read_table(file: StudyFile, path: str) -> LinkTable:
    known = list(dict.fromkeys([*file.study.levels, *ID_ROLES]))
    rows: dict[str, tuple[dict[str, str], int]] = {}
    problems: list[Problem] = []
    strange: dict[str, list[int]] = {}
    with open_export(path) as export:
        header = [cell.strip() for cell in export.header]
        above = tuple(name for name in header[1:] if name in known)
        if header[0] not in known or not above:
            message = f"needs a column for each level, the lowest first, and has {', '.join(header)}"
            hint = guess(header[0], known) or f"levels: {', '.join(known)}"
            raise InvalidSurvey([Problem(message, path, 1, hint=hint, rule="links")])
        for line, record in export.records():
            cells = dict(zip(header, map(fold_id, record), strict=False))
            unit = cells[header[0]]
            if unit in rows:
                message = f"{header[0]} '{unit}' is already on line {rows[unit][1]}"
                problems.append(Problem(message, path, line, rule="links"))
            elif unit:
                rows[unit] = {name: cells[name] for name in above if cells.get(name)}, line
                site = cells.get("site", "")
                if site and site not in file.study.sites:
                    strange.setdefault(site, []).append(line)
    problems += [_name_strange_site(file, path, site, lines) for site, lines in strange.items()]
    if not rows and not problems:
        problems.append(Problem("has a header and no rows", path, rule="file"))
    if problems:
        raise InvalidSurvey(problems)
    return LinkTable(path, header[0], above, rows)


def _name_strange_site(file: StudyFile, path: str, site: str, lines: list[int]) -> Problem:
    """Return one problem for all lines of a site that is not in the study, with the first of them."""
    sites = list(file.study.sites)
    message = f"'{site}' is not a site of the study (sites: {', '.join(sites)})"
    return Problem(message, path, lines[0], "site", guess(site, sites), "site", count=len(lines))


def link_rows(frame: pl.DataFrame, table: LinkTable, source: str, least: int) -> tuple[pl.DataFrame, list[Note]]:
    """Return the rows with what a table says they belong to, where they do not say so themselves; and what did not."""
    import polars as pl

    if table.unit not in frame.columns:
        return frame, []
    notes: list[Note] = []
    units = frame[table.unit].to_list()
    lost = {unit for unit in units if unit is not None and unit not in table.rows}
    if lost:
        count = len({unit for unit in units if unit is not None})
        part = format_part(len(lost), count, least)
        about = {"unit": table.unit, "part": part, "path": table.path, "is_one": is_one(len(lost), least)}
        notes.append(note("not_linked", source=source, **about))
    for name in table.above:
        linked = [table.rows[unit][0].get(name) if unit in table.rows else None for unit in units]
        own = frame[name].to_list() if name in frame.columns else [None] * len(linked)
        pairs = zip(units, own, linked, strict=True)
        differing = {unit for unit, mine, given in pairs if mine is not None and given is not None and mine != given}
        if differing:
            few = format_count(len(differing), least)
            about = {"unit": table.unit, "count": few, "name": name, "path": table.path}
            notes.append(note("linked_otherwise", source=source, **about, is_one=is_one(len(differing), least)))
        merged = [given if mine is None else mine for mine, given in zip(own, linked, strict=True)]
        frame = frame.with_columns(pl.Series(name, merged, dtype=pl.String))
    return frame, notes
