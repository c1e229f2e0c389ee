"""An export, or a frame, as a column map shapes it before anything is checked: columns it makes, rows it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import narwhals as nw

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.text import fold_code, fold_id, fold_text
from sos_score.errors import InvalidSurvey, Problem, guess
from sos_score.notes import Note
from sos_score.survey.answers import AnswerKey, ColumnValues
from sos_score.survey.coding import list_distinct
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.column_refs import ColumnRef
from sos_score.survey.columns import Columns, Headers, list_item_columns
from sos_score.survey.readers.export import AS_FOUND, Export, ReadingOptions
from sos_score.survey.readers.registry import open_export

if TYPE_CHECKING:
    import polars as pl

_TICKED = {"1", "yes", "y", "true", "checked", "selected", "ticked", "x"}
_NOT_TICKED = {"", "0", "no", "n", "false", "unchecked", "not selected", "not ticked"}
_KEPT, _ROW = "\x1fkept", "\x1frow"
_MAX_SHOWN = 10

Where = Mapping[str, Sequence[str]]
NO_CHOICE: Where = {}


class EmptyChoice(InvalidSurvey):
    """No row has a value that is asked for.

    Parameters
    ----------
    key : str
        Of ``where``.
    values, found : sequence of str
        What is asked for, and what there is.
    """

    def __init__(self, key: str, values: Sequence[str], found: Sequence[str], path: str = "") -> None:
        self.key, self.values, self.found = key, tuple(values), tuple(found)
        more = f" and {len(found) - _MAX_SHOWN} more" if len(found) > _MAX_SHOWN else ""
        listed = (", ".join(found[:_MAX_SHOWN]) or "none") + more
        self.message = f"no row has {', '.join(map(repr, values))} (values: {listed})"
        self.hint = guess(values[0], found)
        super().__init__([Problem(self.message, path, where=f"where.{key}", hint=self.hint, rule="where")])


@dataclass(frozen=True)
class Shape:
    """What a column map makes of the rows of a frame.

    Attributes
    ----------
    made : mapping
        The columns that are made of others: header to expression.
    parts : mapping
        The columns each is made of, and under `_KEPT` those that say which rows are kept.
    keeps : narwhals Expr or None
        Whether a row is kept; None where every row is.
    rule : str
        What left out the others, in words.
    """

    made: Mapping[str, nw.Expr]
    parts: Mapping[str, tuple[str, ...]]
    keeps: nw.Expr | None
    rule: str = ""


@dataclass(frozen=True)
class MappedExport(Export):
    """An export as a column map shapes it.

    Attributes
    ----------
    given : Export
        As it was read; its header has the names the map uses.
    """

    given: Export
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
        if self.shape.keeps is None:
            return self.given.left_out
        frame: nw.LazyFrame[Any] = nw.from_native(self.given.scan(_as_ids(self.shape.parts[_KEPT]), {}))
        lost = int(frame.filter(~self.shape.keeps).select(nw.len()).collect().item())
        return {**self.given.left_out, **({self.shape.rule: lost} if lost else {})}

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

    def scan(self, columns: Columns, types: Mapping[str, int]) -> pl.LazyFrame:
        """Return the mapped columns of the rows that are kept."""
        frame: nw.LazyFrame[Any] = nw.from_native(self.given.scan(self._read(columns), types))
        if self.shape.keeps is not None:
            frame = frame.filter(self.shape.keeps)
        cells = [self.shape.made.get(name, nw.col(name)).alias(name) for name in columns.used]
        scanned: pl.LazyFrame = frame.select(*cells).to_native()
        return scanned

    def records(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield each row that is kept as text with its number, the made columns last."""
        parts = list(dict.fromkeys(part for parts in self.shape.parts.values() for part in parts))
        frame: nw.LazyFrame[Any] = nw.from_native(self.given.scan(_as_ids(parts), {}).with_row_index(_ROW))
        kept = nw.lit(value=True) if self.shape.keeps is None else self.shape.keeps
        made = [expr.alias(name) for name, expr in self.shape.made.items()]
        rows: pl.DataFrame = frame.with_columns(kept.alias(_KEPT), *made).to_native().collect().sort(_ROW)
        cells = rows.select(_KEPT, *self.shape.made).iter_rows()
        for (line, given), (is_kept, *own) in zip(self.given.records(), cells, strict=False):
            if is_kept:
                yield line, [*given, *("" if cell is None else cell for cell in own)]

    def select_rows(self, columns: Columns) -> Export:
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
        parts = [part for name in (*columns.used, _KEPT) for part in self.shape.parts.get(name, ())]
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
    refs = _list_refs(column_map, instruments) if column_map else []
    names = _place_names(export.headers, refs)
    if names:
        export = _rename(export, names)
    if column_map is None or not (column_map.where or any(ref.parts for ref in refs)):
        yield export
        return
    with export.normalise() as given:
        headers = given.headers
        wanted = _list_parts(headers, column_map, refs)
        frame = nw.from_native(given.scan(_as_ids(wanted), {}))
        yield MappedExport(given, _shape(frame, headers, column_map, refs, export.name))


def map_frame(frame: Any, column_map: ColumnMap | None, instruments: Iterable[Instrument]) -> Any:
    """Return a frame of narwhals as a column map shapes it."""
    if column_map is None:
        return frame
    refs = _list_refs(column_map, instruments)
    # pandas allows names that are not text; nothing is meant by one.
    columns = [name for name in frame.collect_schema().names() if isinstance(name, str)]
    names = {columns[place]: name for place, name in _place_names(Headers(columns), refs).items()}
    frame = frame.rename(names) if names else frame
    headers = Headers(name for name in frame.collect_schema().names() if isinstance(name, str))
    lazy = frame.lazy() if isinstance(frame, nw.DataFrame) else frame
    shape = _shape(lazy, headers, column_map, refs, "")
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


