"""Exports that fail while they are being scored are blamed by name, and what takes the scores is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support import make_instrument

from sos_score.errors import InvalidOutput, InvalidSurvey, Problem
from sos_score.scoring.files import BatchSink, score_export
from sos_score.scoring.scorer import prepare_scorer
from sos_score.survey.readers.registry import open_export

INSTRUMENT = make_instrument({"all": {"items": ["q1", "q2"]}}, "q1..q2")


@contextmanager
def collect() -> Iterator[BatchSink]:
    yield [].append


def test_a_file_that_goes_away_while_it_is_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("respondent,q1,q2\nA,1,2\n")
    with open_export(str(path)) as export:
        scorer = prepare_scorer(export.header, [INSTRUMENT])
        path.unlink()
        with pytest.raises(InvalidSurvey) as caught:
            score_export(export, scorer, "error", collect)
    assert caught.value.problems == (Problem("cannot be read (No such file or directory)", str(path), rule="file"),)


def test_what_cannot_be_written_is_not_blamed_on_the_file_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("respondent,q1,q2\nA,1,2\n")
    refusal = InvalidOutput([Problem("cannot be written (full)", "scores.csv")])

    @contextmanager
    def refuse() -> Iterator[BatchSink]:
        def take(_batch: object) -> None:
            raise refusal

        yield take

    with open_export(str(path)) as export, pytest.raises(InvalidOutput) as caught:
        score_export(export, prepare_scorer(export.header, [INSTRUMENT]), "error", refuse)
    assert caught.value is refusal
