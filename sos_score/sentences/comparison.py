"""What comparison has to say, by code."""

from __future__ import annotations

from collections.abc import Callable

COMPARISON: dict[str, str | Callable[..., str]] = {
    "few_hidden": "groups of fewer than {least} people are not shown",
}
