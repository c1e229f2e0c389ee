"""Characters that a terminal, a viewer or a build service acts on instead of showing them."""

from __future__ import annotations

import re

# C0 and C1 controls, DEL, separators of lines and paragraphs, and marks that turn the direction of what follows.
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
# Without width, so that 'safe\u200bty' looks like 'safety'; and what is left of bytes that are no text.
_UNSEEN = "\xad\u200b\u2060\ufeff\ud800-\udfff"
# Texts, which are compiled when they are first needed: most commands need none of them.
_HIDDEN = f"[{_CONTROLS}]"
_HIDDEN_IN_LINE = f"[{_CONTROLS}\t\n]"
_UNSAFE_IN_LINE = rf"[{_CONTROLS}{_UNSEEN}\t\n]|(?<=##)\["


def make_visible(text: str, *, one_line: bool = False) -> str:
    r"""Return a text whose control characters are written out.

    Where it has to be one line, so are tabs, line ends and characters without width, and ``##[`` gets a backslash:
    the runner of GitHub takes it for a command wherever it stands.

    Examples
    --------
    >>> make_visible("red\x1b[31m\n"), make_visible("a\n::error::b ##[error]", one_line=True)
    ('red\\x1b[31m\n', 'a\\n::error::b ##\\[error]')
    """
    return re.sub(_UNSAFE_IN_LINE if one_line else _HIDDEN, _write_out, text)


def guard_start(line: str) -> str:
    """Return a line that begins with the path of a file, as no command: the runner of GitHub obeys ``::`` there.

    Examples
    --------
    >>> guard_start("::error::x.yaml:1: no item"), guard_start("x.yaml:1: no item")
    ('./::error::x.yaml:1: no item', 'x.yaml:1: no item')
    """
    return f"./{line}" if line.lstrip().startswith("::") else line


def find_hidden(text: str, *, one_line: bool = False) -> str:
    r"""Return the first control character of a text, written out, or nothing; tabs and line ends count in one line.

    Examples
    --------
    >>> find_hidden("a\tb\n"), find_hidden("a\u202eb")
    ('', '\\u202e')
    """
    if text.isprintable():  # nearly every text is, and this is seen at once
        return ""
    found = re.search(_HIDDEN_IN_LINE if one_line else _HIDDEN, text)
    return _write_out(found) if found else ""


def _write_out(found: re.Match[str]) -> str:
    return "\\[" if found[0] == "[" else repr(found[0])[1:-1]
