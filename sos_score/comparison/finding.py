"""A finding: what every question of a comparison answers with. Ids, enums and numbers; words are made in `report`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.verdict import Direction, Judgement, Verdict, judge_difference
from sos_score.notes import Note, note
from sos_score.statistics.effect_sizes import EffectSize
from sos_score.statistics.equivalence import assess_equivalence
from sos_score.statistics.estimate import Estimate as TestedEstimate
from sos_score.statistics.ranks import RankTest

NAN = math.nan


class Unit(StrEnum):
    """What counts as one."""

    PEOPLE = "people"
    ADJUSTED = "people, adjusted for sites"
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
    BEYOND = "linked people by whether they changed"
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
    FLOOR = "floor"
    CEILING = "ceiling"
    ATTRITION = "attrition"
    GAPS = "with gaps"
    UNSCORED = "without a score"
    RELIABILITY = "reliability"
    SEM = "standard error of measurement"
    BEYOND = "changed by more than error"


@dataclass(frozen=True, slots=True)
class Effect:
    """A standardized effect with its interval."""

    measure: Measure = Measure.NOTHING
    value: float = NAN
    low: float = NAN
    high: float = NAN


@dataclass(frozen=True, slots=True)
class Statistic:
    """A test: the statistic by its letter, degrees of freedom, p, and p adjusted within the family."""

    name: str = ""
    statistic: float = NAN
    df: float = NAN
    df2: float = NAN
    p: float = NAN
    p_adjusted: float = NAN


@dataclass(frozen=True, slots=True)
class Equivalence:
    """The smallest difference that matters, in the estimate's unit, two one-sided tests, and the SD of people."""

    smallest: float = NAN
    p: float = NAN
    low: float = NAN
    high: float = NAN
    p_adjusted: float = NAN
    sd: float = NAN

    @property
    def in_sd(self) -> float:
        """Return the smallest difference that matters in standard deviations of people."""
        return self.smallest / self.sd if self.sd > 0 else NAN


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


class Standing(StrEnum):
    """How far a scale is known to mean the same in groups, or why that is not known."""

    SCALAR = "scalar"
    METRIC = "metric"
    CONFIGURAL = "configural"
    NOT_CONFIGURAL = "not configural"
    FEW_PEOPLE = "few people"
    ONE_ITEM = "one item"
    FEW_ITEMS = "two items"
    NO_ITEMS = "scores only"
    OF_SCALES = "made of scales"
    RECODED = "recoded items"
    NOT_CONVERGED = "not converged"
    NOT_TESTED = "not tested"


