"""Columns of texts that repeat, read as categories: each distinct text is matched once, and its code gathered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sos_score.scoring.expressions import answer_column
from sos_score.scoring.scorer import Scorer
from sos_score.survey.answers import AnswerKey, Reading
from sos_score.survey.coding import Distinct

if TYPE_CHECKING:
    import polars as pl

_SMALL = 2**7


class CategoryCodes:
    """Codes of the columns of categories of one scan, batch by batch."""

    def __init__(self, scorer: Scorer, schema: Mapping[str, pl.DataType]) -> None:
        import polars as pl

        self.columns: dict[str, str] = {}
        for item, column in scorer.columns.items.items():
            dtype = schema[column]
            if isinstance(dtype, pl.Categorical):
                self.columns[item] = column
                self._pool = dtype.categories
                self._kept = pl.Series([], dtype=dtype)  # without a series, Polars forgets which text a number is
        self._keys = {item: scorer.keys[item] for item in self.columns}
        self._texts: list[str | None] = []
        self._readings: dict[tuple[int, str], Reading] = {}
        self._codes: dict[int, pl.Series] = {}
        self._uncoded: Counter[tuple[str, str]] = Counter()

    def add_codes(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return a batch with the codes of each item in `answer_column`; cells of white space become null."""
        if self._pool.to_series().to_list() != self._texts:
            self._match_texts()
        coded = []
        for item, column in self.columns.items():
            cells = batch[column].to_physical()
            codes = self._codes[id(self._keys[item])].gather(cells)
            if codes.null_count() > cells.null_count():
                self._count_uncoded(item, cells.filter(codes.is_null() & cells.is_not_null()))
            coded.append(codes.alias(answer_column(item)))
        return self._clear_blank(batch).with_columns(coded)

    def list_uncoded(self) -> list[Distinct]:
        """Return the texts that have no code, and how often each occurs."""
        return [Distinct(item, text, count) for (item, text), count in sorted(self._uncoded.items())]

    def has_invalid(self) -> bool:
        """Return whether a text is neither an answer nor a known way of not answering."""
        return any(not self._read(self._keys[item], text).is_allowed for item, text in self._uncoded)

    def _match_texts(self) -> None:
        self._texts = self._pool.to_series().to_list()
        for key in self._keys.values():
            found = [None if text is None else self._read(key, text).code for text in self._texts]
            self._codes[id(key)] = _make_series(found)

    def _read(self, key: AnswerKey, text: str) -> Reading:
        place = (id(key), text)
        if place not in self._readings:
            self._readings[place] = key.read(text)
        return self._readings[place]

    def _count_uncoded(self, item: str, cells: pl.Series) -> None:
        for number, count in cells.value_counts().iter_rows():
            self._uncoded[item, str(self._texts[number])] += count

    def _clear_blank(self, batch: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        blank = [number for number, text in enumerate(self._texts) if text is not None and not text.strip()]
        if not blank:
            return batch
        cells = pl.col(*self.columns.values())
        return batch.with_columns(pl.when(~cells.to_physical().is_in(blank)).then(cells))


def _make_series(codes: Sequence[float | None]) -> pl.Series:
    """Return codes in the smallest type that holds them: whole numbers are summed in a fraction of the time."""
    import polars as pl

    known = [code for code in codes if code is not None]
    is_small = all(code % 1 == 0 and abs(code) < _SMALL for code in known)
    return pl.Series([None if code is None else int(code) for code in codes] if is_small else codes,
                     dtype=pl.Int8 if is_small else pl.Float64)  # fmt: skip
