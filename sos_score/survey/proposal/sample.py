"""The columns of a file with some of their cells, which tell what a column can be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from sos_score.definition.text import fold_text
from sos_score.errors import clip
from sos_score.survey.answers import AnswerKey
from sos_score.survey.columns import Headers
from sos_score.survey.readers.export import Export

_ROWS = 500
_LONG = 40
_ONE_LINE = re.compile(r"\s+")


@dataclass(frozen=True)
class Sample:
    """A file's columns, by place from 0."""

    headers: Headers  # finds a column by its name
    aliases: Sequence[Sequence[str]]  # what else the file calls each column; see `Export.aliases`
    cells: Sequence[tuple[str, ...]]  # the first cells of each column, without the white space around them

    @cached_property
    def names(self) -> list[str]:
        """Return the name that tells each column: the code at its head where there is one, else its header."""
        return [self._name(place) for place in range(len(self.headers.names))]

    def _name(self, place: int) -> str:
        header = self.headers.names[place]
        codes = [each for each in self.aliases[place] if len(each) < _LONG] if len(header) > _LONG else []
        codes = [each for each in (self.headers.head(place), *codes) if each]
        return next((each for each in codes if self.headers.places(each) == [place]), header)

    def texts(self, place: int) -> list[str]:
        """Return everything the file calls a column, folded."""
        return list(dict.fromkeys(fold_text(each) for each in (self.headers.names[place], *self.aliases[place])))

    def filled(self, place: int) -> list[str]:
        """Return the cells of a column that hold anything."""
        return [cell for cell in self.cells[place] if cell]

    def fit(self, place: int, key: AnswerKey) -> float:
        """Return the share of the cells of a column that can be answers to an item; 1 where there are none."""
        cells = self.filled(place)
        return sum(key.read(cell).is_allowed for cell in cells) / len(cells) if cells else 1.0


def take_sample(export: Export) -> Sample:
    """Return the columns of an export with the cells of its first rows."""
    width = len(export.header)
    rows = [cells for _, cells in islice(export.records(), _ROWS) if len(cells) == width]
    cells = [tuple(row[place].strip() for row in rows) for place in range(width)]
    aliases = [export.aliases[place] if place < len(export.aliases) else () for place in range(width)]
    return Sample(export.headers, aliases, cells)


def shorten(text: str) -> str:
    """Return a text on one line, as short as a comment may be.

    Examples
    --------
    >>> shorten("I feel safe")
    'I feel safe'
    """
    return clip(_ONE_LINE.sub(" ", text).strip())
