"""Answers to items that were not asked, which count for nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sos_score.check.answers import Answers
from sos_score.check.finding import Finding, Place, make_finding


def find_unasked(answers: Answers) -> Iterator[Finding]:
    """Yield, for each item and file, the rows that answer it although the deciding item says it was not asked."""
    import polars as pl

    for instrument in answers.instruments:
        items = answers.items(instrument)
        unasked = ~answers.find_asked(instrument) & ~np.isnan(answers.codes(items))
        for item in np.flatnonzero(unasked.any(axis=0)):
            rows = answers.frame.filter(pl.Series(unasked[:, item], dtype=pl.Boolean))
            gates = tuple(dict.fromkeys(gate for gate, _ in instrument.conditions[items[item]]))
            for file, lines, count in answers.locate(rows):
                place = Place(items[item], file.name, lines, count=count, of=file.frame.height)
                yield make_finding("unasked", "warning", "answers_unasked", place, gates=gates)
