"""``sos-score score`` beyond the definition: metrics, norms, missing rules, long rows, batches of files."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import ROOT, CommandLine
from typer.testing import Result

SURVEYS = ROOT / "tests" / "invalid" / "surveys"
CAVEAT = "mood4 1.0.0: key unverified"
RULE = "missing: {min_answered: 2}"

MOOD = """\
format: 1
id: mood
version: 1.0.0
title: Mood
construct: mood
answered_by: [client]
references: []
rights: {holder: nobody}
verification:
  key: {status: user, source: a test}
  responses: {status: user, source: a test}
  missing: {status: user, source: a test}
response_scales: {agree: {min: 1, max: 5, missing: {refused: [99]}}}
items: {ids: m1..m4, responses: agree}
missing: {min_answered: 3}
scales:
  up: {title: Up, items: [m1, -m2], score: mean, higher_is: more, missing: {min_answered: all}}
  all: {title: All, items: [m1, -m2, m3, m4], score: sum, higher_is: more}
"""
HEADER = "respondent,wave,m1,m2,m3,m4\n"
# up: 3, 5, empty, 1; all: 13, 16 (12 x 4 / 3), empty, 8.
T1 = f"{HEADER}A,T1,2,2,4,3\nB,T1,5,1,,2\nC,T1,4,,,\nD,T1,1,5,3,3\n"
T2 = f"{HEADER}A,T2,3,1,5,5\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("mood.yaml").write_text(MOOD)
    Path("t1.csv").write_text(T1)
    Path("t2.csv").write_text(T2)
    return tmp_path


run = CommandLine("score")


def score(*words: str | Path) -> Result:
    result = run(*words)
    assert (result.exit_code, result.exception) == (0, None), result.output
    return result


def fail(code: int, *words: str | Path) -> str:
    result = run(*words)
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    return result.stderr


def read(path: str) -> list[dict[str, str]]:
    with Path(path).open(newline="") as stream:
        return list(csv.DictReader(stream))


def column(path: str, name: str) -> list[float | None]:
    return [float(row[name]) if row[name] else None for row in read(path)]


def files() -> set[str]:
    return {path.relative_to(Path()).as_posix() for path in Path().rglob("*") if path.is_file()}


# --as


MIXED = """
  mixed: {title: Mixed, items: [m1, -n1], score: mean, higher_is: more, missing: {min_answered: 1}}
  above: {title: Above, scales: [up, mixed], score: mean, higher_is: more, missing: {min_answered: 1}}
