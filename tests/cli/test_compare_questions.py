"""The questions of a whole study on the command line: the same rows as the library's, in every format."""

import csv
import io
import json
import math

import pytest
from factories import compare_data
from support import ROOT, CommandLine

from sos_score.comparison.questions import registry

STUDY = ROOT / "examples" / "contrast_study" / "study.yaml"
QUESTIONS = ("variation", "association", "profiles")


run = CommandLine("compare", STUDY, "-q")


@pytest.fixture(scope="module")
def rows(example_data):
    return compare_data(example_data, QUESTIONS).rows


@pytest.fixture(scope="module")
def written():
    return json.loads(run(*(part for name in QUESTIONS for part in ("--only", name)), "-f", "json").stdout)


@pytest.mark.parametrize("question", QUESTIONS)
def test_files_hold_the_rows_of_the_library(rows, written, question):
    expected = [row for row in rows if row.question == question]
    assert len(written[question]) == len(expected) > 20
    for cells, row in zip(written[question], expected, strict=True):
        for name in (
            "estimate",
            "low",
            "high",
            "effect",
            "effect_low",
            "effect_high",
            "statistic",
            "df",
            "p",
            "p_adjusted",
        ):
            value = getattr(row, name)
            assert cells[name] == (pytest.approx(value, rel=1e-9) if math.isfinite(value) else None), name
        assert cells["counts"] == "; ".join(map(str, row.counts))
        assert (cells["verdict"], cells["groups"], cells["wave"]) == (row.verdict, row.groups, row.wave)
        assert cells["sentence"] == row.sentence


def test_csv_and_json_agree(written):
    cells = list(csv.DictReader(io.StringIO(run("--only", "association", "-f", "csv").stdout)))
    assert [row["method"] for row in cells] == [row["method"] for row in written["association"]]


def test_the_terminal_says_what_the_data_cannot_tell_when_asked_by_name():
    shown = " ".join(run("--only", "variation", "--scale", "alliance_family.task").stdout.split())
    said = (
        "Task (Alliance, families' view), T2: of the variation in scores, workers account for 34% [0% to 66%] and sites"
        " account for 0% [0% to 30%]; the data cannot tell which is larger (p = .076, adjusted p = .137)."
    )
    assert said in shown
    assert "the inconclusive" not in shown


def test_an_unknown_question_is_refused_with_the_known_ones():
    done = run("--only", "variaton")
    assert done.exit_code == 2
    listed = ", ".join(f"'{name}'" for name in [*registry.QUESTIONS, "sensitivity"])
    assert done.stderr.endswith(
        f"Invalid value for '--only': 'variaton' is not one of {listed}. Did you mean 'variation'?\n"
    )


@pytest.mark.parametrize(
    ("question", "needs"),
    [
        ("level", "a norm, or answers of staff to the items"),
        ("change", "scores of a site at two waves"),
        ("arms", "two arms with scores"),
        ("did", "two arms, each with a site that has scores at both waves"),
        ("association", "pairs of outcomes in the study file (pairs:)"),
        ("profiles", "several scales with norms at two sites or waves"),
        ("extremes", "scales whose lowest and highest score are known"),
    ],
)
def test_a_question_without_an_answer_says_what_it_takes(question, needs, tmp_path):
    data = tmp_path / "scores.csv"
    rows = [f"{site}{n},{site},{n % 5}.5" for site in "AB" for n in range(8)]
    data.write_text("\n".join(["respondent,site,mood", *rows]), encoding="utf-8")
    shown = CommandLine("compare")(data, "--only", question)
    assert shown.exit_code == 0
    assert f"Nothing to show: this needs {needs}." in " ".join(shown.stdout.split())
    assert "─" not in shown.stdout
    written = CommandLine("compare")(data, "--only", question, "-o", tmp_path / "found.csv")
    assert written.exit_code == 0
    assert f"Nothing to show: this needs {needs}." in written.stderr


def test_what_is_within_a_level_has_its_reason_where_nothing_can_be_estimated(tmp_path):
    data = tmp_path / "flat.csv"
    rows = [f"{site}{n},{site},3" for site in "AB" for n in range(8)]
    data.write_text("\n".join(["respondent,site,mood", *rows]), encoding="utf-8")
    found = CommandLine("compare")(data, "--only", "variation", "-o", tmp_path / "found.csv")
    assert found.exit_code == 0
    with (tmp_path / "found.csv").open(encoding="utf-8", newline="") as file:
        within = [row for row in csv.DictReader(file) if row["groups"] == "within sites"]
    assert [row["effect"] for row in within] == [""]
    assert "the scores do not vary" in within[0]["notes"]
    shown = CommandLine("compare")(data, "--only", "variation").stdout
    assert [line.split()[-2:] for line in shown.splitlines() if "within sites" in line] == [["not", "known"]]
