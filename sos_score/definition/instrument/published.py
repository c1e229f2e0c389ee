"""What is published beside a key: tables that convert a score, and cut-offs."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from sos_score.definition.model import Model, Text
from sos_score.definition.yaml.document import show_value

_ENTRY = re.compile(r"(?P<first>-?\d{1,6})(?:\.\.(?P<last>-?\d{1,6}))?")
_MOST_ENTRIES = 2_000


def _check_table(value: object) -> dict[int, int | float]:
    """Return the converted score of each whole score; ``0..7`` stands for all of them."""
    if not isinstance(value, dict) or not value:
        raise ValueError(
            f"must be a mapping of scores to converted scores ({{7: 7, 8: 9.51}}), not {show_value(value)}"
        )
    table: dict[int, int | float] = {}
    for entry, converted in value.items():
        match = _ENTRY.fullmatch(str(entry))
        if match is None:
            raise ValueError(f"{show_value(entry)} is not a score or a range of scores (whole numbers: 7, 0..7)")
        if not isinstance(converted, int | float) or isinstance(converted, bool):
            raise ValueError(f"{show_value(converted)} is not a number")
        first, last = int(match["first"]), int(match["last"] or match["first"])
        if not first <= last < first + _MOST_ENTRIES:
            raise ValueError(f"{show_value(entry)} is not a range of scores (first to last, as 0..7)")
        for score in range(first, last + 1):
            if score in table:
                raise ValueError(f"score {score} is in the table twice")
            table[score] = converted
    return table


def _check_cut_offs(value: object) -> list[int | float]:
    points = value if isinstance(value, list) else [value]
    if not points or not all(isinstance(each, int | float) and not isinstance(each, bool) for each in points):
        raise ValueError("must be a score, or a list of scores that rise (12, [5, 10, 15])")
    if points != sorted(set(points)):
        raise ValueError("cut-offs must rise (5, 10, 15)")
    return points


Table = Annotated[
    dict[int, int | float],
    PlainValidator(_check_table),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "number"}, "minProperties": 1}),
]
CutOffs = Annotated[
    list[int | float],
    PlainValidator(_check_cut_offs),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}, "minItems": 1}]}),
]
NameId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Conversion(Model):
    """A published table that turns a score into another: a T-score, or a metric of its own.

    Attributes
    ----------
    title : str
        What the converted score is.
    unit : str
        ``T`` for T-scores, ``score`` for any other metric.
    population : str or None
        Whom the table was made from, where it rests on a sample.
    source : str
        Where the table is printed.
    scales : dict
        Scale id to the table: each whole score, or a range of them (``0..7``), to the converted score.
    """

    title: Text
    unit: Literal["T", "score"] = "score"
    population: Text | None = None
    source: Text
    scales: Annotated[dict[str, Table], Field(min_length=1)]


class CutOff(Model):
    """Published cut-offs; a score is said to be below one, or at or above it, and nothing is diagnosed.

    Attributes
    ----------
    title : str
        What the cut-offs are, in the words of their source; never a diagnosis.
    population : str or None
        Whom they were made for.
    source : str
        Where they are printed.
    scales : dict
        Scale id to the lowest score at or above the cut-off; several in rising order.
    """

    title: Text
    population: Text | None = None
    source: Text
    scales: Annotated[dict[str, CutOffs], Field(min_length=1)]


def name_bands(points: list[int | float]) -> list[str]:
    """Return the words for each band that cut-offs make, lowest first.

    Examples
    --------
    >>> name_bands([12])
    ['below the published cut-off (12)', 'at or above the published cut-off (12)']
    >>> name_bands([5, 10])[1:]
    ['at or above the published cut-off 5, below 10', 'at or above the published cut-off 10']
    """
    shown = [f"{point:.10g}" for point in points]
    if len(shown) == 1:
        return [f"below the published cut-off ({shown[0]})", f"at or above the published cut-off ({shown[0]})"]
    between = [f"at or above the published cut-off {low}, below {high}" for low, high in pairwise(shown)]
    lowest, highest = (
        f"below the lowest published cut-off ({shown[0]})",
        f"at or above the published cut-off {shown[-1]}",
    )
    return [lowest, *between, highest]
