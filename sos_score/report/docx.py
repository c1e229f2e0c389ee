"""A report as a Word document: real headings, real tables, pictures with text alternatives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sos_score.definition.study.model import Study
from sos_score.output.table import Table
from sos_score.report.docx_tables import LANDSCAPE, NAMESPACE, PORTRAIT, clean, lay_out, make_table_element
from sos_score.report.html import describe_design
from sos_score.report.model import Block, Picture, Section
from sos_score.version import __version__

if TYPE_CHECKING:
    from docx.document import Document

_FONT, _INK = "Arial", (0x22, 0x22, 0x22)
_AFTER = {"Table Text": 1, "Caption": 4, "Contents": 1, "List Bullet": 2}  # points below a paragraph, else 6
_MARGIN, _EDGE = 2.0, 1.6  # cm at the sides, and above and below
_FIRST, _WIDE, _TALL = 165.0, 335.0, 440.0  # points: the most that a picture of the main part is high
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same report gives the same bytes
_SIDES = ("top", "left", "bottom", "right")
_IN_ANNEX = (
    f"Everything else stands in the annex, a document of its own beside this one. Made with sos-score {__version__}."
)
_TOC_BEGIN = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
    ' TOC \\o "1-1" \\n \\h </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
)
_TOC_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
_SIZES = {"Title": 20.0, "Heading 1": 15.0, "Heading 2": 12.0, "Caption": 9.5, "Table Text": 9.0, "Table Note": 8.5,
          "Contents": 10.0}  # fmt: skip


def make_document(study: Study, sections: Sequence[Section], made_on: str = "") -> bytes:
    """Return the main part of a report as a Word document: the first section, the contents, then the others."""
    from docx import Document

    writer = _Writer(Document(), study.title, is_upright=True)
    writer.document.add_heading(clean(study.title), 0)
    writer.add_paragraph(describe_design(study, made_on))
    for place, section in enumerate(sections):
        writer.add_section(section)
        if place == 0 and len(sections) > 1:
            writer.add_contents(sections)
    writer.add_paragraph(_IN_ANNEX, "Table Note")
    return _pack(writer.finish())


def make_annex(study: Study, sections: Sequence[Section], made_on: str = "") -> bytes:
    """Return the annex of a report as a Word document: the contents, then every section, wide tables on their side."""
    from docx import Document

    title = f"Annex: {study.title}"
    writer = _Writer(Document(), title)
    writer.document.add_heading(clean(title), 0)
    writer.add_paragraph(describe_design(study, made_on))
    writer.add_contents(sections)
    for section in sections:
        writer.add_section(section)
    return _pack(writer.finish())


class _Writer:
    """A document, and how many tables and pictures it has."""

    def __init__(self, document: Document, title: str, *, is_upright: bool = False) -> None:
        self.document = document
        self.is_upright = is_upright
        self.counts = {"Table": 0, "Figure": 0, "Section": 0}
        _set_page(document.sections[0], is_landscape=False)
        self.is_landscape = False
        _set_styles(document)
        _set_properties(document, clean(title))
        _number_pages(document)

    def turn(self, *, is_landscape: bool) -> None:
        """Go on a page of the other orientation, where that is another."""
        if is_landscape != self.is_landscape:
            _set_page(self.document.add_section(), is_landscape=is_landscape)
            self.is_landscape = is_landscape

    def add_section(self, section: Section) -> None:
        self.turn(is_landscape=False)
        self.add_heading(section)
        for block in section.blocks:
            self.add_block(block)

    def add_heading(self, section: Section) -> None:
        """Add the heading of a section, with a bookmark that the contents lead to."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        heading = self.document.add_heading(clean(section.title), 1)
        self.counts["Section"] += 1
        for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
            mark = OxmlElement(tag)
            mark.set(qn("w:id"), str(self.counts["Section"]))
            if tag == "w:bookmarkStart":
                mark.set(qn("w:name"), _name_bookmark(section))
                heading._p.insert(1 if heading._p.pPr is not None else 0, mark)
            else:
                heading._p.append(mark)

    def add_contents(self, sections: Sequence[Section]) -> None:
        """Add a list of the sections that leads to each; Word renews it as a table of contents."""
        from docx.oxml import parse_xml

        self.document.add_heading("Contents", 2)
        for place, section in enumerate(sections):
            paragraph = self.document.add_paragraph(style="Contents")
            begin, end = _TOC_BEGIN * (place == 0), _TOC_END * (place == len(sections) - 1)
            name, run = _name_bookmark(section), _run(clean(section.title))
            link = f'<w:hyperlink w:anchor="{name}" w:history="1">{run}</w:hyperlink>'
            for element in parse_xml(f"<w:p {NAMESPACE}>{begin}{link}{end}</w:p>"):
                paragraph._p.append(element)

    def add_box(self, texts: Sequence[str]) -> None:
        """Add a title and a list within a frame."""
        from docx.oxml import parse_xml

        for place, text in enumerate(texts):
            paragraph = self.document.add_paragraph(style="List Bullet" if place else None)
            paragraph.add_run(clean(text)).bold = place == 0
            paragraph.paragraph_format.keep_with_next = place < len(texts) - 1
            self.tighten()
            sides = "".join(f'<w:{side} w:val="single" w:sz="8" w:space="4" w:color="222222"/>' for side in _SIDES)
            paragraph._p.get_or_add_pPr().insert_element_before(
                parse_xml(f"<w:pBdr {NAMESPACE}>{sides}</w:pBdr>"), "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
            )

    def tighten(self) -> None:
        """Set the last paragraph smaller on the first page, which has to hold a whole section."""
        from docx.shared import Pt

        if self.is_upright and self.counts["Section"] == 1:
            paragraph = self.document.paragraphs[-1]
            paragraph.paragraph_format.line_spacing = 1.0
            for run in paragraph.runs:
                run.font.size = Pt(_SIZES["Table Text"])

    def add_block(self, block: Block) -> None:
        value = block.value
        if isinstance(value, Table):
            self.add_table(value)
        elif block.kind == "box":
            assert isinstance(value, tuple)
            self.add_box(value)
        elif block.kind == "lead":
            self.turn(is_landscape=False)
            paragraph = self.document.add_paragraph()
            paragraph.add_run(clean(str(value))).bold = True
            paragraph.paragraph_format.keep_with_next = True
        elif isinstance(value, Picture):
            self.add_picture(value)
        elif isinstance(value, tuple):
            for each in value:
                self.add_paragraph(each, "List Bullet")
                self.tighten()
        elif block.kind == "heading":
            self.turn(is_landscape=False)
            self.document.add_heading(clean(value), 2)
        else:
            self.add_paragraph(value)

    def add_paragraph(self, text: str, style: str | None = None) -> None:
        self.turn(is_landscape=False)
        self.document.add_paragraph(clean(text), style)

    def add_caption(self, kind: str, title: str) -> None:
        """Add "Table 1" and below it the title; the number is a field, which Word renumbers and lists."""
        self.counts[kind] += 1
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.add_run(f"{kind} ").bold = True
        _add_field(paragraph, f" SEQ {kind} \\* ARABIC ", str(self.counts[kind]))
        paragraph.add_run().add_break()
        paragraph.add_run(clean(title)).italic = True

    def add_table(self, table: Table) -> None:
        layout = lay_out(table, is_upright=self.is_upright)
        self.turn(is_landscape=layout.is_landscape)
        self.add_caption("Table", table.title)
        end = self.document.add_paragraph(style="Table Note")
        end._p.addprevious(make_table_element(table, layout))
        for number, note in enumerate(table.notes):
            paragraph = end if number == 0 else self.document.add_paragraph(style="Table Note")
            if number == 0:
                paragraph.add_run("Note. ").italic = True
            paragraph.add_run(clean(note))

    def add_picture(self, picture: Picture) -> None:
        from docx.shared import Pt

        self.turn(is_landscape=False)
        self.add_caption("Figure", picture.title)
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        run = paragraph.add_run()
        width, height = picture.size
        wide = min(PORTRAIT, width * 72, self.find_tallest(picture) * width / height)
        shape = run.add_picture(BytesIO(picture.render("png")), width=Pt(wide))
        named = shape._inline.docPr
        named.set("descr", clean(picture.description))
        named.set("title", clean(picture.title))
        paragraph = self.document.add_paragraph(style="Table Note")
        paragraph.add_run("Note. ").italic = True
        paragraph.add_run(clean(picture.reading))

    def find_tallest(self, picture: Picture) -> float:
        """Return how many points high a picture may be: in the main part, so that text finds room beside it."""
        if not self.is_upright:
            return LANDSCAPE - 90
        if self.counts["Section"] == 1:
            return _FIRST
        return _TALL if picture.size[1] > picture.size[0] else _WIDE

    def finish(self) -> bytes:
        target = BytesIO()
        self.document.save(target)
        return target.getvalue()


