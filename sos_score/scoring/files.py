"""Scores of an export on disk, batch by batch, so that memory does not grow with rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import narwhals as nw
from narwhals.exceptions import NarwhalsError

from sos_score.definition.text import ROUNDED_ID, SUMMARY_ID
from sos_score.errors import InvalidSurvey, Problem, describe_failure
from sos_score.notes import Note, note
from sos_score.scoring.categories import CategoryCodes
from sos_score.scoring.file_summary import FileSummary
from sos_score.scoring.reference_samples import measure_references
from sos_score.scoring.scorer import (
    OnInvalid,
    Scorer,
    add_answers,
    add_scores,
    describe_language,
    find_unasked,
    select_codes,
    select_ids,
    select_scores,
    settle_language,
)
from sos_score.survey.check.checks import SUMMED, holds_anything
from sos_score.survey.check.label_columns import check_label_columns
from sos_score.survey.check.locate import find_second_header, locate_rows
from sos_score.survey.check.row_key import RowKey, find_key
from sos_score.survey.coding import (
    Distinct,
    Invalid,
    choose_refused,
    find_invalid,
    find_misplaced,
    has_strays,
    list_distinct,
)
from sos_score.survey.columns import UNIQUE_ROLES
from sos_score.survey.readers.cells import PanicError, contain_panics
from sos_score.survey.readers.export import Export

if TYPE_CHECKING:
    import polars as pl

_BATCH = 50_000
_PART = 500_000  # of the numbers of all rows, compared one after another
_NO_NAMES = dict.fromkeys(SUMMED, SUMMARY_ID) | {"respondent": f"{ROUNDED_ID}|{SUMMARY_ID}"}
_STRAY, _FILLED, _UNASKED = "\x1fstray", "\x1ffilled", "\x1funasked "

BatchSink = Callable[["pl.DataFrame"], None]
OpenSink = Callable[[], AbstractContextManager[BatchSink]]


def score_export(
    export: Export,
    scorer: Scorer,
    on_invalid: OnInvalid,
    open_sink: OpenSink,
    codes: Collection[str] = (),
) -> FileSummary:
    """Score an export and hand the scores over in batches."""
    try:
        return _score_export(export.select_rows(scorer.columns), scorer, on_invalid, open_sink, codes)
    except OSError as error:
        problem = export.describe_failure(error)
        if problem is not None:
            raise InvalidSurvey([problem]) from None
        message = f"cannot be read ({describe_failure(error)})"
        raise InvalidSurvey([Problem(message, export.name, rule="file")]) from None


def _score_export(
    export: Export, scorer: Scorer, on_invalid: OnInvalid, open_sink: OpenSink, codes: Collection[str]
) -> FileSummary:
    import polars as pl

    # Most files are plain: they are scored while that is still being found out.
    try:
        with contain_panics(), open_sink() as take:
            summary = _score(
                export, scorer, on_invalid, export.guess_types(scorer.columns, scorer.keys), take, codes=codes
            )
            if export.is_normal():
                return summary
            raise _NotPlainError
    except (pl.exceptions.PolarsError, NarwhalsError, PanicError, _NotPlainError, InvalidSurvey) as error:
        if isinstance(error, InvalidSurvey) and export.is_normal():
            raise
    try:
        with export.normalise() as settled, contain_panics(), open_sink() as take:
            types = settled.find_types(scorer.columns, scorer.keys)
            return _score(settled, scorer, on_invalid, types, take, codes=codes)
    except (pl.exceptions.PolarsError, NarwhalsError, PanicError) as error:
        problem = export.describe_failure(error)
        if problem is None:
            raise
        raise InvalidSurvey([problem]) from None


def read_codes(export: Export, scorer: Scorer, on_invalid: OnInvalid, open_sink: OpenSink) -> FileSummary:
    """Read the codes of every item, and T-scores that arrive as such, and hand them over in batches; score nothing."""
    coded = [item for item in scorer.columns.items if item not in scorer.t_columns]
    return score_export(export, replace(scorer, plans=()), on_invalid, open_sink, coded)


def check_export(export: Export, scorer: Scorer, on_invalid: OnInvalid) -> FileSummary:
    """Return what would become of an export, and keep no score; reference samples are left unmeasured."""
    unmeasured = replace(scorer, choices=replace(scorer.choices, references={}))
    return score_export(export, unmeasured, on_invalid, discard)


@contextmanager
def discard() -> Iterator[BatchSink]:
    """Open a part that keeps nothing."""

    def drop(_batch: pl.DataFrame) -> None:
        """Let a batch go: only the checks that reading it makes are wanted."""

    yield drop


class _NotPlainError(Exception):
    """The file has to be written out plainly before it can be scanned."""


def _score(
    export: Export,
    scorer: Scorer,
    on_invalid: OnInvalid,
    numeric: Mapping[str, int],
    take: BatchSink,
    *,
    codes: Collection[str],
) -> FileSummary:
    scanned = export.scan(scorer.columns, numeric)
    frame = nw.from_native(scanned)
    schema = frame.collect_schema()
    categories = CategoryCodes(scorer, scanned.collect_schema())
    # References are measured in all rows before the first is scored, and a language is told from all texts.
    if scorer.choices.references or any(key.languages for key in scorer.keys.values()):
        categories.columns.clear()
    texts = {item: column for item, column in scorer.textual(schema).items() if item not in categories.columns}
    distinct = list_distinct(frame, texts)
    scorer = measure_references(frame, settle_language(scorer, distinct), distinct)
    tally = _Tally(scorer)
    stray = has_strays({column: scorer.keys[item] for item, column in scorer.numeric(schema).items()}, schema).alias(
        _STRAY
    )
    filled = holds_anything(scorer.columns, schema, _list_blanks(distinct, scorer)).alias(_FILLED)
    kept = [*select_ids(scorer), *select_scores(scorer), *select_codes(scorer, codes)]
    kept += [each.alias(_UNASKED + item) for item, each in find_unasked(scorer).items()]

    def score(rows: pl.LazyFrame) -> pl.LazyFrame:
        coded = add_answers(nw.from_native(rows), scorer, distinct)
        scored: pl.LazyFrame = add_scores(coded, scorer).select(*kept, stray, filled).to_native()
        return scored

    if categories.columns:
        for rows in scanned.collect_batches(chunk_size=_BATCH, maintain_order=True):
            take(tally.count(score(categories.add_codes(rows).lazy()).collect()))
        more = list_distinct(frame, categories.columns) if categories.has_invalid() else categories.list_uncoded()
        distinct = sorted([*distinct, *more], key=lambda each: (each.item, each.text))
    else:
        for batch in score(scanned).collect_batches(chunk_size=_BATCH, maintain_order=True):
            take(tally.count(batch))
    if tally.strays:
        distinct = distinct + list_distinct(frame, scorer.numeric(schema))
    invalid = find_misplaced(frame, scorer.columns, scorer.keys, find_invalid(distinct, scorer.columns, scorer.keys))
    place = {item: index for index, item in enumerate(scorer.columns.items)}
    invalid.sort(key=lambda each: place[each.item])
    _check_answers(export, scorer, on_invalid, tally, invalid)
    return FileSummary(
        name=export.name,
        rows=tally.rows,
        instruments=scorer.instruments,
        norms=tuple(norm for norm in scorer.choices.norms if norm.instrument in scorer.instruments),
        vendor_scores=scorer.vendor_scores,
        blank_rows=tally.blank_rows,
        missing=_count_reasons(distinct, scorer),
        invalid=tuple(invalid),
        scored=dict(tally.scored),
        left_out=export.left_out,
        about=(*export.about, *describe_language(scorer, distinct)),
        warnings=tally.warn(),
        numeric=numeric,
        keys=tally.keys,
    )


def _check_answers(
    export: Export, scorer: Scorer, on_invalid: OnInvalid, tally: _Tally, invalid: Sequence[Invalid]
) -> None:
    """Raise `InvalidSurvey` where any answer that is not allowed is refused, and not made missing."""
    refused = choose_refused(invalid, on_invalid)
    refused += [each for each in find_second_header(export, scorer.columns, invalid) if each not in refused]
    problems = _find_problems(export, scorer, tally, refused)
    problems += check_label_columns(export, scorer.columns, scorer.keys)
    if not tally.rows and not problems:
        problems = [_describe_nothing(export)]
    if problems:
        raise InvalidSurvey(problems)


def _describe_nothing(export: Export) -> Problem:
    """Return the problem of a file of which no row is left."""
    if not export.left_out:
        return Problem("has a header and no rows", export.name, rule="file")
    rules = ", ".join(f"{rule} {count}" for rule, count in export.left_out.items())
    return Problem(f"has no row to score; left out: {rules}", export.name, rule="file")


def _list_blanks(distinct: Iterable[Distinct], scorer: Scorer) -> dict[str, list[str]]:
    """Return the texts of white space in each column of texts, which `distinct` counts."""
    blanks: dict[str, list[str]] = {column: [] for column in scorer.columns.items.values()}
    for each in distinct:
        if not each.text.strip():
            blanks[scorer.columns.items[each.item]].append(each.text)
    return blanks


class _Tally:
    """What has to be known of all rows, kept while they pass by."""

    def __init__(self, scorer: Scorer) -> None:
        self.columns = scorer.columns
        self.scores = [scale.column for plan in scorer.plans for scale in plan.scales] + list(scorer.t_columns)
        key = find_key(scorer.columns)
        # The ids of a batch stand under their roles already, constants too.
        roles = [role for role in UNIQUE_ROLES if role in key.columns or role in scorer.columns.constants]
        self.key = RowKey({role: role for role in roles if key.columns}, key.named_by)
        self.hashes: list[pl.Series] = []
        self.rows = self.blank_rows = self.strays = self.unnamed = self.misnamed = 0
        self.scored: Counter[str] = Counter()
        self.unasked: Counter[str] = Counter()
        self.uneven = {scale.column: scale for plan in scorer.plans for scale in plan.scales if scale.fills_in_unevenly}
        self.filled: Counter[str] = Counter()

    def count(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return the batch without its blank rows and checks, having counted it."""
        self.strays += int(batch[_STRAY].sum())
        if not self._names_all(batch):
            batch = self._drop_blank(batch)
        self.rows += batch.height
        for role, pattern in _NO_NAMES.items():
            if role in self.columns.ids:
                self.misnamed += int(batch[role].str.contains(pattern).sum())
        if self.key.columns:
            self.hashes.append(self._hash(batch))
        for column in self.scores:
            self.scored[column] += batch.height - batch[column].null_count()
        for column, scale in self.uneven.items():
            if f"{column}_n" in batch.columns:
                lacks = batch[column].is_not_null() & (batch[f"{column}_n"] < len(scale.terms))
                self.filled[scale.scale] += int(lacks.sum())
        unasked = [column for column in batch.columns if column.startswith(_UNASKED)]
        for column in unasked:
            self.unasked[column.removeprefix(_UNASKED)] += int(batch[column].sum())
        return batch.drop(_STRAY, _FILLED, *unasked)

    def warn(self) -> tuple[Note, ...]:
        """Return what makes the answers doubtful."""
        items = tuple(item for item, number in self.unasked.items() if number)
        unasked = (note("answers_unasked", count=self.unasked.total(), items=items),) if items else ()
        uneven = (note("uneven_parts", scale=scale, count=number) for scale, number in self.filled.items() if number)
        return (*unasked, *uneven)

    def _names_all(self, batch: pl.DataFrame) -> bool:
        """Return whether every row has a respondent, and so cannot be blank."""
        names = batch["respondent"] if "respondent" in self.columns.ids else None
        # A cell may hold spaces only; such an id names nobody.
        return names is not None and not names.has_nulls() and not (names.str.strip_chars() == "").any()

    def _drop_blank(self, batch: pl.DataFrame) -> pl.DataFrame:
        kept = batch.filter(_FILLED)
        self.blank_rows += batch.height - kept.height
        if "respondent" in self.columns.ids:
            self.unnamed += int((kept["respondent"].str.strip_chars().fill_null("") == "").sum())
        return kept

    def _hash(self, batch: pl.DataFrame) -> pl.Series:
        """Return a number for the key of each row that names somebody."""
        import polars as pl

        rows = nw.from_native(batch, eager_only=True)
        ids, is_named = self.key.expressions(rows.schema)
        return rows.filter(is_named).select(*ids).to_native().select(pl.struct(pl.all()).hash()).to_series().rechunk()

    @cached_property
    def keys(self) -> tuple[tuple[str, ...], pl.Series] | None:
        """Return the roles that name a row, and a number for those of each row."""
        import polars as pl

        return (tuple(self.key.columns), pl.concat(self.hashes)) if self.hashes else None

    @property
    def has_duplicates(self) -> bool:
        """Return whether some row key surely or very probably occurs twice."""
        import polars as pl

        if self.keys is None:
            return False
        # Part by part: equal numbers are in one part, and millions of them take a copy to compare.
        count = len(self.keys[1]) // _PART + 1
        parts = (pl.concat([each.filter(each % count == part) for each in self.hashes]) for part in range(count))
        return any(part.n_unique() < len(part) for part in parts)


def _find_problems(export: Export, scorer: Scorer, tally: _Tally, invalid: list[Invalid]) -> list[Problem]:
    if not invalid and not tally.unnamed and not tally.misnamed and not tally.has_duplicates:
        return []
    return locate_rows(export, scorer.columns, invalid)


def _count_reasons(distinct: Iterable[Distinct], scorer: Scorer) -> dict[str, int]:
    reasons: Counter[str] = Counter()
    for each in distinct:
        reason = scorer.keys[each.item].read(each.text).missing
        if reason and each.text.strip():
            reasons[reason] += each.count
    return dict(reasons)
