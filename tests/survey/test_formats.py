"""One table of answers, in every format: the same scores, whatever its name says."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zipfile
from pathlib import Path

import polars as pl
import pytest
from exports import WRITERS, Cell, Columns, pack, write_csv, write_dta, write_sav
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import ROOT

from sos_score import InvalidSurvey, load_instrument
from sos_score.scoring.expressions import answer_column
from sos_score.scoring.file_summary import FileSummary
from sos_score.scoring.responses import open_responses
from sos_score.survey.readers.export import AS_FOUND, ReadingOptions
from sos_score.survey.readers.registry import open_export

WAI = load_instrument("wai-s")
(SCALE,) = WAI.response_scales.values()
ITEMS = list(WAI.responses)
FILES = Path(__file__).parent / "files"
FIRST = answer_column(ITEMS[0])
LETTERS = {"n": "Never", "r": "Refused"}
LABELS = {code: text for text, code in SCALE.labels.items()}

codes = st.one_of(st.integers(1, 7), st.none(), st.just(99))
labels = st.one_of(st.sampled_from(list(SCALE.labels)), st.just("N/A"), st.just("  Very  OFTEN "), st.just(""))
names = st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=8)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[Cell]]:
    """Draw a table of the WAI-S: some items as codes, some as labels."""
    people = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    size = {"min_size": len(people), "max_size": len(people)}
    answers = {item: draw(st.lists(draw(st.sampled_from([codes, labels])), **size)) for item in ITEMS}
    return {"respondent": list(people), **answers}


def answer(*answers: Cell, **own: list[Cell]) -> dict[str, list[Cell]]:
    """Return a table of people who each gave one answer to everything, but for some items."""
    people: list[Cell] = list("ABCDEF"[: len(answers)])
    return {"respondent": people, **{item: list(answers) for item in ITEMS}, **own}


def read(path: Path) -> tuple[pl.DataFrame, FileSummary]:
    """Return the ids, codes and scores of a file of the WAI-S, and what was said of it."""
    with open_responses([str(path)], WAI) as responses:
        return responses.frame.collect().to_native(), responses.summaries[0]


def refuse(path: Path) -> str:
    """Return why a file is refused."""
    with pytest.raises(InvalidSurvey) as refused:
        read(path)
    return str(refused.value).replace(str(path), path.name)


@pytest.mark.soak
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tables())
def test_the_same_answers_in_every_format_have_the_same_scores(columns: Columns) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.csv"
        write_csv(path, columns)
        frame, summary = read(path)
        for suffix, write in WRITERS.items():
            path = Path(folder) / f"answers{suffix}"
            write(path, columns)
            for given_path in (path, pack(path)):
                found, said = read(given_path)
                assert found.equals(frame), suffix
                assert (said.rows, said.missing, said.scored) == (summary.rows, summary.missing, summary.scored)


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_file_is_what_it_holds_and_not_what_its_name_says(suffix: str, tmp_path: Path) -> None:
    columns: Columns = answer(5)
    path = tmp_path / "answers"
    WRITERS[suffix](path, columns)
    wrong = path.rename(tmp_path / ("answers.sav" if suffix == ".csv" else "answers.csv"))
    assert read(wrong)[0][FIRST].to_list() == [5.0]


@pytest.mark.parametrize("suffix", WRITERS)
def test_an_answer_that_is_not_allowed_has_its_place_in_every_format(suffix: str, tmp_path: Path) -> None:
    columns: Columns = answer(5, 6, wais_03=[5, 70])
    path = tmp_path / f"answers{suffix}"
    WRITERS[suffix](path, columns)
    place = {".csv": ":3", ".tsv": ":3", ".xlsx": ": Answers!D3", ".ods": ": Answers!D3"}.get(suffix, ":2")
    assert refuse(path) == f"{path.name}{place}: wais_03: 70 is outside 1-7"


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_respondent_who_is_there_twice_has_a_place_in_every_format(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"answers{suffix}"
    WRITERS[suffix](path, answer(5, 6, 7, respondent=["A", "B", "A"]))
    place = {".csv": ":4", ".tsv": ":4", ".xlsx": ": Answers row 4", ".ods": ": Answers row 4"}.get(suffix, ":3")
    before = 2 if suffix in (".csv", ".tsv", ".xlsx", ".ods") else 1
    unit = "line" if suffix in (".csv", ".tsv") else "row"
    assert refuse(path) == f"{path.name}{place}: respondent 'A' already on {unit} {before}"


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_column_that_is_missing_has_a_place_where_the_file_has_one_for_names(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"answers{suffix}"
    columns = answer(5)
    WRITERS[suffix](path, {name: cells for name, cells in columns.items() if name != "wais_03"})
    place = {".csv": ":1", ".tsv": ":1", ".xlsx": ": Answers row 1", ".ods": ": Answers row 1"}.get(suffix, "")
    assert refuse(path).startswith(f"{path.name}{place}: no column 'wais_03'")


# What the labels and missing values of a file say.


@pytest.mark.parametrize("write", [write_sav, write_dta])
def test_labels_of_the_file_turn_its_codes_into_the_definitions(write, tmp_path: Path) -> None:
    columns = answer(0, 6)
    shifted = {code - 1: label for code, label in LABELS.items()}
    write(tmp_path / "answers", columns, variable_value_labels=dict.fromkeys(ITEMS, shifted))
    assert read(tmp_path / "answers")[0][FIRST].to_list() == [1.0, 7.0]


@pytest.mark.parametrize("write", [write_sav, write_dta])
def test_a_code_without_a_label_is_no_answer_where_the_labels_shift_the_others(write, tmp_path: Path) -> None:
    columns = answer(0, wais_02=[3])
    ends = {0: LABELS[1], 6: LABELS[7]}
    write(tmp_path / "answers", columns, variable_value_labels=dict.fromkeys(ITEMS, ends))
    assert refuse(tmp_path / "answers").endswith(
        "Always, or a code that the column map or the file gives)\n"
        "  hint: the labelled codes are 1 too low: if all codes are, add to the column map: "
        "codes: {wai-s/never_always: {0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 7}}"
    )


@pytest.mark.parametrize("write", [write_sav, write_dta])
def test_a_code_outside_the_range_is_named_with_its_label(write, tmp_path: Path) -> None:
    labels = LABELS | {9: "Don't know"}
    write(tmp_path / "answers", answer(1, wais_02=[9]), variable_value_labels=dict.fromkeys(ITEMS, labels))
    assert refuse(tmp_path / "answers") == (
        "answers:1: wais_02: 9 (labelled 'Don't know') is outside 1-7\n"
        "  hint: if no answer is meant, add to the column map: missing: {not answered: [9]}"
    )


def test_rows_that_spss_filters_out_and_weights_that_it_uses_are_read_and_named(tmp_path: Path) -> None:
    path = tmp_path / "answers.sav"
    write_sav(path, answer(5, 6, 7) | {"filter_$": [1, 0, 0]})
    frame, summary = read(path)
    assert frame.height == 3
    assert list(map(str, summary.about)) == [
        "SPSS leaves 2 rows out (filter_$ is 0); here they are read unless a column map leaves them out with"
        " where: {filter_$: [1]}"
    ]
    head = bytearray(path.read_bytes())
    head[76] = 14  # the variable that weights the cases, by its place in the file
    path.write_bytes(head)
    assert str(read(path)[1].about[1]) == "the file weights its cases in SPSS, and no weights are used here"


def test_labels_that_the_definition_does_not_know_leave_the_codes_as_they_are(tmp_path: Path) -> None:
    columns = answer(6)
    foreign = {1: "Nie", 6: "Sehr oft", 7: "Immer"}
    write_sav(tmp_path / "answers", columns, variable_value_labels=dict.fromkeys(ITEMS, foreign))
    assert read(tmp_path / "answers")[0][FIRST].to_list() == [6.0]


def test_missing_values_of_spss_are_missing_under_their_label(tmp_path: Path) -> None:
    columns = answer(5, 5, 5)
    columns |= {"wais_01": [97, 98, 5], "wais_02": [1, None, 96], "wais_03": [8, 5, 5], "wais_04": [99, 5, 5]}
    write_sav(
        tmp_path / "answers",
        columns,
        variable_value_labels={"wais_01": {97: "Refused", 98: "Not applicable"}, "wais_03": {8: "not applicable"}},
        missing_ranges={"wais_01": [{"lo": 90, "hi": 99}], "wais_02": [1, 96], "wais_04": [99]},
    )
    summary = read(tmp_path / "answers")[1]
    # 1 is an answer to the definition, and no answer to this file; 8 is known by its label only.
    assert summary.missing == {"Refused": 1, "not applicable": 3, "missing in the file": 2}


def test_texts_of_spss_may_have_labels_and_missing_values_too(tmp_path: Path) -> None:
    columns = answer("n", "r")
    labelled = dict.fromkeys(ITEMS, LETTERS)
    missing = {item: [{"lo": "r", "hi": "r"}] for item in ITEMS}
    write_sav(tmp_path / "answers", columns, variable_value_labels=labelled, missing_ranges=missing)
    frame, summary = read(tmp_path / "answers")
    assert frame[FIRST].to_list() == [1.0, None]
    assert summary.missing == {"Refused": 12}


def test_missing_values_of_stata_are_missing_under_their_label(tmp_path: Path) -> None:
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame({"respondent": ["A", "B"], **{item: [5.0, 5.0] for item in ITEMS}})
    frame = frame.astype({"wais_01": object, "wais_02": object})
    frame.loc[0, "wais_01"], frame.loc[1, "wais_02"] = "a", "b"
    pyreadstat.write_dta(
        frame,
        tmp_path / "answers",
        variable_value_labels={"wais_01": {"a": "Refused"}},
        missing_user_values={"wais_01": ["a"], "wais_02": ["b"]},
    )
    found, summary = read(tmp_path / "answers")
    assert summary.missing == {"Refused": 1, "missing in the file": 1}
    assert found["wai_s_total_n"].to_list() == [11, 11]


def test_a_number_that_no_integer_holds_is_refused_and_no_crash(tmp_path: Path) -> None:
    write_sav(tmp_path / "answers", answer(1e300))
    assert "wais_01: '1e+300' is not a response" in refuse(tmp_path / "answers")


def test_columns_of_parquet_that_hold_no_single_value_are_no_answers(tmp_path: Path) -> None:
    frame = pl.DataFrame({"respondent": ["A"], **{item: [5] for item in ITEMS}})
    frame = frame.with_columns(wais_02=pl.Series([[1, 2]]), wais_03=pl.Series([True]))
    frame.write_parquet(tmp_path / "answers")
    said = refuse(tmp_path / "answers")
    assert "answers:1: wais_02: '(not a single value)' is not a response" in said
    assert "answers:1: wais_03: 'TRUE' is not a response" in said


# What cannot be read says so, and what to do.

ZIPPED = {"notes.txt": "x", "answers.csv": "y"}


def write_zip(path: Path, parts: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (b"%PDF-1.7\n", "is a PDF, which cannot be read", "export the answers as CSV or Excel"),
        (b"<html><table>", "is a web page, whatever its name says, which cannot be read", "open it in Excel"),
        (
            b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook>',
            "is an Excel 2003 XML",
            "open",
        ),
        (b'[{"id": 1}]', "is a JSON file, which cannot be read", "export the answers as CSV or Excel"),
        (b"BZh91AY", "is a compressed file, which cannot be read", "unpack it first"),
        (b"SQLite format 3\0", "is a database, which cannot be read", "export the table of answers as CSV"),
        (
            bytes(range(1, 32)) * 9,
            "is not a kind of file sos-score reads (not text)",
            "export the answers as",
        ),
        (b"RDX3\nX\n\0\0\0\3", "is an R data file, which cannot be read", "in R, write the data as CSV: write.csv("),
    ],
)
def test_files_of_other_kinds_are_refused_with_what_to_do(
    content: bytes, message: str, hint: str, tmp_path: Path
) -> None:
    for packed in (content, gzip.compress(content)):
        (tmp_path / "answers").write_bytes(packed)
        said = refuse(tmp_path / "answers")
        assert said.startswith(f"answers: {message}")
        assert f"\n  hint: {hint}" in said


def test_data_of_r_are_refused_with_what_to_type(tmp_path: Path) -> None:
    path = Path(shutil.copy(FILES / "answers.rds", tmp_path))
    assert refuse(path) == (
        "answers.rds: is an R data file, which cannot be read\n"
        "  hint: in R, write the data as CSV: write.csv(data, 'answers.csv', row.names = FALSE, na = '')"
    )


def test_archives_say_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "answers.zip"
    write_zip(path, ZIPPED)
    assert refuse(path) == (
        "answers.zip: is an archive, not a table (it holds notes.txt, answers.csv)\n  hint: unpack it first"
    )
    write_zip(path, {"Index/Document.iwa": "x"})
    assert refuse(path).startswith("answers.zip: is an Apple Numbers document, which cannot be read\n")
    write_zip(path, {"xl/workbook.bin": "x"})
    assert refuse(path).startswith("answers.zip: is a binary Excel workbook (.xlsb), which cannot be read\n")


def test_tabs_divide_a_packed_tsv_file_whatever_commas_its_header_has(tmp_path: Path) -> None:
    path = tmp_path / "answers.tsv"
    WRITERS[".tsv"](path, answer(5, **{"How often, if ever, lately, in all, did you, or not": ["x"]}))
    assert read(pack(path))[0][FIRST].to_list() == [5.0]


def test_what_gzip_packed_may_not_be_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv.gz"
    packed = gzip.compress(b"respondent,wais_01\n" * 50)
    path.write_bytes(packed[:-20])
    assert refuse(path).startswith("answers.csv.gz: cannot be unpacked (")


def test_only_workbooks_have_sheets_and_only_text_and_workbooks_a_row_of_names(tmp_path: Path) -> None:
    path = tmp_path / "answers"
    for write in (write_sav, write_csv):
        write(path, {"a": [1]})
        with pytest.raises(InvalidSurvey, match="has no sheet 'Data': it is no workbook"):
            open_export(str(path), ReadingOptions(sheet="Data")).__enter__()
    write_sav(path, {"a": [1]})
    with pytest.raises(InvalidSurvey, match="names its columns in a place of its own, not in a row"):
        open_export(str(path), ReadingOptions(header_row=2)).__enter__()


@pytest.mark.parametrize("name", ["wai_s.xlsx", "wai_s.sav"])
def test_the_examples_hold_the_same_answers(name: str) -> None:
    options = ReadingOptions(sheet="Answers", header_row=3) if name.endswith("x") else AS_FOUND
    with open_responses([str(ROOT / "examples" / "formats" / name)], WAI, reading=options) as responses:
        found = responses.frame.collect().to_native()
    assert found.equals(read(ROOT / "examples" / "wai_s_labels.csv")[0])
