from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sos_score.notes import note
from sos_score.psychometrics.raters.icc import rater_icc
from sos_score.psychometrics.raters.kappa import average_kappa, cross_table, kappa
from sos_score.psychometrics.raters.krippendorff import krippendorff_alpha
from sos_score.psychometrics.raters.ratings import percent_agreement, rating_table, target_spread

NAN = np.nan
CLOSED = 1e-8
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
TABLE_4X4 = np.array([[53, 5, 2, 0], [11, 14, 5, 1], [1, 6, 13, 7], [0, 3, 9, 10]])
ITEMS = [f"C{i:02d}" for i in range(1, 21)]
WEIGHTS = ["unweighted", "linear", "quadratic"]
NAMES = ["ICC(1)", "ICC(A,1)", "ICC(C,1)", "ICC(k)", "ICC(A,k)", "ICC(C,k)"]
SHROUT_FLEISS_NAMES = ["ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]


@pytest.fixture
def sessions(columns):
    data = columns("sessions")
    a, b = data["rater"] == "A", data["rater"] == "B"
    assert (data["session"][a] == data["session"][b]).all()
    return {item: np.column_stack([data[item][a], data[item][b]]) for item in ITEMS}


def options(item):
    return [1, 2, 3, 4, 5] if ITEMS.index(item) < 14 else [0, 1]


def ratings(case, sessions):
    if case == "icc_total/aov":
        raters = np.array([[sessions[i][:, r] for i in ITEMS[:14]] for r in (0, 1)])  # rater, item, session
        answered = ~np.isnan(raters)
        sums, counts = np.where(answered, raters, 0).sum(axis=1), answered.sum(axis=1)
        return np.where(counts > 0, sums / np.maximum(counts, 1), NAN).T
    return {
        "icc_sf/aov": SHROUT_FLEISS,
        "icc_negative/aov": np.array([[1, 5], [2, 4], [3, 2], [4, 2], [5, 1]]),
        "icc_no_judge_effect": np.array([[1, 2], [2, 1], [3, 3], [4, 5], [5, 4], [6, 6]]),
    }.get(case, sessions.get(case.split("/")[-1]))


@pytest.mark.parametrize(
    "case",
    [
        "icc_sf/aov",
        "icc_total/aov",
        "icc_item/C01",
        "icc_item/C08",
        "icc_item/C14",
        "icc_negative/aov",
        "icc_no_judge_effect",
    ],
)
def test_the_six_iccs_are_those_of_psych(golden, sessions, case):
    want = golden("raters")["icc"][case]
    x = np.asarray(ratings(case, sessions), dtype=float)
    got = rater_icc(x)
    assert (got.targets, got.raters) == (want["n"], want["k"])
    assert got.ms_targets == pytest.approx(want["MSB"], abs=CLOSED)
    assert got.ms_error == pytest.approx(want["MSE"], abs=CLOSED)
    assert [form.name for form in got.forms] == NAMES
    assert [form.shrout_fleiss for form in got.forms] == SHROUT_FLEISS_NAMES
    table = want["table"]
    for field, column in (("icc", "ICC"), ("f", "F"), ("df1", "df1"), ("df2", "df2"), ("p", "p")):
        np.testing.assert_allclose([getattr(form, field) for form in got.forms], table[column], rtol=1e-8, atol=1e-12)
    for field, column in (("ci_low", "ci_low"), ("ci_high", "ci_high")):
        np.testing.assert_allclose([getattr(form, field) for form in got.forms], table[column], rtol=1e-8)
    assert bool(got.notes) == (case == "icc_negative/aov")


def test_a_form_is_found_by_either_name():
    got = rater_icc(SHROUT_FLEISS)
    assert got.form("ICC(A,1)") is got.form("ICC(2,1)") is got.forms[1]


def test_targets_that_do_not_differ_have_no_icc():
    got = rater_icc([[1, 5], [2, 4], [3, 3], [4, 2], [5, 1]])
    assert got.ms_targets == 0
    assert np.isnan([[f.icc, f.ci_low, f.ci_high, f.f, f.p] for f in got.forms]).all()
    assert [f.name for f in got.forms] == NAMES
    assert tuple(map(str, got.notes)) == ("No ICC: the targets do not differ at all in their mean rating.",)
    assert rater_icc(np.full((4, 3), 0.1)).notes == got.notes


def test_perfect_agreement_gives_1_and_says_so():
    got = rater_icc([[0.1, 0.1], [0.3, 0.3], [0.7, 0.7]])
    assert [(f.icc, f.ci_low, f.ci_high) for f in got.forms] == [(1, 1, 1)] * 6
    assert {f.p for f in got.forms} == {0}
    assert got.notes[0].code == "rater_icc_perfect"


def test_raters_a_constant_apart_are_consistent_but_do_not_agree():
    got = rater_icc([[1, 2], [2, 3], [4, 5], [5, 6]])
    assert got.ms_error == 0
    assert (got.form("ICC(C,1)").icc, got.form("ICC(C,1)").ci_low) == (1, 1)
    agreement = got.form("ICC(A,1)")
    # MSB = 20/3, MSJ = 2: 20/3 / (20/3 + 2 x 2 / 4)
    assert agreement.icc == pytest.approx((20 / 3) / (20 / 3 + 1))
    assert 0 < agreement.ci_low < agreement.icc < agreement.ci_high <= 1


@pytest.mark.parametrize("x", [[[1, 2]], [[1], [2]], [[1, NAN], [NAN, 2]], np.empty((0, 2))])
def test_too_small_a_table_has_no_icc(x):
    got = rater_icc(x)
    assert got.notes[0].code == "rater_icc_too_few"
    assert np.isnan([f.icc for f in got.forms]).all()
    with pytest.raises(ValueError, match="targets by raters"):
        rater_icc([1, 2])


def list_error(want):
    """Return R's standard error and interval; none where the error is 0, which says nothing of a sample."""
    names = ("se", "ci_low", "ci_high")
    return [NAN if abs(want["se"] or 0) < CLOSED else want[name] for name in names]


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("item", ITEMS)
def test_kappa_is_that_of_fleiss_cohen_and_everitt(golden, sessions, item, weights):
    want, agree = golden("raters")["kappa"][f"kappa_fce/{weights}/{item}"], golden("raters")["agree"][item]
    got = kappa(cross_table(*sessions[item].T, options(item)), weights)
    assert (got.weights, got.n) == (weights, want["n"])
    assert (got.kappa, got.se, got.ci_low, got.ci_high) == pytest.approx(
        (want["kappa"], *list_error(want)), abs=CLOSED, nan_ok=True
    )
    assert (got.observed, got.expected) == pytest.approx((want["po"], want["pe"]), abs=CLOSED)
    assert (got.exact, got.within_one) == pytest.approx((agree["percent"], agree["percent_within_1"]), abs=CLOSED)
    plain = percent_agreement(sessions[item])
    assert plain.pairs == agree["n"]
    assert (plain.exact, plain.within_one) == pytest.approx((got.exact, got.within_one), abs=CLOSED)
    assert bool(got.notes) == (item in {"C19", "C20"})


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_kappa_of_few_targets_counts_options_that_nobody_used(golden, weights):
    for i in range(4):
        for j in range(i + 1, 4):
            want = golden("raters")["kappa"][f"kappa_sf_fce/{weights}/J{i + 1}_J{j + 1}"]
            got = kappa(cross_table(SHROUT_FLEISS[:, i], SHROUT_FLEISS[:, j], range(1, 11)), weights)
            assert (got.kappa, got.observed, got.expected) == pytest.approx(
                [want[f] for f in ("kappa", "po", "pe")], abs=CLOSED
            )
            assert (got.se, got.ci_low, got.ci_high) == pytest.approx(list_error(want), abs=CLOSED, nan_ok=True)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_kappa_of_a_table_is_that_of_vcd(golden, weights):
    want = golden("raters")["kappa"][f"kappa_4x4/fce_{weights}"]
    got = kappa(TABLE_4X4, weights)
    assert (got.n, got.kappa, got.se, got.ci_low, got.ci_high) == pytest.approx(
        [want[f] for f in ("n", "kappa", "se", "ci_low", "ci_high")], abs=CLOSED
    )


def test_pooled_and_averaged_kappas_of_the_likert_items(golden, sessions):
    r = golden("raters")
    tables = [cross_table(*sessions[item].T, options(item)) for item in ITEMS[:14]]
    for weights, entry in (
        ("linear", "linear"),
        ("quadratic", "quadratic_fce"),
        ("unweighted", "unweighted_fce"),
    ):
        got, want = kappa(np.sum(tables, axis=0), weights), r["pooled"][entry]
        assert (
            got.n,
            got.kappa,
            got.se,
            got.ci_low,
            got.ci_high,
            got.observed,
            got.expected,
        ) == pytest.approx([want[f] for f in ("n", "kappa", "se", "ci_low", "ci_high", "po", "pe")], abs=CLOSED)
    mean = average_kappa([kappa(table) for table in tables])
    want = r["average"]
    assert (mean.mean, mean.minimum, mean.maximum) == pytest.approx(
        (want["mean_quadratic"], want["min"], want["max"]), abs=CLOSED
    )
    assert mean.items == 14


def test_constant_raters_have_no_kappa_or_a_kappa_of_0():
    both = kappa([[0, 0], [0, 39]])
    assert np.isnan([both.kappa, both.se, both.ci_low, both.ci_high]).all()
    assert (both.exact, both.observed, both.expected) == (1, 1, 1)
    assert both.notes[0].code == "kappa_both_constant"
    one = kappa([[0, 0], [1, 38]])
    assert one.kappa == 0
    assert np.isnan([one.se, one.ci_low, one.ci_high]).all()
    assert one.notes[0].code == "kappa_one_constant"
    alike = kappa([[3, 0], [0, 4]])
    assert (alike.kappa, [each.code for each in alike.notes]) == (1, ["kappa_no_interval"])
    assert np.isnan([alike.se, alike.ci_low, alike.ci_high]).all()
    apart = kappa([[0, 7], [0, 0]], "unweighted")
    assert (apart.kappa, apart.exact) == (0, 0)
    with_third = kappa([[0, 0, 0], [53, 6, 0], [0, 0, 0]])  # 53/59 + 6/59 is not 1 in floats
    assert with_third.kappa == 0
    assert average_kappa([both, one]).items == 1
    assert np.isnan(average_kappa([both]).mean)


def test_no_common_target_has_no_kappa_and_wrong_input_is_refused():
    none = kappa(cross_table([1, NAN], [NAN, 2], [1, 2]))
    assert none.n == 0
    assert np.isnan([none.kappa, none.exact, none.within_one]).all()
    assert tuple(map(str, none.notes)) == ("No kappa: no target was rated by both.",)
    with pytest.raises(ValueError, match="not one of the options"):
        cross_table([1], [7], [1, 2])
    with pytest.raises(ValueError, match="square"):
        kappa([[1, 2]])


# Krippendorff's data: 4 observers, 12 units (Krippendorff 2011, section D; rows here are units)
UNITS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T


@pytest.mark.parametrize(("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorffs_alpha_is_the_published_one(metric, published):
    got = krippendorff_alpha(UNITS, metric)
    assert got.alpha == pytest.approx(published, abs=0.0005)
    assert (got.metric, got.targets, got.notes) == (metric, 11, ())


def test_krippendorffs_alpha_of_two_raters_by_hand():
    # ratings 0 0, 0 1, 1 1: coincidences 00: 2, 01: 1, 10: 1, 11: 2; margins 3 and 3 of 6
    got = krippendorff_alpha([[0, 0], [0, 1], [1, 1]], "nominal")
    assert got.alpha == pytest.approx(1 - (2 / 6) / (18 / 30))


def test_krippendorffs_alpha_needs_something_to_disagree_on():
    same = krippendorff_alpha([[3, 3], [3, 3]])
    assert np.isnan(same.alpha)
    assert same.notes == (note("krippendorff_constant"),)
    none = krippendorff_alpha([[3, NAN], [NAN, 2]])
    assert np.isnan(none.alpha)
    assert none.targets == 0
    assert none.notes[0].code == "krippendorff_nothing_shared"
    with pytest.raises(ValueError, match="targets by raters"):
        krippendorff_alpha([1, 2])


def test_long_ratings_become_a_table_and_duplicates_are_never_averaged():
    got = rating_table(
        np.array(["c2", "c1", "c1", "c2", "c3", "c3", "c3", "c4", "c4"], dtype=object),
        ["B", "A", "B", "A", "A", "B", "B", "A", "B"],
        [4, 1, 2, 3, 5, 2, 2, 5, NAN],
    )
    assert got.targets.tolist() == ["c1", "c2", "c3", "c4"]
    assert got.raters.tolist() == ["A", "B"]
    np.testing.assert_array_equal(got.matrix, [[1, 2], [3, 4], [5, NAN], [5, NAN]])
    assert got.duplicates == (("c3", "B"),)
    assert got.incomplete == ("c3", "c4")
    assert got.complete.tolist() == [[1, 2], [3, 4]]
    assert tuple(map(str, got.notes)) == ("1 pair of target and rater has more than one rating; none is used.",)


def test_a_blank_beside_a_rating_is_no_duplicate():
    got = rating_table([1, 1, 1], [1, 1, 2], [NAN, 3, 4])
    assert got.matrix.tolist() == [[3, 4]]
    assert got.duplicates == ()
    assert got.notes == ()


def test_raters_who_change_leave_no_complete_target():
    got = rating_table([1, 1, 2, 2], ["A", "B", "C", "D"], [1, 2, 3, 4])
    assert len(got.complete) == 0
    assert got.incomplete == (1, 2)
    assert got.notes[0].code == "ratings_no_complete_target"
    assert rating_table([], [], []).notes == ()


def test_the_spread_of_each_target():
    got = target_spread([[2, 8, 5], [6, NAN, 6], [7, NAN, NAN], [NAN, NAN, NAN]])
    assert got.n.tolist() == [3, 2, 1, 0]
    np.testing.assert_allclose(got.mean, [5, 6, 7, NAN])
    np.testing.assert_allclose(got.sd, [3, 0, NAN, NAN])
    np.testing.assert_allclose(got.minimum, [2, 6, 7, NAN])
    np.testing.assert_allclose(got.maximum, [8, 6, 7, NAN])
    alone = percent_agreement([[1, NAN]])
    assert alone.pairs == 0
    assert np.isnan([alone.exact, alone.within_one]).all()


@given(arrays(float, st.tuples(st.integers(3, 15), st.just(2)), elements=st.integers(1, 5).map(float)))
@settings(max_examples=80, deadline=None)
def test_raters_can_swap_places(x):
    for weights in WEIGHTS:
        a, b = (
            kappa(cross_table(*x.T, range(1, 6)), weights),
            kappa(cross_table(*x.T[::-1], range(1, 6)), weights),
        )
        assert (a.kappa, a.se) == pytest.approx((b.kappa, b.se), abs=1e-6, nan_ok=True)
        assert np.isnan(a.se) or -1 <= a.ci_low < a.kappa < a.ci_high <= 1 or abs(a.kappa) == 1
    for f, g in zip(rater_icc(x).forms, rater_icc(x[::-1, ::-1]).forms, strict=True):
        assert (f.icc, f.ci_low, f.ci_high) == pytest.approx((g.icc, g.ci_low, g.ci_high), rel=1e-6, nan_ok=True)
    one, other = krippendorff_alpha(x), krippendorff_alpha(6 - x[:, ::-1])
    assert one.alpha == pytest.approx(other.alpha, nan_ok=True)
