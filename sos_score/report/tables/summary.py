"""The findings of a study on a page or two: what the design can show, and a cell for each verdict."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sos_score.comparison.finding import Row
from sos_score.comparison.judging import Comparison
from sos_score.comparison.verdict import DIFFERENT, EQUIVALENT, INCONCLUSIVE, TRIVIAL
from sos_score.output.numbers import format_number, format_p
from sos_score.output.table import Cell, Column, Table
from sos_score.report.tables.detail import name_question
from sos_score.report.tables.sentences import write_sentence

_WORDS = (DIFFERENT, TRIVIAL, EQUIVALENT, INCONCLUSIVE)
_KEY = (
    "? inconclusive, with the smallest effect found with 80% power (after the stroke\n"
    "that of people adjusted for sites; none: no effect, however large);\n"
    "= equivalent; ~ different but too small to matter; - not asked, or not shown"
)
_LABELS = {
    "level": "against the norm",
    "change": "change in a site",
    "arms": "arms at each wave",
    "did": "change between arms",
}


def list_limits(comparison: Comparison) -> list[str]:
    """Return, in plain sentences, what a comparison of sites can show about the arms, whatever the scores."""
    plan = comparison.plan
    limits = [row for row in comparison.ask("design") if row.unit == "sites" and row.method.startswith("smallest p")]
    said = []
    for counts in dict.fromkeys(row.counts for row in limits):
        row = next(row for row in limits if row.counts == counts)
        where = "" if len({row.counts for row in limits}) == 1 else _name_sources(limits, counts)
        arms = " and ".join(plan.arm_names)
        sites = f"{counts[0]} {'site' if counts[0] == 1 else 'sites'} against {counts[1]}"
        alpha = f"{plan.alpha:g}".removeprefix("0")
        if math.isnan(row.p):
            said.append(f"{where}{arms} cannot be compared: one of them has no site with a score.")
        elif row.p > plan.alpha:
            said.append(
                f"{where}No site-level test can show a difference between {arms} at alpha {alpha} with {sites}: the"
                f" smallest p it can reach is {format_p(row.p)}. Results of people describe these people only."
            )
        else:
            said.append(
                f"{where}With {sites} an exact test of sites can reach p = {format_p(row.p)} at best. Results of"
                f" people describe these people only.{_limit_families(comparison, row.p)}"
            )
    return said


def _limit_families(comparison: Comparison, smallest: float) -> str:
    """Return that adjustment leaves no test of sites able to show a difference, where it does."""
    plan = comparison.plan
    if plan.adjustment not in ("holm", "bonferroni"):
        return ""
    families = {row.family for row in comparison.rows if row.unit == "sites" and row.is_primary}
    sizes = [comparison.families[family] for family in families if family in comparison.families]
    size = min((size for size in sizes if size * smallest > plan.alpha), default=0)
    if not size:
        return ""
    return (
        f" Adjusted in a family of {size} tests or more it cannot be below {format_p(size * smallest)}, so none of"
        " those can show a difference."
    )


def _name_sources(rows: Iterable[Row], counts: tuple[int, ...]) -> str:
    return f"{', '.join(dict.fromkeys(row.source for row in rows if row.counts == counts))}: "


def list_summary_tables(comparison: Comparison) -> list[Table]:
    """Return the tables of the summary in the order of the questions, then how many verdicts are of each kind."""
    tables = [table for found in make_question_tables(comparison).values() for table in found]
    return [*tables, make_count_table(comparison)]


def make_question_tables(comparison: Comparison) -> dict[str, list[Table]]:
    """Return the tables of the summary of each question that has any, in their order."""
    waves = list(comparison.plan.waves)
    tables = {
        "design": [_make_design_table(comparison)] if comparison.ask("design") else [],
        "level": [
            _spread(comparison, "level", _name_site, wave=wave, title=f"{wave} T points".strip()) for wave in waves
        ],
        "change": [_spread(comparison, "change", _name_site, title="g")],
        "arms": [_spread(comparison, "arms", lambda row: f"{row.wave} {row.unit}".strip(), title="g")],
        "did": [_spread(comparison, "did", lambda row: row.unit, title="g")],
    }
    found = {question: [table for table in each if table.rows] for question, each in tables.items()}
    return {question: each for question, each in found.items() if each}


def _name_site(row: Row) -> str:
    return row.site


def _make_design_table(comparison: Comparison) -> Table:
    """Return, for each source and wave, how many people there are and the smallest effects found."""
    rows = comparison.ask("design")
    units = ("people", "people, adjusted for sites", "sites")
    body: list[tuple[Cell, ...]] = []
    for source in dict.fromkeys(row.source for row in rows):
        of_source = [row for row in rows if row.source == source]
        waves = list(comparison.plan.waves)
        for wave in [*waves, "linked"] if len(waves) > 1 else waves:
            found = [_say_range(row.detectable for row in of_source if row.wave == wave and row.unit == unit)
                     for unit in units]  # fmt: skip
            counts = _count_people(comparison, of_source, wave)
            if any(count not in ("-", "0") for count in counts):
                body.append((source, wave, " ".join(counts), *found))
    columns = (
        Column("source", wraps=True, narrowest=16),
        Column("wave"),
        Column("people a site"),
        Column("people"),
        Column("adjusted"),
        Column("sites"),
    )
    notes = (
        "Smallest effect (g) found with 80% power, over a source's scales: of people,",
        "of people adjusted for sites at the ICC seen, of sites by a t test of their",
        "means. Its interval, and each scale: --only design.",
    )
    return Table(columns, tuple(body), name_question("design"), notes, stub=2)


def _count_people(comparison: Comparison, rows: Iterable[Row], wave: str) -> list[str]:
    """Return the people of each site at a wave, on the scale with most; "-" where they are not shown."""
    counts: dict[str, list[int]] = {label: [] for label in comparison.plan.sites.values()}
    for row in rows:
        names = row.groups.split(", ")
        if row.method == "count" and wave in names and row.counts:
            counts[row.site].append(row.counts[names.index(wave)])
    return [str(max(each)) if each else "-" for each in counts.values()]


def _say_range(values: Iterable[float]) -> str:
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return "-"
    low, high = format_number(min(known)), format_number(max(known))
    return low if low == high else f"{low}-{high}"


def _spread(
    comparison: Comparison, question: str, place: Callable[[Row], str], *, wave: str | None = None, title: str = ""
) -> Table:
    """Return one cell a verdict: outcomes down, `place` across."""
    rows = [row for row in comparison.ask(question) if row.is_primary and wave in (None, row.wave)]
    across = list(dict.fromkeys(place(row) for row in rows))
    cells = {(f"{row.source}.{row.scale}", place(row)): _mark(row) for row in rows}
    names = dict.fromkeys(name for name, _ in cells)
    body = tuple((name, *(cells.get((name, column), "-") for column in across)) for name in names)
    labels = (Column("outcome", wraps=True), *(Column(name) for name in across))
    return Table(labels, body, f"{name_question(question)} ({title})", (_KEY,))


def _mark(row: Row) -> str:
    if row.verdict == DIFFERENT:
        word = row.is_good or ("higher" if row.estimate > 0 else "lower")
        return f"{word} {format_number(row.effect, 1)}"
    if row.verdict == INCONCLUSIVE and not math.isnan(row.detectable):
        own = "none" if math.isinf(row.detectable) else format_number(row.detectable, 1)
        # Sites need no adjustment, and of a site alone there is none.
        has_adjusted = row.unit == "people" and not math.isnan(row.detectable_adjusted)
        return f"? {own}/{format_number(row.detectable_adjusted, 1)}" if has_adjusted else f"? {own}"
    return {TRIVIAL: "~", EQUIVALENT: "=", INCONCLUSIVE: "?"}.get(row.verdict, "-")


def make_count_table(comparison: Comparison) -> Table:
    """Return how many verdicts of each question and unit are of each kind."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row in comparison.rows:
        if row.is_primary and row.question in _LABELS:
            counts.setdefault((_LABELS[row.question], row.unit), Counter())[row.verdict] += 1
    rows: list[tuple[Cell, ...]] = [
        (question, unit, *(found[word] for word in _WORDS)) for (question, unit), found in counts.items()
    ]
    labels = ("verdicts", "unit", "different", "too small", "equivalent", "inconclusive")
    return Table(tuple(Column(label) for label in labels), tuple(rows), "", comparison.notes)


