"""What a report says of the measures: what they are, who answered, and how far they can be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import PurePath

from sos_score.comparison.finding import Measure
from sos_score.comparison.verdict import Verdict
from sos_score.definition.instrument.instrument import Instrument
from sos_score.output.numbers import format_interval, format_number
from sos_score.output.table import Cell, Column, Table
from sos_score.psychometrics.teams.reporting import RULE
from sos_score.report.figures.answers import list_answers
from sos_score.report.figures.response import draw_missing, draw_response
from sos_score.report.model import Block, ReportData
from sos_score.report.response_counts import (
    SiteCount,
    are_all_shown,
    count_answers,
    explain_files,
    list_missing,
    may_count_files,
)

_NOT_ALL = (
    "Reliability, missing answers and how items were answered are not shown where everybody's answers beside those of"
    " the sites shown would give away a group of fewer than "
)
_GATES: dict[Verdict | None, str] = {
    Verdict.REPORTABLE_BUT: ", but",
    Verdict.NOT_REPORTABLE: ", not",
    Verdict.NOT_KNOWN: ", not known",
}


def describe_measures(report: ReportData) -> Iterator[Block]:
    """Yield every source, and every instrument with who vouches for it and who holds the rights."""
    rows = []
    for table in report.data.tables:
        mine = [each for each in report.data.outcomes if each.table is table]
        name = "" if table.instrument is None else f"{table.instrument.title} ({table.instrument.id})"
        rows.append((mine[0].source_label, mine[0].answered_by, name, len(mine), sum(each.is_planned for each in mine)))
    columns = (Column("source"), Column("answered by"), Column("instrument"), Column("scales"), Column("compared"))
    yield Block("table", Table(columns, tuple(rows), "Sources"))
    instruments = {table.instrument.id: table.instrument for table in report.data.tables if table.instrument}
    yield Block("table", _list_claims(instruments))
    rights = tuple(
        (each.title, each.rights.holder, f"item wording {each.rights.wording}") for each in instruments.values()
    )
    yield Block("table", Table((Column("instrument"), Column("holder"), Column("wording")), rights, "Rights"))


def _list_claims(instruments: dict[str, Instrument]) -> Table:
    rows = tuple(
        (f"{each.id} {each.version}", part, claim.status, claim.source)
        for each in instruments.values()
        for part, claim in each.verification.parts().items()
    )
    columns = (Column("definition"), Column("part"), Column("status"), Column("source"))
    notes = (
        "verified: two or more independent public sources agree; derived: worked out from verified facts; unverified:"
        " from the literature, to be checked against the article; structural: names and counts only; project: a rule"
        " of sos-score; user: a rule of whoever wrote the definition.",
    )
    return Table(columns, rows, "Who vouches for each part of a definition", notes, stub=2)


def describe_quality(report: ReportData) -> Iterator[Block]:
    """Yield what became of each file, which answers are missing, and who answered when."""
    data = report.data
    rows = tuple(
        (PurePath(each.name).name, each.rows, each.blank_rows, sum(each.missing.values()),
         sum(found.count for found in each.invalid))
        for each in data.files
    )  # fmt: skip
    if not may_count_files(data):
        yield Block("text", explain_files(data))
    elif rows:
        columns = (Column("file"), Column("rows"), Column("blank rows left out"), Column("marked missing"),
                   Column("not allowed, treated as missing"))  # fmt: skip
        notes = ("Marked missing counts answers given as missing (not applicable, 99), not empty cells.",)
        yield Block("table", Table(columns, rows, "Files read", notes))
    counts = count_answers(data)
    waves = list(data.study.waves) or [""]
    yield Block("table", _list_counts(report, counts, waves))
    followed = [each for each in counts if waves[0] in each.waves and waves[-1] in each.waves and len(waves) > 1]
    if followed:
        yield Block("picture", draw_response(followed, [waves[0], waves[-1]]))
    missing = list_missing(data)
    if missing:
        yield Block("picture", draw_missing(missing))
    for picture in list_answers(report):
        yield Block("picture", picture)
    if not all(are_all_shown(data, table) for table in data.tables):
        yield Block("text", f"{_NOT_ALL}{data.study.privacy.smallest_cell} people.")
    if data.notes:
        yield Block("heading", "What the data do not allow, and what was done about it")
        yield Block("list", tuple(map(report.labels.name_source, data.notes)))


def _list_counts(report: ReportData, counts: list[SiteCount], waves: list[str]) -> Table:
    """Return how many people answered in each site; a source without waves stands under the first."""
    rows: list[tuple[Cell, ...]] = []
    for each in counts:
        found = {waves[0] if wave == "" else wave: number for wave, number in each.waves.items()}
        cells = ["few" if wave in found and found[wave] is None else found.get(wave) for wave in waves]
        rows.append((each.label, report.labels.name_site_and_arm(each.site), *cells))
    least = report.data.study.privacy.smallest_cell
    notes: list[str] = []
    if any("few" in row for row in rows):
        notes.append(f"few: fewer than {least} people, or a count that would give such a group away.")
    once = dict.fromkeys(each.label for each in counts if list(each.waves) == [""])
    if once and waves != [""]:
        notes.append(f"Without waves, so shown under {waves[0]}: {'; '.join(once)}.")
    columns = (Column("source"), Column("site"), *(Column(wave or "people") for wave in waves))
    return Table(columns, tuple(rows), "People who answered", tuple(notes), stub=2)


def describe_agreement(report: ReportData) -> Iterator[Block]:
    """Yield whether teams agree enough to be spoken of by their mean, and how much lies between sites."""
    comparison, labels = report.comparison, report.labels
    gates = [each for each in comparison.ask("level") if each.method and each.method.code == "team_agreement"]
    places = list(dict.fromkeys((each.site, each.waves) for each in gates))
    found = {(each.source, each.scale, each.site, each.waves): each for each in gates}
    rows: list[tuple[Cell, ...]] = []
    for source, scale in dict.fromkeys((each.source, each.scale) for each in gates):
        cells: list[Cell] = []
        for place in places:
            gate = found.get((source, scale, *place))
            cells.append(None if gate is None else f"{format_number(gate.effect.value)}{_GATES.get(gate.verdict, '')}")
        rows.append((*labels.names[source, scale], *cells))
    if rows:
        sites = tuple(
            Column(f"{labels.name_site_and_arm(site)} {labels.name_waves(waves)}".strip()) for site, waves in places
        )
        columns: tuple[Column, ...] = (Column("source"), Column("scale"), *sites)
        barred = dict.fromkeys((_GATES[each.verdict], each.reason[0]) for each in gates if each.verdict in _GATES)
        notes = tuple(f"{mark.removeprefix(', ')}: {labels.describe(said)}" for mark, said in barred)
        notes = (f"Whether a team's mean may be reported as the team's: {RULE}.", *notes)
        empty = dict.fromkeys(said for each in gates if math.isnan(each.effect.value) for said in each.notes[-1:])
        notes += tuple(f"-: {labels.describe(said)}" for said in empty)
        yield Block("table", Table(columns, tuple(rows), "Agreement in teams, rwg(j)", notes, stub=2))
    shares = [each for each in comparison.ask("design") if each.effect.measure is Measure.ICC1 and not each.is_hidden]
    if shares:
        cells2 = tuple(
            (
                *labels.name_outcome(each),
                labels.name_waves(each.waves),
                *each.counts,
                each.effect.value,
                format_interval(each.effect.low, each.effect.high) or None,
            )
            for each in shares
            if not math.isnan(each.effect.value)
        )
        columns = (Column("source"), Column("scale"), Column("wave"), Column("sites"), Column("ICC(1)", 2),
                   Column("95% CI"))  # fmt: skip
        notes = tuple(dict.fromkeys(labels.describe(said) for each in shares for said in each.notes))
        yield Block("table", Table(columns, cells2, "Share of the variation between sites", notes, stub=3))
