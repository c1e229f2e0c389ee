"""Analyses of answers: files in, tables out, with the definition's caveats beside them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sos_score.commands.column_maps import pair_maps
from sos_score.commands.score_summary import list_readings
from sos_score.errors import InvalidSurvey
from sos_score.notes import Note
from sos_score.output.delimited import RESULT_FORMATS, write_tables
from sos_score.output.files import check_output, choose_format
from sos_score.output.numbers import format_p
from sos_score.output.table import Cell, Column, Table
from sos_score.output.terminal import announce
from sos_score.scoring.examples import load_definition
from sos_score.scoring.provenance import describe_caveat, describe_scores
from sos_score.scoring.responses import Responses, open_responses
from sos_score.scoring.scorer import OnInvalid
from sos_score.survey.columns import suggest_map
from sos_score.survey.readers.export import AS_FOUND, ReadingOptions
from sos_score.survey.readers.parts import name_inputs
from sos_score.version import __version__

if TYPE_CHECKING:
    import pandas as pd

_MOST_NOTES = 12
_LARGE = 5_000_000  # bytes: smaller files take less than a second


@dataclass(frozen=True)
class AnalysisRequest:
    """What to analyse, and where to put it.

    Attributes
    ----------
    data : tuple of str
        Exports; ``-`` is standard input.
    instrument : str
        Id or path.
    column_maps : tuple of Path
        None, one for all files, or one for each.
    on_invalid : str
        ``error`` or ``missing``.
    reading : ReadingOptions
        How the exports are to be read.
    fmt, output : str or None
        See `choose_format`.
    engine : str
        ``polars``, or ``spark``.
    """

    data: tuple[str, ...]
    instrument: str
    column_maps: tuple[Path, ...] = ()
    on_invalid: OnInvalid = "error"
    reading: ReadingOptions = AS_FOUND
    fmt: str | None = None
    output: str | None = None
    force: bool = False
    quiet: bool = False
    engine: str = "polars"

    @property
    def inputs(self) -> tuple[str | Path, ...]:
        """Return every file the request may read; none of them is ever written to."""
        return (*name_inputs(self.data), self.instrument, *self.column_maps)


@contextmanager
def open_analysis(request: AnalysisRequest, groups: Sequence[str] = ()) -> Iterator[Responses]:
    """Open the answers of a request, with the columns that make groups, once its results can be written."""
    choose_format(request.fmt, request.output, RESULT_FORMATS)
    if request.output not in (None, "-"):
        check_output(Path(str(request.output)), force=request.force, inputs=request.inputs)
    instrument = load_definition(request.instrument).instrument
    if request.engine == "spark":
        from sos_score.commands.spark import read_on_spark, refuse_failures

        with refuse_failures():
            yield read_on_spark(request.data, instrument, request.column_maps, request.on_invalid, request.reading)
        return
    large = [name for name in request.data if Path(name).is_file() and Path(name).stat().st_size > _LARGE]
    for name in large:
        announce(f"Reading {name} ({Path(name).stat().st_size / 1e6:,.0f} MB)", quiet=request.quiet)
    files = pair_maps(request.data, request.column_maps, [instrument])
    try:
        with open_responses(
            [name for name, _ in files],
            instrument,
            [column_map for _, column_map in files],
            request.on_invalid,
            request.reading,
            groups=groups,
        ) as responses:
            yield responses
    except InvalidSurvey as error:
        problems = suggest_map(error.problems, [request.instrument], request.reading.list_words())
        raise InvalidSurvey(problems, error.outcome) from None


def write_analysis(
    request: AnalysisRequest, responses: Responses, tables: Mapping[str, Table], shown: Sequence[Table]
) -> None:
    """Show tables in the terminal, or write all to files, the main one first; caveats go to standard error."""
    if choose_format(request.fmt, request.output, RESULT_FORMATS) == "table":
        tables = {str(number): _shorten(table) for number, table in enumerate(shown)}
    about = describe_scores([load_definition(request.instrument)], responses.summaries, __version__)
    write_tables(tables, request.fmt, request.output, force=request.force, about=about, inputs=request.inputs)
    lines = [*list_readings(responses.summaries), describe_caveat(responses.instrument)]
    if any(lines) and not request.quiet:
        print("\n".join(filter(None, lines)), file=sys.stderr)  # noqa: T201 - messages go to standard error


def make_table(
    frame: pd.DataFrame, columns: Sequence[Column], *, title: str = "", notes: Sequence[str | Note] = (), stub: int = 1
) -> Table:
    """Return a frame as a table: the named columns in their order, then all others for files only."""
    named = [column.name for column in columns]
    hidden = [Column(str(name), shown=False) for name in frame.columns if name not in named]
    every = [*columns, *hidden]
    rows = [tuple(map(_plain, row)) for row in frame[[column.name for column in every]].itertuples(index=False)]
    return Table(tuple(every), tuple(rows), title, tuple(map(str, notes)), stub)


def print_p(table: Table, name: str) -> Table:
    """Return a table for the terminal, its p values as a results section prints them: "< .001", never 0.000."""
    places = [place for place, column in enumerate(table.columns) if column.name == name]
    rows = tuple(
        tuple(format_p(cell) if place in places and isinstance(cell, float) else cell for place, cell in enumerate(row))
        for row in table.rows
    )
    return replace(table, rows=rows)


def split_names(text: str | None) -> list[str]:
    """Return the names in "site, wave".

    Examples
    --------
    >>> split_names("site, wave"), split_names(None)
    (['site', 'wave'], [])
    """
    return list(dict.fromkeys(name.strip() for name in (text or "").split(",") if name.strip()))


def _plain(value: Any) -> Cell:
    if value is None or isinstance(value, str):
        return value
    if value != value:  # noqa: PLR0124 - pandas has several values that are not themselves
        return None
    plain = value.item() if hasattr(value, "item") else value
    return ("yes" if plain else "no") if isinstance(plain, bool) else plain


def _shorten(table: Table) -> Table:
    extra = len(table.notes) - _MOST_NOTES
    if extra <= 1:
        return table
    more = f"{extra} more notes; write them all with --output results.csv, .json or .xlsx"
    return replace(table, notes=(*table.notes[:_MOST_NOTES], more))
