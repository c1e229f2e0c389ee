"""The export of every platform scores to the numbers of a clean file with the same answers."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from textwrap import dedent

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from sos_score.cli import app

FILES = Path(__file__).parent / "files"
EXAMPLES = Path(__file__).parents[3] / "examples" / "platforms"
SCALE = EXAMPLES / "listened.yaml"
QUESTIONS = (EXAMPLES / "questions.yaml").read_text(encoding="utf-8")
STEM = "Thinking of the last month, how often did you…"

# Each file, and the map that says which of its columns hold what; by default that of the example.
EXPORTS = {
    "qualtrics.csv": "",
    "qualtrics_numeric.csv": "",
    "qualtrics_numeric.tsv": "",
    "qualtrics_two_rows.csv": "",
    "qualtrics_one_row.csv": "",
    "qualtrics_legacy.csv": """
        respondent: ExternalDataReference
        site: Team
        items: {"q_{n}": "Q4_{n}"}
    """,
    "limesurvey.csv": "",
    "limesurvey_codes.csv": "",
    "limesurvey_full.csv": f"""
        respondent: Access code
        site: Which site do you work in?
        items:
          q_1: "{STEM} [agree what to do next]"
          q_2: "{STEM} [feel listened to]"
          q_3: "{STEM} [have to repeat yourself]"
          q_4: "{STEM} [know who to call]"
    """,
    "limesurvey_answer_codes.csv": """
        respondent: token
        site: site
        items: {"q_{n}": "Q_SQ{nnn}"}
        codes: {often: {A1: 1, A2: 2, A3: 3, A4: 4, A5: 5}}
    """,
    "redcap.csv": "",
    "redcap_labels.csv": """
        respondent: Record ID
        site: Team
        items:
          q_1: "How often: agree what to do next"
          q_2: "How often: feel listened to"
          q_3: "How often: have to repeat yourself"
          q_4: "How often: know who to call"
    """,
    "microsoft_forms.csv": QUESTIONS,
    "microsoft_forms_numbers.csv": QUESTIONS,
    "google_forms.csv": QUESTIONS,
    "google_forms_numbers.csv": QUESTIONS,
    "surveymonkey.csv": QUESTIONS,
    "surveymonkey_numeric.csv": QUESTIONS,
    "surveymonkey_one_row.csv": f"""
        respondent: Your code
        site: Which team are you in?
        items:
          q_1: "{STEM} - agree what to do next"
          q_2: "{STEM} - feel listened to"
          q_3: "{STEM} - have to repeat yourself"
          q_4: "{STEM} - know who to call"
    """,
    "jisc.csv": "",
    "jisc_codes.csv": """
        respondent: Q1
        site: Q2
        items: {"q_{n}": "Q3_{n}"}
    """,
    "jisc_text.csv": f"""
        respondent: 1. Your code
        site: 2. Which team are you in?
        items:
          q_1: "3.1. {STEM} - agree what to do next"
          q_2: "3.2. {STEM} - feel listened to"
          q_3: "3.3. {STEM} - have to repeat yourself"
          q_4: "3.4. {STEM} - know who to call"
    """,
    "smartsurvey.csv": "",
    "smartsurvey_numeric.csv": "",
    "smartsurvey_three_rows.csv": f"""
        respondent: Q1
        site: Q2
        items:
          q_1: "Q3. {STEM} [agree what to do next] [How often]"
          q_2: feel listened to
          q_3: have to repeat yourself
          q_4: know who to call
    """,
}

# Where each broken file is wrong: rows of names and line ends inside cells are counted.
BROKEN = {
    "qualtrics": (8, "'Alwys' is not a response"),
    "limesurvey": (3, "7 is outside 1-5"),
    "redcap": (3, "9 is outside 1-5"),
    "google_forms": (5, "'Mostly' is not a response"),
    "surveymonkey": (3, "'Sometime' is not a response"),
    "jisc": (4, "11 is outside 1-5"),
    "smartsurvey": (7, "'Allways' is not a response"),
}


def find_map(name: str) -> str:
    """Return the map of a file: its own, or the example's."""
    given = EXPORTS.get(name, "")
    example = EXAMPLES / f"{name.partition('_')[0].partition('.')[0]}.yaml"
    return dedent(given) or (example.read_text(encoding="utf-8") if example.exists() else "")


