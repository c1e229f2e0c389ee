"""Which columns may hold the items of an instrument, and how far that can be trusted."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.text import fold_text
from sos_score.survey.answers import AnswerKey
from sos_score.survey.proposal.sample import Sample

How = Literal["id", "wording", "number", "order", "options"]
Keys = Mapping[str, AnswerKey]

_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_DIGITS = re.compile(r"[0-9]{1,9}")
_SAME, _CLEAR = 0.85, 0.05  # how alike two texts must be, and how much more than the next
_CONTAINED = 15  # a shorter wording may stand in another question
_FITS = 0.8
_TICKS = {"0", "1", "", "yes", "no", "checked", "unchecked"}


@dataclass(frozen=True)
class ItemColumns:
    """The columns of an instrument's items."""

    instrument: Instrument  # whose items they are
    found: Mapping[str, int | tuple[int, ...]]  # item to the place of its column, from 0; or places, one an option
    # by what they were found: the ids, the wording, the numbers in their headers, their order, or 0/1 columns
    how: Mapping[str, How]
    occasion: str = ""  # what marks the columns of one occasion, where the file has every item for several side by side
    others: tuple[str, ...] = ()  # the first columns of other runs that might be meant
    unfit: tuple[str, ...] = field(default=())  # items whose column holds texts that are no answers

    @property
    def lost(self) -> list[str]:
        """Return the items without a column."""
        return [item for item in self.instrument.responses if item not in self.found]


def find_items(instrument: Instrument, sample: Sample, keys: Keys, taken: set[int]) -> list[ItemColumns]:
    """Return the columns of an instrument's items: once, or once for each occasion that stands side by side."""
    items = list(instrument.responses)
    every = [place for place in range(len(sample.names)) if place not in taken]
    by_options = _find_options(items, sample, keys, every)
    # An option at the end of every id is no occasion.
    occasions = {} if by_options else _find_occasions(items, sample)
    if len(occasions) > 1:
        return [
            _judge(instrument, found, dict.fromkeys(found, "id"), sample, keys, occasion=occasion)
            for occasion, found in occasions.items()
        ]
    by_id = {item: places[0] for item in items if len(places := sample.headers.places(item)) == 1}
    found: dict[str, int | tuple[int, ...]] = {**next(iter(occasions.values()), {}), **by_id}
    how: dict[str, How] = dict.fromkeys(found, "id")
    by_options = {item: places for item, places in by_options.items() if item not in found}
    used = {*by_id.values(), *(place for places in by_options.values() for place in places)}
    found |= by_options
    how |= dict.fromkeys(by_options, "options")
    free = [place for place in every if place not in used]
    wordings = {item: instrument.labels.get(item, "") for item in items if item not in found}
    by_wording = _find_wording(wordings, sample, free)
    found |= by_wording
    how |= dict.fromkeys(by_wording, "wording")
    rest = [item for item in items if item not in found]
    way, runs = _find_rest(rest, sample, keys, [place for place in free if place not in by_wording.values()])
    if runs:
        found |= dict(zip(rest, runs[0], strict=True))
        how |= dict.fromkeys(rest, way)
    others = tuple(sample.headers.names[run[0]] for run in runs[1:])
    return [_judge(instrument, found, how, sample, keys, others=others)]


def _find_rest(
    rest: Sequence[str], sample: Sample, keys: Keys, free: Sequence[int]
) -> tuple[How, list[tuple[int, ...]]]:
    """Return the runs of columns that could hold the items nothing names: by their numbers, else by their order."""
    runs = [run for run in _list_runs(len(rest), sample, free) if _fits(rest, run, sample, keys)] if rest else []
    if runs or not rest:
        return "number", runs
    return "order", list(_list_blocks(rest, sample, keys, free))


def _judge(
    instrument: Instrument,
    found: Mapping[str, int | tuple[int, ...]],
    how: Mapping[str, How],
    sample: Sample,
    keys: Keys,
    *,
    occasion: str = "",
    others: tuple[str, ...] = (),
) -> ItemColumns:
    unfit = tuple(
        item for item, place in found.items() if isinstance(place, int) and sample.fit(place, keys[item]) < _FITS
    )
    order = {item: found[item] for item in instrument.responses if item in found}
    return ItemColumns(instrument, order, how, occasion, others, unfit)


