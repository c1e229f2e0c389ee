"""A definition that says only what differs from another: a licensed key, a national adaptation, another form."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.yaml.document import Document, Loc, show_value
from sos_score.errors import InvalidDefinition, Problem, guess

EXTENDS, LABELS = "extends", "labels"
KEYS = [each.alias or name for name, each in Instrument.model_fields.items()]
"""The keys of a definition, which one that extends another may have too."""

_VOUCHED = {
    "scales": "key",
    "items": "key",
    "response_scales": "responses",
    "missing": "missing",
    "norms": "norms",
}
"""Which claim no longer holds by itself where a part is changed."""


@dataclass(frozen=True)
class ExtendedDocument(Document):
    """A file laid over the definition that it extends: what it leaves out stands in the other."""

    base: Document = field(kw_only=True)  # the definition that is extended

    def problem(self, loc: Sequence[str | int], message: str, *, hint: str = "", rule: str = "") -> Problem:
        """Return a problem located in whichever of the files has the place, or more of the way to it."""
        own = next((length for length in range(len(loc), 0, -1) if tuple(loc[:length]) in self.lines), 0)
        if _count_known(self.base, loc) > own:
            return self.base.problem(loc, message, hint=hint, rule=rule)
        return super().problem(loc, message, hint=hint, rule=rule)


def _count_known(document: Document, loc: Sequence[str | int]) -> int:
    """Return how many steps of the way to a place a file, or one that it extends, has."""
    here = next((length for length in range(len(loc), 0, -1) if tuple(loc[:length]) in document.lines), 0)
    return max(here, _count_known(document.base, loc)) if isinstance(document, ExtendedDocument) else here


def lay_over_base(own: Document, base: Document) -> ExtendedDocument:
    """Return a file with everything that it leaves out taken from the definition it extends."""
    data, before = own.data, base.data
    if not isinstance(data, dict) or not isinstance(before, dict):
        raise InvalidDefinition([own.problem((), "is not a definition (a mapping of keys)", rule="yaml")])
    changes = {key: value for key, value in data.items() if key not in (EXTENDS, LABELS)}
    problems = [*own.problems, *_check_changes(own, changes, before)]
    # What its base puts up with is put up with there, where the file leaves it as it is: `validate` asks the base.
    kept_examples = not _VOUCHED.keys() & changes
    inherited = {
        key: value for key, value in before.items() if key != "suppress" and (key != "examples" or kept_examples)
    }
    found: list[Problem] = []
    merged = _merge(inherited, changes, (), own, found)
    if problems + found:
        raise InvalidDefinition(sorted(problems + found, key=lambda problem: problem.line or 0))
    kept = {each.name: getattr(own, each.name) for each in fields(own)}
    return ExtendedDocument(**kept | {"data": merged}, base=base)


def _merge(before: Mapping[str, Any], changes: Mapping[str, Any], loc: Loc, own: Document, found: list[Problem]) -> Any:
    """Return a mapping changed: mappings key by key, all else as a whole; an empty value takes a key away."""
    merged = {key: copy.deepcopy(value) for key, value in before.items()}
    for key, value in changes.items():
        if value is None:
            if merged.pop(key, None) is None:
                message = f"there is no '{key}' to take away"
                found.append(own.problem((*loc, key), message, hint=guess(key, before), rule=EXTENDS))
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge(merged[key], value, (*loc, key), own, found)
        else:
            merged[key] = copy.deepcopy(value)
    return merged


def _check_changes(own: Document, changes: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what a file must say itself: an id and a version of its own, and who vouches for what it changes."""
    for key in ("format", "id", "version"):
        if key not in changes:
            message = f"{key}: is missing (a definition that extends another has its own)"
            yield own.problem((), message, rule="missing-key")
    if changes.get("id") is not None and changes.get("id") == before.get("id"):
        message = f"{show_value(changes['id'])} is the id of the definition it extends; give it one of its own"
        yield own.problem(("id",), message, rule=EXTENDS)
    claims = changes.get("verification")
    stated = claims if isinstance(claims, dict) else {}
    for part in dict.fromkeys(part for key, part in _VOUCHED.items() if key in changes):
        if part not in stated:
            changed = next(key for key, each in _VOUCHED.items() if each == part and key in changes)
            message = f"is changed, and 'verification' does not say who vouches for the {part} now"
            yield own.problem((changed,), message, hint=f"add verification: {{{part}: {{status: ..., source: ...}}}}",
                              rule=EXTENDS)  # fmt: skip
