"""What the result tables of this package share: groups of rows, their names, and where a note belongs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidRequest, guess
from sos_score.psychometrics.batches import Group, order_group
from sos_score.scoring.plan import ScalePlan
from sos_score.scoring.responses import Responses

ALL = "all"
"""What stands in a group column for all rows."""

_MOST_PLACES = 3


def choose_scales(responses: Responses, scales: Iterable[str]) -> list[ScalePlan]:
    """Return the scales asked for in the definition's order; all of them where none is asked for.

    Parameters
    ----------
    responses : Responses
    scales : iterable of str

    Returns
    -------
    list of ScalePlan

    Raises
    ------
    InvalidRequest
        There is no such scale.
    """
    known = responses.instrument.scales
    wanted = set(scales) or set(known)
    for name in sorted(wanted - set(known)):
        hint = guess(name, known)
        listed = f"no scale '{name}' in {responses.instrument.id} (scales: {', '.join(known)})"
        raise InvalidRequest(f"{listed}\n  hint: {hint}" if hint else listed)
    plans = {plan.scale: plan for plan in responses.plan.scales}
    return [plans[name] for name in known if name in wanted]


def list_groups(groups: Iterable[Group], by: Sequence[str]) -> dict[Group, dict[str, str]]:
    """Return the values of each group, all rows first; groups with a blank value are left out.

    Examples
    --------
    >>> list_groups([("2",), (), ("1",), (None,)], ["site"])
    {(): {'site': 'all'}, ('1',): {'site': '1'}, ('2',): {'site': '2'}}
    """
    named = sorted({group for group in groups if group and None not in group}, key=order_group)
    return {group: dict(zip(by, map(str, group or (ALL,) * len(by)), strict=True)) for group in [(), *named]}


def name_group(group: Mapping[str, str]) -> str:
    """Return a group in words.

    Examples
    --------
    >>> name_group({"site": "2", "wave": "T1"}), name_group({"site": "all", "wave": "all"}), name_group({})
    ('site 2, T1', 'all rows', '')
    """
    if group and all(value == ALL for value in group.values()):
        return "all rows"
    return ", ".join(value if name == "wave" else f"{name} {value}" for name, value in group.items())


def place_row(place: Mapping[str, str], scale: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of a result table: the group, the scale, and what was computed.

    Raises
    ------
    InvalidRequest
        A group column has the name of one of the results, and one would hide the other.

    Examples
    --------
    >>> place_row({"site": "2"}, "bond", {"n": 12})
    {'site': '2', 'scale': 'bond', 'n': 12}
    """
    for name in place:
        if name == "scale" or name in row:
            raise InvalidRequest(f"the results have a column '{name}' of their own; group by an id of another name")
    return {**place, "scale": scale, **row}


def count_noun(number: int, noun: str) -> str:
    """Return "1 row" or "2,400 rows"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def gather_notes(
    found: Sequence[tuple[str, str, str]], scales: Sequence[str], groups: Sequence[str], instrument: Instrument
) -> tuple[str, ...]:
    """Say each note once, with the scales and groups it is about.

    Parameters
    ----------
    found : sequence of (scale, group, note)
    scales, groups : sequence of str
        All that were looked at; a note about all of them names none.
    instrument : Instrument
        Whose titles the scales have.

    Returns
    -------
    tuple of str
        Notes that differ only in how many rows were too few are one; past three places only their number is given.
    """
    places: dict[str, dict[str, list[str]]] = {}
    wordings: dict[str, set[str]] = {}
    for scale, group, note in found:
        kind = _generalise(note)
        places.setdefault(kind, {}).setdefault(scale, []).append(group)
        wordings.setdefault(kind, set()).add(note)
    lines = []
    for kind, by_scale in places.items():
        note = wordings[kind].pop() if len(wordings[kind]) == 1 else kind
        named = [instrument.scales[name].title for name in scales if name in by_scale]
        where = [f"{instrument.scales[name].title}, {'; '.join(by_scale[name])}" for name in by_scale]
        count = sum(map(len, by_scale.values()))
        if all(len(group) == len(groups) for group in by_scale.values()):
            lines.append(note if len(named) == len(scales) > 1 else f"{', '.join(named)}: {note}")
        elif count <= _MOST_PLACES:
            lines.append(f"{'; '.join(where)}: {note}")
        else:
            lines.append(f"In {count} of {len(scales) * len(groups)} rows: {note}")
    return tuple(lines)


def _generalise(note: str) -> str:
    """Return a note without the number of rows, so that small groups of any size have one note."""
    note = re.sub(r"\d+ (complete )?rows? are too few", "too few rows", note)
    note = re.sub(r"\d+ rows and \d+ items that vary are too few", "too few rows or items that vary", note)
    return re.sub(r"\b\d+ (complete )?(rows?|people|teams)\b", r"few \1\2", note)
