"""The exported calls: each says what it takes, and gives what the command line gives."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from support import ROOT, CommandLine

import sos_score as library
from sos_score import InvalidRequest, plan_equal_sites

STUDY = str(ROOT / "examples" / "staff_survey.yaml")
PLAN = plan_equal_sites((2, 2), 20, 0.05)


@pytest.mark.parametrize(
    ("call", "maker"),
    [
        (library.assess_reliability, "read_responses(frame, instrument)"),
        (lambda given: library.assess_agreement(given, "site"), "read_responses(frame, instrument)"),
        (lambda given: library.assess_raters(given, "target", "rater"), "read_responses(frame, instrument)"),
        (lambda given: library.assess_retest(given, "T1", "T2"), "read_responses(frame, instrument)"),
        (library.load_study_data, "read_study(path)"),
        (library.compare_study, "load_study_data(study)"),
        (library.score_by_rules, "load_study_data(study)"),
        (lambda given: library.assess_sensitivity(given, {}), "load_study_data(study)"),
        (lambda given: library.tabulate_findings(given, given), "compare_study(data)"),
        (library.assess_plan, "StudyPlan or plan_equal_sites"),
        (library.draw_power, "assess_plan(plan)"),
        (
            lambda given: library.score_survey(pl.DataFrame(), "wai-s", columns=given),
            "ColumnMap or read_column_map(path)",
        ),
        (lambda given: library.score_survey(pl.DataFrame(), "wai-s", choices=given), "ScoringChoices"),
    ],
)
def test_a_call_names_what_makes_what_it_takes(call: Callable[[Any], object], maker: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        call(STUDY)
    assert str(caught.value) == f"give what {maker} returns, not a str"


@pytest.mark.parametrize(
    ("plan", "power", "words"),
    [
        (PLAN, 80, "power lies between alpha, 0.05, and 1, not at 80"),
        (PLAN, 0.05, "power lies between alpha, 0.05, and 1, not at 0.05"),
        (PLAN, math.nan, "power lies between alpha, 0.05, and 1, not at nan"),
        (replace(PLAN, alpha=5), 0.8, "icc, overlap, correlations and alpha are between 0 and 1"),
        (replace(PLAN, waves=3), 0.8, "waves is 1 or 2"),
        (plan_equal_sites((0, 2), 20, 0.05), 0.8, "every arm needs a site and every site a person"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(plan: library.StudyPlan, power: float, words: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        library.assess_plan(plan, power=power)
    assert str(caught.value) == words


def test_one_question_and_one_scale_need_no_list() -> None:
    data = library.load_study_data(library.read_study(STUDY))
    one = library.compare_study(data, "change", "climate", "stress")
    several = library.compare_study(data, ["change"], ["climate"], ["stress"])
    assert one.findings == several.findings
    assert {finding.question for finding in one.findings} == {"change"}


def test_the_frame_of_findings_holds_what_the_csv_holds(cli: CommandLine) -> None:
    data = library.load_study_data(library.read_study(STUDY))
    frame = library.tabulate_findings(library.compare_study(data), data)
    lines = list(csv.reader(io.StringIO(cli("compare", STUDY, "-q", "-f", "csv").stdout)))
    assert list(frame.columns) == lines[0]
    cells = frame.astype(object).where(frame.notna(), "").to_numpy().tolist()
    assert [[str(cell) for cell in row] for row in cells] == lines[1:]
