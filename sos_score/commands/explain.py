"""An explanation as a page in the terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

from sos_score.output.delimited import open_console
from sos_score.output.table import Column, Table, format_cell, print_table
from sos_score.scoring.explain import AnswerStep, Explanation, ScaleSteps
from sos_score.scoring.provenance import describe_caveat

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Explained:
    """The rows of one respondent, and what stands beside them."""

    explanations: tuple[Explanation, ...]
    about: Mapping[str, Any]  # the program, the definitions, and the missing rule where it is not theirs


def make_json(explained: Explained) -> str:
    """Return explanations as JSON."""
    rows = [
        {
            "instrument": {"id": each.instrument.id, "version": each.instrument.version},
            "source": each.source,
            "line": each.line,
            "ids": dict(each.ids),
            "notes": list(map(str, each.about)),
            "scales": [asdict(scale) for scale in each.scales],
            "caveat": describe_caveat(each.instrument),
        }
        for each in explained.explanations
    ]
    data = {"explanations": rows, "about": explained.about}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def print_explanations(explained: Explained) -> None:
    """Print how each score of each row came about."""
    from rich.text import Text

    console = open_console()
    for number, explanation in enumerate(explained.explanations):
        if number:
            console.print()
        _print_row(explanation, console)
    if "min_answered" in explained.about:
        console.print(Text("\n" + fill(explained.about["min_answered"], console.width)))


def _print_row(explanation: Explanation, console: Console) -> None:
    from rich.text import Text

    ids = ", ".join(f"{name} {value}" for name, value in explanation.ids.items())
    title = f"{explanation.instrument.title} ({explanation.instrument.id} {explanation.instrument.version})"
    console.print(Text(fill(title, console.width)))
    console.print(Text(fill(f"{ids}; {explanation.source}, line {explanation.line}", console.width)))
    for said in explanation.about:
        console.print(Text(fill(f"{said}", console.width)))
    for scale in explanation.scales:
        console.print(Text(f"\n{scale.title} ({scale.scale}): {_conclude(scale)}", style="bold"))
        print_table(_list_answers(scale, explanation.instrument.labels), console)
        for line in _write_steps(scale):
            console.print(Text(fill(line, console.width, initial_indent="  ", subsequent_indent="    ")))
    caveat = describe_caveat(explanation.instrument)
    if caveat:
        console.print(Text("\n" + fill(caveat, console.width)))


def _conclude(scale: ScaleSteps) -> str:
    if scale.score is None:
        return "no score"
    return f"{format_cell(scale.score, 2)} on {scale.low:g}-{scale.high:g}; higher is {scale.higher_is}"


def _list_answers(scale: ScaleSteps, labels: Mapping[str, str]) -> Table:
    rows = tuple(
        (
            _name_item(answer.item, labels),
            answer.column or "a score",
            answer.cell.strip() or "",
            _show_code(answer),
            _show_value(answer),
        )
        for answer in scale.answers
    )
    columns = (
        Column("item", wraps=bool(labels)),
        Column("column", wraps=True),
        Column("cell", wraps=True),
        Column("means"),
        Column("counts as"),
    )
    return Table(columns, rows)


def _name_item(item: str, labels: Mapping[str, str]) -> str:
    return f"{item}: {labels[item]}" if item in labels else item


def _show_code(answer: AnswerStep) -> str:
    return answer.missing if answer.code is None else f"{answer.code:.10g}"


def _show_value(answer: AnswerStep) -> str:
    if answer.value is None or answer.code is None:
        return ""
    counted = answer.code if answer.recoded is None else answer.recoded
    text = f"{answer.value:.10g}"
    if answer.is_reversed:
        text = f"{answer.low:g} + {answer.high:g} - {counted:.10g} = {answer.value:.10g}"
    if answer.recoded is not None:
        text = f"{answer.code:.10g} counts {counted:.10g}" + (f"; {text}" if answer.is_reversed else "")
    return text if answer.weight == 1 else f"{text} (weight {answer.weight:.10g})"


def _write_steps(scale: ScaleSteps) -> Iterable[str]:
    enough = "enough" if scale.score is not None else "too few"
    asked = f"{scale.asked} asked of {scale.size}" if scale.asked < scale.size else f"{scale.size}"
    yield f"answered: {scale.answered} of {asked}, {scale.required} needed ({scale.rule}): {enough}"
    if scale.score is not None:
        result = scale.score if scale.unrounded is None else scale.unrounded
        yield f"{scale.method}: {scale.arithmetic} = {result:.10g}"
        if scale.unrounded is not None:
            yield f"rounded, halves upwards: {scale.score:.10g}"
    for published in scale.published:
        if scale.score is not None:
            said = "not in the table" if published.result is None else published.result
            said = said if isinstance(said, str) else f"{said:.10g}"
            yield f"{published.title}: {said}. Source: {published.source}"
    for step in scale.t_scores:
        if step.t is not None and step.score is not None:
            yield f"T: 50 + 10 x ({step.score:.10g} - {step.mean:.10g}) / {step.sd:.10g} = {step.t:.10g}"
            yield step.description
