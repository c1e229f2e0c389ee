"""Which items a key of a column map covers, and which columns they are in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sos_score.definition.instrument.ids import expand_ids
from sos_score.definition.library import list_instruments, load_instrument
from sos_score.errors import guess
from sos_score.survey.column_refs import NUMBER, ColumnRef
from sos_score.words import count


@dataclass(frozen=True)
class ItemKey:
    """Which items a key of a column map covers."""

    # what stands before and after the number of an item; the whole id in `stem` where there is no number
    stem: str
    tail: str = ""
    numbers: range | None = None  # the numbers of a range; None where every number, or no number, is covered
    has_number: bool = False  # whether it covers items by their number

    def number_of(self, item: str) -> int | None:
        """Return the number by which an item is covered; None where it is not."""
        if not self.has_number or not item.startswith(self.stem) or not item.endswith(self.tail):
            return None
        digits = item[len(self.stem) : len(item) - len(self.tail)]
        if not (digits.isascii() and digits.isdecimal()):
            return None
        return int(digits) if self.numbers is None or int(digits) in self.numbers else None

    def covers(self, item: str) -> bool:
        """Return whether an item is covered."""
        return self.number_of(item) is not None if self.has_number else item == self.stem


def read_item_key(text: str) -> ItemKey:
    """Return what a key covers: one item, every item of a form (``wais_{n}``) or a range (``wais_1..wais_12``).

    The zeros before a number count for nothing: ``wais_1..wais_12`` covers ``wais_01``.

    Examples
    --------
    >>> read_item_key("wais_1..wais_12").number_of("wais_07"), read_item_key("wais_{n}").number_of("wai_07")
    (7, None)
    """
    if NUMBER.search(text):
        place = NUMBER.search(text)
        return ItemKey(text[: place.start()], text[place.end() :], has_number=True) if place else ItemKey(text)
    ids = expand_ids(text)
    if ".." not in text or not ids or ids == (text,):
        return ItemKey(text)
    first, last = text.split("..", 1)
    stem = re.sub(r"\d+$", "", first)
    return ItemKey(stem, numbers=range(int(first[len(stem) :]), int(last[len(stem) :]) + 1), has_number=True)


def find_column(item: str, columns: Mapping[str, ColumnRef]) -> ColumnRef:
    """Return the column of an item: by its own key, else by a range that holds it, else by a pattern, else its id."""
    if item in columns:
        return columns[item]
    keys = [(read_item_key(text), ref) for text, ref in columns.items()]
    for is_range in (True, False):
        for key, ref in keys:
            number = key.number_of(item)
            if number is not None and (key.numbers is not None) == is_range:
                return _take(key, ref, number)
    return ColumnRef(column=item)


def _take(key: ItemKey, ref: ColumnRef, number: int) -> ColumnRef:
    listed = list_range(ref) if key.numbers is not None else ()
    if listed and key.numbers is not None:
        return ColumnRef(column=listed[key.numbers.index(number)])
    return ref.fill(number)


def list_range(ref: ColumnRef) -> tuple[str, ...]:
    """Return the columns that ``Q5_1..Q5_12`` names; none where a column is no range of columns."""
    names = expand_ids(ref.column) if ref.column and ".." in ref.column else ()
    return names if names != (ref.column,) else ()


def check_item_keys(columns: Mapping[str, ColumnRef]) -> Iterator[tuple[str, str, str]]:
    """Yield each key that cannot mean any columns, whatever the instrument: the key, what is wrong, and a hint."""
    ranges: list[tuple[str, ItemKey]] = []
    for text, ref in columns.items():
        key = read_item_key(text)
        if len(NUMBER.findall(text)) > 1:
            yield text, "has more than one number in braces, and an item has one", "name the items one by one"
        elif ".." in text and key.numbers is None:
            yield text, "is not a range of ids (wais_1..wais_12, upwards, 1,000 at most)", ""
        elif ref.has_number and not key.has_number:
            yield text, f"'{ref.name}' has a number in braces, and the key has none to put there", "write a pattern"
        elif key.numbers is not None:
            yield from _check_range(text, key, ref)
            twice = next((other for other, known in ranges if _overlap(known, key)), None)
            if twice is not None:
                yield text, f"has items in common with '{twice}'", ""
            ranges.append((text, key))


def _check_range(text: str, key: ItemKey, ref: ColumnRef) -> Iterator[tuple[str, str, str]]:
    size, columns = len(key.numbers or ()), list_range(ref)
    if columns and len(columns) != size:
        yield text, f"names {count(size, 'item')}, and '{ref.name}' {count(len(columns), 'column')}", ""
    elif not columns and not ref.has_number and size > 1:
        hint = "put {n} where the number stands, or name a range of columns (Q5_1..Q5_12)"
        yield text, f"names {size} items, and '{ref.name}' is one column", hint


def _overlap(one: ItemKey, other: ItemKey) -> bool:
    return one.stem == other.stem and any(number in (other.numbers or ()) for number in one.numbers or ())


def find_strange_keys(columns: Mapping[str, ColumnRef], items: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each key that covers no item and seems to be meant for one, with a hint.

    A map may cover instruments that are not asked for. A key is a mistake where it is nearly the id of an item that the
    map has no other column for, and no item of a shipped instrument; or where no key covers anything.
    """
    keys = {text: read_item_key(text) for text in columns}
    covered = {item for item in items if any(key.covers(item) for key in keys.values())}
    strange = [text for text, key in keys.items() if not any(key.covers(item) for item in items)]
    free = [item for item in items if item not in covered]
    shipped: list[str] | None = None
    for text in strange:
        hint = guess(text, free) or guess(keys[text].stem, {re.sub(r"\d+$", "", item): item for item in free})
        if covered and not hint:
            continue
        if shipped is None:
            shipped = [item for name in list_instruments() for item in load_instrument(name).responses]
        if not any(keys[text].covers(item) for item in shipped):
            yield text, guess(text, free)
