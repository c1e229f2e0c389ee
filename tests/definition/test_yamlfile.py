from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sos_score.definition.yaml.document import Document, name_place, parse_yaml, read_yaml, show_value
from sos_score.definition.yaml.writer import write_yaml
from sos_score.errors import InvalidDefinition, Problem


def parse(text: str) -> Document:
    return parse_yaml(text.encode(), "x.yaml")


def problem_in(raw: str | bytes) -> Problem:
    with pytest.raises(InvalidDefinition) as caught:
        parse_yaml(raw if isinstance(raw, bytes) else raw.encode(), "x.yaml")
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    "typed",
    ["No", "yes", "On", "Off", "012", "1:30", "0x1F", "1e5", "1_000", "2020-01-01", "True", "NULL", "-x", "N/A"],
)
def test_what_other_readers_turn_into_something_else_stays_what_was_typed(typed: str) -> None:
    assert parse(f"answer: {typed}").data == {"answer": typed}
    assert parse(f"{typed}: 1").data == {typed: 1}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("+3", 3),
        ("0", 0),
        ("0.5", 0.5),
        (".5", 0.5),
        ("2.", 2.0),
        ("1.5e-3", 0.0015),
        ("'12'", "12"),
        ('"true"', "true"),
        ("''", ""),
        ("80%", "80%"),
        ("9" * 19, "9" * 19),
    ],
)
def test_plain_values_are_those_of_json(typed: str, value: object) -> None:
    read = parse(f"a: {typed}").data
    assert read == {"a": value}
    assert isinstance(read, dict)
    assert type(read["a"]) is type(value)


def test_block_and_folded_text_is_text() -> None:
    assert parse("a: >-\n  12\nb: |\n  true\n").data == {"a": "12", "b": "true\n"}


def test_every_place_knows_its_line() -> None:
    document = parse("# c\na:\n  b: [x,\n    y]\n  c:\n    - {d: 1}\n    - e\n")
    lines = {(): 2, ("a",): 2, ("a", "b"): 3, ("a", "b", 0): 3, ("a", "b", 1): 4, ("a", "c"): 5}
    lines |= {("a", "c", 0): 6, ("a", "c", 0, "d"): 6, ("a", "c", 1): 7}
    assert document.lines == lines


def test_a_place_that_is_not_there_has_the_line_of_what_it_would_be_in() -> None:
    document = parse("a:\n  b: 1\n")
    assert document.line(("a", "z", 3)) == 1
    assert document.line(("a", "b", "z")) == 2
    assert document.line(("z",)) == 1


def test_windows_line_ends_and_a_byte_order_mark_do_not_move_lines() -> None:
    raw = b"\xef\xbb\xbfa: 1\r\nb: 2\r\n"
    document = parse_yaml(raw, "x.yaml")
    assert document.data == {"a": 1, "b": 2}
    assert document.line(("b",)) == 2
    assert document.sha256 == hashlib.sha256(raw).hexdigest()


def test_a_key_given_twice_is_a_problem_and_the_first_counts() -> None:
    document = parse("a:\n  b: 1\n  c: 2\n  b: 3\n")
    assert document.data == {"a": {"b": 1, "c": 2}}
    assert [str(problem) for problem in document.problems] == ["x.yaml:4: a: 'b' is given twice (first on line 2)"]


def test_a_key_that_is_not_text_is_a_problem() -> None:
    document = parse("? [a, b]\n: 1\nc: 2\n")
    assert document.data == {"c": 2}
    assert [(problem.line, problem.rule) for problem in document.problems] == [(1, "duplicate-key")]


def test_an_alias_stands_for_its_anchor_and_an_anchor_may_be_set_again() -> None:
    assert parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").data == {"a": 1, "b": 1, "c": 2, "d": 2}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [1,\n2\nb: 3\n", 3, "begins with [ on line 1"),
        ("z: 0\na: [1,\n2\n", 2, "begins with [ on line 2"),
        ("z: 0\na: 'x\nb: 1\n", 2, "the quotation mark on line 2 is never closed"),
        ("a: 1\nb: 2\n   c: 3\n", 3, "there is a colon where none can be"),
        ("a: 1\n---\nb: 1\n", 2, "a second document begins here"),
        ("a: 1\nb: *x\n", 2, "a text cannot begin with *"),
    ],
)
def test_what_is_not_yaml_is_located(text: str, line: int, words: str) -> None:
    problem = problem_in(text)
    assert (problem.line, problem.rule) == (line, "yaml")
    assert problem.message.startswith("is not YAML: ")
    assert words in problem.message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: b: c\n", "a text that holds a colon and a space needs quotes"),
        ("a:\n\tb: 1\n", "indent with spaces, not with tabs"),
        ("a: @b\n", "a text that begins with %, @ or ` needs quotes"),
        ("a: [1\n", "close it with ]"),
        ("a: 1\nb: \x07\n", "type the line again"),
        ("a: 1\n b: 2\n", "a text that holds a colon and a space needs quotes"),
        ("a:\n  - 1\n  b: 2\n", "entries of one list begin in the same column"),
    ],
)
def test_common_slips_have_a_hint(text: str, hint: str) -> None:
    assert problem_in(text).hint == hint