def _name_bookmark(section: Section) -> str:
    return f"_Toc_{section.name}"


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _add_field(paragraph: Any, instruction: str, shown: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run = paragraph.add_run(shown)
    run.bold = instruction.startswith(" SEQ")
    field.append(run._r)
    paragraph._p.append(field)


def _number_pages(document: Document) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _add_field(paragraph, " PAGE ", "1")


def _set_page(section: Any, *, is_landscape: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    width, height = (29.7, 21.0) if is_landscape else (21.0, 29.7)
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(width), Cm(height)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", Cm(_MARGIN if side in ("left", "right") else _EDGE))


def _set_styles(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    styles: Any = document.styles
    for name in ("Table Text", "Table Note", "Contents"):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    for name in ("Normal", "List Bullet", *_SIZES):
        style = styles[name]
        style.font.size = Pt(_SIZES.get(name, 10.0))
        style.font.color.rgb = RGBColor(*_INK)
        _set_font(style)
        style.paragraph_format.space_after = Pt(_AFTER.get(name, 6))
        style.paragraph_format.space_before = Pt({"Heading 1": 14, "Heading 2": 12, "Caption": 10}.get(name, 0))
        style.paragraph_format.line_spacing = 1.0 if name.startswith("Table") else 1.15
    styles["Table Text"].paragraph_format.space_before = Pt(1)
    styles["Table Note"].paragraph_format.space_before = Pt(3)
    styles["Caption"].font.bold = False
    styles["Caption"].paragraph_format.keep_with_next = True
    _drop_rule(styles["Title"])


def _set_font(style: Any) -> None:
    """Set a style's typeface and language for every script, in place of the theme's."""
    from docx.oxml.ns import qn

    style.font.name = _FONT
    fonts = style.element.rPr.rFonts
    for key in [key for key in fonts.attrib if "heme" in key]:
        del fonts.attrib[key]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), _FONT)


def _drop_rule(style: Any) -> None:
    from docx.oxml.ns import qn

    for rule in style.element.iter(qn("w:pBdr")):
        rule.getparent().remove(rule)
        return


def _set_properties(document: Document, title: str) -> None:
    """Name the document, and take off whatever says when, by whom and on what template."""
    from docx.oxml.ns import qn

    about: Any = document.core_properties
    about.title, about.author, about.language = title, f"sos-score {__version__}", "en-GB"
    about.comments = about.keywords = about.last_modified_by = ""
    about.revision = 1
    for name in ("dcterms:created", "dcterms:modified"):
        for element in about._element.findall(qn(name)):
            about._element.remove(element)
    styles: Any = document.styles
    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    settings = document.settings.element
    for each in settings.iter(qn("w:compatSetting")):
        if each.get(qn("w:name")) == "compatibilityMode":
            each.set(qn("w:val"), "15")  # else Word says that the document is of an old kind
    package: Any = document.part.package
    for key in [key for key, rel in package.rels.items() if rel.reltype.endswith("/thumbnail")]:
        del package.rels[key]  # a picture of the empty template


def _pack(content: bytes) -> bytes:
    """Return a zip archive without the times of its parts."""
    target = BytesIO()
    with ZipFile(BytesIO(content)) as before, ZipFile(target, "w", ZIP_DEFLATED) as after:
        for name, part in _list_parts(before):
            info = ZipInfo(name, _EPOCH)
            info.compress_type = ZIP_DEFLATED
            after.writestr(info, part)
    return target.getvalue()


def _list_parts(archive: ZipFile) -> Iterator[tuple[str, bytes]]:
    for name in archive.namelist():
        yield name, archive.read(name)
