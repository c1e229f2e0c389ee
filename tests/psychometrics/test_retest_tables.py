from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from support import unwrap

from sos_score.errors import InvalidRequest, InvalidSurvey
from sos_score.notes import note
from sos_score.psychometrics.internal_consistency.alpha import reliability
from sos_score.psychometrics.moments import moments
from sos_score.psychometrics.retest.stability import difference_reliability, reliable_change, retest
from sos_score.psychometrics.retest.tables import assess_retest
from sos_score.scoring.responses import read_responses

ITEMS = [f"F{n:02}" for n in range(1, 13)]


@pytest.fixture
def families(columns, make_instrument):
    data = columns("families")
    frames = [
        pl.DataFrame(
            {item: data[f"{item}_{wave}"] for item in ITEMS} | {"respondent": data["family"], "wave": [wave] * 60}
        )
        for wave in ("T1", "T2")
    ]
    frame = pl.concat(frames).fill_nan(None)
    return frame.sample(fraction=1.0, shuffle=True, seed=3), make_instrument({"family": ITEMS}, 1, 5)


def test_stability_and_change_are_those_of_the_scores(columns, families):
    data = columns("families")
    first, second = (np.column_stack([data[f"{item}_{wave}"] for item in ITEMS]) for wave in ("T1", "T2"))
    x, y = ([np.nanmean(row) if (~np.isnan(row)).any() else np.nan for row in wave] for wave in (first, second))
    got, want = assess_retest(read_responses(*families), "T1", "T2"), retest(x, y)
    row = got.scales.iloc[0]
    names = {"n": "n", "r": "r", "r_low": "ci_low", "r_high": "ci_high", "t": "t", "df": "df", "p": "p",
             "mean_first": "mean_first", "sd_first": "sd_first", "mean_second": "mean_second",
             "sd_second": "sd_second"}  # fmt: skip
    assert {name: row[name] for name in names} == pytest.approx(
        {name: getattr(want, own) for name, own in names.items()}
    )
    for form in ("agreement", "consistency"):
        one = getattr(want, form)
        fields = [row[f"icc_{form}{end}"] for end in ("", "_low", "_high")]
        assert fields == pytest.approx([one.icc, one.ci_low, one.ci_high])
    assert row["first_only"] + row["second_only"] == (np.isnan(x) ^ np.isnan(y)).sum()
    alpha = reliability(moments(first))
    assert row["reliability"] == pytest.approx(alpha.alpha)
    assert row["reliability_from"] == f"alpha of {alpha.n} at the first occasion"
    assert row["sd_error"] == pytest.approx(np.nanstd(x, ddof=1))
    change = reliable_change(x, y, np.nanstd(x, ddof=1), alpha.alpha)
    for field in ("sem", "s_diff", "critical_change", "improved", "unchanged", "deteriorated", "mean_index"):
        assert row[field] == pytest.approx(getattr(change, field))
    known = ~np.isnan(change.index)
    people = got.people.sort_values("respondent")
    assert people["respondent"].tolist() == data["family"][known].tolist()
    np.testing.assert_allclose(people["index"], change.index[known])
    np.testing.assert_allclose(people["change"], np.subtract(y, x)[known])
    np.testing.assert_allclose(people["first"], np.array(x)[known])
    np.testing.assert_allclose(people["second"], np.array(y)[known])
    assert people["outcome"].tolist() == change.outcome[known].tolist()
    assert row["good"] is None
    assert unwrap(got.notes)[-1].code == "direction_unstated"


def test_a_stated_reliability_and_a_low_that_is_good(families):
    frame, instrument = families
    low = instrument.model_copy(
        update={"scales": {"family": instrument.scales["family"].model_copy(update={"good": "low"})}}
    )
    up = assess_retest(read_responses(frame, instrument), "T1", "T2", stated_reliability=0.8).scales.iloc[0]
    down = assess_retest(read_responses(frame, low), "T1", "T2", stated_reliability=0.8).scales.iloc[0]
    assert (up["reliability"], up["reliability_from"]) == (0.8, "stated")
    assert up["sem"] == pytest.approx(up["sd_error"] * np.sqrt(0.2))
    assert (up["improved"], up["deteriorated"]) == (down["deteriorated"], down["improved"])
    assert up["mean_index"] == pytest.approx(down["mean_index"])


