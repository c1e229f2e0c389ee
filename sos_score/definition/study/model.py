"""The types of a study file: who was asked where and when, which file holds what, and the plan of analysis."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from sos_score.definition.instrument.ids import as_list
from sos_score.definition.instrument.missing_rule import MinAnswered
from sos_score.definition.instrument.responses import Language
from sos_score.definition.model import MOST_LETTERS, Label, Model, Text, Values
from sos_score.definition.platforms import PlatformName

Unit = Literal["g", "raw", "T"]

DEFAULT_LEVELS = ("site", "worker", "family")
ID_NAME = r"^[a-z][a-z0-9_]*$"


def _read_respondent(value: object) -> object:
    """Return whom a study means; a client of a service, as definitions say, is a family of the study."""
    return "family" if value == "client" else value


def _read_waves(value: object) -> dict[str, str]:
    """Return each wave's label by its id, in order, from a list of ids or a mapping of ids to labels."""
    if isinstance(value, list):
        names = [str(name) for name in value if isinstance(name, int | str) and not isinstance(name, bool)]
        if len(names) == len(value) and len(set(names)) == len(names) and all(names):
            return {name: name for name in names}
    elif isinstance(value, dict) and all(isinstance(label, str) and label for label in value.values()):
        if too_long := [wave for wave, label in value.items() if len(label) > MOST_LETTERS]:
            raise ValueError(f"the label of {too_long[0]} is too long (at most {MOST_LETTERS} characters)")
        return dict(value)
    raise ValueError("must be a list of different waves in order ([T1, T2]), or a mapping of waves to labels")


