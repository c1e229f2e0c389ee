"""The first answer of a comparison: what changed where, and the largest differences, on one screen."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pandas as pd
import pytest
import yaml
from support import ROOT, CommandLine

from sos_score.comparison.compare import compare_study
from sos_score.comparison.finding import Detectable
from sos_score.comparison.verdict import Verdict
from sos_score.report.labels import Labels
from sos_score.report.overview import (
    QUESTIONS,
    describe_all_arms,
    describe_none,
    describe_sites,
    list_patterns,
    list_sentences,
    make_table,
)
from sos_score.study.file import read_study
from sos_score.study.from_scores import ScoredFile, make_study_from_scores
from sos_score.study.load import load_study_data

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


def test_a_question_on_the_data_is_said_once_and_ends_with_its_own_mark(tmp_path):
    rows = [
        {"respondent": f"{site}{wave}{person}", "site": site, "wave": wave, "mood": person % 5 + (site == "A")}
        for site in "ABCD"
        for wave in ("T1", "T2")
        for person in range(9)
    ]
    path = tmp_path / "scores.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    shown = " ".join(run(path, "--treated", "A,B", "-q").stdout.split())
    assert shown.count("do the ids name the same people?") == 1
    assert "?." not in shown


def test_tests_at_another_level_than_the_usual_are_named_beside_the_intervals(tmp_path):
    study = yaml.safe_load((ROOT / "examples" / "vendor_scores" / "study.yaml").read_text(encoding="utf-8"))
    folder = tmp_path / "study"
    shutil.copytree(ROOT / "examples" / "vendor_scores", folder)
    study["plan"] |= {"alpha": 0.1}
    (folder / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    heading = "Differences, the largest in SD first, with 95% intervals"
    assert f"{heading}; tests are at 0.1\n" in run(folder / "study.yaml", "-q").stdout
    assert f"{heading}\n" in run(ROOT / "examples" / "vendor_scores" / "study.yaml", "-q").stdout


def test_a_study_without_arms_begins_with_one_empty_line(tmp_path):
    rows = [
        {"respondent": f"{site}{person}", "site": site, "wave": wave, "mood": (person * 7 + (wave == "T2") * 3) % 5}
        for site in "AB"
        for wave in ("T1", "T2")
        for person in range(9)
    ]
    path = tmp_path / "scores.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    lines = run(path, "-q").stdout.splitlines()
    assert lines[:3] == ["scores.csv", "", "Change (T2 minus T1), in points"]
    assert "2 of 2 comparisons are unclear" in " ".join(lines)


def test_one_unclear_comparison_is_unclear(tmp_path):
    rows = [{"site": site, "mood": person % 5} for site in "ABCD" for person in range(9)]
    path = tmp_path / "scores.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    shown = " ".join(run(path, "--treated", "A,B", "-q").stdout.split())
    assert "1 of 1 comparison is unclear, which does not show" in shown


def test_differences_within_the_limit_are_not_said_to_be_none(tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(ROOT / "examples" / "wellbeing", folder)
    study = yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8"))
    study["plan"]["smallest_effect"] = {"value": 5, "unit": "g"}
    (folder / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    data = load_study_data(read_study(folder / "study.yaml"))
    comparison = compare_study(data, QUESTIONS)
    labels = Labels.of(comparison, data)
    assert describe_none(comparison) == "None is clear and beyond the limit."
    assert list(describe_sites(comparison, labels)) == [
        "Spring to Autumn: clear changes only within the limit in Harbour (Framework); no clear change in Meadow"
        " (Framework), Orchard (Usual practice) and Quarry (Usual practice)."
    ]
    assert list(describe_all_arms(comparison, labels)) == [
        "Framework and Usual practice: change differed clearly on none of 2 scales (1 more within the limit)."
    ]


def test_where_nothing_is_clear_that_is_all_that_is_said(found):
    judged = tuple(each for each in found.findings if each.verdict in (Verdict.INCONCLUSIVE, Verdict.EQUIVALENT))
    assert describe_none(replace(found, findings=judged)) == "None is clear."


def write_scores(folder, sites):
    """Write scores of ten people in each site at two waves; those of the first half of the sites rise by a point."""
    lines = ["respondent,site,wave,mood,energy"]
    for place, site in enumerate(sites):
        rise = int(place < len(sites) / 2)
        for person in range(10):
            start = 2 + person % 3 + (person + place) % 4 / 10
            lines.append(f"{place}-{person},{site},T1,{start},{start}")
            lines.append(f"{place}-{person},{site},T2,{start + rise * (0.8 + person % 2 / 5)},{start + person % 2 / 9}")
    path = folder / "scores.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_sites_without_a_change_are_counted_where_they_are_many(tmp_path):
    sites = [f"Team {letter}" for letter in "ABCDEFGHIJ"]
    data = make_study_from_scores(ScoredFile(str(write_scores(tmp_path, sites)), wave="wave", treated=tuple(sites[:5])))
    found = compare_study(data, QUESTIONS)
    labels = Labels.of(found, data)
    (first, *_) = list_patterns(found, labels)
    assert first.endswith("; no clear change in the other 5 sites.")


def test_long_names_of_sites_leave_room_for_the_scales_on_a_terminal(tmp_path):
    sites = [f"The family hub and early help team of Llanfihangel number {place}" for place in range(3)]
    shown = run(write_scores(tmp_path, sites), "-q", columns=60).stdout
    (start, *_) = [place for place, line in enumerate(shown.splitlines()) if line.startswith("scale ")]
    assert [line.split()[0] for line in shown.splitlines()[start + 2 : start + 5]] == ["Scores", "mood", "energy"]
    assert sum(line.startswith("scale ") for line in shown.splitlines()) == 1


def test_nothing_is_printed_for_what_a_file_of_scores_does_not_have(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("site,mood\n" + "".join(f"{site},{value}\n" for site in "AB" for value in range(1, 7)))
    assert run(path, "-q").stdout.splitlines()[:8] == [
        "scores.csv",
        "",
        "Scores at each site and wave: Scores",
        "scale   site   n   mean     SD",
        "──────────────────────────────",
        "mood    A      6   3.50   1.87",
        "mood    B      6   3.50   1.87",
        "A dash: not shown, or nobody has a score.",
    ]


def test_what_is_not_shown_is_said_without_a_stray_colon():
    shown = run(STUDY, "--only", "change", "--scale", "osc.stress", "-q").stdout
    assert "not shown: a group of" in " ".join(shown.split())
    assert " : " not in shown
