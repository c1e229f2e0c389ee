"""Which reader opens which file; a new reader is one module here, and its suffixes in `READERS`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sos_score.errors import InvalidSurvey, Problem
from sos_score.survey.platforms.registry import check_platform, read_as_platform
from sos_score.survey.readers.csv import open_csv
from sos_score.survey.readers.export import AS_FOUND, Export, ReadingOptions

# A reader is given the file, its name as the user gave it, a folder for what it has to write out, and how to read it.
Reader = Callable[[Path, str, Path, ReadingOptions], AbstractContextManager[Export]]

READERS: dict[str, Reader] = {".csv": open_csv, ".tsv": open_csv, ".txt": open_csv}


@contextmanager
def open_export(name: str, options: ReadingOptions = AS_FOUND) -> Iterator[Export]:
    """Open a survey export for reading; ``-`` is standard input."""
    check_platform(options.platform)
    with tempfile.TemporaryDirectory(prefix="sos-score-") as folder:
        path = _find_file(name, Path(folder))
        reader = READERS.get(path.suffix.lower()) if name != "-" else open_csv
        if reader is None:
            kinds = ", ".join(READERS)
            raise InvalidSurvey([Problem(f"cannot read '{path.suffix}' files (reads {kinds})", name, rule="file")])
        with reader(path, name, Path(folder), options) as export:
            yield read_as_platform(export, options.platform)


def _find_file(name: str, folder: Path) -> Path:
    if name == "-":
        path = folder / "stdin"
        with path.open("wb") as stream:
            shutil.copyfileobj(sys.stdin.buffer, stream)
        return path
    path = Path(name)
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise InvalidSurvey([Problem(f"cannot be read ({error.strerror})", name, rule="file")]) from None
