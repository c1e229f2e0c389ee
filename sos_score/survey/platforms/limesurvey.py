"""LimeSurvey: one row of headings (codes, questions or both), and a blank date of submission for partial answers."""

from __future__ import annotations

import re
from dataclasses import replace

from sos_score.survey.platforms.layout import Head, Layout, RowRule, fold_name, keep_header

# Each of the platform's own columns by its code and by its words.
_OWN = {
    "id": "response id",
    "submitdate": "date submitted",
    "lastpage": "last page",
    "startlanguage": "start language",
    "seed": "seed",
    "token": "access code",
    "startdate": "date started",
    "datestamp": "date last action",
    "ipaddr": "ip address",
    "refurl": "referrer url",
}
_ONLY_HERE = {"submitdate", "lastpage", "startlanguage", "datestamp", "date submitted", "start language", "last page"}
_CODE = re.compile(r"([A-Za-z][A-Za-z0-9_]*(?:\[[^\]]*\])*)(?:\. |: )(.*)", re.DOTALL)
_LEAST = 2


def recognise(head: Head) -> bool:
    """Return whether a file has the platform's own columns, in any of its headings."""
    both = [_split(name) for name in head.header]
    pairs = [(fold_name(code), fold_name(text)) for code, text in both if code]
    if any(_OWN.get(code) == text for code, text in pairs):
        return True
    names = [name for name in head.names if name in _OWN or name in _OWN.values()]
    return len(names) >= _LEAST and bool(_ONLY_HERE & set(names))


def lay_out(head: Head) -> Layout:
    """Return the codes at the head of headings, and where the date of submission is."""
    both = [_split(name) for name in head.header]
    own = [fold_name(code) if code else fold_name(name) for name, (code, _) in zip(head.header, both, strict=True)]
    place = next((place for place, name in enumerate(own) if name in ("submitdate", "date submitted")), None)
    partial = None if place is None else RowRule("partial", place, frozenset({"", "n/a"}))
    return replace(keep_header(head, [[code, text] if code else [] for code, text in both]), partial=partial)


def _split(name: str) -> tuple[str, str]:
    """Return the code at the head of a heading and the question after it; no code where there is none."""
    found = _CODE.fullmatch(name.strip())
    return (found[1], found[2].strip()) if found else ("", "")
