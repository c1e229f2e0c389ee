"""What a report says of how far its verdicts hang on a choice of the analysis."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.comparison.finding import Row
from sos_score.comparison.sensitivity import PLANNED, RULES, Finding, Sensitivity
from sos_score.comparison.verdict import DIFFERENT
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import name_outcomes, say_short
from sos_score.report.model import Block, ReportData, count, join

_Names = dict[tuple[str, str], tuple[str, str]]
_ABOUT = (
    "Every finding about change and about the arms was judged again with one thing done otherwise at a time. A verdict"
    " that flips hangs on that choice; one that holds under all of them is the safer for it, though not proven."
)


def tell_sensitivity(report: ReportData) -> Iterator[Block]:
    """Yield how many verdicts hold under every choice, which flip, and under which."""
    found = report.sensitivity
    if not found.findings:
        return
    names = name_outcomes(report.data)
    flipped = [finding for finding in found.findings if finding.flips]
    yield Block("text", _ABOUT)
    yield Block("list", tuple(_list_counts(found, flipped)))
    differences = [finding for finding in flipped if finding.row.verdict == DIFFERENT]
    words = {choice.name: choice.words for choice in found.choices}
    if differences:
        yield Block("heading", "Differences that do not hold under every choice")
        yield Block("list", tuple(_say_flip(finding, words, names) for finding in differences))
    yield Block("table", _make_count_table(found, flipped))
    if flipped:
        yield Block("folded", _make_flip_table(flipped, words, names))


def _list_counts(found: Sensitivity, flipped: list[Finding]) -> Iterator[str]:
    total = len(found.findings)
    yield (
        f"Of {count(total, 'verdict')}, {total - len(flipped)} are the same under every choice that applies to them and"
        f" {len(flipped) or 'none'} {'flips' if len(flipped) == 1 else 'flip'} under one or more."
    )
    yield from say_holding(found)
    new = [
        finding for finding in flipped
        if finding.row.verdict != DIFFERENT and any(row.verdict == DIFFERENT for row in finding.verdicts.values())
    ]  # fmt: skip
    some = count(len(new), "finding") if new else "No finding"
    yield f"{some} without a difference as planned would show one under some other choice."
    if not any(choice.name in RULES for choice in found.choices):
        yield "Missing rules could not be varied: scores arrived ready-made."


def say_holding(found: Sensitivity) -> Iterator[str]:
    """Yield how many of the differences found hold under every choice; nothing where none was found."""
    differences = [finding for finding in found.findings if finding.row.verdict == DIFFERENT]
    holding = sum(not finding.flips for finding in differences)
    if differences:
        yield (
            f"Of {count(len(differences), 'difference')} over time or between arms, {holding or 'none'}"
            f" {'holds' if holding == 1 else 'hold'} under every other choice of the analysis that applies."
        )


def _say_flip(finding: Finding, words: dict[str, str], names: _Names) -> str:
    source, scale = names[finding.row.source, finding.row.scale]
    said = _say_others(finding, words)
    return f"{scale} ({source}), {_say_place(finding.row)}: {say_short(finding.row)} as planned, but {said}."


def _say_others(finding: Finding, words: dict[str, str]) -> str:
    """Return "inconclusive: complete items only and without Site 1; ..."."""
    others: dict[str, list[str]] = {}
    for name in finding.flips:
        others.setdefault(say_short(finding.verdicts[name]), []).append(words[name])
    return "; ".join(f"{word}: {join(choices)}" for word, choices in others.items())


def _say_place(row: Row) -> str:
    if row.question == "change":
        return f"{row.site}, {row.wave}"
    place = f"arms at {row.wave}" if row.wave else "arms"
    return f"{'change between arms' if row.question == 'did' else place} ({row.unit})"


def _make_count_table(found: Sensitivity, flipped: list[Finding]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for choice in found.choices:
        if choice.name != PLANNED:
            judged = [finding for finding in found.findings if choice.name in finding.verdicts]
            flips = [finding for finding in flipped if choice.name in finding.flips]
            lost = sum(finding.row.verdict == DIFFERENT for finding in flips)
            new = sum(finding.verdicts[choice.name].verdict == DIFFERENT for finding in flips)
            rows.append((choice.words, len(judged), len(flips), lost, new))
    labels = ("verdicts judged again", "other verdict", "difference lost or turned", "difference found or turned")
    columns = (Column("choice", wraps=True), *(Column(label, wraps=True) for label in labels))
    return Table(columns, tuple(rows), "Other choices, one at a time", found.notes)


def _make_flip_table(flipped: list[Finding], words: dict[str, str], names: _Names) -> Table:
    """Return every verdict that flips, and under which choices it becomes what."""
    rows = tuple(
        (*names[finding.row.source, finding.row.scale], _say_place(finding.row), say_short(finding.row),
         _say_others(finding, words))
        for finding in flipped
    )  # fmt: skip
    labels = ("source", "scale", "finding", "as planned", "otherwise")
    return Table(tuple(Column(label, wraps=True) for label in labels), rows, "Verdicts that flip", stub=3)
