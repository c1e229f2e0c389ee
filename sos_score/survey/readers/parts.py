"""One survey in many files: a folder, a pattern of names, or the address of an object store."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from glob import glob, has_magic
from pathlib import Path, PurePosixPath

from sos_score.errors import InvalidSurvey, Problem, clip, describe_failure
from sos_score.notes import note
from sos_score.survey.readers.content import PARQUET, TEXT, identify, unpack
from sos_score.survey.readers.csv_parts import open_csv_parts
from sos_score.survey.readers.export import Export, ReadingOptions
from sos_score.survey.readers.folders import read_folders

STORES = ("s3", "s3a", "gs", "gcs", "az", "azure", "adl", "abfs", "abfss", "file")
"""The kinds of address that Polars reads."""

_SUFFIXES = (".parquet", ".pq", ".csv", ".csv.gz", ".tsv", ".tsv.gz")
_TEXTS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_BATCH, _PIECE = 50_000, 1 << 20
_ONE_BY_ONE = "give other kinds of file one by one, by their names"


def is_address(name: str) -> bool:
    """Return whether a name is an address (``s3://bucket/survey/``)."""
    return _ADDRESS.match(name) is not None


def holds_many(name: str) -> bool:
    """Return whether a name may stand for several files: a folder, a pattern that no file is called, or an address."""
    if is_address(name):
        return True
    path = Path(name)
    return name != "-" and ((has_magic(name) and not path.is_file()) or path.is_dir())


def list_files(name: str) -> list[Path]:
    """Return the files that a folder holds or a pattern finds; what Spark writes beside its parts is none of them.

    A name of one file, and an address, are returned as they are.
    """
    if not holds_many(name) or is_address(name):
        return [Path(name)]
    found: list[Path] = []
    names = [name] if Path(name).is_dir() else sorted(glob(name, recursive=True))  # noqa: PTH207 - any path may be named
    for path in map(Path, names):
        if path.is_dir():
            inside = (each for each in path.rglob("*") if each.name.lower().endswith(_SUFFIXES))
            found += sorted(each for each in inside if not _is_hidden(each.relative_to(path)))
        elif not _is_hidden(Path(path.name)):
            found.append(path)
    # Spark leaves parts without a row empty.
    return [each for each in dict.fromkeys(found) if each.is_file() and each.stat().st_size]


def hash_files(files: Iterable[Path]) -> str:
    """Return the SHA-256 of what files hold, one after another."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    return digest.hexdigest()


def name_inputs(names: Iterable[str]) -> Iterator[str | Path]:
    """Yield what may be read for some names: the names, and the files that patterns find."""
    for name in names:
        yield name
        if holds_many(name) and not Path(name).is_dir():
            yield from list_files(name)


def name_stem(name: str) -> str:
    """Return what a file of results is called after: the file, or what is fixed in a pattern or an address.

    Examples
    --------
    >>> name_stem("data/t1.csv"), name_stem("survey/"), name_stem("survey/*/*.parquet"), name_stem("t1-*.csv")
    ('t1', 'survey', 'survey', 't1')
    >>> name_stem("s3://bucket/2026/staff.parquet"), name_stem("*.csv")
    ('staff', 'survey')
    """
    if not is_address(name) and not has_magic(name):
        return Path(name).stem or Path(name).resolve().name
    fixed = re.split(r"[*?\[]", name.partition("://")[2] or name)[0]
    return PurePosixPath(fixed).stem.rstrip("-_.") or "survey"


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


@contextmanager
def open_parts(name: str, folder: Path, options: ReadingOptions) -> Iterator[Export]:
    """Open what `holds_many` says may be many files as one survey."""
    if is_address(name):
        with _open_address(name, folder, options) as export:
            yield export
        return
    files = list_files(name)
    if not files:
        message = "holds no CSV or Parquet file" if Path(name).is_dir() else "no file has a name like this"
        raise InvalidSurvey([Problem(message, name, rule="file")])
    kinds = {path: _identify(path, _make_folder(folder, "head")) for path in files}
    strange = [path for path, kind in kinds.items() if kind not in (TEXT, PARQUET) or kind != kinds[files[0]]]
    if strange:
        alike = kinds[files[0]] in (TEXT, PARQUET) and kinds[strange[0]] in (TEXT, PARQUET)
        message = (
            f"is no file like {files[0]}" if alike else "is neither CSV nor Parquet, and is found in a survey of parts"
        )
        hint = "give a pattern of one of the kinds, such as 'survey/*.csv'" if alike else _ONE_BY_ONE
        raise InvalidSurvey([Problem(message, str(path), hint=hint, rule="file") for path in strange[:20]])
    keys, values = read_folders(files)
    about = (note("read_in_parts", count=len(files)),) if len(files) > 1 else ()
    if kinds[files[0]] == PARQUET:
        from sos_score.survey.readers.parquet import open_parquet_parts

        yield open_parquet_parts(files, name, keys, about)
        return
    parts = [(path, str(path), own) for path, own in zip(files, values, strict=True)]
    with open_csv_parts(parts, name, keys, _make_folder(folder, "parts"), options, about=about) as export:
        yield export


def _identify(path: Path, folder: Path) -> str:
    try:
        return identify(unpack(path, str(path), folder), str(path))
    except OSError as error:
        message = f"cannot be read ({describe_failure(error)})"
        raise InvalidSurvey([Problem(message, str(path), rule="file")]) from None


def _make_folder(folder: Path, name: str) -> Path:
    path = folder / name
    path.mkdir(exist_ok=True)
    return path


@contextmanager
def _open_address(name: str, folder: Path, options: ReadingOptions) -> Iterator[Export]:
    """Open what Polars finds at an address: Parquet where it lies; text is copied here first, to be looked at."""
    kind = name.partition("://")[0].lower()
    if kind not in STORES:
        message = f"is an address of a kind that is not read ({kind}://; {', '.join(STORES)})"
        raise InvalidSurvey([Problem(message, name, rule="file")])
    if not name.lower().endswith(_TEXTS):
        from sos_score.survey.readers.parquet import open_parquet_address

        # A folder of Spark's has other files too, of which Polars will have none.
        is_file = name.lower().endswith(_SUFFIXES) or has_magic(name)
        yield open_parquet_address(name if is_file else f"{name.rstrip('/')}/**/*.parquet", name)
        return
    copies = _copy_texts(name, _make_folder(folder, "copies"))
    keys, values = read_folders([PurePosixPath(address) for address, _ in copies])
    parts = [(path, address, own) for (address, path), own in zip(copies, values, strict=True)]
    about = (note("read_in_parts", count=len(parts)),) if len(parts) > 1 else ()
    with open_csv_parts(parts, name, keys, _make_folder(folder, "parts"), options, about=about) as export:
        yield export


def _copy_texts(address: str, folder: Path) -> list[tuple[str, Path]]:
    """Copy the text files at an address, line by line as Polars streams them, and return each with its own address."""
    import polars as pl

    copies: dict[str, Path] = {}
    # No text has this separator: each line is one cell.
    try:
        lines = pl.scan_csv(
            address,
            has_header=False,
            separator="\0",
            quote_char=None,
            schema={"line": pl.String},
            include_file_paths="\x1faddress",
            raise_if_empty=False,
        )
        for batch in lines.collect_batches(chunk_size=_BATCH, maintain_order=True):
            for (own,), rows in batch.partition_by("\x1faddress", as_dict=True, maintain_order=True).items():
                path = copies.setdefault(str(own), folder / f"{len(copies)}.txt")
                with path.open("a", encoding="utf-8", newline="") as stream:
                    stream.writelines(f"{line}\n" for line in rows["line"].fill_null("").to_list())
    except (pl.exceptions.PolarsError, OSError) as error:
        said = clip(str(error).splitlines()[0].removeprefix("object-store error: "), 160)
        raise InvalidSurvey([Problem(f"cannot be read ({said})", address, rule="file")]) from None
    if not copies:
        raise InvalidSurvey([Problem("has no header line", address, rule="header")])
    return list(copies.items())
