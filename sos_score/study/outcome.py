"""What a study compares: tables of sources, and the scales in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.verification import Claim
from sos_score.scoring.norms import NamedNorm
from sos_score.scoring.plan import ScoringPlan

if TYPE_CHECKING:
    import pandas as pd

LEVELS_BELOW = ("team", "worker", "family")
"""Levels whose groups are never made of sites, the highest first."""


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One instrument in one source: a row for each time somebody was asked.

    Attributes
    ----------
    instrument : Instrument or None
        None where a file of scores does not say how they were made.
    plan : ScoringPlan or None
        How the scores were computed; None where they arrived ready-made.
    frame : pandas.DataFrame
        ``person``, ``site``, ``arm`` and ``wave`` always; ``worker``, ``family``, ``rater`` and other levels where
        the source has them; all text, None where unknown. Then for each scale its score under the scale's id, the
        count of answered items under ``n_<scale>``, and T-scores under ``<scale>_t_<norm>``. NaN where missing.
    answers : pandas.DataFrame
        The codes as answered, not reversed, of the same rows: a column an item. No columns where scores arrived
        ready-made.
    levels : tuple of str
        Those of the study's levels that the source has, the highest first.
    """

    source: str
    instrument: Instrument | None
    plan: ScoringPlan | None
    frame: pd.DataFrame
    answers: pd.DataFrame
    levels: tuple[str, ...]

    @property
    def below_site(self) -> tuple[str, ...]:
        """Return the levels below the site, the highest first.

        Where the site is not among the levels, one is above it whose groups hold several sites, each of them whole.
        """
        if "site" in self.levels:
            return self.levels[self.levels.index("site") + 1 :]
        place = next((i for i, level in enumerate(self.levels) if not self._holds_sites(level)), len(self.levels))
        return self.levels[place:]

    def _holds_sites(self, level: str) -> bool:
        """Return whether groups of a level hold several sites; workers never do, though every site has a worker 1."""
        groups = self.frame[["site", level]].dropna().drop_duplicates()
        is_whole = not groups["site"].duplicated().any()
        return level not in LEVELS_BELOW and is_whole and bool(groups[level].duplicated().any())

    def name_columns(self, level: str) -> tuple[str, ...]:
        """Return the ids that together name the groups of a level: worker 1 of one site is not worker 1 of another."""
        names, below = self.levels[: self.levels.index(level) + 1], self.below_site
        if level not in below or "site" in names:
            return names
        place = names.index(below[0])
        return (*names[:place], "site", *names[place:])


@dataclass(frozen=True, slots=True)
class StudyOutcome:
    """One scale of one source: what a comparison is about.

    Attributes
    ----------
    source, scale : str
        Their ids.
    instrument : str
        Its id; empty where unknown.
    title, source_label : str
        Their names in tables.
    answered_by : str
        ``staff``, ``family``, ``worker`` or ``observer``; empty where unknown.
    unit : str
        What one answer sheet stands for, in the plural: staff, families, interviews.
    metric : str
        ``mean``, ``sum``; ``T`` where ready-made T-scores are all there is; ``score`` where unknown.
    table : SourceTable
        Its rows; the score is in the column `scale` of ``table.frame``.
    higher_is : str
        What a higher score means, in words.
    good : str or None
        ``high`` or ``low``, where that is known.
    low, high : float
        The theoretical range; NaN for T-scores, and where unknown.
    norms : tuple of NamedNorm
        What T-scores are given against; see `t_column`.
    verification : mapping of str to Claim
        Who vouches for each part of the definition.
    is_planned : bool
        Whether the plan names it as an outcome.
    """

    source: str
    scale: str
    instrument: str
    title: str
    source_label: str
    answered_by: str
    unit: str
    metric: str
    table: SourceTable
    higher_is: str
    good: str | None
    low: float
    high: float
    norms: tuple[NamedNorm, ...]
    verification: Mapping[str, Claim]
    is_planned: bool

    @property
    def id(self) -> str:
        """Return ``source.scale``, as a study file names it."""
        return f"{self.source}.{self.scale}"

    @property
    def frame(self) -> pd.DataFrame:
        """Return the rows of its source."""
        return self.table.frame

    def t_column(self, norm: str) -> str:
        """Return the column of the T-scores against a norm."""
        return f"{self.scale}_t_{norm}"
