"""The process around a command: its streams, the signals that end it, and what it ends with."""

from __future__ import annotations

import codecs
import io
import os
import signal
import sys
from types import FrameType
from typing import TextIO

from sos_score.characters import make_visible

try:
    import resource
except ImportError:  # Windows, where no shell limits memory
    resource = None  # type: ignore[assignment] # typeshed knows it on this system

LEAST_MEMORY = 2 << 30
"""Bytes of address space below which the readers of data end or hang instead of saying why."""
_ENOUGH = 4 << 30
_PLAIN = "sos-score.plain"
# What stands for a sign that a console of Windows lacks, or a file that its shell writes: "?" has a meaning of its own.
_INSTEAD = {"\N{BLACK UP-POINTING TRIANGLE}": "^", "\N{BLACK DOWN-POINTING TRIANGLE}": "v", "\N{MINUS SIGN}": "-",
            "\N{RIGHTWARDS ARROW}": ">", "\N{LEFTWARDS ARROW}": "<"}  # fmt: skip
_STREAMS = {1: "standard output", 2: "standard error"}
CLOSED_PIPE = 128 + 13  # what a shell reports of a program that SIGPIPE ended


def prepare_streams() -> None:
    """Give a command the three streams it expects: where one was closed, files may not take its number.

    What is written to a closed standard output is lost, so it is an error there; messages are let go.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if number < 2 else os.O_WRONLY)  # takes the lowest number that is free
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.FileIO(0, "r", closefd=False))
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), "utf-8", write_through=True)
    if sys.stderr is None:
        sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), "utf-8", write_through=True)
    sys.stdout, sys.stderr = PlainStream(sys.stdout), PlainStream(sys.stderr)


def _put_instead(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for letters that a stream's character set lacks, as `codecs.register_error` asks."""
    assert isinstance(error, UnicodeEncodeError)
    lost = error.object[error.start : error.end]
    return "".join(_INSTEAD.get(letter, "?") for letter in lost), error.end


codecs.register_error(_PLAIN, _put_instead)


class _NamedStream(io.TextIOWrapper):
    """A text stream whose errors say which stream it is; a letter that it lacks is replaced and does not end a run."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(
            stream.buffer, stream.encoding, _PLAIN, line_buffering=bool(stream.line_buffering), write_through=True
        )

    def write(self, text: str) -> int:
        """Write a text, and return its length."""
        try:
            return super().write(text)
        except OSError as error:
            error.filename = error.filename or _STREAMS.get(self.fileno())
            raise


class PlainStream(_NamedStream):
    """A text stream that writes control characters out, so that no id or name can act on a terminal.

    `styled` is the same stream for what writes colours, and sees to control characters itself.
    """

    def __init__(self, stream: TextIO) -> None:
        self._first = stream  # closes its buffer when it is let go
        self.styled = _NamedStream(stream)
        super().__init__(stream)

    def write(self, text: str) -> int:
        """Write a text that can be shown, and return its length."""
        return super().write(make_visible(text))


def find_memory_limit() -> int | None:
    """Return the bytes of memory that the shell allows this process; None where it sets no limit."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0] if resource is not None else -1
    return limit if limit >= 0 else None


def find_little_memory() -> int | None:
    """Return the limit where it is too low for the readers of data; None where there is enough."""
    limit = find_memory_limit()
    return limit if limit is not None and limit < LEAST_MEMORY else None


def describe_memory_limit(limit: int) -> str:
    """Return what to say where a limit of memory is too low."""
    allow = f"allow {_ENOUGH >> 20:,} MB"
    return f"this process may use {limit >> 20:,} MB of memory (ulimit -v), which is too little; {allow}"


def end_on_signals() -> None:
    """Let SIGTERM and SIGHUP end a command as Ctrl+C does, so that it tidies up what it has begun."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # nohup has it ignored
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # the tidying is not to be ended
    raise SystemExit(128 + number)


def let_go_of_output() -> None:
    """Point standard output at nothing once its reader has gone, which is no fault at the end of the run."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
