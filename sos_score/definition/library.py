"""Where definitions are found: shipped with the package, or named by path."""

from __future__ import annotations

from pathlib import Path

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.wording import check_wording, is_wording, lay_over
from sos_score.definition.reading import Definition, check_definition_document, read_definition
from sos_score.definition.yaml.document import Document, read_yaml
from sos_score.errors import InvalidDefinition, Problem, guess

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
        An id from `list_instruments`, or a path (anything with a suffix or a slash) to a definition or to wording
        that extends one.

    Returns
    -------
    Definition

    Raises
    ------
    InvalidDefinition
        There is none, or it is wrong.
    """
    if _is_path(name):
        document = read_yaml(Path(name))
        return extend_definition(document) if is_wording(document) else check_definition_document(document)
    known = list_instruments()
    if name not in known:
        message = f"no instrument '{name}' (sos-score list shows the shipped ones; or give a path to a .yaml file)"
        raise InvalidDefinition([Problem(message, hint=_guess_definition(name, known), rule="instrument")])
    return read_definition(find_folder("instruments") / f"{name}.yaml")


def _guess_definition(name: str, known: list[str]) -> str:
    """Return the definition that may have been meant: a file of that name lying here, else the nearest name."""
    here = [path.name for path in sorted(Path().glob("*.y*ml")) if path.suffix in (".yaml", ".yml")]
    own = next((each for each in here if Path(each).stem.casefold() == name.casefold()), "")
    said = f"the file {own} is in this folder: name it with its ending, -i {own}"
    return said if own else guess(name, [*known, *here])


def extend_definition(document: Document) -> Definition:
    """Return the definition that a file of wording extends, its items labelled with that wording."""
    wording = check_wording(document)
    try:
        found = _find_extended(wording.extends, document)
    except InvalidDefinition as error:
        # What has no line is in no file that could be read: the wording named it.
        named = [each for each in error.problems if each.line is None]
        problems = [
            document.problem(("extends",), f"{each.path} {each.message}".strip(), hint=each.hint, rule="extends")
            for each in named
        ]
        raise InvalidDefinition(problems or error.problems) from None
    return Definition(lay_over(found.instrument, wording, document), found.document, document)


def _find_extended(name: str, document: Document) -> Definition:
    if not _is_path(name):
        return find_definition(name)
    extended = read_yaml(Path(document.path).parent / name)
    if is_wording(extended):
        message = f"'{name}' is wording itself; extend the definition"
        raise InvalidDefinition([document.problem(("extends",), message, rule="extends")])
    return check_definition_document(extended)


def _is_path(name: str) -> bool:
    return Path(name).suffix in (".yaml", ".yml") or "/" in name or "\\" in name


def name_definition(definition: Definition) -> str:
    """Return what a definition is found by without its wording: the id of a shipped one, else its path."""
    path = Path(definition.document.path)
    return definition.instrument.id if path.parent == find_folder("instruments") else str(path)


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
