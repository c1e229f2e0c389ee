"""The questions asked of a whole study, as tables for the terminal and as sentences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from sos_score.comparison.finding import QUESTIONS, Row
from sos_score.comparison.judging import Comparison
from sos_score.comparison.questions.associations import ASSOCIATED, ICC, UNRELATED, WEAK, WRONG_UNIT
from sos_score.comparison.questions.variation import CANNOT_TELL, METHOD, UNADJUSTED
from sos_score.comparison.verdict import INCONCLUSIVE
from sos_score.output.numbers import format_df, format_interval, format_number, format_p, say_p
from sos_score.output.table import Cell, Column, Table

_MARKS = {ASSOCIATED: ASSOCIATED, WEAK: "~", UNRELATED: "=", INCONCLUSIVE: "?"}


def list_question_tables(comparison: Comparison, question: str) -> list[Table]:
    """Return one of these questions in full, for the terminal."""
    return _FULL[question](comparison)


def list_question_summaries(comparison: Comparison) -> dict[str, Table]:
    """Return a compact table of each of these questions that was asked."""
    found = {question: make(comparison) for question, make in _SUMMARY.items()}
    return {question: table for question, table in found.items() if table.rows}


def is_told(row: Row, *, in_full: bool) -> bool:
    """Return whether a row's sentence stands below the tables: in short, only what can be told."""
    if not say_finding(row):
        return False
    return in_full or row.verdict not in (INCONCLUSIVE, CANNOT_TELL, "")


def say_finding(row: Row) -> str:
    """Return the sentence of one of these questions' rows; empty for a row that stands beside another."""
    return _SAY[row.question](row)


def _name(row: Row) -> str:
    """Return an outcome's id, several sources taken together with room to break a line."""
    return f"{row.source}.{row.scale}".replace("+", " + ")


def _say_variation(row: Row) -> str:
    if not row.reason:
        return ""
    said = f"{_place(row)}: {row.reason[:1].lower()}{row.reason[1:]}"
    if math.isnan(row.p_adjusted):
        return said
    return f"{said.removesuffix('.')} ({say_p(row.p)}, {say_p(row.p_adjusted, 'adjusted p')})."


def _say_profiles(row: Row) -> str:
    return f"{_place(row)}: {row.reason}" if row.reason else ""


def _say_association(row: Row) -> str:
    if math.isnan(row.estimate):
        return ""
    if row.effect_name == ICC:
        parts = [
            f"first less second {_with_interval(row.estimate, row.low, row.high)}",
            f"{ICC} = {_with_interval(row.effect, row.effect_low, row.effect_high)}",
            f"{row.counts[0]} {row.unit}",
        ]
        return f"{_place(row)}: {', '.join(parts)}."
    if not row.is_primary:
        return ""
    said = f"{row.verdict}, {row.direction}" if row.direction else row.verdict
    parts = [f"r = {_with_interval(row.estimate, row.low, row.high)} over {row.counts[0]} {row.unit}"]
    if not math.isnan(row.p):
        parts += [say_p(row.p), say_p(row.p_adjusted, "adjusted p")]
    if row.verdict == INCONCLUSIVE and not math.isnan(row.smallest):
        parts.append(f"an r of {format_number(row.smallest)} would matter")
    return f"{_place(row)}: {said}; {', '.join(parts)}."


def _place(row: Row) -> str:
    return ", ".join(part for part in (row.title, row.wave) if part)


def _with_interval(value: float, low: float, high: float) -> str:
    return f"{format_number(value)} {format_interval(low, high)}".strip()


def _say_share(row: Row) -> str:
    if math.isnan(row.effect):
        return ""
    interval = "" if math.isnan(row.effect_low) else f" [{100 * row.effect_low:.0f}, {100 * row.effect_high:.0f}]"
    return f"{100 * row.effect:.0f}{interval}"


