"""``sos-score explain``: readable at 80 columns, complete as JSON, and never wider than the terminal."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from support import ROOT, CommandLine

CAVEAT = "wai-s 1.0.0: key derived; missing rule set by sos-score"
STUDY = ROOT / "examples" / "contrast_study"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    shutil.copy(ROOT / "examples" / "wai_s_labels.csv", "t1.csv")


run = CommandLine("explain")


def explain(*words: str | Path, columns: int = 80) -> str:
    result = run(*words, columns=columns)
    assert (result.exit_code, result.exception, result.stderr) == (0, None, ""), result.output
    return "\n".join(line.rstrip() for line in result.stdout.splitlines())


def fail(code: int, *words: str | Path) -> str:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (code, ""), result.output
    assert isinstance(result.exception, SystemExit)
    return result.stderr


def test_a_scale_with_a_reason_for_no_answer_reads_like_this() -> None:
    assert explain("t1.csv", "-i", "wai-s", "--respondent", "F05", "--scale", "goal") == (
        f"""\
Working Alliance Inventory, short form (wai-s 1.0.0)
respondent F05, site 1, wave T1; t1.csv, line 6

Goal (goal): no score
item      column    cell        means            counts as
──────────────────────────────────────────────────────────────
wais_04   wais_04   N/A         not applicable
wais_06   wais_06   Often       5                5
wais_10   wais_10   Rarely      2                1 + 7 - 2 = 6
wais_11   wais_11   Sometimes   4                4
  answered: 3 of 4, 4 needed (at least 80% of the items answered; mean of
    those): too few

{CAVEAT}"""
    )


def test_another_missing_rule_is_used_and_said() -> None:
    shown = explain("t1.csv", "-i", "wai-s", "--respondent", "F05", "--scale", "goal", "--min-answered", "1/2")
    assert shown.splitlines()[3] == "Goal (goal): 5.00 on 1-7; higher is more agreement on the goals"
    assert shown.splitlines()[10:] == [
        "  answered: 3 of 4, 2 needed (at least 1/2 of the items answered; mean of",
        "    those): enough",
        "  mean: (5 + 6 + 4) / 3 = 15 / 3 = 5",
        "",
        CAVEAT,
        "",
        "missing rule set to at least 1/2 of a scale's items, instead of the rule in the",
        "definitions",
    ]


YATCH = ("yatchmenoff.tsv", "-i", "yatchmenoff", "-c", "columns_yatchmenoff.yaml")
OSC = ("osc_t2.csv", "-i", "osc", "-c", "columns_osc_t2.yaml", "--norms", "norms.yaml")
WAI = ("wai_client.csv", "-i", "wai", "-c", "columns_wai_client.yaml")


def place(words: tuple[str, ...]) -> list[str]:
    """Return a command's words with the files of the example study in this folder."""
    for name in ("norms.yaml", *[path.name for path in STUDY.glob("columns_*.yaml")]):
        shutil.copy(STUDY / name, ".")
    shutil.copy(STUDY / "synthetic" / words[0], ".")
    return list(words)


@pytest.mark.parametrize(("words", "who"), [(YATCH, "F01"), (OSC, "S101"), (WAI, "F01")])
@pytest.mark.parametrize("width", [80, 60])
def test_no_line_is_wider_than_the_terminal(words: tuple[str, ...], who: str, width: int) -> None:
    for line in explain(*place(words), "--respondent", who, columns=width).splitlines():
        assert len(line) <= width, line


def test_every_wave_is_explained_and_stands_apart() -> None:
    shown = explain(*place(WAI), "--respondent", "F01", "--scale", "bond")
    heads = [line for line in shown.splitlines() if line.startswith("respondent F01")]
    assert heads == [
        "respondent F01, site 1, wave T1, family F01, worker S101; wai_client.csv, line 2",
        "respondent F01, site 1, wave T2, family F01, worker S101; wai_client.csv, line",
    ]
    assert shown.count("\n\nWorking Alliance Inventory, 36 items (wai 1.0.0)\n") == 1


