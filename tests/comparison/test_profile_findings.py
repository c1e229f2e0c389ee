"""Site profiles in T-scores, from a study to findings and sentences."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sos_score.comparison.compare import compare_study
from sos_score.comparison.finding import Contrast, Groups, Measure, Unit
from sos_score.comparison.verdict import Verdict
from sos_score.notes import note
from sos_score.report.labels import Labels
from sos_score.report.questions.registry import describe_finding
from sos_score.statistics.profiles import ProfilePeople, compare_profiles

SCALES = ("proficiency", "rigidity", "resistance", "engagement", "functionality", "stress")


@pytest.fixture(scope="module")
def example(example_data):
    return example_data


@pytest.fixture(scope="module")
def findings(example):
    return compare_study(example, ("profiles",)).findings


def take(example, site, wave):
    frame = example.outcome("osc.stress").frame
    rows = frame[(frame["site"] == site) & (frame["wave"] == wave)]
    scores = rows[[f"{scale}_t_fictional_teams" for scale in SCALES]].to_numpy(dtype=float)
    return ProfilePeople(scores, tuple(rows["person"]))


def pair(first, second):
    return Groups(Contrast.SITE_PAIR, (first, second))


def pick(findings, **fields):
    return {
        finding.effect.measure: finding
        for finding in findings
        if all(getattr(finding, name) == value for name, value in fields.items())
    }


def test_each_site_is_compared_over_time_and_each_two_at_each_wave(findings):
    distances = [each for each in findings if each.effect.measure is Measure.DISTANCE]
    told = {(each.site, each.groups, each.waves) for each in distances}
    assert len(told) == 4 + 6 + 6
    assert ("2", Groups(Contrast.WAVES, ("T2", "T1")), ("T1", "T2")) in told
    assert ("", pair("1", "4"), ("T2",)) in told
    assert all(each.unit is Unit.PEOPLE and each.source == "osc" and not each.is_judged for each in findings)
    assert all(len(finding.counts) == 2 for finding in findings if finding.effect.measure is not Measure.NOTHING)


def test_every_number_is_that_of_the_numeric_layer(example, findings):
    change = compare_profiles(take(example, "2", "T2"), take(example, "2", "T1"), seed=20160501)
    between = compare_profiles(take(example, "1", "T1"), take(example, "3", "T1"), seed=20160501)
    for expected, fields in (
        (change, {"site": "2"}),
        (between, {"groups": pair("1", "3"), "waves": ("T1",)}),
    ):
        found = pick(findings, **fields)
        for name, value in (
            ("distance", expected.distance),
            ("elevation", expected.elevation_difference),
            ("scatter", expected.scatter_difference),
            ("correlation", expected.correlation),
        ):
            finding = found[name]
            numbers = pytest.approx((value.value, value.low, value.high), rel=1e-9)
            assert (finding.estimate.value, finding.estimate.low, finding.estimate.high) == numbers
            assert (finding.effect.value, finding.effect.low, finding.effect.high) == numbers
            assert finding.counts == (expected.n_first, expected.n_second)
        assert found["D2"].estimate.value == pytest.approx(expected.d2)
        parts = {"elevation": expected.elevation_part, "scatter": expected.scatter_part, "shape": expected.shape_part}
        assert found["D2"].method.code == "cronbach_gleser"
        assert dict(found["D2"].method.values) == pytest.approx(parts)


def test_elevation_is_the_difference_of_means_of_the_scales(example, findings):
    means = [np.nanmean(take(example, site, "T1").scores, axis=0).mean() for site in ("1", "3")]
    found = pick(findings, groups=pair("1", "3"), waves=("T1",))
    assert found["elevation"].estimate.value == pytest.approx(means[0] - means[1])


def test_sites_2_and_3_changed_their_profiles_and_1_and_4_show_no_change(findings):
    for site, changed in (("1", False), ("2", True), ("3", True), ("4", False)):
        distance = pick(findings, site=site)["distance"]
        assert (distance.estimate.low > 10) == changed
        assert (distance.estimate.low == 0) != changed


def test_whether_sites_were_alike_at_the_first_wave_is_said_of_every_set_of_sites(example, findings):
    told = {finding.groups.members: finding for finding in findings if finding.verdict}
    assert len(told) == 11
    finding = told["1", "2", "4"]
    assert (finding.verdict, finding.waves, finding.counts) == (Verdict.CANNOT_TELL, ("T1",), (15, 14, 13))
    assert finding.equivalence.smallest == 3.0
    labels = Labels.of(compare_study(example, ("level",)), example)
    assert describe_finding(finding, labels) == (
        "Profile of 6 scales (Culture and climate, staff), T1: The data cannot tell whether Site 1, Site 2 and Site 4"
        " had very similar profiles (within 3 points per scale): Site 1 and Site 2 differ by 0.0 [0.0 to 5.7]"
        " points per scale."
    )


def with_scores(example, change):
    """Return the example with the T-scores of everyone at the first wave set by site."""
    table = example.tables[0]
    frame = table.frame.copy()
    for scale in SCALES:
        change(frame, f"{scale}_t_fictional_teams", SCALES.index(scale))
    table = replace(table, frame=frame)
    outcomes = tuple(replace(each, table=table) if each.source == "osc" else each for each in example.outcomes)
    return compare_study(replace(example, outcomes=outcomes), ("profiles",)).findings


def test_the_statement_can_be_supported_and_refused(example):
    def spread(frame, column, place):
        rng = np.random.default_rng(place)
        frame[column] = 50 + 3 * place + rng.normal(size=len(frame)) + np.where(frame["site"] == "3", 9 * place, 0)

    told = {finding.groups.members: finding for finding in with_scores(example, spread) if finding.verdict}
    assert told["1", "2", "4"].verdict is Verdict.SUPPORTED
    assert told["1", "2", "4"].reason == (note("similarity_supported", names=("1", "2", "4"), limit=3.0),)
    assert told["1", "2", "3", "4"].verdict is Verdict.REFUSED
    assert [each.code for each in told["2", "3"].reason] == ["similarity_refused"]


def test_small_sites_are_left_out_and_so_is_what_would_give_them_away(example):
    def empty(frame, column, _place):
        small = (frame["site"] == "3") & (frame["wave"] == "T1")
        frame.loc[frame.index[small][3:], column] = np.nan

    found = with_scores(example, empty)
    at_first = {
        finding.groups for finding in found if finding.waves == ("T1",) and finding.effect.measure == "distance"
    }
    assert at_first == {pair("1", "4")}  # sites 2 and 3 make up an arm
    assert {finding.site for finding in found if finding.site} == {"1", "4"}
    said = note("sites_left_out", least=5)
    assert all(said in finding.notes for finding in found)


def test_the_same_seed_gives_the_same_intervals_and_another_does_not(example, findings):
    study = example.study
    other = replace(example, study=study.model_copy(update={"plan": study.plan.model_copy(update={"seed": 7})}))
    again, fresh = (compare_study(data, ("profiles",)).ask("profiles") for data in (example, other))
    keys = [
        (finding.estimate.value, finding.estimate.low, finding.estimate.high)
        for finding in findings
        if not math.isnan(finding.estimate.low)
    ]
    assert keys == [
        (finding.estimate.value, finding.estimate.low, finding.estimate.high)
        for finding in again
        if not math.isnan(finding.estimate.low)
    ]
    assert keys != [
        (finding.estimate.value, finding.estimate.low, finding.estimate.high)
        for finding in fresh
        if not math.isnan(finding.estimate.low)
    ]


def test_two_scales_make_no_profile(example):
    assert compare_study(example, ("profiles",), scales=("osc.stress", "osc.rigidity")).findings == ()
