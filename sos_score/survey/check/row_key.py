"""What names a row of a survey: no two rows may have it in common."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import narwhals as nw

from sos_score.errors import Problem
from sos_score.survey.columns import UNIQUE_ROLES, Columns

MANY = 3
"""People who are there twice; fewer are named one by one, and may be slips."""


@dataclass(frozen=True)
class RowKey:
    """The ids that together name a row."""

    # role (respondent, wave, ...) to column, in the order of messages; empty where rows name nobody
    columns: Mapping[str, str]
    # the roles of which one at least has to be filled: a row without any names nobody, and is like no other
    named_by: tuple[str, ...]

    def read(self, cells: Mapping[str, object]) -> tuple[str, ...] | None:
        """Return the key of a row, by role; None where it names nobody. White space around an id is none of it."""
        texts = {role: show_id(cells.get(role)) for role in self.columns}
        return tuple(texts.values()) if any(texts[role] for role in self.named_by) else None

    def expressions(self, schema: Mapping[str, nw.dtypes.DType]) -> tuple[list[nw.Expr], nw.Expr]:
        """Return the same for a frame: the key's columns under their roles, and whether a row names anybody."""
        cells = {role: show_cell(column, schema) for role, column in self.columns.items()}
        is_named = nw.any_horizontal(*[cells[role] != nw.lit("") for role in self.named_by], ignore_nulls=True)
        return [cell.alias(role) for role, cell in cells.items()], is_named


def find_key(columns: Columns) -> RowKey:
    """Return what must name each row of an export once."""
    has_pair = {"rater", "target"} <= set(columns.ids)
    if "respondent" not in columns.ids and not has_pair:
        return RowKey({}, ())
    roles = {role: columns.ids[role] for role in UNIQUE_ROLES if role in columns.ids}
    return RowKey(roles, ("respondent",) if "respondent" in roles else tuple(roles))


def show_id(value: object) -> str:
    """Return an id as text; None and NaN, which frames have for what is not there, are nothing."""
    is_nothing = value is None or (isinstance(value, float) and math.isnan(value))
    return "" if is_nothing else str(value).strip()


def show_cell(column: str, schema: Mapping[str, nw.dtypes.DType]) -> nw.Expr:
    """Return a column of ids as text, as `show_id` does."""
    dtype, cell = schema[column], nw.col(column)
    is_nothing = cell.is_null() | cell.is_nan() if dtype.is_float() else cell.is_null()
    return nw.when(~is_nothing).then(cell.cast(nw.String)).otherwise(nw.lit("")).str.strip_chars()


def lacks_wave(columns: Columns, repeated: int, people: int) -> bool:
    """Return whether so many people are there more than once that the wave seems to be in no column."""
    is_stated = "wave" in columns.ids or "wave" in columns.constants
    return not is_stated and "respondent" in columns.ids and repeated >= MANY and 2 * repeated >= people


def ask_for_wave(repeated: int, people: int, columns: Columns, path: str = "", line: int | None = None) -> Problem:
    """Return one problem for people who are there twice, in place of one for each of them."""
    message = f"{repeated:,} of {people:,} respondents are there more than once, and no column says the wave"
    hint = "name it in a column map (wave: COLUMN); of waves in files of their own, constants: {wave: T1}"
    join = ask_for_join(columns)
    return Problem(message, path, line, columns.ids["respondent"], f"{hint}; {join}" if join else hint, "duplicate")


def ask_for_join(columns: Columns) -> str:
    """Return what tells people of several sites apart who have one id; empty where no column says the site."""
    who = next((role for role in ("respondent", "target") if role in columns.ids), "")
    if not who or "site" not in columns.ids:
        return ""
    ids = f"{columns.ids['site']}, {columns.ids[who]}"
    return f"where each site numbers its own, join the two in a column map: {who}: {{join: [{ids}]}}"
