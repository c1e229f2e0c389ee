"""LibreOffice without a window, which opens what is meant for Word."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice")


def require_libreoffice(part: str = "writer") -> None:
    """Skip a test where there is no LibreOffice, or not its writer or calc; in CI it has to be there."""
    library = {"writer": "libswlo.so", "calc": "libsclo.so"}[part]
    if SOFFICE is None or not Path(SOFFICE).resolve().with_name(library).exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"libreoffice-{part} is not installed, and .ci/run installs it")
        pytest.skip(f"libreoffice-{part} is not installed")


def convert(path: Path, kind: str, folder: Path) -> Path:
    """Return a document converted to another kind, in a folder, with a profile of its own."""
    profile = f"-env:UserInstallation={(folder / 'profile').resolve().as_uri()}"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    made = folder / f"{path.stem}.{kind.partition(':')[0]}"
    assert made.is_file(), done.stderr
    return made
