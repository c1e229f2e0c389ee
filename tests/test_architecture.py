"""What holds the program together: who imports whom, what is public, what stays unloaded, what is documented."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

import sos_score
from sos_score.cli import app

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sos_score"
ORDER = [
    "version",
    "characters",
    "errors",
    "inputs",
    "temporary",
    "words",
    "sentences",
    "notes",
    "definition",
    "survey",
    "scoring",
    "study",
    "statistics",
    "psychometrics",
    "plausibility",
    "check",
    "comparison",
    "output",
    "report",
    "export",
    "commands",
    "cli",
]
FILES = sorted(PACKAGE.rglob("*.py"))


def list_commands(group: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each command's words and the command, those of groups of commands included."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from list_commands(command, (*above, name))
        else:
            yield (*above, name), command


COMMANDS = dict(list_commands(typer.main.get_command(app)))


@cache
def parse_imports(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """Return every import of a file, wherever it stands; each file is read once for all tests."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def list_imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every module a file imports anywhere, for type checkers only included, and the line."""
    for node in parse_imports(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        else:
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            yield node.lineno, node.module or ""
            # "from sos_score.report import tables" imports a module as well.
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def stage_of(module: str) -> str:
    """Return the stage a module of this package belongs to; nothing for other modules and for names."""
    parts = module.split(".")
    return parts[1] if parts[0] == "sos_score" and len(parts) > 1 and parts[1] in ORDER else ""


def test_every_part_of_the_package_has_its_place_in_the_order() -> None:
    parts = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert parts - {"__init__", "__main__"} == set(ORDER)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    wrong = [
        f"{path}:{line}: {module}"
        for line, module in list_imports(path)
        if own in ORDER and stage_of(module) and ORDER.index(stage_of(module)) > ORDER.index(own)
    ]
    assert wrong == []


def draw_imports() -> str:
    """Return, for each folder of the package from the ground up, the folders it imports from."""
    used: dict[str, set[str]] = {part: set() for part in ORDER}
    for path in FILES:
        own = path.relative_to(PACKAGE).with_suffix("").parts[0]
        if own in used:
            used[own] |= {stage_of(module) for _, module in list_imports(path)} - {"", own}
    width = max(map(len, ORDER))
    lines = [f"{part:<{width}}  {', '.join(each for each in ORDER if each in used[part])}".rstrip() for part in ORDER]
    return "\n".join(lines)


def test_the_page_on_the_house_draws_the_imports_as_they_are() -> None:
    page = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    assert f"```text\n{draw_imports()}\n```" in page


def test_no_two_files_import_each_other_in_a_circle() -> None:
    modules = {".".join(("sos_score", *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in FILES}
    imports = {
        name: {module for _, module in list_imports(path) if module in modules and module != name}
        for name, path in modules.items()
        if not name.endswith("__init__")
    }
    left = dict(imports)
    while free := [name for name, wanted in left.items() if not wanted & left.keys()]:
        for name in free:
            del left[name]
    assert sorted(left) == []


def test_the_order_is_seen_where_it_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text("if TYPE_CHECKING:\n    from sos_score.output.table import Table\nfrom sos_score import cli\n")
    stages = {stage_of(module) for _, module in list_imports(path)}
    assert stages == {"output", "cli", ""}


def test_nothing_is_taken_from_the_top_of_the_package() -> None:
    for path in FILES:
        for node in parse_imports(path):
            assert not (isinstance(node, ast.ImportFrom) and node.module == "sos_score"), path


def test_what_is_exported_is_what_type_checkers_see() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    seen = [
        alias.name
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    assert sorted(seen) == sorted(sos_score.__all__)
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("name", sos_score.__all__)
def test_an_exported_name_can_be_imported_and_is_explained(name: str) -> None:
    exported = getattr(sos_score, name)
    assert exported.__name__ == name
    assert inspect.getdoc(exported)


@pytest.mark.parametrize("name", sos_score.__all__)
def test_an_exported_name_is_in_the_docs(name: str) -> None:
    assert name in read_docs()


def test_a_name_that_is_not_exported_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sos_score.nothing


def test_the_public_names_are_offered_before_the_first_is_used() -> None:
    assert dir(sos_score) == sorted(["__version__", *sos_score.__all__])


HEAVY = ("pingouin", "scipy.stats", "statsmodels", "matplotlib", "pandas", "pyreadstat", "docx", "xlsxwriter")
RUN = f"""
import sys
from sos_score.cli import main
try:
    main()
except SystemExit as error:
    code = error.code
print([name for name in {HEAVY!r} if name in sys.modules], code or 0, file=sys.stderr)
"""


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["list"],
        ["show", "wai"],
        ["validate", "instruments", "examples/contrast_study"],
        ["score", "examples/wai_s_labels.csv", "-i", "wai-s"],
        ["check", "examples/wai_s_labels.csv", "-i", "wai-s"],
    ],
    ids=lambda args: args[0],
)
def test_nothing_heavy_is_loaded_by(args: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", RUN, *args], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr.splitlines()[-1] == "[] 0"


@cache
def read_docs() -> str:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages if page.exists())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_and_each_of_its_options_have_help(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", ""), parameter.name
    shown = CliRunner().invoke(app, [*words, "--help"])
    assert shown.exit_code == 0
    assert command.help.split()[0] in shown.stdout


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_is_in_the_docs(words: tuple[str, ...]) -> None:
    assert f"sos-score {' '.join(words)}" in read_docs()


def test_a_command_has_a_module_of_its_own() -> None:
    modules = {path.stem.removesuffix("_command") for path in (PACKAGE / "cli").glob("*_command.py")}
    assert modules == {words[0] for words in COMMANDS}
