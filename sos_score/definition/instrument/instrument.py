"""An instrument definition: its parts put together, its norms and its examples."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, FiniteFloat, PlainValidator, WithJsonSchema

from sos_score.definition.instrument.ids import Ids, ScaleId, as_list, expand_ids, split_sign
from sos_score.definition.instrument.missing_rule import MissingRule
from sos_score.definition.instrument.published import Conversion, CutOff, NameId
from sos_score.definition.instrument.responses import ItemBlock, Language, ResponseScale
from sos_score.definition.instrument.scale import Scale, expand_items
from sos_score.definition.instrument.verification import Rights, Suppression, Verification
from sos_score.definition.model import Model, Text
from sos_score.definition.text import fold_code
from sos_score.definition.yaml.document import show_value

Respondent = Literal["client", "worker", "staff", "family", "observer"]

_FRACTION = re.compile(r"-?\d{1,9}/[1-9]\d{0,8}")


def _check_score(value: object) -> float | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and _FRACTION.fullmatch(value):
        return float(Fraction(value))
    raise ValueError(f"{show_value(value)} is not a score (a number, a fraction such as 7/3, or null for no score)")


def _check_answer(value: object) -> int | float | str | None:
    if value is None or (isinstance(value, int | float | str) and not isinstance(value, bool)):
        return value
    raise ValueError(f"{show_value(value)} is not an answer (a code, a label, or null for a missing answer)")


StatedScore = Annotated[
    float | None,
    PlainValidator(_check_score),
    WithJsonSchema({"anyOf": [{"type": ["number", "null"]}, {"type": "string", "pattern": f"^{_FRACTION.pattern}$"}]}),
]
Answer = Annotated[
    int | float | str | None, PlainValidator(_check_answer), WithJsonSchema({"type": ["number", "string", "null"]})
]


class RawNorm(Model):
    """Mean and standard deviation of one scale in the norm's population.

    Attributes
    ----------
    mean : float
        Of the scores, in the norm's metric.
    sd : float
        Standard deviation, above 0.
    """

    mean: FiniteFloat
    sd: FiniteFloat


class Norm(Model):
    """A sample that T-scores are read against: T = 50 + 10 (score - mean) / sd.

    Attributes
    ----------
    population : str
        Who was measured.
    unit : str
        ``respondent`` or ``team``: whose scores the mean and sd describe.
    n : int
        How many of them.
    source : str
        Where the numbers are printed.
    score : str
        The metric of mean and sd: ``mean`` or ``sum`` of the items.
    scales : dict
        Mean and sd by scale id.
    """

    population: Text
    unit: Literal["respondent", "team"]
    n: int = Field(ge=2)
    source: Text
    score: Literal["mean", "sum"]
    scales: dict[str, RawNorm]


class Example(Model):
    """Answers and the scores they must give.

    Attributes
    ----------
    name : str
        What the example shows.
    answers : dict
        Item id to a code, a label, or ``null`` for a missing answer; ``all`` answers every item not named.
    scores : dict
        Scale id to the score: a number, a fraction such as ``7/3``, or ``null`` for no score.
    """

    name: Text
    answers: dict[str, Answer]
    scores: dict[str, StatedScore]


class Instrument(Model):
    """A checked definition: everything needed to score one instrument, and who vouches for it.

    Attributes
    ----------
    format : int
        The version of this file format.
    id : str
        What the command line and the output columns call it; also the file's name.
    version : str
        Of the definition, raised when a score would change.
    title : str
        The instrument's name in tables.
    measures : str
        What it measures, in a few words.
    language : str
        The language of `labels`, as a code (``en``, ``cy``); the labels of others are in ``labels_in``.
    answered_by : list of str
        Who may answer: ``client``, ``worker``, ``staff``, ``family`` or ``observer``; the usual one first.
    references : list of str
        Where it was published.
    rights : Rights
        Who holds the rights.
    verification : Verification
        Who vouches for each part.
    notes : list of str
        What a reader of the scores has to know; printed by ``show``.
    response_scales : dict of ResponseScale
        The answers items can have, by name.
    items : list of ItemBlock
        The items, in the order of the questionnaire.
    missing : MissingRule
        The missing rule of every scale without its own.
    scales : dict of Scale
        Subscales and totals, by id.
    norms : dict of Norm
        Samples for T-scores, by name.
    conversions : dict of Conversion
        Published tables that turn a score into another, by name.
    cut_offs : dict of CutOff
        Published cut-offs, by name.
    order : str or list of str
        The items in the order in which the form asks them, where that is not the order of `items`.
    examples : list of Example
        Worked examples, run by ``validate``.
    suppress : list of Suppression
        Findings of ``validate`` that are put up with, each with its reason; they are listed all the same.
    """

    format: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    measures: Annotated[Text, Field(alias="construct")]  # pydantic keeps "construct" for itself
    language: Language = "en"
    answered_by: Annotated[list[Respondent], Field(min_length=1)]
    references: list[Text]
    rights: Rights
    verification: Verification
    notes: list[Text] = []
    response_scales: dict[str, ResponseScale]
    items: Annotated[list[ItemBlock], BeforeValidator(as_list)]
    missing: MissingRule
    scales: dict[ScaleId, Scale]
    norms: dict[str, Norm] = {}
    conversions: dict[NameId, Conversion] = {}
    cut_offs: dict[NameId, CutOff] = {}
    order: Ids | None = None
    examples: list[Example] = []
    suppress: list[Suppression] = []

    @property
    def column_stem(self) -> str:
        """Return the beginning of this instrument's score columns."""
        return self.id.replace("-", "_")

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages of the labels, that of `labels` first."""
        others = dict.fromkeys(code for scale in self.response_scales.values() for code in scale.labels_in)
        return (self.language, *others)

    @cached_property
    def responses(self) -> dict[str, ResponseScale]:
        """Return each item's response scale, in the order of the definition."""
        return {item: self.response_scales[name] for item, name in self.response_names.items()}

    @cached_property
    def response_names(self) -> dict[str, str]:
        """Return the name of each item's response scale."""
        return {item: block.responses for block in self.items for text in block.ids for item in expand_ids(text)}

    @cached_property
    def recodes(self) -> dict[str, dict[int | float, int | float]]:
        """Return what each answer counts, for each item that is recoded: the item's own recode before its scale's."""
        return {
            item: recode
            for block in self.items
            if (recode := block.recode or self.response_scales[block.responses].recode)
            for text in block.ids
            for item in expand_ids(text)
        }

    @cached_property
    def counted(self) -> dict[str, ResponseScale]:
        """Return the scale of what each item's answers count; its response scale, where it is not recoded."""
        return {
            item: scale.count_as(self.recodes[item]) if item in self.recodes else scale
            for item, scale in self.responses.items()
        }

    @cached_property
    def conditions(self) -> dict[str, tuple[tuple[str, tuple[float, ...]], ...]]:
        """Return the items that decide whether another is asked, with the codes that lead to it, for each such item.

        An item that depends on one that is not always asked depends on what that one depends on, too.
        """
        own = {
            item: {gate: self._read_codes(gate, answers) for gate, answers in block.asked_if.items()}
            for block in self.items
            if block.asked_if
            for text in block.ids
            for item in expand_ids(text)
        }
        return {item: tuple(_follow_gates(item, own)) for item in own}

    def _read_codes(self, gate: str, answers: list[int | float | str]) -> tuple[float, ...]:
        labels = {fold_code(text): code for text, code in self.responses[gate].labels.items()}
        return tuple(
            labels.get(fold_code(answer), -math.inf) if isinstance(answer, str) else answer for answer in answers
        )

    @cached_property
    def administration(self) -> tuple[str, ...]:
        """Return the items in the order in which the form asks them."""
        if self.order is None:
            return tuple(self.responses)
        return tuple(item for text in self.order for item in expand_ids(text))

    @cached_property
    def labels(self) -> dict[str, str]:
        """Return the label of each item that has one."""
        return {
            item: block.label for block in self.items if block.label for text in block.ids for item in expand_ids(text)
        }

    def missing_rule(self, scale: str) -> MissingRule:
        """Return the rule that holds for `scale`: its own, or the instrument's."""
        return self.scales[scale].missing or self.missing


