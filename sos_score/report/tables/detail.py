"""The findings of a study as tables: every row on request, every field in files."""

from __future__ import annotations

import math
from collections.abc import Iterable

from sos_score.comparison.finding import PEOPLE, QUESTIONS, Row
from sos_score.comparison.judging import Comparison
from sos_score.comparison.questions.registry import ASK_STUDY
from sos_score.comparison.verdict import DIFFERENT, INCONCLUSIVE, TRIVIAL
from sos_score.output.numbers import format_interval, format_number, format_p
from sos_score.output.table import Cell, Column, Table
from sos_score.report.tables.sentences import list_detectable, say_verdict, write_sentence
from sos_score.report.tables.whole_study import is_told

_FIELDS = (
    "source", "instrument", "scale", "title", "question", "unit", "site", "wave", "groups", "counts", "estimate",
    "low", "high", "effect_name", "effect", "effect_low", "effect_high", "statistic_name", "statistic", "df", "df2",
    "p", "is_primary", "family", "p_adjusted", "method", "smallest", "tost_p", "tost_low", "tost_high",
    "tost_p_adjusted", "detectable", "detectable_adjusted", "detectable_adjusted_low", "detectable_adjusted_high",
    "detectable_sites", "verdict", "direction", "is_good", "reason", "notes",
)  # fmt: skip
_ESTIMATE = 22  # columns of an estimate with its interval


def list_detail_tables(comparison: Comparison, question: str) -> list[Table]:
    """Return the rows of a question for the terminal, a table an outcome."""
    outcomes: dict[tuple[str, str], list[Row]] = {}
    for row in comparison.ask(question):
        outcomes.setdefault((f"{row.source}.{row.scale}", row.title), []).append(row)
    return [_make_detail(rows, f"{name}: {title}", comparison) for (name, title), rows in outcomes.items()]


def _make_detail(rows: Iterable[Row], title: str, comparison: Comparison) -> Table:
    columns = (
        Column("where", wraps=True, narrowest=12),
        Column("n", wraps=True, narrowest=5),
        Column("estimate"),
        Column("p (adj.)"),
        Column("finding", wraps=True, narrowest=18),
    )
    plan, rows = comparison.plan, list(rows)
    usual = {plan.span, f"{plan.last_wave} - {plan.first_wave}"}
    if {row.unit for row in rows} == {"people"}:
        usual.add("people")
    if plan.has_arms:
        treated, reference = plan.arm_names
        usual |= {f"{treated} - {reference}", f"{treated} change - {reference} change"}
    return Table(columns, tuple(_show(row, usual) for row in rows), title)


def _show(row: Row, usual: set[str]) -> tuple[str, ...]:
    """Return a row's cells; what a whole question is about is not repeated."""
    groups = row.groups.removeprefix(f"{row.site} - ")
    if row.site and groups != row.groups:
        groups = f"against {groups}"
    parts = [part for part in (row.site, row.wave, groups, row.unit) if part and part not in usual]
    interval = format_interval(row.low, row.high)
    estimate = "" if math.isnan(row.estimate) else f"{format_number(row.estimate)} {interval}".strip()
    return (
        ", ".join(dict.fromkeys(parts)),
        " ".join(map(str, row.counts)),
        "\n".join(text for text in (estimate, _show_effect(row)) if text),
        _show_p(row),
        _tell(row),
    )


def _show_effect(row: Row) -> str:
    """Return the effect; of a row without one, the smallest effect it would find."""
    value = row.detectable if math.isnan(row.effect) and not row.is_primary else row.effect
    if math.isnan(value):
        return ""
    parts = [f"{row.effect_name} {format_number(value)}", format_interval(row.effect_low, row.effect_high)]
    return ("\n" if sum(map(len, parts)) > _ESTIMATE else " ").join(part for part in parts if part)


def _show_p(row: Row) -> str:
    """Return p, and in brackets p adjusted; without the blank a line could break at."""
    texts = [format_p(p).replace(" ", "") for p in (row.p, row.p_adjusted) if not math.isnan(p)]
    return f"{texts[0]}\n({texts[1]})" if len(texts) > 1 else "".join(texts)


def _tell(row: Row) -> str:
    """Return the verdict of a judged row, with what a null result could have missed; else the method."""
    if not row.is_primary:
        said = row.verdict or row.method
        return f"{said}: {_say_why(row)}" if math.isnan(row.estimate + row.effect) and _is_silent(row) else said
    said = f"{row.method}: {say_verdict(row)}"
    if row.verdict in (DIFFERENT, TRIVIAL) or not list_detectable(row):
        return said
    return f"{said}; 80% power: {', '.join(list_detectable(row))}"


def _is_silent(row: Row) -> bool:
    """Return whether a row has only its notes to show."""
    return bool(row.notes) and math.isnan(row.p) and math.isnan(row.detectable) and not row.reason


def _say_why(row: Row) -> str:
    """Return the first note that is about this row and not about every row of people."""
    return next((note for note in row.notes if note != PEOPLE), row.notes[0])


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


def _list_fields(row: Row) -> list[Cell]:
    values: list[Cell] = []
    for name in _FIELDS:
        value = getattr(row, name)
        values.append("; ".join(map(str, value)) if isinstance(value, tuple) else value)
    return values


def list_told(comparison: Comparison, question: str, *, in_full: bool = False) -> list[str]:
    """Return the sentences of a question of the whole study: what it can tell, and in full also what it cannot."""
    return [write_sentence(row) for row in comparison.ask(question) if is_told(row, in_full=in_full)]


def list_sentences(comparison: Comparison, question: str) -> list[str]:
    """Return the sentences of a question's findings that say something: all but the inconclusive ones."""
    if question in ASK_STUDY:
        return list_told(comparison, question, in_full=True)
    return [
        write_sentence(row)
        for row in comparison.ask(question)
        if row.is_primary and row.verdict not in (INCONCLUSIVE, "")
    ]


def name_question(question: str) -> str:
    """Return a question with its place in the order all outputs keep.

    Examples
    --------
    >>> name_question("level")
    '2. Level, and against the norm'
    """
    return f"{list(QUESTIONS).index(question) + 1}. {QUESTIONS[question]}"
