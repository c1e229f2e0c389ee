"""The terminal as Rich sees it."""

from __future__ import annotations

from rich.console import Console


class PipedConsole(Console):
    """A console whose reader may go before the end, as ``head`` does, which the command line deals with."""

    def on_broken_pipe(self) -> None:
        """Pass on that nobody reads any more; Rich would end with exit code 1, as if something were wrong."""
        raise BrokenPipeError
