"""What statistics has to say, by code."""

from __future__ import annotations

from collections.abc import Callable

STATISTICS: dict[str, str | Callable[..., str]] = {}
