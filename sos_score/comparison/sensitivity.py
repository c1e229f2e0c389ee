"""Whether a verdict hangs on a choice of the analysis: how gaps are scored, who is counted, and as what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sos_score.comparison.compare import choose_outcomes, make_panel, make_plan
from sos_score.comparison.finding import Row
from sos_score.comparison.judging import compare_panels
from sos_score.comparison.outcome import Panel, Plan
from sos_score.comparison.straightlining import drop_straight_liners
from sos_score.comparison.verdict import DIFFERENT
from sos_score.study.data import StudyData
from sos_score.study.rescore import rescore_study

RULES = {
    "all": "complete items only",
    "80%": "80% of a scale's items answered",
    "50%": "half of a scale's items answered",
}
PLANNED, SITES, ATTENTIVE, LINKED = "planned", "sites", "attentive", "linked"
_OF_ARMS = ("arms", "did")
_QUESTIONS = ("change", *_OF_ARMS)
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Another way to analyse: its name, and what it is in words."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A judged row, and the verdict on it under each choice.

    The rows hold what a verdict rests on: the estimate, its tests, p and intervals; no standardized effect.

    Attributes
    ----------
    row : Row
        As planned.
    verdicts : dict
        Choice to the row it gives; choices that do not apply to it, or cannot be shown, are not there.
    """

    row: Row
    verdicts: dict[str, Row]

    @property
    def flips(self) -> tuple[str, ...]:
        """Return the choices under which the verdict is another one, or goes the other way."""
        return tuple(name for name, row in self.verdicts.items() if say_short(row) != say_short(self.row))


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Every finding under every choice.

    Attributes
    ----------
    choices : tuple of Choice
        The plan first.
    findings : tuple of Finding
        The judged rows of `change`, `arms` and `did`, of people and of sites, that are shown as planned.
    notes : tuple of str
    """

    choices: tuple[Choice, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def say_short(row: Row) -> str:
    """Return a verdict with its sign where there is a difference: "different (+)" is higher."""
    if row.verdict != DIFFERENT:
        return row.verdict
    return f"{row.verdict} ({'+' if row.estimate > 0 else '-'})"


def score_by_rules(data: StudyData) -> dict[str, StudyData]:
    """Return a study scored under each of `RULES`; none where all scores arrived ready-made.

    Parameters
    ----------
    data : StudyData

    Returns
    -------
    dict
        Rule to study, see `rescore_study`.
    """
    if all(table.plan is None for table in data.tables):
        return {}
    return {rule: rescore_study(data, rule) for rule in RULES}


def assess_sensitivity(
    data: StudyData,
    rules: Mapping[str, StudyData],
    instruments: Sequence[str] = (),
    scales: Sequence[str] = (),
) -> Sensitivity:
    """Judge every finding again under other choices, one at a time.

    Parameters
    ----------
    data : StudyData
    rules : mapping of str to StudyData
        The same study scored by other missing rules, from `score_by_rules`.
    instruments, scales : sequence of str
        As in `compare_study`.

    Returns
    -------
    Sensitivity
        Each choice is the whole analysis done again, adjustment and withholding included, with one thing changed:
        the missing rule; straight-lined rows left out (see `find_straight_liners`); the same question judged of
        sites, for rows of people; one site left out; only people with a score at the first and at the last wave.
    """
    plan = replace(make_plan(data.study), judged_only=True)
    attentive, lined = drop_straight_liners(data)
    panels = _make_panels(data, plan, instruments, scales)
    planned = _judge(panels, plan)
    found: dict[str, dict[_Key, Row]] = {
        rule: _judge(_make_panels(other, plan, instruments, scales), plan) for rule, other in rules.items()
    }
    found[ATTENTIVE] = _judge(_make_panels(attentive, plan, instruments, scales), plan)
    found[SITES] = {key: planned[of_sites] for key in planned if (of_sites := _of_sites(key)) in planned}
    words = dict(RULES) | {
        ATTENTIVE: "without straight-lined answers",
        SITES: "rows of people judged at the level of sites",
        LINKED: "only people who answered at both waves",
    }
    for site in plan.sites:
        name = f"without {plan.label_site(site)}"
        words[name] = name
        found[name] = _leave_out(panels, plan, site)
    if len(plan.waves) > 1:
        found[LINKED] = _judge([kept for panel in panels if (kept := _keep_linked(panel, plan))], plan)
    findings = [
        Finding(row, {name: rows[key] for name, rows in found.items() if key in rows}) for key, row in planned.items()
    ]
    choices = (Choice(PLANNED, "as planned"), *(Choice(name, words[name]) for name in found))
    return Sensitivity(choices, tuple(findings), lined)


def _make_panels(data: StudyData, plan: Plan, instruments: Sequence[str], scales: Sequence[str]) -> list[Panel]:
    return [make_panel(outcome, plan)[0] for outcome in choose_outcomes(data, instruments, scales)]


def _judge(panels: Sequence[Panel], plan: Plan, questions: Sequence[str] = _QUESTIONS) -> dict[_Key, Row]:
    """Return the judged rows that are shown, by what they are about."""
    rows = compare_panels(panels, plan, questions).rows
    return {_name(row): row for row in rows if row.is_primary and row.verdict}


def _name(row: Row) -> _Key:
    return (row.question, row.source, row.scale, row.site, row.wave, row.groups, row.unit)


def _of_sites(key: _Key) -> _Key:
    return (*key[:-1], "sites") if key[0] != "change" and key[-1] == "people" else ()


def _leave_out(panels: Sequence[Panel], plan: Plan, site: str) -> dict[_Key, Row]:
    """Return the findings without a site: those about arms, which alone can change."""
    fewer = replace(plan, sites={name: label for name, label in plan.sites.items() if name != site})
    kept = [_keep(panel, panel.site != site) for panel in panels]
    return _judge(kept, fewer, _OF_ARMS)


def _keep(panel: Panel, places: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Panel:
    return replace(
        panel,
        person=panel.person[places],
        site=panel.site[places],
        wave=panel.wave[places],
        score=panel.score[places],
        items=None if panel.items is None else panel.items[places],
    )


def _keep_linked(panel: Panel, plan: Plan) -> Panel | None:
    """Return a panel of those who have a score at the first and the last wave in one site; None without waves."""
    if not (panel.at(wave=plan.first_wave).any() and panel.at(wave=plan.last_wave).any()):
        return None
    linked = set(_list_linked(panel, plan))
    places = zip(panel.site.tolist(), panel.person.tolist(), strict=True)
    return _keep(panel, np.array([place in linked for place in places], dtype=bool))


def _list_linked(panel: Panel, plan: Plan) -> Iterator[tuple[str, str]]:
    for site in plan.sites:
        people, before, after = panel.pair((site,), plan.first_wave, plan.last_wave)
        both = ~np.isnan(before) & ~np.isnan(after)
        yield from ((site, person) for person, is_linked in zip(people, both.tolist(), strict=True) if is_linked)
