"""Which column of an export holds which item, and who answered it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sos_score.characters import make_visible
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.text import fold_text
from sos_score.errors import Problem, clip, guess
from sos_score.survey.column_map import ColumnMap, column_of
from sos_score.survey.column_refs import ColumnRef
from sos_score.survey.vendor_scores import list_vendor_scores

ROLES = ("respondent", "site", "wave", "rater", "target", "team", "worker", "family")
# One row for each combination of these; anything twice is a problem.
UNIQUE_ROLES = ("respondent", "wave", "rater", "target")

COLUMNS_LISTED = "columns-listed"
"""The rule of the problem, one of those of missing columns, that lists what columns there are."""

_MAX_MISSING, _MAX_SHOWN = 5, 12
_HEAD = re.compile(r"([^\s.:]+)[.:]\s+\S")
_DIGITS = re.compile(r"[0-9]{1,300}")


@dataclass(frozen=True)
class Columns:
    """What each column of an export is."""

    ids: dict[str, str]  # id name (respondent, site, wave, ...) to column
    constants: dict[str, str]  # id name to the one value it has in the whole file
    # item id to column; a ready-made T-score counts as an item under the name of its output column
    items: dict[str, str]

    @property
    def used(self) -> list[str]:
        """Return the columns of the export that are read, each once."""
        return list(dict.fromkeys([*self.ids.values(), *self.items.values()]))


def match_columns(
    header: Headers | Iterable[str],
    instruments: Iterable[Instrument],
    column_map: ColumnMap | None = None,
    path: str = "",
    groups: Iterable[str] = (),
) -> tuple[Columns, list[Problem]]:
    """Return what each column is, and what is missing or ambiguous; `header` has the columns that the map makes.

    Columns named in `groups` are ids as well, under their own name, unless they already have a role.
    """
    finder = _Finder(header if isinstance(header, Headers) else Headers(header), path)
    wanted = (
        column_map.roles() if column_map else {role: ColumnRef(column=role) for role in finder.headers.list_roles()}
    )
    constants = {name: str(value) for name, value in column_map.constants.items()} if column_map else {}
    mapped = {column for ref in wanted.values() for column in finder.headers.find(ref.name)}
    for name in groups:
        own = finder.headers.find(name)
        if name not in {*wanted, *constants} and len(own) == 1 and own[0] not in mapped:
            wanted = {**wanted, own[0]: ColumnRef(column=own[0])}
    items: dict[str, ColumnRef] = {}
    for instrument in instruments:
        items |= list_item_columns(instrument, column_map)
    ids = {role: finder.find(ref, role) for role, ref in wanted.items()}
    found = {item: finder.find(ref, f"item {item}") for item, ref in items.items()}
    for name in column_map.where if column_map else ():
        if name not in wanted:
            finder.find(ColumnRef(column=name), "where")
    problems = finder.problems([ref.name for ref in items.values()])
    taken: dict[str, str] = {}
    for item, column in found.items():
        if column is not None and column in taken:
            message = f"column '{column}' is both item '{taken[column]}' and item '{item}'"
            problems.append(Problem(message, path, rule="column"))
        taken.setdefault(column or "", item)
    for name in sorted(set(constants) & set(ids)):
        problems.append(Problem(f"'{name}' is both a constant and a column", path, rule="column"))
    return Columns(_present(ids), constants, _present(found)), problems


def list_item_columns(instrument: Instrument, column_map: ColumnMap | None) -> dict[str, ColumnRef]:
    """Return the column of each item, or of each T-score where those arrive ready-made."""
    vendors = column_map.t_scores if column_map else {}
    vendor_scores = {each.column: ColumnRef(column=each.given) for each in list_vendor_scores(instrument, vendors)}
    return vendor_scores or {item: column_of(item, column_map) for item in instrument.responses}


def _present(found: Mapping[str, str | None]) -> dict[str, str]:
    return {name: column for name, column in found.items() if column is not None}


class Headers:
    """The header of an export, in which a column is found by its text, with or without a map.

    As written; else with case and white space folded; else by what else the file calls it (see `Export.aliases`), or by
    the code at its head, where some platforms write the question after it (``Q[SQ001]. How often ...``).
    """

    def __init__(
        self, header: Iterable[str], aliases: Sequence[Sequence[str]] = (), row: int | None = 1, cell: str = ""
    ) -> None:
        self.names, self.row, self.cell = list(header), row, cell
        self._exact: dict[str, list[int]] = {}
        self._folded: dict[str, list[int]] = {}
        self._others: dict[str, list[int]] = {}
        for place, name in enumerate(self.names):
            self._exact.setdefault(name, []).append(place)
            self._folded.setdefault(fold_text(name), []).append(place)
            others = [*(aliases[place] if place < len(aliases) else ()), self.head(place)]
            for other in dict.fromkeys(map(fold_text, filter(None, others))):
                self._others.setdefault(other, []).append(place)

    def head(self, place: int) -> str:
        """Return the code at the head of a header, with the question after it; nothing where there is none."""
        found = _HEAD.match(self.names[place].strip())
        return found[1] if found else ""

    def places(self, text: str) -> list[int]:
        """Return the places, from 0, of the columns that a text names: one, where it is clear."""
        folded = fold_text(text)
        return self._exact.get(text) or self._folded.get(folded) or self._others.get(folded, [])

    def find(self, text: str) -> list[str]:
        """Return the columns that a text names; one that shares its header with others cannot be told by it."""
        return [self.names[each] for place in self.places(text) for each in self._exact[self.names[place]]]

    def list_roles(self) -> list[str]:
        """Return the roles that have a column of their name."""
        return [role for role in ROLES if role in self._folded]

    def describe(self) -> str:
        """Return the columns of the file in words."""
        shown = ", ".join(f"'{make_visible(clip(name), one_line=True)}'" for name in self.names[:_MAX_SHOWN])
        more = len(self.names) - _MAX_SHOWN
        return f"{shown} and {more} more" if more > 0 else shown


class _Finder:
    """Looks columns up, and remembers what it could not find."""

    def __init__(self, headers: Headers, path: str) -> None:
        self.headers, self.path = headers, path
        self.missing: list[tuple[str, str]] = []
        self.doubled: list[tuple[str, str]] = []

    def find(self, ref: ColumnRef, what: str) -> str | None:
        # Of a column made of others, those are what the file has to have.
        lost = [part for part in ref.parts if self._find_name(part, what) is None]
        return None if lost else self._find_name(ref.name, what)

    def _find_name(self, column: str, what: str) -> str | None:
        same = self.headers.find(column)
        if len(same) > 1:
            self.doubled.append((column, what))
        if not same:
            self.missing.append((column, what))
        return same[0] if len(same) == 1 else None

    def problems(self, used: list[str]) -> list[Problem]:
        free = [name for name in self.headers.names if name not in used]
        line, cell = (self.headers.row, self.headers.cell) if self.path else (None, "")
        guesses: dict[str, str] = {}
        for column, _ in self.missing:
            guesses[column] = _guess_column(column, free)
            # One column can be the misspelling of one item only.
            free = [name for name in free if f"'{name}'" not in guesses[column]]
        lost = [column for column, _ in self.missing if not guesses[column]]
        grouped = lost if len(lost) > _MAX_MISSING else []
        found = [
            Problem(
                f"no column '{column}'{_explain(column, what)}",
                self.path,
                line,
                hint=guesses[column],
                rule="column",
                cell=cell,
            )
            for column, what in self.missing
            if column not in grouped
        ]
        if grouped:
            shown = ", ".join(f"'{column}'" for column in grouped[:_MAX_MISSING])
            message = f"no columns {shown} and {len(grouped) - _MAX_MISSING} more"
            found.append(Problem(message, self.path, line, rule="column", cell=cell))
        # What there is instead is said once, where nothing better can be.
        last = next((index for index in reversed(range(len(found))) if not found[index].hint), None)
        if last is not None and self.path:
            hint = f"the columns of the file: {self.headers.describe()}"
            found[last] = replace(found[last], hint=hint, rule=COLUMNS_LISTED)
        for column, what in self.doubled:
            message = f"several columns are called '{column}'{_explain(column, what)}"
            hint = f"say which in a column map: {{column: {column}, which: 2}}" if column in self.headers.names else ""
            headings = dict.fromkeys(self.headers.find(column))
            if len(headings) > 1:
                shown = " or ".join(f"'{make_visible(clip(name), one_line=True)}'" for name in headings)
                hint = f"say which by its whole heading: {shown}"
            found.append(Problem(message, self.path, line, hint=hint, rule="column", cell=cell))
        return found


def suggest_map(problems: Iterable[Problem], instruments: Iterable[str], reading: Iterable[str]) -> list[Problem]:
    """Return problems with the command that proposes a column map beside the list of the columns there are.

    `reading` are the words of the command line that say how the file is read.
    """
    wanted = [*(word for name in instruments for word in ("-i", name)), *reading]
    return [
        replace(
            problem,
            hint=f"{problem.hint}\n  propose a map: {shlex.join(['sos-score', 'columns', problem.path, *wanted])}",
        )
        if problem.rule == COLUMNS_LISTED
        else problem
        for problem in problems
    ]


def _explain(column: str, what: str) -> str:
    return "" if what in (column, f"item {column}") else f" ({what})"


def _guess_column(column: str, headers: list[str]) -> str:
    """Return the header that a misspelt one may have been: never another question's, which has other numbers."""
    numbers = list(map(int, _DIGITS.findall(column)))
    return guess(column, [name for name in headers if list(map(int, _DIGITS.findall(name))) == numbers])
