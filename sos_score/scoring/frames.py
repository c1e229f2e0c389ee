"""Scores of a whole survey, on whatever frame it comes in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, get_args

import narwhals as nw
from narwhals.dependencies import is_dask_dataframe
from narwhals.exceptions import DuplicateError

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.library import gather_instruments
from sos_score.errors import InvalidRequest, InvalidSurvey, Problem, check_kind
from sos_score.scoring.plan import ScoringChoices, check_choices
from sos_score.scoring.reference_samples import measure_references
from sos_score.scoring.scorer import (
    OnInvalid,
    Scorer,
    add_answers,
    add_scores,
    prepare_scorer,
    select_ids,
    select_scores,
    settle_language,
)
from sos_score.survey.check.checks import check_rows
from sos_score.survey.check.wrong_answers import Located, explain_answers
from sos_score.survey.coding import choose_refused, find_invalid, find_misplaced, list_distinct
from sos_score.survey.column_map import ColumnMap, check_column_map
from sos_score.survey.languages import check_language
from sos_score.survey.mapped import map_frame

_NO_DASK = (
    "a Dask frame cannot be scored: narwhals has no constants in conditions on its columns; "
    "give frame.compute(), or the files it reads as a Polars LazyFrame"
)


def check_map(column_map: ColumnMap | None, instruments: Iterable[Instrument]) -> None:
    """Raise `InvalidSurvey` where a column map that came from no file fits no instrument."""
    if column_map is not None:
        check_kind(column_map, ColumnMap, "ColumnMap or read_column_map(path)")
    problems = check_column_map(column_map, instruments) if column_map else []
    if problems:
        raise InvalidSurvey(problems, "nothing was scored")


def open_frame(frame: Any) -> Any:
    """Return any frame as one of narwhals."""
    if is_dask_dataframe(frame):
        raise InvalidRequest(_NO_DASK)
    try:
        given = nw.from_native(frame)
        names = given.collect_schema().names()
    except TypeError:
        kind = type(frame).__name__
        raise InvalidRequest(f"a survey is a pandas, Polars, PyArrow, DuckDB or PySpark frame, not a {kind}") from None
    except DuplicateError:
        # Of such a frame narwhals tells nothing but that it is one; a PyArrow table has no list in `columns`.
        names = list(frame.column_names if hasattr(frame, "column_names") else frame.columns)
    else:
        if given.implementation.is_duckdb():
            names = list(frame.columns)
    problems = [
        Problem(f"several columns are called '{name}'", rule="column")
        for name, count in Counter(names).items()
        if count > 1
    ]
    if problems:
        raise InvalidSurvey(problems, "nothing was scored")
    return given


def prepare_frame(
    frame: Any,
    instruments: Iterable[Instrument],
    columns: ColumnMap | None,
    choices: ScoringChoices | None,
    on_invalid: str,
    *,
    language: str | None = None,
) -> tuple[Any, Scorer]:
    """Return any frame as one of narwhals, and everything known of the job before its rows are read."""
    if on_invalid not in get_args(OnInvalid):
        raise InvalidRequest(f"on_invalid is error or missing, not '{on_invalid}'")
    given = open_frame(frame)
    check_map(columns, instruments)
    check_language(language, instruments)
    if choices is not None:
        check_kind(choices, ScoringChoices, "ScoringChoices")
        check_choices(choices, instruments)
    given = map_frame(given, columns, instruments)
    schema = given.collect_schema()
    # pandas allows names that are not text; no item has one.
    names = [name for name in schema.names() if isinstance(name, str)]
    scorer = prepare_scorer(names, instruments, columns, choices, language=language)
    used = dict.fromkeys([*scorer.columns.ids.values(), *scorer.columns.items.values()])
    problems = [
        Problem(f"holds {schema[column]}, not single answers", where=column, rule="column")
        for column in used
        # Of pandas an object may be a text; of Polars it is something that Polars has no name for.
        if schema[column].is_nested() or (given.implementation.is_polars() and schema[column] == nw.Object)
    ]
    if problems:
        raise InvalidSurvey(problems, "nothing was scored")
    return given, scorer


def score_survey(
    frame: Any,
    instrument: Instrument | str | Iterable[Instrument | str],
    *,
    columns: ColumnMap | None = None,
    on_invalid: OnInvalid = "error",
    choices: ScoringChoices | None = None,
    language: str | None = None,
) -> Any:
    """Score a survey.

    Parameters
    ----------
    frame : pandas, Polars (eager or lazy), PyArrow, DuckDB or PySpark frame
        One row a respondent and wave; answers as codes or as labels.
    instrument : Instrument, str, or iterable of them
        What `load_instrument` returns, or takes.
    columns : ColumnMap, optional
        Where the columns are not named by item id.
    on_invalid : str
        ``error``: an answer that is not allowed raises; ``missing``: it counts as missing.
    choices : ScoringChoices, optional
        Further metrics, another missing rule, norms and reference samples for T-scores.
    language : str, optional
        The language of the labels (``cy``), where a definition has several and a text means two answers in two of
        them; else the language that has every label of the frame.

    Returns
    -------
    frame
        Of the kind given, lazy where it was lazy: id columns, then for each scale ``<instrument>_<scale>`` (null
        where too few items are answered) and ``<instrument>_<scale>_n`` (items answered), then what `choices` asks
        for. A lazy frame is read while this is called, to check the answers and the ids.

    Raises
    ------
    InvalidSurvey
        Columns are missing, answers are not allowed, or a respondent is blank or there twice; all of it at once.
    InvalidRequest
        `frame` is none, or `on_invalid` is neither.

    Notes
    -----
    A row with nothing in it stays, without scores; one with answers must name its respondent where there is such a
    column.

    Mean of the answered items, reversed as x' = min + max - x from the theoretical range; sums are the mean times
    the number of items unless the definition says otherwise. Agrees with ``psych::scoreItems`` 2.2.9 with
    ``impute = "none"`` and the theoretical min and max.

    Examples
    --------
    >>> import polars as pl
    >>> answers = pl.DataFrame({"respondent": ["A1"], **{f"wais_{n:02}": [7] for n in range(1, 13)}})
    >>> score_survey(answers, "wai-s").select("respondent", "wai_s_bond", "wai_s_total").rows()
    [('A1', 7.0, 6.0)]
    """
    instruments = gather_instruments(instrument)
    given, scorer = prepare_frame(frame, instruments, columns, choices, on_invalid, language=language)
    lazy = given.lazy() if isinstance(given, nw.DataFrame) else given
    distinct = list_distinct(lazy, scorer.columns.items)
    scorer = settle_language(scorer, distinct)
    invalid = find_invalid(distinct, scorer.columns, scorer.keys)
    refused = choose_refused(find_misplaced(lazy, scorer.columns, scorer.keys, invalid), on_invalid)
    problems = explain_answers(map(Located, refused)) + check_rows(lazy, scorer.columns)
    if problems:
        raise InvalidSurvey(problems, "nothing was scored")
    scorer = measure_references(lazy, scorer, distinct)
    scored = add_scores(add_answers(given, scorer, distinct), scorer)
    return scored.select(*select_ids(scorer), *select_scores(scorer)).to_native()
