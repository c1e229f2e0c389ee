from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.psychometrics.internal_consistency.alpha import reliability
from sos_score.psychometrics.internal_consistency.items import item_statistics
from sos_score.psychometrics.internal_consistency.keycheck import check_keys
from sos_score.psychometrics.moments import moments

BOND = [f"wai_{i:02d}" for i in (1, 5, 8, 17, 19, 20, 21, 23, 26, 28, 29, 36)]
W28, W29 = BOND.index("wai_28"), BOND.index("wai_29")
NEGATIVE = [BOND.index(item) for item in ("wai_01", "wai_20", "wai_29")]


def bond_as_keyed(rng, n, loading=0.6):
    """Simulate answers 1-7 to the Bond items, correctly keyed."""
    loadings = np.clip(loading + 0.1 * rng.normal(size=12), 0, 0.95)
    latent = rng.normal(size=(n, 1)) * loadings + rng.normal(size=(n, 12)) * np.sqrt(1 - loadings**2)
    return np.clip(np.round(5 + 1.4 * latent), 1, 7)


def test_the_wrong_wai_key_is_caught_in_a_sample_of_60():
    raw = bond_as_keyed(np.random.default_rng(28), 60)
    raw[:, NEGATIVE] = 8 - raw[:, NEGATIVE]
    wrong_key = [i for i in NEGATIVE if i != W29] + [W28]  # 28 reversed instead of 29
    scored = raw.copy()
    scored[:, wrong_key] = 8 - scored[:, wrong_key]
    got = check_keys(moments(scored), BOND)
    assert np.flatnonzero(got.suspected).tolist() == [W28, W29]
    assert tuple(map(str, got.notes)) == (
        "wai_28 runs against its scale: reversed in this file already, or keyed wrongly?",
        "wai_29 runs against its scale: reversed in this file already, or keyed wrongly?",
    )
    assert got.n == 60
    assert (got.item_rest_r[[W28, W29]] < 0).all()
    assert (got.r_if_flipped[[W28, W29]] > 0.3).all()


def test_an_item_already_reversed_in_the_file_is_caught_alone():
    x = bond_as_keyed(np.random.default_rng(5), 60)
    x[:, W28] = 8 - x[:, W28]
    got = check_keys(moments(x), BOND)
    assert np.flatnonzero(got.suspected).tolist() == [W28]
    right = x.copy()
    right[:, W28] = 8 - right[:, W28]
    table = item_statistics(moments(right))
    np.testing.assert_allclose(got.item_rest_r, item_statistics(moments(x)).item_rest_r)
    assert got.r_if_flipped[W28] == pytest.approx(table.item_rest_r[W28])
    np.testing.assert_allclose(np.delete(got.r_if_flipped, W28), -np.delete(table.item_rest_r, W28))
    assert got.alpha == pytest.approx(reliability(moments(x)).alpha)
    assert got.alpha_if_flipped == pytest.approx(reliability(moments(right)).alpha)


def test_several_unreversed_items_do_not_accuse_the_others():
    x = bond_as_keyed(np.random.default_rng(6), 60)
    x[:, [0, 3, 5, 7, 10]] = 8 - x[:, [0, 3, 5, 7, 10]]
    assert np.flatnonzero(check_keys(moments(x)).suspected).tolist() == [0, 3, 5, 7, 10]


def test_a_right_key_is_left_alone_and_bfi_needs_its_reversals(golden, columns, keyed):
    for scale in ("agree", "conscientious", "extraversion"):
        keys = golden("bfi")[scale]["keys"]
        data = columns("bfi")
        right = check_keys(moments(keyed(data, keys, 7)))
        assert not right.suspected.any()
        assert right.notes == ()
        assert right.alpha == right.alpha_if_flipped
        raw = check_keys(moments(keyed(data, [key.lstrip("-") for key in keys], 7)))
        assert raw.suspected.tolist() == [key.startswith("-") for key in keys]


def test_when_half_runs_against_half_the_data_cannot_tell():
    x = bond_as_keyed(np.random.default_rng(7), 60)[:, :2]
    x[:, 0] = 8 - x[:, 0]
    got = check_keys(moments(x), ["A", "B"])
    assert got.suspected.sum() == 1
    assert got.notes[-1].code == "key_halves_against"


def test_a_slightly_negative_item_is_chance_and_not_suspected():
    x = bond_as_keyed(np.random.default_rng(8), 20)
    x[:, 0] = np.random.default_rng(11).permutation(x[:, 0])
    got = check_keys(moments(x))
    assert got.item_rest_r[0] < 0
    assert not got.suspected.any()


@pytest.mark.parametrize("x", [np.ones((30, 3)), np.random.default_rng(0).normal(size=(9, 4))])
def test_too_little_data_is_not_checked(x):
    got = check_keys(moments(x))
    assert got.notes[0].code == "key_unchecked"
    assert not got.suspected.any()
    assert np.isnan(got.item_rest_r).all()
    assert np.isnan(got.r_if_flipped).all()
    assert np.isnan([got.alpha, got.alpha_if_flipped]).all()


def test_a_constant_item_is_never_suspected():
    x = bond_as_keyed(np.random.default_rng(10), 40)
    x[:, 4] = 3
    got = check_keys(moments(x))
    assert np.isnan(got.item_rest_r[4])
    assert not got.suspected[4]


@given(st.integers(0, 500), st.sets(st.integers(0, 11), max_size=5))
@settings(max_examples=40, deadline=None)
def test_any_few_wrong_items_in_a_strong_scale_are_exactly_the_suspects(seed, wrong):
    x = bond_as_keyed(np.random.default_rng(seed), 200, loading=0.8)
    x[:, sorted(wrong)] = 8 - x[:, sorted(wrong)]
    got = check_keys(moments(x))
    assert set(np.flatnonzero(got.suspected)) == wrong
    assert got.alpha_if_flipped >= got.alpha


# mean loading, n: right key accused at most, one wrong item found at least, two wrong items both found at
# least
RATES = [
    (0.3, 15, 0.17, 0.13, 0.01),
    (0.3, 30, 0.1, 0.25, 0.07),
    (0.3, 60, 0.06, 0.41, 0.16),
    (0.5, 15, 0.04, 0.44, 0.19),
    (0.5, 30, 0.01, 0.68, 0.51),
    (0.5, 60, 0.01, 0.89, 0.83),
    (0.7, 15, 0.01, 0.82, 0.68),
    (0.7, 30, 0.01, 0.96, 0.95),
    (0.7, 60, 0.01, 0.99, 0.99),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loading", "n", "accused", "one", "two"),
    [pytest.param(*each, marks=[] if each[1] == 30 else pytest.mark.soak) for each in RATES],
)
def test_the_rates_in_the_docstring_hold(loading, n, accused, one, two):
    rng = np.random.default_rng(1989)
    samples, false, found, both = 1500, 0, 0, 0
    for _ in range(samples):
        x = bond_as_keyed(rng, n, loading)
        false += check_keys(moments(x)).suspected.any()
        x[:, W28] = 8 - x[:, W28]
        found += check_keys(moments(x)).suspected[W28]
        x[:, W29] = 8 - x[:, W29]
        both += check_keys(moments(x)).suspected[[W28, W29]].all()
    assert false / samples <= accused
    assert found / samples >= one
    assert both / samples >= two
