"""Small tables, to the terminal or to a file."""

from __future__ import annotations

import csv
import io
import json
import sys

from sos_score.report.tables import Table, print_table
from sos_score.report.writers import choose_format, write_text

TABLE_FORMATS = ("csv", "json")


def open_console(*, to_stderr: bool = False):  # type: ignore[no-untyped-def]
    """Return a console; NO_COLOR and the terminal's width are honoured."""
    from rich.console import Console

    return Console(file=sys.stderr if to_stderr else sys.stdout, highlight=False, soft_wrap=False)


def write_table(table: Table, fmt: str | None, output: str | None, *, force: bool) -> None:
    """Show a table in the terminal, or write it with full precision.

    Parameters
    ----------
    table : Table
    fmt : str or None
        ``table``, ``csv`` or ``json``; None takes the suffix of `output`, else a table.
    output : str or None
        A path, ``-``, or None for standard output.
    force : bool
        Whether a file that is there already is replaced.
    """
    kind = choose_format(fmt, output, TABLE_FORMATS)
    if kind == "table":
        print_table(table, open_console())
    elif kind == "csv":
        write_text(_make_csv(table), output, force=force)
    else:
        write_text(_make_json(table), output, force=force)


def _make_csv(table: Table) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.label for column in table.columns])
    writer.writerows(table.rows)
    return text.getvalue()


def _make_json(table: Table) -> str:
    rows = [dict(zip((column.label for column in table.columns), row, strict=True)) for row in table.rows]
    return json.dumps({"rows": rows, "notes": list(table.notes)}, indent=2, ensure_ascii=False) + "\n"
