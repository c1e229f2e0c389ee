"""REDCap: a row for each record, event and repeated form, so that most rows hold the answers to other forms."""

from __future__ import annotations

import re
from dataclasses import replace

from sos_score.survey.platforms.layout import Head, Layout, keep_header

_OWN = frozenset(
    {
        "redcap event name",
        "redcap repeat instrument",
        "redcap repeat instance",
        "redcap data access group",
        "redcap survey identifier",
    }
)
_WORDS = frozenset({"event name", "repeat instrument", "repeat instance", "data access group", "survey identifier"})
_SPLIT = ("redcap event name", "redcap repeat instrument", "event name", "repeat instrument")
_RECORD = ("record id", "study id", "participant id")
_COMPLETE = re.compile(r"(?:.* )?complete\??")
_LEAST = 2


def recognise(head: Head) -> bool:
    """Return whether a file has the platform's own columns, as names or as labels."""
    names = head.names
    forms = sum(bool(_COMPLETE.fullmatch(name)) for name in names)
    words = len(_WORDS.intersection(names))
    is_record = bool(names) and names[0] in _RECORD
    return bool(_OWN.intersection(names)) or words >= _LEAST or bool(is_record and (forms or words))


def lay_out(head: Head) -> Layout:
    """Return whether a record has several rows, and which column names it: the first, unless a report leaves it out."""
    if head.place(*_SPLIT) is None:
        return keep_header(head)
    first = None if head.names[0] in _OWN | _WORDS else 0
    named = head.place(*_RECORD)
    return replace(keep_header(head), has_forms=True, record=first if named is None else named)
