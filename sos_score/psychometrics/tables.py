"""What the result tables of this package share: groups of rows, their names, and where a note belongs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidRequest, guess
from sos_score.notes import Note, note
from sos_score.psychometrics.batches import WAVE, Group, sort_groups
from sos_score.scoring.plan import ScalePlan
from sos_score.scoring.responses import Responses
from sos_score.sentences.psychometrics import FEW
from sos_score.words import list_names

ALL = "all"
"""What stands in a group column for all rows."""

_MOST_PLACES = 3

_COUNTS = ("n", "varying")
"""Values of notes that count what was too few."""


def choose_scales(responses: Responses, scales: str | Iterable[str]) -> list[ScalePlan]:
    """Return the scales asked for in the definition's order, all of them where none is; an unknown one is refused."""
    known = responses.instrument.scales
    wanted = set(list_names(scales)) or set(known)
    for name in sorted(wanted - set(known)):
        hint = guess(name, known)
        listed = f"no scale '{name}' in {responses.instrument.id} (scales: {', '.join(known)})"
        raise InvalidRequest(f"{listed}\n  hint: {hint}" if hint else listed)
    plans = {plan.scale: plan for plan in responses.plan.scales}
    return [plans[name] for name in known if name in wanted]


def list_groups(groups: Iterable[Group], by: Sequence[str]) -> dict[Group, dict[str, str]]:
    """Return the values of each group, all rows first; groups with a blank value are left out.

    `groups` come as they first appear; see `sort_groups`.

    Examples
    --------
    >>> list_groups([("2",), (), ("1",), (None,)], ["site"])
    {(): {'site': 'all'}, ('1',): {'site': '1'}, ('2',): {'site': '2'}}
    """
    named = sort_groups((group for group in groups if group and None not in group), by)
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
    return ", ".join(value if name == WAVE else f"{name} {value}" for name, value in group.items())


def place_row(place: Mapping[str, str], scale: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of a result table: the group, the scale, and what was computed.

    Examples
    --------
    >>> place_row({"site": "2"}, "bond", {"n": 12})
    {'site': '2', 'scale': 'bond', 'n': 12}
    """
    for name in place:
        if name == "scale" or name in row:
            raise InvalidRequest(f"the results have a column '{name}' already; rename the column you group by")
    return {**place, "scale": scale, **row}


def gather_notes(
    found: Sequence[tuple[str, str, Note]], scales: Sequence[str], groups: Sequence[str], instrument: Instrument
) -> tuple[Note, ...]:
    """Return each note once, with the scales and groups it is about; about all of those looked at, it names none.

    Notes that differ only in how many rows were too few are one; past three places only their number is given.
    `find_code` gives the code of the note that is placed.
    """
    places: dict[Note, dict[str, list[str]]] = {}
    kinds: dict[Note, set[Note]] = {}
    for scale, group, each in found:
        kind = _generalise(each)
        places.setdefault(kind, {}).setdefault(scale, []).append(group)
        kinds.setdefault(kind, set()).add(each)
    placed = []
    for kind, by_scale in places.items():
        said = kinds[kind].pop() if len(kinds[kind]) == 1 else kind
        named = tuple(instrument.scales[name].title for name in scales if name in by_scale)
        count = sum(map(len, by_scale.values()))
        if all(len(group) == len(groups) for group in by_scale.values()):
            placed.append(said if len(named) == len(scales) > 1 else note("about_places", places=named, note=said))
        elif count <= _MOST_PLACES:
            where = tuple((instrument.scales[name].title, tuple(by_scale[name])) for name in by_scale)
            placed.append(note("about_groups", places=where, note=said))
        else:
            placed.append(note("about_rows", number=count, of=len(scales) * len(groups), note=said))
    return tuple(placed)


def find_code(placed: Note) -> str:
    """Return the code of a note, or of the note inside one that says where it holds."""
    inner = dict(placed.values).get("note")
    return inner.code if isinstance(inner, Note) else placed.code


def _generalise(each: Note) -> Note:
    """Return a note without the number of rows, so that small groups of any size have one note."""
    return each.with_values(**{name: FEW for name, _ in each.values if name in _COUNTS})
