"""The rows of an outcome at a wave, with the levels they are nested in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.plan import ComparisonPlan
from sos_score.statistics.mixed.data import nest_codes
from sos_score.study.data import SourceTable
from sos_score.words import pluralise

if TYPE_CHECKING:
    import pandas as pd

Codes = NDArray[np.object_]


def split_waves(frame: pd.DataFrame, plan: ComparisonPlan) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each wave with its rows, in order; the wave is empty where none is recorded."""
    if frame["wave"].isna().all():
        yield "", frame
        return
    for wave in plan.waves:
        rows = frame[frame["wave"] == wave]
        if len(rows):
            yield wave, rows


def nest_levels(table: SourceTable, rows: pd.DataFrame) -> dict[str, Codes]:
    """Return the groups of each of a table's levels by its plural, the highest first.

    Codes are unique within all higher levels: worker 1 of one site is not worker 1 of another. A level at which
    every row is a group of its own is left out: it is what the scores themselves differ by.
    """
    found: dict[str, Codes] = {}
    for place, level in enumerate(table.levels):
        columns = [rows[name].to_numpy(dtype=object) for name in table.levels[: place + 1]]
        codes = nest_codes(*columns)
        known = [code for code in codes if code is not None]
        if len(set(known)) < len(known):
            found[pluralise(level)] = codes
    return found
