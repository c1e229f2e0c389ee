"""Are a published mean, standard deviation, sample size and range possible at all.

Exact arithmetic on what was printed: a printed 3.45 stands for anything from 3.445 to 3.455, both ends
included, so that halves rounded up and halves rounded to even are both allowed. A failed check says that the
figures cannot all be right as printed; it does not say which is wrong, or why. A passed check says only that
they are possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, sqrt

from sos_score.plausibility.printed import Check, Printed, PublishedStatistic, find_misprint, read_printed


def check_statistic(statistic: PublishedStatistic) -> tuple[Check, ...]:
    """Check one published mean against its range, standard deviation and sample size.

    Parameters
    ----------
    statistic : PublishedStatistic
        What is not known is left empty; checks that need it are not made.

    Returns
    -------
    tuple of Check
        "mean in range", "largest SD", "GRIM" and "GRIMMER", those that have what they need.

    Notes
    -----
    Largest SD: sqrt((m - lo)(hi - m) n / (n - 1)), for whole numbers sharpened to what n whole numbers with
    that total can reach. GRIM (Brown & Heathers 2017): some whole total / (n items) rounds to the mean.
    GRIMMER (Anaya 2016; Allard 2018): some whole total and whole sum of squares, both odd or both even, give
    the mean and the SD; every total that GRIM allows is tried, and a score that averages k items is treated
    as a whole number over k. Standard deviations have n - 1.

    Examples
    --------
    >>> published = PublishedStatistic("working relationship", "15", "4.4", 221, 4, 16)
    >>> for check in check_statistic(published):
    ...     print(check.name, check.passed)
    mean in range True
    largest SD False
    GRIM None
    GRIMMER False
    """
    misprint = find_misprint(statistic)
    if misprint:
        return (misprint,)
    mean = read_printed(statistic.mean)
    sd = read_printed(statistic.sd) if statistic.sd else None
    checks = []
    if statistic.low is not None and statistic.high is not None:
        checks.append(_check_range(statistic, mean))
        if sd is not None:
            checks.append(_check_largest_sd(statistic, mean, sd))
    if statistic.n is not None and statistic.whole:
        checks.append(_check_grim(statistic, mean))
        if sd is not None and statistic.n > 1:
            checks.append(_check_grimmer(statistic, mean, sd))
    return tuple(checks)


def _limits(statistic: PublishedStatistic) -> tuple[Fraction, Fraction] | None:
    if statistic.low is None or statistic.high is None:
        return None
    return Fraction(str(statistic.low)), Fraction(str(statistic.high))


def _say_range(statistic: PublishedStatistic) -> str:
    return f"{statistic.low:g}-{statistic.high:g}"


def _check_range(statistic: PublishedStatistic, mean: Printed) -> Check:
    low, high = _limits(statistic) or (mean.least, mean.most)
    inside = mean.least <= high and mean.most >= low
    word = "within" if inside else "outside"
    message = f"{statistic.name}: mean {mean.text} is {word} {_say_range(statistic)}."
    return Check("mean in range", inside, message)


def _totals(statistic: PublishedStatistic, mean: Printed) -> range:
    """List whole totals over all people and items that print as the mean, within the range if known."""
    units = (statistic.n or 0) * statistic.items
    least, most = mean.least, mean.most
    limits = _limits(statistic)
    if limits:
        least, most = max(least, limits[0]), min(most, limits[1])
    return range(ceil(least * units), floor(most * units) + 1)


def _check_grim(statistic: PublishedStatistic, mean: Printed) -> Check:
    units = (statistic.n or 0) * statistic.items
    if units * mean.unit >= 1:
        return Check("GRIM", None, f"{statistic.name}: n is too large for GRIM: every mean so printed passes.")
    possible = range(ceil(mean.least * units), floor(mean.most * units) + 1)
    if possible:
        message = f"{statistic.name}: mean {mean.text} is possible: {possible[0]} / {units}."
        return Check("GRIM", passed=True, message=message)
    below = floor(mean.least * units)
    near = " and ".join(f"{float(Fraction(total, units)):.4f}" for total in (below, below + 1))
    return Check(
        "GRIM",
        passed=False,
        message=f"{statistic.name}: mean {mean.text} is impossible for {units} whole numbers; next {near}.",
    )


def _largest_squares(total: int, n: int, low: int, high: int) -> int:
    """Find the largest sum of squares of n whole numbers with a total: all but one at the ends."""
    if high == low:
        return n * low * low
    at_top, rest = divmod(total - n * low, high - low)
    return at_top * high**2 + max(n - at_top - 1, 0) * low**2 + ((low + rest) ** 2 if at_top < n else 0)


def _smallest_squares(total: int, n: int) -> int:
    share, rest = divmod(total, n)
    return n * share**2 + rest * (2 * share + 1)


def _whole_limits(statistic: PublishedStatistic) -> tuple[int, int] | None:
    """Lowest and highest sum of items of one person, when the range allows whole numbers only."""
    limits = _limits(statistic)
    if not limits or not statistic.whole:
        return None
    low, high = limits[0] * statistic.items, limits[1] * statistic.items
    return (int(low), int(high)) if low.denominator == high.denominator == 1 else None


def _find_largest_sd(statistic: PublishedStatistic, mean: Printed) -> float:
    low, high = _limits(statistic) or (mean.least, mean.most)
    n = statistic.n
    middle = min(max((low + high) / 2, mean.least), mean.most)
    variance = max((middle - low) * (high - middle), Fraction(0)) * (Fraction(n, n - 1) if n else 2)
    whole = _whole_limits(statistic)
    if n and whole and len(_totals(statistic, mean)) <= 100_000:
        best = Fraction(0)
        for total in _totals(statistic, mean):
            squares = _largest_squares(total, n, *whole) - Fraction(total * total, n)
            best = max(best, squares / (n - 1) / statistic.items**2)
        variance = min(variance, best)
    return sqrt(variance)


def _check_largest_sd(statistic: PublishedStatistic, mean: Printed, sd: Printed) -> Check:
    if statistic.n is not None and statistic.n < 2:
        return Check("largest SD", None, f"{statistic.name}: one person has no standard deviation.")
    low, high = _limits(statistic) or (mean.least, mean.most)
    if mean.least > high or mean.most < low:
        return Check("largest SD", None, f"{statistic.name}: the mean is outside the range.")
    largest = _find_largest_sd(statistic, mean)
    possible = float(sd.least) <= largest * (1 + 1e-12)
    verdict = "is possible" if possible else "is impossible"
    return Check(
        "largest SD",
        possible,
        f"{statistic.name}: SD {sd.text} {verdict}: with mean {mean.text} on {_say_range(statistic)}"
        f" it cannot be above {largest:.2f}.",
    )


def _check_grimmer(statistic: PublishedStatistic, mean: Printed, sd: Printed) -> Check:
    n, items = statistic.n or 0, statistic.items
    totals = _totals(statistic, mean)
    if len(totals) > 100_000:
        return Check("GRIMMER", None, f"{statistic.name}: n is too large for GRIMMER: every SD would pass.")
    whole = _whole_limits(statistic)
    least = max(sd.least, Fraction(0)) ** 2 * (n - 1) * items**2
    most = sd.most**2 * (n - 1) * items**2
    for total in totals:
        between = Fraction(total * total, n)
        lowest = max(ceil(least + between), _smallest_squares(total, n))
        highest = floor(most + between)
        if whole:
            highest = min(highest, _largest_squares(total, n, *whole))
        if lowest + (lowest - total) % 2 <= highest:
            message = f"{statistic.name}: mean {mean.text} and SD {sd.text} are possible together."
            return Check("GRIMMER", passed=True, message=message)
    return Check(
        "GRIMMER",
        passed=False,
        message=f"{statistic.name}: no {n} whole-number scores have mean {mean.text} and SD {sd.text}.",
    )


def check_parts(parts: Sequence[PublishedStatistic], total: PublishedStatistic) -> tuple[Check, ...]:
    """Check published parts of a score (subscales) against the published total that they add up to.

    Parameters
    ----------
    parts : sequence of PublishedStatistic
        All parts, as sums; of the same people as the total.
    total : PublishedStatistic
        Their sum.

    Returns
    -------
    tuple of Check
        "sum of means", "sum of lowest", "sum of highest" and "SD of a sum", those that have what they need.

    Notes
    -----
    Means and ends of ranges add up. The SD of a sum lies between the largest part's SD less all others (or
    0), and the sum of all SDs, whatever the correlations.

    Examples
    --------
    >>> parts = [PublishedStatistic("a", "25", high=35), PublishedStatistic("b", "14", high=16)]
    >>> check_parts(parts, PublishedStatistic("total", "39", high=55))[1].message
    'total: the highest possible parts add up to 51, not 55.'
    """
    misprints = tuple(filter(None, map(find_misprint, (*parts, total))))
    if misprints:
        return misprints
    means = [read_printed(part.mean) for part in parts]
    whole = read_printed(total.mean)
    checks = [_check_sum_of_means(total, whole, means)]
    for name, word in (("low", "lowest"), ("high", "highest")):
        ends = [getattr(part, name) for part in parts]
        end = getattr(total, name)
        if end is not None and None not in ends:
            added = sum((Fraction(str(value)) for value in ends), Fraction(0))
            same = added == Fraction(str(end))
            ending = ", as they should." if same else f", not {end:g}."
            message = f"{total.name}: the {word} possible parts add up to {float(added):g}{ending}"
            checks.append(Check(f"sum of {word}", same, message))
    if total.sd and all(part.sd for part in parts):
        checks.append(_check_sd_of_sum(total, [read_printed(part.sd) for part in parts]))
    return tuple(checks)


def _check_sum_of_means(total: PublishedStatistic, whole: Printed, means: Sequence[Printed]) -> Check:
    least = sum((mean.least for mean in means), Fraction(0))
    most = sum((mean.most for mean in means), Fraction(0))
    possible = least <= whole.most and most >= whole.least
    verdict = "can" if possible else "cannot"
    sums = f"{float(least):g}-{float(most):g}"
    message = f"{total.name}: the parts' means add up to {sums}, which {verdict} give {whole.text}."
    return Check("sum of means", possible, message)


def _check_sd_of_sum(total: PublishedStatistic, sds: Sequence[Printed]) -> Check:
    whole = read_printed(total.sd)
    most = sum((sd.most for sd in sds), Fraction(0))
    least = max((sd.least - (most - sd.most) for sd in sds), default=Fraction(0))
    least = max(least, Fraction(0))
    possible = least <= whole.most and whole.least <= most
    verdict = "is possible" if possible else "is impossible"
    allowed = f"{float(least):.2f} to {float(most):.2f}"
    message = f"{total.name}: SD {whole.text} {verdict}: the parts allow {allowed}."
    return Check("SD of a sum", possible, message)
