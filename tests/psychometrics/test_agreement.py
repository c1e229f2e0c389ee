from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sos_score.psychometrics.teams.agreement import agreement_from_moments, null_variances, team_agreement
from sos_score.psychometrics.teams.reporting import judge_team_mean, summarise_agreement

NAN = np.nan
CLOSED = 1e-8
LEAD = [f"LEAD{i:02d}" for i in range(1, 12)]


def by_team(data, team, items):
    return [np.column_stack([data[i] for i in items])[data[team] == t] for t in np.unique(data[team])]


def test_rwg_j_and_its_relatives_are_those_of_multilevel(golden, columns):
    r = golden("agreement")["lq2002"]
    teams = [team_agreement(x, 5) for x in by_team(columns("lq2002"), "COMPID", LEAD)]
    order = np.argsort([float(g) for g in r["rwg_j"]["grpid"]])

    def want(entry, field):
        return np.array(r[entry][field])[order]

    assert [t.n for t in teams] == want("rwg_j", "gsize").tolist()
    np.testing.assert_allclose([t.rwg for t in teams], want("rwg_j", "rwg.j"), atol=CLOSED)
    np.testing.assert_allclose([t.r_star for t in teams], want("rwg_j_lindell", "rwg.lindell"), atol=CLOSED)
    np.testing.assert_allclose([t.ad_m for t in teams], want("ad_m", "AD.M"), atol=CLOSED)
    summary = r["rwg_j_summary"]
    assert summarise_agreement([t.rwg for t in teams]).mean == pytest.approx(summary["rwg_j_mean"], abs=CLOSED)
    assert np.mean([t.r_star for t in teams]) == pytest.approx(summary["lindell_mean"], abs=CLOSED)
    assert np.mean([t.ad_m for t in teams]) == pytest.approx(summary["ad_m_mean"], abs=CLOSED)
    assert teams[0].ad_cutoff == pytest.approx(summary["ad_cutoff_A_over_6"], abs=CLOSED)
    assert {t.items for t in teams} == {11}


def test_small_teams_singletons_gaps_and_perfect_agreement_are_those_of_multilevel(golden, columns):
    r = golden("agreement")["small"]
    data = columns("teams_small")
    teams = [team_agreement(x, 5) for x in by_team(data, "GRP", ["I1", "I2", "I3"])]
    assert [t.n for t in teams] == r["rwg_j"]["gsize"]
    np.testing.assert_allclose([t.rwg for t in teams], r["rwg_j"]["rwg.j"], atol=CLOSED)
    np.testing.assert_allclose([t.r_star for t in teams], r["rwg_j_lindell"]["rwg.lindell"], atol=CLOSED)
    np.testing.assert_allclose([t.ad_m for t in teams], r["ad_m"]["AD.M"], atol=CLOSED)
    assert [t.members for t in teams] == [5, 4, 2, 1, 4, 3]
    assert [bool(t.notes) for t in teams] == [False, False, False, True, False, True]
    single = [team_agreement(x, 5) for x in by_team(data, "GRP", ["I2"])]
    np.testing.assert_allclose([t.rwg for t in single], r["rwg_I2"]["rwg"], atol=CLOSED)
    assert [t.n for t in single] == r["rwg_I2"]["gsize"]


def test_rwg_of_scale_scores_needs_only_each_teams_variance(golden, columns):
    r, teams = golden("agreement")["LEAD"], columns("bh1996_teams")
    got = [agreement_from_moments(int(n), [v], 5) for n, v in zip(teams["count"], teams["var"], strict=True)]
    np.testing.assert_allclose([t.rwg for t in got], r["rwg"], atol=CLOSED)
    assert all(np.isnan(t.ad_m) for t in got)
    assert [t.members for t in got] == teams["count"].tolist()
    s, want = summarise_agreement([t.rwg for t in got]), np.array(r["rwg"])
    assert (s.teams, s.share_enough) == (99, (want >= 0.7).mean())
    expected = (want.mean(), np.median(want), want.std(ddof=1), want.min(), want.max())
    assert (s.mean, s.median, s.sd, s.minimum, s.maximum) == pytest.approx(expected, abs=CLOSED)


