"""A study in, a folder for R and Python out: data, judged rows and scripts, all of them or none."""

from __future__ import annotations

import secrets
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from sos_score.comparison.compare import compare_study
from sos_score.errors import InvalidOutput, InvalidRequest, Problem
from sos_score.export.judged import JUDGED
from sos_score.export.scripts import make_scripts
from sos_score.export.tables import make_tables
from sos_score.output.delimited import disarm_formulas
from sos_score.output.files import check_output, write_files
from sos_score.output.terminal import announce, show_progress
from sos_score.study.file import read_study
from sos_score.study.links import read_links
from sos_score.study.load import load_study_data
from sos_score.survey.pseudonyms import KEY_BYTES, Pseudonyms, read_key
from sos_score.words import count

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class ExportRequest:
    """What to hand over, and where."""

    # a study file, and the folder to write
    study: str
    folder: str
    key_file: Path | None = None  # the key of the pseudonyms; None for one that is made for this export and thrown away
    keep_ids: bool = False  # whether ids stay as they are in the study's files
    force: bool = False
    quiet: bool = False


def export_study(request: ExportRequest) -> None:
    """Write the folder of a study; raise `InvalidInput` or `InvalidRequest` where that cannot be."""
    folder = _check(request)
    key = read_key(request.key_file) if request.key_file else secrets.token_bytes(KEY_BYTES)
    file = read_study(Path(request.study))
    data = load_study_data(file)
    announce(f"Comparing {count(len(data.outcomes), 'scale')} between sites and waves", quiet=request.quiet)
    with show_progress(quiet=request.quiet) as track:
        comparison = compare_study(data, JUDGED, track=track, judged_only=True)
    rename = str if request.keep_ids else Pseudonyms(key).name
    tables = make_tables(data, comparison, read_links(file), rename)
    contents = {folder / name: text.encode() for name, text in make_scripts(data).items()}
    for name, frame in tables.items():
        contents |= {folder / f"{name}.csv": _make_csv(frame), folder / f"{name}.parquet": _make_parquet(frame)}
    inputs = [each.path for each in data.inputs]
    for path in contents if folder.is_dir() else ():
        check_output(path, force=request.force, inputs=[*inputs, *filter(None, [request.key_file])])
    write_files(contents, force=request.force)
    if not request.quiet:
        print(_describe(request, tables), file=sys.stderr)  # noqa: T201 - a message


def _check(request: ExportRequest) -> Path:
    if Path(request.study).suffix.lower() not in (".yaml", ".yml"):
        raise InvalidRequest(f"a folder is made from a study file (.yaml), not from '{request.study}'")
    if not request.folder:
        raise InvalidRequest("--output is empty; name a folder")
    if request.keep_ids and request.key_file:
        raise InvalidRequest("--ids keeps the ids as they are, and --key-file hashes them; give one of the two")
    folder = Path(request.folder)
    if folder.exists() and not folder.is_dir():
        raise InvalidOutput([Problem("is a file, not a folder", str(folder), hint="name a folder", rule="output")])
    if not folder.parent.is_dir():
        raise InvalidOutput([Problem(f"there is no folder '{folder.parent}'", str(folder), rule="output")])
    return folder


def _make_csv(frame: pl.DataFrame) -> bytes:
    return disarm_formulas(frame).write_csv().encode()


def _make_parquet(frame: pl.DataFrame) -> bytes:
    target = BytesIO()
    frame.write_parquet(target)
    return target.getvalue()


def _describe(request: ExportRequest, tables: dict[str, pl.DataFrame]) -> str:
    ids = "the ids of the study's files" if request.keep_ids else "pseudonyms in place of ids"
    sheets = tables["scores"].select("source", "instrument", "sheet").n_unique() if tables["scores"].width else 0
    judged = count(tables["judged_rows"].height, "judged row")
    return (
        f"{request.folder}: scores and answers of {count(sheets, 'answer sheet')}, with {ids}, and {judged}\n"
        "It holds answers of single people: keep it where the exports are kept.\n"
        "next, inside the folder: Rscript judged_rows.R"
    )
