"""The report as an Excel workbook, read back."""

import math
from io import BytesIO

import pytest
from openpyxl import load_workbook
from report_pages import small_study
from support import ROOT

from sos_score.comparison.compare import compare_study
from sos_score.output.table import Column, Table
from sos_score.report.model import Block, ReportData, Section
from sos_score.report.questions.registry import make_file_tables
from sos_score.report.sections.registry import list_sections
from sos_score.report.xlsx import make_report_workbook, name_sheets
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    data = load_study_data(read_study(small_study(tmp_path_factory.mktemp("small"))))
    return ReportData(data, compare_study(data), "report.manifest.json")


@pytest.fixture(scope="module")
def made(evidence):
    return make_book(evidence)


def make_book(evidence):
    further = {f"all {name}": table for name, table in make_file_tables(evidence.comparison, evidence.labels).items()}
    return make_report_workbook(evidence.data.study, list_sections(evidence), further)


@pytest.fixture(scope="module")
def book(made):
    return load_workbook(BytesIO(made))


def write(*tables):
    sections = [Section("x", "X", tuple(Block("table", table) for table in tables))]
    study = read_study(ROOT / "examples/contrast_study/study.yaml").study
    return load_workbook(BytesIO(make_report_workbook(study, sections, {})))


def test_there_is_a_sheet_a_table_and_the_first_lists_them_with_their_titles(book, evidence):
    tables = [b.value for s in list_sections(evidence) for b in s.blocks if isinstance(b.value, Table)]
    numbered = [name for name in book.sheetnames if name[0].isdigit()]
    assert len(numbered) == len(tables)
    assert book.sheetnames[0] == "contents"
    assert book.sheetnames[-1] == "notes"
    listed = {row[0]: row[1] for row in book["contents"].iter_rows(min_row=2, values_only=True)}
    assert list(listed) == book.sheetnames[1:]
    assert [listed[name] for name in numbered] == [table.title for table in tables]


def test_every_field_of_every_finding_is_there_in_full_precision(book, evidence):
    for question, table in make_file_tables(evidence.comparison, evidence.labels).items():
        header, *rows = book[f"all {question}"].iter_rows(values_only=True)
        assert list(header) == [column.name for column in table.columns]
        assert len(rows) == len(table.rows)
        for shown, row in zip(rows, table.rows, strict=True):
            for value, cell in zip(row, shown, strict=True):
                if isinstance(value, bool):
                    assert cell == int(value)
                elif isinstance(value, float):
                    assert cell is None if not math.isfinite(value) else cell == pytest.approx(value, rel=1e-15)
                else:
                    assert (cell or "") == value


def test_numbers_are_numbers_shown_as_in_the_report():
    table = Table((Column("who"), Column("d", 2), Column("n", 2)), (("a", 1 / 3, 12), ("b", None, 7)), "T")
    sheet = write(table)["1 T"]
    assert (sheet["B2"].value, sheet["B2"].number_format) == (1 / 3, "0.00")
    assert (sheet["C2"].value, sheet["C2"].number_format, sheet["C2"].data_type) == (12, "General", "n")
    assert sheet["B3"].value is None
    assert sheet.freeze_panes == "B2"


def test_text_is_text_whatever_it_looks_like():
    risky = ["=1+1", "+1", "-1", "@SUM(A1)", "http://example.org", "{=A1}", "12"]
    sheet = write(Table((Column("=2+2"),), tuple((each,) for each in risky), "=3"))["1 =3"]
    assert [cell.value for cell in sheet["A"]] == ["=2+2", *risky]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert [cell.hyperlink for cell in sheet["A"]] == [None] * 8


def test_columns_are_as_wide_as_their_texts_up_to_sixty_signs():
    table = Table((Column("a"), Column("b"), Column("c")), (("x", "y" * 20, "z" * 300),), "T")
    sheet = write(table)["1 T"]
    widths = [sheet.column_dimensions[name].width for name in "ABC"]
    assert [round(width) for width in widths] == [7, 22, 61]


def test_notes_and_what_is_said_in_words_are_on_the_last_sheet(book, evidence):
    said = list(book["notes"].iter_rows(min_row=2, values_only=True))
    tables = [b.value for s in list_sections(evidence) for b in s.blocks if isinstance(b.value, Table)]
    assert {note for table in tables for note in table.notes} <= {note for _, note in said}
    texts = [(s.title, b.value) for s in list_sections(evidence) for b in s.blocks if b.kind == "text"]
    assert texts
    assert set(texts) <= set(said)


def test_names_of_sheets_are_allowed_and_different_whatever_the_titles():
    title = "Level: [all] of */?\\ 'everything' " * 3
    names = list(name_sheets([Table((), (), title)] * 12 + [Table((), (), "x" * 40)]))
    assert len({name.casefold() for name in names}) == 13
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_the_same_report_gives_the_same_bytes(evidence, made):
    assert make_book(evidence) == made


def test_nobodys_id_is_in_the_workbook(book):
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any("Staff" in cell for cell in cells)
    assert not any("-person-" in cell for cell in cells)