def _make_variation(comparison: Comparison) -> list[Table]:
    rows: list[tuple[Cell, ...]] = [
        (_name(row), row.wave, ", ".join(map(str, row.counts)), row.groups, _say_share(row),
         "" if math.isnan(row.p) else format_p(row.p))
        for row in comparison.ask("variation") if row.method == METHOD and not row.reason
    ]  # fmt: skip
    columns = (
        _make_outcome_column(rows),
        Column("wave"),
        Column("n"),
        Column("level", wraps=True),
        Column("share, %"),
        Column("p"),
    )
    notes = (
        "share: of the variance, with its profile interval",
        "p: likelihood ratio against no variance at the level, 50:50 mixture",
        *_collect_notes(comparison, "variation"),
    )
    return [Table(columns, tuple(rows), QUESTIONS["variation"], notes, stub=2)]


def _make_outcome_column(rows: Sequence[tuple[Cell, ...]]) -> Column:
    """Return the column of the outcomes' names, wide enough for their longest word."""
    words = [word for row in rows for word in str(row[0]).split()]
    return Column("outcome", wraps=True, narrowest=max(map(len, words), default=7))


def _collect_notes(comparison: Comparison, question: str) -> tuple[str, ...]:
    """Return what rows say of themselves, each thing once with the outcomes it is said of."""
    said: dict[str, dict[str, None]] = {}
    rows = comparison.ask(question)
    for row in rows:
        for note in row.notes:
            said.setdefault(note, {})[_name(row)] = None
    everywhere = {_name(row) for row in rows}
    notes = []
    for note, names in said.items():
        where = "" if len(names) == len(everywhere) or len(names) > 3 else f"{', '.join(names)}: "
        notes.append(f"{where}{note}")
    return tuple(notes)


