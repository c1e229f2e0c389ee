import warnings

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import studentized_range, tukey_hsd

from sos_score.statistics.anova import (
    StudentizedRange,
    compare_pairs,
    compare_welch_anova,
)
from sos_score.statistics.pingouin_adapter import WELCH_COLUMNS
from sos_score.statistics.t_tests import compare_welch

GROUPS = (
    [24.5, 23.5, 26.4, 27.1, 29.9],
    [28.4, 34.2, 29.5, 32.2, 30.1, 41.0],
    [26.1, 28.3, 24.3, 26.2],
    [40.0, 22.0, 31.0],
)


def test_games_howell_agrees_with_scipy_in_every_pair():
    ours = compare_pairs(GROUPS)
    scipys = tukey_hsd(*GROUPS, equal_var=False)
    limits = scipys.confidence_interval(0.95)
    for (a, b), found in ours.items():
        assert found.method.code == "games_howell"
        assert found.n == (len(GROUPS[a]), len(GROUPS[b]))
        assert found.estimate == pytest.approx(scipys.statistic[a, b], rel=1e-12)
        assert found.p == pytest.approx(scipys.pvalue[a, b], abs=1e-6)
        assert found.low == pytest.approx(limits.low[a, b], abs=1e-5)
        assert found.high == pytest.approx(limits.high[a, b], abs=1e-5)
        welch = compare_welch(GROUPS[a], GROUPS[b])
        assert (found.se, found.df, found.statistic) == (
            pytest.approx(welch.se),
            pytest.approx(welch.df),
            pytest.approx(welch.statistic),
        )
        assert found.notes == ()


def test_games_howell_agrees_with_pingouin_in_every_pair():
    import pingouin

    frame = pd.DataFrame(
        [(score, group) for group, scores in enumerate(GROUPS) for score in scores], columns=["y", "g"]
    )
    theirs = pingouin.pairwise_gameshowell(data=frame, dv="y", between="g").set_index(["A", "B"])
    ours = compare_pairs(GROUPS)
    assert list(ours) == list(theirs.index)
    for pair, found in ours.items():
        row = theirs.loc[pair]
        assert found.estimate == pytest.approx(row["diff"], rel=1e-12)
        assert found.se == pytest.approx(row["se"], rel=1e-12)
        assert found.statistic == pytest.approx(row["T"], rel=1e-12)
        assert found.df == pytest.approx(row["df"], rel=1e-12)
        assert found.p == pytest.approx(row["pval"], abs=1e-6)


def test_two_groups_give_welchs_p():
    pair = compare_pairs(GROUPS[:2])[0, 1]
    welch = compare_welch(*GROUPS[:2])
    assert pair.p == pytest.approx(welch.p, abs=1e-8)
    assert (pair.low, pair.high) == (pytest.approx(welch.low), pytest.approx(welch.high))


@pytest.mark.parametrize("k", [2, 3, 4, 8])
@pytest.mark.parametrize("df", [1.2, 2.0, 5.5, 27.3, 400.0])
def test_studentized_range_quantiles_agree_with_scipy(k, df):
    spread = StudentizedRange(k, df)
    q = spread.find_quantile(0.95)
    assert studentized_range.cdf(q, k, df) == pytest.approx(0.95, abs=1e-7)
    for point in (0.0, 0.5, q, 2 * q):
        assert spread.find_tail(point) == pytest.approx(studentized_range.sf(point, k, df), abs=1e-7)


def test_studentized_range_quantiles_agree_with_the_printed_table():
    # Pearson and Hartley (1966), table 29, upper 5% points
    for k, df, q in ((2, 10, 3.15), (3, 10, 3.88), (4, 20, 3.96), (6, 60, 4.16), (3, 2, 8.33)):
        assert StudentizedRange(k, df).find_quantile(0.95) == pytest.approx(q, abs=0.006)


def test_missing_scores_are_dropped_before_any_group_test():
    holes = [[*values, float("nan")] for values in GROUPS]
    assert compare_welch_anova(holes) == compare_welch_anova(GROUPS)
    assert compare_pairs(holes) == compare_pairs(GROUPS)


def test_pingouin_still_answers_in_the_columns_the_adapter_reads():
    import pingouin

    frame = pd.DataFrame({"score": [1.0, 2, 3, 4, 6, 8], "group": [0, 0, 0, 1, 1, 1]})
    assert set(WELCH_COLUMNS) <= set(pingouin.welch_anova(data=frame, dv="score", between="group").columns)
    assert pingouin.__version__.startswith("0.7.")


def test_group_tests_let_no_warning_out():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compare_welch_anova(GROUPS)
        compare_pairs(GROUPS)


groups = st.lists(
    st.lists(st.integers(0, 30), min_size=2, max_size=8).map(lambda v: [*v, 40, 7]), min_size=2, max_size=5
)


@given(groups)
def test_with_two_groups_welchs_f_is_t_squared(given_groups):
    first, second = given_groups[:2]
    welch = compare_welch(first, second)
    found = compare_welch_anova([first, second])
    assert found.statistic == pytest.approx(welch.statistic**2, abs=1e-9)
    assert (found.df2, found.p) == (pytest.approx(welch.df), pytest.approx(welch.p))
