"""Notes: what has to be said beside a number, as a code and its values; words are made from `sentences`, last."""

from __future__ import annotations

from dataclasses import dataclass

from sos_score.sentences import SENTENCES
from sos_score.words import Printed


@dataclass(frozen=True, slots=True)
class Note:
    """Something to say, as data: which sentence, and what goes into it. ``str()`` of it is the sentence."""

    code: str
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        """Return the sentence."""
        made = SENTENCES[self.code]
        values = {name: Printed(value) if isinstance(value, float) else value for name, value in self.values}
        return made(**values) if callable(made) else made.format(**values)

    def with_values(self, **values: object) -> Note:
        """Return the note with other values in place of some of its own."""
        return Note(self.code, tuple((dict(self.values) | values).items()))

    def __getitem__(self, name: str) -> object:
        """Return one of the values."""
        return dict(self.values)[name]


def note(code: str, **values: object) -> Note:
    """Return a note; its code must be one that has a sentence.

    Examples
    --------
    >>> str(note("few_hidden", least=5))
    'groups of fewer than 5 people are not shown'
    """
    if code not in SENTENCES:
        raise KeyError(code)
    return Note(code, tuple(values.items()))
