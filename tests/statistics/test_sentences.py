"""The sentences of what statistics has to say: those whose words depend on values."""

import re

import pytest

from sos_score.notes import note
from sos_score.sentences.statistics import STATISTICS

SITES = ("sites", 0.2, 0.0, 0.77)
WORKERS = ("workers", 0.42, 0.1, 0.75)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (note("permutation_monte_carlo", draws=99999), "Monte Carlo permutation (99999 draws) of sites"),
        (note("sites_no_value", sites=2), "2 sites without a value are left out"),
        (note("few_df", df=2.04), "only 2.0 degrees of freedom: below 4, p and interval are rough"),
        (note("correlation_too_few", pairs=1), "1 complete pair: a correlation needs at least three."),
        (note("views_too_few", pairs=0), "0 complete pairs: agreement needs at least three."),
        (
            note("tied_by_rounding", decimals=10, r=0.69471),
            "some values differ only beyond 10 decimals and are tied; untied, r = 0.6947.",
        ),
        (
            note("level_set_aside", level="cars", reason=note("level_same_groups", other="workers")),
            "cars: the same groups as workers, so the two cannot be told apart.",
        ),
        (note("rows_incomplete", rows=1), "1 row left out: the score, a predictor or a group is missing."),
        (note("rows_incomplete", rows=5), "5 rows left out: the score, a predictor or a group is missing."),
        (note("model_too_few_rows", rows=1, fixed=1), "too few usable rows (1) for a model with 1 fixed effect."),
        (note("model_too_few_rows", rows=2, fixed=3), "too few usable rows (2) for a model with 3 fixed effects."),
        (
            note("no_such_slope", part="within", level="workers"),
            "the predictor does not vary within workers: no such slope.",
        ),
        (
            note("levels_apart", first=WORKERS, second=SITES),
            "Of the variation in scores, workers account for 42% [10% to 75%] and sites account for 20% [0% to 77%];"
            " workers account for more than sites.",
        ),
        (
            note("levels_unknown", first="workers", second="sites"),
            "Whether workers or sites account for more of the variation cannot be said from these data.",
        ),
        (note("scales_left_out", scales=1, total=4), "1 of 4 scales left out: one side has no scores."),
        (
            note("of_two_profiles", first="A", second="B", said=note("profile_flat")),
            "A and B: a flat profile has no shape: no correlation can be computed.",
        ),
        (
            note("similarity_refused", names=("A", "B", "C"), limit=3.0, pair=("A", "C", 5.01, 4.0, 6.0)),
            "A, B and C did not have very similar profiles: A and C differ by 5.0 [4.0 to 6.0] points per scale, more"
            " than 3 points per scale.",
        ),
        (
            note("sites_not_feasible", effect=0.001),
            "An effect of 0.001 standard deviations cannot be shown by any feasible number of sites.",
        ),
        (
            note("cr2_shows", effect=0.876),
            "A regression of people with CR2 errors shows 0.88 standard deviations with that power.",
        ),
        (note("figures_impossible", names=("age", "sum (T2)")), "Impossible as printed: age, sum (T2)."),
    ],
)
def test_values_go_into_the_sentence(said, sentence):
    assert str(said) == sentence


def test_a_plain_sentence_has_no_gap_left():
    plain = [text for text in STATISTICS.values() if isinstance(text, str) and "{" not in text]
    assert len(plain) > 50
    assert not [text for text in plain if re.search(r"[{}]|  ", text)]
