"""How invented people answer, and how their answers are written down; used by generate.py."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Rows = list[list[str]]


@dataclass(frozen=True)
class Form:
    """Items numbered from 1 in blocks that belong together; `turned` items are answered the other way round."""

    blocks: tuple[tuple[int, ...], ...]
    top: int
    noise: float
    apart: float = 0.0
    turned: tuple[int, ...] = ()


def standardise(values: Numbers, groups: Whole) -> Numbers:
    """Return `values` with mean 0 and SD 1 in each group, so that planned means come out as planned."""
    result = values.copy()
    for group in np.unique(groups):
        part = values[groups == group]
        result[groups == group] = (part - part.mean(axis=0)) / part.std(axis=0, ddof=1)
    return result


def draw_apart(rng: np.random.Generator, groups: Whole) -> Numbers:
    """Return a normal deviate for each person, standardised in each group."""
    return standardise(rng.standard_normal(len(groups)), groups)


def mix(share: float, known: Numbers, other: Numbers) -> Numbers:
    """Return deviates that correlate with `known` by `share`."""
    rest: float = np.sqrt(1 - share**2)
    return share * known + rest * other


def answer(rng: np.random.Generator, form: Form, level: Numbers, groups: Whole) -> Whole:
    """Return answers (people x items) around each person's level."""
    wanted = np.empty((len(level), sum(len(block) for block in form.blocks)))
    for block in form.blocks:
        numbers = np.array(block)
        ease = 0.25 * np.cos(2.4 * numbers)
        own = level + form.apart * draw_apart(rng, groups)
        wanted[:, numbers - 1] = own[:, None] + ease - ease.mean()
    drawn = wanted + form.noise * standardise(rng.standard_normal(wanted.shape), groups)
    answers = np.clip(np.floor(drawn + 0.5), 1, form.top).astype(np.int64)
    turned = np.array(form.turned, dtype=np.int64) - 1
    answers[:, turned] = form.top + 1 - answers[:, turned]
    return answers


def leave_out(
    rng: np.random.Generator, answers: Whole, texts: Mapping[str, float], stopped: Iterable[int] = ()
) -> Rows:
    """Return answers as text with gaps: `texts` by their share, and nothing after two thirds from who stopped."""
    cells = answers.astype(object)
    chance = rng.random(cells.shape)
    bound = 0.0
    for text, share in texts.items():
        cells[(chance >= bound) & (chance < bound + share)] = text
        bound += share
    for person in stopped:
        cells[person, 2 * cells.shape[1] // 3 :] = ""
    return [[str(cell) for cell in row] for row in cells]


def relabel(rows: Rows, labels: Mapping[str, str]) -> Rows:
    """Return the cells as the export words them."""
    return [[labels.get(cell, cell) for cell in row] for row in rows]


def write_table(path: Path, header: list[str], rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> None:
    """Write one file, with the same bytes on every system."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    path.write_bytes(text.getvalue().encode(encoding))


def number(stem: str, count: int, width: int = 2) -> list[str]:
    """Return numbered column names."""
    return [f"{stem}{place:0{width}}" for place in range(1, count + 1)]
