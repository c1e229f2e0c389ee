"""Where coded answers come from: a frame, or files that are checked while they are first read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import narwhals as nw

from sos_score.errors import InvalidSurvey, Problem
from sos_score.inputs import name_files
from sos_score.scoring.expressions import answer_column
from sos_score.scoring.file_summary import FileSummary
from sos_score.scoring.files import BatchSink, OpenSink, discard, score_export
from sos_score.scoring.scorer import (
    OnInvalid,
    Scorer,
    add_answers,
    add_scores,
    select_ids,
    select_scores,
    settle_language,
)
from sos_score.scoring.shared_rows import ReadFile, check_shared
from sos_score.survey.check.checks import holds_anything
from sos_score.survey.coding import list_distinct
from sos_score.survey.readers.export import Export

SOURCE = "source"
"""The id column that names the file, where there are several."""


@dataclass(frozen=True)
class FrameRows:
    """The rows of a frame that has been checked.

    Attributes
    ----------
    frame : narwhals LazyFrame
        See `Responses.frame`.
    """

    frame: nw.LazyFrame[Any]
    is_checked = True
    summaries: tuple[FileSummary, ...] = ()
    path = ""
    header: tuple[str, ...] = ()

    def list_headers(self) -> dict[str, str]:
        """Return nothing: the columns of a frame are named as they are."""
        return {}

    def check(self, items: Collection[str] = (), open_sink: OpenSink = discard) -> None:
        """Do nothing: there is nothing left to check."""


@dataclass
class FileRows:
    """The rows of export files, which are checked while they are read for the first time.

    Attributes
    ----------
    ids : tuple of str
        The id columns of all files together.
    on_invalid : str
        See `score_export`.
    stack : ExitStack
        Keeps what the files need until they are closed.
    """

    files: Sequence[tuple[Export, Scorer]]
    ids: tuple[str, ...]
    on_invalid: OnInvalid
    stack: ExitStack = field(repr=False)
    _done: list[tuple[Export, FileSummary]] = field(default_factory=list, repr=False)

    @property
    def path(self) -> str:
        """Return the first file."""
        return self.files[0][0].name

    @property
    def header(self) -> tuple[str, ...]:
        """Return the columns of the first file."""
        return tuple(self.files[0][0].header)

    def list_headers(self) -> dict[str, str]:
        """Return the header that each id column has in the files."""
        return {role: column for _, scorer in self.files for role, column in scorer.columns.ids.items()}

    @property
    def is_checked(self) -> bool:
        """Return whether every row has been looked at and is right."""
        return len(self._done) == len(self.files)

    def check(self, items: Collection[str] = (), open_sink: OpenSink = discard) -> None:
        """Check every row, and hand the rows over meanwhile."""
        problems: list[Problem] = []
        self._done.clear()
        for whole, scorer in self.files:
            export = whole.select_rows(scorer.columns)
            try:
                part = partial(self._open_sink, export, scorer, open_sink)
                summary = score_export(export, scorer, self.on_invalid, part, items)
                self._done.append((self.stack.enter_context(export.normalise()), summary))
            except InvalidSurvey as error:
                problems += error.problems
        if not problems:
            problems += self._check_shared()
        if problems:
            self._done.clear()
            raise InvalidSurvey(problems)

    def _check_shared(self) -> list[Problem]:
        read = [
            ReadFile(export, scorer, summary)
            for (export, summary), (_, scorer) in zip(self._done, self.files, strict=True)
        ]
        try:
            summaries = check_shared(read)
        except InvalidSurvey as error:
            return list(error.problems)
        self._done = [(file.export, summary) for file, summary in zip(read, summaries, strict=True)]
        return []

    @property
    def summaries(self) -> tuple[FileSummary, ...]:
        """Return what became of each file."""
        if not self.is_checked:
            self.check()
        return tuple(summary for _, summary in self._done)

    @cached_property
    def frame(self) -> nw.LazyFrame[Any]:
        """Return the rows with anything in them, to be read once more; see `Responses.frame`."""
        if not self.is_checked:
            self.check()
        parts = []
        for (export, summary), (_, scorer) in zip(self._done, self.files, strict=True):
            rows = nw.from_native(export.scan(scorer.columns, summary.numeric))
            part = read_answers(rows.filter(holds_anything(scorer.columns, rows.collect_schema())), scorer)
            parts.append(
                part.with_columns(nw.lit(self._names[export.name]).alias(SOURCE)) if SOURCE in self._added else part
            )
        return nw.concat(parts, how="diagonal") if len(parts) > 1 else parts[0]

    @property
    def _names(self) -> dict[str, str]:
        return name_files(export.name for export, _ in self.files)

    @property
    def _added(self) -> set[str]:
        """The columns that no file has."""
        return {SOURCE} if len(self.files) > 1 else set()

    @contextmanager
    def _open_sink(self, export: Export, scorer: Scorer, open_sink: OpenSink) -> Iterator[BatchSink]:
        """Take the batches of one file and hand on what those of every file have."""
        import polars as pl

        own = {*scorer.columns.ids, *scorer.columns.constants}
        lacking = [pl.lit(None, dtype=pl.String).alias(name) for name in self.ids if name not in own | self._added]
        source = [pl.lit(self._names[export.name]).alias(SOURCE)] * bool(self._added)
        with open_sink() as take:
            yield lambda batch: take(batch.with_columns(*lacking, *source))


def read_answers(frame: nw.LazyFrame[Any], scorer: Scorer) -> nw.LazyFrame[Any]:
    """Return the ids, codes and scores of a frame of answers; see `Responses.frame`."""
    distinct = list_distinct(frame, scorer.textual(frame.collect_schema()))
    scorer = settle_language(scorer, distinct)
    answers = [answer_column(item) for item in scorer.columns.items]
    scored = add_scores(add_answers(frame, scorer, distinct), scorer)
    return scored.select(
        *select_ids(scorer), *[nw.col(name).cast(nw.Float64) for name in answers], *select_scores(scorer)
    )
