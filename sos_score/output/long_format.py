"""Scores with a row for each respondent and scale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from sos_score.scoring.files import BatchSink
from sos_score.scoring.plan import ScalePlan
from sos_score.scoring.scorer import Scorer

if TYPE_CHECKING:
    import polars as pl

_ROW, _PLACE = "\x1frow", "\x1fplace"


def list_long_columns(scorers: list[Scorer]) -> list[str]:
    """Return the columns after the ids: instrument, scale, score, n, further metrics, T-scores, what is published."""
    plans = [scale for scorer in scorers for plan in scorer.plans for scale in plan.scales]
    metrics = [metric for scale in plans for metric in scale.metrics]
    norms = [f"t_{norm}" for scale in plans for norm in scale.norm_names]
    norms += [f"t_{each.norm}" for scorer in scorers for each in scorer.vendor_scores]
    published = [name for scale in plans for name in _name_published(scale)]
    return ["instrument", "scale", "score", "n", *dict.fromkeys(metrics), *dict.fromkeys([*norms, *published])]


@contextmanager
def lengthen(part: AbstractContextManager[BatchSink], scorer: Scorer) -> Iterator[BatchSink]:
    """Open a part that takes wide batches and passes long ones on."""
    with part as take:
        yield lambda batch: take(_make_long(batch, scorer))


def _make_long(batch: pl.DataFrame, scorer: Scorer) -> pl.DataFrame:
    import polars as pl

    ids = [*scorer.columns.ids, *scorer.columns.constants]
    rows = batch.with_row_index(_ROW)
    parts = [
        rows.select(
            _ROW,
            *ids,
            pl.lit(instrument).alias("instrument"),
            pl.lit(scale).alias("scale"),
            pl.lit(place).alias(_PLACE),
            *[pl.col(source).alias(target) for target, source in named.items()],
        )
        for place, (instrument, scale, named) in enumerate(_list_scales(scorer))
    ]
    return pl.concat(parts, how="diagonal").sort(_ROW, _PLACE).drop(_ROW, _PLACE)


def _list_scales(scorer: Scorer) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield instrument, scale, and the wide column of each long one, in the order of the definitions."""
    for plan in scorer.plans:
        by_scale = {scale.scale: scale for scale in plan.scales}
        for name in plan.instrument.scales:
            yield plan.instrument.id, name, _name_columns(by_scale[name])
    for ready in scorer.vendor_scores:
        yield ready.instrument, ready.scale, {f"t_{ready.norm}": ready.column}


def _name_columns(scale: ScalePlan) -> dict[str, str]:
    """Return the wide column of each long one."""
    named = {"score": scale.column, "n": f"{scale.column}_n"}
    named |= {metric: f"{scale.column}_{metric}" for metric in scale.metrics}
    named |= {f"t_{norm}": scale.t_column(norm) for norm in scale.norm_names}
    return named | _name_published(scale)


def _name_published(scale: ScalePlan) -> dict[str, str]:
    """Return the wide column of each long one of converted scores and bands."""
    columns = [*(each.column for each in scale.conversions), *(each.column for each in scale.bands)]
    return {column.removeprefix(f"{scale.column}_"): column for column in columns}