def _find_occasions(items: Sequence[str], sample: Sample) -> dict[str, dict[str, int]]:
    """Return the columns by what stands before or after the ids (``q_1_T1``, ``wave2_q_1``, ``q_1.1``), all or none.

    Where some columns have the bare ids and others an addition, the bare ones are an occasion of their own. An addition
    that has no letters is no name of an occasion: they are then counted.
    """
    sets: dict[str, dict[str, int]] = {}
    for place, name in enumerate(sample.headers.names):
        for item in items:
            start = name.casefold().find(item.casefold())
            before, after = name[: max(start, 0)], name[start + len(item) :]
            is_inside = before[-1:].isalnum() or after[:1].isalnum() or (before.strip() and after.strip())
            if start >= 0 and not is_inside:
                sets.setdefault((before or after).strip(), {}).setdefault(item, place)
    whole = {mark: found for mark, found in sets.items() if len(found) == len(items)}
    names = [_EDGES.sub("", mark) for mark in whole]
    if not all(any(letter.isalpha() for letter in name) for name in names):
        names = [str(number) for number in range(1, len(whole) + 1)]
    return dict(zip(names, whole.values(), strict=True))


def _find_wording(labels: Mapping[str, str], sample: Sample, free: Sequence[int]) -> dict[str, int]:
    """Return the columns whose header, question or row of a matrix is the wording of an item, each of one item only."""
    found: dict[str, int] = {}
    for item, label in labels.items():
        if not label:
            continue
        alike = sorted(((_compare(fold_text(label), sample.texts(place)), place) for place in free), reverse=True)
        if alike and alike[0][0] >= _SAME and (len(alike) < 2 or alike[0][0] - alike[1][0] >= _CLEAR):
            found[item] = alike[0][1]
    places = list(found.values())
    return {item: place for item, place in found.items() if places.count(place) == 1}


def _compare(wording: str, texts: Sequence[str]) -> float:
    best = 0.0
    for text in texts:
        if wording == text or (len(wording) >= _CONTAINED and wording in text):
            return 1.0
        matcher = difflib.SequenceMatcher(None, wording, text, autojunk=False)
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:
            best = max(best, matcher.ratio())
    return best


def _list_runs(size: int, sample: Sample, free: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the columns whose headers differ in one number that counts up, in order, as many as there are items."""
    stems: dict[tuple[str, str], dict[int, int]] = {}
    for place in free:
        name = sample.names[place]
        for digits in _DIGITS.finditer(name):
            stem = (name[: digits.start()], name[digits.end() :])
            stems.setdefault(stem, {}).setdefault(int(digits[0]), place)
    runs = []
    for numbered in stems.values():
        numbers = sorted(numbered)
        if len(numbers) == size and numbers[-1] - numbers[0] == size - 1 and size > 1:
            runs.append(tuple(numbered[number] for number in numbers))
    return sorted(dict.fromkeys(runs))


def _fits(items: Sequence[str], run: Sequence[int], sample: Sample, keys: Keys) -> bool:
    shares = [sample.fit(place, keys[item]) for item, place in zip(items, run, strict=True)]
    return sum(shares) / len(shares) >= _FITS


def _list_blocks(items: Sequence[str], sample: Sample, keys: Keys, free: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield the runs of neighbouring columns that hold nothing but answers, as many as there are items."""
    key = keys[items[0]]
    answers = [place for place in free if sample.filled(place) and sample.fit(place, key) == 1.0]
    block: list[int] = []
    for place in [*answers, -1]:
        if block and place != block[-1] + 1:
            if len(block) == len(items) > 1 and _fits(items, block, sample, keys):
                yield tuple(block)
            block = []
        block.append(place)


def _find_options(items: Sequence[str], sample: Sample, keys: Keys, free: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Return the columns of 0 and 1 that begin with an item's id, as many as its response scale has answers."""
    found: dict[str, tuple[int, ...]] = {}
    for item in items:
        responses, start = keys[item].responses, fold_text(item)
        places = [
            place
            for place in free
            if re.match(rf"{re.escape(start)}[^a-z0-9]", fold_text(sample.headers.names[place]))
            and {cell.casefold() for cell in sample.cells[place]} <= _TICKS
        ]
        if responses.is_whole and len(places) == responses.max - responses.min + 1:
            found[item] = tuple(places)
    return found
