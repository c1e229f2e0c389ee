import ast
import shutil
from contextlib import chdir
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sos_score.cli import app

STUDY = Path(__file__).parents[2] / "examples" / "contrast_study"


@pytest.fixture(scope="session")
def planned():
    """The constants of the generator, read without running it."""
    source = ast.parse((STUDY / "generate.py").read_text(encoding="utf-8"))
    values = {ast.unparse(node.targets[0]): node.value for node in source.body if isinstance(node, ast.Assign)}
    return {name: ast.literal_eval(values[name]) for name in ("NORMS", "LEVELS", "TEAMS")}


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """A copy of the study in which every command of its README was run, and what each came to."""
    folder = tmp_path_factory.mktemp("study") / "contrast_study"
    shutil.copytree(STUDY, folder)
    readme = (STUDY / "README.md").read_text(encoding="utf-8")
    commands = [line.split() for line in readme.splitlines() if line.startswith("sos-score score")]
    with chdir(folder):
        results = {Path(command[2]).name: CliRunner().invoke(app, command[1:]) for command in commands}
    return folder, results


@pytest.fixture(scope="session")
def scores(runs):
    folder, _ = runs
    return {path.name.removesuffix("_scores.csv"): pd.read_csv(path) for path in folder.glob("*_scores.csv")}


@pytest.fixture(scope="session")
def climate(scores):
    return pd.concat([scores["osc_t1"], scores["osc_t2"]], ignore_index=True)
