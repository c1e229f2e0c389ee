"""Where in a file the problems are: the slow, careful reading that only a broken file needs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sos_score.definition.text import ROUNDED_ID, SUMMARY_ID, fold_text
from sos_score.errors import Problem
from sos_score.survey.check.checks import MAX_SHOWN, SUMMED, describe_rounded, describe_summary, name_row
from sos_score.survey.check.row_key import MANY, ask_for_join, ask_for_wave, find_key, lacks_wave
from sos_score.survey.check.wrong_answers import Located, explain_answers
from sos_score.survey.coding import Invalid
from sos_score.survey.columns import Columns
from sos_score.survey.readers.export import Export

_FEWEST_NAMES = 2
_ROUNDED, _SUMMARY = re.compile(ROUNDED_ID), re.compile(SUMMARY_ID)
_WHOLE = re.compile(r"[-+]?[0-9]+")


def locate_rows(export: Export, columns: Columns, invalid: Iterable[Invalid]) -> list[Problem]:
    """Return a problem for each invalid answer, blank respondent and repeated row, with its line."""
    invalid = list(invalid)
    second = find_second_header(export, columns, invalid)
    search = _Search(export, columns, [each for each in invalid if each not in second], has_second_header=bool(second))
    for line, cells in export.records():
        # A ragged row is found and reported elsewhere.
        if len(cells) == len(export.header):
            search.look(line, cells)
    return search.problems()


def find_second_header(export: Export, columns: Columns, invalid: Iterable[Invalid]) -> list[Invalid]:
    """Return what stands under the items in the first row, where that seems to be a second row of names.

    It answers none of the items, is near none of their labels, says something else under each, and nothing of it is
    said again below.
    """
    found = [each for each in invalid if each.count == 1 and not each.is_number and not each.holds_label]
    once = {(each.column, each.text): each for each in found}
    wanted = list(dict.fromkeys(columns.items.values()))
    if len(wanted) < _FEWEST_NAMES or not {column for column, _ in once}.issuperset(wanted):
        return []
    _, cells = next(iter(export.records()), (0, ()))
    row = dict(zip(export.header, cells, strict=False))
    found = [once[column, row[column]] for column in wanted if (column, row.get(column)) in once]
    said = Counter(fold_text(each.text) for each in invalid)
    is_whole = len(found) == len(wanted) and all(said[fold_text(each.text)] == 1 for each in found)
    return found if is_whole else []


@dataclass
class _Search:
    export: Export
    columns: Columns
    invalid: list[Invalid]
    has_second_header: bool = False
    first_lines: dict[tuple[int, str], int] = field(default_factory=dict)
    seen: dict[tuple[str, ...], int] = field(default_factory=dict)
    homes: dict[tuple[str, ...], str] = field(default_factory=dict)
    repeated: list[Problem] = field(default_factory=list)
    repeats: int = 0
    apart: set[tuple[str, ...]] = field(default_factory=set)
    doubled: dict[tuple[str, ...], int] = field(default_factory=dict)
    unnamed: list[int] = field(default_factory=list)
    rounded: list[int] = field(default_factory=list)
    summaries: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        place = self.export.header.index
        self.wanted: dict[tuple[int, str], Invalid] = {}
        for each in self.invalid:
            spot = (place(each.column), _plain(each.text))
            # "8" and " 8" are one problem.
            before = self.wanted[spot].count if spot in self.wanted else 0
            self.wanted[spot] = replace(each, count=each.count + before)
        self.suspects = sorted({index for index, _ in self.wanted})
        self.key = find_key(self.columns)
        self.places = {role: place(column) for role, column in self.key.columns.items()}
        respondent = self.columns.ids.get("respondent")
        self.respondent = place(respondent) if respondent is not None else None
        self.summed = {
            self.columns.ids[role]: place(self.columns.ids[role]) for role in SUMMED if role in self.columns.ids
        }
        self.site = place(self.columns.ids["site"]) if "site" in self.columns.ids else None
        self.used = [place(column) for column in self.columns.used]

    def look(self, line: int, cells: Sequence[str]) -> None:
        if not any(cells[index].strip() for index in self.used):
            return  # a blank row, as `holds_anything` has it
        for index in self.suspects:
            spot = (index, _plain(cells[index]))
            if spot in self.wanted and spot not in self.first_lines:
                self.first_lines[spot] = line
        if self.respondent is not None:
            if not cells[self.respondent].strip():
                self.unnamed.append(line)
            elif _ROUNDED.fullmatch(cells[self.respondent].strip()):
                self.rounded.append(line)
        for column, index in self.summed.items():
            if _SUMMARY.fullmatch(cells[index]):
                self.summaries.setdefault(column, []).append(line)
        site = "" if self.site is None else cells[self.site].strip()
        self._compare(line, self.key.read({role: cells[index] for role, index in self.places.items()}), site)

    def _compare(self, line: int, key: tuple[str, ...] | None, site: str) -> None:
        if key is None:
            return
        first, home = self.seen.setdefault(key, line), self.homes.setdefault(key, site)
        if first == line:
            return
        self.repeats += 1
        self.doubled.setdefault(key, line)
        if home != site:
            self.apart.add(key)
        if self.repeats <= MAX_SHOWN:
            spot = self.export.place(Problem("", self.export.name, first))
            elsewhere = "" if spot.path == self.export.name else f" of {spot.path}"
            who = name_row(dict(zip(self.places, key, strict=True)))
            message = f"{who} already on {self.export.unit} {spot.line}{elsewhere}"
            self.repeated.append(Problem(message, self.export.name, line, rule="duplicate"))

    def _place(self, problem: Problem) -> Problem:
        """Return a problem at its place; see `Export.place`."""
        column = problem.where if problem.where in self.export.header else problem.where.partition(" (item ")[0]
        return self.export.place(problem, column)

    def _list_headers(self, located: Iterable[Located]) -> list[Problem]:
        """Return a problem for each row that names the columns once more."""
        message, hint = "the columns are named once more in this row, which is nobody's answers", "delete the row"
        lines = dict.fromkeys(each.line for each in located if each.invalid.names_column)
        found = [Problem(message, self.export.name, line, hint=hint, rule="header") for line in lines]
        if self.has_second_header:
            message = f"this row answers none of the {len(self.columns.items)} items: it seems to name the columns too"
            hint = "say what wrote the file (--from qualtrics), or delete the row"
            line = next(iter(self.export.records()))[0]
            found.append(Problem(message, self.export.name, line, hint=hint, rule="header"))
        return found

    def problems(self) -> list[Problem]:
        located = [Located(each, self.first_lines.get(spot)) for spot, each in sorted(self.wanted.items())]
        found = explain_answers([each for each in located if not each.invalid.names_column], self.export.name)
        found += self._list_headers(located)
        is_unwaved = lacks_wave(self.columns, len(self.doubled), len(self.seen))
        if is_unwaved:
            line = min(self.doubled.values())
            found.append(ask_for_wave(len(self.doubled), len(self.seen), self.columns, self.export.name, line))
        elif self.repeated:
            hint = ask_for_join(self.columns) if len(self.apart) >= MANY else ""
            found += [replace(self.repeated[0], hint=hint), *self.repeated[1:]]
        if self.rounded:
            where, count = self.columns.ids["respondent"], len(self.rounded)
            found.append(describe_rounded(where, count, self.export.name, self.rounded[0]))
        for column, lines in self.summaries.items():
            found.append(describe_summary(column, len(lines), self.export.name, lines[0]))
        if self.unnamed:
            where = self.columns.ids["respondent"]
            message, count = "the respondent is blank", len(self.unnamed)
            found.append(Problem(message, self.export.name, self.unnamed[0], where, rule="respondent", count=count))
        found.sort(key=lambda problem: problem.line or 0)
        found = [self._place(each) for each in found]
        if self.repeats > MAX_SHOWN and not is_unwaved:
            more = f"{self.repeats - MAX_SHOWN} more rows are there twice"
            found.append(Problem(more, self.export.name, rule="duplicate"))
        return found


def _plain(text: str) -> str:
    """Return a number as a scanner of numbers would have read it."""
    return str(int(text)) if _WHOLE.fullmatch(text.strip()) else text
