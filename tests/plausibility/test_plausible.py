from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sos_score.notes import note
from sos_score.plausibility.checks import check_parts, check_statistic
from sos_score.plausibility.printed import PublishedStatistic

# Evaluation of Signs of Safety in 10 Pilots (2017), Appendix I: sums, mean (SD), T1 n = 221, T2 n = 142.
YATCHMENOFF = {
    "Buy-in": (7, 35, ("25", "6.3"), ("24", "7.2")),
    "Receptivity": (4, 16, ("14", "3.6"), ("13", "3.7")),
    "Working relationship": (4, 16, ("15", "4.4"), ("14", "4.2")),
    "Mistrust": (4, 16, ("13", "4.3"), ("13", "4.4")),
}
TOTALS = (("66", "16.8"), ("65", "17.3"))
PEOPLE = (221, 142)


def published_table(wave, highest):
    parts = [
        PublishedStatistic(name, *row[2 + wave], PEOPLE[wave], row[0], highest if row[1] == 16 else row[1])
        for name, row in YATCHMENOFF.items()
    ]
    return parts, PublishedStatistic("Total", *TOTALS[wave], PEOPLE[wave], 19, 95)


def verdicts(checks):
    return {check.name: check.passed for check in checks}


def check(mean, sd="", n=None, **more):
    return verdicts(check_statistic(PublishedStatistic("x", mean, sd, n, **more)))


def test_the_published_table_with_maximum_16_is_flagged():
    parts, total = published_table(0, 16)
    working = check_statistic(parts[2])
    assert verdicts(working)["largest SD"] is False
    assert str(working[1].reason) == ("SD 4.4 is impossible: with mean 15 on 4-16 it cannot be above 3.96.")
    sums = check_parts(parts, total)
    assert verdicts(sums) == {
        "sum of means": True,
        "sum of lowest": True,
        "sum of highest": False,
        "SD of a sum": True,
    }
    assert str(sums[2].reason) == "the highest possible parts add up to 83, not 95."


@pytest.mark.parametrize("wave", [0, 1])
def test_the_published_table_with_maximum_20_passes(wave):
    parts, total = published_table(wave, 20)
    checks = [one for statistic in (*parts, total) for one in check_statistic(statistic)]
    checks += check_parts(parts, total)
    assert len(checks) == 5 * 4 + 4
    assert [one for one in checks if one.passed is False] == []


def test_the_largest_sd_of_the_example_is_that_of_the_formula():
    # sqrt((15 - 4)(16 - 15) 240 / 239): 220 people at 16 and 20 at 4 have a mean of exactly 15.
    found = check_statistic(PublishedStatistic("x", "15.000", "4.4", 240, 4, 16))[1]
    assert str(found.reason) == "SD 4.4 is impossible: with mean 15.000 on 4-16 it cannot be above 3.32."


@pytest.mark.parametrize(
    ("mean", "n", "items", "possible"),
    [
        # Brown & Heathers (2017), as tested in rsprite2: GRIM_test(5.19, 28), (5.18, 14, n_items = 2)
        ("5.19", 28, 1, False),
        ("5.18", 14, 2, True),
        # The Economist (18 June 2016) on the GRIM test
        ("5.93", 49, 1, False),
        # scrutiny: grim("5.27", 43) and its data pigs1
        ("5.27", 43, 1, False),
        ("7.22", 32, 1, True),
        ("4.74", 25, 1, False),
        ("5.23", 29, 1, False),
        ("2.57", 24, 1, False),
        ("6.77", 27, 1, False),
        # a die rolled 20 times (Wikipedia, GRIM test)
        ("3.48", 20, 1, False),
        ("3.50", 20, 1, True),
        ("3.45", 20, 1, True),
    ],
)
def test_grim_agrees_with_published_examples(mean, n, items, possible):
    assert check(mean, n=n, items=items)["GRIM"] is possible


def test_grim_agrees_with_scrutiny_on_a_run_of_means():
    # scrutiny, tests of grim(): 5.19 to 5.30 at n = 28
    expected = [False, False, True, False, False, False, True, False, False, False, True, False]
    found = [check(f"5.{decimals}", n=28)["GRIM"] for decimals in range(19, 31)]
    assert found == expected


@pytest.mark.parametrize(
    ("mean", "sd", "n", "possible"),
    # rsprite2, tests of GRIMMER_test (Anaya's example is the second)
    [("5.21", "1.6", 28, True), ("3.44", "2.47", 18, False)],
)
def test_grimmer_agrees_with_published_examples(mean, sd, n, possible):
    assert check(mean, sd, n)["GRIMMER"] is possible


@pytest.mark.parametrize(
    ("mean", "n", "items", "largest"),
    # rsprite2, tests of sd_bounds_measure: upper bounds on 1-7
    [("4.2", 5, 1, 3.03), ("1.00", 100, 1, 0.0)],
)
def test_the_largest_sd_agrees_with_rsprite2(mean, n, items, largest):
    message = str(check_statistic(PublishedStatistic("x", mean, "9", n, 1, 7, items))[1].reason)
    assert message.endswith(f"above {largest:.2f}.")


def test_halves_may_be_rounded_up_or_to_even():
    # 9 / 8 = 1.125: printed as 1.13 or as 1.12
    assert check("1.13", n=8)["GRIM"]
    assert check("1.12", n=8)["GRIM"]
    assert check("1.14", n=8)["GRIM"] is False


