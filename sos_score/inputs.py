"""Files that are read: files they must be, and files of settings must be small ones."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

MOST_OF_SETTINGS = 1_000_000
"""Bytes of a definition, study, map or key: the longest of them that was seen has a tenth of that."""
MOST_OF_MANIFEST = 100_000_000


def check_file(path: Path, most: int | None = None) -> None:
    """Raise `OSError` unless a path leads to a file, which a pipe that nobody writes to is not, nor a device."""
    found = path.stat()
    if not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", str(path))
    if most is not None and found.st_size > most:
        raise OSError(errno.EFBIG, f"it is larger than {most // 1_000_000} MB", str(path))


def read_small(path: Path, most: int = MOST_OF_SETTINGS) -> bytes:
    """Return what a file holds; raise `OSError` where it is no file or too large to be what it should."""
    check_file(path, most)
    return path.read_bytes()


def name_files(paths: Iterable[str]) -> dict[str, str]:
    """Return what to call files in results: their paths from the folder that holds them all, with slashes.

    Where on a machine the folder lies, and whose it is, goes into no result. Standard input and addresses stay.

    Examples
    --------
    >>> name_files(["/home/anna/study/study.yaml", "/home/anna/study/data/t1.csv", "-"])
    {'-': '-', '/home/anna/study/study.yaml': 'study.yaml', '/home/anna/study/data/t1.csv': 'data/t1.csv'}
    """
    asked = list(dict.fromkeys(paths))
    names = {path: path for path in asked if path == "-" or "://" in path}
    files = [path for path in asked if path not in names]
    places = {path: Path(os.path.normpath(Path(path).absolute())) for path in files}
    try:
        folder = os.path.commonpath([place.parent for place in places.values()]) if files else ""
        found = {path: place.relative_to(folder).as_posix() for path, place in places.items()}
    except ValueError:  # two drives of Windows
        found = {path: place.name for path, place in places.items()}
    # Two files of one name would be taken for one wherever rows are grouped by their file.
    return names | (found if len(set(found.values())) == len(files) else {path: path for path in files})
