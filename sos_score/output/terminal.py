"""A bar on standard error while random numbers are drawn, where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sos_score.output.delimited import open_console
from sos_score.statistics.progress import Track


@contextmanager
def show_progress(*, quiet: bool = False) -> Iterator[Track | None]:
    """Give what follows the steps of a long piece of work, None off a terminal; the bar goes once the work is done."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress

    with Progress(console=open_console(to_stderr=True), transient=True) as bar:
        yield lambda steps, what: bar.track(steps, description=what)
