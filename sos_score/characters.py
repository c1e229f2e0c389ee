"""Characters that a terminal, a viewer or a build service acts on instead of showing them."""

from __future__ import annotations

import re

# C0 and C1 controls, DEL, separators of lines and paragraphs, and marks that turn the direction of what follows.
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_HIDDEN = re.compile(f"[{_CONTROLS}]")
_HIDDEN_IN_LINE = re.compile(f"[{_CONTROLS}\t\n]")


def make_visible(text: str, *, one_line: bool = False) -> str:
    r"""Return a text whose control characters are written out; tabs and line ends too where it has to be one line.

    Examples
    --------
    >>> make_visible("red\x1b[31m\n"), make_visible("a\n::error::b", one_line=True)
    ('red\\x1b[31m\n', 'a\\n::error::b')
    """
    return (_HIDDEN_IN_LINE if one_line else _HIDDEN).sub(lambda found: repr(found[0])[1:-1], text)


def find_hidden(text: str, *, one_line: bool = False) -> str:
    r"""Return the first control character of a text, written out, or nothing; tabs and line ends count in one line.

    Examples
    --------
    >>> find_hidden("a\tb\n"), find_hidden("a\u202eb")
    ('', '\\u202e')
    """
    found = (_HIDDEN_IN_LINE if one_line else _HIDDEN).search(text)
    return make_visible(found[0], one_line=True) if found else ""
