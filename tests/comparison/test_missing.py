"""Who is missing: attrition by arm and site, leavers against stayers, gaps, and tipping points; by hand."""

import math

import numpy as np
import pytest
from factories import compare, draw_cells, make_outcome, make_plan
from scipy import stats

from sos_score.comparison.finding import Contrast, Measure
from sos_score.comparison.judging import ask_questions, judge_findings
from sos_score.comparison.tipping import FARTHEST, Lack, find_tipping_points
from sos_score.comparison.verdict import Verdict
from sos_score.definition.study.model import Design
from sos_score.notes import note

OPEN = make_plan(smallest_cell=1)
ARM, SITE = Contrast.ARMS, Contrast.SITE


def lose(lost, sizes=None, came=0, seed=1):
    """Return an outcome of sites of 20 whose first people left, given by site, and where some came."""
    sizes = sizes or dict.fromkeys("1234", 20)
    rng = np.random.default_rng(seed)
    cells, people = {}, {}
    for site, size in sizes.items():
        names = [f"{site}-{number}" for number in range(size)]
        later = names[lost.get(site, 0) :] + [f"{site}-new{number}" for number in range(came)]
        people |= {(site, "T1"): names, (site, "T2"): later}
        cells |= {(site, wave): rng.normal(3.0, 0.6, len(people[site, wave])) for wave in ("T1", "T2")}
    return make_outcome(cells, people=people)


def pick(rows, contrast, site="", measure=None):
    return [
        row.finding
        for row in rows.ask("missing")
        if (row.finding.groups.contrast, row.finding.site) == (contrast, site)
        and measure in (None, row.finding.effect.measure)
    ]


def test_attrition_of_the_arms_is_counted_and_held_against_the_boundaries():
    rows = compare([lose({"1": 8, "2": 2, "3": 2, "4": 6})], OPEN, ["missing"])  # 14 of 40 and 4 of 40
    (arms,) = pick(rows, ARM)
    assert (arms.counts, arms.means) == ((40, 40), pytest.approx((0.35, 0.10)))
    assert (arms.estimate.value, arms.effect.value) == pytest.approx((0.25, 0.225))
    assert arms.verdict is Verdict.HIGH_ATTRITION
    (reason,) = arms.reason  # of the boundaries at 22% and 23% the lower
    assert (reason["cautious"], reason["optimistic"]) == pytest.approx((0.051, 0.097))
    assert note("bounds_of_randomised") in arms.notes
    (sentence,) = [row.sentence for row in rows.ask("missing") if row.sentence]
    assert sentence == (
        "Warmth, T1 to T2: 35% of 40 in SoS and 10% of 40 in Contrast were lost (22% overall, 25 percentage points"
        " apart): high attrition (low would be arms no more than 5.1 percentage points apart (cautious boundary) or 9.7"
        " (optimistic))."
    )


@pytest.mark.parametrize(
    ("lost", "verdict"),
    [
        ({"1": 2, "2": 2, "3": 2, "4": 2}, Verdict.LOW_ATTRITION),
        ({"1": 3, "2": 2, "3": 1, "4": 3}, Verdict.LOW_IF_OPTIMISTIC),  # 6 and 3 of 40: 7.5 points at 11%
    ],
)
def test_less_attrition_is_low(lost, verdict):
    (arms,) = pick(compare([lose(lost)], OPEN, ["missing"]), ARM)
    assert arms.verdict is verdict


def test_a_randomised_study_needs_no_word_on_the_boundaries():
    plan = make_plan(smallest_cell=1, design=Design(allocation="randomised"))
    (arms,) = pick(compare([lose({"1": 2})], plan, ["missing"]), ARM)
    assert arms.notes == ()


def test_leavers_are_compared_with_stayers_of_their_arm_by_welch():
    outcome = lose({"1": 8, "4": 6})
    (leavers,) = [
        each
        for each in pick(compare([outcome], OPEN, ["missing"]), Contrast.LEAVERS)
        if each.groups.members == ("sos",)
    ]
    first = {site: outcome.scores(site, "T1") for site in "14"}
    gone, stayed = np.r_[first["1"][:8], first["4"][:6]], np.r_[first["1"][8:], first["4"][6:]]
    assert leavers.counts == (14, 26)
    assert leavers.estimate.value == pytest.approx(gone.mean() - stayed.mean())
    assert leavers.test.p == pytest.approx(stats.ttest_ind(gone, stayed, equal_var=False).pvalue)


def test_a_site_whose_people_cannot_be_followed_is_left_out_and_said():
    outcome = lose({"1": 8, "2": 2, "4": 6})
    nameless = np.where((outcome.site == "4") & (np.arange(outcome.site.size) % 7 == 0), "", outcome.person)
    other = np.where((outcome.site == "3") & (outcome.wave == "T2"), "other" + outcome.person.astype(object), nameless)
    cut = make_outcome({("1", "T1"): [1.0]}, person=other.astype(str), site=outcome.site, wave=outcome.wave,
                       score=outcome.score)  # fmt: skip
    rows = compare([cut], OPEN, ["missing"])
    (arms,) = pick(rows, ARM)
    assert arms.counts == (20, 20)
    assert note("not_followed", sites=2) in arms.notes
    assert not pick(rows, SITE, "4", Measure.ATTRITION)


