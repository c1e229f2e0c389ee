"""Means and what is concluded from them: change in every site, and the arms, a row an outcome."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from sos_score.comparison.finding import Finding, Unit
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_number, with_interval
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import name_doubt, name_short
from sos_score.report.many_sites import ABOUT_ENDS, ask_ends, has_many
from sos_score.report.model import ReportData
from sos_score.statistics.estimate import CONFIDENCE
from sos_score.words import format_percent

_DASH = "A dash: not asked, or not shown."
_ADJUSTED = "Findings allow for the number of tests; intervals do not, so one may leave out 0 where nothing is clear."
_UNCLEAR = "no clear change"
Show = Callable[[Finding, ReportData], tuple[str, ...]]
_MOST = 100  # rows that a section shows; of more, only those of scales with a clear change


def name_finding(finding: Finding, unclear: str = _UNCLEAR) -> str:
    """Return a verdict as a short table gives it: a sign and a word where a difference is clear."""
    doubt = ", but check reversal" if name_doubt(finding) else ""
    if finding.verdict is Verdict.DIFFERENT:
        sign = {True: "\u25b2", False: "\u25bc", None: "+" if finding.estimate.value > 0 else "\N{MINUS SIGN}"}
        return f"{sign[finding.is_better]} {name_short(finding)}{doubt}"
    words = {Verdict.EQUIVALENT: "within the limit", Verdict.TRIVIAL: "clear, but within the limit"}
    return f"{words.get(finding.verdict or Verdict.INCONCLUSIVE, unclear)}{doubt}" if finding.verdict else "-"


def make_change_table(report: ReportData) -> Table:
    """Return a row a scale and site: n, mean and SD at both waves, and the change with its interval."""
    first, last = report.comparison.plan.span
    found = [each for each in ask_ends("change", report.comparison) if each.is_judged]
    shown = _choose(found)
    means = {
        (each.source, each.scale, each.site, wave): each
        for each in report.comparison.ask("descriptives")
        for wave in each.waves
    }
    rows = tuple(_list_changes(report, shown, means))
    level = format_percent(CONFIDENCE)
    heads = ("site", "n", f"{first}: mean (SD)", f"{last}: mean (SD)", f"change [{level} CI]", "finding")
    columns = (Column("scale", wraps=True), *(Column(head, wraps=head in ("site", "finding")) for head in heads))
    notes = [ABOUT_ENDS] if has_many(report.comparison) else []
    if len(shown) < len(found):
        left = len({(each.source, each.scale) for each in found}) - len({(each.source, each.scale) for each in shown})
        notes.append(f"{left} scales without a clear change in any site are in the annex.")
    title = f"Change in each site, {last} minus {first}"
    return Table(columns, rows, title, (*notes, *_explain_unclear(shown), *_explain_dash(rows)), stub=2)


def _choose(found: Sequence[Finding]) -> list[Finding]:
    """Return the findings that a section has room for: all, or those of scales that changed clearly in some site."""
    if len(found) <= _MOST:
        return list(found)
    clear = {(each.source, each.scale) for each in found if each.verdict is Verdict.DIFFERENT}
    return [each for each in found if (each.source, each.scale) in clear]


def _list_changes(
    report: ReportData, found: Iterable[Finding], means: dict[tuple[str, str, str, str], Finding]
) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows, below the name of each source, a scale named in the first of its rows."""
    labels, span = report.labels, report.comparison.plan.span
    source = ""
    last: tuple[str, str] | None = None
    for each in found:
        if each.source != source:
            source = each.source
            yield (labels.sources[source], *[""] * 6)
        here = [means.get((each.source, each.scale, each.site, wave)) for wave in span]
        key = (each.source, each.scale)
        yield (
            labels.name_scale(each) if key != last else "",
            labels.name_site_and_arm(each.site),
            ", ".join(str(one.counts[0]) if one and one.counts else "-" for one in here),
            *(_show_mean(one) for one in here),
            with_interval(each.estimate.value, each.estimate.low, each.estimate.high) or "-",
            name_finding(each),
        )
        last = key


def _show_mean(finding: Finding | None) -> str:
    if finding is None or math.isnan(finding.estimate.value):
        return "-"
    return _show_spread(finding.estimate.value, finding.effect.value)