def _make_variation_summary(comparison: Comparison) -> Table:
    """Return a row an outcome and wave: the share of sites and of workers, and which is larger."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in comparison.ask("variation"):
        cells = found.setdefault((_name(row), row.wave), {})
        if row.reason:
            more = row.verdict.removesuffix(UNADJUSTED)
            word = "?" if row.verdict == CANNOT_TELL else more.removesuffix(" more")
            cells["more"] = word if more == row.verdict else f"({word})"
        elif not row.groups.startswith("within "):
            cells[row.groups.partition(" ")[2]] = _say_share(row)
    parts = ("sites", "workers", "more")
    shown = {place: cells for place, cells in found.items() if any(cells.values())}
    rows = tuple((name, wave, *(cells.get(part, "") for part in parts)) for (name, wave), cells in shown.items())
    columns = (_make_outcome_column(rows), *(Column(name) for name in ("wave", *parts)))
    notes = (
        "more: which of workers and sites accounts for more, in brackets before",
        "adjustment only, ? where the data cannot tell. Other levels: --only variation",
    )
    return Table(columns, rows, f"{QUESTIONS['variation']} (% of variance)", notes, stub=2)


def _make_association(comparison: Comparison) -> list[Table]:
    """Return a table a pair."""
    pairs: dict[str, list[Row]] = {}
    for row in comparison.ask("association"):
        pairs.setdefault(row.title, []).append(row)
    columns = (
        Column("wave"),
        Column("what", wraps=True),
        Column("n"),
        Column("estimate"),
        Column("df"),
        Column("p"),
        Column("adj. p"),
    )
    tables = []
    for title, rows in pairs.items():
        notes = tuple(dict.fromkeys(note for row in rows for note in row.notes))
        tables.append(Table(columns, tuple(map(_show_association, rows)), title, notes))
    return tables


def _show_association(row: Row) -> tuple[Cell, ...]:
    value = (row.estimate, row.low, row.high)
    what = row.method.partition(", p from")[0].partition(": mixed")[0]
    if row.verdict == WRONG_UNIT:
        what = f"single scores: {WRONG_UNIT}"
    elif row.effect_name in ("r", "rho"):
        what = f"{what} ({row.unit})"
    elif row.effect_name and row.effect_name != "slope":
        what, value = row.effect_name, (row.effect, row.effect_low, row.effect_high)
    return (
        row.wave,
        what,
        ", ".join(map(str, row.counts)),
        "" if math.isnan(value[0]) else _with_interval(*value),
        "" if math.isnan(row.df) else format_df(row.df),
        "" if math.isnan(row.p) else format_p(row.p),
        "" if math.isnan(row.p_adjusted) else format_p(row.p_adjusted),
    )


def _make_association_summary(comparison: Comparison) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for row in comparison.ask("association"):
        is_icc = row.effect_name == ICC
        if row.is_primary or is_icc:
            value = "" if math.isnan(row.effect) else _with_interval(row.effect, row.effect_low, row.effect_high)
            p = "" if math.isnan(row.p_adjusted) else format_p(row.p_adjusted)
            word = "ICC" if is_icc else _MARKS.get(row.verdict, "")
            rows.append((row.groups, row.wave, ", ".join(map(str, row.counts)), value, p, word))
    columns = (
        Column("pair", wraps=True, narrowest=31),
        Column("wave"),
        Column("n"),
        Column("r or ICC(A,1)"),
        Column("adj. p"),
        Column("verdict"),
    )
    notes = ("= no association that would matter, ~ associated but too weakly to matter,", "? inconclusive")
    return Table(columns, tuple(rows), QUESTIONS["association"], notes, stub=2)


def _make_profiles(comparison: Comparison) -> list[Table]:
    """Return a row a comparison of two profiles, and a row a set of sites at the first wave."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in comparison.ask("profiles"):
        if row.verdict:
            continue
        name = row.site or row.groups
        cells = found.setdefault((row.source, name, row.wave), {"n": ", ".join(map(str, row.counts))})
        cells[row.effect_name] = _with_one_digit(row) if row.effect_name != "correlation" else _say_value(row)
    parts = ("distance", "elevation", "scatter", "correlation")
    rows = tuple((name, wave, *(cells.get(part, "") for part in parts)) for (_, name, wave), cells in found.items())
    labels = ("distance", "elevation", "scatter", "shape (r)")
    columns = (Column("profiles", wraps=True), Column("wave"), *map(Column, labels))
    notes = (
        "distance: points of T a scale, with what chance adds taken off; elevation and",
        "scatter: differences, first less second; shape: correlation over the scales",
        *_collect_notes(comparison, "profiles"),
    )
    return [Table(columns, rows, QUESTIONS["profiles"], notes), _make_profile_summary(comparison)]


def _with_one_digit(row: Row) -> str:
    if math.isnan(row.estimate):
        return ""
    interval = "" if math.isnan(row.low) else f" [{format_number(row.low, 1)}, {format_number(row.high, 1)}]"
    return f"{format_number(row.estimate, 1)}{interval}"


def _say_value(row: Row) -> str:
    return "" if math.isnan(row.estimate) else _with_interval(row.estimate, row.low, row.high)


def _make_profile_summary(comparison: Comparison) -> Table:
    rows = tuple(
        (row.groups, row.wave, ", ".join(map(str, row.counts)), row.verdict)
        for row in comparison.ask("profiles")
        if row.verdict
    )
    columns = (Column("sites", wraps=True), Column("wave"), Column("people"), Column("very similar"))
    notes = ("very similar: no two differ by more than 3 points of T a scale, a rule of ours",)
    return Table(columns, rows, QUESTIONS["profiles"], notes)


_FULL: dict[str, Callable[[Comparison], list[Table]]] = {
    "variation": _make_variation,
    "association": _make_association,
    "profiles": _make_profiles,
}
_SUMMARY: dict[str, Callable[[Comparison], Table]] = {
    "variation": _make_variation_summary,
    "association": _make_association_summary,
    "profiles": _make_profile_summary,
}
_SAY: dict[str, Callable[[Row], str]] = {
    "variation": _say_variation,
    "association": _say_association,
    "profiles": _say_profiles,
}
