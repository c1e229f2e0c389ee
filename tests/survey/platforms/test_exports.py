"""The export of every platform scores to the numbers of a clean file with the same answers."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sos_score.cli import app

FILES = Path(__file__).parent / "files"
MAPS = {
    "qualtrics": 'respondent: ExternalReference\nsite: Team\nitems: {"q_{n}": "Q4_{n}"}\n',
    "redcap": "respondent: record_id\nsite: team\n",
}


def score(folder: Path, name: str, *options: str, text: str = "") -> tuple[int, list[dict[str, str]], str]:
    """Score a file with the map of its platform; return the exit code, the rows and what was said."""
    found = text or MAPS.get(name.partition("_")[0], "")
    given = ["-c", str(folder / "map.yaml")] if found else []
    (folder / "map.yaml").write_text(found, encoding="utf-8")
    done = CliRunner().invoke(
        app, ["score", str(FILES / name), "-i", str(FILES / "made.yaml"), "-f", "csv", *given, *options]
    )
    return done.exit_code, list(csv.DictReader(io.StringIO(done.stdout))), done.stderr.replace(f"{FILES}/", "")


@pytest.mark.parametrize(
    "name",
    [
        "qualtrics_numeric.csv",
        "qualtrics_numeric.tsv",
        "qualtrics_labels.csv",
        "qualtrics_two_rows.csv",
        "qualtrics_one_row.csv",
        "redcap_raw.csv",
    ],
)
def test_an_export_scores_as_a_clean_file_does(tmp_path: Path, name: str) -> None:
    code, rows, said = score(tmp_path, name)
    assert code == 0, said
    assert rows == score(tmp_path, "clean.csv")[1]


def test_what_was_recognised_and_left_out_is_said(tmp_path: Path) -> None:
    _, _, said = score(tmp_path, "qualtrics_labels.csv")
    assert said.splitlines()[0] == (
        "qualtrics_labels.csv: 4 rows scored; 1 row left out (preview); 1 row left out (test); "
        "1 row left out (partial, no answer to these items); "
        "read as an export of Qualtrics: 2 rows under the header are not answers; 1 partial row kept"
    )


def test_ids_of_a_record_are_taken_from_the_row_that_has_them(tmp_path: Path) -> None:
    _, rows, said = score(tmp_path, "redcap_raw.csv")
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
    assert "qualtrics_numeric.csv:2: Q4_1 (item q_1)" in said


def test_a_platform_that_is_not_known_is_named_with_those_that_are(tmp_path: Path) -> None:
    code, _, said = score(tmp_path, "qualtrics_numeric.csv", "--from", "qualtrix")
    assert code == 2
    assert said.splitlines()[0] == (
        "there is no platform 'qualtrix' (qualtrics, surveymonkey, smartsurvey, redcap, limesurvey, forms, jisc, plain)"
        "; did you mean 'qualtrics'?"
    )
