"""What `validate` found: problems with their rules and levels, each in words that can be shown anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sos_score.characters import make_visible
from sos_score.definition.catalogue.registry import BY_ID, find_rule
from sos_score.definition.catalogue.rule import Level, Profile, Rule
from sos_score.definition.instrument.verification import Suppression
from sos_score.definition.reading import Definition
from sos_score.definition.yaml.document import Document
from sos_score.errors import Problem

_LEAST_REASON = 20  # letters: "we know" is no reason


@dataclass(frozen=True)
class Found:
    """One finding.

    Attributes
    ----------
    problem : Problem
        What and where; every text of it can be shown.
    reason : str
        Why it is suppressed; empty where it is not.
    """

    problem: Problem
    rule: Rule
    level: Level
    reason: str = ""

    @property
    def line(self) -> int:
        """Return the line; the first of a file that could not be read."""
        return self.problem.line or 1

    @property
    def column(self) -> int:
        """Return the column; the first where none is known."""
        return self.problem.column or 1

    @property
    def words(self) -> str:
        """Return where in the file, and what."""
        where, message = self.problem.where, self.problem.message
        return f"{where}: {message}" if where else message


@dataclass(frozen=True)
class Validation:
    """What came of checking some files.

    Attributes
    ----------
    paths : tuple of str
        The files checked.
    found : tuple of Found
        What the profile asks for, file by file and line by line.
    suppressed : tuple of Found
        What was found, and is put up with for a reason.
    examples : int
        How many examples came out as stated.
    kinds : mapping
        How many of the files are of each kind.
    data_files : int or None
        How many files of answers and links were opened; None where they were to be left alone.
    since : str
        Only files that changed since then were checked; empty where all were.
    """

    paths: tuple[str, ...]
    found: tuple[Found, ...]
    suppressed: tuple[Found, ...]
    examples: int
    kinds: Mapping[str, int]
    data_files: int | None = None
    profile: Profile = "default"
    since: str = ""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what was found, without levels."""
        return tuple(found.problem for found in self.found)

    @property
    def is_valid(self) -> bool:
        """Return whether there is no error."""
        return all(found.level is not Level.ERROR for found in self.found)


def judge(problem: Problem, profile: Profile, reason: str = "") -> Found:
    """Return a problem with its rule, and what it means in a profile."""
    rule = find_rule(problem.rule)
    shown = replace(
        problem,
        message=make_visible(problem.counted, one_line=True),
        where=make_visible(": ".join(filter(None, (problem.cell, problem.where))), one_line=True),
        hint=make_visible(problem.hint, one_line=True),
        path=make_visible(problem.path, one_line=True),
    )
    return Found(shown, rule, rule.level(profile), make_visible(reason, one_line=True))


def suppress(problems: Iterable[Problem], definition: Definition) -> tuple[list[Problem], list[tuple[Problem, str]]]:
    """Return the problems that stay, those of the suppressions among them, and those put up with, with the reason.

    What lies in a definition that is extended is put up with there; what the file itself says, only in the file.
    """
    instrument, document = definition.instrument, definition.document
    inherited = {base.path: _read_suppressions(base) for base in definition.extends}
    rules = [BY_ID.get(each.rule) for each in instrument.suppress]
    used = [False] * len(rules)
    kept: list[Problem] = []
    put_up_with: list[tuple[Problem, str]] = []
    for problem in problems:
        index = next((place for place, each in enumerate(instrument.suppress) if _is_about(each, problem)), None)
        by_base = next((each for each in inherited.get(problem.path, []) if _is_about(each, problem)), None)
        if index is not None:
            used[index] = True
            put_up_with.append((problem, instrument.suppress[index].reason))
        elif by_base is not None:
            put_up_with.append((problem, by_base.reason))
        else:
            kept.append(problem)
    for index, (each, rule) in enumerate(zip(instrument.suppress, rules, strict=True)):
        loc = ("suppress", index)
        if rule is None:
            kept.append(document.problem((*loc, "rule"), f"no rule {each.rule}", rule="unknown-rule"))
        elif not rule.can_be_suppressed:
            message = f"{each.rule} ({rule.title}) is an error whatever the reason"
            kept.append(document.problem((*loc, "rule"), message, rule="error-suppressed"))
        elif not used[index] and not rule.is_across and loc in document.lines:
            message = f"{each.rule} ({rule.title}) is not found{f' at {each.where}' if each.where else ''}"
            kept.append(document.problem(loc, message, rule="suppresses-nothing"))
        if len(each.reason) < _LEAST_REASON:
            message = f"'{each.reason}' says too little (at least {_LEAST_REASON} letters)"
            kept.append(document.problem((*loc, "reason"), message, rule="reason-too-short"))
    return kept, put_up_with


def _is_about(suppression: Suppression, problem: Problem) -> bool:
    rule = BY_ID.get(suppression.rule)
    is_meant = rule is not None and rule.can_be_suppressed and rule.name == problem.rule
    return is_meant and suppression.covers(problem.where)


def _read_suppressions(document: Document) -> list[Suppression]:
    """Return what a definition that was read without a problem puts up with."""
    listed = document.data.get("suppress") if isinstance(document.data, dict) else None
    return [Suppression.model_validate(each) for each in listed or ()]
