from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.psychometrics.teams.icc import team_icc, team_icc_from_moments

CLOSED = 1e-8


def test_team_iccs_are_those_of_multilevel(golden, columns):
    r, teams = golden("agreement")["LEAD"], columns("bh1996_teams")
    got = team_icc_from_moments(teams["count"], teams["mean"], teams["var"])
    aov = r["aov"]
    assert (got.teams, got.n) == (99, 7382)
    assert (got.df1, got.df2) == (aov["df1"], aov["df2"])
    assert got.f == pytest.approx(aov["F"], abs=CLOSED)
    assert got.p == pytest.approx(aov["p"], rel=1e-6)
    assert got.ms_between == pytest.approx(aov["ms_between"], abs=CLOSED)
    assert got.ms_within == pytest.approx(aov["ms_within"], abs=CLOSED)
    assert got.icc1 == pytest.approx(r["icc"]["ICC1"], abs=CLOSED)
    assert got.icc2 == pytest.approx(max(0, r["icc"]["ICC2"]), abs=CLOSED)
    assert got.n0 == pytest.approx(r["n0"]["n0"], abs=CLOSED)
    assert got.mean_size == pytest.approx(r["n0"]["mean_n"], abs=CLOSED)
    assert got.icc1_n0 == pytest.approx(r["n0"]["ICC1_n0"], abs=CLOSED)
    assert got.notes == ()


def test_balanced_teams_are_the_one_way_icc_of_shrout_and_fleiss(golden):
    # psych::ICC 2.2.9, ICC1 and ICC1k of the 6 x 4 table: targets are teams, judges are members
    ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    got = team_icc(ratings.ravel(), np.repeat(list("abcdef"), 4))
    table = golden("raters")["icc"]["icc_sf/aov"]["table"]
    single, average = 0, 3
    assert (got.icc1, got.icc1_low, got.icc1_high) == pytest.approx(
        [table[c][single] for c in ("ICC", "ci_low", "ci_high")], abs=CLOSED
    )
    assert (got.icc2, got.icc2_low, got.icc2_high) == pytest.approx(
        [max(0, table[c][average]) for c in ("ICC", "ci_low", "ci_high")], abs=CLOSED
    )
    assert (got.f, got.p) == pytest.approx((table["F"][single], table["p"][single]), abs=CLOSED)
    assert (got.mean_size, got.n0, got.icc1_n0) == pytest.approx((4, 4, got.icc1))
    assert tuple(map(str, got.notes)) == (
        "With 6 teams ICC(1) and ICC(2) are very imprecise: look at their intervals.",
    )


def test_people_without_a_score_are_left_out():
    x = [1, 2, np.nan, 3, 4, 6, 5, np.nan]
    teams = ["a", "a", "a", "b", "b", "c", "c", "d"]
    got, want = team_icc(x, teams), team_icc([1, 2, 3, 4, 6, 5], ["a", "a", "b", "b", "c", "c"])
    assert got == want
    assert (got.teams, got.n) == (3, 6)


def test_a_team_of_one_counts_between_teams_as_in_aov():
    got = team_icc([1, 2, 3, 5, 9], ["a", "a", "b", "b", "c"])
    # between: 2 (1.5 - 4)^2 + 2 (4 - 4)^2 + (9 - 4)^2 = 37.5 on 2 df; within: .5 + 2 on 2 df
    assert got.ms_between == pytest.approx(37.5 / 2)
    assert got.ms_within == pytest.approx(2.5 / 2)
    assert (got.df1, got.df2) == (2, 2)
    assert got.mean_size == pytest.approx(5 / 3)
    assert got.n0 == pytest.approx((5 - 9 / 5) / 2)
    assert got.icc1 == pytest.approx((18.75 - 1.25) / (18.75 + (5 / 3 - 1) * 1.25))


def test_team_means_that_do_not_differ_have_no_icc():
    got = team_icc([1, 3, 3, 1, 0, 4], ["a", "a", "b", "b", "c", "c"])
    assert got.f == 0
    assert got.p == 1
    assert np.isnan([got.icc1, got.icc1_low, got.icc1_high, got.icc2, got.icc2_low, got.icc2_high]).all()
    assert np.isnan(got.icc1_n0)
    assert got.notes[-1].code == "team_icc_means_equal"


