"""The report as an Excel workbook, read back."""

import math
import re
from io import BytesIO

import pytest
from office import convert, require_libreoffice
from openpyxl import load_workbook
from report_pages import small_study
from support import ROOT

from sos_score.comparison.compare import compare_study
from sos_score.output.table import Column, Table
from sos_score.report.columns import make_finding_codebook
from sos_score.report.model import ReportData
from sos_score.report.questions.registry import SHEETS, make_sheets
from sos_score.report.sections.registry import list_sections
from sos_score.report.xlsx import make_report_workbook
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
    sheets = make_sheets(evidence.comparison, evidence.labels)
    return make_report_workbook(evidence.data.study, list_sections(evidence), sheets, [make_finding_codebook()])


@pytest.fixture(scope="module")
def book(made):
    return load_workbook(BytesIO(made))


def write(table):
    study = read_study(ROOT / "examples/contrast_study/study.yaml").study
    return load_workbook(BytesIO(make_report_workbook(study, [], {"T": table})))["T"]


def test_the_first_sheet_says_what_each_of_a_dozen_others_holds_and_leads_there(book):
    assert book.sheetnames[0] == "Contents"
    assert 10 <= len(book.sheetnames) <= 14
    listed = list(book["Contents"].iter_rows(min_row=2, values_only=True))
    assert [name for name, _ in listed] == book.sheetnames[1:]
    assert all(len(about) > 20 for _, about in listed)
    links = [row[0].hyperlink.location for row in book["Contents"].iter_rows(min_row=2)]
    assert links == [f"'{name}'!A1" for name in book.sheetnames[1:]]
    assert {"Means", "Change in sites", "Arms", "Reliability", "People", "Codebook", "Notes"} <= set(book.sheetnames)


def test_every_finding_is_there_once_in_full_precision_each_number_in_a_cell_of_its_own(book, evidence):
    for name, (_, questions) in SHEETS.items():
        findings = [each for question in questions for each in evidence.comparison.ask(question)]
        if not findings:
            assert name not in book.sheetnames
            continue
        header, *rows = book[name].iter_rows(values_only=True)
        assert len(rows) == len(findings)
        for row, each in zip(rows, findings, strict=True):
            cells = dict(zip(header, row, strict=True))
            measure = "effect" if "effect" in header else each.effect.measure.value
            for key, value in {"estimate": each.estimate.value, "low": each.estimate.low, "high": each.estimate.high,
                               "p": each.test.p, measure: each.effect.value}.items():  # fmt: skip
                assert cells.get(key) == (pytest.approx(value, rel=1e-15) if math.isfinite(value) else None), key
            counts = [cells[key] for key in header if (key == "n" or key.startswith("n_")) and cells[key] is not None]
            assert counts == list(each.counts)
            assert cells.get("verdict") in ((each.verdict.value,) if each.verdict else ("", None))


def test_no_number_stands_in_a_text_with_its_interval(book):
    for sheet in book:
        if sheet.title not in ("Notes", "Codebook"):
            header = {cell.column: str(cell.value) for cell in sheet[1]}
            texts = [(sheet.title, cell.value) for row in sheet.iter_rows() for cell in row
                     if isinstance(cell.value, str) and re.search(r"\d \[-?\d", cell.value)
                     and header.get(cell.column) not in ("sentence", "notes", "reason")]  # fmt: skip
            assert texts == []


def test_reliability_has_alpha_and_its_interval_as_numbers(book):
    header, *rows = book["Reliability"].iter_rows(values_only=True)
    assert "alpha [95% CI]" not in header
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        assert cells["low"] < cells["alpha"] < cells["high"] <= 1
        assert isinstance(cells["lambda-2"], float)


def test_every_sheet_of_findings_has_a_filter_a_frozen_head_and_columns_that_hold_their_words(book):
    for name in ("Means", "Change in sites", "Arms", "Reliability"):
        sheet = book[name]
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.freeze_panes.endswith("2")
        widths = {
            place: each.width for each in sheet.column_dimensions.values() for place in range(each.min, each.max + 1)
        }
        for cell in sheet[1]:
            assert widths[cell.column] >= max(map(len, str(cell.value).split())) + 2
    assert [table.autoFilter is not None for table in book["Sources and files"].tables.values()] == [True] * 5


def test_numbers_are_numbers_shown_as_in_the_report():
    table = Table((Column("who"), Column("d", 2), Column("n", 2)), (("a", 1 / 3, 12), ("b", None, 7)), "T")
    sheet = write(table)
    assert (sheet["B2"].value, sheet["B2"].number_format) == (1 / 3, "0.00")
    assert (sheet["C2"].value, sheet["C2"].number_format, sheet["C2"].data_type) == (12, "General", "n")
    assert sheet["B3"].value is None
    assert sheet.freeze_panes == "B2"


def test_text_is_text_whatever_it_looks_like():
    risky = ["=1+1", "+1", "-1", "@SUM(A1)", "http://example.org", "{=A1}", "12"]
    sheet = write(Table((Column("=2+2"),), tuple((each,) for each in risky), "=3"))
    assert [cell.value for cell in sheet["A"]] == ["=2+2", *risky]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert [cell.hyperlink for cell in sheet["A"]] == [None] * 8


def test_columns_are_as_wide_as_their_texts_up_to_sixty_signs():
    table = Table((Column("a"), Column("b"), Column("c")), (("x", "y" * 20, "z" * 300),), "T")
    sheet = write(table)
    widths = [sheet.column_dimensions[name].width for name in "ABC"]
    assert [round(width) for width in widths] == [7, 24, 61]


def test_notes_and_what_is_said_in_words_are_on_the_last_sheet(book, evidence):
    assert book.sheetnames[-1] == "Notes"
    said = list(book["Notes"].iter_rows(min_row=2, values_only=True))
    tables = [b.value for s in list_sections(evidence) for b in s.blocks if isinstance(b.value, Table)]
    assert {note for table in tables for note in table.notes} <= {note for _, note in said}
    texts = [(s.title, b.value) for s in list_sections(evidence) for b in s.blocks if b.kind == "text"]
    assert texts
    assert set(texts) <= set(said)


def test_libreoffice_opens_it_with_the_same_sheets_and_numbers(made, book, tmp_path):
    require_libreoffice("calc")
    path = tmp_path / "report.xlsx"
    path.write_bytes(made)
    (tmp_path / "back").mkdir()
    again = load_workbook(convert(path, "xlsx", tmp_path / "back"))
    assert again.sheetnames == book.sheetnames
    for name in ("Means", "Reliability"):
        ours = [[cell for cell in row if isinstance(cell, float)] for row in book[name].iter_rows(values_only=True)]
        theirs = [[cell for cell in row if isinstance(cell, float)] for row in again[name].iter_rows(values_only=True)]
        assert [each for row in theirs for each in row] == pytest.approx([each for row in ours for each in row])


def test_the_same_report_gives_the_same_bytes(evidence, made):
    assert make_book(evidence) == made


def test_nobodys_id_is_in_the_workbook(book):
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any("Staff" in cell for cell in cells)
    assert not any("-person-" in cell for cell in cells)
