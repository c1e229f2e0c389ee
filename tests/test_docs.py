"""Every command and output the docs show is what a reader gets."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
from support import ROOT, run_shell

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def split_commands(block: str) -> list[tuple[str, str]]:
    """Return each ``$ command`` of a block with the output printed below it."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def show_lines(text: str) -> list[str]:
    """Return lines without the blanks a table pads them with."""
    return [line.rstrip() for line in text.strip().splitlines()]


# This page makes the report several times.
TIMED = [pytest.param(page, marks=pytest.mark.slow) if page.name == "report.md" else page for page in PAGES]


@pytest.mark.parametrize("page", TIMED, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_shows_what_its_commands_print(page: Path, workplace: Path) -> None:
    for block in CONSOLE.findall(page.read_text(encoding="utf-8")):
        for command, shown in split_commands(block):
            assert show_lines(run_shell(command, workplace)) == show_lines(shown), command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_shows_what_its_python_gives(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    examples = doctest.DocTestParser().get_doctest(
        "\n".join(PYTHON.findall(page.read_text(encoding="utf-8"))), {}, page.name, str(page), 0
    )
    assert doctest.DocTestRunner().run(examples).failed == 0
