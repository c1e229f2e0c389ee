"""A soak: mixed commands in pairs on one folder, killed at random; nothing may be lost or half-written.

``python benchmarks/soak.py --runs 200 --seed 17`` prints how many commands of each kind ended in which way.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parents[1]
SCORE = "score wai_s_labels.csv -i wai-s -q --force -o"
COMMANDS = (
    f"{SCORE} scores.csv",
    f"{SCORE} scores.json",
    f"{SCORE} scores.xlsx",
    f"{SCORE} scores.parquet",
    f"{SCORE} scores.sav",
    "codebook -i wai-s --force -o codebook.csv",
    "show osc",
    "validate staff_survey.yaml",
    "reliability wai_s_labels.csv -i wai-s --format csv --force -o reliability.csv",
    "check wai_s_labels.csv -i wai-s",
    "new instrument Mood --items 4 --force -o mood.yaml",
)
MANY_SECONDS = 120
ALLOWED = {0, 1, 128 + signal.SIGTERM, 128 + signal.SIGINT, -signal.SIGKILL}
"""Done; refused, as another run took the place; told to end; killed."""


@dataclass
class Soak:
    """What has been seen so far."""

    ends: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def run(runs: int, seed: int, folder: Path, most_wait: float = 4.0) -> Soak:
    """Run commands in pairs, end about half of them, and look at the folder after each pair."""
    chance = random.Random(seed)
    soak = Soak()
    inputs = _lay_inputs(folder)
    for number in range(0, runs, 2):
        words = [chance.choice(COMMANDS) for _ in range(min(2, runs - number))]
        signals = [chance.choice([None, None, signal.SIGTERM, signal.SIGINT, signal.SIGKILL]) for _ in words]
        started = [_start(each, folder) for each in words]
        for process, number_of_signal in zip(started, signals, strict=True):
            if number_of_signal is not None:
                time.sleep(chance.uniform(0, most_wait))
                process.send_signal(number_of_signal)
        for process, word, number_of_signal in zip(started, words, signals, strict=True):
            _judge(process, word, number_of_signal, soak)
        soak.faults += _look(folder, inputs)
    # A run that ends well removes what killed ones left.
    _start(COMMANDS[0], folder).communicate(timeout=MANY_SECONDS)
    soak.faults += [f"{path.name} was left behind" for path in folder.glob(".*.sos-score")]
    soak.faults += [f"{path.name} was left behind" for path in (folder / "tmp").glob("sos-score-*")]
    return soak


def _lay_inputs(folder: Path) -> dict[Path, str]:
    (folder / "tmp").mkdir()
    for name in ("wai_s_labels.csv", "staff_survey.yaml"):
        shutil.copy(ROOT / "examples" / name, folder / name)
    return {path: _hash(path) for path in folder.iterdir() if path.is_file()}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _start(words: str, folder: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"TMPDIR": str(folder / "tmp")}
    command = [sys.executable, "-m", "sos_score", *words.split()]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _judge(process: subprocess.Popen[bytes], words: str, number: signal.Signals | None, soak: Soak) -> None:
    said = process.communicate(timeout=MANY_SECONDS)[1].decode()
    code = process.returncode
    soak.ends[f"{'let run' if number is None else number.name}: exit {code}"] += 1
    # A signal that comes before the program has begun ends Python itself.
    early = number is not None and code in (-number, 1) and ", in main\n" not in said
    if (code not in ALLOWED and not early) or ("Traceback" in said and not early):
        soak.faults.append(f"{words}: exit {code}: {said[-300:]}")


def _look(folder: Path, inputs: dict[Path, str]) -> list[str]:
    """Return what of the folder is lost or half-written."""
    faults = [f"{path.name} changed" for path, known in inputs.items() if not path.is_file() or _hash(path) != known]
    for path in folder.iterdir():
        if path.is_dir() or path in inputs or path.name.endswith(".sos-score"):
            continue
        try:
            _read(path)
        except Exception as error:  # noqa: BLE001 - whatever it is, the file is not whole
            faults.append(f"{path.name} cannot be read: {error!r}")
    return faults


def _read(path: Path) -> None:
    """Read a result to its end; raise where it is not whole."""
    import polars as pl
    import pyreadstat

    if path.suffix == ".csv":
        assert pl.read_csv(path).height > 0 or path.stem.endswith("suspicions")  # there may be none
        assert path.read_bytes().endswith(b"\n")
    elif path.suffix == ".json":
        json.loads(path.read_text(encoding="utf-8"))
    elif path.suffix == ".xlsx":
        assert ZipFile(path).testzip() is None
    elif path.suffix == ".parquet":
        assert pl.read_parquet(path).height == 24
    elif path.suffix == ".sav":
        assert len(pyreadstat.read_sav(path)[0]) == 24
    else:
        assert path.read_text(encoding="utf-8").endswith("\n")


def main() -> int:
    """Run the soak that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=17)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        soak = run(asked.runs, asked.seed, Path(folder))
    for end, number in sorted(soak.ends.items()):
        print(f"{number:4} {end}")
    print("\n".join(soak.faults) or f"{asked.runs} commands, seed {asked.seed}: nothing lost or half-written")
    return bool(soak.faults)


if __name__ == "__main__":
    raise SystemExit(main())
