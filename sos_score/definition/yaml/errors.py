"""From pydantic's errors to problems with a line, in our own words."""

from __future__ import annotations

import copy
import types
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sos_score.definition.yaml.document import Document, Loc, show_value
from sos_score.errors import Problem, guess

Checked = TypeVar("Checked", bound=BaseModel)
_ROUNDS = 5  # what a part lacks may be missed by the part around it

# What pydantic calls an error, and what we say of it. {input} is the value, {name}s come from the error itself.
_SAYINGS = {
    "missing": "is missing",
    "extra_forbidden": "is not a key here",
    "literal_error": "{input} is not allowed (allowed: {expected})",
    "string_type": "{input} is not text",
    "int_type": "{input} is not a whole number",
    "int_from_float": "{input} is not a whole number",
    "float_type": "{input} is not a number",
    "bool_type": "{input} is not true or false",
    "dict_type": "must be a mapping (key: value), not {input}",
    "model_type": "must be a mapping (key: value), not {input}",
    "list_type": "must be a list, not {input}",
    "string_too_short": "must not be empty",
    "string_too_long": "{input} is too long (at most {max_length} characters)",
    "too_short": "must not be empty",
    "greater_than_equal": "{input} is too small (at least {ge})",
    "greater_than": "{input} is too small (more than {gt})",
    "less_than_equal": "{input} is too large (at most {le})",
    "less_than": "{input} is too large (less than {lt})",
    "string_pattern_mismatch": "{input} is not of the form it needs ({form})",
    "finite_number": "{input} is not a finite number",
}

# The rule that each kind of error breaks, by pydantic's name for it; any other kind is of the wrong type.
RULES = {
    "missing": "missing-key",
    "extra_forbidden": "unknown-key",
    "literal_error": "not-allowed",
    "string_too_short": "empty-value",
    "string_too_long": "out-of-bounds",
    "too_short": "empty-value",
    "greater_than_equal": "out-of-bounds",
    "greater_than": "out-of-bounds",
    "less_than_equal": "out-of-bounds",
    "less_than": "out-of-bounds",
    "string_pattern_mismatch": "wrong-form",
    "finite_number": "not-finite",
    "value_error": "wrong-value",
}

# The patterns of the models, in words.
FORMS = {
    r"^SOS\d{3}$": "SOS and three digits: SOS604",
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "small letters and digits, with - between words: wai-s",
    r"^\d+\.\d+\.\d+$": "three numbers: 1.0.0",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "the code of a language: cy, fr, pt-BR",
    r"^[a-z][a-z0-9_]*$": "small letters, digits and _, beginning with a letter: buy_in",
    r"^[A-Za-z][A-Za-z0-9_]*$": "letters, digits and _, beginning with a letter: team_size",
    r"^-?[A-Za-z][A-Za-z0-9_.]*$": "an id, a - before it where it is reversed: wai_01, -wai_07, wai_01..wai_12",
    r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$": "a source and one of its scales: osc.engagement",
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$": "a source, or a source and one of its scales: osc, osc.engagement",
}


def locate_errors(error: ValidationError, document: Document, model: type[BaseModel]) -> list[Problem]:
    """Return each of pydantic's errors as a problem with its line."""
    found = [
        (find_place(details["loc"], document.data), details["type"], _locate(details, document, model))
        for details in error.errors(include_url=False)
    ]
    # A misspelt key is one problem, not a strange key and a missing one.
    meant = {(place[:-1], problem.hint) for place, kind, problem in found if kind == "extra_forbidden"}
    kept = [
        problem
        for place, kind, problem in found
        if not (kind == "missing" and (place[:-1], guess(str(place[-1]), [str(place[-1])])) in meant)
    ]
    return sorted(kept, key=lambda problem: problem.line or 0)


def salvage(error: ValidationError, data: object, model: type[Checked]) -> Checked | None:
    """Return a file without the parts that cannot be read, so that the rest can still be judged."""
    rest = copy.deepcopy(data)
    for _ in range(_ROUNDS):
        for place, kind in error_places(error, data):
            _drop(rest, place[:-1] if kind == "missing" else place)
        try:
            return model.model_validate(rest)
        except ValidationError as another:
            error = another
    return None


def _drop(data: Any, place: Loc) -> None:
    for part in place[:-1]:
        data = _child(data, part)
    if isinstance(data, dict) and place:
        data.pop(place[-1], None)


def error_places(error: ValidationError, data: object) -> Iterator[tuple[Loc, str]]:
    """Yield the place of each error in `data`, and its kind."""
    for details in error.errors(include_url=False):
        yield find_place(details["loc"], data), details["type"]


def _locate(details: ErrorDetails, document: Document, model: type[BaseModel]) -> Problem:
    kind, loc = details["type"], find_place(details["loc"], document.data)
    hint = ""
    if kind == "extra_forbidden":
        allowed = _keys_allowed(model, loc[:-1])
        message = f"is not a key here (allowed: {', '.join(allowed)})"
        hint = guess(str(loc[-1]), allowed)
    elif kind == "value_error":
        message = str(details["ctx"]["error"])
    elif kind in _SAYINGS:
        context = details.get("ctx", {})
        form = FORMS.get(context.get("pattern", ""), context.get("pattern", ""))
        message = _SAYINGS[kind].format(input=show_value(details["input"]), form=form, **context)
    else:
        message = f"{show_value(details['input'])}: {details['msg']}"
    if kind == "string_type" and isinstance(details["input"], int | float):
        hint = "write it in quotes"
    return document.problem(loc, message, hint=hint, rule=RULES.get(kind, "wrong-type"))


def find_place(loc: Sequence[str | int], data: object) -> Loc:
    """Return `loc` without what pydantic adds: the index of one thing not in a list, the mark of a key."""
    place: list[str | int] = []
    node = data
    for part in loc:
        if part == "[key]" or (isinstance(part, int) and not isinstance(node, list)):
            continue
        place.append(part)
        node = _child(node, part)
    return tuple(place)


def _child(node: object, part: str | int) -> object:
    if isinstance(node, dict) and isinstance(part, str):
        return node.get(part)
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def _keys_allowed(model: type[BaseModel], loc: Iterable[str | int]) -> list[str]:
    kind: Any = model
    for part in loc:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = _bare(kind.model_fields[str(part)].annotation) if part in kind.model_fields else kind
        else:
            kind = _bare(get_args(kind)[-1])
        if get_origin(kind) is list and not isinstance(part, int):
            kind = _one_or_list(kind)
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    return [field.alias or name for name, field in kind.model_fields.items()]


def _one_or_list(kind: Any) -> Any:
    """Return what a list holds when the author may also write one thing instead of a list."""
    inner = _bare(get_args(kind)[0])
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else kind


def _bare(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _bare(next(arg for arg in get_args(annotation) if arg is not type(None)))
    return annotation