"""


def test_a_percent_of_the_maximum_stays_in_0_to_100_where_an_item_of_another_range_is_missing() -> None:
    blocks = "items: [{ids: m1..m4, responses: agree}, {ids: n1, responses: ten}]"
    text = MOOD.replace("items: {ids: m1..m4, responses: agree}", blocks).rstrip() + MIXED
    text = text.replace("response_scales: {", "response_scales: {ten: {min: 0, max: 10}, ")
    Path("mood.yaml").write_text(text)
    Path("t.csv").write_text("respondent,m1,m2,m3,m4,n1\nA,1,,,,\nB,,,,,0\nC,,,,,10\nD,5,,,,\nE,3,3,,,0\n")
    said = score("t.csv", "-i", "mood.yaml", "--as", "pomp", "-o", "s.csv").stderr
    lacks = (
        "parts have different ranges: what is there stands for what is missing, which can take a score beyond the range"
        " of the scale (min_answered: all asks for every part)"
    )
    # C has 10 of 0-10 and no m1, which makes 0 on 0.5-7.5; E has both.
    assert column("s.csv", "mood_mixed") == [1, 10, 0, 5, 6.5]
    assert [line for line in said.splitlines() if "warning: " in line] == [
        f"t.csv: warning: mixed: 4 scores lack a part, and its {lacks}",
        f"t.csv: warning: above: 4 scores lack a part, and its {lacks}",
    ]
    # 1 of 1-5; 10 of 0-10, reversed; 0 of it; 5 of 1-5; 2 + 10 above the lowest, of 4 + 10.
    assert column("s.csv", "mood_mixed_pomp") == pytest.approx([0, 100, 0, 100, 100 * 12 / 14])
    # Alone, mixed stands on 0.5-7.5; for E, up adds 3 of 1-5 to its 6.5.
    alone = [100 * (score - 0.5) / 7 for score in (1, 10, 0, 5)]
    assert column("s.csv", "mood_above_pomp") == pytest.approx([*alone, 100 * (2 + 6) / (4 + 7)])


def test_further_metrics_stand_beside_the_definitions_own() -> None:
    score("t1.csv", "-i", "mood.yaml", "--as", "mean", "--as", "sum", "--as", "pomp", "--as", "sum", "-o", "s.csv")
    assert list(read("s.csv")[0]) == [
        "respondent", "wave", "mood_up", "mood_up_n", "mood_up_mean", "mood_up_sum", "mood_up_pomp",
        "mood_all", "mood_all_n", "mood_all_mean", "mood_all_sum", "mood_all_pomp",
    ]  # fmt: skip
    assert column("s.csv", "mood_up") == column("s.csv", "mood_up_mean") == [3, 5, None, 1]
    assert column("s.csv", "mood_up_sum") == [6, 10, None, 2]
    assert column("s.csv", "mood_up_pomp") == [50, 100, None, 0]
    assert column("s.csv", "mood_all") == column("s.csv", "mood_all_sum") == [13, 16, None, 8]
    assert column("s.csv", "mood_all_mean") == [3.25, 4, None, 2]
    assert column("s.csv", "mood_all_pomp") == [56.25, 75, None, 25]


def test_a_metric_that_is_none_is_exit_2() -> None:
    said = fail(2, "t1.csv", "-i", "mood.yaml", "--as", "median").splitlines()[-1]
    assert said == "Error: Invalid value for '--as': 'median' is not one of 'mean', 'sum', 'pomp'. Did you mean 'mean'?"


# --min-answered


def test_another_missing_rule_is_used_and_said_in_the_terminal_and_beside_the_scores() -> None:
    result = score("t1.csv", "-i", "mood.yaml", "--min-answered", "1/4", "-o", "s.csv")
    assert column("s.csv", "mood_up") == [3, 5, 4, 1]
    assert column("s.csv", "mood_all") == [13, 16, 16, 8]
    said = "missing rule set to at least 1/4 of a scale's items, instead of the rule in the definitions"
    assert result.stderr.splitlines()[-1] == said
    assert json.loads(Path("s.csv.about.json").read_text())["min_answered"] == said
    score("t1.csv", "-i", "mood.yaml", "-o", "own.csv")
    assert "min_answered" not in json.loads(Path("own.csv.about.json").read_text())


def test_every_form_of_a_missing_rule_is_understood() -> None:
    for rule, scored in {"all": [13, None, None, 8], "4": [13, None, None, 8], "75%": [13, 16, None, 8]}.items():
        if rule != "4":
            score("t1.csv", "-i", "mood.yaml", "--min-answered", rule, "-o", "s.csv", "--force")
            assert column("s.csv", "mood_all") == scored
    assert fail(2, "t1.csv", "-i", "mood.yaml", "--min-answered", "4").splitlines()[0] == (
        "--min-answered 4 is 4 of the 2 items of 'mood_up'"
    )
    assert fail(2, "t1.csv", "-i", "mood.yaml", "--min-answered", "0%").splitlines()[0] == (
        "--min-answered 0% is 0 of the 2 items of 'mood_up'"
    )
    assert fail(2, "t1.csv", "-i", "mood.yaml", "--min-answered", "most").splitlines()[0] == (
        "--min-answered is a count, a share (80%, 2/3) or 'all', not 'most'"
    )


def test_a_strict_sum_stays_strict_and_that_is_said() -> None:
    Path("mood.yaml").write_text(MOOD.replace("min_answered: 3", "min_answered: 3, sums: strict"))
    result = score("t1.csv", "-i", "mood.yaml", "--min-answered", "1", "-o", "s.csv")
    assert column("s.csv", "mood_all") == [13, None, None, 8]
    assert result.stderr.splitlines()[-1] == (
        "missing rule set to at least 1 of a scale's items, instead of the rule in the definitions; "
        "strict sums still need every item (mood_all)"
    )


# --norms

NORMS = """\
format: 1
instrument: mood
norms:
  book:
    population: clients of a service
    unit: respondent
    n: 200
    source: a book, 2001
    score: mean
    scales: {up: {mean: 3, sd: 0.5}, all: {mean: 3, sd: 0.5}}
