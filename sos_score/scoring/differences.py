"""How the scores of one export differ between two definitions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidSurvey, Problem
from sos_score.scoring.files import BatchSink, score_export
from sos_score.scoring.norms import name_norms
from sos_score.scoring.plan import ScalePlan, ScoringChoices, plan_scores
from sos_score.scoring.scorer import OnInvalid, prepare_scorer
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.mapped import open_mapped
from sos_score.survey.readers.export import AS_FOUND, ReadingOptions

if TYPE_CHECKING:
    import polars as pl

_SAME = 1e-9


@dataclass(frozen=True)
class ScoreDifference:
    """How the scores of one scale differ, new minus old.

    Attributes
    ----------
    score : str
        The scale, and the norm where these are T-scores.
    rows : int
        Rows that were scored.
    changed : int
        Rows whose score is another one, or is there in one of the two only.
    gained, lost : int
        Of these, rows with a score only after, and only before.
    mean : float or None
        The mean difference over rows with both scores; None where there is no such row.
    largest : float or None
        The difference that is furthest from 0, over the same rows.
    """

    score: str
    rows: int
    changed: int
    gained: int
    lost: int
    mean: float | None
    largest: float | None


def compare_scores(
    path: str,
    old: tuple[Instrument, ColumnMap | None],
    new: tuple[Instrument, ColumnMap | None],
    on_invalid: OnInvalid = "error",
    reading: ReadingOptions = AS_FOUND,
) -> tuple[ScoreDifference, ...]:
    """Score an export with two definitions, and return how the scores of each scale that both have differ."""
    before, after = (_score(path, *each, on_invalid, reading) for each in (old, new))
    if before.height != after.height:
        message = (
            f"{before.height} rows have an answer to an item of the old definition, and {after.height} of the new: "
            "their scores cannot be compared row by row"
        )
        raise InvalidSurvey([Problem(message, path, rule="diff")])
    plans_before, plans_after = ({plan.scale: plan for plan in _plan(each[0])} for each in (old, new))
    return tuple(
        _measure(name, before[column], after[paired])
        for scale in new[0].scales
        if scale in plans_before
        for name, column, paired in _pair_columns(plans_before[scale], plans_after[scale])
    )


def _plan(instrument: Instrument) -> tuple[ScalePlan, ...]:
    return plan_scores(instrument, _choose(instrument)).scales


def _choose(instrument: Instrument) -> ScoringChoices:
    return ScoringChoices(norms=tuple(name_norms(instrument.id, instrument.norms)))


def _score(
    path: str, instrument: Instrument, column_map: ColumnMap | None, on_invalid: OnInvalid, reading: ReadingOptions
) -> pl.DataFrame:
    import polars as pl

    batches: list[pl.DataFrame] = []

    @contextmanager
    def open_sink() -> Iterator[BatchSink]:
        batches.clear()
        yield batches.append

    with open_mapped(path, column_map, [instrument], reading) as opened, opened.normalise() as export:
        scorer = prepare_scorer(
            export.headers,
            [instrument],
            column_map,
            _choose(instrument),
            export.name,
            values=export.values,
            language=reading.language,
        )
        score_export(export, scorer, on_invalid, open_sink)
    return pl.concat(batches)


def _pair_columns(old: ScalePlan, new: ScalePlan) -> Iterator[tuple[str, str, str]]:
    yield old.scale, old.column, new.column
    for norm in old.norm_names:
        if norm in new.norm_names:
            yield f"{old.scale} T ({norm})", old.t_column(norm), new.t_column(norm)


def _measure(name: str, old: pl.Series, new: pl.Series) -> ScoreDifference:
    there = old.is_not_null(), new.is_not_null()
    gained, lost = int((~there[0] & there[1]).sum()), int((there[0] & ~there[1]).sum())
    differences = (new - old).drop_nulls()
    moved = differences.filter(differences.abs() > _SAME)
    return ScoreDifference(
        score=name,
        rows=old.len(),
        changed=moved.len() + gained + lost,
        gained=gained,
        lost=lost,
        mean=float(differences.mean()) if differences.len() else None,  # type: ignore[arg-type]  # of floats
        largest=float(moved[int(moved.abs().arg_max() or 0)]) if moved.len() else 0.0 if differences.len() else None,
    )
