"""A report as an Excel workbook: a sheet a table, every finding in full precision, a codebook, and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO

from sos_score.definition.study.model import Study
from sos_score.output.table import Cell, Column, Table, drop_hidden
from sos_score.output.workbook import open_workbook
from sos_score.report.model import Section
from sos_score.version import __version__

_LONGEST = 31  # signs that Excel allows in the name of a sheet


def make_report_workbook(study: Study, sections: Sequence[Section], further: Mapping[str, Table]) -> bytes:
    """Return the tables of a report as an Excel workbook."""
    sheets = name_sheets([block.value for section in sections for block in section.blocks
                          if isinstance(block.value, Table)])  # fmt: skip
    target = BytesIO()
    with open_workbook(target, title=study.title, author=f"sos-score {__version__}") as book:
        both = {**sheets, **further}
        contents = tuple((name, table.title or name) for name, table in both.items())
        book.add_table("contents", Table((Column("sheet"), Column(study.title)), (*contents, ("notes", "Notes"))))
        for name, table in sheets.items():
            book.add_table(name, drop_hidden(table), by_label=True)
        for name, table in further.items():
            book.add_table(name, table)
        book.add_table("notes", Table((Column("sheet"), Column("note")), tuple(_list_notes(both, sections))))
    return target.getvalue()


def name_sheets(tables: Sequence[Table]) -> dict[str, Table]:
    """Return tables by the name of their sheet: a number and as much of the title as Excel allows.

    Examples
    --------
    >>> list(name_sheets([Table((), (), "Level, T1/T2: every judged finding"), Table((), (), "Rights")]))
    ['1 Level, T1 T2 every judged', '2 Rights']
    """
    named = {}
    for number, table in enumerate(tables, start=1):
        title = " ".join(re.sub(r"[\[\]:*?/\\']", " ", table.title).split())
        name = f"{number} {title}"
        named[name if len(name) <= _LONGEST else name[: name.rfind(" ", 0, _LONGEST + 1)][:_LONGEST]] = table
    return named


def _list_notes(sheets: Mapping[str, Table], sections: Sequence[Section]) -> Iterator[tuple[Cell, ...]]:
    """Yield the notes of each sheet, then what the report says in words."""
    for name, table in sheets.items():
        yield from ((name, note) for note in table.notes)
    for section in sections:
        for block in section.blocks:
            if block.kind == "text":
                yield section.title, str(block.value)
            elif isinstance(block.value, tuple):
                yield from ((section.title, each) for each in block.value)
