"""Coded answers and scores of one instrument, ready for psychometrics and comparison."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

import narwhals as nw

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.library import gather_instruments
from sos_score.definition.text import fold_text
from sos_score.errors import InvalidSurvey, Problem, guess
from sos_score.scoring.answer_rows import SOURCE, FileRows, FrameRows, read_answers
from sos_score.scoring.expressions import answer_column
from sos_score.scoring.file_summary import FileSummary
from sos_score.scoring.files import OpenSink, discard
from sos_score.scoring.frames import prepare_frame
from sos_score.scoring.plan import ScoringPlan
from sos_score.scoring.scorer import OnInvalid, Scorer, prepare_scorer, settle_language
from sos_score.survey.check.checks import check_rows
from sos_score.survey.check.wrong_answers import Located, explain_answers
from sos_score.survey.coding import choose_refused, find_invalid, find_misplaced, list_distinct
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.mapped import open_mapped
from sos_score.survey.readers.export import AS_FOUND, Export, ReadingOptions


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
    summaries : tuple of FileSummary
        What became of each file; empty where the answers came as a frame.
    is_checked : bool
        Whether all rows have been looked at; files are when they are first read, be it for `frame` or `summaries`.
    """

    plan: ScoringPlan
    ids: tuple[str, ...]
    _rows: FrameRows | FileRows = field(repr=False)

    @property
    def frame(self) -> nw.LazyFrame[Any]:
        """Return the ids, codes and scores."""
        return self._rows.frame

    @property
    def summaries(self) -> tuple[FileSummary, ...]:
        """Return what became of each file."""
        return self._rows.summaries

    @property
    def path(self) -> str:
        """Return the first file; empty where the answers came as a frame."""
        return self._rows.path

    @property
    def is_checked(self) -> bool:
        """Return whether all rows have been looked at."""
        return self._rows.is_checked

    def check(self, items: Collection[str] = (), open_sink: OpenSink = discard) -> None:
        """Look at all rows of the files, and hand them over meanwhile: ids, scores and the codes of some items."""
        self._rows.check(items, open_sink)

    @property
    def instrument(self) -> Instrument:
        """Return the definition the answers were read with."""
        return self.plan.instrument

    @staticmethod
    def column_of(item: str) -> str:
        """Return the column of `frame` that holds an item's codes."""
        return answer_column(item)

    def find_ids(self, *names: str) -> list[str]:
        """Return the id columns that are meant: each by its role, or by the header it has in the files."""
        headers = {fold_text(column): role for role, column in self._rows.list_headers().items()}
        found = [name if name in self.ids else headers.get(fold_text(name), name) for name in names]
        self.require_ids(*found)
        return found

    def require_ids(self, *names: str) -> None:
        """Raise `InvalidSurvey` unless the id columns `names` are there."""
        known = ", ".join(self.ids) or "none"
        problems = [
            Problem(
                f"there is no id column '{name}' (id columns: {known})",
                self._rows.path,
                hint=guess(name, [*self.ids, *self._rows.header])
                or "give a column of the file, or name it in a column map (--columns map.yaml)",
                rule="column",
            )
            for name in names
            if name not in self.ids
        ]
        if problems:
            raise InvalidSurvey(problems)


def read_responses(
    frame: Any,
    instrument: Instrument | str,
    *,
    columns: ColumnMap | None = None,
    on_invalid: OnInvalid = "error",
    language: str | None = None,
) -> Responses:
    """Return the coded answers and scores in a frame.

    Parameters
    ----------
    frame : pandas, Polars (eager or lazy), PyArrow, DuckDB or PySpark frame
        See `score_survey`.
    instrument : Instrument or str
        What `load_instrument` returns, or takes.
    columns : ColumnMap, optional
        Where the frame's columns are not named by item id.
    on_invalid : str
        ``error`` refuses answers that are not allowed, ``missing`` makes them missing.
    language : str, optional
        See `score_survey`.

    Returns
    -------
    Responses
        The answers as codes, read when they are wanted.

    Raises
    ------
    InvalidSurvey
        As `score_survey`.
    """
    given, scorer = prepare_frame(frame, gather_instruments(instrument), columns, None, on_invalid, language=language)
    lazy: nw.LazyFrame[Any] = given.lazy() if isinstance(given, nw.DataFrame) else given
    _refuse_vendor_scores(scorer)
    distinct = list_distinct(lazy, scorer.columns.items)
    scorer = settle_language(scorer, distinct)
    invalid = find_invalid(distinct, scorer.columns, scorer.keys)
    refused = choose_refused(find_misplaced(lazy, scorer.columns, scorer.keys, invalid), on_invalid)
    problems = explain_answers(map(Located, refused)) + check_rows(lazy, scorer.columns)
    if problems:
        raise InvalidSurvey(problems)
    return Responses(scorer.plans[0], scorer.list_ids(), FrameRows(read_answers(lazy, scorer)))


