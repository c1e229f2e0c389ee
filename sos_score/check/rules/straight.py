"""People who gave the same answer over and over."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sos_score.check.answers import Answers
from sos_score.check.finding import Finding, Place, make_finding
from sos_score.definition.instrument.instrument import Instrument
from sos_score.psychometrics.straight_lines import are_straight, measure_runs


def list_straight(answers: Answers, instrument: Instrument) -> NDArray[np.bool_]:
    """Return which rows are straight lines in the answers to an instrument."""
    items = answers.items(instrument)
    runs = measure_runs(answers.codes(items), [instrument.responses[item] for item in items])
    return are_straight(runs, len(items))


def find_straight(answers: Answers) -> Iterator[Finding]:
    """Yield, for each file, the rows that are straight lines."""
    import polars as pl

    for instrument in answers.instruments:
        rows = answers.frame.filter(pl.Series(list_straight(answers, instrument), dtype=pl.Boolean))
        for file, lines, count in answers.locate(rows):
            place = Place(instrument.id, file.name, lines, count=count, of=file.frame.height)
            yield make_finding("straight", "warning", "straight_lines", place)