def score(
    folder: Path, path: str | Path, *options: str, text: str | None = None
) -> tuple[int, list[dict[str, str]], str]:
    """Score a file with its map; return the exit code, the rows and what was said."""
    path = next(place / path for place in (FILES, EXAMPLES) if (place / path).exists())
    found = find_map(path.name) if text is None else text
    given = ["-c", str(folder / "map.yaml")] if found else []
    (folder / "map.yaml").write_text(found, encoding="utf-8")
    done = CliRunner().invoke(app, ["score", str(path), "-i", str(SCALE), "-f", "csv", *given, *options])
    return done.exit_code, list(csv.DictReader(io.StringIO(done.stdout))), done.stderr.replace(f"{path.parent}/", "")


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_scores_as_a_clean_file_does(tmp_path: Path, name: str) -> None:
    code, rows, said = score(tmp_path, name)
    assert code == 0, said
    assert [list(row.values()) for row in rows] == [list(row.values()) for row in score(tmp_path, "clean.csv")[1]]
    assert "read as an export of " in said


def make_workbook(path: Path, folder: Path) -> Path:
    """Return an Excel workbook with the cells of a file, numbers as numbers."""
    is_tabbed = path.suffix == ".tsv"
    with path.open(encoding="utf-16" if is_tabbed else "utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter="\t" if is_tabbed else ","))
    book = Workbook()
    for row in rows:
        book.active.append([int(cell) if cell.isdecimal() and cell.isascii() else cell or None for cell in row])
    book.save(folder / "export.xlsx")
    return folder / "export.xlsx"


@pytest.mark.parametrize("name", EXPORTS)
def test_a_workbook_of_the_export_scores_the_same(tmp_path: Path, name: str) -> None:
    path = next(place / name for place in (FILES, EXAMPLES) if (place / name).exists())
    code, rows, said = score(tmp_path, make_workbook(path, tmp_path), text=find_map(name))
    assert code == 0, said
    assert [list(row.values()) for row in rows] == [list(row.values()) for row in score(tmp_path, "clean.csv")[1]]
    assert "read as an export of " in said


def test_what_was_recognised_and_left_out_is_said(tmp_path: Path) -> None:
    _, _, said = score(tmp_path, "qualtrics.csv")
    assert said.splitlines()[0] == (
        "qualtrics.csv: 4 rows scored; 1 row left out (preview); 1 row left out (test); "
        "1 row left out (partial, no answer to these items); "
        "read as an export of Qualtrics: 2 rows under the header are not answers; 1 partial row kept"
    )


def test_a_file_of_previews_only_says_why_nobody_is_scored(tmp_path: Path) -> None:
    given = (FILES / "qualtrics_numeric.csv").read_text(encoding="utf-8-sig").splitlines()
    (tmp_path / "made.csv").write_text("\n".join(given[:5]), encoding="utf-8")
    code, _, said = score(tmp_path, tmp_path / "made.csv", text=find_map("qualtrics.csv"))
    assert (code, said.splitlines()[0]) == (1, "made.csv: has no row to score; left out: preview 1")


def test_ids_of_a_record_are_taken_from_the_row_that_has_them(tmp_path: Path) -> None:
    _, rows, said = score(tmp_path, "redcap.csv")
    assert [row["site"] for row in rows] == ["North", "North", "South", "South"]
    assert "4 rows take ids from another row of the same record" in said


def test_header_rows_never_become_people(tmp_path: Path) -> None:
    _, rows, _ = score(tmp_path, "qualtrics_numeric.csv", "--on-invalid", "missing")
    assert [row["respondent"] for row in rows] == ["P1", "P2", "P3", "P4"]


def test_a_problem_names_the_line_of_the_file(tmp_path: Path) -> None:
    code, _, said = score(tmp_path, "qualtrics_broken.csv")
    assert code == 1
    # The question has a line end inside, and so has the first answer: row 6 begins on line 8.
    assert said.splitlines()[0].startswith("qualtrics_broken.csv:8: Q4_1 (item q_1): 'Alwys' is not a response")


def test_a_file_read_as_plain_has_its_header_rows_refused(tmp_path: Path) -> None:
    code, _, said = score(tmp_path, "qualtrics_numeric.csv", "--from", "plain")
    assert code == 1
    assert said.startswith("qualtrics_numeric.csv:2: this row answers none of the 4 items")


def test_a_platform_that_is_not_known_is_named_with_those_that_are(tmp_path: Path) -> None:
    code, _, said = score(tmp_path, "qualtrics_numeric.csv", "--from", "qualtrix")
    assert code == 2
    assert said.splitlines()[-1] == (
        "Error: Invalid value for '--from': 'qualtrix' is not one of 'qualtrics', 'surveymonkey', 'smartsurvey',"
        " 'redcap', 'limesurvey', 'forms', 'jisc', 'plain'. Did you mean 'qualtrics'?"
    )


TABLE = "respondent,q_1,q_2,q_3,q_4\nA,1,2,3,4\nB,2,2,2,2\n"


def score_text(folder: Path, text: str, *options: str) -> tuple[int, list[str], str]:
    """Score a made file; return the exit code, who is in the scores and what was said."""
    (folder / "made.csv").write_text(text, encoding="utf-8")
    code, rows, said = score(folder, folder / "made.csv", *options)
    return code, [row["respondent"] for row in rows], said.replace(f"{folder}/", "")


@pytest.mark.parametrize("commas", ["", ",,,,"])
def test_a_title_over_the_table_is_named_with_the_row_that_names_the_columns(tmp_path: Path, commas: str) -> None:
    code, _, said = score_text(tmp_path, f"Team survey{commas}\n{commas}\n{TABLE}")
    assert code == 1
    assert said.splitlines()[:2] == [
        "made.csv: a title stands where the columns are named ('Team survey')",
        "  hint: the columns seem to be named in row 3: --header-row 3 (in a study file, header_row: 3)",
    ]
    assert score_text(tmp_path, f"Team survey{commas}\n{commas}\n{TABLE}", "--header-row", "3")[1] == ["A", "B"]


def test_a_legend_under_the_data_is_nobody(tmp_path: Path) -> None:
    legend = ",,,,\n1 = Never,,,,\n5 = Always,,,,\n,,,,\nSource: our own,,,,\n"
    code, people, said = score_text(tmp_path, TABLE + legend)
    assert (code, people) == (0, ["A", "B"])
    assert said.splitlines()[0] == (
        "made.csv: 2 rows scored; 3 rows left out (under the data, after a blank row); 2 blank rows left out"
    )


@pytest.mark.parametrize("under", [",,,,\nC,,,,5\n", "C,,,,\n", ",,,,\nC,x,1,,\n"])
def test_a_row_that_answers_or_has_no_blank_row_above_it_is_no_legend(tmp_path: Path, under: str) -> None:
    _, people, _ = score_text(tmp_path, TABLE + under, "--on-invalid", "missing")
    assert people == ["A", "B", "C"]


def test_a_row_of_another_form_has_its_options_unticked(tmp_path: Path) -> None:
    rows = [
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,team,how___1,how___2,how___3,q_2,q_3,q_4",
        "1,,,North,0,0,0,,,",
        "1,listened,1,,0,1,0,2,2,2",
        "2,,,South,0,0,0,,,",
        "2,listened,1,,0,0,0,3,3,3",
    ]
    (tmp_path / "made.csv").write_text("\n".join(rows), encoding="utf-8")
    text = "respondent: record_id\nsite: team\nitems: {q_1: {options: {how___1: 1, how___2: 2, how___3: 3}}}\n"
    code, scored, said = score(tmp_path, tmp_path / "made.csv", text=text)
    assert code == 0, said
    assert [list(row.values()) for row in scored] == [["1", "North", "2.5", "4"], ["2", "South", "3.0", "3"]]
    assert "2 rows left out (no answer to these items)" in said


def test_an_event_is_a_wave_where_the_map_says_so(tmp_path: Path) -> None:
    text = "respondent: record_id\nsite: team\nwave: redcap_event_name\n"
    code, rows, said = score(tmp_path, "redcap_events.csv", text=text)
    assert code == 0, said
    assert [(row["respondent"], row["wave"], row["site"]) for row in rows[:4]] == [
        ("P1", "t1_arm_1", "North"),
        ("P1", "t2_arm_1", "North"),
        ("P2", "t1_arm_1", "North"),
        ("P2", "t2_arm_1", "North"),
    ]


def test_a_form_that_is_filled_in_twice_is_refused_unless_the_map_tells_the_rows_apart(tmp_path: Path) -> None:
    rows = [
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,q_1,q_2,q_3,q_4",
        "1,listened,1,1,1,1,1",
        "1,contact,1,,,,",
        "1,listened,2,2,2,2,2",
    ]
    (tmp_path / "made.csv").write_text("\n".join(rows), encoding="utf-8")
    code, _, said = score(tmp_path, tmp_path / "made.csv", text="respondent: record_id\n")
    assert (code, said.splitlines()[0]) == (1, "made.csv:4: respondent '1' already on line 2")
    text = "respondent: record_id\nwave: redcap_repeat_instance\n"
    assert [row["wave"] for row in score(tmp_path, tmp_path / "made.csv", text=text)[1]] == ["1", "2"]


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.glob("*_broken.csv")))
def test_a_broken_export_is_refused_at_its_line_and_never_makes_people_of_header_rows(
    tmp_path: Path, name: str
) -> None:
    platform = name.removesuffix("_broken.csv")
    text = {"google_forms": QUESTIONS, "surveymonkey": QUESTIONS, "jisc": dedent(EXPORTS["jisc_codes.csv"])}.get(
        platform
    )
    code, _, said = score(tmp_path, name, text=text)
    line, problem = BROKEN[platform]
    assert code == 1
    assert said.splitlines()[0].startswith(f"{name}:{line}: ")
    assert problem in said.splitlines()[0]
    _, rows, _ = score(tmp_path, name, "--on-invalid", "missing", text=text)
    assert [row["respondent"] for row in rows] == ["P1", "P2", "P3", "P4"]