def test_null_variances_are_the_published_ones():
    # LeBreton & Senter (2008), as their authors' R package WGA states them: uniform, slight and moderate skew
    published = {
        5: (2.00, 1.34, 0.90),
        6: (2.92, 1.85, 1.26),
        7: (4.00, 2.90, 2.14),
        8: (5.25, 3.47, 2.79),
        9: (6.67, 5.66, 4.73),
        10: (8.25, 6.30, 5.09),
        11: (10.00, 7.31, 6.32),
    }
    for options, (uniform, slight, moderate) in published.items():
        v = null_variances(options)
        assert v.uniform == pytest.approx(uniform, abs=0.005)
        assert v.slight == pytest.approx(slight, abs=1e-12)
        assert v.moderate == pytest.approx(moderate, abs=1e-12)
    assert null_variances(2).uniform == 0.25
    with pytest.raises(ValueError, match="two response options"):
        null_variances(1)


def test_skewed_nulls_by_hand():
    t = team_agreement([[3, 2], [4, 4], [3, 3]], 7)
    variance = (1 / 3 + 1) / 2
    assert t.mean_variance == pytest.approx(variance)
    for got, null in ((t.rwg, 4.0), (t.rwg_slight, 2.9), (t.rwg_moderate, 2.14)):
        q = variance / null
        assert got == pytest.approx(2 * (1 - q) / (2 * (1 - q) + q))
    assert t.r_star == pytest.approx(1 - variance / 4)
    assert t.ad_m == pytest.approx((4 / 9 + 2 / 3) / 2)
    assert (t.members, t.n, t.items, t.notes) == (3, 3, 2, ())
    assert t.ad_cutoff == pytest.approx(7 / 6)


def test_numbers_of_options_without_published_nulls_say_so():
    t = team_agreement([[0, 1], [1, 1], [1, 1]], 2)
    assert np.isnan([t.rwg_slight, t.rwg_moderate]).all()
    assert tuple(map(str, t.notes)) == ("No skewed null distribution is published for 2 response options.",)
    # multilevel::rwg(c(1, 1, 0), ranvar = .25): variance 1/3 above the null
    assert team_agreement([[1], [1], [0]], 2).rwg == 0


def test_more_disagreement_than_chance_is_cut_to_nought_but_not_in_r_star():
    t = team_agreement([[1, 5], [5, 1]], 5)
    assert (t.rwg, t.rwg_slight, t.rwg_moderate) == (0, 0, 0)
    assert t.r_star == pytest.approx(1 - 8 / 2)
    assert t.ad_m == 2


@pytest.mark.parametrize(
    ("matrix", "n", "members", "code"),
    [
        ([[4, 3]], 1, 1, "agreement_one_member"),
        ([[4, NAN], [NAN, 2]], 0, 2, "agreement_nobody"),
        ([[NAN, NAN]], 0, 0, "agreement_nobody"),
        (np.empty((0, 2)), 0, 0, "agreement_nobody"),
    ],
)
def test_a_team_of_fewer_than_two_complete_members_has_no_agreement(matrix, n, members, code):
    t = team_agreement(matrix, 5)
    assert (t.n, t.members) == (n, members)
    assert np.isnan([t.rwg, t.rwg_slight, t.rwg_moderate, t.r_star, t.ad_m, t.mean_variance]).all()
    assert t.notes[0].code == code
    assert judge_team_mean(t).may_report is None


def test_an_item_nobody_in_the_team_answered_is_left_out():
    t = team_agreement([[4, NAN], [3, NAN], [3, NAN]], 5)
    assert (t.n, t.items) == (3, 1)
    assert t.rwg == team_agreement([[4], [3], [3]], 5).rwg
    with pytest.raises(ValueError, match="members by items"):
        team_agreement([1, 2], 5)


def judge(rows, options=5):
    return judge_team_mean(team_agreement(rows, options))