def test_any_columns_can_link_people_and_occasions(families):
    from sos_score.survey.column_map import ColumnMap

    frame, instrument = families
    renamed = frame.rename({"respondent": "pupil", "wave": "term"})
    own = ColumnMap(others={"pupil": "pupil", "term": "term"})
    got = assess_retest(
        read_responses(renamed, instrument, columns=own), "T1", "T2", occasion="term", respondent="pupil"
    )
    pd.testing.assert_frame_equal(got.scales, assess_retest(read_responses(frame, instrument), "T1", "T2").scales)
    twice = pl.concat([renamed, renamed.filter((pl.col("pupil") == "FAM01") & (pl.col("term") == "T2"))])
    with pytest.raises(InvalidSurvey) as raised:
        assess_retest(read_responses(twice, instrument, columns=own), "T1", "T2", occasion="term", respondent="pupil")
    assert str(raised.value) == "pupil 'FAM01' appears more than once at T2"


def test_frames_of_any_kind_give_the_same(families):
    import duckdb

    frame, instrument = families
    kinds = [frame, frame.lazy(), frame.to_pandas(), duckdb.sql("SELECT * FROM frame")]
    first, *others = [assess_retest(read_responses(kind, instrument), "T1", "T2") for kind in kinds]
    for other in others:
        pd.testing.assert_frame_equal(other.scales, first.scales)


def test_what_cannot_be_compared_is_said(families):
    frame, instrument = families
    responses = read_responses(frame, instrument)
    with pytest.raises(InvalidSurvey) as raised:
        assess_retest(responses, "T1", "T3")
    assert str(raised.value).startswith("no row has wave 'T3' (wave: T1, T2)")
    with pytest.raises(InvalidRequest, match="the two occasions are the same: 'T1'"):
        assess_retest(responses, "T1", "T1")
    with pytest.raises(InvalidRequest, match=r"a reliability is between 0 and 1, not 1\.4"):
        assess_retest(responses, "T1", "T2", stated_reliability=1.4)
    with pytest.raises(InvalidSurvey, match="there is no id column 'wave'"):
        assess_retest(read_responses(frame.drop("wave").unique("respondent"), instrument), "T1", "T2")


def test_the_limit_of_change_has_two_ends_and_the_difference_its_reliability(families):
    frame, instrument = families
    row = assess_retest(read_responses(frame, instrument), "T1", "T2").scales.iloc[0]
    alphas = []
    for wave in ("T1", "T2"):
        items = frame.filter(pl.col("wave") == wave).select(pl.col("^[fF][0-9]+$")).cast(pl.Float64)
        alphas.append(reliability(moments(items.fill_null(np.nan).to_numpy())))
    first, second = alphas
    assert (row["reliability"], row["reliability_n"]) == (pytest.approx(first.alpha), first.n)
    assert (row["reliability_low"], row["reliability_high"]) == pytest.approx((first.ci_low, first.ci_high))
    for end, coefficient in (("low", first.ci_high), ("high", max(first.ci_low, 0))):
        limit = 1.96 * np.sqrt(2) * row["sd_error"] * np.sqrt(1 - coefficient)
        assert row[f"critical_change_{end}"] == pytest.approx(limit)
    assert row["critical_change_low"] < row["critical_change"] < row["critical_change_high"]
    s1, s2, r = row["sd_first"], row["sd_second"], row["r"]
    true = s1**2 * first.alpha + s2**2 * second.alpha - 2 * s1 * s2 * r
    whole = s1**2 + s2**2 - 2 * s1 * s2 * r
    assert row["difference_reliability"] == pytest.approx(max(0, true / whole))


def test_without_a_reliability_nobody_is_counted_and_no_limit_is_given(families):
    frame, instrument = families
    draw = np.random.default_rng(2)
    noise = [pl.Series(item, draw.integers(1, 6, frame.height)) for item in ITEMS[2:]]
    turned = frame.with_columns((6 - pl.col(ITEMS[0])).alias(ITEMS[1]), *noise)
    row = assess_retest(read_responses(turned, instrument), "T1", "T2").scales.iloc[0]
    assert row["reliability"] < 0
    assert np.isnan([row["critical_change"], row["critical_change_low"], row["critical_change_high"]]).all()
    assert row[["improved", "unchanged", "deteriorated"]].isna().all()


