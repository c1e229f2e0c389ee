"""Each file of tests/invalid/definitions is refused with exactly the text beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sos_score.cli import app
from sos_score.commands.validate import validate_paths
from sos_score.definition.catalogue.registry import CATALOGUE
from sos_score.definition.catalogue.rule import Level

FOLDER = Path(__file__).parents[1] / "invalid" / "definitions"
NAMES = sorted(path.name for path in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_user_sees_exactly_the_text_beside_the_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    result = CliRunner().invoke(app, ["validate", name])
    assert result.stderr == (FOLDER / name).with_suffix(".txt").read_text(encoding="utf-8")
    assert result.stdout == ""
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("name", NAMES)
def test_every_problem_has_a_file_a_line_inside_it_and_a_rule(name: str) -> None:
    path = FOLDER / name
    lines = max(1, len(path.read_bytes().splitlines()))
    for problem in validate_paths([str(path)]).problems:
        assert problem.path == str(path)
        assert problem.line is not None
        assert 1 <= problem.line <= lines
        assert problem.rule


def test_every_error_of_a_definition_has_a_file_that_breaks_it() -> None:
    found = {problem.rule for problem in validate_paths([str(FOLDER)]).problems}
    errors = {
        rule.name
        for rule in CATALOGUE.values()
        if rule.default is Level.ERROR and rule.kind in ("instrument", "any") and rule.name not in ADVISED
    }
    assert errors <= found


# Looked for only where a definition can be scored, or its history is known; their examples are in tests/rules.
ADVISED = {
    "file", "other", "norm-impossible", "starter-text", "wording-without-licence", "unknown-rule", "error-suppressed",
    "reason-too-short", "version-not-raised",
}  # fmt: skip


def test_every_text_has_its_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {Path(name).stem for name in NAMES}
