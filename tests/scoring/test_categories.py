"""Labels are read as categories, each matched once, and say what they said when each cell was compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
from support import make_instrument

from sos_score.errors import InvalidSurvey
from sos_score.scoring.file_summary import FileSummary
from sos_score.scoring.files import BatchSink, score_export
from sos_score.scoring.scorer import OnInvalid, prepare_scorer
from sos_score.survey.readers.registry import open_export

LABELS = {"Never": 1, "Seldom": 2, "Sometimes": 3, "Often": 4, "Always": 5}
AGREE = {"min": 1, "max": 5, "labels": LABELS, "missing": {"not applicable": ["n/a"]}}
INSTRUMENT = make_instrument(
    {"all": {"items": ["q1", "-q2"], "missing": {"min_answered": 1}}}, "q1..q2", response_scales={"agree5": AGREE}
)


def score(path: Path, on_invalid: OnInvalid = "error") -> tuple[pl.DataFrame, FileSummary]:
    batches: list[pl.DataFrame] = []

    @contextmanager
    def collect() -> Iterator[BatchSink]:
        batches.clear()
        yield batches.append

    with open_export(str(path)) as export:
        summary = score_export(export, prepare_scorer(export.header, [INSTRUMENT]), on_invalid, collect)
    return pl.concat(batches), summary


def write(path: Path, rows: list[tuple[str, str]]) -> Path:
    lines = [f"R{place},{first},{second}" for place, (first, second) in enumerate(rows)]
    path.write_text("\n".join(["respondent,q1,q2", *lines, ""]))
    return path


def test_a_label_counts_as_its_code_however_it_is_written(tmp_path: Path) -> None:
    labels = [("Never", "often"), (" ALWAYS ", '"Seldom"'), ("n/a", "sometimes"), ("", "  "), ("4", "N/A")]
    codes = [("1", "4"), ("5", "2"), ("", "3"), ("", ""), ("4", "")]
    found, summary = score(write(tmp_path / "labels.csv", labels))
    wanted, _ = score(write(tmp_path / "codes.csv", codes))
    assert found.equals(wanted)
    assert found["test_all"].to_list() == [1.5, 4.5, 3.0, None, 4.0]
    assert summary.missing == {"not applicable": 2}


def test_a_wrong_label_is_found_on_its_line(tmp_path: Path) -> None:
    rows = [("Never", "Often")] * 120 + [("Nevver", "Often"), ("7", "Often")]
    with pytest.raises(InvalidSurvey) as caught:
        score(write(tmp_path / "wrong.csv", rows))
    found = [(each.line, each.message) for each in caught.value.problems]
    assert found == [
        (122, "'Nevver' is not a response of 'agree5' (Never, Seldom, Sometimes, Often, Always, or 1-5)"),
        (123, "7 is outside 1-5"),
    ]


def test_a_column_that_begins_with_labels_may_hold_more_texts_than_there_are_categories(tmp_path: Path) -> None:
    rows = [("Never", "Often")] * 200 + [("Never", f"text {place}") for place in range(66_000)]
    found, summary = score(write(tmp_path / "many.csv", rows), "missing")
    assert found["test_all"].to_list() == [1.5] * 200 + [1.0] * 66_000
    assert len(summary.invalid) == 66_000
