"""Which verdicts hang on a choice of the analysis: findings as rows, choices as columns, flips marked."""

from __future__ import annotations

import string

from sos_score.comparison.finding import Row
from sos_score.comparison.sensitivity import (
    PLANNED,
    RULES,
    Finding,
    Sensitivity,
    say_short,
)
from sos_score.comparison.verdict import DIFFERENT, EQUIVALENT, INCONCLUSIVE, TRIVIAL
from sos_score.output.table import Cell, Column, Table

_MARKS = {TRIVIAL: "~", EQUIVALENT: "=", INCONCLUSIVE: "?"}
_LEGEND = "+ higher, - lower, = equivalent, ~ too small to matter, ? inconclusive; ! another verdict"
_LETTERS = string.ascii_lowercase


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
