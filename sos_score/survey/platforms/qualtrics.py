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
_KEYS = {text: name for name, text in _OWN.items()}
_ONLY_HERE = {"recordeddate", "responseid", "responseset", "distributionchannel", "duration (in seconds)"}
_DATES = {"startdate", "enddate", "recordeddate"}
_DIGIT = re.compile(r"\d")
_LEAST = 3
_PREVIEW = frozenset({"survey preview", "survey preview spam", "spam (survey preview)", "offline survey preview"})
_PREVIEW_CODES = frozenset({"1", "9", "17"})
_TEST = frozenset({"survey test", "test response", "2"})
_NO = frozenset({"false", "0", "no"})


def recognise(head: Head) -> bool:
    """Return whether a file has a row of ImportIds, or the platform's own columns."""
    if _find_import_ids(head) is not None or any(map(_IMPORT_ID.search, head.header)):
        return True
    pairs = zip(head.header, head.rows[0] if head.rows else (), strict=False)
    if any(_name_own((name,)) and _name_own((name,)) == _name_own((text,)) for name, text in pairs):
        return True  # no answer is what its column is called
    rows = ({_name_own((name,)) for name in row} for row in (head.header, *head.rows[:1]))
    return any(len(known - {""}) >= _LEAST and known & _ONLY_HERE for known in rows)


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
    texts = [[text.strip() for text in column[1:] if not _IMPORT_ID.search(text)] for column in cells]
    aliases = [filter(None, [own, *named]) for own, named in zip(ids, texts, strict=True)]
    # With ImportIds there is no doubt which column is the platform's: a question may be called Status as well.
    named = [fold_text(own) for own in ids] if any(ids) else list(map(_name_own, cells))
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


def _name_own(cells: tuple[str, ...]) -> str:
    """Return which of the platform's own columns the names of one are; nothing for a question."""
    names = [_KEYS.get(folded, folded) for folded in map(fold_text, cells)]
    return next((name for name in names if name in _OWN), "")


def _is_text_row(head: Head) -> bool:
    """Return whether the first row names the columns once more: in English words, or in words where dates belong."""
    if not head.rows:
        return False
    pairs = list(zip(head.header, head.rows[0], strict=True))
    if any(_name_own((name,)) in _DATES and text.strip() and not _DIGIT.search(text) for name, text in pairs):
        return True
    own = [(name, text) for name, text in pairs if _name_own((text,))]
    if own:
        return all(_name_own((name,)) in ("", _name_own((text,))) for name, text in own)
    # Where somebody deleted the platform's own columns: a question stands once, and has several words.
    texts = [text for text in head.rows[0] if text.strip()]
    below = {cell for row in head.rows[1:] for cell in row}
    return (
        not any(map(_name_own, zip(head.header)))
        and bool(texts)
        and all(" " in text and text not in below for text in texts)
    )


def _list_rules(named: list[str]) -> tuple[RowRule, ...]:
    rules = []
    for place, name in enumerate(named):
        if name == "status":
            rules.append(RowRule("preview", place, _PREVIEW | _PREVIEW_CODES))
            rules.append(RowRule("test", place, _TEST))
        elif name == "distributionchannel":
            rules.append(RowRule("preview", place, frozenset({"preview"})))
            rules.append(RowRule("test", place, frozenset({"test"})))
    return tuple(rules)


def _find_partial(named: list[str]) -> RowRule | None:
    place = next((place for place, name in enumerate(named) if name == "finished"), None)
    return None if place is None else RowRule("partial", place, _NO)
