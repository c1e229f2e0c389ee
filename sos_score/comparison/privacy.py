"""Small groups are not shown, nor what would give them away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from sos_score.comparison.panel import Plan
from sos_score.comparison.rows import NAN, Row

HIDDEN = "not shown: a group of fewer than {} people, or one that would give it away"
_KEPT = ("source", "instrument", "scale", "title", "question", "unit", "site", "wave", "groups", "method")


def suppress_small(rows: Iterable[Row], plan: Plan) -> list[Row]:
    """Return the rows with small groups blanked, complementary ones too.

    Parameters
    ----------
    rows : iterable of Row
    plan : Plan
        Its `smallest_cell` is the least number of people that is shown; 0 people is no secret.

    Returns
    -------
    list of Row
        A row about a group of 1 to ``smallest_cell - 1`` people keeps its names only. Where one site of an arm
        is hidden at a wave, and the arm's total would give it away, the smallest other site of that arm at that
        wave is hidden too.
    """
    rows = list(rows)
    if plan.smallest_cell <= 1:
        return rows
    small = [_is_small(row, plan.smallest_cell) for row in rows]
    hidden = _find_sites(rows, small)
    hidden |= _find_partners(rows, hidden, plan)
    return [
        _blank(row, plan) if is_small or _names_hidden(row, hidden) else row
        for row, is_small in zip(rows, small, strict=True)
    ]


def _is_small(row: Row, least: int) -> bool:
    """Return whether a row counts a group of people that is too small; sites are not people."""
    if row.unit == "sites" or row.effect_name == "ICC(1)":
        return False
    return any(0 < count < least for count in row.counts)


def _find_sites(rows: list[Row], small: list[bool]) -> set[tuple[str, str, str, str]]:
    """Return outcome, site and wave of every description that is hidden."""
    return {
        (row.source, row.scale, row.site, row.wave)
        for row, is_small in zip(rows, small, strict=True)
        if is_small and row.question == "level" and row.site
    }


def _find_partners(
    rows: list[Row], hidden: set[tuple[str, str, str, str]], plan: Plan
) -> set[tuple[str, str, str, str]]:
    sizes = {
        (row.source, row.scale, row.site, row.wave): row.counts[0]
        for row in rows
        if row.question == "level" and row.method.startswith("mean")
    }
    arm_of = {plan.label_site(site): plan.arms[site] for site in plan.sites}
    partners = set()
    for source, name, site, wave in hidden:
        arm = arm_of.get(site)
        others = [
            spot for spot in sizes if spot[:2] == (source, name) and spot[3] == wave and arm_of.get(spot[2]) == arm
        ]
        if sum(spot in hidden for spot in others) == 1:
            shown = sorted((spot for spot in others if spot not in hidden), key=sizes.__getitem__)
            partners |= set(shown[:1])
    return partners


def _names_hidden(row: Row, hidden: set[tuple[str, str, str, str]]) -> bool:
    """Return whether a row tells of a hidden site at a hidden wave."""
    waves = row.wave.split(" to ")
    outcome = (row.source, row.scale)
    if row.site and row.unit == "people":
        named = row.wave.split(" to ") if row.wave else sorted({spot[3] for spot in hidden})
        return any((*outcome, row.site, wave) in hidden for wave in named)
    sites = [site for *_, site, wave in hidden if wave in waves and site in row.groups.split(" - ")]
    return bool(sites) and any((*outcome, site, wave) in hidden for site in sites for wave in waves)


def _blank(row: Row, plan: Plan) -> Row:
    empty = {field.name: field.default for field in fields(Row) if field.name not in _KEPT}
    return replace(row, **empty | {"estimate": NAN, "notes": (HIDDEN.format(plan.smallest_cell),)})  # type: ignore[arg-type]
