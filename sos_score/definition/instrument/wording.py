"""The wording of items, in a file of the user's own: it changes what is shown and no score."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationError

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.model import Model, Text
from sos_score.definition.yaml.document import Document
from sos_score.definition.yaml.errors import locate_errors
from sos_score.errors import InvalidDefinition, Problem, guess


class Wording(Model):
    """Item wording that its holder has licensed to you, laid over a definition.

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


def is_wording(document: Document) -> bool:
    """Return whether a file lays wording over a definition, and is none itself."""
    return isinstance(document.data, dict) and "extends" in document.data


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
    problems = [_miss(instrument, item, document) for item in wording.labels if item not in instrument.responses]
    if problems:
        raise InvalidDefinition(problems)
    labels = instrument.labels | wording.labels
    items = [
        {"ids": [item], "responses": responses, "label": labels.get(item)}
        for item, responses in instrument.response_names.items()
    ]
    # Made anew: a copy would keep what the instrument has worked out and remembered of its items.
    return Instrument.model_validate(instrument.model_dump(by_alias=True) | {"items": items})


def _miss(instrument: Instrument, item: str, document: Document) -> Problem:
    items = list(instrument.responses)
    message = f"no item '{item}' in {instrument.id} (items: {items[0]} .. {items[-1]})"
    return document.problem(("labels", item), message, hint=guess(item, items), rule="item")
