"""Figures as printed in a publication, read without losing how precisely they were printed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from sos_score.notes import Note, note


@dataclass(frozen=True, slots=True)
class PublishedStatistic:
    """A mean as printed, with what else is known of it."""

    name: str  # what it is, for messages
    mean: str  # as printed: trailing zeros count
    sd: str = ""  # as printed; empty when not given
    n: int | None = None  # people
    # lowest and highest possible score
    low: float | None = None
    high: float | None = None
    items: int = 1  # whole-number items averaged into each score; 1 for a single item or a sum of items
    whole: bool = True  # true when items are answered in whole numbers; without it GRIM and GRIMMER do not apply


@dataclass(frozen=True, slots=True)
class Check:
    """One check of published figures."""

    # "mean in range", "largest SD", "GRIM", "GRIMMER", "sum of means", "sum of lowest", "sum of highest" or "SD of a
    # sum"
    name: str
    passed: bool | None  # False: impossible as printed. None: the check does not apply or cannot fail.
    reason: Note  # what was found; its values are in the order of its sentence


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed number, the numbers that print so (both ends included), and its last digit's size."""

    text: str
    least: Fraction
    most: Fraction
    unit: Fraction


def read_printed(text: str) -> Printed:
    """Read a number as printed.

    Examples
    --------
    >>> read_printed("3.40").least
    Fraction(679, 200)
    """
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{text!r} is not a number")
    unit = Fraction(10) ** min(exponent, 0)
    return Printed(text.strip(), Fraction(value) - unit / 2, Fraction(value) + unit / 2, unit)


def find_misprint(statistic: PublishedStatistic) -> Check | None:
    """Find what keeps printed figures from being checked: text for a number, no people, a negative SD."""
    for text in filter(None, (statistic.mean or "nothing", statistic.sd)):
        try:
            printed = read_printed(text)
        except ValueError:
            return Check("figures", passed=False, reason=note("printed_not_number", text=text))
        if text == statistic.sd and printed.most < 0:
            return Check("figures", passed=False, reason=note("printed_sd_negative", sd=text))
    if statistic.n is not None and statistic.n < 1:
        return Check("figures", passed=False, reason=note("printed_no_people", n=statistic.n))
    if statistic.items < 1:
        return Check("figures", passed=False, reason=note("printed_no_items", items=statistic.items))
    low, high = statistic.low, statistic.high
    if low is not None and high is not None and low > high:
        return Check("figures", passed=False, reason=note("printed_range_reversed", low=low, high=high))
    return None
