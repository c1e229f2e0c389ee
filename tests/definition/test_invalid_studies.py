"""Each study of tests/invalid/studies is refused with exactly the text beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sos_score import InvalidDefinition
from sos_score.cli import app
from sos_score.commands.validate import validate_paths
from sos_score.definition.study.rules import RULES
from sos_score.study.file import read_study

FOLDER = Path(__file__).parents[1] / "invalid" / "studies"
NAMES = sorted(path.name for path in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_user_sees_exactly_the_text_beside_the_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    result = CliRunner().invoke(app, ["validate", name])
    assert result.stderr == (FOLDER / name).with_suffix(".txt").read_text(encoding="utf-8")
    assert result.stdout == ""
    assert result.exit_code == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_problem_has_a_line_and_a_rule(name: str) -> None:
    for problem in validate_paths([str(FOLDER / name)]).problems:
        assert problem.line is not None
        assert problem.line >= 1
        assert problem.rule


def test_every_rule_of_a_study_is_broken_by_some_file() -> None:
    found = {problem.rule for problem in validate_paths(str(FOLDER / name) for name in NAMES).problems}
    assert set(RULES) <= found
    assert {"file", "missing-rule", "t-scores", "norm", "instrument"} <= found


def test_no_text_is_left_without_its_study() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {Path(name).stem for name in NAMES}


def test_a_study_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("- sites\n- sources\n", encoding="utf-8")
    with pytest.raises(InvalidDefinition) as refused:
        read_study(path)
    assert str(refused.value) == f"{path}:1: is not a study (a mapping of keys)"
