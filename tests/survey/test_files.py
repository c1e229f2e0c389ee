"""Survey exports of every shape come out as the same records, with the lines they stand on."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.errors import InvalidSurvey, Problem
from sos_score.survey.columns import Columns
from sos_score.survey.readers import csv as files
from sos_score.survey.readers import csv_shape
from sos_score.survey.readers.registry import open_export

ROWS = [["id", "q1", "answer"], ["A", "1", "Très d\u2019accord"], ["B", "2", "\u2013 no \u2013"]]


def write_rows(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def read(path: Path | str) -> tuple[tuple[str, ...], list[tuple[int, list[str]]], list[list[str]]]:
    """Return the header, the records as csv reads them, and as the scanner does."""
    with open_export(str(path)) as opened, opened.normalise() as export:
        names = {f"c{place}": name for place, name in enumerate(export.header)}
        frame = export.scan(Columns(names, {}, {}), {}).select(names.values())
        scanned = [[cell or "" for cell in row] for row in frame.collect().rows()]
        return export.header, list(export.records()), scanned


def find_problems(path: Path | str) -> list[Problem]:
    with pytest.raises(InvalidSurvey) as caught, open_export(str(path)) as opened, opened.normalise():
        pass
    return list(caught.value.problems)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_delimiter_and_line_end_gives_the_same_records(
    tmp_path: Path, encoding: str, delimiter: str, end: str
) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(write_rows(ROWS, delimiter, end).encode(encoding))
    header, records, scanned = read(path)
    assert list(header) == ROWS[0]
    assert records == [(2, ROWS[1]), (3, ROWS[2])]
    assert scanned == ROWS[1:]


def test_big_endian_utf16_with_its_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"\xfe\xff" + write_rows(ROWS).encode("utf-16-be"))
    assert read(path)[2] == ROWS[1:]


def test_a_byte_that_is_not_utf8_after_a_utf8_mark_is_found_on_its_line(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"\xef\xbb\xbfid,q1\nA,1\nB,\xe9\n")
    message = "begins as UTF-8 text does, and is something else here"
    assert find_problems(path) == [Problem(message, str(path), 3, hint="save it as CSV UTF-8", rule="encoding")]


def test_a_letter_cut_off_at_the_end_of_marked_utf8_is_found(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"\xef\xbb\xbfid,q1\nA,\xc3")
    (problem,) = find_problems(path)
    assert problem.line == 2


@pytest.mark.parametrize("line", ["sep=,", "sep=;", "SEP=\t", '"sep=,"'])
def test_a_line_for_excel_is_not_taken_for_the_header(tmp_path: Path, line: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"{line}\nid,q1\nA,1\n")
    message = "is an instruction to Excel, not the names of the columns"
    assert find_problems(path) == [Problem(message, str(path), 1, hint="delete this line", rule="header")]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("asked", ["1) Often, rarely, never, or what", "1) Often; rarely; never; or what"])
def test_commas_and_semicolons_of_a_question_are_not_taken_for_the_delimiter(
    tmp_path: Path, mark: str, asked: str
) -> None:
    path = tmp_path / "export.csv"
    heading = f'"{asked}"' if mark in asked else asked
    path.write_text(f"id{mark}{heading}\nA{mark}1\n\nB{mark}2\n")
    header, records, _ = read(path)
    assert header == ("id", asked)
    assert records == [(2, ["A", "1"]), (4, ["B", "2"])]


def test_a_cell_of_several_lines_does_not_shift_the_lines_below_it(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('id,note\nA,"one\ntwo\nthree"\nB,x\n\n\nC,"a ""b"""\n')
    _, records, scanned = read(path)
    assert records == [(2, ["A", "one\ntwo\nthree"]), (5, ["B", "x"]), (8, ["C", 'a "b"'])]
    assert scanned == [cells for _, cells in records]


