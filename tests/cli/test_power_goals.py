"""``sos-score power --for``: what is planned for beside a difference of arms."""

import json

import pytest
from support import ROOT, CommandLine

from sos_score.comparison.compare import take_scores
from sos_score.comparison.needed import find_needed_sites
from sos_score.comparison.plan import make_plan
from sos_score.psychometrics.precision import expect_alpha, find_needed
from sos_score.statistics.power.correlation import attenuate, find_correlation_power
from sos_score.statistics.power.equivalence import find_equivalence_power
from sos_score.statistics.power.solve import find_sites_needed
from sos_score.statistics.power.trial import StudyPlan, analyse_change, analyse_equal_sites, plan_equal_sites
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data

STUDY = ROOT / "examples" / "contrast_study" / "study.yaml"
run = CommandLine("power")


def show(*words):
    done = run(*words, "-f", "json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def find(rows, remark):
    return next(row for row in rows if remark in row["remark"])


def test_ruling_out_names_the_sites_and_from_when_compare_says_so():
    found = show("--for", "equivalence", "--sites-per-arm", 2, "--people", 15, "--icc", 0.05, "--limit", 0.5)
    enough = find(found["by_sites"], "enough")
    plan = plan_equal_sites((2, 2), 15, 0.05)
    power = find_equivalence_power(analyse_equal_sites(plan, 9), 0.5, 0.0, 0.05)
    assert (enough["sites_per_arm"], enough["power_at_limit"]) == (9, pytest.approx(power))
    assert find_equivalence_power(analyse_equal_sites(plan, 8), 0.5, 0.0, 0.05) < 0.8
    assert find(found["by_sites"], "compare can say so")["sites_per_arm"] == 11  # .75^11 is below .05, .75^10 is not
    assert found["notes"][0] == (
        "To rule out a difference of 0.5 standard deviations with a power of 80%, where the true one is 0, each arm"
        " needs 9 sites."
    )


def test_one_teams_change_is_paired_unless_said_otherwise():
    found = show("--for", "change", "--people", 20, "--effect", 0.5)
    own = find(found["by_people"], "this plan")
    assert own["power_at_effect"] == pytest.approx(analyse_change(20, 1.0, 0.5).find_power(0.5, 0.05))
    enough = find(found["by_people"], "enough")["people"]
    assert analyse_change(enough, 1.0, 0.5).find_power(0.5, 0.05) >= 0.8
    assert analyse_change(enough - 1, 1.0, 0.5).find_power(0.5, 0.05) < 0.8
    assert found["notes"][1].startswith("By the paired t test.")
    some = show("--for", "change", "--people", 20, "--overlap", 0.5, "--effect", 0.5)
    assert some["notes"][1].startswith("By the t test for partially overlapping samples.")


def test_a_correlation_of_workers_is_weakened_by_few_people_of_each():
    found = show("--for", "correlation", "--workers", 20, "--people", 3, "--icc", 0.3, "--effect", 0.5)
    own = find(found["by_workers"], "this plan")
    seen = attenuate(0.5, 0.3, 3)
    assert own["power_at_effect"] == pytest.approx(find_correlation_power(seen, 20, 0.05))
    assert find_correlation_power(attenuate(own["smallest_r"], 0.3, 3), 20, 0.05) == pytest.approx(0.8, abs=1e-4)
    assert found["notes"][0] == "To show a correlation of 0.5 with a power of 80% takes 53 workers."
    assert "75% of it is seen" in found["notes"][1]
    plain = show("--for", "correlation", "--workers", 20, "--effect", 0.5)
    assert find(plain["by_workers"], "this plan")["power_at_effect"] == pytest.approx(0.6416, abs=1e-4)


def test_the_interval_of_alpha_and_of_an_icc_take_so_many():
    found = show("--for", "alpha", "--items", 12, "--expect", 0.85, "--width", 0.1, "--people", 30)
    assert find(found["by_people"], "enough")["people"] == find_needed(expect_alpha(0.85, 12), 0.1) == 77
    own = find(found["by_people"], "this plan")
    assert (own["low"], own["high"]) == pytest.approx(expect_alpha(0.85, 12)(30))
    assert found["notes"] == ["An interval no wider than 0.1, where alpha is 0.85, takes 77 people."]
    icc = show("--for", "icc", "--raters", 4, "--expect", 0.85, "--width", 0.2)
    assert find(icc["by_targets"], "enough")["targets"] == 20  # Bonett (2002)


def test_sites_of_unequal_size_are_named_one_by_one():
    shown = run("--people", "8,12,20/25,6", "--icc", 0.05, "--effect", 0.5).stdout
    assert shown.startswith("3 sites against 2, 6-25 people each, one wave, ICC 0.05, alpha 0.05")
    needed = find_sites_needed(StudyPlan(((8, 12, 20), (25, 6)), 0.05), 0.5).site_level
    assert f"each arm needs {needed:.0f} sites of such unequal sizes (14 people on average)" in " ".join(shown.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "--for alpha --sites-per-arm 2 --limit 1 --from a.yaml",
            "--sites-per-arm goes with --for arms or equivalence, not with --for alpha\n"
            "--from goes with --for arms or equivalence, not with --for alpha\n"
            "--limit goes with --for equivalence, not with --for alpha\n",
        ),
        (
            "--for alpha --people x --expect 2 --width 3",
            "give the number of items (--items 12)\n--expect 2 is outside 0 to below 1\n"
            "--width 3 is outside 0.01 to below 1\n--people is a number, not 'x'\n",
        ),
        (
            "--for icc",
            "give the number of raters (--raters 2)\ngive the ICC that is expected (--expect 0.8)\n"
            "give the width of the interval (--width 0.1), the number of people (--people 50), or both\n",
        ),
        (
            "--for change --overlap 2",
            "give the people who answer at each wave (--people 15)\n--overlap 2 is outside 0-1\n",
        ),
        (
            "--for change --people 9 --overlap 1 --person-correlation 1",
            "an overlap and a correlation of 1 leave no variance in changes\n",
        ),
        (
            "--for correlation --people 3 --effect 1",
            "give the number of workers (--workers 20)\n"
            "give both or neither: the people of each worker (--people 3) and the"
            " share of their variance between workers (--icc 0.3)\n--effect 1 is no correlation below 1\n",
        ),
        (
            "--for equivalence --arms 2,2 --people 9 --icc 0.1",
            "give the difference to be ruled out, in standard deviations (--limit 0.25)\n",
        ),
        (
            "--for equivalence --arms 2,2 --people 9 --icc 0.1 --effect 0.3 --limit 0.2",
            "--limit 0.2 is outside 0.3 (the true difference) to 100 standard deviations\n",
        ),
        (
            "--people 8,12/20 --arms 2,1 --icc 0.1",
            "--people names every site, so leave out --sites-per-arm and --arms\n",
        ),
        (
            "--people 8,0/20 --icc 0.1",
            "--people 8,0/20 is outside 1-100,000\n",
        ),
        (
            "--arms 2,2 --people 8;9 --icc 0.1",
            "--people is a number, or the people of every site of both arms, as in 8,12,20/25,6, not '8;9'\n",
        ),
        (
            "--for icc --raters 2 --expect 0.8 --width 0.2 --figure a.svg",
            "--figure goes with --for arms, and one plan\n",
        ),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_told_at_once(words, said):
    done = run(*words.split())
    assert (done.exit_code, done.stderr) == (2, f"{said}Try 'sos-score power --help'.\n")


def test_a_study_alone_says_what_each_outcome_would_have_needed():
    found = show("--from", STUDY)["needed"]
    rows = {row["outcome"]: row for row in found}
    data = load_study_data(read_study(STUDY))
    plan = make_plan(data.study)
    assert list(rows) == [each.id for each in data.outcomes if each.is_planned]
    practice = rows["practice.use"]  # asked once, 14 people a site
    at = {"to_show": practice["icc"], "to_show_low": practice["icc_low"], "to_show_high": practice["icc_high"]}
    for name, icc in at.items():
        next_plan = plan_equal_sites((2, 2), practice["people"], icc)
        assert practice[name] == find_sites_needed(next_plan, 0.25).site_level
    analysis = analyse_equal_sites(plan_equal_sites((2, 2), 14, practice["icc"]), practice["to_rule_out"])
    assert find_equivalence_power(analysis, 0.25, 0.0, 0.05) >= 0.8
    outcome = take_scores(data.outcome("practice.use"), plan)[0]
    (larger,) = find_needed_sites([outcome], plan, 0.5)
    assert (larger.effect, larger.to_show) == (
        0.5,
        find_sites_needed(plan_equal_sites((2, 2), 14, 0.0), 0.5).site_level,
    )


def test_a_small_site_does_not_show_in_what_would_have_been_needed():
    data = load_study_data(read_study(STUDY))
    plan = make_plan(data.study)
    outcome = take_scores(data.outcome("practice.use"), plan)[0]
    few = outcome.site == outcome.site[0]
    outcome.score[few] = [3.0, 4.0, *[float("nan")] * (few.sum() - 2)]
    (found,) = find_needed_sites([outcome], plan)
    assert found.icc is None
    assert found.to_show != found.to_show
