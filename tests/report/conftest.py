from __future__ import annotations

import json
from pathlib import Path

import pytest
from report_pages import Page
from support import make_once
from typer.testing import CliRunner

from sos_score.cli import app


def run_demo(place: Path) -> None:
    """Run ``sos-score demo`` and keep what it says beside the folder that it makes."""
    result = CliRunner().invoke(app, ["demo", str(place / "study")])
    assert result.exit_code == 0, result.output
    (place / "said.json").write_text(json.dumps([result.stdout, result.stderr]), encoding="utf-8")


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """Return the folder that ``sos-score demo`` makes, and what it says on standard output and standard error."""
    place = make_once(tmp_path_factory, "demo", run_demo)
    stdout, stderr = json.loads((place / "said.json").read_text(encoding="utf-8"))
    return place / "study", stdout, stderr


@pytest.fixture(scope="session")
def demo(demo_run: tuple[Path, str, str]) -> Path:
    """Return the folder that ``sos-score demo`` makes."""
    return demo_run[0]


@pytest.fixture(scope="session")
def page(demo: Path) -> Page:
    """Return the report of the example study."""
    return Page((demo / "report.html").read_text(encoding="utf-8"))
