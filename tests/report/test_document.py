"""The report as a Word document, read back."""

import re
import zipfile
from io import BytesIO
from itertools import pairwise

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from office import convert, require_libreoffice
from report_pages import small_study
from support import ROOT

from sos_score.comparison.compare import compare_study
from sos_score.output.table import Column, Table
from sos_score.report.docx import make_annex, make_document
from sos_score.report.docx_tables import LANDSCAPE, PORTRAIT, lay_out, measure
from sos_score.report.model import Block, ReportData, Section
from sos_score.report.sections.registry import list_sections
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    data = load_study_data(read_study(small_study(tmp_path_factory.mktemp("small"), title="Teams & <all>")))
    return ReportData(data, compare_study(data), "report.manifest.json")


@pytest.fixture(scope="module")
def sections(evidence):
    return list_sections(evidence)


@pytest.fixture(scope="module")
def parts(sections):
    """Return the sections of the main part, and those of the annex."""
    return [[each for each in sections if each.is_annex is wanted] for wanted in (False, True)]


@pytest.fixture(scope="module")
def content(evidence, parts):
    return make_document(evidence.data.study, parts[0])


@pytest.fixture(scope="module")
def annex(evidence, parts):
    return Document(BytesIO(make_annex(evidence.data.study, parts[1])))


@pytest.fixture(scope="module")
def document(content):
    return Document(BytesIO(content))


def list_blocks(sections, *kinds):
    return [block.value for section in sections for block in section.blocks if block.kind in kinds]


def list_captions(document, kind):
    found = [paragraph for paragraph in document.paragraphs if paragraph.style.name == "Caption"]
    texts = ["".join(each.text or "\n" for each in one._p.iter(qn("w:t"), qn("w:br"))) for one in found]
    return [text for text in texts if text.startswith(kind)]


def write(*tables):
    sections = [Section("x", "X", tuple(Block("table", table) for table in tables), is_annex=True)]
    return Document(BytesIO(make_annex(read_study(ROOT / "examples/contrast_study/study.yaml").study, sections)))


def list_headings(document):
    return [(each.style.name, each.text) for each in document.paragraphs if each.style.name.startswith("Heading")]


def test_headings_are_headings_in_the_order_of_the_sections_and_contents_follow_the_first(document, annex, parts):
    main, rest = parts
    titles = [("Heading 1", section.title) for section in main]
    assert list_headings(document) == [titles[0], ("Heading 2", "Contents"), *titles[1:]]
    expected = [("Heading 2", "Contents")]
    for section in rest:
        expected.append(("Heading 1", section.title))
        expected += [("Heading 2", block.value) for block in section.blocks if block.kind == "heading"]
    assert list_headings(annex) == expected
    assert document.paragraphs[0].style.name == "Title"
    assert document.paragraphs[0].text == "Teams & <all>"
    assert annex.paragraphs[0].text == "Annex: Teams & <all>"


def test_the_contents_are_a_field_with_a_link_to_the_bookmark_of_each_section(document, annex, parts):
    for found, sections in zip((document, annex), parts, strict=True):
        lines = [each for each in found.paragraphs if each.style.name == "Contents"]
        texts = ["".join(each.text or "" for each in line._p.iter(qn("w:t"))) for line in lines]
        assert texts == [each.title for each in sections]
        (field,) = [each.text for each in found.element.iter(qn("w:instrText"))]
        assert field.split()[0] == "TOC"
        kinds = [each.get(qn("w:fldCharType")) for each in found.element.iter(qn("w:fldChar"))]
        assert kinds == ["begin", "separate", "end"]
        marks = [each.get(qn("w:name")) for each in found.element.iter(qn("w:bookmarkStart"))]
        assert [each.get(qn("w:anchor")) for each in found.element.iter(qn("w:hyperlink"))] == marks


