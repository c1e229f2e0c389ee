"""Findings as a person reads them."""

from __future__ import annotations

from collections import Counter

from sos_score.characters import guard_start
from sos_score.commands.validation.found import Found, Validation
from sos_score.definition.catalogue.rule import Level
from sos_score.errors import count_problems
from sos_score.words import count

_OTHERS = {
    "study": ("study", "studies"),
    "columns": ("column map", "column maps"),
    "wording": ("file of wording", "files of wording"),
    "norms": ("file of norms", "files of norms"),
}


def write_text(report: Validation) -> str:
    """Return a line for each finding, those suppressed last, and a summary."""
    lines = [_show(found) for found in report.found]
    lines += [
        f"{_place(found)}: suppressed {found.rule.id}: {found.words} ({found.reason})" for found in report.suppressed
    ]
    if report.found:
        lines.append(f"{_count(report)}.")
    if report.is_valid:
        lines += _describe_valid(report)
    return "\n".join(lines)


def _place(found: Found) -> str:
    path = guard_start(found.problem.path)
    if found.problem.line is None:
        return path
    return f"{path}:{found.line}" + (f":{found.column}" if found.problem.column is not None else "")


def _show(found: Found) -> str:
    hint = f"\n  hint: {found.problem.hint}" if found.problem.hint else ""
    return f"{_place(found)}: {found.level} {found.rule.id}: {found.words}{hint}"


def _count(report: Validation) -> str:
    counted = count_problems(report.problems)
    levels = Counter(found.level for found in report.found)
    if set(levels) == {Level.ERROR}:
        return counted
    return f"{counted} ({', '.join(count(levels[level], level) for level in Level if levels[level])})"


def _describe_valid(report: Validation) -> list[str]:
    if report.since and not report.paths:
        return [f"Nothing was checked: no file changed since {report.since}."]
    others = [count(report.kinds[kind], *nouns) for kind, nouns in _OTHERS.items() if report.kinds.get(kind)]
    sentences = [f"{', '.join(others)} valid."] if others else []
    if report.kinds.get("study"):
        sentences.append(_describe_data(report))
    if report.kinds.get("instrument"):
        files = count(report.kinds["instrument"], "definition", "definitions")
        examples = count(report.examples, "worked example gives", "worked examples give")
        sentences.insert(0, f"{files} valid; {examples} the expected scores.")
    return sentences


def _describe_data(report: Validation) -> str:
    if report.data_files is None:
        return "Files of answers and links were not opened."
    files = count(report.data_files, "file of answers or links was", "files of answers and links were")
    return f"{files} opened and can be used."
