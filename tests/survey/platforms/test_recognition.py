"""A file shows which platform wrote it, and where its answers begin."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import get_args

import pytest

from sos_score.definition.platforms import PlatformName
from sos_score.survey.platforms import qualtrics, redcap, surveymonkey
from sos_score.survey.platforms.layout import Head, Layout, RowRule
from sos_score.survey.platforms.registry import PLAIN, PLATFORMS

FOLDERS = (Path(__file__).parent / "files", Path(__file__).parents[3] / "examples" / "platforms")
PLATFORM = {"microsoft": "forms", "google": "forms", **{name: name for name in PLATFORMS}}
EXPORTS = sorted(
    path for folder in FOLDERS for path in folder.iterdir() if path.suffix in (".csv", ".tsv") and path.stem != "clean"
)


def read_head(path: Path) -> Head:
    is_tabbed = path.suffix == ".tsv"
    with path.open(encoding="utf-16" if is_tabbed else "utf-8-sig", newline="") as stream:
        header, *rows = list(csv.reader(stream, delimiter="\t" if is_tabbed else ","))[:6]
    return Head(tuple(header), tuple(map(tuple, rows)))


def lay_out(name: str) -> Layout:
    (path,) = [path for path in EXPORTS if path.name == name]
    return PLATFORMS[PLATFORM[path.stem.partition("_")[0]]].lay_out(read_head(path))


def test_every_platform_has_files_here() -> None:
    assert {PLATFORM[path.stem.partition("_")[0]] for path in EXPORTS} == set(PLATFORMS)


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_a_file_is_recognised_as_its_own_platforms_and_no_others(path: Path) -> None:
    head = read_head(path)
    assert [name for name, platform in PLATFORMS.items() if platform.recognise(head)] == [
        PLATFORM[path.stem.partition("_")[0]]
    ]


@pytest.mark.parametrize(
    "header",
    [
        ["respondent", "site", "wave", "q_1", "q_2"],
        ["id", "timestamp", "q_1"],
        ["timestamp", "q_1", "q_2"],
        ["URN", "q_1", "q_2"],
        ["Status", "Finished", "Progress", "q_1"],
        ["record", "complete", "q_1"],
        ["Name", "Email", "ID"],
        [""],
    ],
)
def test_other_files_are_nobodys(header: list[str]) -> None:
    head = Head(tuple(header), (("1",) * len(header), ("2",) * len(header)))
    assert [name for name, platform in PLATFORMS.items() if platform.recognise(head)] == []


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("qualtrics_numeric.csv", 2),
        ("qualtrics_two_rows.csv", 1),
        ("qualtrics_legacy.csv", 1),
        ("qualtrics_one_row.csv", 0),
        ("surveymonkey.csv", 1),
        ("surveymonkey_one_row.csv", 0),
        ("smartsurvey.csv", 1),
        ("smartsurvey_three_rows.csv", 2),
        ("limesurvey.csv", 0),
    ],
)
def test_rows_under_the_header_that_belong_to_it_are_counted(name: str, rows: int) -> None:
    assert lay_out(name).header_rows == rows


def test_a_qualtrics_column_is_also_called_by_its_import_id_and_its_question() -> None:
    layout = lay_out("qualtrics_numeric.csv")
    place = layout.header.index("Q4_2")
    assert layout.aliases[place] == (
        "QID4_2",
        "Thinking of the last month, how often did you… - feel listened to",
    )


def test_a_row_of_texts_in_another_language_has_words_where_dates_belong() -> None:
    header = ("StartDate", "RecordedDate", "ResponseId", "Q1")
    texts = ("Anfangsdatum", "Erfassungsdatum", "Antwort-ID", "Frage")
    answers = ("2026-03-02 10:00:00", "2026-03-02 10:04:12", "R_1", "2")
    assert qualtrics.lay_out(Head(header, (texts, answers))).header_rows == 1
    assert qualtrics.lay_out(Head(header, (answers, answers))).header_rows == 0


def test_one_option_of_a_qualtrics_question_is_called_by_its_choice() -> None:
    head = Head(("Q1_1",), (("Stem",), ('{"ImportId":"QID1","choiceId":"4"}',)))
    assert qualtrics.lay_out(head).aliases == (("QID1_4", "Stem"),)


def test_a_question_called_status_is_no_status_where_import_ids_say_so() -> None:
    head = Head(("Status", "Q1"), (("Your status", "Stem"), ('{"ImportId":"QID1"}', '{"ImportId":"QID2"}')))
    assert qualtrics.lay_out(head).not_answers == ()


def test_the_rows_that_qualtrics_marks_are_those_of_its_own_columns() -> None:
    layout = lay_out("qualtrics_numeric.csv")
    assert {(rule.name, layout.header[rule.place]) for rule in layout.not_answers} == {
        ("preview", "Status"),
        ("test", "Status"),
        ("preview", "DistributionChannel"),
        ("test", "DistributionChannel"),
    }
    assert layout.partial == RowRule("partial", layout.header.index("Finished"), frozenset({"false", "0", "no"}))


@pytest.mark.parametrize("name", ["limesurvey_codes.csv", "limesurvey_full.csv", "limesurvey.csv"])
def test_a_blank_date_of_submission_is_partial_in_every_heading_of_limesurvey(name: str) -> None:
    partial = lay_out(name).partial
    assert partial is not None
    assert partial.place == 1
    assert "" in partial.texts


def test_a_limesurvey_heading_is_also_called_by_the_code_at_its_head() -> None:
    layout = lay_out("limesurvey.csv")
    assert layout.aliases[0] == ("id", "Response ID")
    assert layout.aliases[-1][0] == "Q[SQ004]"


@pytest.mark.parametrize("name", ["redcap.csv", "redcap_labels.csv"])
def test_a_record_of_redcap_has_rows_of_several_forms(name: str) -> None:
    assert lay_out(name).record == 0


def test_a_report_of_redcap_may_name_the_record_elsewhere_or_not_at_all() -> None:
    assert redcap.lay_out(Head(("redcap_event_name", "record_id", "q_1"), ())).record == 1
    assert redcap.lay_out(Head(("redcap_event_name", "q_1"), ())).record is None
    assert redcap.lay_out(Head(("redcap_event_name", "q_1"), ())).has_forms


def test_a_redcap_project_with_a_row_a_record_is_read_as_any_other_file() -> None:
    head = Head(("record_id", "q_1", "made_complete"), (("1", "2", "2"),))
    assert redcap.recognise(head)
    assert not redcap.lay_out(head).changes_rows


@pytest.mark.parametrize("name", ["google_forms.csv", "microsoft_forms.csv"])
def test_the_row_of_a_grid_is_also_called_without_its_question(name: str) -> None:
    layout = lay_out(name)
    rows = [alias for aliases in layout.aliases for alias in aliases]
    assert rows == ["agree what to do next", "feel listened to", "have to repeat yourself", "know who to call"]


@pytest.mark.parametrize("name", ["surveymonkey.csv", "smartsurvey.csv"])
def test_a_row_of_a_matrix_is_called_with_its_question_and_by_itself(name: str) -> None:
    layout = lay_out(name)
    places = [place for place, name in enumerate(layout.header) if name.endswith("[feel listened to]")]
    assert len(places) == 1
    assert "feel listened to" in layout.aliases[places[0]]


def test_words_that_stand_for_no_row_are_left_out_of_a_surveymonkey_column() -> None:
    layout = lay_out("surveymonkey.csv")
    assert "Your code" in layout.header
    assert "Which team are you in?" in layout.header


def test_a_question_stands_over_its_first_column_only() -> None:
    layout = lay_out("surveymonkey.csv")
    assert "Who took part? (tick all that apply) [Parent]" in layout.header


def test_answers_without_an_id_are_no_row_of_names() -> None:
    header = ("Respondent ID", "Collector ID", "How?", "")
    answers = (("", "7", "Often", "Never"), ("", "7", "Often", "Rarely"), ("", "7", "Never", "Never"))
    assert surveymonkey.lay_out(Head(header, answers)).header_rows == 0
    assert surveymonkey.lay_out(Head(header, (("", "", "Row one", "Row two"), *answers))).header_rows == 1


def test_three_rows_of_smartsurvey_make_one_name() -> None:
    layout = lay_out("smartsurvey_three_rows.csv")
    stem = "Q3. Thinking of the last month, how often did you…"
    assert f"{stem} [know who to call] [How often]" in layout.header


def test_a_study_file_may_name_every_platform_that_is_known() -> None:
    assert set(get_args(PlatformName)) == {*PLATFORMS, PLAIN}
