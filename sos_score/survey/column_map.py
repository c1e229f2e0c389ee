"""Where an export's columns differ from the definition's ids: a file of the user's."""

from __future__ import annotations

import filecmp
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.responses import MissingCodes, Number
from sos_score.definition.model import Model, Values
from sos_score.definition.yaml.document import Document, Loc, name_place, read_yaml, refuse_other_kind
from sos_score.definition.yaml.errors import error_places, locate_errors, salvage
from sos_score.errors import InvalidDefinition, Problem, guess
from sos_score.survey.answer_maps import PlatformCodes, check_answer_maps, is_instrument
from sos_score.survey.column_refs import ColumnRef
from sos_score.survey.item_keys import check_item_keys, find_column, find_strange_keys
from sos_score.survey.vendor_scores import VendorScores

Duplicates = Literal["error", "first", "last", "most complete"]


class ColumnMap(Model):
    """Where an export's columns differ from the definition's ids.

    Attributes
    ----------
    format : int
        The version of this file format.
    respondent : ColumnRef or None
        The column that says who answered.
    site : ColumnRef or None
        The column that says where.
    wave : ColumnRef or None
        The column that says when.
    rater : ColumnRef or None
        The column that says who rated, where somebody is rated.
    target : ColumnRef or None
        The column that says who or what was rated.
    others : dict of ColumnRef
        Further id columns to keep, by the name they get.
    constants : dict
        Ids that are the same for the whole file (``wave: T1`` where each wave has its own file).
    where : dict
        The rows to use, before anything is checked: a column, or an id by its name here, to the values it may have.
    duplicates : str
        What becomes of rows that name the same person (and wave, rater and target): ``error`` refuses them; ``first``,
        ``last`` or ``most complete`` keeps one of them, the first of those that answer as many items.
    items : dict of ColumnRef
        Item id to column. ``wais_{n}: Q5_{n}`` maps every item of that form; ``{nn}`` is the number in two digits, and
        ``{n+12}`` twelve more. A range maps some of them: ``wais_1..wais_6: Q5_{n}``, or to ``Q5_1..Q5_6``.
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
    respondent: ColumnRef | None = None
    site: ColumnRef | None = None
    wave: ColumnRef | None = None
    rater: ColumnRef | None = None
    target: ColumnRef | None = None
    others: dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")], ColumnRef] = {}
    constants: dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")], str | int] = {}
    where: dict[str, Values] = {}
    duplicates: Duplicates = "error"
    items: dict[str, ColumnRef] = {}
    labels: dict[str, dict[str, Number]] = {}
    codes: dict[str, PlatformCodes] = {}
    missing: dict[str, MissingCodes] = {}
    t_scores: dict[str, VendorScores] = {}

    def named_roles(self) -> dict[str, ColumnRef]:
        """Return the columns of the roles that have a key of their own."""
        named = {role: getattr(self, role) for role in ("respondent", "site", "wave", "rater", "target")}
        return {role: column for role, column in named.items() if column is not None}

    def roles(self) -> dict[str, ColumnRef]:
        """Return the id columns the map names, by the name they get."""
        return self.named_roles() | self.others

    def reads_alike(self, other: ColumnMap) -> bool:
        """Return whether both take the same cells of a file, so that all they differ in is what they call them."""
        first, second = (each.model_copy(update={"constants": {}}) for each in (self, other))
        return first == second


SAME_CELLS = "give each map columns or rows of its own; a wave on another sheet needs a file of its own"
"""What to do where one file is read twice in the same way."""


def find_repeats(files: Sequence[tuple[str, ColumnMap | None]]) -> Iterator[tuple[int, int]]:
    """Yield the places of files whose answers would count twice, each with the place where they were first read.

    Two maps may take different columns or rows of one file; two copies of a file are one.
    """
    for place, (name, column_map) in enumerate(files):
        for before, (earlier, its_map) in enumerate(files[:place]):
            if column_map and its_map and column_map.reads_alike(its_map) and _is_same(name, earlier):
                yield place, before
                break


def describe_repeat(name: str, earlier: str) -> str:
    """Return what is wrong with a file that repeats an earlier one."""
    what = "is read twice in the same way" if name == earlier else f"holds the same as '{earlier}'"
    return f"{what}: every answer would count twice"


def _is_same(name: str, other: str) -> bool:
    if name == other:
        return True
    is_file = Path(name).is_file() and Path(other).is_file()
    return is_file and filecmp.cmp(name, other, shallow=False)


def read_column_map(path: str | Path, instruments: Iterable[Instrument] = ()) -> ColumnMap:
    """Read and check a column map.

    Parameters
    ----------
    path : str or Path
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
    document = read_yaml(Path(path))
    problems = list(document.problems)
    if not isinstance(document.data, dict):
        problems.append(document.problem((), "is not a column map (a mapping of keys)", rule="yaml"))
        raise InvalidDefinition(problems)
    try:
        column_map = ColumnMap.model_validate(document.data)
    except ValidationError as error:
        if other := refuse_other_kind(document, "a column map"):
            raise InvalidDefinition([other]) from None
        problems += locate_errors(error, document, ColumnMap)
        column_map = salvage(error, document.data, ColumnMap) or ColumnMap()
        if any(place[:1] == ("codes",) for place, _ in error_places(error, document.data)):
            # Which numbers a platform leaves free for missing codes is not known, nor which answers lack a code.
            codes = {key: each.model_copy(update={"collapse": True}) for key, each in column_map.codes.items()}
            column_map = column_map.model_copy(update={"missing": {}, "codes": codes})
    instruments = list(instruments)
    for key, message, hint in check_item_keys(column_map.items):
        problems.append(document.problem(("items", key), message, hint=hint, rule="column-map"))
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
        (("items", key), f"no item '{key}'", hint) for key, hint in find_strange_keys(column_map.items, items)
    ]
    folder = Path(document.path).parent if document is not None else None
    found += check_answer_maps(column_map.labels, column_map.codes, column_map.missing, instruments, folder)
    named = column_map.named_roles()
    found += [
        (("others", name), f"'{name}' is a key of its own, and names another column ('{named[name].name}')", "")
        for name in column_map.others
        if name in named
    ]
    found += list(_check_t_scores(column_map, {instrument.id: instrument for instrument in instruments}, folder))
    return [_place(loc, message, hint, document) for loc, message, hint in found]


def _check_t_scores(
    column_map: ColumnMap, known: Mapping[str, Instrument], folder: Path | None
) -> Iterator[tuple[Loc, str, str]]:
    for name, vendor in column_map.t_scores.items():
        if name not in known:
            if not is_instrument(name, folder):
                message = f"no instrument '{name}' is scored here ({', '.join(known)})"
                yield ("t_scores", name), message, guess(name, known)
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


def column_of(item: str, column_map: ColumnMap | None) -> ColumnRef:
    """Return the column that holds an item's answers."""
    return find_column(item, column_map.items if column_map else {})
