"""``sos-score score``: real files in, real files out, and the exact words when something is wrong."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest
from python_calamine import load_workbook
from support import ROOT, CommandLine, run_shell
from typer.testing import Result

from sos_score import load_instrument, score_survey
from sos_score.output import score_writer

EXAMPLE = ROOT / "examples" / "wai_s_labels.csv"
SURVEYS = ROOT / "tests" / "invalid" / "surveys"
ITEMS = [f"wais_{number:02}" for number in range(1, 13)]
CAVEAT = "wai-s 1.0.0: key derived; missing rule set by sos-score\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    shutil.copy(EXAMPLE, tmp_path / "t1.csv")
    return tmp_path


run = CommandLine("score")


def score(*words: str | Path, stdin: bytes | None = None) -> Result:
    """Return the result of a command that must succeed."""
    result = run(*words, stdin=stdin)
    assert (result.exit_code, result.exception) == (0, None), result.output
    return result


def fail(code: int, *words: str | Path, stdin: bytes | None = None) -> str:
    """Return the standard error of a command that must fail, printing no result."""
    result = run(*words, stdin=stdin)
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    return result.stderr


def write_survey(path: str, rows: dict[str, list[Any]], ids: str = "respondent") -> None:
    """Write a survey of the WAI-S, each row a name and twelve answers."""
    with Path(path).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([ids, *ITEMS])
        writer.writerows([name, *answers] for name, answers in rows.items())


def by_library() -> pl.DataFrame:
    return score_survey(pl.read_csv(EXAMPLE, infer_schema=False), load_instrument("wai-s"))


def files() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_a_respondent_with_a_space_is_the_one_without() -> None:
    write_survey("twice.csv", {"A": [5] * 12, "B": [5] * 12, " A": [4] * 12})
    said = fail(1, "twice.csv", "-i", "wai-s")
    assert said == "twice.csv:4: respondent 'A' already on line 2\n1 problem in twice.csv; nothing was scored.\n"


# The formats say the same as the library.


def read_csv(path: str | io.BytesIO) -> pl.DataFrame:
    frame = pl.read_csv(path, infer_schema=False)
    return frame.with_columns(
        *[pl.col(name).cast(pl.Float64) for name in frame.columns if name.startswith("wai_s_")],
    ).with_columns(pl.col("^.*_n$").cast(pl.Int64))


def test_csv_holds_the_librarys_scores_and_what_stands_beside_it_says_which_key_gave_them() -> None:
    result = score("t1.csv", "-i", "wai-s", "-o", "scores.csv")
    assert read_csv("scores.csv").equals(by_library())
    assert files() == ["scores.csv", "scores.csv.about.json", "t1.csv"]
    check_about(json.loads(Path("scores.csv.about.json").read_text(encoding="utf-8")))
    assert result.stdout == ""
    library = by_library()
    gaps = [f"wai_s_{name} {library[f'wai_s_{name}'].null_count()}" for name in ("task", "bond", "goal", "total")]
    unscored = f"24 rows scored; without a score: {', '.join(gaps)}"
    assert result.stderr == f"t1.csv: {unscored}; 2 answers missing (not applicable)\n{CAVEAT}"


def check_about(about: dict[str, Any]) -> None:
    definition = about["definitions"][0]
    assert about["software"] == "sos-score 0.1.0"
    assert (definition["id"], definition["version"]) == ("wai-s", "1.0.0")
    content = (ROOT / "instruments" / "wai-s.yaml").read_bytes()
    assert definition["sha256"] == hashlib.sha256(content).hexdigest()
    assert definition["verification"]["key"]["status"] == "derived"
    assert definition["missing"]["total"] == "at least 80% of the items answered; mean of those"
    scored = by_library()
    expected = {name: 24 - scored[name].null_count() for name in scored.columns if f"{name}_n" in scored.columns}
    missing = EXAMPLE.read_text().count("N/A")
    assert about["files"] == [
        {
            "file": "t1.csv",
            "rows": 24,
            "instruments": ["wai-s"],
            "norms": [],
            "blank_rows": 0,
            "left_out": {},
            "about": [],
            "warnings": [],
            "missing": {"not applicable": missing},
            "invalid_made_missing": {},
            "scored": expected,
        }
    ]


def test_parquet_holds_the_librarys_scores_and_which_key_gave_them() -> None:
    score("t1.csv", "-i", "wai-s", "-o", "scores.parquet")
    assert pl.read_parquet("scores.parquet").equals(by_library())
    check_about(json.loads(pl.read_parquet_metadata("scores.parquet")["sos_score"]))
    assert files() == ["scores.parquet", "t1.csv"]


def test_json_holds_the_librarys_scores_and_which_key_gave_them() -> None:
    score("t1.csv", "-i", "wai-s", "-o", "scores.json")
    written = json.loads(Path("scores.json").read_text(encoding="utf-8"))
    assert written["rows"] == by_library().to_dicts()
    check_about(written["about"])
    assert files() == ["scores.json", "t1.csv"]


def test_xlsx_holds_the_librarys_scores_and_which_key_gave_them() -> None:
    score("t1.csv", "-i", "wai-s", "-o", "scores.xlsx")
    book = load_workbook("scores.xlsx")
    assert book.sheet_names == ["scores", "codebook", "about"]
    header, *rows = book.get_sheet_by_name("scores").to_python()
    library = by_library()
    assert header == library.columns
    # A worksheet keeps 16 digits of a number.
    for cells, row in zip(rows, library.rows(), strict=True):
        assert cells[:3] == list(row[:3])
        assert cells[3:] == ["" if value is None else pytest.approx(value, rel=1e-15) for value in row[3:]]
    about = dict(book.get_sheet_by_name("about").to_python())
    assert about["definitions[0].id"] == "wai-s"
    assert about["definitions[0].sha256"] == hashlib.sha256((ROOT / "instruments/wai-s.yaml").read_bytes()).hexdigest()
    assert about["definitions[0].verification.key.status"] == "derived"


def test_the_same_scores_give_the_same_bytes() -> None:
    for suffix in ("csv", "json", "xlsx", "parquet", "sav"):
        first, second = (score("t1.csv", "-i", "wai-s", "-o", f"{name}.{suffix}") for name in ("a", "b"))
        assert Path(f"a.{suffix}").read_bytes() == Path(f"b.{suffix}").read_bytes()
        assert first.stderr == second.stderr


def test_the_terminal_shows_rounded_scores_and_no_more_than_twenty_rows() -> None:
    lines = score("t1.csv", "-i", "wai-s").stdout.splitlines()
    assert lines[0].split() == ["respondent", "site", "wave", "wai_s_task", "wai_s_bond", "wai_s_goal", "wai_s_total"]
    shown = [line.split() for line in lines[2:22]]
    for cells, row in zip(shown, by_library().rows(named=True), strict=False):
        values = [row[f"wai_s_{name}"] for name in ("task", "bond", "goal", "total")]
        printed = ["-" if value is None else f"{value:.2f}" for value in values]
        assert cells == [row["respondent"], row["site"], row["wave"], *printed]
    assert lines[22:] == ["4 more rows; write them all with --output scores.csv"]


@pytest.mark.parametrize("output", [[], ["-o", "-"]], ids=["no output", "-o -"])
def test_csv_and_json_go_to_standard_output_too(output: list[str]) -> None:
    result = score("t1.csv", "-i", "wai-s", "-f", "csv", *output)
    assert read_csv(io.BytesIO(result.stdout_bytes)).equals(by_library())
    result = score("t1.csv", "-i", "wai-s", "-f", "json", *output)
    assert json.loads(result.stdout)["rows"] == by_library().to_dicts()
    assert files() == ["t1.csv"]


def test_the_format_asked_for_goes_before_the_suffix() -> None:
    score("t1.csv", "-i", "wai-s", "-f", "json", "-o", "scores.txt")
    assert json.loads(Path("scores.txt").read_text(encoding="utf-8"))["rows"] == by_library().to_dicts()


def test_quiet_says_nothing() -> None:
    assert score("t1.csv", "-i", "wai-s", "-o", "scores.csv", "-q").stderr == ""
    assert score("t1.csv", "-i", "wai-s", "-f", "csv", "-q").stderr == ""


def test_standard_input_is_read_in_any_encoding() -> None:
    result = score("-", "-i", "wai-s", "-f", "csv", stdin=EXAMPLE.read_text().encode("utf-16"))
    assert read_csv(io.BytesIO(result.stdout_bytes)).equals(by_library())
    assert result.stderr.startswith("-: 24 rows scored")


# Files are whole or not there.


@pytest.mark.parametrize("name", ["scores.csv", "scores.csv.about.json"])
def test_nothing_is_replaced_without_force(name: str) -> None:
    Path(name).write_text("precious")
    said = f"{name}: already exists; add --force to replace it, or choose another name\n"
    expected = f"{said}1 problem in {name}; nothing was scored.\n"
    assert fail(1, "t1.csv", "-i", "wai-s", "-o", "scores.csv") == expected
    assert Path(name).read_text() == "precious"
    assert files() == [name, "t1.csv"]
    score("t1.csv", "-i", "wai-s", "-o", "scores.csv", "--force")
    assert read_csv("scores.csv").equals(by_library())
    assert json.loads(Path("scores.csv.about.json").read_text())["definitions"][0]["id"] == "wai-s"


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx", "parquet", "sav"])
def test_a_failure_leaves_what_was_there_and_nothing_else(suffix: str) -> None:
    rows = {f"R{n}": [5] * 12 for n in range(700)}
    write_survey("bad.csv", rows | {"Z": ["Oftn", *[5] * 11]})
    name = f"scores.{suffix}"
    Path(name).write_text("precious")
    fail(1, "bad.csv", "-i", "wai-s", "-o", name, "--force")
    assert Path(name).read_text() == "precious"
    assert files() == sorted(["bad.csv", name, "t1.csv"])


@pytest.mark.parametrize(("output", "message"), [("out.csv", "is a folder"), ("no/s.csv", "there is no folder 'no'")])
def test_a_place_that_cannot_be_written_is_a_problem_before_anything_is_read(output: str, message: str) -> None:
    Path("out.csv.about.json").mkdir()
    said = fail(1, "t1.csv", "-i", "wai-s", "-o", output)
    assert said.splitlines()[0].endswith(f": {message}")
    assert said.splitlines()[1:] == [f"1 problem in {said.split(':')[0]}; nothing was scored."]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_a_problem() -> None:
    Path("shut").mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    expected = "shut/s.csv: cannot be written (Permission denied)\n1 problem in shut/s.csv; nothing was scored.\n"
    assert fail(1, "t1.csv", "-i", "wai-s", "-o", "shut/s.csv") == expected


def test_a_failing_disk_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(score_writer.BatchWriter, "finish", break_off)
    for name in ("scores.json", "scores.csv"):
        expected = f"{name}: cannot be written (No space left on device)\n1 problem in {name}; nothing was scored.\n"
        assert fail(1, "t1.csv", "-i", "wai-s", "-o", name) == expected
    assert files() == ["t1.csv"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no limit on the size of a file here")
@pytest.mark.parametrize("name", ["s.csv", "s.json", "s.xlsx"])
def test_an_output_that_does_not_fit_on_the_disk_is_blamed_and_not_the_answers(name: str, tmp_path: Path) -> None:
    write_survey("many.csv", {f"A{number}": [5] * 12 for number in range(2000)})
    said = run_shell(f"ulimit -f 16; sos-score score many.csv -i wai-s -q -o {name}; echo $?", tmp_path)
    first, *rest = said.splitlines()
    assert first.startswith(f"{name}: cannot be written (File too large")
    assert rest == [f"1 problem in {name}; nothing was scored.", "1"]
    assert not [path for path in tmp_path.iterdir() if name in path.name]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize("command", ["score t1.csv -i wai-s", "score t1.csv -i wai-s -f csv", "show wai-s", "list"])
def test_a_terminal_that_takes_nothing_is_no_bug_of_ours(command: str, tmp_path: Path) -> None:
    said = run_shell(f"sos-score {command} > /dev/full; echo $?", tmp_path)
    said, code = said.splitlines()
    assert said.removeprefix("standard output: ") == "cannot be read or written (No space left on device)"
    assert code == "1"


# A spreadsheet takes nothing for a formula.

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\ry", '=HYPERLINK("http://a.b")']
MAP = 'respondent: Who are you?\nothers: {"note": "Say more"}\nconstants: {wave: "=T1"}\n'


def write_formulas() -> None:
    Path("map.yaml").write_text(MAP)
    with Path("formulas.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Who are you?", "Say more", *ITEMS])
        writer.writerows([text, f"a{text}", *[5] * 12] for text in FORMULAS)


def test_csv_disarms_text_that_begins_like_a_formula_and_nothing_else() -> None:
    write_formulas()
    score("formulas.csv", "-i", "wai-s", "-c", "map.yaml", "-o", "scores.csv")
    with Path("scores.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["respondent"] for row in rows] == [f"'{text}" for text in FORMULAS]
    assert [row["note"] for row in rows] == [f"a{text}" for text in FORMULAS]
    assert {row["wave"] for row in rows} == {"'=T1"}
    assert {row["wai_s_bond"] for row in rows} == {"5.0"}


def test_a_negative_score_is_no_formula() -> None:
    lines = (SURVEYS / "mood4.yaml").read_text().replace("min: 1", "min: -5").splitlines()
    Path("mood4.yaml").write_text("\n".join(line for line in lines if "labels:" not in line))
    Path("low.csv").write_text("m1,m2,m3,m4\n-5,5,-5,5\n")
    score("low.csv", "-i", "mood4.yaml", "-o", "scores.csv")
    assert Path("scores.csv").read_text() == "mood4_mood,mood4_mood_n\n-5.0,4\n"


def test_a_file_name_that_looks_like_a_formula_is_disarmed_as_a_source() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    Path("=1.csv").write_text(text, encoding="utf-8")
    Path("@2.csv").write_text(text.replace("\nF", "\nG"), encoding="utf-8")
    score("=1.csv", "@2.csv", "-i", "wai-s", "-o", "scores.csv")
    assert pl.read_csv("scores.csv")["source"].unique(maintain_order=True).to_list() == ["'=1.csv", "'@2.csv"]


def test_xlsx_keeps_text_as_text() -> None:
    write_formulas()
    score("formulas.csv", "-i", "wai-s", "-c", "map.yaml", "-o", "scores.xlsx")
    rows = load_workbook("scores.xlsx").get_sheet_by_name("scores").to_python()
    assert [row[0] for row in rows[1:]][:5] == FORMULAS[:5]
    assert rows[7][0] == FORMULAS[6]
    # A formula or a link would be an element of its own.
    import zipfile

    with zipfile.ZipFile("scores.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


# Several instruments, several files.


def test_several_instruments_in_one_export_stand_side_by_side() -> None:
    shutil.copy(SURVEYS / "mood4.yaml", "mood4.yaml")
    frame = pl.read_csv(EXAMPLE, infer_schema=False).with_columns(
        *[pl.lit(answer).alias(f"m{place}") for place, answer in enumerate(("Agree", "2", "5", "N/A"), start=1)]
    )
    frame.write_csv("both.csv")
    result = score("both.csv", "-i", "wai-s", "-i", "mood4.yaml", "-o", "scores.csv")
    scored = pl.read_csv("scores.csv")
    assert read_csv("scores.csv").select(by_library().columns).equals(by_library())
    assert scored.columns == [*by_library().columns, "mood4_mood", "mood4_mood_n"]
    assert scored["mood4_mood"].to_list() == [(4 + 4 + 5) / 3] * 24
    about = json.loads(Path("scores.csv.about.json").read_text())
    assert [definition["id"] for definition in about["definitions"]] == ["wai-s", "mood4"]
    assert result.stderr.endswith(CAVEAT)


def test_several_files_are_stacked_with_their_source() -> None:
    write_survey("t2.csv", {"A": [7] * 12})
    score("t1.csv", "t2.csv", "-i", "wai-s", "-o", "scores.csv")
    scored = pl.read_csv("scores.csv", infer_schema=False)
    assert scored.columns == ["source", *by_library().columns]
    assert scored["source"].to_list() == ["t1.csv"] * 24 + ["t2.csv"]
    assert scored.row(24, named=True)["site"] is None
    assert scored.row(24, named=True)["wai_s_total"] == "6.0"
    about = json.loads(Path("scores.csv.about.json").read_text())
    assert [(each["file"], each["rows"]) for each in about["files"]] == [("t1.csv", 24), ("t2.csv", 1)]


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx", "parquet", "sav"])
def test_a_file_that_fails_does_not_take_the_others_down(suffix: str) -> None:
    write_survey("late.csv", {f"R{n}": [5] * 12 for n in range(700)} | {"Z": ["Oftn", *[5] * 11]})
    write_survey("t2.csv", {"A": [7] * 12})
    name = f"scores.{suffix}"
    result = run("late.csv", "gone.csv", "t1.csv", "t2.csv", "-i", "wai-s", "-o", name)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[:3] == [
        "late.csv:702: wais_01: 'Oftn' is not a response of 'never_always' "
        "(Never, Rarely, Occasionally, Sometimes, Often, Very often, Always, or 1-7)",
        "  hint: did you mean 'Often'?",
        "gone.csv: cannot be read (No such file or directory)",
    ]
    assert lines[3].startswith("t1.csv: 24 rows scored")
    assert lines[4].startswith("t2.csv: 1 row scored")
    assert lines[-1] == "2 problems in 2 files; 2 files were not scored."
    assert read_sources(name) == ["t1.csv"] * 24 + ["t2.csv"]


def read_sources(name: str) -> list[str]:
    if name.endswith("csv"):
        return pl.read_csv(name)["source"].to_list()
    if name.endswith("parquet"):
        return pl.read_parquet(name)["source"].to_list()
    if name.endswith("sav"):
        return pyreadstat.read_sav(name, output_format="polars")[0]["source"].to_list()
    if name.endswith("json"):
        return [row["source"] for row in json.loads(Path(name).read_text())["rows"]]
    return [str(row[0]) for row in load_workbook(name).get_sheet_by_name("scores").to_python()[1:]]


def test_where_every_file_fails_nothing_is_written_and_all_problems_are_shown() -> None:
    write_survey("a.csv", {"A": [9] * 12})
    said = fail(1, "a.csv", "gone.csv", "-i", "wai-s", "-o", "scores.csv")
    assert said.splitlines()[0] == "a.csv:2: wais_01: 9 is outside 1-7; 12 cells in 12 items"
    assert said.splitlines()[-2:] == [
        "gone.csv: cannot be read (No such file or directory)",
        "2 problems in 2 files; nothing was scored.",
    ]
    assert files() == ["a.csv", "t1.csv"]


def test_a_file_that_fails_late_leaves_no_rows_in_the_terminals_table() -> None:
    write_survey("late.csv", {f"R{n}": [5] * 12 for n in range(700)} | {"Z": ["Oftn", *[5] * 11]})
    write_survey("t2.csv", {"A": [7] * 12})
    result = run("late.csv", "t2.csv", "-i", "wai-s")
    assert result.exit_code == 1
    assert "R1" not in result.stdout
    assert result.stdout.splitlines()[2].split() == ["t2.csv", "A", "7.00", "7.00", "4.00", "6.00"]


# Numbers that turn to text, answers that are not allowed.


def test_a_column_of_numbers_may_turn_to_labels_after_many_rows() -> None:
    rows = {f"R{n}": [5] * 12 for n in range(700)}
    write_survey("late.csv", rows | {"Z": ["Always", "N/A", "5.0", " 5", "+5", "05", *[5] * 6]})
    result = score("late.csv", "-i", "wai-s", "-o", "scores.csv")
    scored = read_csv("scores.csv")
    assert scored.height == 701
    assert scored.row(700, named=True)["wai_s_bond"] == 5
    assert scored.row(700, named=True)["wai_s_task_n"] == 3
    assert "1 answer missing (not applicable)" in result.stderr


def test_numbers_that_grow_after_many_rows_are_found_where_they_first_stand() -> None:
    rows = {f"R{n}": [5] * 12 for n in range(700)}
    grown = {"X": [300, *[5] * 11], "Y": [300, 40000, -129, *[5] * 9], "Z": [-5, 128, *[5] * 10]}
    write_survey("late.csv", rows | grown)
    said = fail(1, "late.csv", "-i", "wai-s", "-o", "scores.csv")
    assert [line.removesuffix(" is outside 1-7") for line in said.splitlines()[:-1]] == [
        "late.csv:702: wais_01: 300 is outside 1-7; 2 cells",
        "late.csv:703: wais_02: 40000",
        "late.csv:703: wais_03: -129",
        "late.csv:704: wais_01: -5",
        "late.csv:704: wais_02: 128",
    ]


def test_codes_for_no_answer_may_be_larger_than_any_answer() -> None:
    Path("map.yaml").write_text("missing: {refused: [999], not asked: [-9999]}\n")
    rows = {f"R{n}": [5] * 12 for n in range(700)}
    write_survey("late.csv", rows | {"Y": [999, -9999, *[5] * 10], "Z": [4, 999, *[5] * 10]})
    said = score("late.csv", "-i", "wai-s", "-c", "map.yaml", "-o", "scores.csv").stderr
    scored = read_csv("scores.csv")
    assert scored["wai_s_total_n"].to_list() == [12] * 700 + [10, 11]
    assert scored.row(701, named=True)["wai_s_bond"] == 5
    assert "2 answers missing (refused); 1 answer missing (not asked)" in said


def test_answers_that_are_not_allowed_can_be_made_missing_and_are_counted_by_item() -> None:
    answers = ["Oftn", 8, "4 (often)", *[5] * 9]
    write_survey("t2.csv", {"A": answers, "B": ["Oftn", 99, "", *[5] * 9], "C": [5] * 12})
    said = fail(1, "t2.csv", "-i", "wai-s")
    assert said.splitlines()[-1] == "3 problems in t2.csv; nothing was scored."
    result = score("t2.csv", "-i", "wai-s", "--on-invalid", "missing", "-o", "scores.csv")
    made = "4 answers not allowed, treated as missing (wais_01 2, wais_02 1, wais_03 1)"
    assert made in result.stderr
    assert "1 answer missing (not applicable)" in result.stderr
    assert read_csv("scores.csv")["wai_s_total_n"].to_list() == [9, 9, 12]
    about = json.loads(Path("scores.csv.about.json").read_text())["files"][0]
    assert about["invalid_made_missing"] == {"wais_01": 2, "wais_02": 1, "wais_03": 1}
    assert about["missing"] == {"not applicable": 1}


def test_making_answers_missing_does_not_excuse_a_respondent_who_is_there_twice() -> None:
    Path("twice.csv").write_text("\n".join([",".join(["respondent", *ITEMS]), *["A" + ",9" * 12] * 2]) + "\n")
    said = fail(1, "twice.csv", "-i", "wai-s", "--on-invalid", "missing")
    assert said == "twice.csv:3: respondent 'A' already on line 2\n1 problem in twice.csv; nothing was scored.\n"


def test_blank_rows_are_left_out_and_counted() -> None:
    write_survey("t2.csv", {"A": [5] * 12, "": [""] * 12, "B": [6] * 12})
    result = score("t2.csv", "-i", "wai-s", "-f", "csv")
    assert result.stderr.startswith("t2.csv: 2 rows scored; 1 blank row left out\n")
    assert read_csv(io.BytesIO(result.stdout_bytes))["respondent"].to_list() == ["A", "B"]


def test_a_column_that_is_an_id_and_an_item_is_both() -> None:
    Path("map.yaml").write_text("respondent: wais_01\n")
    write_survey("t2.csv", {"A": [5] * 12})
    assert read_csv(io.BytesIO(score("t2.csv", "-i", "wai-s", "-c", "map.yaml", "-f", "csv").stdout_bytes))[
        "respondent"
    ].to_list() == ["5"]


# The command line itself.


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["-o", "scores.doc"],
            "cannot tell a format from 'scores.doc'; end the name in .csv, .json, .xlsx, .parquet, .sav, or give"
            " --format",
        ),
        (["-f", "xlsx"], "xlsx needs a file (--output results.xlsx)"),
        (["-f", "parquet", "-o", "-"], "parquet needs a file (--output results.parquet)"),
        (["-f", "sav"], "sav needs a file (--output results.sav)"),
        (
            ["-f", "table", "-o", "s.csv"],
            "a table goes to the terminal; for a file give --format (csv, json, xlsx, parquet, sav)",
        ),
        (["-i", "wai-s"], "'wai-s' and 'wai-s' both have an item 'wais_01'"),
    ],
)
def test_a_wrong_command_line_is_exit_2_and_writes_nothing(words: list[str], message: str) -> None:
    assert fail(2, "t1.csv", "-i", "wai-s", *words) == f"{message}\nTry 'sos-score score --help'.\n"
    assert files() == ["t1.csv"]


def test_a_column_of_the_map_cannot_take_the_place_of_the_source() -> None:
    Path("map.yaml").write_text("respondent: respondent\nothers: {source: site}\n")
    said = fail(2, "t1.csv", "t1.csv", "-i", "wai-s", "-c", "map.yaml")
    assert said.startswith("with several files 'source' is the name of the file")
    assert "source" in score("t1.csv", "-i", "wai-s", "-c", "map.yaml").stdout


def test_no_instrument_and_no_data_are_exit_2() -> None:
    assert run("t1.csv").exit_code == 2
    assert run("-i", "wai-s").exit_code == 2


def test_an_unknown_instrument_is_exit_1_and_guessed_at() -> None:
    said = fail(1, "t1.csv", "-i", "wai-z")
    assert "wai-z" in said
    assert said.endswith("nothing was scored.\n")


# Every kind of bad input, in the exact words a user sees.


def list_surveys() -> list[Path]:
    return sorted(SURVEYS.glob("*.csv"))


@pytest.mark.parametrize("path", list_surveys(), ids=lambda path: path.stem)
def test_a_bad_survey_says_exactly_this(path: Path, folder: Path) -> None:
    for part in SURVEYS.glob(f"{path.stem}.*"):
        shutil.copy(part, folder)
    shutil.copy(SURVEYS / "mood4.yaml", folder)
    column_map = Path(f"{path.stem}.map.yaml")
    words = ["-c", column_map] if column_map.exists() else []
    said = fail(1, path.name, "-i", "mood4.yaml", *words, "-o", "scores.csv")
    assert said == path.with_suffix(".txt").read_text(encoding="utf-8")
    assert not Path("scores.csv").exists()


def test_every_bad_survey_has_its_text_and_every_text_its_survey() -> None:
    stems = {path.stem for path in list_surveys()}
    assert stems == {path.stem for path in SURVEYS.glob("*.txt")}
    assert len(stems) >= 20


# Where on a machine the files lie goes into no result.


def test_a_file_is_called_in_results_by_its_path_from_the_folder_of_all(tmp_path: Path) -> None:
    for name, letter in (("a/t1.csv", "A"), ("b/t1.csv", "B")):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text(EXAMPLE.read_text(encoding="utf-8").replace("\nF", f"\n{letter}-"), encoding="utf-8")
    paths = [str(tmp_path / name / "t1.csv") for name in "ab"]
    result = run(*paths, "-i", "wai-s", "-f", "json", "-o", tmp_path / "scores.json")
    assert result.exit_code == 0, result.stderr
    written = (tmp_path / "scores.json").read_text(encoding="utf-8")
    assert [each["file"] for each in json.loads(written)["about"]["files"]] == ["a/t1.csv", "b/t1.csv"]
    assert str(tmp_path) not in written