def test_the_reliability_of_a_difference_by_hand():
    # equal spreads and reliabilities: (r_xx - r_12) / (1 - r_12), as in every textbook
    assert difference_reliability((2, 2), (0.96, 0.96), 0.78) == pytest.approx(0.18 / 0.22)
    assert difference_reliability((1, 1), (0.6, 0.6), 0.7) == 0
    assert np.isnan(difference_reliability((1, 1), (0.9, np.nan), 0.5))
    assert np.isnan(difference_reliability((1, 1), (0.9, 0.9), 1.0))


def test_a_stated_reliability_has_no_interval(families):
    frame, instrument = families
    row = assess_retest(read_responses(frame, instrument), "T1", "T2", stated_reliability=0.86).scales.iloc[0]
    assert np.isnan([row["reliability_low"], row["critical_change_low"]]).all()
    assert row["reliability_n"] is None
    s1, s2, r = row["sd_first"], row["sd_second"], row["r"]
    spread = s1**2 + s2**2 - 2 * s1 * s2 * r
    assert row["difference_reliability"] == pytest.approx(((s1**2 + s2**2) * 0.86 - 2 * s1 * s2 * r) / spread)


def rename_people(frame, second):
    """Return the rows with the people numbered, those of T2 as `second` writes a number."""
    numbers = {name: number for number, name in enumerate(frame["respondent"].unique(maintain_order=True), 1)}
    rows = zip(frame["respondent"], frame["wave"], strict=True)
    ids = [second(numbers[name]) if wave == "T2" else f"{numbers[name]}" for name, wave in rows]
    return frame.with_columns(pl.Series("respondent", ids))


def test_whole_numbers_written_with_a_decimal_point_link_and_are_counted(families):
    frame, instrument = families
    plain = assess_retest(read_responses(frame, instrument), "T1", "T2")
    got = assess_retest(read_responses(rename_people(frame, "{}.0".format), instrument), "T1", "T2")
    pd.testing.assert_frame_equal(got.scales, plain.scales)
    rows = frame.filter(pl.col("wave") == "T2").height
    assert [dict(each.values) for each in got.notes if each.code == "ids_read_whole"] == [
        {"rows": rows, "column": "respondent"}
    ]


def test_ids_that_differ_in_zeros_are_not_linked_and_counted_and_nobody_is_said(families):
    frame, instrument = families
    got = assess_retest(read_responses(rename_people(frame, "{:04}".format), instrument), "T1", "T2")
    assert set(got.scales["n"]) == {0}
    by_wave = [set(frame.filter(pl.col("wave") == wave)["respondent"]) for wave in ("T1", "T2")]
    codes = {each.code: dict(each.values) for each in got.notes}
    assert "retest_nobody" in codes
    assert codes["retest_near"] == {"count": len(by_wave[0] & by_wave[1]), "column": "respondent"}


def test_people_who_are_at_another_site_at_the_second_occasion_are_said_to_be(make_instrument):
    rows = [(str(n), wave, site, 1 + n % 4) for wave, site in (("T1", "N"), ("T2", "S")) for n in range(8)]
    frame = pl.DataFrame(rows, schema=["respondent", "wave", "site", "x"], orient="row")
    instrument = make_instrument({"s": ["x"]}, 1, 5)
    said = note("retest_moved", number=8, column="respondent")
    for kind in (frame, frame.to_pandas()):
        assert said in assess_retest(read_responses(kind, instrument), "T1", "T2").notes
    assert str(said) == (
        "8 people are at one site at the first occasion and at another at the second. If each site numbers its own,"
        " join the two columns in a column map: respondent: {join: [site, respondent]}."
    )
    stayed = frame.with_columns(site=pl.lit("N"))
    for other in (stayed, frame.drop("site"), frame.with_columns(site=pl.when(pl.col("wave") == "T1").then("site"))):
        found = assess_retest(read_responses(other, instrument), "T1", "T2")
        assert said.code not in {each.code for each in found.notes}
