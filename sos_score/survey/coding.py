"""Columns of answers as columns of codes, on any frame."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import narwhals as nw

from sos_score.definition.instrument.responses import NEAR, ResponseScale
from sos_score.definition.text import fold_code, fold_text, read_number
from sos_score.survey.answers import AnswerKey
from sos_score.survey.columns import Columns

if TYPE_CHECKING:
    import polars as pl

Cells = TypeVar("Cells", nw.Expr, "pl.Expr")

FEWEST_STRAYS = 3
SMALLEST_SHARE = 0.05
"""So many numbers just outside the range, or of few answers such a share, are no typing errors; see `measure_step`."""

MOST_GROUPS = 50
"""Of more waves or sites none is looked at by itself."""

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
    """A text that is neither an answer nor a known way of not answering."""

    item: str
    column: str
    text: str
    count: int  # in how many cells it stands
    key: AnswerKey = field(repr=False)  # how the cells of the item are read
    # where the answers to the whole response scale seem to be stored one too high (1) or too low (-1); else 0
    step: int = 0
    place: tuple[str, str] | None = None  # the id and its value where that is so (wave, T2); None for all rows

    @property
    def holds_label(self) -> bool:
        """Return whether most of the text is a label of the response scale, as of ``1 (never)``."""
        text = fold_text(self.text)
        labels = (label for label in self.key.texts if read_number(label) is None)
        return any(label in text and 2 * len(label) >= len(text) for label in labels)

    @property
    def is_contested(self) -> bool:
        """Return whether the text means different answers in different languages."""
        return fold_code(self.text) in self.key.contested

    @property
    def names_column(self) -> bool:
        """Return whether the text is the header of its own column, as where two files were put under each other."""
        return fold_text(self.text) == fold_text(self.column)

    @property
    def is_number(self) -> bool:
        """Return whether it is a number that could be a code, were it one of the scale's."""
        return self.key.is_number(self.text)

    @property
    def is_beyond(self) -> bool:
        """Return whether it is the next whole number beyond an end of the scale."""
        ends = (self.key.responses.min - 1, self.key.responses.max + 1)
        return self.is_number and self.key.responses.is_whole and read_number(self.text) in ends


def find_invalid(distinct: Iterable[Distinct], columns: Columns, keys: Mapping[str, AnswerKey]) -> Iterator[Invalid]:
    """Yield each text that is not allowed."""
    distinct = list(distinct)
    wrong = [each for each in distinct if not keys[each.item].read(each.text).is_allowed]
    suspects = {keys[each.item].address for each in wrong if keys[each.item].is_number(each.text)}
    steps = {address: _measure_scale(address, distinct, keys) for address in suspects}
    for each in wrong:
        key = keys[each.item]
        step = steps.get(key.address, 0) if key.is_number(each.text) else 0
        yield Invalid(each.item, columns.items[each.item], each.text, each.count, key, step)


def find_misplaced(
    frame: nw.LazyFrame[Any], columns: Columns, keys: Mapping[str, AnswerKey], invalid: Iterable[Invalid]
) -> list[Invalid]:
    """Return texts that are not allowed; those by which a scale is stored one off at one wave or site say at which."""
    found = list(invalid)
    doubtful = dict.fromkeys(each.key.address for each in found if each.is_beyond and not each.step)
    steps: dict[tuple[str, float], tuple[int, tuple[str, str]]] = {}
    for role in ("wave", "site") if doubtful else ():
        groups = list_distinct(frame, {role: columns.ids[role]}) if role in columns.ids else []
        for group in groups if 1 < len(groups) <= MOST_GROUPS else ():
            rows = frame.filter(nw.col(columns.ids[role]).cast(nw.String) == group.text)
            for address in doubtful:
                items = {item: column for item, column in columns.items.items() if keys[item].address == address}
                step = _measure_scale(address, list_distinct(rows, items), keys)
                responses = keys[next(iter(items))].responses
                beyond = responses.max + 1 if step > 0 else responses.min - 1
                if step:
                    steps.setdefault((address, beyond), (step, (role, group.text.strip())))
    for place, each in enumerate(found):
        step, where = steps.get((each.key.address, read_number(each.text) or 0), (0, None))
        if step and each.is_beyond:
            found[place] = replace(each, step=step, place=where)
    return found


