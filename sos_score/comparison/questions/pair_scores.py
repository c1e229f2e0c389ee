"""The two scores of a declared pair, brought together at its level and below it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.nesting import Codes, nest_levels, split_waves
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.rows import ALONE
from sos_score.definition.study.model import Pair
from sos_score.study.data import StudyData
from sos_score.study.outcome import StudyOutcome

if TYPE_CHECKING:
    import pandas as pd

Scores = NDArray[np.float64]
Unit = tuple[str, ...]
"""Its id, and those of what it is in where its own does not tell it apart."""


@dataclass(frozen=True, eq=False)
class PairScores:
    """The scores of a pair at one wave."""

    wave: str  # empty where none is recorded
    # (units,): the mean of each unit of the pair's level, several ratings of one case averaged first
    x: Scores
    y: Scores
    # the ids that name a unit: that of the pair's level, after those of what it is in where its own is there twice
    unit_ids: tuple[str, ...]
    outcome: Scores  # (rows,): y row by row
    unit_x: Scores  # (rows,): x of the unit of each row of `outcome`: its mean
    # (rows,): x of the very person or family of each row; all NaN where the sources share no id below the level
    own_x: Scores
    levels: dict[str, Codes]  # groups of each row of `outcome`, down to the pair's level


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
    (x, rows_x), (y, rows_y) = one, two
    shared = [name for name in x.table.levels if name in y.table.levels]
    columns = _share_columns(x, y, pair.level)
    units_x, units_y = _name_units(columns, rows_x, rows_y)
    means_x, means_y = _average(x, rows_x, units_x), _average(y, rows_y, units_y)
    units = sorted({*means_x, *means_y})
    table_levels = nest_levels(y.table, rows_y)
    place = y.table.levels.index(pair.level) if pair.level in y.table.levels else len(y.table.levels)
    kept = dict(list(table_levels.items())[: place + 1])
    own_x: list[Unit] = [()] * len(rows_x)
    own_y = units_y
    if shared[-1] != pair.level:  # there is an id below the pair's level that both have
        own_x, own_y = _name_units(_share_columns(x, y, shared[-1]), rows_x, rows_y)
    own = _average(x, rows_x, own_x)
    return PairScores(
        wave=wave,
        x=np.array([means_x.get(unit, np.nan) for unit in units]),
        y=np.array([means_y.get(unit, np.nan) for unit in units]),
        unit_ids=(pair.level,) if all(len(unit) < 2 for unit in (*units_x, *units_y)) else tuple(columns),
        outcome=rows_y[y.scale].to_numpy(dtype=float),
        unit_x=np.array([means_x.get(unit, np.nan) for unit in units_y], dtype=float),
        own_x=np.array([own.get(unit, np.nan) for unit in own_y], dtype=float),
        levels=kept,
    )


def _share_columns(x: StudyOutcome, y: StudyOutcome, level: str) -> list[str]:
    """Return the ids that both sources have of those that name the groups of a level."""
    others = y.table.name_columns(level)
    return [name for name in x.table.name_columns(level) if name in others]


def _name_units(levels: Sequence[str], *tables: pd.DataFrame) -> list[list[Unit]]:
    """Return the unit of each row of some tables at the lowest of some levels; empty where it is missing.

    Where an id is in several groups of a level above (worker 1 of every site), it is another unit in each. So it is
    where no id is in the same groups in all tables, as where each table is of one site.
    """
    *above, lowest = levels
    every = [list(zip(*(_read_ids(rows[name]) for name in (lowest, *above)), strict=True)) for rows in tables]
    known = [{row for row in rows if all(row)} for rows in every]
    is_unique = all(len({unit for unit, *_ in rows}) == len(rows) for rows in known)
    first, *others = ({unit: groups for unit, *groups in rows} for rows in known)
    shared = [(groups, other[unit]) for other in others for unit, groups in first.items() if unit in other]
    is_unique = is_unique and (not shared or any(one == two for one, two in shared))
    return [[() if not row[0] else row[:1] if is_unique else row for row in rows] for rows in every]


def _read_ids(column: pd.Series[str]) -> list[str]:
    return column.where(column.notna(), "").astype(str).tolist()


def _average(outcome: StudyOutcome, rows: pd.DataFrame, units: Sequence[Unit]) -> dict[Unit, float]:
    """Return the mean score of each unit; several ratings of one person count once."""
    people: dict[Unit, dict[str, list[float]]] = {}
    scores = rows[outcome.scale].to_numpy(dtype=float).tolist()
    for place, (unit, person, score) in enumerate(zip(units, _read_ids(rows["person"]), scores, strict=True)):
        if unit and not math.isnan(score):
            people.setdefault(unit, {}).setdefault(person or f"{ALONE}{place}", []).append(score)
    return {unit: fmean(fmean(each) for each in scored.values()) for unit, scored in people.items()}
