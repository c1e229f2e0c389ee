"""What every column of a file of scores means."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.verification import Claim
from sos_score.definition.reading import Definition
from sos_score.output.table import Column, Table
from sos_score.scoring.norms import NamedNorm
from sos_score.scoring.plan import ScalePlan, ScoringPlan
from sos_score.survey.vendor_scores import VendorScore

if TYPE_CHECKING:
    from sos_score.scoring.scorer import Scorer

_IDS = {
    "source": "the file or source that the row comes from",
    "respondent": "who answered",
    "person": "who is linked across waves",
    "site": "where",
    "arm": "how the site works",
    "wave": "when",
    "rater": "who rated",
    "target": "who or what was rated",
    "team": "the team",
    "worker": "the worker",
    "family": "the family",
    "answered_by": "whose view it is",
    "instrument": "the instrument",
    "scale": "the scale",
}
_METRICS = {
    "mean": "mean of the items",
    "sum": "mean of the items times their number",
    "pomp": "percent of the maximum possible",
}


@dataclass(frozen=True)
class Variable:
    """A column of a file of scores, and what it means."""

    name: str  # the column
    label: str  # everything that fits a line
    kind: str = "id"  # ``id``, ``score``, ``count``, ``metric``, ``T`` or ``band``
    unit: str = ""  # what the value is, in words
    # the theoretical range; NaN where there is none
    low: float = math.nan
    high: float = math.nan
    # what a higher value means, and whether high or low is good; empty where that is unknown
    higher_is: str = ""
    good: str = ""
    missing: str = ""  # when there is no value
    # who vouches for the key
    key_status: str = ""
    key_source: str = ""
    # the definition's id with its version, and the SHA-256 of its file
    definition: str = ""
    sha256: str = ""
    values: Mapping[str, str] = field(default_factory=dict)  # labels of values, where the column is categorical


def list_variables(scorer: Scorer, definitions: Mapping[str, Definition], *, is_long: bool = False) -> list[Variable]:
    """Return what each column of a file of scores means."""
    found = [describe_id(name) for name in (*scorer.columns.ids, *scorer.columns.constants)]
    scores = [each for plan in scorer.plans for each in describe_plan(plan, definitions[plan.instrument.id])]
    scores += [describe_vendor_score(each, definitions[each.instrument]) for each in scorer.vendor_scores]
    if not is_long:
        return [*found, *scores]
    instruments = [definitions[name].instrument for name in scorer.instruments]
    return [*found, *_describe_long(scorer, instruments, scores)]


def describe_id(name: str, values: Mapping[str, str] | None = None) -> Variable:
    """Return an id column."""
    return Variable(name, _IDS.get(name, name), missing="blank where unknown", values=values or {})


def describe_plan(plan: ScoringPlan, definition: Definition) -> Iterator[Variable]:
    """Yield the columns of an instrument that is scored here, in their order."""
    by_scale = {scale.scale: scale for scale in plan.scales}
    for name in plan.instrument.scales:
        yield from _describe_scale(plan.instrument, by_scale[name], definition)


def _describe_scale(instrument: Instrument, scale: ScalePlan, definition: Definition) -> Iterator[Variable]:
    own = instrument.scales[scale.scale]
    title = f"{instrument.title}, {own.title}"
    noun = "score" if scale.of_scores else "item"
    nouns = noun if len(scale.terms) == 1 else f"{noun}s"
    parts = f"{len(scale.terms)} {nouns}"
    unit = f"{scale.method} of {parts}"
    turned = f", higher = {own.higher_is}"
    rule = scale.describe_rule()
    if scale.is_weighted:
        unit = f"weighted {unit}"
    if scale.is_rounded:
        unit += ", in whole points (halves upwards)"
    base = Variable(
        name=scale.column,
        label=f"{title}: {unit}, {scale.low:g}-{scale.high:g}{turned}",
        kind="score",
        unit=unit,
        low=scale.low,
        high=scale.high,
        higher_is=own.higher_is,
        good=own.good or "",
        missing=rule if scale.has_conditions else f"{rule} ({scale.needed} of {len(scale.terms)})",
        key_status=instrument.verification.key.status,
        key_source=instrument.verification.key.source,
        definition=f"{instrument.id} {instrument.version}",
        sha256=definition.document.sha256,
    )
    yield base
    yield replace(
        base, name=f"{scale.column}_n", label=f"{title}: how many of {parts} answered", kind="count",
        unit=f"{nouns} answered", low=0.0, high=float(len(scale.terms)), higher_is="", good="",
        missing="never; 0 where nothing is answered",
    )  # fmt: skip
    for metric in scale.metrics:
        low, high = _find_range(scale, metric)
        yield replace(
            base, name=f"{scale.column}_{metric}", label=f"{title}: {_METRICS[metric]}, {low:g}-{high:g}{turned}",
            kind="metric", unit=_METRICS[metric], low=low, high=high,
        )  # fmt: skip
    norms = {norm.name: norm for norm in scale.norms}
    for name in scale.norm_names:
        yield _describe_t(base, title, (name, scale.t_column(name)), norms.get(name), instrument.verification.norms)
    yield from _describe_published(scale, base, title)


def _describe_published(scale: ScalePlan, base: Variable, title: str) -> Iterator[Variable]:
    """Yield the columns of converted scores, and of the bands that published cut-offs make."""
    for each in scale.conversions:
        table = each.published
        kind, values = "T" if table.unit == "T" else "metric", each.table.values()
        whom = f", {table.population}" if table.population else ""
        yield replace(
            base, name=each.column, label=f"{title}: {table.title}, from a published table", kind=kind,
            unit=f"{table.title}{whom} ({table.source})", low=float(min(values)), high=float(max(values)),
        )  # fmt: skip
    for bands in scale.bands:
        cut_off = bands.published
        whom = f", {cut_off.population}" if cut_off.population else ""
        yield replace(
            base, name=bands.column, label=f"{title}: {cut_off.title}, beside published cut-offs; no diagnosis",
            kind="band", unit=f"{cut_off.title}{whom} ({cut_off.source})", low=math.nan, high=math.nan,
            higher_is="", good="", values={label: label for label in bands.labels},
        )  # fmt: skip


def _find_range(scale: ScalePlan, metric: str) -> tuple[float, float]:
    if metric == "pomp":
        return 0.0, 100.0
    low, high = (sum(term.weight * getattr(term, end) for term in scale.terms) for end in ("low", "high"))
    return (low, high) if metric == "sum" else (low / scale.weight, high / scale.weight)


def _describe_t(
    base: Variable, title: str, names: tuple[str, str], norm: NamedNorm | None, claim: Claim | None
) -> Variable:
    name, column = names
    against = norm.describe() if norm else f"{name}: local T against a sample of the data"
    vouched = f"; norms {claim.status}: {claim.source}" if claim and norm and not norm.is_local else ""
    return replace(
        base, name=column, label=f"{title}: T-score, higher = {base.higher_is}; {against}", kind="T",
        unit=f"{against}{vouched}", low=math.nan, high=math.nan,
    )  # fmt: skip


def describe_vendor_score(ready: VendorScore, definition: Definition) -> Variable:
    """Return a column of T-scores that arrived as such."""
    instrument = definition.instrument
    scale = instrument.scales[ready.scale]
    return Variable(
        name=ready.column,
        label=f"{instrument.title}, {scale.title}: T-score, higher = {scale.higher_is}; {ready.describe()}",
        kind="T",
        unit=ready.describe(),
        higher_is=scale.higher_is,
        good=scale.good or "",
        missing="as it arrived",
        key_status="not used",
        key_source=ready.source,
        definition=f"{instrument.id} {instrument.version}",
        sha256=definition.document.sha256,
    )


def _describe_long(scorer: Scorer, instruments: list[Instrument], scores: list[Variable]) -> Iterator[Variable]:
    """Yield the columns of a long file: what they mean differs from row to row."""
    definition = "; ".join(dict.fromkeys(each.definition for each in scores))
    statuses = "; ".join(dict.fromkeys(f"{each.definition}: {each.key_status}" for each in scores))
    base = Variable("", "", definition=definition, key_status=statuses)
    named = {each.id: each.title for each in instruments}
    yield replace(base, name="instrument", label=_IDS["instrument"], values=named)
    titles: dict[str, dict[str, None]] = {}
    for each in instruments:
        for name, scale in each.scales.items():
            titles.setdefault(name, {})[scale.title] = None
    yield replace(base, name="scale", label=_IDS["scale"], values={name: " / ".join(x) for name, x in titles.items()})
    plans = [scale for plan in scorer.plans for scale in plan.scales]
    yield replace(base, name="score", label="score of the scale, in the metric of its definition", kind="score",
                  missing="too few items answered; see the definition's rule")  # fmt: skip
    yield replace(base, name="n", label="how many items of the scale are answered", kind="count", missing="never")
    for metric in dict.fromkeys(metric for scale in plans for metric in scale.metrics):
        yield replace(base, name=metric, label=_METRICS[metric], kind="metric", unit=_METRICS[metric])
    published = {
        each.name.removeprefix(f"{plan.column}_"): each
        for plan in plans
        for each in _describe_published(plan, base, "")
    }
    for column, found in published.items():
        yield replace(found, name=column, label=found.label.removeprefix(": "), low=math.nan, high=math.nan)
    norms = {norm.name: norm.describe() for scale in plans for norm in scale.norms}
    norms |= {each.norm: each.describe() for each in scorer.vendor_scores}
    names = [name for scale in plans for name in scale.norm_names] + [each.norm for each in scorer.vendor_scores]
    for name in dict.fromkeys(names):
        against = norms.get(name, f"{name}: local T against a sample of the data")
        yield replace(base, name=f"t_{name}", label=f"T-score; {against}", kind="T", unit=against)


def merge_variables(variables: Iterable[Variable]) -> list[Variable]:
    """Return each column once; where files differ in what is missing, each way is named."""
    found: dict[str, list[Variable]] = {}
    for each in variables:
        found.setdefault(each.name, []).append(each)
    return [_merge(same) for same in found.values()]


def _merge(same: list[Variable]) -> Variable:
    values = {value: label for each in same for value, label in each.values.items()}
    return replace(same[0], missing="; or: ".join(dict.fromkeys(each.missing for each in same)), values=values)


def make_codebook(variables: Iterable[Variable]) -> Table:
    """Return a codebook: a row for each column, of which a terminal shows what tells most."""
    columns = (
        Column("column"),
        Column("meaning", wraps=True, key="label", narrowest=24),
        Column("kind", shown=False),
        Column("unit", shown=False),
        Column("low", key="lowest", shown=False),
        Column("high", key="highest", shown=False),
        Column("higher is", key="higher_is", shown=False),
        Column("good", shown=False),
        Column("missing", wraps=True, key="missing", narrowest=18),
        Column("values", shown=False),
        Column("key", key="key_status"),
        Column("key source", key="key_source", shown=False),
        Column("definition", shown=False),
        Column("SHA-256", key="definition_sha256", shown=False),
    )
    rows = tuple(
        (each.name, each.label, each.kind, each.unit, _know(each.low), _know(each.high), each.higher_is, each.good,
         each.missing, "; ".join(f"{value} = {label}" for value, label in each.values.items()), each.key_status,
         each.key_source, each.definition, each.sha256)
        for each in variables
    )  # fmt: skip
    return Table(columns, rows, "Codebook of the scores")


def _know(value: float) -> float | None:
    return None if math.isnan(value) else value