def list_headlines(comparison: Comparison) -> dict[str, list[str]]:
    """Return the findings of a difference, by what they speak of, the norm's in one sentence an outcome."""
    rows = [row for row in comparison.rows if row.is_primary and row.question in _LABELS]
    found = [row for row in rows if row.verdict in (DIFFERENT, TRIVIAL) and row.question != "level"]
    people = [write_sentence(row) for row in found if row.unit == "people"]
    sites = [write_sentence(row) for row in found if row.unit == "sites"]
    asked = Counter(row.verdict for row in rows if row.unit == "sites")
    if asked and not sites:
        arms = " and ".join(comparison.plan.arm_names)
        total = sum(asked.values())
        sites = [
            f"None: of {total} comparisons of sites none finds {arms} different; {asked[EQUIVALENT]} find no difference"
            f" that would matter, {asked[INCONCLUSIVE]} are inconclusive."
        ]
    norm = list_norm_sentences([row for row in rows if row.question == "level"])
    named = {"Against the norm, at every site": norm, "Of these people only": people, "Of the sites": sites}
    return {name: sentences for name, sentences in named.items() if sentences}


def list_norm_sentences(rows: Sequence[Row]) -> list[str]:
    """Return which outcomes stand above or below their norm at every site, and when."""
    said: dict[tuple[str, str, str], list[str]] = {}
    for wave in dict.fromkeys(row.wave for row in rows):
        outcomes: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            if row.wave == wave:
                outcomes.setdefault((row.title, row.groups.removeprefix(f"{row.site} - ")), []).append(row)
        for (title, norm), members in outcomes.items():
            sides = {"above" if row.estimate > 0 else "below" for row in members}
            if len(members) > 1 and len(sides) == 1 and all(row.verdict == DIFFERENT for row in members):
                good = f" ({members[0].is_good})" if members[0].is_good else ""
                text = f"{title}: {sides.pop()} {norm} at all {len(members)} sites{good}"
                said.setdefault((text, title, norm), []).append(wave)
    return [f"{text}{', ' if any(waves) else ''}{' and '.join(waves)}." for (text, _, _), waves in said.items()]


def drop_repeated_key(tables: Sequence[Table]) -> list[Table]:
    """Return the tables with the key of their marks below the last of them only."""
    last = max((place for place, table in enumerate(tables) if table.notes == (_KEY,)), default=-1)
    return [
        replace(table, notes=()) if table.notes == (_KEY,) and place != last else table
        for place, table in enumerate(tables)
    ]
