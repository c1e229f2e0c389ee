"""Problems as text, as JSON, and as annotations on a pull request."""

from __future__ import annotations

import json
from collections.abc import Callable

from sos_score.commands.validation import Validation
from sos_score.errors import Problem, count_problems


def _write_text(report: Validation) -> str:
    if report.problems:
        return "\n".join([*map(str, report.problems), f"{count_problems(report.problems)}."])
    others = [_count(report.kinds[kind], *nouns) for kind, nouns in _OTHERS.items() if report.kinds.get(kind)]
    sentences = [f"{', '.join(others)} valid."] if others else []
    if report.kinds.get("instrument"):
        files = _count(report.kinds["instrument"], "definition", "definitions")
        examples = _count(report.examples, "example comes", "examples come")
        sentences.insert(0, f"{files} valid; {examples} out as stated.")
    return "\n".join(sentences)


_OTHERS = {
    "study": ("study", "studies"),
    "columns": ("column map", "column maps"),
    "wording": ("file of wording", "files of wording"),
    "norms": ("file of norms", "files of norms"),
}


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _write_json(report: Validation) -> str:
    data = {
        "valid": not report.problems,
        "files": list(report.paths),
        "examples": report.examples,
        "problems": [problem.as_dict() for problem in report.problems],
    }
    return json.dumps(data, indent=2, ensure_ascii=False)


def _write_github(report: Validation) -> str:
    return "\n".join(_annotate(problem) for problem in report.problems)


def _annotate(problem: Problem) -> str:
    place = {"file": problem.path, "line": str(problem.line or 1), "title": problem.rule or "definition"}
    words = f"{problem.where}: {problem.message}" if problem.where else problem.message
    if problem.hint:
        words += f"\nhint: {problem.hint}"
    properties = ",".join(f"{key}={_escape(value, ',:')}" for key, value in place.items())
    return f"::error {properties}::{_escape(words)}"


def _escape(text: str, more: str = "") -> str:
    for mark in "%\r\n" + more:
        text = text.replace(mark, f"%{ord(mark):02X}")
    return text


REPORTERS: dict[str, Callable[[Validation], str]] = {
    "text": _write_text,
    "json": _write_json,
    "github": _write_github,
}
