"""What a report says of what goes with what: the pairs a study declared."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sos_score.comparison.finding import Row
from sos_score.comparison.questions.associations import ASSOCIATED, ICC, UNRELATED, WEAK, WRONG_UNIT
from sos_score.comparison.verdict import INCONCLUSIVE
from sos_score.output.numbers import format_df, format_interval, format_number, format_p
from sos_score.output.table import Cell, Column, Table
from sos_score.report.figures.pairs import draw_pairs
from sos_score.report.model import Block, ReportData, count, join

_ABOUT = (
    "Only the pairs that the study file declared were looked at. Their scores are brought together at the level where"
    " they belong, so one worker counts once however many families answered about them. That two things go together"
    " does not say that one makes the other."
)
_WRONG = (
    "Wrong unit: every single answer counted as if it were a worker (or whatever the pair's level is) of its own. It"
    " is there only to be set beside the right one; its p would be too small."
)
_SAME = "Agreement is not association: two views can go together and still differ."
_WORDS = {ASSOCIATED: "associated", WEAK: "associated but too weakly to matter",
          UNRELATED: "not associated in a way that would matter", INCONCLUSIVE: "inconclusive"}  # fmt: skip


@dataclass(frozen=True)
class _Pair:
    """The rows of one declared pair at one wave, by what they are."""

    title: str
    wave: str
    rows: tuple[Row, ...]

    def find(self, method: str) -> Row | None:
        """Return the row whose method begins with some words."""
        return next((row for row in self.rows if row.method.startswith(method)), None)


def tell_associations(report: ReportData) -> Iterator[Block]:
    """Yield how the declared pairs go together or agree, in sentences and tables."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in report.comparison.ask("association"):
        groups.setdefault((row.title, row.wave), []).append(row)
    if not groups:
        return
    yield Block("text", _ABOUT)
    pairs = [_Pair(title, wave, tuple(rows)) for (title, wave), rows in groups.items()]
    judged = [row for pair in pairs for row in pair.rows if row.is_primary and row.verdict]
    if judged:
        yield Block("list", tuple(_list_findings(judged)))
    picture = draw_pairs(report)
    if picture is not None:
        yield Block("picture", picture)
    for make in (_make_associations, _make_agreements):
        table = make(pairs)
        if table.rows:
            yield Block("table", table)
    yield Block("folded", _make_full(pairs))
    nothing = tuple(
        f"{row.title}: {note}" for row in report.comparison.ask("association") if not row.counts for note in row.notes
    )
    if nothing:
        yield Block("list", tuple(dict.fromkeys(nothing)))


def _list_findings(judged: list[Row]) -> Iterator[str]:
    words = Counter(row.verdict for row in judged)
    parts = [f"{number} {'is' if number == 1 else 'are'} {_WORDS[word]}" for word in _WORDS if (number := words[word])]
    yield f"Of {count(len(judged), 'association', 'associations')} at a wave, {join(parts)}."
    found: dict[tuple[str, str], list[str]] = {}
    for row in judged:
        said = _WORDS[row.verdict] + (f", {row.direction}" if row.direction else "")
        found.setdefault((row.title, said), []).append(row.wave)
    for (title, said), waves in found.items():
        when = f" at {join(waves)}" if any(waves) else ""
        yield f"{title}: {said}{when}."


def _make_associations(pairs: list[_Pair]) -> Table:
    body: list[tuple[Cell, ...]] = []
    for pair in pairs:
        row = next((each for each in pair.rows if each.is_primary), None)
        if row is None:
            continue
        wrong = next((each for each in pair.rows if each.verdict == WRONG_UNIT), None)
        body.append((pair.title, pair.wave, f"{row.counts[0]} {row.unit}" if row.counts else "", _say_effect(row),
                     "" if math.isnan(row.p_adjusted) else format_p(row.p_adjusted),
                     _WORDS.get(row.verdict, "not shown"),
                     "" if wrong is None or not wrong.counts
                     else f"{_say_effect(wrong)}, n = {wrong.counts[0]}"))  # fmt: skip
    columns = (Column("pair", wraps=True), Column("wave"), Column("n"), Column("r [95% CI]"), Column("adj. p"),
               Column("verdict", wraps=True), Column("wrong unit: r of single answers", wraps=True))  # fmt: skip
    return Table(columns, tuple(body), "Declared associations", (_WRONG,), stub=2)


def _make_agreements(pairs: list[_Pair]) -> Table:
    body: list[tuple[Cell, ...]] = []
    for pair in pairs:
        found = next((row for row in pair.rows if row.effect_name == ICC), None)
        if found is None or math.isnan(found.effect):
            continue
        parts = [pair.find(method) for method in ("mean difference", "limits")]
        lin, r = pair.find("Lin"), pair.find("Pearson, not agreement")
        body.append((pair.title, pair.wave, f"{found.counts[0]} {found.unit}", *map(_say_estimate, parts),
                     _say_effect(found), *("" if row is None else _say_effect(row) for row in (lin, r))))  # fmt: skip
    labels = ("first less second", "limits of agreement", ICC, "concordance", "r, not agreement")
    columns = (Column("pair", wraps=True), Column("wave"), Column("n"), *(Column(label) for label in labels))
    return Table(columns, tuple(body), "Agreement of two views", (_SAME,), stub=2)


def _say_estimate(row: Row | None) -> str:
    if row is None or math.isnan(row.estimate):
        return ""
    return f"{format_number(row.estimate)} {format_interval(row.low, row.high)}".strip()


def _say_effect(row: Row) -> str:
    if math.isnan(row.effect):
        return ""
    return f"{format_number(row.effect)} {format_interval(row.effect_low, row.effect_high)}".strip()


def _make_full(pairs: list[_Pair]) -> Table:
    body: list[tuple[Cell, ...]] = []
    notes: dict[str, None] = {}
    for pair in pairs:
        for row in pair.rows:
            is_slope = row.effect_name == "slope" or not row.effect_name
            body.append((pair.title, pair.wave, row.method, ", ".join(map(str, row.counts)),
                         _say_estimate(row) if is_slope else _say_effect(row),
                         "" if math.isnan(row.df) else format_df(row.df),
                         "" if math.isnan(row.p) else format_p(row.p)))  # fmt: skip
            notes |= dict.fromkeys(note for note in row.notes if row.counts and row.verdict != WRONG_UNIT)
    labels = ("pair", "wave", "what", "n", "estimate", "df", "p")
    columns = tuple(Column(label, wraps=label in ("pair", "what")) for label in labels)
    return Table(columns, tuple(body), "Every row of every declared pair", tuple(notes), stub=2)
