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

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from sos_score.characters import find_hidden
from sos_score.definition.yaml.parser import compose
from sos_score.errors import InvalidDefinition, Problem, guess_file
from sos_score.inputs import read_small

Loc = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_MAX_DEPTH = 40
_MAX_PLACES = 200_000  # aliases of aliases can blow a small file up

# What a YAML parser complains of, what we say of it, and what most often is behind it. {line} is where a part begins.
_SAYINGS = {
    "mapping values are not allowed": (
        "there is a colon where none can be",
        "a text that holds a colon and a space needs quotes",
    ),
    "character '\\t'": ("the line is indented with a tab", "indent with spaces, not with tabs"),
    "cannot start any token": ("a text cannot begin like this", "a text that begins with %, @ or ` needs quotes"),
    "quoted scalar": ("the quotation mark on line {line} is never closed", "close it, or leave both marks out"),
    "flow sequence": ("the list that begins with [ on line {line} is not closed properly", "close it with ]"),
    "flow mapping": ("the mapping that begins with { on line {line} is not closed properly", "close it with }"),
    "block mapping": (
        "the line does not fit the lines around it",
        "lines of one part begin in the same column, each with a key and a colon",
    ),
    "block collection": ("the line does not fit the list around it", "entries of one list begin in the same column"),
    "expected ':'": ("a key has no colon after it", "write key: value"),
    "undefined alias": ("a text cannot begin with *", "a text that begins with * needs quotes"),
    "single document": ("a second document begins here", "keep one document in a file: take the line --- out"),
}


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
        raise _broken("is not UTF-8 text", path, line, column) from None
    try:
        node = compose(text)
    except MarkedYAMLError as error:
        raise _explain(error, path) from None
    except ReaderError as error:
        line, column = text.count("\n", 0, error.position) + 1, error.position - text.rfind("\n", 0, error.position)
        code = f"#x{error.character:04x}" if isinstance(error.character, int) else repr(error.character)
        message = f"holds a character that no text has ({code})"
        raise _broken(message, path, line, column, "type the line again") from None
    except (YAMLError, ValueError) as error:
        raise _broken(f"is not YAML: {str(error).splitlines()[0]}", path, 1) from None
    except RecursionError:
        raise _broken("is nested too deeply", path, 1) from None
    builder = _Builder(path)
    data = builder.build(node, ()) if node is not None else None
    problems = tuple(builder.problems)
    return Document(path, data, builder.lines, problems, hashlib.sha256(raw).hexdigest(), builder.columns)


def _broken(message: str, path: str, line: int, column: int = 1, hint: str = "") -> InvalidDefinition:
    return InvalidDefinition([Problem(message, path, line, hint=hint, rule="yaml", column=column)])


def _explain(error: MarkedYAMLError, path: str) -> InvalidDefinition:
    mark, context = error.problem_mark or error.context_mark, error.context
    # An open quote or bracket is only noticed further down, if not at the end of the file.
    if context and error.context_mark and any(end in (error.problem or "") for end in ("of stream", "<stream end>")):
        mark = error.context_mark
    words = ", ".join(part for part in (context, error.problem) if part)
    said, hint = next((said for sign, said in _SAYINGS.items() if sign in words), (words, ""))
    start = error.context_mark or mark
    message = said.replace("{line}", str(start.line + 1 if start else 1))
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return _broken(f"is not YAML: {message}", path, line, column, hint)


class _Builder:
    """Turns a node graph into plain data, noting lines and duplicate keys on the way."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines: dict[Loc, int] = {}
        self.columns: dict[Loc, int] = {}
        self.problems: list[Problem] = []

    def build(self, node: Node, loc: Loc) -> object:
        mark = node.start_mark
        self.lines.setdefault(loc, mark.line + 1)
        self.columns.setdefault(loc, mark.column + 1)
        if len(loc) > _MAX_DEPTH or len(self.lines) > _MAX_PLACES:
            raise _broken("is nested too deeply, or refers to itself", self.path, mark.line + 1, mark.column + 1)
        if isinstance(node, MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, SequenceNode):
            return [self.build(child, (*loc, index)) for index, child in enumerate(node.value)]
        text = str(node.value)
        self._check_characters(text, mark.line + 1, mark.column + 1, loc)
        return _plain_value(text, is_quoted=getattr(node, "style", None) is not None)

    def _check_characters(self, text: str, line: int, column: int, loc: Loc) -> None:
        if hidden := find_hidden(text):
            message = f"holds a control character ({hidden}), which no text needs"
            self._note(message, line, column, loc, "control-character")

    def _mapping(self, node: MappingNode, loc: Loc) -> dict[str, object]:
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            if not isinstance(key_node, ScalarNode):
                self._note("a key must be a single word or text", line, column, loc)
                continue
            key = str(key_node.value)
            self._check_characters(key, line, column, loc)
            if key in data:
                first = self.lines[(*loc, key)]
                self._note(f"'{key}' is given twice (first on line {first})", line, column, loc)
                continue
            self.lines[(*loc, key)], self.columns[(*loc, key)] = line, column
            data[key] = self.build(value_node, (*loc, key))
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
