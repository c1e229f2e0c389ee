"""Files that live no longer than a run: private, held while they are in use, and removed by the next run if left.

A run that is killed cannot tidy up. What it was writing is locked by it, so the lock is gone with it, and the next run
that writes to the same folder can tell what nobody holds from what another run is writing now.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed: that is lock enough
    fcntl = None  # type: ignore[assignment] # typeshed knows it on this system

SUFFIX = ".sos-score"
_PREFIX, _HELD = "sos-score-", "held"


@contextmanager
def open_part(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """Open a private file, removed in the end unless it was moved; what killed runs left in the folder goes first."""
    for left in folder.glob(f".*{SUFFIX}"):
        _remove_if_left(left, left)
    path, stream = _create(lambda: folder / f".{secrets.token_hex(8)}{SUFFIX}")
    try:
        with stream:
            yield path, stream
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder that only this user can read, and remove it in the end with all it holds."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        _remove_if_left(left / _HELD, left)
    held, stream = _create(lambda: Path(tempfile.mkdtemp(prefix=_PREFIX)) / _HELD)
    try:
        with stream:
            files = held.with_name("files")
            files.mkdir()
            yield files
    finally:
        shutil.rmtree(held.parent, ignore_errors=True)


def _create(name: Callable[[], Path]) -> tuple[Path, IO[bytes]]:
    """Create a file and hold it; where another run took it for one left behind before it was held, make another."""
    while True:
        path = name()
        stream = os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600), "w+b")
        if _try_to_hold(stream) is not False and path.exists():
            return path, stream
        stream.close()


def _try_to_hold(stream: IO[bytes]) -> bool | None:
    """Lock a file unless somebody holds it; return whether it is ours, None where files cannot be locked."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _remove_if_left(held: Path, left: Path) -> None:
    """Remove a file or folder of a run that has ended, which is one that is held no more."""
    with suppress(OSError):  # it is another user's, or is gone by now
        if fcntl is None:
            held.unlink()
        else:
            with held.open("r+b") as stream:
                if not _try_to_hold(stream):
                    return
                held.unlink()
        if left != held:
            shutil.rmtree(left, ignore_errors=True)