def test_explain_leaves_rows_of_other_forms_out_too() -> None:
    given = [str(EXAMPLES / "redcap.csv"), "-i", str(SCALE), "-c", str(EXAMPLES / "redcap.yaml")]
    done = CliRunner().invoke(app, ["explain", *given, "--respondent", "P1", "-f", "json"])
    assert done.exit_code == 0, done.stderr
    (explained,) = json.loads(done.stdout)["explanations"]
    assert (explained["line"], explained["ids"]["site"]) == (3, "North")


@pytest.mark.parametrize("choice", ["error", "missing"])
def test_a_header_that_stands_there_again_is_nobody(tmp_path: Path, choice: str) -> None:
    code, _, said = score_text(tmp_path, TABLE + TABLE.replace("A", "C").replace("B", "D"), "--on-invalid", choice)
    assert (code, said.splitlines()[:2]) == (
        1,
        [
            "made.csv:4: the columns are named once more in this row, which is nobody's answers",
            "  hint: delete the row",
        ],
    )


def test_two_exports_put_under_each_other_have_their_rows_of_names_left_out(tmp_path: Path) -> None:
    one = (EXAMPLES / "surveymonkey.csv").read_text(encoding="utf-8")
    (tmp_path / "made.csv").write_text(one + re.sub(r"P(\d)", r"R\1", one), encoding="utf-8")
    code, rows, said = score(tmp_path, tmp_path / "made.csv", text=QUESTIONS)
    assert code == 0, said
    assert [row["respondent"] for row in rows] == ["P1", "P2", "P3", "P4", "R1", "R2", "R3", "R4"]
    assert "2 rows left out (the columns named once more)" in said


