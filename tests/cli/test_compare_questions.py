"""The questions of a whole study on the command line: the same rows as the library's, in every format."""

import csv
import io
import json
import math

import pytest
from support import ROOT
from typer.testing import CliRunner

from sos_score.cli import app
from sos_score.comparison.compare import compare_study
from sos_score.report.labels import Labels
from sos_score.report.questions.registry import describe_finding
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data

STUDY = ROOT / "examples" / "contrast_study" / "study.yaml"
QUESTIONS = ("variation", "association", "profiles")


def run(*arguments):
    return CliRunner().invoke(app, ["compare", str(STUDY), "-q", *arguments])


@pytest.fixture(scope="module")
def data():
    return load_study_data(read_study(STUDY))


@pytest.fixture(scope="module")
def comparison(data):
    return compare_study(data, QUESTIONS)


@pytest.fixture(scope="module")
def written():
    return json.loads(run(*(part for name in QUESTIONS for part in ("--only", name)), "-f", "json").stdout)


@pytest.mark.parametrize("question", QUESTIONS)
def test_files_hold_the_findings_of_the_library(data, comparison, written, question):
    expected = comparison.ask(question)
    labels = Labels.of(comparison, data)
    assert len(written[question]) == len(expected) > 20
    for cells, finding in zip(written[question], expected, strict=True):
        estimate, effect, test = finding.estimate, finding.effect, finding.test
        for name, value in (
            ("estimate", estimate.value), ("low", estimate.low), ("high", estimate.high),
            ("effect", effect.value), ("effect_low", effect.low), ("effect_high", effect.high),
            ("statistic", test.statistic), ("df", test.df), ("p", test.p), ("p_adjusted", test.p_adjusted),
        ):  # fmt: skip
            assert cells[name] == (pytest.approx(value, rel=1e-9) if math.isfinite(value) else None), name
        assert cells["counts"] == "; ".join(map(str, finding.counts))
        shown = (labels.name_verdict(finding), labels.name_groups(finding), " to ".join(finding.waves))
        assert (cells["verdict"], cells["groups"], cells["wave"]) == shown
        assert cells["sentence"] == describe_finding(finding, labels)


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
    assert done.stderr.startswith(
        "no question 'variaton' (questions: design, level, change, arms, did, variation, association, profiles,"
        " sensitivity)"
    )
