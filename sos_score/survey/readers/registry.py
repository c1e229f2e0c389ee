"""Which reader opens which file; a new reader is one module here, its sign in `content`, and its line in `READERS`."""

from __future__ import annotations

import errno
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sos_score.errors import InvalidSurvey, Problem, guess_file
from sos_score.inputs import check_file
from sos_score.survey.platforms.registry import check_platform, read_as_platform
from sos_score.survey.readers.content import ODS, PARQUET, SPSS, STATA, TEXT, XLS, XLSX, identify, unpack
from sos_score.survey.readers.csv import open_csv
from sos_score.survey.readers.export import AS_FOUND, Export, ReadingOptions
from sos_score.survey.readers.parts import holds_many, open_parts
from sos_score.temporary import private_folder

# A reader is given the file, its name as the user gave it, a folder for what it has to write out, and how to read it.
Reader = Callable[[Path, str, Path, ReadingOptions], AbstractContextManager[Export]]


def _import_workbook() -> Reader:
    from sos_score.survey.readers.workbook import open_workbook

    return open_workbook


def _import_labelled() -> Reader:
    from sos_score.survey.readers.labelled import open_labelled

    return open_labelled


def _import_parquet() -> Reader:
    from sos_score.survey.readers.parquet import open_parquet

    return open_parquet


# Most files are text, and need no other reader.
READERS: dict[str, Callable[[], Reader]] = {
    TEXT: lambda: open_csv,
    XLSX: _import_workbook,
    XLS: _import_workbook,
    ODS: _import_workbook,
    SPSS: _import_labelled,
    STATA: _import_labelled,
    PARQUET: _import_parquet,
}
_WORKBOOKS = (XLSX, XLS, ODS)


@contextmanager
def open_export(name: str, options: ReadingOptions = AS_FOUND, file: Path | None = None) -> Iterator[Export]:
    """Open a survey export for reading; ``-`` is standard input, unless `file` is where it has been copied to.

    A folder, a pattern or an address is one export in parts; see `open_parts`.
    """
    check_platform(options.platform)
    with private_folder() as folder:
        if file is None and holds_many(name):
            _check_options(PARQUET if options.header_row is None else TEXT, name, options)
            with open_parts(name, folder, options) as parts:
                yield read_as_platform(parts, options.platform)
            return
        path = unpack(file or find_file(name, folder), name, folder)
        kind = identify(path, name)
        _check_options(kind, name, options)
        with READERS[kind]()(path, name, folder, options) as export:
            yield read_as_platform(export, options.platform)


def _check_options(kind: str, name: str, options: ReadingOptions) -> None:
    """Raise `InvalidSurvey` where a file cannot have what the user says it has."""
    if options.sheet is not None and kind not in _WORKBOOKS:
        message = f"has no sheet '{options.sheet}': it is no workbook"
        raise InvalidSurvey([Problem(message, name, hint="leave out --sheet", rule="sheet")])
    if options.header_row is not None and kind not in (TEXT, *_WORKBOOKS):
        message = "names its columns in a place of its own, not in a row"
        raise InvalidSurvey([Problem(message, name, hint="leave out --header-row", rule="header")])


def find_file(name: str, folder: Path) -> Path:
    """Return the file to read; standard input is copied to `folder`."""
    if name == "-":
        path = folder / "stdin"
        with path.open("wb") as stream:
            shutil.copyfileobj(sys.stdin.buffer, stream)
        return path
    path = Path(name)
    if path.suffix.lower() in (".yaml", ".yml"):
        hint = "a definition is named with -i, a column map with -c"
        raise InvalidSurvey([Problem("is no file of answers (YAML)", name, hint=hint, rule="file")])
    try:
        check_file(path)
        with path.open("rb"):
            return path
    except OSError as error:
        message, hint = f"cannot be read ({error.strerror})", guess_file(path)
        if error.errno == errno.EINVAL:
            hint = "give - for the file, and pipe the answers in"
        raise InvalidSurvey([Problem(message, name, hint=hint, rule="file")]) from None
