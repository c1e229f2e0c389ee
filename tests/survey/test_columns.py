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


def test_without_a_map_an_id_in_another_case_is_a_guess_and_not_a_match() -> None:
    columns, problems = match(["q1", "Q2", "q3"])
    assert columns.items == {"q1": "q1", "q3": "q3"}
    assert say(problems) == ["t.csv:1: no column 'q2'\n  hint: did you mean 'Q2'?"]


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


def test_an_item_named_by_itself_is_an_exception_from_the_pattern() -> None:
    column_map = ColumnMap(items={"q_{n}": "Q{n}", "q_07": "Q7_new"})
    header = [f"Q{n}" for n in range(1, 13)] + ["Q7_new"]
    assert match_columns(header, [PADDED], column_map)[0].items["q_07"] == "Q7_new"


def test_missing_and_near_miss_columns_come_together_with_a_guess_each() -> None:
    _, problems = match(["ID", "qq1", "q3"], respondent="Id nr", items={"q1": "q_1"})
    assert say(problems) == [
        "t.csv:1: no column 'Id nr' (respondent)",
        "t.csv:1: no column 'q_1' (item q1)\n  hint: did you mean 'qq1'?",
        "t.csv:1: no column 'q2'",
    ]


def test_one_column_is_not_the_guess_for_two_items() -> None:
    _, problems = match(["q1", "q22"])
    assert [problem.hint for problem in problems] == ["did you mean 'q22'?", ""]


def test_many_lost_columns_are_one_problem() -> None:
    _, problems = match_columns(["a", "b"], [PADDED], None, "t.csv")
    assert say(problems) == [
        "t.csv:1: no columns 'q_01', 'q_02', 'q_03', 'q_04', 'q_05' and 7 more\n"
        "  hint: name the columns in a column map (--columns map.yaml)"
    ]


def test_two_columns_of_one_name_are_a_problem_only_where_they_are_wanted() -> None:
    _, problems = match(["q1", "q2", "q2", "q3", "note", "note"])
    assert say(problems) == ["t.csv:1: several columns are called 'q2'"]


def test_two_headers_that_fold_to_the_text_of_the_map_are_ambiguous() -> None:
    _, problems = match([*ITEMS[:2], "Safe", "SAFE "], items={"q3": "safe"})
    assert say(problems) == ["t.csv:1: several columns are called 'safe' (item q3)"]


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
        "map.yaml:6: items.x_{n}: no item 'x_{n}'",
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
        "format, respondent, site, wave, rater, target, others, constants, items, labels, codes, missing, t_scores"
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
    assert (column_map.respondent, column_map.labels) == ("No", {"never5": {"No": 1, "012": 2}})
    assert match_columns(["No", *ITEMS], [SHORT], column_map)[0].constants == {"wave": "01"}
