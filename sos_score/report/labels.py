"""What things are called: sites, arms, outcomes, units, verdicts. Findings hold ids; here they become words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sos_score.comparison.finding import Contrast, Finding, Unit
from sos_score.comparison.judging import Comparison
from sos_score.comparison.keys import CODE as AGAINST_KEY
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.verdict import Direction, Verdict
from sos_score.notes import Note
from sos_score.output.numbers import format_number
from sos_score.study.data import StudyData
from sos_score.words import join, pluralise

_FEW = 3  # outcomes that a note names
_SITE_VALUES = {"names", "pair", "first", "second"}
_OF_SITES = ("similarity_refused", "similarity_supported", "similarity_open", "of_two_profiles")
_GATE = (
    "team_agrees",
    "team_disagrees",
    "team_disagrees_on_items",
    "team_deviates",
    "team_few_complete",
    "team_unknown",
)
_TURNED = {
    "more ": "less ",
    "greater ": "less ",
    "a stronger ": "a weaker ",
    "a better ": "a worse ",
    "a more ": "a less ",
    "better ": "worse ",
    "higher ": "lower ",
    "fewer ": "more ",
    "safer ": "less safe ",
}
_GROUPS = {
    Contrast.NOTHING: "",
    Contrast.LEAVERS: "leavers - stayers",
    Contrast.NEWCOMERS: "newcomers - stayers",
    Contrast.LINKED: "linked people",
    Contrast.RELIABLE: "linked, up, down, unchanged",
    Contrast.BEYOND: "linked, beyond error, within it",
}
_JOINED = {
    Contrast.WAVE_COUNTS: ", ",
    Contrast.SITE: ", ",
    Contrast.SITES: ", ",
    Contrast.NORM: " - ",
    Contrast.WAVES: " - ",
    Contrast.ARMS: " - ",
    Contrast.SITE_PAIR: " - ",
    Contrast.SCORES: " - ",
    Contrast.LEVELS: " against ",
}
ASSOCIATED = {
    Verdict.DIFFERENT: "associated",
    Verdict.TRIVIAL: "associated but too weakly to matter",
    Verdict.EQUIVALENT: "no association that would matter",
    Verdict.INCONCLUSIVE: "inconclusive",
}
LEFT_OUT = "sites_asked_once"
_CAUTIONS = (LEFT_OUT, "allocation", "parallel_trends", "regression_to_mean", "arms_start_apart")
MARKS = {Verdict.TRIVIAL: "~", Verdict.EQUIVALENT: "=", Verdict.INCONCLUSIVE: "?", Verdict.CANNOT_TELL: "?"}


class Labels:
    """The names of a study's parts, for everything that is shown."""

    def __init__(
        self, plan: ComparisonPlan, outcomes: Iterable[OutcomeScores] = (), data: StudyData | None = None
    ) -> None:
        self.plan, self.data = plan, data
        of_study = data.outcomes if data else ()
        self.names = {(each.source, each.scale): (each.source_label, each.title) for each in of_study}
        self.sources = {each.source: each.source_label for each in of_study}
        self._titles = {key: f"{scale} ({source})" for key, (source, scale) in self.names.items()}
        self._titles |= {(each.source, each.scale): each.title for each in outcomes}
        self._units = {each.source: each.unit for each in of_study} | {each.source: each.unit for each in outcomes}
        self._higher = {(each.source, each.scale): each.higher_is for each in of_study}
        self._higher |= {(each.source, each.scale): each.higher_is for each in outcomes}
        self._good = {(each.source, each.scale): each.good for each in of_study}
        self._good |= {(each.source, each.scale): each.good for each in outcomes}

    @classmethod
    def of(cls, comparison: Comparison, data: StudyData | None = None) -> Labels:
        """Return the names of what a comparison is about."""
        return cls(comparison.plan, comparison.outcomes, data)

    @property
    def arms(self) -> tuple[str, str]:
        """Return what the treated and the reference arm are called."""
        return self.plan.arm_labels[self.plan.treated], self.plan.arm_labels[self.plan.reference]

    def name_site(self, site: str) -> str:
        """Return what a site is called."""
        return self.plan.sites.get(site, site)

    def name_site_and_arm(self, site: str) -> str:
        """Return what a site is called, with its arm where there are arms."""
        arm = self.plan.arm_labels.get(self.plan.arms.get(site) or "")
        return f"{self.name_site(site)} ({arm})" if arm else self.name_site(site)

    def name_scale(self, finding: Finding) -> str:
        """Return the title of the scale a finding is about."""
        known = self.names.get((finding.source, finding.scale))
        return known[1] if known else self._titles.get((finding.source, finding.scale), finding.scale)

    def find_good(self, finding: Finding) -> str | None:
        """Return which end of a finding's scale is good, ``high`` or ``low``, where that is known."""
        return self._good.get((finding.source, finding.scale))

    def name_waves(self, waves: tuple[str, ...]) -> str:
        """Return "T1" or "T1 to T2"."""
        return " to ".join(waves)

    def name_unit(self, finding: Finding) -> str:
        """Return what counts as one: staff, families, interviews, sites, workers."""
        if finding.unit is Unit.LEVEL:
            return pluralise(finding.level)
        unit = self._units.get(finding.source, Unit.PEOPLE.value)
        return {Unit.PEOPLE: unit, Unit.ADJUSTED: f"{unit}, adjusted for sites"}.get(finding.unit, finding.unit.value)

    def name_reach(self, finding: Finding) -> str:
        """Return whom a judged finding's p is about."""
        if finding.unit is Unit.SITES:
            return "p is about sites"
        if finding.level:
            return f"p is about more {pluralise(finding.level)} like these in the same sites"
        return f"p is about more {self.name_unit(finding)} like these in the same sites, answering independently"

    def name_outcome(self, finding: Finding) -> tuple[str, str]:
        """Return the source's label and the scale's title, several sources joined."""
        labels = [self.sources[source] for source in finding.sources]
        return join(labels), self.names[finding.source, finding.scale][1]

    def name_title(self, finding: Finding) -> str:
        """Return what a finding is about: scale and source, a declared pair, or a profile."""
        if finding.pair and self.data is not None:
            pair = self.data.study.pairs[finding.pair]
            return pair.label or " with ".join(self._name_id(ref) for ref in (pair.x, pair.y))
        if finding.question == "profiles":
            return f"Profile of {finding.n_groups} scales ({self.sources[finding.source]})"
        if len(finding.sources) > 1:
            labels = ", ".join(self.sources[source] for source in finding.sources)
            return f"{self.names[finding.source, finding.scale][1]} ({labels})"
        return self._titles.get((finding.source, finding.scale), "")

    def _name_id(self, ref: str) -> str:
        assert self.data is not None
        outcome = self.data.outcome(ref)
        return f"{outcome.title} ({outcome.source_label})"

    def name_groups(self, finding: Finding, *, with_arms: bool = False) -> str:
        """Return what is compared with what: "T2 - T1", "Site 1, Site 2", "20 workers"."""
        name_site = self.name_site_and_arm if with_arms else self.name_site
        contrast, members = finding.groups.contrast, finding.groups.members
        if contrast in _GROUPS:
            arm = f"{self.plan.arm_labels[members[0]]}: " if members and contrast is Contrast.LEAVERS else ""
            return f"{arm}{_GROUPS[contrast]}"
        if contrast is Contrast.LEVEL:
            return f"{finding.n_groups} {members[0]}"
        if contrast is Contrast.WITHIN:
            return f"within {members[0]}"
        if contrast is Contrast.LEVEL_WITHIN:
            return f"{members[0]} against within {members[0]}"
        if contrast in (Contrast.ARMS, Contrast.ARM_CHANGES):
            members = tuple(self.plan.arm_labels[arm] for arm in members)
        if contrast is Contrast.ARM_CHANGES:
            return " - ".join(f"{arm} change" for arm in members)
        if contrast in (Contrast.SITE, Contrast.SITES, Contrast.SITE_PAIR):
            members = tuple(map(name_site, members))
        if contrast is Contrast.NORM:
            members = (name_site(members[0]), members[1])
        return _JOINED[contrast].join(members)

    def describe(self, said: Note) -> str:
        """Return a note's sentence, ids of sites, arms and sources replaced by what they are called."""
        changed = tuple((name, self._label(said.code, name, value)) for name, value in said.values)
        return str(replace(said, values=changed))

    def _label(self, code: str, name: str, value: object) -> object:
        if name == "site" and code == AGAINST_KEY:
            return self.name_site(str(value))
        if name in ("arm", "other_arm"):
            return self.plan.arm_labels.get(str(value), value)
        if code in _OF_SITES and name in _SITE_VALUES:
            if isinstance(value, str):
                return self.name_site(value)
            return tuple(self.name_site(each) if isinstance(each, str) else each for each in value)  # type: ignore[attr-defined] # names of sites, with numbers
        return value

    def name_source(self, said: Note) -> str:
        """Return a note's sentence with the label of the source it is about."""
        changed = tuple((name, self.sources.get(str(value), value) if name == "source" else value)
                        for name, value in said.values)  # fmt: skip
        return self.describe(replace(said, values=changed))

    def describe_reason(self, finding: Finding) -> str:
        """Return why a verdict is what it is."""
        if not finding.reason:
            return ""
        parts = [self.describe(each) for each in finding.reason if each.code != "not_after_adjustment"]
        text = "; ".join(parts)
        if len(parts) < len(finding.reason):
            return f"{text}, but not after adjustment"
        if not finding.holds_adjusted:
            return f"{text.removesuffix('.')}, but not after adjustment."
        return text

    def name_cautions(self, finding: Finding) -> str:
        """Return what a finding must not be quoted without: how sites came to their arms, what else may explain it."""
        return "; ".join(self.list_cautions([finding]))

    def list_cautions(self, findings: Sequence[Finding]) -> list[str]:
        """Return what findings must not be quoted without, each once; of several, where arms started apart is named."""
        said: dict[str, None] = {}
        for finding in findings:
            where = f"on {self.name_scale(finding)}, " if len(findings) > 1 else ""
            for each in finding.notes:
                if each.code in _CAUTIONS:
                    said[f"{where if each.code == 'arms_start_apart' else ''}{self.describe(each)}"] = None
        return list(said)

    def name_left_out(self, findings: Iterable[Finding]) -> list[str]:
        """Return, each once, how many sites are no part of a change of the arms."""
        return list(dict.fromkeys(self.describe(each) for finding in findings for each in finding.notes
                                  if each.code == LEFT_OUT))  # fmt: skip

    def name_direction(self, finding: Finding) -> str:
        """Return what a difference means, in the scale's own words."""
        if finding.direction is Direction.NONE:
            return ""
        is_up = finding.direction is Direction.UP
        if finding.question == "association":
            return "higher goes with higher" if is_up else "higher goes with lower"
        higher = self._higher[finding.source, finding.scale]
        words = higher if is_up else turn_words(higher)
        return f"relatively {words}" if finding.arm_changes else words

    def name_arm_means(self, finding: Finding) -> str:
        """Return what happened in each arm: "Signs of Safety 3.01 to 3.03, Contrast 3.27 to 2.78"."""
        if len(finding.means) != 4:
            return ""
        first, last = finding.means[1::-1], finding.means[:1:-1]
        pairs = zip(self.arms, first, last, strict=True)
        return ", ".join(f"{arm} {format_number(start)} to {format_number(end)}" for arm, start, end in pairs)

    def name_verdict(self, finding: Finding) -> str:
        """Return a verdict as files give it."""
        verdict = finding.verdict
        if verdict is None:
            return ""
        if verdict in (Verdict.FIRST_LARGER, Verdict.SECOND_LARGER):
            return f"{name_larger(finding)} more{'' if finding.holds_adjusted else ' before adjustment'}"
        if finding.question == "association":
            return ASSOCIATED.get(verdict, verdict.value)
        return verdict.value

    def list_notes(self, findings: Iterable[Finding]) -> tuple[str, ...]:
        """Return what findings have to say, each thing once, with the outcomes it is about where they are few."""
        said: dict[str, dict[str, None]] = {}
        outcomes: dict[str, None] = {}
        for finding in findings:
            source, scale = self.name_outcome(finding)
            outcomes[f"{scale} ({source})"] = None
            for each in finding.notes:
                said.setdefault(self.describe(each), {})[f"{scale} ({source})"] = None
        return tuple(
            f"{join(list(where))}: {text}" if len(where) <= _FEW < len(outcomes) else text
            for text, where in said.items()
        )


