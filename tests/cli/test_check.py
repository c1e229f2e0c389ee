"""``sos-score check``: what is printed and written, and when it is a failure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import ROOT, CommandLine

from sos_score.sentences.check import CHECK

check = CommandLine("check")
LABELS = ROOT / "examples" / "wai_s_labels.csv"
MISTAKES = ROOT / "examples" / "wai_s_mistakes.csv"
STUDY = """\
format: 1
id: trial
title: Trial
sites: {1: {}, 2: {}}
waves: [T1, T2]
sources:
  safety:
    files: a.csv
    instrument: safety-scale
"""
ROWS = """\
respondent,site,wave,safety
F01,1,T1,5
F03,1,T1,6
F02,2,T1,6
F04,2,T1,2
F01,1,T2,7
F03,1,T2,6
F02,2,T2,4
F02,2,T2,3
"""


def test_the_page_explains_every_finding() -> None:
    page = (ROOT / "docs" / "how-to" / "check.md").read_text(encoding="utf-8")
    assert [code for code in CHECK if f"`{code.removeprefix('check_')}`" not in page] == []


@pytest.fixture
def _study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(ROWS, encoding="utf-8")
    Path("study.yaml").write_text(STUDY, encoding="utf-8")


def accept(text: str) -> None:
    Path("study.yaml").write_text(f"{STUDY}checks:\n  accepted:\n    - {text}\n", encoding="utf-8")


def test_a_file_is_shown_on_one_screen() -> None:
    shown = check(MISTAKES, "-i", "wai-s")
    assert shown.exit_code == 0
    assert len(shown.stdout.splitlines()) <= 50
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert shown.stdout.splitlines()[-1] == "Found: 4 problems, 1 warning and 2 notes."


@pytest.mark.parametrize(
    ("data", "level", "code"),
    [
        (MISTAKES, "problem", 1),
        (MISTAKES, "note", 1),
        (LABELS, "problem", 0),
        (LABELS, "warning", 1),
    ],
)
def test_a_finding_fails_from_the_level_that_is_asked(data: Path, level: str, code: int) -> None:
    assert check(data, "-i", "wai-s", "--fail-on", level).exit_code == code


def test_json_holds_findings_with_lines_and_tables_with_figures() -> None:
    found = json.loads(check(MISTAKES, "-i", "wai-s", "-f", "json").stdout)
    repeated = [each for each in found["findings"] if each["code"] == "row_repeated"]
    assert [(each["lines"], each["level"], each["count"], each["of"]) for each in repeated] == [
        ("6, 8", "problem", 2, 8)
    ]
    assert [each["rows"] for each in found["groups"]] == [2, 2, 2, 2]
    bond = next(each for each in found["scales"] if each["scale"] == "bond")
    assert (bond["scores"], bond["lost"]) == (5, 3)
    item = next(each for each in found["items"] if each["item"] == "wais_03")
    assert (item["answers"], item["missing"], item["not_allowed"]) == (5, 1, 2)


def test_an_instrument_that_no_file_has_is_a_problem_and_the_other_is_checked() -> None:
    found = json.loads(check(LABELS, "-i", "wai-s", "-i", "osc", "-f", "json").stdout)
    first = found["findings"][0]
    assert (first["code"], first["about"]) == ("instrument_absent", "osc")
    assert {each["instrument"] for each in found["items"]} == {"wai-s"}


def test_ready_made_scores_have_rows_and_links_and_no_items() -> None:
    folder = ROOT / "examples" / "vendor_scores"
    shown = check(folder / "t_scores.csv", "-i", "osc", "-c", folder / "columns.yaml")
    assert shown.stdout.startswith("osc (ready-made T-scores): ")
    assert "T1 to T2: 24 people at both" in shown.stdout


@pytest.mark.parametrize("fmt", ["table", "json", "csv"])
def test_no_id_of_a_person_is_in_any_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fmt: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(ROWS.replace("F0", "SECRET-"), encoding="utf-8")
    Path("roster.csv").write_text("respondent,site\nSECRET-1,2\n", encoding="utf-8")
    shown = check("a.csv", "-i", "safety-scale", "--roster", "roster.csv", "-f", fmt)
    assert shown.exit_code == 0
    assert "SECRET" not in shown.output
    assert "appear once at each wave" in shown.output.replace("\n", " ").replace("          ", "")


@pytest.mark.usefixtures("_study")
def test_a_study_is_checked_source_by_source_with_its_own_files() -> None:
    found = json.loads(check("study.yaml", "-f", "json").stdout)
    assert [(each["code"], each["source"], each["lines"]) for each in found["findings"]] == [
        ("row_repeated", "safety", "8, 9")
    ]
    assert [(each["first"], each["second"], each["both"]) for each in found["links"]] == [("T1", "T2", 3)]


@pytest.mark.usefixtures("_study")
def test_a_table_of_links_that_is_wrong_is_said_with_the_rest() -> None:
    Path("links.csv").write_text("family,site\nF01,7\n", encoding="utf-8")
    Path("study.yaml").write_text(f"{STUDY}links: links.csv\n", encoding="utf-8")
    found = json.loads(check("study.yaml", "-f", "json").stdout)["findings"]
    assert [(each["code"], each["file"], each["lines"]) for each in found] == [
        ("refused", "links.csv", "2"),
        ("row_repeated", "a.csv", "8, 9"),
    ]


@pytest.mark.usefixtures("_study")
def test_an_accepted_finding_is_said_with_its_reason_and_fails_nothing() -> None:
    accept("{found: row_repeated, source: safety, reason: entered twice on purpose, at_most: 2}")
    shown = check("study.yaml", "--fail-on", "problem")
    assert shown.exit_code == 0
    assert "entered twice on purpose" in shown.stdout
    assert shown.stdout.splitlines()[-1] == "Found: 0 problems, 0 warnings and 0 notes; 1 accepted."


@pytest.mark.usefixtures("_study")
def test_what_is_accepted_is_said_below_however_many_other_findings() -> None:
    strange = "".join(f"F{number},1,T1,word{number}\n" for number in range(30, 60))
    Path("a.csv").write_text(ROWS + strange, encoding="utf-8")
    accept("{found: row_repeated, reason: entered twice on purpose}")
    shown = check("study.yaml").stdout
    assert "15 more, with every line and figure: --format json" in shown
    assert "entered twice on purpose" in shown


@pytest.mark.usefixtures("_study")
def test_an_acceptance_ends_where_there_is_more_than_it_says() -> None:
    accept("{found: row_repeated, reason: one is known, at_most: 1}")
    found = json.loads(check("study.yaml", "-f", "json").stdout)["findings"]
    assert [(each["code"], each["accepted"]) for each in found] == [
        ("row_repeated", None),
        ("acceptance_unused", None),
    ]
    assert check("study.yaml", "--fail-on", "problem").exit_code == 1


@pytest.mark.usefixtures("_study")
def test_an_acceptance_of_what_cannot_be_found_is_refused() -> None:
    accept("{found: rows_repeated, source: saftey, reason: x}")
    shown = check("study.yaml")
    assert shown.exit_code == 1
    assert shown.stderr == (
        "study.yaml:12: checks.accepted[0].found: no finding of a check has the code 'rows_repeated'\n"
        "  hint: did you mean 'row_repeated'?\n"
        "study.yaml:12: checks.accepted[0].source: no source 'saftey' (sources: safety)\n"
        "  hint: did you mean 'safety'?\n"
        "2 problems in study.yaml.\n"
    )


@pytest.mark.usefixtures("_study")
def test_a_file_that_cannot_be_read_fails_beside_one_that_can() -> None:
    Path("b.csv").write_text("", encoding="utf-8")
    shown = check("a.csv", "b.csv", "-i", "safety-scale")
    assert shown.exit_code == 1
    assert "has no header line" in shown.stdout
    alone = check("b.csv", "-i", "safety-scale")
    assert (alone.exit_code, alone.stdout) == (1, "")
    assert alone.stderr.splitlines()[-1] == "1 problem in b.csv; nothing was checked."


@pytest.mark.usefixtures("_study")
def test_files_are_written_whole_and_never_over_the_input() -> None:
    assert check("a.csv", "-i", "safety-scale", "-o", "found.xlsx").exit_code == 0
    assert Path("found.xlsx").stat().st_size > 0
    before = Path("a.csv").read_bytes()
    assert check("a.csv", "-i", "safety-scale", "-o", "a.csv", "--force").exit_code == 1
    assert Path("a.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a.csv"], "say with which instruments the files are to be read (--instrument ID)"),
        (
            ["study.yaml", "-i", "wai"],
            "give a study file on its own: it names its instruments, column maps, sites and waves",
        ),
    ],
)
@pytest.mark.usefixtures("_study")
def test_a_command_line_that_is_wrong_says_why(words: list[str], message: str) -> None:
    shown = check(*words)
    assert shown.exit_code == 2
    assert shown.stderr.startswith(message)


@pytest.mark.usefixtures("_study")
def test_groups_are_made_by_the_columns_of_the_file_whether_or_not_a_map_names_them() -> None:
    Path("a.csv").write_text(ROWS.replace("respondent,site", "respondent,Team name"), encoding="utf-8")
    Path("map.yaml").write_text('site: "Team name"\n', encoding="utf-8")
    own = check("a.csv", "-i", "safety-scale", "--by", "Team name", "--format", "json")
    assert [each["Team name"] for each in json.loads(own.stdout)["groups"]] == ["1", "2"]
    mapped = check("a.csv", "-i", "safety-scale", "-c", "map.yaml", "--by", "Team name", "--format", "json")
    assert [each["site"] for each in json.loads(mapped.stdout)["groups"]] == ["1", "2"]


@pytest.mark.usefixtures("_study")
def test_groups_are_made_by_columns_that_are_there() -> None:
    shown = check("a.csv", "-i", "safety-scale", "--by", "team")
    assert (shown.exit_code, shown.stderr) == (
        1,
        "a.csv: there is no id column 'team' (id columns: respondent, site, wave)\n",
    )
