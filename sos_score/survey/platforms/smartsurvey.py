"""SmartSurvey: questions in the first row, the rows and columns of grids in one or two rows under it."""

from __future__ import annotations

import re
from dataclasses import replace

from sos_score.survey.platforms.layout import Head, Layout, RowRule, keep_header, stack_header

_USER = ("userid", "user id")
_OWN = frozenset({"userno", "user no", "unique id", "started", "ended", "tracking id", "completed"})
_CODE = re.compile(r"(Q\d+)[.:)]\s*(.*)", re.DOTALL)
_EMPTY: frozenset[str] = frozenset()
_MOST = 2
_LEAST = 2


def recognise(head: Head) -> bool:
    """Return whether a file names its users as the platform does."""
    return head.place(*_USER) is not None and len(_OWN.intersection(head.names)) >= _LEAST


def lay_out(head: Head) -> Layout:
    """Return the rows of names, the numbers of questions, and whether a response was completed."""
    user = head.place(*_USER)
    under = 0
    while user is not None and under < _MOST and head.names_columns(under, user):
        under += 1
    rows = [head.header, *head.rows[:under]]
    layout = stack_header(rows, _EMPTY) if under else keep_header(head)
    codes = [_CODE.fullmatch(name.strip()) for name in layout.header]
    numbered = [
        (*names, code[1], code[2].strip()) if code and name == top.strip() else names
        for names, code, name, top in zip(layout.aliases, codes, layout.header, head.header, strict=True)
    ]
    return replace(layout, aliases=tuple(numbered), partial=_find_partial(head))


def _find_partial(head: Head) -> RowRule | None:
    status = head.place("status", "response status", "completed")
    if status is not None:
        return RowRule("partial", status, frozenset({"partial", "partial response", "incomplete", "no", "false"}))
    ended = head.place("ended")
    return None if ended is None else RowRule("partial", ended, frozenset({""}))
