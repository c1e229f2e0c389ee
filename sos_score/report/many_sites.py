"""More sites than a reader can look through: the highest and the lowest of them, and how all of them spread."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from sos_score.comparison.finding import Finding
from sos_score.comparison.judging import Comparison
from sos_score.comparison.plan import MANY_SITES
from sos_score.comparison.verdict import Verdict
from sos_score.output.table import Cell, Column, Table
from sos_score.report.labels import Labels

ENDS = 10
"""How many of the highest and of the lowest sites tables name, where there are more than `MANY_SITES`."""

ABOUT_ENDS = f"Of each scale the {ENDS} sites that rose most and the {ENDS} that fell most."

_WIDE = ("extremes", "missing")  # a column a site: the same sites for all scales
_HEADS = ("sites", "lowest", "25%", "median", "75%", "highest", "up", "down")
_ABOUT = (
    "25% and 75% are the quartiles of the sites; up and down, how many are clearly higher and lower."
    f" Every site is in the files (--output FILE); other tables name the {ENDS} highest and the {ENDS} lowest."
)


def has_many(comparison: Comparison) -> bool:
    """Return whether tables name some sites in place of all."""
    return len(comparison.plan.sites) > MANY_SITES


def ask_ends(question: str, comparison: Comparison) -> list[Finding]:
    """Return the findings of a question; where there are many sites, of the highest and the lowest of each scale alone.

    Sites are ordered by their judged estimate, or by what else a question found at the last wave; where a table has a
    column for each site they are those of the first scale.
    """
    found = comparison.ask(question)
    if not has_many(comparison):
        return found
    groups: dict[tuple[str, str], list[Finding]] = {}
    for each in found:
        if each.site:
            groups.setdefault((each.source, each.scale), []).append(each)
    kept = {group: _find_ends(members) for group, members in groups.items()}
    if question in _WIDE:
        kept = dict.fromkeys(kept, next(iter(kept.values()), frozenset()))
    return [each for each in found if not each.site or each.site in kept[each.source, each.scale]]


def _find_ends(findings: Sequence[Finding]) -> frozenset[str]:
    order = sorted(_rank(findings).items(), key=lambda each: each[1])
    names = [site for site, _ in order]
    return frozenset([*names[:ENDS], *names[-ENDS:]])


def _rank(findings: Iterable[Finding]) -> dict[str, float]:
    """Return what each site is ordered by: the last of its numbers, a judged one before any other."""
    found: dict[str, tuple[bool, float]] = {}
    for each in findings:
        size = next((value for value in _list_numbers(each) if not math.isnan(value)), math.nan)
        if not math.isnan(size) and (each.is_judged or not found.get(each.site, (False, 0.0))[0]):
            found[each.site] = each.is_judged, size
    return {site: size for site, (_, size) in found.items()}


def _list_numbers(finding: Finding) -> Iterator[float]:
    yield from (finding.estimate.value, finding.effect.value)
    if finding.counts:
        yield float(sum(finding.counts))


def make_site_table(
    found: Sequence[Finding],
    comparison: Comparison,
    labels: Labels,
    title: str,
    arms: dict[tuple[str, str], str] | None,
) -> Table:
    """Return how the judged estimates of all sites spread, a row a scale; `arms` is what their arms differ by.

    Sites that are not shown have no part in it.
    """
    scales: dict[tuple[str, str], list[Finding]] = {}
    for each in found:
        if each.is_judged and not math.isnan(each.estimate.value):
            scales.setdefault((each.source, each.scale), []).append(each)
    rows: list[tuple[Cell, ...]] = []
    for key, members in scales.items():
        values = np.array([each.estimate.value for each in members])
        clear = [each.estimate.value > 0 for each in members if each.verdict is Verdict.DIFFERENT]
        spread = np.quantile(values, (0.0, 0.25, 0.5, 0.75, 1.0)).tolist()
        ends = (sum(clear), len(clear) - sum(clear))
        last = () if arms is None else (arms.get(key, "-"),)
        rows.append((labels.name_title(members[0]), len(members), *spread, *ends, *last))
    columns = [Column("scale", wraps=True, narrowest=14), *(Column(head, 2) for head in _HEADS)]
    columns = [replace(each, digits=None) if each.label in ("sites", "up", "down") else each for each in columns]
    if arms is not None:
        columns.append(Column("arms"))
    hidden = len(comparison.plan.sites) - max((len(each) for each in scales.values()), default=0)
    notes = (f"{_ABOUT} {hidden} of {len(comparison.plan.sites)} sites are not among them." if hidden else _ABOUT,)
    return Table(tuple(columns), tuple(rows), title, notes, stub=1)
