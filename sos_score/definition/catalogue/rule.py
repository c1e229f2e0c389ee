"""A rule as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Profile = Literal["default", "strict"]


class Level(StrEnum):
    """What a finding means for the file: an error fails it; what is off is not shown."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    OFF = "off"


@dataclass(frozen=True)
class Rule:
    """A rule of the files a user writes."""

    id: str  # Stable across versions: ``SOS101``. An id that is no longer used is not given to another rule.
    name: str  # what the code calls it
    title: str  # what is wrong, in a few words
    why: str  # why it matters
    # parts of a file that break the rule, and that keep it
    bad: str
    good: str
    # what a finding means in each profile
    default: Level = Level.ERROR
    strict: Level = Level.ERROR
    kind: str = "instrument"  # the kind of file it is about
    # whether it is about several files: the examples then stand beside the small instrument of the page
    is_across: bool = False
    # whether it is about what a file was before: the examples then change the small instrument of the page
    is_revised: bool = False

    def level(self, profile: Profile) -> Level:
        """Return what a finding means in a profile."""
        return self.strict if profile == "strict" else self.default

    @property
    def can_be_suppressed(self) -> bool:
        """Return whether a reason may put up with it: an error in every profile makes a file wrong."""
        return self.default is not Level.ERROR
