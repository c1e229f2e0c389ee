from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from support import make_instrument as define
from support import unwrap

from sos_score.errors import InvalidSurvey
from sos_score.notes import note
from sos_score.psychometrics.raters.generalizability import rater_generalizability
from sos_score.psychometrics.raters.krippendorff import krippendorff_alpha
from sos_score.psychometrics.raters.ratings import target_spread
from sos_score.psychometrics.raters.tables import assess_raters
from sos_score.psychometrics.teams.icc import team_icc
from sos_score.scoring.responses import read_responses
from sos_score.survey.column_map import ColumnMap

CLOSED = 1e-8
LIKERT = [f"C{n:02}" for n in range(1, 15)]
BINARY = [f"C{n:02}" for n in range(15, 21)]
FIELDS = {"icc": "ICC", "ci_low": "ci_low", "ci_high": "ci_high", "f": "F", "df1": "df1", "df2": "df2", "p": "p"}


@pytest.fixture
def sessions(columns, make_instrument):
    data = columns("sessions")
    frame = pl.DataFrame(data).fill_nan(None)
    frame = frame.rename({"session": "target"}).with_columns(pl.col("target").cast(pl.Int64))
    instrument = make_instrument({"total": LIKERT, "ticks": BINARY}, 1, 5, ranges=dict.fromkeys(BINARY, (0, 1)))
    return frame, instrument


