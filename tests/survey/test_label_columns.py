"""Codes are held against what the file itself says of them: value labels, and columns of labels beside the codes."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyreadstat
import pytest
from support import make_instrument

from sos_score.errors import InvalidSurvey, Problem
from sos_score.scoring.files import discard, score_export
from sos_score.scoring.scorer import OnInvalid, prepare_scorer
from sos_score.survey.column_map import read_column_map
from sos_score.survey.readers.registry import open_export

AGREE = {"Strongly disagree": 1, "Disagree": 2, "Agree": 3, "Strongly agree": 4}
WORDS = {code: label for label, code in AGREE.items()}
SURVEY = make_instrument(
    {"s": {"items": ["q1..q3"]}},
    [{"ids": "q1..q3", "responses": "agree"}],
    response_scales={"agree": {"min": 1, "max": 4, "labels": AGREE}},
)
MEANT = [[1, 2, 3], [4, 3, 1], [2, 2, 4], [3, 1, 2], [1, 4, 4]]


def check(path: Path, hint: str = "", on_invalid: OnInvalid = "error") -> list[Problem]:
    column_map = None
    if hint:
        map_path = path.parent / "map.yaml"
        map_path.write_text("respondent: respondent\n" + hint.partition("column map: ")[2] + "\n")
        column_map = read_column_map(map_path, [SURVEY])
    with open_export(str(path)) as export:
        scorer = prepare_scorer(export.header, [SURVEY], column_map, values=export.values)
        try:
            score_export(export, scorer, on_invalid, discard)
        except InvalidSurvey as error:
            return list(error.problems)
    return []


def write(folder: Path, codes: list[list[int]], suffix: str = "_label") -> Path:
    columns: dict[str, list[object]] = {"respondent": [f"R{place}" for place in range(len(codes))]}
    for item in range(3):
        columns[f"q{item + 1}"] = [row[item] for row in codes]
        columns[f"q{item + 1}{suffix}"] = [WORDS[row[item]] for row in MEANT]
    pl.DataFrame(columns).write_csv(folder / "survey.csv")
    return folder / "survey.csv"


@pytest.mark.parametrize("suffix", ["_label", ".label", " (label)", "_Text", "-LBL"])
def test_codes_that_agree_with_the_labels_beside_them_are_scored(tmp_path: Path, suffix: str) -> None:
    assert check(write(tmp_path, MEANT, suffix)) == []


@pytest.mark.parametrize("on_invalid", ["error", "missing"])
def test_a_label_column_tells_that_all_codes_are_stored_one_off(tmp_path: Path, on_invalid: OnInvalid) -> None:
    # Nobody gives the lowest answer, so that the codes alone look right.
    meant = [[max(code, 2) for code in row] for row in MEANT]
    path = write(tmp_path, [[code - 1 for code in row] for row in meant])
    frame = pl.read_csv(path)
    labels = [pl.Series(f"q{item + 1}_label", [WORDS[row[item]] for row in meant]) for item in range(3)]
    frame.with_columns(labels).write_csv(path)
    (problem,) = check(path, on_invalid=on_invalid)
    assert problem.message == (
        "1 stands beside 'Disagree' in 'q1_label', which is 2 of 'agree' (3 items: q1, q2 and q3)"
    )
    assert problem.hint == "add to the column map: codes: {test/agree: {0: 1, 1: 2, 2: 3, 3: 4}}"
    assert check(path, problem.hint) == []


def test_a_label_column_tells_that_an_item_is_reversed_already(tmp_path: Path) -> None:
    path = write(tmp_path, [[row[0], row[1], 5 - row[2]] for row in MEANT])
    (problem,) = check(path)
    assert (problem.where, problem.message) == (
        "q3",
        "1 stands beside 'Strongly agree' in 'q3_label', which is 4 of 'agree'",
    )
    assert problem.hint == "add to the column map: codes: {test/q3: {4: 1, 3: 2, 2: 3, 1: 4}}"
    assert check(path, problem.hint) == []


def test_codes_and_labels_that_differ_without_rule_have_no_line_to_add(tmp_path: Path) -> None:
    path = write(tmp_path, [[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 2, 3], [1, 1, 1]])
    assert [problem.hint for problem in check(path)] == [""]


def test_one_row_in_many_that_differs_is_a_typing_error(tmp_path: Path) -> None:
    path = write(tmp_path, [[1, 2, 3], [4, 3, 1], [2, 2, 4], [3, 1, 2], [1, 4, 3]])
    pl.concat([pl.read_csv(path)] * 8).with_columns(
        respondent=pl.int_range(40).cast(pl.String), q3=pl.when(pl.int_range(40) == 4).then(3).otherwise(
            pl.col("q3_label").replace_strict(AGREE)
        )
    ).write_csv(path)  # fmt: skip
    assert check(path) == []


def test_value_labels_of_other_words_tell_that_a_scale_is_stored_one_off(tmp_path: Path) -> None:
    import pandas as pd

    labels = {0: "trifft nicht zu", 1: "eher nicht", 2: "eher", 3: "trifft zu"}
    codes = [[1, 2, 3], [1, 1, 2]]
    frame = pd.DataFrame({f"q{item + 1}": [float(row[item]) for row in codes] for item in range(3)})
    frame.insert(0, "respondent", ["A", "B"])
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(frame, str(path), variable_value_labels={f"q{item}": labels for item in (1, 2, 3)})
    (problem,) = check(path)
    assert problem.message == "the file labels its codes 0 to 3, and 'agree' is 1-4 (3 items: q1, q2 and q3)"
    assert problem.hint == "add to the column map: codes: {test/agree: {0: 1, 1: 2, 2: 3, 3: 4}}"
    assert check(path, problem.hint) == []
