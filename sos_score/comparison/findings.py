"""A finding: what every question of a comparison answers with. Ids, enums and numbers; words are made in `report`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

from sos_score.comparison.verdict import Direction, Verdict
from sos_score.notes import Note

NAN = math.nan


class Unit(StrEnum):
    """What counts as one."""

    PEOPLE = "people"
    ADJUSTED = "people adjusted for sites"
    SITES = "sites"
    SCORES = "scores"
    LEVEL = "level"
    """Whatever `Finding.level` names: workers, families."""


class Contrast(StrEnum):
    """What is compared, or counted."""

    NOTHING = "nothing"
    WAVE_COUNTS = "people at each wave"
    SITE = "one site"
    NORM = "site less norm"
    WAVES = "later less earlier wave"
    LEAVERS = "leavers less stayers"
    NEWCOMERS = "newcomers less stayers"
    LINKED = "linked people"
    RELIABLE = "linked people by how they changed"
    ARMS = "treated less reference arm"
    ARM_CHANGES = "change of the treated less change of the reference arm"
    SITES = "several sites"
    SITE_PAIR = "site less site"
    LEVEL = "one level"
    WITHIN = "within the lowest level"
    LEVELS = "level against level"
    LEVEL_WITHIN = "level against what is within it"
    SCORES = "score with score"


@dataclass(frozen=True, slots=True)
class Groups:
    """What is compared with what, by id.

    `members` are in the order of `Finding.counts` where there are counts: of a difference, first what is subtracted
    from. Sites, waves, arms, levels, ``source.scale`` or a norm's name, as `contrast` says.
    """

    contrast: Contrast = Contrast.NOTHING
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """A quantity in points of the score (a correlation as such), with its interval."""

    value: float = NAN
    low: float = NAN
    high: float = NAN
    se: float = NAN


class Measure(StrEnum):
    """What a standardized effect is, or what else stands in its place."""

    NOTHING = ""
    G = "g"
    G_AV = "g_av"
    RANK_BISERIAL = "rank-biserial"
    SD = "SD"
    RWG = "rwg(j)"
    T_POINTS = "T points"
    ICC1 = "ICC(1)"
    ICC_A1 = "ICC(A,1)"
    CONCORDANCE = "concordance"
    R = "r"
    RHO = "rho"
    SLOPE = "slope"
    SHARE = "share of variance"
    SHARE_DIFFERENCE = "difference of shares"
    DISTANCE = "distance"
    ELEVATION = "elevation"
    SCATTER = "scatter"
    PROFILE_CORRELATION = "correlation"
    D2 = "D2"


@dataclass(frozen=True, slots=True)
class Effect:
    """A standardized effect with its interval."""

    measure: Measure = Measure.NOTHING
    value: float = NAN
    low: float = NAN
    high: float = NAN


@dataclass(frozen=True, slots=True)
class Test:
    """A test: the statistic by its letter, degrees of freedom, p, and p adjusted within the family."""

    name: str = ""
    statistic: float = NAN
    df: float = NAN
    df2: float = NAN
    p: float = NAN
    p_adjusted: float = NAN


@dataclass(frozen=True, slots=True)
class Equivalence:
    """The smallest difference that matters, in the unit of the estimate, and two one-sided tests against it."""

    smallest: float = NAN
    p: float = NAN
    low: float = NAN
    high: float = NAN
    p_adjusted: float = NAN


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest effects found with 80% power, in the unit of the effect.

    `own` is that of the finding's own analysis, infinite where none can be found; `low` and `high` the same at the
    limits of the ICC's interval where it rests on one. `adjusted` is of people adjusted for their sites, with its own
    limits; `sites` of a t test of site values.
    """

    own: float = NAN
    low: float = NAN
    high: float = NAN
    adjusted: float = NAN
    adjusted_low: float = NAN
    adjusted_high: float = NAN
    sites: float = NAN


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes
    ----------
    question : str
        The id of a question of the registry.
    sources : tuple of str
        One, or several that were analysed together.
    instrument, scale : str
        Which outcome.
    unit : Unit
    level : str
        The level that `unit` names where it is `Unit.LEVEL`.
    pair : str
        The declared pair an association is about, by id.
    site : str
        The site the finding is about, by id; empty where it is about more than one.
    waves : tuple of str
        None, one, or the first and the last of a span.
    groups : Groups
    counts : tuple of int
        How many stand behind it, in the order of ``groups.members``.
    estimate : Estimate
    effect : Effect
    test : Test
    method : Note or None
        How it was found; its code is one of the methods'.
    is_judged : bool
        Whether it gets a verdict; others stand beside it.
    family : str
        The family its p is adjusted within.
    equivalence : Equivalence
    detectable : Detectable
    verdict : Verdict or None
    direction : Direction
    is_better : bool or None
        Whether the difference is an improvement, where that is known.
    holds_adjusted : bool
        False where a verdict is told by its own p and not by its adjusted p.
    reason : Note or None
    notes : tuple of Note
    sites_shown : tuple of str
        Sites whose own scores show in the finding; none where it tells of an arm as a whole.
    is_hidden : bool
        Whether it is blanked for the sake of a small group.
    n_groups : int
        Of a share of variance: how many groups its level has.
    """

    question: str
    sources: tuple[str, ...]
    instrument: str
    scale: str
    unit: Unit
    level: str = ""
    pair: str = ""
    site: str = ""
    waves: tuple[str, ...] = ()
    groups: Groups = Groups()
    counts: tuple[int, ...] = ()
    estimate: Estimate = Estimate()
    effect: Effect = Effect()
    test: Test = Test()
    method: Note | None = None
    is_judged: bool = False
    family: str = ""
    equivalence: Equivalence = Equivalence()
    detectable: Detectable = Detectable()
    verdict: Verdict | None = None
    direction: Direction = Direction.NONE
    is_better: bool | None = None
    holds_adjusted: bool = True
    reason: Note | None = None
    notes: tuple[Note, ...] = field(default=())
    sites_shown: tuple[str, ...] = ()
    is_hidden: bool = False
    n_groups: int = 0
