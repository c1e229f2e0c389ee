"""Whether a scale means the same over the waves, arms or sites that a finding compares, and why that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sos_score.comparison.finding import Comparability, Contrast, Finding, Standing
from sos_score.study.data import StudyData
from sos_score.study.outcome import StudyOutcome
from sos_score.study.put_back import LEVELS, InvarianceRow
from sos_score.study.results import count_complete, list_own_items

LEAST = 100
"""Complete answers that each group needs: below it nothing of such models can be trusted."""
_FEWEST_ITEMS = 3
LEAST_CFI, MOST_CFI_LOST = 0.90, 0.010
"""A configural model holds from this CFI; each further level where it loses no more (Cheung and Rensvold, 2002)."""
_ROUNDING = 1e-9
_TESTED = (Standing.CONFIGURAL, Standing.METRIC, Standing.SCALAR)


def carry_comparability(findings: Iterable[Finding], data: StudyData) -> tuple[Finding, ...]:
    """Return the findings, each that compares waves, arms or sites with whether its scale means the same there."""
    finder = _Finder(data)
    return tuple(
        replace(each, comparability=found) if (found := tuple(finder.find(each))) else each for each in findings
    )


class _Finder:
    """Knows the standing of each outcome over each grouping, worked out once."""

    def __init__(self, data: StudyData) -> None:
        self.outcomes = {(each.source, each.scale): each for each in data.outcomes}
        self.of_source: dict[str, list[StudyOutcome]] = {}
        for each in data.outcomes:
            self.of_source.setdefault(each.source, []).append(each)
        self.models: dict[tuple[str, str, str, str], list[InvarianceRow]] = {}
        for row in data.results.invariance:
            self.models.setdefault((row.source, row.scale, row.groups, row.wave), []).append(row)
        self.known: dict[tuple[str, str, str, str], Standing] = {}
        self.waves = {each.source: set(each.frame["wave"].tolist()) for each in data.tables}
        self.sheets: dict[tuple[int, str, str], int] = {}

    def find(self, finding: Finding) -> Iterator[Comparability]:
        """Yield how far the scales of a finding are known to mean the same, over each thing it compares."""
        outcomes = [self.outcomes.get((source, finding.scale)) for source in finding.sources]
        if finding.question == "profiles":
            outcomes = [
                each for source in finding.sources for each in self.of_source.get(source, ()) if each.is_planned
            ]
        for over, wave in _list_compared(finding):
            standings = dict.fromkeys(self._stand(each, over, wave) for each in outcomes if each is not None)
            for standing in standings:
                yield Comparability(over, wave, standing)

    def _stand(self, outcome: StudyOutcome, over: str, wave: str) -> Standing:
        # A source that records no wave stands under the first.
        wave = wave if wave in self.waves[outcome.source] else ""
        key = (outcome.source, outcome.scale, over, wave)
        if key not in self.known:
            self.known[key] = self._judge(outcome, over, wave, self.models.get(key, []))
        return self.known[key]

    def _judge(self, outcome: StudyOutcome, over: str, wave: str, models: Sequence[InvarianceRow]) -> Standing:
        found = {each.level: each for each in models}
        if "not converged" in found:
            return Standing.NOT_CONVERGED
        if LEVELS[0] in found:
            return judge_models(found)
        items = list_own_items(outcome)
        if len(items) < _FEWEST_ITEMS:
            return _find_lack(outcome, items)
        return Standing.FEW_PEOPLE if self._are_few(outcome, items, over, wave) else Standing.NOT_TESTED

    def _are_few(self, outcome: StudyOutcome, items: Sequence[str], over: str, wave: str) -> bool:
        key = (id(outcome.table), over, wave)
        if key not in self.sheets:
            self.sheets[key] = min(count_complete(outcome.table, (), over, wave).values(), default=0)
        if self.sheets[key] < LEAST:  # no need to look at the items
            return True
        return min(count_complete(outcome.table, items, over, wave).values(), default=0) < LEAST


def _find_lack(outcome: StudyOutcome, items: Sequence[str]) -> Standing:
    """Return why a scale has too few items of its own for a model."""
    plan = outcome.table.plan
    if plan is None or not len(outcome.table.answers.columns):
        return Standing.NO_ITEMS
    if not items:
        scale = next(each for each in plan.scales if each.scale == outcome.scale)
        return Standing.OF_SCALES if scale.of_scores else Standing.RECODED
    return Standing.ONE_ITEM if len(items) == 1 else Standing.FEW_ITEMS


def judge_models(models: dict[str, InvarianceRow]) -> Standing:
    """Return how far models of one scale hold, from its configural, metric and scalar model.

    Configural where CFI is .90 or more; metric and scalar where CFI loses .010 or less against the level before
    (Cheung & Rensvold, 2002).
    """
    if not models[LEVELS[0]].fits["cfi"] >= LEAST_CFI:
        return Standing.NOT_CONFIGURAL
    standing = Standing.CONFIGURAL
    for level, reached in zip(LEVELS[1:], _TESTED[1:], strict=True):
        if level not in models or not models[level].fits["cfi_change"] >= -MOST_CFI_LOST - _ROUNDING:
            break
        standing = reached
    return standing


def _list_compared(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield what a finding compares: waves, or arms or sites at a wave."""
    contrast = finding.groups.contrast
    if finding.question in ("arms", "baseline", "did") and contrast in (Contrast.ARMS, Contrast.ARM_CHANGES):
        if contrast is Contrast.ARM_CHANGES:
            yield "waves", ""
        yield from (("arms", wave) for wave in finding.waves or ("",))
    elif finding.question == "change" and contrast in (Contrast.WAVES, Contrast.LINKED):
        yield "waves", ""
    elif contrast in (Contrast.SITES, Contrast.SITE_PAIR):
        yield from (("sites", wave) for wave in finding.waves or ("",))
