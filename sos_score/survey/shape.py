"""What a column map makes of the rows of a frame: columns it makes of others, and the rows it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.text import fold_code, fold_id, fold_text
from sos_score.errors import InvalidSurvey, Problem, guess
from sos_score.survey.coding import list_distinct
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.column_refs import ColumnRef
from sos_score.survey.columns import Headers, list_item_columns

_TICKED = {"1", "yes", "y", "true", "checked", "selected", "ticked", "x"}
_NOT_TICKED = {"", "0", "no", "n", "false", "unchecked", "not selected", "not ticked"}
KEPT, ROW = "\x1fkept", "\x1frow"
CHOICE = "where: "
"""What the rule of rows left out by a map's choice begins with; the columns follow."""
_MAX_SHOWN = 10

Where = Mapping[str, Sequence[str]]
NO_CHOICE: Where = {}


class EmptyChoice(InvalidSurvey):
    """No row has a value that is asked for.

    Parameters
    ----------
    key : str
        Of ``where``.
    values, found : sequence of str
        What is asked for, and what there is.
    """

    def __init__(self, key: str, values: Sequence[str], found: Sequence[str], path: str = "") -> None:
        self.key, self.values, self.found = key, tuple(values), tuple(found)
        more = f" and {len(found) - _MAX_SHOWN} more" if len(found) > _MAX_SHOWN else ""
        listed = (", ".join(found[:_MAX_SHOWN]) or "none") + more
        self.message = f"no row has {', '.join(map(repr, values))} (values: {listed})"
        self.hint = guess(values[0], found)
        super().__init__([Problem(self.message, path, where=f"where.{key}", hint=self.hint, rule="where")])


@dataclass(frozen=True)
class Shape:
    """What a column map makes of the rows of a frame.

    Attributes
    ----------
    made : mapping
        The columns that are made of others: header to expression.
    parts : mapping
        The columns each is made of, and under `KEPT` those that say which rows are kept.
    keeps : narwhals Expr or None
        Whether a row is kept; None where every row is.
    rule, drop_rule : str
        What left out the others, in words: rows that are not chosen, and rows that are there twice.
    dropped : tuple of int
        The rows, by their number from 0, that are left out because they name the same as another.
    """

    made: Mapping[str, nw.Expr]
    parts: Mapping[str, tuple[str, ...]]
    keeps: nw.Expr | None
    rule: str = ""
    dropped: tuple[int, ...] = ()
    drop_rule: str = ""


def list_refs(column_map: ColumnMap, instruments: Iterable[Instrument]) -> list[ColumnRef]:
    """Return the columns that a map means: of ids, and of the items of some instruments."""
    refs = [*column_map.roles().values()]
    for instrument in instruments:
        refs += list_item_columns(instrument, column_map).values()
    return refs


def place_names(headers: Headers, refs: Iterable[ColumnRef]) -> dict[int, str]:
    """Return the names of the columns that their header alone does not tell, by place from 0."""
    names: dict[int, str] = {}
    for ref in refs:
        same = headers.places(ref.column) if ref.column is not None else []
        if ref.place is not None and ref.place <= len(headers.names):
            names[ref.place - 1] = ref.name
        elif ref.which is not None and ref.which <= len(same):
            names[same[ref.which - 1]] = ref.name
        elif len(same) == 1 and headers.names.count(headers.names[same[0]]) > 1:
            names[same[0]] = ref.name  # by its ImportId, say
    return names


def list_parts(headers: Headers, column_map: ColumnMap, refs: Iterable[ColumnRef]) -> list[str]:
    """Return the columns of a file that have to be read to shape its rows."""
    texts = [part for ref in refs for part in ref.parts] + list(list_chosen(column_map).values())
    return list(dict.fromkeys(name for text in texts for name in headers.find(text)))


def list_chosen(column_map: ColumnMap) -> dict[str, str]:
    """Return the header each key of `where` means: the column of that id, else the column of that name."""
    roles = column_map.roles()
    return {key: roles[key].name if key in roles else key for key in column_map.where}


