"""Who accounts for the differences, what goes with what, and how robust the findings are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from sos_score.comparison.finding import Finding
from sos_score.output.table import Cell, Table
from sos_score.report.figures.pairs import draw_pairs
from sos_score.report.figures.robustness import draw_robustness
from sos_score.report.figures.variation import choose_levels, draw_shares
from sos_score.report.model import Block, ReportData
from sos_score.report.questions.associations import list_answers as list_pair_answers
from sos_score.report.questions.associations import list_pairs, make_association_table
from sos_score.report.questions.variation import list_answers, list_shown, make_page_summary
from sos_score.report.sections.sensitivity import describe_holding, list_counts, make_count_table
from sos_score.words import count

_NOT_CAUSE = "Association is not causation. Only the pairs named in the study file were looked at."
_MOST = 4  # choices that have a row
_OTHERWISE = "Each finding on change and on the arms was judged again with one choice of the analysis made otherwise."


def describe_accounts(report: ReportData) -> Iterator[Block]:
    """Yield whether sites or the levels in them account for more, at the last wave asked."""
    found = list_shown(report.comparison)
    if not found:
        return
    said = list(list_answers(found, report.labels))
    if said:
        yield Block("lead", said[0])
        yield Block("list", tuple(said[1:]))
    last = _keep_last(report, found)
    if choose_levels(last):
        picture = draw_shares(last, report.labels)
        # The annex draws every wave.
        yield Block("picture", picture if len(last) == len(found) else replace(picture, name="variation-last"))
    yield Block("table", group_by_source(make_page_summary(last, report.labels)))


def _keep_last(report: ReportData, found: list[Finding]) -> list[Finding]:
    """Return the findings at the last wave at which each outcome was asked."""
    order = list(report.comparison.plan.waves)
    latest: dict[tuple[tuple[str, ...], str], int] = {}
    for each in found:
        key = (each.sources, each.scale)
        latest[key] = max(latest.get(key, -1), *(order.index(wave) for wave in each.waves or order[:1]))
    return [
        each for each in found if order.index((each.waves or tuple(order[:1]))[-1]) == latest[each.sources, each.scale]
    ]


def describe_together(report: ReportData) -> Iterator[Block]:
    """Yield which declared pairs go together."""
    labels, pairs = report.labels, list_pairs(report.comparison, report.labels)
    judged = [each for pair in pairs for each in pair.findings if each.is_judged and each.verdict]
    if not judged:
        return
    said = list(list_pair_answers(judged, labels))
    yield Block("lead", said[0])
    yield Block("text", _NOT_CAUSE)
    picture = draw_pairs(report)
    if picture is not None:
        yield Block("picture", picture)
    table = make_association_table(pairs, labels, ())
    # What is of the wrong unit stands in the annex.
    yield Block("table", replace(table, columns=table.columns[:-1], rows=tuple(row[:-1] for row in table.rows)))


def describe_robust(report: ReportData) -> Iterator[Block]:
    """Yield how many findings hold under every other choice of the analysis."""
    found = report.sensitivity
    if not found.findings:
        return
    flipped = [each for each in found.findings if each.flips]
    holding = list(describe_holding(found))
    counts = [each for each in list_counts(found, flipped) if each not in holding]
    yield Block("lead", holding[0] if holding else counts.pop(0))
    yield Block("text", " ".join([_OTHERWISE, *counts[:2]]))
    picture = draw_robustness(found, report.labels)
    if picture is not None:
        yield Block("picture", picture)
    yield Block("table", _keep_changing(make_count_table(found, flipped, report.labels)))


def _keep_changing(table: Table) -> Table:
    """Return the choices that give most findings another verdict, and a row for all others together."""
    largest = sorted(table.rows, key=lambda row: -float(str(row[2])))[:_MOST]
    rows = tuple(row for row in table.rows if row[2] and row in largest)
    others = [row for row in table.rows if row not in rows]
    if not others:
        return replace(table, notes=())
    many = f"{count(len(others), 'other choice')} together" if rows else f"all {count(len(others), 'choice')}"
    judged, *changed = ([int(str(row[place])) for row in others] for place in range(1, 5))
    rest: tuple[Cell, ...] = (f"{many} (annex)", max(judged), *map(sum, changed))
    return replace(table, rows=(*rows, rest), notes=())


def group_by_source(table: Table) -> Table:
    """Return a table whose first two columns are source and scale with the source in a row above its scales.

    A source of one scale stands for it.

    Examples
    --------
    >>> from sos_score.output.table import Column
    >>> rows = (("Staff", "Stress", 1), ("Staff", "Morale", 2), ("Families", "Trust", 3))
    >>> group_by_source(Table((Column("source"), Column("scale"), Column("n")), rows, stub=2)).rows
    (('Staff', ''), ('Stress', 1), ('Morale', 2), ('Families', 3))
    """
    return replace(table, columns=table.columns[1:], rows=tuple(_group(table)), stub=max(1, table.stub - 1))


def _group(table: Table) -> Iterator[tuple[Cell, ...]]:
    for source, members in groupby(table.rows, key=lambda row: row[0]):
        rows = [row[1:] for row in members]
        if len(rows) == 1:
            yield (source, *rows[0][1:])
        else:
            yield (source, *("" for _ in rows[0][1:]))
            yield from rows
