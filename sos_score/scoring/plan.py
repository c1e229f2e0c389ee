"""A definition worked out: for each scale its terms, its range, and how many of them must be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sos_score.definition.instrument.ids import split_sign
from sos_score.definition.instrument.instrument import Instrument, scoring_key
from sos_score.definition.instrument.missing_rule import MissingRule
from sos_score.definition.instrument.scale import Scale
from sos_score.scoring.norms import NamedNorm, Reference

METRICS = ("mean", "sum", "pomp")


@dataclass(frozen=True)
class Term:
    """One part of a scale: an item, or another scale's score.

    Attributes
    ----------
    low, high : float
        Its theoretical range; reversed it is ``low + high - x``.
    options : int
        How many answers an item has, where they are all whole numbers of its range; else 0, as for a score.
    """

    name: str
    is_reversed: bool
    low: float
    high: float
    options: int = 0

    @property
    def turn(self) -> float | None:
        """Return what a reversed term is taken from: low + high; None where it counts as it is."""
        return self.low + self.high if self.is_reversed else None

    def reverse(self, value: Any) -> Any:
        """Return what counts of a value, or of a column or array of them: low + high - x, or x itself."""
        return value if self.turn is None else self.turn - value


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

    @property
    def columns(self) -> list[str]:
        """Return the output columns: score, count answered, further metrics, T-scores."""
        metrics = [f"{self.column}_{metric}" for metric in self.metrics]
        return [self.column, f"{self.column}_n", *metrics, *(self.t_column(name) for name in self.norm_names)]

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
    low = sum(term.low for term in terms)
    high = sum(term.high for term in terms)
    share = len(terms) if scale.score == "mean" else 1
    norms = tuple(norm for norm in choices.norms if norm.instrument == instrument.id and name in norm.means)
    samples = [local for local, _ in choices.references.get(instrument.id, ())]
    return ScalePlan(
        scale=name,
        column=f"{instrument.column_stem}_{name}",
        terms=terms,
        of_scores=scale.scales is not None,
        method=scale.score,
        rule=rule,
        required=rule.count_required(len(terms)),
        low=low / share,
        high=high / share,
        metrics=choices.metrics,
        norms=norms,
        unmeasured=tuple(local for local in samples if local not in [norm.name for norm in norms]),
    )


def _list_terms(instrument: Instrument, name: str, scale: Scale, done: dict[str, ScalePlan]) -> tuple[Term, ...]:
    if scale.scales is not None:
        signed = [split_sign(part) for part in scale.scales]
        return tuple(Term(part, flipped, done[part].low, done[part].high) for part, flipped in signed)
    responses = instrument.responses
    key = scoring_key(instrument, name)
    return tuple(
        Term(item, flipped, responses[item].min, responses[item].max, responses[item].options)
        for item, flipped in key.items()
    )
