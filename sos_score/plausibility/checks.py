"""Are a published mean, standard deviation, sample size and range possible at all.

Exact arithmetic on what was printed: a printed 3.45 stands for anything from 3.445 to 3.455, both ends
included, so that halves rounded up and halves rounded to even are both allowed. A failed check says that the
figures cannot all be right as printed; it does not say which is wrong, or why. A passed check says only that
they are possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor, sqrt

from sos_score.notes import note
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


def _check_range(statistic: PublishedStatistic, mean: Printed) -> Check:
    low, high = _limits(statistic) or (mean.least, mean.most)
    inside = mean.least <= high and mean.most >= low
    code = "printed_mean_inside" if inside else "printed_mean_outside"
    return Check("mean in range", inside, note(code, mean=mean.text, low=statistic.low, high=statistic.high))


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
        return Check("GRIM", None, note("grim_n_too_large"))
    possible = range(ceil(mean.least * units), floor(mean.most * units) + 1)
    if possible:
        return Check(
            "GRIM", passed=True, reason=note("grim_possible", mean=mean.text, total=possible[0], numbers=units)
        )
    below = floor(mean.least * units)
    lower, upper = (float(Fraction(total, units)) for total in (below, below + 1))
    return Check(
        "GRIM", passed=False, reason=note("grim_impossible", mean=mean.text, numbers=units, lower=lower, upper=upper)
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
        return Check("largest SD", None, note("printed_one_person"))
    low, high = _limits(statistic) or (mean.least, mean.most)
    if mean.least > high or mean.most < low:
        return Check("largest SD", None, note("printed_outside"))
    largest = _find_largest_sd(statistic, mean)
    possible = float(sd.least) <= largest * (1 + 1e-12)
    code = "largest_sd_possible" if possible else "largest_sd_impossible"
    found = note(code, sd=sd.text, mean=mean.text, low=statistic.low, high=statistic.high, largest=largest)
    return Check("largest SD", possible, found)


def _check_grimmer(statistic: PublishedStatistic, mean: Printed, sd: Printed) -> Check:
    n, items = statistic.n or 0, statistic.items
    totals = _totals(statistic, mean)
    if len(totals) > 100_000:
        return Check("GRIMMER", None, note("grimmer_n_too_large"))
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
            return Check("GRIMMER", passed=True, reason=note("grimmer_possible", mean=mean.text, sd=sd.text))
    return Check("GRIMMER", passed=False, reason=note("grimmer_impossible", n=n, mean=mean.text, sd=sd.text))


def check_parts(parts: Sequence[PublishedStatistic], total: PublishedStatistic) -> tuple[Check, ...]:
    """Check published parts of a score (subscales) against the published total that they add up to.

    Notes
    -----
    Means and ends of ranges add up. The SD of a sum lies between the largest part's SD less all others (or
    0), and the sum of all SDs, whatever the correlations.

    Examples
    --------
    >>> parts = [PublishedStatistic("a", "25", high=35), PublishedStatistic("b", "14", high=16)]
    >>> str(check_parts(parts, PublishedStatistic("total", "39", high=55))[1].reason)
    'the highest possible parts add up to 51, not 55.'
    """
    misprints = [(each.name, found) for each in (*parts, total) if (found := find_misprint(each))]
    if misprints:
        return tuple(
            replace(found, reason=note("printed_of", name=name, said=found.reason)) for name, found in misprints
        )
    means = [read_printed(part.mean) for part in parts]
    whole = read_printed(total.mean)
    checks = [_check_sum_of_means(whole, means)]
    for name, word in (("low", "lowest"), ("high", "highest")):
        ends = [getattr(part, name) for part in parts]
        end = getattr(total, name)
        if end is not None and None not in ends:
            added = sum((Fraction(str(value)) for value in ends), Fraction(0))
            same = added == Fraction(str(end))
            code = "parts_end_right" if same else "parts_end_wrong"
            checks.append(Check(f"sum of {word}", same, note(code, which=word, added=float(added), printed=end)))
    if total.sd and all(part.sd for part in parts):
        checks.append(_check_sd_of_sum(total, [read_printed(part.sd) for part in parts]))
    return tuple(checks)


def _check_sum_of_means(whole: Printed, means: Sequence[Printed]) -> Check:
    least = sum((mean.least for mean in means), Fraction(0))
    most = sum((mean.most for mean in means), Fraction(0))
    possible = least <= whole.most and most >= whole.least
    code = "parts_means_possible" if possible else "parts_means_impossible"
    return Check("sum of means", possible, note(code, least=float(least), most=float(most), mean=whole.text))


def _check_sd_of_sum(total: PublishedStatistic, sds: Sequence[Printed]) -> Check:
    whole = read_printed(total.sd)
    most = sum((sd.most for sd in sds), Fraction(0))
    least = max((sd.least - (most - sd.most) for sd in sds), default=Fraction(0))
    least = max(least, Fraction(0))
    possible = least <= whole.most and whole.least <= most
    code = "parts_sd_possible" if possible else "parts_sd_impossible"
    return Check("SD of a sum", possible, note(code, sd=whole.text, least=float(least), most=float(most)))
