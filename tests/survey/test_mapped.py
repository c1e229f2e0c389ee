"""A column map makes columns of several, tells repeated ones apart and says which rows are used, before every check."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest
from support import make_instrument

from sos_score import score_survey
from sos_score.errors import InvalidRequest, InvalidSurvey
from sos_score.scoring.responses import open_responses
from sos_score.survey.column_map import ColumnMap

FREQUENCY = {"often3": {"min": 1, "max": 3, "labels": {"None": 1, "Some": 2, "All": 3}}}
TWO = make_instrument(
    {"s": {"items": ["q_1..q_2"]}}, [{"ids": "q_1..q_2", "responses": "often3"}], response_scales=FREQUENCY
)


def score_text(folder: Path, text: str, **parts: object) -> tuple[list[tuple[object, ...]], dict[str, int]]:
    """Return ids and the answers of a CSV file, and what was left out of it."""
    path = folder / "t.csv"
    path.write_text(text)
    with open_responses([str(path)], TWO, ColumnMap.model_validate(parts)) as responses:
        frame = responses.frame.to_native().collect()
        ids = list(responses.ids)
        left_out = dict(responses.summaries[0].left_out)
        return frame.select(*ids, *map(responses.column_of, ["q_1", "q_2"])).rows(), left_out


def say(folder: Path, text: str, **parts: object) -> list[str]:
    with pytest.raises(InvalidSurvey) as caught:
        score_text(folder, text, **parts)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


OPTIONS = {"q_{n}": {"options": {"Q{n}_a": 1, "Q{n}_b": "Some", "Q{n}_c": 3}}}


def test_an_item_of_a_column_an_option_is_the_option_that_is_ticked(tmp_path: Path) -> None:
    text = "id,Q1_a,Q1_b,Q1_c,Q2_a,Q2_b,Q2_c\nA,1,0,0,0,1,0\nB,,,,No,No,Yes\nC,0,checked,0,0,0,0\n"
    rows, _ = score_text(tmp_path, text, respondent="id", items=OPTIONS)
    assert rows == [("A", 1, 2), ("B", None, 3), ("C", 2, None)]


def test_a_column_an_option_may_hold_the_option_itself_be_it_no_or_zero() -> None:
    scales = {"yes": {"min": 1, "max": 2, "labels": {"No": 1, "Yes": 2}}, "count": {"min": 0, "max": 2}}
    items = [{"ids": "q_1", "responses": "yes"}, {"ids": "q_2", "responses": "count"}]
    one_each = make_instrument({"a": {"items": ["q_1"]}, "b": {"items": ["q_2"]}}, items, response_scales=scales)
    options = {"q_1": {"Q1_y": "Yes", "Q1_n": "No"}, "q_2": {"Q2_0": 0, "Q2_1": 1, "Q2_2": 2}}
    column_map = ColumnMap.model_validate({"items": {item: {"options": each} for item, each in options.items()}})
    own = {"Q1_y": ["Yes", None, ""], "Q1_n": ["", "no", "No"], "Q2_0": ["0", "", ""], "Q2_1": ["", "1", ""]}
    scores = score_survey(pl.DataFrame(own | {"Q2_2": ["", "", "2"]}), one_each, columns=column_map)
    assert scores.select(pl.col("^.*_(a|b)$")).rows() == [(2, 0), (1, 1), (1, 2)]
    ticks = {"Q1_y": ["Yes", "No"], "Q1_n": ["No", "Yes"], "Q2_0": [0, 1], "Q2_1": [1, 0], "Q2_2": [0, 0]}
    scores = score_survey(pl.DataFrame(ticks), one_each, columns=column_map)
    assert scores.select(pl.col("^.*_(a|b)$")).rows() == [(2, 1), (1, 0)]


def test_two_ticks_for_one_item_are_no_answer(tmp_path: Path) -> None:
    text = "id,Q1_a,Q1_b,Q1_c,Q2_a,Q2_b,Q2_c\nA,1,0,0,0,1,0\nB,1,0,1,0,maybe,0\n"
    assert say(tmp_path, text, respondent="id", items=OPTIONS) == [
        "t.csv:3: Q1_a .. Q1_c (item q_1): '1 and 3' is not a response of 'often3' (None, Some, All, or 1-3)",
        "t.csv:3: Q2_a .. Q2_c (item q_2): 'maybe in Q2_b' is not a response of 'often3'",
    ]


def test_a_number_that_is_no_tick_never_passes_for_the_answer_of_that_code(tmp_path: Path) -> None:
    text = "id,Q1_a,Q1_b,Q1_c,Q2_a,Q2_b,Q2_c\nA,2,,,1,0,0\n"
    assert say(tmp_path, text, respondent="id", items=OPTIONS) == [
        "t.csv:2: Q1_a .. Q1_c (item q_1): '2 in Q1_a' is not a response of 'often3' (None, Some, All, or 1-3)",
    ]


def test_a_column_an_option_lacks_is_named(tmp_path: Path) -> None:
    text = "id,Q1_a,Q1_b,Q1_c,Q2_a,Q2_b\nA,1,0,0,0,1\n"
    assert say(tmp_path, text, respondent="id", items=OPTIONS)[0].startswith("t.csv:1: no column 'Q2_c' (item q_2)")


def test_site_and_number_together_can_be_the_respondent(tmp_path: Path) -> None:
    text = "site,nr,q_1,q_2\nN,1,1,2\nN,2,3,3\nS,1,2,2\n"
    rows, _ = score_text(tmp_path, text, respondent={"join": ["site", "nr"]}, site="site")
    assert rows == [("N-1", "N", 1, 2), ("N-2", "N", 3, 3), ("S-1", "S", 2, 2)]


def test_numbers_with_a_decimal_point_are_joined_as_whole_numbers(tmp_path: Path) -> None:
    text = "site,nr,q_1,q_2\n1.0,11.0,1,2\n1,012,3,3\n2,1.50,2,2\n"
    rows, _ = score_text(tmp_path, text, respondent={"join": ["site", "nr"]})
    assert rows == [("1-11", 1, 2), ("1-012", 3, 3), ("2-1.50", 2, 2)]
    frame = pl.DataFrame({"site": [1.0], "nr": [11.0], "q_1": [1], "q_2": [2]})
    column_map = ColumnMap.model_validate({"respondent": {"join": ["site", "nr"]}})
    for kind in (frame, frame.to_pandas(), duckdb.sql("SELECT * FROM frame").pl()):
        assert list(score_survey(kind, TWO, columns=column_map)["respondent"]) == ["1-11"]


def test_an_id_of_several_columns_is_blank_where_one_of_them_is(tmp_path: Path) -> None:
    text = "site,nr,q_1,q_2\nN,1,1,2\nN, ,3,3\n"
    assert say(tmp_path, text, respondent={"join": ["site", "nr"]}) == [
        "t.csv:3: site + nr: the respondent is blank",
    ]


@pytest.mark.parametrize(
    "items",
    [
        {"q_1": {"column": "Q67", "which": 1}, "q_2": {"column": "Q67", "which": 2}},
        {"q_1": {"column": "q67", "which": 1}, "q_2": {"place": 3}},
        {"q_1": {"place": "B"}, "q_2": {"place": "C"}},
    ],
)
def test_repeated_headers_are_told_apart_by_count_or_place(tmp_path: Path, items: dict[str, object]) -> None:
    rows, _ = score_text(tmp_path, "id,Q67,Q67\nA,1,2\nB,3,1\n", respondent="id", items=items)
    assert rows == [("A", 1, 2), ("B", 3, 1)]


def test_a_repeated_header_is_named_with_its_count_where_an_answer_is_wrong(tmp_path: Path) -> None:
    items = {"q_1": {"column": "Q67", "which": 1}, "q_2": {"column": "Q67", "which": 2}}
    assert say(tmp_path, "id,Q67,Q67\nA,1,2\nB,3,7\n", respondent="id", items=items) == [
        "t.csv:3: Q67 (2) (item q_2): 7 is outside 1-3"
    ]


def test_a_place_or_count_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    items = {"q_1": {"column": "Q67", "which": 3}, "q_2": {"place": 9}}
    listed = "the columns of the file: 'id', 'Q67', 'Q67'"
    assert say(tmp_path, "id,Q67,Q67\nA,1,2\n", respondent="id", items=items) == [
        "t.csv:1: no column 'Q67 (3)' (item q_1)",
        f"t.csv:1: no column 'column 9' (item q_2)\n  hint: {listed}",
    ]


IMPORT_IDS = """\
ResponseId,Q67,Q67,Finished,RecordedDate
Response ID,One,Two,Finished,Recorded Date
"{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2""}","{""ImportId"":""finished""}",\
"{""ImportId"":""recordedDate""}"
R_1,1,2,1,2024-01-01
"""


@pytest.mark.parametrize("items", [{"q_{n}": "QID{n}"}, {"q_1": "one", "q_2": "two"}])
def test_repeated_headers_of_qualtrics_are_told_apart_by_import_id_or_question(
    tmp_path: Path, items: dict[str, str]
) -> None:
    rows, _ = score_text(tmp_path, IMPORT_IDS, respondent="_recordId", items=items)
    assert rows == [("R_1", 1, 2)]


FORMS = "id,form,q_1,q_2\nA,Visit,1,2\nA,Contact,,\n,Contact,9,\nB,visit ,3,3\n"


def test_where_comes_before_every_check_and_says_how_many_rows_it_left_out(tmp_path: Path) -> None:
    rows, left_out = score_text(tmp_path, FORMS, respondent="id", where={"form": "Visit"})
    assert rows == [("A", 1, 2), ("B", 3, 3)]
    assert left_out == {"where: form": 2}


def test_lines_are_those_of_the_file_where_rows_are_left_out(tmp_path: Path) -> None:
    text = "id,form,q_1,q_2\nA,Contact,,\nA,Visit,1,2\nB,Contact,8,\nB,Visit,3,9\n"
    assert say(tmp_path, text, respondent="id", where={"form": ["Visit"]}) == ["t.csv:5: q_2: 9 is outside 1-3"]


def test_where_takes_ids_by_their_name_and_whole_numbers_however_written(tmp_path: Path) -> None:
    text = "id,T,q_1,q_2\nA,1.0,1,2\nA,2,3,3\n"
    rows, _ = score_text(tmp_path, text, respondent="id", wave="T", where={"wave": 1})
    assert rows == [("A", "1.0", 1, 2)]


def test_where_that_keeps_no_row_names_the_values_there_are(tmp_path: Path) -> None:
    assert say(tmp_path, FORMS, respondent="id", where={"form": "visits"}) == [
        "t.csv: where.form: no row has 'visits' (values: Contact, Visit, visit )\n  hint: did you mean 'Visit'?"
    ]


def test_where_with_a_column_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    found = say(tmp_path, FORMS, respondent="id", where={"from": "Visit"})
    assert found[0] == "t.csv:1: no column 'from' (where)\n  hint: did you mean 'form'?"


FRAME = {
    "site": ["N", "N", "S"],
    "nr": ["1", "2", "1"],
    "Q1_a": [1, 0, 0],
    "Q1_b": [0, 1, 0],
    "Q1_c": [0, 0, 1],
    "Q2": ["Some", "All", "None"],
    "form": ["v", "v", "c"],
}
SHAPED = ColumnMap.model_validate(
    {
        "respondent": {"join": ["site", "nr"], "between": "/"},
        "where": {"form": "V"},
        "items": {"q_1": OPTIONS["q_{n}"] | {"options": {"Q1_a": 1, "Q1_b": 2, "Q1_c": 3}}, "q_2": {"place": 6}},
    }
)


@pytest.mark.parametrize("kind", ["pandas", "polars", "lazy", "pyarrow", "duckdb"])
def test_a_frame_is_shaped_by_a_map_as_a_file_is(kind: str) -> None:
    frame = pl.DataFrame(FRAME)
    given = {
        "pandas": lambda: pd.DataFrame(FRAME),
        "polars": lambda: frame,
        "lazy": frame.lazy,
        "pyarrow": frame.to_arrow,
        "duckdb": lambda: duckdb.from_arrow(frame.to_arrow()),
    }[kind]()
    scored = score_survey(given, TWO, columns=SHAPED)
    rows = pl.DataFrame(scored.collect() if kind == "lazy" else scored.pl() if kind == "duckdb" else scored).rows()
    stem = TWO.column_stem
    assert len(rows) == 2
    assert [row[:2] for row in rows] == [("N/1", 1.5), ("N/2", 2.5)], stem


TWICE = "id,wave,q_1,q_2\nA,T1,1,\nB,T1,2,2\nA,T1,2,3\nA,T2,3,3\n,,,\nA,T1,3,1\nB,T1,1,\n"


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("first", [("A", "T1", 1, None), ("B", "T1", 2, 2), ("A", "T2", 3, 3)]),
        ("last", [("A", "T2", 3, 3), ("A", "T1", 3, 1), ("B", "T1", 1, None)]),
        ("most complete", [("B", "T1", 2, 2), ("A", "T1", 2, 3), ("A", "T2", 3, 3)]),
    ],
)
def test_rows_that_are_there_twice_are_dropped_by_a_named_rule_and_counted(
    tmp_path: Path, rule: str, kept: list[tuple[object, ...]]
) -> None:
    rows, left_out = score_text(tmp_path, TWICE, respondent="id", wave="wave", duplicates=rule)
    assert rows == kept
    assert left_out == {f"duplicates: {rule}": 3}


def test_a_text_for_no_answer_makes_no_row_more_complete(tmp_path: Path) -> None:
    text = "id,q_1,q_2\nA,1,\nA,-99,-99\nB,N/A,\nB,,Some\n"
    missing = {"not answered": [-99, "N/A"]}
    rows, _ = score_text(tmp_path, text, respondent="id", duplicates="most complete", missing=missing)
    assert rows == [("A", 1, None), ("B", None, 2)]


def test_without_a_rule_rows_that_are_there_twice_are_refused(tmp_path: Path) -> None:
    found = say(tmp_path, TWICE, respondent="id", wave="wave", duplicates="error")
    assert found[0] == "t.csv:4: respondent 'A' at T1 already on line 2"


def test_a_dropped_row_is_not_checked_and_lines_stay_those_of_the_file(tmp_path: Path) -> None:
    text = "id,q_1,q_2\nA,1,2\nA,9,\nB,3,8\n"
    assert say(tmp_path, text, respondent="id", duplicates="first") == ["t.csv:4: q_2: 8 is outside 1-3"]


def test_duplicates_are_dropped_after_rows_are_chosen(tmp_path: Path) -> None:
    text = "id,form,q_1,q_2\nA,c,1,2\nA,v,3,\nA,v,2,2\n"
    rows, left_out = score_text(tmp_path, text, respondent="id", where={"form": "v"}, duplicates="first")
    assert rows == [("A", 3, None)]
    assert left_out == {"where: form": 1, "duplicates: first": 1}


@pytest.mark.parametrize("rule", ["first", "last", "most complete"])
def test_people_of_one_name_at_several_sites_are_not_dropped_for_one_another(tmp_path: Path, rule: str) -> None:
    """Each site numbers its people from 1; who answered twice at one site is still kept once."""
    text = "id,team,wave,q_1,q_2\n1,N,T1,1,2\n1,n ,T1,1,2\n2,N,T1,3,3\n3,N,T1,3,3\n3,,T1,3,3\n"
    ids = {"respondent": "id", "site": "team", "wave": "wave"}
    rows, left_out = score_text(tmp_path, text, **ids, duplicates=rule)
    assert (len(rows), left_out) == (3, {f"duplicates: {rule}": 2})
    (problem,) = say(
        tmp_path,
        text + "1,S,T1,3,3\n1,S,T2,3,3\n2,S,T1,2,2\n",
        respondent="id",
        site="team",
        wave="wave",
        duplicates=rule,
    )
    assert problem == (
        f"t.csv: site: 2 names have rows at several sites, between which duplicates: {rule} cannot choose (respondent"
        " '1', wave 'T1' is the first)\n  hint: where each site numbers its own, join the two: respondent: {join:"
        " [SITE, ID]}; else choose rows under where"
    )


def test_frames_have_no_rule_for_duplicates() -> None:
    with pytest.raises(InvalidRequest, match="duplicates: first is a rule for files; drop them from the frame"):
        score_survey(pl.DataFrame(FRAME), TWO, columns=SHAPED.model_copy(update={"duplicates": "first"}))
