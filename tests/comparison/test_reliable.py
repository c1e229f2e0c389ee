"""Whether changes are more than error: counts beside those of error alone, by hand; what may be shown; a simulation."""

import math

import numpy as np
import pytest
from factories import compare, make_outcome, make_plan

from sos_score.comparison.finding import Contrast, Measure
from sos_score.comparison.verdict import Verdict
from sos_score.notes import note
from sos_score.psychometrics.internal_consistency.alpha import reliability
from sos_score.psychometrics.internal_consistency.error import measurement_error
from sos_score.psychometrics.moments import moments
from sos_score.psychometrics.retest.stability import difference_reliability

SIZES = {"1": 12, "2": 12, "3": 12, "4": 12}


def draw_answers(rng, people, items=8):
    """Return answers of 1 to 5 at two waves, of people who did not change."""
    level, hard = rng.normal(size=people), np.linspace(-0.6, 0.6, items)
    mean = 3 + 0.7 * level[:, None] - 0.7 * hard
    return [np.clip(np.round(mean + rng.normal(0, 0.9, (people, items))), 1, 5) for _ in range(2)]


def make_study(moves=None, seed=1, sizes=None):
    """Return an outcome of people who did not change but for `moves`: {site: points added to so many at T2}."""
    rng, cells, items = np.random.default_rng(seed), {}, []
    for site, people in (sizes or SIZES).items():
        first, last = draw_answers(rng, people)
        for number, points in (moves or {}).get(site, {}).items():
            last[number] = np.clip(first[number] + points, 1, 5)
        for wave, answers in (("T1", first), ("T2", last)):
            cells[site, wave] = answers.mean(axis=1)
            items.append(answers)
    return make_outcome(cells, items=np.vstack(items), options=5)


def ask(outcome, **changes):
    return [row.finding for row in compare([outcome], make_plan(**changes), ["reliable"]).rows]


def pick(found, contrast, site=""):
    return next((each for each in found if (each.groups.contrast, each.site) == (contrast, site)), None)


def count_beyond(outcome, site):
    """Count, without the package's counting, who of a site moved by more than 1.96 errors of a difference."""
    first = outcome.items[outcome.wave == "T1"]
    sem = measurement_error(float(first.mean(axis=1).std(ddof=1)), reliability(moments(first)).alpha).sem
    change = outcome.scores(site, "T2") - outcome.scores(site, "T1")
    return int((change > 1.96 * math.sqrt(2) * sem).sum()), int((change < -1.96 * math.sqrt(2) * sem).sum())


def test_counts_of_every_site_and_together_stand_beside_what_error_makes_likely():
    outcome = make_study({"2": dict.fromkeys(range(6), 3)})
    found = ask(outcome, smallest_cell=1)
    by_hand = {site: count_beyond(outcome, site) for site in SIZES}
    assert by_hand["2"][0] >= 4
    for site, (up, down) in by_hand.items():
        assert pick(found, Contrast.RELIABLE, site).counts == (12, up, down, 12 - up - down)
        assert pick(found, Contrast.BEYOND, site).counts == (12, up + down, 12 - up - down)
    assert pick(found, Contrast.BEYOND, "2").reason == (note("by_error", expected=pytest.approx(0.6), most=3),)
    assert pick(found, Contrast.BEYOND, "2").verdict is Verdict.MORE_THAN_ERROR
    assert pick(found, Contrast.BEYOND, "1").verdict is Verdict.LIKE_ERROR
    together = pick(found, Contrast.BEYOND)
    beyond = sum(map(sum, by_hand.values()))
    assert together.counts == (48, beyond, 48 - beyond)
    assert together.reason == (note("by_error", expected=pytest.approx(2.4), most=5),)


def test_reliability_of_the_difference_and_error_are_those_of_the_retest():
    outcome = make_study()
    found = ask(outcome)
    of = {each.method.code: each for each in found if each.method.code != "error_of_part"}
    first, last = (outcome.items[outcome.wave == wave] for wave in ("T1", "T2"))
    alphas = tuple(reliability(moments(each)).alpha for each in (first, last))
    x, y = (outcome.scores(wave=wave) for wave in ("T1", "T2"))
    by_hand = difference_reliability((x.std(ddof=1), y.std(ddof=1)), alphas, float(np.corrcoef(x, y)[0, 1]))
    assert of["alpha_at_first"].effect.value == pytest.approx(alphas[0])
    assert of["reliability_of_difference"].effect.value == pytest.approx(by_hand)
    assert of["error_of_score"].effect.value == pytest.approx(measurement_error(float(x.std(ddof=1)), alphas[0]).sem)


