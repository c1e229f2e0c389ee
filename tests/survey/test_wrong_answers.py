"""Each wrong text is one problem, however many cells have it, with what is allowed and what would make it right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import make_instrument

from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidSurvey, Problem
from sos_score.scoring.files import discard, score_export
from sos_score.scoring.frames import score_survey
from sos_score.scoring.responses import read_responses
from sos_score.scoring.scorer import OnInvalid, prepare_scorer
from sos_score.survey.check.wrong_answers import MOST_TEXTS
from sos_score.survey.column_map import ColumnMap, read_column_map
from sos_score.survey.readers.registry import open_export

AGREE = {"min": 1, "max": 4, "labels": {"Strongly disagree": 1, "Disagree": 2, "Agree": 3, "Strongly agree": 4}}
LISTED = "Strongly disagree, Disagree, Agree, Strongly agree, or 1-4"


def make(**scale: Any) -> Instrument:
    return make_instrument(
        {"s": {"items": ["q1..q3"]}}, [{"ids": "q1..q3", "responses": "agree"}], response_scales={"agree": scale}
    )


SURVEY = make(**AGREE)


def score(
    folder: Path,
    rows: list[list[Any]],
    instrument: Instrument = SURVEY,
    on_invalid: OnInvalid = "error",
    hint: str = "",
) -> list[Problem]:
    """Return the problems of a file of answers to q1, q2, ..., read with the line a hint gives, if it gives one."""
    path = folder / "t.csv"
    lines = ["respondent,q1,q2,q3"] + [
        ",".join([f"R{place}", *(f'"{cell}"' for cell in row)]) for place, row in enumerate(rows)
    ]
    path.write_text("\n".join(lines) + "\n")
    column_map = None
    if hint:
        (folder / "map.yaml").write_text("respondent: respondent\n" + hint.partition("column map: ")[2] + "\n")
        column_map = read_column_map(folder / "map.yaml", [instrument])
    with open_export(str(path)) as export:
        scorer = prepare_scorer(export.header, [instrument], column_map)
        try:
            score_export(export, scorer, on_invalid, discard)
        except InvalidSurvey as error:
            return [problem for problem in error.problems if problem.path.endswith("t.csv")]
    return []


def say(problems: list[Problem]) -> list[str]:
    return [re.sub(r"^\S*t\.csv", "t.csv", str(problem)) for problem in problems]


def test_one_text_in_many_cells_and_items_is_one_line_with_the_place_of_the_first(tmp_path: Path) -> None:
    rows = [["Agree", "Agree", "Agre"], ["Agre", " agre ", "AGRE"], ["Agree", "Maybe", "Agree"]]
    assert say(score(tmp_path, rows)) == [
        f"t.csv:2: q3: 'Agre' is not a response of 'agree' ({LISTED}); 4 cells in 3 items\n"
        "  hint: did you mean 'Agree'?",
        "t.csv:4: q2: 'Maybe' is not a response of 'agree'",
    ]


def test_frames_say_the_same_without_lines() -> None:
    frame = pl.DataFrame({"q1": ["Agre", "Agree"], "q2": ["Agre", "Agre"], "q3": ["Agree", "Agree"]})
    for read in (score_survey, read_responses):
        with pytest.raises(InvalidSurvey) as caught:
            read(frame, SURVEY)
        (problem,) = caught.value.problems
        assert (problem.count, problem.items, problem.where) == (3, 2, "q1")


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("Agre", "Agree"), ("Stronly agree", "Strongly agree"), ("disagre", "Disagree"),
        ("Somewhat agree", ""), ("Yes", ""), ("4 (agree)", ""), ("7 agree", ""),
    ],
)  # fmt: skip
def test_a_near_label_is_guessed_and_another_answer_is_not(tmp_path: Path, text: str, guess: str) -> None:
    (problem,) = score(tmp_path, [["Agree", "Agree", text]])
    assert problem.hint == (f"did you mean '{guess}'?" if guess else "")


@pytest.mark.parametrize(
    "text",
    ["Don\u2019t know \u2013 yet", "don't KNOW - yet", "Don\u00b4t know \u2014 yet", "Don`t\u00a0know \u2212 yet"],
)
def test_quotes_dashes_and_spaces_of_every_shape_are_the_same(tmp_path: Path, text: str) -> None:
    labelled = make(min=1, max=2, labels={"Don't know - yet": 1, "\u201cYes\u201d": 2})
    assert score(tmp_path, [[text, '""Yes""', "\u201eYes\u201d"]], labelled) == []


MISSING = ["NA", "N/A", "#N/A", ".", "-", "NULL", "null", "-99", "999", "NaN", "?", "Prefer not to say", "#NULL!"]


@pytest.mark.parametrize("text", MISSING)
def test_a_usual_spelling_of_missing_is_named_with_the_line_that_reads_it(tmp_path: Path, text: str) -> None:
    rows = [["Agree", "Agree", text], [text, "Agree", "Agree"]]
    (problem,) = score(tmp_path, rows)
    assert problem.hint.startswith("if no answer is meant, add to the column map: missing: {not answered: [")
    assert score(tmp_path, rows, hint=problem.hint) == []


def test_all_spellings_of_missing_are_in_one_line(tmp_path: Path) -> None:
    rows = [["Agree", "Agree", text] for text in MISSING if text not in ("-99", "999")]
    problems = score(tmp_path, rows)
    assert [bool(problem.hint) for problem in problems] == [True] + [False] * (len(problems) - 1)
    assert score(tmp_path, rows, hint=problems[0].hint) == []


def test_labels_with_their_number_come_with_the_line_that_reads_them(tmp_path: Path) -> None:
    rows = [["1 (Strongly disagree)", "2 = Disagree", "Agree: 3"], ["4 - Strongly agree", "Agree", "2 = Disagree"]]
    problems = score(tmp_path, rows)
    added = '"1 (Strongly disagree)": 1, "2 = Disagree": 2, "Agree: 3": 3, "4 - Strongly agree": 4'
    assert [problem.hint for problem in problems] == [
        f"if that is a label, add to the column map: labels: {{test/agree: {{{added}}}}}", "", "", "",
    ]  # fmt: skip
    assert score(tmp_path, rows, hint=problems[0].hint) == []


def test_codes_with_a_letter_come_with_the_codes_that_read_them(tmp_path: Path) -> None:
    rows = [["A1", "A4", "A2"], ["A4", "A1", "A1"]]
    problems = score(tmp_path, rows)
    assert (
        problems[0].hint
        == "if those are its codes, add to the column map: codes: {test/agree: {A1: 1, A2: 2, A3: 3, A4: 4}}"
    )
    assert score(tmp_path, rows, hint=problems[0].hint) == []
    assert "codes" not in score(tmp_path, [["A1", "B2", "A2"]])[0].hint


def test_a_label_with_another_number_is_not_taken_for_its_own(tmp_path: Path) -> None:
    (problem,) = score(tmp_path, [["Agree", "Agree", "4 (agree)"]])
    assert "add to the column map" not in problem.hint


def test_a_fraction_says_that_the_definition_must_allow_it(tmp_path: Path) -> None:
    problems = score(tmp_path, [[72.5, 50, "3,5"], [10, 20, 101]], make(min=0, max=100))
    assert say(problems) == [
        "t.csv:2: q1: 72.5 is between two answers of 0-100\n"
        "  hint: if fractions are answers, the definition says so: 'step: any', or 'step: 0.5', in 'agree'",
        "t.csv:2: q3: 3,5 is between two answers of 0-100",
        "t.csv:3: q3: 101 is outside 0-100",
    ]
    halves = score(tmp_path, [[2.5, 0.25, 3]], make(min=0, max=3, step=0.5))
    assert [each.message for each in halves] == ["0.25 is between two answers of 0-3 in steps of 0.5"]
    labelled = make(min=0, max=3, labels={"Never": 0, "Once": 0.5, "Often": 3})
    assert [each.message for each in score(tmp_path, [[0.5, "once", 1]], labelled)] == ["1 is none of 0, 0.5, 3"]


def test_a_column_of_free_text_does_not_flood_the_terminal(tmp_path: Path) -> None:
    (problem,) = score(tmp_path, [["Agree", f"I said {'x' * 9000}", "Agree"]])
    assert len(problem.message) < 200
    problems = score(tmp_path, [["Agree", f"said {place:03}", "Agree"] for place in range(100)])
    assert len(problems) == MOST_TEXTS + 1
    assert problems[-1].message == "'said 020' and 79 more texts are not allowed either"
    assert problems[-1].count == 100 - MOST_TEXTS


# A scale stored one off.

ONE_LOW = [[0, 1, 3], [2, 3, 0], [1, 1, 2], [0, 2, 2]]


def test_a_scale_stored_one_too_low_comes_with_the_codes_that_read_it(tmp_path: Path) -> None:
    (problem,) = score(tmp_path, ONE_LOW)
    assert problem.message == "0 is outside 1-4, and no answer is 4: are all stored one too low?"
    assert (problem.count, problem.items) == (3, 2)
    assert problem.hint == "if so, add to the column map: codes: {test/agree: {0: 1, 1: 2, 2: 3, 3: 4}}"
    assert score(tmp_path, ONE_LOW, hint=problem.hint) == []


def test_a_scale_stored_one_too_high_comes_with_the_codes_that_read_it(tmp_path: Path) -> None:
    counted = make(min=0, max=3)
    rows = [[code + 1 for code in row] for row in ONE_LOW]
    (problem,) = score(tmp_path, rows, counted)
    assert problem.message == "4 is outside 0-3, and no answer is 0: are all stored one too high?"
    assert problem.hint == "if so, add to the column map: codes: {test/agree: {1: 0, 2: 1, 3: 2, 4: 3}}"
    assert score(tmp_path, rows, counted, hint=problem.hint) == []


def test_a_scale_stored_one_off_is_refused_even_where_wrong_answers_are_made_missing(tmp_path: Path) -> None:
    (problem,) = score(tmp_path, [*ONE_LOW, ["Agre", 1, 2]], on_invalid="missing")
    assert "stored one too low" in problem.message
    frame = pl.DataFrame(ONE_LOW, schema=["q1", "q2", "q3"], orient="row")
    for read in (score_survey, read_responses):
        with pytest.raises(InvalidSurvey, match="stored one too low"):
            read(frame, SURVEY, on_invalid="missing")
    meant = ColumnMap.model_validate({"codes": {"agree": {"1": 1, "2": 2, "3": 3, "4": 4}}})
    assert score_survey(frame, SURVEY, on_invalid="missing", columns=meant)["test_s"].to_list()[2] == 4 / 3


@pytest.mark.parametrize(
    "more",
    [[4, 1, 1], ["Strongly agree", 1, 1], [-1, 1, 1], [9, 1, 1]],
    ids=["the other end as a code", "as a label", "further out", "far out on the other side"],
)
def test_a_number_outside_is_only_that_where_the_rest_does_not_fit(tmp_path: Path, more: list[Any]) -> None:
    assert not [each for each in score(tmp_path, [*ONE_LOW, more]) if "stored" in each.message]


def test_one_number_outside_among_many_is_a_typing_error(tmp_path: Path) -> None:
    rows = [[1, 2, 3]] * 10 + [[0, 2, 3]]
    (problem,) = score(tmp_path, rows)
    assert problem.message == "0 is outside 1-4"
    assert score(tmp_path, rows, on_invalid="missing") == []


@pytest.mark.parametrize("on_invalid", ["error", "missing"])
@pytest.mark.parametrize("read", [pl.DataFrame.lazy, pl.DataFrame.to_pandas])
def test_a_scale_stored_one_off_at_one_wave_or_site_is_refused_with_its_place(read: Any, on_invalid: OnInvalid) -> None:
    whole = [{"respondent": f"A{n}", "site": "N", "wave": "T1", "q1": 1, "q2": n, "q3": 4} for n in (1, 2, 3, 4)]
    off = [{"respondent": f"A{n}", "site": "N", "wave": "T2", "q1": 0, "q2": n, "q3": 3} for n in (0, 1, 2, 3)]
    with pytest.raises(InvalidSurvey) as caught:
        score_survey(read(pl.DataFrame(whole + off)), SURVEY, on_invalid=on_invalid)
    assert say(caught.value.problems) == [
        "q1: 0 is outside 1-4, and at wave T2 no answer is 4: are all stored one too low there?; 5 cells in 2 items\n"
        "  hint: if so, read that wave with a column map of its own: where: {wave: [T2]}, "
        "codes: {test/agree: {0: 1, 1: 2, 2: 3, 3: 4}}",
    ]
    high = [row | {"site": "S", "wave": "T1", "respondent": f"B{row['respondent']}"} for row in off]
    high = [row | {item: row[item] + 2 for item in ("q1", "q2", "q3")} for row in high]
    with pytest.raises(
        InvalidSurvey, match="5 is outside 1-4, and at site S no answer is 1: are all stored one too hig"
    ):
        score_survey(read(pl.DataFrame(whole + high)), SURVEY, on_invalid=on_invalid)
    typed = [*whole, off[0] | {"q1": 2, "q3": 4}]
    if on_invalid == "missing":
        assert score_survey(read(pl.DataFrame(typed)), SURVEY, on_invalid=on_invalid) is not None


def test_a_scale_stored_one_off_at_one_wave_of_a_file_is_refused(tmp_path: Path) -> None:
    rows = ["A,T1,1,4,4", "B,T1,2,4,1", "A,T2,0,3,0", "B,T2,3,0,3"]
    (tmp_path / "t.csv").write_text("\n".join(["respondent,wave,q1,q2,q3", *rows]) + "\n")
    with (
        open_export(str(tmp_path / "t.csv")) as export,
        pytest.raises(InvalidSurvey, match="at wave T2 no answer is 4"),
    ):
        score_export(export, prepare_scorer(export.header, [SURVEY]), "missing", discard)


def test_a_scale_of_one_instrument_does_not_hide_that_anothers_is_stored_one_off() -> None:
    other = make_instrument(
        {"s": {"items": ["p1..p3"]}}, [{"ids": "p1..p3", "responses": "agree"}], response_scales={"agree": AGREE}
    ).model_copy(update={"id": "other"})
    low = pl.DataFrame(ONE_LOW, schema=["q1", "q2", "q3"], orient="row")
    frame = low.with_columns(p1=pl.lit(4), p2=pl.lit(1), p3=pl.lit(2))
    with pytest.raises(InvalidSurvey, match="no answer is 4: are all stored one too low"):
        score_survey(frame, [SURVEY, other])
