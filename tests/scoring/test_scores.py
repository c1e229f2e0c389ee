"""Scores agree with R, with arithmetic by hand, and with each other on every kind of frame."""

from __future__ import annotations

import csv
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from byhand import CELLS, RESPONSES, instruments, score_by_hand, surveys
from frames import FRAMES, Row, rows_of, to_duckdb
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ROOT, make_instrument

from sos_score import (
    ColumnMap,
    InvalidDefinition,
    InvalidRequest,
    InvalidSurvey,
    ScoringChoices,
    load_instrument,
    read_responses,
    score_survey,
)
from sos_score.definition.instrument.instrument import Instrument

GOLDEN = ROOT / "tests" / "golden" / "scoring"
R_TOLERANCE = 1e-10


def read_golden(name: str) -> list[Row]:
    with (GOLDEN / name).open(newline="") as stream:
        return list(csv.DictReader(stream))


def score_golden(name: str, column_map: ColumnMap, data: str = "") -> list[Row]:
    answers = pl.read_csv(GOLDEN / f"{data or name}.csv", infer_schema_length=None)
    return score_survey(answers, load_instrument(str(GOLDEN / f"{name}.yaml")), columns=column_map).to_dicts()


def agree(got: float | None, wanted: str) -> bool:
    return got is None if wanted == "" else got == pytest.approx(float(wanted), rel=R_TOLERANCE, abs=R_TOLERANCE)


def test_an_instrument_may_be_named_by_its_id_or_its_path() -> None:
    answers = pl.DataFrame({"respondent": ["A1"], **{f"wais_{number:02}": [number % 7 + 1] for number in range(1, 13)}})
    scores = score_survey(answers, load_instrument("wai-s"))
    for named in ("wai-s", str(ROOT / "instruments" / "wai-s.yaml"), ["wai-s"]):
        assert score_survey(answers, named).equals(scores)
    assert read_responses(answers, "wai-s").plan.instrument == load_instrument("wai-s")
    with pytest.raises(InvalidDefinition, match="no instrument 'wai-z'"):
        score_survey(answers, "wai-z")


def test_psych_score_items_is_reproduced_for_means_and_both_kinds_of_sums() -> None:
    wanted = read_golden("bfi_scores.csv")
    got = score_golden("bfi", ColumnMap(respondent="id"))
    assert len(got) == len(wanted) == 91
    for ours, theirs in zip(got, wanted, strict=True):
        assert ours["respondent"] == int(theirs["id"])
        for scale in ("agree", "conscientious", "extraversion"):
            for score in ("mean", "sum_available", "sum_prorated"):
                assert agree(ours[f"bfi_{scale}_{score}"], theirs[f"{scale}_{score}"])
                assert ours[f"bfi_{scale}_{score}_n"] == int(theirs[f"{scale}_n"])


def test_six_scales_with_rows_at_and_below_the_limit_are_scored_as_r_does() -> None:
    wanted = read_golden("sites_scores.csv")
    got = score_golden("sites", ColumnMap(respondent="person", wave="wave", site="site"))
    assert len(got) == len(wanted) == 31
    at_the_limit = {"pro": 15, "rig": 13, "res": 14, "eng": 12, "fun": 16, "str": 16}
    seen = set()
    for ours, theirs in zip(got, wanted, strict=True):
        assert (ours["respondent"], ours["wave"]) == (theirs["person"], theirs["wave"])
        for scale, limit in at_the_limit.items():
            count = int(theirs[f"{scale.upper()}_n"])
            assert ours[f"sites_{scale}_n"] == count
            assert agree(ours[f"sites_{scale}"], theirs[scale.upper()])
            assert (ours[f"sites_{scale}"] is None) == (count < limit)
            seen |= {"at"} if count == limit else {"below"} if count == limit - 1 else set()
    assert seen == {"at", "below"}


@pytest.mark.parametrize("wave", ["T1", "T2"])
def test_two_waves_in_one_row_are_scored_as_r_does_through_a_pattern(wave: str) -> None:
    column_map = ColumnMap(respondent="family", items={"F{nn}": f"F{{nn}}_{wave}"}, constants={"wave": wave})
    got = score_golden("families", column_map)
    for ours, theirs in zip(got, read_golden("families_scores.csv"), strict=True):
        assert (ours["respondent"], ours["wave"]) == (theirs["family"], wave)
        assert agree(ours["families_family"], theirs[wave])


