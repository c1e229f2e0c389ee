"""When two numbers in text count as the same code."""

from __future__ import annotations

import re

from sos_score.definition.folding import fold_text

WHOLE = re.compile(r"([-+]?[0-9]{1,300})(?:\.0*)?")


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
