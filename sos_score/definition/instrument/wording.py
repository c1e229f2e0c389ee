"""The wording of items, in a file of the user's own: it changes what is shown and no score."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from sos_score.definition.extending import EXTENDS, KEYS
from sos_score.definition.instrument.ids import expand_ids
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.model import Model, Text
from sos_score.definition.yaml.document import Document
from sos_score.definition.yaml.errors import locate_errors
from sos_score.errors import InvalidDefinition, Problem, guess


class Wording(Model):
    """Item wording that its holder has licensed to you, laid over a definition; other parts may be changed too.

    Attributes
    ----------
    format : int
        The version of this file format.
    extends : str
        The instrument: a shipped id, or a definition file relative to this one.
    labels : dict
        Item id to wording; items left out keep the label they have.
    """

    format: Literal[1]
    extends: Text
    labels: Annotated[dict[str, Text], Field(min_length=1)]


def extends_another(document: Document) -> bool:
    """Return whether a file says only what differs from a definition: its wording, or more."""
    return isinstance(document.data, dict) and EXTENDS in document.data


def is_wording(data: object) -> bool:
    """Return whether a file lays wording over a definition, and changes nothing else of it."""
    return isinstance(data, dict) and EXTENDS in data and not data.keys() & ({*KEYS} - {"format"})


def check_wording(document: Document) -> Wording:
    """Return what a file of wording says."""
    try:
        wording = Wording.model_validate(document.data)
    except ValidationError as error:
        problems = [*document.problems, *locate_errors(error, document, Wording)]
        raise InvalidDefinition(sorted(problems, key=lambda problem: problem.line or 0)) from None
    if document.problems:
        raise InvalidDefinition(list(document.problems))
    return wording


def lay_over(instrument: Instrument, wording: Wording, document: Document) -> Instrument:
    """Return an instrument with the wording as the labels of its items; nothing else is changed."""
    return lay_over_labels(instrument, instrument.labels | wording.labels, document, set(wording.labels))


def read_labels(document: Document) -> dict[str, str]:
    """Return the wording in a file that extends a definition and may change more than wording."""
    found = document.data.get("labels", {}) if isinstance(document.data, dict) else {}
    try:
        return Wording.model_validate({"format": 1, "extends": "it", "labels": found}).labels if found != {} else {}
    except ValidationError as error:
        raise InvalidDefinition(locate_errors(error, document, Wording)) from None


def lay_over_labels(
    instrument: Instrument, labels: Mapping[str, str], document: Document, own: Collection[str]
) -> Instrument:
    """Return an instrument with these labels; those that the document itself gives must be of items that exist."""
    problems = [
        _miss(instrument, item, document) for item in labels if item in own and item not in instrument.responses
    ]
    if problems:
        raise InvalidDefinition(problems)
    if labels == instrument.labels:
        return instrument
    items = [
        block.model_dump() | {"ids": [item], "label": labels.get(item)}
        for block in instrument.items
        for text in block.ids
        for item in expand_ids(text)
    ]
    # Made anew: a copy would keep what the instrument has worked out and remembered of its items.
    return Instrument.model_validate(instrument.model_dump(by_alias=True) | {"items": items})


def _miss(instrument: Instrument, item: str, document: Document) -> Problem:
    items = list(instrument.responses)
    message = f"no item '{item}' in {instrument.id} (items: {items[0]} .. {items[-1]})"
    return document.problem(("labels", item), message, hint=guess(item, items), rule="wording-item")
