"""What can be measured in a picture is a number that is told: no picture gives away more than the numbers do."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache

import numpy as np
import pytest
from attacker import KNOWN, make_report
from matplotlib.figure import Figure

from sos_score.report.figures.canvas import Scale
from sos_score.report.figures.forest import find_interval
from sos_score.report.model import BROAD, NARROW, ReportData
from sos_score.report.response_counts import count_answers, list_missing
from sos_score.report.sections.registry import list_sections


def list_numbers(value):
    """Yield every number within a value."""
    if is_dataclass(value):
        value = [getattr(value, each.name) for each in fields(value)]
    if isinstance(value, Mapping):
        value = value.values()
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        yield float(value)
    elif not isinstance(value, str) and hasattr(value, "__iter__"):
        for each in value:
            yield from list_numbers(each)


def list_told(report):
    """Return every number that tables, files and texts tell, in order; those of answers are counted by `is_share`."""
    told = {
        *list_numbers((report.comparison.findings, report.sensitivity, report.trust, list_missing(report.data))),
        *list_numbers([find_interval(each) for each in report.comparison.findings]),
        *(place for each in count_answers(report.data) for place in list_edges(each, report.comparison.plan)),
        0.0,
        1.0,
    }
    return np.array(sorted({sign * each * unit for each in told if math.isfinite(each)
                            for sign in (-1, 1) for unit in (1, 100)}))  # fmt: skip


def list_edges(each, plan):
    """Return where the parts of a site's bar end, and their middles: who answered first only, at both, last only."""
    numbers = [number for number in each.waves.values() if number is not None]
    if each.both is not None:
        first, last = (each.waves[wave] for wave in plan.span)
        numbers += [first - each.both, first, first - each.both + last]
    ends = [0, *numbers]
    edges = [(one + other) / 2 for one in ends for other in ends]
    return [*edges, *(1.04 * edge for edge in edges)]  # the scale goes a little further than the longest bar


def measure(picture, width, monkeypatch):
    """Return every value that a picture puts somewhere along one of its scales, ticks and round ends apart."""
    placed = []
    place = Scale.__call__

    def note_down(scale, value):
        placed.append((scale, value))
        return place(scale, value)

    with monkeypatch.context() as patch:
        patch.setattr(Scale, "__call__", note_down)
        picture.fill(Figure(figsize=(width, picture.measure(width))))
    return [value for scale, value in placed if round(value, 9) not in list_ticks(scale.low, scale.high)]


@cache
def list_ticks(low, high):
    """Return the ticks of a scale, however many it has, and its ends where they are round: nobody's score is there."""
    scale = Scale(low, high, 0.0, 1.0)
    ends = [end for end in (low, high) if math.isclose(20 * end, round(20 * end), abs_tol=1e-9)]
    ticks = [tick for most in range(2, 12) for tick, _ in scale.list_ticks(most)]
    return {round(each, 9) for each in (*ends, *ticks)}


def count_given(report):
    """Return how many answers the items of each table have, at all waves and at each."""
    counts = set()
    for table in report.data.tables:
        waves = [table.frame["wave"] == wave for wave in report.comparison.plan.waves]
        for there in (slice(None), *waves):
            counts.update(table.answers[there].notna().sum().tolist())
    return counts


def is_share(value, counts):
    """Return whether a value is a share of everybody's answers; half of those in the middle are on either side."""
    return any(math.isclose(2 * value * count, round(2 * value * count), abs_tol=1e-6) for count in counts)


def hold(report, monkeypatch):
    """Hold that each value in each picture is told; return how many there were.

    Two scores of a pair are counted in squares, which lie at round numbers and tell of nobody alone.
    """
    told, counts, tried = list_told(report), count_given(report), 0
    pictures = [each for section in list_sections(report) for each in section.pictures if each.name != "pairs"]
    for picture in pictures:
        for width in (BROAD, NARROW):
            for value in measure(picture, width, monkeypatch):
                near = told[np.clip(np.searchsorted(told, value) + np.array([-1, 0]), 0, told.size - 1)]
                is_told = bool(np.isclose(near, value, rtol=1e-9, atol=1e-9).any())
                assert is_told or (picture.name.startswith("answers-") and is_share(value, counts)), (
                    picture.name,
                    value,
                )
                tried += 1
    return len(pictures), tried


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in ("two sites an arm", "few who stay") else pytest.mark.soak)
        for name in KNOWN
    ],
)
def test_every_place_in_a_picture_is_that_of_a_number_that_is_told(tmp_path, monkeypatch, name):
    report, _ = make_report(tmp_path, KNOWN[name])
    pictures, values = hold(report, monkeypatch)
    assert pictures >= 3
    assert values >= 20


@pytest.mark.slow
def test_so_it_is_in_the_pictures_of_the_example(example_data, example_comparison, monkeypatch):
    pictures, values = hold(ReportData(example_data, example_comparison, ""), monkeypatch)
    assert pictures >= 15
    assert values >= 1000
