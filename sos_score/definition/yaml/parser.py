"""YAML as a row of events, read by libyaml where PyYAML brings it, and what is wrong with it in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import AliasEvent, CollectionEndEvent, DocumentStartEvent, Event, NodeEvent, ScalarEvent

from sos_score.errors import InvalidDefinition, Problem

# Without the extension the same events come from Python, in twenty times the time; in lists question marks need quotes.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 40
_TOO_DEEP = "is nested too deeply, or refers to itself"

# What YAML allows in no text, and the line ends that only YAML 1.1 knows: they would end a line, or a comment, unseen.
_REFUSED = frozenset(map(chr, [*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFFFE, 0xFFFF]))

_BACKSLASH = (
    "a backslash in double quotes begins nothing that YAML knows",
    "use single quotes, or write each backslash twice",
)

# What a YAML parser complains of, what we say of it, and what most often is behind it. {line} is where a part begins.
_SAYINGS = {
    "mapping values are not allowed": (
        "there is a colon where none can be",
        "a text that holds a colon and a space needs quotes",
    ),
    "tab": ("the line is indented with a tab", "indent with spaces, not with tabs"),
    "cannot start any token": ("a text cannot begin like this", "a text that begins with %, @ or ` needs quotes"),
    "directive": ("a text cannot begin like this", "a text that begins with %, @ or ` needs quotes"),
    **dict.fromkeys(("escape character", "escape code", "hexdecimal"), _BACKSLASH),
    "quoted scalar": ("the quotation mark on line {line} is never closed", "close it, or leave both marks out"),
    "node content": ("a value is missing here", "write it, or take out the comma or bracket that stands alone"),
    "incompatible YAML": ("the line %YAML names a version that cannot be read", "take the line out"),
    "flow sequence": ("the list that begins with [ on line {line} is not closed properly", "close it with ]"),
    "flow mapping": ("the mapping that begins with { on line {line} is not closed properly", "close it with }"),
    "block mapping": (
        "the line does not fit the lines around it",
        "lines of one part begin in the same column, each with a key and a colon",
    ),
    "<document start>": (
        "the line does not fit the lines around it",
        "lines of one part begin in the same column, each with a key and a colon",
    ),
    "block collection": ("the line does not fit the list around it", "entries of one list begin in the same column"),
    "expected ':'": ("a key has no colon after it", "write key: value"),
    "alias": ("a text cannot begin with *", "a text that begins with * needs quotes"),
    "anchor": ("a text cannot begin with &", "a text that begins with & needs quotes"),
    "block scalar": ("a text cannot begin with > or |", "a text that begins with > or | needs quotes"),
    "single document": ("a second document begins here", "keep one document in a file: take the line --- out"),
}


@dataclass(frozen=True)
class Events:
    """The events of a document, and for each alias among them which event it stands for.

    Attributes
    ----------
    events : list of Event
        The parts of the document in their order; none for a document of nothing.
    targets : dict
        By the position of an alias, the position where its anchor is.
    """

    events: list[Event]
    targets: dict[int, int]


def parse_events(text: str, path: str) -> Events:
    """Return the events of the one document in `text`; `path` is only used in messages."""
    if not _REFUSED.isdisjoint(text):
        at = next(at for at, character in enumerate(text) if character in _REFUSED)
        message = f"holds a character that no text has (#x{ord(text[at]):04x})"
        raise refuse(message, path, *_locate(at, text), "type the line again")
    try:
        return _parse(text, path)
    except MarkedYAMLError as error:
        raise _explain(error, path, text) from None
    except (YAMLError, ValueError, OverflowError) as error:
        raise refuse(f"is not YAML: {str(error).splitlines()[0]}", path, 1) from None


def _parse(text: str, path: str) -> Events:
    events: list[Event] = []
    targets: dict[int, int] = {}
    anchors: dict[str, int] = {}
    depth = 0
    for event in iter(_LOADER(text).get_event, None):
        if isinstance(event, AliasEvent):
            if event.anchor not in anchors:
                raise _mark("found undefined alias", event)
            targets[len(events)] = anchors[event.anchor]
        elif isinstance(event, NodeEvent):
            if event.anchor:
                anchors[event.anchor] = len(events)
            depth += not isinstance(event, ScalarEvent)
            if depth > MAX_DEPTH + 1:  # of parts that hold others; the innermost may hold nothing
                raise refuse_depth(path, event)
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        elif isinstance(event, DocumentStartEvent) and events:
            raise _mark("expected a single document", event)
        else:
            continue
        events.append(event)
    if len(events) == 1 and isinstance(event := events[0], ScalarEvent) and not (event.value or event.style):
        events.clear()  # a document of nothing; libyaml places it after the last line
    return Events(events, targets)


def _mark(problem: str, event: Event) -> MarkedYAMLError:
    mark: Any = event.start_mark  # of two types, by who read it
    return MarkedYAMLError(problem=problem, problem_mark=mark)


def _explain(error: MarkedYAMLError, path: str, text: str) -> InvalidDefinition:
    mark, context = error.problem_mark or error.context_mark, error.context
    # An open quote or bracket is only noticed further down, if not at the end of the file.
    if context and error.context_mark and mark and not text[mark.index :].strip():
        mark = error.context_mark
    words = ", ".join(part for part in (context, error.problem) if part)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if mark and mark.index >= len(text):  # to libyaml the end is always on a line of its own
        line, column = _locate(len(text), text)
    if "nesting depth" in words:  # libyaml looks a thousand levels ahead
        return refuse(_TOO_DEEP, path, line, column)
    if mark and text[mark.index : mark.index + 1] == "\t":
        words = "tab"
    said, hint = next((said for sign, said in _SAYINGS.items() if sign in words), (words, ""))
    if mark and (said, hint) == _BACKSLASH:
        line, column = _locate(text.rfind("\\", 0, mark.index + 1), text)
    start = error.context_mark or mark
    message = said.replace("{line}", str(start.line + 1 if start else 1))
    return refuse(f"is not YAML: {message}", path, line, column, hint)


def place_event(event: Event) -> tuple[int, int]:
    """Return the line and the column where an event begins, counted from 1."""
    mark: Any = event.start_mark  # of two types, by who read it
    return mark.line + 1, mark.column + 1


def _locate(at: int, text: str) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def refuse_depth(path: str, event: Event) -> InvalidDefinition:
    """Return what to raise for a file that could become far larger than it is."""
    return refuse(_TOO_DEEP, path, *place_event(event))


def refuse(message: str, path: str, line: int, column: int = 1, hint: str = "") -> InvalidDefinition:
    """Return what to raise for a file that is not YAML, or not as it may be."""
    return InvalidDefinition([Problem(message, path, line, hint=hint, rule="yaml", column=column)])
