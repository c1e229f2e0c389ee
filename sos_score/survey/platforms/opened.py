"""An export as its platform means it: names from every row of the header, and no rows that are not answers."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, islice
from typing import TYPE_CHECKING

from sos_score.notes import Note, note
from sos_score.survey.columns import Columns
from sos_score.survey.platforms.layout import Layout, RowRule, fold_name
from sos_score.survey.readers.export import Export, FrameExport

if TYPE_CHECKING:
    import polars as pl

_BATCH = 20_000
_OPTION = re.compile(r"___[^_]+$|\(choice=")  # a column of REDCap for an option, as a name and as a label
_NOT_TICKED = ["0", "unchecked"]
_AGAIN = "the columns named once more"
_UNANSWERED = "no answer to these items"
# What differs between the rows of one record; anything else that is known of a record holds for all of its rows.
_OF_A_ROW = ("respondent", "wave", "rater")
_OF_THE_PLATFORM = ("redcap ", "repeat ", "event name")


@dataclass(frozen=True)
class PlatformExport(FrameExport):
    """The export of a platform; which of its rows are those of other forms is known once the items are."""

    layout: Layout = field(default_factory=lambda: Layout((), ()))

    def select_rows(self, columns: Columns) -> Export:
        """Leave out partial rows and rows of other forms that answer none of the items, and count them."""
        import polars as pl

        given, layout = super().select_rows(columns), self.layout
        if not isinstance(given, PlatformExport) or not (layout.partial or layout.has_forms):
            return given
        texts = _read_texts(given.frame)
        wanted = [_is_answered(self.header, column) for column in columns.items.values()]
        answered = texts.select(pl.any_horizontal(pl.lit(value=False), *wanted)).to_series()
        # A row with nothing in it is left to those who count such rows.
        blank = texts.select(~pl.any_horizontal(pl.all().is_not_null())).to_series()
        partial = _find(texts, [layout.partial] if layout.partial else []) & ~blank
        kept = blank | answered if layout.has_forms else answered | ~partial
        frame, filled = _fill_ids(given, texts, columns)
        counts = {"partial_rows_kept": kept & partial, "ids_of_record": kept & filled}
        left_out = {f"partial, {_UNANSWERED}": ~kept & partial, _UNANSWERED: ~kept & ~partial}
        return replace(
            given,
            frame=frame.filter(kept),
            rows=list(compress(given.rows, kept)),
            left_out=+(Counter(given.left_out) + Counter({name: int(rows.sum()) for name, rows in left_out.items()})),
            about=(*given.about, *(note(code, rows=int(rows.sum())) for code, rows in counts.items() if rows.any())),
            layout=replace(layout, partial=None, has_forms=False),
        )


def _is_answered(header: tuple[str, ...], column: str) -> pl.Expr:
    """Return whether there is an answer in a column; an option that is not ticked is none."""
    import polars as pl

    cell = pl.nth(header.index(column))
    is_option = _OPTION.search(column) is not None
    return cell.is_not_null() & ~cell.str.to_lowercase().is_in(_NOT_TICKED if is_option else [])


def apply_layout(export: FrameExport, layout: Layout, about: Note) -> Export:
    """Return a whole export as its platform means it."""
    import polars as pl

    frame, rows = export.frame.slice(layout.header_rows), export.rows[layout.header_rows :]
    texts = _read_texts(frame)
    kept = pl.repeat(value=True, n=frame.height, dtype=pl.Boolean, eager=True)
    left_out = Counter(export.left_out)
    named = [export.header, *export.frame.head(layout.header_rows).iter_rows()]
    marked = {rule.name: [each for each in layout.not_answers if each.name == rule.name] for rule in layout.not_answers}
    rules = {_AGAIN: _find_repeated(texts, named)} | {name: _find(texts, rules) for name, rules in marked.items()}
    for name, found in rules.items():
        left_out[name] += int((kept & found).sum())
        kept &= ~found
    names = dict(zip(export.header, layout.header, strict=True))
    return PlatformExport(
        name=export.name,
        frame=frame.filter(kept),
        values={names[column]: values for column, values in export.values.items()},
        header=layout.header,
        rows=list(compress(rows, kept)),
        header_row=export.header_row,
        sheet=export.sheet,
        left_out=+left_out,
        about=(*export.about, about),
        aliases=layout.aliases,
        layout=layout,
    )


def read_whole(export: Export) -> FrameExport:
    """Return every row of an export as text, with the line of each; a ragged row is a problem."""
    import polars as pl

    lines = array("q")
    schema = dict.fromkeys((f"{place}" for place in range(len(export.header))), pl.String)
    parts = [pl.DataFrame(schema=schema)]
    with export.normalise():
        records = export.records()
        while batch := list(islice(records, _BATCH)):
            lines.extend(line for line, _ in batch)
            parts.append(pl.DataFrame([cells for _, cells in batch], schema=schema, orient="row"))
    frame = pl.concat(parts).with_columns(pl.when(pl.all() != "").then(pl.all()))
    return FrameExport(
        export.name, frame, header=export.header, rows=lines, header_row=export.header_row, about=export.about
    )


def _read_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Return each cell as text, without the white space around it; null where there is nothing."""
    import polars as pl

    text = pl.all().cast(pl.String, strict=False).str.strip_chars()
    return frame.select(pl.when(text != "").then(text))


def _find(texts: pl.DataFrame, rules: Iterable[RowRule]) -> pl.Series:
    """Return which rows any of some rules speaks of."""
    import polars as pl

    # A workbook may hold 1 as 1.0.
    found = [
        pl.nth(rule.place).fill_null("").str.to_lowercase().str.replace(r"^(\d+)\.0$", "$1").is_in(list(rule.texts))
        for rule in rules
    ]
    return texts.select(found=pl.any_horizontal(pl.repeat(value=False, n=pl.len(), dtype=pl.Boolean), *found))["found"]


def _find_repeated(texts: pl.DataFrame, named: Iterable[Sequence[str | None]]) -> pl.Series:
    """Return which rows say what a row of names says, as where two exports were put under each other."""
    import polars as pl

    cells = [[(cell or "").strip() for cell in row] for row in named]
    same = [
        pl.all_horizontal([pl.nth(place).fill_null("") == cell for place, cell in enumerate(row)])
        for row in cells
        if any(row)
    ]
    return texts.select(again=pl.any_horizontal(same))["again"]


def _fill_ids(export: PlatformExport, texts: pl.DataFrame, columns: Columns) -> tuple[pl.DataFrame, pl.Series]:
    """Return the frame with the ids of each record in all of its rows, and which rows were blank.

    An id is taken from the other rows of the record where these agree on it.
    """
    import polars as pl

    record, frame = export.layout.record, export.frame
    filled = pl.repeat(value=False, n=texts.height, dtype=pl.Boolean, eager=True)
    if record is None:
        return frame, filled
    shared = [
        column
        for name, column in columns.ids.items()
        if name not in _OF_A_ROW and not fold_name(column).startswith(_OF_THE_PLATFORM)
    ]
    for place in {export.header.index(column) for column in shared} - {record}:
        known = pl.nth(place).drop_nulls()
        one = pl.when(known.n_unique() == 1).then(known.first()).over(pl.nth(record))
        given = texts.select(one=one, own=pl.nth(place))
        blank = given["own"].is_null() & given["one"].is_not_null()
        filled |= blank
        name = frame.columns[place]
        frame = frame.with_columns(
            pl.when(blank).then(given["one"]).otherwise(pl.col(name).cast(pl.String)).alias(name)
        )
    return frame, filled