@pytest.mark.parametrize("inside", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_header_of_several_lines_loses_no_row(tmp_path: Path, inside: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(f'id,"How often?{inside}1 never{inside}7 always"\nA,1\nB,2\n'.encode())
    header, records, scanned = read(path)
    assert header == ("id", f"How often?{inside}1 never{inside}7 always")
    assert records == [(4, ["A", "1"]), (5, ["B", "2"])]
    assert scanned == [["A", "1"], ["B", "2"]]


def test_blank_lines_are_no_records_and_lines_are_counted_with_them(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id,q1\n\nA,1\n\n\nB,2\n\n")
    assert read(path)[1:] == ([(3, ["A", "1"]), (6, ["B", "2"])], [["A", "1"], ["B", "2"]])


def test_quotes_inside_a_cell_that_is_not_quoted_are_text(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('id,note\nA,5" tall\nB,6" tall\n')
    assert read(path)[2] == [["A", '5" tall'], ["B", '6" tall']]


def test_a_short_and_a_long_row_that_even_out_are_both_found(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id,q1,q2\nA,1\nB,1,2\nC,1,2,3\n")
    assert find_problems(path) == [
        Problem("2 cells, and the header has 3", str(path), 2, rule="ragged"),
        Problem("4 cells, and the header has 3", str(path), 4, rule="ragged"),
    ]


def test_a_last_line_that_stops_short_is_found(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id,q1\nA,1\nB")
    assert find_problems(path) == [Problem("1 cell, and the header has 2", str(path), 3, rule="ragged")]


def test_ragged_rows_are_listed_up_to_twenty_and_the_rest_counted(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id,q1\n" + "A\n" * 50)
    problems = find_problems(path)
    assert [problem.line for problem in problems[:20]] == list(range(2, 22))
    assert problems[20].message == "30 more lines have a different number of cells from the header"
    assert len(problems) == 21


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('id,note\nA,"x\nB,y\nC,z\n', 2),  # the open cell fits the header, and would swallow B and C
        ('id,note\nA,x\n"B,y\n', 3),
        ('id,"note\nA,x\n', 1),
        ('id,note\nA,5" tall\nB,"y\n', 3),  # an even number of quotes all the same
        ('id,note\nA,"x', 2),
    ],
)
def test_a_quote_that_is_never_closed_is_located(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text)
    assert find_problems(path) == [
        Problem("a quote is opened in this row and never closed", str(path), line, rule="ragged")
    ]


@pytest.mark.parametrize("text", ["", "\n", "\n\n", ",,\n", " \nA\n", "\ufeff"])
def test_a_file_without_a_header_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    hint = "the first line must name the columns"
    assert find_problems(path) == [Problem("has no header line", str(path), 1, hint=hint, rule="header")]


def test_a_nul_is_a_character_of_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"id,q1\nA,5\0\n")
    assert read(path)[1] == [(2, ["A", "5\0"])]


def test_bytes_of_no_known_encoding_are_a_problem_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    message = "is neither UTF-8 nor UTF-16 nor Windows-1252 text"
    expected = [Problem(message, str(path), hint="save it as CSV UTF-8", rule="encoding")]
    for content in (b"id,q1\nA,\x81\n", "id,q1\nA,1\n".encode("utf-16")[:-1]):
        path.write_bytes(content)
        assert find_problems(path) == expected


def test_a_byte_sequence_cut_at_a_chunk_border_is_still_utf8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_CHUNK", 8)
    path = tmp_path / "export.csv"
    path.write_text("id,q1\n" + "é,ü\n" * 20, encoding="utf-8")
    assert read(path)[2] == [["é", "ü"]] * 20


@pytest.mark.parametrize(
    "name", ["a[1].csv", "a*.csv", "what?.csv", "50% done.csv", "#1.csv", "~x.csv", "näme ✓.csv", "{a}.csv", "a.CSV"]
)
def test_odd_file_names_are_only_names(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("id,q1\nA,1\n")
    (tmp_path / "a1.csv").write_text("id,q1\nwrong,2\n")
    assert read(path)[2] == [["A", "1"]]


def test_standard_input_is_read_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(write_rows(ROWS, "\t").encode("utf-16")))
    monkeypatch.setattr(sys, "stdin", stream)
    assert read("-")[2] == ROWS[1:]


def test_a_tsv_is_split_at_tabs_whatever_commas_its_header_has(tmp_path: Path) -> None:
    path = tmp_path / "export.tsv"
    path.write_text("id\tHow often, lately, did you\nA\t1\n")
    assert read(path)[0] == ("id", "How often, lately, did you")


def test_commas_inside_a_quoted_header_do_not_count_as_delimiters(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('id;"a, b, c, d"\nA;1\n')
    assert read(path)[0] == ("id", "a, b, c, d")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.csv", "cannot be read (No such file or directory)"),
        (".", "holds no CSV or Parquet file"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_problems(name) == [Problem(message, name, rule="file")]


def test_a_cell_beyond_all_measure_is_a_problem_and_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_MAX_CELL", 100)
    path = tmp_path / "export.csv"
    path.write_text('id,note\nA,x\nB,"' + "y\n" * 200)
    hint = "a quote may be opened and never closed"
    message = "a cell holds more than 100 characters"
    assert find_problems(path) == [Problem(message, str(path), 3, hint=hint, rule="file")]


# Whole lines, and what tears them apart.
PIECES = ["a", "1", ",", '"', '""', '"b"', '"c,d"', '"e\nf"', "\n", "\r\n", "\r", " ", "é", "\0", "7,7\n", '"5","5"\n']
HEADERS = ["a,b\n", '"a","b"\r\n', 'a,"b\nc"\n', 'a,"b\rc"\n', "\ufeffa,b\n", "a,b\r"]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(HEADERS), st.lists(st.sampled_from(PIECES), max_size=14), st.sampled_from([3, 5, 1 << 17]))
def test_the_scanner_never_sees_other_rows_than_the_csv_module(
    tmp_path_factory: pytest.TempPathFactory, header: str, pieces: list[str], part: int
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "export.csv"
    path.write_bytes((header + "".join(pieces)).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_shape, "_PART", part)
        try:
            _, records, scanned = read(path)
        except InvalidSurvey as error:
            checked = [problem.line is not None for problem in error.problems]
        else:
            checked = [scanned == [cells for _, cells in records]]
    assert all(checked)
