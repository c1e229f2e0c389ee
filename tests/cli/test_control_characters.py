"""No id, header, label or file name can act on a terminal, a page or a build service."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT, CommandLine

SOS_SCORE = str(Path(sys.executable).with_name("sos-score"))
HEADER = "respondent,{note}," + ",".join(f"wais_{number:02}" for number in range(1, 13))
HOSTILE = ["\x1b[2J", "\u202e", "\x07", "\x9b31m", "\u2028"]


def run_raw(folder, *words, terminal=""):
    """Return all that a command sent to standard output and standard error, as it would reach a terminal."""
    environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "200", "TERMINAL_WIDTH": "200"}
    on_terminal = ["script", "-qec", f"{SOS_SCORE} {terminal}", "/dev/null"]
    command = on_terminal if terminal else [SOS_SCORE, *map(str, words)]
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, cwd=folder, env=environment, check=False, **both)
    return done.returncode, done.stdout.decode()


def show(text):
    """Return a text with its control characters written out."""
    return repr(text)[1:-1]


@pytest.mark.parametrize("command", ["score", "check"])
def test_ids_and_headers_are_shown_and_not_obeyed(tmp_path, command):
    header = HEADER.format(note=",".join(f"note{hostile}" for hostile in HOSTILE))
    rows = [f"F{place}{hostile},{'x,' * len(HOSTILE)}{','.join('1' * 12)}" for place, hostile in enumerate(HOSTILE)]
    (tmp_path / "answers.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    code, shown = run_raw(tmp_path, command, "answers.csv", "-i", "wai-s")
    assert code == 0
    assert [hostile for hostile in HOSTILE if hostile[0] in shown] == []
    if command == "score":
        assert all(f"F{place}" in shown for place in range(len(HOSTILE)))


@pytest.mark.skipif(sys.platform != "linux", reason="script takes other options there")
def test_scores_sent_to_a_terminal_as_csv_are_shown_and_not_obeyed(tmp_path):
    (tmp_path / "answers.csv").write_text(f"{HEADER.format(note='n')}\nF1\x1b[2J,x,{','.join('1' * 12)}\n")
    code, shown = run_raw(tmp_path, terminal="score answers.csv -i wai-s --format csv -q")
    assert code == 0
    assert "F1\\x1b[2J,1.0" in shown
    assert "\x1b" not in shown


def test_an_answer_in_a_message_is_shown_and_not_obeyed(tmp_path):
    rows = [f"F{place},x,{','.join('1' * 11)},n{hostile}o" for place, hostile in enumerate(HOSTILE)]
    (tmp_path / "answers.csv").write_text("\n".join([HEADER.format(note="n"), *rows]) + "\n", encoding="utf-8")
    code, shown = run_raw(tmp_path, "score", "answers.csv", "-i", "wai-s")
    assert code == 1
    assert [hostile for hostile in HOSTILE if hostile[0] in shown] == []
    assert [hostile for hostile in HOSTILE if f"'n{show(hostile)}o' is not a response" not in shown] == []


@pytest.mark.parametrize(
    ("typed", "shown"), [("\\e[2J", "\\x1b"), ("\\u202e", "\\u202e"), ("\\0", "\\x00"), ("\\x9b", "\\x9b")]
)
def test_a_definition_with_a_control_character_is_refused_at_its_place(tmp_path, typed, shown):
    run, made = CommandLine(), tmp_path / "mood.yaml"
    assert run("new", "instrument", "Mood", "--items", "3", "-o", made).exit_code == 0
    lines = made.read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines) if line.startswith("title:"))
    lines[number] = f'title: "Mood{typed}"'
    made.write_text("\n".join(lines), encoding="utf-8")
    result = run("validate", made)
    assert result.exit_code == 1
    assert f"{made}:{number + 1}" in result.output
    assert f"title: holds a control character ({shown}), which no text needs" in result.output


@pytest.mark.skipif(sys.platform == "win32", reason="such names are not allowed there")
def test_a_file_name_with_a_control_character_is_not_read(tmp_path):
    name = "f\x1b[31m\nx.csv"
    (tmp_path / name).write_text((ROOT / "examples/wai_s_labels.csv").read_text())
    code, shown = run_raw(tmp_path, "score", name, "-i", "wai-s")
    assert code == 2
    assert "'f\\x1b[31m\\nx.csv' holds a control character; rename the file" in shown


@pytest.mark.skipif(sys.platform == "win32", reason="such names are not allowed there")
def test_a_file_name_cannot_write_a_command_to_a_build_service(tmp_path):
    (tmp_path / "::error::x.yaml").write_text("id: [\n")
    code, shown = run_raw(tmp_path, "validate", "::error::x.yaml")
    assert code == 1
    assert shown.startswith("./::error::x.yaml:")
