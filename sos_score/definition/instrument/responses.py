"""Items, and the answers they can have."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from sos_score.definition.instrument.ids import Ids
from sos_score.definition.model import Model, Text
from sos_score.definition.yaml.document import show_value


def _check_codes(value: object) -> list[str]:
    codes = value if isinstance(value, list) else [value]
    if not codes:
        raise ValueError("must not be empty")
    for code in codes:
        if not isinstance(code, int | str) or isinstance(code, bool):
            raise ValueError(f"{show_value(code)} is not a code or a text (such as 99 or N/A)")
    return [str(code) for code in codes]


MissingCodes = Annotated[
    list[str],
    PlainValidator(_check_codes),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["integer", "string"]},
                {"type": "array", "items": {"type": ["integer", "string"]}, "minItems": 1},
            ]
        }
    ),
]


class ResponseScale(Model):
    """The answers an item can have.

    Attributes
    ----------
    min : int
        The lowest answer that is possible; reversal is ``min + max - answer``.
    max : int
        The highest answer that is possible.
    labels : dict
        Text to code; several texts may share a code.
    missing : dict
        Codes and texts that mean "no answer", by reason.
    """

    min: int
    max: int
    labels: dict[str, int] = {}
    missing: dict[str, MissingCodes] = {}


class ItemBlock(Model):
    """One item, or several alike.

    Attributes
    ----------
    ids : str or list of str
        Item ids; ``wais_01..wais_12`` is a range.
    responses : str
        The response scale they are answered on.
    label : str or None
        A neutral label; never copyright wording.
    """

    ids: Ids
    responses: Text
    label: Text | None = None
