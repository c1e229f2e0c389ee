"""Findings rest on ids and numbers: neither the wording of sentences nor the labels of sites changes any."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from factories import draw_cells, make_outcome, make_plan
from support import ROOT

from sos_score.comparison.compare import compare_study
from sos_score.comparison.judging import compare_outcomes
from sos_score.notes import note
from sos_score.report.columns import make_finding_table
from sos_score.report.labels import Labels
from sos_score.report.questions.registry import describe_finding
from sos_score.sentences import SENTENCES
from sos_score.study.file import read_study
from sos_score.study.from_scores import ScoredFile, make_study_from_scores
from sos_score.study.load import load_study_data


def make_small_study(folder):
    """Return a study of four sites, one of them small."""
    rng = np.random.default_rng(11)
    rows = [
        {"respondent": f"{site}{n}", "site": site, "wave": wave, "mood": round(rng.normal(base, 1), 2)}
        for site, size, base in (("A", 3, 5), ("B", 9, 4), ("C", 8, 7), ("D", 12, 5), ("E", 9, 5))
        for wave in ("T1", "T2")
        for n in range(size)
    ]
    path = folder / "scores.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return make_study_from_scores(ScoredFile(str(path), "site", "wave", ("A", "B", "D")))


def read_example(_folder):
    return load_study_data(read_study(ROOT / "examples" / "contrast_study" / "study.yaml"))


def list_facts(findings):
    """Return all that findings hold but the values of their notes, which are for readers alone."""
    return [
        (repr(replace(each, notes=(), reason=())), [one.code for one in each.notes], [one.code for one in each.reason])
        for each in findings
    ]


@pytest.mark.parametrize("load", [make_small_study, pytest.param(read_example, marks=pytest.mark.soak)])
def test_no_finding_hangs_on_the_wording_of_a_sentence(load, tmp_path, monkeypatch):
    before = compare_study(load(tmp_path))
    for code in SENTENCES:
        monkeypatch.setitem(SENTENCES, code, code)
    assert str(note("hidden", least=5)) == "hidden"
    after = compare_study(load(tmp_path))
    assert list_facts(after.findings) == list_facts(before.findings)
    assert after.families == before.families
    assert any(each.is_hidden for each in before.findings)
    assert len({each.verdict for each in before.findings}) > 2


def test_two_sites_of_one_label_stay_two_sites():
    outcome = make_outcome(draw_cells(2, dict.fromkeys("1234", 9)))
    apart = make_plan(sites={"1": "A", "2": "B", "3": "C", "4": "D"})
    alike = make_plan(sites={"1": "B", "2": "B", "3": "C", "4": "D"})
    found, expected = (compare_outcomes([outcome], plan) for plan in (alike, apart))
    assert list_facts(found.findings) == list_facts(expected.findings)
    assert [each.site for each in found.ask("descriptives")].count("1") == 2
    shown, whole = (
        make_finding_table(each.findings, Labels.of(each), describe_finding, each.notes) for each in (found, expected)
    )
    assert len(shown.rows) == len(whole.rows) == len(found.findings)
    place = [column.name for column in shown.columns].index("site")
    sites = [row[place] for row in shown.rows]
    assert sites == [{"A": "B"}.get(row[place], row[place]) for row in whole.rows]
