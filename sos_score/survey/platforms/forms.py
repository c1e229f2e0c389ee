"""Microsoft Forms and Google Forms: the question is the heading, and the row of a grid stands in brackets after it."""

from __future__ import annotations

import re
from collections import Counter

from sos_score.survey.platforms.layout import Head, Layout, keep_header

_MICROSOFT = frozenset({"start time", "completion time"})
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*", re.DOTALL)
_ROW = re.compile(r"(.*\S)\s*\[([^\[\]]+)\]\s*", re.DOTALL)


def recognise(head: Head) -> bool:
    """Return whether a file has the times that either writes, before the questions."""
    names = head.names
    if _MICROSOFT.issubset(names):
        return True
    is_dated = any(_DATE.fullmatch(row[0].strip()) for row in head.rows[:1])
    return names[0] == "timestamp" and is_dated and any(" " in name for name in head.header[1:])


def lay_out(head: Head) -> Layout:
    """Return the rows of grids: in brackets after the question, or after a full stop where questions share the stem."""
    stems = Counter(name.rpartition(".")[0] for name in head.header)
    aliases = []
    for name in head.header:
        row = _ROW.fullmatch(name)
        stem, _, statement = name.rpartition(".")
        if row:
            aliases.append([row[2].strip()])
        else:
            aliases.append([statement.strip()] if stem and statement.strip() and stems[stem] > 1 else [])
    return keep_header(head, aliases)
