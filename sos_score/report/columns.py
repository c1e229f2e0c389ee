"""The columns of findings in files: their names, what they hold and what that means, once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sos_score.comparison.finding import Finding
from sos_score.notes import Note
from sos_score.output.codebook import Variable, make_codebook
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels, name_better
from sos_score.report.tables.comparability import describe_comparability

FillCell = Callable[[Finding, Labels], Cell]


@dataclass(frozen=True)
class FindingColumn:
    """A column of findings: how its cell is taken from a finding, and what it means."""

    take: FillCell
    meaning: str


def _join(values: Iterable[object]) -> str:
    return "; ".join(map(str, values))


def _first(value: float, other: float) -> float:
    return other if math.isnan(value) else value


COLUMNS: dict[str, FindingColumn] = {
    name: FindingColumn(take, meaning)
    for name, take, meaning in (
        ("source", lambda each, _: "+".join(each.sources), "the study's source of answers"),
        ("instrument", lambda each, _: each.instrument, "the instrument, by id"),
        ("scale", lambda each, _: each.scale, "the scale, by id"),
        ("title", lambda each, labels: labels.name_title(each), "scale and source, as tables name them"),
        ("question", lambda each, _: each.question,
         "what is asked: design, descriptives, level, change, arms, did, variation, association, profiles, reliable,"
         " extremes or missing"),
        ("unit", lambda each, labels: labels.name_unit(each),
         "what counts as one: people, sites, workers, scores or another level of the study"),
        ("site", lambda each, labels: labels.name_site(each.site),
         "the site; blank where the row is of no single site"),
        ("wave", lambda each, labels: labels.name_waves(each.waves),
         "the wave, or the first and last wave of a change"),
        ("groups", lambda each, labels: labels.name_groups(each),
         "what is compared with what; a difference is the first minus the second"),
        ("counts", lambda each, _: _join(each.counts),
         "how many of the unit stand behind it, in the order of the groups"),
        ("means", lambda each, _: _join(each.means),
         "of comparisons of arms: the means of these, in the same order; of attrition the shares lost"),
        ("sds", lambda each, _: _join(each.sds), "of comparisons of arms: their standard deviations"),
        ("arm_changes", lambda each, _: _join(change.value for change in each.arm_changes),
         "of comparisons of changes: the treated arm's own change, and the other arm's"),
        ("estimate", lambda each, _: each.estimate.value,
         "the mean, difference or change in points of the score; a correlation as such"),
        ("low", lambda each, _: each.estimate.low, "lower end of the estimate's 95% interval"),
        ("high", lambda each, _: each.estimate.high, "upper end of the estimate's 95% interval"),
        ("effect_name", lambda each, _: each.effect.measure.value,
         "what the effect is: g, T points, r, ICC(1), rwg(j)"),
        ("effect", lambda each, _: each.effect.value,
         "the standardized effect; in rows of the design without one, see detectable"),
        ("effect_low", lambda each, _: _first(each.effect.low, each.detectable.low),
         "lower end of the effect's interval"),
        ("effect_high", lambda each, _: _first(each.effect.high, each.detectable.high),
         "upper end of the effect's interval"),
        ("statistic_name", lambda each, _: each.test.name, "t, F, W or U"),
        ("statistic", lambda each, _: each.test.statistic, "the test statistic"),
        ("df", lambda each, _: each.test.df, "its degrees of freedom"),
        ("df2", lambda each, _: each.test.df2, "the denominator's degrees of freedom, of F"),
        ("p", lambda each, _: each.test.p, "two-sided p, not adjusted"),
        ("is_primary", lambda each, _: each.is_judged,
         "1 where the row is judged, 0 where it stands beside a judged one"),
        ("family", lambda each, _: each.family, "the family of tests that p is adjusted within"),
        ("p_adjusted", lambda each, _: each.test.p_adjusted, "p adjusted within the family"),
        ("method", lambda each, labels: labels.describe(each.method) if each.method else "",
         "the test or estimator"),
        ("smallest", lambda each, _: each.equivalence.smallest,
         "the smallest difference that matters, in points of the score"),
        ("smallest_sd", lambda each, _: each.equivalence.in_sd,
         "the same in standard deviations of people"),
        ("tost_p", lambda each, _: each.equivalence.p, "the larger p of the two one-sided tests of equivalence"),
        ("tost_low", lambda each, _: each.equivalence.low,
         "lower end of the interval (1 - 2 alpha) that equivalence is judged on"),
        ("tost_high", lambda each, _: each.equivalence.high,
         "upper end of the interval (1 - 2 alpha) that equivalence is judged on"),
        ("tost_p_adjusted", lambda each, _: each.equivalence.p_adjusted, "tost_p adjusted within the family"),
        ("detectable", lambda each, _: each.detectable.own,
         "the smallest effect this analysis would find with 80% power, in the units of effect; blank where it"
         " would find none, however large"),
        ("detectable_adjusted", lambda each, _: each.detectable.adjusted,
         "of judged rows that compare arms: the same of people adjusted for their sites, at the ICC seen"),
        ("detectable_adjusted_low", lambda each, _: each.detectable.adjusted_low,
         "the same at the lower limit of the ICC, or of the error of changes"),
        ("detectable_adjusted_high", lambda each, _: each.detectable.adjusted_high, "the same at the upper limit"),
        ("detectable_sites", lambda each, _: each.detectable.sites,
         "of these rows: the same by a t test of site values"),
        ("verdict", lambda each, labels: labels.name_verdict(each),
         "different, equivalent, too small to matter or inconclusive, after adjustment"),
        ("direction", lambda each, labels: labels.name_direction(each),
         "what a difference means, in the scale's words"),
        ("is_good", lambda each, _: name_better(each),
         "better or worse, where it is known which end of the scale is good"),
        ("reason", lambda each, labels: labels.describe_reason(each), "why the verdict is that"),
        ("comparability", lambda each, _: describe_comparability(each),
         "of comparisons of waves, arms or sites: whether the scale is known to mean the same there, by what, or why"
         " that cannot be tested"),
        ("imputed", lambda each, _: each.imputed.estimate.value if each.imputed else None,
         "of judged rows: the estimate with missing scores filled in, where it was put back from R"),
        ("imputed_low", lambda each, _: each.imputed.estimate.low if each.imputed else None,
         "lower end of its 95% interval"),
        ("imputed_high", lambda each, _: each.imputed.estimate.high if each.imputed else None,
         "upper end of its 95% interval"),
        ("imputed_p", lambda each, _: each.imputed.p if each.imputed else None, "its p, not adjusted"),
        ("notes", lambda each, labels: _join(map(labels.describe, each.notes)),
         "what could not be computed, or has to be known"),
    )
}  # fmt: skip
SENTENCE = "sentence"


def make_finding_table(findings: Iterable[Finding], labels: Labels, write: FillCell, notes: Iterable[Note]) -> Table:
    """Return findings for files, in full precision, each with its sentence."""
    columns = tuple(Column(name) for name in (*COLUMNS, SENTENCE))
    rows = tuple(
        (*(column.take(each, labels) for column in COLUMNS.values()), write(each, labels)) for each in findings
    )
    return Table(columns, rows, notes=tuple(map(labels.describe, notes)))


_FIRST = ("title", "site", "wave", "groups", "unit", "counts", "means", "sds", "arm_changes", "estimate", "low", "high",
          "verdict", "is_good", "effect_name", "effect", "effect_low", "effect_high", "p", "p_adjusted")  # fmt: skip
_LISTS: dict[str, tuple[str, Callable[[Finding], tuple[float, ...]]]] = {
    "counts": ("n", lambda each: each.counts),
    "means": ("mean", lambda each: each.means),
    "sds": ("sd", lambda each: each.sds),
    "arm_changes": ("arm_change", lambda each: tuple(change.value for change in each.arm_changes)),
}
_P = ("p", "p_adjusted", "tost_p", "tost_p_adjusted", "imputed_p")


def make_finding_sheet(findings: Sequence[Finding], labels: Labels, write: FillCell, title: str) -> Table:
    """Return findings for a sheet: what is read first comes first, every number in a cell of its own, no empty columns.

    Where a finding rests on several numbers, ``n_1`` and ``mean_1`` belong to the first of its groups. An effect has
    its own name, g or SD, where there is one kind only.
    """
    made: dict[str, list[Cell]] = {}
    for name in dict.fromkeys((*_FIRST, *COLUMNS)):
        if name in _LISTS:
            stem, take = _LISTS[name]
            for place in range(max((len(take(each)) for each in findings), default=0)):
                made[f"{stem}_{place + 1}"] = [
                    take(each)[place] if place < len(take(each)) else None for each in findings
                ]
        else:
            made[name] = [COLUMNS[name].take(each, labels) for each in findings]
    kinds = {each.effect.measure for each in findings}
    if len(kinds) == 1 and (measure := kinds.pop().value):
        made = {measure if name == "effect" else name: cells for name, cells in made.items() if name != "effect_name"}
    made = {"n" if name == "n_1" and "n_2" not in made else name: cells for name, cells in made.items()}
    made[SENTENCE] = [write(each, labels) for each in findings]
    kept = {name: cells for name, cells in made.items() if name == _FIRST[0] or not all(map(_is_empty, cells))}
    columns = tuple(Column(name, 4 if name in _P else None) for name in kept)
    return Table(columns, tuple(zip(*kept.values(), strict=True)), title)


def _is_empty(cell: Cell) -> bool:
    return cell in (None, "") or (isinstance(cell, float) and math.isnan(cell))


def make_finding_codebook() -> Table:
    """Return what each column of findings means, in the order of the columns."""
    columns = (Column("column"), Column("meaning", wraps=True, narrowest=40))
    notes = (
        "What cannot be computed, or may not be shown, is blank; notes says why.",
        "In a workbook counts, means, sds and arm_changes are columns of numbers, n_1, n_2, mean_1 and so on;"
        " an effect stands under its own name (SD, g) where all of a sheet are of one kind.",
    )
    meanings = {name: column.meaning for name, column in COLUMNS.items()}
    meanings[SENTENCE] = "the finding as a results section says it"
    return Table(columns, tuple(meanings.items()), "Codebook of the findings", notes)


def list_codebooks(variables: Iterable[Variable]) -> dict[str, Table]:
    """Return the codebooks of a study, by the name of their file."""
    return {"codebook": make_codebook(variables), "findings": make_finding_codebook()}
