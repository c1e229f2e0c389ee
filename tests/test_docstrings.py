"""Docstrings: numpydoc where somebody imports it or a statistic has a source, elsewhere a sentence."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import sos_score

PACKAGE = Path(sos_score.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
SECTION = re.compile(r"(?m)^(\w[\w ]*)\n-{3,}\n")
SOURCE = re.compile(
    r"\((?:1[89]|20)\d\d[a-z]?\)|\b(?:1[89]|20)\d\d\b|\bR \d|\b\w+::\w+|`?scipy\.stats|statsmodels|pingouin"
)
NUMPYDOC = {"Parameters", "Returns", "Yields", "Raises"}


@dataclass(frozen=True)
class Documented:
    """A class or function with its docstring, and whether it is read outside: exported, or a part of a file's model."""

    place: str
    name: str
    text: str
    is_read: bool


def list_documented(path: Path) -> Iterator[Documented]:
    """Yield what has a docstring in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and (text := ast.get_docstring(node)):
            is_read = node.name in sos_score.__all__ or isinstance(node, ast.ClassDef)
            yield Documented(f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}", node.name, text, is_read)


def list_sections(text: str) -> dict[str, str]:
    """Return the numpydoc sections of a docstring."""
    _, *parts = SECTION.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def list_bare(section: str) -> list[str]:
    """Return the entries of a section that say nothing but a name and a type."""
    entries: dict[str, bool] = {}
    last = ""
    for line in inspect.cleandoc("\n" + section).splitlines():
        if line and not line.startswith(" "):
            last = line
            entries[last] = False
        elif line.strip():
            entries[last] = True
    return [entry for entry, is_described in entries.items() if not is_described]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_numpydoc_is_for_exported_names_and_for_statistics_with_a_source(path: Path) -> None:
    wrong = [
        each.place
        for each in list_documented(path)
        if not each.is_read and NUMPYDOC & list_sections(each.text).keys() and not SOURCE.search(each.text)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_entry_of_a_docstring_only_repeats_the_type(path: Path) -> None:
    bare = [
        f"{each.place}: {entry}"
        for each in list_documented(path)
        for name in ("Parameters", "Attributes")
        for entry in list_bare(list_sections(each.text).get(name, ""))
    ]
    assert bare == []


@pytest.mark.parametrize("name", [name for name in sos_score.__all__ if inspect.isfunction(getattr(sos_score, name))])
def test_an_exported_function_explains_every_parameter_and_what_it_returns(name: str) -> None:
    function = getattr(sos_score, name)
    sections = list_sections(inspect.getdoc(function) or "")
    named = set(re.findall(r"(?m)^([\w, ]+)(?: :.*)?$", sections.get("Parameters", "")))
    explained = {part.strip() for entry in named for part in entry.split(",")}
    assert set(inspect.signature(function).parameters) <= explained
    assert "Returns" in sections


def test_what_breaks_the_rules_is_seen() -> None:
    text = "Return it.\n\nParameters\n----------\npanel : Panel\nalpha : float\n    Level.\n"
    assert list_bare(list_sections(text)["Parameters"]) == ["panel : Panel"]
    assert not SOURCE.search(text)
    assert SOURCE.search("Derrick et al. (2017).")
