from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sos_score import InvalidRequest
from sos_score.cli import app
from sos_score.definition.study.defaults import list_defaults
from sos_score.definition.study.model import Study
from sos_score.definition.study.rules import lint_study
from sos_score.definition.study.starter import make_study_starter
from sos_score.definition.yaml.document import parse_yaml

SMALLEST: dict[str, Any] = {
    "format": 1,
    "id": "small",
    "title": "Small",
    "sites": {"1": {}},
    "sources": {"a": {"files": "a.csv", "instrument": "wai-s"}},
}


def make_study(**changes: Any) -> Study:
    return Study.model_validate(SMALLEST | changes)


ARMS = {"new": {"label": "New"}, "old": {"reference": True}}


def test_the_least_a_study_says_is_a_site_and_a_source() -> None:
    study = make_study()
    assert (study.waves, study.arms, study.reference_arm, study.treated_arm) == ({}, {}, None, None)
    assert study.sources["a"].files == ["a.csv"]
    assert study.sources["a"].instrument == ["wai-s"]
    assert study.label_site("1") == "1"


def test_whatever_is_left_to_its_default_is_listed() -> None:
    assert list_defaults(make_study()) == [
        "sources.answered_by: the respondent the definition names first",
        "sources.min_answered: the definition's own rule",
        "sources.on_invalid: error",
        "levels: the site, and the levels below it that the data have",
        "plan.alpha: 0.05",
        "plan.smallest_effect: none, so nothing can be called equivalent",
        "plan.multiplicity.method: holm",
        "plan.multiplicity.family: source",
        "plan.outcomes: every scale of every source",
        "plan.seed: 1",
        "privacy.smallest_cell: 5",
    ]


def test_nothing_that_is_stated_is_listed_as_a_default() -> None:
    source = {"files": "a.csv", "instrument": "wai-s", "answered_by": "family", "on_invalid": "missing"}
    study = make_study(
        sources={"a": source | {"min_answered": "80%"}, "b": source},
        levels=[],
        plan={
            "alpha": 0.01,
            "smallest_effect": {"value": 2, "unit": "raw"},
            "multiplicity": {"method": "bh", "family": "question"},
            "outcomes": ["a"],
            "seed": 3,
        },
        privacy={"smallest_cell": 10},
    )
    assert list_defaults(study) == ["sources.b.min_answered: the definition's own rule"]


def test_the_arm_that_is_not_the_reference_is_treated() -> None:
    study = make_study(arms=ARMS, sites={"1": {"arm": "new", "label": "North"}, "2": {"arm": "old"}})
    assert (study.treated_arm, study.reference_arm) == ("new", "old")
    assert study.sites_of("new") == ["1"]
    assert (study.label_site("1"), study.label_arm("new"), study.label_arm("old")) == ("North", "New", "old")


def test_one_arm_alone_is_compared_with_nothing() -> None:
    assert make_study(arms={"new": {}}, sites={"1": {"arm": "new"}}).treated_arm is None


@pytest.mark.parametrize(
    ("waves", "expected"),
    [(["T2", "T1"], {"T2": "T2", "T1": "T1"}), ([1, 2], {"1": "1", "2": "2"}), ({"T1": "Before"}, {"T1": "Before"})],
)
def test_waves_keep_their_order_and_labels(waves: object, expected: dict[str, str]) -> None:
    assert list(make_study(waves=waves).waves.items()) == list(expected.items())


@pytest.mark.parametrize("waves", [["T1", "T1"], [True], [""], "T1", {"T1": ""}, [None]])
def test_waves_that_are_no_waves_are_refused(waves: object) -> None:
    with pytest.raises(ValueError, match="must be a list of different waves"):
        make_study(waves=waves)


def test_an_outcome_is_named_by_its_source_or_by_its_scale() -> None:
    study = make_study(plan={"outcomes": ["a.task", "b"]})
    named = [study.is_outcome(*ref) for ref in (("a", "task"), ("a", "bond"), ("b", "any"), ("c", "task"))]
    assert named == [True, False, True, False]
    assert make_study().is_outcome("a", "bond")


