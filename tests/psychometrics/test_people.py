"""Rows of the same people: alpha's interval by people, and alpha and omega within teams."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sos_score import assess_reliability, open_responses, read_responses
from sos_score.errors import InvalidRequest
from sos_score.psychometrics.internal_consistency.alpha import feldt_interval, reliability
from sos_score.psychometrics.internal_consistency.omega import bootstrap_omega
from sos_score.psychometrics.internal_consistency.people import alpha_of_people
from sos_score.psychometrics.internal_consistency.within import centre_teams
from sos_score.psychometrics.moments import moments
from sos_score.scoring import files as exports

CLOSED = 1e-8
ITEMS = [f"F{number:02d}" for number in range(1, 13)]
LEAD = [f"LEAD{number:02d}" for number in range(1, 12)]


@pytest.fixture
def families(columns):
    """Return the families of R at two waves, a row a family and wave, with an item not answered here and there."""
    data = pl.DataFrame(columns("families")).fill_nan(None)
    waves = [
        data.select(
            pl.col("family").alias("respondent"),
            pl.lit(wave).alias("wave"),
            *(pl.col(f"{item}_{wave}").cast(pl.Int64).alias(item.lower()) for item in ITEMS),
        )
        for wave in ("T1", "T2")
    ]
    return pl.concat(waves)


@pytest.fixture
def instrument(make_instrument):
    return make_instrument({"f": [item.lower() for item in ITEMS]}, 1, 5)


def test_the_interval_by_people_is_that_of_derivatives_by_the_weight_of_each_in_r(golden, families):
    want = golden("clusters")["people"]
    answers = families.select(item.lower() for item in ITEMS).cast(pl.Float64).fill_null(np.nan).to_numpy()
    got = alpha_of_people(answers, families["respondent"].to_list())
    assert got.people == want["people"]
    assert (got.ci_low, got.ci_high) == pytest.approx((want["low"], want["high"]), abs=1e-6)


def test_pooled_waves_are_named_and_their_interval_is_by_people(golden, families, instrument):
    want = golden("clusters")["people"]
    tables = assess_reliability(read_responses(families, instrument), ["wave"])
    every, *apart = tables.scales.to_dict("records")
    assert (every["n"], every["people"], every["interval"]) == (want["n"], want["people"], "clusters of people")
    assert every["alpha"] == pytest.approx(want["alpha"], abs=CLOSED)
    assert (every["alpha_low"], every["alpha_high"]) == pytest.approx((want["low"], want["high"]), abs=1e-6)
    for row in apart:
        assert (row["interval"], row["people"]) == ("Feldt", row["n"])
        low, high = feldt_interval(row["alpha"], row["n"], row["items"])
        assert (row["alpha_low"], row["alpha_high"]) == pytest.approx((low, high))
    assert "Several rows of one person are pooled" in every["note"]
    assert not any("same people" in row["note"] for row in apart)


@pytest.mark.parametrize("kind", ["file", "files", "lazy"])
def test_people_are_found_in_files_as_in_frames(kind, families, instrument, tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "_BATCH", 25)
    want = assess_reliability(read_responses(families, instrument)).scales
    if kind == "lazy":
        got = assess_reliability(read_responses(families.lazy(), instrument)).scales
    else:
        parts = families.partition_by("wave") if kind == "files" else [families]
        names = [str(tmp_path / f"{place}.csv") for place in range(len(parts))]
        for name, part in zip(names, parts, strict=True):
            part.write_csv(name)
        with open_responses(names, instrument) as responses:
            got = assess_reliability(responses).scales
    for field in ("people", "interval"):
        assert got[field].tolist() == want[field].tolist()
    np.testing.assert_allclose(got["alpha_low"], want["alpha_low"])


def test_rows_of_nobody_in_particular_are_people_each(families, instrument):
    unnamed = families.drop("respondent")
    row = assess_reliability(read_responses(unnamed, instrument)).scales.iloc[0]
    assert (row["interval"], row["people"]) == ("Feldt", row["n"])


def test_pairwise_deletion_has_no_interval_by_people_and_says_why(families, instrument):
    row = assess_reliability(read_responses(families, instrument), missing="pairwise").scales.iloc[0]
    assert np.isnan([row["alpha_low"], row["alpha_high"]]).all()
    assert "by people there is one for complete rows only" in row["note"]


def test_few_people_have_no_interval():
    got = alpha_of_people([[1, 2, 2], [2, 2, 3], [3, 4, 3], [5, 4, 4]] * 2, list("abcd") * 2)
    assert (got.people, got.notes[0].code) == (4, "alpha_too_few_people")
    assert np.isnan([got.ci_low, got.ci_high]).all()


def test_omega_resamples_people_with_all_their_rows():
    rng = np.random.default_rng(2)
    lasting = rng.normal(size=(40, 1))
    x = np.concatenate([lasting + 0.7 * rng.normal(size=(40, 4))] * 2)  # the same answers twice: 40 rows, no more
    once = bootstrap_omega(x[:40], np.random.default_rng(5), replicates=200)
    twice = bootstrap_omega(x, np.random.default_rng(5), replicates=200, people=list(range(40)) * 2)
    assert (twice.ci_low, twice.ci_high) == pytest.approx((once.ci_low, once.ci_high))
    naive = bootstrap_omega(x, np.random.default_rng(5), replicates=200)
    assert naive.ci_high - naive.ci_low < 0.85 * (once.ci_high - once.ci_low)


@pytest.mark.slow
def test_the_interval_by_people_holds_alpha_as_often_as_it_says():
    rng = np.random.default_rng(12)
    people, k, alpha, held = 40, 6, 6 * 0.4 / (1 + 5 * 0.4), np.zeros(2)
    for _ in range(1500):
        lasting = np.sqrt(0.4 * 0.8) * rng.normal(size=(people, 1))
        waves = [lasting + np.sqrt(0.4 * 0.2) * rng.normal(size=(people, 1)) for _ in range(2)]
        items = np.sqrt(0.6 * 0.5) * rng.normal(size=(people, k))  # what is particular to an item lasts too
        rows = [wave + items + np.sqrt(0.6 * 0.5) * rng.normal(size=(people, k)) for wave in waves]
        x = np.concatenate(rows)
        by_people = alpha_of_people(x, np.tile(np.arange(people), 2))
        of_rows = reliability(moments(x))
        held += [by_people.ci_low < alpha < by_people.ci_high, of_rows.ci_low < alpha < of_rows.ci_high]
    assert 0.92 < held[0] / 1500 < 0.96
    assert held[1] / 1500 < 0.91


def test_alpha_and_omega_within_teams_are_psych_and_lavaan_on_the_pooled_within_covariance(
    golden, columns, make_instrument
):
    want, data = golden("clusters")["within"], columns("lq2002")
    frame = pl.DataFrame(
        {"team": data["COMPID"].astype(int), **{item.lower(): data[item].astype(int) for item in LEAD}}
    )
    made = make_instrument({"lead": [item.lower() for item in LEAD]}, 1, 5)
    row = assess_reliability(read_responses(frame, made), team="team").scales.iloc[0]
    assert row["teams"] == 49
    assert row["alpha_within"] == pytest.approx(want["alpha"], abs=CLOSED)
    assert row["omega_within"] == pytest.approx(want["omega"], abs=1e-6)
    low, high = feldt_interval(row["alpha_within"], int(want["degrees"]) + 1, 11)
    assert (row["alpha_within_low"], row["alpha_within_high"]) == pytest.approx((low, high))
    assert row["alpha_within"] < row["alpha"]
    answered = np.column_stack([data[item] for item in LEAD])
    centred = centre_teams(answered, data["COMPID"].astype(str))
    assert reliability(moments(centred)).alpha == pytest.approx(want["alpha"], abs=CLOSED)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_differences_between_teams_are_no_part_of_it_gaps_reversal_and_groups_included(missing, make_instrument):
    rng = np.random.default_rng(9)
    size = 240
    site, wave = np.arange(size) % 4, np.where(np.arange(size) < 120, "T1", "T2")
    own = rng.normal(size=(size, 1)) + rng.normal(size=(size, 4))
    items = np.clip(np.round(5 + own * 0.8), 0, 10).astype(int)
    items[:, 3] = 10 - items[:, 3]
    shift = np.array([0, 2, -2, 1])[site]
    made = make_instrument({"s": ["a", "b", "c", "-d"]}, -10, 20)
    found = []
    for by_site in (0 * shift, shift):
        moved = items + np.column_stack([by_site, by_site, by_site, -by_site])
        frame = pl.DataFrame({"site": site.astype(str), "wave": wave, **dict(zip("abcd", moved.T, strict=True))})
        gap = pl.when(pl.int_range(size) % 11 == 3).then(None).otherwise(pl.col("b")).alias("b")
        unasked = (
            pl.when((pl.col("site") == "2") & (pl.col("wave") == "T2")).then(None).otherwise(pl.col("c")).alias("c")
        )
        answers = read_responses(frame.with_columns(gap, unasked), made)
        found.append(assess_reliability(answers, ["wave"], missing, team="site").scales)
    for field in ("alpha_within", "omega_within", "teams"):
        np.testing.assert_allclose(found[0][field], found[1][field], rtol=1e-10)
    assert (found[1]["alpha"] > found[0]["alpha"] + 0.05).all()
    first = items[(wave == "T1") & (np.arange(size) % 11 != 3)].astype(float)
    teams = site[(wave == "T1") & (np.arange(size) % 11 != 3)]
    first[:, 3] = 10 - first[:, 3]
    centred = np.concatenate([first[teams == team] - first[teams == team].mean(axis=0) for team in range(4)])
    if missing == "listwise":
        whole = reliability(moments(centred))
        row = found[0][found[0]["wave"] == "T1"].iloc[0]
        assert row["alpha_within"] == pytest.approx(whole.alpha)


def test_within_a_group_of_the_same_name_is_refused(families, instrument):
    with pytest.raises(InvalidRequest, match="within 'wave' there are no groups of 'wave'"):
        assess_reliability(read_responses(families, instrument), ["wave"], team="wave")


def test_teams_of_one_have_no_alpha_within(make_instrument):
    frame = pl.DataFrame({"site": list("abcdef"), "a": [1, 2, 3, 4, 5, 4], "b": [1, 2, 2, 4, 5, 5]})
    row = assess_reliability(read_responses(frame, make_instrument({"s": ["a", "b"]}, 1, 5)), team="site").scales.iloc[
        0
    ]
    assert np.isnan(row["alpha_within"])
    assert "No alpha within teams: too few rows beyond one a team." in row["note"]


def test_people_are_counted_where_no_item_varies(make_instrument):
    frame = pl.DataFrame({"respondent": [*"abcd", *"abcd"], "wave": ["T1"] * 4 + ["T2"] * 4, "a": 3, "b": 4})
    (row,) = assess_reliability(read_responses(frame, make_instrument({"s": ["a", "b"]}, 1, 5))).scales.itertuples()
    assert (row.rows, row.n, row.people) == (8, 8, 4)
    assert np.isnan(row.alpha)
