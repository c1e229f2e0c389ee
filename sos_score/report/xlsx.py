"""A report as an Excel workbook: an index, a sheet a kind of finding, and sheets on what the findings rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO

from sos_score.definition.study.model import Study
from sos_score.output.table import Cell, Column, Table, drop_printed
from sos_score.output.workbook import Sheets, open_workbook
from sos_score.report.model import Section
from sos_score.version import __version__

_SOURCES = (
    "Sources and files",
    "Sources, instruments, who vouches for each part of them, rights, every file with its SHA-256, families of tests",
)
_GATHERED = {
    "reliability": ("Reliability", "Alpha with its interval, omega, and the error of one person's score"),
    "quality": ("People", "Who answered where and when, and what became of each file"),
    "measures": _SOURCES,
    "comparability": ("Comparability", "Models of whether scales mean the same over waves, arms and sites"),
    "sensitivity": ("Robustness", "Which verdicts change when one choice of the analysis is changed"),
    "provenance": _SOURCES,
}
_NOTES = ("Notes", "What the report says in words, and the notes of its tables")


def make_report_workbook(
    study: Study, sections: Sequence[Section], findings: Mapping[str, Table], codebooks: Sequence[Table] = ()
) -> bytes:
    """Return a report as an Excel workbook: the findings by sheet, and the tables of sections that hold none."""
    gathered = _gather(sections)
    contents = [(name, table.title) for name, table in findings.items()]
    contents += [(name, about) for name, about in dict.fromkeys(_GATHERED.values()) if name in gathered]
    contents += [("Codebook", "What each column of the scores and of these sheets means")] * bool(codebooks)
    target = BytesIO()
    with open_workbook(target, title=study.title, author=f"sos-score {__version__}") as book:
        book.add_contents(study.title, [*contents, _NOTES])
        for name, table in findings.items():
            book.add_table(name, table)
        for name, tables in gathered.items():
            _add(book, name, tables)
        if codebooks:
            book.add_tables("Codebook", codebooks)
        book.add_table(_NOTES[0], Table((Column("about"), Column("note")), tuple(_list_notes(sections))))
    return target.getvalue()


def _add(book: Sheets, name: str, tables: list[Table]) -> None:
    if len(tables) == 1:
        book.add_table(name, tables[0], by_label=True)
    else:
        book.add_tables(name, tables)


def _gather(sections: Sequence[Section]) -> dict[str, list[Table]]:
    """Return the tables of sections that no findings stand for, by sheet, those with the same rows as one."""
    gathered: dict[str, list[Table]] = {name: [] for name, _ in _GATHERED.values()}
    for section in sections:
        if section.name not in _GATHERED:
            continue
        found: list[Table] = []
        for block in section.blocks:
            if isinstance(block.value, Table) and block.value.rows:
                table = drop_printed(block.value)
                joined = _join(found[-1], table) if found else None
                found[-1:] = [joined] if joined else [*found[-1:], table]
        gathered[_GATHERED[section.name][0]] += found
    return {name: tables for name, tables in gathered.items() if tables}


def _join(one: Table, other: Table) -> Table | None:
    """Return two tables side by side where the columns that name their rows are the same."""
    stub = one.stub
    if stub < 2 or one.columns[:stub] != other.columns[:stub] or stub != other.stub:
        return None
    if [row[:stub] for row in one.rows] != [row[:stub] for row in other.rows]:
        return None
    rows = tuple((*left, *right[stub:]) for left, right in zip(one.rows, other.rows, strict=True))
    return Table((*one.columns, *other.columns[stub:]), rows, one.title, stub=stub)


def _list_notes(sections: Sequence[Section]) -> Iterator[tuple[Cell, ...]]:
    """Yield what the report says in words and below its tables, section by section, each thing once."""
    said: dict[tuple[str, str], None] = {}
    for section in sections:
        for block in section.blocks:
            if block.kind == "text":
                said[section.title, str(block.value)] = None
            elif isinstance(block.value, tuple):
                said |= dict.fromkeys((section.title, each) for each in block.value)
            elif isinstance(block.value, Table):
                said |= dict.fromkeys((block.value.title, note) for note in block.value.notes)
    yield from said
