"""``sos-score new instrument --file``: a definition and its column map from a questionnaire's file."""

from __future__ import annotations

import copy
import json
import random
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import ROOT, CommandLine

from sos_score import load_instrument, read_column_map, score_survey
from sos_score.commands.new_from_file import FileRequest, start_from_file
from sos_score.commands.validate import validate_paths
from sos_score.definition.catalogue.rule import Level
from sos_score.definition.instrument.instrument import Instrument, scoring_key
from sos_score.errors import InvalidDefinition, InvalidRequest

FILES = ROOT / "tests" / "definition" / "imports"
new = CommandLine("new", "instrument", "Staff")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def make(file: str | Path, *words: str) -> tuple[Instrument, str]:
    """Return the definition a file makes, and what was said of it."""
    result = new("--file", FILES / file if isinstance(file, str) else file, *words)
    assert result.exit_code == 0, result.stderr
    validated = CommandLine("validate")("staff.yaml")
    assert validated.exit_code == 0, validated.stderr
    return load_instrument("./staff.yaml"), result.stderr


def keys(instrument: Instrument) -> dict[str, dict[str, bool]]:
    return {scale: scoring_key(instrument, scale) for scale in instrument.scales}


def test_a_list_of_items_gives_scales_and_signs() -> None:
    instrument, said = make("items.csv", "--labels", "Never, Sometimes, Always", "--codes-from", "0")
    assert keys(instrument) == {
        "support": {"sw_1": False, "sw_2": True, "sw_3": False},
        "strain": {"sw_4": False, "sw_5": True},
    }
    (responses,) = instrument.response_scales.values()
    assert responses.labels == {"Never": 0, "Sometimes": 1, "Always": 2}
    assert said == (
        "staff.yaml written; check it with: sos-score validate staff.yaml\n"
        "5 items in 2 scales; the scores of the examples are computed: check them by hand.\n"
    )
    assert not Path("staff.columns.yaml").exists()
    assert all(example.name.endswith("(computed, check by hand)") for example in instrument.examples)


def test_a_dictionary_of_redcap_keeps_its_codes_and_lists_what_does_not_map() -> None:
    instrument, said = make("redcap.csv", "--reversed", "wb_2")
    assert keys(instrument) == {"wellbeing": {"wb_1": False, "wb_2": True, "wb_3": False}}
    (responses,) = instrument.response_scales.values()
    assert (responses.labels, responses.missing) == (
        {"Never": 0, "Sometimes": 1, "Often": 2},
        {"no answer": ["Prefer not to say", "9"]},
    )
    assert said.splitlines()[2:] == [
        "To look at (5):",
        "  record_id: not a choice of one answer from a list (text)",
        "  Prefer not to say: read as no answer (9)",
        "  wb_total: a calculation, which was not read (sum([wb_1],[wb_2],[wb_3]))",
        "  support: takes several answers",
        "  team: no other question has its answers, so that it makes no scale",
    ]


def test_a_survey_of_limesurvey_gives_a_column_map_that_scores_its_export() -> None:
    instrument, _ = make("survey.lss")
    assert keys(instrument) == {"climate": {"climate_SQ001": False, "climate_SQ002": False}}
    (responses,) = instrument.response_scales.values()
    assert responses.labels == {"Disagree": 1, "Neither": 2, "Agree": 3}
    column_map = read_column_map(Path("staff.columns.yaml"), [instrument])
    # LimeSurvey exports codes or texts, under the question's code and the subquestion's in brackets.
    frame = pl.DataFrame({"id": ["1", "2"], "climate[SQ001]": ["A1", "Agree"], "climate[SQ002]": ["A2", "Neither"]})
    assert score_survey(frame, instrument, columns=column_map)["staff_climate"].to_list() == [1.5, 2.5]


def test_a_survey_of_qualtrics_keeps_recodes_and_leaves_the_trash_alone() -> None:
    instrument, said = make("survey.qsf")
    assert keys(instrument) == {"q1": {"Q1_1": False, "Q1_2": False, "Q1_4": False}}
    (responses,) = instrument.response_scales.values()
    assert (responses.labels, responses.missing) == (
        {"Disagree": 0, "Neither": 1, "Agree": 2},
        {"no answer": ["n/a", "-99"]},
    )
    assert "Q2: not a choice of one answer from a list (TE SL)" in said
    assert "Q9" not in said


def test_a_definition_of_openscales_gives_signs_and_sums() -> None:
    instrument, said = make("scale.osd")
    assert keys(instrument) == {"total": {"s1": False, "s2": True, "s3": False}}
    assert (instrument.scales["total"].score, instrument.references) == ("sum", ["Nobody (2020). A small scale."])
    # 5 + (6 - 1) + 5 = 15, worked out by hand.
    frame = pl.DataFrame({"s1": ["Always"], "s2": ["Never"], "s3": ["Always"]})
    assert score_survey(frame, instrument)["staff_total"].to_list() == [15.0]
    for line in ("total: its cut-offs were not read", "spread: a way of scoring that was not read (sd)",
                 "s3: is shown under a condition, which was not read"):  # fmt: skip
        assert line in said


