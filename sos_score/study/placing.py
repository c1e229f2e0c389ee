"""Whether the sites, waves and people of a source are those of the study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sos_score.definition.text import fold_text
from sos_score.errors import InvalidSurvey, Problem, guess
from sos_score.notes import Note, note
from sos_score.study.file import StudyFile
from sos_score.study.levels import check_levels
from sos_score.study.links import LinkTable, link_rows
from sos_score.study.notes import is_one, note_left_out
from sos_score.study.rows import FILE, TEAM, SourceRows, find_line
from sos_score.study.small_cells import format_count
from sos_score.survey.check.row_key import RowKey

if TYPE_CHECKING:
    import polars as pl

_MANY = 3  # people who are there twice; fewer are named one by one


def place_rows(file: StudyFile, rows: SourceRows, links: list[LinkTable]) -> tuple[pl.DataFrame, list[Note]]:
    """Return the rows of a source with the study's sites, arms, waves and levels.

    ``person``, ``site``, ``arm`` and ``wave`` come first, then the other ids and `FILE`. Rows without a site, or
    without a wave where the source has waves, are left out; a site or wave that is not in the study, and a person
    who is there twice, are problems.
    """
    frame = rows.frame
    notes: list[Note] = []
    problems = list(_check_links(file, rows, links))
    for table in links:
        frame, said = link_rows(frame, table, rows.source, file.study.privacy.smallest_cell)
        notes += said
    frame, wrong = _add_columns(file, rows.source, frame)
    problems += wrong
    frame, wrong = _match_places(file, rows, frame)
    problems += wrong
    if not problems and frame["site"].null_count() == frame.height:
        names = ", ".join(map(str, file.study.sources[rows.source].files))
        problems.append(file.problem(("sources", rows.source), f"no row has a site ({names})", rule="site"))
    if not problems:
        problems = [*check_levels(file, frame), *_check_people(file, rows, frame)]
    if problems:
        raise InvalidSurvey(problems)
    placed, left_out = _finish(file, rows.source, frame)
    if rows.folded:
        least = file.study.privacy.smallest_cell
        count, is_single = format_count(rows.folded, least), is_one(rows.folded, least)
        notes.append(note("ids_folded", source=rows.source, count=count, is_one=is_single))
    return placed, [*notes, *_note_teams(file, rows.source, placed), *left_out]


def _note_teams(file: StudyFile, source: str, placed: pl.DataFrame) -> Iterator[Note]:
    """Yield a note where sites have several teams, of which the study says nothing."""
    if TEAM not in placed.columns:
        return
    teams = placed.select("site", TEAM).drop_nulls().unique()
    sites = teams["site"].n_unique()
    if teams.height > sites:
        levels = file.study.levels
        place = levels.index("site") + 1 if "site" in levels else 0
        advised = (*levels[:place], "team", *levels[place:])
        yield note("teams_no_level", source=source, teams=teams.height, sites=sites, levels=advised)


def find_strange_places(file: StudyFile, rows: SourceRows) -> list[Problem]:
    """Return the sites and waves that the rows themselves name and the study does not know."""
    return _match_places(file, rows, rows.frame)[1]


def _match_places(file: StudyFile, rows: SourceRows, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Problem]]:
    problems: list[Problem] = []
    for role, known in (("site", list(file.study.sites)), ("wave", list(file.study.waves))):
        if role in frame.columns and known:
            frame, wrong = _match(file, rows, frame, role, known)
            problems += wrong
    return frame, problems


def _add_columns(file: StudyFile, source: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Problem]]:
    """Return the rows with a site and a wave where there is only one to be in, and what cannot be told."""
    import polars as pl

    study, problems = file.study, []
    if "site" not in frame.columns and len(study.sites) == 1:
        frame = frame.with_columns(pl.lit(next(iter(study.sites))).alias("site"))
    if "site" not in frame.columns:
        hint = "name it under ids, in the column map, or in a table of links"
        problems.append(file.problem(("sources", source), "there is no id column 'site'", hint=hint, rule="site"))
    found = frame["wave"].drop_nulls().unique(maintain_order=True).to_list() if "wave" in frame.columns else []
    if not study.waves and len(found) > 1:
        shown = ", ".join(found[:5])
        message = f"the data have waves ({shown}), and the study names none"
        hint = f"add waves: [{shown}], in order, or choose one under where"
        problems.append(file.problem(("sources", source), message, hint=hint, rule="wave"))
    if not found or not study.waves:
        only = next(iter(study.waves)) if len(study.waves) == 1 else None
        frame = frame.with_columns(pl.lit(only, dtype=pl.String).alias("wave"))
    return frame, problems


def _check_links(file: StudyFile, rows: SourceRows, links: list[LinkTable]) -> Iterator[Problem]:
    """Yield a problem for each table that nothing links to, and for each row whose site a table contradicts."""
    frame = rows.frame
    for table in links:
        if table.unit not in frame.columns:
            continue
        units = frame[table.unit].to_list()
        named = {unit for unit in units if unit is not None}
        if named and not named & table.rows.keys():
            first = next(unit for unit in units if unit is not None)
            path, line = find_line(file, rows, frame[FILE][units.index(first)], {table.unit: first})
            message = f"no {table.unit} of this file is in {table.path} ('{first}' is the first)"
            yield Problem(message, path, line, table.unit, guess(first, table.rows), "links")
        if "site" not in table.above or "site" not in frame.columns:
            continue
        seen = set()
        for number, unit, site in zip(frame[FILE], units, frame["site"].to_list(), strict=True):
            given, at = table.rows.get(unit, ({}, 0))
            other = given.get("site")
            if site is None or other is None or fold_text(site) == fold_text(other) or (unit, site) in seen:
                continue
            seen.add((unit, site))
            path, line = find_line(file, rows, number, {table.unit: unit, "site": site})
            message = f"{table.unit} '{unit}' is in site '{site}' here and in '{other}' in {table.path}:{at}"
            yield Problem(message, path, line, "site", rule="links")


def _match(
    file: StudyFile, rows: SourceRows, frame: pl.DataFrame, role: str, known: list[str]
) -> tuple[pl.DataFrame, list[Problem]]:
    """Return the frame with the study's own spelling of its sites or waves, and what is none of them."""
    import polars as pl

    names = {fold_text(name): name for name in known}
    study = file.study
    labels = study.waves if role == "wave" else {site: study.label_site(site) for site in study.sites}
    labelled = {fold_text(label): name for name, label in labels.items()}
    cells = frame[role].to_list()
    found = [None if cell is None else names.get(fold_text(cell)) for cell in cells]
    strange = Counter(
        (number, cell)
        for number, cell, name in zip(frame[FILE], cells, found, strict=True)
        if cell is not None and name is None
    )
    problems = []
    for (number, cell), count in strange.items():
        path, line = find_line(file, rows, number, {role: cell} if role in rows.columns else {})
        message = f"'{cell}' is not a {role} of the study ({role}s: {', '.join(known)})"
        column = rows.columns.get(role, role)
        hint = guess(cell, known) or f"add it to {role}s, or leave it out with where: {{{column}: [...]}}"
        if fold_text(cell) in labelled:
            hint = f"it is the label of {role} {labelled[fold_text(cell)]}: name the {role} in the study as the data do"
        problems.append(Problem(message, path, line, role, hint, role, count))
    return frame.with_columns(pl.Series(role, found, dtype=pl.String)), problems


