"""A scoring job: which columns with which plans, and the expressions that answers and scores are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import narwhals as nw

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.responses import ResponseScale
from sos_score.errors import InvalidSurvey, Problem
from sos_score.notes import Note, note
from sos_score.scoring.expressions import (
    Frame,
    answer_column,
    compute_scores,
    given_column,
    is_asked,
    recode_column,
)
from sos_score.scoring.plan import Condition, ScoringChoices, ScoringPlan, plan_scores
from sos_score.survey.answers import AnswerKey, ColumnValues, build_answer_keys
from sos_score.survey.coding import (
    Distinct,
    code_numbers,
    code_texts,
)
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.columns import Columns, Headers, match_columns
from sos_score.survey.languages import name_language, recognise_languages, settle_key, settle_keys
from sos_score.survey.vendor_scores import VendorScore, list_vendor_scores

OnInvalid = Literal["error", "missing"]
_INTEGERS: dict[int, type[nw.Int8 | nw.Int16 | nw.Int32]] = {8: nw.Int8, 16: nw.Int16, 32: nw.Int32}


@dataclass(frozen=True)
class Counting:
    """What answers to an item count, where that is not simply their code.

    Attributes
    ----------
    recode : mapping
        What each code counts; empty where it counts as it is.
    conditions : tuple
        The answers that must hold for the item to be asked.
    responses : ResponseScale
        The scale of what the answers count.
    """

    recode: Mapping[float, float]
    conditions: tuple[Condition, ...]
    responses: ResponseScale

    def count(self, item: str, schema: nw.Schema) -> nw.Expr:
        """Return what the answers in an item's column count; an answer to what was not asked counts as nothing."""
        name = answer_column(item)
        counted = nw.col(name)
        if self.recode:
            counted = recode_column(counted, self.recode, is_integer=schema[name].is_integer())
        return nw.when(is_asked(self.conditions, schema)).then(counted) if self.conditions else counted


@dataclass(frozen=True)
class Scorer:
    """Everything that is known of a scoring job before the rows are read.

    Attributes
    ----------
    instruments : tuple of str
        The ids of those whose scores are given.
    plans : tuple of ScoringPlan
        How answers become scores; none where only the answers are wanted.
    keys : dict
        Item id to how its cells are read.
    vendor_scores : tuple of VendorScore
        The T-scores that arrive as such.
    counting : mapping
        Item id to what its answers count, for items that are recoded or not always asked.
    language : str or None
        The language of the labels, where the user said so.
    labels : tuple
        Items and labels that the file itself gives for codes.
    """

    instruments: tuple[str, ...]
    plans: tuple[ScoringPlan, ...]
    columns: Columns
    keys: Mapping[str, AnswerKey]
    vendor_scores: tuple[VendorScore, ...]
    choices: ScoringChoices
    counting: Mapping[str, Counting] = field(default_factory=dict)
    language: str | None = None
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def t_columns(self) -> tuple[str, ...]:
        """Return the output columns of T-scores that arrive ready-made."""
        return tuple(each.column for each in self.vendor_scores)

    def numeric(self, schema: nw.Schema) -> dict[str, str]:
        """Return the item columns that hold numbers, by item."""
        return {item: column for item, column in self.columns.items.items() if schema[column].is_numeric()}

    def textual(self, schema: nw.Schema) -> dict[str, str]:
        """Return the item columns that hold anything else."""
        return {item: column for item, column in self.columns.items.items() if not schema[column].is_numeric()}

    def list_ids(self) -> tuple[str, ...]:
        """Return the id columns of the output."""
        return (*self.columns.ids, *self.columns.constants)

    def score_columns(self) -> list[str]:
        """Return the output columns after the ids."""
        return [column for plan in self.plans for column in plan.columns] + list(self.t_columns)


