from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from support import unwrap

from sos_score.definition.library import load_instrument
from sos_score.errors import InvalidRequest, InvalidSurvey
from sos_score.notes import note
from sos_score.psychometrics import batches as answer_batches
from sos_score.psychometrics import sums as answer_sums
from sos_score.psychometrics.internal_consistency.alpha import reliability
from sos_score.psychometrics.internal_consistency.error import measurement_error
from sos_score.psychometrics.internal_consistency.guttman import cronbach_alpha
from sos_score.psychometrics.internal_consistency.items import item_statistics
from sos_score.psychometrics.internal_consistency.keycheck import check_keys
from sos_score.psychometrics.internal_consistency.omega import bootstrap_omega, omega_total
from sos_score.psychometrics.internal_consistency.ordinal import ordinal_alpha
from sos_score.psychometrics.internal_consistency.tables import assess_reliability
from sos_score.psychometrics.moments import complete_rows, moments
from sos_score.psychometrics.teams.tables import assess_agreement
from sos_score.scoring.frames import score_survey
from sos_score.scoring.responses import read_responses

CLOSED = 1e-8
SITES = ["PRO", "RIG", "RES", "ENG", "FUN", "STR"]


def row_of(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


@pytest.fixture
def bfi(golden, columns, make_instrument):
    keys = {name: entry["keys"] for name, entry in golden("bfi").items()}
    frame = pl.DataFrame(columns("bfi")).fill_nan(None)
    return read_responses(frame, make_instrument(keys, 1, 6))


@pytest.fixture
def sites(golden, columns, make_instrument):
    keys = {name.lower(): golden("sites")[name]["keys"] for name in SITES}
    return pl.DataFrame(columns("sites")).fill_nan(None), make_instrument(keys, 1, 5)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_the_bfi_scales_are_those_of_psych_lavaan_and_semtools(golden, bfi, missing):
    got = assess_reliability(bfi, missing=missing)
    for name, entry in golden("bfi").items():
        want, row = entry[missing], row_of(got.scales, scale=name)
        assert row["alpha"] == pytest.approx(want["alpha"], abs=CLOSED)
        assert row["standardized_alpha"] == pytest.approx(want["std_alpha"], abs=CLOSED)
        assert row["mean_r"] == pytest.approx(want["average_r"], abs=CLOSED)
        assert (row["rows"], row["missing"], row["items"], row["left_out"]) == (2800, missing, 5, "")
        items = got.items[got.items["scale"] == name]
        assert items["n"].tolist() == want["n"]
        assert items["item"].tolist() == [key.removeprefix("-") for key in entry["keys"]]
        assert items["reversed"].tolist() == [key.startswith("-") for key in entry["keys"]]
        np.testing.assert_allclose(items["mean"], want["mean"], atol=CLOSED)
        np.testing.assert_allclose(items["sd"], want["sd"], atol=CLOSED)
        np.testing.assert_allclose(items["item_rest_r"], want["r_drop"], atol=CLOSED)
        np.testing.assert_allclose(items["alpha_if_dropped"], want["alpha_drop"], atol=CLOSED)
        if missing == "listwise":
            assert row["n"] == entry["n"]["complete"]
            assert (row["incomplete"], row["blank"]) == (2800 - row["n"], 0)
            assert row["alpha_low"] == pytest.approx(want["low"], abs=CLOSED)
            assert row["alpha_high"] == pytest.approx(want["high"], abs=CLOSED)
            assert row["omega"] == pytest.approx(entry["semtools"], abs=1e-5)
        else:
            assert (row["incomplete"], row["blank"]) == (0, 0)
            assert row["lambda2"] == pytest.approx(want["lambda2"], abs=CLOSED)
            assert row["lambda4"] == pytest.approx(want["lambda4"], abs=CLOSED)
            assert row["lambda6"] == pytest.approx(want["lambda6"], abs=CLOSED)


def test_each_wave_of_the_sites_is_that_of_psych(golden, sites):
    responses = read_responses(*sites)
    listwise, pairwise = (assess_reliability(responses, ["wave"], missing) for missing in ("listwise", "pairwise"))
    assert listwise.scales["wave"].tolist() == ["all", "T1", "T2"] * 6
    for name in SITES:
        for wave in ("T1", "T2"):
            want = golden("sites")[name]["listwise"][wave]
            row = row_of(listwise.scales, scale=name.lower(), wave=wave)
            assert row["n"] == want["n"]
            assert row["n"] + row["incomplete"] + row["blank"] == row["rows"]
            assert row["alpha"] == pytest.approx(want["raw_alpha"], abs=CLOSED)
            assert row["alpha_low"] == pytest.approx(want["feldt_lower"], abs=CLOSED)
            assert row["alpha_high"] == pytest.approx(want["feldt_upper"], abs=CLOSED)
            row = row_of(pairwise.scales, scale=name.lower(), wave=wave)
            assert row["alpha"] == pytest.approx(golden("sites")[name]["pairwise"][wave]["raw_alpha"], abs=CLOSED)
            want = golden("sites")[name]["standard"][wave]
            assert row["standardized_alpha"] == pytest.approx(want["std_alpha"], abs=CLOSED)
            assert row["mean_r"] == pytest.approx(want["average_r"], abs=CLOSED)


def test_families_at_each_occasion_are_those_of_psych(golden, columns, make_instrument):
    data = columns("families")
    items = [f"F{n:02}" for n in range(1, 13)]
    keys = [f"-{item}" if item in ("F03", "F07", "F11") else item for item in items]
    rows = [
        pl.DataFrame({item: data[f"{item}_{wave}"] for item in items} | {"wave": [wave] * len(data["family"])})
        for wave in ("T1", "T2")
    ]
    responses = read_responses(pl.concat(rows).fill_nan(None), make_instrument({"family": keys}, 1, 5))
    got = assess_reliability(responses, ["wave"], "pairwise").scales
    for wave in ("T1", "T2"):
        want = golden("families")["alpha"][wave]["raw_alpha"]
        assert row_of(got, wave=wave)["alpha"] == pytest.approx(want, abs=CLOSED)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_every_column_is_what_the_matrix_functions_give(golden, columns, keyed, sites, missing, monkeypatch):
    monkeypatch.setattr(answer_batches, "_BATCH", 17)
    names = [name.lower() for name in SITES[:3]]
    got = assess_reliability(read_responses(sites[0].lazy(), sites[1]), ["wave"], missing, scales=names)
    for name in SITES[:3]:
        keys = golden("sites")[name]["keys"]
        for wave in ("all", "T1", "T2"):
            x = keyed(columns("sites"), keys, 6)
            x = x if wave == "all" else x[columns("sites")["wave"] == wave]
            m = moments(x, missing)
            r, row = reliability(m), row_of(got.scales, scale=name.lower(), wave=wave)
            error = measurement_error(r.sum_sd / len(keys), r.alpha)
            want = {
                "n": r.n,
                "mean": m.means.mean(),
                "sd": r.sum_sd / len(keys),
                "mean_r": r.mean_r,
                "alpha": r.alpha,
                "alpha_low": r.ci_low,
                "alpha_high": r.ci_high,
                "standardized_alpha": r.standardized_alpha,
                "omega": omega_total(m).omega,
                "ordinal_alpha": ordinal_alpha(x).alpha,
                "lambda2": r.lambda2,
                "lambda4": r.lambda4,
                "lambda6": r.lambda6,
                "spearman_brown": np.nan,
                "sem": error.sem,
                "smallest_detectable_change": error.smallest_detectable_change,
                "omega_low": np.nan,
                "omega_high": np.nan,
                "blank": np.isnan(x).all(axis=1).sum(),
            }
            assert {name: row[name] for name in want} == pytest.approx(want, abs=1e-7, nan_ok=True)
            used = x[complete_rows(x)] if missing == "listwise" else x
            table = item_statistics(m, (used == 1).sum(axis=0), (used == 5).sum(axis=0))
            items = got.items[(got.items["scale"] == name.lower()) & (got.items["wave"] == wave)]
            for column in ("n", "mean", "sd", "floor", "ceiling", "item_rest_r", "alpha_if_dropped"):
                np.testing.assert_allclose(items[column], getattr(table, column), atol=1e-9)
            key = check_keys(m)
            np.testing.assert_allclose(items["r_if_flipped"], key.r_if_flipped, atol=1e-9)
            assert items["suspected"].tolist() == key.suspected.tolist()


def test_frames_of_any_kind_give_the_same(golden, sites, make_instrument):
    import duckdb

    frame, _ = sites
    instrument = make_instrument({"eng": golden("sites")["ENG"]["keys"][:6]}, 1, 5)
    kinds = [frame, frame.lazy(), frame.to_pandas(), frame.to_arrow(), duckdb.sql("SELECT * FROM frame")]
    # A few items: what differs between kinds of frames is how they are read.
    tables = [assess_reliability(read_responses(kind, instrument), ["wave"]) for kind in kinds]
    for other in tables[1:]:
        pd.testing.assert_frame_equal(other.scales, tables[0].scales)
        pd.testing.assert_frame_equal(other.items, tables[0].items)
        assert other.notes == tables[0].notes


def test_an_item_not_asked_in_a_group_drops_nobody_there(make_instrument):
    rng = np.random.default_rng(5)
    x = np.clip(np.round(3 + rng.normal(size=(80, 1)) + rng.normal(size=(80, 4))), 1, 5)
    frame = pl.DataFrame(x, schema=["a", "b", "c", "d"]).with_columns(wave=pl.Series(["T1"] * 40 + ["T2"] * 40))
    asked = frame.with_columns(d=pl.when(pl.col("wave") == "T2").then("d"))
    got = assess_reliability(read_responses(asked, make_instrument({"s": list("abcd")}, 1, 5)), ["wave"])
    first = row_of(got.scales, wave="T1")
    assert (first["n"], first["items"], first["left_out"]) == (40, 3, "d")
    assert first["alpha"] == pytest.approx(reliability(moments(x[:40, :3])).alpha)
    assert first["ordinal_alpha"] == pytest.approx(ordinal_alpha(x[:40, :3]).alpha, abs=1e-7)
    assert first["mean"] == pytest.approx(x[:40, :3].mean())
    assert "Nobody answered d: left out of the coefficients." in first["note"]
    # Over all rows d was asked, so that those without it are incomplete.
    assert (row_of(got.scales, wave="all")["n"], row_of(got.scales, wave="all")["incomplete"]) == (40, 40)
    never = assess_reliability(
        read_responses(asked.filter(pl.col("wave") == "T1"), make_instrument({"s": list("abcd")}, 1, 5))
    )
    assert row_of(never.scales, scale="s")["alpha"] == pytest.approx(first["alpha"])


def test_small_blank_constant_and_negative_are_named_and_never_a_number(make_instrument):
    instrument = make_instrument({"s": ["a", "b", "c"], "one": ["a"], "two": ["a", "b"]}, 1, 5)
    few = assess_reliability(read_responses(pl.DataFrame({"a": [1, 2], "b": [2, 3], "c": [1, 2]}), instrument))
    assert few.scales["alpha"].isna().all()
    assert "No internal consistency: 2 complete rows, at least 3 are needed." in row_of(few.scales, scale="s")["note"]
    nobody = pl.DataFrame({"a": [None] * 3, "b": [None] * 3, "c": [None] * 3}, schema=dict.fromkeys("abc", pl.Int64))
    blank = row_of(assess_reliability(read_responses(nobody, instrument)).scales, scale="s")
    assert (blank["n"], blank["blank"], blank["incomplete"]) == (0, 3, 0)
    rng = np.random.default_rng(1)
    u = rng.integers(1, 6, 40)
    frame = pl.DataFrame({"a": u, "b": np.clip(6 - u + rng.integers(-1, 2, 40), 1, 5), "c": [3] * 40})
    got = assess_reliability(read_responses(frame, instrument))
    row = row_of(got.scales, scale="s")
    assert row["alpha"] < 0
    assert (row["items"], row["left_out"]) == (2, "c")
    assert np.isnan([row["sem"], row["smallest_detectable_change"]]).all()
    assert {"alpha_negative", "items_constant"} <= {each.code for each in unwrap(got.notes)}
    assert row_of(got.scales, scale="two")["spearman_brown"] < 0
    assert "fewer than two items vary" in row_of(got.scales, scale="one")["note"]


def test_a_scale_of_scores_takes_the_scores_of_its_parts_as_items(make_instrument):
    instrument = make_instrument(
        {"up": ["a", "b"], "down": ["c", "d"], "side": ["e", "f"]},
        1,
        5,
        whole={"title": "Whole", "scales": ["up", "-down", "side"], "score": "mean", "higher_is": "more"},
    )
    rng = np.random.default_rng(8)
    u = rng.normal(size=(90, 1)) * [1, 1, -1, -1, 1, 1]
    x = np.clip(np.round(3 + u + rng.normal(size=(90, 6))), 1, 5)
    got = assess_reliability(read_responses(pl.DataFrame(x, schema=list("abcdef")), instrument), scales=["whole"])
    parts = np.column_stack([x[:, :2].mean(axis=1), 6 - x[:, 2:4].mean(axis=1), x[:, 4:].mean(axis=1)])
    row = row_of(got.scales, scale="whole")
    assert row["alpha"] == pytest.approx(cronbach_alpha(np.cov(parts.T)))
    assert row["mean"] == pytest.approx(parts.mean())
    assert np.isnan(row["ordinal_alpha"])
    assert got.items["item"].tolist() == ["up", "down", "side"]


def test_a_sum_has_its_error_in_points_of_the_sum(sites):
    frame, instrument = sites
    as_sum = instrument.model_copy(
        update={"scales": {"pro": instrument.scales["pro"].model_copy(update={"score": "sum"})}}
    )
    mean = row_of(assess_reliability(read_responses(frame, instrument), scales=["pro"]).scales, scale="pro")
    total = row_of(assess_reliability(read_responses(frame, as_sum)).scales, scale="pro")
    for column in ("mean", "sd", "sem", "smallest_detectable_change"):
        assert total[column] == pytest.approx(mean[column] * 18)


def test_the_bootstrap_is_that_of_complete_rows_and_repeats(golden, columns, keyed, sites):
    responses = read_responses(*sites)
    got = [assess_reliability(responses, scales=["eng"], bootstrap=100, seed=4) for _ in range(2)]
    x = keyed(columns("sites"), golden("sites")["ENG"]["keys"], 6)
    want = bootstrap_omega(x, np.random.default_rng(4), replicates=100)
    for table in got:
        row = row_of(table.scales, scale="eng")
        assert (row["omega_low"], row["omega_high"]) == pytest.approx((want.ci_low, want.ci_high))
    with pytest.raises(InvalidRequest, match="cannot be used with pairwise deletion"):
        assess_reliability(responses, missing="pairwise", bootstrap=10)


def test_one_group_or_scale_may_be_named_alone(sites):
    responses = read_responses(*sites)
    asked = (("wave", "eng"), (["wave"], ["eng"]))
    alone, listed = (assess_reliability(responses, by, scales=scales) for by, scales in asked)
    assert alone.scales.equals(listed.scales)
    alone, listed = (assess_agreement(responses, "wave", by, scales="eng") for by in ("wave", ["wave"]))
    assert alone.scales.equals(listed.scales)


def test_a_choice_that_there_is_not_is_refused(sites):
    responses = read_responses(*sites)
    with pytest.raises(InvalidRequest, match=r"^missing is listwise or pairwise, not 'mean'$"):
        assess_reliability(responses, missing="mean")
    with pytest.raises(InvalidRequest, match=r"^bootstrap is a number of samples, or 0 for none, not -1$"):
        assess_reliability(responses, bootstrap=-1)
    with pytest.raises(InvalidRequest, match=r"^name an instrument: there is none to score with$"):
        score_survey(pl.DataFrame({"respondent": ["A1"]}), [])


def test_long_files_give_ordinal_alpha_of_their_first_rows(sites, monkeypatch):
    monkeypatch.setattr(answer_sums, "MOST_TABLED", 20)
    monkeypatch.setattr(answer_batches, "_BATCH", 15)
    frame, instrument = sites
    row = row_of(assess_reliability(read_responses(frame.lazy(), instrument), scales=["pro"]).scales, scale="pro")
    assert "Ordinal alpha is of the first 20 of 66 complete rows." in row["note"]


def test_rows_of_no_group_count_among_all_rows_only(sites):
    frame, instrument = sites
    blank = frame.with_columns(wave=pl.when(pl.int_range(pl.len()) < 4).then(pl.lit(" ")).otherwise("wave"))
    got = assess_reliability(read_responses(blank, instrument), ["wave"], scales=["pro"])
    assert got.scales["wave"].tolist() == ["all", "T1", "T2"]
    assert got.scales["rows"].tolist() == [len(frame), got.scales["rows"][1], got.scales["rows"][2]]
    assert got.scales["rows"][1:].sum() == len(frame) - 4
    assert got.notes[-1] == note("rows_blank_group", columns=("wave",))


def test_what_is_not_there_is_said():
    frame = pl.DataFrame({"respondent": ["a"], "safety": [3]})
    responses = read_responses(frame, load_instrument("safety-scale"))
    with pytest.raises(InvalidSurvey, match=r"there is no id column 'site' \(id columns: respondent\)"):
        assess_reliability(responses, ["site"])
    with pytest.raises(
        InvalidRequest, match=r"no scale 'safty' in safety-scale \(scales: safety\)\n  hint: did you mean"
    ):
        assess_reliability(responses, scales=["safty"])


def test_suspicions_name_item_scale_site_and_wave():
    rng = np.random.default_rng(28)
    instrument = load_instrument("wai")
    key = {item for name in instrument.scales["bond"].items for item in [name] if item.startswith("-")}
    names = [name.removeprefix("-") for name in instrument.scales["bond"].items]
    u = rng.normal(size=(120, 1))
    x = np.clip(np.round(4 + 1.2 * u + rng.normal(size=(120, 12))), 1, 7)
    flip = np.array([f"-{name}" in key for name in names])
    answers = np.where(flip, 8 - x, x)
    answers[60:, names.index("wai_28")] = 8 - answers[60:, names.index("wai_28")]
    others = {item: [None] * 120 for item in instrument.responses if item not in names}
    frame = pl.DataFrame(dict(zip(names, answers.T, strict=True)) | others, strict=False).with_columns(
        site=pl.Series(["1"] * 60 + ["2"] * 60), wave=pl.lit("T1")
    )
    frame = frame.with_columns(pl.col(list(others)).cast(pl.Int64))
    got = assess_reliability(read_responses(frame, instrument), ["site", "wave"], scales=["bond"])
    assert got.suspicions["sentence"].tolist() == ["wai_28 runs against Bond at site 2, T1: reversed in this file?"]
    row = got.suspicions.iloc[0]
    assert (row["site"], row["wave"], row["scale"], row["item"], row["n"]) == ("2", "T1", "bond", "wai_28", 60)
    assert row["item_rest_r"] < 0 < row["r_if_flipped"]
    assert row["alpha"] < row["alpha_if_flipped"]


EDGE = [
    "constant_item",
    "all_constant",
    "two_items",
    "one_item",
    "two_items_constant",
    "negative_alpha",
    "n2",
    "n1",
    "n3",
    "perfect_identical",
    "no_overlap",
    "blank_row",
    "square_4x4",
    "zero_total_variance",
    "binary",
]


@pytest.mark.parametrize("case", EDGE)
def test_degenerate_data_give_rs_numbers_or_a_sentence(golden, make_instrument, case):
    r = golden("edge")[case]
    x = np.array(r["data"], dtype=float)
    low, high = int(np.nanmin(x)), int(np.nanmax(x))
    instrument = make_instrument({"s": r["items"]}, low, max(high, low + 1))
    frame = pl.DataFrame(x, schema=r["items"], orient="row").fill_nan(None)
    row, want = row_of(assess_reliability(read_responses(frame, instrument)).scales, scale="s"), reliability(moments(x))
    psych = r["psych"]["alpha"] if r.get("psych") and not np.isnan(want.alpha) else np.nan
    assert row["alpha"] == pytest.approx(want.alpha, abs=CLOSED, nan_ok=True)
    assert row["alpha"] == pytest.approx(psych, abs=CLOSED, nan_ok=True)
    assert (row["n"], row["items"]) == (want.n, want.items)
    assert (row["alpha_low"], row["alpha_high"]) == pytest.approx((want.ci_low, want.ci_high), nan_ok=True)
    assert all(str(note) in row["note"] for note in reliability(moments(x), r["items"]).notes)