def test_every_table_is_there_with_its_cells_number_and_title(document, annex, parts):
    for found, sections in zip((document, annex), parts, strict=True):
        tables = list_blocks(sections, "table", "folded")
        assert len(found.tables) == len(tables) > 5
        for shown, table in zip(found.tables, tables, strict=True):
            assert [cell.text for cell in shown.rows[0].cells] == [each.label for each in table.columns if each.shown]
            assert len(shown.rows) == len(table.rows) + 1
        assert list_captions(found, "Table") == [f"Table {n}\n{each.title}" for n, each in enumerate(tables, start=1)]
        assert [cell.text for cell in found.tables[0].rows[1].cells] == [str(each) for each in tables[0].rows[0]]


def test_the_limits_stand_in_a_frame(document, sections):
    (box,) = list_blocks(sections, "box")
    framed = [each.text for each in document.paragraphs if each._p.find(f"{qn('w:pPr')}/{qn('w:pBdr')}") is not None]
    assert framed == list(box)


def test_the_name_of_a_group_is_one_cell_across_the_table():
    table = Table((Column("scale"), Column("n")), (("Staff", ""), ("Stress", 3)), "T")
    document = write(table)
    row = document.tables[0].rows[1]._tr
    (cell,) = row.tc_lst
    assert (cell.grid_span, document.tables[0].rows[1].cells[0].text) == (2, "Staff")


def test_header_rows_repeat_rows_stay_whole_and_rules_are_horizontal_only(document):
    for table in document.tables:
        rows = table._tbl.tr_lst
        assert [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in rows] == [
            True, *[False] * (len(rows) - 1),
        ]  # fmt: skip
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
        sides = {side.tag for borders in table._tbl.iter(qn("w:tcBorders")) for side in borders}
        assert sides <= {qn("w:top"), qn("w:bottom")}
        ruled = [row.find(f".//{qn('w:tcBorders')}/{qn('w:bottom')}") is not None for row in rows]
        assert ruled == [True, *[False] * (len(rows) - 2), True][: len(rows)]


def test_notes_stand_under_their_table(annex, sections):
    document = annex
    table = next(each for each in list_blocks(sections, "table") if each.title == "Files read")
    place = next(n for n, each in enumerate(document.paragraphs) if each.text.endswith(table.title))
    assert document.paragraphs[place + 1].text == f"Note. {table.notes[0]}"
    assert document.paragraphs[place + 1].style.name == "Table Note"


def test_every_picture_is_there_with_its_finding_and_its_figures_in_words(document, parts):
    pictures = list_blocks(parts[0], "picture")
    named = [shape._inline.docPr for shape in document.inline_shapes]
    assert [each.get("descr") for each in named] == [each.description for each in pictures]
    assert [each.get("title") for each in named] == [each.title for each in pictures]
    assert list_captions(document, "Figure") == [f"Figure {n}\n{each.title}" for n, each in enumerate(pictures, 1)]
    for shape, picture in zip(document.inline_shapes, pictures, strict=True):
        assert shape.width.pt <= PORTRAIT
        assert shape.height / shape.width == pytest.approx(picture.size[1] / picture.size[0], rel=0.01)


def test_the_document_says_what_it_is_in_which_language_and_not_when(document, content):
    about = document.core_properties
    assert (about.title, about.language, about.created, about.modified) == ("Teams & <all>", "en-GB", None, None)
    assert about.author.startswith("sos-score ")
    assert {each.get(qn("w:val")) for each in document.styles.element.iter(qn("w:lang"))} == {"en-GB"}
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "docProps/thumbnail.jpeg" not in archive.namelist()
        assert archive.testzip() is None


def test_pages_are_a4_and_numbered_and_those_of_the_main_part_upright(document, annex):
    sizes = [
        {(round(each.page_width.cm, 1), round(each.page_height.cm, 1)) for each in found.sections}
        for found in (document, annex)
    ]
    assert sizes[0] == {(21.0, 29.7)}
    assert sizes[1] <= {(21.0, 29.7), (29.7, 21.0)}
    for found, room in ((document, PORTRAIT), (annex, LANDSCAPE)):
        assert "PAGE" in found.sections[0].footer._element.xml
        for table in found.tables:
            assert sum(int(each.get(qn("w:w"))) for each in table._tbl.tblGrid) <= room * 20


