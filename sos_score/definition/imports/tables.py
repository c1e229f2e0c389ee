"""Questionnaires that are tables: a list of items, and REDCap's data dictionary."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from sos_score.definition.imports.form import (
    Answers,
    Form,
    ImportedItem,
    ImportedScale,
    LeftOut,
    Reason,
    make_answers,
    refuse,
)
from sos_score.errors import InvalidDefinition, Problem

_SIGNS = {"": False, "+": False, "1": False, "+1": False, "forward": False, "no": False, "f": False}
_SIGNS |= {"-": True, "-1": True, "reversed": True, "reverse": True, "r": True, "yes": True, "\u2212": True}
_VARIABLE, _TYPE, _FORM = "variable / field name", "field type", "form name"
_CHOICES = "choices, calculations, or slider labels"
# What the API of REDCap calls the same columns.
_API_NAMES = {
    "field_name": _VARIABLE,
    "field_type": _TYPE,
    "form_name": _FORM,
    "select_choices_or_calculations": _CHOICES,
}
_CHOICE = re.compile(r"\s*([^,]*?)\s*,\s*(.*)", re.DOTALL)
_ONE_OF = ("radio", "dropdown")
_BOTH = {"yesno": ("1, Yes | 0, No"), "truefalse": ("1, True | 0, False")}


def read_rows(text: str, path: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header, folded, and the rows with their lines."""
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [
            (reader.line_num, [cell.strip() for cell in row]) for row in reader if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise refuse(path, f"is not CSV ({error})", reader.line_num) from None
    if len(rows) < 2:
        raise refuse(path, "has no row below its header")
    header = [_API_NAMES.get(cell.casefold(), cell.casefold()) for cell in rows[0][1]]
    return header, [(line, [*row, *[""] * (len(header) - len(row))]) for line, row in rows[1:]]


def is_dictionary(header: Sequence[str]) -> bool:
    """Return whether a header is that of a REDCap data dictionary."""
    return _TYPE in header and _FORM in header


def read_items(text: str, path: str, answers: Answers) -> Form:
    """Return the form that a list of items makes: a row (id, scale, sign) for each item of each scale."""
    header, rows = read_rows(text, path)
    if "id" not in header:
        raise refuse(path, f"has no column 'id' (columns: {', '.join(header)}; wanted: id, and scale and sign)", 1)
    problems: list[Problem] = []
    scales: dict[str, dict[str, bool]] = {}
    items: list[str] = []
    for line, row in rows:
        cells = dict(zip(header, row, strict=False))
        item, scale, sign = cells["id"], cells.get("scale", ""), cells.get("sign", "").casefold()
        if not item:
            problems.append(Problem("a row without an id", path, line, rule="import"))
        elif sign not in _SIGNS:
            message = f"sign '{cells['sign']}' is neither + nor - (also 1, -1, forward, reversed)"
            problems.append(Problem(message, path, line, item, rule="import"))
        elif item in scales.get(scale, {}) or (item in items and not scale):
            message = f"is there twice, in scale '{scale}'" if scale else "is there twice"
            problems.append(Problem(message, path, line, item, rule="import"))
        else:
            items += [item] if item not in items else []
            scales.setdefault(scale, {})[item] = _SIGNS[sign]
    if problems:
        raise InvalidDefinition(problems, "nothing was written")
    named = tuple(
        ImportedScale(name or "total", made, is_stated=True)
        for name, made in scales.items()
        if name or len(scales) == 1
    )
    return Form(tuple(ImportedItem(item, answers) for item in items), named)


def read_dictionary(text: str, path: str) -> Form:
    """Return the form of a REDCap data dictionary: each instrument of the project is a scale."""
    header, rows = read_rows(text, path)
    if _VARIABLE not in header:
        raise refuse(path, "is a data dictionary without the column 'Variable / Field Name'", 1)
    items: list[ImportedItem] = []
    left_out: list[LeftOut] = []
    scales: dict[str, dict[str, bool]] = {}
    for _, row in rows:
        cells = dict(zip(header, row, strict=False))
        name, kind, choices = cells[_VARIABLE], cells[_TYPE].casefold(), cells.get(_CHOICES, "")
        answers, doubts = _read_field(kind, choices)
        if kind == "descriptive":
            continue
        if answers is None:
            left_out.append(_explain_field(name, kind, choices))
            continue
        items.append(ImportedItem(name, answers))
        left_out += doubts
        scales.setdefault(cells.get(_FORM, "") or "total", {})[name] = False
    return Form(tuple(items), tuple(map(ImportedScale, scales, scales.values())), tuple(dict.fromkeys(left_out)))


def _read_field(kind: str, choices: str) -> tuple[Answers | None, list[LeftOut]]:
    if kind == "slider":
        return Answers((), 0, 100, "any"), []
    if kind not in _ONE_OF and kind not in _BOTH:
        return None, []
    found = [_CHOICE.fullmatch(part) for part in _BOTH.get(kind, choices).split("|")]
    pairs = [(match[1], match[2]) for match in found if match]
    return make_answers(pairs) if len(pairs) == len(found) else (None, [])


def _explain_field(name: str, kind: str, choices: str) -> LeftOut:
    if kind == "calc":
        return LeftOut(name, Reason.FORMULA, choices)
    if kind == "checkbox":
        return LeftOut(name, Reason.SEVERAL)
    if kind in _ONE_OF:
        return LeftOut(name, Reason.CODES, choices)
    return LeftOut(name, Reason.KIND, kind)
