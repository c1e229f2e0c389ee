"""A definition that extends another says what differs, and is scored as if it had been written out."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from shutil import copytree

import pytest
from jsonschema import Draft202012Validator
from support import ROOT, CommandLine, drop_rules

from sos_score import find_definition, load_instrument
from sos_score.definition.instrument.instrument import scoring_key
from sos_score.definition.yaml.document import read_yaml
from sos_score.errors import InvalidDefinition
from sos_score.scoring.plan import plan_scores

SPLIT = """\
format: 1
extends: yatchmenoff
id: yat-split
version: 1.0.0
title: Engagement, another split
verification:
  key: {status: user, source: the article}
scales:
  buy_in: {items: [yat_01, yat_04, yat_08, yat_10, yat_13, yat_14, yat_17]}
  mistrust: {items: [yat_06, -yat_12, -yat_18, -yat_19], title: Mistrust of four}
  working_relationship: null
labels: {yat_01: first}
examples:
  - {name: lowest, answers: {all: 1}, scores: {buy_in: 1, mistrust: 4}}
"""


@pytest.fixture
def split(tmp_path: Path) -> Path:
    path = tmp_path / "yat-split.yaml"
    path.write_text(SPLIT)
    return path


def run(*words: str | Path, exit_code: int = 0) -> str:
    done = CommandLine()(*words)
    assert done.exit_code == exit_code, done.output
    return done.stdout if exit_code == 0 else done.stderr


def test_only_what_is_said_differs(split: Path) -> None:
    plain, ours = load_instrument("yatchmenoff"), load_instrument(str(split))
    assert list(ours.scales) == ["buy_in", "receptivity", "mistrust", "total"]
    assert scoring_key(ours, "mistrust") == {"yat_06": False, "yat_12": True, "yat_18": True, "yat_19": True}
    assert (ours.scales["mistrust"].title, ours.scales["mistrust"].good) == ("Mistrust of four", "low")
    assert ours.scales["receptivity"] == plain.scales["receptivity"]
    assert ours.response_scales == plain.response_scales
    assert ours.labels == {"yat_01": "first"}
    assert (ours.verification.key.status, ours.verification.missing) == ("user", plain.verification.missing)
    assert [example.name for example in ours.examples] == ["lowest"]


def test_resolved_it_is_a_definition_of_its_own_that_scores_alike(split: Path, tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    whole = tmp_path / "whole" / "yat-split.yaml"
    whole.write_text(run("show", split, "--resolved"))
    assert run("validate", whole) == "1 definition valid; 1 worked example gives the expected scores.\n"
    assert load_instrument(str(whole)).model_dump() == load_instrument(str(split)).model_dump()
    assert plan_scores(load_instrument(str(whole))) == plan_scores(load_instrument(str(split)))
    assert run("show", "wai-s", "--resolved", "-o", tmp_path / "wai-s.yaml") == ""
    assert load_instrument(str(tmp_path / "wai-s.yaml")) == load_instrument("wai-s")
    assert run("show", split, "--resolved", "-f", "json", exit_code=2).startswith("--resolved writes YAML")


def test_results_say_what_was_extended(split: Path) -> None:
    found = find_definition(str(split))
    assert found.document.sha256 == sha256(split.read_bytes()).hexdigest()
    base = sha256((ROOT / "instruments" / "yatchmenoff.yaml").read_bytes()).hexdigest()
    shown = json.loads(run("show", split, "-f", "json"))
    assert shown["extends"] == [{"file": "yatchmenoff.yaml", "sha256": base}]
    assert f"Extends\n  yatchmenoff, SHA-256\n    {base}\n" in run("show", split)
    assert run("validate", split) == "1 definition valid; 1 worked example gives the expected scores.\n"


def test_a_definition_may_extend_one_that_extends_another(split: Path) -> None:
    path = split.with_name("yat-short.yaml")
    path.write_text(
        "format: 1\nextends: yat-split.yaml\nid: yat-short\nversion: 1.0.0\n"
        "verification: {missing: {status: user, source: ours}}\nmissing: {min_answered: all}\n"
    )
    ours = load_instrument(str(path))
    assert ours.missing.min_answered == "all"
    assert ours.labels == {"yat_01": "first"}
    assert ours.title == "Engagement, another split"
    assert ours.examples == []  # those of the other would be of another missing rule
    assert [Path(each.path).name for each in find_definition(str(path)).extends] == [
        "yat-split.yaml",
        "yatchmenoff.yaml",
    ]
    worded = split.with_name("worded.yaml")
    worded.write_text("format: 1\nextends: yat-short.yaml\nlabels: {yat_02: second}\n")
    assert load_instrument(str(worded)).labels == {"yat_01": "first", "yat_02": "second"}


def test_wording_keeps_what_items_count_and_when_they_are_asked(tmp_path: Path) -> None:
    text = SPLIT.replace("labels: {yat_01: first}\n", "").partition("scales:")[0].replace("yat-split", "plain") + (
        "response_scales: {yes: {min: 0, max: 1}}\n"
        "items:\n  - {ids: gate, responses: yes}\n"
        "  - {ids: yat_01..yat_19, responses: agreement, recode: {1: 0, 2: 0, 3: 0, 4: 1, 5: 1}, asked_if: {gate: 1}}\n"
    ).replace("key:", "key:")
    text = text.replace("  key: {", "  responses: {status: user, source: ours}\n  key: {")
    (tmp_path / "plain.yaml").write_text(text)
    (tmp_path / "ours.yaml").write_text("format: 1\nextends: plain.yaml\nlabels: {yat_01: first}\n")
    plain, ours = load_instrument(str(tmp_path / "plain.yaml")), load_instrument(str(tmp_path / "ours.yaml"))
    assert ours.labels == {"yat_01": "first"}
    assert plan_scores(ours).scales == plan_scores(plain).scales


def test_the_schema_for_editors_knows_it(split: Path) -> None:
    schema = json.loads((ROOT / "schemas" / "wording.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(read_yaml(split).data)] == []
    wrong = {"format": 1, "extends": "wai-s", "scales": {"task": {"scor": "sum"}}}
    assert not Draft202012Validator(schema).is_valid(wrong)


HEAD = "format: 1\nextends: yatchmenoff\nid: ours\nversion: 1.0.0\n"
VOUCHED = "verification: {key: {status: user, source: ours}, responses: {status: user, source: ours}}\n"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "extends: yatchmenoff\nid: yatchmenoff\nscales: {total: {score: sum}}\n",
            [
                "{path}:1: format: is missing (a definition that extends another has its own)",
                "{path}:1: version: is missing (a definition that extends another has its own)",
                "{path}:2: id: 'yatchmenoff' is the id of the definition it extends; give it one of its own",
                "{path}:3: scales: is changed, and 'verification' does not say who vouches for the key now\n"
                "  hint: add verification: {{key: {{status: ..., source: ...}}}}",
            ],
        ),
        (
            HEAD + VOUCHED + "scales: {buy: null}\n",
            ["{path}:6: scales.buy: there is no 'buy' to take away\n  hint: did you mean 'buy_in'?"],
        ),
        (
            HEAD + VOUCHED + "scales:\n  total: {items: [yat_19], scor: sum}\n",
            [
                "{path}:7: scales.total.scor: is not a key here (allowed: title, items, items_of, scales, score, "
                "higher_is, good, missing, weights, round)\n  hint: did you mean 'score'?",
            ],
        ),
        (
            HEAD + VOUCHED + "scales:\n  total: {items: [yat_20]}\n",
            [
                "{path}:7: scales.total.items[0]: no item 'yat_20' (items: yat_01..yat_19)\n"
                "  hint: did you mean 'yat_12'?"
            ],
        ),
        (
            HEAD + VOUCHED + "items: {ids: yat_01..yat_18}\n",
            [
                "{base}:60: scales.mistrust.items[2]: no item 'yat_19' (items: yat_01..yat_18)\n"
                "  hint: did you mean 'yat_18'?",
                "{base}:69: scales.total.items[18]: no item 'yat_19' (items: yat_01..yat_18)\n"
                "  hint: did you mean 'yat_18'?",
            ],
        ),
        (HEAD + "labels: {yat_1: x}\n", ["{path}:5: labels.yat_1: no item 'yat_1' in ours (items: yat_01 .. yat_19)\n"
                                          "  hint: did you mean 'yat_19'?"]),
        (
            HEAD.replace("yatchmenoff", "none.yaml"),
            ["{path}:2: extends: {folder}/none.yaml cannot be read (No such file or directory)"],
        ),
        (HEAD.replace("yatchmenoff", "[a]"), ["{path}:2: extends: must name a definition: a shipped id, or a path"]),
        (
            HEAD.replace("yatchmenoff", "ours.yaml"),
            ["{path}:2: extends: the files extend each other in a circle (ours.yaml > ours.yaml)"],
        ),
        (
            HEAD.replace("yatchmenoff", "loop.yaml"),
            ["{folder}/loop.yaml:2: extends: the files extend each other in a circle "
             "(ours.yaml > loop.yaml > ours.yaml)"],
        ),
    ],
    ids=["form", "nothing there", "key", "item", "base", "label", "no file", "no name", "itself", "circle"],
)  # fmt: skip
def test_wrong_extensions_are_located_in_the_file_that_is_wrong(text: str, problems: list[str], tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(text)
    (tmp_path / "loop.yaml").write_text(HEAD.replace("yatchmenoff", "ours.yaml").replace("id: ours", "id: loop"))
    base = ROOT / "instruments" / "yatchmenoff.yaml"
    said = [problem.format(path=path, folder=tmp_path, base=base) for problem in problems]
    with pytest.raises(InvalidDefinition) as caught:
        find_definition(str(path))
    assert [str(problem) for problem in caught.value.problems] == said
    assert drop_rules(run("validate", path, exit_code=1)).startswith("\n".join(said) + "\n")


def test_a_study_may_use_one_and_its_report_verifies(tmp_path: Path) -> None:
    copytree(ROOT / "examples" / "vendor_scores", tmp_path / "study")
    study = tmp_path / "study" / "study.yaml"
    study.write_text(study.read_text().replace("instrument: osc", "instrument: ours.yaml"))
    for each in (tmp_path / "study").glob("*.yaml"):
        each.write_text(each.read_text().replace("osc:", "ours:") if each.name != "study.yaml" else each.read_text())
    (tmp_path / "study" / "ours.yaml").write_text("format: 1\nextends: osc\nid: ours\nversion: 1.0.0\n")
    run("report", study, "-o", tmp_path / "report.html")
    inputs = json.loads((tmp_path / "report.manifest.json").read_text())["inputs"]
    used = [each.get("path") or each["id"] for each in inputs if each["kind"] == "instrument"]
    assert used == ["study/ours.yaml", "osc"]
    assert "come out the same" in run("verify", tmp_path / "report.manifest.json")


REASON = "the middle labels could not be checked"


def test_what_a_base_puts_up_with_is_put_up_with_where_the_file_leaves_it_as_it_is(split: Path) -> None:
    report = validate_strictly(split)
    base = str(ROOT / "instruments" / "yatchmenoff.yaml")
    inherited = [each for each in report["suppressed"] if each["path"] == base]
    assert [(each["rule"], each["where"]) for each in inherited] == [("SOS604", "verification.responses.status")]
    assert "SOS604" not in {each["rule"] for each in report["problems"]}


def test_what_a_file_says_anew_needs_a_reason_of_its_own(split: Path) -> None:
    claim = "verification:\n  responses: {status: unverified, source: the article}\n"
    split.write_text(SPLIT.replace("verification:\n", claim))
    found = [each for each in validate_strictly(split)["problems"] if each["rule"] == "SOS604"]
    assert [(each["path"], each["line"], each["where"]) for each in found] == [
        (str(split), 7, "verification.responses.status")
    ]
    split.write_text(split.read_text() + f"suppress:\n  - {{rule: SOS604, reason: {REASON}}}\n")
    report = validate_strictly(split)
    assert "SOS604" not in {each["rule"] for each in report["problems"]}
    assert REASON in {each["reason"] for each in report["suppressed"] if each["path"] == str(split)}


def validate_strictly(*paths: Path) -> dict[str, list[dict[str, object]]]:
    return dict(json.loads(CommandLine("validate")(*paths, "--profile", "strict", "-f", "json").stdout))


def test_with_its_base_beside_it_a_finding_of_the_base_is_listed_once(split: Path) -> None:
    suppressed = validate_strictly(ROOT / "instruments" / "yatchmenoff.yaml", split)["suppressed"]
    places = [(each["rule"], each["path"], each["where"]) for each in suppressed]
    assert len(places) == len(set(places))