def test_the_same_report_gives_the_same_bytes(evidence, content):
    again = [each for each in list_sections(evidence) if not each.is_annex]
    assert make_document(evidence.data.study, again) == content


def test_a_table_too_wide_for_a_page_has_one_on_its_side_and_the_text_after_it_has_not():
    wide = Table(tuple(Column(f"a long label {n}") for n in range(14)), (("unbreakable",) * 14,), "Wide")
    narrow = Table((Column("a"), Column("b")), ((1, "x"),), "Narrow")
    document = write(narrow, wide, narrow)
    assert [each.page_width > each.page_height for each in document.sections] == [False, True, False]


def test_numbers_are_on_the_right_with_a_real_minus_and_texts_on_the_left():
    table = Table((Column("who"), Column("d", 2), Column("ci")), (("a-1", -0.5, "[-0.90, -0.10]"), ("b", 12, "")), "T")
    document = write(table)
    cells = document.tables[0].rows[1].cells
    assert [cell.text for cell in cells] == ["a-1", "\u22120.50", "[\u22120.90,\u00a0\u22120.10]"]
    sides = [paragraph.alignment for cell in cells for paragraph in cell.paragraphs]
    assert [None if side is None else int(side) for side in sides] == [None, 2, None]


def test_what_xml_cannot_hold_does_not_stop_a_report():
    document = write(Table((Column("a\x01"), Column("b")), (("<b>&\x00", "\ud800\x0b"),), "T\x1f", ("n\x02",)))
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["<b>&\ufffd", "\ufffd\ufffd"]


@given(st.lists(st.lists(st.text("ab W-1", max_size=60), min_size=1, max_size=8), min_size=1, max_size=12))
def test_a_table_fits_its_page_and_no_word_is_broken_unless_no_type_is_small_enough(columns):
    height = max(map(len, columns))
    rows = tuple(tuple(column[n] if n < len(column) else "" for column in columns) for n in range(height))
    table = Table(tuple(Column(f"c{n}") for n in range(len(columns))), rows)
    layout = lay_out(table)
    room = LANDSCAPE if layout.is_landscape else PORTRAIT
    assert sum(layout.widths) <= room + 1e-6
    # The name of a group has the width of the table.
    kept = [row for row in rows if len(row) == 1 or any(row[1:])]
    words = [[f"c{n}", *(word for row in kept for word in row[n].split(" "))] for n in range(len(columns))]
    if sum(max(map(measure, each)) * 9 + 8 for each in words) <= PORTRAIT / 2:
        assert not layout.is_landscape
    if not (layout.is_landscape and layout.size == 7):
        assert all(
            width + 1e-6 >= max(map(measure, each)) * layout.size
            for width, each in zip(layout.widths, words, strict=True)
        )


def test_type_grows_smaller_before_the_page_is_turned():
    def lay(count):
        return lay_out(Table(tuple(Column("abcdefghij") for _ in range(count)), ()))

    found = [(lay(count).size, lay(count).is_landscape) for count in range(1, 20)]
    assert list(dict.fromkeys(found)) == [(9, False), (8, False), (9, True), (8, True), (7, True)]


def test_libreoffice_opens_it_and_shows_every_heading_caption_and_header_again(content, parts, tmp_path):
    sections = parts[0]
    require_libreoffice()
    path = tmp_path / "report.docx"
    path.write_bytes(content)
    text = convert(path, "txt:Text (encoded):UTF8", tmp_path).read_text(encoding="utf-8-sig")
    titles = [section.title for section in sections]
    assert "\n".join(titles) in text  # the contents, before anybody renews them
    places = [text.rindex(title) for title in titles]
    assert all(one < other for one, other in pairwise(places))
    assert len(re.findall(r"^Table \d+$", text, re.MULTILINE)) == len(list_blocks(sections, "table", "folded"))
    assert convert(path, "pdf", tmp_path).read_bytes().startswith(b"%PDF")
