"""An instrument as a page in the terminal."""

from __future__ import annotations

import json
from textwrap import fill
from typing import Any

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.verification import STATUS_MEANING
from sos_score.definition.reading import Definition
from sos_score.output.delimited import open_console
from sos_score.output.files import choose_format, write_text
from sos_score.output.table import Column, Table, print_table
from sos_score.scoring.plan import ScalePlan, plan_scores
from sos_score.scoring.provenance import describe_definition


def write_instrument(definition: Definition, fmt: str | None, output: str | None, *, force: bool) -> None:
    """Show a definition in the terminal, or write it as JSON."""
    if choose_format(fmt, output, ("json",)) == "json":
        text = json.dumps(describe_instrument(definition), indent=2, ensure_ascii=False)
        write_text(text + "\n", output, force=force, inputs=[definition.document.path])
    else:
        _print_instrument(definition)


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
            "min_answered": plans[name].needed,
            "scales" if plans[name].of_scores else "items": _list_terms(plans[name]),
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
    }


def _print_instrument(definition: Definition) -> None:
    from rich.text import Text

    instrument, console = definition.instrument, open_console()
    paragraphs = [
        f"{instrument.title} ({instrument.id} {instrument.version})",
        f"Measures {instrument.measures}; answered by {', '.join(instrument.answered_by)}.",
        f"{len(instrument.responses)} items.",
        *(f"Answers {name}: {_list_labels(instrument, name)}" for name in instrument.response_scales),
    ]
    for paragraph in paragraphs:
        console.print(Text(fill(paragraph, console.width, subsequent_indent="  ")))
    plans = {plan.scale: plan for plan in plan_scores(instrument).scales}
    rows = []
    for name, scale in instrument.scales.items():
        plan = plans[name]
        needed = f"{plan.needed} of {len(plan.terms)}"
        rows.append((name, f"{scale.score} {plan.low:g}-{plan.high:g}", needed, scale.higher_is))
    columns = (Column("scale"), Column("score"), Column("needs"), Column("higher is", wraps=True))
    console.print()
    print_table(Table(columns, tuple(rows)), console)
    claims = instrument.verification.parts().items()
    sections = {
        "Items": [f"{item}: {label}" for item, label in instrument.labels.items()],
        "Key (- is reverse-keyed)": [_write_key(plans[name]) for name in instrument.scales],
        "Who vouches for it": [
            f"{part}: {claim.status} ({STATUS_MEANING[claim.status]}). {claim.source}" for part, claim in claims
        ],
        "Rights": [instrument.rights.holder, f"Item wording {instrument.rights.wording}."],
        "References": instrument.references,
        "Notes": instrument.notes,
        "SHA-256 of the definition": [definition.document.sha256],
        "SHA-256 of the wording": [] if definition.wording is None else [definition.wording.sha256],
    }
    for title, lines in sections.items():
        if lines:
            console.print(Text(f"\n{title}"))
        for line in lines:
            console.print(Text(fill(line, console.width, initial_indent="  ", subsequent_indent="    ")))


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
    signed = _list_terms(plan)
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
