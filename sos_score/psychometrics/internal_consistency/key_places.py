"""Where an item runs against its scale: everywhere, or at one site or wave, as where one file has it reversed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sos_score.psychometrics.internal_consistency.keycheck import KeyCheck, check_keys
from sos_score.psychometrics.moments import moments
from sos_score.scoring.plan import ScalePlan
from sos_score.statistics.arrays import Floats

Texts = NDArray[np.str_]

# One-sided p = .001: an item that is weak everywhere falls below 0 somewhere by chance, and is not accused for it.
_Z = 3.090232306167813


@dataclass(frozen=True, slots=True)
class Suspect:
    """An item that runs against its scale somewhere."""

    item: int  # its column
    # where; empty for all of them
    site: str
    wave: str
    n: int  # complete rows there
    # item-rest r there, with the other suspected items turned round, and in all other rows (NaN where there are none)
    here: float
    elsewhere: float


def list_suspects(
    scales: Iterable[ScalePlan], read: Callable[[Sequence[str]], Floats], site: Texts, wave: Texts
) -> Iterator[tuple[ScalePlan, str, Suspect]]:
    """Yield each item that runs against a scale of items, with the smallest such scale; see `locate_suspects`.

    `read` gives the codes of some items as answered, a column an item, NaN where there is none.
    """
    named: set[str] = set()
    for scale in sorted((scale for scale in scales if not scale.of_scores), key=lambda each: len(each.terms)):
        names = [term.name for term in scale.terms]
        signs = np.array([-1.0 if term.is_reversed else 1.0 for term in scale.terms])
        found = locate_suspects(read(names) * signs, site, wave)
        yield from ((scale, names[each.item], each) for each in found if names[each.item] not in named)
        named |= {names[each.item] for each in found}


def locate_suspects(keyed: Floats, site: Texts, wave: Texts) -> list[Suspect]:
    """Return the items that run against their scale, each at the widest place of which that can be said.

    `keyed` holds the answers under the scale's key, NaN where missing; `site` and `wave` are empty where unknown.

    Notes
    -----
    An item is named that `check_keys` suspects in all rows; or at one wave, one site, or one site at one wave, where
    its item-rest r is also below that of all other rows (Fisher's z, one-sided p of .001). Of places that hold others
    the widest is named whose parts all have a negative item-rest r.

    Measured on four sites and two waves, items of seven skewed options whose loadings scatter (SD .1) about a mean, 15
    people a site and wave; in percent of scales (tests/psychometrics/test_key_places.py repeats a part of it):

    ========= ===== =========================== ===================== =====================
    mean load items right key, but an item      reversed at one site  reversed at one site
    .               is accused somewhere        at one wave: found    at both waves: found
    ========= ===== =========================== ===================== =====================
    .5        12    4                           39                    70
    .5        4     1                           26                    58
    .7        12    1                           77                    97
    .7        4     1                           79                    95
    ========= ===== =========================== ===================== =====================
    """
    whole = check_keys(moments(keyed))
    found = [_suspect(whole, None, int(item), "", "") for item in np.flatnonzero(whole.suspected)]
    named = {suspect.item: [("", "")] for suspect in found}
    for place in _list_places(site, wave):
        there = _at(site, wave, place)
        check = check_keys(moments(keyed[there]))
        if not check.suspected.any():
            continue
        others = check_keys(moments(keyed[~there]))
        for item in np.flatnonzero(check.suspected).tolist():
            is_named = any(_holds(wider, place) for wider in named.get(item, []))
            suspect = _suspect(check, others, item, *place)
            if is_named or not _differs(suspect, others.n) or not _is_throughout(keyed, site, wave, suspect):
                continue
            named.setdefault(item, []).append(place)
            found.append(suspect)
    return sorted(found, key=lambda each: each.item)


def _list_places(site: Texts, wave: Texts) -> list[tuple[str, str]]:
    """Return each wave, each site, then each site at each wave; none that is all there is."""
    sites, waves = (sorted(set(each.tolist()) - {""}) for each in (site, wave))
    places = [("", each) for each in waves if len(waves) > 1] + [(each, "") for each in sites if len(sites) > 1]
    return places + (list(product(sites, waves)) if len(sites) > 1 and len(waves) > 1 else [])


def _at(site: Texts, wave: Texts, place: tuple[str, str]) -> NDArray[np.bool_]:
    is_there: NDArray[np.bool_] = np.ones(site.shape, dtype=bool)
    for values, wanted in zip((site, wave), place, strict=True):
        is_there &= values == wanted if wanted else True
    return is_there


def _holds(wider: tuple[str, str], place: tuple[str, str]) -> bool:
    return all(not one or one == other for one, other in zip(wider, place, strict=True))


def _suspect(check: KeyCheck, others: KeyCheck | None, item: int, site: str, wave: str) -> Suspect:
    elsewhere = np.nan if others is None else float(others.item_rest_r[item])
    return Suspect(item, site, wave, check.n, -float(check.r_if_flipped[item]), elsewhere)


def _differs(suspect: Suspect, n_elsewhere: int) -> bool:
    """Return whether the item runs another way than in all other rows."""
    r = np.clip([suspect.here, suspect.elsewhere], -0.999999, 0.999999)
    error = np.sqrt(1 / (suspect.n - 3) + 1 / (n_elsewhere - 3)) if n_elsewhere > 3 else np.nan
    return bool(np.arctanh(r[1]) - np.arctanh(r[0]) > _Z * error)


def _is_throughout(keyed: Floats, site: Texts, wave: Texts, suspect: Suspect) -> bool:
    """Return whether the item runs against the scale in every part of a place that holds several."""
    return all(not r > 0 for r in _list_parts(keyed, site, wave, suspect))


def _list_parts(keyed: Floats, site: Texts, wave: Texts, suspect: Suspect) -> Iterator[float]:
    """Yield the item-rest r in the parts of a place, where there are enough rows to know it."""
    if suspect.site and suspect.wave:
        return
    values = wave if suspect.site else site
    for value in sorted(set(values.tolist()) - {""}):
        place = (suspect.site or value, suspect.wave or value)
        check = check_keys(moments(keyed[_at(site, wave, place)]))
        r = -check.r_if_flipped[suspect.item] if check.suspected[suspect.item] else check.item_rest_r[suspect.item]
        yield float(r)