def test_columns_of_a_dictionary_may_have_the_names_of_redcaps_api() -> None:
    text = (FILES / "redcap.csv").read_text(encoding="utf-8")
    header, _, rows = text.partition("\n")
    names = "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations"
    Path("api.csv").write_text(",".join([names, *header.split(",")[-12:]]) + "\n" + rows, encoding="utf-8")
    assert keys(make(Path("api.csv").resolve())[0]) == {"wellbeing": dict.fromkeys(["wb_1", "wb_2", "wb_3"], False)}


def test_points_further_apart_than_one_are_read_as_equal_steps_and_said() -> None:
    data = json.loads((FILES / "scale.osd").read_text(encoding="utf-8"))
    data["definition"]["likert_options"] |= {"min": 0, "max": 100}
    Path("steps.osd").write_text(json.dumps(data), encoding="utf-8")
    instrument, said = make(Path("steps.osd").resolve())
    (responses,) = instrument.response_scales.values()
    assert responses.values == (0, 25, 50, 75, 100)
    assert "  s1, s2, s3: answers read as equally far apart (5 from 0 to 100)\n" in said


def edit(**scoring: Any) -> Path:
    """Return an Open Scale Definition whose total is scored in another way."""
    data = json.loads((FILES / "scale.osd").read_text(encoding="utf-8"))
    data["definition"]["scoring"] = {"total": {"method": "mean_coded", **scoring}}
    path = Path("edited.osd")
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "scoring",
    [
        {"items": ["s1", "s2"], "value_map": {"default": [0, 0, 1, 1, 1]}},
        {"items": ["s1", "s2"], "item_coding": {"s1": 2, "s2": 1}},
        {"items": ["s1", "s2", "s9"]},
        {"scores": ["other"]},
        {"items": ["s1"], "method": "sum_correct"},
    ],
    ids=lambda scoring: next(reversed(scoring)),
)
def test_what_cannot_be_said_of_a_score_leaves_it_out_and_is_listed(scoring: dict[str, Any]) -> None:
    said = new("--file", edit(**scoring)).stderr
    assert "  total: " in said
    assert "s1, s2" not in said


def test_items_that_are_coded_nought_are_left_out_of_a_score() -> None:
    instrument, _ = make(edit(items={"s1": 1, "s2": -1, "s3": 0}))
    assert keys(instrument) == {"total": {"s1": False, "s2": True}}


def test_subscales_of_the_user_replace_those_of_the_file() -> None:
    instrument, said = make("items.csv", "--subscale", "Near=sw_1,-sw_4", "--subscale", "Far=sw_3")
    assert keys(instrument) == {"near": {"sw_1": False, "sw_4": True}, "far": {"sw_3": False}}
    assert "  sw_2, sw_5: is in no scale\n" in said


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--subscale", "near"], "--subscale is name=q1,q2,-q3, not 'near'\n"),
        (["--subscale", "near=sw_9"], "--subscale near: no item 'sw_9' (did you mean 'sw_5'?)\n"),
        (["--reversed", "wellness"], "--reversed: no item 'wellness' (items: sw_1, sw_2, sw_3, sw_4, sw_5)\n"),
        (["--items", "5"], "give --items N or --file FILE, one of the two\n"),
    ],
)
def test_what_is_asked_for_and_is_not_there_is_refused(words: list[str], text: str) -> None:
    result = new("--file", FILES / "items.csv", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(text)
    assert list(Path().iterdir()) == []


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]><document>&a;&b;</document>'


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.lss", BOMB, "declares a document type, which no survey structure has; it was not read"),
        ("a.lss", "<document>", "is not XML (no element found: line 1, column 10)"),
        ("a.lss", "<document/>", "is not a survey structure of LimeSurvey (document/questions is missing)"),
        ("a.qsf", "[]", "is not a survey of Qualtrics (SurveyElements is missing)"),
        ("a.qsf", "{", "is not JSON"),
        ("a.osd", "{}", "is not an Open Scale Definition (definition.items is missing)"),
        ("a.osd", "[" * 100_000, "is not JSON"),
        ("a.csv", "id\n", "has no row below its header"),
        ("a.csv", "item,scale\na,b\n", "has no column 'id' (columns: item, scale; wanted: id, and scale and sign)"),
        ("a.txt", "id", "cannot be read as a questionnaire (files: .csv, .lss, .qsf, .osd)"),
        ("a.qsf", '{"SurveyElements": []}', "has no question with one answer from a list"),
    ],
)
def test_a_file_that_is_no_questionnaire_is_refused_whole(name: str, text: str, said: str) -> None:
    Path(name).write_text(text, encoding="utf-8")
    result = new("--file", name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{name}:")
    assert said in result.stderr
    assert [path.name for path in Path().iterdir()] == [name]


def test_every_wrong_row_of_a_list_of_items_is_named_with_its_line() -> None:
    Path("items.csv").write_text("id,scale,sign\na,x,+\nb,x,up\n,x,+\na,x,-\n", encoding="utf-8")
    assert new("--file", "items.csv").stderr == (
        "items.csv:3: b: sign 'up' is neither + nor - (also 1, -1, forward, reversed)\n"
        "items.csv:4: a row without an id\n"
        "items.csv:5: a: is there twice, in scale 'x'\n"
        "3 problems in items.csv; nothing was written.\n"
    )


VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    3.5,
    "",
    "x",
    "all",
    "-q1",
    "a" * 300,
    [],
    {},
    [1],
    {"a": 1},
    "<b>",
    "N/A",
    10**20,
]


