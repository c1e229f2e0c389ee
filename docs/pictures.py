"""Draw the pictures of the README and the home page anew: ``python docs/pictures.py``; needs Chromium."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser import Browser  # noqa: E402 - the tests' own browser

from sos_score.commands.report import write_report  # noqa: E402
from sos_score.report.request import ReportRequest  # noqa: E402

STUDY = ROOT / "examples" / "contrast_study" / "study.yaml"
PAGE = """<!doctype html><meta charset="utf-8"><style>{stylesheet}
body {{ margin: 0; width: max-content; background: {background}; color: {foreground}; }}
pre {{ margin: 0; padding: 16px 20px; font: 15px/1.3 'DejaVu Sans Mono', Menlo, Consolas, monospace; }}
</style><pre>{code}</pre>"""


def shoot_report(picture: Path) -> None:
    """Make the report of the example study and take its first screen, with its picture."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        write_report(ReportRequest(str(STUDY), (str(page),), quiet=True))
        _shoot(page, picture, 1280, 1070)


def shoot_compare(picture: Path) -> None:
    """Compare the example study as on a terminal with colours, and take what is printed."""
    command = [str(Path(sys.executable).with_name("sos-score")), "compare", str(STUDY.relative_to(ROOT)), "-q"]
    terminal = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "80"}
    printed = subprocess.run(command, cwd=ROOT, env=terminal, check=True, capture_output=True, encoding="utf-8").stdout
    console = Console(record=True, file=StringIO(), width=80)
    console.print(Text.from_ansi(f"$ sos-score compare study.yaml\n{printed}"))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "compare.html"
        page.write_text(console.export_html(theme=DEFAULT_TERMINAL_THEME, code_format=PAGE), encoding="utf-8")
        _shoot(page, picture)


def _shoot(page: Path, picture: Path, width: int = 900, height: int = 0) -> None:
    """Take a page, down to a height or the whole of what it shows."""
    browser = Browser(page.parent / "profile")
    try:
        browser.open(page, width)
        if not height:
            width, height = browser.ask("[document.body.offsetWidth, document.body.offsetHeight]")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 0.8}
        shot = browser.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        picture.write_bytes(base64.b64decode(shot["data"]))
    finally:
        browser.close()


if __name__ == "__main__":
    shoot_report(ROOT / "docs" / "assets" / "report.png")
    shoot_compare(ROOT / "docs" / "assets" / "compare.png")
