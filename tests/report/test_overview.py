"""The first answer of a comparison: what changed where, and the largest differences, on one screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support import ROOT, CommandLine

from sos_score.comparison.compare import compare_study
from sos_score.comparison.finding import Detectable
from sos_score.comparison.verdict import Verdict
from sos_score.report.labels import Labels
from sos_score.report.overview import QUESTIONS, list_sentences, make_table

STUDY = ROOT / "examples" / "contrast_study" / "study.yaml"
run = CommandLine("compare")


@pytest.fixture(scope="module")
def data(example_data):
    return example_data


@pytest.fixture(scope="module")
def found(data):
    return compare_study(data, QUESTIONS)


@pytest.fixture(scope="module")
def labels(found, data):
    return Labels.of(found, data)


def test_the_example_fits_60_lines_of_80_columns():
    lines = run(STUDY, "-q").stdout.splitlines()
    assert len(lines) <= 60
    assert max(map(len, (line.rstrip() for line in lines))) <= 80


def test_the_first_answer_has_the_verdicts_of_the_whole_comparison(data, found):
    first = compare_study(data, QUESTIONS, judged_only=True)
    told, whole = ([replace(each, detectable=Detectable()) for each in each.findings] for each in (first, found))
    judged = [each for each in told if each.is_judged]
    assert judged == [each for each in whole if each.is_judged]
    assert len(judged) > 100
    assert first.families == found.families


def test_a_cell_holds_the_estimate_and_the_mark_of_its_verdict(found, labels):
    table = make_table(found, labels)
    sites = {column.label: place for place, column in enumerate(table.columns)}
    rows = {str(row[0]).strip(): row for row in table.rows}
    changes = {
        (each.site, each.scale): each
        for each in found.ask("change")
        if each.is_judged and each.source == "osc" and each.scale in ("proficiency", "stress")
    }
    shown = {key: rows[key[1].capitalize()][sites[labels.name_site(key[0])]] for key in changes}
    marks = {(Verdict.DIFFERENT, True): "▲", (Verdict.DIFFERENT, False): "▼", (Verdict.INCONCLUSIVE, None): "?"}
    expected = {
        key: f"{each.estimate.value:.2f}".replace("-0.00", "0.00") + f" {marks[each.verdict, each.is_better]}"
        for key, each in changes.items()
    }
    assert shown == expected
    assert len(shown) == 8


def test_every_outcome_has_a_row_and_no_detectable_effect_stands_for_an_estimate(found, labels):
    table = make_table(found, labels)
    filled = [row for row in table.rows if any(row[1:])]
    assert len(filled) == len({(each.source, each.scale) for each in found.outcomes})
    assert table.colours == {"▲": "green", "▼": "red"}


def test_the_largest_differences_come_first_and_are_at_most_six(found, labels):
    said = list_sentences(found, labels)
    assert len(said) == 6
    assert said[0].startswith("Level of use")
    assert said[1] == "Site 3 (Contrast): Proficiency fell 0.68 [0.42, 0.94], 16 and 13 staff: worse."


def test_a_study_without_arms_has_no_column_for_them(tmp_path, monkeypatch):
    rows = [f"{site}{n},{site},{wave},{n % 5 + 1}" for site in "AB" for n in range(12) for wave in ("T1", "T2")]
    text = "\n".join(["respondent,site,wave,mood", *rows])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scores.csv").write_text(text + "\n", encoding="utf-8")
    shown = run("scores.csv", "-q").stdout
    assert "arms" not in shown.partition("Differences")[0].replace("no arms", "")
    assert "Change (T2 minus T1), in points" in shown
    assert "- None is clear." in shown
