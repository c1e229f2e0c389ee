"""Column maps on the command line: one for all files, one for each, a file twice; and the way on without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import CommandLine, drop_rules

run = CommandLine()

FIVE = """\
format: 1
id: five
version: 1.0.0
title: Invented scale five
construct: invented
answered_by: [staff]
references: []
rights: {holder: nobody}
verification:
  key: {status: user, source: invented}
  responses: {status: user, source: invented}
  missing: {status: user, source: invented}
response_scales:
  r: {min: 1, max: 3}
items: {ids: q_1..q_2, responses: r}
missing: {min_answered: all}
scales:
  total: {title: Total, items: [q_1..q_2], score: mean, higher_is: more}
"""
WIDE = "id,site,q_1_T1,q_2_T1,q_1_T2,q_2_T2\n1,N,1,2,2,2\n2,N,3,3,1,1\n3,S,2,3,3,3\n"
MAP = 'respondent: id\nsite: site\nconstants: {{wave: {0}}}\nitems: {{"q_{{n}}": "q_{{n}}_{0}"}}\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("five.yaml").write_text(FIVE)
    Path("wide.csv").write_text(WIDE)
    for wave in ("T1", "T2"):
        Path(f"{wave}.yaml").write_text(MAP.format(wave))
    return tmp_path


def test_a_file_may_be_given_twice_with_a_map_for_each_wave() -> None:
    result = run("score", "wide.csv", "wide.csv", "-i", "five.yaml", "-c", "T1.yaml", "-c", "T2.yaml", "-f", "csv")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "source,respondent,site,wave,five_total,five_total_n",
        "wide.csv,1,N,T1,1.5,2",
        "wide.csv,2,N,T1,3.0,2",
        "wide.csv,3,S,T1,2.5,2",
        "wide.csv,1,N,T2,2.0,2",
        "wide.csv,2,N,T2,1.0,2",
        "wide.csv,3,S,T2,3.0,2",
    ]


def test_an_analysis_takes_a_map_for_each_file_too() -> None:
    words = ("wide.csv", "wide.csv", "-i", "five.yaml", "-c", "T1.yaml", "-c", "T2.yaml", "--by", "wave", "-f", "csv")
    result = run("reliability", *words)
    assert result.exit_code == 0, result.output
    scales = result.stdout.split("\n\n")[0].splitlines()
    wave, rows = (scales[0].split(",").index(name) for name in ("wave", "rows"))
    assert [(cells[wave], cells[rows]) for cells in (line.split(",") for line in scales[1:])] == [
        ("all", "6"),
        ("T1", "3"),
        ("T2", "3"),
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("score", "wide.csv", "-i", "five.yaml"),
        ("reliability", "wide.csv", "-i", "five.yaml"),
        ("explain", "wide.csv", "-i", "five.yaml", "--respondent", "1"),
    ],
)
def test_a_second_map_for_one_file_never_replaces_the_first(words: tuple[str, ...]) -> None:
    result = run(*words, "-c", "T1.yaml", "-c", "T2.yaml")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines()[0] == (
        "there are 2 column maps (-c) for 1 file: give one for all, or one for each"
    )


def test_every_problem_of_every_map_is_said() -> None:
    Path("a.yaml").write_text("respondant: id\n")
    Path("b.yaml").write_text("sit: site\n")
    result = run("score", "wide.csv", "wide.csv", "-i", "five.yaml", "-c", "a.yaml", "-c", "b.yaml")
    assert result.exit_code == 1
    assert [line.split(": is not")[0] for line in result.stderr.splitlines() if "is not a key" in line] == [
        "a.yaml:1: respondant",
        "b.yaml:1: sit",
    ]


@pytest.mark.parametrize("verb", ["score", "reliability"])
def test_missing_columns_come_with_those_of_the_file_and_the_command_that_proposes_a_map(verb: str) -> None:
    result = run(verb, "wide.csv", "-i", "five.yaml")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[:4] == [
        "wide.csv:1: no column 'q_1'",
        "wide.csv:1: no column 'q_2'",
        "  hint: the columns of the file: 'id', 'site', 'q_1_T1', 'q_2_T1', 'q_1_T2', 'q_2_T2'",
        "  propose a map: sos-score columns wide.csv -i five.yaml",
    ]


FIRST = "respondent,wave,q_1,q_2\nA,T1,1,2\nB,T1,2,3\n"
SECOND = "respondent,wave,q_1,q_2\nC,T1,1,2\nB,T1,2,3\nA,T1,1,1\n"
MAP_HINT = "where each file is a wave, say so: constants: {wave: T1} in a column map for each (-c t1.yaml -c t2.yaml)"


@pytest.mark.parametrize("verb", ["score", "reliability"])
def test_the_same_person_and_wave_in_two_files_of_one_run_is_a_problem(verb: str) -> None:
    Path("a.csv").write_text(FIRST)
    Path("b.csv").write_text(SECOND)
    result = run(verb, "a.csv", "b.csv", "-i", "five.yaml", "-f", "csv", "-o", "out.csv")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[:2] == [
        "b.csv:3: respondent 'B' at T1 is on line 3 of a.csv too; so is 1 more of its rows",
        f"  hint: {MAP_HINT}",
    ]
    assert not Path("out.csv").exists()


@pytest.mark.parametrize("verb", ["score", "reliability"])
def test_the_same_person_in_two_files_that_state_no_wave_is_said(verb: str) -> None:
    Path("a.csv").write_text(FIRST.replace("wave", "when"))
    Path("b.csv").write_text(SECOND.replace("wave", "when"))
    result = run(verb, "a.csv", "b.csv", "-i", "five.yaml", "-f", "csv")
    assert result.exit_code == 0, result.output
    said = [line for line in result.stderr.splitlines() if line.startswith("b.csv")]
    assert [line.removeprefix("b.csv: ").removeprefix("3 rows scored; ") for line in said] == [
        "2 rows name a person who is in a.csv too, and no wave is stated"
    ]


def test_the_same_person_at_two_waves_in_two_files_is_no_problem() -> None:
    Path("a.csv").write_text(FIRST)
    Path("b.csv").write_text(SECOND.replace("T1", "T2"))
    result = run("score", "a.csv", "b.csv", "-i", "five.yaml", "-f", "csv")
    assert result.exit_code == 0, result.output
    assert "too" not in result.stderr


def test_validate_finds_what_score_would_refuse_of_a_map() -> None:
    Path("map.yaml").write_text("respondent: id\nitems: {q_3: A}\ncodes: {s: {1: 1}}\n")
    assert run("validate", "map.yaml").exit_code == 0
    found = run("validate", "map.yaml", "-i", "five.yaml")
    refused = run("score", "wide.csv", "-i", "five.yaml", "-c", "map.yaml")
    assert (found.exit_code, refused.exit_code) == (1, 1)
    told = drop_rules(found.stderr).splitlines()[:-1]
    assert told == refused.stderr.splitlines()[:-1]
    assert [line.split(": ")[1] for line in told if ": " in line and line[0] != " "] == [
        "items.q_3",
        "codes.s",
    ]


def test_ready_made_scores_of_an_instrument_that_is_not_asked_for_are_let_be() -> None:
    ready = "t_scores: {osc: {norm: vendor, source: them, scales: {engagement: E}}}\n"
    Path("map.yaml").write_text(MAP.format("T1") + ready)
    assert run("score", "wide.csv", "-i", "five.yaml", "-c", "map.yaml").exit_code == 0


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("long.csv", "long.csv: is read twice in the same way: every answer would count twice"),
        ("copy.csv", "copy.csv: holds the same as 'long.csv': every answer would count twice"),
    ],
)
@pytest.mark.parametrize("words", [("score", "-f", "csv"), ("reliability",), ("check",)])
def test_the_same_cells_are_never_taken_for_two_waves(second: str, said: str, words: tuple[str, ...]) -> None:
    for name in ("long.csv", "copy.csv"):
        Path(name).write_text("id,site,q_1,q_2\n1,N,1,2\n2,N,3,3\n3,S,2,3\n")
    for wave in ("T1", "T2"):
        Path(f"{wave}.yaml").write_text(f"respondent: id\nsite: site\nconstants: {{wave: {wave}}}\n")
    verb, *options = words
    result = run(verb, "long.csv", second, "-i", "five.yaml", "-c", "T1.yaml", "-c", "T2.yaml", *options)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines()[:2] == [
        said,
        "  hint: give each map columns or rows of its own; a wave on another sheet needs a file of its own",
    ]


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [
        (("score", "wide.csv", "-i", "T1.yaml"), "T1.yaml:1: is a column map, not a definition",
         "name it with -c, or in a study file as columns"),
        (("score", "wide.csv", "-i", "five.yaml", "-c", "five.yaml"), "five.yaml:1: is a definition, not a column map",
         "name it with -i, or in a study file as instrument"),
        (("compare", "five.yaml"), "five.yaml:1: is a definition, not a study file",
         "name it with -i, or in a study file as instrument"),
        (("score", "five.yaml", "-i", "five.yaml"), "five.yaml: is no file of answers (YAML)",
         "a definition is named with -i, a column map with -c"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_called_what_it_is(words: tuple[str, ...], said: str, hint: str) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[:2] == [said, f"  hint: {hint}"]
