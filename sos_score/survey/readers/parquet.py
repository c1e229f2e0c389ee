"""Parquet files, one or many: columns with a type, read as they are wanted and never whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sos_score.errors import InvalidSurvey, Problem, clip
from sos_score.notes import Note
from sos_score.survey.answers import ColumnValues
from sos_score.survey.columns import Columns
from sos_score.survey.readers.cells import PanicError, contain_panics
from sos_score.survey.readers.export import Export, ReadingOptions, is_whole
from sos_score.survey.readers.folders import read_folders, refuse_contradictions

if TYPE_CHECKING:
    import polars as pl

_BATCH = 50_000
_AGAIN = "write it again"
_MOST_PROBLEMS = 20
_PATH = "\x1fpath"


@dataclass(frozen=True)
class ParquetExport(Export):
    """The rows of Parquet files, which are read each time they are wanted.

    Attributes
    ----------
    rows : polars.LazyFrame
        Column by column in the order of the header.
    types : mapping
        The columns of `rows` with their types.
    parts : tuple of Path
        The files, where there are several and they are on this machine.
    """

    name: str
    rows: pl.LazyFrame = field(repr=False)
    types: Mapping[str, pl.DataType] = field(repr=False)
    header: tuple[str, ...]
    parts: tuple[Path, ...] = ()
    about: tuple[Note, ...] = ()
    values: Mapping[str, ColumnValues] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    aliases: tuple[tuple[str, ...], ...] = ()
    header_row: int | None = None
    _sizes: dict[Path, int] = field(default_factory=dict, repr=False, compare=False)

    def scan(self, columns: Columns, _types: Mapping[str, int]) -> pl.LazyFrame:
        """Return the mapped columns."""
        import polars as pl

        ids = set(columns.ids.values())
        wanted = {*ids, *columns.items.values()}
        cells = self._list_cells(wanted)
        return self.rows.select(cell.cast(pl.String) if name in ids else cell for name, cell in cells.items())

    def records(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield each row as text with its number, counted through all files."""
        import polars as pl

        with _refuse_damage(self.name):
            cells = self._list_cells(self.header)
            # Two columns of a header may be called the same only where a map has renamed one.
            texts = [cell.cast(pl.String).fill_null("").alias(str(place)) for place, cell in enumerate(cells.values())]
            batches = iter(self.rows.select(texts).collect_batches(chunk_size=_BATCH, maintain_order=True))
        number = 0
        while True:
            with _refuse_damage(self.name):
                batch = next(batches, None)
            if batch is None:
                return
            for number, cells_of_row in enumerate(batch.iter_rows(), number + 1):  # noqa: B020 - it counts on
                yield number, cells_of_row

    def read_whole(self) -> tuple[pl.DataFrame, Sequence[int]]:
        """Return every column as it is, named by its place."""
        cells = [cell.alias(str(place)) for place, cell in enumerate(self._list_cells(self.header).values())]
        frame = self.rows.select(cells).collect(engine="streaming")
        return frame, range(1, frame.height + 1)

    def place(self, problem: Problem, column: str = "") -> Problem:
        """Return a problem at the row of the file that holds it."""
        if not self.parts or problem.line is None:
            return super().place(problem, column)
        path, row = self._find_row(problem.line)
        return replace(problem, path=path, line=row)

    def describe_failure(self, error: Exception) -> Problem:
        """Return the problem of a file that turned out to be damaged, or out of reach, while it was read."""
        return _describe_damage(error, self.name)

    def _find_row(self, number: int) -> tuple[str, int]:
        for part in self.parts:
            rows = self._sizes.get(part) or self._sizes.setdefault(part, _count_rows(part))
            if number <= rows:
                return str(part), number
            number -= rows
        raise IndexError(number)

    def _list_cells(self, wanted: Sequence[str] | set[str]) -> dict[str, pl.Expr]:
        """Return the wanted columns as numbers or as text, under the names of the header."""
        import polars as pl

        named = [(name, *each) for name, each in zip(self.header, self.types.items(), strict=True) if name in wanted]
        floats = [column for _, column, dtype in named if dtype.is_float() or dtype.is_decimal()]
        found = self.rows.select(is_whole(_flatten(each, self.types[each])).all().alias(each) for each in floats)
        # Most programs that write Parquet make floats of whole numbers with gaps: 3.0 is the code 3.
        whole = found.collect(engine="streaming").row(0, named=True) if floats else {}
        return {
            name: (
                _flatten(column, dtype).cast(pl.Int64) if whole.get(column) is True else _flatten(column, dtype)
            ).alias(name)
            for name, column, dtype in named
        }


def _count_rows(path: Path) -> int:
    import polars as pl

    return int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())


