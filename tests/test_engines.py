"""Scores, reliability and agreement are the same numbers on every engine, and lazy frames stay where they are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from byhand import RESPONSES
from frames import FRAMES, rows_of, to_polars
from hypothesis import given, settings
from hypothesis import strategies as st
from spark_session import require_spark, to_spark
from support import make_instrument

from sos_score import assess_agreement, assess_reliability, read_responses, score_survey
from sos_score.psychometrics.internal_consistency.tables import ReliabilityTables
from sos_score.psychometrics.teams.tables import AgreementTables

WORDS = ["Never", "rarely", " SOMETIMES ", "Often", "always", "All the time", "2", "5.0", "N/A", "99", "", None]
NUMBERS = [*range(-2, 3), None]
SEEDS = [3, 1, 416_003]  # in every third a site lacks one of the items
INSTRUMENT = make_instrument(
    {
        "said": {"items": ["q1", "-q2", "q3"], "missing": {"min_answered": 2}},
        "whole": {"items": ["q1", "-q2", "q3", "q4", "-q5"], "score": "sum", "missing": {"min_answered": "50%"}},
        "counted": {"items": ["q4", "-q5"]},
        "both": {"scales": ["said", "-counted"], "score": "mean"},
    },
    [{"ids": "q1..q3", "responses": "words"}, {"ids": "q4..q5", "responses": "balanced"}],
    response_scales=RESPONSES,
)

# PySpark leaves sockets to the garbage collector, and warns of pandas 3 where it starts.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed.*socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]


def draw_survey(seed: int) -> dict[str, list[Any]]:
    """Return a survey with gaps and labels, a team of one, one at an end of the range and one that answers nothing."""
    rng = np.random.default_rng(seed)
    height = int(rng.integers(12, 60))
    sites = [["10", "2", "north", "only top", "silent", None, " "][place] for place in rng.integers(0, 7, height)]
    sites[0] = "alone"
    columns: dict[str, list[Any]] = {"respondent": [f"R{row}" for row in range(height)], "site": sites}
    for item in INSTRUMENT.responses:
        cells = WORDS if INSTRUMENT.response_names[item] == "words" else NUMBERS
        drawn = [cells[place] for place in rng.integers(0, len(cells), height)]
        if seed % 3 == 0:
            drawn = [
                None if site == "north" and item == "q3" else cell for cell, site in zip(drawn, sites, strict=True)
            ]
        top = "always" if cells is WORDS else 2
        ends = {"only top": top, "silent": None}
        columns[item] = [ends.get(site or "", cell) for cell, site in zip(drawn, sites, strict=True)]
    return columns


def assess(frame: Any) -> tuple[list[dict[str, Any]], ReliabilityTables, ReliabilityTables, AgreementTables]:
    responses = read_responses(frame, INSTRUMENT)
    return (
        rows_of(score_survey(frame, INSTRUMENT)),
        assess_reliability(responses, ["site"]),
        assess_reliability(responses, missing="pairwise", team="site"),
        assess_agreement(responses, "site"),
    )


@cache
def assess_polars(seed: int) -> Any:
    """Return what Polars gives, which every other kind of frame is held against."""
    return assess(to_polars(draw_survey(seed)))


def assert_same(got: Any, want: Any) -> None:
    for row, other in zip(got[0], want[0], strict=True):
        assert row.keys() == other.keys()
        for name, value in row.items():
            wanted = other[name]
            if isinstance(value, float):
                wanted = pytest.approx(wanted, rel=1e-12, abs=1e-12)
            # Ids stay what they are: numbers beside texts in an object column of pandas.
            assert (str(value) == str(wanted)) if name in ("respondent", "site") else (value == wanted)
    for tables, others in zip(got[1:], want[1:], strict=True):
        assert tables.notes == others.notes
        for name in ("scales", "items", "suspicions", "teams"):
            if hasattr(tables, name):
                pd.testing.assert_frame_equal(getattr(tables, name), getattr(others, name), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_kind_of_frame_gives_the_numbers_of_polars(kind: str, seed: int) -> None:
    make, _ = FRAMES[kind]
    assert_same(assess(make(draw_survey(seed))), assess_polars(seed))


@pytest.mark.soak
@pytest.mark.parametrize("kind", FRAMES)
@settings(max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_every_kind_of_frame_gives_the_numbers_of_polars_of_any_survey(kind: str, seed: int) -> None:
    make, _ = FRAMES[kind]
    columns = draw_survey(seed)
    assert_same(assess(make(columns)), assess(to_polars(columns)))


def test_spark_gives_the_numbers_of_polars(tmp_path: Path) -> None:
    require_spark()
    frame = to_spark(draw_survey(3), tmp_path)
    assert frame.rdd.getNumPartitions() == 2
    assert_same(assess(frame), assess_polars(3))
