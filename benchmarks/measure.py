"""One command run in a process of its own: its seconds and its peak memory, best of a few."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TRIES = 3


@dataclass(frozen=True)
class Run:
    """The best of a few tries: seconds on the clock, seconds of all processors, and the peak memory in MB."""

    wall: float
    cpu: float
    peak: float


def run(command: Sequence[str | Path], tries: int = TRIES) -> Run:
    """Return the best seconds of a few tries, and the peak memory in MB."""
    wall = cpu = float("inf")
    peak = 0.0
    # What is installed is compiled; a checkout is compiled by the first try, unless that is forbidden.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(tries):
        before = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"failed: {' '.join(map(str, command))}")
        wall, cpu = min(wall, time.perf_counter() - before), min(cpu, usage.ru_utime + usage.ru_stime)
        peak = max(peak, usage.ru_maxrss / 1024)
    return Run(wall, cpu, peak)


def python(code: str, *words: str | Path, tries: int = TRIES) -> Run:
    """Run some Python in a process of its own."""
    return run([sys.executable, "-c", code, *words], tries)


def say(what: str, found: Run, against: str = "", other: Run | None = None, *, limit: str = "") -> None:
    """Print one line: seconds, peak memory, and the ratio of processor seconds to what it is measured against."""
    ratio = f"  {found.cpu / other.cpu:5.2f} x {against}" if other else ""
    print(
        f"{what:<46}{found.wall:8.2f} s{found.cpu:8.2f} cpu s{found.peak:7.0f} MB"
        f"{ratio}{f'  (at most {limit})' if limit else ''}"
    )
