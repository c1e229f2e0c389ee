"""Scores as SPSS files, read back."""

import re

import polars as pl
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_pages import INSTRUMENT, small_study
from support import ROOT, CommandLine

from sos_score.output.codebook import Variable
from sos_score.output.spss import make_sav, name_variables, shorten

LABELS = ROOT / "examples/wai_s_labels.csv"
TASK = "Working Alliance Inventory, short form, Task"


def run(*arguments):
    result = CommandLine()(*arguments)
    assert result.exit_code == 0, result.output
    return result


def read(path):
    return pyreadstat.read_sav(str(path), output_format="polars")


def test_scores_keep_every_number_and_every_text(tmp_path):
    path = tmp_path / "scores.sav"
    run("score", LABELS, "-i", "wai-s", "--as", "pomp", "-o", path)
    frame, about = read(path)
    csv = tmp_path / "scores.csv"
    run("score", LABELS, "-i", "wai-s", "--as", "pomp", "-o", csv)
    written = pl.read_csv(csv, schema_overrides={"site": pl.String})
    assert frame.select(written.columns[:3]).equals(written.select(written.columns[:3]))
    assert about.column_names == written.columns
    for name in written.columns[3:]:
        assert frame[name].to_list() == written[name].cast(pl.Float64).to_list(), name


def test_variables_say_what_they_are(tmp_path):
    path = tmp_path / "scores.sav"
    run("score", LABELS, "-i", "wai-s", "--as", "pomp", "-o", path)
    about = read(path)[1]
    labels = about.column_names_to_labels
    assert labels["wai_s_task"] == f"{TASK}: mean of 4 items, 1-7, higher = more agreement on the tasks"
    assert labels["wai_s_task_n"] == f"{TASK}: how many of 4 items answered"
    assert labels["wai_s_task_pomp"] == (
        f"{TASK}: percent of the maximum possible, 0-100, higher = more agreement on the tasks"
    )
    assert labels["respondent"] == "who answered"
    measures = about.variable_measure
    assert (measures["respondent"], measures["wai_s_task"], measures["wai_s_task_n"]) == ("nominal", "scale", "scale")
    assert about.original_variable_types["wai_s_task"] == "F8.4"
    assert about.original_variable_types["wai_s_task_n"] == "F8.0"
    assert about.file_label.startswith("sos-score ")
    notes = " ".join(about.notes)
    assert "wai-s 1.0.0, SHA-256" in notes
    assert "key: derived" in notes
    assert max(map(len, about.notes)) <= 80


def test_a_long_file_labels_instruments_and_scales(tmp_path):
    path = tmp_path / "scores.sav"
    run("score", LABELS, "-i", "wai-s", "--long", "-o", path)
    frame, about = read(path)
    assert about.variable_value_labels == {
        "instrument": {"wai-s": "Working Alliance Inventory, short form"},
        "scale": {"task": "Task", "bond": "Bond", "goal": "Goal", "total": "Working alliance"},
    }
    assert frame.height == 96


def test_a_local_norm_is_named_in_its_label(tmp_path):
    norms, path = tmp_path / "norms.yaml", tmp_path / "scores.sav"
    norms.write_text(
        "format: 1\ninstrument: wai-s\nlocal:\n"
        "  first: {population: our own at T1, unit: respondent, where: {wave: [T1]}}\n"
    )
    run("score", LABELS, "-i", "wai-s", "--norms", norms, "-o", path)
    frame, about = read(path)
    label = about.column_names_to_labels["wai_s_total_t_first"]
    assert "first: local T, not a published norm (50 + 10 z) against our own at T1, 14 respondents" in label
    first = frame.filter(pl.col("wave") == "T1")["wai_s_total_t_first"].drop_nulls()
    assert first.mean() == pytest.approx(50)


def test_several_files_say_where_a_row_comes_from(tmp_path):
    (tmp_path / "a.csv").write_bytes(LABELS.read_bytes())
    (tmp_path / "b.csv").write_bytes(LABELS.read_bytes().replace(b"\nF", b"\nG"))
    path = tmp_path / "scores.sav"
    run("score", tmp_path / "a.csv", tmp_path / "b.csv", "-i", "wai-s", "-o", path)
    frame, about = read(path)
    assert frame["source"].unique().sort().to_list() == ["a.csv", "b.csv"]
    assert about.column_names_to_labels["source"] == "the file or source that the row comes from"


def test_the_same_scores_give_the_same_bytes_and_no_time(tmp_path):
    files = [tmp_path / "a.sav", tmp_path / "b.sav"]
    for path in files:
        run("score", LABELS, "-i", "wai-s", "-o", path)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert read(files[0])[1].creation_time.year == 2000


