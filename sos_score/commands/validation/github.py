"""Findings as annotations on a pull request, by GitHub's workflow commands."""

from __future__ import annotations

from sos_score.commands.validation.found import Found, Validation
from sos_score.definition.catalogue.rule import Level

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def write_github(report: Validation) -> str:
    """Return a workflow command for each finding, and a plain line for each that is suppressed."""
    lines = [_annotate(found) for found in report.found]
    lines += [
        f"suppressed {found.rule.id}: {found.problem.path}:{found.line}:{found.column}: {found.words} ({found.reason})"
        for found in report.suppressed
    ]
    return "\n".join(lines)


def _annotate(found: Found) -> str:
    place = {
        "file": found.problem.path,
        "line": str(found.line),
        "col": str(found.column),
        "title": f"{found.rule.id} {found.rule.title}",
    }
    words = f"{found.words}\nhint: {found.problem.hint}" if found.problem.hint else found.words
    properties = ",".join(f"{key}={_escape(value, ',:')}" for key, value in place.items())
    return f"::{_COMMANDS[found.level]} {properties}::{_escape(words)}"


def _escape(text: str, more: str = "") -> str:
    for mark in "%\r\n" + more:
        text = text.replace(mark, f"%{ord(mark):02X}")
    return text
