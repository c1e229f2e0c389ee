from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from support import unwrap

from sos_score.errors import InvalidSurvey
from sos_score.notes import note
from sos_score.psychometrics import batches as answer_batches
from sos_score.psychometrics.teams.agreement import team_agreement
from sos_score.psychometrics.teams.icc import team_icc
from sos_score.psychometrics.teams.tables import assess_agreement
from sos_score.scoring.responses import read_responses

CLOSED = 1e-8
LEAD = [f"LEAD{n:02}" for n in range(1, 12)]


@pytest.fixture
def lq2002(columns, make_instrument):
    frame = pl.DataFrame(columns("lq2002")).rename({"COMPID": "team"}).with_columns(pl.col("team").cast(pl.Int64))
    return frame, make_instrument({"lead": LEAD}, 1, 5)


def test_lq2002_is_that_of_multilevel_team_by_team(golden, columns, lq2002, monkeypatch):
    monkeypatch.setattr(answer_batches, "_BATCH", 100)
    frame, instrument = lq2002
    got, want = assess_agreement(read_responses(frame.lazy(), instrument), "team"), golden("agreement")["lq2002"]
    teams = got.teams
    assert teams["team"].tolist() == want["rwg_j"]["grpid"]
    assert teams["n"].tolist() == want["rwg_j"]["gsize"]
    np.testing.assert_allclose(teams["rwg"], want["rwg_j"]["rwg.j"], atol=CLOSED)
    np.testing.assert_allclose(teams["r_star"], want["rwg_j_lindell"]["rwg.lindell"], atol=CLOSED)
    np.testing.assert_allclose(teams["ad_m"], want["ad_m"]["AD.M"], atol=CLOSED)
    np.testing.assert_allclose(teams["ad_cutoff"], 5 / 6)
    summary = got.scales.iloc[0]
    assert summary["rwg_mean"] == pytest.approx(want["rwg_j_summary"]["rwg_j_mean"], abs=CLOSED)
    assert summary["rwg_sd"] == pytest.approx(np.std(want["rwg_j"]["rwg.j"], ddof=1), abs=CLOSED)
    assert summary["share_enough"] == np.mean(np.array(want["rwg_j"]["rwg.j"]) >= 0.7)
    # rwg(j) of 11 items is .70 or more in every company; on single items few agree
    assert (teams["rwg"] >= 0.7).all()
    judged = (teams["r_star"] >= 0.5) & (teams["ad_m"] <= 5 / 6)
    assert teams["may_report"].tolist() == judged.tolist()
    assert 0 < judged.sum() < len(teams) / 5
    data = columns("lq2002")
    for place, company in enumerate(np.unique(data["COMPID"])):
        one = team_agreement(np.column_stack([data[item][data["COMPID"] == company] for item in LEAD]), 5)
        for field in ("rwg_slight", "rwg_moderate", "mean_variance", "items", "members"):
            assert teams[field][place] == pytest.approx(getattr(one, field), abs=CLOSED)
    scores = np.column_stack([data[item] for item in LEAD]).mean(axis=1)
    icc = team_icc(scores, data["COMPID"])
    for field in ("teams", "mean_size", "n0", "ms_between", "ms_within", "f", "df1", "df2", "p", "icc1_n0",
                  "icc1", "icc1_low", "icc1_high", "icc2", "icc2_low", "icc2_high"):  # fmt: skip
        assert summary[field] == pytest.approx(getattr(icc, field), rel=1e-8)
    assert summary["people"] == icc.n
    assert teams["mean"][0] == pytest.approx(scores[data["COMPID"] == 2].mean())
    assert teams["sd"][0] == pytest.approx(scores[data["COMPID"] == 2].std(ddof=1))


def test_single_members_gaps_and_perfect_agreement_are_those_of_multilevel(golden, columns, make_instrument):
    frame = pl.DataFrame(columns("teams_small")).fill_nan(None).rename({"GRP": "team"})
    frame = frame.with_columns(pl.col("team").cast(pl.Int64)).rename({f"I{n}": f"i{n}" for n in (1, 2, 3)})
    got = assess_agreement(read_responses(frame, make_instrument({"s": ["i1", "i2", "i3"]}, 1, 5)), "team")
    want = golden("agreement")["small"]
    np.testing.assert_allclose(got.teams["rwg"], want["rwg_j"]["rwg.j"], atol=CLOSED)
    np.testing.assert_allclose(got.teams["r_star"], want["rwg_j_lindell"]["rwg.lindell"], atol=CLOSED)
    np.testing.assert_allclose(got.teams["ad_m"], want["ad_m"]["AD.M"], atol=CLOSED)
    assert got.teams["n"].tolist() == want["rwg_j"]["gsize"]
    assert got.teams["n"].tolist()[0] == 5
    assert got.teams["may_report"].tolist() == [True, None, None, None, None, None]
    assert got.teams["reason"][3] == "Agreement is not known: fewer than two members answered every item."
    assert {"team_icc_few_teams", "agreement_one_member"} <= {each.code for each in unwrap(got.notes)}


def test_each_wave_has_its_own_teams_and_blank_teams_are_left_out(lq2002):
    frame, instrument = lq2002
    frame = frame.with_columns(
        wave=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("T1")).otherwise(pl.lit("T2")),
        team=pl.when(pl.int_range(pl.len()) >= 3).then("team"),
    )
    got = assess_agreement(read_responses(frame, instrument), "team", ["wave"])
    assert got.scales["wave"].tolist() == ["T1", "T2"]
    assert got.teams["members"].sum() == len(frame) - 3
    alone = assess_agreement(read_responses(frame.filter(pl.col("wave") == "T2"), instrument), "team")
    pd.testing.assert_frame_equal(
        got.teams[got.teams["wave"] == "T2"].drop(columns="wave").reset_index(drop=True), alone.teams
    )