def choose_refused(invalid: Iterable[Invalid], on_invalid: str) -> list[Invalid]:
    """Return the answers that are refused: all, or with ``missing`` those that show that more is wrong than they.

    Where a scale is stored one off, every other answer to it is wrong too, and making some missing would hide it. Where
    a header stands among the answers, its row is nobody. A label of two languages is an answer that is not known.
    """
    return [each for each in invalid if on_invalid == "error" or each.step or each.names_column or each.is_contested]


def _measure_scale(address: str, distinct: Iterable[Distinct], keys: Mapping[str, AnswerKey]) -> int:
    """Return whether the answers on a response scale seem to be stored one too high or too low; see `measure_step`."""
    counts: dict[float, int] = {}
    for each in distinct:
        key = keys[each.item]
        if key.address == address and not key.read(each.text).missing:
            code = key.read(each.text).code
            number = read_number(each.text) if code is None else code
            if number is not None:
                counts[number] = counts.get(number, 0) + each.count
    responses = next(key.responses for key in keys.values() if key.address == address)
    return measure_step(counts, responses.min, responses.max) if responses.is_whole else 0


def measure_step(counts: Mapping[float, int], low: float, high: float) -> int:
    """Return 1 where all answers seem to be stored one too high, -1 where one too low, else 0.

    That is so where the answers run from just beyond one end to just inside the other: none further out, and none of
    the answer at the other end. One or two such numbers among many are typing errors.

    Examples
    --------
    >>> measure_step({1: 1, 4: 3, 2: 1}, 0, 3), measure_step({0: 1, 4: 3}, 0, 3), measure_step({1: 400, 4: 1}, 0, 3)
    (1, 0, 0)
    """
    total = sum(counts.values())
    for step, beyond, inside in ((1, high + 1, low + 1), (-1, low - 1, high - 1)):
        strays = counts.get(beyond, 0)
        is_clear = strays >= FEWEST_STRAYS or strays >= SMALLEST_SHARE * total
        if strays and is_clear and {min(counts), max(counts)} == {beyond, inside}:
            return step
    return 0


def code_numbers(column: Cells, key: AnswerKey, dtype: nw.dtypes.DType, library: Any = nw) -> Cells:
    """Return the codes in a column of numbers; what is missing or not allowed is null.

    `library` makes the expression: narwhals for any frame, Polars itself for many columns of one frame at once.
    """
    if dtype.is_decimal():
        column = column.cast(library.Float64)  # not every frame can compute with decimals
    valid = _is_answer(column, key.responses, is_integer=dtype.is_integer())
    special, barred = key.special_numbers(), key.barred_numbers()
    if barred:
        valid = valid & ~is_one_of(column, barred, is_integer=dtype.is_integer())
    coded: Cells
    if not special:
        coded = library.when(valid).then(column)
        return coded
    coded = library.lit(None, dtype=library.Float64)
    if not key.has_own_codes:
        coded = library.when(valid).then(column.cast(library.Float64))
    for number, code in special.items():
        coded = library.when(column == number).then(library.lit(float(code))).otherwise(coded)
    return coded


def _is_answer(column: Cells, responses: ResponseScale, *, is_integer: bool) -> Cells:
    """Return whether a number is an answer; see `ResponseScale.allows`."""
    if responses.spacing == "labels":
        return is_one_of(column, responses.values, is_integer=is_integer)
    within = column.is_between(responses.min, responses.max)
    if responses.spacing == "any" or (is_integer and responses.is_whole):
        return within
    if responses.is_whole:
        return within & (column % 1 == 0)
    steps = (column - responses.min) / responses.spacing
    return within & ((steps - steps.round(0)).abs() < NEAR)


def is_one_of(column: Cells, numbers: Iterable[float], *, is_integer: bool) -> Cells:
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
    if not special and not barred and (responses.is_whole or responses.spacing == "any"):
        return ~_is_answer(cells, responses, is_integer=True)
    every = range(math.ceil(responses.min), math.floor(responses.max) + 1)
    plain = () if special and key.has_own_codes else [number for number in every if responses.allows(number)]
    return ~is_one_of(cells, sorted({*plain} - {*barred} | special.keys()), is_integer=True)


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