"""
BOOK = "book: T-scores (50 + 10 z) against clients of a service (a book, 2001), 200 respondents"


def test_t_scores_of_a_stated_norm_carry_its_name_and_what_it_is() -> None:
    Path("norms.yaml").write_text(NORMS)
    result = score("t1.csv", "-i", "mood.yaml", "--norms", "norms.yaml", "-o", "s.csv")
    # 50 + 10 (mean - 3) / 0.5
    assert column("s.csv", "mood_up_t_book") == [50, 90, None, 10]
    assert column("s.csv", "mood_all_t_book") == [55, 70, None, 30]
    assert result.stderr.splitlines()[-1] == BOOK
    assert json.loads(Path("s.csv.about.json").read_text())["files"][0]["norms"] == [BOOK]


LOCAL = """\
format: 1
instrument: mood
local:
  start:
    population: our own people at T1
    unit: respondent
    where: {wave: [T1]}
"""


def test_local_t_is_labelled_and_measured_in_all_files_together() -> None:
    Path("norms.yaml").write_text(LOCAL)
    result = score("t1.csv", "t2.csv", "-i", "mood.yaml", "--norms", "norms.yaml", "-o", "s.csv")
    # Means at T1: up 3, 5, 1: mean 3, sd 2. A at T2: up 4.
    assert column("s.csv", "mood_up_t_start") == [50, 60, None, 40, 55]
    # all: means 13/4, 4, 2: mean 37/12, sd = sqrt of ((2/12)^2 + (11/12)^2 + (13/12)^2) / 2; A at T2: 18/4.
    sd = ((4 + 121 + 169) / 144 / 2) ** 0.5
    wanted = [50 + 10 * (mean - 37 / 12) / sd for mean in (3.25, 4, 2, 4.5)]
    got = column("s.csv", "mood_all_t_start")
    assert got[2] is None
    assert [*got[:2], *got[3:]] == pytest.approx(wanted, abs=1e-12)
    said = "start: local T, not a published norm (50 + 10 z) against our own people at T1, 3 respondents"
    assert result.stderr.splitlines()[-1] == said
    about = json.loads(Path("s.csv.about.json").read_text())
    assert [each["norms"] for each in about["files"]] == [[said], [said]]


def test_a_file_that_fails_is_no_part_of_a_local_sample() -> None:
    Path("norms.yaml").write_text(LOCAL)
    Path("bad.csv").write_text(f"{HEADER}X,T1,5,1,5,5\nY,T1,9,1,5,5\n")
    result = run("t1.csv", "bad.csv", "-i", "mood.yaml", "--norms", "norms.yaml", "-o", "s.csv")
    assert result.exit_code == 1
    assert column("s.csv", "mood_up_t_start") == [50, 60, None, 40]
    assert result.stderr.splitlines()[0] == "bad.csv:3: m1: 9 is outside 1-5"
    assert result.stderr.splitlines()[-2:] == ["bad.csv: not scored", "1 problem in bad.csv; 1 file was not scored."]


def test_a_norm_of_teams_says_what_can_be_read() -> None:
    local = LOCAL.replace("unit: respondent\n    where: {wave: [T1]}", "unit: team\n    team: respondent")
    Path("norms.yaml").write_text(local)
    result = score("t1.csv", "-i", "mood.yaml", "--norms", "norms.yaml", "-o", "s.csv")
    assert result.stderr.splitlines()[-1] == (
        "start: local T, not a published norm (50 + 10 z) against our own people at T1, 3 teams; "
        "it describes teams, so only the mean of a team's T-scores can be read"
    )


def test_a_sample_that_is_in_no_file_leaves_nothing_scored() -> None:
    Path("norms.yaml").write_text(LOCAL.replace("T1]", "T9]"))
    said = "the reference 'start' (wave T9) has no scale with two different scores\n1 problem; nothing was scored.\n"
    assert fail(1, "t1.csv", "-i", "mood.yaml", "--norms", "norms.yaml", "-o", "s.csv") == said
    assert fail(1, "t1.csv", "t2.csv", "-i", "mood.yaml", "--norms", "norms.yaml", "-o", "s.csv") == said
    assert "s.csv" not in files()


def test_a_wrong_file_of_norms_leaves_nothing_scored() -> None:
    Path("norms.yaml").write_text(NORMS.replace("up:", "upp:"))
    assert fail(1, "t1.csv", "-i", "mood.yaml", "--norms", "norms.yaml") == (
        "norms.yaml:10: norms.book.scales.upp: no scale 'upp' (scales: up, all)\n"
        "  hint: did you mean 'up'?\n"
        "1 problem in norms.yaml; nothing was scored.\n"
    )


# T-scores that arrive ready-made.

VENDOR = """\
respondent: respondent
missing: {not reported: [NR, 99]}
t_scores:
  mood:
    norm: vendor
    source: scored by the vendor against 100 teams
    scales: {up: T up, all: T all}
