"""What becomes of each column of a file that is to be shared: kept, hashed, or left out, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from sos_score.definition.text import fold_text
from sos_score.survey.answers import AnswerKey, ColumnValues, write_code
from sos_score.survey.columns import Columns
from sos_score.survey.identifiers import find_identifiers
from sos_score.survey.readers.export import Export

PEOPLE = ("respondent", "person", "rater", "target", "worker", "family")
"""The ids that name people, which are hashed; others (site, wave, team) are kept."""

MOST_KINDS = 12
"""More different texts than this are no answers to choose from."""

LONGEST_ANSWER = 40
"""A longer text that one person alone wrote is no answer to choose from."""

# Columns that are called after people, of whom nothing is known but the header: names, initials or ids.
_PERSON = re.compile(
    r"(name|initials|id)?(of|ofthe)?(interviewer|assessor|observer|practitioner|(social|key|support)?worker|manager|"
    r"supervisor|teacher|parent|carer|mother|father|child|client|participant|respondent)s?(name|initials|id|number|no)?"
)
_NUMBER = r"^[-+]?[0-9]*[.,]?[0-9]+$"
_DATE = r"^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}([ T][0-9:.]+( ?[AaPp][Mm])?(Z|[+-][0-9:]+)?)?$"
_LONG_NUMBER = r"^[0-9]{5,}$"
_SHAPES = {"numbers": _NUMBER, "dates": _DATE, "long numbers": _LONG_NUMBER}
_TOGETHER = 1000

Fate = Literal["kept", "hashed", "left out"]


@dataclass(frozen=True)
class SharedColumn:
    """One column of a file that is to be shared."""

    place: int  # which column of the file it is
    name: str
    fate: Fate
    # ``id``, ``named``, ``item``, ``answers``, ``numbers``, ``dates``, ``blank``; ``free text``, ``long numbers``,
    # ``person``, ``dropped``, ``same header``, or the kind of identifier that it is
    why: str


def plan_columns(
    export: Export, columns: Columns, hashed: Collection[str], keep: Collection[str], drop: Collection[str]
) -> list[SharedColumn]:
    """Return what becomes of each column; `hashed`, `keep` and `drop` are headers or patterns of them (``Q5_*``)."""
    people = {column for role, column in columns.ids.items() if role in PEOPLE}
    others = {column for role, column in columns.ids.items() if role not in PEOPLE}
    items = set(columns.items.values())
    judged = _judge(export)
    times = Counter(export.header)
    plan = []
    for place, name in enumerate(export.header):
        fate: Fate = "kept"
        if _matches(name, drop):
            fate, why = "left out", "dropped"
        elif _matches(name, hashed) or name in people:
            fate, why = "hashed", "id"
        elif _matches(name, keep):
            why = "named"
        elif name in items or name in others:
            why = "item" if name in items else "id"
        elif times[name] > 1:
            fate, why = "left out", "same header"
        else:
            fate, why = judged[name]
        plan.append(SharedColumn(place, name, fate, why))
    return plan


def list_unmatched(export: Export, patterns: Collection[str]) -> list[str]:
    """Return the headers or patterns that no column has."""
    return [each for each in patterns if not any(_matches(name, [each]) for name in export.header)]


def _matches(name: str, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(fold_text(name), fold_text(each)) or name == each for each in patterns)


def _judge(export: Export) -> Mapping[str, tuple[Fate, str]]:
    """Return what becomes of a column for what stands in it."""
    names = [name for name, times in Counter(export.header).items() if times == 1]
    judged: dict[str, tuple[Fate, str]] = {each.column: ("left out", each.kind) for each in find_identifiers(export)}
    rest = [name for name in names if name not in judged]
    for name in rest:
        if _PERSON.fullmatch(re.sub(r"[^a-z]", "", name.casefold())):
            judged[name] = "left out", "person"
    rest = [name for name in rest if name not in judged]
    # Of thousands of columns at once, the plan alone would take gigabytes.
    for start in range(0, len(rest), _TOGETHER):
        judged |= _judge_cells(export, rest[start : start + _TOGETHER])
    return judged


def _judge_cells(export: Export, names: Sequence[str]) -> dict[str, tuple[Fate, str]]:
    """Return what becomes of some columns for what stands in their cells."""
    import polars as pl

    frame = export.scan(Columns({name: name for name in names}, {}, {}), {}).select(pl.col(names).cast(pl.String))
    judged = {}
    for column in frame.collect():
        cells = column.str.strip_chars()
        cells = cells.filter(cells != "")
        counts = {"filled": len(cells), "kinds": cells.n_unique()}
        counts |= {shape: int(cells.str.contains(pattern).sum()) for shape, pattern in _SHAPES.items()}
        counts["sentences"] = int((cells.is_unique() & (cells.str.len_chars() > LONGEST_ANSWER)).sum())
        judged[column.name] = _judge_counts(counts)
    return judged


def _judge_counts(counts: Mapping[str, int]) -> tuple[Fate, str]:
    filled, kinds = counts["filled"], counts["kinds"]
    if not filled:
        return "kept", "blank"
    are_different = 2 * kinds > filled
    if counts["numbers"] == filled:
        are_long = 2 * counts["long numbers"] > filled
        return ("left out", "long numbers") if are_different and are_long else ("kept", "numbers")
    if counts["dates"] == filled:
        return "kept", "dates"
    is_free = kinds > MOST_KINDS or are_different or counts["sentences"] > 0
    return ("left out", "free text") if is_free else ("kept", "answers")


@dataclass
class PlainCells:
    """The cells of a column whose file says what its codes mean, as a CSV file that cannot say so has to have them."""

    values: ColumnValues
    # how the item's cells are read without the file's help; None where the column is no item
    key: AnswerKey | None = None
    _written: dict[str, str] = field(default_factory=dict, repr=False)

    def write(self, cell: str) -> str:
        """Return a text that is read alone as the cell is read in its file; blank where the file calls it missing."""
        if cell not in self._written:
            self._written[cell] = self._write_value(cell) if self.key is None else self._write_answer(cell, self.key)
        return self._written[cell]

    def _write_answer(self, cell: str, key: AnswerKey) -> str:
        meant = self.values.extend(key).read(cell)
        if key.read(cell) == meant:
            return cell
        if meant.missing:
            return ""
        ways = [*self.values.labels.values(), "" if meant.code is None else f"{meant.code:.15g}"]
        # What has no meaning in its file must not get one by being copied.
        return next((way for way in ways if way and key.read(way) == meant), f"code {cell} of the file")

    def _write_value(self, cell: str) -> str:
        if cell in map(write_code, self.values.reasons):
            return ""
        return next((label for code, label in self.values.labels.items() if write_code(code) == cell), cell)
