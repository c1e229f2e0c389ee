"""Every column of scores and of findings is explained, in the order it has in the files."""

import csv
import json

import pytest
from openpyxl import load_workbook
from report_pages import small_study
from support import ROOT, CommandLine
from typer.testing import CliRunner

from sos_score import list_instruments
from sos_score.cli import app
from sos_score.report.columns import COLUMNS, SENTENCE, make_finding_codebook

LABELS = ROOT / "examples/wai_s_labels.csv"


def run(*arguments):
    result = CommandLine()(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def ask(*arguments):
    return json.loads(run("codebook", *arguments, "-f", "json"))["codebook"]


def read_header(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))


@pytest.mark.parametrize("more", [[], ["--as", "mean", "--as", "sum", "--as", "pomp"], ["--min-answered", "1/2"]])
def test_the_columns_of_scores_are_those_of_the_codebook(tmp_path, more):
    path = tmp_path / "s.csv"
    run("score", LABELS, "-i", "wai-s", *more, "-o", path)
    assert [row["column"] for row in ask("-i", "wai-s", *more)] == read_header(path)[3:]


@pytest.mark.parametrize("name", list_instruments())
def test_every_shipped_instrument_has_a_codebook_with_ranges_and_whose_key_it_is(name):
    rows = {row["column"]: row for row in ask("-i", name)}
    scores = [row for row in rows.values() if row["kind"] == "score"]
    counts = [row for row in rows.values() if row["kind"] == "count"]
    assert len(counts) == len(scores) > 0
    bands = [row for row in rows.values() if row not in scores and row not in counts]
    assert all("beside published cut-offs; no diagnosis" in row["label"] for row in bands)
    for row in scores:
        assert row["lowest"] < row["highest"]
        assert row["higher_is"]
        assert row["label"].endswith(f"{row['lowest']:g}-{row['highest']:g}, higher = {row['higher_is']}")
        assert row["key_status"] in ("verified", "derived", "unverified", "structural", "project", "user")
        assert row["key_source"]
        assert len(row["definition_sha256"]) == 64
        assert rows[f"{row['column']}_n"]["lowest"] == 0


def test_a_row_says_all_that_is_known_of_a_column():
    goal = next(row for row in ask("-i", "wai-s") if row["column"] == "wai_s_goal")
    assert goal["unit"] == "mean of 4 items"
    assert (goal["lowest"], goal["highest"], goal["higher_is"]) == (1, 7, "more agreement on the goals")
    assert goal["missing"] == "at least 80% of the items answered; mean of those (4 of 4)"
    assert (goal["key_status"], goal["definition"]) == ("derived", "wai-s 1.0.0")


def test_metrics_have_their_own_range():
    rows = {row["column"]: row for row in ask("-i", "wai-s", "--as", "sum", "--as", "pomp", "--as", "mean")}
    found = {name: (rows[name]["lowest"], rows[name]["highest"]) for name in rows if name.startswith("wai_s_task_")}
    assert found == {
        "wai_s_task_n": (0, 4), "wai_s_task_sum": (4, 28), "wai_s_task_pomp": (0, 100), "wai_s_task_mean": (1, 7),
    }  # fmt: skip


def test_the_columns_of_findings_are_those_of_compare(tmp_path):
    study, path = small_study(tmp_path / "small"), tmp_path / "f.csv"
    run("compare", study, "-o", path, "-q")
    book = make_finding_codebook()
    assert [row[0] for row in book.rows] == read_header(path)
    assert [row[0] for row in book.rows] == [*COLUMNS, SENTENCE]
    assert all(row[1] for row in book.rows)


def test_a_study_has_both_codebooks_and_categories_are_spelt_out(tmp_path):
    study = small_study(tmp_path / "small", label="North")
    written = json.loads(run("codebook", study, "-f", "json"))
    assert {"codebook", "findings"} <= set(written)
    rows = {row["column"]: row for row in written["codebook"]}
    assert rows["site"]["values"] == "a = North; b = B; c = C"
    assert rows["arm"]["values"] == "new = New; old = Old"
    assert list(rows) == ["source", "answered_by", "person", "site", "arm", "wave", "mood_mood", "mood_mood_n"]
    run("codebook", study, "-o", tmp_path / "c.csv")
    assert read_header(tmp_path / "c.findings.csv") == ["column", "meaning"]


def test_a_workbook_of_scores_brings_its_codebook(tmp_path):
    path = tmp_path / "s.xlsx"
    run("score", LABELS, "-i", "wai-s", "-o", path)
    book = load_workbook(path)
    explained = [row[0] for row in book["codebook"].iter_rows(min_row=2, values_only=True)]
    assert explained == list(next(book["scores"].iter_rows(values_only=True)))


@pytest.mark.parametrize("arguments", [[], ["study.yaml", "-i", "wai-s"]])
def test_a_codebook_is_of_a_study_or_of_instruments(arguments):
    result = CliRunner().invoke(app, ["codebook", *arguments])
    assert (result.exit_code, result.stderr) == (
        2, "give a study file, or one or more instruments with -i\nTry 'sos-score codebook --help'.\n",
    )  # fmt: skip
