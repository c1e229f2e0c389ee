"""Findings as JSON, as SARIF 2.1.0 and as a Code Quality report of GitLab."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from sos_score.commands.validation.found import Found, Validation
from sos_score.definition.catalogue.rule import Level
from sos_score.version import __version__

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SEVERITIES = {Level.ERROR: "major", Level.WARNING: "minor", Level.NOTE: "info"}


def write_json(report: Validation) -> str:
    """Return everything as plain data."""
    data = {
        "valid": report.is_valid,
        "profile": report.profile,
        "files": list(report.paths),
        "examples": report.examples,
        "data_files": report.data_files,
        "problems": [_describe(found) for found in report.found],
        "suppressed": [_describe(found) | {"reason": found.reason} for found in report.suppressed],
    }
    return json.dumps(data, indent=2, ensure_ascii=False)


def _describe(found: Found) -> dict[str, object]:
    problem = found.problem
    return {
        "rule": found.rule.id,
        "name": found.rule.name,
        "level": str(found.level),
        "message": problem.message,
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "where": problem.where,
        "hint": problem.hint,
        "unnamed": problem.unnamed,
    }


def write_sarif(report: Validation) -> str:
    """Return a SARIF log with one run; what is suppressed is a result with its justification."""
    everything = [*report.found, *report.suppressed]
    rules = {found.rule.id: found.rule for found in sorted(everything, key=lambda each: each.rule.id)}
    places = {id_: index for index, id_ in enumerate(rules)}
    driver = {
        "name": "sos-score",
        "semanticVersion": __version__,
        "rules": [
            {
                "id": rule.id,
                "name": rule.name,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.why},
                "help": {"text": f"{rule.why}\n\nBad:\n\n{rule.bad}\nGood:\n\n{rule.good}"},
                "defaultConfiguration": {"level": _name_level(rule.level(report.profile))},
            }
            for rule in rules.values()
        ],
    }
    results = [_make_result(found, places[found.rule.id]) for found in everything]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _name_level(level: Level) -> str:
    return "none" if level is Level.OFF else str(level)


def _make_result(found: Found, index: int) -> dict[str, Any]:
    hint = f" ({found.problem.hint})" if found.problem.hint else ""
    location = {
        "artifactLocation": {"uri": _make_uri(found.problem.path)},
        "region": {"startLine": found.line, "startColumn": found.column},
    }
    result: dict[str, Any] = {
        "ruleId": found.rule.id,
        "ruleIndex": index,
        "level": _name_level(found.level),
        "message": {"text": f"{found.words}{hint}"},
        "locations": [{"physicalLocation": location}],
    }
    if found.reason:
        result["suppressions"] = [{"kind": "inSource", "justification": found.reason}]
    return result


def _make_uri(path: str) -> str:
    whole = Path(path)
    return whole.as_uri() if whole.is_absolute() else quote(PurePath(path).as_posix(), errors="surrogatepass")


def write_gitlab(report: Validation) -> str:
    """Return a Code Quality report; what is suppressed has no place in one."""
    entries, seen = [], set()
    for found in report.found:
        # A finding keeps its fingerprint when lines before it come or go; two alike are told apart by their number.
        about = "\0".join((found.problem.path, found.rule.id, found.words))
        number = 0
        while (fingerprint := hashlib.sha256(f"{about}\0{number}".encode()).hexdigest()) in seen:
            number += 1
        seen.add(fingerprint)
        entries.append(
            {
                "description": f"{found.rule.id}: {found.words}",
                "check_name": found.rule.id,
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[found.level],
                "location": {
                    "path": found.problem.path,
                    "positions": {"begin": {"line": found.line, "column": found.column}},
                },
            }
        )
    return json.dumps(entries, indent=2, ensure_ascii=False)
