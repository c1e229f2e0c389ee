"""Workbooks as people keep them: several sheets, titles, formulas, percentages; and as nobody should meet them."""

from __future__ import annotations

import datetime
import shlex
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from exports import make_ods
from support import CommandLine
from xlsxwriter.worksheet import Worksheet

from sos_score import InvalidSurvey
from sos_score.survey.readers import cells, workbook
from sos_score.survey.readers.export import AS_FOUND, Export, ReadingOptions
from sos_score.survey.readers.registry import open_export

FILES = Path(__file__).parent / "files"
SHEET = "xl/worksheets/sheet1.xml"
HEADER = ["respondent", "safety"]
score = CommandLine("score")


def make(path: Path, **sheets: Callable[[xlsxwriter.Workbook, Worksheet], None]) -> Path:
    """Write a workbook, each sheet filled by a function."""
    with xlsxwriter.Workbook(path) as book:
        for name, fill in sheets.items():
            fill(book, book.add_worksheet(name))
    return path


def rows(*given: list[object]) -> Callable[[xlsxwriter.Workbook, Worksheet], None]:
    def fill(_book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        for place, row in enumerate(given):
            sheet.write_row(place, 0, row)

    return fill


def read(path: Path, options: ReadingOptions = AS_FOUND) -> tuple[tuple[str, ...], list[tuple[int, list[str]]], Export]:
    with open_export(str(path), options) as export:
        return export.header, [(row, list(found)) for row, found in export.records()], export


def refuse(path: Path, options: ReadingOptions = AS_FOUND) -> str:
    with pytest.raises(InvalidSurvey) as refused:
        read(path, options)
    return str(refused.value).replace(str(path), path.name)


def test_an_xls_file_is_read_and_says_what_it_cannot_show(tmp_path: Path) -> None:
    path = shutil.copy(FILES / "answers.xls", tmp_path / "answers.xls")
    result = score(path, "-i", "wai-s", "-f", "csv")
    assert [line.split(",")[0] for line in result.stdout.splitlines()[1:]] == ["A", "B", "C", "D"]
    assert result.stderr.splitlines()[0] == (
        f"{path}: 4 rows scored; without a score: wai_s_task 2, wai_s_goal 1; 2 answers missing (not applicable); "
        "an .xls file shows errors as blank cells and 50% as 0.5; save it as .xlsx if it has any; "
        "sheet 'Answers' is read; hidden: 'Lists'"
    )


def test_a_password_is_named(tmp_path: Path) -> None:
    path = Path(shutil.copy(FILES / "password.xlsx", tmp_path))
    assert refuse(path) == (
        "password.xlsx: is protected by a password\n  hint: open it in Excel, remove the password and save a copy"
    )


# Which sheet.


def test_one_of_several_sheets_has_to_be_named(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", Notes=rows(["Read me"]), Wave_1=rows(HEADER, ["A", 5]), Empty=rows())
    assert refuse(path) == (
        "a.xlsx: has several sheets with something in them: 'Notes', 'Wave_1'\n"
        "  hint: say which one holds the answers: --sheet 'Notes' (in a study file, sheet: 'Notes')"
    )
    assert read(path, ReadingOptions(sheet="wave_1"))[1] == [(2, ["A", "5"])]
    assert refuse(path, ReadingOptions(sheet="Wave1")) == (
        "a.xlsx: has no sheet 'Wave1'\n  hint: did you mean 'Wave_1'?"
    )
    assert refuse(path, ReadingOptions(sheet="x")) == (
        "a.xlsx: has no sheet 'x'\n  hint: sheets: 'Notes', 'Wave_1', 'Empty'"
    )


def test_a_hidden_sheet_is_passed_over_and_said(tmp_path: Path) -> None:
    def hide(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        rows(["Codes"])(book, sheet)
        sheet.hide()

    path = make(tmp_path / "a.xlsx", Data=rows(HEADER, ["A", 5]), Codes=hide)
    _, found, export = read(path)
    assert found == [(2, ["A", "5"])]
    assert [(each.code, each["sheet"], each["others"]) for each in export.about] == [("sheet_read", "Data", ("Codes",))]
    assert read(path, ReadingOptions(sheet="Codes"))[0] == ("Codes",)


def test_rows_that_a_filter_hides_are_read_and_that_is_said(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        rows(["A title"], HEADER, ["A", 5], ["B", 6])(book, sheet)
        sheet.set_row(3, options={"hidden": True})

    _, found, export = read(make(tmp_path / "a.xlsx", Data=fill), ReadingOptions(header_row=2))
    assert found == [(3, ["A", "5"]), (4, ["B", "6"])]
    assert [str(each) for each in export.about] == [
        "rows of sheet 'Data' are hidden, as by a filter, and are read too: delete what is not meant"
    ]


def test_hidden_rows_above_the_header_or_with_nothing_in_them_are_no_matter(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        rows(["A title"], HEADER, ["A", 5])(book, sheet)
        sheet.set_row(0, options={"hidden": True})
        sheet.set_row(7, options={"hidden": True})

    assert read(make(tmp_path / "a.xlsx", Data=fill), ReadingOptions(header_row=2))[2].about == ()


@pytest.mark.parametrize(
    ("visibility", "codes"), [("filter", ["rows_hidden"]), ("collapse", ["rows_hidden"]), ("visible", [])]
)
def test_rows_that_a_filter_hides_in_an_opendocument_are_said(
    tmp_path: Path, visibility: str, codes: list[str]
) -> None:
    def row(*texts: str, given: str = "") -> str:
        inside = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts
        )
        return f"<table:table-row{given}>{inside}</table:table-row>"

    body = row(*HEADER) + row("A", "5", given=f' table:visibility="{visibility}"') + row("B", "6")
    make_ods(tmp_path / "a.ods", f'<table:table table:name="Data">{body}</table:table>')
    _, found, export = read(tmp_path / "a.ods")
    assert ([cells for _, cells in found], [each.code for each in export.about]) == ([["A", "5"], ["B", "6"]], codes)


def test_a_workbook_with_nothing_in_it_says_so(tmp_path: Path) -> None:
    assert refuse(make(tmp_path / "a.xlsx", Data=rows())) == "a.xlsx: has no sheet with anything in it"


# Which rows and columns.


def test_a_merged_title_is_no_header(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        sheet.merge_range(0, 0, 0, 2, "Team survey", book.add_format())
        sheet.write_row(2, 0, [*HEADER, "site"])
        sheet.write_row(3, 0, ["A", 77, "1"])

    path = make(tmp_path / "a.xlsx", Data=fill)
    assert refuse(path) == (
        "a.xlsx: a title stands where the columns are named ('Team survey')\n"
        "  hint: the columns seem to be named in row 3: --header-row 3 (in a study file, header_row: 3)"
    )
    assert read(path, ReadingOptions(header_row=3))[:2] == ((*HEADER, "site"), [(4, ["A", "77", "1"])])
    said = score(path, "-i", "safety-scale", "--header-row", "3").stderr
    assert said.startswith(f"{path}: Data!B4: safety: 77 is outside 0-10\n")
    assert refuse(path, ReadingOptions(header_row=2)) == "a.xlsx: Data row 2: has no header"
    assert refuse(path, ReadingOptions(header_row=9)) == "a.xlsx: Data row 9: has no header"


def test_empty_rows_and_columns_at_the_end_are_none_and_addresses_count_from_the_corner(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        sheet.write_row(2, 1, HEADER)
        sheet.write_row(3, 1, ["A", 77])
        for row in range(200):
            sheet.write_blank(row, 30, None, book.add_format({"bg_color": "yellow"}))
        sheet.write_string(150, 20, "  ")

    path = make(tmp_path / "a.xlsx", **{"Bob's data": fill})
    assert read(path)[:2] == (("", *HEADER), [(4, ["", "A", "77"])])
    said = score(path, "-i", "safety-scale").stderr
    assert said.startswith(f"{path}: 'Bob''s data'!C4: safety: 77 is outside 0-10\n")


# What cells mean.


def test_cells_are_what_a_user_sees(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        percent, day = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "dd/mm/yyyy"})
        quoted = book.add_format({"num_format": '0 "% of staff"'})
        sheet.write_row(0, 0, [f"c{place}" for place in range(11)])
        sheet.write_number(1, 0, 3.0)
        sheet.write_number(1, 1, 0.1 + 0.2)
        sheet.write_boolean(1, 2, True)
        sheet.write_number(1, 3, 0.5, percent)
        sheet.write_number(1, 4, 50, quoted)
        sheet.write_datetime(1, 5, datetime.datetime(2026, 5, 1), day)
        sheet.write_formula(1, 6, "=1+2", None, 3)
        sheet.write_formula(1, 7, "=NA()", None, "#N/A")
        sheet.write_formula(1, 8, '=""', None, "")
        sheet.write_rich_string(1, 9, "Very ", book.add_format({"bold": True}), "often")
        sheet.write_number(1, 10, 114628000000)

    path = make(tmp_path / "a.xlsx", Data=fill)
    change(path, SHEET, '<c r="I2">', '<c r="I2" t="str">')  # as Excel writes a text without characters
    _, [(_, found)], _ = read(path)
    assert found == ["3", "0.3", "TRUE", "50%", "50", "2026-05-01", "3", "#N/A", "", "Very often", "114628000000"]


def test_cells_of_an_open_document_are_what_a_user_sees(tmp_path: Path) -> None:
    def cell(kind: str, shown: str, **given: str) -> str:
        more = "".join(f' {name.replace("_", ":", 1).replace("_", "-")}="{value}"' for name, value in given.items())
        return f'<table:table-cell office:value-type="{kind}"{more}><text:p>{shown}</text:p></table:table-cell>'

    header = "".join(cell("string", name) for name in "abcde")
    body = "".join(
        [
            cell("percentage", "50%", office_value="0.5"),
            cell("string", "#DIV/0!", calcext_value_type="error"),
            cell("boolean", "TRUE", office_boolean_value="true"),
            cell("float", "7", office_value="7", table_number_columns_repeated="2"),
        ]
    )
    rest = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    twice = f'<table:table-row table:number-rows-repeated="2">{body}</table:table-row>'
    path = tmp_path / "a.ods"
    make_ods(
        path, f'<table:table table:name="D">{rest}<table:table-row>{header}</table:table-row>{twice}</table:table>'
    )
    assert [found for _, found in read(path)[1]] == [["50%", "#DIV/0!", "TRUE", "7", "7"]] * 2
    assert [row for row, _ in read(path)[1]] == [4, 5]


def test_a_formula_without_a_value_is_no_blank_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (HEADER, ["A", "=2+3"], ["B", "=2+4"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert refuse(tmp_path / "a.xlsx") == (
        "a.xlsx: Sheet!B2: is a formula whose value was never computed; 2 cells\n"
        "  hint: open the file in Excel and save it: that computes them"
    )


# What nobody should meet.


def change(path: Path, part: str, old: str, new: str) -> None:
    """Replace a text in a part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode(), 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_cell_in_the_last_corner_of_a_sheet_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", Data=rows(HEADER, ["A", 5]))
    change(
        path,
        SHEET,
        "</sheetData>",
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
    )
    assert refuse(path).startswith(
        "a.xlsx: Data: has 1,048,576 rows of 16,384 columns, more than the 20,000,000 cells that are read at once\n"
    )


def test_a_cell_that_stands_for_a_billion_does_not_fill_the_memory(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="percentage" office:value="1" table:number-columns-repeated="16384"/>'
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    make_ods(tmp_path / "a.ods", f'<table:table table:name="Data">{row}</table:table>')
    assert refuse(tmp_path / "a.ods").startswith("a.ods: has 1,048,576 rows of 16,384 columns, more than")


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(tmp_path / "a.xlsx", Data=rows(HEADER, ["A", 5]))
    monkeypatch.setattr(workbook, "_MOST_BYTES", 1 << 20)
    change(path, SHEET, "</worksheet>", f"{' ' * (1 << 20)}</worksheet>")
    assert path.stat().st_size < 20_000
    assert refuse(path).startswith("a.xlsx: unpacks to 0.0 GB, which no survey needs\n")


def test_a_workbook_that_lies_about_its_size_is_damaged(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", Data=rows(HEADER, ["A", 5]))
    content = bytearray(path.read_bytes())
    name = SHEET.encode()
    entry = content.rindex(name) - 46  # in the list of parts at its end
    content[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    path.write_bytes(content)
    assert refuse(path).startswith("a.xlsx: is a damaged workbook or archive (")


def test_a_sheet_that_names_itself_over_and_over_is_damaged(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", Data=rows(HEADER, ["A", 5]))
    laughs = "".join(f'<!ENTITY l{each} "{f"&l{each - 1};" * 10}">' for each in range(1, 10))
    change(path, SHEET, "<worksheet", f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><worksheet a="&l9;"')
    assert refuse(path).startswith("a.xlsx: is a damaged workbook (limit on input amplification factor")


@pytest.mark.parametrize("size", [40, 400, 4000])
def test_a_workbook_that_was_cut_off_is_damaged(size: int, tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", Data=rows(HEADER, ["A", 5]))
    path.write_bytes(path.read_bytes()[:size])
    assert refuse(path) == (
        "a.xlsx: is a damaged workbook or archive (File is not a zip file)\n"
        "  hint: open it in Excel and save it anew, or export it again"
    )


def test_there_is_a_limit_to_what_is_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MOST_CELLS", 5)
    path = make(tmp_path / "a.xlsx", Data=rows(HEADER, ["A", 5], ["B", 5]))
    assert refuse(path).startswith(
        "a.xlsx: Data: has 3 rows of 2 columns, more than the 5 cells that are read at once\n"
    )


def test_the_commands_proposed_for_a_sheet_run_as_they_are_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(
        Path("my answers.xlsx"),
        March=rows(["Id", *(f"Q{n}" for n in range(1, 13))], ["A", *[5] * 12]),
        Codes=rows(["1", "Low"]),
    )
    refused = score("my answers.xlsx", "-i", "wai-s", "--sheet", "March")
    propose = refused.stderr.splitlines()[-2].partition("propose a map: ")[2]
    assert propose == "sos-score columns 'my answers.xlsx' -i wai-s --sheet March"
    proposed = CommandLine()(*shlex.split(propose)[1:], "-o", "map.yaml")
    assert proposed.exit_code == 0, proposed.stderr
    step = proposed.stderr.splitlines()[-1].partition("then: ")[2]
    assert step == "sos-score score 'my answers.xlsx' -i wai-s -c map.yaml --sheet March"
