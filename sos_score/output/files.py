"""Files of results: whole or not at all, and never over another file unasked."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from sos_score.errors import InvalidOutput, InvalidRequest, Problem, describe_failure

FORMATS = {".csv": "csv", ".json": "json", ".xlsx": "xlsx", ".parquet": "parquet", ".sav": "sav", ".md": "markdown"}
SCORE_FORMATS = ("csv", "json", "xlsx", "parquet", "sav")
WHOLE_FORMATS = ("xlsx", "parquet", "sav")  # cannot be written row by row


def choose_format(asked: str | None, output: str | None, allowed: tuple[str, ...] = SCORE_FORMATS) -> str:
    """Return the format asked for, else the one the output's suffix says, else ``table``."""
    known = ("table", *allowed)
    if asked is not None and asked not in known:
        raise InvalidRequest(f"no format '{asked}' (formats: {', '.join(known)})")
    if asked is not None:
        chosen = asked
    elif output in (None, "-"):
        chosen = "table"
    else:
        suffix = Path(str(output)).suffix.lower()
        chosen = FORMATS.get(suffix, "")
        if chosen not in allowed:
            raise InvalidRequest(f"cannot tell a format from '{output}'; give --format ({', '.join(allowed)})")
    if chosen == "table" and output not in (None, "-"):
        raise InvalidRequest(f"a table goes to the terminal; for a file give --format ({', '.join(allowed)})")
    if chosen in WHOLE_FORMATS and output in (None, "-"):
        raise InvalidRequest(f"{chosen} needs a file (--output results.{chosen})")
    return chosen


def check_output(path: Path, *, force: bool, inputs: Iterable[str | Path] = ()) -> None:
    """Raise `InvalidOutput` unless `path` can be written, without touching it; never over one of the `inputs`."""
    if path.is_file() and any(Path(each).is_file() and path.samefile(each) for each in inputs):
        message = "is an input of this command, and would be replaced"
        raise InvalidOutput([Problem(message, str(path), hint="choose another name", rule="output")])
    if path.is_dir():
        raise InvalidOutput([Problem("is a folder", str(path), rule="output")])
    if not path.parent.is_dir():
        raise InvalidOutput([Problem(f"there is no folder '{path.parent}'", str(path), rule="output")])
    if path.exists() and not force:
        message = "already exists; add --force to replace it, or choose another name"
        raise InvalidOutput([Problem(message, str(path), rule="output")])


@contextmanager
def replace_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `path` when the block ends well, and leaves no trace when it does not."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("wb") as stream:
            yield stream
        os.replace(beside, path)  # noqa: PTH105 - Path.replace is the same call, this says what it does
    except OSError as error:
        raise refuse_writing(error, str(path)) from None
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


def refuse_writing(error: OSError, name: str) -> InvalidOutput:
    """Return the problem of a file that cannot be written."""
    return InvalidOutput([Problem(f"cannot be written ({describe_failure(error)})", name, rule="output")])


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Put every file in its place, making folders; where one cannot be written, leave all as it was before."""
    tag = secrets.token_hex(4)
    kept: list[Path] = []
    path = Path()
    try:
        with ExitStack() as undo:
            for path in dict.fromkeys(each.parent for each in contents if not each.parent.exists()):
                path.mkdir()
                undo.callback(path.rmdir)
            parts = {path: path.with_name(f".{path.name}.{tag}.part") for path in contents}
            for path, part in parts.items():
                undo.callback(part.unlink, missing_ok=True)
                part.write_bytes(contents[path])
            for path, part in parts.items():
                if path.exists():
                    kept.append(path.with_name(f".{path.name}.{tag}.old"))
                    path.replace(kept[-1])
                    undo.callback(kept[-1].replace, path)
                else:
                    undo.callback(path.unlink, missing_ok=True)
                part.replace(path)
            undo.pop_all()
    except OSError as error:
        raise refuse_writing(error, str(path)) from None
    for path in kept:
        path.unlink()


def write_text(text: str, output: str | None, *, force: bool, inputs: Iterable[str | Path] = ()) -> None:
    """Write text to a file, or to standard output where `output` is None or ``-``; see `check_output`."""
    if output in (None, "-"):
        sys.stdout.write(text)
        return
    path = Path(str(output))
    check_output(path, force=force, inputs=inputs)
    with replace_file(path) as stream:
        stream.write(text.encode())
