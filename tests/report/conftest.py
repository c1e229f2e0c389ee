from __future__ import annotations

from pathlib import Path

import pytest
from report_pages import Page
from typer.testing import CliRunner, Result

from sos_score.cli import app


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return the folder that ``sos-score demo`` makes, and what it says."""
    folder = tmp_path_factory.mktemp("demo") / "study"
    result = CliRunner().invoke(app, ["demo", str(folder)])
    assert result.exit_code == 0, result.output
    return folder, result


@pytest.fixture(scope="session")
def demo(demo_run: tuple[Path, Result]) -> Path:
    """Return the folder that ``sos-score demo`` makes."""
    return demo_run[0]


@pytest.fixture(scope="session")
def page(demo: Path) -> Page:
    """Return the report of the example study."""
    return Page((demo / "report.html").read_text(encoding="utf-8"))
