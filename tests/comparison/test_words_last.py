"""Words are made last: other sentences change no number, verdict, order or suppression."""

import pytest
from factories import Rows, draw_cells, make_outcome, make_plan
from support import ROOT

from sos_score import sentences
from sos_score.comparison.compare import compare_study
from sos_score.comparison.judging import compare_outcomes
from sos_score.report.columns import COLUMNS, make_finding_table
from sos_score.report.labels import Labels
from sos_score.report.questions.registry import describe_finding
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data

SIZES = {"1": 3, "2": 9, "3": 8, "4": 7}


@pytest.fixture
def other_words(monkeypatch):
    def replace_all():
        for code in list(sentences.SENTENCES):
            monkeypatch.setitem(sentences.SENTENCES, code, lambda _code=code, **_: f"<{_code}>")

    return replace_all


def test_findings_on_made_scores_are_the_same_in_other_words(other_words):
    outcomes = [make_outcome(draw_cells(1, SIZES)), make_outcome(draw_cells(2, SIZES), scale="trust")]
    before = compare_outcomes(outcomes, make_plan())
    texts = [row.method for row in Rows(before).rows]
    other_words()
    after = compare_outcomes(outcomes, make_plan())
    assert repr(after.findings) == repr(before.findings)
    assert (after.families, after.notes) == (before.families, before.notes)
    changed = [row.method for row in Rows(after).rows]
    assert all(text.startswith("<") for text in changed)
    assert changed != texts


def test_findings_on_the_example_are_the_same_in_other_words(other_words):
    data = load_study_data(read_study(ROOT / "examples" / "contrast_study" / "study.yaml"))
    before = repr(compare_study(data, scales=["osc.engagement", "practice.use"]).findings)
    other_words()
    assert repr(compare_study(data, scales=["osc.engagement", "practice.use"]).findings) == before


def test_two_sites_with_one_label_are_two_sites():
    outcome = make_outcome(draw_cells(3, dict.fromkeys("1234", 9)))
    apart = compare_outcomes([outcome], make_plan())
    alike = compare_outcomes([outcome], make_plan(sites={"1": "B", "2": "B", "3": "C", "4": "D"}))
    assert repr(alike.findings) == repr(apart.findings)
    labels = Labels.of(alike)
    table = make_finding_table(alike.findings, labels, describe_finding, alike.notes)
    assert len(table.rows) == len(apart.findings)
    site = list(COLUMNS).index("site")
    assert sum(row[site] == "B" for row in table.rows) == 2 * sum(row[site] == "C" for row in table.rows)
