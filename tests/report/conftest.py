from __future__ import annotations

from pathlib import Path

import pytest
from report_pages import Page
from typer.testing import CliRunner

from sos_score.cli import app


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that ``sos-score demo`` makes."""
    folder = tmp_path_factory.mktemp("demo") / "study"
    result = CliRunner().invoke(app, ["demo", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="session")
def page(demo: Path) -> Page:
    """Return the report of the example study."""
    return Page((demo / "report.html").read_text(encoding="utf-8"))
