"""When two texts count as the same answer."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# A comma before three digits may as well part thousands, so that such a number has no one meaning.
_NUMBER = re.compile(r"([-+]?)(?:([0-9]{1,300})(?:\.([0-9]{0,300})|,([0-9]{1,2}|[0-9]{4,300}))?|[.,]([0-9]{1,300}))")
ROUNDED_ID = r"(?i)^\d(?:[.,]\d+)?E\+\d{2,3}$"
"""What a spreadsheet makes of a long number (1.14628E+11): the last digits are lost, and with them who it was."""
SUMMARY_ID = (
    r"(?i)^\s*(?:(?:(?:grand |overall |sub-?)?(?:totals?|sums?|means?|averages?|medians?)(?: scores?)?)|overall|minimum"
    r"|maximum|counts?|std?\.? ?dev(?:iation)?\.?|standard deviations?)\s*(?:\(?n ?= ?[0-9]+\)?)?\s*:?\s*$"
)
"""What a spreadsheet calls a row that sums up those above it: such a row is nobody's answers.

SD, Max and N may be somebody's initials or name."""
DECIMAL_ZERO = r"^([0-9]+)\.0+$"
"""A whole number as a spreadsheet or a statistics program may write it; `fold_id` reads it so."""
_NO_ANSWER = re.compile(
    r"n/?a|not applicable|no answer|does not apply|(?:prefer|rather) not (?:to )?(?:say|answer)|(?:do(?:n't| not) know)"
    r"|declined? to answer|missing|not asked"
)
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u2060\xad"))
# Word processors and platforms write these each their own way.
_SAME = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u00b4`"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
}


def fold_text(text: str) -> str:
    r"""Return `text` with Unicode form, case, white space, invisible marks and the shape of quotes and dashes folded.

    Two answers are the same when their folded texts are; nothing else is guessed.

    Examples
    --------
    >>> fold_text("\ufeff Very\u00a0 OFTEN "), fold_text("Don\u2019t know \u2013 yet")
    ('very often', "don't know - yet")
    """
    # NFKC would part an acute accent that stands for an apostrophe from its space.
    visible = unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_INVISIBLE).translate(_SAME)
    # Case folding can undo NFKC (a few compatibility letters), so it is applied to the result again.
    return " ".join(unicodedata.normalize("NFKC", visible.casefold()).split())


def means_no_answer(text: str) -> bool:
    """Return whether one of the choices of a question says that it is not answered.

    Examples
    --------
    >>> means_no_answer("N/A"), means_no_answer("Prefer not to say."), means_no_answer("Not at all")
    (True, True, False)
    """
    return _NO_ANSWER.fullmatch(fold_text(text).strip(" .()")) is not None


@lru_cache(maxsize=1024)  # the answers of a survey are few, and each comes many times
def fold_code(text: str) -> str:
    """Return a text folded, and a number as it is usually written: ``01`` and ``1.0`` are ``1``, ``0,50`` is ``0.5``.

    Examples
    --------
    >>> fold_code(" 01 "), fold_code("+5.0"), fold_code("Very  Often"), fold_code("4,50"), fold_code("1,234")
    ('1', '5', 'very often', '4.5', '1,234')
    """
    folded = fold_text(text)
    number = _NUMBER.fullmatch(folded)
    if number is None:
        return folded
    sign, whole, *fractions = number.groups()
    fraction = next((part for part in fractions if part), "").rstrip("0")
    digits = str(int(whole or "0")) + (f".{fraction}" if fraction else "")
    return f"-{digits}" if sign == "-" and digits != "0" else digits


@lru_cache(maxsize=1024)
def read_number(text: str) -> float | None:
    """Return the number that a text is, whole where it is whole; None where it is none.

    Examples
    --------
    >>> read_number("04"), read_number("72,5"), read_number("4 or 5")
    (4, 72.5, None)
    """
    folded = fold_code(text)
    if _NUMBER.fullmatch(folded) is None:
        return None
    return float(folded) if "." in folded else int(folded)


def fold_id(text: str) -> str:
    """Return an id without white space around it, and a whole number as it is usually written: ``1.0`` is ``1``.

    A spreadsheet or a statistics program that takes ids for numbers writes them so. Case and leading zeros stay: they
    can tell two people apart.

    Examples
    --------
    >>> fold_id(" 12.0 "), fold_id("012"), fold_id("f1"), fold_id("1.10")
    ('12', '012', 'f1', '1.10')
    """
    stripped = text.strip()
    number = re.fullmatch(DECIMAL_ZERO, stripped)
    return number[1] if number else stripped


def loosen_id(text: str) -> str:
    """Return an id without what typing changes: case, white space, zeros in front, a decimal point behind.

    Examples
    --------
    >>> loosen_id(" f001 "), loosen_id("F1"), loosen_id("1.0"), loosen_id("01")
    ('f1', 'f1', '1', '1')
    """
    head = fold_code(text).replace(" ", "")
    digits = head.rstrip("0123456789")
    return digits + (head[len(digits) :].lstrip("0") or head[len(digits) :][-1:])
