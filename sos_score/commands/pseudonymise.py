"""A file to be shared: ids hashed with a key, what identifies people left out."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sos_score.commands.column_maps import pair_maps
from sos_score.commands.score_request import load_definitions
from sos_score.errors import InvalidRequest, InvalidSurvey, Problem, guess
from sos_score.output.files import check_output, create_file
from sos_score.survey.answers import build_answer_keys
from sos_score.survey.column_map import ColumnMap
from sos_score.survey.columns import Columns, match_columns
from sos_score.survey.mapped import open_mapped
from sos_score.survey.pseudonyms import Pseudonyms, is_open, make_key, read_key
from sos_score.survey.readers.export import AS_FOUND, Export, ReadingOptions
from sos_score.survey.shared_columns import PlainCells, SharedColumn, list_unmatched, plan_columns
from sos_score.words import count

_MOST_NAMED = 6


@dataclass(frozen=True)
class PseudonymRequest:
    """What to share, and how.

    Attributes
    ----------
    data : str
        An export; ``-`` is standard input.
    key_file : Path
        Where the key is, or is made where `new_key`.
    output : str
        A CSV file.
    instruments : tuple of str
        Ids or paths: their items are kept.
    ids, keep, drop : tuple of str
        Headers or patterns of columns to hash, to keep and to leave out.
    """

    data: str
    key_file: Path
    output: str
    instruments: tuple[str, ...] = ()
    column_maps: tuple[Path, ...] = ()
    ids: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    new_key: bool = False
    reading: ReadingOptions = AS_FOUND
    force: bool = False

    @property
    def inputs(self) -> tuple[str | Path, ...]:
        """Return every file the request reads; none of them is ever written to."""
        return (self.data, self.key_file, *self.instruments, *self.column_maps)


@dataclass(frozen=True)
class Shared:
    """What was written."""

    columns: tuple[SharedColumn, ...]
    rows: int  # rows written, without those that a platform's rule left out
    people: int  # different ids
    emptied: int  # cells that the file itself declares missing, written as blanks
    left_out: tuple[tuple[str, int], ...]


def share_file(request: PseudonymRequest) -> Shared:
    """Write a file of pseudonyms whole, or not at all."""
    target = Path(request.output)
    if target.suffix.lower() not in (".csv", ".txt"):
        raise InvalidRequest(f"a shared file is a CSV file (--output shared.csv, not '{request.output}')")
    if target.resolve() == request.key_file.resolve():
        raise InvalidRequest("the key file and the shared file are one")
    check_output(target, force=request.force, inputs=request.inputs)
    instruments = [each.instrument for each in load_definitions(request.instruments)]
    ((_, column_map),) = pair_maps([request.data], request.column_maps, instruments, "nothing was written")
    with open_mapped(request.data, column_map, instruments, request.reading) as opened, opened.normalise() as found:
        columns, problems = match_columns(found.headers, instruments, column_map, found.name)
        problems += _check_names(request, found)
        if problems:
            raise InvalidSurvey(problems, "nothing was written")
        export = found.select_rows(columns) if instruments else found
        plan = plan_columns(
            export, columns, request.ids, request.keep, [*request.drop, *_list_parts(column_map, columns)]
        )
        if not any(each.fate == "hashed" for each in plan):
            message = f"has no column that is known to hold ids (columns: {_list_some(export.header)})"
            hint = "name it: --id COLUMN, or a column map (--columns map.yaml)"
            raise InvalidSurvey([Problem(message, export.name, hint=hint, rule="id")], "nothing was written")
        names = Pseudonyms(make_key(request.key_file) if request.new_key else read_key(request.key_file))
        keys = build_answer_keys(instruments, column_map)
        items = {column: keys[item] for item, column in columns.items.items()}
        plain = {name: PlainCells(values, items.get(name)) for name, values in export.values.items()}
        kept = [each for each in plan if each.fate != "left out"]
        with create_file(target, force=request.force) as stream:
            rows, emptied = _write(export, kept, plain, names, stream)
    return Shared(tuple(plan), rows, names.people, emptied, tuple(export.left_out.items()))


def _list_parts(column_map: ColumnMap | None, columns: Columns) -> list[str]:
    """Return the columns that an id is made of: written as they are, they would name whom the id's hash does not."""
    parts = [part for ref in column_map.roles().values() for part in ref.join or ()] if column_map else []
    return [part for part in parts if part not in columns.ids.values()]


def _check_names(request: PseudonymRequest, export: Export) -> list[Problem]:
    """Return a problem for each column that is named and not there."""
    options = {"--id": request.ids, "--keep": request.keep, "--drop": request.drop}
    return [
        Problem(f"no column '{name}' ({option})", export.name, hint=guess(name, export.header), rule="column")
        for option, named in options.items()
        for name in list_unmatched(export, named)
    ]


def _write(
    export: Export,
    kept: Sequence[SharedColumn],
    plain: Mapping[str, PlainCells],
    names: Pseudonyms,
    stream: IO[bytes],
) -> tuple[int, int]:
    """Write the columns that are kept, and return how many rows, and how many cells were emptied."""
    rows = emptied = 0
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([each.name for each in kept])
    for _, cells in export.records():
        row = []
        for each in kept:
            cell = cells[each.place]
            if each.fate == "hashed":
                row.append(names.name(cell))
                continue
            shown = plain[each.name].write(cell) if each.name in plain else cell
            emptied += bool(cell) and not shown
            row.append(shown)
        writer.writerow(row)
        rows += 1
    text.flush()
    text.detach()
    return rows, emptied


def describe_shared(request: PseudonymRequest, shared: Shared) -> list[str]:
    """Return what was done, line by line."""
    lines = [f"{request.data}: {count(shared.rows, 'row')} written to {request.output}"]
    lines += [f"{count(number, 'row')} left out: {rule}" for rule, number in shared.left_out]
    for fate in ("hashed", "left out", "kept"):
        groups: dict[str, list[str]] = {}
        for each in shared.columns:
            if each.fate == fate:
                groups.setdefault(each.why, []).append(each.name)
        lines += [f"{fate}, {why}: {_list_some(names)}" for why, names in groups.items()]
    lines.append(f"{count(shared.people, 'different id')} hashed with {request.key_file}")
    if shared.emptied:
        lines.append(f"{count(shared.emptied, 'cell')} that the file declares missing written as blank")
    if is_open(request.key_file):
        lines.append(f"others on this computer can read {request.key_file}: chmod 600 {request.key_file}")
    if request.new_key:
        lines.append(f"Keep {request.key_file}, apart from the shared file: whoever has both can tell who is who.")
    return lines


def _list_some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:_MOST_NAMED])} and {more} more"
