"""Scores as an SPSS file: each variable with its label, its values with theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from sos_score.output.codebook import Variable
from sos_score.temporary import private_folder

if TYPE_CHECKING:
    import polars as pl

_RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}
_NAME, _LABEL, _VALUE_LABEL, _TITLE, _NOTE = 64, 255, 120, 64, 80  # bytes that SPSS allows
_STAMP = slice(92, 109)  # where the file says when it was made: day, then time
_FIXED = b"01 Jan 0000:00:00"
_FORMATS = {"id": "F8.0", "count": "F8.0"}
_DECIMALS = "F8.4"


def make_sav(frame: pl.DataFrame, variables: Iterable[Variable], title: str, notes: Sequence[str] = ()) -> bytes:
    """Return a frame as an SPSS data file."""
    import polars as pl
    import polars.selectors as cs
    import pyreadstat

    known = {each.name: each for each in variables}
    names = name_variables(frame.columns)
    columns = {new: known.get(old, Variable(old, old)) for old, new in names.items()}
    frame = frame.rename(names).with_columns(cs.by_dtype(pl.Null).cast(pl.String)).fill_nan(None)
    numeric = set(frame.select(cs.numeric()).columns)
    labels: dict[str, str | None] = {new: _label(columns[new].label, old, new) for old, new in names.items()}
    with private_folder() as folder:
        path = folder / "scores.sav"
        try:
            pyreadstat.write_sav(
                frame,
                path,
                file_label=shorten(title, _TITLE),
                column_labels=labels,
                note=[line for note in notes for line in wrap(_plain(note), _NOTE)],
                variable_value_labels=_label_values(columns, numeric),
                variable_measure={name: "nominal" if each.kind == "id" else "scale" for name, each in columns.items()},
                variable_format={name: _FORMATS.get(columns[name].kind, _DECIMALS) for name in numeric},
            )
        except pyreadstat.ReadstatError as error:  # the disk is full, or files of this size are not allowed
            raise OSError(str(error)) from None
        content = bytearray(path.read_bytes())
    content[_STAMP] = _FIXED
    return bytes(content)


def name_variables(columns: Iterable[str]) -> dict[str, str]:
    """Return a name that SPSS allows for each column: its own wherever that is one.

    Examples
    --------
    >>> name_variables(["wai_s_task", "Age band", "by", "BY", "2nd"])
    {'wai_s_task': 'wai_s_task', 'Age band': 'Age_band', 'by': 'v_by', 'BY': 'v_BY_2', '2nd': 'v_2nd'}
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        stem = re.sub(r"\W", "_", column).rstrip("_") or "v"
        if not stem[0].isalpha() or stem.casefold() in _RESERVED:
            stem = f"v_{stem}"
        name, number = _cut(stem, _NAME).rstrip("_"), 1
        while name.casefold() in taken:
            number += 1
            name = f"{_cut(stem, _NAME - len(str(number)) - 1)}_{number}"
        taken.add(name.casefold())
        names[column] = name
    return names


def shorten(text: str, size: int) -> str:
    """Return a text of at most `size` bytes in UTF-8, cut between words and marked where it is cut.

    Examples
    --------
    >>> shorten("a stronger bond", 15), shorten("a stronger bond", 14)
    ('a stronger bond', 'a stronger ...')
    """
    if len(text.encode()) <= size:
        return text
    kept = _cut(text, size - 3)
    return f"{kept[: kept.rfind(' ') + 1] or kept}..."


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def _plain(text: str) -> str:
    """Return a text in which a sign is a byte, as the lines of documents count."""
    return text.encode("ascii", "replace").decode()


def _label(label: str, column: str, name: str) -> str:
    renamed = f"{column}: {label}" if label != column else column
    return shorten(label if name == column else renamed, _LABEL)


def _label_values(columns: Mapping[str, Variable], numeric: set[str]) -> dict[str, Any]:
    """Return the labels of values; pyreadstat takes those of texts too, and its types do not say so."""
    return {
        name: {
            float(value) if name in numeric else value: shorten(label, _VALUE_LABEL)
            for value, label in each.values.items()
        }
        for name, each in columns.items()
        if each.values
    }
