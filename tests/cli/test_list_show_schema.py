from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from support import CommandLine

from sos_score import __version__, list_instruments, load_instrument
from sos_score.definition.instrument.starter import make_starter

ROOT = Path(__file__).parents[2]


run = CommandLine()


def test_list_groups_by_who_answers_and_names_every_instrument_with_how_well_its_key_is_known() -> None:
    shown = run("list", columns=160).stdout
    groups = [line.rpartition(" ")[2] for line in shown.splitlines() if line.startswith("Usually answered by")]
    assert groups == ["client", "staff", "family", "observer"]
    cells = [(word.strip(), line) for line in shown.splitlines() for word in line.split("  ")[1:]]
    rows = {word: line for word, line in cells if word in list_instruments()}
    assert sorted(rows) == list_instruments()
    assert rows["wai"].rstrip().endswith("verified   A. O. Horvath")
    assert rows["osc"].split("structural")[1].strip() == "University of Tennessee"
    assert rows["cbi"].rstrip().endswith("verified     public domain")
    assert shown.endswith("sos-score show ID says all that is known of the rights, and who vouches for each part.\n")


def list_ids(*words: str) -> list[str]:
    return [row["id"] for row in json.loads(run("list", *words, "-f", "json").stdout)["rows"]]


def test_list_keeps_what_measures_something_in_the_instrument_or_one_of_its_scales() -> None:
    assert list_ids("--measures", "Burnout") == ["cbi", "olbi", "proqol-5"]
    assert list_ids("--measures", "affectionate") == ["mos-sss"]
    assert list_ids("--measures", "stress", "--answered-by", "family") == ["parental-stress", "pss-10", "pss-4"]


def test_list_says_what_is_measured_where_nothing_fits() -> None:
    result = run("list", "--measures", "happiness", "--answered-by", "observer")
    assert result.exit_code == 2
    assert result.stderr.startswith("no instrument measures 'happiness' and is answered by observer (measured: ")
    assert "; burnout; " in result.stderr


def test_list_fits_the_terminal() -> None:
    assert max(map(len, run("list").stdout.splitlines())) <= 80


def test_list_as_csv_and_json_hold_the_same() -> None:
    rows = list(csv.DictReader(io.StringIO(run("list", "-f", "csv").stdout)))
    same = json.loads(run("list", "--format", "json").stdout)["rows"]
    assert rows == [{key: str(value) for key, value in row.items()} for row in same]
    (row,) = [row for row in rows if row["id"] == "wai-s"]
    assert row == {
        "answered_by": "client, worker",
        "measures": "working alliance",
        "id": "wai-s",
        "title": "Working Alliance Inventory, short form",
        "items": "12",
        "scales": "4",
        "key": "derived",
        "licence_or_holder": "A. O. Horvath",
        "wording": "no",
        "licence": "",
        "rights": "A. O. Horvath; permissions handled by the Society for Psychotherapy Research",
    }


def test_a_file_is_not_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    assert run("list", "-o", path).exit_code == 0
    before = path.read_bytes()
    result = run("show", "wai", "-f", "json", "-o", path)
    assert result.exit_code == 1
    assert result.stderr == f"{path}: already exists; add --force to replace it, or choose another name\n"
    assert path.read_bytes() == before
    assert run("show", "wai", "-f", "json", "-o", path, "--force").exit_code == 0
    assert json.loads(path.read_text(encoding="utf-8"))["id"] == "wai"
    assert [each.name for each in tmp_path.iterdir()] == ["list.csv"]


@pytest.mark.parametrize("name", list_instruments())
def test_show_tells_everything_a_careful_user_asks(name: str) -> None:
    instrument = load_instrument(name)
    result = run("show", name, columns=400)
    assert (result.exit_code, result.stderr) == (0, "")
    text = result.stdout
    assert f"{instrument.title} ({name} {instrument.version})" in text
    assert f"{len(instrument.responses)} items." in text
    for scale in instrument.scales.values():
        assert scale.higher_is in text
    for part, claim in instrument.verification.parts().items():
        assert f"  {part}: {claim.status} (" in text
        assert claim.source in text
    for line in [
        instrument.rights.holder,
        f"Item wording {instrument.rights.wording}.",
        *instrument.references,
        *instrument.notes,
    ]:
        assert line in text


def test_show_gives_key_range_and_what_is_needed() -> None:
    text = run("show", "wai-s").stdout
    assert "  goal: -wais_04, wais_06, -wais_10, wais_11\n" in text
    assert "goal    mean 1-7   4 of 4     more agreement on the goals" in text
    assert "total   mean 1-7   10 of 12   a stronger alliance" in text
    assert "Answers never_always: 1 Never, 2 Rarely, 3 Occasionally, 4 Sometimes, 5 Often, 6" in text
    assert max(map(len, text.splitlines())) <= 80


def test_show_as_json_is_complete() -> None:
    shown = json.loads(run("show", "yatchmenoff", "-f", "json").stdout)
    assert shown["scales"]["mistrust"] == {
        "title": "Mistrust",
        "score": "mean",
        "low": 1.0,
        "high": 5.0,
        "higher_is": "more mistrust",
        "good": "low",
        "min_answered": 3,
        "items": ["yat_06", "-yat_12", "-yat_19"],
    }
    assert shown["missing"]["total"].startswith("at least 80% of the items answered; ")
    assert shown["verification"]["key"]["status"] == "unverified"
    assert shown["response_scales"]["agreement"]["labels"]["Agree"] == 4
    assert set(shown) == {
        "id", "version", "title", "sha256", "verification", "missing", "rights", "notes", "answered_by", "references",
        "response_scales", "labels", "scales",
    }  # fmt: skip


