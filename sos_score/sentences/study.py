"""What study has to say, by code."""

from __future__ import annotations

from collections.abc import Callable

STUDY: dict[str, str | Callable[..., str]] = {}
