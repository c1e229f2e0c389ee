"""A definition worked out: for each scale its terms, its range, and how many of them must be answered."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sos_score.definition.instrument.ids import split_sign
from sos_score.definition.instrument.instrument import Instrument, scoring_key, scoring_weights
from sos_score.definition.instrument.missing_rule import MissingRule
from sos_score.definition.instrument.published import Conversion, CutOff, name_bands
from sos_score.definition.instrument.scale import Scale
from sos_score.errors import InvalidRequest
from sos_score.scoring.norms import NamedNorm, Reference

METRICS = ("mean", "sum", "pomp")
HALF = 0.5 + 1e-9
Condition = tuple[str, tuple[float, ...]]


@dataclass(frozen=True)
class Term:
    """One part of a scale: an item, or another scale's score.

    Attributes
    ----------
    low, high : float
        The theoretical range of what it counts; reversed it is ``low + high - x``.
    options : int
        How many answers an item has, where they are all whole numbers of its range; else 0, as for a score.
    weight : float
        How often it counts.
    recode : mapping
        What each answer counts, where that is not its code; empty for most items.
    conditions : tuple of (item, codes)
        The answers that must hold for the item to be asked; none for an item that is always asked.
    """

    name: str
    is_reversed: bool
    low: float
    high: float
    options: int = 0
    weight: float = 1
    recode: Mapping[float, float] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()

    @property
    def turn(self) -> float | None:
        """Return what a reversed term is taken from: low + high; None where it counts as it is."""
        return self.low + self.high if self.is_reversed else None

    def reverse(self, value: Any) -> Any:
        """Return what counts of a value, or of a column or array of them: low + high - x, or x itself."""
        return value if self.turn is None else self.turn - value


@dataclass(frozen=True)
class TableConversion:
    """A published table for one scale.

    Attributes
    ----------
    column : str
        Where the converted score goes.
    table : mapping
        Each whole score to the converted one.
    """

    name: str
    column: str
    table: Mapping[int, float]
    published: Conversion


@dataclass(frozen=True)
class Bands:
    """The published cut-offs of one scale.

    Attributes
    ----------
    column : str
        Where the words go.
    points : tuple of float
        The lowest score at or above each cut-off, rising.
    labels : tuple of str
        The words for what lies below the first, between two, and at or above the last.
    """

    name: str
    column: str
    points: tuple[float, ...]
    labels: tuple[str, ...]
    published: CutOff


@dataclass(frozen=True)
class ScalePlan:
    """How one scale is computed.

    Attributes
    ----------
    column : str
        Where the score goes; the count answered goes to ``<column>_n``.
    of_scores : bool
        Whether the terms are scores of other scales, not items.
    method : str
        ``mean`` or ``sum``.
    required : int
        The least number of terms present.
    low, high : float
        The theoretical range of the score.
    metrics : tuple of str
        What else the score is given as: mean, sum, pomp.
    norms : tuple of NamedNorm
        What T-scores are given against.
    unmeasured : tuple of str
        Reference samples that are not measured yet, or in which this scale has no spread; their T-scores are empty.
    is_rounded : bool
        Whether the score is given in whole points, halves upwards.
    conversions : tuple of TableConversion
        Published tables that turn the score into another.
    bands : tuple of Bands
        Published cut-offs that the score is compared with.
    """

    scale: str
    column: str
    terms: tuple[Term, ...]
    of_scores: bool
    method: str
    rule: MissingRule
    required: int
    low: float
    high: float
    metrics: tuple[str, ...] = ()
    norms: tuple[NamedNorm, ...] = ()
    unmeasured: tuple[str, ...] = ()
    is_rounded: bool = False
    conversions: tuple[TableConversion, ...] = ()
    bands: tuple[Bands, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Return the output columns: score, count answered, further metrics, T-scores, converted scores, bands."""
        metrics = [f"{self.column}_{metric}" for metric in self.metrics]
        published = [*(each.column for each in self.conversions), *(each.column for each in self.bands)]
        t_scores = [self.t_column(name) for name in self.norm_names]
        return [self.column, f"{self.column}_n", *metrics, *t_scores, *published]

    @cached_property
    def weight(self) -> float:
        """Return the sum of the weights of all terms; their number, where none has a weight."""
        return sum(term.weight for term in self.terms)

    @cached_property
    def is_weighted(self) -> bool:
        """Return whether any term counts more or less than the others."""
        return any(term.weight != 1 for term in self.terms)

    @cached_property
    def has_conditions(self) -> bool:
        """Return whether some terms are not asked of everybody."""
        return any(term.conditions for term in self.terms)

    @cached_property
    def fills_in_unevenly(self) -> bool:
        """Return whether terms that are there stand for missing ones of another range."""
        is_filled_in = self.method == "mean" or self.rule.sums == "prorated"
        ranges = {(term.low, term.high) for term in self.terms}
        return is_filled_in and not self.has_conditions and self.needed < len(self.terms) and len(ranges) > 1

    @property
    def rule_needed(self) -> MissingRule:
        """Return the rule that a score takes: ``all`` where a sum is strict."""
        is_strict = self.method == "sum" and self.rule.sums == "strict"
        return self.rule.model_copy(update={"min_answered": "all"}) if is_strict else self.rule

    def describe_rule(self) -> str:
        """Return the missing rule in words."""
        return self.rule.describe(self.method, of_scores=self.of_scores, of_asked=self.has_conditions)

    @property
    def needed(self) -> int:
        """Return how many terms a score takes: all of them where a sum is strict."""
        return len(self.terms) if self.method == "sum" and self.rule.sums == "strict" else self.required

    @property
    def norm_names(self) -> list[str]:
        """Return the names of the norms, reference samples included."""
        return [*(norm.name for norm in self.norms), *self.unmeasured]

    def t_column(self, norm: str) -> str:
        """Return the column of the T-score against a norm; its name names the norm."""
        return f"{self.column}_t_{norm}"