def test_names_labels_and_missing_values_are_what_spss_takes(tmp_path):
    frame = pl.DataFrame({"2nd Ägé": ["é" * 5, None], "by": [1.5, float("nan")], "empty": [None, None]})
    variables = [Variable("by", "x " * 150, "score")]
    path = tmp_path / "x.sav"
    path.write_bytes(make_sav(frame, variables, "t" * 90, ["é" * 100]))
    found, about = read(path)
    assert found.to_dict(as_series=False) == {
        "v_2nd_Ägé": ["é" * 5, ""], "v_by": [1.5, None], "empty": ["", ""],
    }  # fmt: skip
    labels = about.column_names_to_labels
    assert labels["v_2nd_Ägé"] == "2nd Ägé"
    assert labels["v_by"] == f"by: {'x ' * 124}..."
    assert len(about.file_label) == 64


@given(st.lists(st.text(max_size=90), unique=True, max_size=12))
def test_any_columns_get_names_that_spss_allows_and_none_twice(columns):
    names = name_variables(columns)
    assert list(names) == columns
    assert len({name.casefold() for name in names.values()}) == len(columns)
    for name in names.values():
        assert len(name.encode()) <= 64
        assert name[0].isalpha()
        assert re.fullmatch(r"\w+", name)
        assert not name.endswith("_")
        assert name.casefold() not in {
            "all",
            "and",
            "by",
            "eq",
            "ge",
            "gt",
            "le",
            "lt",
            "ne",
            "not",
            "or",
            "to",
            "with",
        }


@given(st.text(max_size=80), st.integers(8, 60))
def test_a_shortened_text_fits_and_is_the_beginning(text, size):
    short = shorten(text, size)
    assert len(short.encode()) <= size
    assert short == text or (short.endswith("...") and text.startswith(short[:-3]))


@pytest.fixture
def scores(tmp_path):
    study = small_study(tmp_path / "small", label="North")
    run("report", study, "-o", study.parent / "r.html", "--scores", study.parent / "s.sav", "-q")
    return read(study.parent / "s.sav")


def test_all_scores_of_a_study_have_labelled_categories(scores):
    frame, about = scores
    assert frame.height == 60
    assert about.variable_value_labels == {
        "source": {1: "Staff"},
        "answered_by": {1: "staff"},
        "site": {1: "North", 2: "B", 3: "C"},
        "arm": {1: "New", 2: "Old"},
        "wave": {1: "T1", 2: "T2"},
    }
    assert about.column_names_to_labels["mood_mood"] == "Mood, Mood: mean of 4 items, 1-5, higher = a better mood"
    assert frame["person"][0] == "a-person-0"
    assert about.column_names[:6] == ["source", "answered_by", "person", "site", "arm", "wave"]


def test_the_scores_of_a_study_are_those_of_score(scores, tmp_path):
    folder = tmp_path / "small"
    run("score", folder / "answers.csv", "-i", folder / "mood.yaml", "-o", folder / "scores.csv")
    other = pl.read_csv(folder / "scores.csv")
    waves = {"T1": 1, "T2": 2}
    expected = {(row["respondent"], waves[row["wave"]]): row["mood_mood"] for row in other.to_dicts()}
    assert {(row["person"], row["wave"]): row["mood_mood"] for row in scores[0].to_dicts()} == expected


def test_instruments_of_one_source_stand_side_by_side_and_sources_below_each_other(tmp_path):
    study = small_study(tmp_path / "small")
    folder = study.parent
    other = (
        INSTRUMENT.replace("id: mood", "id: calm").replace("q1..q4", "r1..r2").replace("[q1, q2, q3, q4]", "[r1, r2]")
    )
    (folder / "calm.yaml").write_text(other.replace("{mood: {title: Mood", "{calm: {title: Calm"))
    head, *lines = (folder / "answers.csv").read_text().splitlines()
    (folder / "answers.csv").write_text("\n".join([f"{head},r1,r2", *(f"{line},2,4" for line in lines)]) + "\n")
    text = study.read_text().replace("instrument: mood.yaml}", "instrument: [mood.yaml, calm.yaml]}")
    text = text.rstrip().removesuffix("}") + ", again: {label: Again, files: answers.csv, instrument: mood.yaml}}\n"
    study.write_text(text)
    run("report", study, "-o", folder / "r.html", "--scores", folder / "s.sav", "-q")
    frame, about = read(folder / "s.sav")
    assert frame.height == 120
    assert about.variable_value_labels["source"] == {1: "Staff", 2: "Again"}
    assert frame.filter(pl.col("source") == 1)["calm_calm"].to_list() == [3.0] * 60
    assert frame.filter(pl.col("source") == 2)["calm_calm"].to_list() == [None] * 60
    assert frame["mood_mood"].null_count() == 0
