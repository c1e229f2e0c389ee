"""Studies made for tests: a plan of four sites, and outcomes of chosen scores."""

import numpy as np

from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan, SmallestEffect

ARMS = {"1": "sos", "2": "contrast", "3": "contrast", "4": "sos"}


def make_plan(arms=None, **changes):
    arms = ARMS if arms is None else arms
    values = {
        "sites": {site: f"Site {site}" for site in arms},
        "arms": arms,
        "treated": "sos",
        "reference": "contrast",
        "arm_labels": {"sos": "SoS", "contrast": "Contrast"},
        "waves": {"T1": "first", "T2": "second"},
        "alpha": 0.05,
        "find_effect": lambda _source, _scale: SmallestEffect(0.5, "g"),
        "name_family": lambda question, source, scale: f"{question}: {source}.{scale}",
    }
    return ComparisonPlan(**values | changes)


def make_outcome(cells, *, people=None, **changes):
    """Return an outcome from {(site, wave): scores}; people are numbered in each site, so position links waves."""
    site, wave, person, score = [], [], [], []
    for (where, when), scores in cells.items():
        names = (people or {}).get((where, when), [f"{where}-{number}" for number in range(len(scores))])
        site += [where] * len(scores)
        wave += [when] * len(scores)
        person += names
        score += list(scores)
    values = {
        "source": "staff",
        "instrument": "made",
        "scale": "warmth",
        "title": "Warmth",
        "respondent": "staff",
        "higher_is": "more warmth",
        "good": "high",
        "low": 1.0,
        "high": 5.0,
        "person": np.array(person, dtype=str),
        "site": np.array(site, dtype=str),
        "wave": np.array(wave, dtype=str),
        "score": np.array(score, dtype=float),
    }
    return OutcomeScores(**values | changes)


def draw_cells(seed, sizes, waves=("T1", "T2")):
    """Return random scores for {site: people}, or {(site, wave): people}."""
    rng = np.random.default_rng(seed)
    full = sizes if isinstance(next(iter(sizes)), tuple) else {(s, w): n for s, n in sizes.items() for w in waves}
    return {place: rng.normal(3.0, 0.6, n) for place, n in full.items()}
