"""The picture of the first page: before and after in every site, arms named."""

import re
from dataclasses import replace

import pytest
from report_pages import small_study

from sos_score.comparison.compare import compare_study
from sos_score.report.figures.before_after import draw_before_after
from sos_score.report.model import ReportData
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data


def report_on(study):
    data = load_study_data(read_study(study))
    return ReportData(data, compare_study(data), "report.manifest.json")


def find_mean(report, scale, site, wave):
    found = [each for each in report.comparison.ask("descriptives")
             if (each.scale, each.site, each.waves) == (scale, site, (wave,))]  # fmt: skip
    return found[0].estimate.value


@pytest.fixture(scope="module")
def example(example_data, example_comparison):
    return ReportData(example_data, example_comparison, "report.manifest.json")


def test_every_site_is_named_with_its_arm_and_has_its_mean_before_and_after(tmp_path):
    report = report_on(small_study(tmp_path))
    picture = draw_before_after(report)
    for site, name in {"a": "A (New)", "b": "B (Old)", "c": "C (Old)"}.items():
        first, last = (find_mean(report, "mood", site, wave) for wave in ("T1", "T2"))
        assert f"{name} {first:.2f} T1, {last:.2f} T2" in picture.description
    assert picture.description.startswith("Mood (Staff), 1 to 5: A (New)")
    assert picture.render("svg").startswith(b"<?xml")


def test_a_site_too_small_to_be_shown_has_no_mean_in_it(tmp_path):
    report = report_on(small_study(tmp_path, sizes={"a": 9, "b": 3, "c": 12}))
    picture = draw_before_after(report)
    assert "B (Old) not shown" in picture.description
    assert re.search(r"B \(Old\) \d", picture.description) is None


def test_of_many_scales_it_shows_the_one_of_each_source_that_changed_most_and_says_so(example):
    picture = draw_before_after(example)
    shown = re.findall(r"[\w-]+ \(([^)]+)\), \d to \d+:", picture.description)
    assert len(shown) == 6
    assert set(shown) == {
        "Culture and climate, staff",
        "Alliance, families' view",
        "Alliance, workers' view",
        "Engagement, families",
    }
    assert "Shown are 6 of 19 scales: of each source the scale that changed most" in picture.reading
    assert picture.size[1] <= 5


def test_primary_outcomes_come_before_all_others(example):
    plan = example.data.study.plan.model_copy(update={"primary": ["alliance_family.bond", "osc.rigidity"]})
    study = example.data.study.model_copy(update={"plan": plan})
    data = replace(example.data, study=study)
    picture = draw_before_after(ReportData(data, example.comparison, "r"))
    assert re.findall(r"(\w+) \([^)]+\), 1 to \d:", picture.description) == ["Rigidity", "Bond"]
    assert "the primary outcomes, 2 of 19 scales" in picture.reading


def test_without_waves_it_shows_the_means_and_speaks_of_no_change(tmp_path):
    picture = draw_before_after(report_on(small_study(tmp_path, waves=("T1",), arms=False)))
    assert picture.title == "Means of every site on 1 scale"
    assert "change" not in picture.reading
