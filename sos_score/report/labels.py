"""Findings in few words, and outcomes by the names people know."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sos_score.comparison.finding import QUESTIONS, Row
from sos_score.comparison.judging import Comparison
from sos_score.comparison.verdict import DIFFERENT, EQUIVALENT, INCONCLUSIVE, TRIVIAL
from sos_score.output.numbers import format_interval, format_number, format_p
from sos_score.output.table import Column, Table
from sos_score.report.model import count, join
from sos_score.report.tables.sentences import say_verdict
from sos_score.study.data import StudyData

_FEW = 3  # outcomes that a note names
_MARKS = {"?": "inconclusive", "=": "equivalent", "~": "too small to matter"}
_KEY = (
    "In brackets: the smallest effect this comparison would find with 80% power; adjusted, that of people who share"
    " a site; none, where no effect would be found, however large.",
    "A dash: not asked, or not shown.",
)


def say_short(row: Row) -> str:
    """Return a verdict in a word or two."""
    if row.verdict == DIFFERENT:
        return row.is_good or ("higher" if row.estimate > 0 else "lower")
    return "too small to matter" if row.verdict == TRIVIAL else row.verdict


def name_outcomes(data: StudyData) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the label of the source and the title of the scale of each outcome."""
    return {(each.source, each.scale): (each.source_label, each.title) for each in data.outcomes}


def name_row(row: Row, names: dict[tuple[str, str], tuple[str, str]]) -> tuple[str, str]:
    """Return the source's label and the scale's title of a row that may be about several sources together."""
    sources = row.source.split("+")
    return join([names[source, row.scale][0] for source in sources]), names[sources[0], row.scale][1]


def list_notes(rows: Iterable[Row], names: dict[tuple[str, str], tuple[str, str]]) -> tuple[str, ...]:
    """Return what rows say of themselves, each thing once, with the outcomes it is said of where they are few."""
    said: dict[str, dict[str, None]] = {}
    outcomes: dict[str, None] = {}
    for row in rows:
        source, scale = name_row(row, names)
        outcomes[f"{scale} ({source})"] = None
        for note in row.notes:
            said.setdefault(note, {})[f"{scale} ({source})"] = None
    return tuple(
        f"{join(list(where))}: {note}" if len(where) <= _FEW < len(outcomes) else note for note, where in said.items()
    )


def name_rows(table: Table, data: StudyData) -> Table:
    """Return a table of outcomes with their source and title in place of ids, and words in place of marks."""
    names = {each.id: (each.source_label, each.title) for each in data.outcomes}
    rows = tuple((*names[str(row[0])], *(_spell(str(cell)) for cell in row[1:])) for row in table.rows)
    cells = [str(cell) for row in rows for cell in row[2:]]
    holds = (any("inconclusive (" in cell for cell in cells), "-" in cells)
    columns = (Column("source", wraps=True), Column("scale", wraps=True), *table.columns[1:])
    notes = tuple(note for note, is_held in zip(_KEY, holds, strict=True) if is_held)
    return replace(table, columns=columns, rows=rows, notes=notes, stub=table.stub + 1)


def _spell(cell: str) -> str:
    mark, _, effect = cell.partition(" ")
    word = _MARKS.get(mark)
    if word is None or not effect:
        return word or cell
    own, _, adjusted = effect.partition("/")
    return f"{word} ({own}; {adjusted} adjusted)" if adjusted else f"{word} ({own})"


def name_sources(table: Table, data: StudyData) -> Table:
    """Return a table of sources with their labels in place of ids."""
    labels = {each.source: each.source_label for each in data.outcomes}
    rows = tuple((labels[str(row[0])], *row[1:]) for row in table.rows)
    return replace(table, rows=rows)


def list_judged(comparison: Comparison, data: StudyData, question: str) -> Table:
    """Return every judged row of a question: the few fields that tell the finding."""
    names = name_outcomes(data)
    labels = ("where", "n", "difference", "effect", "p", "adj. p", "verdict")
    columns = tuple(Column(label, wraps=label in ("where", "difference", "verdict")) for label in labels)
    rows = tuple((*names[row.source, row.scale], *_show(row)) for row in comparison.ask(question) if row.is_primary)
    first = (Column("source", wraps=True), Column("scale", wraps=True))
    return Table((*first, *columns), rows, f"{QUESTIONS[question]}: every judged finding", stub=3)


def _show(row: Row) -> tuple[str, ...]:
    place = ", ".join(dict.fromkeys(part for part in (row.site, row.wave, row.groups) if part))
    estimate = f"{format_number(row.estimate)} {format_interval(row.low, row.high)}".strip()
    return (
        f"{place} ({row.unit})",
        ", ".join(map(str, row.counts)),
        "" if math.isnan(row.estimate) else estimate,
        "" if math.isnan(row.effect) else f"{row.effect_name} {format_number(row.effect)}",
        "" if math.isnan(row.p) else format_p(row.p),
        "" if math.isnan(row.p_adjusted) else format_p(row.p_adjusted),
        say_verdict(row),
    )


def count_verdicts(rows: Iterable[Row], what: str) -> str:
    """Return a sentence on how many findings are different, equivalent and inconclusive.

    Parameters
    ----------
    rows : iterable of Row
    what : str
        What is compared, in the singular: "comparison of sites".

    Returns
    -------
    str
        Empty where nothing was judged.
    """
    words = Counter(row.verdict for row in rows if row.is_primary and row.verdict)
    total = sum(words.values())
    if not total:
        return ""
    parts = [_say(words[DIFFERENT], "shows a difference", "show a difference")]
    if words[TRIVIAL]:
        parts.append(_say(words[TRIVIAL], "shows one too small to matter", "show one too small to matter"))
    parts.append(_say(words[EQUIVALENT], "is equivalent", "are equivalent"))
    parts.append(_say(words[INCONCLUSIVE], "is inconclusive", "are inconclusive"))
    return f"Of {count(total, what, what.replace('comparison', 'comparisons', 1))}, {join(parts)}."


def _say(number: int, one: str, several: str) -> str:
    return f"{number or 'none'} {several if number > 1 else one}"


def list_differences(comparison: Comparison, data: StudyData, question: str) -> Iterator[str]:
    """Yield, for each place and source, the outcomes that differ and how.

    Parameters
    ----------
    comparison : Comparison
    data : StudyData
    question : str

    Yields
    ------
    str
        "Site 3, T1 to T2 (Culture and climate, staff): worse in Proficiency and Rigidity."
    """
    names = name_outcomes(data)
    groups: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in comparison.ask(question):
        if row.is_primary and row.verdict == DIFFERENT:
            source, scale = names[row.source, row.scale]
            place = row.groups if question in ("arms", "did") else row.site
            where = ", ".join(part for part in (place, row.wave) if part)
            unit = f", {row.unit}" if question in ("arms", "did") else ""
            groups.setdefault((where + unit, source), {}).setdefault(say_short(row), []).append(scale)
    for (where, source), found in groups.items():
        yield f"{where} ({source}): {'; '.join(f'{word} in {join(scales)}' for word, scales in found.items())}."