def test_trailing_zeros_count():
    assert check("3.5", n=6)["GRIM"]
    assert check("3.50", n=7)["GRIM"] is False
    assert check("3.5", n=7)["GRIM"] is False
    assert check("4", n=7)["GRIM"] is None


def test_a_failed_grim_names_the_nearest_means():
    message = str(check_statistic(PublishedStatistic("age", "5.19", n=28))[0].reason)
    assert message == "mean 5.19 is impossible for 28 whole numbers; next 5.1786 and 5.2143."


def test_checks_that_cannot_fail_or_do_not_apply_say_so():
    assert check("3.45", "1.00", 500, low=1, high=5)["GRIM"] is None
    assert check("3.45") == {}
    assert check("3.45", "1.00", 28, low=1, high=5, whole=False) == {
        "mean in range": True,
        "largest SD": True,
    }
    assert check("3", "1", 1, low=1, high=5)["largest SD"] is None
    assert "GRIMMER" not in check("3", "1", 1)
    assert check("7", "1", 10, low=1, high=5) == {
        "mean in range": False,
        "largest SD": None,
        "GRIM": None,
        "GRIMMER": False,
    }


def test_a_huge_sample_is_not_searched():
    found = check("3", "1.0", 10**6, low=1, high=5)
    assert found["GRIMMER"] is None
    assert found["largest SD"] is True


@pytest.mark.parametrize(
    ("statistic", "words"),
    [
        (PublishedStatistic("x", "about 3"), "'about 3' is not a number"),
        (PublishedStatistic("x", ""), "not a number"),
        (PublishedStatistic("x", "NaN"), "'NaN' is not a number"),
        (PublishedStatistic("x", "3", "1,2"), "'1,2' is not a number"),
        (PublishedStatistic("x", "3", "-1"), "SD -1 is negative"),
        (PublishedStatistic("x", "3", n=0), "0 people"),
        (PublishedStatistic("x", "3", items=0), "0 items"),
        (PublishedStatistic("x", "3", low=5, high=1), "upside down"),
    ],
)
def test_figures_that_cannot_be_read_are_said_in_words(statistic, words):
    (found,) = check_statistic(statistic)
    assert (found.name, found.passed) == ("figures", False)
    assert words in str(found.reason)
    (of_part,) = check_parts([statistic], PublishedStatistic("total", "3"))
    assert of_part == replace(found, reason=note("printed_of", name="x", said=found.reason))


def test_the_mean_of_several_items_is_finer_than_one_item():
    assert check("3.17", n=3)["GRIM"] is False
    assert check("3.17", n=3, items=2)["GRIM"]


def test_the_sd_of_a_sum_lies_between_its_bounds():
    parts = [PublishedStatistic("a", "10", "5.0"), PublishedStatistic("b", "10", "1.0")]
    for sd, possible in (("3.8", False), ("3.9", True), ("6.1", True), ("6.2", False)):
        assert verdicts(check_parts(parts, PublishedStatistic("t", "20", sd)))["SD of a sum"] is possible
    message = str(check_parts(parts, PublishedStatistic("t", "20", "9.0"))[-1].reason)
    assert message == "SD 9.0 is impossible: the parts allow 3.90 to 6.10."


def test_means_of_parts_have_to_add_up():
    parts = [PublishedStatistic("a", "10.0"), PublishedStatistic("b", "5.0")]
    for mean, possible in (("15.0", True), ("15.1", True), ("15.2", False), ("15", True), ("14", False)):
        assert verdicts(check_parts(parts, PublishedStatistic("t", mean)))["sum of means"] is possible


@pytest.mark.parametrize("items", [1, 2])
def test_the_largest_sd_of_whole_numbers_is_that_of_every_sample(items):
    sums = range(items, 4 * items + 1)
    samples = np.array(list(combinations_with_replacement(sums, 5))) / items
    for mean in ("2.0", "3.2", "1.6"):
        printed = np.abs(samples.mean(axis=1) - float(mean)) <= 0.05 + 1e-9
        largest = samples[printed].std(axis=1, ddof=1).max()
        message = str(check_statistic(PublishedStatistic("x", mean, "9", 5, 1, 4, items))[1].reason)
        assert message.endswith(f"above {largest:.2f}.")


@given(
    st.lists(st.lists(st.integers(1, 5), min_size=3, max_size=3), min_size=2, max_size=40),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_figures_of_real_answers_always_pass(answers, mean_places, sd_places):
    scores = np.array(answers).mean(axis=1)
    mean, sd = f"{scores.mean():.{mean_places}f}", f"{scores.std(ddof=1):.{sd_places}f}"
    found = check_statistic(PublishedStatistic("x", mean, sd, len(answers), 1, 5, items=3))
    assert [one.name for one in found] == ["mean in range", "largest SD", "GRIM", "GRIMMER"]
    assert [one.reason for one in found if one.passed is False] == []
    parts = np.array(answers)
    printed = [
        PublishedStatistic(str(j), f"{parts[:, j].mean():.1f}", f"{parts[:, j].std(ddof=1):.1f}", low=1, high=5)
        for j in range(3)
    ]
    whole = parts.sum(axis=1)
    total = PublishedStatistic("t", f"{whole.mean():.1f}", f"{whole.std(ddof=1):.1f}", low=3, high=15)
    assert [one.passed for one in check_parts(printed, total)] == [True] * 4
