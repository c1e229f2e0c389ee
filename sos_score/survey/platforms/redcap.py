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
_COMPLETE = re.compile(r"(?:.* )?complete\??")
_LEAST = 2


def recognise(head: Head) -> bool:
    """Return whether a file has the platform's own columns, as names or as labels."""
    names = head.names
    forms = sum(bool(_COMPLETE.fullmatch(name)) for name in names)
    words = len(_WORDS.intersection(names))
    is_record = bool(names) and names[0] in ("record id", "study id", "participant id")
    return bool(_OWN.intersection(names)) or words >= _LEAST or bool(is_record and (forms or words))


def lay_out(head: Head) -> Layout:
    """Return that the first column is the record, where a record has several rows."""
    return replace(keep_header(head), record=None if head.place(*_SPLIT) is None else 0)
