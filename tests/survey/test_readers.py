"""What a reader gives is enough: a frame with value labels and missing reasons is scored as a file is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from sos_score import InvalidSurvey, load_instrument
from sos_score.scoring.responses import open_responses
from sos_score.survey.answers import ColumnValues
from sos_score.survey.readers import registry
from sos_score.survey.readers.export import Export, FrameExport

WAI = load_instrument("wai-s")
SCALE = next(iter(WAI.response_scales.values()))
WORDS = {code: text for text, code in SCALE.labels.items()}
# The file counts from 0, its labels are the definition's, and 9 is a missing value of the file.
SHIFTED = ColumnValues({code - 1: text for code, text in WORDS.items()}, {9: "no contact"})


def read_with(
    monkeypatch: pytest.MonkeyPatch, folder: Path, frame: pl.DataFrame, values: dict[str, ColumnValues]
) -> Path:
    """Return a file that a reader of its own gives as this frame."""

    @contextmanager
    def open_made(_path: Path, name: str, _folder: Path) -> Iterator[Export]:
        yield FrameExport(name, frame, values, first_row=2)

    monkeypatch.setitem(registry.READERS, ".made", open_made)
    path = folder / "answers.made"
    path.touch()
    return path


def answer(low: float, *, dtype: pl.DataType | type[pl.DataType] = pl.Float64) -> pl.DataFrame:
    items = {item: pl.Series([low, 9], dtype=dtype) for item in WAI.responses}
    return pl.DataFrame({"respondent": ["A", "B"], **items})


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Int8, pl.Int64])
def test_labels_of_the_file_say_what_its_codes_mean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dtype: type[pl.DataType]
) -> None:
    path = read_with(monkeypatch, tmp_path, answer(SCALE.max - 1, dtype=dtype), dict.fromkeys(WAI.responses, SHIFTED))
    with open_responses([str(path)], WAI) as responses:
        frame = responses.frame.collect().to_native()
        (outcome,) = responses.summaries
    assert frame[responses.column_of(next(iter(WAI.responses)))].to_list() == [SCALE.max, None]
    assert outcome.missing == {"no contact": len(WAI.responses)}
    assert outcome.invalid == ()


def test_codes_without_labels_are_the_definitions_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = read_with(monkeypatch, tmp_path, answer(SCALE.max).head(1), {})
    with open_responses([str(path)], WAI) as responses:
        frame = responses.frame.collect().to_native()
    assert frame[responses.column_of(next(iter(WAI.responses)))].to_list() == [SCALE.max]


def test_a_problem_names_the_row_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = read_with(monkeypatch, tmp_path, answer(SCALE.max), {})
    with open_responses([str(path)], WAI) as responses, pytest.raises(InvalidSurvey) as caught:
        responses.check()
    assert {problem.line for problem in caught.value.problems} == {3}
    assert {problem.where for problem in caught.value.problems} == set(WAI.responses)


def test_a_number_between_two_codes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = answer(SCALE.max).with_columns(pl.Series(next(iter(WAI.responses)), [float(SCALE.max), SCALE.min + 0.5]))
    path = read_with(monkeypatch, tmp_path, frame, dict.fromkeys(WAI.responses, ColumnValues({}, {9: "no contact"})))
    with open_responses([str(path)], WAI) as responses, pytest.raises(InvalidSurvey) as caught:
        responses.check()
    (problem,) = caught.value.problems
    assert (problem.line, problem.where, problem.rule) == (3, next(iter(WAI.responses)), "answer")
