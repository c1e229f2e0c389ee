"""An instrument as a page in the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from sos_score.definition.extending import KEYS
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.published import CutOff
from sos_score.definition.instrument.verification import STATUS_MEANING
from sos_score.definition.reading import Definition
from sos_score.errors import InvalidRequest
from sos_score.output.delimited import open_console
from sos_score.output.files import choose_format, write_text
from sos_score.output.table import Column, Table, print_table
from sos_score.scoring.plan import Condition, ScalePlan, plan_scores
from sos_score.scoring.provenance import describe_definition


def write_instrument(definition: Definition, fmt: str | None, output: str | None, *, force: bool) -> None:
    """Show a definition in the terminal, or write it as JSON."""
    if choose_format(fmt, output, ("json",)) == "json":
        text = json.dumps(describe_instrument(definition), indent=2, ensure_ascii=False)
        write_text(text + "\n", output, force=force, inputs=[definition.document.path])
    else:
        _print_instrument(definition)


def write_resolved(definition: Definition, fmt: str | None, output: str | None, *, force: bool) -> None:
    """Write a definition as one YAML file: everything it takes from those it extends, and the wording laid over it."""
    if fmt is not None:
        raise InvalidRequest("--resolved writes YAML, which has no --format")
    inputs = [each.path for each in (definition.document, *definition.extends)]
    write_text(make_resolved(definition), output, force=force, inputs=inputs)


def make_resolved(definition: Definition) -> str:
    """Return a definition as YAML that stands by itself."""
    from sos_score.definition.yaml.writer import write_yaml

    data = dict(definition.document.data) if isinstance(definition.document.data, dict) else {}
    if definition.instrument.labels:
        data["items"] = [
            {key: value for key, value in block.model_dump().items() if value} for block in definition.instrument.items
        ]
    return write_yaml({key: data[key] for key in KEYS if key in data})


def describe_instrument(definition: Definition) -> dict[str, Any]:
    """Return everything known of an instrument, keys worked out, as plain data."""
    instrument = definition.instrument
    plans = {plan.scale: plan for plan in plan_scores(instrument).scales}
    scales = {
        name: {
            "title": scale.title,
            "score": scale.score,
            "low": plans[name].low,
            "high": plans[name].high,
            "higher_is": scale.higher_is,
            "good": scale.good,
            "min_answered": plans[name].rule.min_answered if plans[name].has_conditions else plans[name].needed,
            "scales" if plans[name].of_scores else "items": _list_terms(plans[name]),
            **_describe_features(plans[name]),
        }
        for name, scale in instrument.scales.items()
    }
    responses = {name: scale.model_dump() for name, scale in instrument.response_scales.items()}
    return {
        **describe_definition(definition),
        "answered_by": list(instrument.answered_by),
        "references": list(instrument.references),
        "response_scales": responses,
        "labels": instrument.labels,
        "scales": scales,
        **{key: value for key, value in _describe_parts(instrument).items() if value},
    }


def _describe_features(plan: ScalePlan) -> dict[str, Any]:
    """Return the weights and the rounding of a scale, where it has any."""
    weights = {term.name: term.weight for term in plan.terms} if plan.is_weighted else {}
    rounded = {"round": "half_up"} if plan.is_rounded else {}
    return ({"weights": weights} if weights else {}) | rounded


def _describe_parts(instrument: Instrument) -> dict[str, Any]:
    """Return what few definitions have: recodes, conditions, an order of its own, tables and cut-offs."""
    return {
        "recode": {
            item: {str(code): counts for code, counts in each.items()} for item, each in instrument.recodes.items()
        },
        "asked_if": {item: {gate: list(codes) for gate, codes in each} for item, each in instrument.conditions.items()},
        "order": list(instrument.administration) if instrument.order else [],
        "conversions": {name: each.model_dump() for name, each in instrument.conversions.items()},
        "cut_offs": {name: each.model_dump() for name, each in instrument.cut_offs.items()},
    }


def _print_instrument(definition: Definition) -> None:
    from rich.text import Text

    instrument, console = definition.instrument, open_console()
    plans = {plan.scale: plan for plan in plan_scores(instrument).scales}
    for paragraph in _list_facts(instrument):
        console.print(Text(fill(paragraph, console.width, subsequent_indent="  ")))
    console.print()
    print_table(_make_scale_table(instrument, plans), console)
    for title, lines in _list_sections(definition, plans).items():
        if lines:
            console.print(Text(f"\n{title}"))
        for line in lines:
            console.print(Text(fill(line, console.width, initial_indent="  ", subsequent_indent="    ")))


def _list_facts(instrument: Instrument) -> list[str]:
    """Return what an instrument is, who answers it, and with what."""
    return [
        f"{instrument.title} ({instrument.id} {instrument.version})",
        f"Measures {instrument.measures}; answered by {', '.join(instrument.answered_by)}.",
        f"{len(instrument.responses)} items.",
        *(f"Answers {name}: {_list_labels(instrument, name)}" for name in instrument.response_scales),
        *(
            f"Answers {name} ({language}): {', '.join(f'{code} {text}' for text, code in labels.items())}."
            for name, scale in instrument.response_scales.items()
            for language, labels in scale.labels_in.items()
        ),
    ]


def _make_scale_table(instrument: Instrument, plans: Mapping[str, ScalePlan]) -> Table:
    """Return how each scale is scored, and what it needs."""
    rows = []
    for name, scale in instrument.scales.items():
        plan = plans[name]
        needed = (
            f"{plan.rule_needed.min_answered} asked" if plan.has_conditions else f"{plan.needed} of {len(plan.terms)}"
        )
        how = f"{'weighted ' if plan.is_weighted else ''}{scale.score}{', rounded' if plan.is_rounded else ''}"
        rows.append((name, f"{how} {plan.low:g}-{plan.high:g}", needed, scale.higher_is))
    columns = (Column("scale"), Column("score"), Column("needs"), Column("higher is", wraps=True))
    return Table(columns, tuple(rows))


def _list_sections(definition: Definition, plans: Mapping[str, ScalePlan]) -> dict[str, Sequence[str]]:
    """Return everything else that a definition says, by title; a part may be empty."""
    instrument = definition.instrument
    claims = instrument.verification.parts().items()
    return {
        "Items": [f"{item}: {label}" for item, label in instrument.labels.items()],
        "Key (- is reverse-keyed)": [_write_key(plans[name]) for name in instrument.scales],
        "Recoded": list(_list_recodes(instrument)),
        "Asked only if": list(_list_conditions(instrument)),
        "Order of the form": [", ".join(instrument.order)] if instrument.order else [],
        "Published tables": [
            f"{name}: {each.title}, for {', '.join(each.scales)}. {each.source}"
            for name, each in instrument.conversions.items()
        ],
        "Published cut-offs (no diagnosis)": [
            f"{name}: {each.title}, {_list_points(each)}. {each.source}" for name, each in instrument.cut_offs.items()
        ],
        "Who vouches for it": [
            f"{part}: {claim.status} ({STATUS_MEANING[claim.status]}). {claim.source}" for part, claim in claims
        ],
        "Rights": [instrument.rights.holder, f"Item wording {instrument.rights.wording}."],
        "References": instrument.references,
        "Notes": instrument.notes,
        "SHA-256 of the definition": [definition.document.sha256],
        "Extends": [f"{Path(each.path).stem}, SHA-256 {each.sha256}" for each in definition.extends],
        "SHA-256 of the wording": [] if definition.wording is None else [definition.wording.sha256],
    }


def _list_recodes(instrument: Instrument) -> Iterator[str]:
    """Yield what answers count, with the items for which they do."""
    alike: dict[tuple[tuple[float, float], ...], list[str]] = {}
    for item, recode in instrument.recodes.items():
        alike.setdefault(tuple(recode.items()), []).append(item)
    for pairs, items in alike.items():
        counted = ", ".join(f"{code:.10g} counts {counts:.10g}" for code, counts in pairs)
        yield f"{', '.join(_shorten(items))}: {counted}"


def _list_conditions(instrument: Instrument) -> Iterator[str]:
    alike: dict[tuple[Condition, ...], list[str]] = {}
    for item, conditions in instrument.conditions.items():
        alike.setdefault(conditions, []).append(item)
    for conditions, items in alike.items():
        gates = [f"{gate} is {' or '.join(f'{code:.10g}' for code in codes)}" for gate, codes in conditions]
        yield f"{', '.join(_shorten(items))}: {' and '.join(gates)}"


def _list_points(cut_off: CutOff) -> str:
    return "; ".join(f"{scale} {', '.join(f'{at:.10g}' for at in points)}" for scale, points in cut_off.scales.items())


def _list_labels(instrument: Instrument, name: str) -> str:
    scale = instrument.response_scales[name]
    labels = [f"{code} {label}" for label, code in sorted(scale.labels.items(), key=lambda pair: pair[1])]
    if labels and {*scale.labels.values()} == {*scale.values}:
        text = ", ".join(labels)
    else:
        steps = {1: "", "any": ", any number"}.get(scale.spacing, f" in steps of {scale.spacing}")
        text = f"{scale.min} to {scale.max}{steps}" + (f" ({', '.join(labels)})" if labels else "")
    missing = [code for codes in scale.missing.values() for code in codes]
    return f"{text}. Missing: {', '.join(missing)}." if missing else f"{text}."


def _list_terms(plan: ScalePlan) -> list[str]:
    return [f"-{term.name}" if term.is_reversed else term.name for term in plan.terms]


def _write_key(plan: ScalePlan) -> str:
    weights = {term.name: f"{term.weight:.10g} x " for term in plan.terms if term.weight != 1}
    signed = [f"{weights.get(term.name, '')}{'-' * term.is_reversed}{term.name}" for term in plan.terms]
    # A scale of scores turns whole scores round, so that an item below it has no sign of its own.
    return f"{plan.scale}: {'the scores of ' if plan.of_scores else ''}{', '.join(_shorten(signed))}"


def _shorten(signed: list[str]) -> list[str]:
    """Return runs of consecutive forward items as ranges.

    Examples
    --------
    >>> _shorten(["a_1", "a_2", "a_3", "-a_4"])
    ['a_1..a_3', '-a_4']
    """
    from sos_score.definition.instrument.ids import expand_ids

    short: list[str] = []
    start = 0
    while start < len(signed):
        end = start
        while (
            end + 1 < len(signed) and list(expand_ids(f"{signed[start]}..{signed[end + 1]}")) == signed[start : end + 2]
        ):
            end += 1
        short += [f"{signed[start]}..{signed[end]}"] if end - start > 1 else signed[start : end + 1]
        start = end + 1
    return short
