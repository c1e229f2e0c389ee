"""The few parts of Markdown that the pages of the reference are made of."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

_CODE = re.compile(r"`([^`]*\|[^`]*)`")


def make_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; no ``|`` in a cell ends it, in this site or on a forge."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_keep_bars(cell) for cell in line) + " |" for line in lines) + "\n"


def _keep_bars(cell: str) -> str:
    # A backslash before it is shown by one of them, and is needed by the other, inside code.
    as_html = _CODE.sub(lambda match: f"<code>{html.escape(match[1])}</code>", cell)
    return as_html.replace("|", "&#124;")


def use_single_ticks(text: str) -> str:
    """Return reStructuredText's double ticks as Markdown's single ones."""
    return text.replace("``", "`")
