"""Checks of published figures, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sos_score.errors import InvalidInput, InvalidRequest
from sos_score.output.delimited import RESULT_FORMATS, write_table
from sos_score.output.files import choose_format
from sos_score.output.table import Column, Table
from sos_score.plausibility.published_table import Place, read_rows
from sos_score.plausibility.table import Plausibility, check_published, check_rows

if TYPE_CHECKING:
    import pandas as pd

_WORST_FIRST = ("impossible", "possible", "cannot tell")


def write_checks(
    table: str | None, figures: Mapping[str, str], fmt: str | None, output: str | None, *, force: bool
) -> None:
    """Show or write what is possible of published figures, in short on a terminal and check by check in a file."""
    kind = choose_format(fmt, output, RESULT_FORMATS)
    write_table(choose_table(check_figures(table, figures), kind), fmt, output, force=force, inputs=[table or ""])


def check_figures(table: str | None, figures: Mapping[str, str]) -> Plausibility:
    """Check a published table, or one statistic given by options."""
    given = [f"--{name}" for name, text in figures.items() if text]
    if table is not None and given:
        raise InvalidRequest(f"a table holds its own figures; leave out {', '.join(given)}")
    if table is not None:
        return check_published(table)
    if not given:
        raise InvalidRequest("give a published table, or one mean (--mean) with what is known of it")
    cells = {"name": "score", **figures}
    try:
        return check_rows(read_rows([(Place(prefix="--"), cells)]))
    except InvalidInput as error:
        raise InvalidRequest("\n".join(str(problem) for problem in error.problems)) from None


def list_checks(result: Plausibility) -> Table:
    """Return every check in a row of its own."""
    frame = result.checks
    grouped = bool((frame["group"] != "").any())
    several = len(frame[["statistic", "group"]].drop_duplicates()) > 1
    columns = (
        Column("statistic", wraps=True, shown=several),
        Column("group", shown=grouped),
        Column("check"),
        Column("verdict"),
        Column("why", wraps=True, key="reason"),
    )
    return Table(columns, tuple(frame.itertuples(index=False, name=None)), notes=tuple(map(str, result.notes)))


def sum_up_checks(result: Plausibility) -> Table:
    """Return a row for each statistic: its worst verdict, and the reasons for it."""
    rows = []
    for names, checks in result.checks.groupby(["statistic", "group"], sort=False):
        statistic, group = map(str, names)
        found = set(checks["verdict"])
        verdict = next(word for word in _WORST_FIRST if word in found)
        rows.append((statistic, group, verdict, _explain_verdict(checks[checks["verdict"] == verdict], verdict)))
    columns = (
        Column("statistic", wraps=True),
        Column("group", shown=any(row[1] for row in rows)),
        Column("verdict"),
        Column("why", wraps=True),
    )
    return Table(columns, tuple(rows), notes=tuple(map(str, result.notes)))


def _explain_verdict(checks: pd.DataFrame, verdict: str) -> str:
    if verdict == "possible":
        return f"passes {', '.join(checks['check'])}"
    return " ".join(dict.fromkeys(f"{reason[0].upper()}{reason[1:]}" for reason in checks["reason"]))


def choose_table(result: Plausibility, kind: str) -> Table:
    """Return what is shown: in the terminal a row a statistic where there are several, else every check."""
    several = len(result.checks[["statistic", "group"]].drop_duplicates()) > 1
    return sum_up_checks(result) if kind == "table" and several else list_checks(result)
