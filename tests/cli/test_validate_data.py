"""A study is checked together with the files of answers and links that it names."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import CommandLine

run = CommandLine("validate")
STUDY = """\
format: 1
id: trial
title: A trial
arms: {new: {}, old: {reference: true}}
sites: {1: {arm: new}, 2: {arm: old}}
waves: [T1, T2]
links: families.csv
sources:
  safety: {files: [t1.csv, t2.csv], instrument: safety-scale}
  alliance: {files: wai.csv, instrument: wai-s, answered_by: family}
"""
FILES = {
    "families.csv": "family,site\nF1,1\nF2,2\nF3,3\nF4,3\n",
    "t1.csv": "respondent,site,wave,safety\nA,1,T1,5\nB,9,T1,6\n",
    "t2.csv": "respondent,site,wave,safety\nA,1,T2,11\nB,2,T3,6\n",
    "wai.csv": "respondent,site,wave,wais_1\nA,1,T1,5\n",
}
WRONG = """\
families.csv:4: error SOS926: site: '3' is not a site of the study (sites: 1, 2); 2 cells
t2.csv:2: error SOS926: safety: 11 is outside 0-10
wai.csv:1: error SOS926: no column 'wais_01'
  hint: did you mean 'wais_1'?
wai.csv:1: error SOS926: no columns 'wais_02', 'wais_03', 'wais_04', 'wais_05', 'wais_06' and 6 more
  hint: the columns of the file: 'respondent', 'site', 'wave', 'wais_1'; propose a map: sos-score columns wai.csv -i wai-s
4 problems in 3 files.
"""  # noqa: E501 - as it is printed


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A sound study whose files are none of them as it says."""
    (tmp_path / "study.yaml").write_text(STUDY)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return "study.yaml"


def test_what_is_wrong_with_all_files_is_said_at_once(study: str) -> None:
    result = run(study)
    assert (result.exit_code, result.stderr) == (1, WRONG)


def test_validate_finds_what_compare_finds(study: str) -> None:
    told = [line.replace(" error SOS926:", "") for line in run(study).stderr.splitlines()]
    compared = CommandLine("compare")(study).stderr.replace("\n  propose", "; propose").splitlines()
    assert (told[:-1], told[-1]) == (compared[:-1], compared[-1].replace("; nothing was compared", ""))


def test_files_of_answers_are_left_alone_when_asked(study: str) -> None:
    for name in FILES:
        Path(name).write_bytes(b"\0")
    result = run(study, "--no-data")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "1 study valid.\nFiles of answers and links were not opened.\n"
    assert json.loads(run(study, "--no-data", "-f", "json").stdout)["data_files"] is None


def test_a_cell_of_a_workbook_and_how_often_a_fault_is_there_reach_every_format(study: str) -> None:
    problems = json.loads(run(study, "-f", "json").stdout)["problems"]
    assert {each["rule"] for each in problems} == {"SOS926"}
    assert problems[0]["message"].endswith("; 2 cells")


def test_without_the_readers_the_study_is_not_called_valid(study: str) -> None:
    code = "import sys; sys.modules['polars'] = None; sys.argv[0] = 'sos-score'; from sos_score.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "validate", study], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "the files that a study names cannot be opened without polars, which is not installed\n"
        "  hint: add --no-data to check the study alone\n"
        "Try 'sos-score validate --help'.\n"
    )
