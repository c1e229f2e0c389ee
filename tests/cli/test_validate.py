from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import CommandLine
from typer.testing import CliRunner

from sos_score import list_instruments, load_instrument
from sos_score.cli import app

ROOT = Path(__file__).parents[2]
INVALID = ROOT / "tests" / "invalid" / "definitions"


run = CommandLine("validate")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one sound definition and one with a problem that has a hint."""
    sound = (ROOT / "instruments" / "safety-scale.yaml").read_text(encoding="utf-8")
    (tmp_path / "safety-scale.yaml").write_text(sound, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text(sound.replace("[safety]", "[safty]"), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a definition")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_ships_is_valid() -> None:
    result = run(ROOT / "instruments")
    examples = sum(len(load_instrument(name).examples) for name in list_instruments())
    assert result.stdout == f"26 definitions valid; {examples} worked examples give the expected scores.\n"
    assert (result.stderr, result.exit_code) == ("", 0)


def test_one_example_is_counted_as_one(tmp_path: Path) -> None:
    text = (ROOT / "instruments" / "safety-scale.yaml").read_text(encoding="utf-8")
    path = tmp_path / "safety-scale.yaml"
    path.write_text(text[: text.index("  - {name: highest")], encoding="utf-8")
    assert run(path).stdout == "1 definition valid; 1 worked example gives the expected scores.\n"


@pytest.mark.usefixtures("folder")
def test_problems_go_to_standard_error_with_a_summary_last() -> None:
    result = run("broken.yaml")
    assert result.stdout == ""
    assert result.stderr == (
        "broken.yaml:3:1: error SOS013: id: 'safety-scale' does not match the file name broken.yaml\n"
        "  hint: rename the file to safety-scale.yaml\n"
        "broken.yaml:31:13: error SOS101: scales.safety.items[0]: no item 'safty' (items: safety)\n"
        "  hint: did you mean 'safety'?\n"
        "2 problems in broken.yaml.\n"
    )
    assert result.exit_code == 1


def test_a_folder_a_pattern_and_a_list_of_files_are_checked_alike(folder: Path) -> None:
    paths = ["broken.yaml", "safety-scale.yaml"]
    for args in ([str(folder)], ["*.yaml"], paths, ["broken.yaml", "*.yaml", "."]):
        report = json.loads(run(*args, "--format", "json").stdout)
        assert [Path(path).name for path in report["files"]][:2] == paths
        assert {Path(problem["path"]).name for problem in report["problems"]} == {"broken.yaml"}
        assert report["valid"] is False


@pytest.mark.usefixtures("folder")
def test_a_file_named_twice_is_checked_once() -> None:
    report = json.loads(run("safety-scale.yaml", "safety-*.yaml", "safety-scale.yaml", "-f", "json").stdout)
    assert report == {
        "valid": True,
        "profile": "default",
        "files": ["safety-scale.yaml"],
        "examples": 4,
        "data_files": 0,
        "problems": [],
        "suppressed": [],
    }


@pytest.mark.usefixtures("folder")
def test_json_gives_every_field_of_a_problem() -> None:
    report = json.loads(run("broken.yaml", "-f", "json").stdout)
    assert report["problems"][1] == {
        "rule": "SOS101",
        "name": "unknown-item",
        "level": "error",
        "message": "no item 'safty' (items: safety)",
        "path": "broken.yaml",
        "line": 31,
        "column": 13,
        "where": "scales.safety.items[0]",
        "hint": "did you mean 'safety'?",
        "unnamed": 0,
    }


def test_github_gives_one_annotation_a_problem(folder: Path) -> None:
    result = run(folder, "--format", "github")
    path = str(folder / "broken.yaml")
    assert result.stdout == (
        f"::error file={path},line=3,col=1,title=SOS013 the id is unlike the file name::"
        "id: 'safety-scale' does not match the file name broken.yaml"
        "%0Ahint: rename the file to safety-scale.yaml\n"
        f"::error file={path},line=31,col=13,title=SOS101 unknown item::"
        "scales.safety.items[0]: no item 'safty' (items: safety)"
        "%0Ahint: did you mean 'safety'?\n"
    )
    assert result.exit_code == 1
    assert run("safety-scale.yaml", "-f", "github").stdout == ""


def test_github_annotations_escape_what_would_end_them(tmp_path: Path) -> None:
    path = tmp_path / "a,b:c%.yaml"
    path.write_text("id: 80%", encoding="utf-8")
    first = run(path, "-f", "github").stdout.splitlines()[0]
    assert "a%2Cb%3Ac%25.yaml,line=1,col=1,title=" in first
    assert "::" in first.partition("title=")[2]


@pytest.mark.usefixtures("folder")
def test_quiet_says_nothing_but_problems() -> None:
    assert run("safety-scale.yaml", "-q").output == ""
    assert run("safety-scale.yaml", "-q", "-f", "json").output == ""
    assert "2 problems in broken.yaml." in run("broken.yaml", "-q").stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("none.yaml", "none.yaml: error SOS001: cannot be read (No such file or directory)\n1 problem in none.yaml.\n"),
        (
            "none-*.yaml",
            "none-*.yaml: error SOS001: no definition here (.yaml or .yml files)\n1 problem in none-*.yaml.\n",
        ),
        ("empty", "empty: error SOS001: no definition here (.yaml or .yml files)\n1 problem in empty.\n"),
    ],
)
def test_a_path_with_nothing_behind_it_is_a_problem(folder: Path, name: str, text: str) -> None:
    (folder / "empty").mkdir()
    result = run(name)
    assert (result.stderr, result.exit_code) == (text, 1)


def test_one_broken_file_does_not_hide_the_next(folder: Path) -> None:
    (folder / "another.yaml").write_text("a: [1", encoding="utf-8")
    result = run("another.yaml", "broken.yaml", "none.yaml")
    assert "another.yaml:1:4: error SOS002: is not YAML" in result.stderr
    assert "broken.yaml:31:13:" in result.stderr
    assert result.stderr.endswith("4 problems in 3 files.\n")


@pytest.mark.usefixtures("folder")
def test_an_unknown_format_is_a_wrong_command_line() -> None:
    result = run("safety-scale.yaml", "--format", "xml")
    assert result.exit_code == 2
    assert "'xml' is not one of 'text', 'json', 'github', 'sarif', 'junit', 'gitlab'." in " ".join(
        result.stderr.split()
    )


def test_without_a_path_the_command_line_is_wrong() -> None:
    assert run().exit_code == 2


def test_a_definition_with_the_other_suffix_is_found(tmp_path: Path) -> None:
    text = (ROOT / "instruments" / "safety-scale.yaml").read_text(encoding="utf-8")
    (tmp_path / "safety-scale.yml").write_text(text, encoding="utf-8")
    assert run(tmp_path).exit_code == 0


def test_all_invalid_files_at_once_are_told_in_one_run() -> None:
    report = json.loads(run(INVALID, "-f", "json").stdout)
    assert len(report["files"]) == len(list(INVALID.glob("*.yaml")))
    assert {problem["path"] for problem in report["problems"] if problem["level"] == "error"} == set(report["files"])


def test_each_file_is_checked_as_what_it_is() -> None:
    result = run(ROOT / "instruments" / "wai.yaml", ROOT / "examples" / "contrast_study")
    examples = len(load_instrument("wai").examples)
    assert result.stdout == (
        f"1 definition valid; {examples} worked examples give the expected scores.\n"
        "1 study, 7 column maps, 1 file of norms valid.\n"
        "10 files of answers and links were opened and can be used.\n"
    )


NORMS = """format: 1
instrument: INSTRUMENT
norms:
  ours: {population: us, unit: respondent, n: 9, source: none, score: mean, scales: {SCALE: {mean: 2, sd: 1}}}
