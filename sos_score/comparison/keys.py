"""Items that run against their scale at a site or a wave: named before any verdict, and carried by those it touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sos_score.comparison.finding import Finding, add_notes
from sos_score.comparison.outcome import Scores
from sos_score.notes import Note, note
from sos_score.psychometrics.internal_consistency.key_places import locate_suspects
from sos_score.scoring.plan import ScalePlan
from sos_score.study.data import StudyData
from sos_score.study.outcome import StudyOutcome

CODE = "item_against_key"
"""The code of the note on an item that runs against its scale."""


@dataclass(frozen=True, slots=True)
class KeyDoubt:
    """An item of a source that runs against some of its scales at a place, by id; see `Suspect`."""

    source: str
    scales: tuple[str, ...]
    site: str
    wave: str
    said: Note

    def touches(self, finding: Finding) -> bool:
        """Return whether a finding rests on such a score."""
        outcomes = {(source, finding.scale) for source in finding.sources} | {
            (source, scale) for source, _, scale in (each.partition(".") for each in finding.groups.members)
        }
        is_of_scale = any((self.source, scale) in outcomes for scale in self.scales)
        is_of_profile = not finding.scale and self.source in finding.sources
        is_there = not self.site or self.site in (finding.site or self.site, *finding.sites_shown)
        return (
            (is_of_scale or is_of_profile)
            and is_there
            and (not self.wave or self.wave in (finding.waves or [self.wave]))
        )


def find_key_doubts(data: StudyData, outcomes: Sequence[StudyOutcome]) -> list[KeyDoubt]:
    """Return the items that run against the scales of these outcomes, or against scales that theirs are made of."""
    found: dict[tuple[str, str, str, str], dict[str, StudyOutcome]] = {}
    for outcome in outcomes:
        for part in _list_parts(data, outcome):
            for item, site, wave in _locate(part):
                found.setdefault((part.source, item, site, wave), {})[part.scale] = part
                found[part.source, item, site, wave][outcome.scale] = outcome
    return [_doubt(place, scales) for place, scales in found.items()]


def carry_doubts(findings: Iterable[Finding], doubts: Sequence[KeyDoubt]) -> tuple[Finding, ...]:
    """Return the findings, each with a note on every item that its scores are in doubt for."""
    return tuple(add_notes(each, *(doubt.said for doubt in doubts if doubt.touches(each))) for each in findings)


def reverse_items(outcome: StudyOutcome) -> Scores | None:
    """Return an outcome's answers, reversed as its key says; None where there are only scores."""
    scale = find_plan(outcome)
    answers = outcome.table.answers
    if scale is None or scale.of_scores or any(term.name not in answers for term in scale.terms):
        return None
    return np.column_stack([term.reverse(answers[term.name].to_numpy(dtype=float)) for term in scale.terms])


def find_plan(outcome: StudyOutcome) -> ScalePlan | None:
    """Return how an outcome's score is made; None where it arrived ready-made."""
    plan = outcome.table.plan
    return next((scale for scale in plan.scales if scale.scale == outcome.scale), None) if plan else None


def _list_parts(data: StudyData, outcome: StudyOutcome) -> Iterator[StudyOutcome]:
    """Yield an outcome, or the outcomes of items that its scale is made of."""
    plan = find_plan(outcome)
    if plan is None or not plan.of_scores:
        yield outcome
        return
    names = {term.name for term in plan.terms}
    for each in data.outcomes:
        if each.table is outcome.table and each.scale in names:
            yield from _list_parts(data, each)


def _locate(outcome: StudyOutcome) -> Iterator[tuple[str, str, str]]:
    """Yield each item that runs against an outcome's scale, with the site and the wave."""
    keyed, plan = reverse_items(outcome), find_plan(outcome)
    if keyed is None or plan is None:
        return
    site, wave = (
        np.array([value if isinstance(value, str) else "" for value in outcome.frame[name]], dtype=str)
        for name in ("site", "wave")
    )
    for suspect in locate_suspects(keyed, site, wave):
        yield plan.terms[suspect.item].name, suspect.site, suspect.wave


def _doubt(place: tuple[str, str, str, str], scales: dict[str, StudyOutcome]) -> KeyDoubt:
    source, item, site, wave = place
    titles = tuple(each.title for each in scales.values())
    label = next(iter(scales.values())).source_label
    said = note(CODE, item=item, titles=titles, label=label, site=site, wave=wave)
    return KeyDoubt(source, tuple(scales), site, wave, said)
