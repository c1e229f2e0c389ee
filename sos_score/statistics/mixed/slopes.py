"""Slopes of scores on what people or workers bring, within and between groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.mixed.data import variance_data
from sos_score.statistics.mixed.fixed_effects import CoefficientTest, assess_coefficients
from sos_score.statistics.mixed.model import VarianceFit, fit_variance


@dataclass(frozen=True, slots=True)
class Slopes:
    """Slopes of a score on predictors, with random intercepts for levels.

    Attributes
    ----------
    names : tuple of str
        "intercept", then the predictors as given.
    tests : tuple of CoefficientTest
        In the order of `names`.
    fit : VarianceFit
        The model they come from.
    notes : tuple of Note
    """

    names: tuple[str, ...]
    tests: tuple[CoefficientTest, ...]
    fit: VarianceFit
    notes: tuple[Note, ...]

    def test(self, name: str) -> CoefficientTest:
        """Find the test of a predictor by its name."""
        return self.tests[self.names.index(name)]


def estimate_slopes(
    outcome: ArrayLike,
    predictors: Mapping[str, ArrayLike],
    levels: Mapping[str, ArrayLike],
    *,
    confidence: float = 0.95,
) -> Slopes:
    """Regress a score on predictors at any level, with random intercepts for the levels.

    Parameters
    ----------
    outcome : array (n,)
        One score per row (family); NaN is missing.
    predictors : mapping of str to array (n,)
        Each predictor for every row: a worker's competence repeats over that worker's families. The intercept
        is the score where all predictors are 0: centre them to give it meaning. NaN is missing.
    levels : mapping of str to array (n,)
        Groups by level, outermost first, as in `variance_data`.
    confidence : float

    Returns
    -------
    Slopes
        NaN with a note where nothing can be estimated; rows with anything missing are left out and counted.

    Notes
    -----
    REML; a predictor that is constant within workers is tested with about as many degrees of freedom as there
    are workers, not families. Agrees with lmerTest::lmer 3.1-3 (Satterthwaite).

    Examples
    --------
    >>> workers = competence = [1, 1, 1, 2, 2, 3, 3, 3, 4, 4]
    >>> scores = [1, 2, 1, 2, 4, 3, 5, 4, 5, 6]
    >>> found = estimate_slopes(scores, {"competence": competence}, {"workers": workers})
    >>> round(found.test("competence").estimate, 3), round(found.test("competence").df, 1)
    (1.355, 8.0)
    """
    values = [np.asarray(values, dtype=float) for values in predictors.values()]
    design = np.column_stack([np.ones(np.size(outcome)), *values])
    data = variance_data(outcome, levels, design)
    fit = fit_variance(data)
    return Slopes(
        names=("intercept", *predictors),
        tests=assess_coefficients(data, confidence=confidence, fit=fit).coefficients,
        fit=fit,
        notes=fit.notes,
    )


@dataclass(frozen=True, slots=True)
class SeparatedSlopes:
    """Slopes within and between the groups of one level.

    Attributes
    ----------
    within : CoefficientTest
        How much higher the score is where the predictor is 1 higher than usual for the group.
    between : CoefficientTest
        How much higher the score of a group is where its mean of the predictor is 1 higher.
    difference : CoefficientTest
        Between less within (the contextual effect).
    n, n_groups : int
    notes : tuple of Note
    """

    within: CoefficientTest
    between: CoefficientTest
    difference: CoefficientTest
    n: int
    n_groups: int
    notes: tuple[Note, ...]


def separate_slopes(
    outcome: ArrayLike,
    predictor: ArrayLike,
    levels: Mapping[str, ArrayLike],
    by: str,
    *,
    confidence: float = 0.95,
) -> SeparatedSlopes:
    """Separate the slope within groups (families of one worker) from the slope between them (workers).

    Parameters
    ----------
    outcome, predictor : array (n,)
        One value per row; NaN is missing.
    levels : mapping of str to array (n,)
        Groups by level, outermost first, as in `variance_data`.
    by : str
        The level whose groups are separated.
    confidence : float

    Returns
    -------
    SeparatedSlopes
        A slope that the data do not have (the predictor constant within, or between, groups) is NaN with a
        note.

    Notes
    -----
    The predictor is split into its group mean and the departure from it, both in one REML model with random
    intercepts (Neuhaus & Kalbfleisch 1998); Satterthwaite degrees of freedom. Means are over the rows that
    have everything.
    """
    if by not in levels:
        raise ValueError(f"no level {by!r}")
    rows = variance_data(outcome, levels, np.asarray(predictor, dtype=float)[:, None])
    place = rows.names.index(by) if by in rows.names else -1
    missing = CoefficientTest(*(np.nan,) * 7)
    if place < 0 or rows.outcome.size == 0:
        return SeparatedSlopes(missing, missing, missing, rows.outcome.size, 0, rows.notes)
    codes, x = rows.codes[place], rows.design[:, 0]
    means = (np.bincount(codes, x) / np.bincount(codes))[codes]
    parts = {"within": x - means, "between": means - means.mean()}
    spread = 1e-10 * max(float(np.abs(x).max()), 1e-300)
    varying = {name: values for name, values in parts.items() if np.ptp(values) > spread}
    groups = {name: np.array(rows.labels[j])[rows.codes[j]] for j, name in enumerate(rows.names)}
    found = estimate_slopes(rows.outcome, varying, groups, confidence=confidence)
    tests = {name: found.test(name) for name in varying}
    difference = missing
    if len(varying) == 2:
        # The same fixed part in other terms, so with the same variances.
        contextual = variance_data(rows.outcome, groups, np.column_stack([np.ones(x.size), x, parts["between"]]))
        difference = assess_coefficients(contextual, confidence=confidence, fit=found.fit).coefficients[2]
    absent = tuple(note("no_such_slope", part=name, level=by) for name in parts if name not in varying)
    return SeparatedSlopes(
        within=tests.get("within", missing),
        between=tests.get("between", missing),
        difference=difference,
        n=rows.outcome.size,
        n_groups=len(rows.labels[place]),
        notes=(*found.notes, *absent),
    )
