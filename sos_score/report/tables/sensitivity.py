"""Which verdicts depend on a choice of the analysis: findings as rows, choices as columns, flips marked."""

from __future__ import annotations

import string

from sos_score.comparison.finding import Finding
from sos_score.comparison.sensitivity import (
    ATTENTIVE,
    FAMILY,
    IMPUTED,
    LIMIT,
    LINKED,
    PLANNED,
    RULES,
    SITES,
    WITHOUT,
    Choice,
    ChoiceFinding,
    Sensitivity,
)
from sos_score.comparison.tipping import FARTHEST, Lack, TippingPoint
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_number
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import MARKS, Labels, name_kind

_WORDS = {
    PLANNED: "as planned",
    "all": "complete items only",
    "80%": "80% of a scale's items answered",
    "50%": "half of a scale's items answered",
    ATTENTIVE: "without straight-lined answers",
    SITES: "answers judged at the level of sites",
    IMPUTED: "missing scores filled in (multiple imputation)",
    LINKED: "only those who answered at both waves",
}
_BRIEF = {
    "all": "complete only",
    "80%": "80% answered",
    "50%": "half answered",
    ATTENTIVE: "no straight lines",
    SITES: "judged by site",
    LINKED: "at both waves",
    FAMILY: "p within",
    LIMIT: "limit SD",
    WITHOUT: "without",
}
_LEGEND = "+ higher, - lower, = equivalent, ~ too small to matter, ? inconclusive; ! another verdict"
_TIPPING = {Lack.BEYOND: f">{FARTHEST:g}", Lack.FEW: "[c]"}
TIPPING_KEY = (
    "leavers: how many SD above (+) or below (-) those who answered last the leavers would have to score for the"
    f" verdict to change (of arms: the treated arm's leavers); >{FARTHEST:g}: further than that; [c]: confidential, as"
    " it would give away a few people; a dash: nobody left, or nobody can be followed."
)
_LETTERS = string.ascii_lowercase


def name_choice(choice: Choice, labels: Labels) -> str:
    """Return a choice in words."""
    if choice.kind == FAMILY:
        return f"p adjusted within one {choice.value}"
    if choice.kind == LIMIT:
        return f"a limit of {choice.value} SD"
    return f"without {labels.name_site_and_arm(choice.site)}" if choice.kind == WITHOUT else _WORDS[choice.kind]


def name_briefly(choice: Choice, labels: Labels) -> str:
    """Return a choice in two or three words, for the head of a narrow column."""
    if choice.kind == WITHOUT:
        return f"without {labels.name_site(choice.site)}"
    return f"{_BRIEF[choice.kind]} {choice.value}".strip()


def name_column(choice: Choice, labels: Labels) -> str:
    """Return the column of a choice in files."""
    if choice.kind == WITHOUT:
        return f"without {labels.name_site(choice.site)}"
    return f"{choice.kind} {choice.value}".strip()


def name_place(finding: Finding, labels: Labels, *, with_span: bool = True) -> str:
    """Return where a difference is: a site over time, the change of the arms, or the arms at a wave."""
    waves = labels.name_waves(finding.waves) if with_span or finding.question == "arms" else ""
    if finding.question == "change":
        return f"{labels.name_site_and_arm(finding.site)}{waves and f', {waves}'}"
    place = f"arms at {waves}" if waves else "arms"
    return f"{'change between arms' if finding.question == 'did' else place} ({labels.name_unit(finding)})"


def make_matrix(found: Sensitivity, labels: Labels) -> Table:
    """Return every finding with its verdict under each choice, for files."""
    names = [name_column(choice, labels) for choice in found.choices]
    columns = ("source", "scale", "title", "question", "unit", "site", "wave", "groups", *names, "flips",
               "tipping_sd", "tipping_note")  # fmt: skip
    rows = tuple(
        (
            *_place(each.finding, labels),
            *(_describe(_take(each, choice), labels) for choice in found.choices),
            "; ".join(name_column(choice, labels) for choice in each.flips),
            each.tipping.shift,
            each.tipping.lack.value,
        )
        for each in found.findings
    )
    return Table(tuple(map(Column, columns)), rows, notes=tuple(map(labels.describe, found.notes)))


def _place(each: Finding, labels: Labels) -> tuple[Cell, ...]:
    return (
        each.source, each.scale, labels.name_title(each), each.question, labels.name_unit(each),
        labels.name_site(each.site), labels.name_waves(each.waves), labels.name_groups(each),
    )  # fmt: skip


def _take(each: ChoiceFinding, choice: Choice) -> Finding | None:
    return each.finding if choice.kind == PLANNED else each.others.get(choice)


def _describe(finding: Finding | None, labels: Labels) -> str:
    if finding is None:
        return ""
    sign = f" ({'+' if finding.estimate.value > 0 else '-'})" if finding.verdict is Verdict.DIFFERENT else ""
    return f"{labels.name_verdict(finding)}{sign}"


def make_flip_table(found: Sensitivity, labels: Labels) -> Table:
    """Return the findings whose verdict flips under some choice, for the terminal, each choice a letter."""
    flipped = [each for each in found.findings if each.flips]
    letters = [_LETTERS[place] if place < len(_LETTERS) else str(place) for place in range(len(found.choices))]
    rows = tuple(
        (_name(each.finding, labels), *(_mark(each, choice) for choice in found.choices), show_tipping(each.tipping))
        for each in flipped
    )
    legend = tuple(
        f"{letter}: {name_choice(choice, labels)}"
        + ("" if choice.kind == PLANNED else f" ({sum(choice in each.flips for each in flipped)} flip)")
        for letter, choice in zip(letters, found.choices, strict=True)
    )
    held = len(found.findings) - len(flipped)
    has_rules = any(choice.kind in RULES for choice in found.choices)
    notes = (
        _LEGEND,
        *legend,
        TIPPING_KEY,
        *map(labels.describe, found.notes),
        f"{held} of {len(found.findings)} verdicts are the same under every choice that applies to them.",
        *([] if has_rules else ["missing rules cannot be varied: scores arrived ready-made"]),
    )
    columns = (Column("finding", wraps=True), *map(Column, letters), Column("leavers"))
    return Table(columns, rows, "Verdicts that depend on a choice", notes)


def _name(each: Finding, labels: Labels) -> str:
    what = "change, arms" if each.question == "did" else labels.name_site(each.site) or "arms"
    parts = (each.outcome, what, labels.name_waves(each.waves))
    return f"{' '.join(part for part in parts if part)}, {name_kind(each)}"


def show_tipping(point: TippingPoint) -> str:
    """Return a tipping point in standard deviations, or a mark for why there is none."""
    if point.lack:
        return _TIPPING.get(point.lack, "-")
    return f"{'+' if point.shift > 0 else ''}{format_number(point.shift)}"


def _mark(each: ChoiceFinding, choice: Choice) -> str:
    finding = _take(each, choice)
    if finding is None or finding.verdict is None:
        return ""
    mark = MARKS.get(finding.verdict, "")
    if finding.verdict is Verdict.DIFFERENT:
        mark = "+" if finding.estimate.value > 0 else "-"
    return f"{mark}!" if choice in each.flips else mark