def test_workers_are_scored_as_r_does() -> None:
    got = score_golden("workers", ColumnMap(respondent="worker"))
    for ours, theirs in zip(got, read_golden("workers_scores.csv"), strict=True):
        assert ours["respondent"] == theirs["worker"]
        assert agree(ours["workers_comp"], theirs["comp"])


@pytest.mark.parametrize("kind", FRAMES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_every_kind_of_frame_gives_the_scores_of_exact_fractions_in_the_order_of_its_rows(
    kind: str, data: st.DataObject
) -> None:
    make, native = FRAMES[kind]
    instrument = data.draw(instruments())
    columns, codes = data.draw(surveys(instrument))
    names = [f"R{9 - row}" for row in range(len(codes))]
    scored = score_survey(make({"respondent": names, **columns}), instrument, on_invalid="missing")
    assert isinstance(scored, native)
    got = rows_of(scored)
    assert [row["respondent"] for row in got] == names
    for row, wanted in zip(got, (score_by_hand(instrument, each) for each in codes), strict=True):
        check_row(row, wanted)


def check_row(row: Row, wanted: dict[str, tuple[Any, int]]) -> None:
    assert list(row)[1:] == [column for name in wanted for column in (f"test_{name}", f"test_{name}_n")]
    for name, (value, count) in wanted.items():
        assert row[f"test_{name}_n"] == count
        assert row[f"test_{name}"] == (None if value is None else pytest.approx(float(value), rel=1e-12, abs=1e-12))


WORDS = make_instrument(
    {"s": {"items": ["q1", "-q2"], "missing": {"min_answered": 1}}},
    [{"ids": "q1..q2", "responses": "words"}],
    response_scales=RESPONSES,
)
SURVEY = {"respondent": ["A", "B", "C"], "q1": ["Often", "N/A", None], "q2": ["Never", "5", "2"]}
SCORES = [(4.5, 2), (1.0, 1), (4.0, 1)]


def scores_of(frame: Any) -> list[tuple[float | None, int]]:
    return [(row["test_s"], row["test_s_n"]) for row in rows_of(frame)]


@pytest.mark.parametrize("kind", FRAMES)
def test_what_is_not_allowed_is_one_error_with_every_problem_on_every_frame(kind: str) -> None:
    make, _ = FRAMES[kind]
    columns = {"respondent": ["A", "B", "A"], "q1": ["Agre", "Agre", "Often"], "q2": [3, 9, None]}
    with pytest.raises(InvalidSurvey) as caught:
        score_survey(make(columns), WORDS)
    said = str(caught.value).replace("9.0 is", "9 is")
    assert said == (
        "q1: 'Agre' is not a response of 'words' "
        "(Never, Rarely, Sometimes, Often, Always, All the time, or 1-5); 2 cells\n"
        "q2: 9 is outside 1-5\n"
        "respondent 'A' appears 2 times\n"
        "3 problems; nothing was scored."
    )


def test_the_index_of_pandas_is_kept() -> None:
    frame = pd.DataFrame(SURVEY, index=pd.Index([7, 3, 7], name="row"))
    scored = score_survey(frame, WORDS)
    pd.testing.assert_index_equal(scored.index, frame.index)
    assert scores_of(scored) == SCORES


def test_the_frame_that_was_given_is_not_changed() -> None:
    frame = pd.DataFrame(SURVEY)
    before = frame.copy()
    score_survey(frame, WORDS)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_every_way_pandas_keeps_text_is_read(dtype: str) -> None:
    assert scores_of(score_survey(pd.DataFrame(SURVEY).astype(dtype), WORDS)) == SCORES


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["Often", "N/A", "Never", "5", "2"])])
def test_every_way_polars_keeps_text_is_read(dtype: Any) -> None:
    frame = pl.DataFrame(SURVEY).with_columns(pl.col("q1", "q2").cast(dtype))
    assert scores_of(score_survey(frame, WORDS)) == SCORES
    assert scores_of(score_survey(frame.lazy(), WORDS)) == SCORES