STRICT = """format: 1
id: strict
version: 1.0.0
title: Strict
construct: trust
answered_by: [client]
references: []
rights: {holder: nobody}
verification:
  key: {status: user, source: a test}
  responses: {status: user, source: a test}
  missing: {status: user, source: a test}
response_scales: {agree: {min: 1, max: 5}}
items: {ids: q1..q3, responses: agree}
missing: {min_answered: 1}
scales:
  one: {title: One, items: [q1, -q2], score: mean, higher_is: more}
  two: {title: Two, items: [q2, q3], score: sum, higher_is: more, missing: {min_answered: 1, sums: strict}}
  both: {title: Both, scales: [one, -two], score: mean, higher_is: more}
"""


def test_show_names_the_scores_a_scale_of_scores_is_made_of_and_all_a_strict_sum_needs(tmp_path: Path) -> None:
    path = tmp_path / "strict.yaml"
    path.write_text(STRICT, encoding="utf-8")
    text = run("show", path).stdout
    assert "\n  both: the scores of one, -two\n" in text  # q2 is reversed in one, and in -two as well
    needs = {line.split()[0]: line.split()[3:6] for line in text.splitlines() if " of " in line and "more" in line}
    assert needs == {"one": ["1", "of", "2"], "two": ["2", "of", "2"], "both": ["1", "of", "2"]}
    scales = json.loads(run("show", path, "-f", "json").stdout)["scales"]
    assert scales["both"]["scales"] == ["one", "-two"]
    assert "items" not in scales["both"]
    assert [scales[name]["min_answered"] for name in ("one", "two", "both")] == [1, 2, 1]


def test_show_never_replaces_the_definition_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "strict.yaml"
    path.write_text(STRICT, encoding="utf-8")
    result = run("show", path, "-f", "json", "-o", path, "--force")
    assert (result.exit_code, path.read_text(encoding="utf-8")) == (1, STRICT)
    assert result.stderr == f"{path}: is an input of this command, and would be replaced\n  hint: choose another name\n"


def test_show_takes_a_path(tmp_path: Path) -> None:
    path = tmp_path / "safety-scale.yaml"
    path.write_bytes((ROOT / "instruments" / "safety-scale.yaml").read_bytes())
    assert run("show", path).stdout == run("show", "safety-scale").stdout


def test_show_refuses_what_is_not_there_and_what_is_broken(tmp_path: Path) -> None:
    result = run("show", "wai-r")
    assert result.exit_code == 1
    assert "no instrument 'wai-r'" in result.stderr
    assert "hint: did you mean 'wai-sr'?" in result.stderr
    path = tmp_path / "x.yaml"
    path.write_text("id: x\n", encoding="utf-8")
    result = run("show", path)
    assert result.exit_code == 1
    assert f"{path}:1: format: is missing\n" in result.stderr


def test_show_cannot_be_a_csv() -> None:
    result = run("show", "wai", "-f", "csv")
    assert result.exit_code == 2
    assert result.stderr.endswith("'csv' is not one of 'table', 'json'.\n")


@pytest.mark.parametrize("kind", ["instrument", "columns", "norms", "study"])
def test_schema_prints_what_is_committed(kind: str, tmp_path: Path) -> None:
    committed = (ROOT / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert run("schema", kind).stdout == committed
    path = tmp_path / "schema.json"
    assert run("schema", kind, "-o", path).output == ""
    assert path.read_text(encoding="utf-8") == committed


def test_schema_is_of_an_instrument_unless_told_otherwise() -> None:
    assert run("schema").stdout == run("schema", "instrument").stdout


def test_an_unknown_schema_is_a_wrong_command_line() -> None:
    result = run("schema", "colums")
    assert result.exit_code == 2
    assert "'colums' is not one of 'instrument', 'columns', 'norms', 'study', 'wording'." in result.stderr


def test_version_and_help() -> None:
    assert run("--version").stdout == f"sos-score {__version__}\n"
    assert run("-h").stdout == run("--help").stdout
    assert run().exit_code == 2


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        ("{min: 0, max: 10}", "0 to 10."),
        ("{min: 0, max: 100, step: any}", "0 to 100, any number."),
        ("{min: 0, max: 3, step: 0.5}", "0 to 3 in steps of 0.5."),
        ("{min: 1, max: 7, labels: {not at all: 1, completely: 7}}", "1 to 7 (1 not at all, 7 completely)."),
        ("{min: 0, max: 3, labels: {Never: 0, Once: 0.5, Often: 3}}", "0 Never, 0.5 Once, 3 Often."),
    ],
)
def test_show_says_which_numbers_are_answers_and_which_have_labels(tmp_path: Path, scale: str, said: str) -> None:
    starter = make_starter("Mine", 2, "0-10").text
    path = tmp_path / "mine.yaml"
    lines = starter.partition("response_scales:")[0], starter.partition("# Ids only")[2].partition("examples:")[0]
    path.write_text(f"{lines[0]}response_scales:\n  mine-answers: {scale}\n# Ids only{lines[1]}")
    assert f"Answers mine-answers: {said}" in CommandLine("show")(path).stdout


@pytest.mark.parametrize(("asked", "found"), [("wellbeing", "who-5"), ("organisational", "osc")])
def test_what_is_measured_is_found_in_either_spelling(asked: str, found: str) -> None:
    result = run("list", "--measures", asked, "-f", "csv")
    assert result.exit_code == 0, result.stderr
    assert f",{found}," in result.stdout
