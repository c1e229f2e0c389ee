"""Every finding of a comparison as a frame, for those who go on in Python."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sos_score.comparison.judging import Comparison
from sos_score.errors import check_kind
from sos_score.report.labels import Labels
from sos_score.report.questions.registry import make_single_table
from sos_score.study.data import StudyData

if TYPE_CHECKING:
    import pandas as pd


def tabulate_findings(comparison: Comparison, data: StudyData) -> pd.DataFrame:
    """Return a comparison as a frame: a row for each finding, with the columns of the CSV that `compare` writes.

    Parameters
    ----------
    comparison : Comparison
        From `compare_study`.
    data : StudyData
        What was compared.

    Returns
    -------
    pandas.DataFrame
        Numbers as they are, not rounded; missing where there is none, where none is finite (an effect that
        no test could show) and where a small group is hidden.

    Examples
    --------
    >>> from sos_score import compare_study, load_study_data, read_study
    >>> data = load_study_data(read_study("examples/staff_survey.yaml"))
    >>> found = tabulate_findings(compare_study(data, "did"), data)
    >>> judged = found[(found["unit"] == "staff") & found["p_adjusted"].notna()]
    >>> judged[["scale", "estimate", "p_adjusted"]].round(2).values.tolist()
    [['engagement', 0.52, 0.0], ['stress', -0.23, 0.07]]
    """
    import pandas as pd

    check_kind(comparison, Comparison, "compare_study(data)")
    table = make_single_table(comparison, Labels.of(comparison, data))
    frame = pd.DataFrame(table.rows, columns=[column.name for column in table.columns])
    return frame.replace([math.inf, -math.inf], math.nan)
