"""Where there are sites enough for a verdict on them, every answer in words gives it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from support import CommandLine

from sos_score.comparison.compare import compare_study
from sos_score.comparison.verdict import Verdict
from sos_score.report.checklist.results import list_paragraphs
from sos_score.report.model import ReportData
from sos_score.report.overview import count_rest, list_patterns, list_sentences
from sos_score.study.from_scores import ScoredFile, make_study_from_scores

TREATED = ("A", "B", "C", "D", "E")
SAID = (
    "Treated and Contrast, by permutation of sites: change differed on 1 of 2 scales: mood by 2.04, unclear on 1;"
    " scores at T2 differed on 1 of 2 scales: mood by 2.01, unclear on 1."
)


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    """Return the scores of five sites against five: moods rise in the first five, calm stays."""
    draw = np.random.default_rng(5)
    rows = [
        {"respondent": f"{site}{person}", "site": site, "wave": wave,
         "mood": draw.normal(4 + 2 * (site in TREATED and wave == "T2"), 1), "calm": draw.normal(4, 1)}
        for site in "ABCDEFGHIJ"
        for person in range(12)
        for wave in ("T1", "T2")
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("sites") / "scores.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def report(scores):
    data = make_study_from_scores(ScoredFile(str(scores), "site", "wave", TREATED))
    return ReportData(data, compare_study(data), "report.manifest.json")


def test_the_first_answer_has_the_verdict_on_sites_apart(scores):
    shown = CommandLine("compare")(scores, "--treated", ",".join(TREATED), "-q").stdout
    of_sites = shown.split("Of the sites\n")[1].split("\nDifferences, the largest")[0]
    assert " ".join(of_sites.split()) == f"- {SAID}"


def test_so_has_the_first_page_of_a_report(report):
    assert list_patterns(report.comparison, report.labels)[-1] == SAID


def test_the_sentences_are_of_people_and_those_that_are_not_told_are_counted(report):
    sentences = list_sentences(report.comparison, report.labels)
    assert not any("5 and 5 sites" in each for each in sentences)
    people = [
        each
        for question in ("change", "arms", "did")
        for each in report.comparison.ask(question)
        if each.is_judged and each.unit.value == "people" and each.verdict is Verdict.DIFFERENT
    ]
    assert count_rest(report.comparison)[0] == len(people) - len(sentences)


def test_the_draft_tells_the_test_of_sites_with_its_numbers(report):
    text = " ".join(list_paragraphs(report))
    assert text.count("By permutation of sites: ") == 2
    assert (
        "By permutation of sites: mood changed differently in the arms: Treated 4.00 to 5.99, Contrast 4.02 to 3.98, a"
        " difference in change of 2.04 points, 95% CI of the difference [1.44, 2.63] (if site means were normal),"
        " adjusted p = .016, g = 2.22 [1.57, 2.86], n = 5 and 5 sites."
    ) in text
    assert "1 of 2 comparisons of how the arms changed as sites found no clear difference." in text


def test_what_several_scales_must_not_be_quoted_without_is_said_once(report):
    caution = "How sites came to their arms is not stated, so they may have differed before"
    assert " ".join(list_paragraphs(report)).count(caution) == 3  # of the design, of the arms, of how they changed


def test_the_smallest_p_is_told_with_one_sign(tmp_path):
    rows = [
        {"site": f"s{site:02d}", "wave": "", "mood": site % 5 + person} for site in range(24) for person in range(6)
    ]
    path = tmp_path / "scores.csv"
    pd.DataFrame(rows).drop(columns="wave").to_csv(path, index=False)
    shown = CommandLine("compare")(path, "--treated", ",".join(f"s{site:02d}" for site in range(12)), "-q").stdout
    assert "an exact test of sites can reach p < .001 at best" in " ".join(shown.split())
