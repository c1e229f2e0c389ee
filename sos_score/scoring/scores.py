"""Scores of a whole survey, on whatever frame it comes in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import narwhals as nw

from sos_score.definition.instrument import Instrument
from sos_score.errors import InvalidRequest, InvalidSurvey, Problem
from sos_score.scoring.engine import Frame, answer_column, compute_scores, measure_reference
from sos_score.scoring.plan import ScoringChoices, ScoringPlan, plan_scores
from sos_score.survey.answers import AnswerKey, build_answer_keys
from sos_score.survey.checks import check_rows
from sos_score.survey.coding import (
    Distinct,
    Invalid,
    code_numbers,
    code_texts,
    find_invalid,
    list_distinct,
)
from sos_score.survey.columns import ColumnMap, Columns, check_column_map, list_t_scores, match_columns

OnInvalid = Literal["error", "missing"]


@dataclass(frozen=True)
class Scorer:
    """Everything that is known of a scoring job before the rows are read.

    Attributes
    ----------
    plans : tuple of ScoringPlan
    columns : Columns
    keys : dict
        Item id to how its cells are read.
    t_columns : tuple of str
        The output columns of T-scores that arrive ready-made.
    choices : ScoringChoices
    """

    plans: tuple[ScoringPlan, ...]
    columns: Columns
    keys: Mapping[str, AnswerKey]
    t_columns: tuple[str, ...]
    choices: ScoringChoices

    def numeric(self, schema: nw.Schema) -> dict[str, str]:
        """Return the item columns that hold numbers, by item."""
        return {item: column for item, column in self.columns.items.items() if schema[column].is_numeric()}

    def textual(self, schema: nw.Schema) -> dict[str, str]:
        """Return the item columns that hold anything else."""
        return {item: column for item, column in self.columns.items.items() if not schema[column].is_numeric()}

    def score_columns(self) -> list[str]:
        """Return the output columns after the ids."""
        return [column for plan in self.plans for column in plan.columns] + list(self.t_columns)

    def count_columns(self) -> list[str]:
        """Return the columns of counts answered."""
        return [f"{scale.column}_n" for plan in self.plans for scale in plan.scales]


def prepare_scorer(
    header: Iterable[str],
    instruments: Iterable[Instrument],
    column_map: ColumnMap | None = None,
    choices: ScoringChoices | None = None,
    path: str = "",
) -> Scorer:
    """Match columns and instruments; the rows come later.

    Parameters
    ----------
    header : iterable of str
    instruments : iterable of Instrument
    column_map : ColumnMap, optional
    choices : ScoringChoices, optional
    path : str
        The export, for messages.

    Returns
    -------
    Scorer

    Raises
    ------
    InvalidSurvey
        A column is missing, ambiguous, or wanted twice; the column map fits no instrument.
    """
    instruments = tuple(instruments)
    problems = check_column_map(column_map, instruments) if column_map else []
    columns, unmatched = match_columns(header, instruments, column_map, path)
    if problems or unmatched:
        raise InvalidSurvey([*problems, *unmatched])
    chosen = choices or ScoringChoices()
    ready_made = {each.id: [column for column, _ in list_t_scores(each, column_map)] for each in instruments}
    scorer = Scorer(
        plans=tuple(plan_scores(each, chosen) for each in instruments if not ready_made[each.id]),
        columns=columns,
        keys=build_answer_keys(instruments, column_map),
        t_columns=tuple(column for each in ready_made.values() for column in each),
        choices=chosen,
    )
    named = Counter([*columns.ids, *columns.constants, *scorer.score_columns()])
    doubled = [name for name, count in named.items() if count > 1]
    if doubled:
        message = "two columns of the scores would be called"
        raise InvalidSurvey([Problem(f"{message} '{name}'", path, rule="column") for name in doubled])
    return scorer


def measure_references(frame: nw.LazyFrame[Any], scorer: Scorer, distinct: Iterable[Distinct]) -> Scorer:
    """Return the scorer with each reference sample measured in the data; reads the data once if there are any."""
    norms = []
    samples = scorer.choices.references
    for own, name, sample in ((plan, *each) for plan in scorer.plans for each in samples.get(plan.instrument.id, ())):
        plan = plan_scores(own.instrument, replace(scorer.choices, metrics=("mean",), norms=(), references={}))
        scored = compute_scores(add_answers(frame, scorer, distinct), plan).with_columns(*select_ids(scorer))
        means = {scale.scale: f"{scale.column}_mean" for scale in plan.scales}
        norms.append(measure_reference(scored, name, sample, plan.instrument, means))
    if not norms:
        return scorer
    chosen = replace(scorer.choices, norms=(*scorer.choices.norms, *norms))
    plans = tuple(plan_scores(plan.instrument, chosen) for plan in scorer.plans)
    return replace(scorer, plans=plans, choices=chosen)


def add_answers(frame: Frame, scorer: Scorer, distinct: Iterable[Distinct]) -> Frame:
    """Return `frame` with each item's codes in `answer_column`.

    Parameters
    ----------
    frame : narwhals DataFrame or LazyFrame
    scorer : Scorer
    distinct : iterable of Distinct
        The distinct texts of the columns that do not hold numbers.
    """
    schema = frame.collect_schema()
    texts: dict[str, list[str]] = {}
    for each in distinct:
        texts.setdefault(each.item, []).append(each.text)
    coded = []
    for item, column in scorer.columns.items.items():
        dtype, key = schema[column], scorer.keys[item]
        if dtype.is_numeric():
            answers = code_numbers(nw.col(column), key, dtype)
        else:
            answers = code_texts(nw.col(column).cast(nw.String), key, texts.get(item, ()))
        coded.append(answers.alias(answer_column(item)))
    return frame.with_columns(*coded)


def add_scores(frame: Frame, scorer: Scorer) -> Frame:
    """Return `frame` with every instrument's scores added to the codes."""
    for plan in scorer.plans:
        frame = compute_scores(frame, plan)
    return frame