def test_a_norm_is_shown_with_its_arithmetic_and_what_it_is() -> None:
    shown = explain(*place(OSC), "--respondent", "S101", "--scale", "proficiency")
    # 49 / 15, against 3.65 and 0.3.
    assert "  T: 50 + 10 x (3.266666667 - 3.65) / 0.3 = 37.22222222" in shown.splitlines()
    assert "fictional_teams: T-scores (50 + 10 z) against FICTIONAL teams that never" in shown
    assert "only\n    the mean of a team's T-scores can be read" in shown


SCORES = """\
format: 1
id: two
version: 1.0.0
title: Two
construct: nothing
answered_by: [staff]
references: []
rights: {holder: nobody}
verification:
  key: {status: user, source: a test}
  responses: {status: user, source: a test}
  missing: {status: user, source: a test}
response_scales: {agree: {min: 1, max: 5}}
items: {ids: q1..q3, responses: agree}
missing: {min_answered: all}
scales:
  a: {title: First, items: [q1, q2, q3], score: mean, higher_is: more}
  b: {title: Second, items: [q3], score: sum, higher_is: more}
  c: {title: Both, scales: [a, -b], score: mean, higher_is: more}
"""


def test_a_scale_of_scores_shows_the_scores_it_is_made_of() -> None:
    Path("two.yaml").write_text(SCORES)
    Path("t.csv").write_text("respondent,q1,q2,q3\nA,2,4,5\nB,2,,5\n")
    assert explain("t.csv", "-i", "two.yaml", "--respondent", "A", "--scale", "c").splitlines()[3:] == [
        "Both (c): 2.33 on 1-5; higher is more",
        "item   column    cell   means         counts as",
        "───────────────────────────────────────────────────",
        "a      a score          3.666666667   3.666666667",
        "b      a score          5             1 + 5 - 5 = 1",
        "  answered: 2 of 2, 2 needed (every score there): enough",
        "  mean: (3.666666667 + 1) / 2 = 4.666666667 / 2 = 2.333333333",
    ]
    lines = explain("t.csv", "-i", "two.yaml", "--respondent", "B", "--scale", "c").splitlines()
    assert lines[6].split() == ["a", "a", "score", "too", "few", "answered"]


def test_a_file_of_several_instruments_is_explained_by_one_or_by_all() -> None:
    Path("two.yaml").write_text(SCORES)
    head, *rows = Path("t1.csv").read_text().splitlines()
    Path("both.csv").write_text("\n".join([f"{head},x1,x2,x3", *[f"{row},1,2,3" for row in rows]]) + "\n")
    Path("map.yaml").write_text(
        "{respondent: respondent, wave: wave, items: {'q{n}': 'x{n}', 'wais_{nn}': 'wais_{nn}'}}"
    )
    both = ("both.csv", "-i", "wai-s", "-i", "two.yaml", "-c", "map.yaml", "--respondent", "F01")
    shown = explain(*both)
    assert "Working Alliance Inventory, short form (wai-s 1.0.0)" in shown
    assert "\n\nTwo (two 1.0.0)\n" in shown
    assert "Working Alliance" not in explain(*both, "--scale", "c")
    assert fail(2, *both, "--scale", "tsk") == (
        "no scale 'tsk' (scales of wai-s: task, bond, goal, total; two: a, b, c)\nTry 'sos-score explain --help'.\n"
    )
    assert explain("both.csv", "-i", "wai-s", "--respondent", "F01") == explain(
        "t1.csv", "-i", "wai-s", "--respondent", "F01"
    ).replace("t1.csv", "both.csv")


