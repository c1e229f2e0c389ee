"""Which verdicts hang on a choice of the analysis: findings as rows, choices as columns, flips marked."""

from __future__ import annotations

import string
from pathlib import Path
from textwrap import fill

from sos_score import __version__
from sos_score.comparison.rows import Row
from sos_score.comparison.sensitivity import (
    PLANNED,
    RULES,
    Finding,
    Sensitivity,
    assess_sensitivity,
    say_short,
    score_by_rules,
)
from sos_score.comparison.study_panels import choose_outcomes
from sos_score.comparison.verdict import DIFFERENT, EQUIVALENT, INCONCLUSIVE, TRIVIAL
from sos_score.errors import InvalidRequest
from sos_score.report.compare import Request, load_request, refuse_nothing
from sos_score.report.output import RESULT_FORMATS, open_console, write_tables
from sos_score.report.tables import Cell, Column, Table, print_table
from sos_score.report.writers import check_output, choose_format

NAME = "sensitivity"
"""What `--only` calls it."""
_MARKS = {TRIVIAL: "~", EQUIVALENT: "=", INCONCLUSIVE: "?"}
_LEGEND = "+ higher, - lower, = equivalent, ~ too small to matter, ? inconclusive; ! another verdict"
_LETTERS = string.ascii_lowercase


def assess_file(request: Request) -> None:
    """Judge every finding of a study again under other choices, and show or write what flips.

    Raises
    ------
    InvalidInput
        The study or a file of it is wrong.
    InvalidRequest
        A scale or instrument is not there, or another question is named.
    """
    if set(request.only) != {NAME}:
        raise InvalidRequest("sensitivity is about change, arms and did, and stands alone: leave out any other --only")
    kind = choose_format(request.fmt, request.output, RESULT_FORMATS)
    if request.output not in (None, "-"):
        check_output(Path(str(request.output)), force=request.force, inputs=[request.path])
    data = load_request(request)
    if not choose_outcomes(data, request.instruments, request.scales):
        refuse_nothing(data)
    found = assess_sensitivity(data, score_by_rules(data), request.instruments, request.scales)
    if kind != "table":
        about = {
            "software": f"sos-score {__version__}",
            "study": {"id": data.study.id, "title": data.study.title},
            "inputs": [{"kind": each.kind, "path": each.path, "sha256": each.sha256} for each in data.inputs],
            "choices": {choice.name: choice.words for choice in found.choices},
        }
        tables, inputs = {"sensitivity": make_matrix(found)}, [each.path for each in data.inputs]
        write_tables(tables, request.fmt, request.output, force=request.force, about=about, inputs=inputs)
        return
    from rich.text import Text

    console = open_console()
    console.print(Text(fill(data.study.title, console.width), style="bold"))
    console.print()
    print_table(make_flip_table(found), console)


def make_matrix(found: Sensitivity) -> Table:
    """Return every finding with its verdict under each choice, for files."""
    names = [choice.name for choice in found.choices]
    columns = ("source", "scale", "title", "question", "unit", "site", "wave", "groups", *names, "flips")
    rows = tuple(
        (*_place(finding.row), *(_say(finding, name) for name in names), "; ".join(finding.flips))
        for finding in found.findings
    )
    return Table(tuple(map(Column, columns)), rows, notes=found.notes)


def _place(row: Row) -> tuple[Cell, ...]:
    return (row.source, row.scale, row.title, row.question, row.unit, row.site, row.wave, row.groups)


def _say(finding: Finding, name: str) -> str:
    row = finding.row if name == PLANNED else finding.verdicts.get(name)
    return "" if row is None else say_short(row)


def make_flip_table(found: Sensitivity) -> Table:
    """Return the findings whose verdict flips under some choice, for the terminal, each choice a letter."""
    flipped = [finding for finding in found.findings if finding.flips]
    names = [choice.name for choice in found.choices]
    letters = [_LETTERS[place] if place < len(_LETTERS) else str(place) for place in range(len(names))]
    rows = tuple((_name(finding.row), *(_mark(finding, name) for name in names)) for finding in flipped)
    counts = {name: sum(name in finding.flips for finding in flipped) for name in names}
    legend = tuple(
        f"{letter}: {choice.words}" + ("" if choice.name == PLANNED else f" ({counts[choice.name]} flip)")
        for letter, choice in zip(letters, found.choices, strict=True)
    )
    held = len(found.findings) - len(flipped)
    notes = (
        _LEGEND,
        *legend,
        *found.notes,
        f"{held} of {len(found.findings)} verdicts are the same under every choice that applies to them.",
        *(
            []
            if any(name in RULES for name in names)
            else ["missing rules cannot be varied: scores arrived ready-made"]
        ),
    )
    columns = (Column("finding", wraps=True), *map(Column, letters))
    return Table(columns, rows, "Verdicts that hang on a choice", notes)


def _name(row: Row) -> str:
    what = "change, arms" if row.question == "did" else row.site or "arms"
    return f"{row.source}.{row.scale} {what} {row.wave}, {row.unit}".replace("  ", " ")


def _mark(finding: Finding, name: str) -> str:
    row = finding.row if name == PLANNED else finding.verdicts.get(name)
    if row is None:
        return ""
    mark = ("+" if row.estimate > 0 else "-") if row.verdict == DIFFERENT else _MARKS.get(row.verdict, "")
    return f"{mark}!" if name in finding.flips else mark
