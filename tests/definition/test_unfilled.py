"""Texts of a starter file that were left as they were are problems; today's starters hold none."""

from __future__ import annotations

from pathlib import Path

import pytest

from sos_score.definition.instrument.starter import make_starter
from sos_score.definition.study.starter import make_study_starter
from sos_score.definition.unfilled import list_unfilled
from sos_score.definition.yaml.document import parse_yaml
from sos_score.errors import InvalidDefinition
from sos_score.study.file import read_study


def test_each_text_of_an_old_starter_is_a_problem_on_its_line() -> None:
    raw = b"title: Mood\nconstruct: what it measures\nrights: {holder: who holds the rights}\n"
    found = list_unfilled(parse_yaml(raw, "mood.yaml"))
    assert [str(each) for each in found] == [
        "mood.yaml:2: construct: 'what it measures' is still the text of the starter file\n  hint: write your own",
        "mood.yaml:3: rights.holder: 'who holds the rights' is still the text of the starter file\n"
        "  hint: write your own",
    ]


@pytest.mark.parametrize("starter", [make_starter("Mood", 4, "1-5"), make_study_starter("Mood")])
def test_a_starter_says_only_what_may_be_printed(starter) -> None:
    assert list_unfilled(parse_yaml(starter.text.encode(), "mood.yaml")) == []


def test_a_misspelt_key_of_a_study_hides_no_other_problem(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(
        "format: 1\nid: trial\ntitle: A trial\narms: {a: {}, b: {reference: true}}\n"
        "sites: {1: {arm: a}, 2: {arm: c}, 3: {arm: b}}\nprivcy: {smallest_cell: 5}\n"
        "sources: {x: {files: none.csv, instrument: wai-s, answered_by: observer}}\n"
    )
    with pytest.raises(InvalidDefinition) as caught:
        read_study(path)
    assert [(each.line, each.where) for each in caught.value.problems] == [
        (5, "sites.2.arm"),
        (6, "privcy"),
        (7, "sources.x.files"),
        (7, "sources.x.answered_by"),
    ]


def test_nothing_is_said_of_what_a_misspelt_key_may_have_held(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(
        "format: 1\nid: trial\ntitle: A trial\narns: {a: {}, b: {reference: true}}\n"
        "sites: {1: {arm: a}, 2: {arm: b}}\nsources: {x: {files: none.csv, instrument: wai-s}}\n"
    )
    with pytest.raises(InvalidDefinition) as caught:
        read_study(path)
    assert [each.where for each in caught.value.problems] == ["arns", "sources.x.files"]


def test_a_client_of_a_definition_is_a_family_of_a_study(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    (tmp_path / "x.csv").write_text("respondent\n")
    text = "format: 1\nid: trial\ntitle: A trial\nsites: {1: {}}\n"
    path.write_text(f"{text}sources: {{x: {{files: x.csv, instrument: wai-sr, answered_by: client}}}}\n")
    assert read_study(path).study.sources["x"].answered_by == "family"