def test_iccs_of_items_and_of_the_scale_are_those_of_psych(golden, sessions):
    got = assess_raters(read_responses(*sessions), "target", "rater").iccs
    for name, case in (("total", "icc_total/aov"), *((item, f"icc_item/{item}") for item in ("C01", "C08", "C14"))):
        want = golden("raters")["icc"][case]
        rows = got[(got["name"] == name) & (got["basis"] == "complete")]
        assert rows["form"].tolist() == ["ICC(1)", "ICC(A,1)", "ICC(C,1)", "ICC(k)", "ICC(A,k)", "ICC(C,k)"]
        assert rows["shrout_fleiss"].tolist() == [
            "ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]  # fmt: skip
        assert set(rows["targets"]) == {want["n"]}
        assert set(rows["raters"]) == {want["k"]}
        for field, column in FIELDS.items():
            np.testing.assert_allclose(rows[field], want["table"][column], rtol=1e-8, atol=1e-12)


def test_kappas_of_items_pooled_and_averaged_are_those_of_r(golden, sessions):
    r, got = golden("raters"), assess_raters(read_responses(*sessions), "target", "rater")
    for item in [*LIKERT, *BINARY]:
        for weights in ("unweighted", "linear", "quadratic"):
            want = r["kappa"].get(f"kappa_fce/{weights}/{item}")
            row = got.kappas[(got.kappas["name"] == item) & (got.kappas["weights"] == weights)].iloc[0]
            assert (row["rater_1"], row["rater_2"], row["kind"]) == ("A", "B", "item")
            if want:
                for field, column in (("n", "n"), ("kappa", "kappa"), ("se", "se"), ("ci_low", "ci_low"),
                                      ("ci_high", "ci_high"), ("observed", "po"), ("expected", "pe")):  # fmt: skip
                    has_none = column in ("se", "ci_low", "ci_high") and want["se"] == 0
                    assert row[field] == pytest.approx(np.nan if has_none else want[column], abs=CLOSED, nan_ok=True)
            assert row["exact"] == pytest.approx(r["agree"][item]["percent"], abs=CLOSED)
            assert row["within_one"] == pytest.approx(r["agree"][item]["percent_within_1"], abs=CLOSED)
    pooled = got.kappas[(got.kappas["kind"] == "pooled items") & (got.kappas["scale"] == "total")].set_index("weights")
    for weights, case in (("linear", "linear"), ("quadratic", "quadratic_fce"), ("unweighted", "unweighted_fce")):
        want = r["pooled"][case]
        assert pooled["n"][weights] == want["n"]
        assert pooled["kappa"][weights] == pytest.approx(want["kappa"], abs=CLOSED)
        assert pooled["se"][weights] == pytest.approx(want["se"], abs=CLOSED)
    total = got.measures[got.measures["name"] == "total"].iloc[0]
    assert total["kappa_mean"] == pytest.approx(r["average"]["mean_quadratic"], abs=CLOSED)
    assert total["kappa_minimum"] == pytest.approx(r["average"]["min"], abs=CLOSED)
    assert total["kappa_maximum"] == pytest.approx(r["average"]["max"], abs=CLOSED)
    assert total["kappa_items"] == 14


def test_each_measure_counts_what_it_used(columns, sessions):
    got, data = assess_raters(read_responses(*sessions), "target", "rater"), columns("sessions")
    both = np.column_stack([data["C05"][data["rater"] == rater] for rater in "AB"])
    row = got.measures[got.measures["name"] == "C05"].iloc[0]
    known = ~np.isnan(both)
    assert (row["targets"], row["raters"], row["ratings"]) == (known.any(axis=1).sum(), 2, known.sum())
    assert (row["complete"], row["pairs"], row["duplicates"]) == (known.all(axis=1).sum(), known.all(axis=1).sum(), 0)
    want = krippendorff_alpha(both, "ordinal")
    assert (row["krippendorff_alpha"], row["metric"]) == (pytest.approx(want.alpha), "ordinal")
    assert row["krippendorff_targets"] == want.targets
    assert got.measures[got.measures["kind"] == "scale"]["metric"].tolist() == ["interval"] * 2
    every = got.iccs[(got.iccs["name"] == "C05") & (got.iccs["basis"] == "all")]
    one = team_icc(both.ravel(), np.repeat(np.arange(len(both)), 2))
    assert every["form"].tolist() == ["ICC(1)", "ICC(k)"]
    np.testing.assert_allclose(every["icc"], [one.icc1, one.icc2])
    np.testing.assert_allclose(every["ci_low"], [one.icc1_low, one.icc2_low])


def test_reversed_items_are_pooled_under_the_key(make_instrument):
    rng = np.random.default_rng(3)
    first = rng.integers(1, 6, 60)
    second = np.clip(first + rng.integers(-1, 2, 60), 1, 5)
    frame = pl.DataFrame(
        {
            "target": [*range(60)] * 2,
            "rater": ["A"] * 60 + ["B"] * 60,
            "a": [*first, *second],
            "b": [*(6 - first), *(6 - second)],
        }
    )
    got = assess_raters(read_responses(frame, make_instrument({"s": ["a", "-b"]}, 1, 5)), "target", "rater").kappas
    quadratic = got[got["weights"] == "quadratic"].set_index("kind")["kappa"]
    assert quadratic["pooled items"] == pytest.approx(quadratic["item"].iloc[0])


def test_duplicates_and_gaps_are_reported_and_never_averaged(make_instrument):
    frame = pl.DataFrame(
        {
            "case": ["1", "1", "1", "2", "2", "3", "3", "4", None],
            "rated_by": ["w", "f", "f", "w", "f", "w", "f", "w", "w"],
            "x": [2, 6, 8, 5, 5, 1, 3, 9, 4],
        }
    )
    own = ColumnMap(others={"case": "case", "rated_by": "rated_by"})
    responses = read_responses(frame, make_instrument({"s": ["x"]}, 0, 10), columns=own)
    got = assess_raters(responses, "case", "rated_by")
    assert got.duplicates.to_numpy().tolist() == [["1", "f", 2]]
    row = got.measures[got.measures["kind"] == "scale"].iloc[0]
    assert (row["targets"], row["ratings"], row["complete"], row["duplicates"]) == (4, 6, 2, 1)
    assert tuple(map(str, got.notes[:2])) == (
        "Left out: 1 row without a case or a rated_by.",
        "More than once, and not used: 1 pair of case and rated_by.",
    )
    want = target_spread([[np.nan, 2], [5, 5], [3, 1], [np.nan, 9]])
    np.testing.assert_allclose(got.targets["sd"], want.sd)
    np.testing.assert_allclose(got.targets["spread"], want.maximum - want.minimum)
    assert got.targets["ratings"].tolist() == [1, 2, 2, 1]
    assert got.targets["lacks"].tolist() == [1, 0, 0, 1]
    assert got.targets["target"].tolist() == ["1", "2", "3", "4"]


@pytest.mark.parametrize("place", ["site", "wave"])
def test_targets_numbered_within_sites_or_waves_are_said_to_be_at_several(make_instrument, place):
    n = 12
    rows = [
        (where, str(who), rater) for where, raters in (("N", "ab"), ("S", "cd")) for who in range(n) for rater in raters
    ]
    frame = pl.DataFrame(rows, schema=[place, "target", "rater"], orient="row")
    draw = np.random.default_rng(1)
    frame = frame.with_columns(x=pl.Series(draw.integers(1, 9, 2 * n).repeat(2) + draw.integers(0, 2, 4 * n)))
    instrument = make_instrument({"s": ["x"]}, 0, 10)
    said = note("targets_of_several_places", number=n, target="target", place=place)
    for kind in (frame, frame.to_pandas()):
        assert said in assess_raters(read_responses(kind, instrument), "target", "rater").notes
    assert str(said) == (
        f"12 targets have ratings at several {place}s, and each counts as one target. If target 1 of one {place} is not"
        f" target 1 of the next, join the two columns in a column map: target: {{join: [{place}, target]}}."
    )
    apart = read_responses(frame, instrument, columns=ColumnMap.model_validate(
        {"target": {"join": [place, "target"]}, "rater": "rater", place: place}
    ))  # fmt: skip
    got = assess_raters(apart, "target", "rater")
    assert said.code not in {each.code for each in unwrap(got.notes)}
    one = team_icc(frame["x"].to_numpy(), np.arange(2 * n).repeat(2))  # two ratings of each target, one below the other
    of_all = got.iccs[(got.iccs["basis"] == "all") & (got.iccs["kind"] == "scale")]
    assert of_all["icc"].tolist() == pytest.approx([one.icc1, one.icc2])


def test_raters_who_never_share_a_target_leave_the_one_way_icc(make_instrument):
    frame = pl.DataFrame({"target": ["1", "1", "2", "2", "3", "3"], "rater": list("abcdef"), "x": [1, 2, 5, 6, 9, 9]})
    got = assess_raters(read_responses(frame, make_instrument({"s": ["x"]}, 0, 10)), "target", "rater")
    two_way = got.iccs[got.iccs["basis"] == "complete"]
    assert two_way["icc"].isna().all()
    one = team_icc([1, 2, 5, 6, 9, 9], [1, 1, 2, 2, 3, 3])
    assert got.iccs[(got.iccs["basis"] == "all") & (got.iccs["kind"] == "scale")]["icc"].tolist() == [
        one.icc1,
        one.icc2,
    ]
    assert "ratings_no_complete_target" in [each.code for each in unwrap(got.notes)]


def test_frames_of_any_kind_give_the_same(sessions):
    import duckdb

    frame, instrument = sessions
    kinds = [frame, frame.to_pandas(), duckdb.sql("SELECT * FROM frame ORDER BY rater, target")]
    first, *others = [assess_raters(read_responses(kind, instrument), "target", "rater") for kind in kinds]
    for other in others:
        for name in ("measures", "iccs", "kappas", "targets", "duplicates"):
            pd.testing.assert_frame_equal(getattr(other, name), getattr(first, name))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"rater": pl.lit("A")}, "there is only one rater, 'A': agreement needs two"),
        ({"target": pl.lit(None, dtype=pl.String)}, "the column 'target' is blank in every row"),
    ],
)
def test_what_cannot_be_compared_is_said(sessions, change, text):
    frame, instrument = sessions
    changed = (
        frame.unique("target").with_columns(**change)
        if "rater" in change
        else frame.drop("rater").with_columns(rater=pl.int_range(pl.len()).cast(pl.String), **change)
    )
    with pytest.raises(InvalidSurvey) as raised:
        assess_raters(read_responses(changed, instrument), "target", "rater")
    assert str(raised.value) == text


def test_variance_parts_of_a_scale_turn_reversed_items_and_leave_out_targets_with_a_gap():
    rng = np.random.default_rng(4)
    levels = rng.integers(1, 6, 12)
    rows = [
        {"target": f"t{place}", "rater": rater, "q1": int(level), "q2": int(6 - level), "q3": int(rng.integers(1, 6))}
        for place, level in enumerate(levels)
        for rater in "XY"
    ]
    instrument = define({"all": {"items": ["q1", "-q2", "q3"]}}, "q1..q3")
    frame = pl.DataFrame([rows[0] | {"q3": None}, *rows[1:]]).cast(pl.String)
    (row,) = assess_raters(read_responses(frame, instrument), "target", "rater").parts.to_dict("records")
    assert (row["targets"], row["raters"], row["items"]) == (11, 2, 3)
    used = np.array([[[one["q1"], 6 - one["q2"], one["q3"]] for one in rows[at : at + 2]] for at in range(2, 24, 2)])
    parts = rater_generalizability(used).variances
    shares = {name: value / sum(parts.values()) for name, value in parts.items()}
    assert {name: row[name] for name in shares} == pytest.approx(shares)
