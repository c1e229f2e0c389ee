"""A figure drawn on in inches from its upper left corner, without axes.

Axes, their ticks and their layout take most of the time matplotlib takes for pictures of many small parts. Here each
kind of mark is one path, however many marks there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from textwrap import fill
from typing import TYPE_CHECKING, Any

from sos_score.report.figures.style import GREY, INK, LINE

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

Point = tuple[float, float]
_EM = 0.56  # mean width of a letter of the font in its size; bold ones are a tenth wider
_KEY = 0.2  # inches from one line of a key to the next
_BROAD = 5.0  # inches that leave room for labels beside what is drawn
_SIDES, _MOST_LINES = 8, 4  # points of what the sides of a scale mean, and lines beside one another at most
_STEP = 1.17  # from one line of a text to the next, in its size


@dataclass(frozen=True)
class Scale:
    """From values to inches along a line."""

    # values at its ends
    low: float
    high: float
    # where the ends lie, in inches
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return where a value lies."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def list_ticks(self, most: int = 5, *, is_whole: bool = False) -> list[tuple[float, str]]:
        """Return round values within the scale, at most `most` and perhaps whole ones only, and how each is written."""
        from matplotlib.ticker import MaxNLocator

        locator = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10], integer=is_whole)
        found = [float(tick) for tick in locator.tick_values(self.low, self.high)]
        room = 1e-9 * (self.high - self.low)
        kept = [tick for tick in found if self.low - room <= tick <= self.high + room]
        return [(tick, f"{tick:g}".replace("-", "\N{MINUS SIGN}")) for tick in kept]


def measure_text(words: str, size: float, *, bold: bool = False) -> float:
    """Return about how many inches wide the longest line of a text is."""
    return max((len(line) for line in words.split("\n")), default=0) * size / 72 * (_EM * 1.1 if bold else _EM)


def break_text(words: str, inches: float, size: float) -> str:
    """Return a text broken between words into lines of about so many inches."""
    return fill(words, max(4, int(inches * 72 / size / _EM)))


@cache
def _choose_text() -> type[Text]:
    """Return matplotlib's text, but for SVG without its measures: who shows it lays a line out from its anchor."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.colors import to_rgba
    from matplotlib.text import Text

    class Line(Text):
        """A line of text that stands on its baseline."""

        def draw(self, renderer: Any) -> None:
            figure = self.get_figure(root=True)
            if figure is None or not isinstance(figure.canvas, FigureCanvasSVG) or not self.get_text():
                super().draw(renderer)
                return
            graphics = renderer.new_gc()
            graphics.set_foreground(to_rgba(self.get_color()), isRGBA=True)
            graphics.set_alpha(self.get_alpha())
            x, y = self.get_transform().transform(self.get_position())
            y = renderer.get_canvas_width_height()[1] - y
            font, angle = self.get_fontproperties(), self.get_rotation()
            renderer.open_group("text", self.get_gid())
            renderer.draw_text(graphics, x, y, self.get_text(), font, angle, ismath=False, mtext=self)
            renderer.close_group("text")
            graphics.restore()

    return Line


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
        write_line = _choose_text()
        x, y = at
        lines = words.split("\n")
        em, va = size / 72, options.pop("va", "center")
        above = (len(lines) - 1) * _STEP * em
        y += {"top": 0.78 * em, "center": 0.36 * em - above / 2, "bottom": -0.22 * em - above}[va]
        style: dict[str, Any] = {"ha": "left", "va": "baseline", "color": INK, **options}
        for place, line in enumerate(lines):
            text = write_line(x, y + place * _STEP * em, line, size=size, weight="bold" if bold else "normal",
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

    def draw_scale(
        self,
        scale: Scale,
        top: float,
        bottom: float,
        label: str = "",
        *,
        most: int = 5,
        rows: Iterable[tuple[float, float]] = (),
        is_whole: bool = False,
    ) -> None:
        """Draw a horizontal scale below what lies between two heights, with faint lines up through it.

        The lines are drawn through `rows` only, each from its top to its bottom, where there are any: labels that stand
        between rows are not to be crossed.
        """
        ticks, parts = scale.list_ticks(most, is_whole=is_whole), list(rows) or [(top, bottom)]
        self.draw_lines([[(scale(tick), y0), (scale(tick), y1)] for tick, _ in ticks for y0, y1 in parts], LINE, 0.7)
        self.draw_lines([[(scale.start, bottom), (scale.end, bottom)]], GREY, 0.8)
        for tick, words in ticks:
            self.write((scale(tick), bottom + 0.11), words, ha="center")
        if label:
            self.write(((scale.start + scale.end) / 2, bottom + 0.3), label, 9, ha="center")

    def write_sides(self, scale: Scale, bottom: float, sides: Sequence[str]) -> None:
        """Write below a scale what its left and its right side mean, as `measure_sides` has room for."""
        left, right = _break_sides(sides, scale.end - scale.start)
        y = bottom + 0.4
        if left and right:
            self.write((scale.start, y), left, _SIDES, va="top", color=GREY)
            self.write((scale.end, y), right, _SIDES, ha="right", va="top", color=GREY)
            return
        for words in sides:
            told = break_text(words, self.width, _SIDES)
            self.write((0, y), told, _SIDES, va="top", color=GREY)
            y += _measure_lines(told)

    def draw_key(self, entries: Sequence[tuple[str, str, str]], at: Point | None = None) -> None:
        """Write what marks stand for, to the right of the top, or from `at` on: marker, colour and words each.

        The marker ``box`` is a filled box. In a narrow figure the entries take several lines, as `measure_key` says.
        """
        x, y = at or (0.0, 0.12)
        for line in _split_key(entries, self.width - x):
            rooms = [_measure_entry(words) for _, _, words in line]
            left = x if at else self.width - sum(rooms) + 0.15
            for (marker, colour, words), room in zip(line, rooms, strict=True):
                if marker == "box":
                    self.fill_boxes([(left, y - 0.055, left + 0.22, y + 0.055)], colour)
                else:
                    self.draw_lines([[(left, y), (left + 0.22, y)]], colour, 1.6)
                    self.mark([(left + 0.11, y)], marker, colour, 5.5)
                self.write((left + 0.29, y), words)
                left += room
            y += _KEY


def _measure_entry(words: str) -> float:
    return 0.3 + measure_text(words, 8.5) + 0.22


def _split_key(entries: Sequence[tuple[str, str, str]], width: float) -> list[list[tuple[str, str, str]]]:
    lines: list[list[tuple[str, str, str]]] = [[]]
    room = width + 0.15
    for each in entries:
        needed = _measure_entry(each[2])
        if lines[-1] and needed > room:
            lines.append([])
            room = width + 0.15
        lines[-1].append(each)
        room -= needed
    return lines


def measure_key(entries: Sequence[tuple[str, str, str]], width: float) -> float:
    """Return how many inches the further lines of a key take in a figure of a width."""
    return _KEY * (len(_split_key(entries, width)) - 1)


def _break_sides(sides: Sequence[str], width: float) -> list[str]:
    """Return what the sides mean in lines that fit beside one another; nothing where they would be too many."""
    told = [break_text(words, width / 2 - 0.05, _SIDES) for words in sides]
    return told if max(words.count("\n") for words in told) < _MOST_LINES else ["", ""]


def measure_sides(sides: Sequence[str], scale: float, width: float) -> float:
    """Return how many inches a scale takes below its line with what its sides mean, in a figure of a width."""
    beside = _break_sides(sides, scale)
    below = sum(_measure_lines(break_text(words, width, _SIDES)) for words in sides)
    return 0.45 + (max(map(_measure_lines, beside)) if all(beside) else below)


def _measure_lines(words: str) -> float:
    return (words.count("\n") + 1) * _STEP * _SIDES / 72


def is_narrow(width: float) -> bool:
    """Return whether a figure has no room for labels beside what is drawn."""
    return width < _BROAD


Name = tuple[str, str]  # source label, scale title
_WIDEST = 2.35  # inches of labels
_HEAD, _AIR = 0.3, 0.12


def list_rows(canvas: Canvas, heights: Iterable[float], row: float) -> list[tuple[float, float]]:
    """Return the tops and bottoms of rows whose labels stand above them; none where labels stand beside."""
    return [(y - row / 2, y + row / 2) for y in heights] if is_narrow(canvas.width) else []


def measure_rows(names: Iterable[Name], row: float, width: float) -> float:
    """Return how many inches high rows are with their headings; in a narrow figure a label stands above its row."""
    names = list(names)
    left, heads = _plan(names, width)
    if is_narrow(width):
        rows = sum(row + _measure_title(title, width) for _, title in names)
    else:
        rows = sum(_measure_row(title, row, left) for _, title in names)
    return rows + sum(map(_measure_head, heads.values()))


def measure_labels(names: Iterable[Name], width: float) -> float:
    """Return how many inches labels take beside rows."""
    return _plan(list(names), width)[0]


def place_rows(canvas: Canvas, names: Iterable[Name], top: float, row: float) -> tuple[float, dict[Name, float]]:
    """Write the outcomes down the left side; return where what is drawn of them begins, and the height of each."""
    names = list(names)
    left, heads = _plan(names, canvas.width)
    narrow = is_narrow(canvas.width)
    at, ha = (0.0, "left") if narrow else (left - 0.08, "right")
    y, last, found = top, "", {}
    for name in names:
        source, title = name
        if source != last:
            y += _measure_head(heads[source])
            canvas.write((at, y - 0.05), heads[source], 9, bold=True, ha=ha, va="bottom")
            last = source
        if narrow:
            canvas.write((at, y + 0.03), break_text(title, canvas.width, 8.5), va="top")
            y += _measure_title(title, canvas.width)
        high = row if narrow else _measure_row(title, row, left)
        if not narrow:
            canvas.write((at, y + high / 2), break_text(title, left - _AIR, 8.5), ha=ha)
        found[name] = y + high / 2
        y += high
    return left, found


def _measure_row(title: str, row: float, left: float) -> float:
    """Return how high a row is beside its label, which may take several lines."""
    return max(row, _measure_title(title, left - _AIR) + 0.03)


def _measure_title(title: str, width: float) -> float:
    return _STEP * 8.5 / 72 * (break_text(title, width, 8.5).count("\n") + 1)


def _plan(names: list[Name], width: float) -> tuple[float, dict[str, str]]:
    """Return how wide the labels beside rows are, and the headings in lines that fit."""
    if is_narrow(width):
        return 0.1, {source: break_text(source, width / 1.1, 9) for source, _ in names}
    longest = max(
        *(measure_text(source, 9, bold=True) for source, _ in names), *(measure_text(title, 8.5) for _, title in names)
    )
    left = min(1.15 * longest, _WIDEST) + _AIR  # letters such as m are broader than the mean
    return left, {source: break_text(source, (left - _AIR) / 1.1, 9) for source, _ in names}


def _measure_head(head: str) -> float:
    return _HEAD + 0.15 * head.count("\n") if head else 0.0
