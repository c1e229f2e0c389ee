"""Every question of a study asked of every outcome, judged by one rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sos_score.comparison.detectable import Spreads
from sos_score.comparison.finding import Row
from sos_score.comparison.outcome import Panel, Plan
from sos_score.comparison.questions.arms import list_arm_rows
from sos_score.comparison.questions.associations import DIRECTIONS, WORDS
from sos_score.comparison.questions.change import list_change_rows
from sos_score.comparison.questions.design import list_design_rows
from sos_score.comparison.questions.did import list_did_rows
from sos_score.comparison.questions.level import list_level_rows
from sos_score.comparison.questions.variation import adjust_comparison
from sos_score.comparison.suppression import suppress_small
from sos_score.comparison.verdict import DIFFERENT, EQUIVALENT, INCONCLUSIVE, TRIVIAL, judge_difference
from sos_score.statistics.multiplicity import adjust_p

ASK: dict[str, Callable[[Panel, Plan, Spreads], list[Row]]] = {
    "design": list_design_rows,
    "level": lambda panel, plan, _: list_level_rows(panel, plan),
    "change": lambda panel, plan, _: list_change_rows(panel, plan),
    "arms": list_arm_rows,
    "did": list_did_rows,
}


@dataclass(frozen=True)
class Comparison:
    """The findings of a study.

    Attributes
    ----------
    plan : Plan
    panels : tuple of Panel
    rows : tuple of Row
        Question by question, outcome by outcome.
    families : dict
        How many tests each family holds.
    notes : tuple of str
        What holds for the study as a whole.
    """

    plan: Plan
    panels: tuple[Panel, ...]
    rows: tuple[Row, ...]
    families: dict[str, int]
    notes: tuple[str, ...]

    def ask(self, question: str) -> list[Row]:
        """Return the rows of one question."""
        return [row for row in self.rows if row.question == question]


def compare_panels(
    panels: Iterable[Panel],
    plan: Plan,
    questions: Sequence[str] = (),
    notes: tuple[str, ...] = (),
    further: Iterable[Row] = (),
) -> Comparison:
    """Ask every question of every outcome, adjust within families, and judge.

    Parameters
    ----------
    panels : iterable of Panel
    plan : Plan
    questions : sequence of str
        Keys of `QUESTIONS`; none means all. Those that are not in `ASK` need more than outcomes one by one.
    notes : tuple of str
        What holds for the study as a whole.
    further : iterable of Row
        Rows of questions that are not asked outcome by outcome; they are adjusted, judged and withheld alike.

    Returns
    -------
    Comparison
        Verdicts hold after adjustment. Groups of fewer people than the plan allows are blanked, and with them
        whatever would let a reader work them out.
    """
    panels = tuple(panels)
    asked = [name for name in questions or ASK if name in ASK and (plan.has_arms or name not in ("arms", "did"))]
    every = [(panel, Spreads(panel, plan)) for panel in panels]
    rows = [row for name in asked for panel, spreads in every for row in ASK[name](panel, plan, spreads)]
    rows = _adjust(suppress_small([*rows, *further], panels, plan), plan)
    by_name = {(panel.source, panel.scale): panel for panel in panels}
    judge_of_study = {"association": _judge_association, "variation": adjust_comparison}
    judged = [
        judge_of_study[row.question](row, plan)
        if row.question in judge_of_study
        else _judge_outcome(row, by_name.get((row.source, row.scale)), plan)
        for row in rows
    ]
    families: dict[str, int] = {}
    for row in judged:
        if row.is_primary and not math.isnan(row.p):
            families[row.family] = families.get(row.family, 0) + 1
    return Comparison(plan, panels, tuple(judged), families, (*notes, *_list_notes(plan, families)))


def _adjust(rows: list[Row], plan: Plan) -> list[Row]:
    """Return the rows with p and TOST p adjusted within each family."""
    members: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        if row.is_primary:
            members.setdefault(row.family, []).append(place)
    for places in members.values():
        adjusted = adjust_p([rows[place].p for place in places], plan.adjustment).tolist()
        equal = adjust_p([rows[place].tost_p for place in places], plan.adjustment).tolist()
        for place, p, tost_p in zip(places, adjusted, equal, strict=True):
            rows[place] = replace(rows[place], p_adjusted=p, tost_p_adjusted=tost_p)
    return rows


def _judge_outcome(row: Row, panel: Panel | None, plan: Plan) -> Row:
    if not row.is_primary or panel is None:
        return row
    row = _judge(row, plan, (panel.higher_is, turn_words(panel.higher_is)))
    if not row.direction or panel.good is None:
        return row
    return replace(row, is_good="better" if (row.estimate > 0) == (panel.good == "high") else "worse")


def _judge_association(row: Row, plan: Plan) -> Row:
    if not row.is_primary:
        return row
    row = _judge(row, plan, DIRECTIONS)
    return replace(row, verdict=WORDS[row.verdict])


def _judge(row: Row, plan: Plan, directions: tuple[str, str]) -> Row:
    verdict = judge_difference(
        row.estimate,
        row.p_adjusted,
        (row.tost_low, row.tost_high),
        alpha=plan.alpha,
        smallest=row.smallest if row.smallest > 0 else math.nan,
        directions=directions,
    )
    word, reason = verdict.word, verdict.reason
    if word in (EQUIVALENT, TRIVIAL) and not row.tost_p_adjusted <= plan.alpha:
        # The interval alone would say so; with all the family's tests counted it no longer does.
        word = INCONCLUSIVE if word == EQUIVALENT else DIFFERENT
        reason += ", but not after adjustment"
    return replace(row, verdict=word, direction=verdict.direction, reason=reason)


def turn_words(higher_is: str) -> str:
    """Return what a lower score means, from what a higher one does.

    Examples
    --------
    >>> turn_words("more engagement"), turn_words("a stronger bond"), turn_words("clearer roles")
    ('less engagement', 'a weaker bond', 'the opposite of clearer roles')
    """
    turns = {
        "more ": "less ",
        "greater ": "less ",
        "a stronger ": "a weaker ",
        "a better ": "a worse ",
        "safer ": "less safe ",
    }
    for word, turned in turns.items():
        if higher_is.startswith(word):
            return turned + higher_is.removeprefix(word)
    return f"the opposite of {higher_is}"


def _list_notes(plan: Plan, families: dict[str, int]) -> tuple[str, ...]:
    cells = (f"groups of fewer than {plan.smallest_cell} people are not shown",) if plan.smallest_cell > 1 else ()
    if not families:
        return cells
    method = {"holm": "Holm", "bonferroni": "Bonferroni", "bh": "Benjamini-Hochberg"}.get(plan.adjustment)
    sizes = sorted(set(families.values()))
    size = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    noun = "family" if len(families) == 1 else "families"
    tests = "test" if size == "1" else "tests"
    adjusted = f"p adjusted by {method} in {len(families)} {noun} of {size} {tests}" if method else "p is not adjusted"
    return (adjusted, *cells)