def test_error_of_a_third_needs_ten_people_there():
    parts = {each.method["part"]: each for each in ask(make_study()) if each.method.code == "error_of_part"}
    assert [parts[part].method["low"] for part in range(3)] == pytest.approx([1, 7 / 3, 11 / 3])
    assert [parts[part].method["high"] for part in range(3)] == pytest.approx([7 / 3, 11 / 3, 5])
    scores = make_study().scores(wave="T1")
    enough = [(scores < 7 / 3).sum() >= 10, True, (scores >= 11 / 3).sum() >= 10]
    assert [not math.isnan(parts[part].effect.value) for part in range(3)] == enough
    assert not any(each.counts for each in parts.values())


def test_floor_and_ceiling_of_all_sites_stand_beside():
    outcome = make_study()
    outcome.score[outcome.wave == "T1"] = [5.0] * 9 + [3.0] * 39
    ends = {each.effect.measure: each for each in ask(outcome, smallest_cell=1) if each.method.code == "share_at_end"}
    assert ends[Measure.CEILING].effect.value == pytest.approx(9 / 48)
    assert ends[Measure.FLOOR].effect.value == 0.0


def test_a_few_people_are_counted_neither_in_their_site_nor_by_what_is_left_of_all():
    outcome = make_study({"1": dict.fromkeys(range(7), 3), "2": {0: 4}})
    beyond = {site: sum(count_beyond(outcome, site)) for site in SIZES}
    found = ask(outcome)
    for site, number in beyond.items():
        each = pick(found, Contrast.BEYOND, site)
        assert bool(each.verdict) == (number == 0 or (number >= 5 and 12 - number >= 5))
        assert pick(found, Contrast.RELIABLE, site) is None or number == 0 or number >= 5
    hidden = [number for number in beyond.values() if 0 < number < 5]
    assert hidden
    assert sum(hidden) - (len(hidden) - 1) < 5
    together = pick(found, Contrast.BEYOND)
    assert (together.counts, together.verdict) == ((48,), None)


def test_a_site_whose_leavers_are_few_is_not_counted_and_not_part_of_the_others_together():
    outcome = make_study()
    gone = (outcome.site == "3") & (outcome.wave == "T2") & np.isin(outcome.person, ["3-0", "3-1"])
    outcome.score[gone] = math.nan
    found = ask(outcome)
    alone, together = pick(found, Contrast.BEYOND, "3"), pick(found, Contrast.BEYOND)
    assert (alone.counts, alone.verdict, alone.reason) == ((), None, ())
    assert together.counts[0] == 36


def test_only_more_people_than_error_makes_likely_are_a_sentence():
    rows = compare([make_study({"2": dict.fromkeys(range(6), 3)})], make_plan(), ["reliable"]).rows
    said = [row.sentence for row in rows if row.sentence and row.finding.site]
    (beyond,) = [row.finding.counts[1] for row in rows if row.finding.verdict is Verdict.MORE_THAN_ERROR and row.site]
    assert said == [
        f"Warmth, Site 2, T1 to T2: {beyond} of 12 people changed by more than error; error alone makes 0.6 likely."
    ]


def test_scores_alone_say_why_there_is_no_reliability():
    cells = {(site, wave): [1.0, 2.0, 3.0, 4.0, 5.0] for site in "1234" for wave in ("T1", "T2")}
    (only,) = ask(make_outcome(cells))
    assert only.notes == (note("reliability_not_known"),)


def test_one_wave_has_no_change_to_ask_about():
    assert ask(make_outcome({(site, "T1"): [1.0, 2.0, 3.0, 4.0, 5.0] for site in "1234"})) == []


@pytest.mark.slow
def test_where_nobody_changed_as_many_are_beyond_error_as_expected():
    beyond, expected, more, sites = 0, 0.0, 0, 0
    for seed in range(150):
        asked = ask(make_study(seed=seed), smallest_cell=1)
        found = [each for each in asked if each.groups.contrast is Contrast.BEYOND]
        together = next(each for each in found if not each.site)
        beyond += together.counts[1]
        expected += float(together.reason[0]["expected"])
        more += any(each.site and each.verdict is Verdict.MORE_THAN_ERROR for each in found)
        sites += 1
    assert beyond / 48 / sites == pytest.approx(expected / 48 / sites, abs=0.01)  # within 1 of 100 people
    assert more / sites <= 0.08  # of four sites together, no more than 5 of 100 studies
