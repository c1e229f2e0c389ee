"""Answers stored one too high or too low, and answers that run the other way round, at some sites or waves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sos_score.check.answers import Answers, FileAnswers, list_groups, read_numbers
from sos_score.check.finding import Finding, Place, make_finding
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.responses import ResponseScale
from sos_score.definition.text import read_number
from sos_score.survey.coding import find_invalid, measure_step

FEWEST_ITEMS = 6
FEWEST_PEOPLE = 10
"""Fewer items or people give no profile to compare."""

# One-sided p = .001: items that all lie alike have no profile, and chance mirrors it in every other group.
_Z = 3.090232306167813


def find_shifted(answers: Answers) -> Iterator[Finding]:
    """Yield each response scale whose answers are stored one too high or too low, in a file and group.

    That is so where numbers stand just above the highest answer, none further out, and nobody gave the lowest; or the
    other way round.
    """
    for file in answers.files:
        strays = _list_strays(file)
        for items in strays.values():
            key = file.scorer.keys[items[0]]
            responses = key.responses
            values = read_numbers(file, items).to_numpy()
            parts = {group: _count_numbers(values[rows]) for group, rows in list_groups(file.frame, answers.by)}
            steps = {group: measure_step(part, responses.min, responses.max) for group, part in parts.items()}
            if len(set(steps.values())) == 1:
                # Where all groups agree it is the file that is stored so.
                parts = {(): _count_numbers(values)}
                steps = {(): measure_step(parts[()], responses.min, responses.max)}
            for group, step in steps.items():
                if step:
                    place = Place(key.name, file.name, (), group, count=sum(parts[group].values()))
                    ends = {"low": responses.min, "high": responses.max}
                    yield make_finding("shifts", "problem", "scale_shifted", place, step=step, **ends)


def _count_numbers(values: NDArray[np.float64]) -> dict[float, int]:
    numbers, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    return dict(zip(numbers.tolist(), counts.tolist(), strict=True))


def _list_strays(file: FileAnswers) -> dict[str, list[str]]:
    """Return the items of each response scale in whose columns any number is just outside the range."""
    near: set[str] = set()
    for each in find_invalid(file.distinct, file.scorer.columns, file.scorer.keys):
        key = file.scorer.keys[each.item]
        if each.is_number and read_number(each.text) in (key.responses.min - 1, key.responses.max + 1):
            near.add(key.address)
    return {
        address: [item for item in file.scorer.columns.items if file.scorer.keys[item].address == address]
        for address in sorted(near)
    }


def find_mirrored(answers: Answers) -> Iterator[Finding]:
    """Yield each group whose items lie high where they lie low for everybody else: stored the other way round.

    Two profiles of item means are compared, of the group and of all others. Where a group answers higher or lower
    throughout, the profile stays as it is; where its codes are turned round, it is mirrored.
    """
    if not answers.by:
        return
    for instrument in answers.instruments:
        items = _list_alike(answers, instrument)
        if len(items) < FEWEST_ITEMS:
            continue
        whole = answers.codes(items)
        with np.errstate(invalid="ignore"):
            sums, counts = np.nansum(whole, axis=0), (~np.isnan(whole)).sum(axis=0)
            for group, rows in answers.places():
                codes = whole[rows]
                own, n = np.nansum(codes, axis=0), (~np.isnan(codes)).sum(axis=0)
                usable = (n >= FEWEST_PEOPLE) & (counts - n >= FEWEST_PEOPLE)
                if usable.sum() < FEWEST_ITEMS:
                    continue
                r = _correlate((own / n)[usable], ((sums - own) / (counts - n))[usable])
                if r < -np.tanh(_Z / np.sqrt(usable.sum() - 3)):
                    place = Place(instrument.id, group=group, count=len(rows), of=len(whole))
                    yield make_finding("shifts", "warning", "group_mirrored", place, items=int(usable.sum()), r=r)


def _list_alike(answers: Answers, instrument: Instrument) -> list[str]:
    """Return the items that are answered on the response scale most items have."""
    kinds: dict[int, tuple[ResponseScale, list[str]]] = {}
    for item in answers.items(instrument):
        responses = instrument.responses[item]
        kinds.setdefault(id(responses), (responses, []))[1].append(item)
    return max((items for _, items in kinds.values()), key=len, default=[])


def _correlate(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    a, b = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0
