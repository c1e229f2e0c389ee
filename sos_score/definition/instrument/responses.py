"""Items, and the answers they can have."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from sos_score.definition.instrument.ids import Ids
from sos_score.definition.model import Model, Text
from sos_score.definition.text import read_number
from sos_score.definition.yaml.document import show_value


def _check_codes(value: object) -> list[str]:
    codes = value if isinstance(value, list) else [value]
    if not codes:
        raise ValueError("must not be empty")
    for code in codes:
        if not isinstance(code, int | str) or isinstance(code, bool):
            raise ValueError(f"{show_value(code)} is not a code or a text (such as 99 or N/A)")
    return [str(code) for code in codes]


MissingCodes = Annotated[
    list[str],
    PlainValidator(_check_codes),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["integer", "string"]},
                {"type": "array", "items": {"type": ["integer", "string"]}, "minItems": 1},
            ]
        }
    ),
]


def _check_number(value: object) -> float:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() else value
    raise ValueError(f"{show_value(value)} is not a number")


def _check_step(value: object) -> Step | None:
    if value is None or value in ("any", "labels"):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf:
        return _check_number(value)
    raise ValueError(f"{show_value(value)} is not a step (a number above 0, any, or labels)")


def _check_recode(value: object) -> dict[int | float, int | float]:
    if not isinstance(value, dict):
        raise ValueError(f"must be a mapping of answers to what they count ({{0: 0, 1: 0}}), not {show_value(value)}")
    recode = {}
    for answer, counts in value.items():
        number = read_number(answer) if isinstance(answer, str) else answer
        if number is None:
            raise ValueError(f"{show_value(answer)} is not a code")
        recode[_check_number(number)] = _check_number(counts)
    return recode


def _check_asked(value: object) -> list[int | float | str]:
    answers: list[int | float | str] = value if isinstance(value, list) else [value]  # type: ignore[list-item]
    if answers and all(isinstance(each, int | float | str) and not isinstance(each, bool) for each in answers):
        return answers
    raise ValueError("must be an answer or a list of answers ([1], [Yes])")


Step = int | float | Literal["any", "labels"]
Number = Annotated[int | float, PlainValidator(_check_number), WithJsonSchema({"type": "number"})]
Recode = Annotated[
    dict[int | float, int | float],
    PlainValidator(_check_recode),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "number"}}),
]
_ANSWER = {"type": ["number", "string"]}
Asked = Annotated[
    list[int | float | str],
    PlainValidator(_check_asked),
    WithJsonSchema({"anyOf": [_ANSWER, {"type": "array", "items": _ANSWER, "minItems": 1}]}),
]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
_STEP_SCHEMA = {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"enum": ["any", "labels"]}, {"type": "null"}]}
MOST_OPTIONS = 1_001
"""Answers of an item that are counted one by one: 0 to 100 in steps of a tenth has as many."""
NEAR = 1e-9  # what arithmetic leaves of a step of a tenth


class ResponseScale(Model):
    """The answers an item can have.

    Attributes
    ----------
    min : float
        The lowest answer that is possible; reversal is ``min + max - answer``.
    max : float
        The highest answer that is possible.
    step : float or str or None
        How far apart answers are, from `min` upwards; ``any`` where every number between is one (a slider); ``labels``
        where only labelled answers are. Without it whole numbers are answers, and where a label has another code, the
        labelled ones only. With a number or ``any`` not every answer needs a label.
    labels : dict
        Text to code; several texts may share a code. Every answer has one, or the two ends have, or these and the
        middle.
    missing : dict
        Codes and texts that mean "no answer", by reason.
    labels_in : dict
        The labels in other languages (``cy``), each text to its code. Answers are read in whichever language they are.
    recode : dict
        What each answer counts, where that is not its code (``{0: 0, 1: 0, 2: 1, 3: 1}``). Reversal, scores and
        reliability use what answers count.
    """

    min: Number
    max: Number
    step: Annotated[Step | None, PlainValidator(_check_step), WithJsonSchema(_STEP_SCHEMA)] = None
    labels: dict[str, Number] = {}
    missing: dict[str, MissingCodes] = {}
    labels_in: dict[Language, dict[str, Number]] = {}
    recode: Recode = {}

    def count_as(self, recode: Mapping[int | float, int | float]) -> ResponseScale:
        """Return the scale of what answers count under a recode.

        Examples
        --------
        >>> bimodal = ResponseScale(min=0, max=3).count_as({0: 0, 1: 0, 2: 1, 3: 1})
        >>> bimodal.min, bimodal.max, bimodal.options
        (0, 1, 2)
        """
        values = sorted(set(recode.values()))
        low, high = values[0], values[-1]
        is_whole = all(value % 1 == 0 for value in values)
        if is_whole and high - low < MOST_OPTIONS:
            return ResponseScale.model_validate({"min": low, "max": high})
        labels = {f"{value:.10g}": value for value in values}
        return ResponseScale.model_validate({"min": low, "max": high, "step": "labels", "labels": labels})

    @property
    def texts(self) -> dict[str, int | float]:
        """Return every label, in whatever language, and its code."""
        return {text: code for labels in (*self.labels_in.values(), self.labels) for text, code in labels.items()}

    @cached_property
    def spacing(self) -> Step:
        """Return the step that holds: as stated, or as the labels have it."""
        if self.step is not None:
            return self.step
        return "labels" if any(code % 1 for code in self.labels.values()) else 1

    @property
    def is_whole(self) -> bool:
        """Return whether the answers are all whole numbers from `min` to `max`."""
        return self.spacing == 1 and self.min % 1 == 0

    @property
    def options(self) -> int:
        """Return how many answers there are, where they are all the whole numbers of the range; else 0."""
        return int(self.max - self.min) + 1 if self.is_whole else 0

    @cached_property
    def values(self) -> tuple[float, ...]:
        """Return every answer, lowest first; nothing where there are more than a list of them would serve."""
        spacing = self.spacing
        if spacing == "labels":
            return tuple(sorted({code for code in self.labels.values() if self.min <= code <= self.max}))
        if spacing == "any" or (self.max - self.min) / spacing >= MOST_OPTIONS:
            return ()
        return tuple(
            self.min + step * spacing for step in range(math.floor((self.max - self.min) / spacing + NEAR) + 1)
        )

    @property
    def has_equal_steps(self) -> bool:
        """Return whether the answers are equally far apart, and few enough to list."""
        return self.spacing != "labels" and bool(self.values)

    def allows(self, number: float) -> bool:
        """Return whether a number is an answer.

        Examples
        --------
        >>> halves = ResponseScale(min=0, max=3, step=0.5)
        >>> halves.allows(2.5), halves.allows(2.25), halves.allows(3.5)
        (True, False, False)
        """
        spacing = self.spacing
        if not self.min <= number <= self.max or spacing == "any":
            return self.min <= number <= self.max
        if spacing == "labels":
            return number in self.values
        steps = (number - self.min) / spacing
        return abs(steps - round(steps)) < NEAR


class ItemBlock(Model):
    """One item, or several alike.

    Attributes
    ----------
    ids : str or list of str
        Item ids; ``wais_01..wais_12`` is a range.
    responses : str
        The response scale they are answered on.
    label : str or None
        A neutral label; never copyright wording.
    recode : dict
        What each answer to these items counts, in place of the response scale's own recode.
    asked_if : dict
        Item id to the answers (codes or labels) that lead to these items; with several items all must hold. An item
        that was not asked is not missing.
    """

    ids: Ids
    responses: Text
    label: Text | None = None
    recode: Recode = {}
    asked_if: dict[str, Asked] = {}
