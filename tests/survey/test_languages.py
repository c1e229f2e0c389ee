"""Labels in several languages: which language a file is in, and what a text means that has two meanings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from frames import FRAMES, rows_of
from support import CommandLine, make_instrument

from sos_score import InvalidSurvey, score_survey
from sos_score.errors import InvalidRequest
from sos_score.survey.languages import check_language, name_language

# "Some" is 1 in English, and 2 in what stands for Welsh here.
ENGLISH, WELSH = {"Never": 0, "Some": 1, "Often": 2}, {"Byth": 0, "Weithiau": 1, "Some": 2}
SCALE = {"min": 0, "max": 2, "labels": ENGLISH, "labels_in": {"cy": WELSH}}
INSTRUMENT = make_instrument(
    {"s": {"items": ["q1", "q2"], "score": "sum"}}, [{"ids": "q1..q2", "responses": "r"}], response_scales={"r": SCALE}
)
DEFINITION = """\
format: 1
id: own
version: 1.0.0
title: Own
construct: strain
answered_by: [staff]
references: []
rights: {holder: nobody}
verification:
  key: {status: user, source: a test}
  responses: {status: user, source: a test}
  missing: {status: user, source: a test}
response_scales:
  r:
    min: 0
    max: 2
    labels: {Never: 0, Some: 1, Often: 2}
    labels_in: {cy: {Byth: 0, Weithiau: 1, Some: 2}}
items: [{ids: q1..q2, responses: r}]
missing: {min_answered: all}
scales:
  strain: {title: Strain, items: [q1, q2], score: sum, higher_is: more strain}
"""
UNTOLD = "respondent,q1,q2\nA,Some,Some\n"


def columns_of(*rows: tuple[str, str]) -> dict[str, list[Any]]:
    return {"q1": [one for one, _ in rows], "q2": [two for _, two in rows]}


def frame_of(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(columns_of(*rows))


def sums(frame: Any, **options: Any) -> list[float | None]:
    return [row["test_s"] for row in rows_of(score_survey(frame, INSTRUMENT, **options))]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(DEFINITION)
    Path("welsh.csv").write_text("respondent,q1,q2\nA,Some,Byth\nB,Weithiau,Some\n")
    Path("english.csv").write_text("respondent,q1,q2\nA,Some,Never\nB,Often,Some\n")
    Path("untold.csv").write_text(UNTOLD)


def run(*words: str, code: int = 0) -> Any:
    done = CommandLine()(*words)
    assert done.exit_code == code, done.output
    return done


@pytest.mark.parametrize(("make", "_kind"), FRAMES.values(), ids=FRAMES)
def test_a_text_with_two_meanings_is_read_in_the_language_of_the_other_labels(make: Any, _kind: type) -> None:
    assert sums(make(columns_of(("Some", "Byth"), ("Weithiau", "Some")))) == [2, 3]
    assert sums(make(columns_of(("Some", "Never"), ("Often", "Some")))) == [1, 3]


def test_the_language_that_is_stated_decides_where_the_labels_do_not() -> None:
    assert sums(frame_of(("Some", "Some")), language="cy") == [4]
    assert sums(frame_of(("Some", "Some")), language="en") == [2]


@pytest.mark.parametrize("on_invalid", ["error", "missing"])
@pytest.mark.parametrize("rows", [(("Some", "Some"),), (("Some", "Never"), ("Byth", "Often"))])
def test_a_text_with_two_meanings_is_refused_where_no_language_is_told(rows: Any, on_invalid: str) -> None:
    with pytest.raises(InvalidSurvey) as caught:
        sums(frame_of(*rows), on_invalid=on_invalid)
    (problem,) = caught.value.problems
    assert problem.message == (
        "'Some' is 1 in English and 2 in Welsh, and the other labels do not tell which language the file is in"
    )
    assert problem.hint == "say which language it is: --language en or cy"


def test_a_file_may_mix_languages_as_long_as_every_text_has_one_meaning() -> None:
    assert sums(frame_of(("Never", "Weithiau"), ("Byth", "Often"))) == [1, 2]


def test_a_language_that_no_definition_has_is_refused() -> None:
    with pytest.raises(
        InvalidRequest, match=r"no definition has labels in 'fr' \(languages: en \(English\), cy \(Welsh\)\)"
    ):
        check_language("fr", [INSTRUMENT])
    with pytest.raises(InvalidRequest):
        sums(frame_of(("Some", "Some")), language="fr")


def test_a_language_is_named_and_any_other_goes_by_its_code() -> None:
    assert [name_language(code) for code in ("cy", "cy-GB", "xx")] == ["Welsh", "Welsh (cy-GB)", "xx"]


@pytest.mark.usefixtures("files")
def test_commands_say_which_language_each_file_was_read_as() -> None:
    done = run("score", "welsh.csv", "english.csv", "-i", "own.yaml")
    assert "welsh.csv: 2 rows scored; labels read as Welsh" in done.stderr
    assert "english.csv: 2 rows scored; labels read as English" in done.stderr
    assert "labels read as Welsh" in run("check", "welsh.csv", "-i", "own.yaml").stdout
    assert "labels read as Welsh" in run("explain", "welsh.csv", "-i", "own.yaml", "--respondent", "A").stdout
    told = run("score", "english.csv", "-i", "own.yaml", "--language", "cy")
    assert "labels read as English, not as Welsh" in told.stderr


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("language", "total"), [("en", 2), ("cy", 4)])
def test_every_command_that_reads_answers_takes_the_language(language: str, total: int) -> None:
    own = ("untold.csv", "-i", "own.yaml", "--language", language)
    assert json.loads(run("score", *own, "-f", "json").stdout)["rows"][0]["own_strain"] == total
    explained = json.loads(run("explain", *own, "--respondent", "A", "-f", "json").stdout)
    assert explained["explanations"][0]["scales"][0]["score"] == total
    assert "not a response" not in run("check", *own).stdout
    run("diff", "own.yaml", "own.yaml", "--data", "untold.csv", "--language", language)
    for command in ("agreement", "raters", "reliability", "retest"):
        assert "--language" in run(command, "--help").stdout
    assert "say which language it is" in run("score", "untold.csv", "-i", "own.yaml", code=1).stderr
