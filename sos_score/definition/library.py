"""Where definitions are found: shipped with the package, or named by path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from sos_score.definition.extending import lay_over_base
from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.wording import (
    check_wording,
    extends_another,
    is_wording,
    lay_over,
    lay_over_labels,
    read_labels,
)
from sos_score.definition.reading import Definition, check_definition_document, read_definition
from sos_score.definition.yaml.document import Document, read_yaml
from sos_score.errors import InvalidDefinition, InvalidRequest, Problem, guess

_PACKAGE = Path(__file__).resolve().parent.parent


def find_folder(name: str) -> Path:
    """Return a folder that ships with the package: inside a wheel, or beside the package in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def list_instruments() -> list[str]:
    """Return the ids of the instruments that ship with the package.

    Returns
    -------
    list of str
        In alphabetical order.

    Examples
    --------
    >>> "wai-s" in list_instruments()
    True
    """
    return sorted(path.stem for path in find_folder("instruments").glob("*.yaml"))


def find_definition(name: str) -> Definition:
    """Return the definition with an id, or in a file.

    Parameters
    ----------
    name : str
        An id from `list_instruments`; the name of a definition in this folder, with or without ``.yaml``; or a path
        to a definition or to wording that extends one. A shipped definition comes before one in the folder.

    Returns
    -------
    Definition

    Raises
    ------
    InvalidDefinition
        There is none, or it is wrong.
    """
    name = complete_name(name, Path())
    if _is_path(name):
        document = read_yaml(Path(name))
        return extend_definition(document) if extends_another(document) else check_definition_document(document)
    return _find_shipped(name)


def _find_shipped(name: str) -> Definition:
    known = list_instruments()
    if name not in known:
        message = f"no instrument '{name}' (sos-score list shows the shipped ones; or give a path to a .yaml file)"
        raise InvalidDefinition([Problem(message, hint=_guess_definition(name, known), rule="instrument")])
    return read_definition(find_folder("instruments") / f"{name}.yaml")


def complete_name(name: str, folder: Path) -> str:
    """Return the file name of a definition in a folder that was named without its ending; else the name as it is."""
    file = f"{name}.yaml"
    if _is_path(name) or name in list_instruments():
        return name
    try:
        return file if (folder / file).is_file() else name
    except OSError:  # too long for a file's name
        return name


def _guess_definition(name: str, known: list[str]) -> str:
    """Return the definition that may have been meant: a file of that name lying here, else the nearest name."""
    here = [path.name for path in sorted(Path().glob("*.y*ml")) if path.suffix in (".yaml", ".yml")]
    own = next((each for each in here if Path(each).stem.casefold() == name.casefold()), "")
    said = f"the file {own} is in this folder: name it with its ending, -i {own}"
    return said if own else guess(name, [*known, *here])


def _read_beside(document: Document, name: str) -> Document:
    return read_yaml(Path(document.path).parent / name)


def extend_definition(
    document: Document, trail: tuple[str, ...] = (), read: Callable[[Document, str], Document] = _read_beside
) -> Definition:
    """Return the definition that a file extends, with what the file says: wording of items, or anything else.

    `trail` names the files that led to this one; `read` reads the file that another names.
    """
    wording = check_wording(document) if is_wording(document.data) else None
    name = document.data.get("extends") if isinstance(document.data, dict) else None
    if not isinstance(name, str) or not name:
        message = "must name a definition: a shipped id, or a path"
        raise InvalidDefinition([*document.problems, document.problem(("extends",), message, rule="extends")])
    try:
        found = _find_extended(name, document, trail, read)
    except InvalidDefinition as error:
        # What has no line is in no file that could be read: this one named it.
        named = [each for each in error.problems if each.line is None]
        problems = [
            document.problem(("extends",), f"{each.path} {each.message}".strip(), hint=each.hint, rule="extends")
            for each in named
        ]
        raise InvalidDefinition(problems or error.problems) from None
    if wording is not None:
        return replace(found, instrument=lay_over(found.instrument, wording, document), wording=document)
    labels = read_labels(document)
    extended = check_definition_document(lay_over_base(document, found.document))
    inherited = {item: text for item, text in found.instrument.labels.items() if item in extended.instrument.responses}
    instrument = lay_over_labels(extended.instrument, inherited | labels, document, set(labels))
    return replace(extended, instrument=instrument, extends=(found.document, *found.extends))


def _find_extended(
    name: str, document: Document, trail: tuple[str, ...], read: Callable[[Document, str], Document]
) -> Definition:
    name = complete_name(name, Path(document.path).parent)
    if not _is_path(name):
        return _find_shipped(name)
    extended = read(document, name)
    if is_wording(extended.data):
        message = f"'{name}' is wording itself; extend the definition"
        raise InvalidDefinition([document.problem(("extends",), message, rule="extends")])
    path = Path(extended.path)
    trail = (*trail, str(Path(document.path).resolve()))
    if str(path.resolve()) in trail:
        circle = [Path(each).name for each in trail[trail.index(str(path.resolve())) :]]
        message = f"the files extend each other in a circle ({' > '.join([*circle, path.name])})"
        raise InvalidDefinition([document.problem(("extends",), message, rule="extends")])
    if extends_another(extended):
        return extend_definition(extended, trail, read)
    return check_definition_document(extended)


def _is_path(name: str) -> bool:
    return Path(name).suffix in (".yaml", ".yml") or "/" in name or "\\" in name


def name_definition(definition: Definition) -> str:
    """Return what a definition is found by without its wording: the id of a shipped one, else its path."""
    return name_document(definition.document)


def name_document(document: Document) -> str:
    """Return what a definition file is found by: the id of a shipped one, else its path."""
    path = Path(document.path)
    return path.stem if path.parent == find_folder("instruments") else str(path)


def load_instrument(name: str) -> Instrument:
    """Return an instrument by its id or path.

    Parameters
    ----------
    name : str
        The id of a shipped instrument, or the path of a definition.

    Returns
    -------
    Instrument
        The definition, checked.

    Raises
    ------
    InvalidDefinition
        There is no such instrument, or its definition is wrong; with every problem.

    Examples
    --------
    >>> load_instrument("wai-sr").title
    'Working Alliance Inventory, short revised'
    """
    return find_definition(name).instrument


def gather_instruments(given: Instrument | str | Iterable[Instrument | str]) -> tuple[Instrument, ...]:
    """Return one or several instruments; one that is only named is loaded."""
    each = (given,) if isinstance(given, Instrument | str) else tuple(given)
    if not each:
        raise InvalidRequest("name an instrument: there is none to score with")
    return tuple(load_instrument(one) if isinstance(one, str) else one for one in each)
