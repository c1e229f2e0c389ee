"""How people answered every item: bars that part at the middle of the answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.nesting import split_waves
from sos_score.definition.instrument.instrument import Instrument
from sos_score.report.figures.canvas import Canvas, Scale, measure_text
from sos_score.report.figures.style import BLUES, GREY, INK, MIDDLE, ORANGES, PAPER
from sos_score.report.model import Picture, ReportData
from sos_score.report.response_counts import are_all_shown
from sos_score.study.outcome import SourceTable
from sos_score.words import count, format_percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 48  # items in one picture
_ROW = 0.165  # inches
_ANSWER = 0.27  # inches of an answer in the key
_SIDE = 0.32  # inches of the shares beside the bars


@dataclass(frozen=True)
class _Answers:
    """The answers to some items of one range."""

    codes: tuple[float, ...]  # the answers there are
    ends: tuple[str, str]  # what the lowest and the highest are called; empty where the definition does not say
    shares: dict[str, dict[str, NDArray[np.float64]]]  # wave, item, and the share of each code among the answers
    reversed: frozenset[str]  # items that are reverse-keyed in some scale
    recoded: frozenset[str] = frozenset()  # items whose answers are shown as what they count

    def find_top(self, width: float) -> float:
        """Return where the bars begin, in inches: below the key, and the waves where there are any."""
        return (0.6 if any(self.shares) else 0.36) + (0 if self.has_room(width) else 0.2)

    def has_room(self, width: float) -> bool:
        """Return whether what the ends are called fits beside the answers of the key."""
        return sum(measure_text(end, 8) for end in self.ends) + _ANSWER * len(self.codes) + 0.3 < width

    @property
    def items(self) -> list[str]:
        """Return the items, in the order of the definition."""
        return list(dict.fromkeys(item for found in self.shares.values() for item in found))


def list_answers(report: ReportData) -> Iterator[Picture]:
    """Yield a picture of the answers to every item, for each source and instrument of two items or more."""
    for table in report.data.tables:
        if table.instrument is None or len(table.answers.columns) < 2:
            continue
        label = next(each.source_label for each in report.data.outcomes if each.table is table)
        several = sum(other.source == table.source for other in report.data.tables) > 1
        name = f"answers-{table.source}{f'-{table.instrument.id}' if several else ''}"
        parts = list(_split_items(table, table.instrument))
        for place, items in enumerate(parts):
            found = _count_answers(table, table.instrument, items, report)
            if found.items:
                number = f"-{place + 1}" if len(parts) > 1 else ""
                yield _make_picture(f"{name}{number}", label, found)


def _split_items(table: SourceTable, instrument: Instrument) -> Iterator[list[str]]:
    """Yield items of the same answers, so many that a picture can be read; none without steps to count."""
    ranges: dict[tuple[float, ...], list[str]] = {}
    for item, response in instrument.counted.items():
        if item in table.answers and response.has_equal_steps:
            ranges.setdefault(response.values, []).append(item)
    for items in ranges.values():
        parts = -(-len(items) // _MOST)
        size = -(-len(items) // parts)
        yield from (items[start : start + size] for start in range(0, len(items), size))


def _count_answers(table: SourceTable, instrument: Instrument, items: list[str], report: ReportData) -> _Answers:
    plan = report.comparison.plan
    response = instrument.counted[items[0]]
    codes = response.values
    labels = {code: label for label, code in reversed(response.labels.items())}
    shares: dict[str, dict[str, NDArray[np.float64]]] = {}
    for wave, rows in split_waves(table.frame, plan):
        shown = items if are_all_shown(report.data, table, wave) else []
        columns = table.answers.loc[rows.index, shown].to_numpy(dtype=float).T
        for item, answers in zip(shown, columns, strict=True):
            given = answers[~np.isnan(answers)]
            if given.size >= max(1, plan.smallest_cell):
                shares.setdefault(wave, {})[item] = (given[:, None] == codes).mean(axis=0)
    scales = table.plan.scales if table.plan else ()
    turned = frozenset(term.name for scale in scales if not scale.of_scores for term in scale.terms if term.is_reversed)
    recoded = frozenset(instrument.recodes.keys() & set(items))
    return _Answers(codes, (labels.get(codes[0], ""), labels.get(codes[-1], "")), shares, turned, recoded)


def _make_picture(name: str, label: str, found: _Answers) -> Picture:
    items = found.items
    last = list(found.shares)[-1]
    high = {item: _part(shares, 1) for item, shares in found.shares[last].items()}
    most, least = max(high, key=high.__getitem__), min(high, key=high.__getitem__)
    middle = (found.codes[0] + found.codes[-1]) / 2
    where = f" at {last}" if last else ""
    is_turned, is_recoded = found.reversed & set(items), found.recoded & set(items)
    how = "as recoded" if is_recoded else "as given"
    some = "of recoded items " if is_recoded and not found.recoded >= set(items) else ""
    turned = f" (r): reverse-keyed in a scale; answers {some}are shown {how}." if is_turned else ""
    turned = turned or (f" Answers {some}are shown as recoded." if is_recoded else "")
    return Picture(
        name=re.sub(r"[^a-z0-9]+", "-", name.lower()),
        title=f"{label}, {items[0]} to {items[-1]}: {format_percent(high[least])} ({least})"
        f" to {format_percent(high[most])} ({most}) answered above {middle:g}{where}",
        reading=f"Bars are centred on the middle of the answers, {middle:g}: the share of lower answers stands to the"
        f" left, that of higher ones to the right, of those who answered.{turned}",
        description=f"{count(len(items), 'item')}. " + " ".join(_describe(found)),
        measure=lambda width: found.find_top(width) + _ROW * len(items) + 0.1,
        fill=partial(_fill, found=found),
        is_folded=True,
    )


def _part(shares: NDArray[np.float64], side: int) -> float:
    """Return the share of answers below (-1) or above (1) the middle."""
    half = shares.size // 2
    return float(shares[:half].sum() if side < 0 else shares[shares.size - half :].sum())


def _describe(found: _Answers) -> Iterator[str]:
    for wave, items in found.shares.items():
        parts = [
            f"{item} {format_percent(_part(shares, -1))} below, {format_percent(_part(shares, 1))} above"
            for item, shares in items.items()
        ]
        yield f"{f'{wave}: ' if wave else ''}{'; '.join(parts)}."


def _list_colours(codes: int) -> list[str]:
    """Return a colour for each answer: stronger towards the ends, grey in the middle."""
    half = codes // 2
    steps = [round(2 * (half - 1 - place) / max(1, half - 1)) if half > 1 else 0 for place in range(half)]
    low = [ORANGES[2 - step] for step in steps]
    high = [BLUES[2 - step] for step in reversed(steps)]
    return [*low, *([MIDDLE] if codes % 2 else []), *high]


def _fill(figure: Figure, found: _Answers) -> None:
    canvas = Canvas(figure)
    items = found.items
    names = {item: f"{item} (r)" if item in found.reversed else item for item in items}
    left = max(measure_text(name, 7.5) for name in names.values()) + 0.15
    width = (canvas.width - left) / len(found.shares)
    colours, top = _list_colours(len(found.codes)), found.find_top(canvas.width)
    heights = {item: top + (place + 0.5) * _ROW for place, item in enumerate(items)}
    for item, y in heights.items():
        canvas.write((left - 0.08, y), names[item], 7.5, ha="right")
    most = [max(_part(shares, side) + _middle(shares) for each in found.shares.values() for shares in each.values())
            for side in (-1, 1)]  # fmt: skip
    for place, (wave, shares) in enumerate(found.shares.items()):
        start = left + place * width
        x = Scale(-most[0], most[1], start + _SIDE, start + width - _SIDE - 0.1)
        canvas.write((start + _SIDE, top - 0.12), wave, 9, bold=True)
        _fill_wave(canvas, x, {heights[item]: each for item, each in shares.items()}, colours)
        canvas.draw_lines([[(x(0), top), (x(0), canvas.height - 0.1)]], INK, 0.6)
    _write_key(canvas, found, colours)


def _middle(shares: NDArray[np.float64]) -> float:
    """Return half the share of the middle answer, where there is one."""
    return float(shares[shares.size // 2]) / 2 if shares.size % 2 else 0.0


def _fill_wave(canvas: Canvas, x: Scale, rows: dict[float, NDArray[np.float64]], colours: list[str]) -> None:
    boxes: dict[int, list[tuple[float, float, float, float]]] = {}
    for y, shares in rows.items():
        end = -_part(shares, -1) - _middle(shares)
        for code, share in enumerate(shares.tolist()):
            if share:
                boxes.setdefault(code, []).append((x(end), y - 0.4 * _ROW, x(end + share), y + 0.4 * _ROW))
            end += share
    for side, at, ha in ((-1, x.start - 0.04, "right"), (1, x.end + 0.04, "left")):
        for y, shares in rows.items():
            canvas.write((at, y), format_percent(_part(shares, side)), 7, ha=ha, color=GREY)
    for code in sorted(boxes):
        canvas.fill_boxes(boxes[code], colours[code], edgecolor=PAPER, linewidth=0.5)


def _write_key(canvas: Canvas, found: _Answers, colours: list[str]) -> None:
    """Write the answers in their colours along the top, with what the ends are called."""
    low, high = found.ends
    has_room = found.has_room(canvas.width)
    width, x = _ANSWER, measure_text(low, 8) + 0.15 if has_room else 0.0
    if has_room:
        canvas.write((x - 0.08, 0.14), low, 8, ha="right")
        canvas.write((x + width * len(found.codes) + 0.08, 0.14), high, 8)
    else:
        canvas.write((x, 0.34), f"{found.codes[0]:g} {low}, {found.codes[-1]:g} {high}", 8)
    for code, colour in zip(found.codes, colours, strict=True):
        canvas.fill_boxes([(x, 0.05, x + width, 0.23)], colour, edgecolor=PAPER, linewidth=0.5)
        is_strong = colour in (BLUES[0], ORANGES[0])
        canvas.write(
            (x + width / 2, 0.14), f"{code:g}", 7.5, ha="center", color=PAPER if is_strong else INK, bold=is_strong
        )
        x += width