def shape_rows(
    frame: nw.LazyFrame[Any], headers: Headers, column_map: ColumnMap, refs: Iterable[ColumnRef], path: str
) -> Shape:
    """Return what a map makes of the rows of a frame, whose texts are looked at to find out what they mean."""
    made: dict[str, nw.Expr] = {}
    parts: dict[str, tuple[str, ...]] = {}
    for ref in refs:
        found = [headers.find(part) for part in ref.parts]
        # A column that is not there, or there twice, is found out where columns are matched.
        if found and all(len(names) == 1 for names in found):
            parts[ref.name] = tuple(names[0] for names in found)
            made[ref.name] = _make(frame, ref, parts[ref.name])
    keeps: nw.Expr | None = None
    for key, column in list_chosen(column_map).items():
        names = headers.find(column)
        if key in column_map.constants:
            _match_values([str(column_map.constants[key])], column_map.where[key], key, path)
        elif len(names) == 1:
            kept = _keep(frame, names[0], column_map.where[key], key, path)
            keeps = kept if keeps is None else keeps & kept
            parts[KEPT] = (*parts.get(KEPT, ()), names[0])
    return Shape(made, parts, keeps, f"{CHOICE}{', '.join(column_map.where)}")


def _make(frame: nw.LazyFrame[Any], ref: ColumnRef, names: Sequence[str]) -> nw.Expr:
    if ref.join:
        # As `fold_id` has it: joined, 1.0 would no longer be seen to be 1.
        given = [nw.col(name).cast(nw.String).str.strip_chars() for name in names]
        is_whole = [text.str.contains(r"^[0-9]+\.0+$") for text in given]
        texts = [
            nw.when(whole).then(text.str.replace_all(r"\.0+$", "")).otherwise(text)
            for whole, text in zip(is_whole, given, strict=True)
        ]
        is_blank = nw.any_horizontal(*[text.is_null() | (text == nw.lit("")) for text in texts], ignore_nulls=True)
        return nw.when(~is_blank).then(nw.concat_str(*texts, separator=ref.between))
    # Each option has the answer where it is ticked, nothing where it is not, and else its own text with its column.
    options = dict(zip(names, (ref.options or {}).values(), strict=True))
    folded = {name: {each.text: fold_code(each.text) for each in list_distinct(frame, {name: name})} for name in names}
    # Some platforms write the option itself in its column: an answer No is then no missing tick.
    is_named = all({"", fold_code(answer)}.issuperset(folded[name].values()) for name, answer in options.items())
    cells = []
    for name, answer in options.items():
        ticks = {fold_code(answer)} - {""} if is_named else _TICKED
        ticked = [text for text, meant in folded[name].items() if meant in ticks]
        other = [text for text, meant in folded[name].items() if meant not in ticks | _NOT_TICKED]
        cell, nothing = nw.col(name).cast(nw.String), nw.lit(None, dtype=nw.String)
        # Alone, a text such as 2 might pass for an answer.
        strange = nw.concat_str(cell, nw.lit(f" in {name}"))
        kept = nw.when(cell.is_in(other)).then(strange) if other else nothing
        cells.append(nw.when(cell.is_in(ticked)).then(nw.lit(answer)).otherwise(kept) if ticked else kept)
    return nw.concat_str(*cells, separator=" and ", ignore_nulls=True)


def _keep(frame: nw.LazyFrame[Any], name: str, values: Sequence[str], key: str, path: str) -> nw.Expr:
    """Return whether a row has one of the values in a column; a blank cell is the value ``""``."""
    kept = _match_values([each.text for each in list_distinct(frame, {name: name})], values, key, path)
    cell = nw.col(name).cast(nw.String).fill_null("")
    return cell.is_in([*kept, ""] if "" in values else kept)


def _match_values(found: Sequence[str], values: Sequence[str], key: str, path: str) -> list[str]:
    """Return the texts that are one of some values; none at all is a problem."""
    wanted = {fold_text(fold_id(value)) for value in values}
    kept = [text for text in found if fold_text(fold_id(text)) in wanted]
    if not kept and "" not in wanted:
        raise EmptyChoice(key, values, [text for text in found if text.strip()], path)
    return kept
