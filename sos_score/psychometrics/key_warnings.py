"""Items of an export that run against their scale, found in its first rows: a warning beside its scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from sos_score.notes import Note, note
from sos_score.psychometrics.internal_consistency.key_places import Suspect, locate_suspects
from sos_score.scoring.expressions import answer_column
from sos_score.scoring.plan import ScalePlan
from sos_score.scoring.scorer import Scorer, add_answers, select_ids, settle_language
from sos_score.survey.coding import list_distinct
from sos_score.survey.readers.export import Export

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]

MOST_ROWS = 4_000
"""Rows that are looked at, from the first: more say little that is new of a key, and cost time."""

MOST_PLACES = 12
"""Sites or waves of which there are more are not looked at one by one: that is what a check is for."""


def warn_of_keys(export: Export, scorer: Scorer, types: Mapping[str, int]) -> tuple[Note, ...]:
    """Return a note (``file_item_against``) for each item that runs against its scale, at the widest place it does."""
    rows = _read_rows(export, scorer, types)

    def read(items: Sequence[str]) -> Floats:
        codes: Floats = rows.select(answer_column(item) for item in items).to_numpy()
        return codes

    scales = [scale for plan in scorer.plans for scale in plan.scales]
    titles = {scale.column: plan.instrument.scales[scale.scale].title for plan in scorer.plans for scale in plan.scales}
    first = MOST_ROWS if rows.height == MOST_ROWS else 0
    site, wave = _read_places(rows, "site"), _read_places(rows, "wave")
    return tuple(
        note("file_item_against", item=item, scale=titles[scale.column], site=each.site, wave=each.wave, first=first)
        for scale, item, each in list_suspects(scales, read, site, wave)
    )


def list_suspects(
    scales: Iterable[ScalePlan], read: Callable[[Sequence[str]], Floats], site: NDArray[np.str_], wave: NDArray[np.str_]
) -> Iterator[tuple[ScalePlan, str, Suspect]]:
    """Yield each item that runs against a scale of items, with the smallest such scale; see `locate_suspects`.

    `read` gives the codes of some items as answered, a column an item, NaN where there is none.
    """
    named: set[str] = set()
    for scale in sorted((scale for scale in scales if not scale.of_scores), key=lambda each: len(each.terms)):
        names = [term.name for term in scale.terms]
        signs = np.array([-1.0 if term.is_reversed else 1.0 for term in scale.terms])
        found = locate_suspects(read(names) * signs, site, wave)
        yield from ((scale, names[each.item], each) for each in found if names[each.item] not in named)
        named |= {names[each.item] for each in found}


def _read_rows(export: Export, scorer: Scorer, types: Mapping[str, int]) -> pl.DataFrame:
    """Return the first rows of an export: its ids as text, and codes under `answer_column`."""
    with export.select_rows(scorer.columns).normalise() as settled:
        scanned = nw.from_native(settled.scan(scorer.columns, types).head(MOST_ROWS).collect().lazy())
        distinct = list_distinct(scanned, scorer.textual(scanned.collect_schema()))
        scorer = settle_language(scorer, distinct)
        codes = [answer_column(item) for item in scorer.columns.items]
        coded = add_answers(scanned, scorer, distinct).select(*select_ids(scorer), nw.col(codes).cast(nw.Float64))
        rows: pl.DataFrame = coded.to_native().collect()
    return rows


def _read_places(rows: pl.DataFrame, role: str) -> NDArray[np.str_]:
    """Return the value of an id column in each row; empty where there is none, or where there are too many."""
    if role not in rows.columns or rows[role].n_unique() > MOST_PLACES:
        return np.full(rows.height, "", dtype=str)
    return rows[role].str.strip_chars().fill_null("").to_numpy().astype(str)
