"""YAML is read alike by libyaml and by PyYAML's own parser, and as YAML 1.2 wherever the two versions differ."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from support import ROOT

from sos_score.definition.yaml import parser
from sos_score.definition.yaml.document import parse_yaml
from sos_score.errors import InvalidDefinition

FILES = [path for folder in ("instruments", "examples", "tests/invalid") for path in (ROOT / folder).rglob("*.y*ml")]
TEXTS = {
    "nothing": "",
    "a comment": "# nothing here\n",
    "a start and an end": "---\n...\n",
    "one word": "yes",
    "an alias": "a: &here [1, {d: 2}]\nb: *here\nc: {<<: *here}\n*here : e\n",
    "an anchor used again": "a: &x 1\nb: &x 2\nc: *x\n",
    "an alias of what holds an alias": "a: &x 1\nb: &y [*x]\nc: &x 2\nd: *y\n",
    "a tag": "a: !!str 1\nb: !own {c: d}\n",
    "a version": "%YAML 1.1\n---\na: yes\nb: 1:30\n",
    "blocks of text": "a: |\n  one\n  two\nb: >-\n  three\n  four\n",
    "quotes": "a: 'it''s'\nb: \"x\\ty\"\n\"c d\": e\n",
    "quotes over lines": "a: 'one\n  two\n\n  three'\nb: \"x\\\n  y\"\n",
    "keys that are no text": "? [a, {b: c}]\n: [d, {e: f}]\n? d\n: e\n",
    "a key given twice": "a: 1\na: [b, {c: d}]\ne: 2\n",
    "flow over lines": "a: {b: [1,\n  2], c: 'x: y', d:e: f}\n",
    "a colon without a space": "a: {b:1}\nc: [d:e]\nf: [g: h]\n",
    "a plain text over lines": "a: one\n  two\n\n  three # why\n",
    "signs inside a text": "a: b#c\nd: e-f\ng: h&i*j!k|l>m%n@o`p\n",
    "characters of all planes": "caf\xe9: \U0001f600 x\nb: \U0001f600\n",
    "a byte order mark inside": "a: \ufeffb\n",
    "line ends of all kinds": "a: 1\r\nb: 2\rc: 3\n",
    "an unknown alias": "a: *nowhere\n",
    "a tab": "a:\n\tb: 1\n",
    "an open bracket": "a: [1, 2\nb: 3\n",
    "an open bracket at the end": "a:\n- [1, 2",
    "an open quote": "a: 'one\nb: two\n",
    "two colons": "a: b: c\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "a bad indent": "a:\n    b: 1\n  c: 2\n",
    "a bad indent of the first line": "  a: 1\nb: 2\n",
    "a bad list": "a:\n  - 1\n  b: 2\n",
    "a bad start": "a: @b\n",
    "a key of more than a thousand characters": "a" * 1025 + ": 1\n",
    "a character that no text has": "a: 1\nb: x\x07\n",
    "a line end of YAML 1.1": "a: 1\nb: x\x85c: 2\n",
}


def read(raw: bytes) -> Any:
    """Return all that is read of a file, or the problem with its place."""
    try:
        found = parse_yaml(raw, "x.yaml")
    except InvalidDefinition as error:
        return [(each.message, each.line, each.column, each.hint) for each in error.problems]
    return found.data, found.lines, found.columns, found.problems


@pytest.mark.parametrize(
    "raw",
    [*(text.encode() for text in TEXTS.values()), *(path.read_bytes() for path in FILES)],
    ids=[*TEXTS, *(str(path.relative_to(ROOT)) for path in FILES)],
)
def test_what_is_read_depends_on_no_library_in_c(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    by_libyaml = read(raw)
    monkeypatch.setattr(parser, "_LOADER", yaml.SafeLoader)
    assert read(raw) == by_libyaml


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader])
def test_a_character_that_there_cannot_be_is_a_problem(loader: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "_LOADER", loader)
    assert read(b'a: "\\UFFFFFFFF"')[0][0].startswith("is not YAML: ")


@pytest.mark.parametrize("sign", ["[", "{", "{a: ", "- ", "? ", "[a, "])
@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader])
def test_a_file_nested_far_too_deeply_is_a_problem(
    loader: type[Any], sign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser, "_LOADER", loader)
    assert read((sign * 20_000).encode())[0][:2] == ("is nested too deeply, or refers to itself", 1)


def test_a_question_mark_in_a_list_is_one_to_libyaml_and_told_by_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b"a: [Why?, w?y]\nb: {what?: 1}\nc: why? so\n"
    assert parse_yaml(raw, "x.yaml").data == {"a": ["Why?", "w?y"], "b": {"what?": 1}, "c": "why? so"}
    monkeypatch.setattr(parser, "_LOADER", yaml.SafeLoader)
    assert read(raw)[0][1:3] == (1, 8)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("nothing", None),
        ("a start and an end", None),
        ("one word", "yes"),
        (
            "an alias",
            {"a": [1, {"d": 2}], "b": [1, {"d": 2}], "c": {"<<": [1, {"d": 2}]}},
        ),
        ("an alias of what holds an alias", {"a": 1, "b": [1], "c": 2, "d": [1]}),
        ("a tag", {"a": 1, "b": {"c": "d"}}),
        ("a version", {"a": "yes", "b": "1:30"}),
        ("quotes over lines", {"a": "one two\nthree", "b": "xy"}),
        ("keys that are no text", {"d": "e"}),
        ("a key given twice", {"a": 1, "e": 2}),
        ("flow over lines", {"a": {"b": [1, 2], "c": "x: y", "d:e": "f"}}),
        ("a colon without a space", {"a": {"b:1": None}, "c": ["d:e"], "f": [{"g": "h"}]}),
        ("signs inside a text", {"a": "b#c", "d": "e-f", "g": "h&i*j!k|l>m%n@o`p"}),
        ("characters of all planes", {"caf\xe9": "\U0001f600 x", "b": "\U0001f600"}),
        ("a byte order mark inside", {"a": "\ufeffb"}),
        ("line ends of all kinds", {"a": 1, "b": 2, "c": 3}),
    ],
)
def test_every_form_of_yaml_is_read_as_it_is_meant(name: str, data: object) -> None:
    assert parse_yaml(TEXTS[name].encode(), "x.yaml").data == data


def test_an_alias_has_the_lines_of_what_it_stands_for() -> None:
    found = parse_yaml(b"a: &here\n  - x\n  - {y: z}\nb: *here\n", "x.yaml")
    assert {place: line for place, line in found.lines.items() if place[:1] == ("b",)} == {
        ("b",): 4, ("b", 0): 2, ("b", 1): 3, ("b", 1, "y"): 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "place", "words"),
    [
        ("an unknown alias", (1, 4), "a text cannot begin with *"),
        ("a tab", (2, 1), "the line is indented with a tab"),
        ("an open bracket", (2, 2), "the list that begins with [ on line 1 is not closed properly"),
        ("an open bracket at the end", (2, 3), "the list that begins with [ on line 2 is not closed properly"),
        ("an open quote", (1, 4), "the quotation mark on line 1 is never closed"),
        ("two colons", (1, 5), "there is a colon where none can be"),
        ("two documents", (2, 1), "a second document begins here"),
        ("a bad indent", (3, 3), "the line does not fit the lines around it"),
        ("a bad indent of the first line", (2, 1), "the line does not fit the lines around it"),
        ("a bad list", (3, 3), "the line does not fit the list around it"),
        ("a bad start", (1, 4), "a text cannot begin like this"),
        ("a character that no text has", (2, 5), "holds a character that no text has (#x0007)"),
        ("a line end of YAML 1.1", (2, 5), "holds a character that no text has (#x0085)"),
    ],
)
def test_every_slip_has_its_place(name: str, place: tuple[int, int], words: str) -> None:
    ((message, line, column, _),) = read(TEXTS[name].encode())
    assert ((line, column), message.removeprefix("is not YAML: ")) == (place, words)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("**bold**", "a text cannot begin with *"),
        ("& so on", "a text cannot begin with &"),
        ("> 5", "a text cannot begin with > or |"),
        ("|x|", "a text cannot begin with > or |"),
        ("%5", "a text cannot begin like this"),
        ('"C:\\data"', "a backslash in double quotes begins nothing that YAML knows"),
        ('"\\x1"', "a backslash in double quotes begins nothing that YAML knows"),
        ('"\\uD800"', "a backslash in double quotes begins nothing that YAML knows"),
    ],
)
def test_a_text_that_begins_with_a_sign_of_yaml_is_told(value: str, words: str) -> None:
    ((message, line, _, hint),) = read(f"a: 1\nb: {value}\n".encode())
    assert (message, line) == (f"is not YAML: {words}", 2)
    assert "quotes" in hint
