"""Whole published tables, checked row by row and parts against totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sos_score.errors import InvalidInput, Problem
from sos_score.notes import Note, note
from sos_score.plausibility.checks import check_parts, check_statistic
from sos_score.plausibility.printed import Check, PublishedStatistic
from sos_score.plausibility.published_table import (
    OUTCOME,
    Place,
    PublishedRow,
    find_header_problems,
    read_published_file,
    read_rows,
)

if TYPE_CHECKING:
    import pandas as pd

VERDICTS = {True: "possible", False: "impossible", None: "cannot tell"}


@dataclass(frozen=True, slots=True)
class Plausibility:
    """Whether published figures are possible.

    Attributes
    ----------
    checks : pandas.DataFrame
        A row for each check: statistic, group, check (see `Check`), verdict (possible, impossible, cannot tell)
        and reason, a sentence.
    notes : tuple of Note
        The conclusion; ``str()`` of each is its sentence.
    """

    checks: pd.DataFrame
    notes: tuple[Note, ...]


def check_published(published: pd.DataFrame | str | Path) -> Plausibility:
    """Check whether the figures of a published table are possible.

    Parameters
    ----------
    published : pandas.DataFrame, str or Path
        A row for each statistic, or a CSV file of such rows. Columns: name, mean; if known sd, n (people),
        low and high (the range of the score), items (whole-number answers averaged into each score), whole
        (yes where scores are whole numbers, as sums of whole-number answers are), group (a wave or an arm),
        part_of (the name of the total, in the same group, that the row is a part of; list all parts). Means
        and SDs are text, as printed: trailing zeros count. Empty cells are what is not known.

    Returns
    -------
    Plausibility
        Checks that lack a figure they need are not made; a row with no check at all is "cannot tell". Where
        a total is not of the same people as its parts, means and SDs are not held against each other.

    Raises
    ------
    InvalidInput
        With every problem of the table.

    Notes
    -----
    See `check_statistic` and `check_parts` for the arithmetic: largest SD, GRIM (Brown & Heathers 2017),
    GRIMMER (Anaya 2016; Allard 2018), parts against totals.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"name": ["age"], "mean": ["5.19"], "n": [28], "whole": ["yes"]})
    >>> check_published(table).checks.loc[0, ["check", "verdict"]].tolist()
    ['GRIM', 'impossible']
    """
    cells = read_published_file(published) if isinstance(published, str | Path) else _read_frame(published)
    return check_rows(read_rows(cells))


def check_rows(rows: Sequence[PublishedRow]) -> Plausibility:
    """Check rows that have been read; see `check_published`."""
    import pandas as pd

    records, verdicts = [], {}
    for row in rows:
        checks = check_statistic(row.statistic)
        parts = [one.statistic for one in rows if (one.group, one.part_of) == (row.group, row.statistic.name)]
        checks += _check_total(row, parts) if parts else ()
        checks = checks or (Check("none", None, note("printed_too_little")),)
        name = row.statistic.name
        records += [(name, row.group, check.name, VERDICTS[check.passed], str(check.reason)) for check in checks]
        verdicts[row.group, name] = {check.passed for check in checks}
    frame = pd.DataFrame(records, columns=["statistic", "group", "check", "verdict", "reason"])
    return Plausibility(frame, _conclude(verdicts))


def _read_frame(frame: pd.DataFrame) -> list[tuple[Place, dict[str, str]]]:
    import pandas as pd

    problems = find_header_problems([str(column) for column in frame.columns])
    problems += [
        Problem("is a column of numbers; give it as text, as printed (trailing zeros count)", where=column)
        for column in ("mean", "sd")
        if column in frame and pd.api.types.is_numeric_dtype(frame[column]) and frame[column].notna().any()
    ]
    if frame.empty:
        problems.append(Problem("the table has no rows"))
    if problems:
        raise InvalidInput(problems, OUTCOME)
    records = frame.astype(object).where(frame.notna(), "").to_dict("records")
    return [
        (Place(prefix=f"row {number}, "), {str(key): str(value).strip() for key, value in record.items()})
        for number, record in enumerate(records, start=1)
    ]


def _check_total(row: PublishedRow, parts: Sequence[PublishedStatistic]) -> tuple[Check, ...]:
    checks = check_parts(parts, row.statistic)
    people = {statistic.n for statistic in (*parts, row.statistic)} - {None}
    if len(people) < 2:
        return checks
    why = note("parts_other_people")
    return tuple(
        Check(check.name, None, why) if check.name in ("sum of means", "SD of a sum") else check for check in checks
    )


def _conclude(verdicts: Mapping[tuple[str, str], set[bool | None]]) -> tuple[Note, ...]:
    """Return what the checks of all figures, by group and name, come to."""
    impossible = [place for place, found in verdicts.items() if False in found]
    if impossible:
        named = dict.fromkeys(f"{name} ({group})" if group else name for group, name in impossible)
        alone = len(verdicts) == 1
        first = note("figures_impossible_alone") if alone else note("figures_impossible", names=tuple(named))
        return first, note("figures_which_unknown")
    possible = any(True in found for found in verdicts.values())
    return (note("figures_possible" if possible else "figures_unchecked"),)
