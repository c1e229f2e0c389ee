from __future__ import annotations

import csv
import io
import json
import math
from contextlib import chdir
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import ROOT, CommandLine

from sos_score import (
    assess_agreement,
    assess_raters,
    assess_reliability,
    assess_retest,
    load_instrument,
    open_responses,
    read_column_map,
)

STUDY = ROOT / "examples" / "contrast_study"
DATA = STUDY / "synthetic"
CLIENT = [str(DATA / "wai_client.csv"), "-i", "wai", "-c", str(STUDY / "columns_wai_client.yaml")]
CCBC = [str(DATA / "ccbc.csv"), "-i", "ccbc"]
COMMANDS = {
    "reliability": [*CLIENT, "--by", "site,wave"],
    "agreement": [*CLIENT, "--team", "site", "--by", "wave"],
    "raters": [*CCBC, "--target", "target", "--rater", "rater"],
    "retest": [*CLIENT, "--first", "T1", "--second", "T2"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_replaces_what_it_reads(name, tmp_path):
    words = COMMANDS[name]
    data, columns = tmp_path / "data.csv", tmp_path / "columns.yaml"
    data.write_bytes(Path(words[0]).read_bytes())
    rest = words[1:]
    if "-c" in rest:
        given = rest[rest.index("-c") + 1]
        columns.write_bytes(Path(given).read_bytes())
        rest = [str(columns) if word == given else word for word in rest]
    before = data.read_bytes()
    result = run(name, data, *rest, "-o", data, "--force")
    assert (result.exit_code, data.read_bytes()) == (1, before)
    assert result.stderr == f"{data}: is an input of this command, and would be replaced\n  hint: choose another name\n"
    if columns.exists():
        result = run(name, data, *rest, "-f", "csv", "-o", columns, "--force")
        assert result.exit_code == 1
        assert result.stderr.startswith(f"{columns}: is an input of this command")


def test_an_id_called_source_is_no_match_for_the_names_of_several_files(tmp_path):
    columns = tmp_path / "columns.yaml"
    columns.write_text("respondent: respondent\nconstants: {source: paper}\n")
    header = ",".join(["respondent", *(f"wais_{number:02}" for number in range(1, 13))])
    names = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for name, answer in zip(names, "56", strict=True):
        name.write_text(f"{header}\nA,{','.join(answer * 12)}\n")
    result = run("reliability", *names, "-i", "wai-s", "-c", columns)
    message = "with several files 'source' is the name of the file; rename the column map's 'source'"
    assert result.stderr == "".join(f"{name}: {message}\n" for name in names) + "2 problems in 2 files.\n"
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["reliability", "--by", "note"], "note"),
        (["reliability", "--by", "floor"], "floor"),
        (["reliability", "--by", "scale"], "scale"),
        (["agreement", "--team", "members"], "members"),
        (["agreement", "--team", "site", "--by", "p"], "p"),
    ],
    ids=str,
)
def test_a_group_never_hides_a_result_of_its_name(command, name, tmp_path):
    header = [f"wais_{number:02}" for number in range(1, 13)]
    rows = [
        f"{place},{place // 4}," + ",".join(str(1 + (place * item) % 7) for item in range(1, 13)) for place in range(16)
    ]
    (tmp_path / "data.csv").write_text("\n".join([",".join(["respondent", "site", *header]), *rows]) + "\n")
    (tmp_path / "map.yaml").write_text(f"respondent: respondent\nsite: site\nothers: {{{name}: site}}\n")
    verb, *options = command
    result = run(verb, tmp_path / "data.csv", "-i", "wai-s", "-c", tmp_path / "map.yaml", *options)
    said = f"the results have a column '{name}' already; rename the column you group by\n"
    assert result.stderr == f"{said}Try 'sos-score {verb} --help'.\n"
    assert result.exit_code == 2


def test_no_table_beside_the_main_one_replaces_the_answers(tmp_path):
    answers = Path(CLIENT[0]).read_bytes()
    data = tmp_path / "rel.items.csv"
    data.write_bytes(answers)
    result = run("reliability", data, *CLIENT[1:], "-o", tmp_path / "rel.csv", "--force")
    assert (result.exit_code, data.read_bytes()) == (1, answers)
    assert result.stderr.startswith(f"{data}: is an input of this command, and would be replaced\n")
    assert [path.name for path in tmp_path.iterdir()] == ["rel.items.csv"]


run = CommandLine()


