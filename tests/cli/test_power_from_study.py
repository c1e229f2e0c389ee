"""``sos-score power --from``: a plan filled in from a study just analysed."""

import math

import numpy as np
import pytest
from support import ROOT, CommandLine

from sos_score.comparison.compare import take_scores
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import make_plan
from sos_score.comparison.planning_values import measure_for_planning

STUDY = ROOT / "examples" / "contrast_study" / "study.yaml"


run = CommandLine("power", "--from", STUDY)


@pytest.fixture(scope="module")
def rigidity(example_data):
    data = example_data
    plan = make_plan(data.study)
    return take_scores(data.outcome("osc.rigidity"), plan)[0], plan


def test_the_values_are_those_of_the_outcome(rigidity):
    found = measure_for_planning(*rigidity)
    assert (found.sites, found.people, found.smallest, found.largest, found.waves) == ((2, 2), 14, 13, 16, 2)
    assert found.overlap == pytest.approx(38 / ((58 + 56) / 2))
    assert found.icc == found.iccs["T2"].share > found.iccs["T1"].share == 0
    outcome, plan = rigidity
    departures = []
    for site in plan.sites:
        _, first, second = outcome.pair((site,), "T1", "T2")
        departures.append(np.array([first - np.nanmean(first), second - np.nanmean(second)]))
    both = np.hstack(departures)
    both = both[:, ~np.isnan(both).any(axis=0)]
    assert found.person_correlation.r == pytest.approx(np.corrcoef(both)[0, 1])
    assert found.person_correlation.n == 38


def test_an_outcome_without_scores_gives_no_values(rigidity):
    outcome, plan = rigidity
    nothing = OutcomeScores(
        **{name: getattr(outcome, name) for name in outcome.__dataclass_fields__} | {"score": outcome.score * np.nan}
    )
    found = measure_for_planning(nothing, plan)
    assert (found.sites, found.people, found.waves, found.iccs) == ((0, 0), 0, 1, {})
    assert math.isnan(found.icc)
    assert math.isnan(found.overlap)
    assert found.person_correlation is None


def test_what_is_not_given_is_taken_from_the_study_and_said():
    shown = run("--scale", "osc.rigidity").output
    flat = " ".join(shown.split())
    assert flat.startswith("2 sites against 2, 14 people each, two waves, 67% of people at both")
    assert "(correlation 0.589), site correlation 0.8, ICC 0.651, alpha 0.05" in flat
    assert "osc.rigidity: 13 to 16 people in a site and wave, 14 on average (rounded down)." in flat
    assert (
        "Share of variance between sites (ICC): 0.00 [0.00, 0.33] at T1, 0.65 [0.25, 0.97] at T2; the larger is taken,"
        " and either could be far off with so few sites: try both ends." in flat
    )
    assert "67% of people answered at both waves." in flat
    assert "Their two answers correlate 0.59 [0.33, 0.76] within sites (38 people)." in flat


def test_what_is_given_stands():
    given = (
        "--sites-per-arm",
        "9",
        "--people",
        "20",
        "--icc",
        "0.1",
        "--overlap",
        "0.5",
        "--person-correlation",
        "0.4",
    )
    shown = " ".join(run("--scale", "osc.rigidity", *given).output.split())
    assert "9 sites against 9, 20 people each, two waves, 50% of people at both (correlation 0.4)" in shown
    assert "ICC 0.1, alpha 0.05" in shown
    once = " ".join(run("--scale", "osc.rigidity", "--waves", "1").output.split())
    assert once.startswith("2 sites against 2, 14 people each, one wave, ICC 0.651, alpha 0.05")


def test_one_outcome_has_to_be_named():
    done = run("--scale", "total")
    assert done.exit_code == 2
    assert done.stderr == (
        "--scale total is more than one outcome: give --scale SOURCE.SCALE (outcomes: alliance_family.total,"
        " alliance_worker.total, engagement.total)\nTry 'sos-score power --help'.\n"
    )
    assert run("--scale", "nothing").stderr.startswith("--scale nothing is no outcome: give --scale SOURCE.SCALE (")
    assert run("--waves", "1").stderr.startswith(
        "--from needs one outcome: give --scale SOURCE.SCALE (outcomes: osc.proficiency,"
    )
    alone = CommandLine("power")("--scale", "use")
    assert (alone.exit_code, alone.stderr) == (2, "--scale needs --from STUDY.yaml\nTry 'sos-score power --help'.\n")
