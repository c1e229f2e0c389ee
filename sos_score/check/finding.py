"""What a check finds: data, without a word and without an id of a person; sentences are made from the note, last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from sos_score.definition.study.model import Accepted
from sos_score.notes import Note, note

Level = Literal["note", "warning", "problem"]

LEVELS: tuple[Level, ...] = ("note", "warning", "problem")
"""From what is good to know to what `score` refuses, or would score wrongly."""

Group = tuple[tuple[str, str], ...]
"""Where in the data: id column and value, as (("site", "3"), ("wave", "T1")); nothing is everywhere."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a finding is about, and where it is seen."""

    about: str = ""  # the item, scale, column, response scale or instrument; empty where it is about rows
    file: str = ""  # the file, where it is of one
    lines: tuple[int, ...] = ()  # lines of that file, or rows of its sheet
    group: Group = ()  # where in the data
    # how many rows or cells show it, of how many looked at
    count: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check has to say of some files.

    Attributes
    ----------
    rule : str
        The kind of rule that found it, a key of `RULES`.
    level : str
        ``note``, ``warning`` or ``problem``.
    note : Note
        What is said: a code and its values, the counts of the place among them.
    source : str
        The source of the study; empty outside a study.
    reason : str
        Why it is accepted; empty where it is not.
    """

    rule: str
    level: Level
    note: Note
    place: Place
    source: str = ""
    reason: str = ""

    @property
    def code(self) -> str:
        """Return what is found, as a study file names it to accept it."""
        return self.note.code.removeprefix("check_")


def make_finding(rule: str, level: Level, code: str, place: Place, /, **values: object) -> Finding:
    """Return a finding; its note has the counts of the place beside its own values."""
    said = note(f"check_{code}", about=place.about, count=place.count, of=place.of, **values)
    return Finding(rule, level, said, place)


def sort_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings as they are read: accepted ones last, the worst first, else as found."""
    return sorted(findings, key=lambda each: (bool(each.reason), -LEVELS.index(each.level)))


def accept_findings(findings: Iterable[Finding], accepted: Iterable[Accepted]) -> list[Finding]:
    """Return findings with the reason of the first acceptance that fits; one that fits nothing is a finding itself.

    An acceptance holds while the finding is no larger than it says.
    """
    rest = dict.fromkeys(range(len(known := list(accepted))))
    judged = []
    for finding in findings:
        fits = [number for number, each in enumerate(known) if _fits(finding, each)]
        judged.append(replace(finding, reason=known[fits[0]].reason) if fits else finding)
        for number in fits:
            rest.pop(number, None)
    unused = [make_finding("accepted", "note", "acceptance_unused", Place(known[number].found)) for number in rest]
    return judged + unused


def _fits(finding: Finding, accepted: Accepted) -> bool:
    return (
        finding.code == accepted.found
        and accepted.source in (None, finding.source)
        and accepted.about in (None, finding.place.about)
        and (accepted.at_most is None or finding.place.count <= accepted.at_most)
    )
