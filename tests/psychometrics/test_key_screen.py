"""Sums tell of which scales an item may run against them: none is missed, and right files need no matrices."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import make_instrument

from sos_score.psychometrics.internal_consistency.key_places import locate_suspects
from sos_score.psychometrics.internal_consistency.key_screen import find_doubtful
from sos_score.scoring.expressions import answer_column
from sos_score.scoring.plan import ScalePlan, ScoringChoices, plan_scores

ROOT = Path(__file__).resolve().parents[2]


def make_scale(items: int, reversed_items: set[int], low: float = 1, high: float = 5, step: float = 1) -> ScalePlan:
    names = [f"q{number}" for number in range(items)]
    signed = [f"-{name}" if number in reversed_items else name for number, name in enumerate(names)]
    instrument = make_instrument(
        {"calm": {"items": signed}},
        f"q0..q{items - 1}",
        response_scales={"agree5": {"min": low, "max": high, "step": step}},
    )
    return plan_scores(instrument, ScoringChoices()).scales[0]


def find(codes: np.ndarray, scale: ScalePlan, site: np.ndarray, wave: np.ndarray) -> tuple[bool, bool]:
    """Return whether sums make an item doubtful, and whether it is suspected in truth."""
    signs = np.array([-1.0 if term.is_reversed else 1.0 for term in scale.terms])
    columns = [answer_column(term.name) for term in scale.terms]
    rows = pl.DataFrame(codes, schema=columns, orient="row", nan_to_null=True)
    doubtful = find_doubtful(rows, [scale], pl.Series(site.tolist()), pl.Series(wave.tolist()))
    return doubtful == [scale], bool(locate_suspects(codes * signs, site, wave))


@st.composite
def files(draw: st.DrawFn) -> tuple[np.ndarray, ScalePlan, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    items, rows, loading = draw(st.integers(2, 7)), draw(st.integers(1, 120)), draw(st.floats(0, 1.5))
    step = draw(st.sampled_from([1, 0.5]))
    scale = make_scale(items, draw(st.sets(st.integers(0, items - 1))), 1, 5, step)
    signs = np.array([-1 if term.is_reversed else 1 for term in scale.terms])
    thought = (loading * rng.normal(size=(rows, 1)) + rng.normal(size=(rows, items))) * signs
    codes = np.clip(np.round((3 + thought) / step) * step, 1, 5)
    site = rng.choice(["", "A", "B"][: draw(st.integers(1, 3))], rows)
    wave = rng.choice(["T1", "T2", ""][: draw(st.integers(1, 3))], rows)
    turned = draw(st.sampled_from(["no", "everywhere", "at a site", "constant", "not asked"]))
    here = {"no": site == "?", "everywhere": site != "?", "at a site": site == "A"}.get(turned, site == "B")
    codes[here, 0] = {"constant": 3, "not asked": np.nan}.get(turned, 6 - codes[here, 0])
    codes[rng.random(codes.shape) < draw(st.sampled_from([0, 0, 0.05, 0.4]))] = np.nan
    return codes, scale, site, wave


@settings(max_examples=150)
@given(files())
def test_no_scale_with_an_item_that_is_suspected_somewhere_is_passed_over(
    file: tuple[np.ndarray, ScalePlan, np.ndarray, np.ndarray],
) -> None:
    is_doubtful, is_suspected = find(*file)
    assert is_doubtful or not is_suspected


@pytest.mark.parametrize("place", ["", "A", "B"])
def test_the_scale_is_doubtful_where_an_item_is_turned_round_and_only_there(place: str) -> None:
    rng = np.random.default_rng(7)
    scale = make_scale(6, {2, 5})
    signs = np.array([1, 1, -1, 1, 1, -1])
    codes = np.clip(np.round(3 + (rng.normal(size=(200, 1)) + 0.7 * rng.normal(size=(200, 6))) * signs), 1, 5)
    site, wave = np.repeat(["A", "B"], 100), np.tile(["T1", "T2"], 100)
    codes[site == place, 1] = 6 - codes[site == place, 1]
    assert find(codes, scale, site, wave) == (bool(place), bool(place))


def test_an_item_that_was_not_asked_at_a_site_leaves_it_to_the_whole_check() -> None:
    rng = np.random.default_rng(7)
    codes = np.clip(np.round(3 + rng.normal(size=(80, 1)) + 0.5 * rng.normal(size=(80, 4))), 1, 5)
    site, wave = np.repeat(["A", "B"], 40), np.repeat("", 80)
    codes[site == "B", 3] = np.nan
    assert find(codes, make_scale(4, set()), site, wave) == (True, False)


def test_nine_complete_rows_are_too_few_to_doubt_and_ten_are_not() -> None:
    answers = np.column_stack([np.arange(10) % 5 + 1, 5 - np.arange(10) % 5, np.arange(10) % 5 + 1]).astype(float)
    nowhere = np.repeat("", 10)
    assert find(answers, make_scale(3, set()), nowhere, nowhere) == (True, True)
    assert find(answers[:9], make_scale(3, set()), nowhere[:9], nowhere[:9]) == (False, False)


def test_a_file_that_is_right_is_scored_without_numpy() -> None:
    code = "import sys; from sos_score.cli import main\ntry: main()\nexcept SystemExit: print('numpy' in sys.modules)"
    words = ["score", "examples/wai_s_labels.csv", "-i", "wai-s", "-f", "csv", "-q"]
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
