"""YAML as the author typed it, with the line of every value.

Only JSON's plain values are recognised (``true``, ``false``, ``null``, ``12``, ``0.5``); everything else
unquoted is text. Response labels are words such as No, Off and 1:30, and must stay words.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, Event, MappingStartEvent, ScalarEvent

from sos_score.characters import find_hidden
from sos_score.definition.yaml.parser import MAX_DEPTH, Events, parse_events, place_event, refuse, refuse_depth
from sos_score.errors import InvalidDefinition, Problem, guess_file
from sos_score.inputs import read_small

Loc = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_MAX_PLACES = 200_000  # aliases of aliases can blow a small file up


@dataclass(frozen=True)
class Document:
    """A YAML file as plain data.

    Attributes
    ----------
    path : str
        The file as the user named it.
    data : object
        Dicts, lists, text, numbers, booleans and None.
    lines : dict
        The 1-based line of every place in `data`.
    problems : tuple of Problem
        What the file itself gets wrong (duplicate keys); the data is usable all the same.
    sha256 : str
        Of the bytes read.
    columns : dict
        The 1-based column of every place in `data`, in its line.
    """

    path: str
    data: object
    lines: dict[Loc, int] = field(repr=False)
    problems: tuple[Problem, ...]
    sha256: str
    columns: dict[Loc, int] = field(repr=False)

    def line(self, loc: Sequence[str | int]) -> int:
        """Return the line of the deepest place that exists on the way to `loc`."""
        return self.lines.get(self._find(loc), 1)

    def _find(self, loc: Sequence[str | int]) -> Loc:
        place = tuple(loc)
        while place and place not in self.lines:
            place = place[:-1]
        return place

    def problem(self, loc: Sequence[str | int], message: str, *, hint: str = "", rule: str = "") -> Problem:
        """Return a problem located at `loc`."""
        column = self.columns.get(self._find(loc), 1)
        return Problem(message, self.path, self.line(loc), name_place(loc), hint, rule, column=column)


_SIGNS = {
    "a study file": ({"sources", "sites"}, "name it where a study file belongs: sos-score compare STUDY.yaml"),
    "a definition": ({"response_scales", "verification"}, "name it with -i, or in a study file as instrument"),
    "a column map": ({"respondent", "items"}, "name it with -c, or in a study file as columns"),
}
"""The keys that only one kind of file has together, and where such a file is to be named."""


def refuse_other_kind(document: Document, wanted: str) -> Problem | None:
    """Return what is wrong with a file of another kind than the one `wanted`; None where it may be of that kind."""
    keys = set(document.data) if isinstance(document.data, dict) else set()
    kind = next((name for name, (signs, _) in _SIGNS.items() if signs <= keys), wanted)
    if kind == wanted:
        return None
    return document.problem((), f"is {kind}, not {wanted}", hint=_SIGNS[kind][1], rule="yaml")


def name_place(loc: Sequence[str | int]) -> str:
    """Return a place as a person would write it.

    Examples
    --------
    >>> name_place(("scales", "bond", "items", 3))
    'scales.bond.items[3]'
    """
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def show_value(value: object) -> str:
    """Return a value as the author of the file knows it, shortened.

    Examples
    --------
    >>> show_value("often"), show_value(True), show_value(None), show_value([1, 2])
    ("'often'", 'true', 'an empty value', 'a list')
    """
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = "an empty value" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def read_yaml(path: Path) -> Document:
    """Read one YAML file."""
    try:
        raw = read_small(path)
    except OSError as error:
        message, hint = f"cannot be read ({error.strerror})", guess_file(path)
        raise InvalidDefinition([Problem(message, str(path), hint=hint, rule="file")]) from None
    return parse_yaml(raw, str(path))


def parse_yaml(raw: bytes, path: str) -> Document:
    """Read YAML from bytes; `path` is only used in messages."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = raw.count(b"\n", 0, error.start) + 1, error.start - raw.rfind(b"\n", 0, error.start)
        raise refuse("is not UTF-8 text", path, line, column) from None
    events = parse_events(text, path)
    builder = _Builder(path, events)
    data = builder.build(()) if events.events else None
    problems = tuple(builder.problems)
    return Document(path, data, builder.lines, problems, hashlib.sha256(raw).hexdigest(), builder.columns)


class _Builder:
    """Turns events into plain data, noting lines and duplicate keys on the way."""

    def __init__(self, path: str, events: Events) -> None:
        self.path = path
        self.events, self.targets = events.events, events.targets
        self.at = 0
        self.lines: dict[Loc, int] = {}
        self.columns: dict[Loc, int] = {}
        self.problems: list[Problem] = []

    def build(self, loc: Loc) -> object:
        event = self._next()
        if isinstance(event, AliasEvent):
            after, self.at = self.at, self.targets[self.at - 1]
            data = self.build(loc)
            self.at = after
            return data
        line, column = place_event(event)
        self.lines.setdefault(loc, line)
        self.columns.setdefault(loc, column)
        if len(loc) > MAX_DEPTH or len(self.lines) + len(self.problems) > _MAX_PLACES:
            raise refuse_depth(self.path, event)
        if isinstance(event, ScalarEvent):
            self._check_characters(event.value, line, column, loc)
            return _plain_value(event.value, is_quoted=bool(event.style))
        return self._mapping(loc) if isinstance(event, MappingStartEvent) else self._sequence(loc)

    def _next(self) -> Event:
        self.at += 1
        return self.events[self.at - 1]

    def _skip(self) -> None:
        depth = 0
        while True:
            event = self._next()
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if not depth:
                return

    def _is_at_end(self) -> bool:
        if isinstance(self.events[self.at], CollectionEndEvent):
            self.at += 1
            return True
        return False

    def _check_characters(self, text: str, line: int, column: int, loc: Loc) -> None:
        if hidden := find_hidden(text):
            message = f"holds a control character ({hidden}), which no text needs"
            self._note(message, line, column, loc, "control-character")

    def _sequence(self, loc: Loc) -> list[object]:
        data: list[object] = []
        while not self._is_at_end():
            data.append(self.build((*loc, len(data))))
        return data

    def _mapping(self, loc: Loc) -> dict[str, object]:
        data: dict[str, object] = {}
        while not self._is_at_end():
            event = self.events[self.targets.get(self.at, self.at)]
            line, column = place_event(event)
            self._skip()
            if not isinstance(event, ScalarEvent):
                self._note("a key must be a single word or text", line, column, loc)
                self._skip()
                continue
            key = event.value
            self._check_characters(key, line, column, loc)
            if key in data:
                first = self.lines[(*loc, key)]
                self._note(f"'{key}' is given twice (first on line {first})", line, column, loc)
                self._skip()
                continue
            self.lines[(*loc, key)], self.columns[(*loc, key)] = line, column
            data[key] = self.build((*loc, key))
        return data

    def _note(self, message: str, line: int, column: int, loc: Loc, rule: str = "duplicate-key") -> None:
        self.problems.append(Problem(message, self.path, line, name_place(loc), rule=rule, column=column))


def _plain_value(text: str, *, is_quoted: bool) -> object:
    if is_quoted:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text) and len(text) < 19:
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text
