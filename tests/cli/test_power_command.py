import json
import math
import re

import matplotlib as mpl
import pandas as pd
import pytest
from support import ROOT, CommandLine

from sos_score import assess_plan, draw_power, plan_equal_sites
from sos_score.notes import note
from sos_score.report.figures.power import describe_power
from sos_score.statistics.power.permutation import detect_by_permutation, find_permutation_power
from sos_score.statistics.power.solve import find_power, find_sites_needed, find_smallest_effect
from sos_score.statistics.power.trial import StudyPlan

TWO = ("--sites-per-arm", "2", "--people", "15", "--icc", "0.05", "--effect", "0.5")


run = CommandLine("power")


def test_the_answers_are_those_of_the_numeric_layer():
    plan = StudyPlan(((10,) * 3, (10,) * 4), 0.1, 2, overlap=0.6)
    found = assess_plan(plan, 0.4, power=0.9)
    smallest, power, needed = (
        find_smallest_effect(plan, power=0.9),
        find_power(plan, 0.4),
        find_sites_needed(plan, 0.4, power=0.9),
    )
    t_test, cr2, permutation = found.analyses.itertuples(index=False)
    assert tuple(t_test[:4]) == ("t test of sites", 5, smallest.site_level, power.site_level)
    assert tuple(cr2[:4]) == ("CR2 regression", power.cluster_df, smallest.cluster_robust, power.cluster_robust)
    assert permutation.smallest_p == pytest.approx(1 / 35)
    spread = (2 * 0.1 * (1 - 0.8) + 2 * 0.9 * (1 - 0.6 * 0.5) / 10) ** 0.5
    assert permutation.smallest_effect == pytest.approx(spread * detect_by_permutation(3, 4, power=0.9), rel=0.01)
    assert permutation.power_at_effect == pytest.approx(find_permutation_power(3, 4, 0.4 / spread))
    assert found.analyses["can_reach_alpha"].tolist() == [True, True, True]
    assert found.sites_needed == needed.site_level
    enough = found.by_sites.set_index("remark").loc["enough"]
    assert enough["sites_per_arm"] == needed.site_level
    assert (
        enough["power_at_effect"]
        >= 0.9
        >= found.by_sites.loc[found.by_sites["sites_per_arm"] == 6, "power_at_effect"].item()
    )


def test_each_row_by_sites_is_a_plan_of_its_own():
    found = assess_plan(plan_equal_sites((2, 2), 15, 0.05), 0.5).by_sites
    for sites in (2, 3, 9, 30):
        row = found[found["sites_per_arm"] == sites].iloc[0]
        plan = plan_equal_sites((sites, sites), 15, 0.05)
        assert row["people"] == 30 * sites
        assert row["smallest_effect"] == pytest.approx(find_smallest_effect(plan).site_level)
        assert row["power_at_effect"] == pytest.approx(find_power(plan, 0.5).site_level)
        assert row["smallest_p"] == pytest.approx(2 / math.comb(2 * sites, sites))
        assert row["can_reach_alpha"] == (sites >= 4)
    assert dict(zip(found["remark"], found["sites_per_arm"], strict=True)) | {"": None} == {
        "this plan": 2,
        "permutation possible": 4,
        "enough": 9,
        "": None,
    }


def test_two_against_two_is_answered_in_words():
    assert tuple(map(str, assess_plan(plan_equal_sites((2, 2), 15, 0.05), 0.5).notes)) == (
        "With 2 sites against 2 a permutation test is impossible at alpha 0.05: its p cannot be below 0.33, however"
        " large the difference. A t test of sites assumes that site means are normally distributed, which so few"
        " sites cannot show: then the smallest difference shown with a power of 80% is 1.90 standard deviations.",
        "A regression of people with CR2 errors is the same test when all sites and arms are of equal size.",
        "To show 0.5 standard deviations with a power of 80%, each arm needs 9 sites of 15 people; a permutation test"
        " is possible from 4 sites in each arm.",
    )


@pytest.mark.parametrize(
    ("sites", "said"),
    [
        ((1, 1), []),
        ((1, 3), ["A regression of people with CR2 errors needs two sites in each arm."]),
        ((2, 3), ["A regression of people with CR2 errors shows 1.85 standard deviations with that power."]),
        (
            (5, 5),
            [
                "A regression of people with CR2 errors is the same test when all sites and arms are of equal size.",
                "A permutation of sites shows 0.83 standard deviations with that power.",
            ],
        ),
    ],
)
def test_what_the_other_analyses_would_do_is_said(sites, said):
    assert list(map(str, assess_plan(plan_equal_sites(sites, 15, 0.1)).notes[1:])) == said


def test_one_site_against_one_leaves_nothing_to_analyse():
    found = assess_plan(plan_equal_sites((1, 1), 15, 0.1), 0.5)
    assert found.analyses["smallest_effect"].isna().all()
    assert not found.analyses["can_reach_alpha"].any()
    assert found.by_sites["sites_per_arm"].min() == 2
    assert b"One site against one can show nothing" in draw_power(found)


