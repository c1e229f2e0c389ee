"""Which scales an item may run against, told from sums: most files are right, and need no matrices."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from operator import mul
from typing import TYPE_CHECKING

from sos_score.scoring.expressions import answer_column
from sos_score.scoring.plan import ScalePlan, Term

if TYPE_CHECKING:
    import polars as pl

FEWEST_ROWS = 10
"""Rows below which chance alone turns items round, and nothing is said."""

# One-sided 95 %: an item is suspected when its item-rest r would be below 0 in all but 5 of 100 samples.
_Z = 1.6448536269514722

# What rounding can do to an item-rest r, and to the share of a variance that is spread: far less than these.
_ROUNDING, _NO_SPREAD = 1e-6, 1e-9


def limit_rest_r(n: int) -> float:
    """Return the item-rest r below which an item is suspected, of `n` complete rows."""
    return -math.tanh(_Z / math.sqrt(n - 3))


def find_doubtful(rows: pl.DataFrame, scales: Sequence[ScalePlan], site: pl.Series, wave: pl.Series) -> list[ScalePlan]:
    """Return the scales of items of which `locate_suspects` could name an item; of the others it never does.

    It names an item only where, in all rows, at a wave, a site, or a site at a wave, some item-rest r is below the
    limit under the key as it is. That takes the sums, squares and products with the total of each item, and no more.
    """
    import polars as pl

    items = {term.name: pl.col(answer_column(term.name)).fill_nan(None) for scale in scales for term in scale.terms}
    answers = rows.select(site.alias("\x1fsite"), wave.alias("\x1fwave"), **items)
    parts = answers.partition_by("\x1fsite", "\x1fwave", include_key=False, as_dict=True)
    groups = {place: part.to_dict(as_series=False) for place, part in parts.items()}
    return [scale for scale in scales if _is_doubtful(scale, groups)]


def _is_doubtful(scale: ScalePlan, groups: Mapping[tuple[object, ...], Mapping[str, list[float | None]]]) -> bool:
    places: dict[tuple[str, str], list[_Sums]] = defaultdict(list)
    for (site, wave), group in groups.items():
        answers = [group[term.name] for term in scale.terms]
        if any(each.count(None) == len(each) for each in answers):
            return True  # an item that nobody was asked at a place is left aside there, which sums cannot do
        complete = [row for row in zip(*answers, strict=True) if None not in row]
        if complete:
            sums = _add_up(list(zip(*complete, strict=True)), scale.terms)
            for place in {*product(("", str(site)), ("", str(wave)))}:
                places[place].append(sums)
    return any(_has_low(parts) for parts in places.values())


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums over complete rows: how many, of the total and its square, and of each item, its square and its product."""

    n: int
    total: float
    total_square: float
    items: list[tuple[float, float, float]]


def _add_up(answers: Sequence[Sequence[float]], terms: Sequence[Term]) -> _Sums:
    """Return the sums under the key, of answers counted from the middle of their range."""
    keyed = []
    for each, term in zip(answers, terms, strict=True):
        middle = (term.low + term.high) / 2
        keyed.append([middle - answer for answer in each] if term.is_reversed else [answer - middle for answer in each])
    total = list(map(sum, zip(*keyed, strict=True)))
    items = [(sum(each), _multiply(each, each), _multiply(each, total)) for each in keyed]
    return _Sums(len(total), sum(total), _multiply(total, total), items)


def _multiply(one: Iterable[float], other: Iterable[float]) -> float:
    products: float = sum(map(mul, one, other))
    return products


def _has_low(parts: Sequence[_Sums]) -> bool:
    """Return whether some item-rest r of a place is below the limit, or too near to say."""
    n = sum(part.n for part in parts)
    if n < FEWEST_ROWS:
        return False
    limit = limit_rest_r(n) + _ROUNDING
    total, total_square = sum(part.total for part in parts), sum(part.total_square for part in parts)
    for item in zip(*(part.items for part in parts), strict=True):
        sums, square, products = map(sum, zip(*item, strict=True))
        spread, shared = square - sums**2 / n, products - sums * total / n
        rest = total_square - total**2 / n - 2 * shared + spread
        if spread == 0:
            continue  # nobody differs: no r
        if min(spread, rest) <= _NO_SPREAD * max(square, total_square, 1.0):
            return True
        if (shared - spread) / math.sqrt(spread * rest) < limit:
            return True
    return False