def prepare_scorer(
    header: Headers | Iterable[str],
    instruments: Iterable[Instrument],
    column_map: ColumnMap | None = None,
    choices: ScoringChoices | None = None,
    path: str = "",
    *,
    values: Mapping[str, ColumnValues] | None = None,
    groups: Iterable[str] = (),
    language: str | None = None,
) -> Scorer:
    """Match columns and instruments before any row is read; a column that is missing or wanted twice is a problem."""
    instruments = tuple(instruments)
    columns, problems = match_columns(header, instruments, column_map, path, groups)
    if problems:
        raise InvalidSurvey(problems)
    scorer = build_scorer(columns, instruments, column_map, choices, values=values, language=language)
    named = Counter([*columns.ids, *columns.constants, *scorer.score_columns()])
    doubled = [name for name, count in named.items() if count > 1]
    if doubled:
        message = "two columns of the scores would be called"
        raise InvalidSurvey([Problem(f"{message} '{name}'", path, rule="column") for name in doubled])
    return scorer


def build_scorer(
    columns: Columns,
    instruments: Iterable[Instrument],
    column_map: ColumnMap | None = None,
    choices: ScoringChoices | None = None,
    *,
    values: Mapping[str, ColumnValues] | None = None,
    language: str | None = None,
) -> Scorer:
    """Return how the columns of an export are read and scored."""
    instruments = tuple(instruments)
    chosen = choices or ScoringChoices()
    vendors = column_map.t_scores if column_map else {}
    vendor_scores = {each.id: list_vendor_scores(each, vendors) for each in instruments}
    keys = build_answer_keys(instruments, column_map)
    if language is not None:
        settled = {id(key): settle_key(key, language) for key in keys.values()}
        keys = {item: settled[id(key)] for item, key in keys.items()}
    stated = {item: values[column] for item, column in columns.items.items() if values and column in values}
    labels = tuple((item, label) for item, each in stated.items() for label in each.labels.values())
    keys = dict(settle_keys(keys, labels))
    keys |= {item: each.extend(keys[item]) for item, each in stated.items()}
    return Scorer(
        instruments=tuple(each.id for each in instruments),
        plans=tuple(plan_scores(each, chosen) for each in instruments if not vendor_scores[each.id]),
        columns=columns,
        keys=keys,
        vendor_scores=tuple(ready for each in vendor_scores.values() for ready in each),
        choices=chosen,
        counting={item: each for instrument in instruments for item, each in _list_counting(instrument)},
        language=language,
        labels=labels,
    )


def settle_language(scorer: Scorer, distinct: Iterable[Distinct]) -> Scorer:
    """Return the scorer with texts that mean two answers in two languages read in the language of the file."""
    keys = settle_keys(scorer.keys, _list_texts(scorer, distinct))
    return scorer if keys is scorer.keys else replace(scorer, keys=keys)


def describe_language(scorer: Scorer, distinct: Iterable[Distinct]) -> tuple[Note, ...]:
    """Return a note of which language labels were read as, where a definition has several."""
    found = recognise_languages(_list_texts(scorer, distinct), scorer.keys)
    if not found:
        return ()
    said = scorer.language if scorer.language is not None and scorer.language not in found else ""
    return (note("labels_read_as", languages=tuple(map(name_language, found)), other=name_language(said)),)


def _list_texts(scorer: Scorer, distinct: Iterable[Distinct]) -> list[tuple[str, str]]:
    return [*((each.item, each.text) for each in distinct), *scorer.labels]


def _list_counting(instrument: Instrument) -> Iterator[tuple[str, Counting]]:
    recodes, conditions = instrument.recodes, instrument.conditions
    for item in instrument.responses if recodes or conditions else ():
        if item in recodes or item in conditions:
            yield item, Counting(recodes.get(item, {}), conditions.get(item, ()), instrument.counted[item])


def add_answers(frame: Frame, scorer: Scorer, distinct: Iterable[Distinct]) -> Frame:
    """Return `frame` with what each item's answers count in `answer_column`: their codes, for most items.

    Codes that are there already stay. Where they count as something else they themselves stand in `given_column`.
    """
    schema = frame.collect_schema()
    texts: dict[str, list[str]] = {}
    for each in distinct:
        texts.setdefault(each.item, []).append(each.text)
    left = {item: column for item, column in scorer.columns.items.items() if answer_column(item) not in schema}
    numbers = {item: column for item, column in left.items() if schema[column].is_numeric()}
    coded = [
        code_texts(nw.col(column).cast(nw.String), scorer.keys[item], texts.get(item, ())).alias(answer_column(item))
        for item, column in left.items()
        if item not in numbers
    ]
    frame = _add_numbers(frame, scorer, numbers)
    frame = frame.with_columns(*coded) if coded else frame
    counting = {item: each for item, each in scorer.counting.items() if item in scorer.columns.items}
    if not counting:
        return frame
    schema = frame.collect_schema()
    given = [nw.col(answer_column(item)).alias(given_column(item)) for item in counting]
    return frame.with_columns(
        *given, *[each.count(item, schema).alias(answer_column(item)) for item, each in counting.items()]
    )


