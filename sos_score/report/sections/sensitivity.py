"""What a report says of how far its verdicts depend on a choice of the analysis."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.comparison.sensitivity import PLANNED, RULES, ChoiceFinding, Sensitivity
from sos_score.comparison.tipping import FARTHEST, Lack
from sos_score.comparison.verdict import Verdict
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels, name_short
from sos_score.report.model import Block, ReportData
from sos_score.report.sections.put_back import describe_imputed
from sos_score.report.tables.sensitivity import TIPPING_KEY, name_choice, name_place, show_tipping
from sos_score.words import count, join

_ABOUT = (
    "Every finding about change and about the arms was judged again, each time with one choice changed. A verdict"
    " that flips depends on that choice. A verdict that never flips is firmer for it, though not proven."
)


def describe_sensitivity(report: ReportData) -> Iterator[Block]:
    """Yield how many verdicts hold under every choice, which flip, and under which."""
    found = report.sensitivity
    if not found.findings:
        return
    labels = report.labels
    flipped = [each for each in found.findings if each.flips]
    yield Block("text", _ABOUT)
    yield Block("list", tuple(list_counts(found, flipped)))
    differences = [each for each in flipped if each.finding.verdict is Verdict.DIFFERENT]
    if differences:
        yield Block("heading", "Differences that do not hold under every choice")
        yield Block("list", tuple(_describe_flip(each, labels) for each in differences))
    yield Block("table", make_count_table(found, flipped, labels))
    if flipped:
        yield Block("folded", _make_flip_table(flipped, labels))
    yield from describe_imputed(report)


def list_counts(found: Sensitivity, flipped: list[ChoiceFinding]) -> Iterator[str]:
    """Yield how many verdicts and how many differences are the same under every choice."""
    total, same = len(found.findings), len(found.findings) - len(flipped)
    yield (
        f"Of {count(total, 'verdict')}, {same or 'none'} are the same under every choice that applies to them and"
        f" {len(flipped) or 'none'} {'flips' if len(flipped) == 1 else 'flip'} under one or more."
    )
    yield from describe_holding(found)
    new = [
        each
        for each in flipped
        if each.finding.verdict is not Verdict.DIFFERENT
        and any(other.verdict is Verdict.DIFFERENT for other in each.others.values())
    ]
    some = count(len(new), "finding") if new else "No finding"
    yield f"{some} without a difference as planned would show one under some other choice."
    yield from describe_leavers(found)
    if not any(choice.kind in RULES for choice in found.choices):
        yield "Missing rules could not be varied: scores arrived ready-made."


def describe_holding(found: Sensitivity) -> Iterator[str]:
    """Yield how many of the differences found hold under every choice; nothing where none was found."""
    differences = [each for each in found.findings if each.finding.verdict is Verdict.DIFFERENT]
    holding = sum(not each.flips for each in differences)
    if len(differences) == 1:
        yield (
            f"The one difference over time or between arms {'holds' if holding else 'does not hold'} under every other"
            " choice of the analysis that applies."
        )
    elif differences:
        yield (
            f"Of {count(len(differences), 'difference')} over time or between arms, {holding or 'none'}"
            f" {'holds' if holding == 1 else 'hold'} under every other choice of the analysis that applies."
        )


def describe_leavers(found: Sensitivity) -> Iterator[str]:
    """Yield how far those who left would have to differ from those who answered for verdicts to change."""
    points = [each.tipping for each in found.findings]
    known = [point for point in points if point.lack in (Lack.NONE, Lack.BEYOND)]
    if known:
        near = [abs(point.shift) for point in known if not point.lack]
        parts = [
            f"{sum(size <= limit for size in near) or 'none'} within {limit:g} SD" for limit in (0.5, 1.0, FARTHEST)
        ]
        yield (
            f"Of {count(len(known), 'verdict')} for which it can be shown, these would change if those who left had"
            f" scored above or below those who answered last: {join(parts)}."
        )


def _describe_flip(each: ChoiceFinding, labels: Labels) -> str:
    source, scale = labels.name_outcome(each.finding)
    place = f"{scale} ({source}), {name_place(each.finding, labels)}"
    return f"{place}: {name_short(each.finding)} as planned, but {_describe_others(each, labels)}."


def _describe_others(each: ChoiceFinding, labels: Labels) -> str:
    """Return "inconclusive: complete items only and without Site 1; ..."."""
    others: dict[str, list[str]] = {}
    for choice in each.flips:
        others.setdefault(name_short(each.others[choice]), []).append(name_choice(choice, labels))
    return "; ".join(f"{word}: {join(choices)}" for word, choices in others.items())


def make_count_table(found: Sensitivity, flipped: list[ChoiceFinding], labels: Labels) -> Table:
    """Return a row a choice: how many verdicts were judged again, and how many are another."""
    rows: list[tuple[Cell, ...]] = []
    for choice in found.choices:
        if choice.kind != PLANNED:
            judged = sum(choice in each.others for each in found.findings)
            flips = [each for each in flipped if choice in each.flips]
            lost = sum(each.finding.verdict is Verdict.DIFFERENT for each in flips)
            new = sum(each.others[choice].verdict is Verdict.DIFFERENT for each in flips)
            rows.append((name_choice(choice, labels), judged, len(flips), lost, new))
    heads = ("verdicts judged again", "other verdict", "difference lost or reversed", "difference gained or reversed")
    columns = (Column("choice", wraps=True), *(Column(head, wraps=True) for head in heads))
    return Table(columns, tuple(rows), "Other choices, one at a time", tuple(map(labels.describe, found.notes)))


def _make_flip_table(flipped: list[ChoiceFinding], labels: Labels) -> Table:
    """Return every verdict that flips, and under which choices it becomes what."""
    rows = tuple(
        (
            *labels.name_outcome(each.finding),
            name_place(each.finding, labels),
            name_short(each.finding),
            _describe_others(each, labels),
            show_tipping(each.tipping),
        )
        for each in flipped
    )
    heads = ("source", "scale", "finding", "as planned", "otherwise", "leavers")
    columns = tuple(Column(head, wraps=True) for head in heads)
    return Table(columns, rows, "Verdicts that flip", (TIPPING_KEY,), stub=3)
