"""How a run ends: by a signal, with a closed stream, with a reader that has gone, or beside another run."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import ROOT

from sos_score.cli.process import PlainStream

SOS_SCORE = str(Path(sys.executable).with_name("sos-score"))
ANSWERS = ROOT / "examples/wai_s_labels.csv"
SCORE = [SOS_SCORE, "score", str(ANSWERS), "-i", "wai-s"]
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def start(arguments, folder, **options):
    """Start a command whose temporary files go to a folder of their own, and give it as a process."""
    environment = os.environ | {"TMPDIR": str(folder / "tmp")}
    (folder / "tmp").mkdir(exist_ok=True)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen(arguments, cwd=folder, env=environment, **pipes)


def start_waiting(folder):
    """Start a command that has begun to copy its standard input, and waits for the rest of it."""
    process = start([SOS_SCORE, "score", "-", "-i", "wai-s", "-o", "out.csv"], folder)
    process.stdin.write(ANSWERS.read_bytes()[:200])
    process.stdin.flush()
    waited = time.monotonic() + 60
    while not list((folder / "tmp").glob("sos-score-*/files/stdin")):
        assert time.monotonic() < waited
        time.sleep(0.05)
    return process


def list_files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path != folder / "tmp")


@needs_signals
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_run_that_is_told_to_end_leaves_nothing_behind(tmp_path, name):
    process = start_waiting(tmp_path)
    number = getattr(signal, name)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "Traceback" not in said.decode()
    assert list_files(tmp_path) == []


@needs_signals
def test_what_a_killed_run_left_is_private_and_is_removed_by_the_next(tmp_path):
    process = start_waiting(tmp_path)
    process.kill()
    process.communicate(timeout=60)
    (left,) = (tmp_path / "tmp").glob("sos-score-*")
    assert left.stat().st_mode & 0o077 == 0
    part = tmp_path / ".0123456789abcdef.sos-score"
    part.write_text("half of it")
    done = start([*SCORE, "-o", "scores.csv"], tmp_path)
    done.communicate(timeout=60)
    assert done.returncode == 0
    assert list_files(tmp_path) == ["scores.csv", "scores.csv.about.json"]


@needs_signals
def test_what_another_run_is_writing_is_left_to_it(tmp_path):
    process = start_waiting(tmp_path)
    done = start([*SCORE, "-o", "scores.csv"], tmp_path)
    done.communicate(timeout=60)
    assert done.returncode == 0
    assert list((tmp_path / "tmp").glob("sos-score-*/files/stdin"))
    process.communicate(ANSWERS.read_bytes()[200:], timeout=60)
    assert process.returncode == 0
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "scores.csv").read_bytes()


def test_of_runs_at_once_one_writes_and_the_others_say_that_the_file_is_there(tmp_path):
    runs = [start([*SCORE, "-o", "scores.csv"], tmp_path) for _ in range(4)]
    said = [run.communicate(timeout=120)[1].decode() for run in runs]
    assert sorted(run.returncode for run in runs) == [0, 1, 1, 1]
    assert sum("scores.csv" in each and "already" in each for each in said) == 3
    assert list_files(tmp_path) == ["scores.csv", "scores.csv.about.json"]


@needs_signals
@pytest.mark.parametrize(
    ("closed", "code", "said"),
    [
        ("<&-", 0, None),
        ("2>&-", 0, ""),
        (">&-", 1, "standard output is closed\n"),
        (">/dev/full", 1, "standard output: cannot be read or written (No space left on device)\n"),
    ],
)
@pytest.mark.parametrize("command", ["list", "--help", "--version"])
def test_a_stream_that_is_closed_or_full_is_no_bug(tmp_path, command, closed, code, said):
    run = start(["sh", "-c", f"{SOS_SCORE} {command} {closed}"], tmp_path)
    shown, messages = run.communicate(timeout=60)
    assert run.returncode == code
    if said is not None:
        assert messages.decode() == said
    assert bool(shown) == (">" not in closed or closed.startswith("2"))


@needs_signals
@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "--version",
        "list",
        "show osc",
        "schema instrument",
        "validate instruments examples/contrast_study/study.yaml",
        "score examples/wai_s_labels.csv -i wai-s",
        "score examples/wai_s_labels.csv -i wai-s --format csv",
        "check examples/wai_s_labels.csv -i wai-s",
        "reliability examples/wai_s_labels.csv -i wai-s",
        "compare examples/contrast_study/study.yaml --only baseline",
        "power --sites-per-arm 2 --people 12 --icc 0.05",
    ],
)
def test_a_reader_that_has_read_enough_ends_a_command_quietly(tmp_path, command):
    reader, writer = os.pipe()
    os.close(reader)
    for name in ("examples", "instruments"):
        (tmp_path / name).symlink_to(ROOT / name)
    run = start([SOS_SCORE, *command.split()], tmp_path, stdout=writer)
    os.close(writer)
    messages = run.communicate(timeout=120)[1].decode()
    assert run.returncode == 141
    assert "Broken" not in messages
    assert "Traceback" not in messages


def test_a_console_without_a_sign_gets_another_and_never_a_question_mark_that_means_something_else():
    stream = PlainStream(io.TextIOWrapper(io.BytesIO(), "cp1252"))
    stream.write("0.56 \u25b2  -0.68 \u25bc  0.02 ?  \u2212 \u0141")
    assert stream.buffer.getvalue() == b"0.56 ^  -0.68 v  0.02 ?  - ?"


def test_a_file_that_the_shell_writes_is_utf8_whatever_the_console_has(tmp_path):
    text = "name: \u0141\u00f3d\u017a\n"
    (tmp_path / "file.py").write_text(
        f"from sos_score.output.files import write_text\nwrite_text({text!r}, None, force=False)\n"
    )
    narrow = os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, tmp_path / "file.py"], env=narrow, capture_output=True, check=True)
    assert done.stdout == text.encode()


def test_an_interrupt_while_the_command_is_loaded_ends_it_quietly() -> None:
    stop = "import sys\nclass Stop:\n    def find_spec(self, name, *_):\n        if name == 'sos_score.cli':\n"
    stop += "            raise KeyboardInterrupt\nsys.meta_path.insert(0, Stop())\n"
    program = f"{stop}from sos_score.__main__ import main\nmain()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
