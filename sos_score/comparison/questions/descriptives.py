"""The scores of each site at each wave, described before anything is tested."""

from __future__ import annotations

import math
from dataclasses import replace

from sos_score.comparison.detectable import Spreads
from sos_score.comparison.finding import (
    Contrast,
    Effect,
    Estimate,
    Finding,
    Groups,
    Measure,
    Statistic,
    Unit,
    at,
    start_finding,
)
from sos_score.comparison.nesting import compare_place_to_norm
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.suppression import list_places
from sos_score.comparison.team_means import list_against
from sos_score.notes import note
from sos_score.statistics.estimate import describe_sample


def find_descriptives(outcome: OutcomeScores, plan: ComparisonPlan, _: Spreads) -> list[Finding]:
    """Return, for each site and wave, how many scores there are, their mean with its interval, and their SD.

    The interval is that of t or, of people nested in workers, CR2 clustered on the worker. The SD is the effect; T,
    where there is a norm, the statistic. Where the mean may not be reported as the team's, or only with a caveat, a
    note says so.
    """
    return [_describe(outcome, site, wave) for site, wave in list_places(outcome, plan)]


def _describe(outcome: OutcomeScores, site: str, wave: str) -> Finding:
    found = describe_sample(outcome.scores(site, wave))
    t = outcome.to_t(found.mean)
    notes = [note("median", median=found.median)]
    if outcome.norm is not None:
        notes.append(note("t_score", t=t, norm=outcome.norm.name))
    start = start_finding(
        outcome, "descriptives", Unit.PEOPLE, site=site, waves=at(wave), groups=Groups(Contrast.SITE, (site,)),
        counts=(found.n,), sites_shown=(site,), method=note("mean_t"),
    )  # fmt: skip
    estimate = Estimate(found.mean, found.low, found.high)
    if outcome.nested_in:
        # Families of one worker are alike, and know less of the mean than as many families of as many workers.
        nested = compare_place_to_norm(outcome, outcome.places(site, wave), 0.0)
        estimate = Estimate(found.mean, nested.low, nested.high)
        start = replace(start, method=note("clustered_on_level", test=nested.method, level=outcome.nested_in))
        notes += nested.notes
    return replace(
        start,
        estimate=estimate,
        effect=Effect(Measure.SD, found.sd),
        test=Statistic() if math.isnan(t) else Statistic("T", t),
        notes=(*notes, *found.notes, *list_against(outcome, site, wave)),
    )
