"""The order of waves where nothing says what it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"(\d+)")


def order_waves(values: Iterable[str]) -> list[str]:
    """Return the different waves in order: by number where they differ in numbers only, else as they first appear.

    Examples
    --------
    >>> order_waves(["T10", "T2", "T1"]), order_waves(["Spring", "Autumn", "Spring"])
    (['T1', 'T2', 'T10'], ['Spring', 'Autumn'])
    """
    waves = list(dict.fromkeys(value for value in values if value))
    if are_words(waves):
        return waves
    return sorted(waves, key=lambda wave: [int(number) for number in _NUMBER.findall(wave)])


def are_words(waves: Iterable[str]) -> bool:
    """Return whether waves have no order of their own: they differ in more than their numbers.

    Examples
    --------
    >>> are_words(["Before", "After"]), are_words(["2019-10", "2020-04"])
    (True, False)
    """
    return len({_NUMBER.sub("0", wave) for wave in waves}) > 1
