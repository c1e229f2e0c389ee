"""Which columns of a table are scores, and of what."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.study.rules import respondent_types
from sos_score.scoring.norms import NamedNorm
from sos_score.scoring.plan import plan_scores, round_half_up
from sos_score.study.outcome import SourceTable, StudyOutcome
from sos_score.study.units import name_unit
from sos_score.survey.answers import T_RANGE

_LOOSE = "scores"


@dataclass(frozen=True)
class ScoreColumn:
    """A column of scores."""

    scale: str  # the scale's id, or the column's name where no definition is known
    column: str  # the column that holds its scores
    count: str | None  # the column that holds how many items were answered
    t_scores: dict[str, str]  # norm to the column of T-scores against it
    instrument: Instrument | None  # the definition it was made with, where that is known
    is_t: bool = False  # whether T-scores are all there is

    @property
    def columns(self) -> list[str]:
        """Return every column of the file that it takes."""
        return list(dict.fromkeys([self.column, *([self.count] if self.count else []), *self.t_scores.values()]))

    def find_range(self) -> tuple[float, float]:
        """Return what no score can be below or above, however few items were answered; NaN where unknown."""
        if self.is_t:
            return float(T_RANGE.min), float(T_RANGE.max)
        plans = plan_scores(self.instrument).scales if self.instrument else ()
        plan = next((each for each in plans if each.scale == self.scale), None)
        if plan is None or any(term.weight < 0 for term in plan.terms):
            return math.nan, math.nan
        share = 1.0 if plan.method == "mean" else plan.weight
        low, high = share * min(term.low for term in plan.terms), share * max(term.high for term in plan.terms)
        if plan.method == "sum" and plan.rule.sums == "as_answered":
            low, high = min(low, 0.0), max(high, 0.0)
        return (float(round_half_up(low)), float(round_half_up(high))) if plan.is_rounded else (low, high)

    def names(self) -> dict[str, str]:
        """Return the columns of a source table, and the columns of the file that they come from."""
        counts = {f"n_{self.scale}": self.count} if self.count else {}
        return {self.scale: self.column, **counts, **{f"{self.scale}_t_{n}": c for n, c in self.t_scores.items()}}


def find_scores(
    header: Sequence[str], numeric: Iterable[str], instruments: Iterable[Instrument]
) -> dict[str, list[ScoreColumn]]:
    """Return the score columns of a table, by the source they make."""
    found: dict[str, list[ScoreColumn]] = {}
    taken: set[str] = set()
    for instrument in instruments:
        for scale in instrument.scales:
            stem = f"{instrument.column_stem}_{scale}"
            t_scores = {name.removeprefix(f"{stem}_t_"): name for name in header if name.startswith(f"{stem}_t_")}
            if stem in taken or (stem not in header and not t_scores):
                continue
            column = stem if stem in header else next(iter(t_scores.values()))
            count = f"{stem}_n" if f"{stem}_n" in header else None
            score = ScoreColumn(scale, column, count, t_scores, instrument, stem not in header)
            found.setdefault(instrument.column_stem, []).append(score)
            taken |= {stem, *score.columns, *(f"{stem}_{metric}" for metric in ("mean", "sum", "pomp"))}
    # How many items were answered is no score, be the column beside it readable or not.
    free = [name for name in numeric if name not in taken and not (name.endswith("_n") and name[:-2] in header)]
    counted = [name for name in free if f"{name}_n" in header]
    loose = counted or ([] if found else free)
    if loose:
        found[_LOOSE] = [
            ScoreColumn(name, name, f"{name}_n" if f"{name}_n" in header else None, {}, None) for name in loose
        ]
    return found


def list_scored_outcomes(table: SourceTable, scores: Iterable[ScoreColumn]) -> Iterator[StudyOutcome]:
    """Yield each score column of a table as an outcome."""
    for score in scores:
        instrument = score.instrument
        scale = instrument.scales[score.scale] if instrument else None
        plans = {plan.scale: plan for plan in plan_scores(instrument).scales} if instrument else {}
        plan = None if score.is_t else plans.get(score.scale)
        yield StudyOutcome(
            source=table.source,
            scale=score.scale,
            instrument=instrument.id if instrument else "",
            title=scale.title if scale else score.scale,
            source_label=instrument.title if instrument else "Scores",
            answered_by=respondent_types(instrument)[0] if instrument else "",
            unit=name_unit(respondent_types(instrument)[0] if instrument else "", table.frame),
            metric="T" if score.is_t else scale.score if scale else "score",
            table=table,
            higher_is=scale.higher_is if scale else f"a higher {score.scale}",
            good=scale.good if scale else None,
            low=plan.low if plan else math.nan,
            high=plan.high if plan else math.nan,
            norms=tuple(_name_norm(score, norm) for norm in score.t_scores),
            verification=instrument.verification.parts() if instrument else {},
            is_planned=True,
        )


def _name_norm(score: ScoreColumn, norm: str) -> NamedNorm:
    """Return a norm of which the table says no more than the name."""
    return NamedNorm(
        name=norm,
        instrument=score.instrument.id if score.instrument else "",
        unit="respondent",
        score="T",
        means={score.scale: 50.0},
        sds={score.scale: 10.0},
        n=None,
        description="a norm that the file of scores names and does not describe",
    )
