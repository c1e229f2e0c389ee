"""The committed JSON Schemas are those of the models, and accept what ships."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sos_score.commands.schema import MODELS, make_schema
from sos_score.commands.validate import recognise
from sos_score.definition.yaml.document import read_yaml

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "instruments").glob("*.yaml"))
EXAMPLES = sorted((ROOT / "examples" / "contrast_study").glob("*.yaml"))


def load(kind: str) -> Draft202012Validator:
    schema = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


@pytest.mark.parametrize("kind", MODELS)
def test_the_committed_schema_is_fresh(kind: str) -> None:
    assert (ROOT / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8") == make_schema(kind)


def test_every_model_has_a_committed_schema_and_every_schema_a_model() -> None:
    assert {path.name for path in (ROOT / "schemas").iterdir()} == {f"{kind}.schema.json" for kind in MODELS}


@pytest.mark.parametrize("kind", MODELS)
def test_a_schema_is_a_json_schema(kind: str) -> None:
    Draft202012Validator.check_schema(load(kind).schema)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_definition_is_valid_by_the_schema(path: Path) -> None:
    assert [error.message for error in load("instrument").iter_errors(read_yaml(path).data)] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid_by_the_schema_it_names(path: Path) -> None:
    data = read_yaml(path).data
    assert [error.message for error in load(recognise(data)).iter_errors(data)] == []
    first = path.read_text(encoding="utf-8").splitlines()[0]
    if recognise(data) != "norms":  # the first line of the norms says that they are invented
        assert first == f"# yaml-language-server: $schema=../../schemas/{recognise(data)}.schema.json"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_definition_tells_editors_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schemas/instrument.schema.json"
    assert (path.parent / first.partition("=")[2]).is_file()


@pytest.mark.parametrize(
    ("place", "value", "is_valid"),
    [
        (("items",), {"ids": "wais_01..wais_12", "responses": "never_always"}, True),
        (("items",), [{"ids": ["wais_01", "wais_02"], "responses": "never_always", "label": None}], True),
        (("items",), "wais_01..wais_12", False),
        (("missing", "min_answered"), "2/3", True),
        (("missing", "min_answered"), "most", False),
        (("missing", "min_answered"), 0, False),
        (("response_scales", "never_always", "missing", "refused"), 99, True),
        (("response_scales", "never_always", "missing", "refused"), [], False),
        (("response_scales", "never_always", "labels", "Never"), "1", False),
        (("examples", 0, "scores", "task"), "-7/3", True),
        (("examples", 0, "scores", "task"), "about 7/3", False),
        (("examples", 0, "answers", "all"), 1.5, True),
        (("scales", "Task"), {"title": "T", "items": ["wais_01"], "score": "mean", "higher_is": "more"}, False),
        (("cutoff",), 3, False),
    ],
)
def test_the_schema_and_the_reader_agree(place: tuple[str | int, ...], value: object, is_valid: bool) -> None:
    data: Any = copy.deepcopy(read_yaml(ROOT / "instruments" / "wai-s.yaml").data)
    node = data
    for part in place[:-1]:
        node = node[part]
    node[place[-1]] = value
    assert load("instrument").is_valid(data) is is_valid
    try:
        MODELS["instrument"].model_validate(data)
    except ValueError:
        assert not is_valid
    else:
        assert is_valid


@pytest.mark.parametrize("kind", MODELS)
def test_every_field_tells_editors_what_it_is(kind: str) -> None:
    schema = load(kind).schema
    for name, part in {kind: schema, **schema.get("$defs", {})}.items():
        assert "Attributes" not in part["description"]
        assert [field for field, about in part["properties"].items() if not about.get("description")] == [], name


def test_a_field_is_described_in_the_words_of_its_model() -> None:
    effect = load("study").schema["$defs"]["SmallestEffect"]
    assert effect["description"] == "The smallest effect that would matter, for all scales but those named."
    assert effect["properties"]["value"]["description"] == "How large, above 0."  # of the model it extends
    assert load("instrument").schema["properties"]["construct"]["description"].startswith("What it measures")
