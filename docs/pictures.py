"""Draw the pictures of the README and the home page anew: ``python docs/pictures.py``; needs Chromium."""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser import Browser  # noqa: E402 - the tests' own browser

from sos_score.commands.report import write_report  # noqa: E402
from sos_score.report.request import ReportRequest  # noqa: E402

STUDY = ROOT / "examples" / "contrast_study" / "study.yaml"
SIZE = {"x": 0, "y": 0, "width": 1280, "height": 1070, "scale": 0.8}  # the first screen, with its picture


def shoot_report(picture: Path) -> None:
    """Make the report of the example study and take its first screen."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        write_report(ReportRequest(str(STUDY), (str(page),), quiet=True))
        browser = Browser(Path(folder) / "profile")
        try:
            browser.open(page, int(SIZE["width"]))
            shot = browser.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=SIZE)
            picture.write_bytes(base64.b64decode(shot["data"]))
        finally:
            browser.close()


if __name__ == "__main__":
    shoot_report(ROOT / "docs" / "assets" / "report.png")
