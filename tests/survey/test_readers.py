"""What a reader gives is enough: a frame with value labels and missing reasons is scored as a file is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from sos_score import InvalidSurvey, load_instrument
from sos_score.cli.app import app
from sos_score.notes import note
from sos_score.scoring.provenance import describe_summary
from sos_score.scoring.responses import open_responses
from sos_score.survey.answers import ColumnValues
from sos_score.survey.readers import registry
from sos_score.survey.readers.content import TEXT
from sos_score.survey.readers.export import Export, FrameExport, ReadingOptions

WAI = load_instrument("wai-s")
SCALE = next(iter(WAI.response_scales.values()))
WORDS = {code: text for text, code in SCALE.labels.items()}
# The file counts from 0, its labels are the definition's, and 9 is a missing value of the file.
SHIFTED = ColumnValues({code - 1: text for code, text in WORDS.items()}, {9: "no contact"})


def read_with(
    monkeypatch: pytest.MonkeyPatch, folder: Path, frame: pl.DataFrame, values: dict[str, ColumnValues], **more: Any
) -> Path:
    """Return a file that a reader of its own gives as this frame."""

    @contextmanager
    def open_made(_path: Path, name: str, _folder: Path, _options: ReadingOptions) -> Iterator[Export]:
        yield FrameExport(name, frame, values, rows=range(2, 2 + frame.height), **more)

    monkeypatch.setitem(registry.READERS, TEXT, lambda: open_made)
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
    (problem,) = caught.value.problems
    assert (problem.line, problem.where) == (3, next(iter(WAI.responses)))
    assert (problem.count, problem.items) == (len(WAI.responses), len(WAI.responses))


def test_a_number_between_two_codes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = answer(SCALE.max).with_columns(pl.Series(next(iter(WAI.responses)), [float(SCALE.max), SCALE.min + 0.5]))
    path = read_with(monkeypatch, tmp_path, frame, dict.fromkeys(WAI.responses, ColumnValues({}, {9: "no contact"})))
    with open_responses([str(path)], WAI) as responses, pytest.raises(InvalidSurvey) as caught:
        responses.check()
    (problem,) = caught.value.problems
    assert (problem.line, problem.where, problem.rule) == (3, next(iter(WAI.responses)), "answer")


def test_two_columns_of_one_name_are_read_where_none_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = answer(SCALE.max).head(1).with_columns(note_1=pl.lit("x"), note_2=pl.lit("y"))
    header = (*frame.columns[:-2], "note", "note")
    path = read_with(monkeypatch, tmp_path, frame, {}, header=header)
    with open_responses([str(path)], WAI) as responses:
        assert responses.summaries[0].rows == 1


def test_rows_left_out_and_what_was_said_of_the_reading_reach_the_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = note("few_hidden", least=5)
    path = read_with(monkeypatch, tmp_path, answer(SCALE.max).head(1), {}, left_out={"preview": 2}, about=(said,))
    with open_responses([str(path)], WAI) as responses:
        (summary,) = responses.summaries
    assert (dict(summary.left_out), summary.about) == ({"preview": 2}, (said,))
    assert describe_summary(summary)["left_out"] == {"preview": 2}
    assert describe_summary(summary)["about"] == [{"code": "few_hidden", "least": 5, "sentence": str(said)}]
    result = CliRunner().invoke(app, ["score", str(path), "-i", "wai-s"])
    assert result.stderr.splitlines()[0] == f"{path}: 1 row scored; 2 rows left out (preview); {said}"


TITLED = "Team survey 2026\n\nid,respondent,safety\n1,A,5\n2,B,77\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("title", ["Team survey 2026", "Team survey, 2026,", 'One "quote', ",,"])
def test_a_header_below_a_title_is_found_by_its_line(tmp_path: Path, title: str, end: str) -> None:
    path = tmp_path / "titled.csv"
    text = TITLED.replace("Team survey 2026", title).replace("77", "6").replace("\n", end)
    path.write_bytes(text.encode())
    result = CliRunner().invoke(app, ["score", str(path), "-i", "safety-scale", "-f", "csv", "--header-row", "3"])
    assert (result.exit_code, result.stdout.splitlines()[1:]) == (0, ["A,5.0,1", "B,6.0,1"]), result.stderr


def test_lines_are_counted_from_the_top_of_the_file_where_a_title_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "titled.csv"
    path.write_text(TITLED)
    result = CliRunner().invoke(app, ["score", str(path), "-i", "safety-scale", "--header-row", "3"])
    assert result.stderr.splitlines()[0] == f"{path}:5: safety: 77 is outside 0-10"
    result = CliRunner().invoke(app, ["score", str(path), "-i", "safety-scale", "--header-row", "9"])
    assert result.stderr.splitlines()[0] == f"{path}:9: has no header line"
    result = CliRunner().invoke(app, ["score", str(path), "-i", "wai-s", "--header-row", "3"])
    assert result.stderr.startswith(f"{path}:3: no columns 'wais_01', ")


def test_a_text_file_has_no_sheets(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("respondent,safety\nA,5\n")
    result = CliRunner().invoke(app, ["score", str(path), "-i", "safety-scale", "--sheet", "Data"])
    assert result.stderr.splitlines()[:2] == [
        f"{path}: has no sheet 'Data': it is no workbook",
        "  hint: leave out --sheet",
    ]
