"""The same respondent twice in a wave, about the same target and by the same rater, is a problem."""

from __future__ import annotations

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sos_score.survey.check.checks import MAX_SHOWN, check_duplicates, check_ids
from sos_score.survey.check.row_key import find_key
from sos_score.survey.columns import Columns


def say(rows: list[dict[str, str]], **renamed: str) -> list[str]:
    ids = {name: renamed.get(name, name) for name in rows[0]}
    frame = nw.from_native(pl.LazyFrame([{ids[name]: value for name, value in row.items()} for row in rows]))
    return [str(problem) for problem in check_duplicates(frame, Columns(ids, {}, {}), "t.csv")]


def test_a_respondent_may_answer_once_in_each_wave() -> None:
    rows = [{"respondent": who, "wave": wave} for who in "AB" for wave in ("T1", "T2")]
    assert say(rows) == []
    assert say([*rows, rows[2], rows[2], rows[1]]) == [
        "t.csv: respondent 'A' at T2 appears 2 times",
        "t.csv: respondent 'B' at T1 appears 3 times",
    ]


def test_raters_and_targets_make_rows_of_their_own() -> None:
    rows = [{"respondent": "A", "rater": rater, "target": target} for rater in "xy" for target in "12"]
    assert say(rows) == []
    assert say([*rows, rows[3]]) == ["t.csv: respondent 'A', rater 'y', target '2' appears 2 times"]


def test_rater_and_target_without_a_respondent_name_a_row() -> None:
    rows = [{"rater": "x", "target": "1"}, {"rater": "y", "target": "1"}]
    assert say([*rows, rows[0]]) == ["t.csv: rater 'x', target '1' appears 2 times"]


@pytest.mark.parametrize("name", ["site", "rater", "wave", "team"])
def test_where_nobody_is_named_nothing_is_a_duplicate(name: str) -> None:
    assert find_key(Columns({name: name}, {}, {})).columns == {}
    assert say([{name: "x"}, {name: "x"}]) == []


@pytest.mark.parametrize(
    "name",
    [
        "Total",
        " mean",
        "GRAND TOTAL",
        "Sub-total",
        "Std. dev.",
        "Average:",
        "Mean score",
        "Total (n=12)",
        "Overall",
        "Minimum",
    ],
)
def test_a_row_that_sums_up_the_others_is_nobodys(name: str) -> None:
    rows = pl.LazyFrame({"who": ["Meaney", name, "Sumner", "A total"], "q": [1, 2, 3, 4]})
    for role in ("respondent", "site", "target"):
        (problem,) = check_ids(nw.from_native(rows), Columns({role: "who"}, {"q": "q"}, {}))
        assert (problem.rule, problem.count, problem.where) == ("id-summary", 1, "who")
    assert check_ids(nw.from_native(rows), Columns({"team": "who"}, {"q": "q"}, {})) == []


def test_site_and_other_ids_do_not_make_a_respondent_another_one() -> None:
    rows = [{"respondent": "A", "site": "1"}, {"respondent": "A", "site": "2"}]
    assert say(rows, respondent="Staff code") == ["t.csv: respondent 'A' appears 2 times"]


def test_white_space_around_an_id_makes_nobody_another_one() -> None:
    rows = [{"respondent": "A", "wave": "T1"}, {"respondent": " A", "wave": "T1 "}, {"respondent": "A B", "wave": "T1"}]
    assert say(rows) == ["t.csv: respondent 'A' at T1 appears 2 times"]


def test_a_file_of_nothing_but_duplicates_does_not_flood_the_terminal() -> None:
    rows = [{"respondent": f"R{n}", "wave": "T1"} for n in range(2 * MAX_SHOWN)]
    assert len(say([*rows, *rows])) == MAX_SHOWN


def test_everybody_there_twice_asks_for_a_wave_in_one_line() -> None:
    rows = [{"respondent": f"R{n}"} for n in range(40)]
    assert say([*rows, *rows[:30]]) == [
        "t.csv: respondent: 30 of 40 respondents are there more than once, and no column says the wave\n"
        "  hint: name it in a column map (wave: COLUMN); of waves in files of their own, constants: {wave: T1}"
    ]


def test_people_whom_each_site_numbers_from_1_are_not_only_taken_for_waves() -> None:
    rows = [{"respondent": str(n), "site": site} for site in "AB" for n in range(40)]
    assert say(rows, respondent="Staff no") == [
        "t.csv: Staff no: 40 of 40 respondents are there more than once, and no column says the wave\n"
        "  hint: name it in a column map (wave: COLUMN); of waves in files of their own, constants: {wave: T1}; where"
        " each site numbers its own, join the two in a column map: respondent: {join: [site, Staff no]}"
    ]


def test_a_few_people_there_twice_are_named_one_by_one() -> None:
    rows = [{"respondent": f"R{n}"} for n in range(40)]
    assert len(say([*rows, *rows[:19]])) == 19


CELLS = st.sampled_from([None, "", " ", "A", " A", "A ", "B"])


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8), st.sampled_from([("respondent", "wave"), ("rater", "target")])
)
def test_a_key_read_from_a_row_is_the_key_read_from_a_frame(
    rows: list[tuple[str | None, ...]], roles: tuple[str, ...]
) -> None:
    key = find_key(Columns({role: role for role in (*roles, "site")}, {}, {}))
    frame = pl.DataFrame(rows, schema=dict.fromkeys((*key.columns, "site"), pl.String), orient="row")
    given_frame = nw.from_native(frame, eager_only=True)
    ids, is_named = key.expressions(given_frame.schema)
    by_row = [key.read(row) for row in frame.iter_rows(named=True)]
    assert list(given_frame.filter(is_named).select(*ids).iter_rows()) == [each for each in by_row if each is not None]