AnsweredBy = Annotated[
    Literal["staff", "family", "worker", "observer"],
    BeforeValidator(
        _read_respondent, json_schema_input_type=Literal["staff", "family", "client", "worker", "observer"]
    ),
]
_TEXT = {"type": "string", "minLength": 1}
_LABEL = _TEXT | {"maxLength": MOST_LETTERS}
_VALUE = {"type": ["string", "integer"]}
Waves = Annotated[
    dict[str, str],
    PlainValidator(_read_waves),
    WithJsonSchema(
        {"anyOf": [{"type": "array", "items": _VALUE}, {"type": "object", "additionalProperties": _LABEL}]},
    ),
]
OneOrMore = Annotated[
    list[Text],
    BeforeValidator(as_list),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}),
]
NoneOrMore = Annotated[
    list[Text],
    BeforeValidator(as_list),
    WithJsonSchema({"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}),
]
IdName = Annotated[str, Field(pattern=ID_NAME)]
ScaleRef = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
OutcomeRef = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]


class Site(Model):
    """Where people were asked.

    Attributes
    ----------
    label : str or None
        Its name in tables; else its id.
    arm : str or None
        The arm it belongs to; left out only in a study without arms.
    """

    label: Label | None = None
    arm: str | None = None


class Arm(Model):
    """Sites that work in the same way; one arm is the reference that the other is compared with.

    Attributes
    ----------
    label : str or None
        Its name in tables; else its id.
    reference : bool
        Whether the other arm is compared with this one.
    """

    label: Label | None = None
    reference: bool = False


class Source(Model):
    """Survey exports of one kind: the same people, asked the same things.

    Attributes
    ----------
    label : str or None
        Its name in tables; else the title of its instrument.
    files : list of str
        One export or several, relative to the study file.
    instrument : list of str
        One instrument or several that the files hold: shipped ids, or definition files relative to the study file.
    columns : list of str
        Column maps, relative to the study file: none, one for all files, or one for each. A map with ``t_scores``
        says that the instrument arrives scored.
    answered_by : str or None
        ``staff``, ``family`` (or ``client``, as definitions say), ``worker`` or ``observer``; else whom the definition
        names first.
    unit : str or None
        What one answer sheet stands for, in the plural, as results name it: interviews, charts. Else staff, families,
        family members, workers or ratings, by who answered about whom.
    ids : dict
        What an id column of the export (as the column map names it) stands for here: ``person``, ``site``,
        ``wave``, ``worker``, ``family``, ``rater`` or another level. Columns of the same name need no entry.
        ``person`` is whoever is linked across waves; else the respondent, or where there is none the target.
    where : dict
        The rows to use: id column of the export to the values it may have.
    min_answered : int, str or None
        A missing rule in place of the definition's own.
    on_invalid : str
        ``error`` or ``missing``: what becomes of answers that are not allowed.
    platform : str or None
        The survey platform that wrote the files (``from`` in the study file), or ``plain``; else what each looks like.
    sheet : str or None
        The sheet of the workbooks that holds the answers.
    header_row : int or None
        The row that names the columns, where a title stands above it.
    language : str or None
        The language of the labels, as a code (``cy``), where the definition has several; else the one that has all
        labels of a file.
    """

    label: Label | None = None
    files: OneOrMore
    instrument: OneOrMore
    columns: NoneOrMore = []
    answered_by: AnsweredBy | None = None
    unit: Text | None = None
    ids: dict[IdName, Text] = {}
    where: dict[str, Values] = {}
    min_answered: MinAnswered | None = None
    on_invalid: Literal["error", "missing"] = "error"
    platform: PlatformName | None = Field(None, alias="from")
    sheet: Text | None = None
    header_row: Annotated[int, Field(ge=1)] | None = None
    language: Language | None = None


class Effect(Model):
    """A size of effect.

    Attributes
    ----------
    value : float
        How large, above 0.
    unit : str
        ``g``: standard deviations of people (Hedges g); ``raw``: points of the scale; ``T``: T-score points.
    """

    value: float = Field(strict=False, gt=0, allow_inf_nan=False)
    unit: Unit = "g"


class SmallestEffect(Effect):
    """The smallest effect that would matter, for all scales but those named.

    Attributes
    ----------
    scales : dict of Effect
        A source's or a scale's own (``osc``, ``osc.engagement``).
    reason : str or None
        Why that much and no less, for whoever reads the report.
    """

    scales: dict[OutcomeRef, Effect] = {}
    reason: Text | None = None


Family = Literal["source", "scale", "question"]


class Multiplicity(Model):
    """How p values are adjusted for how many were looked at.

    Attributes
    ----------
    method : str
        ``holm``, ``bonferroni``, ``bh`` or ``none``.
    family : str
        Which tests of one question are adjusted together: those of one ``source`` or ``scale``, or all of the
        ``question``. Tests at the first of several waves are a family of their own.
    families : dict
        Families of your own: a name to sources or scales; ``family`` holds for the rest.
    """

    method: Literal["holm", "bonferroni", "bh", "none"] = "holm"
    family: Family = "source"
    families: dict[IdName, list[OutcomeRef]] = {}


class Plan(Model):
    """What was decided before the data were looked at.

    Attributes
    ----------
    alpha : float
        Two-sided level of every test.
    smallest_effect : SmallestEffect or None
        What would matter, the limit of every test of equivalence; without it nothing is called equivalent.
    multiplicity : Multiplicity
        How p values are adjusted.
    outcomes : list of str or None
        Sources (``osc``) or scales of sources (``osc.engagement``) to compare; else every scale of every source.
    primary : list of str
        Of the outcomes, those the study was made for: their tests of one question are a family of their own.
    seed : int
        Of everything that draws random numbers.
    """

    alpha: float = Field(0.05, strict=False, gt=0, lt=0.5)
    smallest_effect: SmallestEffect | None = None
    multiplicity: Multiplicity = Multiplicity()
    outcomes: Annotated[list[OutcomeRef] | None, Field(min_length=1)] = None
    primary: list[OutcomeRef] = []
    seed: Annotated[int, Field(ge=0)] = 1


class Design(Model):
    """How sites came to their arms, and who had a hand in the data: what limits a study.

    Attributes
    ----------
    allocation : str or None
        How sites came to their arms: ``randomised``, ``matched`` or ``chosen``. Not stated, it is taken as chosen.
    observed_by : str or None
        Who observed and rated, and whether they knew the arm.
    cases_selected_by : str or None
        Who selected the people or cases that were asked about.
    """

    allocation: Literal["randomised", "matched", "chosen"] | None = None
    observed_by: Text | None = None
    cases_selected_by: Text | None = None


class Pair(Model):
    """Two scores said in advance to go together.

    Attributes
    ----------
    label : str or None
        Its name in tables; else its id.
    x : str
        ``source.scale``: what explains, where one explains the other.
    y : str
        ``source.scale``: what is explained.
    level : str
        The id whose means are paired: one row for each worker, family, ...
    kind : str
        ``association``, or ``agreement`` of two views of the same thing.
    """

    label: Label | None = None
    x: ScaleRef
    y: ScaleRef
    level: IdName = "worker"
    kind: Literal["association", "agreement"] = "association"


class Privacy(Model):
    """What may not be shown.

    Attributes
    ----------
    smallest_cell : int
        Results of fewer people than this are hidden.
    """

    smallest_cell: Annotated[int, Field(ge=1)] = 5


class Accepted(Model):
    """A finding of ``sos-score check`` that was looked at and is left as it is.

    Attributes
    ----------
    found : str
        What was found, by its code (``straight_lines``), as ``check --format json`` gives it.
    reason : str
        Why it is left; printed with the finding each time.
    source : str or None
        The source it is in; else all of them.
    about : str or None
        The item, scale or column it is about; else any.
    at_most : int or None
        How many rows or cells may show it; where there are more, it is said again as new.
    """

    found: IdName
    reason: Text
    source: IdName | None = None
    about: Text | None = None
    at_most: Annotated[int, Field(ge=1)] | None = None


class Checks(Model):
    """What is known of the data.

    Attributes
    ----------
    accepted : list of Accepted
        Findings that are left as they are, with the reason.
    """

    accepted: list[Accepted] = []


class Results(Model):
    """What scripts of an export found, put back for the next comparison and report.

    Attributes
    ----------
    invariance : str or None
        ``invariance.csv``, as ``invariance.R`` writes it, relative to the study file.
    imputation : str or None
        ``imputation.csv``, as ``imputation.R`` writes it.
    """

    invariance: Text | None = None
    imputation: Text | None = None


class Study(Model):
    """A study: sites in arms, waves, the files that hold the answers, and the plan of analysis.

    Attributes
    ----------
    format : int
        The version of this file format.
    id : str
        What the output calls the study.
    title : str
        Its name in tables and in the report.
    arms : dict of Arm
        By id: two at most. Without two, no arms are compared.
    sites : dict of Site
        By the value they have in the data, in the order they are shown.
    waves : dict
        By the value they have in the data, in order, to their labels; or a list of them.
    design : Design
        How sites came to their arms, who observed, and who selected the cases.
    sources : dict of Source
        By id.
    links : list of str
        CSV files that say what belongs to what: a column for each level, the lowest first (family, worker, site).
    norms : list of str
        Files of norms.
    levels : list of str
        Levels that scores are nested in, the highest first.
    pairs : dict of Pair
        Scores said in advance to go together, by id.
    plan : Plan
        The plan of analysis.
    privacy : Privacy
        What may not be shown.
    checks : Checks
        What is known of the data.
    results : Results
        What scripts of ``sos-score export`` found in R, to stand beside the findings.
    """

    format: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    title: Text
    arms: dict[IdName, Arm] = {}
    sites: Annotated[dict[str, Site], Field(min_length=1)]
    waves: Waves = {}
    design: Design = Design()
    sources: Annotated[dict[IdName, Source], Field(min_length=1)]
    links: NoneOrMore = []
    norms: NoneOrMore = []
    levels: list[IdName] = list(DEFAULT_LEVELS)
    pairs: dict[IdName, Pair] = {}
    plan: Plan = Plan()
    privacy: Privacy = Privacy()
    checks: Checks = Checks()
    results: Results = Results()

    @property
    def reference_arm(self) -> str | None:
        """Return the arm the other is compared with; None without arms."""
        return next((name for name, arm in self.arms.items() if arm.reference), None)

    @property
    def treated_arm(self) -> str | None:
        """Return the arm that is compared with the reference; None where there are not two."""
        others = [name for name, arm in self.arms.items() if not arm.reference]
        return others[0] if len(self.arms) == 2 and len(others) == 1 else None

    def sites_of(self, arm: str) -> list[str]:
        """Return the sites in an arm."""
        return [name for name, site in self.sites.items() if site.arm == arm]

    def label_site(self, site: str) -> str:
        """Return a site's name in tables."""
        return self.sites[site].label or site

    def label_site_and_arm(self, site: str) -> str:
        """Return a site's name with its arm, where it has one."""
        arm = self.sites[site].arm
        return f"{self.label_site(site)} ({self.label_arm(arm)})" if arm else self.label_site(site)

    def label_arm(self, arm: str) -> str:
        """Return an arm's name in tables."""
        return self.arms[arm].label or arm

    def is_outcome(self, source: str, scale: str) -> bool:
        """Return whether the plan compares a scale of a source."""
        return self.plan.outcomes is None or any(_names(ref, source, scale) for ref in self.plan.outcomes)

    def is_primary(self, source: str, scale: str) -> bool:
        """Return whether the plan names a scale of a source as a primary outcome."""
        return any(_names(ref, source, scale) for ref in self.plan.primary)

    def smallest_effect(self, source: str, scale: str) -> Effect | None:
        """Return the smallest effect of interest of a scale: its own, its source's, or the study's, if any."""
        stated = self.plan.smallest_effect
        return stated and (stated.scales.get(f"{source}.{scale}") or stated.scales.get(source) or stated)

    def name_family(self, question: str, source: str, scale: str) -> str:
        """Return the family of tests that a question's tests of a scale belong to.

        Tests with the same name are adjusted together.
        """
        if self.is_primary(source, scale):
            return f"{question}, primary"
        for name, members in self.plan.multiplicity.families.items():
            if any(_names(ref, source, scale) for ref in members):
                return f"{question}, {name}"
        return name_family(self.plan.multiplicity.family, question, source, scale)


def name_family(family: Family, question: str, source: str, scale: str) -> str:
    """Return the family of tests of a kind that a question's tests of a scale belong to."""
    return {"question": question, "source": f"{question}, {source}", "scale": f"{question}, {source}.{scale}"}[family]


def _names(ref: str, source: str, scale: str) -> bool:
    return ref in (source, f"{source}.{scale}")


def read_outcome(ref: str) -> tuple[str, str]:
    """Return the source and the scale that ``source.scale`` names; the scale is empty where it names a source.

    Examples
    --------
    >>> read_outcome("osc.engagement"), read_outcome("osc")
    (('osc', 'engagement'), ('osc', ''))
    """
    source, _, scale = ref.partition(".")
    return source, scale
