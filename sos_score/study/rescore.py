"""A study scored once more from the answers it holds, by another missing rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import narwhals as nw

from sos_score.scoring.expressions import answer_column, compute_scores
from sos_score.scoring.plan import ScoringChoices, ScoringPlan, plan_scores
from sos_score.study.data import SourceTable, StudyData

if TYPE_CHECKING:
    import polars as pl


def rescore_study(data: StudyData, min_answered: int | str) -> StudyData:
    """Return a study scored by one missing rule, whatever its sources and definitions say."""
    tables = {id(table): _rescore(table, min_answered) for table in data.tables}
    outcomes = tuple(replace(outcome, table=tables[id(outcome.table)]) for outcome in data.outcomes)
    return replace(data, tables=tuple(tables.values()), outcomes=outcomes)


def _rescore(table: SourceTable, min_answered: int | str) -> SourceTable:
    if table.plan is None or table.instrument is None:
        return table
    norms = {norm.name: norm for scale in table.plan.scales for norm in scale.norms}
    choices = ScoringChoices(min_answered=min_answered, norms=tuple(norms.values()))
    plan = plan_scores(table.instrument, choices)
    scored = _score(table, plan)
    columns = {}
    for scale in plan.scales:
        columns[scale.scale] = scored[scale.column].cast(float).to_numpy()
        columns[f"n_{scale.scale}"] = scored[f"{scale.column}_n"].cast(float).to_numpy()
        for norm in scale.norms:
            columns[f"{scale.scale}_t_{norm.name}"] = scored[scale.t_column(norm.name)].cast(float).to_numpy()
    return replace(table, plan=plan, frame=table.frame.assign(**columns))


def _score(table: SourceTable, plan: ScoringPlan) -> pl.DataFrame:
    import polars as pl

    answers = {answer_column(str(item)): codes.to_numpy(dtype=float) for item, codes in table.answers.items()}
    frame = pl.DataFrame(answers).fill_nan(None)
    scored: pl.DataFrame = compute_scores(nw.from_native(frame), plan).to_native()
    return scored
