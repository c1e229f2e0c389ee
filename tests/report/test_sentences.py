"""A sentence can be recomputed from its row: statcheck's idea, held for any data."""

import math
import re

import pytest
from factories import compare, draw_cells, make_outcome, make_plan
from hypothesis import given, settings
from hypothesis import strategies as st

from sos_score.report.labels import Labels

NUMBER = r"-?\d+\.\d+"
VERDICTS = ("design", "level", "change", "arms", "did")
CAUTIONS = ("sites_asked_once", "allocation", "parallel_trends", "regression_to_mean", "arms_start_apart")
PARTS = {
    "estimate": rf"difference ({NUMBER})",
    "interval": rf"95% CI \[({NUMBER}), ({NUMBER})\]",
    "test": rf"t\((\d+(?:\.\d)?)\) = ({NUMBER})",
    "p": r"[^d] p (=|<) (\d?\.\d+)",
    "p_adjusted": r"adjusted p (=|<) (\d?\.\d+)",
    "effect": rf", (?:g|T points) = ({NUMBER})",
    "detectable": rf"80% power: (none by permutation|(?:g|T points) {NUMBER})",
    "sites": rf"g ({NUMBER}) by a t test of sites",
    "adjusted": rf"g ({NUMBER})(?: \[({NUMBER}), ({NUMBER})\])? adjusted for sites",
}


def agree(said, value, places):
    return abs(float(said) - value) <= 0.5 * 10**-places + 1e-9


def check_p(found, p):
    sign, said = found.groups()
    assert p < 0.001 if sign == "<" else agree(said, p, 3)


def check_sentence(sentence, row):
    found = {name: re.search(pattern, sentence) for name, pattern in PARTS.items()}
    assert agree(found["estimate"][1], row.estimate, 2)
    assert bool(found["interval"]) == (not math.isnan(row.low))
    if found["interval"]:
        assert agree(found["interval"][1], row.low, 2)
        assert agree(found["interval"][2], row.high, 2)
    assert bool(found["test"]) == (not math.isnan(row.df))
    if found["test"]:
        assert agree(found["test"][1], row.df, 1)
        assert agree(found["test"][2], row.statistic, 2)
    assert bool(found["p"]) == bool(found["p_adjusted"]) == (not math.isnan(row.p))
    if found["p"]:
        check_p(found["p"], row.p)
        check_p(found["p_adjusted"], row.p_adjusted)
    if found["effect"]:
        assert agree(found["effect"][1], row.effect, 2)
    null = row.verdict in ("equivalent", "inconclusive") and not math.isnan(row.detectable)
    assert bool(found["detectable"]) == null
    if null and math.isinf(row.detectable):
        assert found["detectable"][1] == "none by permutation"
    elif null:
        assert agree(found["detectable"][1].rpartition(" ")[2], row.detectable, 2)
    assert bool(found["sites"]) == (null and not math.isnan(row.detectable_sites))
    if found["sites"]:
        assert agree(found["sites"][1], row.detectable_sites, 2)
    assert bool(found["adjusted"]) == (null and not math.isnan(row.detectable_adjusted))
    if found["adjusted"]:
        assert agree(found["adjusted"][1], row.detectable_adjusted, 2)
        if found["adjusted"][2]:
            assert agree(found["adjusted"][2], row.detectable_adjusted_low, 2)
            assert agree(found["adjusted"][3], row.detectable_adjusted_high, 2)
    about = "more people like these in the same sites, answering independently" if row.unit == "people" else "sites"
    cautions = [Labels(make_plan()).describe(each) for each in row.finding.notes if each.code in CAUTIONS]
    assert sentence.endswith(f"; {'; '.join([f'p is about {about}', *cautions])}.")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 14), min_size=8, max_size=8), st.floats(-2, 2))
def test_every_number_of_a_sentence_is_in_its_row(seed, sizes, shift):
    places = [(site, wave) for site in "1234" for wave in ("T1", "T2")]
    cells = draw_cells(seed, dict(zip(places, sizes, strict=True)))
    cells["3", "T2"] = cells["3", "T2"] + shift
    found = compare([make_outcome(cells)], make_plan())
    for row in (row for row in found.rows if row.question in VERDICTS):
        sentence = row.sentence
        assert bool(sentence) == (row.is_primary and not math.isnan(row.estimate))
        if sentence:
            check_sentence(sentence, row)


def test_a_sentence_reads_as_in_a_results_section():
    cells = {(site, "T1"): [1.0, 2, 3, 2, 2, 4] for site in "1234"} | {(s, "T2"): [3.0, 4, 5, 4, 3, 5] for s in "1234"}
    row = next(row for row in compare([make_outcome(cells)], make_plan(), ["change"]).rows if row.is_primary)
    assert row.sentence == (
        "Warmth, Site 1, T1 to T2, people: more warmth (better); difference 1.67, 95% CI [1.12, 2.21], t(5) = 7.91, "
        "p < .001, adjusted p = .002, g = 1.59 [0.56, 2.62]; p is about more people like these in the same sites, "
        "answering independently."
    )


@pytest.mark.parametrize("sabotage", ["difference 9.99", "t(5) = 9.99", "adjusted p = .999"])
def test_a_wrong_number_is_noticed(sabotage):
    cells = {(site, "T1"): [1.0, 2, 3, 2, 2, 4] for site in "1234"} | {(s, "T2"): [3.0, 4, 5, 4, 3, 5] for s in "1234"}
    row = next(row for row in compare([make_outcome(cells)], make_plan(), ["change"]).rows if row.is_primary)
    name = sabotage.rsplit(" ", 1)[0].removesuffix(" =")
    wrong = re.sub(rf"{re.escape(name)}( =)? [-\d.]+", sabotage, row.sentence, count=1)
    with pytest.raises(AssertionError):
        check_sentence(wrong, row)