@dataclass(frozen=True)
class ScoringPlan:
    """An instrument's scales in an order in which each follows what it is made of."""

    instrument: Instrument
    scales: tuple[ScalePlan, ...]

    @property
    def columns(self) -> list[str]:
        """Return the output columns, in the definition's order: each score and its count answered."""
        order = {name: index for index, name in enumerate(self.instrument.scales)}
        ordered = sorted(self.scales, key=lambda plan: order[plan.scale])
        return [column for plan in ordered for column in plan.columns]


@dataclass(frozen=True)
class ScoringChoices:
    """What a user may ask for beyond the definition.

    Attributes
    ----------
    metrics : tuple of str
        Further metrics beside the definition's own: ``mean``, ``sum`` (prorated), ``pomp`` (percent of the
        maximum possible: 100 (score - min) / (max - min), min and max being those of the parts that are there).
    min_answered : int, str or None
        A missing rule to use in place of every scale's own; a stated deviation.
    norms : tuple of NamedNorm
        What T-scores are given against.
    references : dict
        Reference samples in the data, to be measured and then used as norms: by instrument id, name and sample.
    """

    metrics: tuple[str, ...] = ()
    min_answered: int | str | None = None
    norms: tuple[NamedNorm, ...] = ()
    references: Mapping[str, tuple[tuple[str, Reference], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what there is not, before anything is scored."""
        if isinstance(self.metrics, str):
            raise InvalidRequest(f"metrics are several names; write ('{self.metrics}',)")
        for metric in self.metrics:
            if metric not in METRICS:
                raise InvalidRequest(f"no metric '{metric}' (metrics: {', '.join(METRICS)})")
        if self.min_answered is not None:
            read_rule(self.min_answered)


def read_rule(rule: int | str, said: str = "min_answered") -> int | str:
    """Return a rule for missing answers; `said` is what the user knows it by."""
    try:
        return MissingRule(min_answered=rule).min_answered
    except ValueError:
        raise InvalidRequest(f"{said} is a count, a share (80%, 2/3) or 'all', not '{rule}'") from None


def check_choices(choices: ScoringChoices, instruments: Iterable[Instrument], said: str = "min_answered") -> None:
    """Refuse a rule for missing answers that asks for none of a scale's parts, or for more than it has."""
    for instrument in instruments if choices.min_answered is not None else ():
        for scale in plan_scores(instrument, choices).scales:
            size, parts = len(scale.terms), "scores" if scale.of_scores else "items"
            if not 1 <= scale.required <= size:
                rule = f"{said} {choices.min_answered}"
                raise InvalidRequest(f"{rule} is {scale.required} of the {size} {parts} of '{scale.column}'")


def plan_scores(instrument: Instrument, choices: ScoringChoices | None = None) -> ScoringPlan:
    """Return how each scale of `instrument` is computed.

    Examples
    --------
    >>> from sos_score import load_instrument
    >>> bond = plan_scores(load_instrument("wai-s")).scales[1]
    >>> bond.scale, len(bond.terms), bond.required, bond.low, bond.high
    ('bond', 4, 4, 1.0, 7.0)
    """
    done: dict[str, ScalePlan] = {}
    todo = list(instrument.scales)
    while todo:
        for name in todo:
            parts = [split_sign(part)[0] for part in instrument.scales[name].scales or ()]
            if all(part in done for part in parts):
                done[name] = _plan_scale(instrument, name, done, choices or ScoringChoices())
        todo = [name for name in todo if name not in done]
    return ScoringPlan(instrument, tuple(done.values()))


def _plan_scale(instrument: Instrument, name: str, done: dict[str, ScalePlan], choices: ScoringChoices) -> ScalePlan:
    scale, rule = instrument.scales[name], instrument.missing_rule(name)
    if choices.min_answered is not None:
        rule = rule.model_copy(update={"min_answered": choices.min_answered})
    terms = _list_terms(instrument, name, scale, done)
    low, high = (sum(term.weight * getattr(term, end) for term in terms) for end in ("low", "high"))
    share = sum(term.weight for term in terms) if scale.score == "mean" else 1
    low, high = low / share, high / share
    column = f"{instrument.column_stem}_{name}"
    norms = tuple(norm for norm in choices.norms if norm.instrument == instrument.id and name in norm.means)
    samples = [local for local, _ in choices.references.get(instrument.id, ())]
    return ScalePlan(
        scale=name,
        column=column,
        terms=terms,
        of_scores=scale.scales is not None,
        method=scale.score,
        rule=rule,
        required=rule.count_required(len(terms)),
        low=float(round_half_up(low)) if scale.round else low,
        high=float(round_half_up(high)) if scale.round else high,
        metrics=choices.metrics,
        norms=norms,
        unmeasured=tuple(local for local in samples if local not in [norm.name for norm in norms]),
        is_rounded=scale.round is not None,
        conversions=tuple(_list_conversions(instrument, name, column)),
        bands=tuple(_list_bands(instrument, name, column)),
    )


def _list_conversions(instrument: Instrument, scale: str, column: str) -> Iterator[TableConversion]:
    for name, each in instrument.conversions.items():
        if scale in each.scales:
            to = f"{column}_t_{name}" if each.unit == "T" else f"{column}_{name}"
            yield TableConversion(name, to, each.scales[scale], each)


def _list_bands(instrument: Instrument, scale: str, column: str) -> Iterator[Bands]:
    for name, each in instrument.cut_offs.items():
        if scale in each.scales:
            points = each.scales[scale]
            yield Bands(name, f"{column}_{name}", tuple(points), tuple(name_bands(points)), each)


def round_half_up(score: float) -> int:
    """Return a score in whole points, halves upwards: what arithmetic leaves below a half counts as a half.

    Examples
    --------
    >>> round_half_up(2.5), round_half_up(-2.5), round_half_up(2.4999999999999996), round_half_up(2.499)
    (3, -2, 3, 2)
    """
    return math.floor(score + HALF)


def _list_terms(instrument: Instrument, name: str, scale: Scale, done: dict[str, ScalePlan]) -> tuple[Term, ...]:
    if scale.scales is not None:
        signed = [split_sign(part) for part in scale.scales]
        return tuple(
            Term(part, flipped, done[part].low, done[part].high, weight=scale.weights.get(part, 1))
            for part, flipped in signed
        )
    counted, recodes, conditions = instrument.counted, instrument.recodes, instrument.conditions
    weights = scoring_weights(instrument, name)
    return tuple(
        Term(
            item,
            flipped,
            counted[item].min,
            counted[item].max,
            counted[item].options,
            weights.get(item, 1),
            recodes.get(item, {}),
            conditions.get(item, ()),
        )
        for item, flipped in scoring_key(instrument, name).items()
    )
