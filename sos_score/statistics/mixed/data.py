"""Outcome, levels and fixed part of a random-intercept model, with what cannot be used set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats

Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class VarianceData:
    """Rows of a random-intercept model that have everything, and what was set aside."""

    outcome: Floats  # (n,): the scores
    design: Floats  # (n, p): the fixed part; a column of ones when none was given
    names: tuple[str, ...]  # levels whose variance can be estimated, as given
    codes: tuple[Codes, ...]  # (n,): for each of `names`, the group of every row, counted from 0
    labels: tuple[tuple[str, ...], ...]  # for each of `names`, what the groups are called
    # levels whose variance cannot be estimated, how many groups they have, and why
    set_aside: tuple[tuple[str, int, Note], ...]
    all_names: tuple[str, ...]  # every level, as given
    n_dropped: int  # rows left out because the score, a predictor or a group is missing
    problem: Note | None  # why no model can be fitted

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a reader must know about rows and levels that are not used."""
        notes = [self.problem] if self.problem else []
        notes += [note("level_set_aside", level=name, reason=reason) for name, _, reason in self.set_aside]
        if self.n_dropped:
            notes.append(note("rows_incomplete", rows=self.n_dropped))
        return tuple(notes)


def variance_data(outcome: ArrayLike, levels: Mapping[str, ArrayLike], design: ArrayLike | None = None) -> VarianceData:
    """Bring scores and their groups together for `fit_variance` and its companions.

    Parameters
    ----------
    outcome : array (n,)
        One score per row; NaN is missing.
    levels : mapping of str to array (n,)
        Groups by level, outermost first, e.g. ``{"sites": ..., "workers": ...}``: numbers or texts; NaN, None
        and "" are missing. Names are plural, as sentences use them. Equal codes are the same group wherever
        they occur, as in lme4 (R 4.2.2): use `nest_codes` first if each site counts its workers from 1.
    design : array (n, p), optional
        The fixed part with its column of ones; only a column of ones when left out. NaN is missing.

    Notes
    -----
    Rows with anything missing are left out and counted. A level is set aside, with a note, when it has
    fewer than two groups, as many groups as rows, the same groups as another level, or nothing left once the
    fixed part is taken out: lme4 1.1-31 refuses the first two and cannot identify the others.

    Examples
    --------
    >>> data = variance_data([1, 2, 3, float("nan")], {"sites": ["a", "a", "b", "b"], "rows": [1, 2, 3, 4]})
    >>> data.names, data.n_dropped
    (('sites',), 1)
    """
    scores = np.asarray(outcome, dtype=float)
    fixed = np.ones((scores.size, 1)) if design is None else np.asarray(design, dtype=float)
    columns = {name: _read_column(values) for name, values in levels.items()}
    if scores.ndim != 1 or fixed.ndim != 2 or {len(fixed), *map(len, columns.values())} - {scores.size}:
        raise ValueError("outcome, levels and design need the same number of rows")
    complete = np.isfinite(scores) & np.isfinite(fixed).all(axis=1)
    for column in columns.values():
        if column.dtype == object:
            complete &= np.array([not _is_missing(value) for value in column], dtype=bool)
    scores, fixed = scores[complete], fixed[complete]
    names: list[str] = []
    codes: list[Codes] = []
    labels, set_aside = [], []
    for name, column in columns.items():
        group_labels, group_codes = _encode(column[complete])
        reason = _why_unusable(group_codes, fixed, dict(zip(names, codes, strict=True)))
        if reason is not None:
            set_aside.append((name, len(group_labels), reason))
        else:
            names.append(name)
            codes.append(group_codes)
            labels.append(group_labels)
    return VarianceData(
        outcome=scores,
        design=fixed,
        names=tuple(names),
        codes=tuple(codes),
        labels=tuple(labels),
        set_aside=tuple(set_aside),
        all_names=tuple(columns),
        n_dropped=int((~complete).sum()),
        problem=_find_problem(scores, fixed, names),
    )


def nest_codes(*levels: ArrayLike) -> NDArray[np.object_]:
    r"""Make codes of the innermost level unique within all outer levels, outermost first.

    Missing at any level is missing in the result. A slash within a code is marked, so that no two groups have one name.

    Examples
    --------
    >>> nest_codes(["A", "A", "B"], [1, 2, 1]).tolist()
    ['A/1', 'A/2', 'B/1']
    >>> nest_codes(["A/1", "A"], ["2", "1/2"]).tolist()
    ['A\\/1/2', 'A/1\\/2']
    """
    columns = [np.asarray(level, dtype=object) for level in levels]
    names: dict[tuple[object, ...], str | None] = {}
    rows = list(zip(*columns, strict=True))
    for row in rows:
        if row not in names:
            names[row] = None if any(map(_is_missing, row)) else "/".join(map(_mark, row))
    return np.array([names[row] for row in rows], dtype=object)


def _is_missing(value: object) -> bool:
    return value is None or value == "" or value != value  # noqa: PLR0124 - only NaN differs from itself


def _say(value: object) -> str:
    return f"{value:.16g}" if isinstance(value, float) else str(value)


def _mark(value: object) -> str:
    return _say(value).replace("\\", "\\\\").replace("/", "\\/")


def _read_column(values: ArrayLike) -> NDArray[Any]:
    """Return the groups of rows; whole numbers stay so, of which none is missing and nothing has to be looked up."""
    given = np.asarray(values)
    return given if given.dtype.kind == "i" else np.asarray(values, dtype=object)


def _encode(values: NDArray[Any]) -> tuple[tuple[str, ...], Codes]:
    if values.dtype != object:
        found, codes = np.unique(values, return_inverse=True)
        return tuple(map(str, found.tolist())), codes.astype(np.intp)
    groups = sorted(set(values.tolist()), key=lambda value: (isinstance(value, str), value))
    place = {group: position for position, group in enumerate(groups)}
    return tuple(map(_say, groups)), np.array([place[value] for value in values], dtype=np.intp)


def _why_unusable(codes: Codes, design: Floats, others: Mapping[str, Codes]) -> Note | None:
    """Return why a level's variance cannot be estimated; None when it can."""
    n, groups = codes.size, int(codes.max(initial=-1)) + 1
    if groups < 2:
        return note("level_one_group")
    if groups >= n:
        return note("level_one_observation")
    for name, other in others.items():
        if groups == int(other.max()) + 1 and np.unique(codes * groups + other).size == groups:
            return note("level_same_groups", other=name)
    basis = np.linalg.qr(design)[0] if n >= design.shape[1] else design
    sums = np.array([np.bincount(codes, column, groups) for column in basis.T])
    left = np.bincount(codes) - (sums**2).sum(axis=0)
    return note("level_in_fixed_part") if left.max() < 1e-8 * n else None


def _find_problem(outcome: Floats, design: Floats, names: list[str]) -> Note | None:
    """Return why no model can be fitted; None when one can."""
    n, p = design.shape
    if n <= p:
        return note("model_too_few_rows", rows=n, fixed=p)
    if np.linalg.matrix_rank(design) < p:
        return note("model_constant_predictor")
    rest = outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
    if (rest**2).sum() <= 1e-20 * max((outcome**2).sum(), 1e-300):
        return note("model_no_variance")
    return None if names else note("model_no_level")
