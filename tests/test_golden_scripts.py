"""The numbers from R are what their scripts make, where R and its packages are there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest
from support import ROOT

GOLDEN = ROOT / "tests" / "golden"
SCRIPTS = sorted(GOLDEN.glob("*/make_*.R"))
OTHER_VERSIONS, NO_PACKAGE = 3, 77


def leave_out(reason: str) -> NoReturn:
    """Skip a test, or fail where everything it needs should have been installed."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


def test_every_folder_of_golden_numbers_has_its_script() -> None:
    folders = sorted(path for path in GOLDEN.iterdir() if path.is_dir())
    assert folders
    assert [path.parent for path in SCRIPTS] == folders


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.parent.name)
def test_r_makes_the_committed_numbers_again(script: Path, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        leave_out("Rscript is not installed")
    command = ["Rscript", "--vanilla", str(script), str(tmp_path / "made"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300)
    if done.returncode == NO_PACKAGE:
        leave_out(done.stdout.strip())
    if done.returncode == OTHER_VERSIONS:
        leave_out(f"R or a package has another version than the numbers:\n{done.stdout}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "everything agrees" in done.stdout
    made = {path.name for path in (tmp_path / "made").iterdir()}
    assert made == {path.name for path in script.parent.iterdir() if path.suffix in {".csv", ".json"}}
