"""Fixtures for all tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from support import ROOT, CommandLine

from sos_score.comparison.compare import compare_study
from sos_score.comparison.judging import Comparison
from sos_score.study.data import StudyData
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data

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
def example_data() -> StudyData:
    """Return the data of the example study, which nothing changes."""
    return load_study_data(read_study(ROOT / "examples" / "contrast_study" / "study.yaml"))


@pytest.fixture(scope="session")
def example_comparison(example_data: StudyData) -> Comparison:
    """Return everything that is found in the example study."""
    return compare_study(example_data)


@pytest.fixture(scope="session")
def cli() -> CommandLine:
    """Return the command line, called in this process."""
    return CommandLine()