def assess(command):
    instrument = load_instrument("ccbc" if command == "raters" else "wai")
    path = DATA / ("ccbc.csv" if command == "raters" else "wai_client.csv")
    own = None if command == "raters" else read_column_map(STUDY / "columns_wai_client.yaml", [instrument])
    with open_responses([str(path)], instrument, own) as responses:
        return {
            "reliability": lambda: assess_reliability(responses, ["site", "wave"]),
            "agreement": lambda: assess_agreement(responses, "site", ["wave"]),
            "raters": lambda: assess_raters(responses, "target", "rater"),
            "retest": lambda: assess_retest(responses, "T1", "T2"),
        }[command]()


@cache
def write_json(command):
    """Return what a command writes as JSON, run once for all tests that look at it."""
    done = run(command, *COMMANDS[command], "-f", "json")
    assert done.exit_code == 0
    return done.stdout


def plain(value):
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value.item() if hasattr(value, "item") else value


@pytest.mark.parametrize("command", COMMANDS)
def test_json_holds_what_the_library_gives(command):
    got, want = json.loads(write_json(command)), assess(command)
    frames = [name for name in want.__slots__ if name not in ("notes", "verdicts")]
    assert [name for name in got if name not in ("notes", "about")] == frames
    for name in frames:
        frame = getattr(want, name)
        rows = [{column: plain(value) for column, value in row.items()} for row in frame.to_dict("records")]
        assert [dict(sorted(row.items())) for row in got[name]] == [dict(sorted(row.items())) for row in rows]
    assert set(map(str, want.notes)) <= set(got["notes"])
    (definition,) = got["about"]["definitions"]
    assert definition["id"] == ("ccbc" if command == "raters" else "wai")
    assert {"sha256", "verification", "missing"} <= set(definition)


@pytest.mark.parametrize("command", COMMANDS)
def test_csv_and_excel_hold_the_same_in_full_precision(command, tmp_path):
    assert run(command, *COMMANDS[command], "-o", tmp_path / "r.csv").exit_code == 0
    assert run(command, *COMMANDS[command], "-o", tmp_path / "r.xlsx").exit_code == 0
    want = json.loads(write_json(command))
    frames = [name for name in want if name not in ("notes", "about")]
    for place, name in enumerate(frames):
        path = tmp_path / ("r.csv" if place == 0 else f"r.{name}.csv")
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        texts = [{key: "" if value is None else str(value) for key, value in row.items()} for row in want[name]]
        assert [{key: value.removeprefix("'") for key, value in row.items()} for row in rows] == texts
        sheet = pd.read_excel(tmp_path / "r.xlsx", sheet_name=name, engine="calamine", dtype=object)
        cells = sheet.astype(object).where(sheet.notna(), None).to_dict("records")
        for row, cell in zip(want[name], cells, strict=True):
            assert list(cell) == list(row)
            for key, value in row.items():
                assert cell[key] == (pytest.approx(value) if isinstance(value, float) else value or cell[key])
    again = run(command, *COMMANDS[command], "-o", tmp_path / "r.csv")
    assert again.exit_code == 1
    assert "already exists; add --force to replace it, or choose another name" in again.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_the_terminal_shows_eighty_columns_and_the_caveat_goes_to_standard_error(command):
    done = run(command, *COMMANDS[command])
    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "missing rule set by sos-score" in done.stderr
    assert run(command, *COMMANDS[command], "-q").stderr == ""
    assert run(command, "--help").exit_code == 0


def write_clients(path: Path) -> None:
    """Write 60 clients at site 2, T1, who answer all items as the true key of the WAI says."""
    rng = np.random.default_rng(2829)
    instrument = load_instrument("wai")
    frame = {"respondent": [f"C{n:02}" for n in range(60)], "site": ["2"] * 60, "wave": ["T1"] * 60}
    for name in ("task", "bond", "goal"):
        trait = rng.normal(size=60)
        for item in instrument.scales[name].items:
            x = np.clip(np.round(4.5 + 1.1 * trait + 1.2 * rng.normal(size=60)), 1, 7).astype(int)
            frame[item.removeprefix("-")] = 8 - x if item.startswith("-") else x
    pd.DataFrame(frame).to_csv(path, index=False)


