"""Words: count and plural, and joining."""

from __future__ import annotations

from collections.abc import Sequence


def count(number: int, noun: str, nouns: str = "") -> str:
    """Return "1 site" or "4 sites".

    Examples
    --------
    >>> count(1, "site"), count(0, "person", "people")
    ('1 site', '0 people')
    """
    return f"{number} {noun if number == 1 else nouns or noun + 's'}"


def join(words: Sequence[str]) -> str:
    """Return "a, b and c".

    Examples
    --------
    >>> join(["a"]), join(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def pluralise(level: str) -> str:
    """Return what several groups of a level are called.

    Examples
    --------
    >>> [pluralise(level) for level in ("site", "family", "day", "local_authority")]
    ['sites', 'families', 'days', 'local authorities']
    """
    words = level.replace("_", " ")
    if words.endswith("y") and words[-2:-1] not in ("a", "e", "o", "u"):
        return f"{words[:-1]}ies"
    return f"{words}s"
