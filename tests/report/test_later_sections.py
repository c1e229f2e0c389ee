"""Variation, associations, profiles and sensitivity on the page: each number stands in a row of the comparison."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from factories import Row
from report_pages import Page, small_study
from support import ROOT

from sos_score.comparison.compare import compare_study
from sos_score.comparison.sensitivity import assess_sensitivity, score_by_rules
from sos_score.comparison.verdict import Verdict
from sos_score.output.table import Table
from sos_score.report.figures.pairs import draw_pairs
from sos_score.report.model import ReportData
from sos_score.report.sections.registry import SECTIONS, list_sections
from sos_score.report.sections.sensitivity import describe_holding
from sos_score.report.tables.estimates import list_arm_tables
from sos_score.report.tables.sensitivity import name_choice
from sos_score.study.file import read_study
from sos_score.study.load import load_study_data

STUDY = ROOT / "examples" / "contrast_study" / "study.yaml"


def read_evidence(path):
    data = load_study_data(read_study(path))
    return ReportData(data, compare_study(data), "report.manifest.json")


@pytest.fixture(scope="module")
def evidence(example_data, example_comparison):
    return ReportData(example_data, example_comparison, "report.manifest.json")


def describe(evidence, section):
    return list(SECTIONS[section][1](evidence))


def ask(evidence, question):
    return [Row(finding, evidence.labels) for finding in evidence.comparison.ask(question)]


def find_table(blocks, title):
    return next(each.value for each in blocks if isinstance(each.value, Table) and each.value.title == title)


def list_said(blocks):
    return [said for each in blocks if each.kind == "list" for said in each.value]


def test_workers_against_sites_are_counted_and_named(evidence):
    members = ("workers", "sites")
    rows = [each for each in evidence.comparison.ask("variation") if each.groups.members == members]
    larger = [each for each in rows if each.verdict is Verdict.FIRST_LARGER]
    more = [each for each in larger if each.holds_adjusted]
    before = [each for each in larger if not each.holds_adjusted]
    assert more
    assert before
    said = list_said(describe(evidence, "variation"))
    assert said[0] == (
        f"Workers against sites, on {len(rows)} outcomes at a wave: workers account for more on {len(more)}, sites"
        f" account for more on none, on {len(before)} one of them does before adjustment only; on"
        f" {len(rows) - len(more) - len(before)} the data cannot tell which is larger."
    )
    assert said[1] == ("Workers account for more: Family feedback (Feedback, family members).")


def test_shares_are_those_of_the_comparison(evidence):
    table = find_table(describe(evidence, "variation"), "Who accounts for the variation: shares of the variance")
    cells = {tuple(row[:3]): row[3:] for row in table.rows}
    rows = {row.groups: row for row in ask(evidence, "variation")
            if (row.source, row.scale, row.wave) == ("alliance_family", "total", "T1")}  # fmt: skip
    for place, groups in enumerate(("4 sites", "20 workers", "within workers")):
        row = rows[groups]
        found = cells["Alliance, families' view", "Working alliance", "T1"][place]
        assert found == f"{100 * row.effect:.0f} [{100 * row.effect_low:.0f}, {100 * row.effect_high:.0f}]"
    assert cells["Alliance, families' view", "Working alliance", "T1"][3:] == (".278", "(workers)")
    assert cells["Worker competence, observed", "Clinical skill", ""][3:] == (".054", "(workers)")
    joined = "Safety, family members' rating, Safety, workers' rating and Safety, observers' rating"
    assert (joined, "Safety", "") in cells


def test_the_wrong_unit_stands_only_beside_the_right_one(evidence):
    blocks = describe(evidence, "associations")
    table = find_table(blocks, "Declared associations")
    assert table.columns[-1].label == "wrong unit: r of single answers"
    judged = [row for row in ask(evidence, "association") if row.is_primary]
    wrong = [row for row in ask(evidence, "association") if row.finding.verdict is Verdict.WRONG_UNIT]
    assert len(table.rows) == len(judged) == len(wrong) == 12
    for cells, row, naive in zip(table.rows, judged, wrong, strict=True):
        assert cells[2] == f"{row.counts[0]} workers"
        assert cells[3] == f"{row.effect:.2f} [{row.effect_low:.2f}, {row.effect_high:.2f}]"
        assert (
            cells[6] == f"{naive.effect:.2f} [{naive.effect_low:.2f}, {naive.effect_high:.2f}], n = {naive.counts[0]}"
        )
    sentences = " ".join(each.value for each in blocks if each.kind == "text") + " ".join(list_said(blocks))
    assert "wrong unit" not in sentences.lower()
    assert list_said(blocks)[0] == "Of 12 associations at a wave, 8 are associated and 4 are inconclusive."


def test_views_that_agree_are_told_apart_from_views_that_go_together(evidence):
    table = find_table(describe(evidence, "associations"), "Agreement of two views")
    assert [column.label for column in table.columns[3:]] == [
        "first minus second", "limits of agreement", "ICC(A,1)", "concordance", "r, not agreement",
    ]  # fmt: skip
    row = next(row for row in ask(evidence, "association") if row.effect_name == "ICC(A,1)")
    assert table.rows[0][5] == f"{row.effect:.2f} [{row.effect_low:.2f}, {row.effect_high:.2f}]"


def test_profiles_are_compared_by_distance_elevation_scatter_shape_and_d2(evidence):
    blocks = describe(evidence, "change")
    rows = {(row.site, row.effect_name): row for row in ask(evidence, "profiles") if row.site}
    table = find_table(blocks, "Each site over time")
    for cells in table.rows:
        site = cells[0].partition(" (")[0]
        for place, name in enumerate(("distance", "elevation", "scatter", "correlation", "D2"), 2):
            digits = 2 if name == "correlation" else 1
            said = re.match(r"-?[\d.]+", cells[place])[0]
            assert float(said) == pytest.approx(rows[site, name].estimate, abs=0.51 * 10**-digits)
    assert len(find_table(blocks, "Each two sites at a wave").rows) == 12


def test_what_flips_is_what_the_sensitivity_analysis_says(evidence):
    found = assess_sensitivity(evidence.data, score_by_rules(evidence.data))
    flipped = [finding for finding in found.findings if finding.flips]
    blocks = describe(evidence, "sensitivity")
    assert list_said(blocks)[0].startswith(f"Of {len(found.findings)} verdicts, {len(found.findings) - len(flipped)} ")
    counts = {row[0]: row[1:] for row in find_table(blocks, "Other choices, one at a time").rows}
    for choice in found.choices[1:]:
        assert counts[name_choice(choice, evidence.labels)][1] == sum(choice in each.flips for each in flipped)
    table = find_table(blocks, "Verdicts that flip")
    assert len(table.rows) == len(flipped)
    for cells, each in zip(table.rows, flipped, strict=True):
        assert all(name_choice(choice, evidence.labels) in cells[4] for choice in each.flips)
    summary = [each.value for each in describe(evidence, "summary") if each.kind == "text"]
    assert any("under every other choice of the analysis" in said for said in summary)


def test_every_picture_says_what_it_shows_in_words(evidence):
    pictures = [picture for section in list_sections(evidence) for picture in section.pictures]
    names = [each.name for each in pictures]
    assert len(names) == len(set(names)) == 24
    said = {each.name: each for each in pictures}
    assert said["variation"].title == (
        "Of 34 outcomes at a wave, workers account for more on 1 (before adjustment on 10 more); on 23 the data"
        " cannot tell"
    )
    assert "Working alliance (Alliance, families' view), T1: sites 0% [0% to " in said["variation"].description
    assert said["pairs"].title == "4 of 6 pairs drawn go together"
    assert "20 workers, r = 0.77 [0.50, 0.91], associated." in said["pairs"].description
    assert "wai_03 57% below, 17% above" in said["answers-alliance-family"].description
    assert said["answers-alliance-family"].is_folded
    for picture in pictures:
        assert len(picture.title) > 20
        assert len(picture.description) > 40


def test_answers_are_shared_out_as_they_were_given(evidence):
    table = next(each for each in evidence.data.tables if each.source == "engagement")
    given = table.answers.loc[table.frame["wave"] == "T1", "yat_01"].dropna()
    picture = next(each.value for each in describe(evidence, "quality")
                   if each.kind == "picture" and each.value.name == "answers-engagement")  # fmt: skip
    below, above = (given < 3).mean(), (given > 3).mean()
    assert f"T1: yat_01 {below:.0%} below, {above:.0%} above;" in picture.description


def test_pairs_are_not_drawn_where_a_few_could_be_worked_out_from_the_rest(evidence):
    picture = draw_pairs(evidence)
    assert "T2" not in picture.description
    assert "6 pairs at a wave are not drawn" in picture.reading
    circles = re.findall(rb"<use ", picture.render("svg"))
    assert 6 * 5 < len(circles) < 6 * 20


def test_answers_of_a_few_people_are_not_drawn(tmp_path):
    quality = describe(read_evidence(small_study(tmp_path, sizes={"a": 4}, arms=False)), "quality")
    assert not [each for each in quality if each.kind == "picture" and each.value.name.startswith("answers")]
    enough = describe(read_evidence(small_study(tmp_path / "more", sizes={"a": 5}, arms=False)), "quality")
    (picture,) = [each.value for each in enough if each.kind == "picture" and each.value.name.startswith("answers")]
    assert picture.description.startswith("4 items. T1: q1 ")


def test_a_section_without_anything_to_tell_is_not_there(tmp_path):
    evidence = read_evidence(small_study(tmp_path, arms=False, waves=("T1",)))
    assert not describe(evidence, "associations")
    assert not describe(evidence, "sensitivity")


def test_pictures_written_as_files_show_a_site_called_script_as_text(tmp_path):
    evidence = read_evidence(small_study(tmp_path, label="<script>alert(1)</script>"))
    for name in SECTIONS:
        for block in describe(evidence, name):
            if block.kind == "picture":
                text = block.value.render("svg").decode()
                assert "<script" not in text
                Page(re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>", "", text, flags=re.DOTALL))


def test_a_table_says_why_an_interval_may_leave_out_0_where_nothing_is_clear(evidence):
    changed, once = list_arm_tables(evidence)
    assert changed.notes[1] == (
        "Findings allow for the number of tests; intervals do not, so one may leave out 0 where nothing is clear."
    )
    assert not once.notes  # every interval there agrees with its finding


def test_a_single_difference_is_spoken_of_in_the_singular(evidence):
    found = assess_sensitivity(evidence.data, score_by_rules(evidence.data))
    (first, *_) = [each for each in found.findings if each.finding.verdict is Verdict.DIFFERENT and each.flips]
    assert list(describe_holding(replace(found, findings=(first,)))) == [
        "The one difference over time or between arms does not hold under every other choice of the analysis that"
        " applies."
    ]