def _follow_gates(
    item: str, own: Mapping[str, Mapping[str, tuple[float, ...]]]
) -> Iterator[tuple[str, tuple[float, ...]]]:
    for gate, codes in own.get(item, {}).items():
        yield from _follow_gates(gate, own)
        yield gate, codes


def scoring_weights(instrument: Instrument, scale: str) -> dict[str, float]:
    """Return the weight of each item behind `scale` that has one; through several scales weights multiply."""
    definition = instrument.scales[scale]
    if definition.items is not None:
        return {item: weight for text, weight in definition.weights.items() for item in expand_ids(text)}
    weights: dict[str, float] = {}
    for name in definition.items_of or definition.scales or ():
        part, _ = split_sign(name)
        own, inner = definition.weights.get(part, 1), scoring_weights(instrument, part)
        if own != 1 or inner:
            weights |= {item: own * inner.get(item, 1) for item in scoring_key(instrument, part)}
    return weights


def scoring_key(instrument: Instrument, scale: str) -> dict[str, bool]:
    """Return every item behind `scale` and whether it is reverse-keyed there.

    Examples
    --------
    >>> from sos_score import load_instrument
    >>> scoring_key(load_instrument("wai-s"), "goal")
    {'wais_04': True, 'wais_06': False, 'wais_10': True, 'wais_11': False}
    """
    definition = instrument.scales[scale]
    if definition.items is not None:
        return dict(expand_items(definition))
    key: dict[str, bool] = {}
    for name in definition.items_of or definition.scales or ():
        part, flipped = split_sign(name)
        for item, reverse in scoring_key(instrument, part).items():
            key[item] = reverse != flipped
    return key