@dataclass(frozen=True, slots=True)
class Comparability:
    """Whether a scale means the same over ``waves``, or over ``arms`` or ``sites`` at a wave."""

    over: str
    wave: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Imputed:
    """A judged finding with missing scores filled in several times and pooled, as R found it.

    `missing_information` is the share of what is known of the estimate that rests on what was filled in.
    """

    estimate: Estimate
    df: float
    p: float
    missing_information: float
    imputations: int


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
    level : str
        The level that `unit` names where it is `Unit.LEVEL`; of `Unit.PEOPLE`, the level that they are nested in and
        the test is clustered on.
    pair : str
        The declared pair an association is about, by id.
    site : str
        The site the finding is about, by id; empty where it is about more than one.
    waves : tuple of str
        None, one, or the first and the last of a span.
    counts : tuple of int
        How many it rests on, in the order of ``groups.members``; of changes of arms, the reference and the treated arm
        at the first wave, then at the last.
    method : Note or None
        How it was found; its code is one of the methods'.
    is_judged : bool
        Whether it gets a verdict; others stand beside it.
    family : str
        The family its p is adjusted within.
    is_better : bool or None
        Whether the difference is an improvement, where that is known.
    holds_adjusted : bool
        False where a verdict is told by its own p and not by its adjusted p.
    sites_shown : tuple of str
        Sites whose own scores show in the finding; none where it tells of an arm as a whole.
    is_hidden : bool
        Whether it is blanked for the sake of a small group.
    n_groups : int
        Of a share of variance: how many groups its level has.
    means, sds : tuple of float
        Of a comparison of arms: the mean and standard deviation of what `counts` counts, in its order.
    arm_changes : tuple of Estimate
        Of a comparison of changes: each arm's own change, the treated arm's first.
    comparability : tuple of Comparability
        Of a comparison of waves, arms or sites: whether its scales are known to mean the same there.
    imputed : Imputed or None
        The same with missing scores filled in, where that was put back.
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
    test: Statistic = Statistic()
    method: Note | None = None
    is_judged: bool = False
    family: str = ""
    equivalence: Equivalence = Equivalence()
    detectable: Detectable = Detectable()
    verdict: Verdict | None = None
    direction: Direction = Direction.NONE
    is_better: bool | None = None
    holds_adjusted: bool = True
    reason: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    sites_shown: tuple[str, ...] = ()
    is_hidden: bool = False
    n_groups: int = 0
    means: tuple[float, ...] = ()
    sds: tuple[float, ...] = ()
    arm_changes: tuple[Estimate, ...] = ()
    comparability: tuple[Comparability, ...] = ()
    imputed: Imputed | None = None

    @property
    def source(self) -> str:
        """Return the source, or the first of several that were analysed together."""
        return self.sources[0]

    @property
    def outcome(self) -> str:
        """Return ``source.scale``, as a study file names an outcome; several sources are joined by a plus sign."""
        return f"{'+'.join(self.sources)}.{self.scale}"


def at(wave: str) -> tuple[str, ...]:
    """Return a wave as findings hold it: nothing where none is recorded."""
    return (wave,) if wave else ()


def start_finding(outcome: OutcomeScores, question: str, unit: Unit, **values: object) -> Finding:
    """Return a finding about an outcome with some of its fields."""
    about = (question, (outcome.source,), outcome.instrument, outcome.scale, unit)
    return Finding(*about, **values)  # type: ignore[arg-type] # the callers name fields of Finding


def add_notes(finding: Finding, *more: Note) -> Finding:
    """Return a finding with further notes, each once."""
    return with_notes(finding, tuple(dict.fromkeys((*finding.notes, *more))))


def with_notes(finding: Finding, notes: tuple[Note, ...]) -> Finding:
    """Return a finding with these notes: itself where it has them, as a finding takes long to make."""
    return finding if notes == finding.notes else replace(finding, notes=notes)


def with_test(finding: Finding, found: TestedEstimate) -> Finding:
    """Return a finding with a t test and its interval."""
    tested = replace(
        finding,
        counts=found.n,
        estimate=Estimate(found.estimate, found.low, found.high, found.se),
        test=Statistic("t", found.statistic, found.df, p=found.p),
        method=found.method,
    )
    return add_notes(tested, *found.notes)


def with_effect(finding: Finding, measure: Measure, found: EffectSize) -> Finding:
    """Return a finding with a standardized effect and its interval."""
    return add_notes(replace(finding, effect=Effect(measure, found.estimate, found.low, found.high)), *found.notes)


def scale_effect(finding: Finding, sd: float) -> Finding:
    """Return a finding with its estimate and interval in standard deviations of people too."""
    if not sd > 0:
        return replace(finding, effect=Effect(Measure.G))
    each = finding.estimate
    return replace(finding, effect=Effect(Measure.G, each.value / sd, each.low / sd, each.high / sd))


def make_judged(
    finding: Finding, found: TestedEstimate, outcome: OutcomeScores, plan: ComparisonPlan, sd: float
) -> Finding:
    """Return a finding that will be judged, with its family, the smallest difference that matters and TOST.

    Equivalence is judged on the interval of the test `found`; a smallest effect in g is measured in `sd`, the standard
    deviation of people.
    """
    family = name_family(finding, plan, is_baseline=plan.is_baseline(outcome, finding.waves))
    equivalence = find_equivalence(found, plan.find_smallest(outcome, sd), sd, plan)
    return replace(finding, is_judged=True, family=family, equivalence=equivalence)


