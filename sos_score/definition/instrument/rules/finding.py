"""What a rule finds wrong in a definition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.yaml.document import Loc


@dataclass(frozen=True)
class Finding:
    """What a rule found, and where in the definition; by `rule` where its function looks for several faults."""

    loc: Loc
    message: str
    hint: str = ""
    rule: str = ""


@dataclass(frozen=True)
class UnreadableParts:
    """The parts of a broken definition that could not be read, and so cannot be missed."""

    sections: frozenset[str] = frozenset()
    names: frozenset[tuple[str, str]] = frozenset()

    def has(self, section: str, name: str) -> bool:
        """Return whether `name` may have been in `section` before it was lost."""
        return section in self.sections or (section, name) in self.names

    def list_known(self, section: str, names: Iterable[str]) -> list[str]:
        """Return the names of a section as the author sees it: those that can be read, and those lost."""
        lost = sorted(name for place, name in self.names if place == section)
        return list(dict.fromkeys([*names, *lost]))


Rule = Callable[[Instrument, UnreadableParts], Iterator[Finding]]


def describe_ids(ids: Sequence[str]) -> str:
    """Return a few ids one by one, more of them as the first and the last."""
    if not ids:
        return "none"
    return f"{ids[0]}..{ids[-1]}" if len(ids) > 4 else ", ".join(ids)