def list_arm_tables(report: ReportData) -> Iterator[Table]:
    """Yield how both arms changed, then the arms where they were asked once: n, means, SDs and the difference."""
    comparison, labels = report.comparison, report.labels
    if not comparison.plan.has_arms:
        return
    found = {
        question: [each for each in comparison.ask(question) if each.is_judged and each.unit is not Unit.SITES]
        for question in ("did", "arms")
    }
    changing = {(each.source, each.scale) for each in found["did"]}
    once = [each for each in found["arms"] if (each.source, each.scale) not in changing]
    level = format_percent(CONFIDENCE)
    arms, (first, last) = labels.arms, comparison.plan.span
    if found["did"]:
        heads = ("n", *(f"{arm}: mean (SD)" for arm in arms), f"difference [{level} CI]", "finding")
        rows = tuple(_list_by_source(report, found["did"], _show_changes))
        order = f"n: {arms[0]} at {first}, {last}; {arms[1]} at {first}, {last}."
        title = f"How the arms changed from {first} to {last}, and {arms[0]} minus {arms[1]}"
        notes = (*labels.name_left_out(found["did"]), *_explain_unclear(found["did"]))
        yield _make(heads, rows, title, order, *notes)
    if once:
        heads = ("n", *(f"{arm}: mean (SD)" for arm in arms), f"difference [{level} CI]", "finding")
        rows = tuple(_list_by_source(report, once, _show_arms))
        asked = "asked once" if changing else "at each wave" if len(comparison.plan.waves) > 1 else "asked"
        title = f"The arms where they were {asked}, {arms[0]} minus {arms[1]}"
        yield _make(heads, rows, title, *_explain_unclear(once))


def _make(heads: Sequence[str], rows: tuple[tuple[Cell, ...], ...], title: str, *notes: str) -> Table:
    columns = (Column("scale", wraps=True), *(Column(head, wraps=True, narrowest=12) for head in heads))
    return Table(columns, rows, title, (*notes, *_explain_dash(rows)))


def _list_by_source(report: ReportData, found: Sequence[Finding], show: Show) -> Iterator[tuple[Cell, ...]]:
    """Yield a row a finding, below the name of its source where that has several."""
    labels = report.labels
    for source in dict.fromkeys(each.source for each in found):
        members = [each for each in found if each.source == source]
        scales = {each.scale for each in members}
        rows = []
        for each in members:
            name = labels.name_scale(each) if len(scales) > 1 else labels.sources[source]
            when = f", {labels.name_waves(each.waves)}" if len(members) > len(scales) else ""
            rows.append((f"{name}{when}", *show(each, report)))
        if len(scales) > 1:
            yield (labels.sources[source], *[""] * (len(rows[0]) - 1))
        yield from rows


def _show_changes(finding: Finding, _: ReportData) -> tuple[str, ...]:
    """Return each arm's n, means and SDs at the two waves, the treated arm's first, and the difference of changes."""
    if len(finding.means) != 4:
        return ("-", "-", "-", *_show_difference(finding))
    counts = finding.counts
    cells = [_show_spread(*each) for each in zip(finding.means, finding.sds, strict=True)]
    arms = [f"{cells[place]} to {cells[place + 2]}" for place in (1, 0)]
    numbers = [f"{counts[place]}, {counts[place + 2]}" for place in (1, 0)]
    return ("; ".join(numbers), *arms, *_show_difference(finding))


def _show_spread(mean: float, sd: float) -> str:
    return format_number(mean) if math.isnan(sd) else f"{format_number(mean)} ({format_number(sd)})"


def _show_arms(finding: Finding, _: ReportData) -> tuple[str, ...]:
    pairs = list(zip(finding.means, finding.sds, strict=False))
    means = [_show_spread(mean, sd) for mean, sd in pairs] or ["-", "-"]
    return (", ".join(map(str, finding.counts)), *means, *_show_difference(finding))


def _show_difference(finding: Finding) -> tuple[str, str]:
    estimate = finding.estimate
    shown = with_interval(estimate.value, estimate.low, estimate.high) or "-"
    return shown, name_finding(finding, "no clear difference")


def _explain_unclear(found: Iterable[Finding]) -> tuple[str, ...]:
    """Return why an interval leaves out 0 beside a finding that is not clear, where one does."""
    unclear = [each.estimate for each in found if each.verdict is Verdict.INCONCLUSIVE]
    return (_ADJUSTED,) if any(each.low * each.high > 0 for each in unclear) else ()


def _explain_dash(rows: Iterable[tuple[Cell, ...]]) -> tuple[str, ...]:
    return (_DASH,) if any("-" in row for row in rows) else ()
