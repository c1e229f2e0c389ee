"""What is going on, on standard error where that is a terminal: a line a stage, and a bar for long draws."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sos_score.statistics.progress import Track


def announce(stage: str, *, quiet: bool = False) -> None:
    """Say which stage of the work begins; nothing is said off a terminal."""
    if not quiet and sys.stderr.isatty():
        print(f"{stage} ...", file=sys.stderr, flush=True)  # noqa: T201 - a message


@contextmanager
def show_progress(*, quiet: bool = False) -> Iterator[Track | None]:
    """Give what follows the steps of a long piece of work, None off a terminal; the bar goes once the work is done."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress

    from sos_score.output.delimited import open_console

    with Progress(console=open_console(to_stderr=True), transient=True) as bar:
        yield lambda steps, what: bar.track(steps, description=what)
