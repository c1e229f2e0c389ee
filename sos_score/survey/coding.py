"""What an answer means: a code, a reason for having none, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from sos_score.definition.folding import fold_text
from sos_score.definition.instrument import Instrument, ResponseScale
from sos_score.errors import Problem
from sos_score.survey.columns import ColumnMap, Columns

_WHOLE = re.compile(r"([-+]?[0-9]+)(?:\.0*)?")
_BLANK = "blank"


@dataclass(frozen=True)
class Reading:
    """What one cell says.

    Attributes
    ----------
    code : int or None
        The answer; None where there is none.
    missing : str
        Why there is none: ``blank`` or a reason of the definition; empty where the cell is not allowed.
    """

    code: int | None = None
    missing: str = ""

    @property
    def is_allowed(self) -> bool:
        """Return whether the cell is an answer or a known way of not answering."""
        return self.code is not None or bool(self.missing)


@dataclass(frozen=True)
class AnswerKey:
    """How the cells of one item are read.

    Attributes
    ----------
    name : str
        The response scale's name.
    responses : ResponseScale
    texts : dict
        Folded text to code, from labels and from a platform's own codes.
    reasons : dict
        Folded text to the reason for a missing answer.
    has_own_codes : bool
        Whether the platform's codes replace the definition's, so that a bare number means nothing by itself.
    """

    name: str
    responses: ResponseScale
    texts: Mapping[str, int]
    reasons: Mapping[str, str]
    has_own_codes: bool

    def read(self, cell: str) -> Reading:
        """Return what a cell says; digits are never pulled out of a longer text."""
        folded = fold_text(cell)
        if not folded:
            return Reading(missing=_BLANK)
        number = _WHOLE.fullmatch(folded)
        for text in (folded, str(int(number[1]))) if number else (folded,):
            if text in self.texts:
                return Reading(code=self.texts[text])
            if text in self.reasons:
                return Reading(missing=self.reasons[text])
        if number and not self.has_own_codes and self.responses.min <= int(number[1]) <= self.responses.max:
            return Reading(code=int(number[1]))
        return Reading()

    def special_numbers(self) -> dict[int, int]:
        """Return the numbers that mean something other than themselves."""
        numbers = {int(text): code for text, code in self.texts.items() if _WHOLE.fullmatch(text) and "." not in text}
        return {number: code for number, code in numbers.items() if number != code or self.has_own_codes}

    def describe(self) -> str:
        """Return what is allowed, in a few words."""
        bounds = "a code of the column map" if self.has_own_codes else f"{self.responses.min}-{self.responses.max}"
        if not self.responses.labels:
            return bounds
        ordered = sorted(self.responses.labels, key=self.responses.labels.__getitem__)
        return f"{ordered[0]} .. {ordered[-1]}, or {bounds}"


def build_answer_keys(instruments: Iterable[Instrument], column_map: ColumnMap | None = None) -> dict[str, AnswerKey]:
    """Return how each item's cells are read: the definition, with what the column map adds.

    Parameters
    ----------
    instruments : iterable of Instrument
    column_map : ColumnMap, optional

    Returns
    -------
    dict
        Item id to `AnswerKey`.
    """
    keys: dict[str, AnswerKey] = {}
    for instrument in instruments:
        for item, name in instrument.response_names.items():
            keys[item] = _build_key(name, item, instrument.response_scales[name], column_map or ColumnMap())
    return keys


def _build_key(name: str, item: str, responses: ResponseScale, column_map: ColumnMap) -> AnswerKey:
    codes = column_map.codes.get(name, {}) | column_map.codes.get(item, {})
    texts = responses.labels | column_map.labels.get(name, {}) | column_map.labels.get(item, {}) | codes
    reasons = {
        fold_text(text): reason
        for source in (responses.missing, column_map.missing)
        for reason, listed in source.items()
        for text in listed
    }
    return AnswerKey(name, responses, {fold_text(text): code for text, code in texts.items()}, reasons, bool(codes))


@dataclass(frozen=True)
class Distinct:
    """How often one text stands in one item's column."""

    item: str
    text: str
    count: int


