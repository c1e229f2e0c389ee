"""Columns are found by exact id or by a map, and every problem of either is said with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import make_instrument

from sos_score.errors import InvalidDefinition, Problem
from sos_score.survey.column_map import ColumnMap, read_column_map
from sos_score.survey.columns import Columns, match_columns

ITEMS = ["q1", "q2", "q3"]
LABELS = {"never5": {"min": 1, "max": 5, "labels": {"Never": 1, "Rarely": 2, "Sometimes": 3, "Often": 4, "Always": 5}}}
SHORT = make_instrument(
    {"s": {"items": ["q1..q3"]}}, [{"ids": "q1..q3", "responses": "never5"}], response_scales=LABELS
)
PADDED = make_instrument({"s": {"items": ["q_01..q_12"]}}, "q_01..q_12")
SAME = {item: item for item in ITEMS}


def match(header: list[str], **parts: object) -> tuple[Columns, list[Problem]]:
    return match_columns(header, [SHORT], ColumnMap.model_validate(parts) if parts else None, "t.csv")


def say(problems: list[Problem]) -> list[str]:
    return [str(problem) for problem in problems]


def test_exact_ids_and_the_names_of_roles_need_no_map() -> None:
    columns, problems = match(["q3", "team", "q1", "respondent", "age", "q2", "wave"])
    assert problems == []
    assert columns == Columns({"respondent": "respondent", "wave": "wave", "team": "team"}, {}, SAME)


def test_case_and_white_space_fold_without_a_map_too() -> None:
    columns, problems = match(["q1", " Q2", "q3", "Respondent", "SITE"])
    assert problems == []
    assert columns == Columns({"respondent": "Respondent", "site": "SITE"}, {}, {"q1": "q1", "q2": " Q2", "q3": "q3"})


def test_an_exact_header_is_taken_before_one_that_folds_to_it() -> None:
    assert match(["Q1", "q1", "q2", "q3"])[0].items == SAME


def test_a_code_at_the_head_of_a_long_header_is_that_column() -> None:
    header = ["id. Response ID", "Q[SQ001]. How often [Row one]", "Q[SQ002]. How often [Row two]", "q3: Last. One"]
    columns, problems = match(header, respondent="id", items={"q1..q2": "Q[SQ00{n}]"})
    assert problems == []
    assert columns == Columns({"respondent": header[0]}, {}, dict(zip(ITEMS, header[1:], strict=True)))


def test_a_code_at_the_head_of_two_headers_is_ambiguous() -> None:
    _, problems = match(["q1. One", "q1. Two", "q2", "q3"])
    assert say(problems) == [
        "t.csv:1: several columns are called 'q1'\n  hint: say which by its whole heading: 'q1. One' or 'q1. Two'"
    ]


def test_a_map_finds_columns_by_name_and_by_header_text() -> None:
    header = ["Staff  code", "I feel\u00a0SAFE at work", "Q2", "q3", "Office"]
    columns, problems = match(
        header,
        respondent="staff code",
        site="Office",
        items={"q1": "I feel safe at work", "q2": "Q2"},
        constants={"wave": "T1", "round": 2},
    )
    assert problems == []
    ids = {"respondent": "Staff  code", "site": "Office"}
    assert columns == Columns(ids, {"wave": "T1", "round": "2"}, {"q1": header[1], "q2": "Q2", "q3": "q3"})


def test_further_id_columns_keep_the_name_the_map_gives() -> None:
    columns, _ = match([*ITEMS, "Grade"], others={"grade": "Grade"})
    assert columns.ids == {"grade": "Grade"}


def test_with_a_map_roles_are_what_the_map_says_and_nothing_else() -> None:
    assert match([*ITEMS, "respondent", "wave"], wave="wave")[0].ids == {"wave": "wave"}


@pytest.mark.parametrize(
    ("key", "column", "first", "last"),
    [
        ("q_{n}", "Q5_{n}", "Q5_1", "Q5_12"),
        ("q_{nn}", "Q5_{nn}", "Q5_01", "Q5_12"),
        ("q_{n}", "w{nnn}_T1", "w001_T1", "w012_T1"),
    ],
)
def test_a_pattern_maps_every_item_of_its_form(key: str, column: str, first: str, last: str) -> None:
    header = [
        column.replace("{nnn}", f"{n:03}").replace("{nn}", f"{n:02}").replace("{n}", f"{n}") for n in range(1, 13)
    ]
    columns, problems = match_columns(header, [PADDED], ColumnMap(items={key: column}))
    assert problems == []
    assert list(columns.items.values()) == header
    assert (columns.items["q_01"], columns.items["q_12"]) == (first, last)


@pytest.mark.parametrize(
    ("items", "wanted"),
    [
        ({"q_1..q_6": "A{n}", "q_7..q_12": "B{n-6}"}, [f"A{n}" for n in range(1, 7)] + [f"B{n}" for n in range(1, 7)]),
        ({"q_01..q_12": "Q5_4..Q5_15"}, [f"Q5_{n}" for n in range(4, 16)]),
        ({"q_{n}": "Q{nn+20}", "q_2..q_3": "other{n}"}, ["Q21", "other2", "other3", *[f"Q{n}" for n in range(24, 33)]]),
        ({"q_1..q_11": "Q{n}", "q_12": "last"}, [*[f"Q{n}" for n in range(1, 12)], "last"]),
    ],
)
def test_ranges_and_patterns_with_offsets_map_parts_of_an_instrument(items: dict[str, str], wanted: list[str]) -> None:
    columns, problems = match_columns(wanted, [PADDED], ColumnMap.model_validate({"items": items}))
    assert problems == []
    assert list(columns.items.values()) == wanted


def test_an_item_named_by_itself_is_an_exception_from_the_pattern() -> None:
    column_map = ColumnMap(items={"q_{n}": "Q{n}", "q_07": "Q7_new"})
    header = [f"Q{n}" for n in range(1, 13)] + ["Q7_new"]
    assert match_columns(header, [PADDED], column_map)[0].items["q_07"] == "Q7_new"


def test_missing_and_near_miss_columns_come_together_with_a_guess_each() -> None:
    _, problems = match(["ID", "qq1", "q3"], respondent="Id nr", items={"q1": "q_1"})
    assert say(problems) == [
        "t.csv:1: no column 'Id nr' (respondent)",
        "t.csv:1: no column 'q_1' (item q1)\n  hint: did you mean 'qq1'?",
        "t.csv:1: no column 'q2'\n  hint: the columns of the file: 'ID', 'qq1', 'q3'",
    ]


def test_one_column_is_not_the_guess_for_two_items() -> None:
    _, problems = match(["q1", "x"], items={"q2": "name", "q3": "names"})
    assert [problem.hint for problem in problems] == ["", "the columns of the file: 'q1', 'x'"]
    _, problems = match(["q1", "namer"], items={"q2": "name", "q3": "names"})
    assert [problem.hint for problem in problems] == ["did you mean 'namer'?", "the columns of the file: 'q1', 'namer'"]


def test_a_hint_never_points_to_another_questions_number() -> None:
    _, problems = match(["q1", "q2", "Q52_1", "Q27_2"], items={"q3": "q27_1"})
    assert say(problems) == [
        "t.csv:1: no column 'q27_1' (item q3)\n  hint: the columns of the file: 'q1', 'q2', 'Q52_1', 'Q27_2'"
    ]


def test_many_lost_columns_are_one_problem() -> None:
    _, problems = match_columns(["a", "b"], [PADDED], None, "t.csv")
    assert say(problems) == [
        "t.csv:1: no columns 'q_01', 'q_02', 'q_03', 'q_04', 'q_05' and 7 more\n"
        "  hint: the columns of the file: 'a', 'b'"
    ]


def test_two_columns_of_one_name_are_a_problem_only_where_they_are_wanted() -> None:
    _, problems = match(["q1", "q2", "q2", "q3", "note", "note"])
    assert say(problems) == [
        "t.csv:1: several columns are called 'q2'\n  hint: say which in a column map: {column: q2, which: 2}"
    ]


def test_two_headers_that_fold_to_the_text_of_the_map_are_ambiguous() -> None:
    _, problems = match([*ITEMS[:2], "Safe", "SAFE "], items={"q3": "safe"})
    assert say(problems) == [
        "t.csv:1: several columns are called 'safe' (item q3)\n"
        "  hint: say which by its whole heading: 'Safe' or 'SAFE '"
    ]


def test_one_column_for_two_items_is_a_problem() -> None:
    _, problems = match(["q1", "q3"], items={"q2": "q1"})
    assert say(problems) == ["t.csv: column 'q1' is both item 'q1' and item 'q2'"]


def test_an_id_is_a_constant_or_a_column_and_not_both() -> None:
    _, problems = match([*ITEMS, "w"], wave="w", constants={"wave": "T1"})
    assert say(problems) == ["t.csv: 'wave' is both a constant and a column"]


BAD_MAP = """\
format: 1
respondent: ID
items:
  q1: A
  q9: B
  x_{n}: C{n}
