"""Scores with a row for each respondent and scale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from sos_score.scoring.exports import Take
from sos_score.scoring.plan import ScalePlan
from sos_score.scoring.scores import Scorer

if TYPE_CHECKING:
    import polars as pl

_ROW, _PLACE = "\x1frow", "\x1fplace"


def list_long_columns(scorers: list[Scorer]) -> list[str]:
    """Return the columns after the ids: instrument, scale, score, n, further metrics, T-scores."""
    plans = [scale for scorer in scorers for plan in scorer.plans for scale in plan.scales]
    metrics = [metric for scale in plans for metric in scale.metrics]
    norms = [f"t_{norm}" for scale in plans for norm in scale.norm_names]
    return ["instrument", "scale", "score", "n", *dict.fromkeys(metrics), *dict.fromkeys(norms)]


@contextmanager
def lengthen(part: AbstractContextManager[Take], scorer: Scorer) -> Iterator[Take]:
    """Open a part that takes wide batches and passes long ones on.

    Parameters
    ----------
    part : context manager
        See `BatchWriter.part`.
    scorer : Scorer
    """
    with part as take:
        yield lambda batch: take(_make_long(batch, scorer))


def _make_long(batch: pl.DataFrame, scorer: Scorer) -> pl.DataFrame:
    import polars as pl

    ids = [*scorer.columns.ids, *scorer.columns.constants]
    rows = batch.with_row_index(_ROW)
    parts = []
    for plan in scorer.plans:
        order = {name: place for place, name in enumerate(plan.instrument.scales)}
        for scale in plan.scales:
            names = {source: target for target, source in _name_columns(scale).items()}
            parts.append(
                rows.select(
                    _ROW,
                    *ids,
                    pl.lit(plan.instrument.id).alias("instrument"),
                    pl.lit(scale.scale).alias("scale"),
                    pl.lit(order[scale.scale]).alias(_PLACE),
                    *[pl.col(source).alias(target) for source, target in names.items()],
                )
            )
    if not parts:
        return rows.select(ids)
    return pl.concat(parts, how="diagonal").sort(_ROW, "instrument", _PLACE, maintain_order=True).drop(_ROW, _PLACE)


def _name_columns(scale: ScalePlan) -> dict[str, str]:
    """Return the wide column of each long one."""
    named = {"score": scale.column, "n": f"{scale.column}_n"}
    named |= {metric: f"{scale.column}_{metric}" for metric in scale.metrics}
    return named | {f"t_{norm}": scale.t_column(norm) for norm in scale.norm_names}
