"""Columns of answers as columns of codes, on any frame."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from sos_score.definition.instrument.responses import NEAR, ResponseScale
from sos_score.errors import Problem
from sos_score.survey.answers import AnswerKey
from sos_score.survey.columns import Columns

_PLAIN = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?")


@dataclass(frozen=True)
class Distinct:
    """How often one text stands in one item's column."""

    item: str
    text: str
    count: int


def list_distinct(frame: nw.LazyFrame[Any], columns: Mapping[str, str]) -> list[Distinct]:
    """Return the distinct texts of each item's column and how often each occurs, in one pass."""
    if not columns:
        return []
    schema = frame.collect_schema()
    texts = {item: _as_text(nw.col(column), schema[column]) for item, column in columns.items()}
    if frame.implementation.is_duckdb():
        # An unpivot of narwhals would look for the relation on DuckDB's default connection.
        parts = [frame.select(nw.lit(item).alias("item"), text.alias("text")) for item, text in texts.items()]
        long = nw.concat(parts)
    else:
        # An unpivot with no index column keeps only what is counted.
        named = [text.alias(item) for item, text in texts.items()]
        long = frame.select(*named).unpivot(variable_name="item", value_name="text")
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
            allowed = key.describe_numbers() if key.is_number(each.text) else f"'{key.name}' ({key.describe()})"
            yield Invalid(each.item, columns.items[each.item], each.text, each.count, allowed)


def code_numbers(column: nw.Expr, key: AnswerKey, dtype: nw.dtypes.DType) -> nw.Expr:
    """Return the codes in a column of numbers; what is missing or not allowed is null."""
    if dtype.is_decimal():
        column = column.cast(nw.Float64)  # not every frame can compute with decimals
    valid = _is_answer(column, key.responses, is_integer=dtype.is_integer())
    special, barred = key.special_numbers(), key.barred_numbers()
    if barred:
        valid = valid & ~_is_one_of(column, barred, is_integer=dtype.is_integer())
    if not special:
        return nw.when(valid).then(column)
    coded = nw.lit(None, dtype=nw.Float64)
    if not key.has_own_codes:
        coded = nw.when(valid).then(column.cast(nw.Float64))
    for number, code in special.items():
        coded = nw.when(column == number).then(nw.lit(float(code))).otherwise(coded)
    return coded


def _is_answer(column: nw.Expr, responses: ResponseScale, *, is_integer: bool) -> nw.Expr:
    """Return whether a number is an answer; see `ResponseScale.allows`."""
    if responses.spacing == "labels":
        return _is_one_of(column, responses.values, is_integer=is_integer)
    within = column.is_between(responses.min, responses.max)
    if responses.spacing == "any" or (is_integer and responses.is_whole):
        return within
    if responses.is_whole:
        return within & (column % 1 == 0)
    steps = (column - responses.min) / responses.spacing
    return within & ((steps - steps.round(0)).abs() < NEAR)


def _is_one_of(column: nw.Expr, numbers: Iterable[float], *, is_integer: bool) -> nw.Expr:
    """Return whether a number is one of some; Polars compares floats with floats only."""
    if is_integer:
        return column.is_in([int(number) for number in numbers if number % 1 == 0])
    return column.is_in([float(number) for number in numbers])


def has_strays(columns: Mapping[str, AnswerKey], schema: nw.Schema) -> nw.Expr:
    """Return whether a row holds a number that has no code: one that is not allowed, or says why there is none."""
    groups: dict[int, tuple[AnswerKey, list[str]]] = {}
    strays = []
    for column, key in columns.items():
        if schema[column].is_integer():
            groups.setdefault(id(key), (key, []))[1].append(column)
        else:
            cell = nw.col(column)
            strays.append(~cell.is_null() & code_numbers(cell, key, schema[column]).is_null())
    # Of whole numbers there may be millions: all columns that are read alike in one comparison.
    strays += [_is_stray(nw.col(*names), key) for key, names in groups.values()]
    return nw.any_horizontal(*strays, ignore_nulls=True) if strays else nw.lit(value=False)


def _is_stray(cells: nw.Expr, key: AnswerKey) -> nw.Expr:
    responses, special, barred = key.responses, key.special_numbers(), key.barred_numbers()
    if not special and not barred:
        return ~_is_answer(cells, responses, is_integer=True)
    every = range(math.ceil(responses.min), math.floor(responses.max) + 1)
    plain = () if special and key.has_own_codes else [number for number in every if responses.allows(number)]
    return ~_is_one_of(cells, sorted({*plain} - {*barred} | special.keys()), is_integer=True)


def code_texts(column: nw.Expr, key: AnswerKey, texts: Iterable[str]) -> nw.Expr:
    """Return the codes in a column of texts; what is missing or not allowed is null."""
    codes = {text: code for text in texts if (code := key.read(text).code) is not None}
    coded: nw.Expr = nw.lit(None, dtype=nw.Float64)
    if not key.responses.values:
        # There may be thousands of them, and most are written as a frame reads numbers.
        plain = [text for text, code in codes.items() if _PLAIN.fullmatch(text.strip()) and float(text) == code]
        coded = nw.when(column.is_in(plain)).then(column.str.strip_chars()).cast(nw.Float64)
        codes = {text: code for text, code in codes.items() if text not in set(plain)}
    by_code: dict[float, list[str]] = {}
    for text, code in codes.items():
        by_code.setdefault(code, []).append(text)
    for code, found in by_code.items():
        coded = nw.when(column.is_in(found)).then(nw.lit(float(code))).otherwise(coded)
    return coded
