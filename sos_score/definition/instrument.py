"""The types of an instrument definition."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    PlainValidator,
    WithJsonSchema,
)

from sos_score.definition.yamlfile import show_value

Status = Literal["verified", "derived", "unverified", "structural", "project", "user"]
Respondent = Literal["client", "worker", "staff", "family", "observer"]

STATUS_MEANING: dict[str, str] = {
    "verified": "two or more independent public sources agree",
    "derived": "worked out from verified facts",
    "unverified": "from the literature without a check against the article",
    "structural": "counts and names only; the published key is proprietary or unknown",
    "project": "this project's own rule",
    "user": "stated by the user",
}

_RANGE = re.compile(r"(?P<stem>.*?)(?P<first>\d{1,9})\.\.(?P=stem)(?P<last>\d{1,9})")
_LONGEST = 1000  # a digit too many in a range must not fill the memory
_SHARE = re.compile(r"(?:(?P<percent>\d{1,9}(?:\.\d{1,9})?)\s*%|(?P<top>\d{1,9})/(?P<bottom>[1-9]\d{0,8}))")
_FRACTION = re.compile(r"-?\d{1,9}/[1-9]\d{0,8}")


class Model(BaseModel):
    """A part of a file: every key known, every type as written, nothing changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def expand_ids(text: str) -> tuple[str, ...]:
    """Return the ids that ``wais_01..wais_12`` stands for; a plain id stands for itself.

    A range that runs downwards, or over more than a thousand ids, stands for none.

    Examples
    --------
    >>> expand_ids("q_08..q_11")
    ('q_08', 'q_09', 'q_10', 'q_11')
    >>> expand_ids("safety")
    ('safety',)
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        return (text,)
    width = len(match["first"])
    numbers = range(int(match["first"]), int(match["last"]) + 1)
    if len(numbers) > _LONGEST:
        return ()
    return tuple(f"{match['stem']}{number:0{width}}" for number in numbers)


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _check_ids(value: list[str]) -> list[str]:
    for text in value:
        names = expand_ids(text)
        if not names or not all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in names):
            raise ValueError(
                f"{text!r} is not an item id or a range of ids "
                f"(letters, digits and _, beginning with a letter; wais_01..wais_12, {_LONGEST:,} at most)"
            )
    return value


def _check_min_answered(value: object) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    if isinstance(value, str) and (value == "all" or _SHARE.fullmatch(value)):
        return value
    raise ValueError(f"{show_value(value)} is not a missing rule ('all', a count of at least 1, '80%' or '2/3')")


def _check_codes(value: object) -> list[str]:
    codes = value if isinstance(value, list) else [value]
    if not codes:
        raise ValueError("must not be empty")
    for code in codes:
        if not isinstance(code, int | str) or isinstance(code, bool):
            raise ValueError(f"{show_value(code)} is not a code or a text (such as 99 or N/A)")
    return [str(code) for code in codes]


def _check_score(value: object) -> float | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and _FRACTION.fullmatch(value):
        return float(Fraction(value))
    raise ValueError(f"{show_value(value)} is not a score (a number, a fraction such as 7/3, or null for no score)")


def _check_answer(value: object) -> int | str | None:
    if value is None or (isinstance(value, int | str) and not isinstance(value, bool)):
        return value
    raise ValueError(f"{show_value(value)} is not an answer (a code, a label, or null for a missing answer)")


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
StatedScore = Annotated[
    float | None,
    PlainValidator(_check_score),
    WithJsonSchema({"anyOf": [{"type": ["number", "null"]}, {"type": "string", "pattern": f"^{_FRACTION.pattern}$"}]}),
]
Answer = Annotated[
    int | str | None, PlainValidator(_check_answer), WithJsonSchema({"type": ["integer", "string", "null"]})
]
Ids = Annotated[list[str], BeforeValidator(_as_list), AfterValidator(_check_ids)]
ScaleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
SignedId = Annotated[str, Field(pattern=r"^-?[A-Za-z][A-Za-z0-9_.]*$")]
Text = Annotated[str, Field(min_length=1)]


class Rights(Model):
    """Who holds the rights, and what that means for the item wording."""

    holder: Text
    wording: Text = "not distributed"


class Claim(Model):
    """How well one part of a definition is known, and from where."""

    status: Status
    source: Text


class Verification(Model):
    """Who vouches for each part of a definition."""

    key: Claim
    responses: Claim
    missing: Claim
    norms: Claim | None = None

    def parts(self) -> dict[str, Claim]:
        """Return the claims that are made, by the part they are about."""
        named = {"key": self.key, "responses": self.responses, "missing": self.missing, "norms": self.norms}
        return {part: claim for part, claim in named.items() if claim is not None}


class ResponseScale(Model):
    """The answers an item can have.

    Attributes
    ----------
    min, max : int
        The theoretical range; reversal is ``min + max - answer``.
    labels : dict
        Text to code; several texts may share a code.
    missing : dict
        Codes and texts that mean "no answer", by reason.
    """

    min: int
    max: int
    labels: dict[str, int] = {}
    missing: dict[str, MissingCodes] = {}


class ItemBlock(Model):
    """One item, or several alike (``ids: wais_01..wais_12``)."""

    ids: Ids
    responses: Text
    label: Text | None = None


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

    def describe(self, method: str) -> str:
        """Return the rule in words, for a mean or a sum.

        Examples
        --------
        >>> MissingRule(min_answered="80%").describe("mean")
        'at least 80% of the items answered; mean of those'
        >>> MissingRule(min_answered="80%").describe("sum")
        'at least 80% of the items answered; sum prorated'
        """
        if self.min_answered == "all" or (method == "sum" and self.sums == "strict"):
            return "every item answered"
        what = (
            f"{self.min_answered} of the items"
            if isinstance(self.min_answered, str)
            else _count_items(self.min_answered)
        )
        how = "mean of those" if method == "mean" else f"sum {self.sums.replace('_', ' ')}"
        return f"at least {what} answered; {how}"


def _count_items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _read_share(text: str) -> Fraction:
    match = _SHARE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a share")
    if match["percent"]:
        return Fraction(match["percent"]) / 100
    return Fraction(int(match["top"]), int(match["bottom"]))


class Scale(Model):
    """A score: signed items, the items of other scales, or the scores of other scales.

    Attributes
    ----------
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
    """

    title: Text
    items: list[SignedId] | None = None
    items_of: list[SignedId] | None = None
    scales: list[SignedId] | None = None
    score: Literal["mean", "sum"]
    higher_is: Text
    good: Literal["high", "low"] | None = None
    missing: MissingRule | None = None

    def sources(self) -> dict[str, list[str]]:
        """Return what the scale is made of, by the key that says so."""
        named = {"items": self.items, "items_of": self.items_of, "scales": self.scales}
        return {key: names for key, names in named.items() if names is not None}


class RawNorm(Model):
    """Mean and standard deviation of one scale in the norm's population."""

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
    """Answers and the scores they must give; ``all`` answers every item not named."""

    name: Text
    answers: dict[str, Answer]
    scores: dict[str, StatedScore]


