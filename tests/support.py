"""What several test modules need."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sos_score.cli import app
from sos_score.definition.instrument.instrument import Instrument
from sos_score.notes import Note

ROOT = Path(__file__).resolve().parent.parent


def unwrap(notes: Iterable[Note]) -> list[Note]:
    """Return notes without what says which scales or groups they are about."""
    return [next((inner for _, inner in each.values if isinstance(inner, Note)), each) for each in notes]


def run_command(command: str, folder: Path) -> tuple[str, int]:
    """Return what `run_shell` does, and the exit code; sos-score is called in this process, which has loaded it all."""
    words = shlex.split(command)
    if words[0] != "sos-score" or set(command) & set("|&;<>$`*?~"):
        *shown, code = run_shell(f"{command}; echo $?", folder).splitlines(keepends=True)
        return "".join(shown), int(code)
    with chdir(folder):
        result = CommandLine()(*words[1:])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output, result.exit_code


def run_shell(command: str, folder: Path) -> str:
    """Return what a terminal 80 columns wide shows of a command, whatever its exit code."""
    tools = folder / ".tools"
    tools.mkdir(exist_ok=True)
    script = tools / "sos-score"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sos_score "$@"\n')
    script.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "TERMINAL_WIDTH": "80",
    }
    both = subprocess.STDOUT
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=both, check=False
    )
    return done.stdout.decode()


def drop_rules(text: str) -> str:
    """Return what `validate` says without columns, levels and ids of rules: as every other command says it."""
    return re.sub(r"(:\d+):\d+: (?:error|warning|note) SOS\d{3}: ", r"\1: ", text)


def git(folder: Path, *words: str) -> str:
    """Return what git prints in a folder, whatever the settings of whoever runs the tests."""
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "init.defaultBranch=main"]
    alone = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    alone |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", *who, *words]
    return subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=True).stdout


def commit(folder: Path) -> str:
    """Commit all there is in a folder, which becomes a repository, and return the commit."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "As it is")
    return git(folder, "rev-parse", "HEAD").strip()


def make_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that nothing changes, filled by the first of the processes of pytest-xdist that asks for it."""
    base = folders.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"once-{name}"
    made, failed = folder / ".made", folder / ".failed"
    try:
        folder.mkdir()
    except FileExistsError:
        waited = time.monotonic() + 600
        while not made.exists():
            assert not failed.exists(), f"another process could not make {name}"
            assert time.monotonic() < waited, f"another process never made {name}"
            time.sleep(0.1)
        return folder
    try:
        make(folder)
    except BaseException:
        failed.touch()
        raise
    made.touch()
    return folder


class CommandLine:
    """The command line, called in this process: ``CommandLine("score")("t1.csv", "-i", "wai-s")``."""

    def __init__(self, *words: str | Path) -> None:
        self.words = words

    def __call__(self, *words: str | Path, stdin: bytes | str | None = None, columns: int = 80) -> Result:
        """Return what a command printed and its exit code, on a terminal without colour."""
        environment = {"COLUMNS": str(columns), "TERMINAL_WIDTH": str(columns), "NO_COLOR": "1"}
        return CliRunner().invoke(app, [*map(str, self.words), *map(str, words)], input=stdin, env=environment)


def make_instrument(scales: dict[str, Any], items: str | list[dict[str, Any]] = "q1..q6", **parts: Any) -> Instrument:
    """Return an instrument with an id of ``test`` and answers from 1 to 5, unless `parts` says otherwise."""
    vouched = {"status": "user", "source": "a test"}
    full = {name: {"title": name, "score": "mean", "higher_is": "more", **scale} for name, scale in scales.items()}
    return Instrument.model_validate(
        {
            "format": 1,
            "id": "test",
            "version": "1.0.0",
            "title": "Test",
            "construct": "nothing",
            "answered_by": ["staff"],
            "references": [],
            "rights": {"holder": "nobody"},
            "verification": {"key": vouched, "responses": vouched, "missing": vouched},
            "response_scales": {"agree5": {"min": 1, "max": 5}},
            "items": {"ids": items, "responses": "agree5"} if isinstance(items, str) else items,
            "missing": {"min_answered": "all"},
            "scales": full,
            **parts,
        }
    )