def select_ids(scorer: Scorer) -> list[nw.Expr]:
    """Return the id columns of the output: constants last, under the names the column map gives."""
    ids = [nw.col(column).alias(role) for role, column in scorer.columns.ids.items()]
    return ids + [nw.lit(value).alias(name) for name, value in scorer.columns.constants.items()]


def find_all_invalid(frame: nw.LazyFrame[Any], scorer: Scorer) -> list[Invalid]:
    """Return every text in `frame` that is not allowed, counted."""
    distinct = list_distinct(frame, scorer.columns.items)
    return list(find_invalid(distinct, scorer.columns, scorer.keys))


def select_scores(scorer: Scorer) -> list[nw.Expr]:
    """Return the score columns of the output."""
    passed = [nw.col(answer_column(column)).cast(nw.Float64).alias(column) for column in scorer.t_columns]
    return [nw.col(column) for plan in scorer.plans for column in plan.columns] + passed


def score_survey(
    frame: Any,
    instrument: Instrument | Iterable[Instrument],
    *,
    columns: ColumnMap | None = None,
    on_invalid: OnInvalid = "error",
    choices: ScoringChoices | None = None,
) -> Any:
    """Score a survey.

    Parameters
    ----------
    frame : pandas, Polars (eager or lazy), PyArrow or DuckDB frame
        One row a respondent and wave; answers as codes or as labels.
    instrument : Instrument or iterable of Instrument
        See `load_instrument`.
    columns : ColumnMap, optional
        Where the columns are not named by item id.
    on_invalid : str
        ``error``: an answer that is not allowed raises; ``missing``: it counts as missing.
    choices : ScoringChoices, optional
        Further metrics, another missing rule, norms and reference samples for T-scores.

    Returns
    -------
    frame
        Of the kind given, lazy where it was lazy: id columns, then for each scale ``<instrument>_<scale>`` (null
        where too few items are answered) and ``<instrument>_<scale>_n`` (items answered), then what `choices` asks
        for. A lazy frame is read once while this is called, to check the answers.

    Raises
    ------
    InvalidSurvey
        Columns are missing, answers are not allowed, or a respondent is there twice; all of it at once.
    InvalidRequest
        `on_invalid` is neither.

    Notes
    -----
    Mean of the answered items, reversed as x' = min + max - x from the theoretical range; sums are the mean times
    the number of items unless the definition says otherwise. Agrees with ``psych::scoreItems`` 2.2.9 with
    ``impute = "none"`` and the theoretical min and max.

    Examples
    --------
    >>> import polars as pl
    >>> from sos_score import load_instrument
    >>> answers = pl.DataFrame({"respondent": ["A1"], **{f"wais_{n:02}": [7] for n in range(1, 13)}})
    >>> score_survey(answers, load_instrument("wai-s")).select("respondent", "wai_s_bond", "wai_s_total").rows()
    [('A1', 7.0, 6.0)]
    """
    if on_invalid not in get_args(OnInvalid):
        raise InvalidRequest(f"on_invalid is error or missing, not '{on_invalid}'")
    given = nw.from_native(frame)
    instruments = (instrument,) if isinstance(instrument, Instrument) else tuple(instrument)
    schema = given.collect_schema()
    scorer = prepare_scorer(schema.names(), instruments, columns, choices)
    lazy = given.lazy() if isinstance(given, nw.DataFrame) else given
    checked = scorer.columns.items if on_invalid == "error" else scorer.textual(schema)
    distinct = list_distinct(lazy, checked)
    invalid = find_invalid(distinct, scorer.columns, scorer.keys) if on_invalid == "error" else ()
    problems = [each.problem() for each in invalid] + check_rows(lazy, scorer.columns)
    if problems:
        raise InvalidSurvey(problems, "nothing was scored")
    scorer = measure_references(lazy, scorer, distinct)
    scored = add_scores(add_answers(given, scorer, distinct), scorer)
    return scored.select(*select_ids(scorer), *select_scores(scorer)).to_native()
