"""A site where nobody answered at the last wave has no change, is named as left out, and has lost everybody."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from support import CommandLine

from sos_score.comparison.compare import compare_study
from sos_score.comparison.finding import Contrast
from sos_score.comparison.verdict import Verdict
from sos_score.report.labels import Labels
from sos_score.report.model import ReportData
from sos_score.report.overview import describe_sites
from sos_score.report.tables.estimates import list_arm_tables
from sos_score.study.from_scores import ScoredFile, make_study_from_scores


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    """Return the scores of four sites of twelve people; nobody of B answered at T2."""
    draw = np.random.default_rng(4)
    rows = [
        {"respondent": f"{site}{person}", "site": site, "wave": wave, "mood": draw.normal(9 if site == "B" else 4, 1)}
        for site in "ABCD"
        for person in range(12)
        for wave in ("T1", "T2")
        if (site, wave) != ("B", "T2")
    ]
    path = tmp_path_factory.mktemp("asked") / "scores.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def report(scores):
    data = make_study_from_scores(ScoredFile(str(scores), "site", "wave", ("A", "B")))
    return ReportData(data, compare_study(data), "report.manifest.json")


def test_it_is_not_called_a_site_without_a_clear_change(report):
    (said,) = describe_sites(report.comparison, report.labels)
    assert said == "T1 to T2: no clear change in A (Treated), C (Contrast) and D (Contrast)."
    assert {each.site for each in report.comparison.ask("change")} == {"A", "C", "D"}


def test_it_keeps_its_column_in_the_first_answer_with_a_dash(scores):
    shown = CommandLine("compare")(scores, "--treated", "A,B", "-q").stdout
    assert "scale    A        B   C        D        arms" in shown
    assert "Scores   0.91 ?   -   0.16 ?   0.51 ?   0.58 ?" in shown


def test_the_change_of_the_arms_says_that_it_is_left_out(report):
    (judged,) = [each for each in report.comparison.ask("did") if each.is_judged]
    assert Labels.name_left_out(report.labels, [judged]) == [
        "left out: 1 site without scores at T1 or at T2, whose change is not known"
    ]
    assert "left out: 1 site" in report.labels.name_cautions(judged)


def test_means_and_standard_deviations_of_the_arms_are_of_the_same_people(report, scores):
    table = next(list_arm_tables(report))
    frame = pd.read_csv(scores)
    of_a = frame[frame["site"] == "A"].groupby("wave")["mood"].agg(["mean", "std"])
    means = " to ".join(f"{mean:.2f} ({sd:.2f})" for mean, sd in of_a.to_numpy())
    assert table.rows[0][1:3] == ("12, 12; 24, 24", means)
    assert table.notes[-1] == "left out: 1 site without scores at T1 or at T2, whose change is not known"


def test_everybody_there_is_lost(report):
    (arms,) = [each for each in report.comparison.ask("missing") if each.groups.contrast is Contrast.ARMS]
    assert (arms.counts, arms.means) == ((24, 24), (0.5, 0.0))
    assert arms.verdict is Verdict.HIGH_ATTRITION
