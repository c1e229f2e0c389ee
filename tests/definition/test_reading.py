from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from sos_score.definition.reading import check_document, read_definition
from sos_score.definition.yaml.document import parse_yaml
from sos_score.errors import InvalidDefinition

ROOT = Path(__file__).parents[2]
WAI_S = ROOT / "instruments" / "wai-s.yaml"


def changed(*pairs: tuple[str, str]) -> str:
    text = WAI_S.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def tell(text: str) -> list[tuple[str, str, str]]:
    """Return the line each problem is on, as it begins, its place and its rule."""
    instrument, problems = check_document(parse_yaml(text.encode(), "wai-s.yaml"))
    assert instrument is None or problems
    lines = text.splitlines()
    return [(lines[(problem.line or 0) - 1].strip()[:12], problem.where, problem.rule) for problem in problems]


def test_a_sound_file_gives_an_instrument_and_keeps_the_file() -> None:
    definition = read_definition(WAI_S)
    assert definition.instrument.id == "wai-s"
    assert definition.document.path == str(WAI_S)
    assert definition.document.sha256 == hashlib.sha256(WAI_S.read_bytes()).hexdigest()
    lines = WAI_S.read_text(encoding="utf-8").splitlines()
    assert "-wais_10" in lines[definition.document.line(("scales", "goal", "items", 2)) - 1]


def test_a_broken_file_raises_with_every_problem(tmp_path: Path) -> None:
    path = tmp_path / "wai-s.yaml"
    path.write_text(WAI_S.read_text(encoding="utf-8").replace("max: 7", "max: 6").replace("score: mean", "score: avg"))
    with pytest.raises(InvalidDefinition) as caught:
        read_definition(path)
    # Four scales of a wrong kind, and the label 7 outside 1-6.
    assert [problem.rule for problem in caught.value.problems] == ["label-outside", *["not-allowed"] * 4]


def test_a_duplicate_key_alone_makes_a_definition_invalid(tmp_path: Path) -> None:
    path = tmp_path / "wai-s.yaml"
    path.write_text(WAI_S.read_text(encoding="utf-8").replace("format: 1\n", "format: 1\nformat: 1\n"))
    with pytest.raises(InvalidDefinition, match=r"wai-s\.yaml:3: 'format' is given twice \(first on line 2\)"):
        read_definition(path)


def test_problems_come_in_the_order_of_the_file() -> None:
    text = changed(
        ("wais_01, wais_02,", "wais_01, wais_20,"), ("version: 1.0.0", "version: 1"), ("Never: 1", "Never: 8")
    )
    assert tell(text) == [
        ("version: 1", "version", "wrong-type"),
        ("labels: {Nev", "response_scales.never_always.labels.Never", "label-outside"),
        ("labels: {Nev", "response_scales.never_always.labels", "label-gap"),
        ("items: [wais", "scales.task.items[1]", "unknown-item"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("items: {ids:", "itemz: {ids:", "itemz: {ids:"),
        ("response_scales:", "response_scale:", "response_sca"),
        ("scales:\n  task", "scale:\n  task", "scale:"),
        ("verification:\n", "verifications:\n", "verification"),
    ],
)
def test_a_lost_section_is_not_missed_by_the_rest(old: str, new: str, line: str) -> None:
    assert tell(changed((old, new))) == [(line, new.partition(":")[0], "unknown-key")]


def test_a_lost_scale_is_not_missed_by_scales_and_examples_that_name_it() -> None:
    text = changed(("    higher_is: a stronger bond\n", ""))
    assert tell(text) == [("bond:", "scales.bond.higher_is", "missing-key")]


def test_a_lost_response_scale_is_not_missed_by_the_items() -> None:
    text = changed(("    min: 1\n", ""))
    assert tell(text) == [("never_always", "response_scales.never_always.min", "missing-key")]


def test_lost_examples_keep_the_others_in_their_places() -> None:
    text = changed(
        ("  - {name: every answer lowest, answers: {all: 1},", "  - {name: '', answers: {all: true},"),
        ("answers: {all: Always}, scores: {task: 7", "answers: {all: Always}, scores: {tusk: 7"),
    )
    assert tell(text) == [
        ("- {name: '',", "examples[0].name", "empty-value"),
        ("- {name: '',", "examples[0].answers.all", "wrong-value"),
        ("- {name: eve", "examples[1].scores.tusk", "example-unknown-scale"),
    ]


@pytest.mark.parametrize("text", ["", "[]", "- a", "text", "12"])
def test_what_is_no_mapping_is_no_definition(text: str) -> None:
    instrument, problems = check_document(parse_yaml(text.encode(), "x.yaml"))
    assert instrument is None
    assert [problem.message for problem in problems] == ["is not an instrument definition (a mapping of keys)"]


def test_an_empty_mapping_lacks_each_required_key_once() -> None:
    _, problems = check_document(parse_yaml(b"{}", "x.yaml"))
    assert {problem.rule for problem in problems} == {"missing-key"}
    assert [problem.where for problem in problems] == [
        "format", "id", "version", "title", "construct", "answered_by", "references", "rights", "verification",
        "response_scales", "items", "missing", "scales",
    ]  # fmt: skip
