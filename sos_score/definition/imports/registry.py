"""Which program's questionnaire a file is, by its suffix and its first line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sos_score.definition.imports.form import Answers, Form, refuse
from sos_score.definition.imports.limesurvey import read_limesurvey
from sos_score.definition.imports.openscales import read_openscales
from sos_score.definition.imports.qualtrics import read_qualtrics
from sos_score.definition.imports.tables import is_dictionary, read_dictionary, read_items, read_rows
from sos_score.errors import describe_failure

_MOST_BYTES = 20_000_000
_SUFFIXES = (".csv", ".lss", ".qsf", ".osd")


def read_form(path: Path, answers: Answers, first: int) -> Form:
    """Return the questionnaire in a file; a list of items has `answers`, and unnumbered codes begin at `first`."""
    suffix, name = path.suffix.lower(), str(path)
    if suffix not in _SUFFIXES:
        raise refuse(name, f"cannot be read as a questionnaire (files: {', '.join(_SUFFIXES)})")
    text = _read_text(path)
    if suffix == ".csv":
        header, _ = read_rows(text, name)
        form = read_dictionary(text, name) if is_dictionary(header) else read_items(text, name, answers)
    elif suffix == ".lss":
        form = read_limesurvey(text, name, first)
    else:
        form = (read_qualtrics if suffix == ".qsf" else read_openscales)(_read_json(text, name), name)
    if not form.items:
        kinds = ", ".join(sorted({each.value or each.reason.value for each in form.left_out})[:8])
        raise refuse(name, "has no question with one answer from a list" + (f" (it has: {kinds})" if kinds else ""))
    return form


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise refuse(str(path), f"is larger than {_MOST_BYTES // 1_000_000} MB, which no questionnaire is")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refuse(str(path), "is not UTF-8 text") from None
    except OSError as error:
        raise refuse(str(path), f"cannot be read ({describe_failure(error)})") from None
    if "\0" in text:
        raise refuse(str(path), "is not a text file")
    return text


def _read_json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        place = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise refuse(name, "is not JSON", place) from None
