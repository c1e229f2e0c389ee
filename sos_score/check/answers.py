"""The answers of some files, coded as far as they can be: what every rule of a check looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from sos_score.check.finding import Group
from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidSurvey, Problem
from sos_score.notes import Note
from sos_score.psychometrics.batches import sort_groups
from sos_score.scoring.expressions import answer_column, given_column
from sos_score.scoring.plan import ScoringPlan
from sos_score.scoring.scorer import (
    Scorer,
    add_answers,
    add_scores,
    build_scorer,
    describe_language,
    select_ids,
    settle_language,
)
from sos_score.study.rows import clean_ids
from sos_score.survey.check.checks import holds_anything
from sos_score.survey.check.row_key import RowKey, find_key
from sos_score.survey.coding import Distinct, list_distinct
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.columns import Columns, match_columns
from sos_score.survey.readers.export import Export

if TYPE_CHECKING:
    import polars as pl

FILE, ROW = "\x1ffile", "\x1frow"
"""The columns that say which file a row came from, and the how-manieth of it it was; no export has such names."""

MAX_LINES = 100
_FILLED = "\x1ffilled"


@dataclass(frozen=True)
class FileAnswers:
    """One file, read as far as it can be."""

    export: Export  # the file, in a form that can be scanned
    scorer: Scorer  # the columns that are there, and the scales that have all their items
    problems: tuple[Problem, ...]  # columns that are missing or ambiguous
    distinct: tuple[Distinct, ...]  # every text and number in the columns of items, counted
    # the rows with anything in them: `FILE`, `ROW`, the ids as text, codes under `answer_column`, and whether there is
    # a score under the scale's column
    frame: pl.DataFrame
    blank_rows: int  # rows with nothing in them

    @property
    def about(self) -> tuple[Note, ...]:
        """Return what has to be said of how the file was read."""
        return (*self.export.about, *describe_language(self.scorer, self.distinct))

    @property
    def name(self) -> str:
        """Return the file as the user named it."""
        return self.export.name

    @cached_property
    def lines(self) -> NDArray[np.int64]:
        """Return the line of each row of the file, blank rows included."""
        return np.fromiter((line for line, _ in self.export.records()), dtype=np.int64)

    def locate(self, rows: Iterable[int]) -> tuple[int, ...]:
        """Return the lines of some rows, `MAX_LINES` at most."""
        chosen = sorted(rows)[:MAX_LINES]
        return tuple(int(line) for line in self.lines[chosen]) if chosen else ()

    def read_texts(self, names: Sequence[str]) -> pl.DataFrame:
        """Return other columns of the same rows, as text without white space around it; blank is null."""
        import polars as pl

        columns = Columns(ids={name: name for name in names}, constants={}, items={})
        text = pl.col(list(names)).cast(pl.String).str.strip_chars().replace("", None)
        frame = self.export.scan(columns, {}).select(text).with_row_index(ROW).collect()
        return frame.filter(pl.col(ROW).is_in(self.frame[ROW].implode()))


@dataclass(frozen=True)
class Answers:
    """The answers of one kind in one or more files."""

    instruments: tuple[Instrument, ...]  # those that some file has items of
    files: tuple[FileAnswers, ...]
    by: tuple[str, ...] = ()  # the id columns that make groups
    # the id columns that say who answered, where and when; empty where none does
    person: str = ""
    site: str = ""
    wave: str = ""
    # those of the study, in order; none outside a study
    sites: tuple[str, ...] = ()
    waves: tuple[str, ...] = ()

    @cached_property
    def frame(self) -> pl.DataFrame:
        """Return the rows of all files; an id column that a file lacks is null there."""
        import polars as pl

        return pl.concat([each.frame for each in self.files], how="diagonal")

    @property
    def ids(self) -> list[str]:
        """Return the id columns of all files together."""
        return list(dict.fromkeys(name for each in self.files for name in name_ids(each.scorer)))

    @property
    def key(self) -> RowKey:
        """Return what must name each row once: across files as well, where they have waves; no columns for none."""
        keys = [find_key(each.scorer.columns) for each in self.files]
        roles = dict.fromkeys(role for key in keys for role in key.columns)
        named_by = tuple(dict.fromkeys(role for key in keys for role in key.named_by))
        also = ([self.wave] if self.wave else [FILE]) if roles else []
        return RowKey({role: role for role in (*roles, *also)}, named_by)

    @property
    def plans(self) -> dict[str, ScoringPlan]:
        """Return the plan of each instrument that a file has columns of, with the scales that can be scored."""
        return {plan.instrument.id: plan for each in self.files for plan in each.scorer.plans}

    def items(self, instrument: Instrument) -> list[str]:
        """Return the items of an instrument that have a column, in the order they were asked."""
        known = set(self.frame.columns)
        return [item for item in instrument.administration if answer_column(item) in known]

    def codes(self, items: Iterable[str]) -> NDArray[np.float64]:
        """Return the codes of some items, a row a row, NaN where there is none."""
        import polars as pl

        names = [answer_column(item) for item in items]
        if not names:
            return np.empty((self.frame.height, 0))
        return self.frame.select(pl.col(names).cast(pl.Float64)).fill_null(np.nan).to_numpy(writable=True)

    def asked(self, instrument: Instrument) -> NDArray[np.bool_]:
        """Return which of its items each row was asked, or answered all the same."""
        asked = self.find_asked(instrument)
        return asked | ~np.isnan(self.codes(self.items(instrument))) if instrument.conditions else asked

    def find_asked(self, instrument: Instrument) -> NDArray[np.bool_]:
        """Return which of its items each row was asked; see `Instrument.conditions`."""
        items = self.items(instrument)
        asked = np.ones((self.frame.height, len(items)), dtype=bool)
        for item, conditions in instrument.conditions.items():
            if item in items:
                for gate, codes in conditions:
                    (given,) = self.codes([gate]).T if gate in items else (np.full(self.frame.height, np.nan),)
                    asked[:, items.index(item)] &= np.isnan(given) | np.isin(given, codes)
        return asked

    def counted(self, items: Iterable[str]) -> NDArray[np.float64]:
        """Return what the answers to some items count, where that is not their code; see `codes`."""
        named = list(items)
        counted = self.codes(named)
        recodes = {item: recode for each in self.instruments for item, recode in each.recodes.items()}
        for place, item in enumerate(named):
            if item in recodes:
                given = counted[:, place].copy()
                counted[:, place] = np.nan
                for code, counts in recodes[item].items():
                    counted[given == np.float32(code), place] = counts
        return counted

    def places(self) -> list[tuple[Group, list[int]]]:
        """Return where the rows of each group stand, in order; all rows where there is nothing to group by."""
        return list_groups(self.frame, self.by)

    def locate(self, rows: pl.DataFrame) -> Iterator[tuple[FileAnswers, tuple[int, ...], int]]:
        """Yield each file that has some of the rows, their lines and how many they are."""
        for number, file in enumerate(self.files):
            found = rows.filter(rows[FILE] == number)[ROW].to_list()
            if found:
                yield file, file.locate(found), len(found)


def list_groups(frame: pl.DataFrame, by: Sequence[str]) -> list[tuple[Group, list[int]]]:
    """Return where the rows of each group stand in a frame, in order; a column that the frame lacks is blank."""
    known = [name for name in by if name in frame.columns]
    if not known:
        return [(tuple((name, "") for name in by), list(range(frame.height)))]
    rows: dict[Group, list[int]] = {}
    for place, values in enumerate(frame.select(known).iter_rows()):
        here = dict(zip(known, values, strict=True))
        rows.setdefault(tuple((name, here.get(name) or "") for name in by), []).append(place)
    named = {tuple(value for _, value in group): group for group in rows}
    return [(named[values], rows[named[values]]) for values in sort_groups(named, by)]


def name_ids(scorer: Scorer) -> list[str]:
    """Return the id columns of a file, constants last."""
    return [*scorer.columns.ids, *scorer.columns.constants]


def read_answers(
    export: Export,
    number: int,
    instruments: Iterable[Instrument],
    column_map: ColumnMap | None,
    groups: Sequence[str] = (),
    *,
    language: str | None = None,
) -> FileAnswers:
    """Read a file that has been normalised, columns in `groups` as ids; only a file without any item is refused."""
    import polars as pl

    scorer, problems = _prepare(export, list(instruments), column_map, groups, language)
    columns = scorer.columns
    export = export.select_rows(columns)
    native = export.scan(columns, export.find_types(columns, scorer.keys))
    distinct = tuple(list_distinct(nw.from_native(native), columns.items))
    scorer = settle_language(scorer, distinct)
    frame = nw.from_native(native.with_row_index(ROW))
    schema = frame.collect_schema()
    filled = holds_anything(columns, schema).alias(_FILLED)
    scored = add_scores(add_answers(frame, scorer, distinct), scorer)
    # A check looks at answers as they were given, whatever they count.
    given = {item: given_column(item) if item in scorer.counting else answer_column(item) for item in columns.items}
    codes = [nw.col(name).cast(nw.Float32).alias(answer_column(item)) for item, name in given.items()]
    scores = [~nw.col(scale.column).is_null() for plan in scorer.plans for scale in plan.scales]
    kept = scored.select(nw.col(ROW), *select_ids(scorer), *codes, *scores, filled).to_native()
    whole = kept.with_columns(
        clean_ids(pl.col(name_ids(scorer))),
        pl.lit(number).alias(FILE),
    ).collect(engine="streaming")
    whole = whole.sort(ROW)
    rows = whole.filter(_FILLED).drop(_FILLED)
    return FileAnswers(export, scorer, tuple(problems), distinct, rows, whole.height - rows.height)


def read_numbers(file: FileAnswers, items: Sequence[str]) -> pl.DataFrame:
    """Return the numbers that stand in the columns of some items, codes or not, of the rows of a file."""
    import polars as pl

    texts = file.read_texts(list(dict.fromkeys(file.scorer.columns.items[item] for item in items)))
    return texts.select(
        pl.col(file.scorer.columns.items[item]).cast(pl.Float64, strict=False).alias(item) for item in items
    )


def _prepare(
    export: Export,
    instruments: list[Instrument],
    column_map: ColumnMap | None,
    groups: Sequence[str],
    language: str | None,
) -> tuple[Scorer, list[Problem]]:
    """Return how a file is read, with the scales that have all their items, and what is wrong with its columns."""
    present = [each for each in instruments if match_columns(export.headers, [each], column_map)[0].items]
    columns, problems = match_columns(export.headers, present or instruments, column_map, export.name, groups)
    if not columns.items:
        raise InvalidSurvey(problems)
    scorer = build_scorer(columns, present, column_map, values=export.values, language=language)
    plans = []
    for plan in scorer.plans:
        lost: set[str] = set()
        for scale in plan.scales:
            known = {each.scale for each in plan.scales} - lost if scale.of_scores else columns.items.keys()
            if not {term.name for term in scale.terms} <= known:
                lost.add(scale.scale)
        plans.append(replace(plan, scales=tuple(each for each in plan.scales if each.scale not in lost)))
    return replace(scorer, plans=tuple(plans)), problems