@pytest.mark.parametrize("dtype", [pl.Int8, pl.Int64, pl.UInt8, pl.UInt32, pl.Float32, pl.Float64, pl.Decimal(6, 2)])
def test_every_type_of_number_is_read_missing_codes_and_all(dtype: Any) -> None:
    frame = pl.DataFrame({"q1": pl.Series([4, 99, None, 5]).cast(dtype), "q2": pl.Series([1, 5, 2, 99]).cast(dtype)})
    wanted = [*SCORES, (5.0, 1)]
    assert scores_of(score_survey(frame, WORDS)) == wanted
    assert scores_of(score_survey(frame.to_arrow(), WORDS)) == wanted


def test_text_in_a_dictionary_of_arrow_is_read() -> None:
    table = pa.table({name: pa.array(cells).dictionary_encode() for name, cells in SURVEY.items()})
    assert scores_of(score_survey(table, WORDS)) == SCORES


def test_columns_with_nothing_in_them_are_missing_on_every_frame() -> None:
    empty = {"q1": [None, None], "q2": [None, None]}
    frames = [
        pl.DataFrame(empty),
        pl.LazyFrame(empty),
        pa.table(empty),
        pd.DataFrame(empty),
        pd.DataFrame(empty, dtype=float),
    ]
    for frame in frames:
        assert scores_of(score_survey(frame, WORDS)) == [(None, 0), (None, 0)]


def test_a_lazy_frame_is_not_read_twice_to_be_scored() -> None:
    scored = score_survey(pl.LazyFrame(SURVEY), WORDS)
    assert isinstance(scored, pl.LazyFrame)
    assert scored.collect_schema() == {
        "respondent": pl.String, "test_s": pl.Float64, "test_s_n": pl.Int64,
    }  # fmt: skip


def test_several_instruments_score_one_frame_side_by_side() -> None:
    other = make_instrument({"t": {"items": ["z1"]}}, "z1", id="other")
    frame = pl.DataFrame({**SURVEY, "z1": [1, 2, 3]})
    scored = score_survey(frame, [WORDS, other])
    assert scored.columns == ["respondent", "test_s", "test_s_n", "other_t", "other_t_n"]
    assert scored["other_t"].to_list() == [1, 2, 3]


def test_two_columns_of_the_scores_never_have_one_name() -> None:
    column_map = ColumnMap(respondent="respondent", others={"test_s": "respondent"}, constants={"test_s_n": 1})
    with pytest.raises(InvalidSurvey) as caught:
        score_survey(pl.DataFrame(SURVEY), WORDS, columns=column_map)
    assert str(caught.value).splitlines() == [
        "two columns of the scores would be called 'test_s'",
        "two columns of the scores would be called 'test_s_n'",
    ]


def test_constants_and_other_ids_stand_before_the_scores() -> None:
    column_map = ColumnMap(respondent="respondent", constants={"wave": "T1"}, others={"first": "q1"})
    rows = rows_of(score_survey(pl.DataFrame(SURVEY), WORDS, columns=column_map))
    assert list(rows[0].items())[:3] == [("respondent", "A"), ("first", "Often"), ("wave", "T1")]


# What must not matter.

number_rows = st.lists(st.lists(st.integers(0, 10) | st.none(), min_size=4, max_size=4), min_size=1, max_size=8)
TEN = [{"ids": "q1..q4", "responses": "numbers"}]


def make_ten(scales: dict[str, Any], **rule: Any) -> Instrument:
    return make_instrument(scales, TEN, response_scales=RESPONSES, missing={"min_answered": 2, **rule})


