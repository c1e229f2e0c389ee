"""Qualtrics: names, questions and ImportIds in three rows; fewer in older exports and where somebody deleted one."""

from __future__ import annotations

import re
from dataclasses import replace

from sos_score.definition.text import fold_text
from sos_score.survey.platforms.layout import Head, Layout, RowRule, keep_header

_IMPORT_ID = re.compile(r"""["']ImportId["']+\s*:\s*["']+([^"']+)""")
_CHOICE = re.compile(r"""["']choiceId["']+\s*:\s*["']+([^"']+)""")
# The platform's own columns: what the first row calls them, and what the second does.
_OWN = {
    "startdate": "start date",
    "enddate": "end date",
    "status": "response type",
    "ipaddress": "ip address",
    "progress": "progress",
    "duration (in seconds)": "duration (in seconds)",
    "finished": "finished",
    "recordeddate": "recorded date",
    "responseid": "response id",
    "responseset": "responseset",
    "recipientlastname": "recipient last name",
    "recipientfirstname": "recipient first name",
    "recipientemail": "recipient email",
    "externalreference": "external data reference",
    "externaldatareference": "externaldatareference",
    "locationlatitude": "location latitude",
    "locationlongitude": "location longitude",
    "distributionchannel": "distribution channel",
    "userlanguage": "user language",
}
_ONLY_HERE = {"recordeddate", "responseid", "responseset", "distributionchannel", "duration (in seconds)"}
_LEAST = 3
_PREVIEW = frozenset({"survey preview", "survey preview spam", "spam (survey preview)", "offline survey preview"})
_PREVIEW_CODES = frozenset({"1", "9", "17"})
_TEST = frozenset({"survey test", "test response", "2"})
_NO = frozenset({"false", "0", "no"})


def recognise(head: Head) -> bool:
    """Return whether a file has a row of ImportIds, or the platform's own columns."""
    if _find_import_ids(head) is not None or any(map(_IMPORT_ID.search, head.header)):
        return True
    names = {fold_text(name) for row in (head.header, *head.rows[:1]) for name in row}
    known = {own for own, text in _OWN.items() if own in names or text in names}
    return len(known) >= _LEAST and bool(known & _ONLY_HERE)


def lay_out(head: Head) -> Layout:
    """Return which rows name the columns, and which of the others are previews, tests and partial."""
    row = _find_import_ids(head)
    if row is not None:
        above = [head.header, *head.rows[: row + 1]]
    elif _is_text_row(head):
        above = [head.header, *head.rows[:1]]
    else:
        above = [head.header]
    cells = list(zip(*above, strict=True))
    ids = [next((found for cell in column if (found := _read_import_id(cell))), "") for column in cells]
    aliases = [
        [own, *(text.strip() for text in column[1:] if text.strip() and not _IMPORT_ID.search(text))]
        if own
        else [text.strip() for text in column[1:] if text.strip()]
        for own, column in zip(ids, cells, strict=True)
    ]
    # With ImportIds there is no doubt which column is the platform's: a question may be called Status as well.
    named = [fold_text(own) for own in ids] if any(ids) else [fold_text(name) for name in head.header]
    return replace(
        keep_header(head, aliases),
        header_rows=len(above) - 1,
        not_answers=_list_rules(named),
        partial=_find_partial(named),
    )


def _find_import_ids(head: Head) -> int | None:
    found = (row for row, cells in enumerate(head.rows[:_LEAST]) if any(map(_IMPORT_ID.search, cells)))
    return next(found, None)


def _read_import_id(cell: str) -> str:
    found, choice = _IMPORT_ID.search(cell), _CHOICE.search(cell)
    if found is None:
        return ""
    return f"{found[1]}_{choice[1]}" if choice else found[1]


def _is_text_row(head: Head) -> bool:
    """Return whether the first row names the platform's own columns once more, in words."""
    if not head.rows:
        return False
    own = [
        (fold_text(name), fold_text(cell))
        for name, cell in zip(head.header, head.rows[0], strict=True)
        if fold_text(name) in _OWN or fold_text(cell) in _OWN
    ]
    return bool(own) and all(cell in (name, _OWN.get(name)) or cell in _OWN for name, cell in own)


def _list_rules(named: list[str]) -> tuple[RowRule, ...]:
    rules = []
    for place, name in enumerate(named):
        if name in ("status", "response type"):
            rules.append(RowRule("preview", place, _PREVIEW | _PREVIEW_CODES))
            rules.append(RowRule("test", place, _TEST))
        elif name == "distributionchannel":
            rules.append(RowRule("preview", place, frozenset({"preview"})))
            rules.append(RowRule("test", place, frozenset({"test"})))
    return tuple(rules)


def _find_partial(named: list[str]) -> RowRule | None:
    place = next((place for place, name in enumerate(named) if name == "finished"), None)
    return None if place is None else RowRule("partial", place, _NO)
