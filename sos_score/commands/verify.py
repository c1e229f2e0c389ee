"""Whether a report is what its manifest says, and comes out so again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from sos_score.commands.report import check_request, run_report
from sos_score.definition.library import find_definition, list_instruments
from sos_score.errors import InvalidInput, InvalidRequest, Problem, guess_file
from sos_score.inputs import MOST_OF_MANIFEST, read_small
from sos_score.report.labels import Labels
from sos_score.report.manifest import FORMAT, list_findings, list_versions, make_manifest, relate
from sos_score.report.request import Report, ReportRequest
from sos_score.report.seal import check_seal
from sos_score.survey.pseudonyms import read_key
from sos_score.words import count

_TOLERANCE = 1e-9  # relative; another processor may differ in the last digits
_OUTCOME = "the report does not stand as recorded"
_NOT_MADE = f"{_OUTCOME}, and nothing was recomputed"
_LONGEST = 60
_PARTS = ("study", "plan", "privacy", "sources", "defaults", "counts", "notes")


class _Part(BaseModel):
    """A part of a manifest that has to be there; the rest is compared as it is."""

    model_config = ConfigDict(frozen=True, strict=True)


def _check_path(text: str) -> str:
    """Raise `ValueError` for what no file can be called."""
    if "\0" in text:
        raise ValueError("NUL")
    text.encode()
    return text


_Name = Annotated[str, AfterValidator(_check_path)]


class _Study(_Part):
    path: _Name


class _Request(_Part):
    outputs: Annotated[list[_Name], Field(min_length=1)]
    figures: _Name | None
    scores: _Name | None


class _Input(_Part):
    sha256: str
    path: _Name | None = None
    id: _Name | None = None


class _Record(_Part):
    made_at: str
    study: _Study
    request: _Request
    versions: dict[str, str]
    inputs: list[_Input]
    outputs: dict[_Name, str]
    findings: dict[_Name, dict[str, Any]]


@dataclass(frozen=True)
class _Manifest:
    """A manifest, and where its files lie from here."""

    path: Path
    record: _Record
    content: Mapping[str, Any]
    broken_seal: str = ""

    def find(self, name: str) -> Path:
        """Return a path of the manifest as seen from here."""
        return Path(self.path.parent / name)

    def problem(self, message: str, where: str = "") -> Problem:
        """Return a problem of the manifest."""
        return Problem(message, str(self.path), where=where, rule="manifest")


def verify_report(path: Path, sign_key: Path | None = None) -> str:
    """Check a manifest's seal and files, make the report again, compare every finding, and return what was found.

    Raises `InvalidInput` with everything that differs.
    """
    manifest = _read(path, None if sign_key is None else read_key(sign_key))
    record = manifest.record
    broken_seal = [manifest.problem(manifest.broken_seal)] if manifest.broken_seal else []
    problems = [*_check_inputs(manifest), *_check_outputs(manifest)]
    if sign_key is not None:
        problems = [*broken_seal, *problems]
    if not all(manifest.find(each.path).is_file() for each in record.inputs if each.path is not None):
        raise InvalidInput(problems, _NOT_MADE)
    try:
        request, report = _make_again(manifest)
    except InvalidInput as error:
        raise InvalidInput([*problems, *error.problems], _NOT_MADE) from None
    except InvalidRequest as error:
        raise InvalidInput([*problems, manifest.problem(str(error))], _NOT_MADE) from None
    problems += _compare_reports(manifest, request, report)
    problems = problems or broken_seal  # what was changed says more than that something was
    if problems:
        raise InvalidInput(problems, _OUTCOME)
    now = list_versions()
    versions = [f"{name} {then}" for name, then in record.versions.items() if now.get(name) != then]
    versions += [f"no word of {name}" for name in now if name not in record.versions]
    made = f" It was made with {', '.join(versions)}, so its files were not made again." if versions else ""
    files = f"{count(len(record.outputs), 'output')} and {count(len(record.inputs), 'input')} as recorded"
    findings = f"{count(len(record.findings), 'finding comes', 'findings come')} out the same"
    return f"{record.request.outputs[0]}: {files}; {findings}.{made}"


def _read(path: Path, key: bytes | None) -> _Manifest:
    try:
        raw = read_small(path, MOST_OF_MANIFEST)
        data = json.loads(raw.decode())
    except OSError as error:
        message, hint = f"cannot be read ({error.strerror})", guess_file(path)
        raise InvalidInput([Problem(message, str(path), hint=hint, rule="manifest")]) from None
    except (ValueError, RecursionError):
        beside = path.with_suffix(".manifest.json")
        hint = f"give {beside}" if beside.is_file() else "give the .manifest.json that was written beside the report"
        raise InvalidInput([Problem("is not a manifest (not JSON)", str(path), hint=hint, rule="manifest")]) from None
    if not isinstance(data, dict) or isinstance(data.get("format"), bool) or data.get("format") != FORMAT:
        raise InvalidInput([Problem(f"is not a manifest (format {FORMAT})", str(path), rule="manifest")])
    try:
        return _Manifest(path, _Record.model_validate(data), data, check_seal(raw, key))
    except ValidationError as error:
        places = dict.fromkeys(".".join(map(str, each["loc"])) for each in error.errors())
        message = f"is not a manifest (wrong or missing: {', '.join(places)})"
        raise InvalidInput([Problem(message, str(path), rule="manifest")]) from None


def _check_inputs(manifest: _Manifest) -> Iterator[Problem]:
    for each in manifest.record.inputs:
        if each.path is not None:
            yield from _check_file(manifest, each.path, each.sha256)
        elif each.id not in list_instruments():
            yield manifest.problem("is not shipped with this version", str(each.id))
        elif find_definition(each.id).document.sha256 != each.sha256:
            yield manifest.problem("is another definition than the one recorded", each.id)


def _check_outputs(manifest: _Manifest) -> Iterator[Problem]:
    for name, digest in manifest.record.outputs.items():
        yield from _check_file(manifest, name, digest)


def _check_file(manifest: _Manifest, name: str, digest: str) -> Iterator[Problem]:
    path = manifest.find(name)
    if not path.is_file():
        yield manifest.problem("is not there", name)
    elif sha256(path.read_bytes()).hexdigest() != digest:
        yield manifest.problem("has been changed since", name)


def _make_again(manifest: _Manifest) -> tuple[ReportRequest, Report]:
    asked = manifest.record.request
    request = ReportRequest(
        study=str(manifest.find(manifest.record.study.path)),
        outputs=tuple(str(manifest.find(each)) for each in asked.outputs),
        figures=None if asked.figures is None else str(manifest.find(asked.figures)),
        scores=None if asked.scores is None else str(manifest.find(asked.scores)),
        made_on=manifest.record.made_at[:10],
    )
    check_request(request)
    return request, run_report(request)


def _compare_reports(manifest: _Manifest, request: ReportRequest, report: Report) -> Iterator[Problem]:
    """Yield every finding that comes out otherwise; where the versions are the same, also all else that does."""
    record = manifest.record
    differ = list(
        _compare(manifest, record.findings, list_findings(report.comparison, Labels.of(report.comparison, report.data)))
    )
    yield from differ
    if differ or list_versions() != record.versions:
        return
    now = json.loads(make_manifest(request, report, record.made_at))
    read, recorded = ({each.get("path", each.get("id")) for each in part["inputs"]} for part in (now, manifest.content))
    yield from (manifest.problem("is read and was not recorded", name) for name in sorted(read - recorded))
    yield from (manifest.problem("is not read any more", name) for name in sorted(recorded - read))
    for name in _PARTS:
        for where, then, value in _find_differences(manifest.content.get(name), now[name], name):
            yield manifest.problem(f"was {_show(then)}, is {_show(value)}", where)
    made = {relate(path, manifest.path.parent): sha256(content).hexdigest() for path, content in report.files.items()}
    for name, digest in made.items():
        if name not in record.outputs:
            yield manifest.problem("was not recorded", name)
        elif digest != record.outputs[name]:
            yield manifest.problem("comes out otherwise", name)
    yield from (manifest.problem("is no output any more", name) for name in record.outputs if name not in made)


def _compare(manifest: _Manifest, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Problem]:
    for name in dict.fromkeys([*then, *now]):
        if name not in now:
            yield manifest.problem("is not found any more", name)
        elif name not in then:
            yield manifest.problem("was not recorded", name)
        else:
            for key in dict.fromkeys([*then[name], *now[name]]):
                one, other = then[name].get(key), now[name].get(key)
                if not _is_same(one, other):
                    yield manifest.problem(f"{key} was {_show(one)}, is {_show(other)}", name)


def _find_differences(then: Any, now: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield the place of everything that differs in two trees, with what it was and what it is."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*then, *now]):
            yield from _find_differences(then.get(key), now.get(key), f"{where}.{key}")
    elif isinstance(then, list) and isinstance(now, list):
        for place, (one, other) in enumerate(zip_longest(then, now)):
            yield from _find_differences(one, other, f"{where}[{place}]")
    elif not _is_same(then, now):
        yield where, then, now


def _show(value: Any) -> str:
    """Return a value in a line, however long somebody made it."""
    text = "nothing" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=_TOLERANCE, abs_tol=1e-12)
    return bool(one == other)
