"""Where an item runs against its scale: the place is found, and a right key is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from sos_score.psychometrics.internal_consistency.key_places import locate_suspects
from sos_score.psychometrics.internal_consistency.keycheck import check_keys
from sos_score.psychometrics.moments import moments

SITES = np.repeat(["1", "2", "3", "4"], 2 * 20)
WAVES = np.tile(np.repeat(["T1", "T2"], 20), 4)


def draw(seed, loading=0.7, items=6):
    """Return right-keyed answers from 1 to 7 of 20 people at each site and wave."""
    rng = np.random.default_rng(seed)
    loadings = np.clip(loading + 0.1 * rng.normal(size=items), 0, 0.95)
    answers = rng.normal(size=(160, 1)) * loadings + rng.normal(size=(160, items)) * np.sqrt(1 - loadings**2)
    return np.clip(np.round(5 + 1.4 * answers), 1, 7)


def turn(answers, item, rows):
    turned = answers.copy()
    turned[rows, item] = 8 - turned[rows, item]
    return turned


def locate(answers):
    return [(each.item, each.site, each.wave) for each in locate_suspects(answers, SITES, WAVES)]


@pytest.mark.parametrize(
    ("rows", "site", "wave"),
    [
        ((SITES == "3") & (WAVES == "T2"), "3", "T2"),
        (SITES == "2", "2", ""),
        (WAVES == "T1", "", "T1"),
        (SITES != "", "", ""),
    ],
    ids=["a site at a wave", "a site", "a wave", "everywhere"],
)
def test_a_reversed_item_is_named_once_at_the_widest_place_it_is_reversed_at(rows, site, wave):
    assert locate(turn(draw(4), 2, rows)) == [(2, site, wave)]


def test_two_items_reversed_at_two_places_are_told_apart():
    answers = turn(turn(draw(4), 2, SITES == "2"), 5, (SITES == "4") & (WAVES == "T1"))
    assert locate(answers) == [(2, "2", ""), (5, "4", "T1")]


def test_the_correlations_are_those_of_the_key_check():
    rows = SITES == "2"
    answers = turn(draw(4), 2, rows)
    (found,) = locate_suspects(answers, SITES, WAVES)
    there, others = check_keys(moments(answers[rows])), check_keys(moments(answers[~rows]))
    assert found.n == 40
    assert found.here == pytest.approx(there.item_rest_r[2])
    assert found.elsewhere == pytest.approx(others.item_rest_r[2])
    assert found.here < 0 < found.elsewhere


def test_an_item_that_is_weak_everywhere_is_not_accused_where_chance_turns_it():
    # On its own, the key check accuses some site at some wave in most weak scales.
    alone = both = 0
    for seed in range(30):
        answers = draw(seed, loading=0.3)
        places = [(site == SITES) & (wave == WAVES) for site in "1234" for wave in ("T1", "T2")]
        alone += any(check_keys(moments(answers[rows])).suspected.any() for rows in places)
        both += bool(locate(answers))
    assert alone > 6
    assert both <= alone / 3


def test_nothing_is_said_of_one_site_and_wave_beyond_everywhere():
    one = np.full(160, "1")
    nobody = np.full(160, "")
    answers = turn(draw(4), 2, SITES != "")
    for wave in (nobody, np.full(160, "T1")):
        assert [(each.item, each.site, each.wave) for each in locate_suspects(answers, one, wave)] == [(2, "", "")]


def test_a_place_with_few_rows_accuses_nobody():
    few = np.arange(160) < 9
    assert locate_suspects(turn(draw(4), 2, few), np.where(few, "9", SITES), WAVES) == []


@pytest.mark.slow
def test_the_simulation_of_the_docstring_holds():
    rows = (SITES == "1") & (WAVES == "T1")
    rng, accused, found, both = np.random.default_rng(1), 0, 0, 0
    fifteen = np.tile(np.arange(20) < 15, 8)
    for _ in range(60):
        answers = draw(int(rng.integers(1 << 30)), 0.7, 12)[fifteen]
        site, wave, here = SITES[fifteen], WAVES[fifteen], rows[fifteen]
        accused += bool(locate_suspects(answers, site, wave))
        found += any(each.item == 0 for each in locate_suspects(turn(answers, 0, here), site, wave))
        both += any(each.item == 0 for each in locate_suspects(turn(answers, 0, site == "1"), site, wave))
    assert accused <= 3
    assert 0.6 < found / 60 < 0.9
    assert both / 60 > 0.88
