"""Rules about several definitions at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from sos_score.definition.instrument.instrument import Instrument, scoring_key
from sos_score.definition.reading import Definition
from sos_score.errors import Problem


def compare_definitions(definitions: Sequence[Definition]) -> Iterator[tuple[Definition, Problem]]:
    """Yield what is odd about two definitions, with the later of the two."""
    forms = [(definition, _place_keys(definition.instrument)) for definition in definitions]
    for (first, one_form), (second, other_form) in combinations(forms, 2):
        if first.extends or second.extends:
            continue  # that they have most in common is what it is for
        one, other, document = first.instrument, second.instrument, second.document
        if one.id == other.id:
            message = f"'{one.id}' is also the id of {first.document.path}"
            yield second, document.problem(("id",), message, rule="id-twice")
        elif one.responses.keys() == other.responses.keys() and _list_keys(one) != _list_keys(other):
            message = f"has the items of '{one.id}' ({first.document.path}) and another key"
            yield second, document.problem(("items",), message, rule="forms-unlike")
        elif one_form == other_form and _has_much_of_a_key(one):
            message = f"has the key of '{one.id}' ({first.document.path}), item by item"
            yield second, document.problem(("scales",), message, rule="forms-alike")


def _list_keys(instrument: Instrument) -> dict[str, dict[str, bool]]:
    return {name: scoring_key(instrument, name) for name in instrument.scales}


def _place_keys(instrument: Instrument) -> tuple[object, ...]:
    """Return the key of each scale by the places of items, and how each is answered."""
    places = {item: index for index, item in enumerate(instrument.responses)}
    ranges = tuple((responses.min, responses.max) for responses in instrument.responses.values())
    keys = tuple(
        (scale.score, frozenset((places[item], sign) for item, sign in scoring_key(instrument, name).items()))
        for name, scale in instrument.scales.items()
    )
    return ranges, keys


def _has_much_of_a_key(instrument: Instrument) -> bool:
    """Return whether two instruments could hardly share the key by chance."""
    return len(instrument.scales) > 1 or any(any(key.values()) for key in _list_keys(instrument).values())
