"""How far a long piece of work is: passed on to whoever asked for it, for the library itself shows nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

Step = TypeVar("Step")


class Track(Protocol):
    """Passes steps on one by one, so that a caller can show how far the work is; `what` names the work."""

    def __call__(self, steps: Sequence[Step], what: str, /) -> Iterable[Step]:
        """Return the steps."""


def follow(track: Track | None, steps: Sequence[Step], what: str) -> Iterable[Step]:
    """Return the steps by way of `track`; without one, nobody follows."""
    return steps if track is None else track(steps, what)
