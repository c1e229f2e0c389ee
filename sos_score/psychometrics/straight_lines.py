"""Who gave the same answer over and over: the longest run of identical answers, in the order of the items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sos_score.definition.instrument.responses import ResponseScale

SHORTEST_RUN = 10
"""A shorter run is never a straight line: a few equal answers in a row are what people give who mean them."""


def measure_runs(codes: NDArray[np.float64], kinds: Sequence[ResponseScale]) -> NDArray[np.intp]:
    """Return the longest run of identical answers in each row of codes, a column an item in order, NaN where missing.

    A missing answer neither ends a run nor lengthens it; another response scale ends it.
    """
    longest = np.zeros(len(codes), dtype=np.intp)
    run = np.zeros(len(codes), dtype=np.intp)
    last = np.full(len(codes), np.nan)
    before = None
    for column, kind in enumerate(kinds):
        if kind != before:
            last[:] = np.nan
            before = kind
        now = codes[:, column]
        answered = ~np.isnan(now)
        run = np.where(answered, np.where(now == last, run + 1, 1), run)
        last = np.where(answered, now, last)
        longest = np.maximum(longest, run)
    return longest


def are_straight(runs: NDArray[np.intp], items: int) -> NDArray[np.bool_]:
    """Return which longest runs are straight lines.

    They take half the instrument's items or more (Curran 2016), and at least `SHORTEST_RUN` answers: instruments of
    fewer items have none.
    """
    lined: NDArray[np.bool_] = (2 * runs >= items) & (runs >= SHORTEST_RUN)
    return lined
