"""Each file of tests/invalid/definitions is refused with exactly the text beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sos_score.cli import app
from sos_score.commands.validate import validate_paths
from sos_score.definition.instrument.rules.lint import RULES

FOLDER = Path(__file__).parents[1] / "invalid" / "definitions"
NAMES = sorted(path.name for path in FOLDER.glob("*.yaml"))

# What is found outside the rules of lint: in the file, in its form, and in its examples.
OTHER_RULES = {
    "yaml",
    "duplicate-key",
    "id-file",
    "example-answer",
    "example-score",
    "missing",
    "extra-forbidden",
    "literal-error",
    "string-type",
    "int-type",
    "float-type",
    "dict-type",
    "model-type",
    "list-type",
    "string-too-short",
    "too-short",
    "greater-than-equal",
    "string-pattern-mismatch",
    "finite-number",
    "value-error",
}


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


def test_every_rule_has_a_file_that_breaks_it() -> None:
    found = {problem.rule for problem in validate_paths([str(FOLDER)]).problems}
    assert found == set(RULES) | OTHER_RULES


def test_every_text_has_its_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {Path(name).stem for name in NAMES}
