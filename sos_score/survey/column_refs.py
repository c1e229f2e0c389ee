"""Which column of an export is meant, where its header alone does not say so."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from sos_score.definition.model import Model, Text
from sos_score.definition.yaml.document import show_value

NUMBER = re.compile(r"\{(?P<width>n+)(?P<offset>[+-]\d{1,6})?\}")
_WAYS = ("column", "place", "join", "options")
_LETTERS = re.compile(r"[A-Za-z]{1,3}")


def _read_place(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    if isinstance(value, str) and _LETTERS.fullmatch(value):
        number = 0
        for letter in value.upper():
            number = number * 26 + ord(letter) - ord("A") + 1
        return number
    raise ValueError(f"{show_value(value)} is not a place (a number from 1, or a spreadsheet's letters)")


def _read_answer(value: object) -> str:
    if isinstance(value, int | str) and not isinstance(value, bool) and value != "":
        return str(value)
    raise ValueError(f"{show_value(value)} is not an answer (a code or a label)")


Place = Annotated[
    int | None,
    PlainValidator(_read_place),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[A-Za-z]{1,3}$"}]}),
]
OptionAnswer = Annotated[str, PlainValidator(_read_answer), WithJsonSchema({"type": ["integer", "string"]})]


class ColumnRef(Model):
    """A column of an export: by its header, or by what else tells it, or made of several columns.

    Attributes
    ----------
    column : str or None
        Its header, or what else the file calls it: its ImportId, its question, the code at the head of its header. A
        text in place of this mapping means the same. In ``items``, ``{n}`` is the item's number.
    which : int or None
        Which of several columns with that header, counted from 1.
    place : int or None
        Where it stands in the file, counted from 1; a spreadsheet's letters (``AB``) will do.
    join : list of str or None
        Columns whose texts together are the id (site and number); where one is blank, the id is.
    between : str
        What stands between the texts of ``join``.
    options : dict or None
        For a question with one column an option: each column, and the answer it stands for where it is ticked.
    """

    column: Text | None = None
    which: Annotated[int, Field(ge=1)] | None = None
    place: Place = None
    join: list[Text] | None = None
    between: str = "-"
    options: Annotated[dict[str, OptionAnswer], Field(min_length=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_text(cls, value: object) -> object:
        if isinstance(value, str):
            return {"column": value}
        if isinstance(value, dict | ColumnRef):
            return value
        raise ValueError(f"{show_value(value)} is not a column (its header as text, in quotes where it is a number)")

    @model_validator(mode="after")
    def _check_ways(self) -> ColumnRef:
        given = [name for name in _WAYS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"needs one of {', '.join(_WAYS)}, and has {' and '.join(given) or 'none'}")
        if self.join is not None and len(self.join) < 2:
            raise ValueError("'join' needs two columns or more")
        if self.which is not None and self.column is None:
            raise ValueError("'which' tells columns of one header apart, and needs 'column'")
        return self

    @property
    def name(self) -> str:
        """Return what the column is called in messages; see `map_export`, which gives it that header.

        Examples
        --------
        >>> ColumnRef(column="Q67", which=2).name, ColumnRef(join=["Site", "Number"]).name
        ('Q67 (2)', 'Site + Number')
        """
        if self.column is not None:
            return f"{self.column} ({self.which})" if self.which else self.column
        if self.options is not None:
            first, *_, last = [*self.options, *self.options]
            return f"{first} .. {last}"
        return " + ".join(self.join) if self.join else f"column {self.place}"

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the headers of the columns that this one is made of; none where it is a column itself."""
        return tuple(self.join or self.options or ())

    def fill(self, number: int) -> ColumnRef:
        """Return the column of the item with a number.

        Examples
        --------
        >>> ColumnRef(column="A[S{nn+1}]").fill(4).name
        'A[S05]'
        """
        data: dict[str, Any] = self.model_dump(exclude_none=True)
        if self.column:
            data["column"] = fill_number(self.column, number)
        if self.options:
            data["options"] = {fill_number(column, number): answer for column, answer in self.options.items()}
        return ColumnRef(**data)

    @property
    def has_number(self) -> bool:
        """Return whether the item's number is part of it."""
        texts = [self.column, *(self.options or ())]
        return any(NUMBER.search(text) for text in texts if text)


def fill_number(text: str, number: int) -> str:
    """Return a text with a number in place of ``{n}``, ``{nn}`` (two digits) or ``{n+3}`` (three more).

    Examples
    --------
    >>> fill_number("Q5_{nn}", 3), fill_number("Q{n+12}", 3)
    ('Q5_03', 'Q15')
    """
    return NUMBER.sub(lambda place: f"{number + int(place['offset'] or 0):0{len(place['width'])}}", text)
