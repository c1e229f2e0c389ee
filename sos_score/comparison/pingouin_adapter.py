"""The only door to pingouin here: what it is asked, and the columns its answers come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

WELCH_COLUMNS = ("ddof1", "ddof2", "F", "p_unc")
GAMES_HOWELL_COLUMNS = ("A", "B", "diff", "se", "T", "df", "pval")


def run_welch_anova(groups: list[NDArray[np.float64]]) -> tuple[float, float, float, float]:
    """Run pingouin's Welch ANOVA.

    Parameters
    ----------
    groups : list of ndarray of float
        At least two, each with at least two values that vary, none missing.

    Returns
    -------
    tuple of float
        F, first and second degrees of freedom, p.

    Examples
    --------
    >>> f, df1, df2, p = run_welch_anova([np.array([1.0, 2, 3]), np.array([4.0, 6, 8])])
    >>> round(f, 4), df1, round(df2, 4), round(p, 4)
    (9.6, 1.0, 2.9412, 0.0548)
    """
    import pingouin

    row = pingouin.welch_anova(data=_stack(groups), dv="score", between="group").iloc[0]
    df1, df2, f, p = (float(row[column]) for column in WELCH_COLUMNS)
    return f, df1, df2, p


def run_games_howell(groups: list[NDArray[np.float64]]) -> list[tuple[float, float, float, float]]:
    """Run pingouin's Games-Howell comparison of every pair of groups.

    Parameters
    ----------
    groups : list of ndarray of float
        At least two, each with at least two values, no two of them constant, none missing.

    Returns
    -------
    list of tuple of float
        Difference (first minus second), standard error, degrees of freedom and p of each pair, in the order
        of ``itertools.combinations(groups, 2)``.

    Examples
    --------
    >>> [(diff, se, df, p)] = run_games_howell([np.array([1.0, 2, 3]), np.array([4.0, 6, 8])])
    >>> diff, round(se, 4), round(df, 4), round(p, 4)
    (-4.0, 1.291, 2.9412, 0.0548)
    """
    import pingouin

    table = pingouin.pairwise_gameshowell(data=_stack(groups), dv="score", between="group")
    wanted = table[["diff", "se", "df", "pval"]].itertuples(index=False, name=None)
    return [(float(diff), float(se), float(df), float(p)) for diff, se, df, p in wanted]


def _stack(groups: list[NDArray[np.float64]]) -> pd.DataFrame:
    import pandas as pd

    codes = np.repeat(np.arange(len(groups)), [values.size for values in groups])
    return pd.DataFrame({"score": np.concatenate(groups), "group": codes})
