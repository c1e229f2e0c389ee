"""``sos-score new instrument``: whatever the name and the labels, a definition that is valid as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from sos_score import load_instrument
from sos_score.cli.app import app
from sos_score.commands.validate import validate_paths
from sos_score.definition.instrument.starter import make_starter
from sos_score.errors import InvalidRequest

FIVE = "Strongly disagree, Disagree, Neither, Agree, Strongly agree"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def new(*words: str) -> Result:
    return CliRunner().invoke(app, ["new", "instrument", *words])


def test_a_name_a_count_and_labels_make_a_definition_that_scores() -> None:
    result = new("Survey of social workers", "--items", "12", "--labels", FIVE)
    assert result.exit_code == 0
    name = "survey-of-social-workers.yaml"
    assert result.stderr == f"{name} written; check it with: sos-score validate {name}\n"
    assert result.stdout == ""
    instrument = load_instrument(f"./{name}")
    assert instrument.title == "Survey of social workers"
    assert list(instrument.responses) == [f"sosw_{n:02}" for n in range(1, 13)]
    (responses,) = set(instrument.response_names.values())
    assert list(instrument.response_scales[responses].labels.items()) == [
        (label, code) for code, label in enumerate(FIVE.split(", "), start=1)
    ]
    assert instrument.verification.key.status == "user"
    Path("t.csv").write_text(
        f"respondent,{','.join(instrument.responses)}\nA,{','.join(['Agree'] * 9 + ['N/A'] * 2 + ['Neither'])}\n"
    )
    scored = CliRunner().invoke(app, ["score", "t.csv", "-i", f"./{name}", "-f", "csv"])
    # 9 x 4 + 3 over the 10 answered.
    assert scored.stdout.splitlines()[1] == "A,3.9,10"


def test_without_an_output_a_file_that_is_there_is_not_replaced() -> None:
    path = Path("mood.yaml")
    path.write_text("precious")
    result = new("Mood", "--items", "3")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "mood.yaml: already exists; add --force to replace it, or choose another name\n"
    assert path.read_text() == "precious"
    assert new("Mood", "--items", "3", "--force").exit_code == 0
    assert path.read_text() == make_starter("Mood", 3, "1-5").text


def test_the_output_may_be_another_file_or_standard_output() -> None:
    assert new("Mood", "--items", "3", "-o", "-").stdout == make_starter("Mood", 3, "1-5").text
    assert list(Path().iterdir()) == []
    result = new("Mood", "--items", "3", "-o", "no/mood.yaml")
    assert (result.exit_code, result.stderr) == (1, "no/mood.yaml: there is no folder 'no'\n")


def test_a_name_of_several_words_needs_no_quotes() -> None:
    assert new("Staff", "wellbeing", "--items", "3").exit_code == 0
    assert load_instrument("staff-wellbeing.yaml").title == "Staff wellbeing"
    result = CliRunner().invoke(app, ["new", "study", "Two", "teams", "-o", "-"])
    assert "\ntitle: Two teams\n" in result.stdout


def test_subscales_are_named_by_the_numbers_of_their_items_and_their_examples_are_right() -> None:
    scales = ["--subscale", "Energy=1,2,-3", "--subscale", "Team support=4,-05"]
    assert new("Mood", "--items", "5", "--labels", FIVE, "--answered-by", "staff", *scales).exit_code == 0
    found = load_instrument("mood")
    assert found.answered_by == ["staff"]
    assert {name: scale.title for name, scale in found.scales.items()} == {
        "energy": "Energy",
        "team_support": "Team support",
    }
    # (1 + 1 + 5) / 3 and (1 + 5) / 2.
    assert "answers: {all: 1}, scores: {energy: 7/3, team_support: 3}" in Path("mood.yaml").read_text()
    result = CliRunner().invoke(app, ["validate", "mood"])
    assert (result.exit_code, result.stdout) == (0, "1 definition valid; 2 worked examples give the expected scores.\n")


def test_items_of_the_one_scale_can_be_reversed() -> None:
    assert new("Mood", "--items", "4", "--labels", FIVE, "--reversed", "2,mood_4").exit_code == 0
    assert "    items: [mood_1, -mood_2, mood_3, -mood_4]\n" in Path("mood.yaml").read_text()
    check_valid(Path("mood.yaml").read_text(), "mood")


def test_a_starter_that_was_not_told_who_answers_suits_a_study_of_anybody() -> None:
    new("Mood", "--items", "3")
    Path("t.csv").write_text("respondent,site,mood_1,mood_2,mood_3\nA,Harbour,1,2,3\n")
    for who in ("staff", "family", "worker", "observer"):
        source = f"{{files: t.csv, instrument: mood, answered_by: {who}}}"
        Path("trial.yaml").write_text(
            f"format: 1\nid: trial\ntitle: A trial\nsites: {{Harbour: {{}}}}\nsources: {{mood: {source}}}\n"
        )
        result = CliRunner().invoke(app, ["validate", "trial.yaml"])
        assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "1 study valid."), result.output


def test_a_shipped_definition_comes_before_one_of_its_name_in_the_folder() -> None:
    Path("wai-s.yaml").write_text("format: 1\n")
    assert load_instrument("wai-s").title == "Working Alliance Inventory, short form"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Mood", "--items", "3", "--subscale", "Low"], "--subscale is NAME=1,2,-3, not 'Low'"),
        (
            ["Mood", "--items", "3", "--subscale", "Low=1,9"],
            "--subscale Low: no item '9' (items: 1 to 3, or mood_1 to mood_3)",
        ),
        (["Mood", "--items", "3", "--subscale", "Low=1"], "--subscale: 2 items in no scale (2, 3)"),
        (["Mood", "--items", "3", "--subscale", "Low=1,-01"], "--subscale Low: an item is named twice"),
        (
            ["Mood", "--items", "3", "--subscale", "Low=1", "--subscale", "low=2"],
            "--subscale low: there are two of this name",
        ),
        (["Mood", "--items", "3", "--reversed", "4"], "--reversed: no item '4' (items: 1 to 3, or mood_1 to mood_3)"),
        (["7 questions", "--items", "3"], "no id can be made of '7 questions'; begin it with a letter from a to z"),
        (["\u4e2d", "--items", "3"], "no id can be made of '\u4e2d'; begin it with a letter from a to z"),
        (["Mood", "--items", "3", "--labels", "5-1"], "--labels 5-1: 5 is not below 1"),
        (
            ["Mood", "--items", "3", "--labels", "Yes"],
            "--labels needs two or more different labels, lowest first, or a range (0-10), not 'Yes'",
        ),
        (
            ["Mood", "--items", "3", "--labels", "Yes, YES "],
            "--labels needs two or more different labels, lowest first, or a range (0-10), not 'Yes, YES'",
        ),
        (
            ["Mood", "--items", "3", "--labels", "0, 1, 2"],
            "--labels: '0' is a number and would have the code 1; for numbers give a range (0-10)",
        ),
        (
            ["Mood", "--items", "3", "--labels", "Never (0), Often (1)"],
            "--labels: 'Never (0)' would have the code 1, not 0; leave the numbers out, or give a range (0-10)",
        ),
        (
            ["Mood", "--items", "3", "--labels", "5 - Always, 1 - Never"],
            "--labels: '5 - Always' would have the code 1, not 5; leave the numbers out, or give a range (0-10)",
        ),
    ],
)
def test_what_makes_no_definition_is_exit_2(words: list[str], said: str) -> None:
    result = new(*words)
    assert (result.exit_code, result.stderr) == (2, f"{said}\nTry 'sos-score new instrument --help'.\n")
    assert list(Path().iterdir()) == []


def test_labels_that_mean_no_answer_have_no_code() -> None:
    result = new("Mood", "--items", "3", "--labels", "Never, 1-2 times, Often, Don't know, N/A")
    assert result.stderr.splitlines()[1] == "not answers, and put under missing: 'Don't know' and 'N/A'"
    (scale,) = load_instrument("mood.yaml").response_scales.values()
    assert (scale.min, scale.max, list(scale.labels)) == (1, 3, ["Never", "1-2 times", "Often"])
    assert scale.missing == {"not applicable": ["Don't know", "N/A", "99"]}


@pytest.mark.parametrize("items", ["0", "1000", "many"])
def test_a_count_that_is_none_is_exit_2(items: str) -> None:
    assert new("Mood", "--items", items).exit_code == 2


@pytest.mark.parametrize("labels", ["0-100", "-2-2", "0-1", "1, 2, 3", "N/A, Yes", "null, No, true", "a: b, #c, 'd'"])
@pytest.mark.parametrize("items", [1, 10])
def test_ranges_and_labels_of_every_kind_are_valid(labels: str, items: int) -> None:
    check_valid(make_starter("Mood", items, labels).text, "mood")


@settings(max_examples=60, deadline=None)
@example("Null", ["Yes", "No"])
@example('A "b" \\ c: d # e', ["[x]", "{y}", "- z"])
@example("a\x07b\nc\td", ["99", "x"])
@given(
    st.text(max_size=30).map("A{}".format),
    st.lists(st.text(st.characters(exclude_characters=",", exclude_categories=["Cs"]), max_size=9), max_size=6),
)
def test_any_name_and_labels_are_valid_or_refused(name: str, labels: list[str]) -> None:
    try:
        starter = make_starter(name, 3, ",".join(labels))
    except InvalidRequest:
        return
    check_valid(starter.text, starter.id)


def check_valid(text: str, name: str) -> None:
    path = Path(f"{name}.yaml")
    path.write_text(text, encoding="utf-8")
    validation = validate_paths([str(path)])
    assert [found.rule.name for found in validation.found] == []
    assert validation.is_valid
    assert validation.examples == 2
    path.unlink()


@pytest.mark.parametrize("words", [["study", "visits.yaml"], ["instrument", "visits.yaml", "--items", "4"]])
def test_who_gives_the_name_of_a_file_gets_that_file(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["new", *words])
    assert (result.exit_code, [path.name for path in tmp_path.iterdir()]) == (0, ["visits.yaml"])
    assert "\nid: visits" in Path("visits.yaml").read_text()


@pytest.mark.parametrize(
    ("words", "stray"),
    [
        (["Our survey", "--items", "10", "--reversed", "3", "8"], "8"),
        (["Our", "survey", "--items", "3", "--labels", "Never,", "Rarely,", "Often"], "Rarely, Often"),
    ],
)
def test_what_follows_a_list_with_spaces_is_no_part_of_the_name(
    words: list[str], stray: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["new", "instrument", *words])
    assert result.exit_code == 2
    assert result.stderr.endswith(
        f"Error: Unexpected words: {stray}. Write a list without spaces (3,8), or put it in quotes.\n"
    )
    assert not list(tmp_path.iterdir())


def test_the_next_command_is_quoted_where_the_name_of_the_file_has_spaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["new", "study", "Two", "teams", "-o", "two teams.yaml"])
    assert result.stderr.endswith("then: sos-score validate 'two teams.yaml'\n")