def test_teams_numbered_within_their_sites_are_said_to_be_at_several(lq2002):
    frame, instrument = lq2002
    frame = frame.with_columns(site=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("N")).otherwise(pl.lit("S")))
    said = note("teams_of_several_sites", team="team", number=frame["team"].n_unique())
    for kind in (frame, frame.lazy(), frame.to_pandas()):
        assert assess_agreement(read_responses(kind, instrument), "team").notes[-1] == said
    for team, by in (("team", ["site"]), ("site", [])):
        notes = assess_agreement(read_responses(frame, instrument), team, by).notes
        assert "teams_of_several_sites" not in {each.code for each in unwrap(notes)}
    alone = frame.with_columns(site=pl.col("team"))
    assert said.code not in {each.code for each in assess_agreement(read_responses(alone, instrument), "team").notes}


def test_three_members_at_two_waves_are_not_six(make_instrument):
    three = {"respondent": list("abcabc"), "team": ["x"] * 6, "wave": ["T1"] * 3 + ["T2"] * 3}
    frame = pl.DataFrame({**three, "p": [3, 4, 3, 3, 4, 4], "q": [3, 3, 3, 4, 4, 3]})
    instrument = make_instrument({"s": ["p", "q"]}, 1, 5)
    for kind in (frame, frame.lazy(), frame.to_pandas()):
        found = assess_agreement(read_responses(kind, instrument), "team")
        assert [(each.may_report, each.reason.code) for each in found.verdicts] == [(None, "team_pooled")]
        assert note("team_people_pooled", team="team", number=1) in found.notes
    by_wave = assess_agreement(read_responses(frame, instrument), "team", ["wave"])
    assert {each.reason.code for each in by_wave.verdicts} == {"team_few_complete"}
    six = frame.with_columns(respondent=pl.Series(list("abcdef")))
    assert assess_agreement(read_responses(six, instrument), "team").verdicts[0].may_report is True


def test_frames_of_any_kind_give_the_same(lq2002):
    import duckdb

    frame, instrument = lq2002
    kinds = [frame, frame.lazy(), frame.to_pandas(), duckdb.sql("SELECT * FROM frame")]
    first, *others = [assess_agreement(read_responses(kind, instrument), "team") for kind in kinds]
    for other in others:
        pd.testing.assert_frame_equal(other.teams, first.teams)
        pd.testing.assert_frame_equal(other.scales, first.scales)


def test_an_item_not_asked_in_one_team_is_left_out_there_only(make_instrument):
    frame = pl.DataFrame({"team": ["x"] * 3 + ["y"] * 3, "a": [4, 3, 3, 2, 2, 3], "b": [None] * 3 + [1, 5, 3]})
    got = assess_agreement(read_responses(frame, make_instrument({"s": ["a", "b"]}, 1, 5)), "team").teams
    assert (got["n"].tolist(), got["items"].tolist()) == ([3, 3], [1, 2])
    assert got["rwg"][0] == team_agreement([[4], [3], [3]], 5).rwg
    assert got["rwg"][1] == pytest.approx(team_agreement([[2, 1], [2, 5], [3, 3]], 5).rwg)
    assert got["ad_m"][1] == pytest.approx(team_agreement([[2, 1], [2, 5], [3, 3]], 5).ad_m)


def test_scales_of_scores_have_agreement_where_their_parts_are_means_on_one_range(make_instrument):
    whole = {"title": "Whole", "scales": ["up", "down"], "score": "mean", "higher_is": "more"}
    rng = np.random.default_rng(2)
    x = rng.integers(1, 6, (12, 4))
    frame = pl.DataFrame(x, schema=list("abcd")).with_columns(team=pl.Series(["x"] * 6 + ["y"] * 6))
    scales = {"up": ["a", "b"], "down": ["c", "d"]}
    got = assess_agreement(read_responses(frame, make_instrument(scales, 1, 5, whole=whole)), "team", scales=["whole"])
    parts = np.column_stack([x[:6, :2].mean(axis=1), x[:6, 2:].mean(axis=1)])
    want = team_agreement(parts, 5)
    assert got.teams["rwg"][0] == pytest.approx(want.rwg)
    assert got.teams["r_star"][0] == pytest.approx(want.r_star)
    assert np.isnan(got.teams["ad_m"][0])
    mixed = make_instrument({"s": ["a", "b"]}, 1, 5, ranges={"b": (1, 7)})
    got = assess_agreement(read_responses(frame.select("a", "b", "team"), mixed), "team")
    assert got.teams["rwg"].isna().all()
    assert "No agreement: the parts of the scale do not share one response scale of whole numbers." in str(
        got.notes[-1]
    )
    assert got.scales["icc1"].notna().all()


def test_what_is_not_there_is_said(lq2002):
    frame, instrument = lq2002
    with pytest.raises(InvalidSurvey, match=r"there is no id column 'site' \(id columns: team\)"):
        assess_agreement(read_responses(frame, instrument), "site")
    blank = frame.with_columns(team=pl.lit(None, dtype=pl.String))
    with pytest.raises(InvalidSurvey, match="no row has a team"):
        assess_agreement(read_responses(blank, instrument), "team")
