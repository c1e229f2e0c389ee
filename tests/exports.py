"""The same table of answers in every format that is read."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
import pyreadstat
import xlsxwriter

Cell = str | int | float | None
Columns = Mapping[str, Sequence[Cell]]

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_ODS = f"""<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2"
 xmlns:office="{_OFFICE}:office:1.0" xmlns:table="{_OFFICE}:table:1.0" xmlns:text="{_OFFICE}:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:body>
<office:spreadsheet>%s</office:spreadsheet></office:body></office:document-content>"""
_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


def write_csv(path: Path, columns: Columns, delimiter: str = ",") -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    path.write_text(text.getvalue(), encoding="utf-8")


def write_tsv(path: Path, columns: Columns) -> None:
    write_csv(path, columns, "\t")


def write_xlsx(path: Path, columns: Columns) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Answers")
        for place, (name, cells) in enumerate(columns.items()):
            for row, cell in enumerate((name, *cells)):
                if isinstance(cell, str):
                    sheet.write_string(row, place, cell)
                elif cell is not None:
                    sheet.write_number(row, place, cell)


def make_ods_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
    if cell is None:
        return "<table:table-cell/>"
    return (
        f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
    )


def make_ods(path: Path, tables: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", _ODS % tables)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)


def write_ods(path: Path, columns: Columns) -> None:
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    # As LibreOffice ends a sheet: the rest of it as one cell, so many times.
    end = '<table:table-cell table:number-columns-repeated="16000"/>'
    body = "".join(f"<table:table-row>{''.join(map(make_ods_cell, row))}{end}</table:table-row>" for row in rows)
    rest = f'<table:table-row table:number-rows-repeated="1048000">{end}</table:table-row>'
    make_ods(path, f'<table:table table:name="Answers">{body}{rest}</table:table>')


def _make_frame(columns: Columns) -> pl.DataFrame:
    def make(cells: Sequence[Cell]) -> pl.Series:
        if any(isinstance(cell, str) for cell in cells):
            return pl.Series([None if cell is None else str(cell) for cell in cells], dtype=pl.String)
        return pl.Series(cells, dtype=pl.Float64)

    return pl.DataFrame({name: make(cells) for name, cells in columns.items()})


def write_sav(path: Path, columns: Columns, **more: Any) -> None:
    pyreadstat.write_sav(_make_frame(columns), path, **more)


def write_zsav(path: Path, columns: Columns, **more: Any) -> None:
    pyreadstat.write_sav(_make_frame(columns), path, compress=True, **more)


def write_dta(path: Path, columns: Columns, **more: Any) -> None:
    pyreadstat.write_dta(_make_frame(columns), path, **more)


def write_parquet(path: Path, columns: Columns) -> None:
    _make_frame(columns).write_parquet(path)


WRITERS: dict[str, Callable[[Path, Columns], None]] = {
    ".csv": write_csv,
    ".tsv": write_tsv,
    ".xlsx": write_xlsx,
    ".ods": write_ods,
    ".sav": write_sav,
    ".zsav": write_zsav,
    ".dta": write_dta,
    ".parquet": write_parquet,
}


def pack(path: Path) -> Path:
    """Return a file packed by gzip, beside it."""
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes(), compresslevel=1))
    return packed