def _list_refs(column_map: ColumnMap, instruments: Iterable[Instrument]) -> list[ColumnRef]:
    refs = [*column_map.roles().values()]
    for instrument in instruments:
        refs += list_item_columns(instrument, column_map).values()
    return refs


def _place_names(headers: Headers, refs: Iterable[ColumnRef]) -> dict[int, str]:
    """Return the names of the columns that their header alone does not tell, by place from 0."""
    names: dict[int, str] = {}
    for ref in refs:
        same = headers.places(ref.column) if ref.column is not None else []
        if ref.place is not None and ref.place <= len(headers.names):
            names[ref.place - 1] = ref.name
        elif ref.which is not None and ref.which <= len(same):
            names[same[ref.which - 1]] = ref.name
        elif len(same) == 1 and headers.names.count(headers.names[same[0]]) > 1:
            names[same[0]] = ref.name  # by its ImportId, say
    return names


def _rename(export: Export, names: Mapping[int, str]) -> Export:
    header = tuple(names.get(place, name) for place, name in enumerate(export.header))
    values = {name: export.values[old] for old, name in zip(export.header, header, strict=True) if old in export.values}
    renamed: Export = replace(export, header=header, values=values)  # type: ignore[type-var]  # each reader's is one
    return renamed


def _list_parts(headers: Headers, column_map: ColumnMap, refs: Iterable[ColumnRef]) -> list[str]:
    texts = [part for ref in refs for part in ref.parts] + list(_where_columns(column_map).values())
    return list(dict.fromkeys(name for text in texts for name in headers.find(text)))


def _where_columns(column_map: ColumnMap) -> dict[str, str]:
    """Return the header each key of `where` means: the column of that id, else the column of that name."""
    roles = column_map.roles()
    return {key: roles[key].name if key in roles else key for key in column_map.where}


def _shape(
    frame: nw.LazyFrame[Any], headers: Headers, column_map: ColumnMap, refs: Iterable[ColumnRef], path: str
) -> Shape:
    made: dict[str, nw.Expr] = {}
    parts: dict[str, tuple[str, ...]] = {}
    for ref in refs:
        found = [headers.find(part) for part in ref.parts]
        # A column that is not there, or there twice, is found out where columns are matched.
        if found and all(len(names) == 1 for names in found):
            parts[ref.name] = tuple(names[0] for names in found)
            made[ref.name] = _make(frame, ref, parts[ref.name])
    keeps: nw.Expr | None = None
    for key, column in _where_columns(column_map).items():
        names = headers.find(column)
        if key in column_map.constants:
            _match_values([str(column_map.constants[key])], column_map.where[key], key, path)
        elif len(names) == 1:
            kept = _keep(frame, names[0], column_map.where[key], key, path)
            keeps = kept if keeps is None else keeps & kept
            parts[_KEPT] = (*parts.get(_KEPT, ()), names[0])
    return Shape(made, parts, keeps, f"where: {', '.join(column_map.where)}")


def _make(frame: nw.LazyFrame[Any], ref: ColumnRef, names: Sequence[str]) -> nw.Expr:
    if ref.join:
        texts = [nw.col(name).cast(nw.String).str.strip_chars() for name in names]
        is_blank = nw.any_horizontal(*[text.is_null() | (text == nw.lit("")) for text in texts], ignore_nulls=True)
        return nw.when(~is_blank).then(nw.concat_str(*texts, separator=ref.between))
    # Each option has the answer where it is ticked, nothing where it is not, and else its own text, which is no answer.
    cells = []
    for name, answer in zip(names, (ref.options or {}).values(), strict=True):
        texts_of = {each.text: fold_code(each.text) for each in list_distinct(frame, {name: name})}
        ticked = [text for text, folded in texts_of.items() if folded in _TICKED]
        other = [text for text, folded in texts_of.items() if folded not in _TICKED | _NOT_TICKED]
        cell, nothing = nw.col(name).cast(nw.String), nw.lit(None, dtype=nw.String)
        kept = nw.when(cell.is_in(other)).then(cell) if other else nothing
        cells.append(nw.when(cell.is_in(ticked)).then(nw.lit(answer)).otherwise(kept) if ticked else kept)
    return nw.concat_str(*cells, separator=" and ", ignore_nulls=True)


def _keep(frame: nw.LazyFrame[Any], name: str, values: Sequence[str], key: str, path: str) -> nw.Expr:
    """Return whether a row has one of the values in a column; a blank cell is the value ``""``."""
    kept = _match_values([each.text for each in list_distinct(frame, {name: name})], values, key, path)
    cell = nw.col(name).cast(nw.String).fill_null("")
    return cell.is_in([*kept, ""] if "" in values else kept)


def _match_values(found: Sequence[str], values: Sequence[str], key: str, path: str) -> list[str]:
    """Return the texts that are one of some values; none at all is a problem."""
    wanted = {fold_text(fold_id(value)) for value in values}
    kept = [text for text in found if fold_text(fold_id(text)) in wanted]
    if not kept and "" not in wanted:
        raise EmptyChoice(key, values, [text for text in found if text.strip()], path)
    return kept
