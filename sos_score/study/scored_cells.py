"""The cells of a table of scores, column by column: texts without white space around them, and numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sos_score.definition.text import DECIMAL_ZERO, fold_text
from sos_score.errors import InvalidSurvey, Problem
from sos_score.survey.readers.export import ReadingOptions
from sos_score.survey.readers.registry import open_export

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

CODES = (-1, -7, -8, -9, -66, -77, -88, -98, -99, -999, -9999, 77, 88, 98, 99, 888, 999, 9999)
"""Numbers that usually stand for "no answer"."""
_LIKE_NUMBER = re.compile(r"[-+]?[0-9][0-9.,\s]*%?")
_POINT = re.compile(r"[-+]?[0-9]*\.[0-9]+")
_COMMA = re.compile(r"[-+]?[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})")
_BLANK = ("", "na", "nan", "null", "none", ".")


@dataclass(frozen=True)
class Cells:
    """The cells of a file by column, numbers as numbers and texts stripped, and the line of each row.

    Texts are ids, as they link: 1.0 is 1.
    """

    header: tuple[str, ...]
    frame: pl.DataFrame
    lines: Sequence[int]

    def list_texts(self, column: str) -> list[str]:
        """Return the different texts of a column, in order of appearance; blank ones are none."""
        return self._texts(column).drop_nulls().unique(maintain_order=True).to_list()

    def share_texts(self, column: str) -> NDArray[np.object_]:
        """Return a column as texts, None where blank: one text, however many rows have it."""
        import numpy as np
        import polars as pl

        texts = self._texts(column)
        known = texts.drop_nulls().unique(maintain_order=True)
        places = texts.replace_strict(known, pl.Series(range(known.len())), default=known.len(), return_dtype=pl.Int64)
        found: NDArray[np.object_] = np.array([*known.to_list(), None], dtype=object)[places.to_numpy()]
        return found

    def spell_once(self, *columns: str) -> Cells:
        """Return the same with one spelling, the first, of texts that differ in case or white space only."""
        import polars as pl

        spelled = []
        for column in columns:
            first: dict[str, str] = {}
            spellings = {text: first.setdefault(fold_text(text), text) for text in self.list_texts(column)}
            spelled.append(self._texts(column).replace(spellings).fill_null("").cast(pl.String).alias(column))
        return replace(self, frame=self.frame.with_columns(spelled))

    def is_numeric(self, column: str) -> bool:
        """Return whether a column has numbers, and nothing that is none."""
        numbers, is_strange = self._numbers(column)
        return not is_strange.any() and numbers.drop_nulls().len() > 0

    def read_numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column of numbers, NaN where a cell says that there is none."""
        return self._numbers(column)[0].to_numpy()

    def find_codes(self, column: str) -> list[str]:
        """Return the usual codes for "no answer" that lie further from all other numbers than these from each other."""
        import numpy as np

        numbers = np.unique(self.read_numbers(column))
        is_code = np.isin(numbers, CODES)
        others = numbers[~is_code & ~np.isnan(numbers)]
        if others.size < 2:
            return []
        spread = float(others[-1] - others[0])
        far = is_code & ((numbers < others[0] - spread) | (numbers > others[-1] + spread))
        return [f"{number:g}" for number in numbers[far]]

    def find_strange(self, column: str) -> list[tuple[int, str]]:
        """Return the cells of a column that are no number, each with its line."""
        import polars as pl

        places = self._numbers(column)[1].arg_true().to_list()
        texts = self.frame[column].cast(pl.String)
        return [(self.lines[place], texts[place]) for place in places]

    def find_nearly_numeric(self, column: str) -> list[str]:
        """Return the different cells that are no number, where they are few or written as numbers: n/a, 2,300, 45%."""
        strange = [text for _, text in self.find_strange(column)]
        words = sum(_LIKE_NUMBER.fullmatch(text) is None for text in strange)
        filled = self._texts(column).drop_nulls().len()
        return list(dict.fromkeys(strange)) if 2 * words <= filled else []

    def _texts(self, column: str) -> pl.Series:
        import polars as pl

        text = pl.col(column).cast(pl.String).str.replace(DECIMAL_ZERO, "$1")
        return self.frame.select(pl.when(text != "").then(text)).to_series()

    def _numbers(self, column: str) -> tuple[pl.Series, pl.Series]:
        """Return a column as numbers, null where there is none, and which cells are no number."""
        import polars as pl

        cells = self.frame[column]
        if cells.dtype.is_numeric():
            numbers = cells.cast(pl.Float64).fill_nan(None)
            is_finite = numbers.is_finite().fill_null(value=True)
            return numbers, ~is_finite
        given = cells.unique(maintain_order=True).to_list()
        # 2,875 alone may be thousands; beside 2,5 it is a fraction.
        has_commas = any(map(_COMMA.fullmatch, given)) and not any(map(_POINT.fullmatch, given))
        read = [_read_number(cell.replace(",", ".") if has_commas else cell) for cell in given]
        known = [None if number is None or math.isnan(number) else number for number in read]
        strange = [number is None for number in read]
        keys = pl.Series(given, dtype=pl.String)
        return (
            cells.replace_strict(keys, pl.Series(known, dtype=pl.Float64)),
            cells.replace_strict(keys, pl.Series(strange, dtype=pl.Boolean)),
        )


def read_cells(path: str, reading: ReadingOptions, file: Path | None) -> Cells:
    """Read a table of scores whole; rows that are blank are none."""
    import polars as pl

    with open_export(path, reading, file) as export:
        header = tuple(name.strip() for name in export.header)
        twice = sorted({name for name in header if name and header.count(name) > 1})
        problems = [Problem(f"several columns are called '{name}'", path, 1, rule="column") for name in twice]
        frame = pl.DataFrame()
        lines: Sequence[int] = ()
        try:
            with export.normalise() as even:
                frame, lines = _strip(*even.read_whole())
        except InvalidSurvey as error:
            problems += error.problems
        else:
            if not frame.height:
                problems.append(Problem("has a header and no rows", path, rule="file"))
    if problems:
        raise InvalidSurvey(problems, "nothing was compared")
    names = {place: name or place for place, name in zip(frame.columns, header, strict=True)}
    return Cells(header, frame.rename(names), lines)


def _strip(frame: pl.DataFrame, lines: Sequence[int]) -> tuple[pl.DataFrame, Sequence[int]]:
    """Return the rows that hold anything, with the white space around texts taken off, and their lines."""
    import numpy as np
    import polars as pl
    from polars import selectors

    frame = frame.with_columns(selectors.string().str.strip_chars().fill_null(""))
    is_blank = frame.select(pl.all_horizontal(selectors.string() == "", (~selectors.string()).is_null())).to_series()
    if not is_blank.any():
        return frame, lines
    kept = np.asarray(lines)[~is_blank.to_numpy()]
    return frame.filter(~is_blank), kept.tolist()


def _read_number(cell: str) -> float | None:
    """Return a score, NaN where the cell says there is none, None where it is no number."""
    if cell.casefold() in _BLANK:
        return math.nan
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
