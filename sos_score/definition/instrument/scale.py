"""A scale: signed items, the items of other scales, or the scores of other scales."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import PlainValidator, WithJsonSchema

from sos_score.definition.instrument.ids import SignedId, expand_ids, split_sign
from sos_score.definition.instrument.missing_rule import MissingRule
from sos_score.definition.model import Model, Text
from sos_score.definition.yaml.document import show_value


def _check_weight(value: object) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf:
        return value
    raise ValueError(
        f"{show_value(value)} is not a weight (a number above 0; a minus sign before the item reverses it)"
    )


Weight = Annotated[
    int | float, PlainValidator(_check_weight), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})
]


class Scale(Model):
    """A score: signed items, the items of other scales, or the scores of other scales.

    Attributes
    ----------
    title : str
        Its name in tables.
    items : list of str
        Item ids; ``-wai_07`` is reverse-keyed in this scale.
    items_of : list of str
        Scales whose items are pooled; ``-mistrust`` flips the sign of each of its items.
    scales : list of str
        Scales whose scores are combined; ``-mistrust`` is reversed within its own range.
    score : str
        ``mean`` or ``sum``.
    higher_is : str
        What a higher score means, in words.
    good : str or None
        Whether high or low is good, where that is known.
    missing : MissingRule or None
        The scale's own missing rule.
    weights : dict
        Item id (or scale id, where the scale is made of others) to its weight; 1 where none is given. The mean is
        sum(weight x value) / sum(weight) over what is answered; a prorated sum is that mean times the sum of all
        weights.
    round : str or None
        ``half_up``: the score in whole points, halves upwards, after prorating. T-scores on the score's own metric,
        conversions, cut-offs and scales made of this score use the rounded score; further metrics are not rounded.
    """

    title: Text
    items: list[SignedId] | None = None
    items_of: list[SignedId] | None = None
    scales: list[SignedId] | None = None
    score: Literal["mean", "sum"]
    higher_is: Text
    good: Literal["high", "low"] | None = None
    missing: MissingRule | None = None
    weights: dict[str, Weight] = {}
    round: Literal["half_up"] | None = None

    def sources(self) -> dict[str, list[str]]:
        """Return what the scale is made of, by the key that says so."""
        named = {"items": self.items, "items_of": self.items_of, "scales": self.scales}
        return {key: names for key, names in named.items() if names is not None}


def expand_items(scale: Scale) -> list[tuple[str, bool]]:
    """Return the signed items a scale lists itself, ranges expanded."""
    signed = [split_sign(name) for name in scale.items or ()]
    return [(item, flipped) for name, flipped in signed for item in expand_ids(name)]
