"""Definitions are checked in CI without what only the other commands need."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT

RUNS = ["validate {instruments} --profile strict", "list", "show wai-s", "schema instrument", "diff wai-s wai-sr"]
LACKING = """\
'{command}' needs {lacking}, which is not installed.
  hint: validate, list, show, schema and diff run without it; for the rest: python -m pip install sos-score
"""


def test_the_requirements_are_those_of_the_project() -> None:
    make = runpy.run_path(str(ROOT / ".ci" / "requirements.py"))["make_requirements"]
    assert (ROOT / "requirements-validate.txt").read_text(encoding="utf-8") == make(), "run: python .ci/requirements.py"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return sos-score in an environment with the light installation and nothing else."""
    folder = tmp_path_factory.mktemp("light") / "environment"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for what in (["-r", ROOT / "requirements-validate.txt"], ["--no-deps", ROOT]):
        subprocess.run([*pip, *what], check=True)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    assert size < 100_000_000
    return folder / "bin" / "sos-score"


def run(program: Path, words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [program, *words.format(instruments=ROOT / "instruments").split()]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("words", RUNS)
def test_what_is_about_definitions_runs(words: str, program: Path, tmp_path: Path) -> None:
    done = run(program, words, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.slow
def test_any_other_command_names_what_to_install(program: Path, tmp_path: Path) -> None:
    done = run(program, "compare study.yaml", tmp_path)
    lacking = done.stderr.partition(" needs ")[2].partition(",")[0]
    assert (done.returncode, done.stderr) == (2, LACKING.format(command="compare", lacking=lacking))
    assert lacking in ("numpy", "polars")