@pytest.mark.parametrize("name", ["qualtrics.csv", "surveymonkey.csv"])
def test_an_export_under_a_title_is_read_from_the_row_that_is_given(tmp_path: Path, name: str) -> None:
    given = (EXAMPLES / name).read_text(encoding="utf-8-sig")
    (tmp_path / "made.csv").write_text(f"Team survey\n\n{given}", encoding="utf-8")
    code, rows, said = score(tmp_path, tmp_path / "made.csv", "--header-row", "3", text=find_map(name))
    assert code == 0, said
    assert [row["respondent"] for row in rows] == ["P1", "P2", "P3", "P4"]


def test_every_output_says_how_a_file_was_read(tmp_path: Path) -> None:
    given = [str(EXAMPLES / "qualtrics.csv"), "-i", str(SCALE), "-c", str(EXAMPLES / "qualtrics.yaml")]
    done = CliRunner().invoke(app, ["score", *given, "-f", "json"])
    (about,) = json.loads(done.stdout)["about"]["files"]
    assert about["left_out"] == {"preview": 1, "test": 1, "partial, no answer to these items": 1}
    assert [(each["code"], each["rows"]) for each in about["about"]] == [("platform", 2), ("partial_rows_kept", 1)]
    done = CliRunner().invoke(app, ["reliability", *given, "-o", str(tmp_path / "out.json")])
    (same,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["about"]["files"]
    assert (same["left_out"], same["about"]) == (about["left_out"], about["about"])
    assert "read as an export of Qualtrics" in done.stderr


TEXTS = "Your code,Agree what to do,Feel listened to,Have to repeat,Know whom to call\n"


@pytest.mark.parametrize("choice", ["error", "missing"])
def test_a_second_row_of_names_that_nobody_knows_is_refused_as_such(tmp_path: Path, choice: str) -> None:
    header, *answers = TABLE.splitlines(keepends=True)
    code, _, said = score_text(tmp_path, header + TEXTS + "".join(answers), "--on-invalid", choice)
    assert (code, said.splitlines()) == (
        1,
        [
            "made.csv:2: this row answers none of the 4 items: it seems to name the columns too",
            "  hint: say what wrote the file (--from qualtrics), or delete the row",
            "1 problem in made.csv; nothing was scored.",
        ],
    )


def test_a_row_of_questions_is_read_as_such_where_the_platform_is_given(tmp_path: Path) -> None:
    header, *answers = TABLE.splitlines(keepends=True)
    code, people, said = score_text(tmp_path, header + TEXTS + "".join(answers), "--from", "qualtrics")
    assert (code, people) == (0, ["A", "B"])
    assert "read as an export of Qualtrics: 1 row under the header is not answers" in said


def test_somebody_who_mistypes_every_answer_is_no_row_of_names(tmp_path: Path) -> None:
    header, *answers = TABLE.splitlines(keepends=True)
    row = "C,Oftn,Oftn,Nevr,Oftn\n"
    assert score_text(tmp_path, header + row + "".join(answers), "--on-invalid", "missing")[1] == ["C", "A", "B"]
    assert score_text(tmp_path, header + "".join(answers) + TEXTS, "--on-invalid", "missing")[0] == 0
