"""The example study can be read, and comes to the people and files its README states."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sos_score.cli import app
from sos_score.study.data import StudyData
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data

FOLDER = Path(__file__).parents[2] / "examples" / "contrast_study"


@pytest.fixture(scope="module")
def data() -> StudyData:
    return load_study_data(read_study(FOLDER / "study.yaml"))


def test_the_study_is_valid() -> None:
    result = CliRunner().invoke(app, ["validate", str(FOLDER / "study.yaml")])
    told = "1 study valid.\n10 files of answers and links were opened and can be used.\n"
    assert (result.exit_code, result.stdout) == (0, told)


def test_every_file_of_answers_is_a_source(data: StudyData) -> None:
    read = {Path(each.path).name for each in data.inputs if each.kind in ("answers", "links")}
    assert read == {path.name for path in (FOLDER / "synthetic").iterdir()}
    assert {Path(each.path).name for each in data.inputs if each.kind == "columns"} == {
        path.name for path in FOLDER.glob("columns_*.yaml")
    }


def test_each_source_has_its_rows(data: StudyData) -> None:
    assert {table.source: len(table.frame) for table in data.tables} == {
        "osc": 114,
        "alliance_family": 103,
        "alliance_worker": 113,
        "engagement": 103,
        "competence": 48,
        "practice": 60,
        "feedback": 75,
        "safety_family": 75,
        "safety_worker": 60,
        "safety_observer": 34,
    }


def test_staff_are_linked_across_waves_and_nobody_moved(data: StudyData) -> None:
    osc = data.outcome("osc.engagement").frame
    waves = osc.groupby("person")["wave"].nunique()
    assert (waves == 2).sum() == 38
    assert osc.groupby("person")["site"].nunique().max() == 1
    assert set(osc["arm"][osc["site"].isin(["1", "4"])]) == {"sos"}
    assert set(osc["arm"][osc["site"].isin(["2", "3"])]) == {"contrast"}


def test_families_are_nested_in_workers_in_sites(data: StudyData) -> None:
    for table in data.tables[1:]:
        assert table.levels == ("site", "worker", "family")
        assert table.frame[["site", "worker", "family"]].notna().all().all()
        assert table.frame.groupby("family")["worker"].nunique().max() == 1


def test_the_six_main_scales_have_t_scores_against_the_fictional_norm(data: StudyData) -> None:
    planned = [each for each in data.outcomes if each.source == "osc" and each.is_planned]
    assert [each.scale for each in planned] == [
        "proficiency",
        "rigidity",
        "resistance",
        "engagement",
        "functionality",
        "stress",
    ]
    for outcome in planned:
        assert [norm.name for norm in outcome.norms] == ["fictional_teams"]
        assert outcome.frame[outcome.t_column("fictional_teams")].notna().any()


def test_the_notes_say_what_was_asked_once_and_rated_twice(data: StudyData) -> None:
    once = ["competence", "practice", "feedback", "safety_family", "safety_worker", "safety_observer"]
    said = [f"{source}: no wave is recorded, so there is no change to look at" for source in once]
    said.insert(1, "competence: 14 of 34 were rated by more than one rater")
    assert list(map(str, data.notes)) == said


def test_what_the_study_leaves_to_its_defaults_is_listed(data: StudyData) -> None:
    assert list(data.defaults) == ["sources.min_answered: the definition's own rule", "sources.on_invalid: error"]
