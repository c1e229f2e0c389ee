"""What a report says of the findings: the summary, change in sites, and the arms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sos_score.comparison.finding import Finding, Unit
from sos_score.comparison.verdict import Verdict
from sos_score.output.table import Table
from sos_score.report.figures.change import list_changes
from sos_score.report.figures.forest import list_forests
from sos_score.report.figures.profile import list_profiles
from sos_score.report.model import Block, ReportData
from sos_score.report.questions.design import find_limits, list_limits, name_change
from sos_score.report.questions.outcomes import list_differences, list_judged
from sos_score.report.questions.profiles import list_shown, make_page_table, make_similarity_table
from sos_score.report.questions.registry import list_summaries
from sos_score.report.questions.view import PAGE
from sos_score.report.sections.sensitivity import describe_holding
from sos_score.report.tables.comparability import list_comparability
from sos_score.report.tables.verdicts import count_verdicts, list_doubts, make_count_table
from sos_score.scoring.provenance import describe_caveat
from sos_score.statistics.permutation import can_reach

_INCONCLUSIVE = (
    "Inconclusive does not mean that there is no difference: it means that this study cannot tell. Equivalent means"
    " that a difference as large as the smallest that would matter can be ruled out."
)
_BEYOND_PROOF = (
    "However large or small a difference between the arms is, so few sites cannot show that it is more than chance, or"
    " that there is none. Nothing below proves that a way of working is better, worse or no different."
)
_PEOPLE = (
    "A p of staff, families or ratings is about more like them in the same sites. It says nothing of a way of working,"
    " which other sites would have to show: everybody in one site shares its managers and its procedures."
)
_NO_VERDICT = (
    "No comparison of this study can be both computed and shown, so there is no verdict. The section on the data"
    " says why."
)
_PROFILES = (
    "A profile is a site's T-scores over the scales of one source. Two profiles can differ in elevation (the mean over"
    " the scales), in scatter (how uneven they are) and in shape (which scales are high and which are low). Profiles"
    " are not sorted into types."
)
_PROFILE_NOTES = (
    "Distance: T-score points per scale, less what chance alone adds; 0 means no more than chance would give."
    " Elevation and scatter: differences, the first minus the second. Shape: correlation over the scales. Bootstrap"
    " intervals over people.",
    "D2: sum of squared differences over the scales, chance included (Cronbach & Gleser, 1953), and its parts.",
)
_SIMILAR = "Very similar: no two sites differ by more than 3 T-score points per scale; a rule of thumb of sos-score."


def describe_summary(report: ReportData) -> Iterator[Block]:
    """Yield the limits of the design, the verdicts counted, and what differs."""
    data, comparison, labels = report.data, report.comparison, report.labels
    for doubt in list_doubts(comparison, labels):
        yield Block("text", doubt)
    for limit in [*list_limits(comparison, labels), *name_change(comparison)]:
        yield Block("text", limit)
    if any(not can_reach(each.test.p, comparison.plan.alpha) for each in find_limits(comparison)):
        yield Block("text", _BEYOND_PROOF)
    counts = []
    for question, unit, what in (
        ("did", Unit.SITES, "comparison of how the sites of the arms changed"),
        ("arms", Unit.SITES, "comparison of the sites of the arms at one wave"),
        ("did", Unit.PEOPLE, "comparison of how the answers of the arms changed"),
        ("arms", Unit.PEOPLE, "comparison of the answers of the arms at one wave"),
        ("change", Unit.PEOPLE, "comparison of a site with itself over time"),
        ("level", Unit.PEOPLE, "comparison of a site with the norm"),
    ):
        counts.append(count_verdicts([each for each in comparison.ask(question) if each.unit is unit], what))
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
    verdicts = make_count_table(comparison, labels)
    if verdicts.rows:
        # What the data do not allow stands with the data.
        of_data = {labels.describe(each) for each in data.notes}
        notes = tuple(each for each in verdicts.notes if each not in of_data)
        yield Block("table", replace(verdicts, title="Verdicts", notes=notes))
    questions = ("did", "arms", "change")
    differences = [each for question in questions for each in list_differences(question, comparison, labels)]
    if differences:
        yield Block("heading", "What differs")
        yield Block("list", tuple(differences))
        for said in describe_holding(report.sensitivity):
            yield Block("text", said)


def describe_change(report: ReportData) -> Iterator[Block]:
    """Yield levels against the norm, and change in each site."""
    tables = list_summaries(report.comparison, report.labels, PAGE)
    if "level" in tables:
        yield Block("heading", "Against the norm")
        for picture in list_profiles(report):
            yield Block("picture", picture)
        yield from _list_tables(report, "level", tables["level"])
    yield from describe_profiles(report)
    if "change" in tables:
        yield Block("heading", "Change in each site")
        yield Block("list", tuple(list_differences("change", report.comparison, report.labels)))
        for picture in list_changes(report):
            yield Block("picture", picture)
        yield from _list_tables(report, "change", tables["change"])


def describe_arms(report: ReportData) -> Iterator[Block]:
    """Yield the arms at each wave, how they changed, and what could have been found."""
    tables = list_summaries(report.comparison, report.labels, PAGE)
    if not {"baseline", "arms"} & tables.keys():
        return
    yield Block("text", _PEOPLE)
    for question in ("did", "arms"):
        yield Block("list", tuple(list_differences(question, report.comparison, report.labels)))
    for table in tables.get("baseline", []):
        yield Block("table", table)
    for picture in list_forests(report):
        yield Block("picture", picture)
    for question in ("arms", "did"):
        yield from _list_tables(report, question, tables.get(question, []))
    for table in tables.get("design", []):
        yield Block("table", table)


def _list_tables(report: ReportData, question: str, tables: list[Table]) -> Iterator[Block]:
    """Yield a question's tables, and every judged row of it to unfold."""
    for table in tables:
        yield Block("table", table)
    for said in list_comparability(report.comparison.ask(question)) if tables else ():
        yield Block("text", said)
    if tables:
        yield Block("folded", list_judged(question, report.comparison, report.labels))


def describe_profiles(report: ReportData) -> Iterator[Block]:
    """Yield whether sites had similar profiles, and how each two differ."""
    labels, found = report.labels, list_shown(report.comparison)
    if not found:
        return
    yield Block("heading", "Profiles of sites")
    yield Block("text", _PROFILES)
    judged = [each for each in found if each.verdict]
    largest: dict[tuple[str, int], Finding] = {}
    for each in judged:
        largest.setdefault((each.source, each.n_groups), each)
    said = [
        labels.describe_reason(each)
        for each in judged
        if each in largest.values() or each.verdict is not Verdict.CANNOT_TELL
    ]
    if said:
        yield Block("list", tuple(dict.fromkeys(said)))
    for title, is_over_time in (("Each site over time", True), ("Each two sites at a wave", False)):
        members = [each for each in found if not each.verdict and bool(each.site) == is_over_time]
        table = make_page_table(members, labels, title, _PROFILE_NOTES)
        if table.rows:
            yield Block("table" if is_over_time else "folded", table)
    if judged:
        title = "Whether sites had very similar profiles"
        yield Block("folded", make_similarity_table(judged, labels, title, (_SIMILAR,), with_arms=True))
