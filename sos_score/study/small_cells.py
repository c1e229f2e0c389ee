"""Counts of people in words: a few are never counted out, nor given away by the rest."""

from __future__ import annotations


def format_count(count: int, least: int) -> str:
    """Return a count of people, or that it is below the least that is shown.

    Examples
    --------
    >>> format_count(3, 5), format_count(5, 5), format_count(0, 5)
    ('fewer than 5', '5', '0')
    """
    return f"fewer than {least}" if 0 < count < least else str(count)


SOME = "some"


def format_part(part: int, whole: int, least: int, *, is_told: bool = True) -> str:
    """Return how many of how many, so that neither the part nor the rest is a few who are counted.

    The whole may be one that cannot be told, as with it a hidden group would be.

    Examples
    --------
    >>> format_part(14, 34, 5), format_part(2, 34, 5), format_part(33, 34, 5), format_part(1, 4, 5)
    ('14 of 34', 'fewer than 5 of 34', 'all but fewer than 5 of 34', 'some')
    >>> format_part(14, 34, 5, is_told=False)
    'some'
    """
    if 0 < whole < least or not is_told:
        return SOME
    if 0 < whole - part < least and not 0 < part < least:
        return f"all but {format_count(whole - part, least)} of {whole}"
    return f"{format_count(part, least)} of {whole}"
