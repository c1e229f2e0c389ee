"""Whether a report is what its manifest says, and comes out so again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sos_score.definition.library import find_definition
from sos_score.errors import InvalidInput, Problem
from sos_score.report.blocks import count
from sos_score.report.manifest import FORMAT, list_findings, list_versions, relate
from sos_score.report.study_report import ReportRequest, make_report

_KEYS = {"study": dict, "page": str, "versions": dict, "inputs": list, "outputs": dict, "findings": dict}
_TOLERANCE = 1e-9  # relative; another processor may differ in the last digits
_OUTCOME = "the report does not stand as recorded"


@dataclass(frozen=True)
class _Manifest:
    """A manifest, and where its files lie from here."""

    path: Path
    data: Mapping[str, Any]

    def find(self, name: str) -> Path:
        """Return a path of the manifest as seen from here."""
        return Path(self.path.parent / name)

    def problem(self, message: str, where: str = "") -> Problem:
        """Return a problem of the manifest."""
        return Problem(message, str(self.path), where=where, rule="manifest")


def verify_report(path: Path) -> str:
    """Check every file of a manifest, make the report again, and compare every finding.

    Parameters
    ----------
    path : Path
        A manifest.

    Returns
    -------
    str
        What was found to be so.

    Raises
    ------
    InvalidInput
        With everything that differs.
    """
    manifest = _read(path)
    problems = [*_check_inputs(manifest), *_check_outputs(manifest)]
    is_complete = all(manifest.find(each["path"]).is_file() for each in manifest.data["inputs"] if "path" in each)
    if is_complete:
        problems += _check_again(manifest)
    if problems:
        raise InvalidInput(problems, _OUTCOME if is_complete else f"{_OUTCOME}, and nothing was recomputed")
    data = manifest.data
    versions = [f"{name} {then}" for name, then in data["versions"].items() if list_versions().get(name) != then]
    made = f" It was made with {', '.join(versions)}, so pictures were not made again." if versions else ""
    files = f"{count(len(data['outputs']), 'output')} and {count(len(data['inputs']), 'input')} as recorded"
    return f"{data['page']}: {files}; {count(len(data['findings']), 'finding')} come out the same.{made}"


def _read(path: Path) -> _Manifest:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput([Problem(f"cannot be read ({error.strerror})", str(path), rule="manifest")]) from None
    except ValueError:
        raise InvalidInput([Problem("is not a manifest (not JSON)", str(path), rule="manifest")]) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InvalidInput([Problem(f"is not a manifest (format {FORMAT})", str(path), rule="manifest")])
    wrong = [key for key, kind in _KEYS.items() if not isinstance(data.get(key), kind)]
    if wrong:
        raise InvalidInput([Problem(f"is not a manifest (no {', '.join(wrong)})", str(path), rule="manifest")])
    return _Manifest(path, data)


def _check_inputs(manifest: _Manifest) -> Iterator[Problem]:
    for each in manifest.data["inputs"]:
        if "path" in each:
            yield from _check_file(manifest, each["path"], each["sha256"])
        elif find_definition(each["id"]).document.sha256 != each["sha256"]:
            yield manifest.problem("is another definition than the one recorded", each["id"])


def _check_outputs(manifest: _Manifest) -> Iterator[Problem]:
    for name, digest in manifest.data["outputs"].items():
        yield from _check_file(manifest, name, digest)


def _check_file(manifest: _Manifest, name: str, digest: str) -> Iterator[Problem]:
    path = manifest.find(name)
    if not path.is_file():
        yield manifest.problem("is not there", name)
    elif sha256(path.read_bytes()).hexdigest() != digest:
        yield manifest.problem("has been changed since", name)


def _check_again(manifest: _Manifest) -> Iterator[Problem]:
    """Yield every finding that comes out otherwise, and every output where the versions are the same."""
    data = manifest.data
    figures = data.get("figures")
    request = ReportRequest(
        study=str(manifest.find(data["study"]["path"])),
        output=str(manifest.find(data["page"])),
        figures=None if figures is None else str(manifest.find(figures)),
    )
    report = make_report(request)
    found = list_findings(report.evidence.comparison.rows)
    differ = list(_compare(manifest, data["findings"], found))
    yield from differ
    if differ or list_versions() != data["versions"]:
        return
    for path, content in report.files.items():
        name = relate(path, manifest.path.parent)
        if sha256(content).hexdigest() != data["outputs"].get(name):
            yield manifest.problem("comes out otherwise", name)


def _compare(manifest: _Manifest, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Problem]:
    for name in dict.fromkeys([*then, *now]):
        if name not in now:
            yield manifest.problem("is not found any more", name)
        elif name not in then:
            yield manifest.problem("was not recorded", name)
        else:
            for key, value in now[name].items():
                if not _is_same(then[name].get(key), value):
                    yield manifest.problem(f"{key} was {then[name].get(key)}, is {value}", name)


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=_TOLERANCE, abs_tol=1e-12)
    return bool(one == other)