labels:
  never6: {x: 1}
  never5:
    Mostly: 6
    never: 2
    yes: 3
    YES: 4
codes:
  q2: {7: 0}
missing:
  not applicable: [99, 3]
"""


def say_of_map(folder: Path, text: str) -> list[str]:
    path = folder / "map.yaml"
    path.write_text(text)
    with pytest.raises(InvalidDefinition) as caught:
        read_column_map(path, [SHORT])
    return [str(problem).replace(f"{path}", "map.yaml") for problem in caught.value.problems]


def test_every_problem_of_a_column_map_has_its_line(tmp_path: Path) -> None:
    assert say_of_map(tmp_path, BAD_MAP) == [
        "map.yaml:5: items.q9: no item 'q9'",
        "map.yaml:8: labels.never6: no response scale or item 'never6' (response scales: never5)\n"
        "  hint: did you mean 'never5'?",
        "map.yaml:10: labels.never5.Mostly: code 6 is outside 1-5",
        "map.yaml:11: labels.never5.never: 'never' has code 2, but 'Never' has 1",
        "map.yaml:13: labels.never5.YES: 'YES' has code 4, but 'yes' has 3",
        "map.yaml:15: codes.q2.7: code 0 is outside 1-5",
        "map.yaml:17: missing.not applicable: missing code 3 is inside the valid range of 'never5'",
    ]


def test_what_is_broken_in_a_map_does_not_hide_what_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(
        "respondent: 5\nitems: {q_9: Q9, q1: 7}\nlabels: {never5: {Mostly: x, Ever: 9}, alway5: {a: 1}}\n"
        "codes: {never5: x}\nmissing: {refused: 5}\nitem: {}\n"
    )
    with pytest.raises(InvalidDefinition) as caught:
        read_column_map(path, [SHORT])
    # Whether 5 can be a missing code depends on the codes, which cannot be read.
    assert [(problem.line, problem.where) for problem in caught.value.problems] == [
        (1, "respondent"),
        (2, "items.q1"),
        (2, "items.q_9"),
        (3, "labels.never5.Mostly"),
        (3, "labels.never5.Ever"),
        (3, "labels.alway5"),
        (4, "codes.never5"),
        (6, "item"),
    ]


def test_a_role_given_twice_in_a_map_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("respondent: ID\nothers: {respondent: Code, age: Age}\n")
    with pytest.raises(InvalidDefinition) as caught:
        read_column_map(path, [SHORT])
    message = "'respondent' is a key of its own, and names another column ('ID')"
    (problem,) = caught.value.problems
    assert str(problem) == f"{path}:2: others.respondent: {message}"


def test_an_unknown_key_of_a_column_map_is_guessed_at(tmp_path: Path) -> None:
    found = say_of_map(tmp_path, "respondent: ID\nsyte: Office\nitems: [q1]\n")
    allowed = (
        "format, respondent, site, wave, rater, target, others, constants, where, duplicates, items, labels, codes, "
        "missing, t_scores"
    )
    assert found == [
        f"map.yaml:2: syte: is not a key here (allowed: {allowed})\n  hint: did you mean 'site'?",
        "map.yaml:3: items: must be a mapping (key: value), not a list",
    ]


def test_a_file_that_is_no_column_map_says_so(tmp_path: Path) -> None:
    assert say_of_map(tmp_path, "- q1\n") == ["map.yaml:1: is not a column map (a mapping of keys)"]


def test_a_platforms_codes_leave_the_definitions_numbers_free_to_mean_missing(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("codes: {never5: {1: 1, 6: 2, 2: 3, 3: 4, 4: 5}}\nmissing: {not applicable: [5]}\n")
    assert read_column_map(path, [SHORT]).missing == {"not applicable": ["5"]}


def test_what_the_author_typed_is_what_the_map_says(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("respondent: No\nlabels: {never5: {No: 1, 012: 2}}\nconstants: {wave: 01}\n")
    column_map = read_column_map(path)
    assert column_map.respondent is not None
    assert (column_map.respondent.name, column_map.labels) == ("No", {"never5": {"No": 1, "012": 2}})
    assert match_columns(["No", *ITEMS], [SHORT], column_map)[0].constants == {"wave": "01"}


@pytest.mark.parametrize(
    ("items", "where", "message"),
    [
        ({"q_3..q_1": "Q{n}"}, "q_3..q_1", "is not a range of ids (wais_1..wais_12, upwards, 1,000 at most)"),
        ({"q_{n}_{n}": "Q{n}"}, "q_{n}_{n}", "has more than one number in braces, and an item has one"),
        ({"q1": "Q{n}"}, "q1", "'Q{n}' has a number in braces, and the key has none to put there"),
        ({"q_1..q_3": "Q7"}, "q_1..q_3", "names 3 items, and 'Q7' is one column"),
        ({"q_1..q_3": "Q7..Q8"}, "q_1..q_3", "names 3 items, and 'Q7..Q8' 2 columns"),
        ({"q_1..q_3": "Q{n}", "q_03..q_04": "R{n}"}, "q_03..q_04", "has items in common with 'q_1..q_3'"),
    ],
)
def test_a_key_that_can_mean_no_columns_is_found_without_any_instrument(
    items: dict[str, str], where: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("items:\n" + "".join(f'  "{key}": "{column}"\n' for key, column in items.items()))
    with pytest.raises(InvalidDefinition) as caught:
        read_column_map(path)
    assert [(problem.where, problem.message) for problem in caught.value.problems] == [(f"items.{where}", message)]


def test_a_map_may_cover_instruments_that_are_not_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text('items: {"q{n}": "A{n}", "n_{n}": "B{n}", "wais_{n}": "C{n}"}\n')
    columns, problems = match_columns(["A1", "A2", "A3"], [SHORT], read_column_map(path, [SHORT]))
    assert (problems, columns.items) == ([], {"q1": "A1", "q2": "A2", "q3": "A3"})


def test_a_map_that_covers_a_shipped_instrument_only_leaves_the_items_to_their_ids(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text('items: {"wais_{n}": "C{n}"}\n')
    assert match_columns(ITEMS, [SHORT], read_column_map(path, [SHORT]))[0].items == SAME


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("respondent: 5", "5 is not a column (its header as text, in quotes where it is a number)"),
        ("respondent: {join: [a]}", "'join' needs two columns or more"),
        ("respondent: {place: 0}", "0 is not a place (a number from 1, or a spreadsheet's letters)"),
        ("respondent: {place: 2, column: a}", "needs one of column, place, join, options, and has column and place"),
        ("respondent: {which: 2}", "needs one of column, place, join, options, and has none"),
        ("respondent: {place: 2, which: 2}", "'which' tells columns of one header apart, and needs 'column'"),
        ("items: {q1: {options: {a: ''}}}", "'' is not an answer (a code or a label)"),
    ],
)
def test_a_column_that_cannot_be_meant_is_said_with_its_place(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(text + "\n")
    with pytest.raises(InvalidDefinition) as caught:
        read_column_map(path)
    (problem,) = caught.value.problems
    assert message in problem.message
