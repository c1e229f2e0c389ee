"""Sites and waves: spelt in two ways, unknown to the study, or changing for the same person."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.check.answers import Answers
from sos_score.check.finding import Finding, Place, make_finding
from sos_score.definition.text import fold_code, fold_text


def find_spellings(answers: Answers) -> Iterator[Finding]:
    """Yield the sites and waves that are spelt in two ways."""
    for column in answers.by:
        counts = answers.frame[column].drop_nulls().value_counts(sort=True).rows()
        seen: dict[str, tuple[str, int]] = {}
        for value, count in counts:
            one, most = seen.setdefault(fold_code(value), (value, count))
            if one != value:
                place = Place(column, count=most, of=count)
                yield make_finding("places", "warning", "group_spelt", place, one=one, other=value)


def find_unknown(answers: Answers) -> Iterator[Finding]:
    """Yield, for each file, the sites and waves that are none of the study, and the rows that have none."""
    import polars as pl

    for column, known in ((answers.site, answers.sites), (answers.wave, answers.waves)):
        if not column or not known:
            continue
        names = {fold_text(each) for each in known}
        values = answers.frame[column].unique(maintain_order=True).drop_nulls().to_list()
        for value in (each for each in values if fold_text(each) not in names):
            for file, lines, count in answers.locate(answers.frame.filter(pl.col(column) == value)):
                place = Place(column, file.name, lines, count=count, of=file.frame.height)
                yield make_finding("places", "problem", "place_unknown", place, value=value, known=tuple(known))
        for file, lines, count in answers.locate(answers.frame.filter(pl.col(column).is_null())):
            place = Place(column, file.name, lines, count=count, of=file.frame.height)
            yield make_finding("places", "warning", "place_blank", place)


def find_moved(answers: Answers) -> Iterator[Finding]:
    """Yield how many people are at more than one site."""
    import polars as pl

    if not answers.person or not answers.site:
        return
    named = answers.frame.select(answers.person, answers.site).drop_nulls()
    sites = named.group_by(answers.person).agg(pl.col(answers.site).n_unique().alias("sites"))
    moved = int((sites["sites"] > 1).sum())
    if moved:
        place = Place(answers.site, count=moved, of=sites.height)
        yield make_finding("places", "note", "people_moved", place)
