"""The terminal as Rich sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions
from rich.segment import Segment

from sos_score.characters import make_visible


class PlainConsole(Console):
    """A console that shows control characters instead of sending them, and whose reader may go before the end."""

    def render(self, renderable: Any, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is printed, piece by piece."""
        for piece in super().render(renderable, options):
            yield piece if piece.control else piece._replace(text=make_visible(piece.text))

    def on_broken_pipe(self) -> None:
        """Pass on that nobody reads any more; Rich would end with exit code 1, as if something were wrong."""
        raise BrokenPipeError
