"""When two texts count as the same answer."""

from __future__ import annotations

import re
import unicodedata

WHOLE = re.compile(r"([-+]?[0-9]{1,300})(?:\.0*)?")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u2060"))


def fold_text(text: str) -> str:
    r"""Return `text` with Unicode form, case, white space and invisible marks folded away.

    Two answers are the same when their folded texts are; nothing else is guessed.

    Examples
    --------
    >>> fold_text("\ufeff Very\u00a0 OFTEN ")
    'very often'
    """
    visible = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    # Case folding can undo NFKC (a few compatibility letters), so it is applied to the result again.
    return " ".join(unicodedata.normalize("NFKC", visible.casefold()).split())


def fold_code(text: str) -> str:
    """Return a text folded, and a whole number as it is usually written, so that ``01`` and ``1.0`` are ``1``.

    Examples
    --------
    >>> fold_code(" 01 "), fold_code("+5.0"), fold_code("Very  Often"), fold_code("4.5")
    ('1', '5', 'very often', '4.5')
    """
    folded = fold_text(text)
    number = WHOLE.fullmatch(folded)
    return str(int(number[1])) if number else folded
