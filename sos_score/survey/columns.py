"""Which column of an export holds which item, and who answered it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.text import fold_text
from sos_score.errors import Problem, guess
from sos_score.survey.column_map import ColumnMap, column_of
from sos_score.survey.vendor_scores import list_vendor_scores

ROLES = ("respondent", "site", "wave", "rater", "target", "team", "worker", "family")
# One row for each combination of these; anything twice is a problem.
UNIQUE_ROLES = ("respondent", "wave", "rater", "target")

_MAX_MISSING = 5


@dataclass(frozen=True)
class Columns:
    """What each column of an export is.

    Attributes
    ----------
    ids : dict
        Id name (respondent, site, wave, ...) to column.
    constants : dict
        Id name to the one value it has in the whole file.
    items : dict
        Item id to column; a ready-made T-score counts as an item under the name of its output column.
    """

    ids: dict[str, str]
    constants: dict[str, str]
    items: dict[str, str]

    @property
    def used(self) -> list[str]:
        """Return the columns of the export that are read, each once."""
        return list(dict.fromkeys([*self.ids.values(), *self.items.values()]))


def match_columns(
    header: Iterable[str],
    instruments: Iterable[Instrument],
    column_map: ColumnMap | None = None,
    path: str = "",
) -> tuple[Columns, list[Problem]]:
    """Return what each column is, and what is missing or ambiguous."""
    header = list(header)
    wanted = column_map.roles() if column_map else {role: role for role in ROLES if role in header}
    constants = {name: str(value) for name, value in column_map.constants.items()} if column_map else {}
    instruments = list(instruments)
    items: dict[str, str] = {}
    for instrument in instruments:
        vendors = column_map.t_scores if column_map else {}
        vendor_scores = {each.column: each.given for each in list_vendor_scores(instrument, vendors)}
        items |= vendor_scores or {item: column_of(item, column_map) for item in instrument.responses}
    finder = _Finder(header, path, folding=column_map is not None)
    ids = {role: finder.find(column, role) for role, column in wanted.items()}
    found = {item: finder.find(column, f"item {item}") for item, column in items.items()}
    problems = finder.problems(list(items.values()))
    taken: dict[str, str] = {}
    for item, column in found.items():
        if column is not None and column in taken:
            message = f"column '{column}' is both item '{taken[column]}' and item '{item}'"
            problems.append(Problem(message, path, rule="column"))
        taken.setdefault(column or "", item)
    for name in sorted(set(constants) & set(ids)):
        problems.append(Problem(f"'{name}' is both a constant and a column", path, rule="column"))
    return Columns(_present(ids), constants, _present(found)), problems


def _present(found: Mapping[str, str | None]) -> dict[str, str]:
    return {name: column for name, column in found.items() if column is not None}


class _Finder:
    """Looks columns up by name, then by folded text, and remembers what it could not find."""

    def __init__(self, header: list[str], path: str, *, folding: bool) -> None:
        self.header, self.path = header, path
        self.folded: dict[str, list[str]] = {}
        for name in header if folding else ():
            self.folded.setdefault(fold_text(name), []).append(name)
        self.missing: list[tuple[str, str]] = []
        self.doubled: list[tuple[str, str]] = []

    def find(self, column: str, what: str) -> str | None:
        count = self.header.count(column)
        same = [column] * count if count else self.folded.get(fold_text(column), [])
        if len(same) > 1:
            self.doubled.append((column, what))
        if not same:
            self.missing.append((column, what))
        return same[0] if len(same) == 1 else None

    def problems(self, used: list[str]) -> list[Problem]:
        free = [name for name in self.header if name not in used]
        line = 1 if self.path else None
        guesses: dict[str, str] = {}
        for column, _ in self.missing:
            guesses[column] = guess(column, free)
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
            )
            for column, what in self.missing
            if column not in grouped
        ]
        if grouped:
            shown = ", ".join(f"'{column}'" for column in grouped[:_MAX_MISSING])
            message = f"no columns {shown} and {len(grouped) - _MAX_MISSING} more"
            hint = "name the columns in a column map (--columns map.yaml)"
            found.append(Problem(message, self.path, line, hint=hint, rule="column"))
        for column, what in self.doubled:
            message = f"several columns are called '{column}'{_explain(column, what)}"
            found.append(Problem(message, self.path, line, rule="column"))
        return found


def _explain(column: str, what: str) -> str:
    return "" if what in (column, f"item {column}") else f" ({what})"