def test_bytes_that_are_not_utf_8_are_located() -> None:
    problem = problem_in(b"a: 1\nb: caf\xe9\n")
    assert (problem.line, problem.message) == (2, "is not UTF-8 text")


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]\n",
        "[" * 60 + "]" * 60,
        "[" * 20_000,
        "\n".join(f"{chr(97 + n)}: &{chr(97 + n)} [{','.join(['*' + chr(96 + n)] * 9)}]" for n in range(1, 12)).replace(
            "*`", "x"
        ),
    ],
    ids=["a circle", "deep", "very deep", "aliases of aliases"],
)
def test_a_small_file_cannot_become_a_large_one(text: str) -> None:
    if text.startswith("b: &b"):
        text = "a: &a [x, x, x, x, x, x, x, x, x]\n" + text
    assert problem_in(text).message.startswith("is nested too deeply")


def test_an_empty_file_holds_nothing() -> None:
    document = parse("# only a comment\n")
    assert document.data is None
    assert document.line(("a",)) == 1


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(InvalidDefinition, match=r"none\.yaml: cannot be read \(No such file or directory\)"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(InvalidDefinition, match=r"cannot be read \(Is a directory\)"):
        read_yaml(tmp_path)


def test_a_place_is_written_as_a_person_would() -> None:
    assert name_place(("examples", 0, "answers", "q_1")) == "examples[0].answers.q_1"
    assert name_place(()) == ""


def test_a_value_is_shown_as_its_author_knows_it() -> None:
    assert show_value({"a": 1}) == "a mapping"
    assert show_value(1.5) == "1.5"
    assert show_value(False) == "false"
    assert show_value("x" * 80) == "'" + "x" * 56 + "..."


# Line breaks and invisible characters fold inside a quoted YAML text, so they are left out.
_TEXT = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**16), 10**16) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=12,
)


@given(_VALUES)
def test_json_is_read_as_json(value: object) -> None:
    assert parse(json.dumps(value, ensure_ascii=False, indent=1)).data == value


@given(st.text(st.sampled_from("ab:- \n[]{},'\"&*!|>%@#?0.~\t\x01\ufeff"), max_size=40))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    places = range(1, text.count("\n") + 2)
    lines = read_lines(text.encode())
    assert lines
    assert all(line in places for line in lines)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    assert read_lines(raw)


def read_lines(raw: bytes) -> list[int | None]:
    try:
        return list(parse_yaml(raw, "x.yaml").lines.values()) or [1]
    except InvalidDefinition as error:
        return [problem.line for problem in error.problems]


@given(_VALUES.filter(lambda value: not isinstance(value, int) or abs(value) < 10**18))
def test_what_is_written_is_read_again_as_it_was(value: object) -> None:
    assert parse(write_yaml({"a": value})).data == {"a": value}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (["No", "1:30", "yes", "Why?", "a:b", "it's"], "[No, 1:30, yes, Why?, a:b, it's]"),
        (["true", "012", "1e5", "0x1F"], "['true', '012', '1e5', '0x1F']"),
        (["1_000", "2020-01-01", "NULL", ""], "['1_000', '2020-01-01', 'NULL', '']"),
        (["it's, so", "a\nb"], '["it\'s, so", "a\\nb"]'),
        ([1, 0.5, 1e-7, True, None], "[1, 0.5, 1.0e-07, true, null]"),
        (["x y" * 600], f"[{'x y' * 600}]"),
    ],
)
def test_texts_are_quoted_only_where_yaml_1_2_takes_them_for_something_else(value: list[object], written: str) -> None:
    assert write_yaml({"a": value}) == f"a: {written}\n"
