"""The judged rows of a comparison as data: what was compared, by which method, and what was found."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from sos_score.comparison.finding import Contrast, Finding
from sos_score.comparison.imputed import name_method, name_unit
from sos_score.comparison.judging import Comparison
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import make_plan
from sos_score.comparison.questions.pair_scores import list_pair_scores
from sos_score.statistics.estimate import CONFIDENCE
from sos_score.study.data import StudyData
from sos_score.words import pluralise

_Units = Mapping[tuple[str, str], tuple[str, ...]]
"""The ids that name the units of a pair at a wave."""
JUDGED = ("level", "change", "arms", "did", "variation", "association")
"""The questions that have judged rows."""

COLUMNS: Mapping[str, str] = {
    "row": "number of the row",
    "question": "the question of compare: level, change, arms, did, variation or association",
    "source": "the source; several that were analysed together are joined by +",
    "scale": "the scale",
    "unit": "what counts as one: people, sites, scores or the units of a level",
    "site": "the site; blank where it is about several",
    "wave_1": "the wave, or the first of two",
    "wave_2": "the last wave",
    "method": "welch, overlap, one_sample, cr2, permutation, pearson or levels",
    "clustered_on": "of cr2: the level whose groups are independent",
    "norm_mean": "of level: the norm's mean, in points of the score",
    "x": "of association: the outcome that explains, as source.scale",
    "y": "of association: the outcome that is explained",
    "level": "of association: the level whose units are paired",
    "levels": "of variation: every level and the columns that make its groups; of association: those of its level",
    "fitted": "of variation: the levels that are in the model",
    "compared": "of variation: the two levels, the first minus the second",
    "confidence": "the confidence of the interval",
    "smallest": "the smallest difference that matters, in the unit of the estimate",
    "family": "the family of tests that p is adjusted within",
    "n": "how many it rests on",
    "estimate": "the estimate",
    "se": "its standard error",
    "low": "lower end of its interval",
    "high": "upper end of its interval",
    "df": "degrees of freedom",
    "p": "two-sided p, not adjusted",
    "p_adjusted": "p adjusted within the family",
    "tost_p": "the larger p of two one-sided tests against the smallest difference",
}


def list_judged(data: StudyData, comparison: Comparison) -> list[dict[str, Any]]:
    """Return the judged rows, with every column of `COLUMNS`; blank numbers are None.

    What small groups hide is not among them.
    """
    outcomes = {(each.source, each.scale): each for each in comparison.outcomes}
    judged = [each for each in comparison.findings if each.is_judged]
    units = _list_units(data) if any(each.pair for each in judged) else {}
    rows = []
    for number, finding in enumerate(judged, start=1):
        outcome = outcomes.get((finding.source, finding.scale))
        found = _describe(finding, outcome) | _describe_study(finding, data, comparison, units)
        row = dict.fromkeys(COLUMNS, None) | {"row": number} | found
        rows.append({name: _clean(value) for name, value in row.items()})
    return rows


def _clean(value: Any) -> Any:
    return None if value == "" or (isinstance(value, float) and not math.isfinite(value)) else value


def _describe(finding: Finding, outcome: OutcomeScores | None) -> dict[str, Any]:
    waves = (*finding.waves, "", "")[:2]
    method = name_method(finding)
    each, test = finding.estimate, finding.test
    found = {
        "question": finding.question, "source": "+".join(finding.sources), "scale": finding.scale,
        "unit": name_unit(finding), "site": finding.site,
        "wave_1": waves[0], "wave_2": waves[1], "method": method,
        "clustered_on": (finding.level or "person") if method == "cr2" else "",
        "confidence": CONFIDENCE, "smallest": finding.equivalence.smallest,
        "family": finding.family, "n": sum(finding.counts),
        "estimate": each.value, "se": each.se, "low": each.low, "high": each.high, "df": test.df, "p": test.p,
        "p_adjusted": test.p_adjusted, "tost_p": finding.equivalence.p,
    }  # fmt: skip
    if finding.question == "level" and outcome is not None and outcome.norm is not None:
        found["norm_mean"] = float(outcome.norm.means[outcome.scale])
    return found


def _list_units(data: StudyData) -> _Units:
    plan = make_plan(data.study, data.hidden)
    pairs = data.study.pairs.items()
    return {(name, each.wave): each.unit_ids for name, pair in pairs for each in list_pair_scores(pair, data, plan)}


def _describe_study(finding: Finding, data: StudyData, comparison: Comparison, units: _Units) -> dict[str, Any]:
    """Return what a row of the study as a whole is about."""
    if finding.question == "association":
        pair = data.study.pairs[finding.pair]
        ids = units[finding.pair, "".join(finding.waves)]
        return {"x": pair.x, "y": pair.y, "level": pair.level, "levels": f"{pair.level}={'+'.join(ids)}"}
    if finding.question != "variation":
        return {}
    about = (finding.sources, finding.scale, finding.waves)
    siblings = [each for each in comparison.findings
                if each.question == "variation" and (each.sources, each.scale, each.waves) == about
                and each.groups.contrast is Contrast.LEVEL]  # fmt: skip
    columns = dict(_name_columns(data, finding))
    names = [each.groups.members[0] for each in siblings]
    fitted = [each.groups.members[0] for each in siblings if not math.isnan(each.effect.value)]
    return {
        "levels": ";".join(f"{name}={columns[name]}" for name in names), "fitted": ";".join(fitted),
        "compared": ";".join(finding.groups.members), "estimate": finding.effect.value,
    }  # fmt: skip


def _name_columns(data: StudyData, finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield the name of each level in a model and the columns that make its groups."""
    table = data.outcome(f"{finding.source}.{finding.scale}").table
    for level in table.levels:
        yield pluralise(level), "+".join(table.name_columns(level))
    yield "rated cases", "person"
    yield "observers", "rater"
    yield "raters", "rater"