"""


def write_norms(folder: Path, instrument: str, scale: str) -> Path:
    path = folder / "norms.yaml"
    path.write_text(NORMS.replace("INSTRUMENT", instrument).replace("SCALE", scale), encoding="utf-8")
    return path


def test_norms_of_an_instrument_of_ones_own_are_checked_with_the_definition_beside_them(tmp_path: Path) -> None:
    make_starter_file(tmp_path)
    result = run(write_norms(tmp_path, "trust-us", "total"))
    assert (result.exit_code, result.stdout) == (0, "1 file of norms valid.\n")
    norms = write_norms(tmp_path, "trust-us", "totel")
    result = run(norms)
    told = f"{norms}:4:86: error SOS902: norms.ours.scales.totel: no scale 'totel' (scales: total)\n"
    assert result.stderr.startswith(told)


def test_norms_of_an_instrument_that_is_nowhere_say_where_it_was_looked_for(tmp_path: Path) -> None:
    norms = write_norms(tmp_path, "trust-us", "total")
    result = run(norms)
    shipped = ", ".join(list_instruments())
    where = f"({tmp_path / 'trust-us.yaml'} is not there; shipped: {shipped})"
    assert result.stderr.startswith(f"{norms}:2:1: error SOS902: instrument: no instrument 'trust-us' {where}\n")
    assert result.exit_code == 1


def make_starter_file(folder: Path) -> None:
    words = ["new", "instrument", "Trust us", "--items", "3", "--labels", "No, Perhaps, Yes"]
    assert CliRunner().invoke(app, [*words, "--output", str(folder / "trust-us.yaml")]).exit_code == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("respondent: id\nitem: {}\n", "item: is not a key here"),
        ("instrument: osc\nnorms: {}\n", "format: is missing"),
        ("instrument: oscc\nnorms: {}\nformat: 1\n", "no instrument 'oscc' ("),
        ("sites: {1: {}}\n", "sources: is missing"),
        ("scales: {}\n", "response_scales: is missing"),
        ("[]\n", "is not an instrument definition (a mapping of keys)"),
    ],
)
def test_a_broken_file_is_told_what_its_own_kind_needs(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    result = run(path)
    assert message in result.stderr
    assert result.exit_code == 1
