"""Coded answers and scores of one instrument, ready for psychometrics and comparison."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, cast

import narwhals as nw

from sos_score.definition.instrument import Instrument
from sos_score.errors import InvalidSurvey, Problem
from sos_score.scoring.engine import answer_column
from sos_score.scoring.exports import Outcome, check_export
from sos_score.scoring.frames import check_map, open_frame
from sos_score.scoring.plan import ScoringPlan
from sos_score.scoring.scores import (
    OnInvalid,
    Scorer,
    add_answers,
    add_scores,
    find_all_invalid,
    prepare_scorer,
    select_ids,
    select_scores,
)
from sos_score.survey.checks import check_rows
from sos_score.survey.coding import list_distinct
from sos_score.survey.columns import ColumnMap
from sos_score.survey.files import open_export, settle_export
from sos_score.survey.scan import scan_export


@dataclass(frozen=True)
class Responses:
    """The coded answers and scores of one instrument.

    Attributes
    ----------
    plan : ScoringPlan
        The key and the missing rules.
    ids : tuple of str
        The id columns: respondent, site, wave and whatever else the column map names.
    frame : narwhals LazyFrame
        The id columns as text; each item's codes as answered, not reversed, under `column_of`; each scale's score
        and count answered under the columns of the plan. Null where missing.
    outcomes : tuple of Outcome
        What became of each file; empty where the answers came as a frame.
    """

    plan: ScoringPlan
    ids: tuple[str, ...]
    frame: nw.LazyFrame[Any]
    outcomes: tuple[Outcome, ...] = ()

    @property
    def instrument(self) -> Instrument:
        """Return the definition the answers were read with."""
        return self.plan.instrument

    @staticmethod
    def column_of(item: str) -> str:
        """Return the column of `frame` that holds an item's codes."""
        return answer_column(item)

    def require_ids(self, *names: str) -> None:
        """Raise `InvalidSurvey` unless the id columns `names` are there."""
        hint = "name it in a column map (--columns map.yaml)"
        known = ", ".join(self.ids) or "none"
        problems = [
            Problem(f"there is no id column '{name}' (id columns: {known})", hint=hint, rule="column")
            for name in names
            if name not in self.ids
        ]
        if problems:
            raise InvalidSurvey(problems)


def read_responses(
    frame: Any,
    instrument: Instrument,
    *,
    columns: ColumnMap | None = None,
    on_invalid: OnInvalid = "error",
) -> Responses:
    """Return the coded answers and scores in a frame.

    Parameters
    ----------
    frame : pandas, Polars (eager or lazy), PyArrow or DuckDB frame
        See `score_survey`.
    instrument : Instrument
    columns : ColumnMap, optional
    on_invalid : str
        ``error`` or ``missing``.

    Returns
    -------
    Responses

    Raises
    ------
    InvalidSurvey
        As `score_survey`.
    """
    given = open_frame(frame)
    check_map(columns, [instrument])
    lazy: nw.LazyFrame[Any] = given.lazy() if isinstance(given, nw.DataFrame) else given
    scorer = prepare_scorer(lazy.collect_schema().names(), [instrument], columns)
    problems = check_rows(lazy, scorer.columns)
    if on_invalid == "error":
        problems = [each.problem() for each in find_all_invalid(lazy, scorer)] + problems
    if problems:
        raise InvalidSurvey(problems)
    return Responses(scorer.plans[0], _list_ids(scorer), _read(lazy, scorer))


@contextmanager
def open_responses(
    names: Iterable[str], instrument: Instrument, column_map: ColumnMap | None = None, on_invalid: str = "error"
) -> Iterator[Responses]:
    """Open survey exports as the coded answers of one instrument.

    Parameters
    ----------
    names : iterable of str
        Paths; ``-`` is standard input. Several files are stacked, with the file in the id column ``source``.
    instrument : Instrument
    column_map : ColumnMap, optional
    on_invalid : str
        ``error`` or ``missing``.

    Yields
    ------
    Responses
        Lazy: the files are read when the frame is collected, inside the block.

    Raises
    ------
    InvalidSurvey
        With every problem of every file.
    """
    names = list(dict.fromkeys(names))
    problems: list[Problem] = []
    parts: list[nw.LazyFrame[Any]] = []
    outcomes: list[Outcome] = []
    ids: dict[str, None] = {"source": None} if len(names) > 1 else {}
    plan: ScoringPlan | None = None
    with ExitStack() as stack:
        for name in names:
            try:
                opened = stack.enter_context(open_export(name))
                scorer = prepare_scorer(opened.header, [instrument], column_map, path=name)
                if not scorer.plans:
                    message = "holds ready-made T-scores, and this needs the answers"
                    raise InvalidSurvey([Problem(message, name, rule="t-scores")])
                outcomes.append(check_export(opened, scorer, cast("OnInvalid", on_invalid)))
                export = stack.enter_context(settle_export(opened))
            except InvalidSurvey as error:
                problems += error.problems
                continue
            plan = scorer.plans[0]
            frame = nw.from_native(scan_export(export, scorer.columns, outcomes[-1].numeric))
            part = _read(frame, scorer)
            parts.append(part.with_columns(nw.lit(name).alias("source")) if len(names) > 1 else part)
            ids |= dict.fromkeys(_list_ids(scorer))
        if problems or plan is None:
            raise InvalidSurvey(problems)
        yield Responses(
            plan, tuple(ids), nw.concat(parts, how="diagonal") if len(parts) > 1 else parts[0], tuple(outcomes)
        )


def _list_ids(scorer: Scorer) -> tuple[str, ...]:
    return (*scorer.columns.ids, *scorer.columns.constants)


def _read(frame: nw.LazyFrame[Any], scorer: Scorer) -> nw.LazyFrame[Any]:
    distinct = list_distinct(frame, scorer.textual(frame.collect_schema()))
    answers = [answer_column(item) for item in scorer.columns.items]
    scored = add_scores(add_answers(frame, scorer, distinct), scorer)
    return scored.select(
        *select_ids(scorer), *[nw.col(name).cast(nw.Float64) for name in answers], *select_scores(scorer)
    )
