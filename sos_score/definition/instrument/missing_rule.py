"""How many of a scale's items must be answered."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import PlainValidator, WithJsonSchema

from sos_score.definition.model import Model
from sos_score.definition.yaml.document import show_value

_SHARE = re.compile(r"(?:(?P<percent>\d{1,9}(?:\.\d{1,9})?)\s*%|(?P<top>\d{1,9})/(?P<bottom>[1-9]\d{0,8}))")


def _check_min_answered(value: object) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    if isinstance(value, str) and (value == "all" or _SHARE.fullmatch(value)):
        return value
    raise ValueError(f"{show_value(value)} is not a missing rule ('all', a count of at least 1, '80%' or '2/3')")


MinAnswered = Annotated[
    int | str,
    PlainValidator(_check_min_answered),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": r"^(all|\d{1,9}(\.\d{1,9})?\s*%|\d{1,9}/[1-9]\d{0,8})$"},
            ]
        }
    ),
]


class MissingRule(Model):
    """How many of a scale's items must be answered, and what a sum does about the rest.

    Attributes
    ----------
    min_answered : int or str
        ``all``, a count, or a share of the scale's items (``80%``, ``2/3``).
    sums : str
        ``prorated``: mean of the answered items times the number of items; ``strict``: no sum unless every
        item is answered; ``as_answered``: a missing item adds nothing.
    """

    min_answered: MinAnswered
    sums: Literal["prorated", "strict", "as_answered"] = "prorated"

    def count_required(self, items: int) -> int:
        """Return the least number of answered items out of `items`; an exact integer, no floats.

        Examples
        --------
        >>> MissingRule(min_answered="80%").count_required(12)
        10
        >>> MissingRule(min_answered="2/3").count_required(3)
        2
        """
        if isinstance(self.min_answered, int):
            return self.min_answered
        if self.min_answered == "all":
            return items
        return math.ceil(_read_share(self.min_answered) * items)

    def read_share(self) -> Fraction:
        """Return the share that must be answered: 1 for ``all``; only for a rule that is no count."""
        return Fraction(1) if self.min_answered == "all" else _read_share(str(self.min_answered))

    def count_of_asked(self, asked: int) -> int:
        """Return the least number of answered items where only some were asked; all of those, if they are fewer.

        Examples
        --------
        >>> MissingRule(min_answered="80%").count_of_asked(5), MissingRule(min_answered=4).count_of_asked(3)
        (4, 3)
        """
        return max(1, min(self.count_required(asked), asked))

    def describe(self, method: str, *, of_scores: bool = False, of_asked: bool = False) -> str:
        """Return the rule in words, for a mean or a sum of items or of the scores of other scales.

        Examples
        --------
        >>> MissingRule(min_answered="80%").describe("mean")
        'at least 80% of the items answered; mean of those'
        >>> MissingRule(min_answered="80%").describe("sum")
        'at least 80% of the items answered; sum prorated'
        >>> MissingRule(min_answered=2).describe("mean", of_scores=True)
        'at least 2 scores there; mean of those'
        """
        noun, done = ("score", "there") if of_scores else ("item", "answered")
        done = f"asked {done}" if of_asked else done
        if self.min_answered == "all" or (method == "sum" and self.sums == "strict"):
            return f"every {noun} {done}"
        what = (
            f"{self.min_answered} of the {noun}s"
            if isinstance(self.min_answered, str)
            else f"{self.min_answered} {noun}{'s' * (self.min_answered > 1)}"
        )
        how = "mean of those" if method == "mean" else f"sum {self.sums.replace('_', ' ')}"
        return f"at least {what} {done}; {how}"


def _read_share(text: str) -> Fraction:
    match = _SHARE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a share")
    if match["percent"]:
        return Fraction(match["percent"]) / 100
    return Fraction(int(match["top"]), int(match["bottom"]))
