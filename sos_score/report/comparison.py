"""The findings of a study as tables: a summary first, every row on request."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from sos_score.comparison.findings import Comparison
from sos_score.comparison.rows import QUESTIONS, Row
from sos_score.comparison.verdict import DIFFERENT, EQUIVALENT, INCONCLUSIVE, TRIVIAL
from sos_score.report.apa import format_interval, format_number, format_p
from sos_score.report.sentences import say_verdict, write_sentence
from sos_score.report.tables import Cell, Column, Table

_WORDS = (DIFFERENT, TRIVIAL, EQUIVALENT, INCONCLUSIVE)
_FIELDS = (
    "source", "instrument", "scale", "title", "question", "unit", "site", "wave", "groups", "counts", "estimate",
    "low", "high", "effect_name", "effect", "effect_low", "effect_high", "statistic_name", "statistic", "df", "df2",
    "p", "family", "p_adjusted", "method", "smallest", "tost_p", "tost_low", "tost_high", "tost_p_adjusted",
    "detectable", "verdict", "direction", "is_good", "reason", "notes",
)  # fmt: skip
_JUDGED = {
    "level": "Against the norm",
    "change": "Change in a site",
    "arms": "Arms at each wave",
    "did": "Change, arms",
}


def make_rows_table(rows: Iterable[Row], title: str = "", notes: tuple[str, ...] = ()) -> Table:
    """Return rows for the terminal: the few fields that tell the finding."""
    columns = (
        Column("outcome", wraps=True),
        Column("where", wraps=True),
        Column("n"),
        Column("difference", wraps=True),
        Column("effect"),
        Column("p"),
        Column("adj. p"),
        Column("verdict", wraps=True),
    )
    return Table(columns, tuple(_show(row) for row in rows), title, notes, stub=2)


def _show(row: Row) -> tuple[str, ...]:
    interval = format_interval(row.low, row.high)
    effect = ""
    if not math.isnan(row.effect):
        effect = f"{row.effect_name} {format_number(row.effect)}"
    elif not math.isnan(row.detectable):
        effect = f"{row.effect_name} {format_number(row.detectable)}"
    place = ", ".join(dict.fromkeys(part for part in (row.site, row.wave, row.groups) if part))
    said = say_verdict(row) if row.is_primary else row.verdict or row.method
    estimate = "" if math.isnan(row.estimate) else f"{format_number(row.estimate)} {interval}".strip()
    return (
        row.title,
        f"{place} ({row.unit})",
        ", ".join(map(str, row.counts)),
        estimate,
        effect,
        "" if math.isnan(row.p) else format_p(row.p),
        "" if math.isnan(row.p_adjusted) else format_p(row.p_adjusted),
        said,
    )


def _list_fields(row: Row) -> list[Cell]:
    values: list[Cell] = []
    for name in _FIELDS:
        value = getattr(row, name)
        values.append("; ".join(map(str, value)) if isinstance(value, tuple) else value)
    return values


def make_file_tables(comparison: Comparison) -> dict[str, Table]:
    """Return what goes to files: a table a question, every field in full precision, and its sentence."""
    return {
        question: _make_file_table(comparison.ask(question), comparison.notes)
        for question in dict.fromkeys(row.question for row in comparison.rows)
    }


def make_single_table(comparison: Comparison) -> Table:
    """Return every row of every question as one table, for CSV."""
    return _make_file_table(comparison.rows, comparison.notes)


def _make_file_table(rows: Iterable[Row], notes: tuple[str, ...]) -> Table:
    columns = tuple(Column(name) for name in (*_FIELDS, "sentence"))
    return Table(columns, tuple((*_list_fields(row), write_sentence(row)) for row in rows), notes=notes)


def make_summary(comparison: Comparison) -> dict[str, Table]:
    """Return the summary: what the design can show, verdicts counted, and who stands where."""
    tables = {"design": _make_design_table(comparison), "counts": _make_count_table(comparison)}
    for question, spread in (("level", _spread_level), ("change", _spread_change), ("arms", _spread_arms)):
        table = spread(comparison, QUESTIONS[question])
        if table.rows:
            tables[question] = table
    return tables


def _make_design_table(comparison: Comparison) -> Table:
    """Return, for each outcome and wave, the smallest effects each kind of analysis would find."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in comparison.ask("design"):
        if not math.isnan(row.detectable):
            found.setdefault((row.title, row.wave), {})[row.unit] = row.detectable
    units = ("people", "people, adjusted for sites", "sites")
    rows: list[tuple[Cell, ...]] = [
        (title, wave, *(each.get(unit, math.nan) for unit in units)) for (title, wave), each in found.items()
    ]
    columns = (
        Column("outcome", wraps=True),
        Column("wave"),
        Column("people", 2),
        Column("adjusted", 2),
        Column("sites", 2),
    )
    title = "Smallest effect (g) found with 80% power"
    return Table(columns, tuple(rows), title, list_limits(comparison), stub=2)


