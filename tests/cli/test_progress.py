"""On a terminal a line is printed for each stage; piped and with --quiet nothing is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT

pty = pytest.importorskip("pty")


def run_on_terminal(*words: str | Path) -> list[str]:
    """Return what a command says on standard error, which is a terminal."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "sos_score", *map(str, words)]
    done = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    said = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        said += part
    done.wait()
    os.close(master)
    return [line for line in said.decode().splitlines() if line.endswith(" ...")]


def test_a_terminal_is_told_what_is_read_before_anything_else() -> None:
    assert run_on_terminal("compare", "none.yaml") == ["Reading none.yaml ..."]
    assert run_on_terminal("report", "none.yaml") == ["Reading none.yaml ..."]
    assert run_on_terminal("report", "none.yaml", "--quiet") == []


def test_a_terminal_is_told_each_stage() -> None:
    assert run_on_terminal("compare", "examples/staff_survey.yaml") == [
        "Reading examples/staff_survey.yaml ...",
        "Comparing 20 scales between sites and waves ...",
    ]


def test_nothing_is_said_where_no_terminal_listens() -> None:
    command = [sys.executable, "-m", "sos_score", "compare", "none.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Reading" not in done.stderr