def test_the_verdict_gives_its_rule_and_its_reasons():
    good = judge([[3, 3]] * 5)
    assert (good.may_report, good.caveats) == (True, ())
    assert "James, Demaree & Wolf 1984" in str(good.rule)
    assert str(good.reason) == "The members agree enough."
    bad = judge([[1, 1], [5, 5]] * 3)
    assert bad.may_report is False
    assert bad.reason.code == "team_disagrees"
    hangs = judge_team_mean(agreement_from_moments(5, [0.6], 5))
    assert hangs.may_report is True
    assert [each.code for each in hangs.caveats] == ["team_not_if_skewed"]
    apart = judge_team_mean(agreement_from_moments(5, [0.7] * 11, 5, deviations=[0.9] * 11))
    assert (apart.may_report, apart.reason.code) == (False, "team_deviates")


def test_a_team_of_two_camps_does_not_agree_however_long_the_scale():
    camps = team_agreement([[2] * 15, [4] * 15] * 7, 5)
    assert camps.rwg > 0.9
    assert camps.r_star == pytest.approx(1 - (14 / 13) / 2)
    verdict = judge_team_mean(camps)
    assert (verdict.may_report, verdict.reason.code) == (False, "team_disagrees_on_items")


def test_camps_that_are_not_so_sharp_are_never_a_plain_yes():
    rng = np.random.default_rng(5)
    for noise in (0.3, 0.5, 0.7):
        for _ in range(20):
            base = np.repeat([2.4, 3.6], 7)[:, None]
            team = team_agreement(np.clip(np.round(base + noise * rng.normal(size=(14, 15))), 1, 5), 5)
            verdict = judge_team_mean(team)
            assert team.rwg > 0.85
            codes = [each.code for each in verdict.caveats]
            assert verdict.may_report is False or "team_agrees_moderately" in codes


def test_answers_that_are_mostly_at_random_do_not_pass_as_agreement():
    rng = np.random.default_rng(6)
    passed = long = 0
    for _ in range(100):
        x = np.clip(np.round(3.5 + 0.5 * rng.normal(size=(14, 15))), 1, 5)
        x = np.where(rng.random(x.shape) < 0.85, rng.integers(1, 6, x.shape), x)
        team = team_agreement(x, 5)
        long += team.rwg >= 0.7
        passed += judge_team_mean(team).may_report is True
    assert long > 30  # what rwg(j) alone would let pass
    assert passed == 0


@pytest.mark.parametrize(("complete", "members", "may"), [(4, 4, None), (5, 5, True), (5, 10, True), (5, 11, None)])
def test_five_members_and_half_of_the_team_must_have_answered_every_item(complete, members, may):
    rows = [[3.0, 3.0]] * complete + [[3.0, NAN]] * (members - complete)
    verdict = judge(rows)
    assert verdict.may_report is may
    assert (verdict.reason.code == "team_few_complete") is (may is None)


def test_one_item_is_judged_by_one_line_since_r_star_is_rwg():
    for spread, may in ((0.59, True), (0.61, False)):
        assert judge_team_mean(agreement_from_moments(9, [spread], 5)).may_report is may


def test_a_summary_of_few_teams():
    assert summarise_agreement([0.5]).teams == 1
    assert np.isnan(summarise_agreement([0.5]).sd)
    empty = summarise_agreement([NAN])
    assert empty.teams == 0
    assert np.isnan(empty.mean)


@given(arrays(float, st.tuples(st.integers(2, 9), st.integers(1, 5)), elements=st.integers(1, 5).map(float)))
@settings(max_examples=80, deadline=None)
def test_agreement_lies_in_its_range_and_ignores_direction_and_order(x):
    t, mirrored = team_agreement(x, 5), team_agreement(6 - x[::-1, ::-1], 5)
    for field in ("rwg", "rwg_slight", "rwg_moderate", "r_star", "ad_m"):
        assert getattr(t, field) == pytest.approx(getattr(mirrored, field), abs=1e-12)
    assert 0 <= t.rwg_moderate <= t.rwg_slight <= t.rwg <= 1
    assert t.r_star <= t.rwg + 1e-12
    assert (t.rwg == 1) == (t.ad_m == 0)
