"""YAML composed without what is not needed is YAML as ruamel.yaml composes it, and wrong in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import Node
from support import ROOT

from sos_score.definition.yaml.parser import compose

FILES = [path for folder in ("instruments", "examples", "tests/invalid") for path in (ROOT / folder).rglob("*.y*ml")]
# What refers to itself cannot be drawn here; its words are among the tests of invalid files.
FILES = [path for path in FILES if path.stem != "yaml-nested-in-itself"]
TEXTS = {
    "nothing": "",
    "a comment": "# nothing here\n",
    "one word": "yes",
    "an alias": "a: &here [1, 2]\nb: *here\nc: {<<: *here}\n",
    "an anchor used again": "a: &x 1\nb: &x 2\nc: *x\n",
    "a tag": "a: !!str 1\nb: !own {c: d}\n",
    "a version": "%YAML 1.1\n---\na: yes\nb: 1:30\n",
    "blocks of text": "a: |\n  one\n  two\nb: >-\n  three\n  four\n",
    "quotes": "a: 'it''s'\nb: \"x\\ty\"\n\"c d\": e\n",
    "long keys": "? [a, b]\n: c\n? d\n: e\n",
    "flow over lines": "a: {b: [1,\n  2], c: 'x: y', d:e: f}\n",
    "a plain text over lines": "a: one\n  two\n\n  three # why\n",
    "an unknown alias": "a: *nowhere\n",
    "a tab": "a:\n\tb: 1\n",
    "an open bracket": "a: [1, 2\nb: 3\n",
    "an open quote": "a: 'one\nb: two\n",
    "two colons": "a: b: c\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "a bad indent": "a:\n    b: 1\n  c: 2\n",
    "a bad start": "a: @b\n",
}


def draw(node: Node | None) -> Any:
    """Return everything of a node that is read: its kind, text, style and line, and so below it."""
    if node is None:
        return None
    value: Any = node.value
    if isinstance(value, list):
        value = [tuple(map(draw, each)) if isinstance(each, tuple) else draw(each) for each in value]
    return type(node).__name__, value, getattr(node, "style", None), node.start_mark.line, node.start_mark.column


def expect(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False
    try:
        return draw(yaml.compose(text))
    except YAMLError as error:
        return str(error)


def get(text: str) -> Any:
    try:
        return draw(compose(text))
    except YAMLError as error:
        return str(error)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_every_form_of_yaml_gives_the_same_nodes_or_the_same_error(text: str) -> None:
    assert get(text) == expect(text)


def test_some_of_these_forms_are_errors_and_some_are_not() -> None:
    assert {isinstance(expect(text), str) for text in TEXTS.values()} == {True, False}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_of_the_project_gives_the_same_nodes_or_the_same_error(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", errors="ignore")
    assert get(text) == expect(text)
