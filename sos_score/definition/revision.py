"""A definition as it was at a revision of git."""

from __future__ import annotations

import posixpath
import re
import subprocess
from pathlib import Path

from sos_score.definition.instrument.wording import extends_another
from sos_score.definition.library import extend_definition, find_definition
from sos_score.definition.reading import Definition, check_definition_document
from sos_score.definition.yaml.document import Document, parse_yaml
from sos_score.errors import InvalidDefinition, Problem

# One letter before the colon is a drive; a minus sign would be an option of git.
_REVISION = re.compile(r"(?P<revision>[^-:][^:]+):(?P<path>[^:]+\.ya?ml)")


def find_revised(name: str) -> Definition:
    """Return a definition by id, by path, or as it was (``HEAD~1:instruments/wai.yaml``)."""
    match = _REVISION.fullmatch(name)
    return find_definition(name) if match is None or Path(name).exists() else read_revised(name)


def read_revised(name: str) -> Definition:
    """Return a definition as it was; what it extends, too, is as it was then, unless it is a shipped one."""
    document = _read_document(name)
    if extends_another(document):
        return extend_definition(document, read=_read_beside)
    return check_definition_document(document)


def _read_document(name: str) -> Document:
    return parse_yaml(_read_blob(name), name)


def _read_beside(document: Document, name: str) -> Document:
    """Return a file named by another, at the same revision."""
    revision, _, path = document.path.partition(":")
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    # To git, only what begins with a dot is a path from the folder one is in.
    is_from_here = path.startswith(".") and not beside.startswith(".")
    return _read_document(f"{revision}:{'./' if is_from_here else ''}{beside}")


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