def test_the_known_wrong_key_of_the_wai_is_caught(tmp_path):
    write_clients(tmp_path / "clients.csv")
    text = (ROOT / "instruments" / "wai.yaml").read_text(encoding="utf-8").partition("\nexamples:")[0] + "\n"
    assert " wai_28, -wai_29," in text
    wrong = text.replace(" wai_28, -wai_29,", " -wai_28, wai_29,").replace("id: wai\n", "id: wrong\n")
    (tmp_path / "wrong.yaml").write_text(wrong, encoding="utf-8")
    with chdir(tmp_path):
        caught = run("reliability", "clients.csv", "-i", "wrong.yaml", "--by", "site,wave")
        right = run("reliability", "clients.csv", "-i", "wai", "--by", "site,wave")
    assert caught.exit_code == 0
    said = [line for line in caught.stdout.splitlines() if "runs against Bond at" in line]
    assert said == [
        "wai_28 runs against Bond at site 2, T1: reversed in this file?",
        "wai_29 runs against Bond at site 2, T1: reversed in this file?",
    ]
    assert "runs against" not in right.stdout


def write_rows(path: Path, **columns: list) -> str:
    pd.DataFrame(columns).to_csv(path, index=False)
    return str(path)


SAFETY = ["-i", "safety-scale"]
MAPS = "  hint: give a column of the file, or name it in a column map (--columns map.yaml)\n"


@pytest.mark.parametrize(
    ("command", "columns", "exit_code", "text"),
    [
        (
            ["reliability", *SAFETY, "--by", "site"],
            {"respondent": ["a", "b"], "safety": [1, 2]},
            1,
            "{path}: there is no id column 'site' (id columns: respondent)\n" + MAPS,
        ),
        (
            ["agreement", *SAFETY, "--team", "team"],
            {"safety": [1, 2]},
            1,
            "{path}: there is no id column 'team' (id columns: none)\n" + MAPS,
        ),
        (
            ["agreement", *SAFETY, "--team", "site"],
            {"site": ["", ""], "respondent": ["a", "b"], "safety": [1, 2]},
            1,
            "{path}: no row has a site\n",
        ),
        (
            ["raters", *SAFETY, "--target", "target", "--rater", "rater"],
            {"target": ["1", "2"], "rater": ["A", "A"], "safety": [1, 2]},
            1,
            "{path}: there is only one rater, 'A': agreement needs two\n",
        ),
        (
            ["raters", *SAFETY, "--target", "target", "--rater", "rater"],
            {"target": ["", ""], "rater": ["A", "B"], "safety": [1, 2]},
            1,
            "{path}: the column 'target' is blank in every row\n",
        ),
        (
            ["raters", *SAFETY, "--target", "case", "--rater", "rater"],
            {"target": ["1", "1"], "rater": ["A", "B"], "safety": [1, 2]},
            1,
            "{path}: there is no id column 'case' (id columns: rater, target)\n" + MAPS,
        ),
        (
            ["raters", *SAFETY, "--target", "rater", "--rater", "rater"],
            {"target": ["1", "1"], "rater": ["A", "B"], "safety": [1, 2]},
            2,
            "the target and the rater are the same column: 'rater'\nTry 'sos-score raters --help'.\n",
        ),
        (
            ["retest", *SAFETY, "--first", "T1", "--second", "T2"],
            {"respondent": ["a", "b"], "wave": ["T1", "T1"], "safety": [1, 2]},
            1,
            "{path}: no row has wave 'T2' (wave: T1)\n",
        ),
        (
            ["retest", *SAFETY, "--first", "T1", "--second", "T1"],
            {"respondent": ["a"], "wave": ["T1"], "safety": [1]},
            2,
            "the two occasions are the same: 'T1'\nTry 'sos-score retest --help'.\n",
        ),
        (
            ["retest", *SAFETY, "--first", "T1", "--second", "T2", "--reliability", "2"],
            {"respondent": ["a"], "wave": ["T1"], "safety": [1]},
            2,
            "a reliability is between 0 and 1, not 2.0\nTry 'sos-score retest --help'.\n",
        ),
        (
            ["reliability", *SAFETY, "--scale", "hope"],
            {"respondent": ["a"], "safety": [1]},
            2,
            "no scale 'hope' in safety-scale (scales: safety)\nTry 'sos-score reliability --help'.\n",
        ),
        (
            ["reliability", *SAFETY, "--missing", "pairwise", "--bootstrap", "9"],
            {"respondent": ["a"], "safety": [1]},
            2,
            "a bootstrap needs complete rows, so it cannot be used with pairwise deletion\n"
            "Try 'sos-score reliability --help'.\n",
        ),
    ],
)
def test_what_is_wrong_is_said_in_these_words(command, columns, exit_code, text, tmp_path):
    path = write_rows(tmp_path / "data.csv", **columns)
    done = run(*command, path)
    assert (done.exit_code, done.stderr) == (exit_code, text.replace("{path}", path))
    assert done.stdout == ""


