"""A proposed column map scores as a clean file does, and says what is not sure of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import CommandLine

run = CommandLine()

FOUR = """\
format: 1
id: four
version: 1.0.0
title: Invented scale four
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
items: {ids: q_01..q_04, responses: r}
missing: {min_answered: all}
scales:
  total: {title: Total, items: [-q_01, q_02, q_03, q_04], score: mean, higher_is: more}
"""
WORDING = """\
format: 1
extends: four.yaml
labels:
  q_01: I was told what would happen next
  q_02: The worker listened to each of us
  q_03: Decisions were explained to the family
  q_04: We could say what we disagreed with
"""
ANSWERS = [(1, 2, 3, 1), (3, 3, 1, 2), (2, 1, 1, 3)]
SCORES = ["2.25", "1.75", "1.75"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("four.yaml").write_text(FOUR)
    Path("wording.yaml").write_text(WORDING)
    return tmp_path


def propose(text: str, *, instrument: str = "four.yaml") -> tuple[list[str], list[str]]:
    """Return the lines of the map proposed for a CSV file that are no comments, and what is not sure."""
    Path("t.csv").write_text(text)
    result = run("columns", "t.csv", "-i", instrument, "-o", "map.yaml")
    assert result.exit_code == 0, result.output
    doubts = [line.removeprefix("not sure: ") for line in result.stderr.splitlines() if line.startswith("not sure")]
    lines = [line for line in Path("map.yaml").read_text().splitlines() if not line.lstrip().startswith("#")]
    return lines[1:], doubts


def score(*maps: str) -> list[list[str]]:
    words = [word for name in maps for word in ("-c", name)]
    result = run("score", *["t.csv"] * len(maps), "-i", "four.yaml", *words, "-f", "csv")
    assert result.exit_code == 0, result.output
    header, *rows = (line.split(",") for line in result.stdout.splitlines())
    return [[row[header.index(name)] for name in ("respondent", "four_total")] for row in rows]


def write(header: list[str]) -> str:
    rows = [[f"S{number}", *map(str, answers)] for number, answers in enumerate(ANSWERS, 1)]
    cells = [header, *rows]
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in cells)


PEOPLE = [[f"S{number}", score] for number, score in enumerate(SCORES, 1)]
QUESTIONS = [line.split(": ", 1)[1] for line in WORDING.splitlines()[3:]]


def test_ids_in_the_header_need_no_items_in_the_map() -> None:
    lines, _ = propose(write(["Staff code", "Q_01", "q_02", "q_03", "q_04"]))
    assert lines == ["respondent: Staff code"]
    assert score("map.yaml") == PEOPLE


@pytest.mark.parametrize("name", ["Staff", "Worker", "Family", "Social worker", "Client", "Participant ID", "URN"])
def test_whoever_answers_is_found_by_common_names(name: str) -> None:
    lines, doubts = propose(write([name, "q_01", "q_02", "q_03", "q_04"]))
    assert lines == [f"respondent: {name}"]
    assert not any("respondent" in doubt for doubt in doubts)


def test_a_word_for_people_is_no_id_where_there_is_a_code() -> None:
    lines, doubts = propose("Staff,URN,q_01,q_02,q_03,q_04\nA,1,1,2,3,1\nA,2,3,3,1,2\n")
    assert lines == ["respondent: URN"]
    assert not any("could be" in doubt for doubt in doubts)


def test_numbers_in_order_are_a_range_with_an_offset() -> None:
    lines, doubts = propose(write(["Staff code", "Q5_9", "Q5_10", "Q5_11", "Q5_12"]))
    assert lines == ["respondent: Staff code", "items:", '  q_01..q_04: "Q5_{n+8}"']
    assert score("map.yaml") == PEOPLE
    assert doubts[-1] == (
        "four: 4 items were matched by the numbers in the headers, in order (q_01: Q5_9);"
        " compare with the questionnaire"
    )


def test_codes_at_the_head_of_long_headers_are_what_the_map_names() -> None:
    header = ["id. Response ID", *(f"G[SQ{n:03}]. Stem [{text}]" for n, text in enumerate(QUESTIONS, 1))]
    lines, _ = propose(write(header))
    assert lines == ["respondent: id", "items:", '  q_01..q_04: "G[SQ{nnn}]"']
    assert score("map.yaml") == PEOPLE


def test_wording_finds_items_whatever_their_order() -> None:
    lines, doubts = propose(write(["Code", *QUESTIONS[::-1]]), instrument="wording.yaml")
    assert lines[2:] == [f"  q_{n:02}: {text}  # {text}" for n, text in enumerate(QUESTIONS, 1)]
    assert [people for people, _ in score("map.yaml")] == ["S1", "S2", "S3"]
    assert doubts[-1].startswith("four: 4 items were matched by their wording (q_01: I was told")


def test_a_question_without_number_or_wording_is_found_by_order_and_said_to_be() -> None:
    lines, doubts = propose(write(["Code", *QUESTIONS]))
    assert lines[2:] == [f"  q_{n:02}: {text}" for n, text in enumerate(QUESTIONS, 1)]
    assert score("map.yaml") == PEOPLE
    assert "by their order alone, as the only columns with nothing but answers" in doubts[-1]


def test_repeated_headers_are_told_apart() -> None:
    lines, _ = propose(write(["Code", "Rate", "Rate", "Rate", "Rate"]))
    assert lines[2:] == [f"  q_{n:02}: {{column: Rate, which: {n}}}" for n in range(1, 5)]
    assert score("map.yaml") == PEOPLE


def test_a_column_an_option_is_a_column_of_the_item() -> None:
    header = ["Code", *(f"Q_0{item}_{option}" for item in range(1, 5) for option in "abc")]
    rows = [[f"S{n}", *(str(int(a == o)) for a in answers for o in (1, 2, 3))] for n, answers in enumerate(ANSWERS, 1)]
    lines, doubts = propose("".join(",".join(row) + "\n" for row in [header, *rows]))
    assert lines[2] == '  q_01: {options: {"Q_01_a": 1, "Q_01_b": 2, "Q_01_c": 3}}'
    assert score("map.yaml") == PEOPLE
    assert "matched by columns of 0 and 1" in doubts[-1]


@pytest.mark.parametrize(
    ("first", "second", "waves"),
    [
        ("q_0{}_T1", "q_0{}_T2", ("T1", "T2")),
        ("wave1_q_0{}", "wave2_q_0{}", ("wave1", "wave2")),
        ("q_0{}", "q_0{}.1", ("1", "2")),
    ],
)
def test_waves_side_by_side_get_a_map_each(first: str, second: str, waves: tuple[str, str]) -> None:
    header = ["Code", *(form.format(n) for form in (first, second) for n in range(1, 5))]
    rows = [[f"S{n}", *map(str, answers + answers[::-1])] for n, answers in enumerate(ANSWERS, 1)]
    Path("t.csv").write_text("".join(",".join(row) + "\n" for row in [header, *rows]))
    result = run("columns", "t.csv", "-i", "four.yaml", "-o", "map.yaml")
    assert result.exit_code == 0, result.output
    maps = [f"map_{wave}.yaml" for wave in waves]
    assert result.stderr.splitlines()[:2] == [f"{name} written" for name in maps]
    assert f"sos-score score t.csv t.csv -i four.yaml -c {maps[0]} -c {maps[1]}" in result.stderr
    scored = run("score", "t.csv", "t.csv", "-i", "four.yaml", "-c", maps[0], "-c", maps[1], "-f", "csv")
    rows_of = [line.split(",") for line in scored.stdout.splitlines()[1:]]
    assert [row[2] for row in rows_of] == [waves[0]] * 3 + [waves[1]] * 3
    assert [row[3] for row in rows_of[:3]] == SCORES
    # Worked out by hand from the answers turned round.
    assert [row[3] for row in rows_of[3:]] == ["2.25", "2.25", "1.25"]


def test_two_runs_that_fit_are_both_named() -> None:
    header = ["Code", *(f"A{n}" for n in range(1, 5)), *(f"B{n}" for n in range(1, 5))]
    rows = [[f"S{n}", *map(str, answers * 2)] for n, answers in enumerate(ANSWERS, 1)]
    lines, doubts = propose("".join(",".join(row) + "\n" for row in [header, *rows]))
    assert lines[2:] == ['  q_01..q_04: "A{n}"']
    assert doubts[-1] == "four: the items could also begin at 'B1'"


def test_what_cannot_be_told_is_left_open_and_said() -> None:
    text = "Code,Staff code,q_01,q_02,q_03,hm\nA,A,agree,2,3,x\nA,B,disagree,3,1,y\n"
    lines, doubts = propose(text)
    assert lines == ["respondent: Staff code"]
    assert "  # q_04:" in Path("map.yaml").read_text().splitlines()
    assert doubts == [
        "site: no column has a name that sites usually have",
        "respondent: 'Staff code' is taken; it could be 'Code'",
        "four: the columns of q_01 hold texts that are not answers (own labels or codes?)",
        "four: no column is known for q_04",
    ]


def test_ids_that_are_there_twice_ask_for_a_wave() -> None:
    _, doubts = propose("Code,q_01,q_02,q_03,q_04\nA,1,2,3,1\nA,1,1,1,1\n")
    assert "respondent: 2 rows share an id in 'Code' with another row; is there a column for the wave?" in doubts


def test_a_file_in_which_nothing_is_found_is_a_problem_and_writes_nothing() -> None:
    Path("t.csv").write_text("name,comment\nA,hm\n")
    result = run("columns", "t.csv", "-i", "four.yaml", "-o", "map.yaml")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == "t.csv: nothing shows which columns are the items of four"
    assert not Path("map.yaml").exists()


def test_a_map_that_is_there_is_not_replaced_and_new_columns_is_the_same_command() -> None:
    Path("t.csv").write_text(write(["Code", "q_01", "q_02", "q_03", "q_04"]))
    assert run("new", "columns", "t.csv", "-i", "four.yaml", "-o", "map.yaml").exit_code == 0
    again = run("columns", "t.csv", "-i", "four.yaml", "-o", "map.yaml")
    assert again.exit_code == 1
    assert "already exists" in again.stderr or "there already" in again.stderr
    assert run("columns", "t.csv", "-i", "four.yaml").stdout == Path("map.yaml").read_text().replace(
        "-c map.yaml", "-c columns.yaml"
    )