def test_perfect_agreement_within_teams_gives_1():
    got = team_icc([0.1, 0.1, 0.3, 0.3, 0.7, 0.7], ["a", "a", "b", "b", "c", "c"])
    assert (got.icc1, got.icc2, got.f, got.p, got.ms_within) == (1, 1, np.inf, 0, 0)
    assert (got.icc1_low, got.icc1_high, got.icc2_low, got.icc2_high) == (1, 1, 1, 1)
    assert got.notes[-1].code == "team_icc_perfect"


def test_everybody_alike_everywhere_gives_nothing():
    got = team_icc([0.1] * 6, ["a", "a", "b", "b", "c", "c"])
    assert np.isnan([got.icc1, got.icc2, got.f, got.p]).all()
    assert got.notes[-1].code == "team_icc_means_equal"


def test_a_negative_icc_is_explained():
    got = team_icc([1, 4, 2, 5, 1, 5], ["a", "a", "b", "b", "c", "c"])
    assert got.icc1 < 0
    assert got.notes[-1].code == "team_icc_negative"
    assert (got.icc2, got.icc2_low) == (0, 0)


def test_reliability_of_team_means_is_never_below_0_however_alike_they_are():
    got = team_icc([1, 4, 1, 4.1, 1, 4], ["a", "a", "b", "b", "c", "c"])
    assert 1 - 1 / got.f < -35
    assert (got.icc2, got.icc2_low) == (0, 0)
    assert got.icc2_high >= 0


@pytest.mark.parametrize(
    ("values", "teams", "code"),
    [
        ([1, 2, 3], ["a", "a", "a"], "team_icc_too_few"),
        ([1, 2, 3], ["a", "b", "c"], "team_icc_only_ones"),
        ([], [], "team_icc_too_few"),
        ([np.nan], ["a"], "team_icc_too_few"),
    ],
)
def test_one_team_or_only_teams_of_one_are_refused(values, teams, code):
    got = team_icc(values, teams)
    assert got.notes[0].code == code
    assert np.isnan([got.icc1, got.icc2, got.f, got.p, got.n0, got.ms_between, got.ms_within]).all()


@given(st.integers(0, 1000), st.lists(st.integers(1, 8), min_size=3, max_size=12))
@settings(max_examples=60, deadline=None)
def test_moments_of_teams_give_what_the_people_give(seed, sizes):
    sizes = [*sizes, 2]
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(len(sizes)), sizes)
    x = rng.normal(size=len(sizes))[team] + rng.normal(size=len(team))
    groups = [x[team == t] for t in range(len(sizes))]
    one = team_icc(x, team)
    other = team_icc_from_moments(
        [0, *map(len, groups)],
        [np.nan, *(g.mean() for g in groups)],
        [np.nan, *(g.var(ddof=1) if len(g) > 1 else np.nan for g in groups)],
    )
    for field in (
        "icc1",
        "icc1_low",
        "icc1_high",
        "icc2",
        "icc2_low",
        "icc2_high",
        "f",
        "p",
        "n0",
        "icc1_n0",
    ):
        assert getattr(one, field) == pytest.approx(getattr(other, field), abs=1e-9)
    assert one.icc1_low < one.icc1 < one.icc1_high


@pytest.mark.slow
@pytest.mark.parametrize("icc", [0.1, 0.3])
def test_the_interval_of_icc_1_covers_in_95_of_100_samples_of_30_teams(icc):
    rng = np.random.default_rng(2000)
    samples, hits = 3000, 0
    teams = np.repeat(np.arange(30), 8)
    for _ in range(samples):
        x = np.sqrt(icc) * rng.normal(size=30)[teams] + np.sqrt(1 - icc) * rng.normal(size=240)
        got = team_icc(x, teams)
        hits += got.icc1_low <= icc <= got.icc1_high
    assert 0.93 <= hits / samples <= 0.97


@pytest.mark.slow
def test_the_approximate_interval_for_unequal_teams_covers_nearly_as_well():
    rng = np.random.default_rng(2001)
    samples, hits, icc = 3000, 0, 0.2
    sizes = np.tile([3, 5, 8, 12, 6], 6)
    teams = np.repeat(np.arange(30), sizes)
    for _ in range(samples):
        x = np.sqrt(icc) * rng.normal(size=30)[teams] + np.sqrt(1 - icc) * rng.normal(size=len(teams))
        got = team_icc(x, teams)
        hits += got.icc1_low <= icc <= got.icc1_high
    assert 0.92 <= hits / samples <= 0.97
