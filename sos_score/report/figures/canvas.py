"""A figure drawn on in inches from its upper left corner, without axes.

Axes, their ticks and their layout take most of the time matplotlib takes for pictures of many small parts. Here each
kind of mark is one path, however many marks there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

from sos_score.report.figures.style import GREY, INK, LINE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Point = tuple[float, float]
_EM = 0.56  # mean width of a letter of the font in its size; bold ones are a tenth wider
_STEP = 1.17  # from one line of a text to the next, in its size


@dataclass(frozen=True)
class Scale:
    """From values to inches along a line.

    Attributes
    ----------
    low, high : float
        Values at its ends.
    start, end : float
        Where the ends lie, in inches.
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return where a value lies."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def list_ticks(self, most: int = 5) -> list[tuple[float, str]]:
        """Return round values within the scale, at most `most`, and how each is written."""
        from matplotlib.ticker import MaxNLocator

        found = [float(tick) for tick in MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(self.low, self.high)]
        room = 1e-9 * (self.high - self.low)
        kept = [tick for tick in found if self.low - room <= tick <= self.high + room]
        return [(tick, f"{tick:g}".replace("-", "\N{MINUS SIGN}")) for tick in kept]


def measure_text(words: str, size: float, *, bold: bool = False) -> float:
    """Return about how many inches wide the longest line of a text is."""
    return max((len(line) for line in words.split("\n")), default=0) * size / 72 * (_EM * 1.1 if bold else _EM)


def break_text(words: str, inches: float, size: float) -> str:
    """Return a text broken between words into lines of about so many inches."""
    return fill(words, max(4, int(inches * 72 / size / _EM)))


class Canvas:
    """A figure to draw on; y grows downwards."""

    def __init__(self, figure: Figure) -> None:
        from matplotlib.transforms import Affine2D

        self.figure = figure
        self.width, self.height = (float(size) for size in figure.get_size_inches())
        self._inches = Affine2D().scale(1, -1).translate(0, self.height) + figure.dpi_scale_trans

    def write(self, at: Point, words: str, size: float = 8.5, *, bold: bool = False, **options: Any) -> None:
        """Write a text, each of its lines by itself; `options` as matplotlib's Text has them.

        Where a line ends or is centred must not hang on the widths of another font, and heights not on its letters.
        """
        from matplotlib.text import Text

        x, y = at
        lines = words.split("\n")
        em, va = size / 72, options.pop("va", "center")
        above = (len(lines) - 1) * _STEP * em
        y += {"top": 0.78 * em, "center": 0.36 * em - above / 2, "bottom": -0.22 * em - above}[va]
        style: dict[str, Any] = {"ha": "left", "va": "baseline", "color": INK, **options}
        for place, line in enumerate(lines):
            text = Text(x, y + place * _STEP * em, line, size=size, weight="bold" if bold else "normal",
                        transform=self._inches, parse_math=False, **style)  # fmt: skip
            self.figure.add_artist(text)

    def draw_lines(self, lines: Iterable[Sequence[Point]], colour: str, width: float = 1.0, **options: Any) -> None:
        """Draw lines of two or more points each."""
        parts = [list(line) for line in lines]
        self._draw(parts, facecolor="none", edgecolor=colour, linewidth=width, **options)

    def fill_boxes(self, boxes: Iterable[tuple[float, float, float, float]], colour: str, **options: Any) -> None:
        """Fill boxes, each from left and top to right and bottom."""
        corners = [[(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)] for x0, y0, x1, y1 in boxes]
        self._draw(corners, is_closed=True, **{"facecolor": colour, "linewidth": 0, **options})

    def _draw(self, parts: list[list[Point]], *, is_closed: bool = False, **options: Any) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        if not parts:
            return
        codes: list[Any] = []
        for part in parts:
            codes += [Path.MOVETO, *[Path.LINETO] * (len(part) - 1)]
            if is_closed:
                codes[-1] = Path.CLOSEPOLY
        path = Path([point for part in parts for point in part], codes)
        path.should_simplify = False
        self.figure.add_artist(PathPatch(path, transform=self._inches, **options))

    def mark(self, points: Iterable[Point], marker: str, colour: str, size: float, **options: Any) -> None:
        """Put the same mark on every point."""
        from matplotlib.lines import Line2D

        places = list(points)
        if places:
            x, y = zip(*places, strict=True)
            self.figure.add_artist(Line2D(x, y, linestyle="", marker=marker, color=colour, markersize=size,
                                          transform=self._inches, **options))  # fmt: skip

    def draw_scale(self, scale: Scale, top: float, bottom: float, label: str = "", most: int = 5) -> None:
        """Draw a horizontal scale below what lies between two heights, with faint lines up through it."""
        ticks = scale.list_ticks(most)
        self.draw_lines([[(scale(tick), top), (scale(tick), bottom)] for tick, _ in ticks], LINE, 0.7)
        self.draw_lines([[(scale.start, bottom), (scale.end, bottom)]], GREY, 0.8)
        for tick, words in ticks:
            self.write((scale(tick), bottom + 0.11), words, ha="center")
        if label:
            self.write(((scale.start + scale.end) / 2, bottom + 0.3), label, 9, ha="center")

    def draw_key(self, entries: Sequence[tuple[str, str, str]], at: Point | None = None) -> None:
        """Write what marks stand for, to the right of the top, or from `at` on: marker, colour and words each.

        The marker ``box`` is a filled box.
        """
        room = [0.3 + measure_text(words, 8.5) + 0.22 for _, _, words in entries]
        x, y = at or (self.width - sum(room) + 0.15, 0.12)
        for (marker, colour, words), width in zip(entries, room, strict=True):
            if marker == "box":
                self.fill_boxes([(x, y - 0.055, x + 0.22, y + 0.055)], colour)
            else:
                self.draw_lines([[(x, y), (x + 0.22, y)]], colour, 1.6)
                self.mark([(x + 0.11, y)], marker, colour, 5.5)
            self.write((x + 0.29, y), words)
            x += width


Name = tuple[str, str]  # source label, scale title
_WIDEST = 2.35  # inches of labels
_HEAD = 0.3


def measure_rows(names: Iterable[Name], row: float) -> float:
    """Return how many inches high rows are with their headings."""
    names = list(names)
    _, heads = _plan(names)
    return row * len(names) + sum(map(_measure_head, heads.values()))


def place_rows(canvas: Canvas, names: Iterable[Name], top: float, row: float) -> tuple[float, dict[Name, float]]:
    """Write the outcomes down the left side; return where what is drawn of them begins, and the height of each."""
    names = list(names)
    left, heads = _plan(names)
    y, last, found = top, "", {}
    for name in names:
        source, title = name
        if source != last:
            y += _measure_head(heads[source])
            canvas.write((left - 0.08, y - 0.05), heads[source], 9, bold=True, ha="right", va="bottom")
            last = source
        found[name] = y + row / 2
        canvas.write((left - 0.08, y + row / 2), break_text(title, left, 8.5), ha="right")
        y += row
    return left, found


def _plan(names: list[Name]) -> tuple[float, dict[str, str]]:
    """Return how wide the labels are, and the headings in lines of that width."""
    longest = max(
        *(measure_text(source, 9, bold=True) for source, _ in names), *(measure_text(title, 8.5) for _, title in names)
    )
    left = min(longest, _WIDEST) + 0.12
    return left, {source: break_text(source, (left - 0.1) / 1.1, 9) for source, _ in names}


def _measure_head(head: str) -> float:
    return _HEAD + 0.15 * head.count("\n")
