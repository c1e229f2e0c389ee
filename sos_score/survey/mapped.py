"""An export, or a frame, as a column map shapes it before anything is checked: columns it makes, rows it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import narwhals as nw

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.text import fold_code
from sos_score.errors import InvalidRequest, InvalidSurvey, Problem
from sos_score.notes import Note
from sos_score.survey.answers import AnswerKey, ColumnValues, build_answer_keys
from sos_score.survey.check.row_key import find_key, show_cell
from sos_score.survey.coding import list_distinct
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.column_refs import ColumnRef
from sos_score.survey.columns import Columns, Headers, match_columns
from sos_score.survey.languages import check_language
from sos_score.survey.readers.export import AS_FOUND, Export, ReadingOptions
from sos_score.survey.readers.registry import open_export
from sos_score.survey.shape import KEPT, NO_CHOICE, ROW, Shape, Where, list_parts, list_refs, place_names, shape_rows
from sos_score.words import count

if TYPE_CHECKING:
    import polars as pl

_SITE = "\x1fsite"


@dataclass(frozen=True)
class MappedExport(Export):
    """An export as a column map shapes it."""

    given: Export  # as it was read; its header has the names the map uses
    shape: Shape

    @property
    def name(self) -> str:  # type: ignore[override]  # what the given export says is said of this one
        """Return the file as the user named it."""
        return self.given.name

    @property
    def header(self) -> tuple[str, ...]:  # type: ignore[override]
        """Return the columns of the file, and those that are made of them."""
        return (*self.given.header, *self.shape.made)

    @property
    def aliases(self) -> tuple[tuple[str, ...], ...]:  # type: ignore[override]
        """Return what else the file calls its columns."""
        return self.given.aliases

    @cached_property
    def left_out(self) -> Mapping[str, int]:  # type: ignore[override]
        """Return how many rows were left out, by the rule."""
        lost = {self.shape.drop_rule: len(self.shape.dropped)}
        if self.shape.keeps is not None:
            frame: nw.LazyFrame[Any] = nw.from_native(self.given.scan(_as_ids(self.shape.parts[KEPT]), {}))
            lost[self.shape.rule] = int(frame.filter(~self.shape.keeps).select(nw.len()).collect().item())
        return {**self.given.left_out, **{rule: count for rule, count in lost.items() if count}}

    @property
    def about(self) -> tuple[Note, ...]:  # type: ignore[override]
        """Return what has to be said of how the file was read."""
        return self.given.about

    @property
    def values(self) -> Mapping[str, ColumnValues]:  # type: ignore[override]
        """Return what the file says of the codes in its columns."""
        return self.given.values

    @property
    def header_row(self) -> int | None:  # type: ignore[override]
        """Return the row that names the columns."""
        return self.given.header_row

    def name_cell(self, row: int | None, column: str = "") -> str:
        """Return the address of a cell in a workbook, or of a row."""
        return self.given.name_cell(row, column)

    def place(self, problem: Problem, column: str = "") -> Problem:
        """Return a problem at its place in the file."""
        return self.given.place(problem, column)

    def describe_failure(self, error: Exception) -> Problem | None:
        """Return the problem of a file that could not be read to its end."""
        return self.given.describe_failure(error)

    def scan(self, columns: Columns, types: Mapping[str, int]) -> pl.LazyFrame:
        """Return the mapped columns of the rows that are kept."""
        return self.number_rows(columns, types).drop(ROW)

    def number_rows(self, columns: Columns, types: Mapping[str, int]) -> pl.LazyFrame:
        """Return the mapped columns of the rows that are kept, with the number of each in the file, from 0."""
        import polars as pl

        numbered = self.given.scan(self._read(columns), types).with_row_index(ROW)
        if self.shape.dropped:
            numbered = numbered.filter(~pl.col(ROW).is_in(self.shape.dropped))
        frame: nw.LazyFrame[Any] = nw.from_native(numbered)
        if self.shape.keeps is not None:
            frame = frame.filter(self.shape.keeps)
        cells = [self.shape.made.get(name, nw.col(name)).alias(name) for name in columns.used]
        rows: pl.LazyFrame = frame.select(nw.col(ROW), *cells).to_native()
        return rows

    def records(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield each row that is kept as text with its number, the made columns last."""
        parts = list(dict.fromkeys(part for parts in self.shape.parts.values() for part in parts))
        # Rows without any column would be none.
        parts = parts or [next(name for name in self.given.header if self.given.header.count(name) == 1)]
        frame: nw.LazyFrame[Any] = nw.from_native(self.given.scan(_as_ids(parts), {}).with_row_index(ROW))
        kept = nw.lit(value=True) if self.shape.keeps is None else self.shape.keeps
        if self.shape.dropped:
            kept = kept & ~nw.col(ROW).is_in(self.shape.dropped)
        made = [expr.alias(name) for name, expr in self.shape.made.items()]
        rows: pl.DataFrame = frame.with_columns(kept.alias(KEPT), *made).to_native().collect().sort(ROW)
        cells = rows.select(KEPT, *self.shape.made).iter_rows()
        for (line, given), (is_kept, *own) in zip(self.given.records(), cells, strict=False):
            if is_kept:
                yield line, [*given, *("" if cell is None else cell for cell in own)]

    def select_rows(self, columns: Columns) -> MappedExport:
        """Leave out the rows that the platform's rules leave out once the items are known."""
        parts = self.shape.parts
        items = {part: part for column in columns.items.values() for part in parts.get(column, (column,))}
        ids = {name: column for name, column in columns.ids.items() if column not in self.shape.made}
        return replace(self, given=self.given.select_rows(Columns(ids, {}, items)))

    def guess_types(self, columns: Columns, keys: Mapping[str, AnswerKey]) -> Mapping[str, int]:
        """Return how the item columns may be read fast."""
        return self.given.guess_types(self._read(columns), keys)

    def find_types(self, columns: Columns, keys: Mapping[str, AnswerKey]) -> Mapping[str, int]:
        """Return how the item columns can surely be read."""
        return self.given.find_types(self._read(columns), keys)

    def is_normal(self) -> bool:
        """Return whether a scan of the file as it is finds its rows."""
        return self.given.is_normal()

    @contextmanager
    def normalise(self) -> Iterator[Export]:
        """Give the export in a form that can be scanned."""
        with self.given.normalise() as given:
            yield replace(self, given=given)

    def _read(self, columns: Columns) -> Columns:
        """Return what has to be read of the file: a made column is read as what it is made of, which is text."""
        parts = [part for name in (*columns.used, KEPT) for part in self.shape.parts.get(name, ())]
        ids = {column: column for column in [*columns.ids.values(), *parts] if column not in self.shape.made}
        items = {item: column for item, column in columns.items.items() if column not in self.shape.made}
        return Columns(ids, {}, items)


