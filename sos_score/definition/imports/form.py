"""What a questionnaire's file says, whichever program wrote it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sos_score.definition.text import fold_text, means_no_answer, read_number
from sos_score.errors import InvalidDefinition, Problem

_TAG = re.compile(r"<(style|script)\b.*?</\1>|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_LARGEST = 1_000_000  # a code beyond is an id


class Reason(StrEnum):
    """Why something in a file is not in the definition."""

    KIND = "kind"
    SEVERAL = "several"
    CODES = "codes"
    FEW = "few"
    ALONE = "alone"
    UNSCORED = "unscored"
    FORMULA = "formula"
    METHOD = "method"
    TRANSFORM = "transform"
    CUT_OFFS = "cut_offs"
    UNKNOWN = "unknown"
    NO_ANSWER = "no_answer"
    SPACING = "spacing"
    CONDITION = "condition"
    TWICE = "twice"


@dataclass(frozen=True)
class LeftOut:
    """Something that does not map, or maps with a doubt: its name in the file, why, and the value it is about."""

    name: str
    reason: Reason
    value: str = ""


@dataclass(frozen=True)
class Answers:
    """The answers of an item: their codes, the texts that mean no answer, and the own codes of an export."""

    labels: tuple[tuple[str, int | float], ...] = ()
    low: int | float = 1
    high: int | float = 5
    step: int | float | str | None = None
    missing: tuple[str, ...] = ()
    own_codes: tuple[tuple[str, int | float], ...] = ()


@dataclass(frozen=True)
class ImportedItem:
    """An item: the column of an export that holds it, and its answers."""

    column: str
    answers: Answers


@dataclass(frozen=True)
class ImportedScale:
    """A scale: its name in the file, its items by column with True where reversed, and how it is scored.

    `is_stated` is whether somebody says that these items make a score, or they only stand together in the file.
    """

    name: str
    items: Mapping[str, bool]
    score: str = "mean"
    is_stated: bool = False


@dataclass(frozen=True)
class Form:
    """A questionnaire as read."""

    items: tuple[ImportedItem, ...]
    scales: tuple[ImportedScale, ...] = ()
    left_out: tuple[LeftOut, ...] = field(default=())
    references: tuple[str, ...] = ()


def clean_text(text: object) -> str:
    """Return a text without HTML, on one line.

    Examples
    --------
    >>> clean_text("<b>Never</b>&nbsp;<br/>at all")
    'Never at all'
    """
    return " ".join(html.unescape(_TAG.sub(" ", str(text))).split())


def make_answers(options: Sequence[tuple[str, str]], first: int = 1) -> tuple[Answers | None, list[LeftOut]]:
    """Return the answers that pairs of code and text make, and what of them means no answer.

    Codes that are numbers are kept; where one is none, all are counted from `first` in the order of the file, and the
    file's own codes are kept beside them. No answers are returned where fewer than two have a code of their own.
    """
    apart = _list_apart([read_number(code) for code, _ in options])
    missing = [
        (code, text) for code, text in options if means_no_answer(clean_text(text)) or read_number(code) in apart
    ]
    kept = [pair for pair in options if pair not in missing]
    numbers = [read_number(code) for code, _ in kept]
    own: tuple[tuple[str, int | float], ...] = ()
    codes: list[int | float] = [number for number in numbers if number is not None]
    if len(codes) < len(kept):
        codes = list(range(first, first + len(kept)))
        own = tuple((code.strip(), counted) for (code, _), counted in zip(kept, codes, strict=True) if code.strip())
    if len(set(codes)) < max(2, len(codes)) or any(abs(code) > _LARGEST for code in codes):
        return None, []
    texts = [clean_text(text) for _, text in kept]
    folded = [fold_text(text) for text in texts]
    is_plain = all(texts) and len(set(folded)) == len(folded)
    # A text that is a number other than its code would be read as that number.
    is_plain = is_plain and all(read_number(text) in (None, code) for text, code in zip(texts, codes, strict=True))
    labels = tuple(sorted(zip(texts, codes, strict=True), key=lambda pair: pair[1])) if is_plain else ()
    is_run = sorted(codes) == list(range(int(min(codes)), int(min(codes)) + len(codes)))
    if not is_run and not is_plain:
        return None, []
    none = [
        each
        for code, text in missing
        for each in (clean_text(text), "" if own or _is_within(code, codes) else code.strip())
        if each
    ]
    answers = Answers(labels, min(codes), max(codes), None if is_run else "labels", tuple(dict.fromkeys(none)), own)
    return answers, [LeftOut(clean_text(text), Reason.NO_ANSWER, code) for code, text in missing]


def _list_apart(codes: Sequence[int | float | None]) -> set[int | float | None]:
    """Return the negative codes that are no answers: the others begin above 0 and do not mirror them.

    Examples
    --------
    >>> _list_apart([1, 2, 3, -1]), _list_apart([-2, -1, 0, 1, 2]), _list_apart([-1, 1])
    ({-1}, set(), set())
    """
    numbers = [code for code in codes if code is not None]
    negative: set[int | float | None] = {code for code in numbers if code < 0}
    rest = [code for code in numbers if code > 0]
    is_apart = len(rest) > 1 and 0 not in numbers and {-code for code in rest} != negative
    return negative if is_apart else set()


def _is_within(code: str, codes: Sequence[int | float]) -> bool:
    """Return whether a code that means no answer lies among those of answers, where a definition cannot have it."""
    number = read_number(code)
    return number is not None and min(codes) <= number <= max(codes)


def refuse(path: str, message: str, line: int | None = None) -> InvalidDefinition:
    """Return the problem of a file that cannot be read as what its name says it is."""
    return InvalidDefinition([Problem(message, path, line, rule="import")], "nothing was written")


def take(value: Any, kind: type, default: Any) -> Any:
    """Return a value of a JSON file if it is of a kind, else a default."""
    return value if isinstance(value, kind) and not (kind is int and isinstance(value, bool)) else default
