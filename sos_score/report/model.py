"""What a report is made of, before it is a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sos_score.comparison.judging import Comparison
from sos_score.comparison.questions.pair_scores import PairScores, list_pair_scores
from sos_score.comparison.sensitivity import Sensitivity, assess_sensitivity, score_by_rules
from sos_score.output.table import Table
from sos_score.report.figures.style import render_figure
from sos_score.report.labels import Labels
from sos_score.report.trust import Trust, list_trust
from sos_score.study.data import StudyData

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class ReportData:
    """What a report is made from."""

    data: StudyData
    comparison: Comparison  # with small groups hidden
    manifest: str  # the name of the manifest beside the page
    made_on: str = ""  # the day it is made; empty where it is to say none

    @cached_property
    def labels(self) -> Labels:
        """Return what the study's parts are called."""
        return Labels.of(self.comparison, self.data)

    @cached_property
    def sensitivity(self) -> Sensitivity:
        """Return every judged finding under other choices of the analysis, computed once."""
        return assess_sensitivity(self.data, score_by_rules(self.data))

    @cached_property
    def pair_scores(self) -> dict[str, tuple[PairScores, ...]]:
        """Return the scores of each declared pair, wave by wave, brought together once."""
        pairs, plan = self.data.study.pairs, self.comparison.plan
        return {name: tuple(list_pair_scores(pair, self.data, plan)) for name, pair in pairs.items()}

    @cached_property
    def trust(self) -> tuple[Trust, ...]:
        """Return the reliability of every scale at each wave, computed once."""
        return tuple(list_trust(self.comparison, self.labels, self.data))


BROAD, NARROW = 7.4, 3.75
"""Widths of a picture in inches: on a page and on paper, and on a telephone."""


@dataclass(frozen=True)
class Picture:
    """A picture that can be drawn as SVG and as PNG, for a page and for a telephone."""

    name: str  # of its file, without suffix
    title: str  # what it shows, as a finding
    reading: str  # how it is read, for everyone
    description: str  # the figures in it in words, for readers who cannot see it
    measure: Callable[[float], float]  # gives its height from its width, in inches
    fill: Callable[[Figure], None]  # draws it into a figure, as wide as that is
    is_folded: bool = False  # whether a page shows it on demand only

    @property
    def size(self) -> tuple[float, float]:
        """Return its width and height in inches, on a page and on paper."""
        return BROAD, self.measure(BROAD)

    @cached_property
    def _drawn(self) -> dict[tuple[str, float], bytes]:
        return {}

    def render(self, kind: str, width: float = BROAD) -> bytes:
        """Return the picture as ``svg`` or ``png``; each is drawn once, however many files show it."""
        if (kind, width) not in self._drawn:
            size = (width, self.measure(width))
            self._drawn[kind, width] = render_figure(self.fill, size, self.title, self.description, kind)
        return self._drawn[kind, width]


@dataclass(frozen=True)
class Block:
    """A part of a section.

    A lead says in a sentence what a section found; a folded table opens on demand; of a box, the first text is the
    title.
    """

    kind: Literal["text", "lead", "list", "table", "folded", "picture", "heading", "box"]
    value: str | tuple[str, ...] | Table | Picture


@dataclass(frozen=True)
class Section:
    """A section of a report: of its main part, or of the annex, which is a file of its own in Word."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    is_annex: bool = False

    @property
    def pictures(self) -> list[Picture]:
        """Return its pictures."""
        return [block.value for block in self.blocks if isinstance(block.value, Picture)]
