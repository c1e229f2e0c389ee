"""The draft: the results in words and both checklists, as sections for Word or as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sos_score.definition.study.model import Study
from sos_score.output.table import Table, drop_hidden, show_cells
from sos_score.report.checklist.facts import FACTS
from sos_score.report.checklist.items import JARS, SOURCES, TREND, Item
from sos_score.report.checklist.results import list_paragraphs
from sos_score.report.docx import make_document
from sos_score.report.model import Block, ReportData, Section

_ABOUT = (
    "A draft to be edited. Everything below comes from the study file, the definitions and the findings; nothing is"
    " invented. Lines that begin with To answer are questions that only the author can answer."
)
_ASK = "To answer:"


def make_checklist(report: ReportData, suffix: str) -> bytes:
    """Return the draft as ``.md`` or ``.docx``."""
    sections = list(_list_sections(report))
    if suffix == ".docx":
        return make_document(report.data.study, sections)
    return _write_markdown(report.data.study, sections).encode()


def _list_sections(report: ReportData) -> Iterator[Section]:
    paragraphs = [Block("text", each) for each in list_paragraphs(report)]
    yield Section("results", "Results in words", (Block("text", _ABOUT), *paragraphs))
    yield Section("trend", "TREND, items 1 to 22", tuple(_list_blocks(report, TREND)))
    yield Section("jars", "JARS-Quant, Table 1", tuple(_list_blocks(report, JARS)))
    yield Section("sources", "The two standards", (Block("list", SOURCES),))


def _list_blocks(report: ReportData, items: Sequence[Item]) -> Iterator[Block]:
    for item in items:
        yield Block("heading", item.name)
        yield Block("text", item.asks)
        facts = [fact for name in item.facts for fact in FACTS[name](report)]
        told = [fact for fact in facts if isinstance(fact, str)]
        told += [f"See TREND, item{'s' if len(item.see) > 1 else ''} {', '.join(item.see)}."] if item.see else []
        lines = (*dict.fromkeys(told), *(f"{_ASK} {each}" for each in item.questions))
        if lines:
            yield Block("list", lines)
        yield from (Block("table", fact) for fact in facts if isinstance(fact, Table))


def _write_markdown(study: Study, sections: Sequence[Section]) -> str:
    lines = [f"# {study.title}", ""]
    for section in sections:
        lines += [f"## {section.title}", ""]
        for block in section.blocks:
            lines += [*_write_block(block), ""]
    return "\n".join(lines).rstrip() + "\n"


def _write_block(block: Block) -> Iterator[str]:
    value = block.value
    if isinstance(value, Table):
        yield from _write_table(value)
    elif isinstance(value, tuple):
        yield from (f"- {_mark(each)}" for each in value)
    elif isinstance(value, str):
        yield f"### {value}" if block.kind == "heading" else value


def _mark(line: str) -> str:
    return f"[ ] **{_ASK}**{line.removeprefix(_ASK)}" if line.startswith(_ASK) else line


def _write_table(table: Table) -> Iterator[str]:
    yield f"**{table.title}**"
    yield ""
    table = drop_hidden(table)
    heads = [column.label for column in table.columns]
    for row in (heads, ["---"] * len(heads), *show_cells(table)):
        cells = [cell.replace("|", r"\|") for cell in row]
        yield f"| {' | '.join(cells)} |"
    yield from (f"\n{note}" for note in table.notes)