def list_limits(comparison: Comparison) -> tuple[str, ...]:
    """Return what the count of sites allows, each thing said once."""
    return tuple(
        dict.fromkeys(
            note for row in comparison.ask("design") if row.method.startswith("smallest p") for note in row.notes
        )
    )


def _make_count_table(comparison: Comparison) -> Table:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row in comparison.rows:
        if row.is_primary:
            counts.setdefault((_JUDGED[row.question], row.unit), Counter())[row.verdict] += 1
    rows: list[tuple[Cell, ...]] = [
        (question, unit, *(found[word] for word in _WORDS)) for (question, unit), found in counts.items()
    ]
    labels = ("question", "unit", "different", "too small", "equivalent", "inconclusive")
    notes = (
        "Rows of people speak of these people only; only rows of sites can speak of a method.",
        *comparison.notes,
    )
    return Table(tuple(Column(label) for label in labels), tuple(rows), "Verdicts", notes)


def _spread(rows: Sequence[Row], columns: dict[str, list[Row]], title: str) -> Table:
    titles = list(dict.fromkeys(row.title for row in rows))
    cells = {(row.title, name): _mark(row) for name, members in columns.items() for row in members}
    body = tuple((each, *(cells.get((each, name), "") for name in columns)) for each in titles)
    labels = (Column("outcome", wraps=True), *(Column(name) for name in columns))
    notes = ("= equivalent, ~ different but too small to matter, ? inconclusive",)
    return Table(labels, body, title, notes)


def _mark(row: Row) -> str:
    if row.verdict == DIFFERENT:
        word = row.is_good or ("higher" if row.estimate > 0 else "lower")
        return f"{word} {format_number(row.effect, 1)}"
    return {TRIVIAL: "~", EQUIVALENT: "=", INCONCLUSIVE: "?"}.get(row.verdict, "")


def _spread_level(comparison: Comparison, title: str) -> Table:
    rows = [row for row in comparison.ask("level") if row.is_primary]
    columns: dict[str, list[Row]] = {}
    for row in rows:
        columns.setdefault(f"{row.site} {row.wave}".strip(), []).append(row)
    return _spread(rows, columns, f"{title} (T points from the norm)")


def _spread_change(comparison: Comparison, title: str) -> Table:
    rows = [row for row in comparison.ask("change") if row.is_primary]
    columns: dict[str, list[Row]] = {}
    for row in rows:
        columns.setdefault(row.site, []).append(row)
    return _spread(rows, columns, f"{title} (g)")


def _spread_arms(comparison: Comparison, title: str) -> Table:
    rows = [row for row in comparison.rows if row.is_primary and row.question in ("arms", "did")]
    columns: dict[str, list[Row]] = {}
    for row in rows:
        when = "change" if row.question == "did" else row.wave
        columns.setdefault(f"{when} {row.unit}".strip(), []).append(row)
    return _spread(rows, columns, f"{title}, and whether they changed differently (g)")


def list_sentences(comparison: Comparison, questions: Sequence[str] = ()) -> list[str]:
    """Return the sentences of the findings that say something: all but the inconclusive ones."""
    return [
        write_sentence(row)
        for row in comparison.rows
        if row.is_primary
        and row.verdict not in (INCONCLUSIVE, "")
        and row.question in (questions or ("change", "arms", "did"))
    ]
