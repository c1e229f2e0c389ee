"""Definition files checked one and all."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sos_score.definition.yamlfile import read_yaml
from sos_score.errors import InvalidDefinition, Problem
from sos_score.scoring.examples import check_definition


@dataclass(frozen=True)
class Validation:
    """What came of checking some definitions.

    Attributes
    ----------
    paths : tuple of str
        The files checked.
    problems : tuple of Problem
        Everything found, file by file.
    examples : int
        How many examples came out as stated.
    """

    paths: tuple[str, ...]
    problems: tuple[Problem, ...]
    examples: int


def validate_paths(names: Iterable[str]) -> Validation:
    """Check definition files, all files of folders, and all files that patterns match.

    Parameters
    ----------
    names : iterable of str

    Returns
    -------
    Validation
    """
    paths: list[str] = []
    problems: list[Problem] = []
    examples = 0
    for name in names:
        found = _find_paths(name)
        if not found:
            problems.append(Problem("no definition here (.yaml or .yml files)", name, rule="file"))
        paths += [path for path in found if path not in paths]
    for path in paths:
        try:
            instrument, wrong = check_definition(read_yaml(Path(path)))
        except InvalidDefinition as error:
            problems += error.problems
            continue
        problems += wrong
        if instrument is not None and not wrong:
            examples += len(instrument.examples)
    return Validation(tuple(paths), tuple(problems), examples)


def _find_paths(name: str) -> list[str]:
    path = Path(name)
    if path.is_dir():
        return sorted(str(file) for file in path.iterdir() if file.suffix in (".yaml", ".yml"))
    if path.exists() or not glob.has_magic(name):
        return [name]
    return sorted(found for found in glob.glob(name, recursive=True) if Path(found).is_file())  # noqa: PTH207 - patterns may be absolute
