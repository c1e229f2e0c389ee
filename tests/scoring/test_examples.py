"""A worked example may state a score rounded, and no other way than right."""

from __future__ import annotations

import pytest

from sos_score.definition.instrument.starter import make_starter
from sos_score.definition.yaml.document import parse_yaml
from sos_score.scoring.examples import check_definition

MOOD = make_starter("Mood", 3, "1-5").text.partition("examples:")[0]
MIXED = "examples:\n  - {name: mixed, answers: {mood_1: 1, mood_2: 2, mood_3: 2}, scores: {total: STATED}}\n"


@pytest.mark.parametrize("stated", ["1.67", "1.667", "1.666666667", "1.6666666666666667", "5/3"])
def test_a_stated_score_may_be_rounded_to_two_places_or_more(stated):
    assert say(stated) == []


@pytest.mark.parametrize("stated", ["1.66", "1.7", "1.668", "1.6666", "2"])
def test_a_stated_score_that_is_rounded_wrongly_or_too_far_is_a_problem(stated):
    assert say(stated) == [f"says {stated}, and the key gives 1.666666667 ('mixed')"]


def say(stated):
    document = parse_yaml((MOOD + MIXED.replace("STATED", stated)).encode(), "mood.yaml")
    return [each.message for each in check_definition(document)[1]]
