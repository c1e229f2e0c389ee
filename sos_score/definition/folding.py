"""When two texts count as the same answer."""

from __future__ import annotations

import unicodedata

_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u2060"))


def fold_text(text: str) -> str:
    r"""Return `text` with Unicode form, case, white space and invisible marks folded away.

    Two answers are the same when their folded texts are; nothing else is guessed.

    Parameters
    ----------
    text : str
        A label or a cell as found.

    Returns
    -------
    str
        NFKC, case-folded, white space collapsed, byte-order marks removed.

    Examples
    --------
    >>> fold_text("\ufeff Very\u00a0 OFTEN ")
    'very often'
    """
    visible = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    # Case folding can undo NFKC (a few compatibility letters), so it is applied to the result again.
    return " ".join(unicodedata.normalize("NFKC", visible.casefold()).split())
