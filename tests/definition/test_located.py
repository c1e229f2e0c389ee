from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sos_score.commands.schema import MODELS
from sos_score.definition.yaml.errors import FORMS


def find_patterns(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (value for key, value in schema.items() if key == "pattern" and isinstance(value, str))
        yield from (key for key in schema.get("patternProperties", {}))
        yield from (pattern for value in schema.values() for pattern in find_patterns(value))
    elif isinstance(schema, list):
        yield from (pattern for value in schema for pattern in find_patterns(value))


@pytest.mark.parametrize("kind", MODELS)
def test_every_pattern_of_the_models_is_said_in_words(kind: str) -> None:
    schema: dict[str, Any] = MODELS[kind].model_json_schema()
    own_words = {pattern for pattern in find_patterns(schema) if r"\d{1,9}" in pattern or "{1,3}" in pattern}
    patterns = set(find_patterns(schema)) - own_words  # validators say those
    assert patterns or kind == "wording"  # nothing in it has a form of its own
    assert patterns <= set(FORMS)
