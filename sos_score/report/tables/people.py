"""Who answered: by site on the first page, by arm with how many answered again, in the section on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sos_score.output.table import Cell, Column, Table
from sos_score.report.model import ReportData
from sos_score.report.response_counts import SiteCount, count_answers
from sos_score.words import join

_FEW = "few"


def make_who_table(report: ReportData) -> Table:
    """Return who answered of staff, families and so on at each site, each cell with the numbers at the waves.

    Where several sources were answered by the same, the one with most answers at the site counts. Of sites and kinds of
    answer the fewer stand at the head, so that many sites do not take more than the width of a page.
    """
    data, labels = report.data, report.labels
    waves = list(report.comparison.plan.waves)
    units = {each.source: each.unit for each in data.outcomes}
    found: dict[tuple[str, str], list[SiteCount]] = {}
    for each in count_answers(data):
        found.setdefault((units[each.source], each.site), []).append(each)
    sites = [site for site in report.comparison.plan.sites if any(place == site for _, place in found)]
    kinds = list(dict.fromkeys(unit for unit, _ in found))
    names = [labels.name_site_and_arm(site) for site in sites]
    cells = [[_show(found.get((unit, site), ())) for site in sites] for unit in kinds]
    if len(sites) > len(kinds):
        first, heads, stubs = "site", [each.capitalize() for each in kinds], names
        cells = [list(line) for line in zip(*cells, strict=True)]
    else:
        first, heads, stubs = "answers of", names, [each.capitalize() for each in kinds]
    rows = tuple((stub, *line) for stub, line in zip(stubs, cells, strict=True))
    title = f"Who answered, at {join(waves)}" if len(waves) > 1 else "Who answered"
    is_several = any(len(members) > 1 for members in found.values())
    columns = (Column(first, wraps=True), *(Column(head, wraps=True, narrowest=9) for head in heads))
    return Table(columns, rows, title, _explain(report, rows, is_several=is_several))


def _show(counts: Sequence[SiteCount]) -> str:
    """Return the largest numbers that are shown, wave by wave; "few" where none is."""
    longest = max((list(each.waves) for each in counts), key=len, default=[])
    shown = []
    for wave in longest:
        numbers = [number for each in counts if (number := each.waves.get(wave)) is not None]
        shown.append(str(max(numbers)) if numbers else _FEW)
    return ", ".join(shown) or "-"


def _explain(report: ReportData, rows: Iterable[tuple[Cell, ...]], *, is_several: bool) -> tuple[str, ...]:
    cells = [str(cell) for row in rows for cell in row[1:]]
    said = ["Of several questionnaires, the one that most answered."] if is_several else []
    if any("," in cell for cell in cells) and any("," not in cell for cell in cells):
        said.append("One number: asked once.")
    if any(_FEW in cell for cell in cells):
        least = report.data.study.privacy.smallest_cell
        said.append(f"few: fewer than {least}, or a number that would give such a group away.")
    return (" ".join(said),) if said else ()


def make_response_table(report: ReportData) -> Table:
    """Return a row a source and arm: how many answered at each wave, and at both."""
    plan = report.comparison.plan
    waves = list(plan.waves)
    groups: dict[tuple[str, str], list[SiteCount]] = {}
    for each in count_answers(report.data):
        groups.setdefault((each.label, plan.arms.get(each.site, "")), []).append(each)
    has_arms = any(arm for _, arm in groups)
    has_once = waves != [""] and any(list(each.waves) == [""] for members in groups.values() for each in members)
    asked = {wave: wave or "answered" for wave in waves} | ({"": "asked once"} if has_once else {})
    rows: list[tuple[Cell, ...]] = []
    last = ""
    for (label, arm), members in groups.items():
        stub = ("" if label == last else label, plan.arm_labels.get(arm, "")) if has_arms else (label,)
        both = [_add(each.both for each in members)] if len(waves) > 1 else []
        rows.append((*stub, *(_add(each.waves.get(wave) for each in members) for wave in asked), *both))
        last = label
    heads = (*asked.values(), *(["at both"] if len(waves) > 1 else []))
    columns = (Column("source", wraps=True), *([Column("arm", wraps=True)] if has_arms else []), *map(Column, heads))
    notes = ("A dash: not asked then, or not shown, as a few could be worked out.",) if _has_dash(rows) else ()
    return Table(columns, tuple(rows), "Who answered, by arm" if has_arms else "Who answered", notes, stub=1 + has_arms)


def _add(numbers: Iterable[int | None]) -> int | None:
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def _has_dash(rows: Iterable[tuple[Cell, ...]]) -> bool:
    return any(cell is None for row in rows for cell in row)