def _add_numbers(frame: Frame, scorer: Scorer, columns: Mapping[str, str]) -> Frame:
    """Return `frame` with the codes of items whose columns hold numbers."""
    if not columns:
        return frame
    schema = frame.collect_schema()
    if not frame.implementation.is_polars():
        coded = {item: code_numbers(nw.col(each), scorer.keys[item], schema[each]) for item, each in columns.items()}
        return frame.with_columns(**{answer_column(item): each for item, each in coded.items()})
    import polars as pl

    # Expressions of several columns: one for each would take longer to make than a small file to score.
    alike: dict[tuple[int, nw.dtypes.DType], list[str]] = {}
    for item, column in columns.items():
        alike.setdefault((id(scorer.keys[item]), schema[column]), []).append(answer_column(item))
    given = [pl.col(column).alias(answer_column(item)) for item, column in columns.items()]
    keys = {id(key): key for key in scorer.keys.values()}
    numbers: list[pl.Expr] = []
    for (key, dtype), names in alike.items():
        if keys[key].special_numbers():  # these are put in one by one, which loses the names of several columns
            numbers += [code_numbers(pl.col(name), keys[key], dtype, pl).alias(name) for name in names]
        else:
            numbers.append(code_numbers(pl.col(names), keys[key], dtype, pl))
    coded_frame: Frame = nw.from_native(frame.to_native().with_columns(given).with_columns(numbers))
    return coded_frame


def find_unasked(scorer: Scorer) -> dict[str, nw.Expr]:
    """Return for each item that is not always asked whether it is answered all the same."""
    return {
        item: ~nw.col(given_column(item)).is_null() & nw.col(answer_column(item)).is_null()
        for item, each in scorer.counting.items()
        if each.conditions and item in scorer.columns.items
    }


def add_scores(frame: Frame, scorer: Scorer) -> Frame:
    """Return `frame` with every instrument's scores added to the codes."""
    for plan in scorer.plans:
        frame = compute_scores(frame, plan)
    return frame


def select_ids(scorer: Scorer) -> list[nw.Expr]:
    """Return the id columns of the output: constants last, under the names the column map gives."""
    ids = [nw.col(column).alias(role) for role, column in scorer.columns.ids.items()]
    return ids + [nw.lit(value).alias(name) for name, value in scorer.columns.constants.items()]


def select_scores(scorer: Scorer) -> list[nw.Expr]:
    """Return the score columns of the output."""
    passed = [nw.col(answer_column(column)).cast(nw.Float64).alias(column) for column in scorer.t_columns]
    return [nw.col(column) for plan in scorer.plans for column in plan.columns] + passed


def select_codes(scorer: Scorer, items: Collection[str]) -> list[nw.Expr]:
    """Return the columns of codes of some items, as numbers; see `choose_types`."""
    counted = {item: scorer.counting[item] if item in scorer.counting else scorer.keys[item] for item in items}
    types = choose_types({item: each.responses for item, each in counted.items()})
    return [nw.col(answer_column(item)).cast(dtype) for item, dtype in types.items()]


def choose_types(scales: Mapping[str, ResponseScale]) -> dict[str, type[nw.dtypes.NumericType]]:
    """Return the type that holds each item's codes: for whole numbers the shortest integers, one number below included.

    Examples
    --------
    >>> types = choose_types({"a": ResponseScale(min=1, max=5), "b": ResponseScale(min=0, max=3, step=0.5)})
    >>> {item: dtype.__name__ for item, dtype in types.items()}
    {'a': 'Int8', 'b': 'Float64'}
    """
    ends = [max(abs(scale.min), abs(scale.max)) for scale in scales.values() if scale.is_whole]
    whole = next((dtype for bits, dtype in _INTEGERS.items() if max(ends, default=0) < 2 ** (bits - 1)), nw.Int64)
    return {item: whole if scale.is_whole else nw.Float64 for item, scale in scales.items()}