def list_places(data: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [above] if above else []
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return found + [place for key, value in pairs for place in list_places(value, (*above, key))]


def spoil(name: str, dice: random.Random) -> str:
    """Return the text of a file with a few mistakes in it."""
    text = (FILES / name).read_text(encoding="utf-8")
    if name.endswith((".qsf", ".osd")):
        data = json.loads(text)
        for _ in range(dice.randint(1, 3)):
            *way, last = dice.choice(list_places(data))
            part = data
            for key in way:
                part = part[key]
            part[last] = copy.deepcopy(dice.choice(VALUES))
        return json.dumps(data)
    for _ in range(dice.randint(1, 4)):
        # Of XML only what is in its cells: with a mark more or less it is XML no longer.
        cells = [(match.start(1), match.end(1)) for match in re.finditer(r"CDATA\[(.*?)\]", text)]
        at = dice.randrange(len(text))
        start, end = dice.choice(cells) if cells and dice.random() < 0.9 else (at, at + dice.randint(0, 8))
        text = (
            text[:start] + dice.choice(['"', ",", "|", "\n", "\0", "<b>", "&", "1", "- ", "", "F", "A99"]) + text[end:]
        )
    return text


@pytest.mark.parametrize("name", ["items.csv", "redcap.csv", "survey.lss", "survey.qsf", "scale.osd"])
def test_a_spoilt_file_makes_a_valid_definition_or_is_refused_in_words(name: str) -> None:
    made, refused = 0, []
    for seed in range(60):
        Path(name).write_text(spoil(name, random.Random(f"{name} {seed}")), encoding="utf-8")
        try:
            start_from_file(FileRequest("Staff", Path(name)), "staff.yaml", force=True)
        except (InvalidDefinition, InvalidRequest) as error:
            refused.append(error)
        else:
            made += 1
            assert not [each for each in validate_paths(["staff.yaml"]).found if each.level is Level.ERROR], seed
    # What is wrong is said of the file that was read, never of the definition that it would have made.
    rules = {problem.rule for each in refused if isinstance(each, InvalidDefinition) for problem in each.problems}
    assert rules <= {"import"}
    assert made


def write_matrices(*matrices: dict[str, Any]) -> Path:
    """Write a survey of Likert matrices of two rows, as Qualtrics exports them."""
    texts = {"1": "Like", "2": "Neither", "3": "Dislike", "4": "No Opinion"}
    common = {"QuestionType": "Matrix", "Selector": "Likert", "SubSelector": "SingleAnswer"}
    common |= {"Choices": {"1": {"Display": "Squash"}, "2": {"Display": "Beans"}}, "ChoiceOrder": ["1", "2"]}
    common |= {"Answers": {key: {"Display": text} for key, text in texts.items()}, "AnswerOrder": [1, 2, 3, 4]}
    elements = [
        {"Element": "SQ", "Payload": common | {"QuestionID": f"QID{number}", "DataExportTag": f"Q{number}"} | each}
        for number, each in enumerate(matrices, start=1)
    ]
    path = Path("made.qsf")
    path.write_text(json.dumps({"SurveyEntry": {"SurveyName": "Made"}, "SurveyElements": elements}))
    return path


def test_negative_codes_below_a_gap_are_read_as_no_answer() -> None:
    instrument, said = make(write_matrices({"RecodeValues": {"1": "1", "2": "2", "3": "3", "4": "-1"}}))
    (responses,) = instrument.response_scales.values()
    assert (responses.min, responses.max) == (1, 3)
    assert responses.missing == {"no answer": ["No Opinion", "-1"]}
    assert "No Opinion: read as no answer (-1)" in said


def test_codes_on_both_sides_of_nought_are_answers() -> None:
    instrument, _ = make(write_matrices({"RecodeValues": {"1": "-2", "2": "-1", "3": "1", "4": "2"}}))
    (responses,) = instrument.response_scales.values()
    assert (responses.min, responses.max, responses.missing) == (-2, 2, {})


def test_a_second_matrix_with_the_columns_of_the_first_makes_no_scale() -> None:
    tags = {"1": "one", "2": "two"}
    instrument, said = make(
        write_matrices({"ChoiceDataExportTags": tags}, {"ChoiceDataExportTags": tags, "RecodeValues": {"1": "10"}}, {})
    )
    assert keys(instrument) == {"q1": {"one": False, "two": False}, "q3": {"Q3_1": False, "Q3_2": False}}
    assert "one, two: is there twice; the first is used" in said