def _check_people(file: StudyFile, rows: SourceRows, frame: pl.DataFrame) -> Iterator[Problem]:
    """Yield a problem for everybody who is twice in a wave, at one site or at two; raters tell rows of a site apart."""
    if "person" not in rows.columns:
        return
    has_wave = "wave" in rows.columns
    key = RowKey({role: role for role in ("person", "wave", "rater") if role in frame.columns}, ("person",))
    first: dict[tuple[str, ...], dict[str, Any]] = {}
    homes: dict[tuple[str, str], dict[str, Any]] = {}
    again: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for row in frame.select(*key.columns, "site", FILE).iter_rows(named=True):
        found = key.read(row)
        if found is None:
            continue
        home = homes.setdefault((row["person"], row["wave"]), row) if row["site"] else row
        if first.setdefault(found, row) is not row:
            again.append((first[found], row))
        elif home["site"] != row["site"]:  # rated by others there
            again.append((home, row))
    apart = {row["person"] for earlier, row in again if row["site"] != earlier["site"]}
    everybody = {person for person, *_ in first}
    if len(apart) >= _MANY and 2 * len(apart) >= len(everybody):
        message = f"{len(apart)} of {len(everybody)} people are in several sites" + (" at a wave" if has_wave else "")
        yield file.problem(("sources", rows.source), message, hint=_ask_for_join(rows), rule="person")
        return
    people = {row["person"] for _, row in again}
    if not has_wave and len(people) >= _MANY and 2 * len(people) >= len(first):
        message = f"{len(people)} of {len(first)} people are there more than once, and no column says the wave"
        hint = "name it in a column map (wave: COLUMN); of waves in files of their own, constants: {wave: T1}"
        yield file.problem(("sources", rows.source), message, hint=hint, rule="person")
        return
    for earlier, row in again:
        yield _locate_person(file, rows, earlier, row)


def _locate_person(file: StudyFile, rows: SourceRows, earlier: dict[str, Any], row: dict[str, Any]) -> Problem:
    site, number, wave = row["site"], row[FILE], row["wave"]
    ids = {"person": row["person"], "wave": wave, "site": site}
    path, line = find_line(file, rows, number, {role: value for role, value in ids.items() if value})
    who = f"person '{row['person']}'" + (f" at {wave}" if wave else "")
    if site != earlier["site"]:
        message = f"{who} is in site '{earlier['site']}' and in site '{site}'"
    elif number != earlier[FILE]:
        message = f"{who} is already in {file.resolve(file.study.sources[rows.source].files[earlier[FILE]])}"
    else:
        message = f"{who} is there more than once"
    hint = "say under ids who is linked across waves, and who the rater is where one person is rated by several"
    return Problem(message, path, line, hint=hint, rule="person")


def _ask_for_join(rows: SourceRows) -> str:
    return (
        f"where each site numbers its own, join the two in a column map: {rows.columns['person']}: {{join: [SITE, ID]}}"
    )


def _finish(file: StudyFile, source: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Note]]:
    """Return the rows that have a site and a wave, with their arm, the ids in order."""
    import polars as pl

    notes = []
    least = file.study.privacy.smallest_cell
    for role in ("site", "wave"):
        lost = frame[role].null_count()
        if lost == frame.height and role == "wave":
            continue  # the source has no waves, which is no fault
        if lost:
            notes.append(note_left_out(lost, frame.height, role, least, source))
            frame = frame.filter(pl.col(role).is_not_null())
    if "person" not in frame.columns:
        notes.append(note("nobody_linked", source=source))
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias("person"))
    arms = [file.study.sites[site].arm for site in frame["site"]]
    frame = frame.with_columns(pl.Series("arm", arms, dtype=pl.String))
    first = ["person", "site", "arm", "wave"]
    return frame.select(*first, *[name for name in frame.columns if name not in first]), notes
