"""What the tests of this package share: golden numbers from R, and the data they belong to."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sos_score.definition.instrument.instrument import Instrument

GOLDEN = Path(__file__).parents[1] / "golden" / "psychometrics"
_NOT_NUMBERS = {"NaN": math.nan, "Inf": math.inf, "-Inf": -math.inf}


def _number(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _number(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_number(inner) for inner in value]
    if value is None:
        return math.nan
    return _NOT_NUMBERS.get(value, value) if isinstance(value, str) else value


@pytest.fixture(scope="session")
def golden() -> Callable[[str], Any]:
    """Read the golden JSON file of that name; R's NA, NaN and Inf become floats."""
    return lambda name: _number(json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def columns() -> Callable[[str], dict[str, np.ndarray]]:
    """Read the golden CSV file of that name: {column: values}, numbers where they are numbers."""

    def read(name: str) -> dict[str, np.ndarray]:
        lines = (GOLDEN / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        rows = [line.split(",") for line in lines[1:]]
        result: dict[str, np.ndarray] = {}
        for i, column in enumerate(lines[0].split(",")):
            cells = [row[i] for row in rows]
            try:
                result[column] = np.array([float(cell) if cell else math.nan for cell in cells])
            except ValueError:
                result[column] = np.array(cells)
        return result

    return read


@pytest.fixture(scope="session")
def keyed() -> Callable[..., np.ndarray]:
    """Take a scale's items from columns and reverse those marked '-', from the response scale's own ends."""

    def take(data: dict[str, np.ndarray], keys: list[str], ends: float, suffix: str = "") -> np.ndarray:
        return np.column_stack(
            [ends - data[key[1:] + suffix] if key.startswith("-") else data[key + suffix] for key in keys]
        )

    return take


@pytest.fixture(scope="session")
def make_instrument() -> Callable[..., Instrument]:
    """Make an instrument of scales: {scale: signed items}, all on one response scale unless `ranges` says otherwise."""

    def make(
        scales: dict[str, list[str]],
        low: int,
        high: int,
        *,
        ranges: dict[str, tuple[int, int]] | None = None,
        **extra: Any,
    ) -> Instrument:
        items = dict.fromkeys(name.removeprefix("-") for names in scales.values() for name in names)
        own = ranges or {}
        claim = {"status": "user", "source": "made up"}
        responses = {"main": {"min": low, "max": high}} | {
            name.lower(): {"min": ends[0], "max": ends[1]} for name, ends in own.items()
        }
        return Instrument.model_validate(
            {
                "format": 1,
                "id": "made-up",
                "version": "1.0.0",
                "title": "Made up",
                "construct": "nothing",
                "answered_by": ["staff"],
                "references": [],
                "rights": {"holder": "nobody"},
                "verification": {"key": claim, "responses": claim, "missing": claim},
                "response_scales": responses,
                "items": [{"ids": name, "responses": name.lower() if name in own else "main"} for name in items],
                "missing": {"min_answered": 1},
                "scales": {
                    name: {"title": name.title(), "items": signed, "score": "mean", "higher_is": "more"}
                    for name, signed in scales.items()
                }
                | extra,
            }
        )

    return make
