"""The only door to pingouin here: what it is asked, and the columns its answers come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

from sos_score.statistics.arrays import Floats

WELCH_COLUMNS = ("ddof1", "ddof2", "F", "p_unc")


def run_welch_anova(groups: list[Floats]) -> tuple[float, float, float, float]:
    """Return F, its two degrees of freedom and p of pingouin's Welch ANOVA of samples that vary, none missing."""
    import pingouin

    row = pingouin.welch_anova(data=_stack(groups), dv="score", between="group").iloc[0]
    df1, df2, f, p = (float(row[column]) for column in WELCH_COLUMNS)
    return f, df1, df2, p


def _stack(groups: list[Floats]) -> pd.DataFrame:
    import pandas as pd

    codes = np.repeat(np.arange(len(groups)), [values.size for values in groups])
    return pd.DataFrame({"score": np.concatenate(groups), "group": codes})