@contextmanager
def open_responses(
    names: Iterable[str],
    instrument: Instrument | str,
    column_map: ColumnMap | Sequence[ColumnMap | None] | None = None,
    on_invalid: str = "error",
    reading: ReadingOptions = AS_FOUND,
    *,
    groups: Collection[str] = (),
) -> Iterator[Responses]:
    """Open survey exports as the coded answers of one instrument.

    Parameters
    ----------
    names : iterable of str
        Paths; ``-`` is standard input. Several files are stacked; the id column ``source`` has the path of each from
        the folder that holds them all.
    instrument : Instrument or str
        What `load_instrument` returns, or takes.
    column_map : ColumnMap or sequence of ColumnMap or None, optional
        Where the files' columns are not named by item id: one for all files, or one for each. A file may be named
        twice, with a map for each wave.
    on_invalid : str
        ``error`` refuses answers that are not allowed, ``missing`` makes them missing.
    reading : ReadingOptions
        How the files are to be read, where they do not show it.
    groups : collection of str
        Columns that are ids too, beside those of the column map, by the headers of the files.

    Returns
    -------
    Responses, inside a ``with`` block
        Lazy: the files are read, and checked while that goes on, when their rows are wanted, inside the block.

    Raises
    ------
    InvalidSurvey
        With every problem of every file: here where a file cannot be opened or lacks columns, else when the rows are
        first read.
    """
    names, instruments = list(names), gather_instruments(instrument)
    maps = column_map if isinstance(column_map, Sequence) else [column_map] * len(names)
    pairs = list({(name, id(its_map)): (name, its_map) for name, its_map in zip(names, maps, strict=True)}.values())
    problems: list[Problem] = []
    files: list[tuple[Export, Scorer]] = []
    ids: dict[str, None] = {SOURCE: None} if len(pairs) > 1 else {}
    with ExitStack() as stack:
        for name, its_map in pairs:
            try:
                export = stack.enter_context(open_mapped(name, its_map, instruments, reading))
                scorer = prepare_scorer(
                    export.headers,
                    instruments,
                    its_map,
                    path=name,
                    values=export.values,
                    groups=groups,
                    language=reading.language,
                )
                _refuse_vendor_scores(scorer, name)
                if len(pairs) > 1 and SOURCE in scorer.list_ids():
                    message = "with several files 'source' is the name of the file; rename the column map's 'source'"
                    raise InvalidSurvey([Problem(message, name, rule="column")])
            except InvalidSurvey as error:
                problems += error.problems
                continue
            files.append((export, scorer))
            ids |= dict.fromkeys(scorer.list_ids())
        rows = FileRows(files, tuple(ids), cast("OnInvalid", on_invalid), stack)
        if problems or not files:
            _check_all(rows, problems)
        yield Responses(files[0][1].plans[0], rows.ids, rows)


def _check_all(rows: FileRows, problems: list[Problem]) -> NoReturn:
    """Raise `InvalidSurvey` with the problems found so far, and those inside the other files."""
    try:
        rows.check()
    except InvalidSurvey as error:
        problems += error.problems
    raise InvalidSurvey(problems)


def _refuse_vendor_scores(scorer: Scorer, path: str = "") -> None:
    if not scorer.plans:
        raise InvalidSurvey([Problem("holds ready-made T-scores, and this needs the answers", path, rule="t-scores")])