def _as_ids(names: Iterable[str]) -> Columns:
    return Columns({name: name for name in names}, {}, {})


@contextmanager
def open_mapped(
    name: str,
    column_map: ColumnMap | None = None,
    instruments: Iterable[Instrument] = (),
    reading: ReadingOptions = AS_FOUND,
    where: Where = NO_CHOICE,
) -> Iterator[Export]:
    """Open a survey export as a column map shapes it; see `open_export` and `map_export`."""
    instruments = tuple(instruments)
    check_language(reading.language, instruments)
    with open_export(name, reading) as export, map_export(export, column_map, instruments, where) as mapped:
        yield mapped


@contextmanager
def map_export(
    export: Export, column_map: ColumnMap | None, instruments: Iterable[Instrument], where: Where = NO_CHOICE
) -> Iterator[Export]:
    """Give an export as a column map shapes it, before anything is checked: the columns it makes, the rows it keeps.

    `where` chooses rows beside those that the map chooses.
    """
    column_map = _add_choice(column_map, export.headers, where)
    instruments = tuple(instruments)
    refs = list_refs(column_map, instruments) if column_map else []
    names = place_names(export.headers, refs)
    if names:
        export = _rename(export, names)
    has_shape = column_map is not None and (column_map.where or column_map.duplicates != "error")
    if column_map is None or not (has_shape or any(ref.parts for ref in refs)):
        yield export
        return
    with export.normalise() as given:
        headers = given.headers
        wanted = list_parts(headers, column_map, refs)
        frame = nw.from_native(given.scan(_as_ids(wanted), {}))
        mapped = MappedExport(given, shape_rows(frame, headers, column_map, refs, export.name))
        yield mapped if column_map.duplicates == "error" else _drop_duplicates(mapped, column_map, instruments)


def map_frame(frame: Any, column_map: ColumnMap | None, instruments: Iterable[Instrument]) -> Any:
    """Return a frame of narwhals as a column map shapes it."""
    if column_map is None:
        return frame
    if column_map.duplicates != "error":
        # Rows of a frame need not have an order, and which is first would be chance.
        raise InvalidRequest(f"duplicates: {column_map.duplicates} is a rule for files; drop them from the frame")
    refs = list_refs(column_map, instruments)
    # pandas allows names that are not text; nothing is meant by one.
    columns = [name for name in frame.collect_schema().names() if isinstance(name, str)]
    names = {columns[place]: name for place, name in place_names(Headers(columns), refs).items()}
    frame = frame.rename(names) if names else frame
    headers = Headers(name for name in frame.collect_schema().names() if isinstance(name, str))
    lazy = frame.lazy() if isinstance(frame, nw.DataFrame) else frame
    shape = shape_rows(lazy, headers, column_map, refs, "")
    if shape.keeps is not None:
        frame = frame.filter(shape.keeps)
    return frame.with_columns(*[expr.alias(name) for name, expr in shape.made.items()]) if shape.made else frame