class Instrument(Model):
    """A checked definition: everything needed to score one instrument, and who vouches for it."""

    format: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    measures: Annotated[Text, Field(alias="construct")]  # pydantic keeps "construct" for itself
    answered_by: Annotated[list[Respondent], Field(min_length=1)]
    references: list[Text]
    rights: Rights
    verification: Verification
    notes: list[Text] = []
    response_scales: dict[str, ResponseScale]
    items: Annotated[list[ItemBlock], BeforeValidator(_as_list)]
    missing: MissingRule
    scales: dict[ScaleId, Scale]
    norms: dict[str, Norm] = {}
    examples: list[Example] = []

    @property
    def column_stem(self) -> str:
        """Return the beginning of this instrument's score columns."""
        return self.id.replace("-", "_")

    @cached_property
    def responses(self) -> dict[str, ResponseScale]:
        """Return each item's response scale, in the order of the definition."""
        return {item: self.response_scales[name] for item, name in self.response_names.items()}

    @cached_property
    def response_names(self) -> dict[str, str]:
        """Return the name of each item's response scale."""
        return {item: block.responses for block in self.items for text in block.ids for item in expand_ids(text)}

    @cached_property
    def labels(self) -> dict[str, str]:
        """Return the label of each item that has one."""
        return {
            item: block.label for block in self.items if block.label for text in block.ids for item in expand_ids(text)
        }

    def missing_rule(self, scale: str) -> MissingRule:
        """Return the rule that holds for `scale`: its own, or the instrument's."""
        return self.scales[scale].missing or self.missing


def split_sign(name: str) -> tuple[str, bool]:
    """Return the bare name and whether it is reversed.

    Examples
    --------
    >>> split_sign("-wai_07")
    ('wai_07', True)
    """
    return name.removeprefix("-"), name.startswith("-")


def expand_items(scale: Scale) -> list[tuple[str, bool]]:
    """Return the signed items a scale lists itself, ranges expanded."""
    signed = [split_sign(name) for name in scale.items or ()]
    return [(item, flipped) for name, flipped in signed for item in expand_ids(name)]


def key_of(instrument: Instrument, scale: str) -> dict[str, bool]:
    """Return every item behind `scale` and whether it is reverse-keyed there.

    Parameters
    ----------
    instrument : Instrument
    scale : str
        A scale of `instrument`.

    Returns
    -------
    dict
        Item id to True where the item is reversed. A scale of scale scores gives the items below it.

    Examples
    --------
    >>> from sos_score import load_instrument
    >>> key_of(load_instrument("wai-s"), "goal")
    {'wais_04': True, 'wais_06': False, 'wais_10': True, 'wais_11': False}
    """
    definition = instrument.scales[scale]
    if definition.items is not None:
        return dict(expand_items(definition))
    key: dict[str, bool] = {}
    for name in definition.items_of or definition.scales or ():
        part, flipped = split_sign(name)
        for item, reverse in key_of(instrument, part).items():
            key[item] = reverse != flipped
    return key
