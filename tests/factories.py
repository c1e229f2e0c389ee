"""Studies made for tests: a plan of four sites, outcomes of chosen scores, and their findings as rows of a file."""

import numpy as np

from sos_score.comparison.compare import compare_study
from sos_score.comparison.judging import compare_outcomes
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan, SmallestEffect
from sos_score.report.columns import COLUMNS
from sos_score.report.labels import Labels
from sos_score.report.questions.registry import describe_finding

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


class Row:
    """A finding with the fields that files have of it: what a reader of the CSV sees, beside the finding itself."""

    def __init__(self, finding, labels):
        self.finding = finding
        self._labels = labels
        for name, column in COLUMNS.items():
            setattr(self, name, column.take(finding, labels))
        self.counts, self.by_site = finding.counts, finding.sites_shown
        self.notes = tuple(map(labels.describe, finding.notes))
        self.method_code = finding.method.code if finding.method else ""

    @property
    def sentence(self):
        return describe_finding(self.finding, self._labels)


class Rows:
    """The findings of a comparison as rows."""

    def __init__(self, comparison, data=None):
        labels = Labels.of(comparison, data)
        self.comparison, self.families = comparison, comparison.families
        self.rows = [Row(finding, labels) for finding in comparison.findings]
        self.notes = tuple(map(labels.describe, comparison.notes))

    def ask(self, question):
        return [row for row in self.rows if row.question == question]


def compare(outcomes, plan, questions=()):
    """Return the findings on made outcomes as rows."""
    return Rows(compare_outcomes(outcomes, plan, questions))


def compare_data(data, *asked, **chosen):
    """Return the findings of a study as rows."""
    return Rows(compare_study(data, *asked, **chosen), data)
