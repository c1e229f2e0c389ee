"""Results that a study file puts back, read and held against its data."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from sos_score.errors import Problem, guess
from sos_score.study.file import StudyFile
from sos_score.study.outcome import SourceTable, StudyOutcome
from sos_score.study.put_back import FAILED, GROUPS, LEVELS, NOTHING, InvarianceRow, PooledRow, PutBack

QUESTIONS = ("level", "change", "arms", "did", "association")
_FITS = ("chi2", "df", "cfi", "rmsea", "srmr", "p_change", "cfi_change")
_POOLED = ("n", "estimate", "se", "low", "high", "df", "p", "missing_information")
_ROW = ("question", "source", "scale", "unit", "site", "wave_1", "wave_2", "method", "x", "y", "level")
INVARIANCE_COLUMNS = ("source", "scale", "groups", "wave", "smallest", "level", *_FITS)
IMPUTATION_COLUMNS = (*_ROW, "observed", "imputations", *_POOLED)


_Row = TypeVar("_Row", InvarianceRow, PooledRow)


def read_results(
    file: StudyFile, outcomes: Sequence[StudyOutcome], problems: list[Problem], *, is_whole: bool
) -> PutBack:
    """Return the results that a study file names; what is wrong with them is added to `problems`.

    Where the study could not be read as a whole, they are not held against its data.
    """
    given = file.study.results
    named = {key: name for key, name in given.model_dump().items() if name}
    if not named:
        return NOTHING
    reader = _Reader(file, outcomes if is_whole else ())
    invariance = tuple(reader.read(given.invariance, INVARIANCE_COLUMNS, reader.make_invariance))
    imputation = tuple(reader.read(given.imputation, IMPUTATION_COLUMNS, reader.make_pooled))
    problems += reader.problems
    folder = Path(file.resolve(next(iter(named.values())))).absolute().parent.name
    return PutBack(invariance, imputation, folder, tuple((key, file.resolve(name)) for key, name in named.items()))


def list_own_items(outcome: StudyOutcome) -> list[str]:
    """Return the items that make a scale, save those that count something else than their code."""
    plan = outcome.table.plan
    scale = next((each for each in plan.scales if each.scale == outcome.scale), None) if plan else None
    if scale is None or scale.of_scores:
        return []
    return [term.name for term in scale.terms if not term.recode]


def count_complete(table: SourceTable, items: Sequence[str], groups: str, wave: str) -> dict[str, int]:
    """Return how many complete answers to some items each wave, arm or site has; without items, how many sheets."""
    names = table.frame[{"waves": "wave", "arms": "arm", "sites": "site"}[groups]].tolist()
    waves = [wave] * len(names) if groups == "waves" else table.frame["wave"].tolist()
    is_complete: list[bool] = [True] * len(names)
    if items:
        lacking = table.answers[list(items)].isna().to_numpy().sum(axis=1)
        is_complete = [each == 0 for each in lacking.tolist()]
    found = Counter(name for name, when, counts in zip(names, waves, is_complete, strict=True)
                    if counts and isinstance(name, str) and name and (when or "") == wave)  # fmt: skip
    return dict(found)


class _Reader:
    """Reads tables of results, and gathers what is wrong with them."""

    def __init__(self, file: StudyFile, outcomes: Sequence[StudyOutcome]) -> None:
        self.file, self.problems = file, list[Problem]()
        self.outcomes = {(each.source, each.scale): each for each in outcomes}
        self.path = ""

    def read(
        self, name: str | None, columns: Sequence[str], make: Callable[[int, dict[str, str]], _Row | None]
    ) -> Iterator[_Row]:
        """Yield the rows of a table that hold what they should."""
        if name is None:
            return
        self.path = self.file.resolve(name)
        try:
            with Path(self.path).open(encoding="utf-8-sig", newline="") as stream:
                rows = csv.DictReader(stream, strict=True)
                lacking = [column for column in columns if column not in (rows.fieldnames or ())]
                if lacking:
                    self._add(1, "", f"has no column {', '.join(lacking)} (columns: {', '.join(columns)})",
                              "run the script of the folder again; it writes them")  # fmt: skip
                    return
                seen: dict[tuple[str, ...], int] = {}
                named = [column for column in columns if column in (*_ROW, "groups", "wave")]
                for row in rows:
                    line = rows.line_num
                    if None in row or None in row.values():
                        self._add(line, "", f"has not as many cells as the first row ({len(rows.fieldnames or ())})")
                        continue
                    key = tuple(row[column] for column in named)
                    if key in seen:
                        self._add(line, "", f"says the same row again as line {seen[key]}")
                        continue
                    seen[key] = line
                    made = make(line, row)
                    if made is not None:
                        yield made
        except (UnicodeDecodeError, csv.Error):
            self._add(None, "", "is not a CSV file in UTF-8", "give the file that the script wrote")

    def make_invariance(self, line: int, row: dict[str, str]) -> InvarianceRow | None:
        """Return a model, or None where something is wrong with it."""
        before = len(self.problems)
        outcome = self._find_outcome(line, row)
        groups = self._choose(line, "groups", row["groups"], GROUPS)
        waves = ("",) if groups == "waves" else ("", *self.file.study.waves)
        wave = self._choose(line, "wave", row["wave"], waves)
        level = self._choose(line, "level", row["level"], (*LEVELS, *FAILED))
        smallest = self._read_number(line, "smallest", row["smallest"], whole=True)
        fits = {
            name: self._read_number(line, name, row[name], may_lack=level not in LEVELS or name in _FITS[-2:])
            for name in _FITS
        }
        if len(self.problems) > before:
            return None
        if outcome is not None:
            now = min(count_complete(outcome.table, list_own_items(outcome), groups, wave).values(), default=0)
            if now != smallest:
                self._add(line, "smallest", f"is {smallest:g}, and the smallest group has {now} complete answers now",
                          "the data have changed since: export the study and run invariance.R again")  # fmt: skip
                return None
        return InvarianceRow(line, row["source"], row["scale"], groups, wave, int(smallest), level, fits)

    def make_pooled(self, line: int, row: dict[str, str]) -> PooledRow | None:
        """Return a pooled row, or None where something is wrong with it."""
        before = len(self.problems)
        question = self._choose(line, "question", row["question"], QUESTIONS)
        if question != "association":
            self._find_outcome(line, row)
        self._choose(line, "site", row["site"], ("", *self.file.study.sites))
        for column in ("wave_1", "wave_2"):
            self._choose(line, column, row[column], ("", *self.file.study.waves))
        observed = self._read_number(line, "observed", row["observed"])
        imputations = self._read_number(line, "imputations", row["imputations"], whole=True)
        is_r = question == "association"
        numbers = {name: self._read_number(line, name, row[name], may_lack=is_r and name == "se") for name in _POOLED}
        for name, low, high in (("p", 0, 1), ("missing_information", 0, 1), ("se", 0, math.inf), ("df", 0, math.inf)):
            if not math.isnan(numbers[name]) and not low <= numbers[name] <= high:
                self._add(line, name, f"'{row[name]}' is not between {low:g} and {high:g}")
        if len(self.problems) > before:
            return None
        return PooledRow(line, tuple(row[name] for name in _ROW), observed, int(imputations), numbers)

    def _find_outcome(self, line: int, row: dict[str, str]) -> StudyOutcome | None:
        source = self._choose(line, "source", row["source"], tuple(self.file.study.sources))
        scales = [scale for of, scale in self.outcomes if of == source]
        if source and scales:
            self._choose(line, "scale", row["scale"], scales)
        return self.outcomes.get((source, row["scale"]))

    def _choose(self, line: int, column: str, value: str, allowed: Collection[str]) -> str:
        if value not in allowed:
            names = ", ".join(each or "blank" for each in allowed)
            self._add(line, column, f"'{value}' is not one of {names}", guess(value, list(allowed)))
            return ""
        return value

    def _read_number(self, line: int, column: str, value: str, *, may_lack: bool = False, whole: bool = False) -> float:
        if value == "" and may_lack:
            return math.nan
        try:
            found = float(value)
        except ValueError:
            found = math.nan
        if math.isnan(found) or (whole and not found.is_integer()):
            self._add(line, column, f"'{value}' is not a {'whole ' if whole else ''}number")
        return found

    def _add(self, line: int | None, where: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(message, self.path, line, where, hint, "results"))
