"""What several test modules need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run_shell(command: str, folder: Path) -> str:
    """Return what a terminal 80 columns wide shows of a command, whatever its exit code."""
    tools = folder / ".tools"
    tools.mkdir(exist_ok=True)
    script = tools / "sos-score"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sos_score "$@"\n')
    script.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "TERMINAL_WIDTH": "80",
    }
    both = subprocess.STDOUT
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=both, check=False
    )
    return done.stdout.decode()
