"""Tables of results, to the terminal or to a file."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sos_score.output.files import check_output, choose_format, write_files, write_text
from sos_score.output.table import Cell, Table, print_table
from sos_score.output.workbook import open_workbook

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

RESULT_FORMATS = ("csv", "json", "xlsx")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def open_console(*, to_stderr: bool = False) -> Console:
    """Return a console; NO_COLOR and the terminal's width are honoured."""
    from sos_score.output.console import PlainConsole

    stream = sys.stderr if to_stderr else sys.stdout
    return PlainConsole(file=getattr(stream, "styled", stream), highlight=False, soft_wrap=False)


def write_table(
    table: Table, fmt: str | None, output: str | None, *, force: bool, inputs: Iterable[str | Path] = ()
) -> None:
    """Show one table in the terminal, or write it; see `write_tables`."""
    write_tables({"rows": table}, fmt, output, force=force, inputs=inputs)


def write_tables(
    tables: Mapping[str, Table],
    fmt: str | None,
    output: str | None,
    *,
    force: bool,
    about: Mapping[str, Any] | None = None,
    inputs: Iterable[str | Path] = (),
) -> None:
    """Show tables in the terminal, rounded, or write them in full precision."""
    kind = choose_format(fmt, output, RESULT_FORMATS)
    about = about or {}
    if kind == "table":
        console = open_console()
        for number, table in enumerate(tables.values()):
            if number:
                console.print()
            print_table(table, console)
    elif kind == "json":
        write_text(_make_json(tables, about), output, force=force, inputs=inputs)
    elif output in (None, "-"):
        write_text("\n".join(_make_csv(table) for table in tables.values()), output, force=force)
    else:
        path = Path(str(output))
        if kind == "xlsx":
            _write_files({path: _make_xlsx(tables, about)}, force=force, inputs=inputs)
        else:
            names = [path, *(path.with_name(f"{path.stem}.{name}.csv") for name in list(tables)[1:])]
            texts = {name: _make_csv(table).encode() for name, table in zip(names, tables.values(), strict=True)}
            _write_files(texts, force=force, inputs=inputs)


def _write_files(contents: Mapping[Path, bytes], *, force: bool, inputs: Iterable[str | Path]) -> None:
    for path in contents:
        check_output(path, force=force, inputs=inputs)
    write_files(contents, force=force)


def _plain(value: Cell) -> Cell:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _make_csv(table: Table) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([disarm(_plain(value)) for value in row] for row in table.rows)
    return text.getvalue()


def disarm(value: Cell) -> Cell:
    """Return a cell with an apostrophe before a text that a spreadsheet would take for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def disarm_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with all its texts disarmed."""
    import polars as pl
    import polars.selectors as cs

    text = cs.string()
    starts = text.str.contains("^[" + re.escape("".join(_FORMULA_STARTS)) + "]")
    return frame.with_columns(pl.when(starts).then(pl.lit("'") + text).otherwise(text).name.keep())


def quote_name(name: str) -> str:
    """Return a column's name as it stands in the first line of a CSV file."""
    name = str(disarm(name))
    return '"' + name.replace('"', '""') + '"' if any(mark in name for mark in ',"\n\r') else name


def _rows(table: Table) -> Sequence[dict[str, Cell]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, map(_plain, row), strict=True)) for row in table.rows]


def _make_json(tables: Mapping[str, Table], about: Mapping[str, Any]) -> str:
    data: dict[str, Any] = {name: _rows(table) for name, table in tables.items()}
    data["notes"] = list(dict.fromkeys(note for table in tables.values() for note in table.notes))
    if about:
        data["about"] = about
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _make_xlsx(tables: Mapping[str, Table], about: Mapping[str, Any]) -> bytes:
    notes = list(dict.fromkeys(note for table in tables.values() for note in table.notes))
    target = BytesIO()
    with open_workbook(target) as sheets:
        if len(tables) > 1:
            sheets.add_contents("what it holds", [(name, table.title or name) for name, table in tables.items()])
        for name, table in tables.items():
            sheets.add_table(name, table)
        sheets.add_about({**about, "notes": notes} if notes else about)
    return target.getvalue()