def test_an_effect_no_number_of_sites_can_show_is_said():
    found = assess_plan(plan_equal_sites((2, 2), 15, 0.3), 0.01)
    assert pd.isna(found.sites_needed)
    assert found.notes[-1] == note("sites_not_feasible", effect=0.01)


def test_the_command_gives_what_the_library_gives():
    shown = json.loads(
        run("--arms", "2,3", "--people", 12, "--icc", 0.1, "--waves", 2, "--overlap", 0.6, "-f", "json").stdout
    )
    result = assess_plan(StudyPlan(((12,) * 2, (12,) * 3), 0.1, 2, overlap=0.6))
    assert shown["notes"] == list(map(str, result.notes))
    assert [row["smallest_effect"] for row in shown["by_sites"]] == result.by_sites["smallest_effect"].tolist()
    assert [row["smallest_effect"] for row in shown["analyses"]][:2] == result.analyses["smallest_effect"].tolist()[:2]
    assert [row["can_reach_alpha"] for row in shown["analyses"]] == ["yes", "yes", "no"]
    assert shown["about"]["plan"] == (
        "2 sites against 3, 12 people each, two waves, 60% of people at both (correlation 0.5), site correlation 0.8,"
        " ICC 0.1, alpha 0.05"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            (),
            "give --sites-per-arm 2 or --arms 2,3: one of them\ngive the people of each site (--people 15)\n"
            "give the share of variance between sites (--icc 0.05)\n",
        ),
        (
            (
                "--sites-per-arm",
                0,
                "--people",
                0,
                "--icc",
                1,
                "--overlap",
                4,
                "--alpha",
                0,
                "--power",
                1,
                "--effect",
                0,
            ),
            "--sites-per-arm 0 is outside 1-500 sites in each arm\n--people 0 is outside 1-100,000\n"
            "--icc 1 is outside 0 to below 1\n--overlap 4 is outside 0-1\n--alpha 0 is not between 0 and 1\n"
            "--power 1 is not between alpha (0) and 1\n--effect 0 is not above 0 and at most 100 standard deviations\n"
            "--overlap needs --waves 2\n",
        ),
        (
            ("--arms", "2-2", "--people", 9, "--icc", "nan", "--waves", 3),
            "--arms is two numbers of sites, as in 2,3, not '2-2'\n--icc nan is outside 0 to below 1\n"
            "--waves is 1 or 2, not 3\n",
        ),
        (
            (*TWO, "--arms", "2,2"),
            "give --sites-per-arm 2 or --arms 2,3: not both\n",
        ),
        (
            ("--arms", "2,2", "--people", 9, "--icc", 0, "--waves", 2, "--overlap", 1, "--person-correlation", 1),
            "overlap and both correlations of 1 leave no variance in changes\n",
        ),
        ((*TWO, "--figure", "power.gif"), "--figure is a .png or .svg file, not 'power.gif'\n"),
    ],
)
def test_a_wrong_command_line_is_told_at_once(arguments, said):
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (2, f"{said}Try 'sos-score power --help'.\n")


def test_the_picture_is_written_once_and_never_over_another(tmp_path):
    path = tmp_path / "power.png"
    assert run(*TWO, "--figure", path).exit_code == 0
    assert path.read_bytes().startswith(b"\x89PNG")
    again = run(*TWO, "--figure", path)
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr == f"{path}: already exists; add --force to replace it, or choose another name\n"
    assert run(*TWO, "--figure", path, "--force").exit_code == 0
    assert [each.name for each in tmp_path.iterdir()] == ["power.png"]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_plan_gives_the_same_picture_whatever_the_settings(kind):
    result = assess_plan(plan_equal_sites((2, 2), 15, 0.05), 0.5)
    first = draw_power(result, kind)
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert draw_power(result, kind) == first
        assert mpl.rcParams["font.size"] == 30
    assert b"<dc:date>" not in first


def test_the_picture_says_in_words_what_it_shows():
    result = assess_plan(plan_equal_sites((2, 2), 15, 0.05), 0.5)
    words = describe_power(result)
    assert words.startswith(
        "Smallest effect in standard deviations by sites in each arm: 2 sites 1.90, 3 sites 1.03, 4 sites 0.80,"
    )
    assert words.endswith(" ".join(map(str, result.notes)))
    assert words in draw_power(result).decode()


def test_the_picture_in_the_docs_is_of_today():
    shown = (ROOT / "docs" / "power.svg").read_text()
    words = re.search("<dc:description>(.*?)</dc:description>", shown, re.DOTALL)
    assert words
    assert words[1] == describe_power(assess_plan(plan_equal_sites((2, 2), 15, 0.05), 0.5))
