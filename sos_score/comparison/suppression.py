"""Findings of small groups blanked, and of groups that would give one away, by the rule of `study.suppression`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sos_score.comparison.finding import Contrast, Detectable, Finding, Unit, with_notes
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.notes import Note, note
from sos_score.study.suppression import find_hidden, gives_arm_away, gives_total_away

_COUNTED = "rows"  # the value of a note that counts rows of people
_TESTS_CHOSEN = ("change", "arms", "did")
_OF_ARMS = (Contrast.ARMS, Contrast.ARM_CHANGES)


def find_hidden_places(outcome: OutcomeScores, plan: ComparisonPlan) -> frozenset[tuple[str, str]]:
    """Return the sites whose scores of an outcome are not shown, and the wave."""
    known = plan.hidden_places  # each site of an outcome asks for the same
    if outcome not in known:
        known[outcome] = frozenset((site, wave) for wave in plan.waves for site in _find_hidden(outcome, plan, wave))
    return known[outcome]


def list_places(outcome: OutcomeScores, plan: ComparisonPlan) -> list[tuple[str, str]]:
    """Return the sites and waves to describe: those with a score, and the hidden ones, whether they have one or not."""
    hidden = find_hidden_places(outcome, plan)
    return [
        (site, wave)
        for wave in plan.waves
        for site in plan.sites
        if (site, wave) in hidden or outcome.count(site, wave)
    ]


def _count_sites(outcome: OutcomeScores, plan: ComparisonPlan, wave: str) -> dict[str, int]:
    return {site: outcome.count(site, wave) for site in plan.sites}


def _find_hidden(outcome: OutcomeScores, plan: ComparisonPlan, wave: str) -> frozenset[str]:
    known = plan.hidden.at(outcome.source, wave, outcome.scale)
    return find_hidden(_count_sites(outcome, plan, wave), plan.arms, plan.smallest_cell, start=known)


def is_total_shown(outcome: OutcomeScores, plan: ComparisonPlan, wave: str) -> bool:
    """Return whether what all sites have together at a wave may be shown beside what single sites have."""
    sizes, hidden = _count_sites(outcome, plan, wave), _find_hidden(outcome, plan, wave)
    is_enough = sum(sizes.values()) >= max(plan.smallest_cell, 1)
    return is_enough and not gives_total_away(sizes, hidden, plan.smallest_cell)


def _find_hidden_arms(outcome: OutcomeScores, plan: ComparisonPlan) -> frozenset[str]:
    """Return the waves at which the total of an arm would tell of a hidden site."""
    return frozenset(
        wave
        for wave in plan.waves
        if gives_arm_away(
            _count_sites(outcome, plan, wave), _find_hidden(outcome, plan, wave), plan.arms, plan.smallest_cell
        )
    )


def suppress_small(
    findings: Iterable[Finding], outcomes: Iterable[OutcomeScores], plan: ComparisonPlan
) -> list[Finding]:
    """Return the findings with small groups blanked, complementary ones too.

    Blanked, save for what it is about, is a finding that counts 1 to ``smallest_cell - 1`` people, one in which the
    scores of a hidden site show, one of arms where an arm is one hidden site, and one of two scores where the total of
    one of them may not be told, or where the means of sites are paired and one of them is hidden. Which sites are
    hidden does not depend on what was asked. Of the others, notes do not count a few rows.
    """
    outcomes = tuple(outcomes)
    hidden = {(each.source, each.scale): find_hidden_places(each, plan) for each in outcomes}
    at_waves = {key: frozenset(wave for _, wave in places) for key, places in hidden.items()}
    of_arms = {(each.source, each.scale): _find_hidden_arms(each, plan) for each in outcomes}
    nowhere: frozenset[tuple[str, str]] = frozenset()

    def shows(finding: Finding, sites: Iterable[str]) -> bool:
        places = [hidden.get((source, finding.scale), nowhere) for source in finding.sources]
        waves = plan.list_waves(finding.waves)
        return any((site, wave) in each for each in places if each for site in sites for wave in waves)

    def shows_any(finding: Finding) -> bool:
        waves = [at_waves.get((source, finding.scale), frozenset()) for source in finding.sources]
        return any(wave in each for each in waves for wave in plan.list_waves(finding.waves))

    def shows_arm(finding: Finding) -> bool:
        waves = of_arms.get((finding.source, finding.scale), frozenset())
        is_of_arms = finding.groups.contrast in _OF_ARMS and finding.unit is not Unit.SITES
        return is_of_arms and not waves.isdisjoint(plan.list_waves(finding.waves))

    def treat(finding: Finding) -> Finding:
        is_shown = shows(finding, finding.sites_shown) or shows_arm(finding) or _shows_pair(finding, plan)
        if is_shown or _is_small(finding, plan):
            return _blank(finding, plan)
        if finding.is_judged and shows_any(finding):
            # What sites spread by would give the hidden one away.
            finding = replace(finding, detectable=Detectable(finding.detectable.own))
        return with_notes(finding, tuple(_hide_count(each, plan) for each in finding.notes))

    return [treat(finding) for finding in findings]


def _shows_pair(finding: Finding, plan: ComparisonPlan) -> bool:
    """Return whether two scores, of everybody together or of sites, would tell of a hidden site."""
    if finding.groups.contrast is not Contrast.SCORES:
        return False
    waves, hidden = plan.list_waves(finding.waves), plan.hidden
    names = [name.split(".") for name in finding.groups.members]
    if not all(hidden.may_tell_total(source, waves, [scale, ""]) for source, scale in names):
        return True
    return finding.level == "site" and any(hidden.at(source, wave, scale) for source, scale in names for wave in waves)


def _is_small(finding: Finding, plan: ComparisonPlan) -> bool:
    """Return whether a finding counts a group of people that is too small; sites are not people."""
    if finding.unit is Unit.SITES or (finding.unit is Unit.LEVEL and finding.level == "site"):
        return False
    return any(0 < count < plan.smallest_cell for count in finding.counts)


def _hide_count(said: Note, plan: ComparisonPlan) -> Note:
    """Return a note that does not say how many rows were left out where these are a few."""
    values = dict(said.values)
    count = values.get(_COUNTED)
    if said.code != "rows_incomplete" or not isinstance(count, int) or not 0 < count < plan.smallest_cell:
        return said
    return note("few_rows_incomplete", least=plan.smallest_cell)


def _blank(finding: Finding, plan: ComparisonPlan) -> Finding:
    """Return what a finding is about; no test by name where the scores choose it, as ties and links would show."""
    method = None if finding.question in _TESTS_CHOSEN else finding.method
    if method is not None and method.code == "correlation":
        method = method.with_values(source="none")
    return Finding(
        finding.question, finding.sources, finding.instrument, finding.scale, finding.unit, level=finding.level,
        pair=finding.pair, site=finding.site, waves=finding.waves, groups=finding.groups, method=method,
        sites_shown=finding.sites_shown, n_groups=finding.n_groups, is_hidden=True,
        notes=(note("hidden", least=plan.smallest_cell),),
    )  # fmt: skip
