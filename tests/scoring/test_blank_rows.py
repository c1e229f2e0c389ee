"""A row with anything in it is somebody, in files and frames alike, whichever way not answering is written."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from support import make_instrument

from sos_score.errors import InvalidSurvey
from sos_score.scoring.file_summary import FileSummary
from sos_score.scoring.files import discard, score_export
from sos_score.scoring.frames import score_survey
from sos_score.scoring.responses import open_responses
from sos_score.scoring.scorer import OnInvalid, prepare_scorer
from sos_score.survey.readers.registry import open_export

INSTRUMENT = make_instrument(
    {"s": {"items": ["q1..q2"]}},
    "q1..q2",
    response_scales={
        "agree5": {
            "min": 1,
            "max": 2,
            "labels": {"No": 1, "Yes": 2},
            "missing": {"not sure": ["Not sure", 99]},
        }
    },
)
NO_ANSWERS = {"a text": "Not sure,Not sure", "a code": "99,99", "one of each": "Not sure,99", "one blank": ",Not sure"}


def score(path: Path, on_invalid: OnInvalid = "error") -> FileSummary:
    with open_export(str(path)) as export:
        return score_export(export, prepare_scorer(export.header, [INSTRUMENT]), on_invalid, discard)


@pytest.mark.parametrize("answers", NO_ANSWERS.values(), ids=NO_ANSWERS)
@pytest.mark.parametrize("others", ["1,2", "No,Yes"], ids=["among codes", "among labels"])
def test_who_gives_only_reasons_is_somebody_where_nobody_is_named(tmp_path: Path, answers: str, others: str) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(f"comment,q1,q2\nx,{others}\ny,{answers}\nz,,\n\n,  ,\n")
    summary = score(path)
    assert (summary.rows, summary.blank_rows) == (2, 2)
    with open_responses([str(path)], INSTRUMENT) as responses:
        scores = responses.frame.select("test_s").collect()["test_s"].to_list()
    assert scores == [1.5, None]
    rows = pl.read_csv(path, infer_schema=False)
    assert score_survey(rows, INSTRUMENT)["test_s"].to_list()[:2] == scores


@pytest.mark.parametrize("answers", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_reasons_without_a_respondent_are_a_problem_in_a_file_and_in_a_frame(tmp_path: Path, answers: str) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(f"respondent,q1,q2\nA,Yes,No\n,{answers}\n,,\n")
    with pytest.raises(InvalidSurvey) as of_file:
        score(path)
    with pytest.raises(InvalidSurvey) as of_frame:
        score_survey(pl.read_csv(path, infer_schema=False), INSTRUMENT)
    (one,), (other,) = of_file.value.problems, of_frame.value.problems
    assert (one.line, one.where, one.message, one.count) == (3, "respondent", "the respondent is blank", 1)
    assert (other.where, other.message, other.count) == (one.where, one.message, one.count)


def test_answers_made_missing_without_a_respondent_are_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("respondent,q1,q2\nA,Yes,No\n,Yess,Noo\n")
    with pytest.raises(InvalidSurvey) as caught:
        score(path, "missing")
    assert [problem.message for problem in caught.value.problems] == ["the respondent is blank"]


def test_what_no_column_of_the_scores_holds_makes_no_row(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("respondent,started,q1,q2\nA,9:00,1,2\n,9:05,,\nB,9:10,1,8\n")
    with pytest.raises(InvalidSurvey) as caught:
        score(path)
    # A mistake elsewhere in the file makes nobody of the row that was begun and left.
    assert [problem.message for problem in caught.value.problems] == ["8 is outside 1-2"]
    assert score(path, "missing").blank_rows == 1
