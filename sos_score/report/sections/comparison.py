"""What a report says of the findings: the summary, change in sites, and the arms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sos_score.output.table import Table
from sos_score.report.figures.change import list_changes
from sos_score.report.figures.forest import list_forests
from sos_score.report.figures.profile import list_profiles
from sos_score.report.labels import count_verdicts, list_differences, list_judged, name_rows, name_sources
from sos_score.report.model import Block, Evidence
from sos_score.report.sections.profiles import tell_profiles
from sos_score.report.sections.sensitivity import say_holding
from sos_score.report.tables.summary import list_limits, make_count_table, make_question_tables
from sos_score.scoring.provenance import describe_caveat

_INCONCLUSIVE = (
    "Inconclusive does not mean that there is no difference: it means that this study cannot tell. Equivalent means"
    " that a difference as large as the smallest that would matter can be ruled out."
)
_BEYOND_PROOF = (
    "However large a difference between the arms is, so few sites cannot show that it is more than chance. Nothing"
    " below proves that a way of working is better or worse."
)
_PEOPLE = (
    "Findings of people speak of the people who answered, not of a way of working: people in one site share"
    " their team, their manager and their families, and are treated here as if they did not."
)
_DETECTABLE = (
    "Smallest effect (g) found with 80% power, over the scales of a source: of people, of people adjusted for sites at"
    " the ICC seen, and of sites by a t test of their means. People are counted for each site in the study's order; a"
    " dash: not shown."
)
_NO_VERDICT = (
    "No comparison of this study can be both computed and shown, so there is no verdict. What stands in the way is said"
    " with the data."
)


def tell_summary(evidence: Evidence) -> Iterator[Block]:
    """Yield the limits of the design, the verdicts counted, and what differs."""
    data, comparison = evidence.data, evidence.comparison
    for limit in list_limits(comparison):
        yield Block("text", limit)
    limits = [row.p for row in comparison.ask("design") if row.method.startswith("smallest p")]
    if any(p > comparison.plan.alpha for p in limits):
        yield Block("text", _BEYOND_PROOF)
    counts = []
    for question, unit, what in (
        ("did", "sites", "comparison of how the sites of the arms changed"),
        ("arms", "sites", "comparison of the sites of the arms at one wave"),
        ("did", "people", "comparison of how the people of the arms changed"),
        ("arms", "people", "comparison of the people of the arms at one wave"),
        ("change", "people", "comparison of a site with itself over time"),
        ("level", "people", "comparison of a site with the norm"),
    ):
        counts.append(count_verdicts([row for row in comparison.ask(question) if row.unit == unit], what))
    if any(counts):
        yield Block("list", tuple(filter(None, counts)))
        yield Block("text", _INCONCLUSIVE)
        yield Block("text", _PEOPLE)
    else:
        yield Block("text", _NO_VERDICT)
    instruments = {table.instrument.id: table.instrument for table in data.tables if table.instrument}
    caveats = [caveat for caveat in map(describe_caveat, instruments.values()) if caveat]
    if caveats:
        yield Block("text", "Not every scoring key is verified, and no score is better than its key:")
        yield Block("list", tuple(caveats))
    verdicts = make_count_table(comparison)
    if verdicts.rows:
        # What the data do not allow stands with the data.
        notes = tuple(note for note in verdicts.notes if note not in map(str, data.notes))
        yield Block("table", replace(verdicts, title="Verdicts", notes=notes))
    differences = [each for question in ("did", "arms", "change") for each in
                   list_differences(comparison, data, question)]  # fmt: skip
    if differences:
        yield Block("heading", "What differs")
        yield Block("list", tuple(differences))
        for said in say_holding(evidence.sensitivity):
            yield Block("text", said)


def tell_change(evidence: Evidence) -> Iterator[Block]:
    """Yield levels against the norm, and change in each site."""
    tables = make_question_tables(evidence.comparison)
    if "level" in tables:
        yield Block("heading", "Against the norm")
        for picture in list_profiles(evidence):
            yield Block("picture", picture)
        yield from _list_tables(evidence, "level", tables["level"])
    yield from tell_profiles(evidence)
    if "change" in tables:
        yield Block("heading", "Change in each site")
        yield Block("list", tuple(list_differences(evidence.comparison, evidence.data, "change")))
        for picture in list_changes(evidence):
            yield Block("picture", picture)
        yield from _list_tables(evidence, "change", tables["change"])


def tell_arms(evidence: Evidence) -> Iterator[Block]:
    """Yield the arms at each wave, how they changed, and what could have been found."""
    tables = make_question_tables(evidence.comparison)
    if "arms" not in tables:
        return
    yield Block("text", _PEOPLE)
    for question in ("did", "arms"):
        yield Block("list", tuple(list_differences(evidence.comparison, evidence.data, question)))
    for picture in list_forests(evidence):
        yield Block("picture", picture)
    for question in ("arms", "did"):
        yield from _list_tables(evidence, question, tables.get(question, []))
    for table in tables["design"]:
        named = name_sources(_unnumber(table), evidence.data)
        yield Block("table", replace(named, notes=(_DETECTABLE,)))


def _list_tables(evidence: Evidence, question: str, tables: list[Table]) -> Iterator[Block]:
    """Yield a question's tables, and every judged row of it to unfold."""
    for table in tables:
        yield Block("table", name_rows(_unnumber(table), evidence.data))
    if tables:
        yield Block("folded", list_judged(evidence.comparison, evidence.data, question))


def _unnumber(table: Table) -> Table:
    """Return a table without the number of its question, which the sections of a page do not have."""
    return replace(table, title=table.title.partition(". ")[2])
