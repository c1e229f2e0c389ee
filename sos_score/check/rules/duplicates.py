"""Rows that are there twice: the same person, or the same answers from two people."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sos_score.check.answers import Answers
from sos_score.check.finding import Finding, Place, make_finding
from sos_score.check.rules.straight import list_straight
from sos_score.survey.check.row_key import MANY

FEWEST_ANSWERS = 20
"""Fewer answers are the same now and then by chance: 12 items of one factor in a tenth of files of 120 people."""


def find_duplicates(answers: Answers) -> Iterator[Finding]:
    """Yield, for each file, the rows whose person is there more than once, and those that name nobody."""
    import polars as pl

    if "respondent" in answers.ids:
        for file, lines, count in answers.locate(answers.frame.filter(pl.col("respondent").is_null())):
            place = Place("respondent", file.name, lines, count=count, of=file.frame.height)
            yield make_finding("duplicates", "problem", "respondent_blank", place)
    key = answers.key
    if not key.columns:
        return
    named = answers.frame.filter(pl.any_horizontal(pl.col(key.named_by).is_not_null()))
    columns = list(key.columns)
    repeated = named.filter(pl.len().over(columns) > 1)
    people, everybody = (each.select(columns).n_unique() for each in (repeated, named))
    is_everybody = people == everybody and not answers.wave
    is_apart = (
        people >= MANY and bool(answers.site) and not repeated.select([*columns, answers.site]).is_duplicated().any()
    )
    for file, lines, count in answers.locate(repeated):
        place = Place("", file.name, lines, count=count, of=file.frame.height)
        said = {
            "people": people, "is_everybody": is_everybody, "has_waves": bool(answers.wave), "is_apart": is_apart,
        }  # fmt: skip
        yield make_finding("duplicates", "problem", "row_repeated", place, **said)


def find_copies(answers: Answers) -> Iterator[Finding]:
    """Yield the rows that answer exactly as somebody else does, where there are many answers and no straight line."""
    import polars as pl

    for instrument in answers.instruments:
        items = answers.items(instrument)
        codes = answers.codes(items)
        enough = (~np.isnan(codes)).sum(axis=1) >= max(FEWEST_ANSWERS, len(items) / 2)
        kept = enough & ~list_straight(answers, instrument)
        rows = answers.frame.filter(pl.Series(kept))
        given = pl.DataFrame(codes[kept])
        # The same person twice is another matter; where nobody is named, each row is somebody.
        who = rows[answers.person] if answers.person else pl.int_range(rows.height, eager=True)
        people = pl.col("who").n_unique().over(given.columns)
        alike = given.with_columns(who.alias("who")).select((people > 1).alias("alike"))["alike"]
        for file, lines, count in answers.locate(rows.filter(alike)):
            place = Place(instrument.id, file.name, lines, count=count, of=file.frame.height)
            yield make_finding("duplicates", "warning", "answers_copied", place)
