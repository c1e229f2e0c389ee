"""Items of an export that run against their scale, found in its first rows: a warning beside its scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import narwhals as nw

from sos_score.notes import Note, note
from sos_score.psychometrics.internal_consistency.key_screen import find_doubtful
from sos_score.scoring.expressions import answer_column
from sos_score.scoring.scorer import Scorer, add_answers, select_ids, settle_language
from sos_score.survey.coding import list_distinct
from sos_score.survey.readers.export import Export

if TYPE_CHECKING:
    import polars as pl

MOST_ROWS = 4_000
"""Rows that are looked at, from the first: more say little that is new of a key, and cost time."""

MOST_PLACES = 12
"""Sites or waves of which there are more are not looked at one by one: that is what a check is for."""


def warn_of_keys(export: Export, scorer: Scorer, types: Mapping[str, int]) -> tuple[Note, ...]:
    """Return a note (``file_item_against``) for each item that runs against its scale, at the widest place it does."""
    rows = _read_rows(export, scorer, types)
    places = [_read_places(rows, role).alias(role) for role in ("site", "wave")]
    scales = [scale for plan in scorer.plans for scale in plan.scales if not scale.of_scores]
    doubtful = find_doubtful(rows, scales, *places)
    if not doubtful:
        return ()
    from sos_score.psychometrics.internal_consistency.key_places import list_suspects  # loads NumPy

    site, wave = (each.to_numpy().astype(str) for each in places)
    found = list_suspects(doubtful, lambda items: rows.select(map(answer_column, items)).to_numpy(), site, wave)
    first = MOST_ROWS if rows.height == MOST_ROWS else 0
    titles = {scale.column: plan.instrument.scales[scale.scale].title for plan in scorer.plans for scale in plan.scales}
    return tuple(
        note("file_item_against", item=item, scale=titles[scale.column], site=each.site, wave=each.wave, first=first)
        for scale, item, each in found
    )


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


def _read_places(rows: pl.DataFrame, role: str) -> pl.Series:
    """Return the value of an id column in each row; empty where there is none, or where there are too many."""
    import polars as pl

    if role not in rows.columns or rows[role].n_unique() > MOST_PLACES:
        return pl.repeat("", rows.height, eager=True)
    return rows[role].str.strip_chars().fill_null("")
