"""Words: count and plural, joining, and numbers as printed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

_ROUNDING = Context(prec=350)
_FIXED = re.compile(r"\.(\d+)([f%])")


def count(number: int, noun: str, nouns: str = "") -> str:
    """Return "1 site" or "4 sites".

    Examples
    --------
    >>> count(1, "site"), count(0, "person", "people")
    ('1 site', '0 people')
    """
    return f"{number} {noun if number == 1 else nouns or noun + 's'}"


def list_names(names: str | Iterable[str]) -> tuple[str, ...]:
    """Return one name, or several, as several: the letters of one are not meant.

    Examples
    --------
    >>> list_names("site"), list_names(["site", "wave"])
    (('site',), ('site', 'wave'))
    """
    return (names,) if isinstance(names, str) else tuple(names)


def join(words: Sequence[str]) -> str:
    """Return "a, b and c".

    Examples
    --------
    >>> join(["a"]), join(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def end_sentence(text: str) -> str:
    """Return a text with a full stop, unless it ends a sentence by itself.

    Examples
    --------
    >>> end_sentence("nobody left"), end_sentence("who left?")
    ('nobody left.', 'who left?')
    """
    return text if text.endswith((".", "?")) else f"{text}."


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


def format_fixed(value: float, digits: int) -> str:
    """Return a number with a fixed count of decimals, halves away from zero, as SPSS and Excel print it.

    A half is told by the 15 significant digits that Excel keeps: what prints as 2.345 gives 2.35, although the nearest
    binary number lies a little below. Nothing below zero is left of a number that rounds to it.

    Examples
    --------
    >>> format_fixed(2.345, 2), format_fixed(33 / 8, 2), format_fixed(-0.125, 2), format_fixed(-0.001, 2)
    ('2.35', '4.13', '-0.13', '0.00')
    """
    if not math.isfinite(value):
        return f"{value}"
    exact = Decimal(f"{value:.15g}")
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=_ROUNDING)
    return f"{abs(rounded) if rounded == 0 else rounded:f}"


def format_percent(share: float, digits: int = 0) -> str:
    """Return a share as a percentage, halves away from zero.

    Examples
    --------
    >>> format_percent(0.125), format_percent(0.95), format_percent(0.0125, 1)
    ('13%', '95%', '1.3%')
    """
    return f"{format_fixed(100 * share, digits)}%"


def format_p(p: float) -> str:
    """Return a p value without its leading zero.

    Examples
    --------
    >>> format_p(0.0412), format_p(0.0002), format_p(1.0)
    ('.041', '< .001', '1.000')
    """
    if math.isnan(p):
        return "-"
    return "< .001" if p < 0.001 else format_fixed(p, 3).removeprefix("0")


def format_named_p(p: float, name: str = "p") -> str:
    """Return "p = .041" or "p < .001"."""
    text = format_p(p)
    return f"{name} {text}" if text.startswith("<") else f"{name} = {text}"


class Printed(float):
    """A number that a sentence with a fixed count of decimals prints as `format_fixed` does."""

    def __abs__(self) -> Printed:
        """Return the number without its sign, printed as it was."""
        return Printed(super().__abs__())

    def __format__(self, form: str) -> str:
        """Return the number in a form such as ``.2f`` or ``.0%``."""
        fixed = _FIXED.fullmatch(form)
        if not fixed or not math.isfinite(self):
            return super().__format__(form)
        return format_percent(self, int(fixed[1])) if fixed[2] == "%" else format_fixed(self, int(fixed[1]))
