"""Rows of a published table, read as text so that trailing zeros count, with every problem found at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sos_score.errors import InvalidInput, InvalidSurvey, Problem, guess
from sos_score.plausibility.printed import PublishedStatistic
from sos_score.survey.readers.registry import open_export

COLUMNS = ("name", "mean", "sd", "n", "low", "high", "items", "whole", "group", "part_of")
_PLAIN = re.compile(r"[+-]?(\d{1,15}\.?\d{0,15}|\.\d{1,15})", re.ASCII)  # as publications print numbers
_MOST = 1_000_000  # people or items
OUTCOME = "nothing was checked"
_SWITCH = {"": False, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A row of a published table."""

    statistic: PublishedStatistic
    group: str = ""  # whose figures they are (a wave, an arm); empty where there is one group only
    part_of: str = ""  # the name of the total, in the same group, that this row is a part of; empty for none


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cells of a row stand: in a file, in a frame, or on the command line."""

    path: str = ""
    line: int | None = None
    prefix: str = ""

    def report(self, column: str, message: str, hint: str = "") -> Problem:
        """Return a problem of one cell of the row."""
        return Problem(message, self.path, self.line, f"{self.prefix}{column}", hint, rule="published")


Cells = Mapping[str, str]
Key = tuple[str, str]  # group and name


def read_published_file(path: str | Path) -> list[tuple[Place, dict[str, str]]]:
    """Read the cells of a published table."""
    name = str(path)
    try:
        with open_export(name) as opened, opened.normalise() as export:
            header = [column.strip().casefold() for column in export.header]
            problems = find_header_problems(header, name)
            rows = [
                (Place(name, line), dict(zip(header, (cell.strip() for cell in cells), strict=True)))
                for line, cells in export.records()
                if any(cell.strip() for cell in cells)
            ]
    except InvalidSurvey as error:
        raise InvalidInput(error.problems, OUTCOME) from None
    if not rows:
        problems.append(Problem("has no rows", name, rule="published"))
    if problems:
        raise InvalidInput(problems, OUTCOME)
    return rows


def find_header_problems(header: Sequence[str], path: str = "") -> list[Problem]:
    """Find columns that are lacking, unknown or there twice."""
    line = 1 if path else None
    known = ", ".join(COLUMNS)
    problems = [
        Problem(f"no column '{column}'", path, line, rule="published")
        for column in ("name", "mean")
        if column not in header
    ]
    for column in dict.fromkeys(header):
        if column not in COLUMNS:
            message = f"'{column}' is not a column of a published table ({known})"
            problems.append(Problem(message, path, line, hint=guess(column, COLUMNS), rule="published"))
        elif header.count(column) > 1:
            problems.append(Problem(f"column '{column}' appears {header.count(column)} times", path, line))
    return problems


def read_rows(rows: Iterable[tuple[Place, Cells]]) -> tuple[PublishedRow, ...]:
    """Read cells as published figures."""
    problems: list[Problem] = []
    read = [(place, _read_row(place, cells, problems)) for place, cells in rows]
    problems += _find_misfits(read)
    if problems:
        raise InvalidInput(sorted(problems, key=lambda problem: problem.line or 0), OUTCOME)
    return tuple(row for _, row in read)


def _read_row(place: Place, cells: Cells, problems: list[Problem]) -> PublishedRow:
    def take(column: str) -> str:
        return cells.get(column, "")

    problems += [place.report(column, "is empty") for column in ("name", "mean") if not take(column)]
    for column in ("mean", "sd", "low", "high"):
        problems += _check_number(place, column, take(column))
    for column in ("n", "items"):
        problems += _check_count(place, column, take(column))
    low, high = _number(take("low")), _number(take("high"))
    if low is not None and high is not None and low > high:
        problems.append(place.report("low", f"{low:g} is above the highest, {high:g}"))
    if take("whole").casefold() not in _SWITCH:
        problems.append(place.report("whole", f"'{take('whole')}' is not yes or no"))
    statistic = PublishedStatistic(
        name=take("name"),
        mean=take("mean"),
        sd=take("sd"),
        n=_count(take("n")),
        low=low,
        high=high,
        items=_count(take("items")) or 1,
        whole=bool(take("items")) or _SWITCH.get(take("whole").casefold(), False),
    )
    return PublishedRow(statistic, take("group"), take("part_of"))


def _number(text: str) -> float | None:
    return float(text) if _PLAIN.fullmatch(text) else None


def _count(text: str) -> int | None:
    number = _number(text)
    return int(number) if number is not None and 1 <= number <= _MOST and number == int(number) else None


def _check_number(place: Place, column: str, text: str) -> list[Problem]:
    number = _number(text)
    if text and number is None:
        point = text.replace(",", ".")
        hint = f"write {point}" if point != text and _number(point) is not None else ""
        return [place.report(column, f"'{text}' is not a number", hint)]
    if column == "sd" and number is not None and number < 0:
        return [place.report(column, f"{text} is below 0")]
    return []


def _check_count(place: Place, column: str, text: str) -> list[Problem]:
    if not text or _count(text) is not None:
        return []
    return [place.report(column, f"'{text}' is not a whole number from 1 to {_MOST:,}")]


def _find_misfits(read: Sequence[tuple[Place, PublishedRow]]) -> list[Problem]:
    """Find names that are there twice, totals that do not exist, and parts that cannot be added up."""
    problems: list[Problem] = []
    places: dict[Key, Place] = {}
    parents: dict[Key, Key] = {}
    for _, row in read:
        if row.part_of:
            parents.setdefault(_key(row), (row.group, row.part_of))
    for place, row in read:
        name = row.statistic.name
        if name and _key(row) in places:
            before = places[_key(row)].line
            hint = "" if row.group else "tell waves or arms apart in a column 'group'"
            problems.append(
                place.report("name", f"'{name}' is there already{f' on line {before}' * bool(before)}", hint)
            )
        places.setdefault(_key(row), place)
        if row.statistic.items > 1 and (row.part_of or _key(row) in parents.values()):
            message = f"an average of {row.statistic.items} items cannot be added up with parts; give sums"
            problems.append(place.report("items", message))
    for place, row in read:
        if row.part_of and (row.group, row.part_of) not in places:
            among = f" in group '{row.group}'" if row.group else ""
            hint = guess(row.part_of, [name for group, name in places if group == row.group])
            problems.append(place.report("part_of", f"no row is named '{row.part_of}'{among}", hint))
        elif _returns(_key(row), parents):
            problems.append(place.report("part_of", f"'{row.statistic.name}' would be a part of itself"))
    return problems


def _key(row: PublishedRow) -> Key:
    return row.group, row.statistic.name


def _returns(start: Key, parents: Mapping[Key, Key]) -> bool:
    at, seen = start, set[Key]()
    while at in parents and at not in seen:
        seen.add(at)
        at = parents[at]
    return at == start and bool(seen)
