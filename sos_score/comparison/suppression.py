"""Small groups are not shown, nor what would give them away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, replace

from sos_score.comparison.detectable import Limits
from sos_score.comparison.finding import Row
from sos_score.comparison.outcome import Panel, Plan
from sos_score.study.small_cells import say_count

HIDDEN = "not shown: a group of fewer than {} people, or one that would give it away"
_LEFT_OUT = re.compile(r"^(\d+) rows? left out")
_KEPT = ("source", "instrument", "scale", "title", "question", "unit", "site", "wave", "groups", "method", "by_site")


def suppress_small(rows: Iterable[Row], panels: Iterable[Panel], plan: Plan) -> list[Row]:
    """Return the rows with small groups blanked, complementary ones too.

    Parameters
    ----------
    rows : iterable of Row
    panels : iterable of Panel
        What the rows are about; which sites are hidden does not depend on which questions were asked.
    plan : Plan
        Its `smallest_cell` is the least number of people that is shown; 0 people is no secret.

    Returns
    -------
    list of Row
        Blanked, save for its names, is a row that counts 1 to ``smallest_cell - 1`` people, and a row in which
        the scores of a hidden site show; see `find_hidden`. Of the others, notes that count a few rows no longer do.
    """
    hidden = {(panel.source, panel.scale): find_hidden(panel, plan) for panel in panels}

    def find(row: Row) -> frozenset[tuple[str, str]]:
        found = [hidden.get((source, row.scale), frozenset()) for source in row.source.split("+")]
        return frozenset().union(*found)

    def is_hidden(row: Row) -> bool:
        return _is_small(row, plan) or _shows(row.by_site, row.wave, find(row), plan)

    def strip(row: Row) -> Row:
        shows = row.is_primary and _shows(plan.sites, row.wave, find(row), plan)
        # What sites spread by would tell of the one that is hidden.
        return _hide_counts(Limits().put_beside(row, row.detectable) if shows else row, plan)

    return [_blank(row, plan) if is_hidden(row) else strip(row) for row in rows]


def find_hidden(panel: Panel, plan: Plan) -> frozenset[tuple[str, str]]:
    """Return which sites are hidden at which waves.

    Parameters
    ----------
    panel : Panel
    plan : Plan

    Returns
    -------
    frozenset of (str, str)
        Site and wave. Sites with 1 to ``smallest_cell - 1`` people; and, since an arm's result less those of its
        other sites is that of the hidden ones, the smallest other sites of the arm at that wave, until at least
        two sites with ``smallest_cell`` people together are hidden, or none is left.
    """
    hidden: set[tuple[str, str]] = set()
    for wave in plan.waves:
        sizes = {site: int(panel.at(site, wave).sum()) for site in plan.sites}
        there = sorted((site for site in sizes if sizes[site]), key=sizes.__getitem__)
        small = [site for site in there if sizes[site] < plan.smallest_cell]
        hidden |= {(site, wave) for site in small}
        for arm in {plan.arms[site] for site in small} if plan.has_arms else ():
            taken: list[str] = []
            for site in there:
                enough = len(taken) > 1 and sum(sizes[each] for each in taken) >= plan.smallest_cell
                if plan.arms[site] == arm and (site in small or not enough):
                    taken.append(site)
            hidden |= {(site, wave) for site in taken}
    return frozenset(hidden)


def _is_small(row: Row, plan: Plan) -> bool:
    """Return whether a row counts a group of people that is too small; sites are not people."""
    return row.unit != "sites" and any(0 < count < plan.smallest_cell for count in row.counts)


def _shows(sites: Iterable[str], wave: str, hidden: frozenset[tuple[str, str]], plan: Plan) -> bool:
    """Return whether the scores of a hidden site show in a row that tells of some sites."""
    waves = {plan.span: (plan.first_wave, plan.last_wave), "": tuple(plan.waves)}.get(wave, (wave,))
    return any((site, each) in hidden for site in sites for each in waves)


def _hide_counts(row: Row, plan: Plan) -> Row:
    """Return a row whose notes do not say that a few people's rows were left out, and how many."""

    def say(found: re.Match[str]) -> str:
        count = say_count(int(found[1]), plan.smallest_cell)
        return found[0] if count == found[1] else f"{count} rows left out"

    notes = tuple(_LEFT_OUT.sub(say, note) for note in row.notes)
    return row if notes == row.notes else replace(row, notes=notes)


def _blank(row: Row, plan: Plan) -> Row:
    empty = {field.name: field.default for field in fields(Row) if field.name not in _KEPT}
    return replace(row, **empty | {"notes": (HIDDEN.format(plan.smallest_cell),)})  # type: ignore[arg-type]
