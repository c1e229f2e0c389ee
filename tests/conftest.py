"""Fixtures for all tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from support import ROOT, CommandLine

# The same examples in every run: a failure is one of the change, and can be had again.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """Return a folder with the examples and instruments, as a fresh clone has them."""
    for name in ("examples", "instruments"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture(scope="session")
def cli() -> CommandLine:
    """Return the command line, called in this process."""
    return CommandLine()
