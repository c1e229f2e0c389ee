"""What psychometrics has to say, by code."""

from __future__ import annotations

from collections.abc import Callable

PSYCHOMETRICS: dict[str, str | Callable[..., str]] = {}
