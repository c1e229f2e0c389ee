"""Every command and output the docs show is what a reader gets."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest
from support import ROOT, run_command

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Commands with their output; or a file that a reader is shown or told to write, as ```yaml title="name.yaml", or to
# change, as ```diff title="name.yaml".
BLOCK = re.compile(
    r'^```(?:console|(?P<kind>\w+) title="(?P<file>[^"]+)")\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL
)
PYTHON = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def split_commands(block: str) -> list[tuple[str, str]]:
    """Return each ``$ command`` of a block with the output printed below it."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def put_file(workplace: Path, block: re.Match[str]) -> None:
    """Write or change a file as a page tells its reader to; one that is there must hold what the page shows."""
    path, text = workplace / block["file"], block["text"]
    held = path.read_text(encoding="utf-8") if path.exists() else text
    if block["kind"] == "diff":
        for old, new in re.findall(r"^-(.*\n)((?:\+.*\n)+)", text, re.MULTILINE):
            assert held.count(old) == 1, old
            held = held.replace(old, re.sub(r"^\+", "", new, flags=re.MULTILINE))
    else:
        assert text in held, path
    path.write_text(held, encoding="utf-8")


def show_lines(text: str) -> list[str]:
    """Return lines without the blanks a table pads them with."""
    return [line.rstrip() for line in text.strip().splitlines()]


# This page makes the report several times.
TIMED = [pytest.param(page, marks=pytest.mark.soak) if page.name == "report.md" else page for page in PAGES]


@pytest.mark.parametrize("page", TIMED, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_shows_what_its_commands_print(page: Path, workplace: Path) -> None:
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["file"]:
            put_file(workplace, block)
            continue
        for command, shown in split_commands(block["text"]):
            assert show_lines(run_command(command, workplace)[0]) == show_lines(shown), command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_shows_what_its_python_gives(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    examples = doctest.DocTestParser().get_doctest(
        "\n".join(PYTHON.findall(page.read_text(encoding="utf-8"))), {}, page.name, str(page), 0
    )
    assert doctest.DocTestRunner().run(examples).failed == 0


USER_PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page.name != "contributing.md"),
]


def list_commands(page: Path) -> list[str]:
    blocks = BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [command for block in blocks if not block["file"] for command, _ in split_commands(block["text"])]


@pytest.mark.parametrize("page", USER_PAGES, ids=lambda page: page.name)
def test_a_page_for_beginners_uses_no_command_but_sos_score_so_that_it_works_in_powershell_too(page: Path) -> None:
    for command in list_commands(page):
        words = shlex.split(command)
        assert words[0] == "sos-score", command
        assert not {"|", "&&", ";", ">", "2>&1"} & set(words), command
        assert "'" not in command, command


def test_a_page_that_explains_begins_with_words_and_not_with_python() -> None:
    pages = [*(ROOT / "docs" / "explanation").glob("*.md"), ROOT / "docs" / "glossary.md"]
    assert [page.name for page in pages if "```pycon" in page.read_text(encoding="utf-8")] == []


def test_the_readme_has_two_commands_and_what_follows_the_first_does_not_write_its_files_again() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first, second = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert "sos-score score examples/wai_s_labels.csv" in first
    assert "pytest" in second
    made = re.findall(r"-o (\S+)", first)
    assert made == ["scores.csv"]
    assert not [command for command in list_commands(ROOT / "README.md") if f"-o {made[0]}" in command]


def test_the_installation_page_has_the_same_steps_for_each_system_and_windows_first() -> None:
    text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    parts = dict(part.split("\n", 1) for part in text.split("\n## ")[1:])
    assert [name for name in parts if name in ("Windows", "macOS", "Linux")] == ["Windows", "macOS", "Linux"]
    steps = {
        name: re.search(r"```\w+\n(.*?)```", parts[name], re.DOTALL)[1].splitlines()  # type: ignore[index] # there
        for name in ("Windows", "macOS", "Linux")
    }
    assert steps["macOS"] == steps["Linux"]
    for name, python in (("Windows", "py"), ("Linux", "python3")):
        assert steps[name][:2] == [f"{python} --version", f"{python} -m venv .venv"]
        assert "ctivate" in steps[name][2]
        assert steps[name][3:] == ["python -m pip install .", "sos-score --version"]


def test_every_link_to_the_glossary_is_to_a_term_it_has() -> None:
    terms = {
        re.sub(r"[^\w -]", "", line[3:].lower()).replace(" ", "-")
        for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("## ")
    }
    linked = {term for page in PAGES for term in re.findall(r"glossary\.md#([\w-]+)", page.read_text(encoding="utf-8"))}
    assert linked <= terms
    assert len(terms) >= 40


def test_the_figures_on_overlapping_samples_are_those_of_its_command(workplace: Path) -> None:
    text = (ROOT / "docs" / "explanation" / "overlapping.md").read_text(encoding="utf-8")
    figures = re.findall(r"\| (-?\d\.\d\d \[.*?\]) \|$", text, re.MULTILINE)
    command = re.search(r"`(sos-score compare [^`]*)`", text)
    assert command
    assert len(figures) == 3
    printed, _ = run_command(command[1], workplace)
    assert [each for each in figures if each not in printed] == []
