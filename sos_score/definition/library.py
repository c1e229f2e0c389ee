"""Where definitions are found: shipped with the package, or named by path."""

from __future__ import annotations

from pathlib import Path

from sos_score.definition.instrument import Instrument
from sos_score.definition.reading import Definition, read_definition
from sos_score.errors import InvalidDefinition, Problem, guess

_PACKAGE = Path(__file__).resolve().parent.parent


def find_folder(name: str) -> Path:
    """Return a folder that ships with the package: inside a wheel, or beside the package in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def list_instruments() -> list[str]:
    """Return the ids of the instruments that ship with the package.

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
        An id from `list_instruments`, or a path (anything with a suffix or a slash).

    Returns
    -------
    Definition

    Raises
    ------
    InvalidDefinition
        There is none, or it is wrong.
    """
    if Path(name).suffix in (".yaml", ".yml") or "/" in name or "\\" in name:
        return read_definition(Path(name))
    known = list_instruments()
    if name not in known:
        message = f"no instrument '{name}' (shipped: {', '.join(known)}; or give a path to a .yaml file)"
        raise InvalidDefinition([Problem(message, hint=guess(name, known), rule="instrument")])
    return read_definition(find_folder("instruments") / f"{name}.yaml")


def load_instrument(name: str) -> Instrument:
    """Return an instrument by its id or path; see `find_definition`.

    Examples
    --------
    >>> load_instrument("wai-sr").title
    'Working Alliance Inventory, short revised'
    """
    return find_definition(name).instrument
