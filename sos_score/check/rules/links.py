"""Who is there at which wave, and ids that keep people from being linked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sos_score.check.answers import Answers
from sos_score.check.finding import Finding, Place, make_finding
from sos_score.definition.text import ROUNDED_ID, SUMMARY_ID, fold_text, loosen_id
from sos_score.survey.waves import order_waves


@dataclass(frozen=True)
class WavePair:
    """Two waves, and who was there."""

    first: str
    second: str
    # people at both waves, and at one of them only
    both: int
    only_first: int
    only_second: int
    near: int  # people at one wave only whose id, but for case, white space and zeros in front, is also at the other


def list_pairs(answers: Answers) -> list[WavePair]:
    """Return each two waves that follow one another, in order; files are waves where nothing else says when it was.

    None where nobody is named.
    """
    people = {name: named for name, named in _list_people(answers).items() if named}
    pairs = []
    for first, second in pairwise(people):
        left, right = people[first] - people[second], people[second] - people[first]
        near = {loosen_id(each) for each in left} & {loosen_id(each) for each in right}
        pairs.append(WavePair(first, second, len(people[first] & people[second]), len(left), len(right), len(near)))
    return pairs


def _list_people(answers: Answers) -> dict[str, set[str]]:
    """Return who is there at each wave, in order."""
    import polars as pl

    if not answers.person:
        return {}
    if not answers.wave:
        return {each.name: set(each.frame[answers.person].drop_nulls()) for each in answers.files}
    named = answers.frame.select(answers.person, answers.wave).drop_nulls()
    present = order_waves(named[answers.wave].to_list())
    spelt = {
        wave: [each for each in present if fold_text(each) == fold_text(wave)] for wave in answers.waves or present
    }
    return {wave: set(named.filter(pl.col(answers.wave).is_in(each))[answers.person]) for wave, each in spelt.items()}


def find_damaged_ids(answers: Answers) -> Iterator[Finding]:
    """Yield, for each file, the rows whose id a spreadsheet rounded, and those that sum up the others."""
    import polars as pl

    if not answers.person:
        return
    for pattern, code in ((ROUNDED_ID, "id_rounded"), (SUMMARY_ID, "id_summary")):
        rows = answers.frame.filter(pl.col(answers.person).str.contains(pattern))
        for file, lines, count in answers.locate(rows):
            place = Place(answers.person, file.name, lines, count=count, of=file.frame.height)
            yield make_finding("links", "problem", code, place)


def find_links(answers: Answers) -> Iterator[Finding]:
    """Yield waves that nobody links, and ids that are nearly the same."""
    for pair in list_pairs(answers):
        waves = {"first": pair.first, "second": pair.second}
        everybody = pair.both + pair.only_first + pair.only_second
        if pair.near:
            yield make_finding("links", "warning", "ids_nearly_linked", Place(count=pair.near, of=everybody), **waves)
        elif not pair.both:
            yield make_finding("links", "warning", "nobody_linked", Place(of=everybody), **waves)