def _add_choice(column_map: ColumnMap | None, headers: Headers, where: Where) -> ColumnMap | None:
    """Return a map that chooses rows by `where` too; without a map, the roles that the header names stay."""
    if not where:
        return column_map
    if column_map is None:
        column_map = ColumnMap(others={role: ColumnRef(column=role) for role in headers.list_roles()})
    return column_map.model_copy(update={"where": {**column_map.where, **where}})


def _drop_duplicates(mapped: MappedExport, column_map: ColumnMap, instruments: Iterable[Instrument]) -> Export:
    """Return an export without the rows that name the same as another, one of which the map's rule keeps."""
    columns, _ = match_columns(mapped.headers, instruments, column_map)
    key = find_key(columns)
    if not key.columns:
        return mapped
    mapped = mapped.select_rows(columns)  # rows of other forms are nobody's second answers
    rows: nw.LazyFrame[Any] = nw.from_native(mapped.number_rows(columns, {}))
    schema = rows.collect_schema()
    ids, is_named = key.expressions(schema)
    is_last, is_fullest = column_map.duplicates == "last", column_map.duplicates == "most complete"
    answers = _find_answers(mapped, rows, columns, build_answer_keys(instruments, column_map)) if is_fullest else []
    filled = nw.sum_horizontal(*[each.cast(nw.Int32) for each in answers]) if answers else nw.lit(0)
    site = [show_cell(columns.ids["site"], schema).str.to_lowercase().alias(_SITE)] if "site" in columns.ids else []
    named: pl.DataFrame = (
        rows.filter(is_named).select(nw.col(ROW), *ids, *site, filled.alias(KEPT)).to_native().collect()
    )
    _refuse_several_sites(mapped.name, named, list(key.columns), f"duplicates: {column_map.duplicates}")
    order = named.sort([KEPT, ROW] if is_fullest else ROW, descending=[True, False] if is_fullest else is_last)
    kept = order.unique(list(key.columns), keep="first", maintain_order=True)[ROW]
    dropped = tuple(sorted(set(named[ROW]) - set(kept)))
    return replace(
        mapped, shape=replace(mapped.shape, dropped=dropped, drop_rule=f"duplicates: {column_map.duplicates}")
    )


def _find_answers(
    mapped: MappedExport, rows: nw.LazyFrame[Any], columns: Columns, keys: Mapping[str, AnswerKey]
) -> list[nw.Expr]:
    """Return for each item whether a cell is an answer: a code or a text for having none is not."""
    texts: dict[str, list[str]] = {column: [] for column in columns.items.values()}
    stated = {item: mapped.values[column] for item, column in columns.items.items() if column in mapped.values}
    keys = {**keys, **{item: values.extend(keys[item]) for item, values in stated.items()}}
    for each in list_distinct(rows, columns.items):
        key = keys[each.item]
        if key.read(each.text).code is not None or fold_code(each.text) in key.contested:
            texts[columns.items[each.item]].append(each.text)
    return [nw.col(column).cast(nw.String).is_in(found) for column, found in texts.items()]


def _refuse_several_sites(path: str, named: pl.DataFrame, key: Sequence[str], rule: str) -> None:
    """Refuse rows of one name at several sites: where each site numbers its own, they are of several people."""
    import polars as pl

    if _SITE not in named.columns:
        return
    known = named.filter(pl.col(_SITE) != "").group_by(key, maintain_order=True).agg(pl.col(_SITE).n_unique())
    apart = known.filter(pl.col(_SITE) > 1)
    if apart.height:
        who = next(role for role in ("respondent", "target") if role in key)
        first = ", ".join(f"{role} '{value}'" for role, value in zip(key, apart.row(0), strict=False) if value)
        have = "has" if apart.height == 1 else "have"
        message = (
            f"{count(apart.height, 'name')} {have} rows at several sites, between which {rule} cannot choose ({first}"
            " is the first)"
        )
        hint = (
            f"where each site numbers its own, join the two: {who}: {{join: [SITE, ID]}}; else choose rows under where"
        )
        raise InvalidSurvey([Problem(message, path, where="site", hint=hint, rule="duplicate")])


def _rename(export: Export, names: Mapping[int, str]) -> Export:
    header = tuple(names.get(place, name) for place, name in enumerate(export.header))
    values = {name: export.values[old] for old, name in zip(export.header, header, strict=True) if old in export.values}
    renamed: Export = replace(export, header=header, values=values)  # type: ignore[type-var]  # each reader's is one
    return renamed
