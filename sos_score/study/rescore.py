"""A study scored once more from the answers it holds, by another missing rule."""

from __future__ import annotations

from dataclasses import replace

from sos_score.scoring.expressions import answer_column
from sos_score.scoring.plan import ScoringChoices, plan_scores
from sos_score.study.data import StudyData
from sos_score.study.outcome import SourceTable
from sos_score.study.tables import score_codes


def rescore_study(data: StudyData, min_answered: int | str) -> StudyData:
    """Return a study scored by one missing rule, whatever its sources and definitions say."""
    tables = {id(table): _rescore(table, min_answered) for table in data.tables}
    outcomes = tuple(replace(outcome, table=tables[id(outcome.table)]) for outcome in data.outcomes)
    return replace(data, tables=tuple(tables.values()), outcomes=outcomes)


def _rescore(table: SourceTable, min_answered: int | str) -> SourceTable:
    if table.plan is None or table.instrument is None:
        return table
    import polars as pl

    norms = {norm.name: norm for scale in table.plan.scales for norm in scale.norms}
    choices = ScoringChoices(min_answered=min_answered, norms=tuple(norms.values()))
    plan = plan_scores(table.instrument, choices)
    if plan == table.plan:
        return table
    codes = pl.DataFrame({answer_column(str(item)): codes.to_numpy() for item, codes in table.answers.items()})
    return replace(table, plan=plan, frame=table.frame.assign(**score_codes(codes.fill_nan(None), plan)))