def test_groups_are_named_by_role_or_by_the_column_of_the_file(tmp_path):
    rows = {"ID": list("abcdefgh"), "Time": ["T1"] * 4 + ["T2"] * 4, "Grade": ["x", "y"] * 4, "safety": [1, 2] * 4}
    path = write_rows(tmp_path / "data.csv", **rows)
    (tmp_path / "map.yaml").write_text("respondent: ID\nwave: Time\n")
    mapped = ["reliability", path, *SAFETY, "-c", tmp_path / "map.yaml", "-f", "json", "--by"]
    by_role = json.loads(run(*mapped, "wave").stdout)["scales"]
    assert [row["wave"] for row in by_role] == ["all", "T1", "T2"]
    assert json.loads(run(*mapped, "time").stdout)["scales"] == by_role
    by_column = json.loads(run("reliability", path, *SAFETY, "-f", "json", "--by", "grade,Time").stdout)["scales"]
    assert [(row["Grade"], row["Time"], row["rows"]) for row in by_column[1:]] == [
        ("x", "T1", 2),
        ("x", "T2", 2),
        ("y", "T1", 2),
        ("y", "T2", 2),
    ]
    assert run("reliability", path, *SAFETY, "--by", "Tme").stderr == (
        f"{path}: there is no id column 'Tme' (id columns: none)\n  hint: did you mean 'Time'?\n"
    )


def test_blank_rows_of_a_file_are_no_respondents(tmp_path):
    (tmp_path / "data.csv").write_text("respondent,site,safety\na,1,3\n,,\nb,1,4\n,,\nc,2,5\n", encoding="utf-8")
    got = json.loads(run("reliability", tmp_path / "data.csv", *SAFETY, "--by", "site", "-f", "json").stdout)
    assert [(row["site"], row["rows"], row["blank"]) for row in got["scales"]] == [
        ("all", 3, 0),
        ("1", 2, 0),
        ("2", 1, 0),
    ]


def test_two_files_are_two_occasions_of_the_column_source(tmp_path):
    first = write_rows(tmp_path / "t1.csv", respondent=list("abcdef"), safety=[1, 2, 3, 4, 5, 6])
    second = write_rows(tmp_path / "t2.csv", respondent=list("abcdef"), safety=[2, 2, 3, 5, 5, 7])
    more = ["--occasion", "source", "--first", first, "--second", second, "--reliability", "0.8", "-f", "json"]
    got = json.loads(run("retest", first, second, *SAFETY, *more).stdout)
    assert got["scales"][0]["r"] == pytest.approx(np.corrcoef([1, 2, 3, 4, 5, 6], [2, 2, 3, 5, 5, 7])[0, 1])
    assert [row["outcome"] for row in got["people"]] == ["unchanged"] * 6


@pytest.mark.parametrize("name", COMMANDS)
def test_every_analysis_takes_answers_that_are_not_allowed_as_missing_where_asked(name, tmp_path):
    given, *rest = COMMANDS[name]
    lines = Path(given).read_text(encoding="cp1252").splitlines()
    delimiter = "," if name == "raters" else ";"
    header, cells = lines[0].split(delimiter), lines[1].split(delimiter)
    cells[-1] = "77"
    data = tmp_path / "data.csv"
    data.write_text("\n".join([lines[0], delimiter.join(cells), *lines[2:]]))
    refused = run(name, data, *rest)
    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"{data}:2: {header[-1]}")
    assert run(name, data, *rest, "--on-invalid", "missing").exit_code == 0


@pytest.mark.parametrize(
    ("answers", "icc2", "p"),
    [
        ([[1, 1, 2, 1], [4, 4, 5, 4], [7, 7, 8, 7]], "1.00", "< .001"),
        ([[1, 9], [1, 9], [2, 9]], "0.00", ".961"),  # 1 - 1 / F is -24
    ],
)
def test_agreement_prints_no_p_as_nought_and_no_reliability_below_it(answers, icc2, p, tmp_path):
    rows = [
        f"{team}{n},{team},{one}" for team, each in zip("abc", answers, strict=True) for n, one in enumerate(each * 4)
    ]
    data = tmp_path / "teams.csv"
    data.write_text("\n".join(["respondent,site,safety", *rows]), encoding="utf-8")
    shown = run("agreement", data, "-i", "safety-scale", "--team", "site")
    assert shown.exit_code == 0, shown.stderr
    (line,) = [each for each in shown.stdout.splitlines() if each.startswith("safety ") and "  3 " in each]
    assert f" {icc2} " in line
    assert f" {p} " in line