def name_doubt(finding: Finding) -> str:
    """Return which items of a finding's scores may be reversed, in words; nothing where none is known."""
    items = list(dict.fromkeys(str(each["item"]) for each in finding.notes if each.code == AGAINST_KEY))
    return f"{join(items)} may be reversed in a file" if items else ""


def name_gate(finding: Finding) -> str:
    """Return what speaks against a mean as the team's; nothing where it may be reported, or is of no team."""
    return next((str(each) for each in finding.notes if each.code in _GATE), "")


def name_kind(finding: Finding) -> str:
    """Return what counts as one where several sources stand together: answers, or sites."""
    return "answers" if finding.unit is Unit.PEOPLE else finding.unit.value


def name_better(finding: Finding) -> str:
    """Return "better", "worse", or nothing where that is not known."""
    return {True: "better", False: "worse", None: ""}[finding.is_better]


def name_larger(finding: Finding) -> str:
    """Return which of two levels accounts for more."""
    first, second = finding.groups.members
    return first if finding.verdict is Verdict.FIRST_LARGER else second


def name_short(finding: Finding) -> str:
    """Return a verdict on a difference in a word or two."""
    if finding.verdict is Verdict.DIFFERENT:
        if finding.arm_changes:
            return name_better(finding) or "differs"
        return name_better(finding) or ("higher" if finding.estimate.value > 0 else "lower")
    return (
        "too small to matter"
        if finding.verdict is Verdict.TRIVIAL
        else finding.verdict.value
        if finding.verdict
        else ""
    )


def turn_words(higher_is: str) -> str:
    """Return what a lower score means, from what a higher one does.

    Examples
    --------
    >>> turn_words("more engagement"), turn_words("a stronger bond"), turn_words("clearer roles")
    ('less engagement', 'a weaker bond', 'the opposite of clearer roles')
    >>> turn_words("more ties to friends"), turn_words("more stress"), turn_words("better well-being")
    ('fewer ties to friends', 'less stress', 'worse well-being')
    """
    if re.match(r"more \w+[^\Wius]s\b", higher_is):  # several things, and neither stress, focus nor emphasis
        return f"fewer {higher_is.removeprefix('more ')}"
    for word, turned in _TURNED.items():
        if higher_is.startswith(word):
            return turned + higher_is.removeprefix(word)
    return f"the opposite of {higher_is}"
