"""The two scores of a declared pair, brought together at its level and below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.nesting import Codes, nest_levels, split_waves
from sos_score.comparison.plan import ComparisonPlan
from sos_score.definition.study.model import Pair
from sos_score.study.data import StudyData
from sos_score.study.outcome import StudyOutcome

if TYPE_CHECKING:
    import pandas as pd

Scores = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PairScores:
    """The scores of a pair at one wave.

    Attributes
    ----------
    wave : str
        Empty where none is recorded.
    x, y : array (units,)
        The mean of each unit of the pair's level, several ratings of one case averaged first.
    n_units : int
        Units with either score.
    outcome : array (rows,)
        y row by row.
    unit_x : array (rows,)
        x of the unit of each row of `outcome`: its mean.
    own_x : array (rows,)
        x of the very person or family of each row; all NaN where the sources share no id below the level.
    levels : dict
        Groups of each row of `outcome`, down to the pair's level.
    """

    wave: str
    x: Scores
    y: Scores
    n_units: int
    outcome: Scores
    unit_x: Scores
    own_x: Scores
    levels: dict[str, Codes]


def list_pair_scores(pair: Pair, data: StudyData, plan: ComparisonPlan) -> Iterator[PairScores]:
    """Yield a pair's scores wave by wave.

    A source without waves goes with every wave of the other.
    """
    x, y = data.outcome(pair.x), data.outcome(pair.y)
    if pair.level not in x.frame or pair.level not in y.frame:
        return
    first, second = dict(split_waves(x.frame, plan)), dict(split_waves(y.frame, plan))
    for wave in dict.fromkeys((*second, *first)):
        rows_x, rows_y = first.get(wave, first.get("")), second.get(wave, second.get(""))
        if rows_x is None or rows_y is None or (not wave and len({*first, *second}) > 1):
            continue
        yield _bring_together(pair, wave, (x, rows_x), (y, rows_y))


def _bring_together(
    pair: Pair, wave: str, one: tuple[StudyOutcome, pd.DataFrame], two: tuple[StudyOutcome, pd.DataFrame]
) -> PairScores:
    level = pair.level
    means_x, means_y = (_average(outcome, rows, level) for outcome, rows in (one, two))
    units = sorted({*means_x, *means_y})
    y, rows = two
    codes = rows[level].to_numpy(dtype=object)
    table_levels = nest_levels(y.table, rows)
    place = y.table.levels.index(level) if level in y.table.levels else len(y.table.levels)
    kept = dict(list(table_levels.items())[: place + 1])
    shared = _find_shared(one[0], y, level)
    own = _average(one[0], one[1], shared) if shared else {}
    keys = rows[shared].to_numpy(dtype=object) if shared else codes
    return PairScores(
        wave=wave,
        x=np.array([means_x.get(unit, np.nan) for unit in units]),
        y=np.array([means_y.get(unit, np.nan) for unit in units]),
        n_units=len(units),
        outcome=rows[y.scale].to_numpy(dtype=float),
        unit_x=np.array([means_x.get(code, np.nan) for code in codes], dtype=float),
        own_x=np.array([own.get(key, np.nan) for key in keys], dtype=float),
        levels=kept,
    )


def _average(outcome: StudyOutcome, rows: pd.DataFrame, level: str) -> dict[str, float]:
    """Return the mean score of each unit of a level; several ratings of one person count once."""
    scores = rows.loc[rows[outcome.scale].notna() & rows[level].notna(), ["person", level, outcome.scale]]
    people = scores["person"].where(scores["person"].notna(), scores.index.astype(str))
    once = scores.assign(person=people).groupby(["person", level], as_index=False)[outcome.scale].mean()
    means = once.groupby(level)[outcome.scale].mean()
    return {str(unit): float(mean) for unit, mean in means.items()}


def _find_shared(x: StudyOutcome, y: StudyOutcome, level: str) -> str:
    """Return the lowest id below the pair's level that both sources have; empty where there is none."""
    below = [name for name in x.table.levels if name in y.table.levels]
    names = below[below.index(level) + 1 :] if level in below else []
    return names[-1] if names else ""