def find_equivalence(found: TestedEstimate, smallest: float, sd: float, plan: ComparisonPlan) -> Equivalence:
    """Return the two one-sided tests of a result against the smallest difference that matters, where there is one."""
    if not smallest > 0:
        return Equivalence(smallest, sd=sd)
    tost = assess_equivalence(found, smallest, alpha=plan.alpha)
    return Equivalence(smallest, tost.p, tost.low, tost.high, sd=sd)


def judge_otherwise(finding: Finding, outcome: OutcomeScores, plan: ComparisonPlan) -> Finding:
    """Return a finding that will be judged by a plan with another family or limit: its test stays as it is.

    Of sites the limit stays too: how far they permute to it is not known from the finding.
    """
    if finding.unit is Unit.SITES:
        return replace(
            finding, family=name_family(finding, plan, is_baseline=plan.is_baseline(outcome, finding.waves))
        )  # fmt: skip
    tested = take_test(finding.method, finding.counts, finding.estimate, finding.test)
    return make_judged(finding, tested, outcome, plan, finding.equivalence.sd)


def take_test(method: Note | None, counts: tuple[int, ...], each: Estimate, test: Statistic) -> TestedEstimate:
    """Return the test of a finding, from its parts, as statistics know it."""
    assert method is not None
    return TestedEstimate(
        method, counts, each.value, each.low, each.high, each.se, test.statistic, test.df, test.p
    )  # fmt: skip


def name_family(finding: Finding, plan: ComparisonPlan, *, is_baseline: bool = False) -> str:
    """Return the family of tests that a finding's p is adjusted within; the first of several waves has its own."""
    unit = "" if finding.unit is Unit.PEOPLE else f" of {finding.unit.value}"
    wave = f" at {finding.waves[0]}" if is_baseline else ""
    return plan.name_family(f"{finding.question}{unit}{wave}", "+".join(finding.sources), finding.scale)


def with_ranks(finding: Finding, found: RankTest) -> Finding:
    """Return a finding with a test of ranks and its rank-biserial correlation."""
    return replace(
        finding,
        counts=found.n,
        effect=Effect(Measure.RANK_BISERIAL, found.estimate, found.low, found.high),
        test=Statistic("U", found.statistic, p=found.p),
        method=found.method,
        notes=(*finding.notes, *found.notes),
    )


def judge_finding(finding: Finding, plan: ComparisonPlan) -> Finding:
    """Return a judged finding with its verdict, after adjustment."""
    if not finding.is_judged:
        return finding
    found = find_verdict(finding.estimate.value, finding.test.p_adjusted, finding.equivalence, plan)
    return replace(finding, verdict=found.verdict, direction=found.direction, reason=found.reason)


def find_verdict(value: float, p: float, limits: Equivalence, plan: ComparisonPlan) -> Judgement:
    """Return the verdict on an estimate, its adjusted p and its tests of equivalence, adjusted too."""
    smallest = limits.smallest if limits.smallest > 0 else NAN
    found = judge_difference(value, p, (limits.low, limits.high), alpha=plan.alpha, smallest=smallest)
    if found.verdict not in (Verdict.EQUIVALENT, Verdict.TRIVIAL) or limits.p_adjusted <= plan.alpha:
        return found
    # The interval alone would say so; with all the family's tests counted, or with so few sites, it no longer does.
    verdict = Verdict.INCONCLUSIVE if found.verdict is Verdict.EQUIVALENT else Verdict.DIFFERENT
    why = note("sites_may_miss_equivalence" if math.isnan(limits.p) else "not_after_adjustment")
    return Judgement(verdict, found.direction, (*found.reason, why))