def list_distinct(frame: nw.LazyFrame[Any], columns: Mapping[str, str]) -> list[Distinct]:
    """Return the distinct texts of each item's column and how often each occurs, in one pass.

    Parameters
    ----------
    frame : narwhals LazyFrame
    columns : dict
        Item id to column.

    Returns
    -------
    list of Distinct
        Blank cells left out; ordered by item and text.
    """
    if not columns:
        return []
    schema = frame.collect_schema()
    texts = [_as_text(nw.col(column), schema[column]).alias(item) for item, column in columns.items()]
    # An unpivot with no index column keeps only what is counted.
    long = frame.select(*texts).unpivot(variable_name="item", value_name="text")
    counted = long.filter(~nw.col("text").is_null()).group_by("item", "text").agg(nw.len().alias("count")).collect()
    found = [
        Distinct(str(item), str(text), int(count))
        for item, text, count in counted.select("item", "text", "count").iter_rows()
    ]
    return sorted(found, key=lambda each: (each.item, each.text))


def _as_text(column: nw.Expr, dtype: nw.dtypes.DType) -> nw.Expr:
    # Casting first would turn a missing value into the text "nan" or "None" on some frames.
    missing = column.is_null() | column.is_nan() if dtype.is_float() else column.is_null()
    return nw.when(~missing).then(column.cast(nw.String))


@dataclass(frozen=True)
class Invalid:
    """A text that is neither an answer nor a known way of not answering.

    Attributes
    ----------
    item, column, text : str
    count : int
        In how many cells it stands.
    allowed : str
        What would have been, in words.
    """

    item: str
    column: str
    text: str
    count: int
    allowed: str

    def problem(self, path: str = "", line: int | None = None) -> Problem:
        """Return it as a problem, located where it was first seen."""
        is_named = self.allowed.startswith("'")
        what = f"{self.text!r} is not a response of" if is_named else f"{self.text.strip()} is outside"
        where = self.column if self.column == self.item else f"{self.column} (item {self.item})"
        return Problem(f"{what} {self.allowed}", path, line, where, rule="answer", count=self.count)


def find_invalid(distinct: Iterable[Distinct], columns: Columns, keys: Mapping[str, AnswerKey]) -> Iterator[Invalid]:
    """Yield each text that is not allowed."""
    for each in distinct:
        key = keys[each.item]
        if not key.read(each.text).is_allowed:
            is_number = _WHOLE.fullmatch(each.text.strip()) and not key.has_own_codes
            bounds = f"{key.responses.min}-{key.responses.max}"
            allowed = bounds if is_number else f"'{key.name}' ({key.describe()})"
            yield Invalid(each.item, columns.items[each.item], each.text, each.count, allowed)


def code_numbers(column: nw.Expr, key: AnswerKey, dtype: nw.dtypes.DType) -> nw.Expr:
    """Return the codes in a column of numbers; what is missing or not allowed is null.

    Parameters
    ----------
    column : narwhals Expr
    key : AnswerKey
    dtype : narwhals DType
        Of the column.
    """
    if dtype.is_decimal():
        column = column.cast(nw.Float64)  # not every frame can compute with decimals
    valid = (column >= key.responses.min) & (column <= key.responses.max)
    if not dtype.is_integer():
        valid = valid & (column % 1 == 0)
    special = key.special_numbers()
    barred = [number for number in special if key.responses.min <= number <= key.responses.max]
    if not special:
        return nw.when(valid).then(column)
    coded = nw.lit(None, dtype=nw.Float64)
    if not key.has_own_codes:
        coded = nw.when(valid & ~column.is_in(barred) if barred else valid).then(column.cast(nw.Float64))
    for number, code in special.items():
        coded = nw.when(column == number).then(nw.lit(float(code))).otherwise(coded)
    return coded


def code_texts(column: nw.Expr, key: AnswerKey, texts: Iterable[str]) -> nw.Expr:
    """Return the codes in a column of texts; what is missing or not allowed is null.

    Parameters
    ----------
    column : narwhals Expr
        As text.
    key : AnswerKey
    texts : iterable of str
        The distinct texts of the column, as found.
    """
    by_code: dict[int, list[str]] = {}
    for text in texts:
        code = key.read(text).code
        if code is not None:
            by_code.setdefault(code, []).append(text)
    coded = nw.lit(None, dtype=nw.Float64)
    for code, found in by_code.items():
        coded = nw.when(column.is_in(found)).then(nw.lit(float(code))).otherwise(coded)
    return coded