"""
VENDOR_ROWS = "respondent,T up,T all\nA,45.25,NR\nB, 99 ,60\nC,,0\n"
PASSED = "vendor: T-scores of mood as they arrived, not computed here (scored by the vendor against 100 teams)"


def test_t_scores_of_a_vendor_pass_through_labelled() -> None:
    Path("map.yaml").write_text(VENDOR)
    Path("v.csv").write_text(VENDOR_ROWS)
    result = score("v.csv", "-i", "mood.yaml", "-c", "map.yaml", "-o", "s.csv")
    assert list(read("s.csv")[0]) == ["respondent", "mood_up_t_vendor", "mood_all_t_vendor"]
    assert column("s.csv", "mood_up_t_vendor") == [45.25, None, None]
    assert column("s.csv", "mood_all_t_vendor") == [None, 60, 0]
    assert result.stderr.splitlines() == [
        "v.csv: 3 rows scored; without a score: mood_up_t_vendor 2, mood_all_t_vendor 1; "
        "2 answers missing (not reported)",
        PASSED,
    ]
    assert json.loads(Path("s.csv.about.json").read_text())["files"][0]["norms"] == [PASSED]


def test_t_scores_of_a_vendor_stay_in_long_rows() -> None:
    Path("map.yaml").write_text(VENDOR)
    Path("v.csv").write_text(VENDOR_ROWS)
    score("v.csv", "-i", "mood.yaml", "-c", "map.yaml", "--long", "-o", "s.csv")
    rows = [(row["respondent"], row["instrument"], row["scale"], row["t_vendor"]) for row in read("s.csv")]
    assert rows[:3] == [("A", "mood", "up", "45.25"), ("A", "mood", "all", ""), ("B", "mood", "up", "")]
    assert len(rows) == 6


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("120.5", "120.5 is outside 0-100"),
        ("-3", "-3 is outside 0-100"),
        ("45;3", "'45;3' is not a response of 'T-score' (any number from 0 to 100)"),
        ("high", "'high' is not a response of 'T-score' (any number from 0 to 100)"),
    ],
)
def test_a_t_score_that_can_be_none_is_a_problem(cell: str, said: str) -> None:
    Path("map.yaml").write_text(VENDOR)
    Path("v.csv").write_text(VENDOR_ROWS.replace("60", cell))
    assert fail(1, "v.csv", "-i", "mood.yaml", "-c", "map.yaml") == (
        f"v.csv:3: T all (item mood_all_t_vendor): {said}\n1 problem in v.csv; nothing was scored.\n"
    )


# --long


def test_long_rows_are_respondent_by_scale_in_the_order_of_the_definition() -> None:
    Path("norms.yaml").write_text(NORMS.replace(", all: {mean: 3, sd: 0.5}", ""))
    score("t1.csv", "-i", "mood.yaml", "--long", "--as", "pomp", "--norms", "norms.yaml", "-o", "s.csv")
    rows = read("s.csv")
    assert list(rows[0]) == ["respondent", "wave", "instrument", "scale", "score", "n", "pomp", "t_book"]
    assert [tuple(row.values()) for row in rows[:6]] == [
        ("A", "T1", "mood", "up", "3.0", "2", "50.0", "50.0"),
        ("A", "T1", "mood", "all", "13.0", "4", "56.25", ""),
        ("B", "T1", "mood", "up", "5.0", "2", "100.0", "90.0"),
        ("B", "T1", "mood", "all", "16.0", "3", "75.0", ""),
        ("C", "T1", "mood", "up", "", "1", "", ""),
        ("C", "T1", "mood", "all", "", "1", "", ""),
    ]
    assert len(rows) == 8


@pytest.mark.parametrize("suffix", ["json", "xlsx", "parquet"])
def test_long_rows_go_to_every_format(suffix: str) -> None:
    score("t1.csv", "t2.csv", "-i", "mood.yaml", "--long", "-o", f"s.{suffix}")
    if suffix == "parquet":
        rows: list[dict[str, Any]] = pl.read_parquet("s.parquet").to_dicts()
    elif suffix == "json":
        rows = json.loads(Path("s.json").read_text())["rows"]
    else:
        from python_calamine import load_workbook

        header, *cells = load_workbook("s.xlsx").get_sheet_by_name("scores").to_python()
        rows = [dict(zip(map(str, header), row, strict=True)) for row in cells]
    assert [(row["source"], row["respondent"], row["scale"]) for row in rows[-2:]] == [
        ("t2.csv", "A", "up"),
        ("t2.csv", "A", "all"),
    ]
    assert [row["score"] for row in rows[-2:]] == [4, 18]


# Batches.


def test_a_folder_gets_a_file_for_each_source() -> None:
    Path("out").mkdir()
    result = score("t1.csv", "t2.csv", "-i", "mood.yaml", "-o", "out")
    made = {path for path in files() if path.startswith("out/")}
    assert made == {f"out/t{n}.scores.csv{more}" for n in (1, 2) for more in ("", ".about.json")}
    assert column("out/t1.scores.csv", "mood_all") == [13, 16, None, 8]
    assert [row["source"] for row in read("out/t2.scores.csv")] == ["t2.csv"]
    about = json.loads(Path("out/t2.scores.csv.about.json").read_text())
    assert [each["file"] for each in about["files"]] == ["t2.csv"]
    assert result.stderr.splitlines() == [
        "t1.csv: 4 rows scored; without a score: mood_up 1, mood_all 1",
        "t2.csv: 1 row scored",
    ]


def test_a_folder_gets_the_files_that_can_be_scored_and_exit_1_says_which_cannot() -> None:
    Path("out").mkdir()
    Path("bad.csv").write_text(T2.replace("T2,3", "T2,8"))
    Path("odd.csv").write_text("respondent,m1\nA,1\n")
    result = run("bad.csv", "t1.csv", "gone.csv", "odd.csv", "-i", "mood.yaml", "-o", "out/", "-f", "json")
    assert result.exit_code == 1
    assert {path for path in files() if path.startswith("out/")} == {"out/t1.scores.json"}
    assert result.stderr.splitlines() == [
        "bad.csv:2: m1: 8 is outside 1-5",
        "gone.csv: cannot be read (No such file or directory)",
        "odd.csv:1: no column 'm2'",
        "odd.csv:1: no column 'm3'",
        "odd.csv:1: no column 'm4'",
        "  hint: the columns of the file: 'respondent', 'm1'",
        "  propose a map: sos-score columns odd.csv -i mood.yaml",
        "t1.csv: 4 rows scored; without a score: mood_up 1, mood_all 1",
        "bad.csv: not scored",
        "gone.csv: not scored",
        "odd.csv: not scored",
        "5 problems in 3 files; 3 files were not scored.",
    ]


def test_folders_that_are_not_there_and_names_that_would_meet_are_refused() -> None:
    assert fail(1, "t1.csv", "-i", "mood.yaml", "-o", "no/").splitlines()[:2] == [
        "no/: there is no such folder",
        "  hint: make it first",
    ]
    for name in ("a", "b"):
        Path(name).mkdir()
        shutil.copy("t1.csv", name)
    Path("out").mkdir()
    assert fail(2, "a/t1.csv", "b/t1.csv", "-i", "mood.yaml", "-o", "out").splitlines()[0] == (
        "several files have the same name; score them into one file, or one by one"
    )
    Path("out/t1.scores.csv").write_text("precious")
    said = fail(1, "t1.csv", "t2.csv", "-i", "mood.yaml", "-o", "out").splitlines()
    assert said[0] == "out/t1.scores.csv: already exists; add --force to replace it, or choose another name"
    assert said[-1] == "1 problem in out/t1.scores.csv; nothing was scored."
    assert Path("out/t1.scores.csv").read_text() == "precious"


def write_other() -> None:
    Path("other.yaml").write_text(MOOD.replace("id: mood", "id: other").replace("m1", "o1").replace("m2", "o2")
                                  .replace("m3", "o3").replace("m4", "o4"))  # fmt: skip
    Path("o.csv").write_text("respondent,o1,o2,o3,o4\nA,5,1,5,5\n")


def test_instruments_need_not_be_in_every_file_and_what_a_file_lacks_is_said() -> None:
    write_other()
    result = score("t1.csv", "o.csv", "-i", "mood.yaml", "-i", "other.yaml", "-o", "s.csv")
    assert result.stderr.splitlines() == [
        "t1.csv: 4 rows scored; no columns of other; without a score: mood_up 1, mood_all 1",
        "o.csv: 1 row scored; no columns of mood",
    ]
    assert column("s.csv", "mood_all") == [13, 16, None, 8, None]
    assert column("s.csv", "other_all") == [None] * 4 + [20]
    assert read("s.csv")[4]["source"] == "o.csv"
    about = json.loads(Path("s.csv.about.json").read_text())
    assert [each["instruments"] for each in about["files"]] == [["mood"], ["other"]]


def test_a_column_map_of_several_instruments_serves_files_of_one() -> None:
    write_other()
    Path("o.csv").write_text("respondent,x1,x2,x3,x4\nA,5,1,5,5\n")
    Path("map.yaml").write_text("respondent: respondent\nitems: {'o{n}': 'x{n}', m1: m1}\n")
    score("t1.csv", "o.csv", "-i", "mood.yaml", "-i", "other.yaml", "-c", "map.yaml", "-o", "s.csv")
    assert column("s.csv", "other_up") == [None] * 4 + [5]


def test_an_instrument_that_is_in_no_file_is_a_problem() -> None:
    write_other()
    assert fail(1, "t1.csv", "t2.csv", "-i", "mood.yaml", "-i", "other.yaml", "-o", "s.csv") == (
        "no file has a column for any item of other\n1 problem; nothing was scored.\n"
    )
    # With a file that cannot be read, that is what has to be said.
    result = run("t1.csv", "gone.csv", "-i", "mood.yaml", "-i", "other.yaml", "-o", "s.csv")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == "gone.csv: cannot be read (No such file or directory)"


def test_a_file_of_none_of_the_instruments_fails_alone() -> None:
    write_other()
    Path("x.csv").write_text("respondent,z1\nA,1\n")
    result = run("t1.csv", "o.csv", "x.csv", "-i", "mood.yaml", "-i", "other.yaml", "-o", "s.csv")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[:2] == [
        "x.csv:1: has no column of any item of mood, other",
        "  hint: the columns of the file: 'respondent', 'z1'",
    ]


# What is read is never written over.


@pytest.mark.parametrize("name", ["t1.csv", "./t1.csv", "link.csv", "map.csv", "norms.csv", "mood.csv"])
def test_an_input_is_never_replaced_not_even_by_force(name: str) -> None:
    Path("link.csv").symlink_to("t1.csv")
    Path("map.csv").write_text("respondent: respondent\nwave: wave\n")
    Path("norms.csv").write_text(NORMS)
    Path("mood.csv").write_text(MOOD.replace("id: mood", "id: mood"))
    before = Path(name).read_bytes()
    words = ("t1.csv", "-i", "./mood.csv" if name == "mood.csv" else "mood.yaml", "-c", "map.csv")
    for force in ([], ["--force"]):
        path = str(Path(name))
        assert fail(1, *words, "--norms", "norms.csv", "-o", name, *force) == (
            f"{path}: is an input of this command, and would be replaced\n"
            "  hint: choose another name\n"
            f"1 problem in {path}; nothing was scored.\n"
        )
    assert Path(name).read_bytes() == before
    assert not Path(f"{name}.about.json").exists()