def test_without_ids_or_with_one_wave_nothing_is_said_of_attrition():
    cells = draw_cells(1, dict.fromkeys("1234", 9))
    nameless = make_outcome(cells, person=np.full(72, ""))
    for outcome, plan in ((nameless, OPEN), (make_outcome({("1", ""): [1.0] * 9}), make_plan(waves={"": ""}))):
        found = [row.finding.effect.measure for row in compare([outcome], plan, ["missing"]).rows]
        assert set(found) == {Measure.UNSCORED}


def test_gaps_are_shares_of_the_answer_sheets():
    cells = draw_cells(1, dict.fromkeys("1234", 10), ["T1"])
    items = np.ones((40, 3))
    items[0, 0] = items[1, 1] = np.nan
    items[2] = np.nan
    outcome = make_outcome(cells, items=items)
    outcome.score[2] = np.nan
    rows = compare([outcome], OPEN, ["missing"])
    shares = {each.effect.measure: each.effect.value for each in pick(rows, SITE, "1")}
    assert shares == pytest.approx({Measure.GAPS: 0.3, Measure.UNSCORED: 0.1})
    hidden = pick(compare([outcome], make_plan(), ["missing"]), SITE, "1")
    assert all(math.isnan(each.effect.value) and each.counts == () for each in hidden)
    assert all(each.notes == (note("few_lost", least=5),) for each in hidden)


@pytest.mark.parametrize(
    ("lost", "came", "shown"),
    [
        ({"1": 6, "2": 6, "3": 6, "4": 6}, 0, True),
        ({"1": 6, "2": 6, "3": 6, "4": 2}, 0, False),  # 8 of the arm less 6 of site 1 would be 2
        ({"1": 3, "2": 6, "3": 6, "4": 3}, 5, True),  # 6 of two sites that do not say who left
        ({"1": 3, "2": 6, "3": 6, "4": 3}, 0, False),  # each had 3 fewer people later: 6 in all are 3 of each
        ({"1": 2, "2": 6, "3": 6, "4": 2}, 0, False),
        ({"1": 6, "2": 6, "3": 6, "4": 0}, 1, False),  # sites hide their newcomers, who would follow from the rest
    ],
)
def test_no_few_leavers_can_be_worked_out_from_an_arm(lost, came, shown):
    (arms,) = pick(compare([lose(lost, came=came)], make_plan(), ["missing"]), ARM)
    assert bool(arms.counts) is shown
    assert (arms.verdict is Verdict.CANNOT_TELL) is not shown


def find_points(outcome, plan, questions):
    asked = ask_questions([outcome], plan, questions)
    judged = {(each.question, each.site, each.waves): each for each in judge_findings(asked, [outcome], plan)
              if each.is_judged}  # fmt: skip
    return judged, {
        (each.question, each.site, each.waves): point for each, point in find_tipping_points(asked, [outcome], plan)
    }


def test_a_change_tips_where_leavers_move_it_to_the_critical_t():
    """With d SD the change is D + d SD n_l / (n_l + n); it is found where that is the critical t times its error."""
    outcome = lose({"1": 8, "2": 8, "3": 8, "4": 8}, seed=3)
    plan = make_plan(smallest_cell=1, adjustment="none", find_effect=lambda *_: None)
    judged, points = find_points(outcome, plan, ["change"])
    for key, finding in judged.items():
        assert finding.verdict is Verdict.INCONCLUSIVE
        critical = stats.t.ppf(0.975, finding.test.df) * finding.estimate.se
        x, y = outcome.scores(key[1], "T1"), outcome.scores(key[1], "T2")
        sd = math.sqrt((x.var(ddof=1) * (x.size - 1) + y.var(ddof=1) * (y.size - 1)) / (x.size + y.size - 2))
        scale = 8 / 20 * sd
        expected = min(((side * critical - finding.estimate.value) / scale for side in (-1, 1)), key=abs)
        if abs(expected) < FARTHEST:
            assert points[key].shift == pytest.approx(expected, abs=0.001)
        else:
            assert points[key].lack is Lack.BEYOND


def test_arms_tip_by_the_treated_arms_leavers():
    outcome = lose({"1": 10, "4": 10, "2": 2, "3": 2}, seed=5)
    plan = make_plan(smallest_cell=1, adjustment="none", find_effect=lambda *_: None)
    judged, points = find_points(outcome, plan, ["arms", "did"])
    for question, waves in (("arms", ("T2",)), ("did", ("T1", "T2"))):
        finding = judged[question, "", waves]
        critical = stats.t.ppf(0.975, finding.test.df) * finding.estimate.se
        scale = 0.5 * finding.equivalence.sd
        expected = min(((side * critical - finding.estimate.value) / scale for side in (-1, 1)), key=abs)
        assert points[question, "", waves].shift == pytest.approx(expected, abs=0.001)


def test_where_nobody_left_or_few_did_there_is_no_tipping_point():
    _, points = find_points(lose({"1": 3, "2": 6}), make_plan(), ["change"])
    lacks = {site: point.lack for (_, site, _), point in points.items()}
    assert (lacks["1"], lacks["3"]) == (Lack.FEW, Lack.NOBODY)
    assert lacks["2"] in (Lack.NONE, Lack.BEYOND)
