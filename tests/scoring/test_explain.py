"""What is explained of a respondent is what was found, and what was computed."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from support import ROOT, make_instrument

from sos_score import ColumnMap, InvalidRequest, InvalidSurvey, ScoringChoices, load_instrument, score_survey
from sos_score.definition.instrument.instrument import Instrument
from sos_score.scoring.explain import AnswerStep, Explanation, explain_respondent
from sos_score.scoring.norms import NamedNorm, Reference
from sos_score.scoring.scorer import prepare_scorer
from sos_score.survey.readers.registry import open_export

EXAMPLE = ROOT / "examples" / "wai_s_labels.csv"
RESPONSES = {
    "agree": {"min": 1, "max": 5, "labels": {"No": 1, "Rather no": 2, "Unsure": 3, "Rather yes": 4, "Yes": 5},
              "missing": {"not applicable": ["N/A", 99]}}
}  # fmt: skip
MOOD = make_instrument(
    {
        "up": {"title": "Up", "items": ["q1", "-q2", "q3"], "missing": {"min_answered": 2}},
        "down": {"title": "Down", "items": ["q4", "q5"], "score": "sum", "missing": {"min_answered": 1}},
        "both": {"title": "Both", "scales": ["up", "-down"]},
    },
    [{"ids": "q1..q5", "responses": "agree"}],
    response_scales=RESPONSES,
)
HEADER = "respondent,wave,q1,q2,q3,q4,q5\n"


def explain(path: Path, respondent: str, instrument: Instrument = MOOD, **words: object) -> list[Explanation]:
    column_map, choices = words.get("columns"), words.get("choices")
    assert column_map is None or isinstance(column_map, ColumnMap)
    assert choices is None or isinstance(choices, ScoringChoices)
    scales = words.get("scales", ())
    assert isinstance(scales, tuple | list)
    with open_export(str(path)) as opened, opened.normalise() as export:
        scorer = prepare_scorer(export.header, [instrument], column_map, choices, export.name)
        return explain_respondent(export, scorer, respondent, scales)


def write(folder: Path, rows: str) -> Path:
    path = folder / "t.csv"
    path.write_text(HEADER + rows)
    return path


def test_each_answer_is_shown_as_found_as_read_and_as_counted(tmp_path: Path) -> None:
    path = write(tmp_path, 'B,T1,1,1,1,1,1\nA,T1," rather  YES",Yes,N/A,,8\n')
    (row,) = explain(path, "A")
    assert (row.source, row.line, row.ids) == (str(path), 3, {"respondent": "A", "wave": "T1"})
    up, down, both = row.scales
    assert up.answers == (
        AnswerStep("q1", 3, "q1", " rather  YES", 4, "", False, 4, 1, 5),
        AnswerStep("q2", 3, "q2", "Yes", 5, "", True, 1, 1, 5),
        AnswerStep("q3", 3, "q3", "N/A", None, "not applicable", False, None, 1, 5),
    )
    assert (up.answered, up.required, up.size, up.score, up.arithmetic) == (2, 2, 3, 2.5, "(4 + 1) / 2 = 5 / 2")
    assert (up.title, up.higher_is, up.method, up.low, up.high) == ("Up", "more", "mean", 1, 5)
    assert up.rule == "at least 2 items answered; mean of those"
    assert [(answer.cell, answer.missing) for answer in down.answers] == [("", "blank"), ("8", "not allowed")]
    assert (down.answered, down.score, down.arithmetic) == (0, None, "")
    # A score of another scale has no cell; reversed, a sum of 2 to 10 turns within its own range.
    assert both.answers == (
        AnswerStep("up", 3, "", "", 2.5, "", False, 2.5, 1, 5),
        AnswerStep("down", 3, "", "", None, "too few answered", True, None, 2, 10),
    )
    assert (both.score, both.required, both.rule) == (None, 2, "every score there")


def test_a_scale_of_scores_reverses_a_score_within_its_own_range(tmp_path: Path) -> None:
    (row,) = explain(write(tmp_path, "A,T1,4,5,3,1,2\n"), "A", scales=["both"])
    (both,) = row.scales
    # up = (4 + 1 + 3) / 3; down = 3, reversed 2 + 10 - 3 = 9.
    assert [answer.value for answer in both.answers] == [pytest.approx(8 / 3), 9]
    assert both.score == pytest.approx((8 / 3 + 9) / 2, abs=1e-12)
    assert both.arithmetic == "(2.666666667 + 9) / 2 = 11.66666667 / 2"


@pytest.mark.parametrize(
    ("method", "sums", "answers", "arithmetic", "score"),
    [
        ("mean", "prorated", "4,5,", "(4 + 5) / 2 = 9 / 2", 4.5),
        ("sum", "prorated", "4,5,", "(4 + 5) x 3 / 2 = 9 x 3 / 2", 13.5),
        ("sum", "prorated", "4,5,1", "4 + 5 + 1", 10),
        ("sum", "as_answered", "4,5,", "4 + 5", 9),
        ("sum", "as_answered", "4,,", "4", 4),
        ("sum", "strict", "4,5,", "", None),
    ],
)
def test_the_arithmetic_is_that_of_the_method(
    method: str, sums: str, answers: str, arithmetic: str, score: float | None, tmp_path: Path
) -> None:
    rule = {"min_answered": 1, "sums": sums}
    instrument = make_instrument({"s": {"items": ["q1..q3"], "score": method, "missing": rule}}, "q1..q3")
    path = tmp_path / "t.csv"
    path.write_text(f"respondent,q1,q2,q3\nA,{answers}\n")
    ((steps,),) = (row.scales for row in explain(path, "A", instrument))
    assert (steps.arithmetic, steps.score) == (arithmetic, score)
    assert steps.required == (3 if sums == "strict" else 1)


def test_every_wave_of_a_respondent_is_explained_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "A,T1,1,1,1,1,1\nB,T1,2,2,2,2,2\n A ,T2,3,3,3,3,3\n")
    rows = explain(path, "A", scales=["up"])
    assert [(row.line, row.ids["wave"]) for row in rows] == [(2, "T1"), (4, "T2")]
    assert [row.scales[0].score for row in rows] == [pytest.approx(7 / 3), 3]


def test_lines_are_those_of_the_file_where_cells_have_several(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('respondent,note,q1,q2,q3,q4,q5\nB,"one\ntwo\nthree",1,1,1,1,1\nA,,2,2,2,2,2\n')
    (row,) = explain(path, "A")
    assert row.line == 5
    assert {answer.line for scale in row.scales for answer in scale.answers} == {5}


def test_columns_and_codes_of_a_map_are_those_explained(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Who,Q1,Q2,Q3,Q4,Q5\nA,01,06,-1,1 (no),5\n")
    column_map = ColumnMap(
        respondent="who",
        constants={"wave": "T1"},
        items={"q{n}": "Q{n}"},
        codes={"q1": {"01": 5}, "q2": {"6": 2, "1": 1}},
        labels={"agree": {"1 (no)": 1}},
        missing={"refused": ["-1"]},
    )
    (row,) = explain(path, "A", columns=column_map)
    assert row.ids == {"respondent": "A", "wave": "T1"}
    up = row.scales[0].answers
    assert [(each.column, each.cell, each.code, each.missing) for each in up] == [
        ("Q1", "01", 5, ""),
        ("Q2", "06", 2, ""),
        ("Q3", "-1", None, "refused"),
    ]
    assert row.scales[1].answers[0].code == 1


def test_a_norm_is_explained_with_its_numbers(tmp_path: Path) -> None:
    norm = NamedNorm("n", "test", "respondent", "sum", {"up": 10.0}, {"up": 4.0}, 100, "people (a book)")
    (row,) = explain(write(tmp_path, "A,T1,4,5,,1,2\n"), "A", choices=ScoringChoices(norms=(norm,)))
    up, down, _ = row.scales
    (step,) = up.t_scores
    # The mean of 4 and 1 is 2.5; of three items that is 7.5; T = 50 + 10 (7.5 - 10) / 4.
    assert (step.norm, step.score, step.mean, step.sd, step.t) == ("n", 7.5, 10, 4, 43.75)
    assert step.description == "n: T-scores (50 + 10 z) against people (a book), 100 respondents"
    assert down.t_scores == ()


def test_a_local_sample_is_measured_in_the_whole_file(tmp_path: Path) -> None:
    path = write(tmp_path, "A,T1,1,5,1,1,1\nB,T1,2,4,2,1,1\nC,T1,3,3,3,1,1\n")
    sample = Reference(population="our own", unit="respondent")
    (row,) = explain(path, "A", scales=["up"], choices=ScoringChoices(references={"test": (("mine", sample),)}))
    (step,) = row.scales[0].t_scores
    assert (step.mean, step.sd, step.t) == (2, 1, 40)
    assert step.description == "mine: local T, not a published norm (50 + 10 z) against our own, 3 respondents"


def test_nobody_of_that_name_no_such_column_and_no_such_scale(tmp_path: Path) -> None:
    path = write(tmp_path, "A,T1,1,1,1,1,1\n")
    with pytest.raises(InvalidSurvey) as caught:
        explain(path, "Z")
    assert str(caught.value) == f"{path}: no respondent 'Z' in column 'respondent'"
    with pytest.raises(InvalidRequest) as wrong:
        explain(path, "A", scales=["upp"])
    assert str(wrong.value) == "no scale 'upp' in test (scales: up, down, both)"
    path.write_text("q1,q2,q3,q4,q5\n1,1,1,1,1\n")
    with pytest.raises(InvalidSurvey) as caught:
        explain(path, "A")
    assert str(caught.value) == (
        f"{path}:1: has no column 'respondent'\n  hint: name it in a column map (--columns map.yaml)"
    )


def test_everybody_of_the_example_is_explained_to_the_score_they_have() -> None:
    instrument = load_instrument("wai-s")
    scored = score_survey(pl.read_csv(EXAMPLE, infer_schema=False), instrument).to_dicts()
    with EXAMPLE.open(newline="") as stream:
        cells = list(csv.DictReader(stream))
    for number, row in enumerate(scored):
        (explained,) = explain(EXAMPLE, row["respondent"], instrument)
        assert explained.line == number + 2
        for steps in explained.scales:
            assert steps.answered == row[f"wai_s_{steps.scale}_n"]
            wanted = row[f"wai_s_{steps.scale}"]
            assert steps.score == (None if wanted is None else pytest.approx(wanted, abs=1e-12))
            assert [answer.cell for answer in steps.answers] == [
                cells[number][answer.column] for answer in steps.answers
            ]
