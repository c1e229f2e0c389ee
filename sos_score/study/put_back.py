"""What scripts of an export found in R: models of invariance, and judged rows pooled over imputations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

GROUPS = ("waves", "arms", "sites")
LEVELS = ("configural", "metric", "scalar")
FAILED = ("not testable", "not converged")


@dataclass(frozen=True, slots=True)
class InvarianceRow:
    """One model of a scale over groups."""

    line: int  # where it stands in the file
    source: str
    scale: str
    groups: str  # ``waves``, ``arms`` or ``sites``
    wave: str  # when arms or sites were compared; empty over waves
    smallest: int  # how many complete answers the smallest group has
    # ``configural``, ``metric`` or ``scalar``; ``not testable`` or ``not converged`` where there is no model
    level: str
    # ``chi2``, ``df``, ``cfi``, ``rmsea``, ``srmr``; ``p_change`` and ``cfi_change`` against the level before; NaN
    # where there is none
    fits: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PooledRow:
    """A judged row with missing scores filled in several times, pooled by Rubin's rules."""

    line: int  # where it stands in the file
    name: tuple[str, ...]  # which judged row, by the columns that name one
    observed: float  # the estimate as planned, when the row was exported
    imputations: int
    # the pooled numbers, and `n`, how many scores they rest on with those that were filled in
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PutBack:
    """What was put back; `folder` is the name of the folder it came from, and empty where there is nothing.

    `paths` are the files that were read, by kind.
    """

    invariance: tuple[InvarianceRow, ...] = ()
    imputation: tuple[PooledRow, ...] = ()
    folder: str = ""
    paths: tuple[tuple[str, str], ...] = ()


NOTHING = PutBack()