@contextmanager
def open_parquet(path: Path, name: str, _folder: Path, _options: ReadingOptions) -> Iterator[Export]:
    """Open a Parquet file: numbers stay numbers, and everything else is text."""
    import polars as pl

    with _refuse_damage(name):
        schema = pl.read_parquet_schema(path)
        rows = pl.scan_parquet(path, glob=False, hive_partitioning=False)
    yield ParquetExport(name, rows, schema, tuple(schema))


def open_parquet_parts(parts: Sequence[Path], name: str, keys: Sequence[str], about: tuple[Note, ...]) -> Export:
    """Open Parquet files as one survey; `keys` are the columns that the names of folders give (``wave=T1``)."""
    import polars as pl

    schemas: dict[Path, Mapping[str, pl.DataType]] = {}
    problems: list[Problem] = []
    for part in parts:
        try:
            with _refuse_damage(str(part)):
                schemas[part] = pl.read_parquet_schema(part)
        except InvalidSurvey as error:
            problems += error.problems
    first, wanted = next(iter(schemas.items()), (parts[0], {}))
    for part, schema in schemas.items():
        if schema != wanted:
            differing = [each for each in {**wanted, **schema} if wanted.get(each) != schema.get(each)]
            each = differing[0] if differing else ""
            has, has_not = _show_type(schema.get(each)), _show_type(wanted.get(each))
            message = f"'{each}' is {has} here and {has_not} in {first}" if each else "has its columns in another order"
            hint = "the parts of one survey have the same columns; give files that differ one by one"
            problems.append(Problem(message, str(part), hint=hint, rule="file"))
    if problems:
        raise InvalidSurvey(problems[:_MOST_PROBLEMS])
    return _open_lazily(
        lambda **hive: pl.scan_parquet(list(parts), glob=False, **hive), name, keys, about, tuple(parts)
    )


def _list_keys(rows: pl.LazyFrame, keys: Sequence[str]) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    """Yield what rows say in columns that the folders of their files name too."""
    import polars as pl

    if keys:
        found = rows.select(_PATH, *(pl.col(key).cast(pl.String) for key in keys)).unique().sort(_PATH, *keys)
        for path, *own in found.collect(engine="streaming").iter_rows():
            yield path, dict(zip(keys, own, strict=True))


def open_parquet_address(address: str, name: str) -> Export:
    """Open what Polars finds at an address, or by a pattern of addresses."""
    import polars as pl

    with _refuse_damage(name):
        rows = pl.scan_parquet(address, hive_partitioning=False, include_file_paths=_PATH)
        paths = rows.select(_PATH).unique().collect(engine="streaming").to_series().to_list()
    keys = read_folders([PurePosixPath(path) for path in sorted(paths)])[0] if paths else ()
    return _open_lazily(lambda **hive: pl.scan_parquet(address, **hive), name, keys)


def _open_lazily(
    scan: Callable[..., pl.LazyFrame],
    name: str,
    keys: Sequence[str],
    about: tuple[Note, ...] = (),
    parts: tuple[Path, ...] = (),
) -> Export:
    import polars as pl

    # Polars would take the site 01 of a folder for the number 1.
    hive = {"hive_schema": dict.fromkeys(keys, pl.String)} if keys else {}
    with _refuse_damage(name):
        given = scan(hive_partitioning=False, include_file_paths=_PATH)
        own = given.collect_schema()
        refuse_contradictions(_list_keys(given, [key for key in keys if key in own]))
        rows = scan(hive_partitioning=bool(keys), **hive)
        schema = rows.collect_schema()
    return ParquetExport(name, rows, schema, tuple(schema), parts, about)


@contextmanager
def _refuse_damage(name: str) -> Iterator[None]:
    import polars as pl

    try:
        with contain_panics():
            yield
    except (pl.exceptions.PolarsError, OSError, PanicError) as error:
        raise InvalidSurvey([_describe_damage(error, name)]) from None


def _describe_damage(error: Exception, name: str) -> Problem:
    said = clip(str(error).splitlines()[0].removeprefix("object-store error: "), 160)
    if isinstance(error, OSError) and "://" in name:
        return Problem(f"cannot be read ({said})", name, rule="file")
    return Problem(f"is a damaged Parquet file ({clip(said, 100)})", name, hint=_AGAIN, rule="file")


def _show_type(dtype: pl.DataType | None) -> str:
    return "missing" if dtype is None else str(dtype)


def _flatten(column: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column as numbers or as text."""
    import polars as pl

    cell = pl.col(column)
    if dtype.is_decimal():
        return cell.cast(pl.Float64)
    if dtype.is_float():
        return cell.fill_nan(None)
    if dtype == pl.Boolean:
        return pl.when(cell).then(pl.lit("TRUE")).when(~cell).then(pl.lit("FALSE")).alias(column)
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        return pl.when(cell.is_not_null()).then(pl.lit("(not a single value)")).alias(column)
    return cell if dtype.is_numeric() else cell.cast(pl.String)