@pytest.mark.parametrize("output", [[], ["-o", "-"], ["-o", "e.json"]], ids=["no output", "-o -", "file"])
def test_json_holds_every_step_and_which_key_it_was(output: list[str]) -> None:
    shown = explain("t1.csv", "-i", "wai-s", "--respondent", "F05", "--scale", "goal", "-f", "json", *output)
    data = json.loads(Path("e.json").read_text() if "e.json" in output else shown)
    (row,) = data["explanations"]
    assert (row["source"], row["line"]) == ("t1.csv", 6)
    assert row["ids"] == {"respondent": "F05", "site": "1", "wave": "T1"}
    assert (row["instrument"], row["caveat"]) == ({"id": "wai-s", "version": "1.0.0"}, CAVEAT)
    (goal,) = row["scales"]
    assert goal["answers"][0] == {
        "item": "wais_04", "line": 6, "column": "wais_04", "cell": "N/A", "code": None, "missing": "not applicable",
        "is_reversed": True, "value": None, "low": 1, "high": 7, "recoded": None, "weight": 1,
    }  # fmt: skip
    assert goal["answers"][2]["value"] == 6
    assert (goal["answered"], goal["required"], goal["size"], goal["score"]) == (3, 4, 4, None)
    (definition,) = data["about"]["definitions"]
    assert definition["sha256"] == hashlib.sha256((ROOT / "instruments/wai-s.yaml").read_bytes()).hexdigest()
    assert set(data["about"]) == {"software", "definitions"}


def test_an_explanation_never_takes_the_place_of_a_file_it_reads() -> None:
    before = Path("t1.csv").read_bytes()
    words = ("t1.csv", "-i", "wai-s", "--respondent", "F05", "-f", "json", "-o", "t1.csv", "--force")
    assert (
        fail(1, *words) == "t1.csv: is an input of this command, and would be replaced\n  hint: choose another name\n"
    )
    assert Path("t1.csv").read_bytes() == before


def test_what_is_not_there_is_said_in_so_many_words() -> None:
    assert fail(1, "t1.csv", "-i", "wai-s", "--respondent", "F99") == (
        "t1.csv: no respondent 'F99' in column 'respondent'\n"
    )
    assert fail(1, "t1.csv", "-i", "wai-s", "--respondent", "f1") == (
        "t1.csv: no respondent 'f1' in column 'respondent'\n  hint: did you mean 'F01'?\n"
    )
    assert fail(2, "t1.csv", "-i", "wai-s", "--respondent", "F01", "--scale", "tsk") == (
        "no scale 'tsk' (scales of wai-s: task, bond, goal, total)\nTry 'sos-score explain --help'.\n"
    )
    assert fail(1, "gone.csv", "-i", "wai-s", "--respondent", "F01") == (
        "gone.csv: cannot be read (No such file or directory)\n"
    )
    said = fail(2, "t1.csv", "-i", "wai-s", "--respondent", "F01", "-f", "csv")
    assert said.endswith("'csv' is not one of 'table', 'json'.\n")
    Path("map.yaml").write_text(
        "respondent: respondent\nt_scores: {wai-s: {norm: vendor, source: somebody, scales: {task: wais_01}}}\n"
    )
    assert fail(2, "t1.csv", "-i", "wai-s", "--respondent", "F01", "-c", "map.yaml") == (
        "T-scores of wai-s arrive ready-made and have nothing to explain\nTry 'sos-score explain --help'.\n"
    )


def test_an_answer_that_is_not_allowed_is_explained_where_it_is_made_missing_only() -> None:
    rows = Path("t1.csv").read_text().splitlines()
    cells = rows[1].split(",")
    who, cells[4] = cells[0], "77"
    Path("wrong.csv").write_text("\n".join([rows[0], ",".join(cells), *rows[2:]]))
    said = fail(1, "wrong.csv", "-i", "wai-s", "--respondent", who)
    assert said.startswith("wrong.csv:2: wais_02: 77 is outside 1-7\n")
    assert said.endswith(
        "1 problem in wrong.csv; nothing was explained; --on-invalid missing explains the score without it.\n"
    )
    assert "not allowed" in explain("wrong.csv", "-i", "wai-s", "--respondent", who, "--on-invalid", "missing")
