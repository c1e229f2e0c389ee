"""A definition as it was at a revision of git."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from sos_score.definition.instrument.wording import extends_another
from sos_score.definition.library import find_definition
from sos_score.definition.reading import Definition, check_definition_document
from sos_score.definition.yaml.document import parse_yaml
from sos_score.errors import InvalidDefinition, Problem

# One letter before the colon is a drive; a minus sign would be an option of git.
_REVISION = re.compile(r"(?P<revision>[^-:][^:]+):(?P<path>[^:]+\.ya?ml)")


def find_revised(name: str) -> Definition:
    """Return a definition by id, by path, or as it was (``HEAD~1:instruments/wai.yaml``)."""
    match = _REVISION.fullmatch(name)
    if match is None or Path(name).exists():
        return find_definition(name)
    document = parse_yaml(_read_blob(name), name)
    if extends_another(document):
        message = "extends another file, and only a whole definition can be read from git"
        raise InvalidDefinition([document.problem(("extends",), message, rule="extends")])
    return check_definition_document(document)


def _read_blob(name: str) -> bytes:
    try:
        done = subprocess.run(["git", "cat-file", "blob", name], capture_output=True, check=False)
    except FileNotFoundError:
        raise InvalidDefinition([Problem("cannot be read (git is not installed)", name, rule="file")]) from None
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[:1] or ["git gives no reason"]
        hint = "the path is the one from the top folder of the repository, or begins with ./"
        raise InvalidDefinition([Problem(f"cannot be read from git ({reason[0]})", name, hint=hint, rule="file")])
    return done.stdout
