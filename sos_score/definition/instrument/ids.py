"""The ids of items and scales: ranges of them, and the sign before a reversed one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

_RANGE = re.compile(r"(?P<stem>.*?)(?P<first>\d{1,9})\.\.(?P=stem)(?P<last>\d{1,9})")
_LONGEST = 1000  # a digit too many in a range must not fill the memory


@lru_cache(maxsize=4096)
def expand_ids(text: str) -> tuple[str, ...]:
    """Return the ids that ``wais_01..wais_12`` stands for; a plain id stands for itself.

    A range that runs downwards, or over more than a thousand ids, stands for none.

    Examples
    --------
    >>> expand_ids("q_08..q_11")
    ('q_08', 'q_09', 'q_10', 'q_11')
    >>> expand_ids("safety")
    ('safety',)
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        return (text,)
    width = len(match["first"])
    numbers = range(int(match["first"]), int(match["last"]) + 1)
    if len(numbers) > _LONGEST:
        return ()
    return tuple(f"{match['stem']}{number:0{width}}" for number in numbers)


def split_sign(name: str) -> tuple[str, bool]:
    """Return the bare name and whether it is reversed.

    Examples
    --------
    >>> split_sign("-wai_07")
    ('wai_07', True)
    """
    return name.removeprefix("-"), name.startswith("-")


def as_list(value: object) -> object:
    """Return a list: one thing that is not in a list becomes a list of one."""
    return value if isinstance(value, list) else [value]


def _check_ids(value: list[str]) -> list[str]:
    for text in value:
        names = expand_ids(text)
        if not names or not all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in names):
            raise ValueError(
                f"{text!r} is not an item id or a range of ids "
                f"(letters, digits and _, beginning with a letter; wais_01..wais_12, {_LONGEST:,} at most)"
            )
    return value


Ids = Annotated[list[str], BeforeValidator(as_list), AfterValidator(_check_ids)]
ScaleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
SignedId = Annotated[str, Field(pattern=r"^-?[A-Za-z][A-Za-z0-9_.]*$")]
