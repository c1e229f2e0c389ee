"""What goes with what: tables and sentences of the pairs a study declared."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sos_score.comparison.finding import Finding, Measure
from sos_score.comparison.judging import Comparison
from sos_score.comparison.verdict import Verdict
from sos_score.notes import Note
from sos_score.output.numbers import format_df, format_named_p, format_number, with_interval
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import ASSOCIATED, MARKS, Labels
from sos_score.report.questions.outcomes import list_equivalence, name_question
from sos_score.report.questions.view import Style, View, name_place, show_counts, show_p
from sos_score.words import count, join, pluralise

_SHORT_METHODS = {
    "correlation": "{test}",
    "slope_between": "slope between {units}",
    "slope_within": "slope within {units}",
    "slope_difference": "between minus within {units}",
}
_COUNTED = {
    Verdict.DIFFERENT: "associated",
    Verdict.TRIVIAL: "associated but too weakly to matter",
    Verdict.EQUIVALENT: "not associated in a way that would matter",
    Verdict.INCONCLUSIVE: "inconclusive",
}
WRONG_UNIT = "wrong unit"


def _show_estimate(finding: Finding) -> str:
    return with_interval(finding.estimate.value, finding.estimate.low, finding.estimate.high)


def show_effect(finding: Finding) -> str:
    """Return an effect with its interval; nothing where there is none."""
    return with_interval(finding.effect.value, finding.effect.low, finding.effect.high)


def _describe(finding: Finding, labels: Labels) -> str:
    if math.isnan(finding.estimate.value):
        return ""
    place, unit = name_place(finding, labels), labels.name_unit(finding)
    if finding.effect.measure is Measure.ICC_A1:
        parts = [
            f"first minus second {_show_estimate(finding)}",
            f"{Measure.ICC_A1.value} = {show_effect(finding) or '-'}",
            f"{finding.counts[0]} {unit}",
        ]
        return f"{place}: {', '.join(parts)}."
    if not finding.is_judged:
        return ""
    direction = labels.name_direction(finding)
    said = labels.name_verdict(finding) + (f", {direction}" if direction else "")
    parts = [f"r = {_show_estimate(finding)} over {finding.counts[0]} {unit}"]
    if not math.isnan(finding.test.p):
        parts += [format_named_p(finding.test.p), format_named_p(finding.test.p_adjusted, "adjusted p")]
    smallest = finding.equivalence.smallest
    if not math.isnan(smallest) and finding.verdict is not Verdict.DIFFERENT:
        parts.append(f"an r of {format_number(smallest)} would matter")
    parts += list_equivalence(finding, labels.plan.alpha)
    return f"{place}: {said}; {', '.join(parts)}."


def _make_full(comparison: Comparison, labels: Labels) -> list[Table]:
    """Return a table a pair."""
    pairs: dict[str, list[Finding]] = {}
    for each in comparison.ask("association"):
        pairs.setdefault(each.pair, []).append(each)
    heads = ("wave", "what", "n", "estimate", "df", "p", "adj. p")
    columns = tuple(Column(head, wraps=head == "what") for head in heads)
    tables = []
    for found in pairs.values():
        notes = dict.fromkeys(labels.describe(said) for each in found for said in each.notes)
        rows = tuple(_show(each, labels) for each in found)
        tables.append(Table(columns, rows, labels.name_title(found[0]), tuple(notes)))
    return tables


def _show(finding: Finding, labels: Labels) -> tuple[Cell, ...]:
    measure = finding.effect.measure
    what, value = _name_method(finding, labels), _show_estimate(finding)
    if finding.verdict is Verdict.WRONG_UNIT:
        what = f"single scores: {WRONG_UNIT}"
    elif measure in (Measure.R, Measure.RHO):
        what = f"{what} ({labels.name_unit(finding)})"
    elif measure not in (Measure.NOTHING, Measure.SLOPE):
        what, value = measure.value, show_effect(finding)
    return (
        labels.name_waves(finding.waves),
        what,
        show_counts(finding),
        value,
        "" if math.isnan(finding.test.df) else format_df(finding.test.df),
        show_p(finding.test.p),
        show_p(finding.test.p_adjusted),
    )


def _name_method(finding: Finding, labels: Labels) -> str:
    """Return how a finding was found, without where its p comes from."""
    if finding.method is None:
        return ""
    if finding.method.code == "correlation":
        return str(finding.method["test"]).capitalize()
    if finding.method.code in _SHORT_METHODS:
        return _SHORT_METHODS[finding.method.code].format(units=pluralise(finding.level))
    return labels.describe(finding.method)


def _make_summary(comparison: Comparison, labels: Labels, _style: Style) -> list[Table]:
    rows: list[tuple[Cell, ...]] = []
    for each in comparison.ask("association"):
        is_icc = each.effect.measure is Measure.ICC_A1
        if each.is_judged or is_icc:
            word = ""
            if is_icc:
                word = "ICC"
            elif each.verdict:
                word = MARKS.get(each.verdict, ASSOCIATED[each.verdict])
            rows.append(
                (
                    labels.name_groups(each), labels.name_waves(each.waves), show_counts(each), show_effect(each),
                    show_p(each.test.p_adjusted), word,
                )
            )  # fmt: skip
    columns = (
        Column("pair", wraps=True, narrowest=31),
        Column("wave"),
        Column("n"),
        Column("r or ICC(A,1)"),
        Column("adj. p"),
        Column("verdict"),
    )
    notes = ("= no association that would matter, ~ associated but too weakly to matter,", "? inconclusive")
    return [Table(columns, tuple(rows), name_question("association", is_numbered=False), notes, stub=2)]


@dataclass(frozen=True)
class PairFindings:
    """The findings of one pair at one wave."""

    title: str
    wave: str
    findings: tuple[Finding, ...]

    def find(self, code: str) -> Finding | None:
        """Return the finding of a method."""
        return next((each for each in self.findings if each.method and each.method.code == code), None)


def list_pairs(comparison: Comparison, labels: Labels) -> list[PairFindings]:
    """Return the findings of each declared pair and wave."""
    found: dict[tuple[str, tuple[str, ...]], list[Finding]] = {}
    for each in comparison.ask("association"):
        found.setdefault((each.pair, each.waves), []).append(each)
    return [
        PairFindings(labels.name_title(each[0]), labels.name_waves(waves), tuple(each))
        for (_, waves), each in found.items()
    ]


def list_answers(judged: Sequence[Finding], labels: Labels) -> Iterator[str]:
    """Yield how many pairs go together, and each pair in a sentence."""
    words = Counter(each.verdict for each in judged)
    parts = [
        f"{number} {'is' if number == 1 else 'are'} {_COUNTED[word]}" for word in _COUNTED if (number := words[word])
    ]
    yield f"Of {count(len(judged), 'association', 'associations')} at a wave, {join(parts)}."
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in judged:
        direction = labels.name_direction(each)
        said = (_COUNTED[each.verdict] if each.verdict else "") + (f", {direction}" if direction else "")
        found.setdefault((each.pair, labels.name_title(each), said), []).append(labels.name_waves(each.waves))
    for (_, title, said), waves in found.items():
        when = f" at {join(waves)}" if any(waves) else ""
        yield f"{title}: {said}{when}."


def make_association_table(pairs: Sequence[PairFindings], labels: Labels, notes: tuple[str, ...]) -> Table:
    """Return the judged correlation of each pair, and beside it that of single answers, which is the wrong unit."""
    body: list[tuple[Cell, ...]] = []
    for pair in pairs:
        judged = pair.find("correlation")
        if judged is None or not (judged.is_judged or judged.is_hidden):
            continue
        wrong = pair.find("pearson_wrong_unit")
        body.append(
            (
                pair.title,
                pair.wave,
                f"{judged.counts[0]} {labels.name_unit(judged)}" if judged.counts else "",
                show_effect(judged),
                show_p(judged.test.p_adjusted),
                _COUNTED.get(judged.verdict, "not shown") if judged.verdict else "not shown",
                "" if wrong is None or not wrong.counts else f"{show_effect(wrong)}, n = {wrong.counts[0]}",
            )
        )
    columns = (Column("pair", wraps=True), Column("wave"), Column("n"), Column("r [95% CI]"), Column("adj. p"),
               Column("verdict", wraps=True), Column("wrong unit: r of single answers", wraps=True))  # fmt: skip
    return Table(columns, tuple(body), "Declared associations", notes, stub=2)


def make_agreement_table(pairs: Sequence[PairFindings], labels: Labels, notes: tuple[str, ...]) -> Table:
    """Return how far the two views of each pair agree."""
    body: list[tuple[Cell, ...]] = []
    for pair in pairs:
        found = pair.find("absolute_agreement")
        if found is None or math.isnan(found.effect.value):
            continue
        difference, limits = pair.find("mean_difference"), pair.find("limits_of_agreement")
        others = (pair.find("lin"), pair.find("pearson_not_agreement"))
        body.append(
            (
                pair.title,
                pair.wave,
                f"{found.counts[0]} {labels.name_unit(found)}",
                *("" if each is None else _show_estimate(each) for each in (difference, limits)),
                show_effect(found),
                *("" if each is None else show_effect(each) for each in others),
            )
        )
    heads = ("first minus second", "limits of agreement", Measure.ICC_A1.value, "concordance", "r, not agreement")
    columns = (Column("pair", wraps=True), Column("wave"), Column("n"), *(Column(head) for head in heads))
    return Table(columns, tuple(body), "Agreement of two views", notes, stub=2)


def make_page_full(pairs: Sequence[PairFindings], labels: Labels) -> Table:
    """Return every finding of every declared pair."""
    body: list[tuple[Cell, ...]] = []
    notes: dict[Note, None] = {}
    for pair in pairs:
        for each in pair.findings:
            is_in_points = each.effect.measure in (Measure.SLOPE, Measure.NOTHING)
            body.append(
                (
                    pair.title,
                    pair.wave,
                    labels.describe(each.method) if each.method else "",
                    show_counts(each),
                    _show_estimate(each) if is_in_points else show_effect(each),
                    "" if math.isnan(each.test.df) else format_df(each.test.df),
                    show_p(each.test.p),
                )
            )
            if each.counts and each.verdict is not Verdict.WRONG_UNIT:
                notes |= dict.fromkeys(each.notes)
    heads = ("pair", "wave", "what", "n", "estimate", "df", "p")
    columns = tuple(Column(head, wraps=head in ("pair", "what")) for head in heads)
    said = tuple(map(labels.describe, notes))
    return Table(columns, tuple(body), "Every row of every declared pair", said, stub=2)


ASSOCIATION = View(_make_summary, _make_full, _describe)