def test_the_smallest_effect_is_the_scales_own_then_its_sources_then_the_studys() -> None:
    scales = {"a.task": {"value": 0.3, "unit": "raw"}, "a": {"value": 5, "unit": "T"}}
    study = make_study(plan={"smallest_effect": {"value": 0.4, "scales": scales}})
    found = [study.smallest_effect(*ref) for ref in (("a", "task"), ("a", "bond"), ("b", "task"))]
    assert [(each.value, each.unit) for each in found] == [(0.3, "raw"), (5, "T"), (0.4, "g")]


@pytest.mark.parametrize(
    ("family", "name"), [("source", "change, a"), ("scale", "change, a.task"), ("question", "change")]
)
def test_tests_of_a_question_are_adjusted_in_the_declared_family(family: str, name: str) -> None:
    study = make_study(plan={"multiplicity": {"family": family}})
    assert study.name_family("change", "a", "task") == name


def test_a_family_of_ones_own_goes_before_the_others() -> None:
    study = make_study(plan={"multiplicity": {"families": {"main": ["a.task", "b"]}}})
    names = [study.name_family("did", *ref) for ref in (("a", "task"), ("b", "x"), ("a", "bond"))]
    assert names == ["did, main", "did, main", "did, a"]


def test_primary_outcomes_are_a_family_before_all_others() -> None:
    plan = {"primary": ["a.task", "b"], "multiplicity": {"family": "scale", "families": {"main": ["a"]}}}
    study = make_study(plan=plan)
    names = [study.name_family("did", *ref) for ref in (("a", "task"), ("b", "x"), ("a", "bond"), ("c", "x"))]
    assert names == ["did, primary", "did, primary", "did, main", "did, c.x"]


def test_without_a_stated_smallest_effect_there_is_none() -> None:
    assert make_study().smallest_effect("a", "task") is None


def test_a_starter_has_the_form_of_a_study_and_breaks_no_rule() -> None:
    starter = make_study_starter("Our trial: 2015")
    document = parse_yaml(starter.text.encode(), "x")
    study = Study.model_validate(document.data)
    assert (starter.id, study.id, study.title) == ("our-trial-2015", "our-trial-2015", "Our trial: 2015")
    assert lint_study(study, {}, document) == []
    assert document.problems == ()


def test_the_examples_in_a_starters_comments_have_the_form_of_a_study() -> None:
    lines = make_study_starter("x").text.splitlines()
    keys = ("ids:", "where:", "min_answered:", "on_invalid:", "links:", "norms:", "scales:", "outcomes:", "pairs:")
    pairs = ("competence_and_alliance:", "both_views:")
    shown = [
        line.replace("# ", "", 1) if line.strip().removeprefix("#").strip().startswith((*keys, *pairs)) else line
        for line in lines
    ]
    assert sum(a != b for a, b in zip(lines, shown, strict=True)) == len(keys) + len(pairs)
    study = Study.model_validate(parse_yaml("\n".join(shown).encode(), "x").data)
    assert list(study.pairs) == ["competence_and_alliance", "both_views"]
    assert study.sources["alliance"].where == {"language": ["English"]}


def test_a_name_without_letters_gives_no_starter() -> None:
    with pytest.raises(InvalidRequest, match="no id can be made of '1'; begin it with a letter from a to z"):
        make_study_starter("1")


def test_new_study_writes_the_starter_and_says_what_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["new", "study", "Our trial"])
    assert result.exit_code == 0
    assert result.stderr == ("our-trial.yaml written; name your files in it, then: sos-score validate our-trial.yaml\n")
    assert (tmp_path / "our-trial.yaml").read_text(encoding="utf-8") == make_study_starter("Our trial").text
    again = CliRunner().invoke(app, ["new", "study", "Our trial"])
    assert again.exit_code == 1
    assert "our-trial.yaml" in again.stderr


def test_a_new_study_can_go_to_standard_output() -> None:
    result = CliRunner().invoke(app, ["new", "study", "Trial", "-o", "-"])
    assert result.stdout == make_study_starter("Trial").text
    assert result.stderr == ""
