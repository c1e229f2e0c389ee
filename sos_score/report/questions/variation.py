"""Who accounts for the variation of scores: tables and sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from sos_score.comparison.finding import Contrast, Finding
from sos_score.comparison.judging import Comparison
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_named_p, with_interval
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels, name_larger
from sos_score.report.questions.outcomes import name_question
from sos_score.report.questions.view import (
    PAGE,
    Style,
    View,
    collect_notes,
    make_outcome_column,
    name_broken,
    name_place,
    show_counts,
    show_p,
)
from sos_score.words import count, join

_TITLE = name_question("variation", is_numbered=False)
_P_NOTE = "p: likelihood ratio against no variance at the level, 50:50 mixture"
_SHARE = "Shares in % of the variance, with profile-likelihood intervals. An empty cell: no such level in these data."
_MORE = ("More: which of the two levels accounts for more, in brackets before adjustment only.",)
_LARGER = (Verdict.FIRST_LARGER, Verdict.SECOND_LARGER)


def is_conclusion(finding: Finding) -> bool:
    """Return whether a finding says who accounts for more, rather than how much one level does."""
    return finding.groups.contrast in (Contrast.LEVELS, Contrast.LEVEL_WITHIN)


def list_shown(comparison: Comparison) -> list[Finding]:
    """Return the findings that a report shows: conclusions and shares that are known, none of a hidden site."""
    return [
        each
        for each in comparison.ask("variation")
        if not each.is_hidden and (is_conclusion(each) or not math.isnan(each.effect.value))
    ]


def name_level(finding: Finding) -> str:
    """Return the level of a share: "workers", or "within workers"."""
    name = finding.groups.members[0]
    return f"within {name}" if finding.groups.contrast is Contrast.WITHIN else name


def name_more(finding: Finding, suffix: str = "") -> str:
    """Return which of two levels accounts for more, in brackets where that holds before adjustment only."""
    if finding.verdict is Verdict.CANNOT_TELL:
        return "cannot tell"
    if finding.verdict not in _LARGER:
        return ""
    name = f"{name_larger(finding)}{suffix}"
    return name if finding.holds_adjusted else f"({name})"


def show_share(finding: Finding) -> str:
    """Return a share in percent with its interval; "not known" where none can be estimated, which a note explains."""
    effect = finding.effect
    if math.isnan(effect.value):
        return "" if finding.is_hidden else "not known"
    return with_interval(100 * effect.value, 100 * effect.low, 100 * effect.high, 0)


def _describe(finding: Finding, labels: Labels) -> str:
    reason = labels.describe_reason(finding)
    if not reason:
        return ""
    said = f"{name_place(finding, labels)}: {reason[:1].lower()}{reason[1:]}"
    if math.isnan(finding.test.p_adjusted):
        return said
    p, adjusted = format_named_p(finding.test.p), format_named_p(finding.test.p_adjusted, "adjusted p")
    return f"{said.removesuffix('.')} ({p}, {adjusted})."


def _show_levels(findings: Iterable[Finding], labels: Labels) -> list[tuple[Finding, tuple[Cell, ...]]]:
    return [
        (
            each,
            (
                labels.name_waves(each.waves),
                show_counts(each),
                labels.name_groups(each),
                show_share(each),
                show_p(each.test.p),
            ),
        )
        for each in findings
        if not is_conclusion(each)
    ]


_LEVEL_COLUMNS = (Column("wave"), Column("n"), Column("level", wraps=True), Column("share, %"), Column("p"))


def _make_full(comparison: Comparison, labels: Labels) -> list[Table]:
    findings = comparison.ask("variation")
    rows = tuple((name_broken(each), *cells) for each, cells in _show_levels(findings, labels))
    notes = (
        "share: of the variance, with its profile interval",
        _P_NOTE,
        *collect_notes(findings, labels),
    )
    return [Table((make_outcome_column(rows), *_LEVEL_COLUMNS), rows, _TITLE, notes, stub=2)]


def make_page_full(findings: Sequence[Finding], labels: Labels) -> Table:
    """Return the share of every level, as a page names outcomes."""
    rows = tuple((*labels.name_outcome(each), *cells) for each, cells in _show_levels(findings, labels))
    notes = (_SHARE, f"{_P_NOTE}; not adjusted.", *labels.list_notes(findings))
    return Table((*PAGE.columns, *_LEVEL_COLUMNS), rows, "Every level of every outcome", notes, stub=3)


def _make_summary(comparison: Comparison, labels: Labels, style: Style) -> list[Table]:
    """Return a row an outcome and wave: the share of sites and of workers, and which is larger."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for each in comparison.ask("variation"):
        name = (name_broken(each),) if style.is_numbered else labels.name_outcome(each)
        cells = found.setdefault((*name, labels.name_waves(each.waves)), {})
        if is_conclusion(each):
            more = name_more(each)
            cells["more"] = "?" if each.verdict is Verdict.CANNOT_TELL else more
        elif each.groups.contrast is Contrast.LEVEL:
            cells[name_level(each)] = show_share(each)
    shown = {part for cells in found.values() for part, cell in cells.items() if cell}
    parts = [part for part in ("sites", "workers", "more") if part == "sites" or part in shown]
    rows = tuple(
        (*name, *(cells.get(part, "") for part in parts)) for name, cells in found.items() if any(cells.values())
    )
    columns = (make_outcome_column(rows), *(Column(name) for name in ("wave", *parts)))
    is_unknown = any("not known" in row for row in rows)
    key = (
        "more: which of workers and sites accounts for more, in brackets before",
        "adjustment only, ? where the data cannot tell. Other levels: --only variation",
    )
    notes = (
        *(key if "more" in parts else ()),
        *(["not known: --only variation says why"] if is_unknown else []),
    )
    return [Table(columns, rows, f"{_TITLE} (% of variance)", notes, stub=2)]


