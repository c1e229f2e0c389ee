"""What the plan says before the data: the limit of equivalence, and which tests are adjusted together."""

import numpy as np
import pytest
from factories import compare, make_outcome, make_plan
from scipy import stats

from sos_score.comparison.finding import Unit
from sos_score.comparison.plan import SmallestEffect
from sos_score.comparison.verdict import Verdict

CELLS = {
    (site, wave): np.tile([2.0, 3.0, 4.0, 3.0], 15) + (0.02 if wave == "T2" else 0)
    for site in "1234"
    for wave in ("T1", "T2")
}


def people(rows, question):
    return [row for row in rows.ask(question) if row.finding.is_judged and row.finding.unit is Unit.PEOPLE]


def test_a_sentence_of_equivalence_has_the_limit_in_points_and_sd_the_interval_and_both_p():
    row = people(compare([make_outcome(CELLS)], make_plan()), "arms")[0]
    assert row.finding.verdict is Verdict.EQUIVALENT
    sd = np.std(np.concatenate([CELLS["1", "T2"], CELLS["4", "T2"]]), ddof=1)
    assert row.smallest_sd == pytest.approx(0.5)
    assert row.smallest == pytest.approx(0.5 * sd)
    se = sd * (1 / 120 + 1 / 120) ** 0.5
    p = stats.t.cdf(-0.5 * sd / se, 238)
    assert row.tost_p == pytest.approx(p)
    low, high = (sign * stats.t.ppf(0.95, 238) * se for sign in (-1, 1))
    assert (row.tost_low, row.tost_high) == pytest.approx((low, high))
    assert row.sentence.startswith(
        "Warmth, SoS - Contrast, T2, people: no difference shown; smaller than the plan's limit of 0.36 points (0.50"
        " SD); difference 0.00, 95% CI [-0.18, 0.18], t(238) = 0.00, p = 1.000, adjusted p = 1.000, "
    )
    assert "90% CI [-0.15, 0.15], TOST p < .001, adjusted TOST p < .001" in row.sentence


def test_without_a_stated_limit_nothing_is_equivalent_and_the_comparison_says_so():
    found = compare([make_outcome(CELLS)], make_plan(find_effect=lambda _source, _scale: None))
    verdicts = {row.finding.verdict for row in found.rows if row.finding.is_judged}
    assert Verdict.EQUIVALENT not in verdicts
    assert found.notes[0] == "the plan states no smallest effect, so nothing can be called equivalent"


@pytest.mark.parametrize(
    ("unit", "words"), [("g", "0.25 SD"), ("raw", "0.25 points of the scale"), ("T", "0.25 T points")]
)
def test_the_limit_stands_first_among_the_notes(unit, words):
    found = compare([make_outcome(CELLS)], make_plan(find_effect=lambda *_: SmallestEffect(0.25, unit)), ["arms"])
    assert found.notes[0] == f"equivalent: smaller than the plan's limit of {words}, unless a scale has its own"


def test_the_first_of_several_waves_is_a_baseline_and_in_no_family_of_the_arms():
    found = compare([make_outcome(CELLS)], make_plan(), ["arms", "level", "change", "did"])
    families = {(row.question, row.finding.waves): row.family for row in found.rows if row.is_primary}
    assert ("arms", ("T1",)) not in families
    assert families["arms", ("T2",)] == "arms: staff.warmth"
    assert families["did", ("T1", "T2")] == "did: staff.warmth"


def test_an_outcome_with_scores_at_one_wave_has_no_baseline():
    once = {place: scores for place, scores in CELLS.items() if place[1] == "T1"}
    (row,) = people(compare([make_outcome(once)], make_plan(), ["arms"]), "arms")
    assert row.family == "arms: staff.warmth"
