"""What one answer sheet of a source stands for, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_ANSWERED = {"staff": "staff", "family": "families", "observer": "ratings"}


def name_unit(answered_by: str, frame: pd.DataFrame) -> str:
    """Return what the rows of a source are called, from who answered and whom the rows are of.

    A worker who answers about others gives ratings; several people of one family are its members.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"person": ["F1", "F2"], "worker": ["W1", "W1"], "family": ["F1", "F2"]}, dtype=object)
    >>> [name_unit(who, rows) for who in ("staff", "family", "worker", "observer", "")]
    ['staff', 'families', 'ratings', 'ratings', 'people']
    """
    if answered_by == "worker":
        is_about_others = "worker" in frame.columns and (frame["person"] != frame["worker"]).any()
        return "ratings" if is_about_others else "workers"
    if answered_by == "family" and "family" in frame.columns and frame["person"].nunique() > frame["family"].nunique():
        return "family members"
    return _ANSWERED.get(answered_by, "people")
