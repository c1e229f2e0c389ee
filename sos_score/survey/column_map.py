"""Where an export's columns differ from the definition's ids: a file of the user's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.responses import MissingCodes, Number
from sos_score.definition.model import Model
from sos_score.definition.yaml.document import Document, Loc, name_place, read_yaml
from sos_score.definition.yaml.errors import error_places, locate_errors, salvage
from sos_score.errors import InvalidDefinition, Problem, guess
from sos_score.survey.answer_maps import PlatformCodes, check_answer_maps
from sos_score.survey.vendor_scores import VendorScores

_NUMBER = re.compile(r"\{(n+)\}")


class ColumnMap(Model):
    """Where an export's columns differ from the definition's ids.

    Attributes
    ----------
    format : int
        The version of this file format.
    respondent : str or None
        The column that says who answered.
    site : str or None
        The column that says where.
    wave : str or None
        The column that says when.
    rater : str or None
        The column that says who rated, where somebody is rated.
    target : str or None
        The column that says who or what was rated.
    others : dict
        Further id columns to keep, by the name they get.
    constants : dict
        Ids that are the same for the whole file (``wave: T1`` where each wave has its own file).
    items : dict
        Item id to column. ``wais_{n}: Q5_{n}`` maps every item of that form; ``{nn}`` is the number in two digits.
    labels : dict
        Further answer texts, by response scale or item: ``{never_always: {7 (always): 7}}``. Where several instruments
        have one of that name, ``wai-s/never_always``.
    codes : dict of PlatformCodes
        A platform's own codes, by response scale or item as for `labels`; they replace the definition's codes.
    missing : dict
        Further codes and texts that mean "no answer", by reason.
    t_scores : dict
        T-scores that arrive ready-made, by instrument; its items are then not looked for.
    """

    format: Literal[1] = 1
    respondent: str | None = None
    site: str | None = None
    wave: str | None = None
    rater: str | None = None
    target: str | None = None
    others: dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")], str] = {}
    constants: dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")], str | int] = {}
    items: dict[str, str] = {}
    labels: dict[str, dict[str, Number]] = {}
    codes: dict[str, PlatformCodes] = {}
    missing: dict[str, MissingCodes] = {}
    t_scores: dict[str, VendorScores] = {}

    def named_roles(self) -> dict[str, str]:
        """Return the columns of the roles that have a key of their own."""
        named = {role: getattr(self, role) for role in ("respondent", "site", "wave", "rater", "target")}
        return {role: column for role, column in named.items() if column is not None}

    def roles(self) -> dict[str, str]:
        """Return the id columns the map names, by the name they get."""
        return self.named_roles() | self.others


def read_column_map(path: Path, instruments: Iterable[Instrument] = ()) -> ColumnMap:
    """Read and check a column map.

    Parameters
    ----------
    path : Path
        A YAML file.
    instruments : iterable of Instrument
        What the export will be scored with; with none, only the form of the map is checked.

    Returns
    -------
    ColumnMap
        Which column holds which item and id, and what codes and labels mean.

    Raises
    ------
    InvalidDefinition
        With every problem of the file, each with its line.
    """
    document = read_yaml(path)
    problems = list(document.problems)
    if not isinstance(document.data, dict):
        problems.append(document.problem((), "is not a column map (a mapping of keys)", rule="yaml"))
        raise InvalidDefinition(problems)
    try:
        column_map = ColumnMap.model_validate(document.data)
    except ValidationError as error:
        problems += locate_errors(error, document, ColumnMap)
        column_map = salvage(error, document.data, ColumnMap) or ColumnMap()
        if any(place[:1] == ("codes",) for place, _ in error_places(error, document.data)):
            # Which numbers a platform leaves free for missing codes is not known, nor which answers lack a code.
            codes = {key: each.model_copy(update={"collapse": True}) for key, each in column_map.codes.items()}
            column_map = column_map.model_copy(update={"missing": {}, "codes": codes})
    instruments = list(instruments)
    if instruments:
        problems += check_column_map(column_map, instruments, document)
    if problems:
        raise InvalidDefinition(sorted(problems, key=lambda problem: problem.line or 0))
    return column_map


def check_column_map(
    column_map: ColumnMap, instruments: Iterable[Instrument], document: Document | None = None
) -> list[Problem]:
    """Return what of a column map fits none of the instruments; `document` gives each problem its line."""
    instruments = list(instruments)
    items = {item: responses for instrument in instruments for item, responses in instrument.responses.items()}
    found: list[tuple[Loc, str, str]] = [
        (("items", key), f"no item '{key}'", guess(key, items))
        for key in column_map.items
        if not any(_fill_pattern(key, "", item) is not None for item in items)
    ]
    folder = Path(document.path).parent if document is not None else None
    found += check_answer_maps(column_map.labels, column_map.codes, column_map.missing, instruments, folder)
    named = column_map.named_roles()
    found += [
        (("others", name), f"'{name}' is a key of its own, and names another column ('{named[name]}')", "")
        for name in column_map.others
        if name in named
    ]
    found += list(_check_t_scores(column_map, {instrument.id: instrument for instrument in instruments}))
    return [_place(loc, message, hint, document) for loc, message, hint in found]


def _check_t_scores(column_map: ColumnMap, known: Mapping[str, Instrument]) -> Iterator[tuple[Loc, str, str]]:
    for name, vendor in column_map.t_scores.items():
        if name not in known:
            yield ("t_scores", name), f"no instrument '{name}' is scored here ({', '.join(known)})", guess(name, known)
            continue
        scales = list(known[name].scales)
        for scale in vendor.scales:
            if scale not in scales:
                message = f"no scale '{scale}' (scales: {', '.join(scales)})"
                yield ("t_scores", name, "scales", scale), message, guess(scale, scales)


def _place(loc: Loc, message: str, hint: str, document: Document | None) -> Problem:
    if document is not None:
        return document.problem(loc, message, hint=hint, rule="column-map")
    return Problem(message, where=name_place(loc), hint=hint, rule="column-map")


def column_of(item: str, column_map: ColumnMap | None) -> str:
    """Return the column that holds an item's answers."""
    if column_map is None:
        return item
    if item in column_map.items:
        return column_map.items[item]
    filled = (_fill_pattern(key, column, item) for key, column in column_map.items.items())
    return next((column for column in filled if column is not None), item)


def _fill_pattern(key: str, column: str, item: str) -> str | None:
    """Return the column for `item` where `key` is its id or a pattern that it has, else None."""
    if _NUMBER.search(key) is None:
        return column if key == item else None
    stem, _, tail = re.split(r"\{(n+)\}", key, maxsplit=1)
    match = re.fullmatch(rf"{re.escape(stem)}(\d+){re.escape(tail)}", item)
    if match is None:
        return None
    number = int(match[1])
    return _NUMBER.sub(lambda place: f"{number:0{len(place[1])}}", column)
