"""How a question is shown: its tables and sentences, and what the media differ by."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sos_score.comparison.finding import Finding
from sos_score.comparison.judging import Comparison
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_number, format_p
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import MARKS, Labels, name_doubt, name_gate, name_short

if TYPE_CHECKING:
    from sos_score.report.model import Block, ReportData

_KEY = (
    "? inconclusive, with the smallest effect found with 80% power (after the stroke\n"
    "that of people adjusted for sites; none: no effect, however large);\n"
    "= equivalent; ~ different but too small to matter; - not asked, or not shown"
)
_POWER_KEY = (
    "In brackets: the smallest effect this comparison would find with 80% power; adjusted, that of people who share"
    " a site; none, where no effect would be found, however large."
)
_DOUBT = "!"
_DOUBT_KEY = "!: an item may be reversed in a file; it is named first."
_GATE = "*"
_GATE_KEY = "*: the mean may not be reported as the team's, or only with a caveat, which stands with the level."
_DASH_KEY = "A dash: not asked, or not shown."


@dataclass(frozen=True)
class Style:
    """What a medium needs: how it names an outcome and marks a verdict, and what it explains below a table."""

    columns: tuple[Column, ...]
    name: Callable[[Finding, Labels], tuple[str, ...]]
    mark: Callable[[Finding], str]
    explain: Callable[[Sequence[Finding | None]], tuple[str, ...]]
    is_numbered: bool


@dataclass(frozen=True)
class View:
    """How a question is shown."""

    # its tables in short, for the terminal's first answer and for a page
    summary: Callable[[Comparison, Labels, Style], list[Table]]
    full: Callable[[Comparison, Labels], list[Table]]  # its tables in full
    describe: Callable[[Finding, Labels], str]  # a finding's sentence; empty for one that only supports another
    # a title, and what gives the blocks of a section of the report
    section: tuple[str, Callable[[ReportData], Iterator[Block]]] | None = None


def find_power(finding: Finding) -> tuple[str, str]:
    """Return the smallest effect of an inconclusive finding, and that of people adjusted for sites; or nothing."""
    own, adjusted = finding.detectable.own, finding.detectable.adjusted
    if finding.verdict is not Verdict.INCONCLUSIVE or math.isnan(own):
        return "", ""
    # Sites need no adjustment, and of a site alone there is none.
    has_adjusted = finding.unit.value == "people" and not math.isnan(adjusted)
    return "none" if math.isinf(own) else format_number(own, 1), format_number(adjusted, 1) if has_adjusted else ""


def mark_verdict(finding: Finding, style: Style) -> str:
    """Return the cell of a verdict, marked where an item may be reversed in a file, or the team does not agree."""
    return f"{style.mark(finding)}{_DOUBT if name_doubt(finding) else ''}{mark_gate(finding)}"


def explain_marks(shown: Sequence[Finding | None], style: Style) -> tuple[str, ...]:
    """Return what the marks of a table's cells mean."""
    found = [each for each in shown if each is not None]
    doubt = (_DOUBT_KEY,) if any(map(name_doubt, found)) else ()
    return (*doubt, *explain_gate(found), *style.explain(shown))


def mark_gate(finding: Finding) -> str:
    """Return the mark of a mean that may not be reported as the team's, or only with a caveat."""
    return _GATE if name_gate(finding) else ""


def explain_gate(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return what that mark means, where it stands."""
    return (_GATE_KEY,) if any(map(name_gate, findings)) else ()


def _mark_short(finding: Finding) -> str:
    if finding.verdict is Verdict.DIFFERENT:
        return f"{name_short(finding)} {format_number(finding.effect.value, 1)}"
    own, adjusted = find_power(finding)
    if own:
        return f"? {own}/{adjusted}" if adjusted else f"? {own}"
    return MARKS.get(finding.verdict, "-") if finding.verdict else "-"


def _mark_in_words(finding: Finding) -> str:
    if finding.verdict is Verdict.DIFFERENT:
        return f"{name_short(finding)} {format_number(finding.effect.value, 1)}"
    own, adjusted = find_power(finding)
    if own:
        return f"inconclusive ({own}; {adjusted} adjusted)" if adjusted else f"inconclusive ({own})"
    return name_short(finding) or "-"


def _explain_in_words(shown: Sequence[Finding | None]) -> tuple[str, ...]:
    has_power = any(each is not None and find_power(each)[0] for each in shown)
    has_dash = any(each is None or not each.verdict for each in shown)
    return tuple(text for text, is_held in ((_POWER_KEY, has_power), (_DASH_KEY, has_dash)) if is_held)


TERMINAL = Style(
    columns=(Column("outcome", wraps=True),),
    name=lambda finding, _: (finding.outcome,),
    mark=_mark_short,
    explain=lambda _: (_KEY,),
    is_numbered=True,
)
PAGE = Style(
    columns=(Column("source", wraps=True), Column("scale", wraps=True)),
    name=lambda finding, labels: labels.name_outcome(finding),
    mark=_mark_in_words,
    explain=_explain_in_words,
    is_numbered=False,
)


def show_p(p: float) -> str:
    """Return a p value; nothing where there is none."""
    return "" if math.isnan(p) else format_p(p)


def show_counts(finding: Finding) -> str:
    """Return the counts of a finding."""
    return ", ".join(map(str, finding.counts))


def name_place(finding: Finding, labels: Labels) -> str:
    """Return an outcome and its wave, as a sentence begins with them."""
    return ", ".join(part for part in (labels.name_title(finding), labels.name_waves(finding.waves)) if part)


def name_broken(finding: Finding) -> str:
    """Return an outcome's id, with room to break a line where several sources are taken together."""
    return f"{' + '.join(finding.sources)}.{finding.scale}"


def make_outcome_column(rows: Sequence[tuple[Cell, ...]]) -> Column:
    """Return the column of the outcomes' ids, wide enough for their longest word."""
    words = [word for row in rows for word in str(row[0]).split()]
    return Column("outcome", wraps=True, narrowest=max(map(len, words), default=7))


def collect_notes(findings: Iterable[Finding], labels: Labels) -> tuple[str, ...]:
    """Return what findings have to say, each thing once with the outcomes it is about."""
    said: dict[str, dict[str, None]] = {}
    everywhere: set[str] = set()
    for finding in findings:
        everywhere.add(name_broken(finding))
        for each in finding.notes:
            said.setdefault(labels.describe(each), {})[name_broken(finding)] = None
    notes = []
    for text, names in said.items():
        where = "" if len(names) == len(everywhere) or len(names) > 3 else f"{', '.join(names)}: "
        notes.append(f"{where}{text}")
    return tuple(notes)


def drop_repeated_notes(tables: Sequence[Table]) -> list[Table]:
    """Return the tables with the key of their marks below the last of them only."""
    last = {
        each: place
        for place, table in enumerate(tables)
        for each in table.notes
        if each in (_KEY, _DOUBT_KEY, _GATE_KEY)
    }
    return [
        replace(table, notes=tuple(each for each in table.notes if last.get(each, place) == place))
        for place, table in enumerate(tables)
    ]
