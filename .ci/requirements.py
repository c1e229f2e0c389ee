"""Write requirements-validate.txt from pyproject.toml: what `validate`, `list`, `show`, `schema` and `diff` need."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "requirements-validate.txt"
LIGHT = ("narwhals", "pydantic", "pyyaml", "rich", "typer")


def make_requirements() -> str:
    """Return the file, in the order of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [each for each in project["dependencies"] if re.split(r"[<>=!~ ]", each)[0] in LIGHT]
    head = "# What sos-score needs to check definitions; made by .ci/requirements.py from pyproject.toml.\n"
    return head + "".join(f"{each}\n" for each in wanted)


if __name__ == "__main__":
    FILE.write_text(make_requirements(), encoding="utf-8")
