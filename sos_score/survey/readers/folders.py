"""What the names of folders say of the rows inside (``wave=T1/``), and whether the rows say the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from urllib.parse import unquote

from sos_score.errors import InvalidSurvey, Problem

Values = tuple[str | None, ...]

_KEY = re.compile(r"([^/=]+)=([^/]*)")
_NULL = "__HIVE_DEFAULT_PARTITION__"
_MOST_PROBLEMS = 20


def read_folder(path: PurePath) -> Mapping[str, str | None]:
    """Return the columns that the folders of a file name, each with its value.

    Examples
    --------
    >>> read_folder(PurePath("survey/wave=T1/site=01/part-0.parquet"))
    {'wave': 'T1', 'site': '01'}
    """
    pairs = (_KEY.fullmatch(part) for part in path.parts[:-1])
    return {pair[1]: None if pair[2] == _NULL else unquote(pair[2]) for pair in pairs if pair}


def read_folders(files: Sequence[PurePath]) -> tuple[tuple[str, ...], list[Values]]:
    """Return the columns that the names of folders give, and their values for each file."""
    found = [read_folder(path) for path in files]
    keys = tuple(found[0])
    odd = next((path for path, own in zip(files, found, strict=True) if tuple(own) != keys), None)
    if odd is not None:
        message = f"is in other kinds of folder than {files[0]}"
        hint = "the parts of one survey lie in folders of the same kind (wave=T1/, wave=T2/)"
        raise InvalidSurvey([Problem(message, str(odd), hint=hint, rule="file")])
    return keys, [tuple(own.values()) for own in found]


def refuse_contradictions(rows: Iterable[tuple[str, Mapping[str, str | None]]]) -> None:
    """Raise `InvalidSurvey` where a file says something else of a column than its folder; `rows` say what files say."""
    problems: dict[tuple[str, str], Problem] = {}
    for path, own in rows:
        folder = read_folder(PurePath(path))
        for column in sorted(own.keys() & folder.keys()):
            if (own[column] or None) != folder[column] and (path, column) not in problems:
                message = (
                    f"'{column}' is {_quote(own[column])} in the file, and its folder says {_quote(folder[column])}"
                )
                hint = "move the file, or correct the column: both say where the rows belong"
                problems[path, column] = Problem(message, path, hint=hint, rule="file")
    if problems:
        raise InvalidSurvey(list(problems.values())[:_MOST_PROBLEMS])


def _quote(value: str | None) -> str:
    return f"'{value}'" if value else "blank"
