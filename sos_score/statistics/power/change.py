"""Planning for the change of one team."""

from __future__ import annotations

from sos_score.statistics.power.trial import Analysis


def analyse_change(people: int, overlap: float, person_correlation: float) -> Analysis | None:
    """Analyse one team's change by the partially overlapping samples t test.

    Parameters
    ----------
    people : int
        Who answer at each wave.
    overlap : float
        Share of them who answer at both.
    person_correlation : float
        Of the two answers of one person.

    Returns
    -------
    Analysis or None
        In standard deviations of one score; None with fewer than two people, or where everybody would change alike.

    Notes
    -----
    The variance is 2 (1 - overlap r) / n, with the degrees of freedom of Derrick et al. (2017): `compare_overlapping`.
    With an overlap of 1 it is the paired t test and agrees with stats::power.t.test(type = "paired") (R 4.2.2), with 0
    the t test of two samples.

    Examples
    --------
    >>> found = analyse_change(20, 1.0, 0.5)
    >>> found.variance, found.test_df
    (0.05, 19.0)
    """
    linked = round(overlap * people)
    alone = 2 * (people - linked)
    variance = 2 * (1 - linked / people * person_correlation) / people
    df = linked - 1 + (alone + linked - 1) * alone / (alone + 2 * linked)
    if linked < 2:
        df = 2.0 * people - 2
    return Analysis(variance, variance, df, df) if df > 0 and variance > 0 else None
