"""Item wording of the user's own: shown, recorded, and without any effect on a score."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT, CommandLine, drop_rules, make_instrument
from typer.testing import CliRunner

from sos_score import find_definition, load_instrument
from sos_score.cli import app
from sos_score.definition.instrument.instrument import scoring_key
from sos_score.definition.instrument.wording import Wording, lay_over
from sos_score.definition.yaml.document import parse_yaml
from sos_score.errors import InvalidDefinition

DATA = str(ROOT / "examples" / "wai_s_labels.csv")


@pytest.fixture
def wording(tmp_path: Path) -> Path:
    path = tmp_path / "ours.yaml"
    path.write_text("format: 1\nextends: wai-s\nlabels:\n  wais_04: fourth, as licensed\n  wais_11: eleventh\n")
    return path


def run(*words: str | Path) -> str:
    done = CommandLine()(*words)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_wording_labels_items_and_changes_nothing_else(wording: Path) -> None:
    plain, ours = load_instrument("wai-s"), load_instrument(str(wording))
    assert ours.labels == {"wais_04": "fourth, as licensed", "wais_11": "eleventh"}
    assert ours.response_names == plain.response_names
    assert ours.model_dump(exclude={"items"}) == plain.model_dump(exclude={"items"})


def test_a_definition_under_wording_is_still_known_by_its_own_file(wording: Path) -> None:
    found = find_definition(str(wording))
    assert found.document.sha256 == find_definition("wai-s").document.sha256
    assert found.wording is not None
    assert found.wording.sha256 == sha256(wording.read_bytes()).hexdigest()
    assert find_definition("wai-s").wording is None


def test_scores_are_the_same_bytes_and_say_which_wording(wording: Path, tmp_path: Path) -> None:
    about = {}
    for name, instrument in {"plain": "wai-s", "ours": wording}.items():
        run("score", DATA, "-i", instrument, "-o", tmp_path / f"{name}.csv")
        about[name] = json.loads((tmp_path / f"{name}.csv.about.json").read_text())["definitions"][0]
    assert (tmp_path / "plain.csv").read_bytes() == (tmp_path / "ours.csv").read_bytes()
    assert about["ours"].pop("wording_sha256") == sha256(wording.read_bytes()).hexdigest()
    assert about["ours"] == about["plain"]


def test_wording_is_shown_where_one_looks_at_items(wording: Path) -> None:
    shown = run("show", wording)
    assert "\nItems\n  wais_04: fourth, as licensed\n  wais_11: eleventh\n" in shown
    assert f"SHA-256 of the wording\n  {sha256(wording.read_bytes()).hexdigest()}\n" in shown
    assert json.loads(run("show", wording, "-f", "json"))["labels"]["wais_11"] == "eleventh"
    assert "wais_04: fourth, as licensed   wais_04   Sometimes" in run(
        "explain", DATA, "-i", wording, "--respondent", "F01", "--scale", "goal"
    )
    assert "Items\n" not in run("show", "wai-s")


def test_wording_extends_a_definition_beside_it(tmp_path: Path) -> None:
    (tmp_path / "wai-s.yaml").write_bytes((ROOT / "instruments" / "wai-s.yaml").read_bytes())
    path = tmp_path / "ours.yaml"
    path.write_text("format: 1\nextends: wai-s.yaml\nlabels: {wais_01: first}\n")
    assert load_instrument(str(path)).labels == {"wais_01": "first"}


def test_validate_knows_a_file_of_wording(wording: Path) -> None:
    assert run("validate", wording) == "1 file of wording valid.\n"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "format: 1\nextends: wai-s\nlabels:\n  wais_4: x\n  q: y\n",
            [
                "{path}:4: labels.wais_4: no item 'wais_4' in wai-s (items: wais_01 .. wais_12)\n"
                "  hint: did you mean 'wais_04'?",
                "{path}:5: labels.q: no item 'q' in wai-s (items: wais_01 .. wais_12)",
            ],
        ),
        (
            "extends: wai-s\nlabels: {wais_01: 3}\nlabel: {}\n",
            [
                "{path}:1: format: is missing",
                "{path}:2: labels.wais_01: 3 is not text\n  hint: write it in quotes",
                "{path}:3: label: is not a key here (allowed: format, extends, labels)\n  hint: did you mean 'labels'?",
            ],
        ),
        ("format: 1\nextends: wai-s\nlabels: {}\n", ["{path}:3: labels: must not be empty"]),
        (
            "format: 1\nextends: wai-s\nlabels:\n  wais_01: x\n  wais_01: y\n",
            ["{path}:5: labels: 'wais_01' is given twice (first on line 4)"],
        ),
        (
            "format: 1\nextends: wai-z\nlabels: {wais_01: x}\n",
            [
                "{path}:2: extends: no instrument 'wai-z' (sos-score list shows the shipped ones; "
                "or give a path to a .yaml file)\n  hint: did you mean 'wai-s'?"
            ],
        ),
        (
            "format: 1\nextends: none.yaml\nlabels: {wais_01: x}\n",
            ["{path}:2: extends: {folder}/none.yaml cannot be read (No such file or directory)"],
        ),
        (
            "format: 1\nextends: ours.yaml\nlabels: {wais_01: x}\n",
            ["{path}:2: extends: 'ours.yaml' is wording itself; extend the definition"],
        ),
    ],
    ids=["unknown items", "form", "empty", "twice", "no instrument", "no file", "itself"],
)
def test_wrong_wording_is_located(text: str, problems: list[str], tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(text)
    with pytest.raises(InvalidDefinition) as caught:
        find_definition(str(path))
    said = [problem.format(path=path, folder=tmp_path) for problem in problems]
    assert [str(problem) for problem in caught.value.problems] == said
    output = CliRunner().invoke(app, ["validate", str(path)]).output
    assert drop_rules(output).startswith("\n".join(said) + "\n")


def test_the_problems_of_the_definition_stay_its_own(tmp_path: Path) -> None:
    text = (ROOT / "instruments" / "wai-s.yaml").read_text().replace("min: 1", "min: 9")
    (tmp_path / "wai-s.yaml").write_text(text)
    path = tmp_path / "ours.yaml"
    path.write_text("format: 1\nextends: wai-s.yaml\nlabels: {wais_01: first}\n")
    with pytest.raises(InvalidDefinition) as caught:
        find_definition(str(path))
    assert {problem.path for problem in caught.value.problems} == {str(tmp_path / "wai-s.yaml")}


def test_a_study_may_use_wording_and_its_report_verifies(tmp_path: Path) -> None:
    copytree(ROOT / "examples" / "vendor_scores", tmp_path / "study")
    study = tmp_path / "study" / "study.yaml"
    study.write_text(study.read_text().replace("instrument: osc", "instrument: ours.yaml"))
    (tmp_path / "study" / "ours.yaml").write_text("format: 1\nextends: osc\nlabels: {clarity_1: TOP SECRET}\n")
    page = tmp_path / "report.html"
    run("report", study, "-o", page)
    manifest = json.loads((tmp_path / "report.manifest.json").read_text())
    kinds = {each["kind"]: each for each in manifest["inputs"]}
    assert kinds["wording"]["path"] == "study/ours.yaml"
    assert kinds["instrument"] == {
        "kind": "instrument",
        "id": "osc",
        "sha256": sha256((ROOT / "instruments" / "osc.yaml").read_bytes()).hexdigest(),
    }
    assert "come out the same" in run("verify", tmp_path / "report.manifest.json")
    assert "TOP SECRET" not in page.read_text()


@given(st.dictionaries(st.sampled_from([f"q{n}" for n in range(1, 7)]), st.text(min_size=1), min_size=1))
def test_any_wording_leaves_the_key_and_the_order_of_items(labels: dict[str, str]) -> None:
    plain = make_instrument({"a": {"items": ["q1", "-q2", "q3"]}, "b": {"items_of": ["-a"]}})
    document = parse_yaml(b"extends: test", "ours.yaml")
    ours = lay_over(plain, Wording(format=1, extends="test", labels=labels), document)
    assert list(ours.responses.items()) == list(plain.responses.items())
    assert [scoring_key(ours, scale) for scale in ours.scales] == [scoring_key(plain, scale) for scale in plain.scales]
    assert ours.labels == {item: labels[item] for item in ours.responses if item in labels}
