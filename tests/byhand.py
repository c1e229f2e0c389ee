"""Scores worked out the slow way, in exact fractions, from the words of the definition, and definitions at random."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from support import make_instrument

from sos_score.definition.instrument.instrument import Instrument

Score = Fraction | None
Codes = dict[str, int | None]

RESPONSES: dict[str, Any] = {
    "words": {
        "min": 1,
        "max": 5,
        "labels": {"Never": 1, "Rarely": 2, "Sometimes": 3, "Often": 4, "Always": 5, "All the time": 5},
        "missing": {"not applicable": ["N/A", 99], "refused": [-9]},
    },
    "numbers": {"min": 0, "max": 10, "missing": {"refused": [-9]}},
    "balanced": {"min": -2, "max": 2},
}
RULES = ["all", 1, 2, "80%", "2/3", "50%", "1/2", "34%"]


def score_by_hand(instrument: Instrument, codes: Codes) -> dict[str, tuple[Score, int]]:
    """Return each scale's score and how many of its parts are there."""
    return {name: _score(instrument, name, codes) for name in instrument.scales}


def range_by_hand(instrument: Instrument, name: str) -> tuple[Fraction, Fraction]:
    """Return the lowest and highest score a scale can have."""
    parts = [(low, high) for _, low, high, _ in _parts(instrument, name, {})]
    low, high = (sum((pair[end] for pair in parts), Fraction(0)) for end in (0, 1))
    share = len(parts) if instrument.scales[name].score == "mean" else 1
    return low / share, high / share


def place_by_hand(instrument: Instrument, name: str, codes: Codes) -> Fraction:
    """Return how far up the ranges of the parts that are there their sum stands, in percent."""
    there = [part for part in _parts(instrument, name, codes) if part[0] is not None]
    way = sum(
        (high - value if sign else value - low for value, low, high, sign in there if value is not None), Fraction(0)
    )
    return 100 * way / sum((high - low for _, low, high, _ in there), Fraction(0))


def _parts(instrument: Instrument, name: str, codes: Codes) -> list[tuple[Score, Fraction, Fraction, bool]]:
    """Return value, lowest, highest and sign of everything a scale is made of."""
    scale = instrument.scales[name]
    if scale.scales is not None:
        named = [(each.removeprefix("-"), each.startswith("-")) for each in scale.scales]
        return [(_score(instrument, part, codes)[0], *range_by_hand(instrument, part), sign) for part, sign in named]
    if scale.items is not None:
        signed = {each.removeprefix("-"): each.startswith("-") for each in scale.items}
    else:
        signed = {}
        for each in scale.items_of or []:
            for item in instrument.scales[each.removeprefix("-")].items or []:
                signed[item.removeprefix("-")] = item.startswith("-") != each.startswith("-")
    found = []
    for item, sign in signed.items():
        code, responses = codes.get(item), instrument.responses[item]
        value = None if code is None else Fraction(code)
        found.append((value, Fraction(responses.min), Fraction(responses.max), sign))
    return found


def _score(instrument: Instrument, name: str, codes: Codes) -> tuple[Score, int]:
    scale, rule = instrument.scales[name], instrument.scales[name].missing or instrument.missing
    parts = _parts(instrument, name, codes)
    there = [low + high - value if sign else value for value, low, high, sign in parts if value is not None]
    size, count = len(parts), len(there)
    if not is_enough(rule.min_answered, count, size) or (
        scale.score == "sum" and rule.sums == "strict" and count < size
    ):
        return None, count
    total = sum(there, Fraction(0))
    if scale.score == "sum":
        return (total if rule.sums == "as_answered" else total * size / count), count
    return total / count, count


def is_enough(rule: int | str, count: int, size: int) -> bool:
    """Return whether `count` answers of `size` meet a rule as written."""
    if rule == "all":
        return count == size
    if isinstance(rule, int):
        return count >= rule
    top, _, bottom = rule.removesuffix("%").partition("/")
    share = Fraction(top) / (100 if rule.endswith("%") else int(bottom))
    return count >= 1 and Fraction(count, size) >= share


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    """Draw an instrument with every kind of scale and rule."""
    items = [f"q{number}" for number in range(1, draw(st.integers(3, 7)) + 1)]
    blocks = [{"ids": item, "responses": draw(st.sampled_from(sorted(RESPONSES)))} for item in items]

    def sign(name: str) -> str:
        return f"-{name}" if draw(st.booleans()) else name

    def how(size: int) -> dict[str, Any]:
        rule = {
            # No definition asks for more answers than there are items.
            "min_answered": draw(st.sampled_from([rule for rule in RULES if rule != 2 or size > 1])),
            "sums": draw(st.sampled_from(["prorated", "strict", "as_answered"])),
        }
        return {"score": draw(st.sampled_from(["mean", "sum"])), "missing": rule}

    def pick(names: list[str], least: int) -> list[str]:
        return draw(st.lists(st.sampled_from(names), min_size=least, unique=True))

    scales: dict[str, Any] = {}
    if draw(st.booleans()):
        scales["top"] = {"scales": ["both", sign("a")], **how(2)}  # before its parts, in the file
    scales["a"] = {"items": [sign(item) for item in pick(items, 1)], **how(1)}
    scales["b"] = {"items": [sign(item) for item in pick(items, 2)], **how(2)}
    scales["both"] = {"scales": [sign("a"), sign("b")], **how(2)}
    rest = [item for item in items if item not in [each.removeprefix("-") for each in scales["a"]["items"]]]
    if rest:
        scales["c"] = {"items": [sign(item) for item in pick(rest, 1)], **how(1)}
        scales["pooled"] = {"items_of": [sign("a"), sign("c")], **how(2)}
    return make_instrument(scales, blocks, response_scales=RESPONSES)


# Every cell beside the code it means; None is missing, whatever the reason, and so is what is not allowed.
CELLS: dict[str, list[tuple[Any, int | None]]] = {
    "words": [
        ("Never", 1), ("rarely", 2), ("Some\u00a0times", None), (" SOMETIMES ", 3), ("Often", 4), ("always", 5),
        ("All the time", 5), ("2", 2), ("5.0", 5), ("N/A", None), ("99", None), ("-9", None), ("", None), (None, None),
        ("Oftn", None), ("8", None), ("4 (often)", None), ("3.5", None),
    ],
    "numbers": [*[(n, n) for n in range(11)], (12, None), (-2, None), (-9, None), (None, None), (None, None)],
    "balanced": [*[(n, n) for n in range(-2, 3)], (4, None), (-4, None), (None, None)],
}  # fmt: skip


@st.composite
def surveys(draw: st.DrawFn, instrument: Instrument) -> tuple[dict[str, list[Any]], list[Codes]]:
    """Draw the columns of a survey, and what each of its rows means."""
    height = draw(st.integers(1, 6))
    drawn = {
        item: draw(st.lists(st.sampled_from(CELLS[name]), min_size=height, max_size=height))
        for item, name in instrument.response_names.items()
    }
    columns = {item: [cell for cell, _ in cells] for item, cells in drawn.items()}
    return columns, [{item: cells[row][1] for item, cells in drawn.items()} for row in range(height)]
