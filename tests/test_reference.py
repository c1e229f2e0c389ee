"""The reference is made from the program: every command, option, key of a file and exported name is in it."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from support import ROOT

import sos_score
from sos_score.cli import app
from sos_score.commands.schema import MODELS

REFERENCE = ROOT / "docs" / "reference"
PAGES = runpy.run_path(str(REFERENCE / "generate.py"))["make_pages"]()


def read(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_reference_is_fresh(name: str) -> None:
    assert read(name) == PAGES[name], "run: python docs/reference/generate.py"


def test_every_page_of_the_reference_is_made_but_the_specification_which_states_more_than_the_code() -> None:
    assert {path.name for path in REFERENCE.glob("*.md")} == {*PAGES, "format.md"}


def list_commands(group: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from list_commands(command, f"{above}{name} ")
        else:
            yield above + name, command


COMMANDS = dict(list_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("words", COMMANDS)
def test_every_option_of_a_command_is_in_the_reference(words: str) -> None:
    section = read("commands.md").partition(f"\n## {words}\n")[2].partition("\n## ")[0]
    assert f"sos-score {words}" in section
    options = [name for part in COMMANDS[words].params for name in part.opts if name.startswith("-")]
    assert [name for name in options if f"`{name}`" not in section] == []


@pytest.mark.parametrize("kind", MODELS)
def test_every_key_of_a_file_is_in_the_reference(kind: str) -> None:
    schema = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8"))
    for name, part in schema.get("$defs", {}).items():
        section = read(f"{kind}.md").partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert [key for key in part["properties"] if f"\n| `{key}` |" not in section] == [], name
    top = read(f"{kind}.md").partition("\n## ")[0]
    assert [key for key in schema["properties"] if f"\n| `{key}` |" not in top] == []


def test_every_exported_name_is_in_the_reference() -> None:
    headings = {line.removeprefix("### ") for line in read("library.md").splitlines() if line.startswith("### ")}
    assert set(sos_score.__all__) <= headings


def test_what_a_key_may_be_and_its_default_are_in_words() -> None:
    study = read("study.md").splitlines()
    assert "| `alpha` | Two-sided level of every test. | number more than 0 less than 0.5 | `0.05` |" in study
    assert "| `sources` | By id. | mapping to [Source](#source) | required |" in study
    columns = read("columns.md").splitlines()
    assert any(line.startswith("| `labels` |") and "mapping to mapping to number" in line for line in columns)


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert "| `-i`, `--instrument` <code>ID&#124;PATH</code> | A shipped" in read("commands.md")
    rows = [line for name in PAGES for line in read(name).splitlines() if line.startswith("| `")]
    assert {line.count("|") for line in rows} == {4, 5}