def frame_of(rows: list[list[int | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={f"q{n}": pl.Int64 for n in range(1, 5)}, orient="row")


@given(number_rows)
def test_reversing_every_answer_and_every_key_changes_nothing(rows: list[list[int | None]]) -> None:
    forward = make_ten({"s": {"items": ["q1", "-q2", "q3", "-q4"]}})
    backward = make_ten({"s": {"items": ["-q1", "q2", "-q3", "q4"]}})
    turned = [[None if code is None else 10 - code for code in row] for row in rows]
    assert score_survey(frame_of(rows), forward).equals(score_survey(frame_of(turned), backward))


@given(number_rows)
def test_a_scale_of_reversed_scores_reversed_again_is_the_scale(rows: list[list[int | None]]) -> None:
    instrument = make_ten(
        {
            "s": {"items": ["q1", "-q2", "q3", "-q4"]},
            "turned": {"scales": ["-s"], "missing": {"min_answered": 1}},
            "back": {"scales": ["-turned"], "missing": {"min_answered": 1}},
        }
    )
    scored = score_survey(frame_of(rows), instrument)
    assert scored["test_back"].null_count() == scored["test_s"].null_count()
    assert (scored["test_back"] - scored["test_s"]).abs().fill_null(0).max() < 1e-13


@given(number_rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(rows: list[list[int | None]], random: Any) -> None:
    instrument = make_ten({"s": {"items": ["q1", "-q2", "q3", "-q4"]}, "t": {"items": ["q4", "q1"], "score": "sum"}})
    frame = frame_of(rows)
    scored = score_survey(frame, instrument)
    places, columns = list(range(len(rows))), list(frame.columns)
    random.shuffle(places)
    random.shuffle(columns)
    assert score_survey(frame[places].select(columns), instrument).equals(scored[places])


@given(number_rows)
def test_a_prorated_sum_is_the_mean_times_the_number_of_items(rows: list[list[int | None]]) -> None:
    items = {"items": ["q1", "-q2", "q3", "-q4"]}
    scored = score_survey(frame_of(rows), make_ten({"mean": {**items}, "sum": {**items, "score": "sum"}}))
    assert scored["test_sum"].null_count() == scored["test_mean"].null_count()
    assert (scored["test_sum"] - 4 * scored["test_mean"]).abs().fill_null(0).max() < 1e-13


def test_cells_of_the_random_surveys_cover_labels_missing_and_answers_that_are_not_allowed() -> None:
    assert {type(cell) for cells in CELLS.values() for cell, _ in cells} == {str, int, type(None)}


def test_a_survey_with_no_rows_gives_no_rows() -> None:
    frame = pl.DataFrame(SURVEY).head(0)
    assert score_survey(frame, WORDS).height == 0
    assert rows_of(score_survey(to_duckdb(SURVEY).limit(0), WORDS)) == []


def test_duckdb_keeps_the_order_of_many_rows_and_its_decimals() -> None:
    survey = duckdb.sql(
        "select 'R' || i as respondent, (i % 5 + 1)::decimal(4, 1) as q1, i % 5 + 1 as q2 from range(300000) t(i)"
    )
    scored = score_survey(survey, WORDS).fetchnumpy()
    assert list(scored["respondent"][::50_000]) == [f"R{n}" for n in range(0, 300_000, 50_000)]
    # q1 and q2 reversed are the same distance from the middle of the range.
    assert set(scored["test_s"]) == {3.0}


def test_a_misspelt_choice_does_not_quietly_make_answers_missing() -> None:
    with pytest.raises(InvalidRequest, match="on_invalid is error or missing, not 'mising'"):
        score_survey(pl.DataFrame(SURVEY), WORDS, on_invalid="mising")


@pytest.mark.parametrize(
    ("choices", "text"),
    [
        ({"metrics": ("median",)}, "no metric 'median' (metrics: mean, sum, pomp)"),
        ({"metrics": "pomp"}, "metrics are several names; write ('pomp',)"),
        ({"min_answered": "most"}, "min_answered is a count, a share (80%, 2/3) or 'all', not 'most'"),
        ({"min_answered": "150%"}, "min_answered 150% is 6 of the 4 items of 'wai_s_task'"),
        ({"min_answered": 13}, "min_answered 13 is 13 of the 4 items of 'wai_s_task'"),
        ({"min_answered": 0}, "min_answered is a count, a share (80%, 2/3) or 'all', not '0'"),
    ],
)
def test_a_choice_that_there_is_not_is_refused(choices: dict[str, Any], text: str) -> None:
    answers = pl.DataFrame({"respondent": ["A1"], **{f"wais_{number:02}": [7] for number in range(1, 13)}})
    with pytest.raises(InvalidRequest) as error:
        score_survey(answers, "wai-s", choices=ScoringChoices(**choices))
    assert str(error.value) == text
