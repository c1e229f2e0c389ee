"""What cannot be a survey is refused in plain words, frame or not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pytest
from support import make_instrument

from sos_score import ColumnMap, InvalidRequest, InvalidSurvey, Problem, read_responses, score_survey

WORDS = make_instrument({"s": {"items": ["q1", "-q2"]}}, "q1..q2")
SURVEY = {"respondent": ["A", "B", "C"], "q1": [4, 2, None], "q2": [1, 5, 2]}


@pytest.mark.parametrize(
    ("cells", "kind"), [([[1]] * 3, "List(Int64)"), (pl.Series([1, "2", None], dtype=pl.Object), "Object")]
)
def test_a_column_that_holds_no_single_answers_is_a_problem_like_any_other(cells: Any, kind: str) -> None:
    frame = pl.DataFrame({**SURVEY, "q2": cells})
    with pytest.raises(InvalidSurvey) as caught:
        score_survey(frame, WORDS)
    message = f"holds {kind}, not single answers"
    assert caught.value.problems == (Problem(message, where="q2", rule="column"),)


def test_columns_named_by_numbers_are_not_found_by_name() -> None:
    frame = pd.DataFrame(SURVEY).rename(columns={"q2": 2})
    with pytest.raises(InvalidSurvey) as caught:
        score_survey(frame, WORDS)
    assert caught.value.problems == (Problem("no column 'q2'", rule="column"),)


@pytest.mark.parametrize("nothing", [None, {"q1": [1]}, [1], pd.Series([1]), pl.Series([1])], ids=str)
def test_what_is_no_frame_is_refused_in_plain_words(nothing: Any) -> None:
    words = "a survey is a pandas, Polars, PyArrow, DuckDB or PySpark frame, not a"
    with pytest.raises(InvalidRequest, match=words):
        score_survey(nothing, WORDS)


def test_a_dask_frame_is_refused_with_what_is_missing_and_what_to_give_instead() -> None:
    import dask.dataframe as dd  # takes seconds, in one process only

    with pytest.raises(InvalidRequest) as caught:
        score_survey(dd.from_pandas(pd.DataFrame(SURVEY), npartitions=1), WORDS)
    assert str(caught.value) == (
        "a Dask frame cannot be scored: narwhals has no constants in conditions on its columns; "
        "give frame.compute(), or the files it reads as a Polars LazyFrame"
    )


def test_ready_made_t_scores_are_no_answers_to_analyse() -> None:
    vendor = {"norm": "book", "source": "a vendor", "scales": {"s": "T"}}
    columns = ColumnMap.model_validate({"t_scores": {"test": vendor}})
    with pytest.raises(InvalidSurvey) as caught:
        read_responses(pl.DataFrame({"respondent": ["A"], "T": [50]}), WORDS, columns=columns)
    message = "holds ready-made T-scores, and this needs the answers"
    assert caught.value.problems == (Problem(message, rule="t-scores"),)


def test_answers_are_read_with_invalid_ones_refused_or_missing_and_nothing_else() -> None:
    with pytest.raises(InvalidRequest, match="on_invalid is error or missing, not 'ignore'"):
        read_responses(pl.DataFrame(SURVEY), WORDS, on_invalid="ignore")  # type: ignore[arg-type]