def make_page_summary(findings: Sequence[Finding], labels: Labels) -> Table:
    """Return a row an outcome and wave, with what is within the lowest level and the adjusted p."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for each in findings:
        cells = found.setdefault((*labels.name_outcome(each), labels.name_waves(each.waves)), {})
        if is_conclusion(each):
            cells["more"] = name_more(each)
            cells["adj. p"] = show_p(each.test.p_adjusted)
        else:
            cells["within" if each.groups.contrast is Contrast.WITHIN else name_level(each)] = show_share(each)
    levels = {level for cells in found.values() for level, cell in cells.items() if cell}
    heads = [level for level in ("sites", "workers", "within", "adj. p", "more") if level in levels]
    body = tuple((*name, *(cells.get(head, "") for head in heads)) for name, cells in found.items())
    columns = (
        *PAGE.columns,
        Column("wave"),
        *(Column(head if head in ("adj. p", "more") else f"{head}, %") for head in heads),
    )
    notes = (
        f"{_SHARE} Within: what is within the lowest level.",
        *(_MORE if "more" in heads else ()),
    )
    return Table(columns, body, f"{_TITLE}: shares of the variance", notes, stub=3)


def list_answers(findings: Sequence[Finding], labels: Labels) -> Iterator[str]:
    """Yield how often each of two levels accounts for more, with the outcomes of which that can be said."""
    pairs: dict[tuple[str, ...], list[Finding]] = {}
    for each in findings:
        if each.groups.contrast is Contrast.LEVELS and each.verdict:
            pairs.setdefault(each.groups.members, []).append(each)
    for (one, other), judged in pairs.items():
        found = {level: [each for each in judged if _holds(each, level)] for level in (one, other)}
        before = sum(not each.holds_adjusted for each in judged)
        unknown = sum(each.verdict is Verdict.CANNOT_TELL for each in judged)
        parts = [f"{level} account for more on {len(found[level]) or 'none'}" for level in (one, other)]
        if before:
            parts.append(f"on {before} one of them does before adjustment only")
        yield (
            f"{one.capitalize()} against {other}, on {count(len(judged), 'outcome at a wave', 'outcomes at a wave')}:"
            f" {', '.join(parts)}; on {unknown or 'none'} the data cannot tell which is larger."
        )
        for level, members in found.items():
            if members:
                yield f"{level.capitalize()} account for more: {_name_outcomes(members, labels)}."


def _holds(finding: Finding, level: str) -> bool:
    """Return whether a level accounts for more, after adjustment."""
    return finding.verdict in _LARGER and finding.holds_adjusted and name_larger(finding) == level


def count_larger(findings: Iterable[Finding], level: str) -> int:
    """Return on how many findings a level accounts for more, after adjustment."""
    return sum(_holds(each, level) for each in findings)


def _name_outcomes(findings: Iterable[Finding], labels: Labels) -> str:
    """Return "Goal T1, Total T1 and T2 (Alliance); ..."."""
    found: dict[str, dict[str, list[str]]] = {}
    for each in findings:
        source, scale = labels.name_outcome(each)
        found.setdefault(source, {}).setdefault(scale, []).extend(each.waves)
    return "; ".join(
        f"{', '.join(f'{scale} {join(waves)}' if waves else scale for scale, waves in scales.items())} ({source})"
        for source, scales in found.items()
    )


VARIATION = View(_make_summary, _make_full, _describe)
