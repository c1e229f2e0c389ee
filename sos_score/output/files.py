"""Files of results: whole or not at all, and never over another file unasked."""

from __future__ import annotations

import codecs
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from sos_score.characters import make_visible
from sos_score.errors import InvalidOutput, InvalidRequest, Problem, describe_failure
from sos_score.temporary import open_part

FORMATS = {".csv": "csv", ".json": "json", ".xlsx": "xlsx", ".parquet": "parquet", ".sav": "sav", ".md": "markdown"}
SCORE_FORMATS = ("csv", "json", "xlsx", "parquet", "sav")
WHOLE_FORMATS = ("xlsx", "parquet", "sav")  # cannot be written row by row


def choose_format(asked: str | None, output: str | None, allowed: tuple[str, ...] = SCORE_FORMATS) -> str:
    """Return the format asked for, else the one the output's suffix says, else ``table``."""
    known = ("table", *allowed)
    if output == "":
        raise InvalidRequest("--output is empty; name a file")
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
            endings = ", ".join(f".{each}" for each in allowed)
            raise InvalidRequest(f"cannot tell a format from '{output}'; end the name in {endings}, or give --format")
    if chosen == "table" and output not in (None, "-"):
        raise InvalidRequest(f"a table goes to the terminal; for a file give --format ({', '.join(allowed)})")
    if chosen in WHOLE_FORMATS and output in (None, "-"):
        raise InvalidRequest(f"{chosen} needs a file (--output results.{chosen})")
    return chosen


def check_output(path: Path, *, force: bool, inputs: Iterable[str | Path] = ()) -> None:
    """Raise `InvalidOutput` unless `path` can be written, without touching it; never over one of the `inputs`."""
    if path == Path():
        raise InvalidOutput([Problem("the name of the output is empty", hint="give a file name", rule="output")])
    if path.is_file() and any(Path(each).is_file() and path.samefile(each) for each in inputs):
        message = "is an input of this command, and would be replaced"
        raise InvalidOutput([Problem(message, str(path), hint="choose another name", rule="output")])
    if path.is_dir():
        raise InvalidOutput([Problem("is a folder", str(path), rule="output")])
    around = next(
        (each for each in inputs if Path(each).is_dir() and Path(each).resolve() in path.resolve().parents), None
    )
    if around is not None:
        message = f"is inside '{around}', which this command reads: next time it would be read as answers"
        raise InvalidOutput([Problem(message, str(path), hint="choose another folder", rule="output")])
    if not path.parent.is_dir():
        raise InvalidOutput([Problem(f"there is no folder '{path.parent}'", str(path), rule="output")])
    if path.exists() and not path.is_file():
        message = "is not a file but a device or a pipe, which is never replaced"
        hint = "give the name of a file, or - for the screen"
        raise InvalidOutput([Problem(message, str(path), hint=hint, rule="output")])
    if path.is_symlink() and not path.exists():
        message = f"is a link to '{path.readlink()}', which is not there"
        raise InvalidOutput([Problem(message, str(path), hint="choose another name", rule="output")])
    if path.exists() and not force:
        raise _refuse_replacing(path)


def _refuse_replacing(path: Path) -> InvalidOutput:
    message = "already exists; add --force to replace it, or choose another name"
    return InvalidOutput([Problem(message, str(path), rule="output")])


@contextmanager
def create_file(path: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """Open a file that is put in its place when the block ends well; see `create_files`."""
    with create_files([path], force=force) as (stream,):
        yield stream


@contextmanager
def create_files(paths: Sequence[Path], *, force: bool) -> Iterator[list[IO[bytes]]]:
    """Open files that are put in their places when the block ends well; else all is left as it was before.

    Folders are made where they are lacking. Looking whether another file is there and taking the place are one act,
    so of two runs at once one is refused.
    """
    path = Path()
    try:
        with ExitStack() as parts, ExitStack() as undo:
            for path in dict.fromkeys(each.parent for each in paths if not each.parent.exists()):
                path.mkdir()
                undo.callback(path.rmdir)
            ready = [parts.enter_context(open_part((path := each).parent)) for each in paths]
            path = paths[0]
            yield [stream for _, stream in ready]
            for path, (part, stream) in zip(paths, ready, strict=True):
                was_there = force and path.exists()
                if was_there:
                    target = Path(os.path.realpath(path))
                    kept, held = parts.enter_context(open_part(target.parent))
                    _let_move(held)
                    shutil.copy2(target, kept)
                    undo.callback(os.replace, kept, target)
                _place(part, stream, path, force=force)
                if not was_there:
                    undo.callback(path.unlink, missing_ok=True)
            undo.pop_all()
    except OSError as error:
        raise refuse_writing(error, str(path)) from None


def write_files(contents: Mapping[Path, bytes], *, force: bool) -> None:
    """Put every file in its place, or none; see `create_files`."""
    with create_files(list(contents), force=force) as streams:
        for stream, content in zip(streams, contents.values(), strict=True):
            stream.write(content)


def _place(part: Path, stream: IO[bytes], path: Path, *, force: bool) -> None:
    """Move a finished file to its name: over another only with `force`, and then with that one's permissions."""
    stream.flush()
    _let_move(stream)
    target = Path(os.path.realpath(path)) if force else path  # a link stays one, and what it leads to is replaced
    part.chmod(stat.S_IMODE(target.stat().st_mode) if force and target.exists() else 0o666 & ~_read_umask())
    if force:
        os.replace(part, target)  # noqa: PTH105 - Path.replace is the same call, this says what it does
        return
    try:
        os.link(part, path)
    except FileExistsError:
        raise _refuse_replacing(path) from None
    except OSError:  # a file system without hard links: take the name first, then fill it
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            raise _refuse_replacing(path) from None
        os.replace(part, path)  # noqa: PTH105 - as above


def _let_move(stream: IO[bytes]) -> None:
    """Close a file on Windows, where one that is open cannot be moved."""
    if os.name == "nt":
        stream.close()


def _read_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def refuse_writing(error: OSError, name: str) -> InvalidOutput:
    """Return the problem of a file that cannot be written."""
    is_held = isinstance(error, PermissionError) and Path(name).is_file()
    hint = "close it where it is open, in Excel for instance" if is_held and os.name == "nt" else ""
    return InvalidOutput([Problem(f"cannot be written ({describe_failure(error)})", name, hint=hint, rule="output")])


def write_text(text: str, output: str | None, *, force: bool, inputs: Iterable[str | Path] = ()) -> None:
    """Write text to a file, or to standard output where `output` is None or ``-``; see `check_output`."""
    if output in (None, "-"):
        _print_text(text)
        return
    path = Path(str(output))
    check_output(path, force=force, inputs=inputs)
    with create_file(path, force=force) as stream:
        stream.write(text.encode())


def _print_text(text: str) -> None:
    """Write to standard output; what goes to a file or a program is UTF-8 there too, as it is in files.

    Windows would have it in a character set of its own, without the letters that this lacks.
    """
    if sys.stdout.isatty() or codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8":
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(make_visible(text).encode())
    sys.stdout.buffer.flush()
